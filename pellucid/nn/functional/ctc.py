"""The loss of a sequence of labels whose places are not known: every way to place them counts."""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.dtypes import FLOAT, DType, int64
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.mode import current
from pellucid.graph.node import Node
from pellucid.nn.functional.checks import reduced_by, tensors
from pellucid.nn.functional.losses import reduced
from pellucid.ops import elementwise as ew
from pellucid.ops.compare import eq, isinf, lt, ne, where
from pellucid.ops.ctc import CLOSED
from pellucid.ops.ctc import ctc as ctc_op
from pellucid.ops.held import detach
from pellucid.ops.indexing import gather, take
from pellucid.ops.movement import expand, reshape, slice_
from pellucid.ops.rearrange import pad
from pellucid.ops.reduce import cumsum, sum_
from pellucid.shapes import show
from pellucid.tensor.bounds import look_at
from pellucid.tensor.creation import arange, tensor

__all__ = ["ctc_loss"]


def ctc_loss(
    log_probs: Node,
    targets: Node,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: str = "mean",
    zero_infinity: bool = False,
) -> Node:
    """The surprise of a sequence of labels, over all ways to lay it along the frames.

    Args:
        log_probs: log-probabilities of the classes in each frame, out of log_softmax.
        targets: class numbers, a row for each sequence, or all sequences end to end.
        input_lengths: how many frames each sequence has.
        target_lengths: how many labels each has.
        blank: the class that stands for no label.
        reduction: "mean" (of the losses divided by the numbers of labels), "sum" or "none".
        zero_infinity: give 0, and no blame, where there are too few frames for the labels.

    Shape:
        log_probs `(T, N, C)` or `(T, C)`; targets `(N, S)` or `(sum of target_lengths)`; lengths
        `(N)` or `()`.

    Example:
        >>> import pellucid
        >>> import pellucid.nn.functional as F
        >>> even = pellucid.zeros(4, 1, 3).log_softmax(2)
        >>> F.ctc_loss(even, pellucid.tensor([[1, 2]]), (4,), (2,))
        tensor(0.8432)

    Source: Graves, Fernández, Gomez & Schmidhuber 2006.
    """
    tensors("ctc_loss", log_probs=log_probs, targets=targets)
    reduction = reduced_by(None, None, reduction)
    scores = _frames(log_probs, blank)
    count, batched = scores.shape[1], len(log_probs.shape) == 3
    frames = _lengths("input_lengths", input_lengths, count)
    sizes = _lengths("target_lengths", target_lengths, count)
    look_at(frames, partial(_within, "input_lengths", scores.shape[0], "frames"))
    labels = _labels(targets, sizes, scores.shape[2], blank)
    losses = _losses(scores, labels, frames, sizes, blank)
    if zero_infinity:
        losses = where(isinf(losses), 0.0, losses)
    if reduction == "mean":
        losses = ew.div(losses, ew.cast(ew.maximum(sizes, 1), dtype=losses.dtype))
    return reduced(losses if batched else reshape(losses, shape=()), reduction)


def _frames(log_probs: Node, blank: int) -> Node:
    """The log-probabilities, with an axis for the sequences."""
    shape = log_probs.shape
    if log_probs.dtype.category != FLOAT:
        raise DTypeError(
            f"ctc_loss: log_probs must be float and are {log_probs.dtype.name}.\n"
            " Put log_softmax behind the scores."
        )
    if len(shape) not in (2, 3) or 0 in shape:
        raise ShapeError(
            "ctc_loss: log_probs need axes (frames, sequences, classes), or (frames, classes), "
            f"with at least one of each, and have {show(shape)}."
        )
    if not 0 <= blank < shape[-1]:
        raise IndexRangeError(
            f"ctc_loss: blank is one of the {shape[-1]} classes, 0 to {shape[-1] - 1}, "
            f"and it is {blank}."
        )
    return log_probs if len(shape) == 3 else reshape(log_probs, shape=(shape[0], 1, shape[1]))


def _lengths(name: str, given: Any, count: int) -> Node:
    """Lengths as one whole number for each sequence."""
    node = given if isinstance(given, Node) else tensor(given)._node
    if node.dtype.category == FLOAT and node.size:
        raise DTypeError(f"ctc_loss: {name} must be whole numbers and are {node.dtype.name}.")
    if node.size != count or len(node.shape) > 1:
        raise ShapeError(
            f"ctc_loss: {name} needs one length for each of {count} sequences, and has shape "
            f"{show(node.shape)}.\n log_probs are (frames, sequences, classes)."
        )
    whole = _as(node, int64)
    return whole if whole.shape else reshape(whole, shape=(1,))


def _as(node: Node, dtype: DType) -> Node:
    return node if node.dtype is dtype else ew.cast(node, dtype=dtype)


def _within(name: str, most: int, what: str, lengths: Any) -> None:
    if lengths.size and not 0 <= lengths.min() <= lengths.max() <= most:
        wrong = lengths.min() if lengths.min() < 0 else lengths.max()
        raise SettingError(
            f"ctc_loss: {name} has {int(wrong)}, and there are {most} {what} for each sequence."
        )


def _labels(targets: Node, sizes: Node, classes: int, blank: int) -> Node:
    """A row of labels for each sequence, filled up with blanks."""
    count = sizes.shape[0]
    if len(targets.shape) == 2 and targets.shape[0] == count:
        look_at(sizes, partial(_within, "target_lengths", targets.shape[1], "labels"))
        rows = targets
    elif len(targets.shape) == 1:
        rows = _taken_apart(targets, sizes)
    else:
        raise ShapeError(
            f"ctc_loss: targets need axes ({count}, labels), or all labels end to end, and have "
            f"{show(targets.shape)}."
        )
    places = arange(rows.shape[1])._node
    named = lt(places, reshape(sizes, shape=(count, 1)))
    labels = where(named, rows, blank)
    look_at(labels, partial(_are_classes, classes))
    return _as(labels, int64)


def _are_classes(classes: int, labels: Any) -> None:
    wrong = (labels < 0) | (labels >= classes)
    if wrong.any():
        raise IndexRangeError(
            f"ctc_loss: targets have class {int(labels[wrong].flat[0])}, and log_probs have "
            f"{classes} classes, numbered 0 to {classes - 1}."
        )


def _taken_apart(targets: Node, sizes: Node) -> Node:
    """Rows out of labels that lie end to end, as long as the longest where that is known."""
    total, longest = targets.shape[0], targets.shape[0]
    if sizes.array is not None:
        longest = int(sizes.array.max()) if sizes.size else 0
        if int(sizes.array.sum()) != total or (sizes.size and sizes.array.min() < 0):
            raise ShapeError(
                f"ctc_loss: target_lengths add up to {int(sizes.array.sum())}, and targets "
                f"{show(targets.shape)} hold {total} labels."
            )
    if total == 0:
        return (
            reshape(targets, shape=(1, 0))
            if sizes.size == 1
            else expand(reshape(targets, shape=(1, 0)), shape=(sizes.size, 0))
        )
    first = reshape(ew.sub(cumsum(sizes, axis=0), sizes), shape=(sizes.size, 1))
    index = ew.minimum(ew.add(first, arange(longest)._node), total - 1)
    return take(targets, index, axes=(0,))


def _losses(scores: Node, labels: Node, frames: Node, sizes: Node, blank: int) -> Node:
    """The loss of every sequence: blanks between the labels, then a sum over all paths."""
    (steps, rows, _), dtype = scores.shape, scores.dtype
    states = _with_blanks(labels, blank)
    width = states.shape[1]

    def mask(costs: Node) -> Node:
        return expand(_as(costs, dtype), shape=(rows, width))

    start = tensor([0.0, *[CLOSED] * (width - 1)])._node
    labels_before = tensor([(place + 1) // 2 for place in range(width)])._node
    ends = eq(labels_before, reshape(sizes, shape=(rows, 1)))  # the last label, the blank behind it
    alive = lt(
        reshape(arange(steps)._node, shape=(steps, 1, 1)), reshape(frames, shape=(1, rows, 1))
    )
    index = expand(reshape(states, shape=(1, rows, width)), shape=(steps, rows, width))
    losses = ctc_op(
        gather(scores, index, axis=2),
        _as(_hops(states), dtype),
        mask(start),
        mask(_open_where(ends)),
        alive,
    )
    return ew.add(losses, _as_if_normalized(scores, alive)) if scores.requires_grad else losses


def _with_blanks(labels: Node, blank: int) -> Node:
    """Blank, label, blank, label, …, blank."""
    rows, size = labels.shape
    apart = reshape(labels, shape=(rows, size, 1))
    pairs = pad(apart, widths=((0, 0), (0, 0), (1, 0)), value=blank)
    return pad(reshape(pairs, shape=(rows, 2 * size)), widths=((0, 0), (0, 1)), value=blank)


def _open_where(condition: Node) -> Node:
    return where(condition, 0.0, CLOSED)


def _hops(states: Node) -> Node:
    """Open where a state can follow the last but one: a label unlike the label before."""
    rows, width = states.shape
    if width < 3:
        return expand(tensor(CLOSED)._node, shape=(rows, width))
    later = slice_(states, spec=((0, rows, 1), (2, width, 1)))
    earlier = slice_(states, spec=((0, rows, 1), (0, width - 2, 1)))
    return pad(_open_where(ne(later, earlier)), widths=((0, 0), (2, 0)), value=CLOSED)


def _as_if_normalized(scores: Node, alive: Node) -> Node:
    """Nothing, with the slope exp(x): what log_softmax would take off, PyTorch leaves in already.

    Behind a log_softmax the blame of its scores is the same with it and without.
    """
    p = ew.exp(scores)
    nothing = ew.sub(p, detach(p))
    known = alive.array is not None and not current().symbolic
    everywhere = known and bool(alive.array.all())
    return sum_(nothing if everywhere else where(alive, nothing, 0.0), axes=(0, 2))
