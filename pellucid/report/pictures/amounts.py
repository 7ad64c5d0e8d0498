"""Draws a regression's misses, and what each input is worth."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.draw.html import Markup, bdi
from pellucid.lenses.draw.numbers import count, number, percent, plural
from pellucid.lenses.draw.scale import Scale, span
from pellucid.lenses.draw.svg import (
    Plot,
    bar,
    legend,
    line,
    line_key,
    marker,
    markers,
    picture,
    text,
)
from pellucid.lenses.measures.tails import inner_span
from pellucid.report.card import card, table
from pellucid.report.content import Floats, Importance, Ints, Residuals

__all__ = ["importance_card", "residual_card", "scatter_card"]

WIDTH, HEIGHT = 400.0, 300.0
LEFT, RIGHT, TOP = 54.0, 388.0, 26.0
MOST_BARS = 15


def scatter_card(residuals: Residuals, target: str, most: int) -> Markup:
    """Draws each prediction against its true value; on the line both are equal."""
    true, guess = residuals.true, residuals.predicted
    low, high = span([*inner_span(true), *inner_span(guess)], pad=0.03)
    plot = Plot(Scale(low, high, LEFT, RIGHT), Scale(low, high, HEIGHT - 46, TOP))
    near = np.flatnonzero((np.minimum(true, guess) >= low) & (np.maximum(true, guess) <= high))
    keep = near[np.linspace(0, len(near) - 1, min(len(near), most)).round().astype(int)]
    places = [(plot.x(x), plot.y(y)) for x, y in zip(true[keep], guess[keep], strict=True)]
    radius = float(np.clip(60 / np.sqrt(max(len(keep), 1)), 2.0, 4.5))
    sentence = _scatter_sentence(residuals) + _outside(len(true) - len(near))
    return card(
        "Predicted and true",
        sentence,
        legend([(marker("circle", "dot"), "one row"), (line_key("ideal"), "predicted = true")]),
        picture(
            f"Predicted against true {target}. {sentence}",
            WIDTH,
            HEIGHT,
            plot.axes(f"true {target}", "predicted"),
            line([(plot.x(low), plot.y(low)), (plot.x(high), plot.y(high))], "ideal"),
            markers(places, "circle", "dot", radius),
        ),
        twin=_scatter_table(true, guess),
    )


def residual_card(residuals: Residuals) -> Markup:
    """Draws how large the misses are, as a histogram around zero."""
    edges, counts = residuals.spread.edges, residuals.spread.counts
    plot = Plot(
        Scale(*span(edges), LEFT, RIGHT),
        Scale(0, max(int(counts.max()), 1) * 1.05, HEIGHT - 46, TOP),
    )
    bars = [
        bar(plot.x(a) + 0.75, plot.y(n), plot.x(b) - plot.x(a) - 1.5, plot.y(0) - plot.y(n), "bar")
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    middle = [(plot.x(0), TOP), (plot.x(0), plot.y(0))]
    zero = line(middle, "ideal")  # behind the bars: in front it would cut one in two
    sentence = _residual_sentence(residuals) + _outside(residuals.spread.outside)
    return card(
        "Residuals (true \u2212 predicted)",
        sentence,
        picture(
            f"Histogram of residuals. {sentence}",
            WIDTH,
            HEIGHT,
            plot.axes("true \u2212 predicted", "rows"),
            zero if edges[0] <= 0 <= edges[-1] else None,
            bars,
        ),
        twin=_histogram_table(edges, counts),
    )


def importance_card(importance: Importance) -> Markup:
    """Draws how much the score drops when one input is shuffled."""
    shown = min(len(importance.names), MOST_BARS)
    height, left = 40.0 + 24 * shown, 130.0
    low, high = span([*importance.drop[:shown], 0.0])
    x = Scale(min(low, 0.0), max(high, 0.0), left, RIGHT - 48)
    say = percent if importance.metric_percent else number
    marks: list[Markup | None] = []
    for i in range(shown):
        y, drop = 12.0 + 24 * i, float(importance.drop[i])
        name = importance.names[i]
        marks += [
            text(name if len(name) <= 18 else name[:17] + "…", left - 8, y + 12, "tick", "end"),
            bar(min(x(0), x(drop)), y, abs(x(drop) - x(0)), 16, "bar", 2),
            text(say(drop), max(x(drop), x(0)) + 6, y + 12, "tick strong", "start"),
        ]
    marks.append(line([(x(0), 6), (x(0), height - 24)], "base"))
    most, cost = importance.names[0], float(importance.drop[0])
    sentence = (
        f"{most} matters most: shuffling it costs {say(cost)} of {importance.metric_name}."
        if cost > 0
        else f"Shuffling any of them costs nothing of {importance.metric_name}."
    )
    return card(
        "What each input is worth",
        sentence,
        picture(f"Drop of the score by shuffled input. {sentence}", WIDTH, height, *marks),
        twin=_importance_table(importance),
    )


def _outside(rows: int) -> str:
    """Says how many rows a picture leaves out, because they would press all others together."""
    return f" {plural(rows, 'row')} outside the picture." if rows else ""


def _scatter_sentence(residuals: Residuals) -> str:
    miss = np.abs(residuals.true - residuals.predicted)
    return (
        f"Half of the predictions are within {number(float(np.median(miss)))} of the true value; "
        f"the largest miss is {number(float(miss.max()))}."
    )


def _residual_sentence(residuals: Residuals) -> str:
    miss = residuals.true - residuals.predicted
    mean = float(miss.mean())
    low, high = (float(end) for end in np.percentile(miss, [5, 95]))
    lean = "too low" if mean > 0 else "too high"
    return (
        f"On average the predictions are {number(abs(mean))} {lean}; nine of ten misses lie "
        f"between {number(low)} and {number(high)}."
    )


def _scatter_table(true: Floats, guess: Floats) -> Markup:
    """Tells the scatter by tenths of the rows, so that no single row's value is shown."""
    order = np.argsort(true, kind="stable")
    rows = [
        [
            f"{number(float(true[part].min()))} to {number(float(true[part].max()))}",
            count(len(part)),
            number(float(true[part].mean())),
            number(float(guess[part].mean())),
            number(float(np.abs(true[part] - guess[part]).mean())),
        ]
        for part in np.array_split(order, min(10, max(len(order) // 3, 1)))
    ]
    heads = ["true value", "rows", "mean true", "mean predicted", "mean miss"]
    return table(heads, rows, caption="Predictions by size of the true value")


def _histogram_table(edges: Floats, counts: Ints) -> Markup:
    rows = [
        [f"{number(float(a))} to {number(float(b))}", count(int(n))]
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return table(["true \u2212 predicted", "rows"], rows, caption="Rows by size of the miss")


def _importance_table(importance: Importance) -> Markup:
    say = percent if importance.metric_percent else number
    rows = [
        [bdi(name), say(float(drop)), say(float(deviation))]
        for name, drop, deviation in zip(
            importance.names, importance.drop, importance.deviation, strict=True
        )
    ]
    caption = f"Drop of {importance.metric_name} when one input is shuffled"
    return table(["input", "drop", "deviation"], rows, caption=caption)
