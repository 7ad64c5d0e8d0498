r"""Whole tables of derivatives, and products with them: `pellucid.autograd.functional`.

Forward products come without a forward mode: the backward product Jᵀv is linear in v, so blaming
v for it gives J · u (Townsend 2017, "A new trick for calculating Jacobian vector products").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import GraphError, KindError, SettingError, ShapeError
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor.creation import ones_like, zeros, zeros_like
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import enable_grad
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]


def jacobian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    r"""The derivative of every output number by every input number.

    $$J_{ij} = \partial y_i / \partial x_j$$

    Args:
        func: takes the inputs, gives a Tensor or several.
        inputs: a Tensor or several.
        create_graph: record the result, so that it can be differentiated again.
        strict: refuse outputs that don't depend on an input, where there would be zeros.
        vectorize: accepted as in PyTorch; how the rows are found is up to the library.
        strategy: accepted likewise, "reverse-mode" or "forward-mode".

    Shape:
        the output's axes, then the input's.

    Returns:
        One Tensor; a tuple of them for several inputs or outputs, tuples in a tuple for both.

    Example:
        >>> import pellucid
        >>> pellucid.autograd.functional.jacobian(pellucid.square, pellucid.tensor([1.0, 3.0]))
        tensor([[2., 0.],
                [0., 6.]])
    """
    _check_ways(vectorize, strategy, strict)
    with enable_grad():
        xs, ys = _run(func, inputs, create_graph)
        table = tuple(_rows(y, xs, create_graph, strict) for y in ys.tensors)
    picked = tuple(row if xs.several else row[0] for row in table)
    return picked if ys.several else picked[0]


def _check_ways(vectorize: bool, strategy: str, strict: bool) -> None:
    if strategy not in ("reverse-mode", "forward-mode"):
        raise SettingError(f"strategy is 'reverse-mode' or 'forward-mode', and it is {strategy!r}.")
    if vectorize and strict:
        raise SettingError("strict looks at one row after the other; leave vectorize.")


def hessian(
    func: Callable[..., Any],
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    r"""The second derivatives of a function with one number as its result.

    $$H_{ij} = \partial^2 y / \partial x_i \partial x_j$$

    Args:
        func: takes the inputs, gives one number.
        inputs: a Tensor or several.
        create_graph: record the result, so that it can be differentiated again.
        strict: refuse an output that doesn't depend on an input.
        vectorize: accepted as in PyTorch.
        outer_jacobian_strategy: accepted likewise, "reverse-mode" or "forward-mode".

    Returns:
        One Tensor; for several inputs a tuple of tuples.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 2.0])
        >>> pellucid.autograd.functional.hessian(lambda x: (x**3).sum(), x)
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    _check_ways(vectorize, outer_jacobian_strategy, strict)

    def slopes(*given: Tensor) -> Any:
        rows = jacobian(_one_number(func, "hessian"), given, create_graph=True, strict=strict)
        return rows if isinstance(inputs, tuple | list) else rows[0]

    return jacobian(slopes, inputs, create_graph=create_graph, strict=strict)


def vjp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """The outputs, and the blame of the inputs when `v` is the blame of the outputs: Jᵀv.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 3.0])
        >>> pellucid.autograd.functional.vjp(pellucid.square, x, pellucid.tensor([1.0, 10.0]))
        (tensor([1., 9.]), tensor([ 2., 60.]))
    """
    with enable_grad():
        xs, ys = _run(func, inputs, create_graph)
        back = _blame(ys.tensors, xs.tensors, _start(v, ys.tensors, "vjp"), create_graph, strict)
    return ys.handed(create_graph), xs.shaped(back)


def jvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """The outputs, and how they change when the inputs move along `v`: J · v.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 3.0])
        >>> pellucid.autograd.functional.jvp(pellucid.square, x, pellucid.tensor([1.0, 0.5]))
        (tensor([1., 9.]), tensor([2., 3.]))
    """
    with enable_grad():
        xs, ys = _run(func, inputs, create_graph)
        along = _start(v, xs.tensors, "jvp")
        dummies = tuple(zeros_like(y, requires_grad=True) for y in ys.tensors)
        back = _blame(ys.tensors, xs.tensors, dummies, True, strict)
        forward = _blame(back, dummies, along, create_graph, False)
    return ys.handed(create_graph), ys.shaped(forward)


def vhp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """The output, and the second derivatives times `v`, without the table: vᵀH."""
    with enable_grad():
        xs, ys = _run(_one_number(func, "vhp"), inputs, create_graph)
        first = _blame(ys.tensors, xs.tensors, (None,), True, strict)
        second = _blame(first, xs.tensors, _start(v, xs.tensors, "vhp"), create_graph, strict)
    return ys.handed(create_graph), xs.shaped(second)


def hvp(
    func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False,
    strict: bool = False,
) -> tuple[Any, Any]:  # fmt: skip
    """The output, and the second derivatives times `v`: H · v, and H is symmetric."""
    return vhp(func, inputs, v, create_graph, strict)


class _Group:
    """One Tensor or several, and which it was."""

    def __init__(self, value: Any, what: str) -> None:
        self.several = isinstance(value, tuple | list)
        self.tensors: tuple[Tensor, ...] = tuple(value) if self.several else (value,)
        for t in self.tensors:
            if not isinstance(t, Tensor):
                raise KindError(f"{what} must be Tensors, and one is {a_kind(t)}.")

    def shaped(self, tensors: tuple[Any, ...]) -> Any:
        return tensors if self.several else tensors[0]

    def handed(self, with_graph: bool) -> Any:
        return self.shaped(self.tensors if with_graph else tuple(t.detach() for t in self.tensors))


def _run(func: Callable[..., Any], inputs: Any, keep_graph: bool) -> tuple[_Group, _Group]:
    xs = _Group(inputs, "the inputs")
    if keep_graph:  # views, so that blame goes on to the caller's own Tensors
        xs.tensors = tuple(
            FUNCTIONS["clone"](x) if x.requires_grad else x.detach().requires_grad_()
            for x in xs.tensors
        )
    else:
        xs.tensors = tuple(x.detach().requires_grad_() for x in xs.tensors)
    return xs, _Group(func(*xs.tensors), "what the function gives back")


def _one_number(func: Callable[..., Any], name: str) -> Callable[..., Any]:
    def checked(*given: Tensor) -> Any:
        out = func(*given)
        if not isinstance(out, Tensor) or out.numel() != 1:
            got = f"shape {show(out.shape)}" if isinstance(out, Tensor) else type(out).__name__
            wrong = ShapeError if isinstance(out, Tensor) else KindError
            raise wrong(
                f"{name} is for functions that give one number, and this gives {got}.\n"
                " Sum or average what it gives."
            )
        return out.reshape(())

    return checked


def _start(v: Any, like: tuple[Tensor, ...], name: str) -> tuple[Tensor, ...]:
    if v is None:
        if len(like) == 1 and like[0].numel() == 1:
            return (ones_like(like[0]),)
        raise GraphError(f"{name}: v may only be left out where it is a single number.")
    given = _Group(v, f"{name}: what v holds").tensors
    fits = [tuple(g.shape) for g in given] == [tuple(x.shape) for x in like]
    if not fits:
        wanted = " and ".join(show(x.shape) for x in like)
        got = " and ".join(show(g.shape) for g in given)
        raise ShapeError(f"{name}: v has the shape {got} and must have {wanted}.")
    return given


def _blame(
    ys: tuple[Tensor, ...], xs: tuple[Tensor, ...], start: tuple[Any, ...], keep: bool, strict: bool
) -> tuple[Tensor, ...]:
    """The blame of `xs`, zeros where nothing depends on them."""
    heads = [(y, s) for y, s in zip(ys, start, strict=True) if y.requires_grad]
    found: tuple[Tensor | None, ...] = (None,) * len(xs)
    if heads:
        found = grad(
            [y for y, _ in heads], xs, [s for _, s in heads],
            retain_graph=True, create_graph=keep, allow_unused=True,
        )  # fmt: skip
    if strict and None in [None if g is None else 0 for g in found]:
        lost = [g is None for g in found].index(True)
        raise GraphError(f"the outputs don't depend on input {lost}, and strict=True.")
    return tuple(zeros_like(x) if g is None else g for g, x in zip(found, xs, strict=True))


def _rows(y: Tensor, xs: _Group, keep: bool, strict: bool) -> tuple[Tensor, ...]:
    """The table for one output: a backward pass for each of its numbers."""
    rows: list[tuple[Tensor, ...]] = []
    for i in range(y.numel()):
        one = zeros(y.numel(), dtype=y.dtype)
        one[i] = 1
        rows.append(_blame((y,), xs.tensors, (one.reshape(tuple(y.shape)),), keep, strict))
    if not rows:
        return tuple(zeros(*y.shape, *x.shape, dtype=x.dtype) for x in xs.tensors)
    return tuple(
        FUNCTIONS["stack"](list(column)).reshape((*y.shape, *x.shape))
        for column, x in zip(zip(*rows, strict=True), xs.tensors, strict=True)
    )
