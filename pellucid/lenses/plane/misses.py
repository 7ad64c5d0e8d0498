"""The error as a picture: over one input as sticks, over a plane by side, for classes as bars."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.box.answers import Answers
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Mark, Points, Rule
from pellucid.lenses.plane.place import Place

__all__ = ["misses_chart"]

_DRAWN = 400
_BINS = 10


def misses_chart(place: Place, found: Answers) -> Chart:
    """Where the answers and the truth differ."""
    if found.classes:
        return _of_classes(found)
    miss = found.true[:, 0] - found.given[:, 0]
    keep = place.samples(_DRAWN)
    size = float(np.sqrt(np.mean(miss**2)))
    if place.y is None:
        marks: tuple[Mark, ...] = (
            Rule(0.0, "y"),
            Points(place.at_x[keep], miss[keep], role="plain", name="one row"),
        )
        return Chart(
            place.x, Axis("true − answered"), marks,
            f"What is left to explain: {number(size)} (root mean square)",
        )  # fmt: skip
    worst = np.argsort(-np.abs(miss[keep]))[:5]
    dots = Points(
        place.at_x[keep], place.at_y[keep], (miss[keep] > 0).astype(int),
        ("answered too high", "answered too low"), ringed=tuple(map(int, worst)),
    )  # fmt: skip
    x = Axis(place.x.name, low=place.x_ends[0], high=place.x_ends[1])
    y = Axis(place.y.name, low=place.y_ends[0], high=place.y_ends[1])
    return Chart(
        x, y, (dots,), f"On which side it misses; the five largest are ringed, up to"
        f" {number(float(np.abs(miss).max()))}",
    )  # fmt: skip


def _of_classes(found: Answers) -> Chart:
    """How much share the true class got, in tenths."""
    share = found.given[np.arange(len(found.true)), found.true]
    counts, edges = np.histogram(share, bins=_BINS, range=(0.0, 1.0))
    wrong = int((found.given.argmax(axis=1) != found.true).sum())
    what = "row" if found.each == 1 else "position"
    title = (
        f"{plural(wrong, what)} of {len(share):,} wrong; the true class gets"
        f" {percent(float(share.mean()))} on average"
    )
    return Chart(
        Axis("share given to the true class", percent=True, low=0.0, high=1.0),
        Axis(f"{what}s", low=0.0, high=float(len(share))),
        (Bars(counts, at=(edges[:-1] + edges[1:]) / 2),),
        title,
    )
