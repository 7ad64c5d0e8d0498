"""Derivatives as functions of functions: what `backward()` does, without a leaf to leave it in.

grad(f)(x) = ∂f/∂x,    jacrev(f)(x) = all ∂fᵢ/∂xⱼ,    hessian(f) = jacfwd(jacrev(f))
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.func.trees import leaves, mapped, rebuilt
from pellucid.graph.node import Node
from pellucid.graph.walk import reachable
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor.creation import zeros, zeros_like
from pellucid.tensor.derivative import grad as _blame
from pellucid.tensor.forward_ad import pushed
from pellucid.tensor.grad_mode import enable_grad, is_grad_enabled
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__ = [
    "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize", "vjp",
]  # fmt: skip

_Places = int | tuple[int, ...]


class _Watched:
    """The arguments of one call, with fresh Tensors in place of those that are asked about."""

    def __init__(self, name: str, args: Sequence[Any], argnums: Any) -> None:
        self.one = isinstance(argnums, int)
        self.places = [_place(name, i, args) for i in _numbers(name, argnums)]
        if len({*self.places}) < len(self.places):
            raise SettingError(f"{name}: argnums {argnums} names an argument twice.")
        self.args = list(args)
        for i in self.places:
            self.args[i] = mapped(functools.partial(_fresh, name), args[i])
        self.asked = [self.args[i] for i in self.places]
        self.tensors = leaves(self.asked)

    def shaped(self, values: Any) -> Any:
        """Values for the Tensors, in the containers that these came in."""
        found = rebuilt(self.asked, values)
        return found[0] if self.one else tuple(found)

    def released(self, tree: Any) -> Any:
        """Results cut off from the fresh Tensors, where nobody else is asked about them."""
        if not is_grad_enabled():  # whoever calls records nothing
            return mapped(Tensor.detach, tree)
        own, others = {t._node for t in self.tensors}, set[Node]()
        heads = [t._node for t in leaves(tree) if t.requires_grad]
        for node in reachable(heads, follow=lambda n: n.requires_grad):  # inputs before users
            if not others.isdisjoint(node.inputs) if node.inputs else node not in own:
                others.add(node)

        def cut(t: Tensor) -> Tensor:
            return t.detach() if t.requires_grad and t._node not in others else t

        return mapped(cut, tree)


def _numbers(name: str, argnums: Any) -> tuple[int, ...]:
    if isinstance(argnums, int):
        return (argnums,)
    if not isinstance(argnums, tuple) or not argnums:
        raise KindError(f"{name}: argnums is a whole number or a tuple of them, not {argnums!r}.")
    return argnums


def _some(name: str, value: Any) -> Any:
    """The result of a function, which must hold Tensors."""
    if not leaves(value):
        raise KindError(f"{name}: the function must return Tensors, and returned {value!r}.")
    return value


def _place(name: str, i: Any, args: Sequence[Any]) -> int:
    if not isinstance(i, int):
        raise KindError(f"{name}: argnums is a whole number or a tuple of them, not {i!r}.")
    if not -len(args) <= i < len(args):
        raise SettingError(f"{name}: argnums is {i}, and the function got {len(args)} arguments.")
    return i % len(args)


def _fresh(name: str, t: Tensor) -> Tensor:
    if not t.dtype.is_floating_point:
        raise KindError(
            f"{name}: an argument to differentiate in is {t.dtype.name}, and only float ones have"
            " slopes.\n Convert it: x.float(), or choose others with argnums."
        )
    return t.clone() if t.requires_grad else t.detach().requires_grad_()


def _split(name: str, out: Any, has_aux: bool) -> tuple[Any, Any]:
    if not has_aux:
        return out, None
    if not (isinstance(out, tuple) and len(out) == 2):
        raise KindError(f"{name}: with has_aux=True the function returns a pair (output, aux).")
    return out


def grad_and_value(
    func: Callable[..., Any], argnums: _Places = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The gradient of a function with one number as its result, and that number.

    Args:
        func: gives one number.
        argnums: in which arguments; each may be a Tensor or a dict, list or tuple of them.
        has_aux: whether it returns a pair (number, anything else).

    Returns:
        A function of the same arguments that gives (gradient, value), with has_aux
        (gradient, (value, aux)).

    Example:
        >>> import pellucid
        >>> pellucid.func.grad_and_value(lambda x: x**2)(pellucid.tensor(3.0))
        (tensor(6.), tensor(9.))
    """

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with enable_grad():
            held = _Watched("grad", args, argnums)
            value, aux = _split("grad", func(*held.args, **kwargs), has_aux)
            slopes = _slopes(_one_number(value), held.tensors)
        given, value, aux = held.released((held.shaped(slopes), value, aux))
        return given, ((value, aux) if has_aux else value)

    return call


def grad(
    func: Callable[..., Any], argnums: _Places = 0, has_aux: bool = False
) -> Callable[..., Any]:
    r"""The gradient of a function with one number as its result; it can be applied again.

    $$\mathrm{grad}(f)(x) = \partial f / \partial x$$

    Args:
        func: gives one number.
        argnums: in which arguments; each may be a Tensor or a dict, list or tuple of them.
        has_aux: whether it returns a pair (number, anything else).

    Returns:
        A function of the same arguments that gives the gradient, with has_aux (gradient, aux).

    Example:
        >>> import pellucid
        >>> from pellucid.func import grad
        >>> grad(pellucid.sin)(pellucid.tensor(0.0))
        tensor(1.)
        >>> grad(grad(lambda x: x**3))(pellucid.tensor(2.0))
        tensor(12.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        slopes, rest = both(*args, **kwargs)
        return (slopes, rest[1]) if has_aux else slopes

    return call


def _one_number(value: Any) -> Tensor:
    if not isinstance(value, Tensor):
        raise KindError(f"grad: the function must return a Tensor, not {a_kind(value)}.")
    if value.ndim != 0:
        raise ShapeError(
            f"grad: the function must return one number, and its result has shape"
            f" {show(tuple(value.shape))}.\n Reduce it first, as in loss.mean(), or take jacrev."
        )
    return value


def _slopes(y: Tensor, xs: Sequence[Tensor], start: Any = None) -> tuple[Tensor, ...]:
    if not y.requires_grad:
        return tuple(zeros_like(x) for x in xs)
    found: Any = _blame(y, xs, start, create_graph=True, allow_unused=True)
    return tuple(zeros_like(x) if s is None else s for s, x in zip(found, xs, strict=True))


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """The result of a function, and a function that takes blame for it to the arguments.

    Args:
        func: gives Tensors.
        primals: its arguments.
        has_aux: whether it returns a pair (output, anything else).

    Returns:
        (output, back), with has_aux (output, back, aux); `back(v)` gives vᵀJ for each argument.

    Example:
        >>> import pellucid
        >>> y, back = pellucid.func.vjp(pellucid.square, pellucid.tensor([1.0, 3.0]))
        >>> back(pellucid.tensor([1.0, 1.0]))
        (tensor([2., 6.]),)
    """
    with enable_grad():
        held = _Watched("vjp", primals, tuple(range(len(primals))))
        value, aux = _split("vjp", func(*held.args), has_aux)
    heads = leaves(_some("vjp", value))

    def back(cotangents: Any) -> Any:
        given = leaves(cotangents)
        if _form(cotangents) != _form(value):
            raise KindError("vjp: the blame must lie in containers as the results do.")
        if [t.shape for t in given] != [t.shape for t in heads]:
            raise ShapeError("vjp: the blame must have the shapes of the function's results.")
        total: list[Any] = [zeros_like(x) for x in held.tensors]
        with enable_grad():
            for y, v in zip(heads, given, strict=True):
                total = [a + b for a, b in zip(total, _slopes(y, held.tensors, v), strict=True)]
        return held.released(held.shaped(total))

    out = held.released(value)
    return (out, back, held.released(aux)) if has_aux else (out, back)


def _form(tree: Any) -> Any:
    """The containers, without the Tensors."""
    return mapped(lambda _: None, tree)


def jvp(
    func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False,
    has_aux: bool = False,
) -> Any:  # fmt: skip
    """The result of a function, and how it moves when the arguments move.

    Args:
        func: gives Tensors.
        primals: a tuple of its arguments.
        tangents: how each of them moves.
        strict: accepted as in PyTorch.
        has_aux: whether it returns a pair (output, anything else).

    Returns:
        (output, J·t), with has_aux (output, J·t, aux).

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor([1.0, 3.0])
        >>> pellucid.func.jvp(pellucid.square, (x,), (pellucid.ones(2),))
        (tensor([1., 9.]), tensor([2., 6.]))
    """
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, tuple):
            raise KindError(
                f"jvp: {what} is a tuple, one for each argument, not {a_kind(given)}.\n"
                " For a function of one argument: jvp(f, (x,), (t,))."
            )
    with enable_grad():
        held = _Watched("jvp", primals, tuple(range(len(primals))))
        value, aux = _split("jvp", func(*held.args), has_aux)
        moves = leaves(list(tangents))
        if [t.shape for t in moves] != [t.shape for t in held.tensors]:
            raise ShapeError("jvp: tangents must have the shapes of primals.")
        moved = [pushed(y, held.tensors, moves) for y in leaves(_some("jvp", value))]
    given, out = held.released((rebuilt(value, moved), value))
    return (out, given, held.released(aux)) if has_aux else (out, given)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """The result of a function, and how it moves when the arguments move, as a function of that.

    The function is computed once; what it gives back goes through its graph alone.

    Args:
        func: gives Tensors.
        primals: its arguments: Tensors, or dicts, lists or tuples of them.

    Returns:
        (output, move): `move(*tangents)` is J·t, as `jvp(func, primals, tangents)` would give it.

    Example:
        >>> import pellucid
        >>> y, move = pellucid.func.linearize(pellucid.square, pellucid.tensor([1.0, 3.0]))
        >>> move(pellucid.ones(2))
        tensor([2., 6.])
    """
    if not primals:
        raise SettingError("linearize: the function needs arguments to be moved.")
    with enable_grad():
        held = _Watched("linearize", primals, tuple(range(len(primals))))
        value = func(*held.args)
        results = leaves(_some("linearize", value))

    def move(*tangents: Any) -> Any:
        moves = leaves(list(tangents))
        if [(t.shape, t.dtype) for t in moves] != [(t.shape, t.dtype) for t in held.tensors]:
            raise ShapeError(
                "linearize: tangents must have the structure, shapes and dtypes of primals."
            )
        with enable_grad():
            moved = [pushed(y, held.tensors, moves) for y in results]
        return held.released(rebuilt(value, moved))

    return held.released(value), move


def jacrev(
    func: Callable[..., Any], argnums: _Places = 0, has_aux: bool = False, *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:  # fmt: skip
    r"""The derivative of every number of the result by every number of an argument.

    $$J_{ij} = \partial y_i / \partial x_j$$

    One backward pass for each number of the result.

    Args:
        func: gives a Tensor, or a dict, list or tuple of them.
        argnums: in which arguments.
        has_aux: whether it returns a pair (output, anything else).
        chunk_size: accepted as in PyTorch.

    Returns:
        A function of the same arguments; its results have the result's axes, then the argument's.

    Example:
        >>> import pellucid
        >>> pellucid.func.jacrev(pellucid.square)(pellucid.tensor([1.0, 3.0]))
        tensor([[2., 0.],
                [0., 6.]])
    """

    @functools.wraps(func)
    def call(*args: Any, **kwargs: Any) -> Any:
        with enable_grad():
            held = _Watched("jacrev", args, argnums)
            value, aux = _split("jacrev", func(*held.args, **kwargs), has_aux)
            _some("jacrev", value)
            table = mapped(lambda y: held.shaped(_rows(y, held.tensors)), value)
        table, aux = held.released((table, aux))
        return (table, aux) if has_aux else table

    return call


def jacfwd(
    func: Callable[..., Any], argnums: _Places = 0, has_aux: bool = False, *,
    chunk_size: int | None = None, randomness: str = "error",
) -> Callable[..., Any]:  # fmt: skip
    """`jacrev` under PyTorch's name for forward mode: the same numbers, by backward passes.

    Args:
        func: gives a Tensor, or a dict, list or tuple of them.
        argnums: in which arguments.
        has_aux: whether it returns a pair (output, anything else).
        chunk_size: accepted as in PyTorch.
        randomness: accepted as in PyTorch.
    """
    return jacrev(func, argnums, has_aux, chunk_size=chunk_size)


def hessian(func: Callable[..., Any], argnums: _Places = 0) -> Callable[..., Any]:
    r"""The second derivatives of a function.

    $$H_{ij} = \partial^2 y / \partial x_i \partial x_j$$

    Args:
        func: gives a Tensor, usually one number.
        argnums: in which arguments.

    Example:
        >>> import pellucid
        >>> pellucid.func.hessian(lambda x: (x**3).sum())(pellucid.tensor([1.0, 2.0]))
        tensor([[ 6.,  0.],
                [ 0., 12.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


def _rows(y: Tensor, xs: Sequence[Tensor]) -> list[Any]:
    if y.numel() == 0:
        return [zeros((*y.shape, *x.shape), dtype=x.dtype) for x in xs]
    found = [_slopes(one, xs) for one in y.reshape(-1).unbind(0)]
    return [
        FUNCTIONS["stack"](column, 0).reshape((*y.shape, *x.shape))
        for column, x in zip(zip(*found, strict=True), xs, strict=True)
    ]
