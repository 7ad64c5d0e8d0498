"""Shape broadcast: the loss compares every prediction with every target.

Condition: in the first call that takes both prediction and target, element by element, their shapes
differ only by ones, and the result has more entries than either: (32, 1) against (32,) gives
(32, 32). Certain by its evidence. Not meant: shapes that the loss itself prepared by views on both
sides, targets broadcast over several outputs, and losses that take indices. PyTorch warns of it in
`mse_loss` alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.doctor.step import TARGET
from pellucid.doctor.wiring import VIEWS, mixing

__all__ = ["shape_broadcast"]

_INDICES: Final = frozenset(
    {"cross_entropy", "nll_loss", "gather", "multi_margin_loss", "ctc_loss"}
)
_ERRORS: Final = (
    r"[Tt]arget size \(.*\) (?:must be the same as|that is different to) (?:the )?input|"
    r"input and target must have the same shape"
)


@rule("shape_broadcast", needs=("loss or error",))
def shape_broadcast(seen: Seen) -> Iterator[Finding]:
    """Prediction and target of shapes that widen each other."""
    yield from _refused(seen)
    shapes = _shapes(seen) if seen.loss is not None else None
    if shapes is None:
        return
    (prediction, target), line = shapes
    wide = _widened(prediction, target)
    if wide is None:
        return
    entries, pairs = math.prod(target), math.prod(wide)
    yield Finding(
        "shape_broadcast",
        f"The prediction has shape {prediction} and the target {target}: together they become "
        f"{wide}, so each prediction is compared with all {entries} targets.",
        line=line or seen.events.lines.get("loss", ""),
        evidence=(
            Evidence("pairs compared in one batch", pairs, entries, "one for each target", "count"),
        ),
        why="The best answer to all targets at once is their mean, so the network learns that.",
        fix=_fix(prediction, target),
        sure=0.98,
        effect=1.0,
    )


def _refused(seen: Seen) -> Iterator[Finding]:
    """A loss that refuses shapes which differ."""
    if seen.finished or not re.search(_ERRORS, seen.error):
        return
    yield Finding(
        "shape_broadcast",
        f"The loss refuses prediction and target: {seen.error.strip().splitlines()[0]}",
        line=seen.events.lines.get("loss", ""),
        why="Prediction and target have different shapes, so it isn't clear which belong together.",
        fix="loss = loss_fn(prediction.squeeze(1), y)  # or: y.unsqueeze(1)",
        sure=0.9,
        effect=1.0,
    )


def _shapes(seen: Seen) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], str] | None:
    """The two shapes as the loss mixes them, and the line."""
    assert seen.loss is not None
    if seen.loss.name in _INDICES:
        return None
    met = mixing(seen)
    if met is None:
        own = seen.loss.name == "own"
        return None if own else ((seen.loss.prediction, seen.loss.target), "")
    call = seen.calls[met.place]
    if call.name in _INDICES or _meant(seen, met.prediction, met.target):
        return None
    if len(call.shapes) == len(call.inputs):
        left, right = call.inputs.index(met.prediction), call.inputs.index(met.target)
        return (call.shapes[left], call.shapes[right]), call.line
    return (seen.loss.prediction, seen.loss.target), call.line


def _meant(seen: Seen, prediction: int, target: int) -> bool:
    """Whether the loss itself reshaped both sides, as it does to compare all pairs."""
    return (
        all(
            place >= 0 and seen.calls[place].part == "loss" and seen.calls[place].name in VIEWS
            for place in (prediction, target)
        )
        and target != TARGET
    )


def _widened(
    prediction: tuple[int, ...], target: tuple[int, ...]
) -> tuple[int, ...] | None:  # fmt: skip
    """The shape that both become, if it is wider than either and they are equal but for ones."""
    same = [n for n in prediction if n != 1] == [n for n in target if n != 1]
    if prediction == target or not same:
        return None
    wide: tuple[int, ...] = np.broadcast_shapes(prediction, target)
    entries = max(math.prod(prediction), math.prod(target))
    return wide if math.prod(wide) > entries else None


def _fix(prediction: tuple[int, ...], target: tuple[int, ...]) -> str:
    if len(prediction) > len(target):
        return f"loss = loss_fn(prediction.reshape({target}), y)  # or: y.reshape({prediction})"
    return f"y = y.reshape({prediction})  # the shape of the prediction"
