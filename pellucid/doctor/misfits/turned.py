"""Losses that put their numbers together the wrong way: along a wrong axis, with a wrong sign."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence
from pellucid.doctor.measures.curves import late
from pellucid.doctor.misfits.misfit import ENTROPIES, Misfit, targets
from pellucid.doctor.seen import Seen
from pellucid.doctor.wiring import VIEWS, mixing
from pellucid.lenses.numerals import percent

__all__ = ["turned"]

_LEFT, _AGAINST, _NEGATIVE, _SOME = 0.5, -0.5, 0.5, 0.02
_HINGES: Final = frozenset({"relu", "clamp", "clamp_min", "maximum", "softplus"})


def turned(seen: Seen) -> Iterator[Misfit]:
    """Shares over positions, answers that are driven away from the targets, signs of 0.

    Args:
        seen: the training.
    """
    yield from _positions(seen)
    yield from _driven_away(seen)
    yield from _margin(seen)


def _positions(seen: Seen) -> Iterator[Misfit]:
    """Cross-entropy over axis 1 of scores that a linear layer left in the last axis.

    It goes unrefused only where there are as many positions as classes, and counts only where most
    of the loss of an equal guess is left: a layer that works along positions may be meant.
    """
    met, loss = mixing(seen), seen.loss
    if met is None or loss is None or loss.name not in ENTROPIES or not len(seen.losses):
        return
    made = seen.calls[met.prediction]
    if seen.calls[met.place].settings.get("dim", 1) != 1 or made.part != "model":
        return
    if made.name != "linear" or len(made.shape) != 3 or made.shape[1] != made.shape[2]:
        return
    classes = made.shape[2]
    end = late(seen.losses)
    if loss.settings.get("reduction", "mean") != "mean" or not end > _LEFT * math.log(classes):
        return
    yield Misfit(
        f"{loss.name} takes axis 1 for the classes, but of the scores {tuple(made.shape)} that is "
        f"the axis of the {classes} positions: the classes are the last one.",
        "Positions compete with each other instead of classes; nothing refuses it, as there are "
        "as many of one as of the other.",
        "loss = F.cross_entropy(scores.transpose(1, 2), y)\n"
        "# or: F.cross_entropy(scores.flatten(0, 1), y.flatten())",
        (Evidence("loss at the end", end, _LEFT * math.log(classes), "half of an equal guess"),),
        0.93,
        0.9,
    )


def _driven_away(seen: Seen) -> Iterator[Misfit]:
    """A loss below 0 under which answers become the opposite of the targets."""
    y, loss, rows = targets(seen), seen.loss, seen.train
    if y is None or loss is None or rows is None or rows.prediction is None or not len(seen.losses):
        return
    said = rows.prediction
    if loss.target_kind != "numbers" or said.size != y.size or loss.negative < _NEGATIVE:
        return
    a, b = said.reshape(-1).astype(float), y.reshape(-1).astype(float)
    if not (np.isfinite(a).all() and np.isfinite(b).all() and a.std() > 0 and b.std() > 0):
        return
    alike = float(np.corrcoef(a, b)[0, 1])
    if alike > _AGAINST or not seen.losses[-1] < 0:
        return
    yield Misfit(
        f"The loss is below 0 at {percent(loss.negative)} of the steps, and the answers become the "
        f"opposite of the targets: their correlation is {alike:.2f}.",
        "Its sign is the wrong way round: what should become large is made small.",
        "loss = (1 - F.cosine_similarity(prediction, y)).mean()  # the more alike, the smaller",
        (Evidence("correlation of answers and targets", alike, _AGAINST, "1 where they agree"),),
        0.93,
        1.0,
    )


def _margin(seen: Seen) -> Iterator[Misfit]:
    """A hinge written by hand, 1 − y · score, with targets of 0 and 1."""
    y, met = targets(seen), mixing(seen)
    if y is None or met is None or seen.calls[met.place].name != "mul":
        return
    if not np.isin(y, (0, 1)).all() or not 0 < (zeros := float((y == 0).mean())) < 1 - _SOME:
        return
    if zeros <= _SOME or (y.ndim > 1 and y.shape[1] > 1) or not _only(seen, met.prediction):
        return
    after = [call.name for call in seen.calls[met.place + 1 :] if call.name not in VIEWS]
    if not after or after[0] not in ("sub", "rsub", "neg") or not _HINGES & set(after):
        return
    yield Misfit(
        f"The loss multiplies scores with targets as if they were −1 and 1, but {percent(zeros)} "
        "of them are 0.",
        "A target of 0 costs the same whatever the network says, so one class is never learned.",
        "y = 2 * y - 1",
        (Evidence("targets that are 0", zeros, _SOME, "only −1 and 1", "share"),),
        0.95,
        0.95,
    )


def _only(seen: Seen, place: int) -> bool:
    """Whether the loss takes the prediction only once, views of it included."""
    shown = {place}
    while (up := seen.calls[place]).name in VIEWS and up.part == "loss" and up.inputs:
        place = up.inputs[0]
        shown.add(place)
    takers = [
        call for call in seen.calls
        if call.part == "loss" and call.name not in VIEWS and shown & set(call.inputs)
    ]  # fmt: skip
    return len(takers) == 1
