"""The marks of a chart on Matplotlib axes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.lenses.draw.svg import is_lettered, sign
from pellucid.lenses.picture import (
    Arrow,
    Band,
    Bars,
    Chart,
    Field,
    Line,
    Mark,
    Note,
    Points,
    Rule,
)
from pellucid.lenses.render.drawn.field import ends, levels_of
from pellucid.lenses.render.drawn.frame import frame_of
from pellucid.lenses.render.drawn.heights import crowd_of, placed, scale_text
from pellucid.lenses.render.drawn.regions import regions, shown_kinds
from pellucid.lenses.render.plotted.axis import axis, title_room, unnamed
from pellucid.lenses.render.plotted.legend import legend as named
from pellucid.lenses.render.plotted.theme import (
    BORDER,
    CLASSES,
    DASHES,
    HAIR,
    INK,
    MARKERS,
    PANEL,
    ROLES,
    diverging,
    ink_of,
    rising,
)

__all__ = ["plot"]

_LETTERS = 30  # that fit into a map from side to side
_LETTER = 8.0  # what a letter takes on the plane on which labels of a map find their places


def plot(axes: Any, chart: Chart, room: int = 80, legend: bool = True) -> None:
    """Draw a chart.

    Args:
        axes: where.
        chart: what.
        room: how many letters fit beside each other above it.
        legend: whether what things are called stands above it.
    """
    from matplotlib.text import Text

    for place, mark in enumerate(chart.marks):
        known = set(axes.get_children())
        _DRAW[type(mark)](axes, mark)
        for artist in set(axes.get_children()) - known:  # the first mark lies below, words above
            artist.set_zorder((5 if isinstance(artist, Text) else 2) + place / 100)
    for which in ("x", "y"):
        (unnamed if chart.bare else axis)(axes, chart, which, room)
    if any(isinstance(m, Bars) and m.lying for m in chart.marks) and chart.y.names:
        axes.invert_yaxis()
    if chart.square:
        axes.set_aspect("equal")
        axes.set_anchor("W")  # what room there is lies to the right, where a title goes on
    if not any(isinstance(m, Field) for m in chart.marks) and not chart.bare:
        axes.grid(axis="y", color=ink_of(HAIR), linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(length=0)
    if not chart.bare:
        _heights(axes, chart, room)
    rows = named(axes, room) if legend else 0
    if chart.title:
        title = (
            "\n".join(textwrap.wrap(chart.title, title_room(chart, room))) if room else chart.title
        )
        axes.set_title(
            title, loc="left", fontsize=10, color=ink_of(INK), pad=(8 if rows else 6) + 13 * rows,
            y=1.0,
        )  # fmt: skip


def _line(axes: Any, mark: Line) -> None:
    color, dash = ink_of(ROLES[mark.role]), "--" if mark.role in ("test", "negative") else "-"
    if mark.order is not None:
        color, dash = ink_of(CLASSES[mark.order % 6]), DASHES[(mark.order + mark.order // 6) % 6]
    single = len(np.asarray(mark.x)) == 1
    thick = 1.0 if mark.role == "muted" else 1.8
    axes.plot(
        mark.x, mark.y, color=color, linestyle=dash, linewidth=thick, label=mark.name or None,
        marker="o" if single else None,
    )  # fmt: skip


def _points(axes: Any, mark: Points) -> None:
    x, y = np.asarray(mark.x), np.asarray(mark.y)
    size = float(np.clip(6000 / max(len(x), 1), 11, 36))
    kinds = None if mark.kinds is None else np.asarray(mark.kinds)
    for kind in [None] if kinds is None else sorted(set(kinds.tolist())):
        chosen = slice(None) if kinds is None else kinds == kind
        color = ink_of(ROLES[mark.role]) if kind is None else ink_of(CLASSES[kind % 6])
        word = mark.name if kind is None else mark.names[kind] if kind < len(mark.names) else kind
        lettered = kind is not None and is_lettered(int(kind), mark.names)
        shape = "o" if kind is None else _marker(int(kind), mark.names)
        large = 2.5 if lettered or shape == "*" else 1.0
        large *= max(len(shape) - 2, 1)  # a name of several letters is as high as one letter
        axes.scatter(
            x[chosen], y[chosen], s=large * size, label=str(word) or None,
            marker=shape,
            facecolors=ink_of(PANEL) if mark.hollow else color,
            edgecolors=color if mark.hollow or lettered else ink_of(PANEL),
            linewidths=1.2 if mark.hollow else 0.5,
        )  # fmt: skip
    if mark.ringed:
        at = list(mark.ringed)
        axes.scatter(x[at], y[at], s=4 * size, facecolors="none", edgecolors=ink_of(ROLES["now"]),
                     linewidths=1.8)  # fmt: skip


def _marker(kind: int, names: Sequence[str]) -> str:
    return f"${sign(kind, names)}$" if is_lettered(kind, names) else MARKERS[kind]


def _band(axes: Any, mark: Band) -> None:
    axes.fill_between(
        np.asarray(mark.x), np.asarray(mark.low), np.asarray(mark.high), alpha=0.18,
        color=ink_of(ROLES[mark.role]), linewidth=0, label=mark.name or None,
    )  # fmt: skip


def _bars(axes: Any, mark: Bars) -> None:
    values = np.asarray(mark.values, np.float64)
    at = np.arange(len(values)) if mark.at is None else np.asarray(mark.at, np.float64)
    gap = float(np.min(np.diff(np.sort(at)))) if len(at) > 1 else 1.0
    base = ink_of(BORDER) if mark.role == "plain" else ink_of(ROLES[mark.role])
    below = (values < 0) & (mark.role == "positive")
    colors = [ink_of(ROLES["negative"]) if b else base for b in below]
    error = None
    if mark.low is not None and mark.high is not None:
        low, high = np.asarray(mark.low, np.float64), np.asarray(mark.high, np.float64)
        error = np.abs(np.stack([values - low, high - values]))
    style: dict[str, Any] = {"color": colors, "label": mark.name or None, "ecolor": ink_of(INK)}
    if mark.role == "muted":  # something else is drawn over it
        style["alpha"] = 0.4
    thick = gap * (0.72 if mark.at is None else 0.94)
    if mark.lying:
        drawn = axes.barh(at, values, height=thick, xerr=error, **style)
    else:
        drawn = axes.bar(at, values, width=thick, yerr=error, **style)
    for bar, negative in zip(drawn, below, strict=True):
        if negative:
            bar.set_hatch("///")
            bar.set_edgecolor(ink_of(PANEL))


def _rule(axes: Any, mark: Rule) -> None:
    draw = axes.axvline if mark.axis == "x" else axes.axhline
    draw(mark.at, color=ink_of(ROLES[mark.role]), linestyle=(0, (5, 3)), linewidth=1)
    if mark.name:
        upright = mark.axis == "x"
        place = (mark.at, 0.98) if upright else (0.99, mark.at)
        through = axes.get_xaxis_transform() if upright else axes.get_yaxis_transform()
        axes.text(
            *place, f" {mark.name}", transform=through, color=ink_of(ROLES[mark.role]), fontsize=8,
            va="top" if upright else "bottom", ha="left" if upright else "right",
            path_effects=_halo(),
        )  # fmt: skip


def _arrow(axes: Any, mark: Arrow) -> None:
    color = ink_of(ROLES[mark.role])
    axes.annotate(
        mark.name, (mark.to_x, mark.to_y), (mark.x, mark.y), color=color, fontsize=8,
        path_effects=_halo(),
        arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 1.6},
    )  # fmt: skip


def _note(axes: Any, mark: Note) -> None:
    axes.annotate(
        mark.text, (mark.x, mark.y), (3, 3), textcoords="offset points", fontsize=8,
        color=ink_of(ROLES[mark.role]), path_effects=_halo(),
    )  # fmt: skip


def _field(axes: Any, mark: Field) -> None:
    values = np.asarray(mark.values, np.float64)
    box = (*mark.x, *mark.y)
    across = np.linspace(*mark.x, values.shape[1])
    up = np.linspace(*mark.y, values.shape[0])
    if values.ndim == 3:
        from matplotlib.colors import to_rgb

        colors = np.array([to_rgb(ink_of(CLASSES[k % 6])) for k in range(values.shape[2])])
        sure = 0.25 + 0.5 * np.sort(values, axis=2)[..., -1:]
        best = colors[values.argmax(axis=2)]
        empty = np.array(to_rgb(ink_of(PANEL)))
        axes.imshow(empty + sure * (best - empty), origin="lower", extent=box, aspect="auto")
    else:
        low, high = ends(mark)
        axes.imshow(
            values, origin="lower", extent=box, aspect="auto", vmin=low, vmax=high,
            cmap=rising() if mark.scale == "amount" else diverging(), interpolation="bilinear",
        )  # fmt: skip
    for grid, level, kind in levels_of(mark, values):
        _contour(axes, across, up, grid, level, "-" if kind == "even" else ":")
    for k in shown_kinds(mark):
        color = ink_of(CLASSES[k % 6])
        axes.scatter([], [], marker="s", color=color, alpha=0.62, label=mark.names[k])
    for region in regions(mark):
        if len(region.name) < _LETTERS * region.wide:
            axes.text(region.x, region.y, region.name, ha="center", va="center", fontsize=8,
                      fontweight="bold", color=ink_of(INK), bbox=_plate())  # fmt: skip
    if words := scale_text(mark):
        color = ink_of(ROLES["now" if mark.scale == "amount" else "positive"])
        axes.scatter([], [], marker="s", color=color, alpha=0.62, label=words)


def _halo() -> list[Any]:
    """Paper around letters, so that no line runs through them."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=3, foreground=ink_of(PANEL))]


def _plate() -> dict[str, Any]:
    """What labels of a map stand on, so that neither lines nor points run through their letters."""
    return {"facecolor": ink_of(PANEL), "edgecolor": "none", "alpha": 0.78, "pad": 0.8}


def _contour(axes: Any, x: Any, y: Any, values: Any, level: float, dash: str) -> None:
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() < level < finite.max():
        axes.contour(x, y, values, [level], colors=ink_of(INK), linestyles=dash,
                     linewidths=1.6 if dash == "-" else 1)  # fmt: skip


def _heights(axes: Any, chart: Chart, room: int) -> None:
    """The numbers on the lines of equal height, apart from each other and from points."""
    points = crowd_of(chart)
    fields = [m for m in chart.marks if isinstance(m, Field) and m.values.ndim == 2]
    frame = frame_of(chart, _LETTER * room)
    left, top, wide, high = frame.box
    for mark in fields:
        for words, at, up in placed(mark, frame, points):
            axes.text(
                (at - left) / wide, 1 - (up - top) / high, words, transform=axes.transAxes,
                ha="center", va="center", fontsize=7, color=ink_of(INK), zorder=5, bbox=_plate(),
            )  # fmt: skip


_DRAW: dict[type[Mark], Any] = {
    Line: _line, Points: _points, Band: _band, Bars: _bars, Rule: _rule, Arrow: _arrow,
    Note: _note, Field: _field,
}  # fmt: skip
