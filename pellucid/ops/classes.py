"""Losses of class numbers: pick the log-probability of the true class and take it with a minus.

L = −ln p_true        cross-entropy = softmax, logarithm and this, in one stable chain
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import FLOAT, DType
from pellucid.graph.emit import constant
from pellucid.graph.node import Node
from pellucid.ops.compare import ne, where
from pellucid.ops.elementwise import add, div, mul, neg
from pellucid.ops.movement import expand, reshape
from pellucid.ops.op import Op, Sample, composition, define
from pellucid.ops.reduce import sum_
from pellucid.ops.softmax import log_softmax
from pellucid.shapes import Mismatch, Shape, numel, show

__all__ = ["class_axis", "cross_entropy", "nll", "nll_back"]

SAMPLES = (
    Sample(((4, 3), [0, 2, 1, 2])),
    Sample(((4, 3), [0, 2, 1, 2]), {"reduction": "sum"}),
    Sample(((4, 3), [0, 2, 1, 2]), {"reduction": "none"}),
    Sample(((2, 3, 4), [[0, 2, 1, 2], [1, 1, 0, 2]])),
    Sample(((4, 3), [0, -100, 1, 2]), {"ignore_index": -100}),
    Sample(((4, 3), [0, 2, 1, 2], [0.2, 0.5, 0.3]), fixed=(2,)),
    Sample(((4, 3), [0, 1, 1, 2], [0.2, 0.5, 0.3]), {"ignore_index": 1}, fixed=(2,)),
)


def class_axis(shape: Shape) -> int:
    """Where the classes are: the second axis, or the only one."""
    return 0 if len(shape) == 1 else 1


def _rest(shape: Shape) -> Shape:
    axis = class_axis(shape)
    return shape[:axis] + shape[axis + 1 :]


def _at(xp: Any, shape: Shape, target: Any) -> tuple[Any, ...]:
    """The index of the true class of every row."""
    axis = class_axis(shape)
    at: list[Any] = []
    for a, n in enumerate(_rest(shape)):
        view = [1] * (len(shape) - 1)
        view[a] = n
        at.append(xp.arange(n).reshape(view) if len(view) > 1 else xp.arange(n))
    at.insert(axis, target)
    return tuple(at)


def _counted(
    xp: Any, target: Any, weight: Any, dtype: Any, ignore_index: int | None
) -> tuple[Any, Any]:
    """A class number for every row that can be looked up, and what the row counts; None for 1."""
    if ignore_index is None:
        return target, None if weight is None else weight[target]
    valid = target != ignore_index
    target = xp.where(valid, target, 0)
    counts = valid.astype(dtype)
    return target, counts if weight is None else weight[target] * counts


def _total(xp: Any, counts: Any, target: Any, dtype: Any) -> Any:
    return xp.asarray(target.size, dtype) if counts is None else xp.sum(counts)


def _nll(
    xp: Any,
    log_p: Any,
    target: Any,
    weight: Any = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Any:
    rows, counts = _counted(xp, target, weight, log_p.dtype, ignore_index)
    each = log_p[_at(xp, log_p.shape, rows)]
    if ignore_index is not None:  # −∞ · 0 is not 0: what is ignored must not be looked at
        each = xp.where(target == ignore_index, xp.zeros((), log_p.dtype), each)
    if counts is not None:
        each = each * counts
    if reduction == "none":
        return -each
    total = -xp.sum(each)
    return total if reduction == "sum" else total / _total(xp, counts, target, log_p.dtype)


def _nll_back(
    xp: Any,
    g: Any,
    target: Any,
    weight: Any = None,
    shape: Shape = (),
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Any:
    rows, counts = _counted(xp, target, weight, g.dtype, ignore_index)
    share = -g / _total(xp, counts, target, g.dtype) if reduction == "mean" else -g
    if counts is not None:
        share = share * counts
    if ignore_index is not None:  # where all are ignored, the mean is 0/0 and yet nobody's fault
        share = xp.where(target == ignore_index, xp.zeros((), g.dtype), share)
    return xp.added(xp.zeros(shape, g.dtype), _at(xp, shape, rows), share)


def _nll_shape(
    log_p: Shape,
    target: Shape,
    weight: Shape | None = None,
    reduction: str = "mean",
    ignore_index: int | None = None,
) -> Shape:
    if not log_p or target != _rest(log_p):
        wanted = show(_rest(log_p)) if log_p else "a class axis in the input"
        raise Mismatch(f"target needs shape {wanted} and has {show(target)}")
    classes = log_p[class_axis(log_p)]
    if weight is not None and weight != (classes,):
        raise Mismatch(f"weight needs one number for each of {classes} classes: {show(weight)}")
    return target if reduction == "none" else ()


def _first_float(*dtypes: DType, **_: Any) -> DType:
    return dtypes[0]


nll: Op = define(
    "nll",
    sentence="Minus the log-probability of the true class: the surprise of the answer.",
    equation=r"L = -\frac{1}{\sum_i w_{y_i}} \sum_i w_{y_i}\, x_{i, y_i}",
    derivative=r"\partial L/\partial x_{ic} = -\frac{w_{y_i}}{\sum_j w_{y_j}} [c = y_i]",
    forward=_nll,
    gradient=(
        lambda g, y, log_p, *rest, **settings: nll_back(g, *rest, shape=log_p.shape, **settings),
        None,
        None,
    ),
    shape=_nll_shape,
    dtype=_first_float,
    cost=lambda shapes, out, **_: 3 * numel(shapes[1]),
    terms=("−[c = y]/n",),
    traits="loss indexing",
    samples=SAMPLES,
)

nll_back: Op = define(
    "nll_back",
    sentence="The blame of class losses: each row's share, at the true class, zero elsewhere.",
    equation=r"y_{ic} = -\frac{w_{y_i}}{\sum_j w_{y_j}} [c = y_i]\, g_i",
    derivative=r"\partial L/\partial g_i = -\frac{w_{y_i}}{\sum_j w_{y_j}} G_{i, y_i}",
    forward=_nll_back,
    gradient=(
        lambda g, y, share, *rest, shape=(), **settings: nll(g, *rest, **settings),
        None,
        None,
    ),
    shape=lambda *shapes, shape=(), **_: shape,
    dtype=_first_float,
    cost=lambda shapes, out, **_: numel(out),
    terms=("−[c = y]/n",),
    traits="indexing",
    samples=(
        Sample(((), [0, 2, 1, 2]), {"shape": (4, 3)}),
        Sample(((4,), [0, 2, 1, 2]), {"shape": (4, 3), "reduction": "none"}),
    ),
)


@composition(
    "cross_entropy",
    equation=r"L = -\frac1n \sum_i \ln \operatorname{softmax}(z_i)_{y_i}",
    derivative=r"\partial L/\partial z_{ic} = \frac1n (p_{ic} - [c = y_i])",
    terms=("(p − [c = y])/n",),
    traits="loss",
    samples=(
        *SAMPLES,
        Sample(((4, 3), [0, 2, 1, 2]), {"label_smoothing": 0.1}),
        Sample(
            ((4, 3), [0, 1, 1, 2], [0.2, 0.5, 0.3]),
            {"label_smoothing": 0.1, "ignore_index": 1},
            fixed=(2,),
        ),
        Sample(((2, 3), [[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])),
    ),
)
def cross_entropy(
    input: Node,
    target: Node,
    weight: Node | None = None,
    *,
    reduction: str = "mean",
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> Node:
    """The surprise of the true classes, given raw scores; softmax and logarithm are inside."""
    axis = class_axis(input.shape)
    log_p = log_softmax(input, axis=axis)
    if target.dtype.category == FLOAT:
        return _of_chances(log_p, target, weight, axis, reduction, label_smoothing)
    given = (target,) if weight is None else (target, weight)
    settings: dict[str, Any] = {"reduction": reduction}
    if ignore_index is not None:
        settings["ignore_index"] = ignore_index
    hard = nll(log_p, *given, **settings)
    if label_smoothing == 0.0:
        return hard
    soft = _smooth(log_p, given, axis, settings)
    return add(mul(hard, 1.0 - label_smoothing), mul(soft, label_smoothing / input.shape[axis]))


def _smooth(log_p: Node, given: tuple[Node, ...], axis: int, settings: dict[str, Any]) -> Node:
    """The loss if every class were true; rows count as they do for their own class."""
    spread = log_p if len(given) == 1 else mul(log_p, _along(given[1], log_p.shape, axis))
    each = neg(sum_(spread, axes=(axis,)))
    if "ignore_index" in settings:
        each = where(ne(given[0], settings["ignore_index"]), each, 0.0)
    if settings["reduction"] == "none":
        return each
    total = sum_(each, axes=tuple(range(len(each.shape))))
    if settings["reduction"] == "sum":
        return total
    minus_one = expand(constant(-1.0, log_p.dtype), shape=log_p.shape)
    return div(total, nll(minus_one, *given, **{**settings, "reduction": "sum"}))


def _of_chances(
    log_p: Node, target: Node, weight: Node | None, axis: int, reduction: str, smoothing: float
) -> Node:
    """Cross-entropy against a probability for every class."""
    classes = log_p.shape[axis]
    if smoothing:
        target = add(mul(target, 1.0 - smoothing), smoothing / classes)
    if weight is not None:
        target = mul(target, _along(weight, log_p.shape, axis))
    each = neg(mul(log_p, target))
    if reduction == "none":
        return sum_(each, axes=(axis,))
    total = sum_(each, axes=tuple(range(len(each.shape))))
    return total if reduction == "sum" else div(total, float(numel(_rest(log_p.shape))))


def _along(weight: Node, shape: Shape, axis: int) -> Node:
    """One number per class, with axes to be stretched against `shape`."""
    return reshape(weight, shape=tuple(n if a == axis else 1 for a, n in enumerate(shape)))
