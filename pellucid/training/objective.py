"""What is minimized: the loss that was named, passed, or follows from the targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from pellucid import nn as losses
from pellucid.errors import DataError, SettingError
from pellucid.nn import functional as F
from pellucid.nn.module import Module
from pellucid.spelling import a_kind, did_you_mean
from pellucid.tensor.caution import heard_once
from pellucid.tensor.creation import of_array
from pellucid.tensor.tensor import Tensor
from pellucid.training.row_losses import RowLosses, losses_of_rows
from pellucid.training.sources import FromRows, Source

__all__ = ["Objective", "choose_objective", "loss_by_name"]

_NAMES: dict[str, str] = {
    "cross_entropy": "cross_entropy", "nll": "nll_loss", "mse": "mse_loss", "mae": "l1_loss",
    "l1": "l1_loss", "huber": "huber_loss", "smooth_l1": "smooth_l1_loss",
    "bce": "binary_cross_entropy", "bce_with_logits": "binary_cross_entropy_with_logits",
    "kl_div": "kl_div",
}  # fmt: skip
_BY_CLASS = ("cross_entropy", "nll")
_MODULES: dict[type, str] = {
    losses.CrossEntropyLoss: "cross_entropy", losses.NLLLoss: "nll", losses.MSELoss: "mse",
    losses.L1Loss: "mae", losses.HuberLoss: "huber", losses.SmoothL1Loss: "smooth_l1",
    losses.BCELoss: "bce", losses.BCEWithLogitsLoss: "bce_with_logits", losses.KLDivLoss: "kl_div",
}  # fmt: skip


@dataclass(frozen=True)
class Objective:
    """A loss, and how targets are laid out for it.

    Args:
        name: what people call it, such as "cross_entropy".
        call: `call(outputs, targets) -> Tensor`.
        lay_out: turns the array of targets into what the loss takes.
        metrics: the names of the figures that go with it.
        notes: what was decided.
        chosen: the loss itself, a module or a function.
        weighted: the same loss for rows that count differently; None where they count alike.
    """

    name: str
    call: Callable[[Any, Any], Any]
    lay_out: Callable[[Any], Any]
    metrics: tuple[str, ...]
    notes: tuple[str, ...] = ()
    chosen: Any = None
    weighted: RowLosses | None = None

    def loss(self, outputs: Any, targets: Any, weight: Any = None) -> Any:
        """The loss of a batch, whose rows may have weights.

        Raises:
            SettingError: the loss gives something other than a Tensor.
        """
        if weight is None or self.weighted is None:
            found = self.call(outputs, targets)
        else:
            found = self.weighted(outputs, targets, weight)
        if not isinstance(found, Tensor):
            raise SettingError(_no_tensor(self.name, found))
        return found

    def laid_out(self, source: Source) -> Source:
        """A source whose targets are laid out for the loss, and whose weights are scaled for it."""
        found = source.laid_out(self.lay_out)
        if self.weighted is None or not isinstance(found, FromRows):
            return found
        return FromRows(self.weighted.evened(found.data))

    def for_rows(self, outputs: Any, targets: Any) -> Objective:
        """The same for rows that count differently; tried on some rows.

        Raises:
            SettingError: the loss can't say what each row loses.
        """
        found = losses_of_rows(self.chosen, self.name, outputs, targets)
        apart = replace(found, each=_saying_once(found.each))
        return replace(self, call=apart, weighted=apart)


def _no_tensor(name: str, found: Any) -> str:
    what = "the loss" if name == "loss" else f"the loss {name}"
    remedy = (
        "Let it end in return …, with what it computed."
        if found is None
        else "Compute it from the outputs with Tensors, without float(…), .item() or .numpy():"
        " loss=lambda out, y: ((out - y) ** 2).mean()."
    )
    return f"{what} gives {a_kind(found)}; a Tensor is needed, to go back from.\n {remedy}"


def choose_objective(
    loss: Any, outputs: Any, target: Any, class_weight: Any = None, weight: Any = None
) -> Objective:
    """The objective for what the model gives and what it should give.

    Args:
        loss: None to follow from the targets, a name, a loss module, or a function of two Tensors.
        outputs: what the model gives for some rows.
        target: the array of all targets.
        class_weight: None, "balanced", or a weight for each class.
        weight: the array of the weights of all rows, by which "balanced" counts them.

    Raises:
        SettingError: an unknown name, or class weights for a loss without classes.
        DataError: targets that don't fit the outputs.
    """
    if outputs is None:
        raise SettingError(
            "the model gives None, which no loss can compare with y.\n"
            " Let its forward() end in return …, with what it computed."
        )
    notes: list[str] = []
    shape = tuple(outputs.shape) if isinstance(outputs, Tensor) else None
    if loss is None:
        loss, why = _guess(shape, target)
        notes.append(f"loss: {loss}, because {why}. Choose with loss=….")
    name = _name_of(loss)
    kind = name if isinstance(loss, str) else _MODULES.get(type(loss), "")
    if kind in _BY_CLASS and target.dtype.kind != "f" and isinstance(loss, str) and shape:
        _check_classes(target, shape[1] if len(shape) > 1 else 1)
    lay_out = _layout(kind, outputs, target)
    call = loss
    if isinstance(loss, str):
        by_class = _weights(class_weight, kind, shape, target, lay_out, weight)
        call = _by_name(kind, by_class)
    elif class_weight is not None:
        raise SettingError(
            "class_weight goes with a loss given by name; give the weights to your loss instead."
        )
    usual = _usual(kind, shape, target)
    return Objective(name, _saying_once(call), lay_out, usual, tuple(notes), chosen=call)


def _saying_once(loss: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The same loss, whose cautions are given once in a training and not at every step."""
    said: set[str] = set()

    def quiet(outputs: Any, target: Any) -> Any:
        with heard_once(said):
            return loss(outputs, target)

    return quiet


def _guess(shape: tuple[int, ...] | None, target: Any) -> tuple[str, str]:
    if shape is None:
        raise SettingError(
            "the model gives something other than one Tensor, so no loss can be guessed.\n"
            " Pass loss=…, a function of what it gives and the targets."
        )
    if target.dtype.kind == "f":
        return "mse", "the targets are real numbers"
    last = f"{int(target.min())} to {int(target.max())}" if target.size else "none"
    if len(shape) > 1 and shape[1] > 1:
        return "cross_entropy", f"the targets are class numbers {last}"
    if set(np.unique(target).tolist()) <= {0, 1}:
        return "bce_with_logits", "the targets are 0 and 1 and the model gives one score"
    return "mse", "the targets are whole numbers and the model gives one number for each row"


def loss_by_name(name: str) -> Callable[[Any, Any], Any]:
    """The function of outputs and targets that `fit` minimizes under a name.

    Raises:
        SettingError: there is no such loss.
    """
    return _by_name(_name_of(name), None)


def _name_of(loss: Any) -> str:
    if isinstance(loss, str):
        if loss not in _NAMES:
            meant = did_you_mean(loss, _NAMES)
            raise SettingError(f"there is no loss {loss!r}.{meant} Known: {', '.join(_NAMES)}.")
        return loss
    if not callable(loss):
        raise SettingError(f"loss must be a name, a module or a function, not {a_kind(loss)}.")
    if type(loss) in _MODULES:
        return _MODULES[type(loss)]
    return type(loss).__name__ if isinstance(loss, Module) else _plain_name(loss)


def _plain_name(loss: Any) -> str:
    return getattr(loss, "__name__", "<lambda>").replace("<lambda>", "loss")


def _layout(kind: str, outputs: Any, target: Any) -> Callable[[Any], Any]:
    """How the array of targets is turned into what the loss takes."""
    if not kind or not isinstance(outputs, Tensor):
        return lambda y: y
    given, wanted = target.shape[1:], tuple(outputs.shape[1:])
    if kind in _BY_CLASS and target.dtype.kind == "f" and given != wanted:
        return _refusing(_no_classes(kind, target, wanted))
    if kind in _BY_CLASS:
        column = given == (1,) and target.dtype.kind != "f" and len(wanted) == 1
        return (lambda y: y[:, 0]) if column else (lambda y: y)
    dtype = outputs.dtype.name
    if wanted == (*given, 1):
        return lambda y: y.astype(dtype, copy=False)[..., None]
    if (*wanted, 1) == given:
        return lambda y: y.astype(dtype, copy=False)[..., 0]
    if wanted != given:
        return _refusing(_unlike(target, wanted))
    return lambda y: y.astype(dtype, copy=False)


def _refusing(text: str) -> Callable[[Any], Any]:
    """A layout that does not exist: it speaks where it is asked for, by the rows that know why."""

    def refuse(y: Any) -> Any:
        raise DataError(text)

    return refuse


def _unlike(target: Any, wanted: tuple[int, ...]) -> str:
    text = f"the model gives {_row(wanted)} for each row, and y has {_row(target.shape[1:])}."
    if _may_be_classes(target, wanted):
        return f"{text}\n Are these class numbers? {_WHOLE}"
    return f"{text}\n Let the last layer give as many numbers as a row of y has."


_WHOLE = "Make them whole: y.long() of a Tensor, y.astype(int) of an array."


def _no_classes(kind: str, target: Any, wanted: tuple[int, ...]) -> str:
    """What to say to real numbers where a loss takes class numbers."""
    if len(target.shape) != len(wanted) and target.shape[1:] != (1,):
        return _unlike(target, wanted)
    if target.shape[1:] not in (wanted[1:], (1,)):
        return _unlike(target, wanted)
    text = f"y holds real numbers, and {kind} takes class numbers, which are whole."
    if not _may_be_classes(target, wanted):
        return f"{text}\n For real numbers take loss='mse'."
    return f"{text}\n {_WHOLE}"


def _may_be_classes(target: Any, wanted: tuple[int, ...]) -> bool:
    """Whether real numbers could be the numbers of as many classes as there are scores."""
    if target.dtype.kind != "f" or target.shape[1:] not in ((), (1,)) or len(wanted) != 1:
        return False
    whole = bool((target == np.round(target)).all())
    return whole and target.size > 0 and target.min() >= 0 and target.max() < wanted[0]


def _row(shape: tuple[int, ...]) -> str:
    return "1 number" if shape in ((), (1,)) else " × ".join(map(str, shape)) + " numbers"


def _check_classes(target: Any, scores: int) -> None:
    low, high = int(target.min()), int(target.max())
    if low >= 0 and high < scores:
        return
    row = int(np.flatnonzero((target < 0).reshape(-1) | (target >= scores).reshape(-1))[0])
    from_zero = " Number the classes from 0: names, y = numpy.unique(y, return_inverse=True)."
    more = f" Let the last layer give {high + 1} scores."
    raise DataError(
        f"y holds class {low if low < 0 else high}, and the model gives {scores} scores for each"
        f" row: classes 0 to {scores - 1} (first such row: {row}).\n"
        + (from_zero if low < 0 or (low > 0 and high == scores) else more)
    )


def _weights(
    given: Any,
    kind: str,
    shape: tuple[int, ...] | None,
    target: Any,
    lay_out: Callable[[Any], Any],
    rows: Any = None,
) -> Tensor | None:
    if given is None:
        return None
    target = lay_out(target)
    if kind not in (*_BY_CLASS, "bce_with_logits") or (
        target.dtype.kind == "f" and kind in _BY_CLASS
    ):
        raise SettingError(f"class_weight needs a loss over classes, and this one is {kind}.")
    classes = shape[1] if kind in _BY_CLASS and shape else 2
    known = np.asarray(target, np.int64)
    if rows is not None:
        rows = np.broadcast_to(rows.reshape(-1, *[1] * (known.ndim - 1)), known.shape).reshape(-1)
    counts = np.bincount(known.reshape(-1), rows, minlength=classes)
    if isinstance(given, str):
        if given != "balanced":
            raise SettingError(f"class_weight must be 'balanced' or weights, not {given!r}.")
        there = np.where(counts > 0, counts, 1)
        weights = counts.sum() / (np.count_nonzero(counts) * there)
    elif isinstance(given, Mapping):
        weights = np.array([float(given.get(i, 1.0)) for i in range(classes)])
    else:
        weights = np.asarray(given, np.float64).reshape(-1)
    if len(weights) != classes or not (weights >= 0).all():
        raise SettingError(f"class_weight must give {classes} weights of 0 or more, not {given!r}.")
    if kind == "bce_with_logits":  # only the ratio matters to the direction of the steps
        weights = weights[1:] / weights[:1]
    return of_array(weights.astype(np.float32))


def _by_name(kind: str, weight: Tensor | None) -> Callable[[Any, Any], Any]:
    call = getattr(F, _NAMES[kind])
    if weight is None:
        return call  # type: ignore[no-any-return]
    if kind == "bce_with_logits":
        return partial(call, pos_weight=weight)
    return partial(call, weight=weight)


def _usual(kind: str, shape: tuple[int, ...] | None, target: Any) -> tuple[str, ...]:
    if kind in (*_BY_CLASS, "bce_with_logits") and shape is not None:
        return ("accuracy",)
    if kind in ("mse", "mae", "l1", "huber", "smooth_l1") and shape is not None:
        return ("r2",)
    return ()
