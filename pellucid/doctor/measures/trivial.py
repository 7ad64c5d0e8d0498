"""The best that can be said without looking at the inputs: one constant answer.

Its cross-entropy is the entropy of the classes, H(q) = −Σ qᵢ ln qᵢ; its mean squared error is the
targets' variance, its mean absolute error the mean distance from their median.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pellucid.doctor.measures.answers import Answers, Array, answers, loss_name
from pellucid.doctor.measures.once import once
from pellucid.doctor.seen import Seen

__all__ = ["ELEMENTWISE", "Trivial", "per_entry", "trivial", "unit"]


@dataclass(frozen=True)
class Trivial:
    """What the best constant reaches on the rows that were learned from.

    Attributes:
        loss: its loss in the units of `Seen.losses`; None for a loss written by hand that is not
            known.
        right: the share of right answers, which is that of the most frequent class; None for
            numbers.
        value: the constant: the shares of the classes, or a number for every column.
    """

    loss: float | None
    right: float | None
    value: tuple[float, ...]


@once
def trivial(seen: Seen) -> Trivial | None:
    """What the best constant reaches; None where no targets were kept."""
    target, name = answers(seen), loss_name(seen)
    if target is None or seen.loss is None:
        return None
    if target.kind == "numbers" or name in ELEMENTWISE:
        return _of_numbers(seen, target, name)
    shares = _shares(target)
    if name == "cross_entropy" and _soft(seen):
        assert seen.train is not None
        shares = tuple(seen.train.y.mean(0).tolist())
    counted = _weighed(shares, seen.loss.settings)
    loss = _entropy(_smoothed(counted, seen.loss.settings)) if name in _ENTROPIES else None
    times = unit(seen, target.y.shape[1])
    return Trivial(None if loss is None else loss * times, max(shares), shares)


def _soft(seen: Seen) -> bool:
    """Whether targets are shares of the classes."""
    y = seen.train.y if seen.train is not None else np.zeros(0)
    return y.ndim == 2 and bool(np.issubdtype(y.dtype, np.floating))


def _of_numbers(seen: Seen, target: Answers, name: str) -> Trivial:
    assert seen.train is not None
    values = np.asarray(seen.train.y, dtype=float).reshape(len(seen.train.y), -1)
    right = None if target.kind == "numbers" else max(_shares(target))
    if name not in ELEMENTWISE or not np.isfinite(values).all():
        return Trivial(None, right, tuple(values.mean(0)))
    settings = seen.loss.settings if seen.loss else {}
    best = tuple(_constant(column, name, settings) for column in values.T)
    loss = float(per_entry(name, np.array(best) + 0 * values, values, settings).mean())
    return Trivial(loss * unit(seen, values.shape[1]), right, best)


def unit(seen: Seen, entries: int = 1) -> float:
    """What one entry's mean loss is multiplied with to be in the units of `Seen.losses`.

    Args:
        seen: a training.
        entries: targets to a row.
    """
    kind = seen.loss.settings.get("reduction", "mean") if seen.loss else "mean"
    if kind != "sum":
        return 1.0
    rows = [batch.rows for batch in seen.batches]
    return float(np.median(rows)) * entries if rows else float(entries)


def _shares(target: Answers) -> tuple[float, ...]:
    asked = target.y[target.y >= 0]
    return tuple(np.bincount(asked, minlength=target.classes) / max(len(asked), 1))


def _weighed(shares: tuple[float, ...], settings: Mapping[str, Any]) -> tuple[float, ...]:
    """Shares of the classes as the loss counts them, where it has weights for them."""
    weight = settings.get("weight")
    if weight is None or len(weight) < len(shares):
        return shares
    whole = sum(w * share for w, share in zip(weight, shares, strict=False))
    return tuple(w * share / whole for w, share in zip(weight, shares, strict=False))


def _smoothed(shares: tuple[float, ...], settings: Mapping[str, Any]) -> tuple[float, ...]:
    part = float(settings.get("label_smoothing", 0) or 0)
    return tuple((1 - part) * share + part / len(shares) for share in shares)


def _entropy(shares: tuple[float, ...]) -> float:
    return -sum(share * math.log(share) for share in shares if share > 0)


def _constant(column: Array, name: str, settings: Mapping[str, Any]) -> float:
    """The number with the least loss over a column."""
    if name == "l1_loss":
        return float(np.median(column))
    if name not in ("smooth_l1_loss", "huber_loss"):
        times = _positive(settings) if "with_logits" in name else 1.0
        mean = float(column.mean())
        return mean if times == 1 else times * mean / (times * mean + 1 - mean)
    tries = np.linspace(column.mean(), np.median(column), 65)
    costs = [float(per_entry(name, np.full_like(column, t), column, settings).mean())
             for t in tries]  # fmt: skip
    return float(tries[int(np.argmin(costs))])


def per_entry(name: str, said: Array, target: Array, settings: Mapping[str, Any]) -> Array:
    """The loss of every entry, for losses that compare entry by entry.

    Args:
        name: "mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", or a binary cross-entropy.
        said: values in the form of the targets; shares for a binary cross-entropy.
        target: the targets.
        settings: of the loss: beta, delta.
    """
    found: Array = ELEMENTWISE[name](said, target, settings)
    return found


def _huber(distance: Array, border: float) -> Array:
    inside = distance < border
    return np.where(inside, 0.5 * distance**2, border * (distance - 0.5 * border))


def _smooth_l1(said: Array, target: Array, settings: Mapping[str, Any]) -> Array:
    beta = float(settings.get("beta", 1.0))
    return np.abs(said - target) if beta == 0 else _huber(np.abs(said - target), beta) / beta


def _binary(said: Array, target: Array, settings: Mapping[str, Any]) -> Array:
    inner = np.clip(said, 1e-12, 1 - 1e-12)
    times = _positive(settings)
    found: Array = -(times * target * np.log(inner) + (1 - target) * np.log(1 - inner))
    return found


def _positive(settings: Mapping[str, Any]) -> float:
    """The weight of ones, where there is a single one."""
    weight = settings.get("pos_weight")
    return float(weight[0]) if isinstance(weight, tuple) and len(weight) == 1 else 1.0


_ENTROPIES = ("cross_entropy", "nll_loss")
ELEMENTWISE: Final[dict[str, Callable[[Array, Array, Mapping[str, Any]], Array]]] = {
    "mse_loss": lambda said, y, settings: (said - y) ** 2,
    "l1_loss": lambda said, y, settings: np.abs(said - y),
    "huber_loss": lambda said, y, s: _huber(np.abs(said - y), float(s.get("delta", 1.0))),
    "smooth_l1_loss": _smooth_l1,
    "binary_cross_entropy": _binary,
    "binary_cross_entropy_with_logits": _binary,
}
