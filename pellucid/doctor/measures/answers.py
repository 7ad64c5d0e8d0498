"""What targets and predictions say: classes or numbers, and how many answers are right.

Which of the two it is follows from the loss: cross-entropy over whole numbers or over shares,
binary cross-entropy over 0 and 1, a squared error over rows that hold a single 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.doctor.form import UNKNOWN, form
from pellucid.doctor.seen import LossSeen, Rows, Seen

__all__ = ["Answers", "Array", "answers", "answers_of", "explained", "loss_name", "said"]

Array = npt.NDArray[Any]

_CLASSES = ("cross_entropy", "nll_loss", "multi_margin_loss")
_BINARY = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
_LOGITS = "binary_cross_entropy_with_logits"
_SIZES = ("l1_loss", "smooth_l1_loss", "huber_loss")
_COUNTS = "poisson_nll_loss"
_BY_HAND = {"squares": "mse_loss", "sizes": "l1_loss", "logs": "logs"}


@dataclass(frozen=True)
class Answers:
    """Targets in one form.

    Attributes:
        kind: "classes" or "numbers".
        y: class numbers, (rows, places), −1 where none is asked for; or values, (rows, columns).
        classes: how many classes; 0 for numbers.
        binary: whether one output tells two classes apart.
    """

    kind: Literal["classes", "numbers"]
    y: Array
    classes: int = 0
    binary: bool = False


def loss_name(seen: Seen) -> str:
    """The loss by PyTorch's name, one written by hand included where its operations tell; or "".

    Args:
        seen: a training; its own losses are known as squared and absolute errors.
    """
    if seen.loss is None:
        return ""
    if seen.loss.name != "own":
        return seen.loss.name
    return _BY_HAND.get(form(seen), "")


def answers(seen: Seen, rows: Rows | None = None) -> Answers | None:
    """The targets of the rows that were learned from, or of others; None without any.

    Args:
        seen: a training.
        rows: other rows, such as `seen.held_out`.
    """
    rows = rows or seen.train
    if rows is None or form(seen) == UNKNOWN:
        return None
    return answers_of(rows.y, seen.loss, loss_name(seen))


def answers_of(y: Array, loss: LossSeen | None, name: str = "") -> Answers | None:
    """Targets as answers.

    Args:
        y: targets, (rows, …).
        loss: what is known of the loss.
        name: its name.
    """
    y = np.asarray(y)
    if not y.size or y.dtype == object or (loss is None and not np.issubdtype(y.dtype, np.number)):
        return None
    if loss is not None and loss.form == UNKNOWN:
        return None
    flat = y.reshape(len(y), -1)
    name = name or (loss.name if loss else "")
    if name in _BINARY or y.dtype == bool:
        return _of_shares(flat.astype(float))
    if name in _CLASSES and np.issubdtype(y.dtype, np.floating):
        return _classes(_by_share(y))
    if name == "kl_div":
        shares = y.ndim > 1 and np.allclose(y.sum(1), 1, atol=1e-3)
        return _classes(_by_share(y)) if shares else None
    if loss is not None and loss.form == "signs":
        return _of_shares((flat > 0).astype(float))
    if loss is not None and loss.name == "own" and _single_ones(y):
        return _classes(y.argmax(1)[:, None])
    whole = np.issubdtype(y.dtype, np.integer)
    if name in _CLASSES or (whole and (loss is None or loss.target_kind == "classes")):
        unasked = int(loss.settings.get("ignore_index", -100)) if loss else -100
        return _classes(np.where(flat == unasked, -1, flat))
    if _single_ones(y):
        return _classes(y.argmax(1)[:, None])
    if name in ("", "own", "logs"):  # 0 and 1 under a loss that isn't known are rather classes
        return _of_shares(flat.astype(float))
    return Answers("numbers", flat.astype(float))


def _classes(y: Array) -> Answers:
    y = y.astype(np.int64)
    return Answers("classes", y, int(y.max()) + 1)


def _by_share(y: Array) -> Array:
    """The largest share of each place; axis 1 holds the classes."""
    return np.asarray(y.argmax(1)).reshape(len(y), -1)


def _of_shares(flat: Array) -> Answers:
    if flat.shape[1] == 1 and np.isin(flat, (0, 1)).all():
        return Answers("classes", flat.astype(np.int64), 2, True)
    return Answers("numbers", flat)


def _single_ones(y: Array) -> bool:
    """Whether every row holds one 1 among zeros."""
    return bool(
        y.ndim == 2 and y.shape[1] > 1 and np.isin(y, (0, 1)).all() and (y.sum(1) == 1).all()
    )


def said(prediction: Array, target: Answers, name: str) -> Array | None:
    """What a network says, in the form of the answers; None where the two can't be compared.

    Args:
        prediction: the input of the loss.
        target: the answers.
        name: the loss's name.
    """
    out = np.asarray(prediction, dtype=float)
    if target.kind == "numbers":
        out = 1 / (1 + np.exp(-np.clip(out, -500, 500))) if name == _LOGITS else out
        out = np.exp(np.minimum(out, 50)) if name == _COUNTS else out
        return out.reshape(target.y.shape) if out.size == target.y.size else None
    if out.size == target.y.size and (target.binary or out.ndim == 1 or target.classes == 2):
        if name == "logs":
            return (out.reshape(target.y.shape) > math.log(0.5)).astype(np.int64)
        shares = name != _LOGITS and bool(out.size) and out.min() >= 0 and out.max() <= 1
        return (out.reshape(target.y.shape) > (0.5 if shares else 0.0)).astype(np.int64)
    if out.ndim < 2 or out[:, :1].size != target.y.size:
        return None
    return np.asarray(out.argmax(1)).reshape(target.y.shape)


def explained(values: Array, target: Array, name: str = "") -> float:
    """The share of the targets' variance that the values explain, over all columns.

    Under a loss that takes errors by their size, so that rows far off count little, spread is
    taken by size as well.

    Args:
        values: what is said.
        target: what is true.
        name: the loss's name.
    """
    if name in _SIZES:
        whole, left = np.abs(target - np.median(target, 0)).sum(), np.abs(target - values).sum()
        return 1 - float(left / whole) ** 2 if whole > 0 else (1.0 if left == 0 else 0.0)
    whole = float(((target - target.mean(0)) ** 2).sum())
    left = float(((target - values) ** 2).sum())
    return 1 - left / whole if whole > 0 else (1.0 if left == 0 else 0.0)
