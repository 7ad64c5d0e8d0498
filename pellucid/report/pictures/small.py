"""Draws the small pictures: score against baseline, and the spread of one column."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.draw.html import Markup, tag
from pellucid.lenses.draw.scale import Scale, span
from pellucid.lenses.draw.svg import bar, line, picture, text
from pellucid.lenses.numerals import count, figure, plural
from pellucid.report.content import Counts, Histogram, Metric
from pellucid.report.verdict import say

__all__ = ["against_baseline", "spread_picture", "spread_words"]


def against_baseline(metric: Metric) -> Markup | None:
    """Draws the score and the baseline as two bars, the interval as a whisker."""
    if metric.baseline is None or not np.isfinite([metric.value, metric.baseline]).all():
        return None
    ends = [
        v for v in (metric.value, metric.baseline, metric.low, metric.high, 0.0) if v is not None
    ]
    low, high = (0.0, 1.0) if metric.percent else span(ends)
    right = 330 if metric.percent else 318  # figures such as −0.0349 are longer than 100 %
    x = Scale(low, high, 84, right)
    label = f"{metric.name}: {say(metric, metric.value)}; baseline: {say(metric, metric.baseline)}."
    marks: list[Markup | None] = []
    for y, name, value, kind in (
        (6.0, "this model", metric.value, "score"),
        (40.0, "baseline", metric.baseline, "guess"),
    ):
        end = x(value)
        marks += [
            text(name, 76, y + 17, "tick", "end"),
            bar(84, y, right - 84, 24, "track", 4) if metric.percent else None,
            bar(min(x(0), end), y, abs(end - x(0)), 24, kind, 4),
            text(say(metric, value), right + 8, y + 18, "value", "start"),
        ]
    if metric.low is not None and metric.high is not None:
        a, b = x(metric.low), x(metric.high)
        for kind in ("halo", "whisker"):
            marks += [line([(a, 18), (b, 18)], kind)]
            marks += [line([(at, 13), (at, 23)], kind) for at in (a, b)]
    return picture(label, 400, 70, *marks, class_="gauge")


def spread_picture(spread: Histogram | Counts | None) -> Markup | None:
    """Draws a column's spread in the size of a word."""
    heights = _heights(spread)
    if not len(heights) or not max(heights):
        return None
    step = 88.0 / len(heights)
    bars = [
        bar(
            i * step, 22 - 21 * h / max(heights), max(step - 0.8, 0.6), 21 * h / max(heights), "bar"
        )
        for i, h in enumerate(heights)
    ]
    base = line([(0, 22.5), (88, 22.5)], "base")
    return tag("svg", bars, base, class_="spark", viewBox="0 0 88 23", aria_hidden="true")


def spread_words(spread: Histogram | Counts | None) -> str:
    """Says a column's spread in words.

    Example:
        >>> spread_words(Histogram(edges=np.array([0.0, 1.0, 2.0]), counts=np.array([3, 4])))
        '0 to 2'
        >>> spread_words(Counts(names=("a", "b"), counts=(5, 2), rest=1))
        'a 5, b 2, others 1'
    """
    if isinstance(spread, Histogram):
        beyond = f", {count(spread.outside)} far outside" if spread.outside else ""
        return f"{figure(float(spread.edges[0]))} to {figure(float(spread.edges[-1]))}{beyond}"
    if spread is None:
        return ""
    named = [f"{name} {count(n)}" for name, n in zip(spread.names, spread.counts, strict=True)]
    shown = named[:4] + ([f"{plural(len(named) - 4, 'more value')}"] if len(named) > 4 else [])
    return ", ".join(shown + ([f"others {count(spread.rest)}"] if spread.rest else []))


def _heights(spread: Histogram | Counts | None) -> list[int]:
    if isinstance(spread, Histogram):
        return [int(n) for n in spread.counts]
    if spread is None:
        return []
    return [*spread.counts, *([spread.rest] if spread.rest else [])]
