"""What each neuron adds: how far the answer moves without it, and what that costs.

added_j = root mean square over rows of ‖z − z without neuron j‖, z = scores less their mean
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pellucid.lenses.box.answers import in_units, told, truth
from pellucid.lenses.picture import Floats
from pellucid.lenses.pieces.neurons import Layer, muted, read
from pellucid.lenses.subject import Subject

__all__ = ["Scores", "Worth", "in_order", "scores_of", "worths"]

_ASKED = 64  # beyond so many neurons in a layer, only the most active are muted one by one
_SCORED = 16  # of so many, those that add most, the loss without them is asked as well


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
        without: how right the network is without it; asked for those that add most.
        on: the share of rows, or of places in them, where it gives more than 0.
    """

    unit: int
    added: float
    without: Scores
    on: float


def scores_of(subject: Subject) -> Scores:
    """How right the network is, as it is."""
    if subject.y is None:
        return Scores(None, None)
    right = None
    if subject.task != "number":
        right = float(np.mean(told(subject, subject.x).argmax(axis=1) == truth(subject)))
    return Scores(subject.loss_value(), right)


def worths(subject: Subject, layer: Layer) -> list[Worth]:
    """The neurons of a layer, those that add most first."""
    values = read(subject, [layer], subject.x)[0].values.astype(np.float64)
    by_unit = np.moveaxis(values, layer.axis, 0).reshape(layer.count, -1)
    asked = np.sort(np.argsort(-(by_unit**2).mean(axis=1), kind="stable")[:_ASKED])
    whole = _signal(subject)
    found = []
    for unit in asked.tolist():
        with muted(layer, [unit]):
            moved = _signal(subject) - whole
            added = float(np.sqrt((moved**2).sum(axis=1).mean()))
        on = float((by_unit[unit] > 0).mean())
        found.append(Worth(unit, added, Scores(None, None), on))
    found.sort(key=lambda w: -w.added)
    return [_scored(subject, layer, w) for w in found[:_SCORED]] + found[_SCORED:]


def _scored(subject: Subject, layer: Layer, worth: Worth) -> Worth:
    """The same with how right the network is without it."""
    with muted(layer, [worth.unit]):
        return replace(worth, without=scores_of(subject))


def in_order(subject: Subject, layer: Layer, found: Sequence[Worth]) -> list[Worth]:
    """The neurons in the order in which the last moment of a film has them."""
    order: list[int] = subject.frozen.setdefault(
        f"neurons of {layer.path}", [w.unit for w in found]
    )
    by_unit = {w.unit: w for w in found}
    rest = [w for w in found if w.unit not in order]
    return [by_unit[unit] for unit in order if unit in by_unit] + rest


def _signal(subject: Subject) -> Floats:
    """The scores; of classes, less their mean, which changes no share."""
    if subject.task == "number":
        return in_units(subject, subject.outputs())
    given = subject.outputs().astype(np.float64)
    wide = given.reshape(len(given), -1)
    return wide - wide.mean(axis=1, keepdims=True) if subject.task == "classes" else wide
