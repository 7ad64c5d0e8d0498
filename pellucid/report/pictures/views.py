"""Draws a forecast, a plane of codes, pictures built again, and a graph with its classes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pellucid.lenses.draw.html import Markup, bdi, tag
from pellucid.lenses.draw.png import data_url, gray_png
from pellucid.lenses.draw.scale import Scale, span
from pellucid.lenses.draw.svg import legend, line, marker, markers, picture
from pellucid.lenses.numerals import figure, plural
from pellucid.lenses.picture import Axis, Chart, Line, Points
from pellucid.report.card import card, table
from pellucid.report.field import class_mark
from pellucid.report.pictures.lens import lens_picture
from pellucid.report.views import Codes, Forecast, Graphed, Pictured

__all__ = ["codes_card", "forecast_card", "graph_card", "pictures_card"]

WIDTH, HEIGHT = 400.0, 300.0
MOST_ROWS = 100
SIDE = 48


def forecast_card(view: Forecast, most: int) -> Markup:
    """Draws what came, what was foretold, and what "the same as before" would have said."""
    shown = slice(max(len(view.true) - most, 0), None)
    true, said, before = view.true[shown], view.predicted[shown], view.before[shown]
    at, axis = _times(view.moments[shown], view.when)
    missed = float(np.abs(view.true - view.predicted).mean())
    naive = float(np.abs(view.true - view.before).mean())
    sentence = (
        f"Each step foretold from those before it: off by {figure(missed)} on average; saying the"
        f" same as the step before is off by {figure(naive)}."
    )
    chart = Chart(
        Axis(axis),
        Axis(view.target),
        (
            Line(at, before, "the step before", "muted"),
            Line(at, true, "what came"),
            Line(at, said, "foretold", "test"),
        ),
    )
    rows = [
        [view.moments[i], *(figure(float(v[i])) for v in (view.true, view.predicted, view.before))]
        for i in range(max(len(view.true) - MOST_ROWS, 0), len(view.true))
    ]
    return card(
        "Forecast",
        sentence,
        lens_picture(chart, f"{view.target} over time. {sentence}"),
        twin=table([view.when, "what came", "foretold", "the step before"], rows, caption="Steps"),
        wide=True,
    )  # fmt: skip


def _times(moments: tuple[str, ...], when: str) -> tuple[list[float], str]:
    """Where each step stands: at its number, or one after the other."""
    try:
        return [float(word) for word in moments], when
    except ValueError:
        return list(map(float, range(len(moments)))), f"steps from {moments[0]} to {moments[-1]}"


def codes_card(view: Codes, most: int) -> Markup:
    """Draws each row where the first two of its numbers put it."""
    keep = np.linspace(0, len(view.x) - 1, min(len(view.x), most)).round().astype(int)
    groups = _groups(view.label, view.classes)
    kinds = np.argmax([chosen[keep] for _, chosen in groups], axis=0)
    names = tuple(name for name, _ in groups)
    chart = Chart(
        Axis("z1"),
        Axis("z2"),
        tuple(
            Points(view.x[keep][part], view.y[keep][part], kinds[part], names, hollow=hollow)
            for hollow, part in ((False, ~view.held_out[keep]), (True, view.held_out[keep]))
            if part.any()
        ),
    )
    of = "" if view.numbers <= 2 else f" (the first two of {view.numbers})"
    sentence = (
        f"Each row at the numbers it goes through{of}, colored by {view.colored_by}, which the"
        " network never saw. Outlined: held out."
    )
    centers = [
        [name, figure(float(view.x[c].mean())), figure(float(view.y[c].mean())), f"{c.sum():,}"]
        for name, c in groups if c.any()
    ]  # fmt: skip
    return card(
        "Latent plane",
        sentence,
        lens_picture(chart, f"Latent plane. {sentence}"),
        twin=table([view.colored_by, "mean z1", "mean z2", "rows"], centers, caption="Centers"),
        wide=True,
    )


def _groups(
    label: npt.NDArray[np.float64] | npt.NDArray[np.int64], classes: tuple[str, ...]
) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Classes; numbers in their order are cut into three."""
    if classes:
        return [(name, label == i) for i, name in enumerate(classes)]
    low, high = (float(q) for q in np.quantile(label, (1 / 3, 2 / 3)))
    return [
        (f"up to {figure(low)}", label <= low),
        (f"up to {figure(high)}", (label > low) & (label <= high)),
        (f"above {figure(high)}", label > high),
    ]


def pictures_card(view: Pictured) -> Markup:
    """Shows held-out pictures above, and what is built from their few numbers below."""
    many = len(view.before)
    width, height = 8.0 + many * (SIDE + 8), 2.0 * (SIDE + 12)
    images = [
        tag(
            "image", href=data_url(gray_png(_gray(pixels))), x=8 + i * (SIDE + 8), y=y, width=SIDE,
            height=SIDE,
        )
        for y, row in ((4.0, view.before), (SIDE + 12.0, view.after))
        for i, pixels in enumerate(row)
    ]  # fmt: skip
    missed = np.abs(view.before - view.after).mean(axis=(1, 2))
    sentence = (
        f"{plural(many, 'held-out row')} as pictures: as given above, as built again below; off by"
        f" {figure(float(missed.mean()))} of the range of brightness on average."
    )
    rows = [[str(row), figure(float(off))] for row, off in zip(view.rows, missed, strict=True)]
    return card(
        "Built again",
        sentence,
        picture(f"Pictures. {sentence}", width, height, images),
        twin=table(["row", "mean difference"], rows, caption="Differences"),
        wide=True,
    )


def _gray(pixels: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Pixels as large squares, so that no browser blurs them."""
    times = max(1, SIDE // max(pixels.shape))
    large = np.kron(np.clip(pixels, 0, 1), np.ones((times, times)))
    return np.asarray(np.round(255 * large), np.uint8)


def graph_card(view: Graphed) -> Markup:
    """Draws nodes and edges; a node that the network gets wrong is ringed."""
    x = Scale(*span(view.x, pad=0.05), 16, WIDTH - 16)
    y = Scale(*span(view.y, pad=0.05), HEIGHT - 16, 16)
    at = [(x(a), y(b)) for a, b in zip(view.x, view.y, strict=True)]
    edges = [line([at[a], at[b]], "grid") for a, b in view.ends.T]
    marks = []
    for held in (False, True):
        for index in range(len(view.classes)):
            chosen = np.flatnonzero((view.label == index) & (view.held_out == held))
            shape, color = class_mark(index)
            kind = f"point {'held' if held else 'learned'} {color}"
            marks.append(markers([at[i] for i in chosen], shape, kind, 6.0))
    wrong = np.flatnonzero(~view.right)
    rings = markers([at[i] for i in wrong], "circle", "line now", 10.0)
    apart = int(view.held_out.sum())
    missed = int((~view.right & view.held_out).sum())
    sentence = (
        f"{plural(len(at), 'node')}, {plural(view.ends.shape[1], 'edge')}. Outlined: the {apart}"
        f" held out, of which {apart - missed} are answered right; a ring marks a wrong answer."
    )
    keys = [(marker(class_mark(i)[0], f"point learned {class_mark(i)[1]}"), name)
            for i, name in enumerate(view.classes)]  # fmt: skip
    rows = [
        [bdi(view.names[i]), view.classes[view.label[i]], "right" if view.right[i] else "wrong"]
        for i in np.flatnonzero(view.held_out)[:MOST_ROWS]
    ]
    return card(
        "Graph",
        sentence,
        legend(keys),
        picture(f"Graph. {sentence}", WIDTH, HEIGHT, edges, marks, rings),
        twin=table(["node", "class", "answer"], rows, caption="Held-out nodes", words=(1, 2)),
        wide=True,
    )
