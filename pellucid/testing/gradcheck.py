r"""Is the derivative right? Compare what backward says with what small changes of the input do.

∂yᵢ/∂xⱼ ≈ (yᵢ(x + ε eⱼ) − yᵢ(x − ε eⱼ)) / 2ε
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from pellucid.dtypes import FLOAT, float64
from pellucid.errors import GraphError, PellucidError, PellucidWarning
from pellucid.tensor.creation import of_array
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.misspelled import refuse_unknown
from pellucid.tensor.tensor import Tensor

__all__ = ["GradcheckError", "gradcheck", "gradgradcheck"]


class GradcheckError(PellucidError, RuntimeError):
    """A derivative that finite differences contradict."""


class _Difference(NamedTuple):
    output: int
    row: tuple[int, ...]
    input: int
    column: tuple[int, ...]
    rule: float
    measured: float


_OWN = ("func", "inputs", "eps", "atol", "rtol", "raise_exception")
_FURTHER = (
    "nondet_tol", "check_undefined_grad", "check_grad_dtypes", "check_batched_grad",
    "check_batched_forward_ad", "check_forward_ad", "check_backward_ad", "fast_mode", "masked",
)  # fmt: skip
_OF_SECOND = ("gen_non_contig_grad_outputs", "check_fwd_over_rev", "check_rev_over_rev")


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    **further: Any,
) -> bool:
    """Compare the gradients of `func` with finite differences, for every input and output number.

    Args:
        func: takes the inputs, gives a Tensor or several.
        inputs: a Tensor or a tuple of Tensors; those with requires_grad are checked, in float64.
        eps: how far an input is moved to either side.
        atol: allowed is `atol + rtol · |difference quotient|`.
        rtol: the relative part of that.
        raise_exception: raise GradcheckError on the first contradiction, or give back False.
        further: PyTorch's settings of how it checks, such as `fast_mode`; every number is checked
            here in any case.

    Returns:
        True when they agree.

    Example:
        >>> import pellucid
        >>> x = pellucid.rand(3, dtype=pellucid.float64, requires_grad=True)
        >>> pellucid.testing.gradcheck(lambda x: (x * x.exp()).sum(), x)
        True
    """
    refuse_unknown("gradcheck", further, (*_OWN, *_FURTHER))
    given = _several(inputs)
    checked = _checked(given)
    outputs = _floats(func(*given))
    if not outputs:
        raise GraphError("gradcheck: the function gives no float Tensor, so it has no derivative.")
    rules = [_by_rule(y, [given[i] for i in checked]) for y in outputs]
    for at, i in enumerate(checked):
        quotients = _measured(func, given, i, len(outputs), eps)
        for k, (difference, measured) in enumerate(zip(outputs, quotients, strict=True)):
            rule = rules[k][at]
            wrong = _first_wrong(rule, measured, atol, rtol)
            if wrong is None:
                continue
            if not raise_exception:
                return False
            row, column = _place(wrong[0], difference), _place(wrong[1], given[i])
            found = _Difference(k, row, i, column, rule[wrong], measured[wrong])
            raise GradcheckError(_text(func, given, found, len(outputs), atol, rtol))
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    **further: Any,
) -> bool:
    """Compare second derivatives of `func` with finite differences of its first derivatives.

    Args:
        func: takes the inputs, gives a Tensor or several.
        inputs: a Tensor or a tuple of Tensors; those with requires_grad are checked.
        grad_outputs: the blame that starts at the outputs; drawn at random when left out.
        eps: as for `gradcheck`, and so are the rest.
        atol: absolute tolerance.
        rtol: relative tolerance.
        raise_exception: raise, or give back False.
        further: accepted as by `gradcheck`.

    Example:
        >>> import pellucid
        >>> x = pellucid.rand(3, dtype=pellucid.float64, requires_grad=True)
        >>> pellucid.testing.gradgradcheck(pellucid.sigmoid, x)
        True
    """
    refuse_unknown("gradgradcheck", further, ("grad_outputs", *_OWN, *_FURTHER, *_OF_SECOND))
    given = _several(inputs)
    wanted = _checked(given)
    outputs = _floats(func(*given))
    starts = _several(grad_outputs) if grad_outputs is not None else [_start(y) for y in outputs]

    def slopes(*args: Tensor) -> tuple[Tensor, ...]:
        xs, gs = args[: len(given)], args[len(given) :]
        ys = _floats(func(*xs))
        found = grad(
            ys, [xs[i] for i in wanted], gs, create_graph=True, allow_unused=True,
            materialize_grads=True,
        )  # fmt: skip
        return tuple(g for g in found if g is not None)

    slopes.__name__ = f"the gradient of {_name(func)}"
    return gradcheck(
        slopes, (*given, *starts), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception
    )


def _several(value: Any) -> tuple[Tensor, ...]:
    return (value,) if isinstance(value, Tensor) else tuple(value)


def _floats(out: Any) -> list[Tensor]:
    return [y for y in _several(out) if isinstance(y, Tensor) and y.dtype.category == FLOAT]


def _checked(given: tuple[Tensor, ...]) -> list[int]:
    """Positions of the inputs that are to be checked."""
    found = [i for i, x in enumerate(given) if isinstance(x, Tensor) and x.requires_grad]
    if not found:
        raise GraphError(
            "gradcheck: none of the inputs has requires_grad=True, so there is nothing to check.\n"
            " Make one with pellucid.rand(3, dtype=pellucid.float64, requires_grad=True)."
        )
    narrow = [i for i in found if given[i].dtype is not float64]
    if narrow:
        warnings.warn(
            f"gradcheck: input {narrow[0]} is {given[narrow[0]].dtype.name}; finite differences "
            "need float64 to be exact enough.",
            PellucidWarning,
            stacklevel=3,
        )
    return found


def _start(y: Tensor) -> Tensor:
    draws = np.random.default_rng(0).uniform(0.5, 1.5, tuple(y.shape))
    return of_array(np.asarray(draws, y.dtype.name), requires_grad=True)


def _measured(
    func: Callable[..., Any], given: tuple[Tensor, ...], i: int, outputs: int, eps: float
) -> list[Any]:
    """For each output the Jacobian by central differences: its numbers down, inputs across."""
    center = np.array(given[i].detach().numpy())
    columns: list[list[Any]] = [[] for _ in range(outputs)]
    for j in range(center.size):
        sides = [_moved(func, given, i, center, j, step) for step in (eps, -eps)]
        for column, after, before in zip(columns, *sides, strict=True):
            column.append((after - before) / (2 * eps))
    return [np.stack(c, axis=1) if c else np.zeros((0, 0)) for c in columns]


def _moved(
    func: Callable[..., Any], given: tuple[Tensor, ...], i: int, center: Any, j: int, step: float
) -> list[Any]:
    """The outputs, flat, when number `j` of input `i` is moved by a step.

    A leaf is moved where it lies: the function may look at it without taking it, as at a weight.
    """
    moved, x = center.copy(), given[i]
    moved.reshape(-1)[j] += step
    in_place = x.is_leaf and x._value().flags.writeable
    if in_place:
        x.detach().copy_(of_array(moved))
        args = given
    else:
        args = (*given[:i], of_array(moved, requires_grad=True), *given[i + 1 :])
    try:
        return [np.array(y.detach().numpy(), np.float64).reshape(-1) for y in _floats(func(*args))]
    finally:
        if in_place:
            x.detach().copy_(of_array(center))


def _by_rule(y: Tensor, xs: list[Tensor]) -> list[Any]:
    """The Jacobian by each input, by one backward pass for each output number."""
    found = [np.zeros((y.numel(), x.numel())) for x in xs]
    if not y.requires_grad:
        return found
    for r in range(y.numel()):
        one = np.zeros(tuple(y.shape), y.dtype.name)
        one.reshape(-1)[r] = 1
        blames = grad(y, xs, of_array(one), retain_graph=True, allow_unused=True)
        for rows, g in zip(found, blames, strict=True):
            if g is not None:
                rows[r] = np.asarray(g.detach().numpy(), np.float64).reshape(-1)
    return found


def _first_wrong(rule: Any, measured: Any, atol: float, rtol: float) -> tuple[int, int] | None:
    if not measured.size:
        return None
    far = ~np.isclose(rule, measured, rtol=rtol, atol=atol, equal_nan=False)
    if not far.any():
        return None
    row, column = np.argwhere(far)[0]
    return int(row), int(column)


def _place(flat: int, x: Tensor) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, x.shape)) if x.shape else ()


def _name(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__name__", type(func).__name__)).replace("<lambda>", "the function")


def _text(
    func: Callable[..., Any], given: tuple[Tensor, ...], d: _Difference, outputs: int,
    atol: float, rtol: float,
) -> str:  # fmt: skip
    x = given[d.input]
    with no_grad():
        value = float(x.detach().numpy()[d.column])
    label = f" ({x.name})" if x.name else ""
    which = f"output {d.output}, " if outputs > 1 else ""
    return (
        f"gradcheck: {_name(func)} has a wrong derivative by input {d.input}{label}, "
        f"shape {tuple(x.shape)}.\n"
        f"   {which}number {list(d.row)} of the output by number {list(d.column)} of the input, "
        f"which is {value:.6g}:\n"
        f"   backward says            {d.rule:.6g}\n"
        f"   finite differences say   {d.measured:.6g}\n"
        f" Allowed: {atol:g} + {rtol:g} · |difference quotient|. If the input stands on a kink, "
        "move it away."
    )
