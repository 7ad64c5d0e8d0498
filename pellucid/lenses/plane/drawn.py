"""What a network answers along a line or over a plane, as a chart with the samples on it."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.box.answers import Answers, told, told_of
from pellucid.lenses.picture import Axis, Chart, Field, Floats, Line, Mark, Points
from pellucid.lenses.plane.place import Place
from pellucid.lenses.subject import Subject

__all__ = ["answer_field", "answers_at", "answers_of", "curve_chart", "plane_chart",
           "sample_points"]  # fmt: skip

_DRAWN = 400


def answers_at(subject: Subject, place: Place) -> Floats:
    """What the network answers there.

    Shape:
        (places along x, columns), or (places along y, places along x, columns)
    """
    return place.grid(told(subject, place.rows))


def answers_of(subject: Subject, place: Place, outputs: Floats) -> Floats:
    """The same, from what the network gave there."""
    return place.grid(told_of(subject, outputs))


def answer_field(
    place: Place, given: Floats, found: Answers, ends: tuple[float, float] | None = None
) -> Field:
    """The answers over a plane as a field: a share, shares of several classes, or a number."""
    x, y = place.x_ends, place.y_ends
    if found.classes and len(found.names) == 2:
        return Field(given[..., 1], x, y, "share", name=f"share of {found.names[1]}")
    if found.classes:
        return Field(given, x, y, "share", names=found.names)
    low, high = ends or (None, None)
    return Field(given[..., 0], x, y, "amount", name=found.names[0], low=low, high=high)


def sample_points(
    place: Place, found: Answers, wrong: bool = True, hollow: bool = False
) -> Points | None:
    """The samples on a plane, classes by shape and letter; those that are wrong are ringed."""
    if not len(place.at_x):
        return None
    keep = place.samples(_DRAWN)
    x, y = place.at_x[keep], place.at_y[keep]
    if found.true is None or not found.classes:
        return Points(x, y, role="plain", name="rows", hollow=hollow)
    missed = np.flatnonzero(found.given[keep].argmax(axis=1) != found.true[keep])
    ringed = tuple(map(int, missed)) if wrong else ()
    return Points(x, y, found.true[keep], found.names, ringed=ringed, hollow=hollow)


def plane_chart(
    place: Place, given: Floats, found: Answers, title: str, *, points: bool = True,
    ends: tuple[float, float] | None = None, bare: bool = False,
) -> Chart:  # fmt: skip
    """The field of answers with the samples on it."""
    marks: list[Mark] = [answer_field(place, given, found, ends)]
    dots = sample_points(place, found, hollow=not place.whole) if points else None
    if dots is not None:
        marks.append(dots)
    assert place.y is not None
    return Chart(place.x, place.y, tuple(marks), title, bare=bare)


def curve_chart(
    place: Place, given: Floats, found: Answers, shown: tuple[int, ...], title: str
) -> Chart:
    """The answers along one input with the samples on it."""
    marks: list[Mark] = []
    if found.true is not None and place.whole:
        marks.append(_data(place, found, shown))
    if len(shown) == 1:
        marks.append(Line(place.xs, given[:, shown[0]], "this network", "positive"))
    else:
        marks += [Line(place.xs, given[:, k], found.names[k], order=k) for k in shown]
    if found.classes:
        word = found.names[shown[0]] if len(shown) == 1 else "each class"
        return Chart(place.x, Axis(f"share of {word}", percent=True), tuple(marks), title)
    return Chart(place.x, Axis(found.names[shown[0]]), tuple(marks), title)


def _data(place: Place, found: Answers, shown: tuple[int, ...]) -> Points:
    """The samples: numbers at their height, classes at 0 and 1."""
    keep = place.samples(_DRAWN)
    x = place.at_x[keep]
    if not found.classes:
        return Points(x, found.true[keep, shown[0]], role="muted", name="data")
    true = found.true[keep]
    return Points(x, (true == shown[-1]).astype(np.float64), true, found.names)
