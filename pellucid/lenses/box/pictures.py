"""The pictures of a score's parts, from their records: what a lens and a report draw alike."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.draw.scale import span
from pellucid.lenses.measures.classification import wilson
from pellucid.lenses.measures.records import Calibration, Confusion, Importance, Residuals
from pellucid.lenses.measures.tails import inner_span
from pellucid.lenses.numerals import fine_percent, plural
from pellucid.lenses.picture import Axis, Band, Bars, Chart, Line, Matrix, Points, Rule
from pellucid.lenses.sampling import some

__all__ = [
    "calibration_chart", "confusion_matrix", "importance_chart", "misses_chart", "outside",
    "scatter_chart",
]  # fmt: skip

_MOST_BARS = 15


def confusion_matrix(found: Confusion, title: str = "") -> Matrix:
    """The rows of each true class by answer, shaded by their share of the class."""
    totals = np.maximum(found.counts.sum(axis=1, keepdims=True), 1)
    shares = found.counts / totals
    under = tuple(
        tuple(fine_percent(float(s)) if n else "" for s, n in zip(parts, row, strict=True))
        for parts, row in zip(shares, found.counts, strict=True)
    )
    return Matrix(
        found.counts.astype(np.float64), found.classes, found.classes, title, "amount", "count",
        row_axis="true class", column_axis="answer", shades=shares, under=under,
    )  # fmt: skip


def calibration_chart(found: Calibration, title: str = "") -> Chart:
    """How often it was so against how often it was said to be, with 95 % intervals."""
    ends = np.array([
        wilson(float(p), float(n)) for p, n in zip(found.observed, found.counts, strict=True)
    ])  # fmt: skip
    return Chart(
        Axis(f"stated share of {found.of}", percent=True, low=0.0, high=1.0),
        Axis("how often it was so", percent=True, low=0.0, high=1.0),
        (
            Band(found.predicted, ends[:, 0], ends[:, 1], "95 % interval"),
            Line([0, 1], [0, 1], "as often as stated", "muted"),
            Line(found.predicted, found.observed, "this network"),
            Points(found.predicted, found.observed),
        ),
        title,
        square=True,
    )


def scatter_chart(found: Residuals, name: str, most: int, title: str = "") -> Chart:
    """Each answer against its truth; a few far off do not press the others together.

    Args:
        found: truths and answers.
        name: of what is answered.
        most: how many rows are drawn.
        title: of the chart.
    """
    low, high = _plane(found)
    inside = np.flatnonzero(_inside(found))
    keep = inside[some(len(inside), most)]
    return Chart(
        Axis(f"true {name}", low=low, high=high),
        Axis(f"answered {name}", low=low, high=high),
        (
            Line([low, high], [low, high], "answer = truth", "muted"),
            Points(found.true[keep], found.predicted[keep], name="one row"),
        ),
        title,
        square=True,
    )


def outside(found: Residuals) -> int:
    """How many rows lie so far off that the picture of all leaves them out."""
    return int((~_inside(found)).sum())


def misses_chart(found: Residuals, title: str = "") -> Chart:
    """How large the misses are, around zero."""
    edges, counts = found.spread.edges, found.spread.counts
    rule = (Rule(0.0, "x", "no miss"),) if edges[0] <= 0 <= edges[-1] else ()
    room = 1.15 * max(float(counts.max(initial=0)), 1.0)  # for the rule's name above the bars
    return Chart(
        Axis("true − answered", low=float(edges[0]), high=float(edges[-1])),
        Axis("rows", low=0.0, high=room),
        (*rule, Bars(counts, at=(edges[:-1] + edges[1:]) / 2)), title,
    )  # fmt: skip


def importance_chart(worth: Importance, title: str = "") -> Chart:
    """How much the score falls when each input is shuffled, with the deviation over shuffles."""
    drop, spread = worth.drop[:_MOST_BARS], worth.deviation[:_MOST_BARS]
    left = len(worth.names) - len(drop)
    more = f" {plural(left, 'more input')} not drawn." if left else ""
    return Chart(
        Axis(f"fall of {worth.metric_name} when shuffled", percent=worth.metric_percent),
        Axis("", names=worth.names[:_MOST_BARS]),
        (Bars(drop, drop - spread, drop + spread, lying=True),),
        title,
        sentence=f"The thin lines show one standard deviation over the shuffles.{more}",
    )


def _plane(found: Residuals) -> tuple[float, float]:
    return span([*inner_span(found.true), *inner_span(found.predicted)], pad=0.03)


def _inside(found: Residuals) -> np.ndarray:
    low, high = _plane(found)
    both = np.minimum(found.true, found.predicted), np.maximum(found.true, found.predicted)
    return np.asarray((both[0] >= low) & (both[1] <= high))
