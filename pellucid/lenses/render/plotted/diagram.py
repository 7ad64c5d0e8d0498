"""Diagrams of boxes and arrows in a Matplotlib figure."""

from __future__ import annotations

from typing import Any

from pellucid.lenses.picture import Diagram
from pellucid.lenses.render.drawn.diagram import place_of
from pellucid.lenses.render.plotted.theme import (
    BORDER,
    CLASSES,
    ERROR,
    HAIR,
    INK,
    MUTED,
    PANEL,
    ROLES,
    WASH,
    ink_of,
)

__all__ = ["diagram"]

_KINDS = {
    "input": ROLES["good"], "output": ERROR, "hidden": MUTED, "bias": ROLES["positive"],
    "parameter": CLASSES[2], "loss": ROLES["now"],
}  # fmt: skip


def diagram(axes: Any, mark: Diagram, size: float) -> None:
    """Draw a diagram on axes, its letters of a size in points."""
    from matplotlib.patches import Circle, FancyBboxPatch
    from matplotlib.patheffects import withStroke

    axes.set_xlim(0, mark.wide)
    axes.set_ylim(mark.high, 0)
    axes.set_aspect("equal")
    axes.set_axis_off()
    for name, left, top, wide, high in mark.groups:
        axes.add_patch(FancyBboxPatch(
            (left, top), wide, high, boxstyle="round,pad=0,rounding_size=8",
            facecolor=ink_of(WASH), edgecolor=ink_of(HAIR),
        ))  # fmt: skip
        axes.text(left + 8, top + 14, name, fontsize=size, color=ink_of(MUTED))
    for edge in mark.edges:
        color = ink_of(BORDER) if edge.role == "plain" else ink_of(ROLES[edge.role])
        width = 0.7 + 2.6 * max(0.0, min(edge.strength, 1.0))
        dash = "--" if edge.role == "negative" else "-"
        xs, ys = zip(*edge.path, strict=True)
        axes.plot(xs[:-1], ys[:-1], color=color, linewidth=width, linestyle=dash, zorder=1)
        axes.annotate(
            "", edge.path[-1], edge.path[-2], zorder=1,
            arrowprops={
                "arrowstyle": "-|>", "color": color, "linewidth": width, "linestyle": dash,
                "shrinkA": 0, "shrinkB": 0, "mutation_scale": 7 + 2.5 * width, "capstyle": "butt",
            },
        )  # fmt: skip
        if edge.name:
            x, y, anchor = place_of(edge)
            axes.text(x, y, edge.name, fontsize=size, color=ink_of(_tint(edge.role)), zorder=3,
                      ha="center" if anchor == "middle" else "left",
                      path_effects=[withStroke(linewidth=5, foreground=ink_of(PANEL))])  # fmt: skip
    for dot in mark.dots:
        color = ink_of(_KINDS.get(dot.kind, BORDER))
        if dot.shape == "circle":
            axes.add_patch(Circle(
                (dot.x, dot.y), min(dot.wide, dot.high) / 2, facecolor=ink_of(PANEL),
                edgecolor=color, linewidth=1.5, zorder=2,
                linestyle=(0, (4, 2)) if dot.kind == "bias" else "-",
            ))  # fmt: skip
            if dot.shade:
                tint = ink_of(CLASSES[1] if dot.shade > 0 else CLASSES[0])
                axes.add_patch(Circle(
                    (dot.x, dot.y), min(dot.wide, dot.high) / 2 - 2, facecolor=tint, linewidth=0,
                    zorder=2, alpha=0.45 * min(abs(dot.shade), 1.0),
                ))  # fmt: skip
        else:
            axes.add_patch(FancyBboxPatch(
                (dot.x - dot.wide / 2, dot.y - dot.high / 2), dot.wide, dot.high,
                boxstyle="round,pad=0,rounding_size=6", facecolor=ink_of(PANEL), edgecolor=color,
                linewidth=1.3, zorder=2, linestyle="--" if dot.kind == "parameter" else "-",
            ))  # fmt: skip
        axes.text(dot.x, dot.y, "\n".join(dot.lines), ha="center", va="center", fontsize=size,
                  color=ink_of(INK), zorder=3)  # fmt: skip


def _tint(role: str) -> str:
    """The color of an arrow's name: that of its sign."""
    return ROLES[role] if role in ("positive", "negative") else INK
