"""Unshuffled data: batches hold rows with similar targets.

Condition: how unlike the targets of batches are, beside batches dealt at random from the same rows:
for classes the share of the entropy that is missing within batches, for numbers the share of the
variance that lies between batches; above 30 %, over 4 batches at least. Its effect is tried: a run
with shuffled rows must end better by 5 points of skill than one in the order that was seen; where
nothing can be tried, the network must miss 15 % of what can be reached; or 5 % of the late batches
are answered worse than by one constant, as what they hold was forgotten meanwhile. Time series and
grouped rows that are learned well anyway are fine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.answers import Array
from pellucid.doctor.measures.fit import effect
from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Batch, Seen
from pellucid.doctor.trial import Change
from pellucid.lenses.numerals import percent

__all__ = ["unshuffled_data"]

_SHARE, _GAIN, _LOST, _FORGOTTEN = 0.3, 0.05, 0.15, 0.05
_BATCHES: Final = 4
_ROWS: Final = 8  # rows that a batch's mixture is judged on; smaller batches are put together


@rule("unshuffled_data", needs=("batches",))
def unshuffled_data(seen: Seen) -> Iterator[Finding]:
    """Batches that differ in their targets by more than chance."""
    batches = _put_together(seen.batches)
    if len(batches) < _BATCHES:
        return
    share = _by_class(batches) if batches[0].counts else _by_value(batches)
    if share < _SHARE or _alternate(batches):
        return
    lost, tried = _effect(seen)
    forgotten = _forgotten(seen) if lost is None else 0.0
    if lost is None and forgotten < _FORGOTTEN:
        return
    cost = _forgetting(forgotten) if lost is None else _cost(lost, tried)
    yield Finding(
        "unshuffled_data",
        f"Batches hold similar targets: {percent(share)} of what varies in the targets varies from "
        "batch to batch, where rows in random order give 0 %.",
        line=seen.events.lines.get("loss", ""),
        evidence=(
            Evidence("variation that lies between batches", share, _SHARE, "0 in random order",
                     "share"),
            cost,
        ),
        why="Each step learns the targets of its batch and forgets those of the last ones.",
        fix="loader = DataLoader(data, batch_size=32, shuffle=True)\n"
        "# or, by hand, anew for each epoch: order = torch.randperm(len(x))",
        sure=0.95 if tried and lost is not None else 0.8,
        effect=float(np.clip(0.3 + (lost or 0.0), 0.0, 1.0)),
    )  # fmt: skip


def _cost(lost: float, tried: bool) -> Evidence:
    if tried:
        return Evidence("skill that shuffling adds", lost, _GAIN, "tried", "share")
    return Evidence(
        "share of the reachable fit missing", lost, _LOST, "known learners, same rows", "share"
    )


def _forgetting(share: float) -> Evidence:
    return Evidence(
        "batches answered worse than by one constant", share, _FORGOTTEN, "late in the run", "share"
    )


def _forgotten(seen: Seen) -> float:
    """The share of late batches with a loss above that of the best constant for all rows."""
    known, late = trivial(seen), seen.losses[2 * len(seen.losses) // 3 :]
    if known is None or known.loss is None or not len(late):
        return 0.0
    return float((late > max(known.loss, 3 * float(np.median(late)))).mean())


def _effect(seen: Seen) -> tuple[float | None, bool]:
    """What the order costs, and whether that was tried; None where it costs nothing."""
    ordered, mixed = (seen.trials.run(Change(shuffled=on)) for on in (False, True))
    if ordered is not None and mixed is not None:
        gain = mixed.skill - ordered.skill
        if np.isfinite(gain):
            return (gain if gain >= _GAIN else None), True
    if "trials" in seen.missing:
        return None, False  # rows that don't belong to one network, as where two play each other
    lost = effect(seen)
    return (lost if lost >= _LOST else None), False


def _put_together(batches: Sequence[Batch]) -> list[Batch]:
    """Neighboring small batches as one, so that each has enough rows for a mixture."""
    if not batches or np.median([batch.rows for batch in batches]) >= _ROWS:
        return list(batches)
    found: list[Batch] = []
    group: list[Batch] = []
    for batch in batches:
        if group and batch.step != group[-1].step + 1:
            group = []
        group.append(batch)
        if sum(b.rows for b in group) >= _ROWS:
            found.append(_joined(group))
            group = []
    return found


def _joined(group: Sequence[Batch]) -> Batch:
    rows = np.array([b.rows for b in group])
    mean = float(np.average([b.mean for b in group], weights=rows))
    square = np.average([b.std**2 + b.mean**2 for b in group], weights=rows)
    wide = max(len(b.counts) for b in group)
    counts = _counts(group, wide).sum(0) if wide else ()
    std = float(np.sqrt(max(square - mean**2, 0.0)))
    return Batch(group[0].step, int(rows.sum()), tuple(int(c) for c in counts), mean, std)


def _counts(batches: Sequence[Batch], wide: int) -> Array:
    return np.array([[*b.counts, *[0] * (wide - len(b.counts))] for b in batches])


def _by_class(batches: Sequence[Batch]) -> float:
    """The share of the entropy within batches that is missing, beside batches dealt at random."""
    counts = _counts(batches, max(len(b.counts) for b in batches))
    rows, whole = counts.sum(1), counts.sum(0)
    if (whole > 0).sum() < 2 or not rows.all():
        return 0.0
    draw = np.random.default_rng(0)
    dealt = np.array([draw.multinomial(n, whole / whole.sum()) for n in rows])
    usual, own = (np.average(_entropy(c), weights=rows) for c in (dealt, counts))
    return float(1 - own / usual) if usual > 0 else 0.0


def _alternate(batches: Sequence[Batch]) -> bool:
    """Whether every second batch is alike and neighbors are not: two tasks that take turns."""
    if not batches[0].counts:
        return False
    counts = _counts(batches, max(len(b.counts) for b in batches)).astype(float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    beside, next_but_one = ((shares[k:] * shares[:-k]).sum(1).mean() for k in (1, 2))
    return bool(next_but_one > beside + 0.3)


def _entropy(counts: Array) -> Array:
    shares = counts / counts.sum(1, keepdims=True)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    return np.asarray(-(shares * logs).sum(1))


def _by_value(batches: Sequence[Batch]) -> float:
    """The share of the variance that lies between batches, less what chance puts there."""
    rows = np.array([b.rows for b in batches], dtype=float)
    means, within = np.array([b.mean for b in batches]), np.array([b.std**2 for b in batches])
    between = float(np.average((means - np.average(means, weights=rows)) ** 2, weights=rows))
    whole = between + float(np.average(within, weights=rows))
    return between / whole - 1 / float(rows.mean()) if whole > 0 else 0.0
