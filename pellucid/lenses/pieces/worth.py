"""What each neuron adds: how far the answer moves without it, and what that costs.

added_j = root mean square over rows of ‖z − z without neuron j‖, z = scores less their mean
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.lenses.box.answers import in_units, told_of, truth
from pellucid.lenses.picture import Floats
from pellucid.lenses.pieces.neurons import Layer, read, rest_of
from pellucid.lenses.subject import Subject

__all__ = ["Scores", "Worth", "in_order", "scores_of", "worths"]

_ASKED = 64  # beyond so many neurons in a layer, only the most active are muted one by one


@dataclass(frozen=True)
class Scores:
    """How right the network is: its loss and the share that is right, where they are known."""

    loss: float | None
    right: float | None


@dataclass(frozen=True)
class Worth:
    """What one neuron adds.

    Attributes:
        unit: its number in the layer.
        added: how far the scores move without it.
        without: how right the network is without it.
        on: the share of rows, or of places in them, where it gives more than 0.
    """

    unit: int
    added: float
    without: Scores
    on: float


def scores_of(subject: Subject, outputs: Floats) -> Scores:
    """How right the network is, from what it gave for its rows."""
    if subject.y is None:
        return Scores(None, None)
    right = None
    if subject.task != "number":
        right = float(np.mean(told_of(subject, outputs).argmax(axis=1) == truth(subject)))
    return Scores(subject.loss_of(outputs), right)


def worths(subject: Subject, layer: Layer) -> list[Worth]:
    """The neurons of a layer, those that add most first."""
    values = read(subject, [layer], subject.x)[0].values
    by_unit = np.moveaxis(values.astype(np.float64), layer.axis, 0).reshape(layer.count, -1)
    asked = np.sort(np.argsort(-(by_unit**2).mean(axis=1), kind="stable")[:_ASKED])
    whole, rest = _signal(subject, subject.outputs()), rest_of(subject, layer, values)
    found = []
    for unit in asked.tolist():
        given = rest.without([unit])
        moved = _signal(subject, given) - whole
        added = float(np.sqrt((moved**2).sum(axis=1).mean()))
        on = float((by_unit[unit] > 0).mean())
        found.append(Worth(unit, added, scores_of(subject, given), on))
    return sorted(found, key=lambda w: -w.added)


def in_order(subject: Subject, layer: Layer, found: Sequence[Worth]) -> list[Worth]:
    """The neurons in the order in which the last moment of a film has them."""
    order: list[int] = subject.frozen.setdefault(
        f"neurons of {layer.path}", [w.unit for w in found]
    )
    by_unit = {w.unit: w for w in found}
    rest = [w for w in found if w.unit not in order]
    return [by_unit[unit] for unit in order if unit in by_unit] + rest


def _signal(subject: Subject, outputs: Floats) -> Floats:
    """The scores; of classes, less their mean, which changes no share."""
    if subject.task == "number":
        return in_units(subject, outputs)
    wide = outputs.astype(np.float64).reshape(len(outputs), -1)
    return wide - wide.mean(axis=1, keepdims=True) if subject.task == "classes" else wide
