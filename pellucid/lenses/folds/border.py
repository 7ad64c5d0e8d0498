"""The decision line in a plane of the inputs: where two classes are equally likely."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.geometry.plane import Plane
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject

__all__ = ["Border", "border_of", "margins"]

Border = list[Floats]
_FINE = 61


def margins(subject: Subject, x: Floats) -> Floats:
    """By how much each class is ahead of the best other one; 0 on a decision line.

    For a network that gives a number: how far it is above the middle of the targets.

    Shape:
        (n, …) → (n, lines)
    """
    given = np.asarray(subject.outputs(x), np.float64).reshape(len(x), -1)
    if subject.task == "binary":
        plain = subject.objective is not None and subject.objective.name == "bce"
        return given - (0.5 if plain else 0.0)
    if subject.task == "classes":
        if given.shape[1] == 2:
            return given[:, 1:] - given[:, :1]
        return np.stack([_lead(given, k) for k in range(given.shape[1])], axis=1)
    middle = np.median(subject.labels()) if subject.y is not None else np.median(subject.outputs())
    return given[:, :1] - middle


def border_of(subject: Subject, plane: Plane, low: Floats, high: Floats) -> Border:
    """The decision lines in a plane of the inputs, each as places (n, 2) of the plane.

    Args:
        subject: the network.
        plane: two directions among the inputs.
        low: one corner of the part to search.
        high: the opposite one.
    """
    xs, ys = (np.linspace(low[i], high[i], _FINE) for i in (0, 1))
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    ahead = margins(subject, plane.back(places).astype(subject.x.dtype))
    scale = np.array([xs[1] - xs[0], ys[1] - ys[0]])
    found: dict[bytes, Floats] = {}
    for k in range(ahead.shape[1]):
        for line in contours(ahead[:, k].reshape(_FINE, _FINE), 0.0):
            traced = np.asarray(line) * scale + low
            found.setdefault(np.sort(traced.round(3), axis=0).tobytes(), traced)
    return list(found.values())


def _lead(scores: Floats, k: int) -> Floats:
    others = np.delete(scores, k, axis=1)
    return np.asarray(scores[:, k] - others.max(axis=1))
