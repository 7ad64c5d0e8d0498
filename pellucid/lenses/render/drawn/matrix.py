"""A matrix as shaded cells: blue above zero, orange with a dash below, numbers where they fit."""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Sequence

import numpy as np

from pellucid.lenses import numerals
from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.draw.png import data_url, gray_png
from pellucid.lenses.draw.svg import bar, line, picture, text
from pellucid.lenses.picture import Floats, Matrix
from pellucid.lenses.render.drawn.aslant import SLANT, are_slanted

__all__ = ["columns_named", "matrix", "matrix_scale", "short"]

_WIDE = 420.0
_WRITTEN = 26.0  # a cell this wide holds a short number
_MOST_CELLS = 1600
_LEAST_CELL = 4.0  # narrower ones are pixels of one picture
_FEW_WIDE = 130.0
_LARGE = 0.2  # beside it 0.004 is written as 0.00
_SECOND = 40.0  # as wide a cell has room for a second line
_LEAST_ROW, _FEW_ROWS = 13.0, 260.0
_LEAST_TALL, _TELLING = 7.0, 0.1  # rows this high, and shades this strong, get a minus sign
_LETTER = 5.9
_ASLANT = 18.0  # between two such names
_LONGEST = 24


def matrix(mark: Matrix, label: str, least: float = 0.0) -> Markup:
    """The whole picture of a matrix.

    Args:
        mark: the matrix.
        label: what it shows, in words.
        least: the picture is at least so wide, and its cells are larger where they are few.
    """
    values = np.asarray(mark.values, np.float64)
    rows, columns = values.shape
    names = [_cut(n) for n in mark.rows]
    left = 6.0 if mark.image else 14 + _LETTER * max(map(len, names), default=len(str(rows)))
    left += 14.0 if mark.row_axis else 0.0
    top = 6.0 + (18.0 if _heads(mark) else 0.0) + (14.0 if mark.column_axis else 0.0)
    heads = max((len(name) for name in mark.columns), default=0) * _LETTER + 8
    widest = min(
        max(heads, 72.0 if mark.under else 46.0), 112.0
    )  # a few are as wide as their names
    widest = max(widest, _FEW_WIDE) if least else widest
    side = min((_WIDE - left - 6) / max(columns, 1), widest)
    tall = side if mark.image or side < _WRITTEN else max(min(side, 30.0), 22.0)
    if mark.under and side >= _SECOND:
        tall = max(tall, min(0.62 * side, 60.0 if least else 44.0))
    if not mark.image:
        tall = max(tall, min(_LEAST_ROW, _FEW_ROWS / rows))  # a name beside each of a few rows
    if rows * tall > 460:
        tall = 460 / rows
    wide, high = columns * side, rows * tall
    slanted = _slanted(mark, side)
    if slanted:
        top += _LETTER * max(map(len, slanted)) * math.sin(math.radians(SLANT)) - 6.0
    body: list[Child]
    if mark.image or values.size > _MOST_CELLS or side < _LEAST_CELL:
        body = [_pixels(mark, values, (left, top, wide, high))]
    else:
        body = list(_cells(mark, values, left, top, side, tall))
    ends = (left + (c + 0.5) * side + _LETTER * len(n) for c, n in enumerate(slanted))
    across = max(left + wide + 6, 60.0, least, *ends)
    written = _names(mark, names, left, top, side, tall)
    kind = "matrix image" if mark.image else "matrix"
    shown = picture(label, across, top + high + 6, body, written, class_=kind)
    most = "" if mark.image else f' style="max-width:{1.15 * across:.0f}px"'
    return Markup(shown.replace("<svg", f"<svg{most}", 1))


def matrix_scale(mark: Matrix) -> tuple[float, float]:
    """The ends of the scale of a matrix."""
    values = np.asarray(mark.values, np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    low = low if mark.low is None else mark.low
    high = high if mark.high is None else mark.high
    if mark.scale == "signed":
        most = max(abs(low), abs(high)) or 1.0
        return -most, most
    low = min(low, 0.0) if mark.low is None and not mark.image else low
    return low, high if high > low else low + 1.0


def _cells(
    mark: Matrix, values: Floats, left: float, top: float, side: float, tall: float
) -> Iterable[Child]:
    low, most = matrix_scale(mark)
    shades = mark.shades
    second = mark.under if side >= _SECOND else ()
    gap = 1.0 if side > 8 else 0.0
    for r, row in enumerate(values.tolist()):
        for c, value in enumerate(row):
            x, y = left + c * side, top + r * tall
            box = (x, y, side - gap, tall - gap)
            if value != value or value in (np.inf, -np.inf):
                yield bar(*box, "cell none")
                continue
            part = (value - low) / (most - low) if shades is None else float(shades[r, c])
            strength, color = part, "amount"
            if mark.scale == "signed":
                strength, color = abs(2 * part - 1), "class-b" if value >= 0 else "class-a"
            opacity = round(0.08 + 0.82 * min(max(strength, 0.0), 1.0), 3)
            place = dict(zip(("x", "y", "width", "height"), box, strict=True))
            yield tag("rect", class_=f"heat {color}", opacity=opacity, **place)
            if side >= _WRITTEN:
                shade = "cell-text" + (" light" if strength > 0.85 else " mid" * (strength > 0.75))
                line_two = second[r][c] if second else ""
                up = 5.0 if line_two else 0.0
                yield text(short(mark, value), x + side / 2, y + tall / 2 + 3.5 - up, shade)
                if line_two:
                    yield text(line_two, x + side / 2, y + tall / 2 + 12, f"{shade} under")
    if mark.scale == "signed" and side < _WRITTEN:
        wide, high = side * values.shape[1], tall * values.shape[0]
        yield _minus_signs((values - low) / (most - low), (left, top, wide, high))


def _pixels(mark: Matrix, values: Floats, box: tuple[float, float, float, float]) -> Markup:
    low, high = matrix_scale(mark)
    part = np.nan_to_num((values - low) / (high - low))
    place = {"x": box[0], "y": box[1], "width": box[2], "height": box[3]}
    shades = [(part, "amount")]
    if mark.scale == "signed":
        shades = [(1 - 2 * part, "class-a"), (2 * part - 1, "class-b")]
    layers = [_shade(mask, color, place) for mask, color in shades]
    if mark.scale == "signed":
        layers += _minus_signs(part, box)
    return Markup(
        tag("rect", class_="zero", **place) + "".join(layers) + tag("rect", class_="edge", **place)
    )


def _minus_signs(part: Floats, box: tuple[float, float, float, float]) -> list[Markup]:
    """A dash through what is negative: the sign is not told by color alone."""
    rows, columns = part.shape
    side, tall = box[2] / columns, box[3] / rows
    if tall < _LEAST_TALL:
        return []
    found = []
    for r, row in enumerate(part < 0.5 - _TELLING / 2):
        ends = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(int), [0]])))
        y = box[1] + (r + 0.5) * tall
        found += [[(box[0] + (a + 0.3) * side, y), (box[0] + (b - 0.3) * side, y)]
                  for a, b in zip(ends[::2], ends[1::2], strict=True)]  # fmt: skip
    places = [p for run in found for p in (*run, (math.nan, math.nan))]
    return [line(places, "minus-sign")] if places else []


def _shade(mask: Floats, color: str, place: dict[str, float]) -> Markup:
    png = gray_png((np.clip(mask, 0, 1) * 235).round().astype(np.uint8))
    name = f"pm{zlib.crc32(png + repr(place).encode()):08x}"
    image = tag("image", href=data_url(png), preserveAspectRatio="none", class_="pixels", **place)
    return Markup(
        tag("mask", image, id=name, maskUnits="userSpaceOnUse", **place)
        + tag("rect", class_=f"heat {color}", mask=f"url(#{name})", **place)
    )


def short(mark: Matrix, value: float) -> str:
    """A number in as few letters as a cell has room for."""
    if not np.isfinite(value):
        return "–" if value != value else "∞" if value > 0 else "−∞"
    if mark.kind == "share":
        return numerals.percent(value).replace("\u00a0%", "")
    if mark.kind == "count":
        return numerals.amount(value)
    size = abs(value)
    digits = 2 if size < 10 else 0
    fine = size < 0.005 and not _coarse(mark)
    shown = f"{value:.{digits}f}" if size < 10_000 and not fine else f"{value:.0g}"
    shown = shown if size else "0"
    shown = shown.replace("-", "−").replace("e−0", "e−").replace("e+0", "e")
    return f"+{shown}" if mark.kind == "signed" and value > 0 else shown


def _coarse(mark: Matrix) -> bool:
    """Whether some number is so large that a hundredth says enough of all the others."""
    sizes = np.abs(np.asarray(mark.values, np.float64))
    finite = sizes[np.isfinite(sizes)]
    return bool(finite.size and finite.max() >= _LARGE)


def _heads(mark: Matrix) -> bool:
    return bool(mark.columns or mark.column_axis) and not mark.image


def columns_named(heads: Sequence[str], needed: float) -> list[tuple[str, float]]:
    """The names to write over columns, and where: neighbors of one name share it.

    Args:
        heads: a name for each column.
        needed: how many columns the longest name takes.

    Example:
        >>> columns_named(["a", "a", "a", "b"], 1.0)
        [('a', 1.0), ('b', 3.0)]
        >>> columns_named(["p", "q", "r", "s"], 2.0)
        [('p', 0.0), ('r', 2.0)]
    """
    runs = [(word, len(list(group))) for word, group in itertools.groupby(heads)]
    if len(runs) == len(heads):
        every = max(1, round(needed + 0.49))
        return [(heads[c], float(c)) for c in range(0, len(heads), every)]
    found: list[tuple[str, float]] = []
    start = 0
    for word, many in runs:
        at = start + (many - 1) / 2
        if not found or at - found[-1][1] >= needed:
            found.append((word, at))
        start += many
    return found


def _slanted(mark: Matrix, side: float) -> list[str]:
    """The names over columns where they are written aslant."""
    heads = [_cut(name) for name in mark.columns]
    if mark.image or not heads or len(heads) != mark.values.shape[1]:
        return []
    needed = (max(map(len, heads)) * _LETTER + 6) / side
    return heads if are_slanted(heads, needed, _ASLANT / side) else []


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _names(
    mark: Matrix, names: list[str], left: float, top: float, side: float, tall: float
) -> Iterable[Child]:
    if mark.image:
        return
    rows, columns = mark.values.shape
    every = max(1, round(12 / tall + 0.49))
    for r in range(0, rows, every):
        word = names[r] if r < len(names) else str(r)
        yield text(word, left - 5, top + (r + 0.5) * tall + 3.5, "tick", "end")
    if slanted := _slanted(mark, side):
        for c, word in enumerate(slanted):
            x, y = left + (c + 0.5) * side, top - 5
            turn = f"rotate({-SLANT:g} {x:g} {y:g})"
            yield tag("text", word, x=x, y=y, class_="tick", text_anchor="start", transform=turn)
    elif _heads(mark):
        heads = mark.columns or tuple(map(str, range(columns)))
        longest = max(map(len, heads)) * _LETTER + 6
        for word, at in columns_named(heads, longest / side):
            yield text(word, left + (at + 0.5) * side, top - 6, "tick")
    if mark.row_axis:
        middle = top + rows * tall / 2
        turn = f"rotate(-90 9 {middle:g})"
        yield tag(
            "text", mark.row_axis, x=9, y=middle, class_="axis-name", text_anchor="middle",
            transform=turn,
        )  # fmt: skip
    if mark.column_axis:
        yield text(mark.column_axis, left + columns * side / 2, 11, "axis-name")
