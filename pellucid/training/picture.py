"""A history as a fragment of HTML: the curves of its losses and the table of its epochs.

The fragment fetches nothing, runs nothing, and follows the reader's choice of light or dark.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby

__all__ = ["curves", "page"]

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 520, 170, 64, 12, 12, 24
_LIGHT = "--panel:#FFFFFF;--ink:#1A2330;--muted:#52606E;--hair:#DFE3E8;--one:#0A5EA8;--two:#B3500F"
_DARK = "--panel:#161B22;--ink:#E9EEF4;--muted:#A3B0BE;--hair:#2A323C;--one:#58AEF7;--two:#F2994A"
_SCOPE = ".pellucid-history"
_RULES = {
    "": "background:var(--panel);color:var(--ink);padding:12px 16px;border-radius:12px;"
    "font:13px/1.5 system-ui,sans-serif;font-variant-numeric:tabular-nums",
    " .scroll": "overflow-x:auto",
    " svg": "display:block;width:100%;max-width:520px;height:auto;font-size:11px",
    " svg text": "fill:var(--muted)",
    " svg line": "stroke:var(--hair)",
    " svg path": "fill:none;stroke-width:2",
    " svg .one": "stroke:var(--one)",
    " svg .two": "stroke:var(--two);stroke-dasharray:6 3",
    " svg circle": "fill:var(--ink)",
    " .scroll table": "border-collapse:collapse;margin:8px 0;border:0;color:inherit;width:auto",
    " .scroll table th": "font-weight:500;color:var(--muted)",
    " .scroll table tbody tr": "background:none",
    " .scroll table tr > *": "text-align:right;padding:3px 12px;border:0;background:none;"
    "border-bottom:1px solid var(--hair);color:inherit;white-space:nowrap",
    " .scroll table tr.best > *": "font-weight:650",
}
_STYLE = f"{_SCOPE}{{{_LIGHT}}}@media (prefers-color-scheme:dark){{{_SCOPE}{{{_DARK}}}}}" + "".join(
    f"{_SCOPE}{name}{{{rule}}}" for name, rule in _RULES.items()
)


def page(
    curve: str, heads: Sequence[str], rows: Sequence[Sequence[str]], best: str, ended: str
) -> str:
    """Curves, table and the last sentence as one fragment.

    Args:
        curve: what `curves` drew.
        heads: the headings of the table.
        rows: its cells; the first of each is the epoch.
        best: the first cell of the best row.
        ended: how it ended.
    """
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = "".join(_row(row, row[0] == best) for row in rows)
    return (
        f'<style>{_STYLE}</style><section class="pellucid-history">{curve}<div class="scroll"'
        f' tabindex="0"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
        f"<p>{escape(ended)}</p></section>"
    )


def curves(lines: Mapping[str, Sequence[float]], best: int) -> str:
    """The losses of every epoch as an SVG picture; "" where fewer than two can be drawn.

    Heights are logarithms where the losses are positive and span more than a factor of 50.

    Args:
        lines: by name, at most two: the first is drawn through, the second dashed.
        best: the best epoch, from 1; 0 for none. It is marked on the last line.
    """
    finite = [v for values in lines.values() for v in values if math.isfinite(v)]
    count = max((len(values) for values in lines.values()), default=0)
    if len(finite) < 2 or count < 2:
        return ""
    low, high = min(finite), max(finite)
    logs = low > 0 and high > 50 * low
    frame = _Frame(count, low, high, logs)
    names = list(lines)
    drawn = "".join(
        f'<path class="{kind}" d="{frame.path(lines[name])}"/>'
        for name, kind in zip(names, ("one", "two"), strict=False)
    )
    last = lines[names[-1]]
    dot = ""
    if 0 < best <= len(last) and math.isfinite(last[best - 1]):
        x, y = frame.place(best - 1, last[best - 1])
        dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>best epoch: {best}</title></circle>'
    words = " and ".join(names)
    label = f"{words} over {count} epochs, from {last[0]:.4g} to {last[-1]:.4g}"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{frame.axes()}{_legend(names)}{drawn}{dot}</svg>"
    )


class _Frame:
    """Where numbers stand in the picture."""

    def __init__(self, count: int, low: float, high: float, logs: bool) -> None:
        self.count, self.low, self.high, self.logs = count, low, high, logs

    def place(self, epoch: int, value: float) -> tuple[float, float]:
        low, high, at = (math.log(v) if self.logs else v for v in (self.low, self.high, value))
        share = (at - low) / (high - low) if high > low else 0.5
        across = epoch / (self.count - 1) * (_WIDTH - _LEFT - _RIGHT)
        return _LEFT + across, _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)

    def path(self, values: Sequence[float]) -> str:
        """Lines through the finite values; a gap where one is not."""
        parts = []
        for drawn, run in groupby(enumerate(values), lambda item: math.isfinite(item[1])):
            if drawn:
                parts.append("M" + "L".join("{:.1f} {:.1f}".format(*self.place(*p)) for p in run))
        return "".join(parts)

    def axes(self) -> str:
        floor, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
        scale = " (log)" if self.logs else ""
        return (
            f'<line x1="{_LEFT}" x2="{right}" y1="{floor}" y2="{floor}"/>'
            f'<line x1="{_LEFT}" x2="{right}" y1="{_TOP}" y2="{_TOP}"/>'
            f'<text x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{self.high:.4g}</text>'
            f'<text x="{_LEFT - 6}" y="{floor}" text-anchor="end">{self.low:.4g}</text>'
            f'<text x="{_LEFT}" y="{_HEIGHT - 8}">epoch 1</text>'
            f'<text x="{right}" y="{_HEIGHT - 8}" text-anchor="end">{self.count}{scale}</text>'
        )


def _legend(names: Sequence[str]) -> str:
    parts = []
    for i, (name, kind) in enumerate(zip(names, ("one", "two"), strict=False)):
        x, y = _LEFT + 90 + 120 * i, _HEIGHT - 12
        parts.append(f'<path class="{kind}" d="M{x} {y}h24"/>')
        parts.append(f'<text x="{x + 30}" y="{y + 4}">{escape(name)}</text>')
    return "".join(parts)


def _row(cells: Sequence[str], best: bool) -> str:
    inside = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="best">{inside}</tr>' if best else f"<tr>{inside}</tr>"
