"""Gradients, steps and weights from the first layer to the last, as numbers to compare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.measures.once import once
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Activity, Call, Moment, WeightSeen
from pellucid.lenses.numerals import of_layer

__all__ = [
    "broken",
    "fade",
    "flat",
    "grad_norm",
    "hidden",
    "late",
    "matrices",
    "moment_pace",
    "pace",
    "place_of",
    "still",
    "turns",
    "weight_place",
]

FLAT, FEWEST = 0.02, 20
_BESIDE = frozenset({"add", "sub", "getitem", "expand", "cat", "repeat", "to"})


@once
def flat(seen: Seen) -> bool:
    """Whether the loss stands still over the last half, to a fiftieth of that at the beginning."""
    count = len(seen.losses) // 4
    if 4 * count < FEWEST:
        return False
    third, last = np.mean(seen.losses[-2 * count : -count]), np.mean(seen.losses[-count:])
    return bool(abs(third - last) < FLAT * max(abs(float(seen.losses[0])), 1e-12))


@once
def still(seen: Seen) -> bool:
    """Whether the loss at the end is where it was at the beginning, to a fiftieth."""
    count = len(seen.losses) // 4
    if 4 * count < FEWEST:
        return False
    first, last = float(np.median(seen.losses[:count])), float(np.median(seen.losses[-count:]))
    return abs(first - last) < FLAT * max(abs(first), 1e-12)


@once
def broken(seen: Seen) -> bool:
    """Whether the loss is no number at the end."""
    return len(seen.losses) > 0 and not bool(np.isfinite(seen.losses[-1]))


@once
def matrices(seen: Seen) -> list[WeightSeen]:
    """The trainable weights with two axes or more, in the network's order; no norms, no biases.

    Nor what is only added or laid beside, such as learned positions, which may well start at zero.
    """
    added = _added(seen)
    return [
        w for w in seen.weights
        if w.role == "weight" and len(w.shape) > 1 and w.trainable and w.name not in added
    ]  # fmt: skip


def _added(seen: Seen) -> set[str]:
    """The names of weights that no call multiplies with anything."""
    takers: dict[str, set[str]] = {}
    for call in seen.calls:
        for name in call.weights:
            takers.setdefault(name, set()).add(call.name)
    return {name for name, calls in takers.items() if calls <= _BESIDE}


def place_of(call: Call) -> str:
    """A call's layer as it stands in a sentence, or its own name and line outside of layers."""
    if call.path:
        return of_layer(call.path)
    return f"{call.name} ({call.line})" if call.line else call.name


def weight_place(weight: WeightSeen) -> str:
    """A weight's layer as it stands in a sentence, or its own name outside of layers."""
    return of_layer(weight.layer) if weight.layer else weight.name


def late(seen: Seen) -> list[Moment]:
    """The second half of the moments."""
    return seen.moments[len(seen.moments) // 2 :]


@once
def pace(seen: Seen) -> float | None:
    """How far a step moves a weight, over the weight's size: the middle (median) of the run."""
    names = {w.name for w in matrices(seen)}
    moves = [m for moment in seen.moments for n, m in moment.moves.items() if n in names]
    found = [m.update / m.value for m in moves if m.update is not None and m.value > 0]
    found = [value for value in found if np.isfinite(value)]
    return float(np.median(found)) if found else None


def moment_pace(moment: Moment) -> float:
    """The longest way of a parameter in a step over its size; infinity where it isn't known."""
    moves = [m for m in moment.moves.values() if m.update is not None and m.value > 0]
    return max((m.update / m.value for m in moves if m.update is not None), default=float("inf"))


@once
def turns(seen: Seen) -> float | None:
    """The cosine between one gradient and the next looked at: the middle of the late moments."""
    found = [m.turn for moment in late(seen) for m in moment.moves.values() if m.turn is not None]
    return float(np.median(found)) if found else None


def fade(seen: Seen, moment: Moment) -> float | None:
    """The first layer's gradient over the last one's, each per entry; None where it isn't known."""
    found: list[float] = []
    for weight in matrices(seen):
        move = moment.moves.get(weight.name)
        if move is not None and move.grad is not None and np.isfinite(move.grad):
            found.append(move.grad / float(np.sqrt(np.prod(weight.shape))))
    return found[0] / found[-1] if len(found) > 1 and found[-1] > 0 else None


def grad_norm(moment: Moment) -> float:
    """The norm of the whole gradient; infinity where an entry is not finite."""
    grads = [move.grad for move in moment.moves.values() if move.grad is not None]
    if not all(np.isfinite(grads)) or any(not move.finite for move in moment.moves.values()):
        return float("inf")
    return float(np.sqrt(np.sum(np.square(grads))))


def hidden(seen: Seen, names: frozenset[str]) -> Iterator[tuple[Call, list[Activity]]]:
    """Calls inside the network whose output the network itself reads, with their activity.

    That over all kept rows at the end, if it was looked at, else that of the late batches.

    Args:
        seen: a training.
        names: the operations that are meant, such as "relu".
    """
    read = {at for call in seen.calls if call.part == "model" for at in call.inputs}
    for at, call in enumerate(seen.calls):
        if call.name in names and call.part == "model" and at in read:
            moments = [seen.end] if seen.end and at in seen.end.activity else late(seen)
            activity = [m.activity[at] for m in moments if at in m.activity]
            if activity:
                yield call, activity
