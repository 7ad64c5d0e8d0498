"""Oscillation: the loss goes up and down by much instead of settling.

Condition: in the second half of the run, smoothed over one twentieth of it (over an epoch if that
is longer), the loss rises by 10 % or more of the best constant's loss, or of its own middle if that
is higher, in a quarter of the places, and their middle lies as far above the best of them. The ups
and downs of small batches are smoothed away; a flat end has none. And it does harm: the network
stays behind what can be reached, or the loss's middle is above half of the best constant's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.cure import lost, short
from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Floats, Seen

RISE, PLACES, FEWEST, HIGH = 0.1, 0.25, 8, 0.5


@rule("oscillation", needs=("losses", "steps"))
def oscillation(seen: Seen) -> Iterator[Finding]:
    """The loss swings in the second half of the run."""
    if "trials" in seen.missing:  # two networks against each other swing as they should
        return
    blocks = _blocks(seen)
    if len(blocks) < FEWEST or not np.isfinite(blocks).all():
        return
    base = _base(seen)
    rises = np.diff(blocks) / max(base, float(np.median(blocks)))
    often = float(np.mean(rises > RISE))
    above = float((np.median(blocks) - blocks.min()) / base)
    if often < PLACES or above < RISE or not (short(seen) or _high(seen, blocks, base)):
        return
    yield Finding(
        "oscillation",
        f"The loss swings between {blocks.min():.4g} and {blocks.max():.4g} in the second half of "
        "the run.",
        evidence=(Evidence("places at which the smoothed loss rises by 10 %", often, PLACES,
                           "of the best constant's loss", "share"),),
        why="What one step learns the next one undoes.",
        fix="A smaller learning rate, larger batches, or a schedule that lets the rate fall",
        sure=0.7, effect=max(lost(seen), 0.3),
    )  # fmt: skip


def _blocks(seen: Seen) -> Floats:
    """Means of the loss over blocks of steps in the second half of the run."""
    late = seen.losses[len(seen.losses) // 2 :]
    size = max(len(late) // 20, min(seen.epoch, len(late) // FEWEST), 4)
    if seen.epoch == 1:  # all rows at every step: there are no batches to smooth over
        size = max(len(late) // 200, 1)
    count = len(late) // size
    blocks: Floats = late[len(late) - count * size :].reshape(count, size).mean(1)
    return blocks


def _high(seen: Seen, blocks: Floats, base: float) -> bool:
    """Whether the loss stays high; the first losses tell of one that the loop has scaled."""
    first = float(np.median(seen.losses[:5]))
    return float(np.median(blocks)) > HIGH * max(base, first)


def _base(seen: Seen) -> float:
    """The best constant's loss, or where it isn't known that of the first steps."""
    known = trivial(seen)
    first = float(np.median(seen.losses[:5]))
    return max((known.loss if known and known.loss else first), 1e-12)
