"""What a loss asks of its inputs before anything is computed, and what it says where that fails."""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.dtypes import BOOL, FLOAT
from pellucid.errors import DTypeError, IndexRangeError, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn.caution import made_by, place
from pellucid.ops.classes import class_axis
from pellucid.shapes import Mismatch, Shape, broadcast, show
from pellucid.spelling import a_kind
from pellucid.tensor.bounds import look_at
from pellucid.tensor.caution import caution

__all__ = [
    "chances", "class_numbers", "in_range", "log_chances", "pairs", "raw_scores", "reduced_by",
    "tensors",
]  # fmt: skip


def reduced_by(
    size_average: bool | None, reduce: bool | None, reduction: str, *, also: str = ""
) -> str:
    """The reduction asked for; PyTorch's two older arguments are understood too."""
    if size_average is not None or reduce is not None:
        if reduce is False:
            return "none"
        return "sum" if size_average is False else "mean"
    if reduction not in ("mean", "sum", "none") and reduction != (also or None):
        known = "'mean', 'sum' or 'none'" if not also else f"'mean', 'sum', 'none' or {also!r}"
        raise SettingError(f"reduction is {known}, and it is {reduction!r}.")
    return reduction


def tensors(name: str, **given: Any) -> None:
    """Losses work on Tensors."""
    for what, value in given.items():
        if value is None:
            raise DTypeError(
                f"{name}: {what} is None.\n"
                " Did the forward() of the model, or what else made it, forget its return?"
            )
        if not isinstance(value, Node):
            raise DTypeError(
                f"{name}: {what} must be a Tensor and is {a_kind(value)}.\n"
                " Make one: pellucid.tensor(value)."
            )


def pairs(name: str, input: Node, target: Node) -> None:
    """Predictions and targets in one shape; a stretch is possible and hardly ever meant."""
    a, b = input.shape, target.shape
    if a == b:
        return
    try:
        both = broadcast(a, b)
    except Mismatch:
        raise ShapeError(
            f"{name}: input and target must have the same shape, and do not fit.\n"
            f"   input   {show(a)}\n   target  {show(b)}\n {_fitting(a, b)}"
        ) from None
    caution(
        f"{name}: input {show(a)} and target {show(b)} are stretched to {show(both)}, "
        f"so that predictions meet targets of other rows.\n {_same(a, b)}"
    )


def _fitting(a: Shape, b: Shape) -> str:
    if len(a) == 2 and b == a[:1]:
        return (
            "With one target for each row, the last layer ends in 1. "
            f"For class numbers 0 to {a[1] - 1}, take cross_entropy."
        )
    return "Give one target for each prediction."


def _same(a: Shape, b: Shape) -> str:
    if a == (*b, 1):
        return "Give both the same shape: target.unsqueeze(-1), or input.squeeze(-1)."
    if b == (*a, 1):
        return "Give both the same shape: target.squeeze(-1), or input.unsqueeze(-1)."
    return "Give both the same shape."


def class_numbers(name: str, input: Node, target: Node, ignore_index: int | None) -> int | None:
    """Check class numbers; gives the number to be ignored, None where it does not occur."""
    shape = input.shape
    axis = class_axis(shape)
    rest = shape[:axis] + shape[axis + 1 :]
    if not shape or target.shape != rest:
        raise _wrong_shape(name, shape, target, rest)
    if target.dtype.category in (FLOAT, BOOL):
        raise DTypeError(
            f"{name}: class numbers must be whole numbers, and target is {target.dtype.name} "
            f"{show(target.shape)}.\n Convert it: target.long()."
            + (f" For probabilities give {show(shape)}." if name == "cross_entropy" else "")
        )
    question = partial(in_range, name, shape[axis], ignore_index)
    answer = look_at(target, question)
    return ignore_index if answer is NotImplemented else answer


def in_range(name: str, count: int, ignore_index: int | None, classes: Any) -> int | None:
    """Refuse class numbers beyond `count`; gives the one to be ignored, if it may occur."""
    if classes.size == 0:
        return None
    # Seen as unsigned, a negative number is a huge one: one look at the largest settles both ends.
    width = classes.dtype.itemsize * 8
    largest = int(classes.view(f"uint{width}").max())
    if largest < count and not (ignore_index is not None and 0 <= ignore_index < count):
        return None
    wrong = (classes < 0) | (classes >= count)
    if ignore_index is not None:
        wrong &= classes != ignore_index
    if wrong.any():
        at = tuple(int(i[0]) for i in wrong.nonzero()) if wrong.ndim else ()
        raise IndexRangeError(_out_of_range(name, int(classes[at]), at, count, classes, wrong))
    return ignore_index


def _out_of_range(name: str, found: int, at: Shape, count: int, classes: Any, wrong: Any) -> str:
    where = f" in row {at[0]}" if len(at) == 1 else f" at {show(at)}" if at else ""
    many = int(wrong.sum())
    more = f" ({many} rows in all have such numbers)" if many > 1 else ""
    largest, smallest = int(classes.max()), int(classes.min())
    if found == count == largest and smallest == 1:
        remedy = "The classes seem to be counted from 1: use target - 1."
    elif largest >= count:
        remedy = f"Make the last layer end in {largest + 1}, or look for a wrong label."
    elif name in ("cross_entropy", "nll_loss"):
        remedy = "Rows to be left out carry ignore_index, -100 unless said otherwise."
    else:
        remedy = "Look for a wrong label."
    return (
        f"{name}: target has class {found}{where}, and the input has {count} classes, "
        f"numbered 0 to {count - 1}{more}.\n {remedy}"
    )


def _wrong_shape(name: str, shape: Shape, target: Node, rest: Shape) -> ShapeError:
    if not shape:
        return ShapeError(f"{name}: input needs a class axis, as in (rows, classes), and has none.")
    lines = [
        f"{name}: input {show(shape)} and target {show(target.shape)} do not fit.",
        f"   input   {show(shape)}: {_axes(shape)}",
        f"   target  {show(target.shape)}, needs {show(rest)}: one class number for each",
    ]
    if target.shape == shape and name == "cross_entropy":
        lines.append(
            f" One-hot or probabilities? They are float numbers: target.float(); this is "
            f"{target.dtype.name}. For class numbers: target.argmax({class_axis(shape)})."
        )
    elif target.shape == (*rest, 1):
        lines.append(" Drop the last axis: target.squeeze(-1).")
    elif len(shape) == 3 and target.shape == shape[:2]:
        lines.append(" The classes belong in axis 1: input.transpose(1, 2).")
    else:
        lines.append(" Give one class number for each row.")
    return ShapeError("\n".join(lines))


def _axes(shape: Shape) -> str:
    if len(shape) == 1:
        return f"{shape[0]} classes"
    return f"{shape[0]} rows, {shape[1]} classes" + (" in axis 1" if len(shape) > 2 else "")


def chances(name: str, what: str, node: Node) -> None:
    """Probabilities lie between 0 and 1."""
    values = node.array
    if values is None or values.size == 0:
        return
    low, high = float(values.min()), float(values.max())
    if low >= 0.0 and high <= 1.0:
        return
    found = low if not low >= 0.0 else high
    if found != found:
        raise SettingError(
            f"{name}: {what} must lie between 0 and 1, and has NaN.\n"
            " Look for the first layer whose output has one."
        )
    hint = (
        "Put a Sigmoid in front; or better, take nn.BCEWithLogitsLoss, which takes raw scores."
        if what == "input"
        else "Labels are 0 and 1, or probabilities between."
    )
    raise SettingError(f"{name}: {what} must lie between 0 and 1, and has {found:.4g}.\n {hint}")


# What a loss does to its input itself, and what to say where that has been done before.
_DONE_TWICE = {
    "cross_entropy": (
        "softmax",
        "cross_entropy takes raw scores and applies softmax itself, but its input comes out of a "
        "softmax ({where}).\n Leave that softmax out of training; apply it to read probabilities.",
    ),
    "nll_loss": (
        "softmax",
        "nll_loss takes log-probabilities, but its input comes out of a softmax ({where}).\n"
        " Use log_softmax there, or cross_entropy on the raw scores.",
    ),
    "binary_cross_entropy_with_logits": (
        "sigmoid",
        "binary_cross_entropy_with_logits takes raw scores and applies sigmoid itself, but its "
        "input comes out of a sigmoid ({where}).\n"
        " Leave that sigmoid out, or take binary_cross_entropy.",
    ),
}


def raw_scores(name: str, input: Node) -> bool:
    """Warn where the scores have passed a function that the loss applies itself.

    Returns:
        whether there was anything to say.
    """
    op, text = _DONE_TWICE[name]
    found = made_by(input, op) if input.op is not None else None
    if found is not None:
        caution(text.format(where=place(found)))
    return found is not None


def log_chances(name: str, input: Node) -> None:
    """Warn where numbers that should be log-probabilities can be none: above 0."""
    values = input.array
    if values is None or values.size == 0 or made_by(input, "log_softmax") is not None:
        return
    high = float(values.max())
    if high > 1e-3:  # what rounding leaves of a probability of 1 is far below
        caution(
            f"{name} takes log-probabilities, which are never above 0, and the input has "
            f"{high:.4g}.\n Put nn.LogSoftmax(dim=1) in front; or take cross_entropy, which takes "
            "raw scores.",
            about=f"{name} above 0",
        )
