"""`explain`: where any number came from, and why any gradient is what it is.

∂L/∂w₂ = ∂L/∂ŷ · ∂ŷ/∂w₂ = 2(ŷ − y) · x₂ = −2.0 · 2.0 = −4.0
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import GraphError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.lenses.origin import origin_view
from pellucid.lenses.shown import Shown
from pellucid.lenses.slope import slope_view
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.misspelled import told_if_misspelled

__all__ = ["Explanation", "explain"]

Index = tuple[int, ...]


class Explanation(Shown):
    """The answer of `explain`: slopes, paths and shares, or the parts that a value is made of."""


@told_if_misspelled
def explain(
    tensor: Tensor,
    wrt: Tensor | None = None,
    at: int | Index | None = None,
    *,
    paths: int = 10,
    check: bool = True,
    depth: int = 3,
) -> Explanation:
    """Say why a gradient is what it is, or, without `wrt`, where a value came from.

    With `wrt`, the chain rule with real numbers, from `tensor` (the loss) to one entry of `wrt`:
    every factor, and in deeper networks the sum over paths, the largest first, with what was left
    out.

    Args:
        tensor: the result: one number where `wrt` is given, any recorded Tensor otherwise.
        wrt: whose entry is blamed: a weight, an input, or anything on the way.
        at: which entry of `wrt` (without it: of `tensor`); may be left out if there is only one.
        paths: how many paths to show.
        check: move the entry a little, run forward again, and compare the slopes.
        depth: without `wrt`, how many steps back to look.

    Returns:
        an `Explanation`: print it, or call `.latex()`, `.to_dict()`, `.json()`, `.html()`.

    Raises:
        GraphError: nothing was recorded, `wrt` takes no part, or a value was overwritten since.
        IndexRangeError: `at` does not exist.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor(3.0, requires_grad=True)
        >>> print(pellucid.explain(x * x, wrt=x).text(72).splitlines()[0])
        ∂y/∂x = 6.0
    """
    root = _node(tensor, "tensor")
    if isinstance(paths, bool) or not isinstance(paths, int) or paths < 1:
        raise SettingError(f"explain: paths must be a whole number from 1 on, and it is {paths!r}.")
    if wrt is None:
        _refuse_unrecorded(root)
        return Explanation(origin_view(root, _place(root, at, "the Tensor"), depth))
    source = _node(wrt, "wrt")
    _refuse_unrecorded(root)
    if root.size != 1:
        raise ShapeError(
            "explain with wrt starts from one number, and this Tensor has shape "
            f"{show(root.shape)}.\n Pass the loss, or pick a number first: explain(y[0, 1], wrt=…)."
        )
    return Explanation(slope_view(root, source, _place(source, at, "wrt"), paths, check))


def _node(value: Any, role: str) -> Node:
    if not isinstance(value, Tensor):
        raise SettingError(f"explain: {role} must be a Tensor, and it is {a_kind(value)}.")
    return value._node


def _refuse_unrecorded(root: Node) -> None:
    if root.op is not None and root.inputs:
        return
    if root.op is None:
        what = "this Tensor was not computed from anything: it is data, a weight or a constant."
        raise GraphError(f"{what}\n Pass something that was computed from it, such as the loss.")
    raise GraphError(
        f"the graph behind this Tensor ({root.op.name}) was released by a later backward(), as "
        "only the latest is kept.\n Explain a loss before the next backward()."
        if root.spent
        else f"nothing was recorded behind this Tensor ({root.op.name}).\n It was computed under "
        "no_grad(), or from Tensors without requires_grad; only what may need a gradient is "
        "recorded."
    )


def _place(node: Node, at: int | Index | None, whose: str) -> Index:
    """The entry that is meant, as an index of non-negative numbers."""
    shape, name = node.shape, node.name or whose
    if at is None:
        if node.size == 1:
            return (0,) * len(shape)
        example = ", ".join("0" for _ in shape) + ("," if len(shape) == 1 else "")
        raise IndexRangeError(
            f"{name} has {node.size} entries, shape {show(shape)}, and one is explained at a "
            f"time.\n Say which: at=({example})."
        )
    index = at if isinstance(at, tuple) else (at,)
    if not all(isinstance(i, int) and not isinstance(i, bool) for i in index):
        raise SettingError(
            f"explain: at must be whole numbers, one for each axis, and it is {at!r}."
        )
    fits = len(index) == len(shape)
    if not fits or not all(-n <= i < n for i, n in zip(index, shape, strict=True)):
        raise IndexRangeError(
            f"at={at!r} does not exist in {name}, which has shape {show(shape)}.\n"
            f" Give {_wanted(shape)}."
        )
    return tuple(i % n for i, n in zip(index, shape, strict=True))


def _wanted(shape: Index) -> str:
    if not shape:
        return "at=(), or leave it out: there is only one number"
    ranges = " and ".join(f"0 to {n - 1}" for n in shape)
    return f"{len(shape)} number{'s' * (len(shape) > 1)}: {ranges}"
