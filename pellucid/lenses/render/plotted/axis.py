"""What stands along the axes of a chart in a Matplotlib figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from pellucid.lenses.picture import Axis, Chart, Matrix
from pellucid.lenses.render.drawn.aslant import SLANT, are_slanted
from pellucid.lenses.render.drawn.frame import limits, thinned_names
from pellucid.lenses.render.plotted.theme import MUTED, ink_of

__all__ = ["axis", "slanted_below", "title_room", "unnamed"]

_SMALLER = 0.8  # letters of names at ticks, beside those of a title
_ASLANT = 2.0  # letters between two names that are written so


def title_room(drawn: Chart | Matrix, room: int) -> int:
    """Letters of a title that fit above the axes, which stand to the right of long names."""
    names = drawn.y.names if isinstance(drawn, Chart) else drawn.rows
    longest = max(map(len, names), default=0)
    return max(room - round(_SMALLER * min(longest, 20)), 12) if longest else room


def axis(axes: Any, chart: Chart, which: str, room: int) -> None:
    """Name an axis and what stands along it.

    Args:
        axes: where.
        chart: whose axis.
        which: "x" or "y".
        room: how many letters fit beside each other.
    """
    along: Axis = getattr(chart, which)
    if along.log:
        getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}label")(along.name, color=ink_of(MUTED), fontsize=9)
    if along.names and which == "x" and slanted_below(chart, room):
        axes.set_xticks(range(len(along.names)), thinned_names(along), fontsize=8, rotation=SLANT,
                        ha="right", rotation_mode="anchor")  # fmt: skip
    elif along.names:
        names = thinned_names(along)
        every = 1 if which == "y" else _every(names, room)
        shown = [name if i % every == 0 else "" for i, name in enumerate(names)]
        getattr(axes, f"set_{which}ticks")(range(len(names)), shown, fontsize=8)
    else:
        getattr(axes, f"set_{which}lim")(*limits(chart, which))
        axes.tick_params(axis=which, which="both", labelsize=8)
    if along.percent:
        getattr(axes, f"{which}axis").set_major_formatter(lambda share, _: f"{100 * share:.3g}%")


def unnamed(axes: Any, chart: Chart, which: str, room: int) -> None:
    """An axis along which nothing stands: Matplotlib then spends no time on it, which is most."""
    along: Axis = getattr(chart, which)
    if along.log:
        getattr(axes, f"set_{which}scale")("log")
    if not along.names:
        getattr(axes, f"set_{which}lim")(*limits(chart, which))
    getattr(axes, f"{which}axis").set_visible(False)


def slanted_below(chart: Chart, room: int) -> bool:
    """Whether the names below a chart are written aslant, where so many letters fit."""
    names = thinned_names(chart.x)
    if not names or chart.bare:
        return False
    return are_slanted(names, _taken(names, room), _ASLANT * len(names) / max(room, 1))


def _every(names: Sequence[str], room: int) -> int:
    """Each how many-th name is written, so that none runs into the next."""
    return max(math.ceil(_taken(names, room)), 1)


def _taken(names: Sequence[str], room: int) -> float:
    """How many places the longest name takes."""
    return len(names) * (max(map(len, names)) + 1) / max(1.1 * room, 1)
