"""What a curve of losses does: falls, stands, swings, runs away, and where validation turns.

Losses of single batches jump because batches differ. So a movement counts only beside the spread
that the batches explain: it is measured on the curve itself, between neighbors, and on the losses
of single rows divided by the root of the batch size where predictions were kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.doctor.measures.answers import Array
from pellucid.doctor.measures.row_losses import row_losses
from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.seen import Floats, Score, Seen

__all__ = ["Divergence", "Swings", "Trend", "Turn", "divergence", "late", "smooth", "swings",
           "trend", "turn"]  # fmt: skip


@dataclass(frozen=True)
class Trend:
    """Where a curve is going.

    Attributes:
        first: its level in the first twentieth.
        last: its level in the last tenth.
        best: its lowest level over a tenth.
        fall: how much lower the last quarter ends than it begins, in the curve's units; below 0 if
            it rises.
        share: `fall` as a share of the whole fall from `first` to `last`.
        ahead: how much further it would fall in as many steps again, if each quarter goes on to
            gain as much less than the one before as the last one did.
        error: the standard error of `fall`.
        falling: whether `fall` is beyond chance (3 errors) and more than 2 % of the level.
        flat: whether the last half moved by less than 1 % of its level, or by less than chance.
    """

    first: float
    last: float
    best: float
    fall: float
    share: float
    ahead: float
    error: float
    falling: bool
    flat: bool


@dataclass(frozen=True)
class Swings:
    """How a curve jumps.

    Attributes:
        size: the spread of the last half about its own smoothed curve, as a share of the level.
        expected: the spread that different batches explain, as a share of the level; None where no
            predictions were kept.
        excess: `size` over `expected`; None as well.
        rises: the share of steps of the last half at which the loss stands above the smoothed
            curve by more than half of its level.
        turns: the share of neighboring changes that go in opposite directions; 2/3 for pure chance,
            near 1 for a bouncing loss.
    """

    size: float
    expected: float | None
    excess: float | None
    rises: float
    turns: float


@dataclass(frozen=True)
class Divergence:
    """Whether a curve runs away.

    Attributes:
        finite: whether all losses are finite numbers.
        step: the first step whose loss is not; None if all are.
        ratio: the last level over the first.
        peak: the highest level over the first.
        above_trivial: the last level over the best constant's loss; None where that isn't known.
        diverged: not finite, or ends above where it began (by 10 % and beyond chance).
    """

    finite: bool
    step: int | None
    ratio: float
    peak: float
    above_trivial: float | None
    diverged: bool


@dataclass(frozen=True)
class Turn:
    """Where scores stop getting better.

    Attributes:
        place: the place of the best score.
        step: its step.
        best: the lowest loss.
        last: the mean of the last scores after it (at most three).
        rise: how much it rose again, as a share of the best; robust near 0 (a hundredth of the
            first loss is the least that is divided by).
        lost: how much it rose again, as a share of the fall from the first score.
        since: how many scores came after the best.
        right_lost: how far the share of right answers at the end is below its own best; None.
        turned: at least `patience` scores after the best, and all of the last three above it by 5 %
            of the fall.
    """

    place: int
    step: int
    best: float
    last: float
    rise: float
    lost: float
    since: int
    right_lost: float | None
    turned: bool


def smooth(losses: Floats, span: int = 0) -> Floats:
    """The moving mean, as long as the curve; the ends take what there is.

    Args:
        losses: of every step.
        span: over how many steps; a twentieth of the curve and at least 5 if 0.
    """
    values = np.asarray(losses, dtype=float)
    span = min(span or max(5, len(values) // 20), max(len(values), 1))
    sums = np.concatenate(([0.0], np.cumsum(values)))
    low = np.maximum(np.arange(len(values)) - span // 2, 0)
    high = np.minimum(low + span, len(values))
    low = np.maximum(high - span, 0)
    means: Floats = (sums[high] - sums[low]) / np.maximum(high - low, 1)
    return means


def late(losses: Floats) -> float:
    """The mean of a curve's last twentieth; not a number where there is none.

    Args:
        losses: of every step.
    """
    return float(np.mean(losses[-max(len(losses) // 20, 1) :])) if len(losses) else math.nan


def trend(losses: Floats) -> Trend | None:
    """Where a curve is going; None for fewer than 8 steps or values that are not finite.

    Args:
        losses: of every step.
    """
    y = np.asarray(losses, dtype=float)
    if len(y) < 8 or not np.isfinite(y).all():
        return None
    tenth = max(len(y) // 10, 2)
    first, last = float(y[: max(len(y) // 20, 1)].mean()), float(y[-tenth:].mean())
    third, fourth = _fall(y[len(y) // 2 : 3 * len(y) // 4]), _fall(y[3 * len(y) // 4 :])
    error = _error(y[3 * len(y) // 4 :])
    level = max(abs(last), 1e-12)
    half, half_error = _fall(y[len(y) // 2 :]), _error(y[len(y) // 2 :])
    falling = fourth > 3 * error and fourth > 0.02 * level
    keep = min(max(fourth / third, 0.0), 1.0) if third > 0 else 0.5
    return Trend(
        first, last, float(smooth(y, tenth).min()), fourth,
        fourth / (first - last) if first > last else 0.0,
        fourth * sum(keep**k for k in range(1, 5)) if falling else 0.0, error, falling,
        abs(half) < max(0.01 * level, 2 * half_error),
    )  # fmt: skip


def _fall(y: Array) -> float:
    """By how much the straight line through a stretch falls."""
    at = np.arange(len(y)) - (len(y) - 1) / 2
    return -float((at * y).sum() / (at**2).sum() * (len(y) - 1))


def _error(y: Array) -> float:
    """The standard error of `_fall`, from what the line leaves."""
    at = np.arange(len(y)) - (len(y) - 1) / 2
    rest = y - y.mean() - at * (at * y).sum() / (at**2).sum()
    spread = math.sqrt(float((rest**2).sum()) / max(len(y) - 2, 1))
    return spread / math.sqrt(float((at**2).sum())) * (len(y) - 1)


def swings(seen: Seen) -> Swings | None:
    """How the losses of the last half jump; None for fewer than 16 finite losses.

    Args:
        seen: a training.
    """
    y = np.asarray(seen.losses, dtype=float)[len(seen.losses) // 2 :]
    if len(y) < 8 or not np.isfinite(y).all():
        return None
    level = smooth(y)
    rest = y - level
    base = max(float(np.abs(level).mean()), 1e-12)
    size = float(np.sqrt((rest**2).mean())) / base
    expected = _batch_spread(seen)
    share = None if expected is None else expected / base
    steps = np.diff(y)
    return Swings(
        size, share, None if share is None else size / max(share, 1e-12),
        float((rest > 0.5 * np.abs(level)).mean()),
        float((steps[1:] * steps[:-1] < 0).mean()) if len(steps) > 1 else 0.0,
    )  # fmt: skip


def _batch_spread(seen: Seen) -> float | None:
    """The spread of a batch's loss among batches of rows drawn at random, at the end."""
    from_rows = row_losses(seen)
    sizes = [batch.rows for batch in seen.batches]
    if from_rows is None or not sizes:
        return None
    count, whole = float(np.median(sizes)), max(len(from_rows), seen.rows)
    left = max(1 - count / whole, 0.0)  # a batch that is all the rows has no spread
    times = count if seen.loss and seen.loss.settings.get("reduction") == "sum" else 1.0
    return times * float(from_rows.std()) * math.sqrt(left / count)


def divergence(seen: Seen) -> Divergence | None:
    """Whether the training loss runs away; None without losses.

    Args:
        seen: a training.
    """
    y = np.asarray(seen.losses, dtype=float)
    if not len(y):
        return None
    bad = np.flatnonzero(~np.isfinite(y))
    if len(bad):
        return Divergence(False, int(bad[0]), math.inf, math.inf, None, True)
    part = max(len(y) // 10, 1)
    first, last = y[: max(min(part, 5), 1)], y[-part:]
    start, end = float(first.mean()), float(last.mean())
    base, known = max(abs(start), 1e-12), trivial(seen)
    error = math.hypot(first.std() / math.sqrt(len(first)), last.std() / math.sqrt(part))
    above = end / known.loss if known and known.loss and known.loss > 0 else None
    diverged = len(y) > 1 and end - start > 0.1 * base and end - start > 2 * error
    peak = float(smooth(y, min(5, len(y))).max())
    return Divergence(True, None, end / base, peak / base, above, diverged)


def turn(scores: Sequence[Score], patience: int = 3) -> Turn | None:
    """Where scores on held-out rows turn upward; None for fewer than 3 finite ones.

    Args:
        scores: in order.
        patience: how many scores after the best make a turn.
    """
    y = np.array([score.loss for score in scores], dtype=float)
    if len(y) < 3 or not np.isfinite(y).all():
        return None
    level = smooth(y, 3) if len(y) >= 9 else y
    place = int(level.argmin())
    after = y[place + 1 :]
    best, last = float(level[place]), float(after[-3:].mean()) if len(after) else float(y[-1])
    fall = float(y[0]) - best
    rise = max(last - best, 0.0)
    lost = rise / fall if fall > 0 else (math.inf if rise > 0 else 0.0)
    least = max(abs(best), 0.01 * abs(float(y[0])), 1e-12)
    later = len(after) >= patience and bool((after[-3:] > best + 0.05 * max(fall, 0)).all())
    return Turn(
        place, scores[place].step, best, last, rise / least, lost, len(after),
        _right_lost(scores), later and rise > 0,
    )  # fmt: skip


def _right_lost(scores: Sequence[Score]) -> float | None:
    rights = [score.right for score in scores if score.right is not None]
    if len(rights) < 3:
        return None
    level = smooth(np.array(rights), 3)
    return float(level.max() - np.mean(rights[-3:]))
