"""The rows of each layer as points: the same axes at all moments, so that motion is learning."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.folds.sorts import Sorts
from pellucid.lenses.geometry.plane import plane_of
from pellucid.lenses.held.layers import Layer
from pellucid.lenses.picture import Axis, Chart, Charts, Floats, Points
from pellucid.lenses.subject import Subject

__all__ = ["METHODS", "scattered"]

METHODS = ("pca", "tsne")


def scattered(
    subject: Subject, layers: list[Layer], sorts: Sorts, ringed: tuple[int, ...], method: str,
    seed: int,
) -> tuple[Charts, list[Floats]]:  # fmt: skip
    """A chart for each layer, and the places of the rows in it.

    Args:
        subject: whose film, if any, keeps the axes.
        layers: what to draw.
        sorts: which row is of which sort.
        ringed: rows to point out.
        method: "pca" or "tsne".
        seed: of t-SNE.
    """
    if method not in METHODS:
        raise SettingError(f'method is "pca" or "tsne", not {method!r}.')
    made = [
        _by_plane(subject, a) if method == "pca" else _by_tsne(subject, a, seed) for a in layers
    ]
    charts = tuple(
        _chart(layer, places, words, names, sorts, ringed)
        for layer, (places, words, names) in zip(layers, made, strict=True)
    )
    columns = 2 if len(charts) in (2, 4) else min(len(charts), 3)
    how = "main directions" if method == "pca" else "t-SNE"
    return Charts(charts, columns, f"The rows in each layer, by {how}"), [m[0] for m in made]


def _by_plane(subject: Subject, layer: Layer) -> Any:
    key = f"plane of {layer.name}"
    if key not in subject.frozen:
        kind = layer.space.kind
        own = subject.inputs if kind == "input" else ()
        own = own if layer.rows.shape[1] <= 2 else ()
        subject.frozen[key] = plane_of(layer.rows, own, "z" if kind == "linear" else "h")
    plane = subject.frozen[key]
    return plane.of(np.asarray(layer.rows, np.float64)), plane.words(), plane.names


def _by_tsne(subject: Subject, layer: Layer, seed: int) -> Any:
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    rows = np.asarray(layer.rows, np.float64)
    key = f"t-SNE of {layer.name}"
    start = subject.frozen.get(key)
    if start is None:
        start = plane_of(rows).of(rows)
        start = np.pad(start, ((0, 0), (0, 2 - start.shape[1])))
    begin = start / max(float(start[:, 0].std()), 1e-12) * 1e-4
    perplexity = min(30.0, max((len(rows) - 1) / 4, 1.0))
    made = TSNE(perplexity=perplexity, init=begin, random_state=seed, max_iter=500)
    with threadpool_limits(1):  # few rows: threads would only wait for each other
        places = np.asarray(made.fit_transform(rows), np.float64)
    subject.frozen.setdefault(key, places)
    return places, "t-SNE", ("", "")


def _chart(
    layer: Layer, places: Floats, words: str, names: tuple[str, ...], sorts: Sorts,
    ringed: tuple[int, ...],
) -> Chart:  # fmt: skip
    title = f"{layer.name[0].upper()}{layer.name[1:]}"
    title = f"{title} ({words})" if words and words != "t-SNE" else title
    x = places[:, 0]
    if places.shape[1] > 1:
        points = Points(x, places[:, 1], sorts.kinds, sorts.names, ringed=ringed)
        return Chart(Axis(names[0]), Axis(names[1]), (points,), title, tall=0.72)
    kinds = np.zeros(len(x)) if sorts.kinds is None else sorts.kinds
    spread = kinds + 0.6 * ((np.arange(len(x)) * 0.618034) % 1 - 0.5)
    heights = spread if sorts.heights is None else sorts.heights
    across = Axis(sorts.axis, names=sorts.names if sorts.heights is None else ())
    marks = (Points(x, heights, sorts.kinds, sorts.names, ringed=ringed),)
    return Chart(Axis(names[0]), across, marks, title, tall=0.72)
