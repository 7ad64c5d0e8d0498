"""The loss as it is called: which function, what it is given, how many answers are right."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.seen import LossSeen
from pellucid.doctor.watching.library import Library

__all__ = ["LossCall", "describe", "right_answers", "rows_of"]

_WEIGHTS = 1000


class LossCall:
    """One call of a loss function.

    Attributes:
        name: of the function.
        prediction: its first argument.
        target: its second.
        out: what it gave.
        args: everything it was given.
        kwargs: by name.
        call: the function.
        plain: its plain arguments, where the function itself wasn't seen.
    """

    __slots__ = ("args", "call", "kwargs", "name", "out", "plain", "prediction", "target")

    def __init__(
        self, name: str, prediction: Any, target: Any, out: Any, args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None, call: Callable[..., Any] | None = None,
        plain: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.name, self.prediction, self.target, self.out = name, prediction, target, out
        self.args, self.kwargs, self.call, self.plain = args, kwargs, call, plain

    def settings(self) -> dict[str, Any]:
        """Its plain arguments by name, defaults included; weights of classes as numbers."""
        if self.call is None:
            return self.plain or {}
        try:
            bound = inspect.signature(self.call).bind(*self.args, **(self.kwargs or {}))
        except (TypeError, ValueError):
            return {}
        bound.apply_defaults()
        plain: dict[str, Any] = {
            k: v for k, v in bound.arguments.items() if isinstance(v, bool | int | float | str)
        }
        for name in ("weight", "pos_weight"):
            given: Any = bound.arguments.get(name)
            if hasattr(given, "reshape") and math.prod(given.shape) <= _WEIGHTS:
                plain[name] = tuple(float(v) for v in given.detach().reshape(-1).tolist())
        return plain


def describe(seen: LossSeen | None, call: LossCall, library: Library) -> LossSeen:
    """What is known of the loss once more of its calls were seen."""
    p, y = library.array(call.prediction), library.array(call.target)
    low, high = _ends(p)
    target_low, target_high = _ends(y)
    shares, logs = _sums_to_one(p)
    if seen is None or seen.name != call.name:
        return LossSeen(
            call.name, call.settings(), tuple(p.shape), tuple(y.shape), _kind(call.name, y),
            low, high, shares, logs, target_low, target_high,
        )  # fmt: skip
    seen.low, seen.high = min(seen.low, low), max(seen.high, high)
    seen.target_low = min(seen.target_low, target_low)
    seen.target_high = max(seen.target_high, target_high)
    seen.sums_to_one = float(np.fmin(seen.sums_to_one, shares))
    seen.logs_of_shares = float(np.fmin(seen.logs_of_shares, logs))
    return seen


def _ends(a: npt.NDArray[Any]) -> tuple[float, float]:
    if not a.size:
        return 0.0, 0.0
    low, high = float(a.min()), float(a.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    known = a[np.isfinite(a)] if a.dtype.kind == "f" else a
    return (float(known.min()), float(known.max())) if known.size else (math.nan, math.nan)


def _kind(name: str, y: npt.NDArray[Any]) -> str:
    if y.dtype.kind in "iub":
        return "classes"
    binary = name.startswith(("binary_cross_entropy", "kl_div", "cross_entropy", "multilabel"))
    if binary and y.size and y.min() >= 0 and y.max() <= 1:
        return "shares"
    return "numbers"


def _sums_to_one(p: npt.NDArray[Any]) -> tuple[float, float]:
    """The shares of rows that are shares, and that are logarithms of shares.

    Rows with NaN are neither and no raw scores either; NaN where there are no others.
    """
    if p.ndim < 2 or p.shape[1] < 2 or p.dtype.kind != "f" or not p.size:
        return 0.0, 0.0
    told = ~np.isnan(p).any(axis=1)
    if not told.any():
        return math.nan, math.nan
    with np.errstate(all="ignore"):
        total, logs = p.sum(axis=1), np.exp(np.minimum(p, 50)).sum(axis=1)
        inside = (p >= 0).all(axis=1) & (p <= 1 + 1e-6).all(axis=1)
        below = (p <= 1e-6).all(axis=1)
        return (
            float((inside & (np.abs(total - 1) < 1e-3))[told].mean()),
            float((below & (np.abs(logs - 1) < 1e-3))[told].mean()),
        )


def right_answers(name: str, p: npt.NDArray[Any], y: npt.NDArray[Any]) -> float | None:
    """The share of right answers; None where targets are numbers."""
    if not p.size or not y.size:
        return None
    if name.startswith("binary_cross_entropy") or name == "soft_margin_loss":
        if p.shape != y.shape:
            return None
        border = 0.5 if name == "binary_cross_entropy" else 0.0
        return float(((p > border) == (y > (0.0 if name == "soft_margin_loss" else 0.5))).mean())
    if p.ndim >= 2 and y.dtype.kind in "iu" and p.shape[0] == y.shape[0]:
        if y.ndim == p.ndim - 1 and p.shape[1] > 1:
            return float((p.argmax(axis=1) == y).mean())
        if y.ndim == p.ndim and y.shape[1] == 1 and p.shape[1] > 1:
            return float((p.argmax(axis=1) == y[:, 0]).mean())
    if p.shape == y.shape and p.ndim >= 2 and name in ("cross_entropy", "kl_div"):
        return float((p.argmax(axis=1) == y.argmax(axis=1)).mean())
    return None


def rows_of(p: npt.NDArray[Any]) -> int:
    """How many rows."""
    return int(p.shape[0]) if p.ndim else 1
