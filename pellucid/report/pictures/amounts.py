"""Draws a regression's misses, and what each input is worth."""

from __future__ import annotations

import numpy as np

from pellucid.lenses.box.pictures import importance_chart, misses_chart, outside, scatter_chart
from pellucid.lenses.draw.html import Markup, bdi
from pellucid.lenses.numerals import count, figure, fine_percent, plural
from pellucid.report.card import card, table
from pellucid.report.content import Floats, Importance, Ints, Residuals
from pellucid.report.pictures.lens import lens_picture

__all__ = ["importance_card", "residual_card", "scatter_card"]


def scatter_card(residuals: Residuals, target: str, most: int) -> Markup:
    """Draws each prediction against its true value; on the line both are equal."""
    sentence = _scatter_sentence(residuals) + _outside(outside(residuals))
    return card(
        "Predicted and true",
        sentence,
        lens_picture(
            scatter_chart(residuals, target, most), f"Predicted against true {target}. {sentence}"
        ),
        twin=_scatter_table(residuals.true, residuals.predicted),
    )


def residual_card(residuals: Residuals) -> Markup:
    """Draws how large the misses are, as a histogram around zero."""
    sentence = _residual_sentence(residuals) + _outside(residuals.spread.outside)
    return card(
        "Residuals (true \u2212 predicted)",
        sentence,
        lens_picture(misses_chart(residuals), f"Histogram of residuals. {sentence}"),
        twin=_histogram_table(residuals.spread.edges, residuals.spread.counts),
    )


def importance_card(importance: Importance) -> Markup:
    """Draws how much the score drops when one input is shuffled."""
    say = _points if importance.metric_percent else figure
    most, cost = importance.names[0], float(importance.drop[0])
    sentence = (
        f"{most} matters most: shuffling it costs {say(cost)} of {importance.metric_name}."
        if cost > 0
        else f"Shuffling any of them costs nothing of {importance.metric_name}."
    )
    return card(
        "What each input is worth",
        sentence,
        lens_picture(
            importance_chart(importance), f"Drop of the score by shuffled input. {sentence}"
        ),
        twin=_importance_table(importance),
    )


def _points(drop: float) -> str:
    """A difference of two shares: 0.34 is 34 points."""
    said = figure(100 * drop, 2)
    return f"{said} point" if said == "1" else f"{said} points"


def _outside(rows: int) -> str:
    """Says how many rows a picture leaves out, because they would press all others together."""
    return f" {plural(rows, 'row')} outside the picture." if rows else ""


def _scatter_sentence(residuals: Residuals) -> str:
    miss = np.abs(residuals.true - residuals.predicted)
    return (
        f"Half of the predictions are within {figure(float(np.median(miss)))} of the true value; "
        f"the largest miss is {figure(float(miss.max()))}."
    )


def _residual_sentence(residuals: Residuals) -> str:
    miss = residuals.true - residuals.predicted
    mean = float(miss.mean())
    low, high = (float(end) for end in np.percentile(miss, [5, 95]))
    lean = "too low" if mean > 0 else "too high"
    return (
        f"On average the predictions are {figure(abs(mean))} {lean}; nine of ten misses lie "
        f"between {figure(low)} and {figure(high)}."
    )


def _scatter_table(true: Floats, guess: Floats) -> Markup:
    """Tells the scatter by tenths of the rows, so that no single row's value is shown."""
    order = np.argsort(true, kind="stable")
    rows = [
        [
            f"{figure(float(true[part].min()))} to {figure(float(true[part].max()))}",
            count(len(part)),
            figure(float(true[part].mean())),
            figure(float(guess[part].mean())),
            figure(float(np.abs(true[part] - guess[part]).mean())),
        ]
        for part in np.array_split(order, min(10, max(len(order) // 3, 1)))
    ]
    heads = ["true value", "rows", "mean true", "mean predicted", "mean miss"]
    return table(heads, rows, caption="Predictions by size of the true value")


def _histogram_table(edges: Floats, counts: Ints) -> Markup:
    rows = [
        [f"{figure(float(a))} to {figure(float(b))}", count(int(n))]
        for a, b, n in zip(edges[:-1], edges[1:], counts, strict=True)
    ]
    return table(["true \u2212 predicted", "rows"], rows, caption="Rows by size of the miss")


def _importance_table(importance: Importance) -> Markup:
    say = fine_percent if importance.metric_percent else figure
    rows = [
        [bdi(name), say(float(drop)), say(float(deviation))]
        for name, drop, deviation in zip(
            importance.names, importance.drop, importance.deviation, strict=True
        )
    ]
    caption = f"Drop of {importance.metric_name} when one input is shuffled"
    return table(["input", "drop", "deviation"], rows, caption=caption)
