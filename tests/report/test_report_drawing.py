"""Scales, marks, contours and the PNG, each against what it must be."""

from __future__ import annotations

import math
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.lenses.draw.contour import contours
from pellucid.lenses.draw.html import Markup, escape, join, tag
from pellucid.lenses.draw.png import gray_png
from pellucid.lenses.draw.scale import Scale, log_ticks, nice_ticks, span, tick_labels
from pellucid.lenses.draw.svg import SHAPES, line, marker, markers
from pellucid.report.field import class_mark, field_symbol
from tests.report.reader import read

finite = st.floats(-1e9, 1e9, allow_nan=False)


@given(finite, st.floats(1e-6, 1e9))
def test_ticks_are_inside_even_and_few(low, width):
    high = low + width
    if high - low < 1e-9 * max(abs(low), abs(high)):
        return
    ticks = nice_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    slack = 1e-6 * width
    assert all(low - slack <= tick <= high + slack for tick in ticks)
    steps = np.diff(ticks)
    assert np.allclose(steps, steps[0], rtol=1e-3)
    lead = steps[0] / 10 ** math.floor(math.log10(steps[0]) + 1e-9)
    assert min(abs(lead - m) for m in (1, 2, 2.5, 5)) < 0.02


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=20))
def test_a_span_can_always_be_divided_by(values):
    low, high = span(values)
    assert math.isfinite(low) and math.isfinite(high) and high > low


def test_log_ticks_are_thinned():
    assert log_ticks(1e-12, 1.0) == pytest.approx([1e-12, 1e-9, 1e-6, 1e-3, 1.0])


def test_tick_labels_share_their_decimals():
    assert tick_labels([-1.0, -0.5, 0.0, 0.5]) == ["\u22121.0", "\u22120.5", "0", "0.5"]
    assert tick_labels([0.0, 2000.0]) == ["0", "2,000"]
    assert tick_labels([0.0, 2e7]) == ["0", "2.0e7"]


@given(finite, finite)
def test_scales_meet_their_ends(start, end):
    scale = Scale(2.0, 4.0, start, end)
    assert scale(2.0) == pytest.approx(start)
    assert scale(4.0) == pytest.approx(end)


def test_contour_of_a_circle_is_closed_and_round():
    y, x = np.mgrid[0:41, 0:41].astype(float)
    (ring,) = contours(np.hypot(x - 20, y - 20), 11.0)
    assert ring[0] == ring[-1]
    radii = [math.hypot(a - 20, b - 20) for a, b in ring]
    assert max(abs(r - 11) for r in radii) < 0.02


def test_contour_points_lie_on_the_level():
    grid = np.random.default_rng(0).random((12, 9))
    for chain in contours(grid, 0.5):
        for column, row in chain:
            c, r = int(column), int(row)
            across, up = column - c, row - r
            there = grid[min(r + (up > 0), 11), min(c + (across > 0), 8)]
            part = across or up
            assert grid[r, c] * (1 - part) + there * part == pytest.approx(0.5)


@given(st.integers(0, 2**32 - 1))
def test_contours_end_only_at_the_border(seed):
    grid = np.random.default_rng(seed).random((6, 7))
    for chain in contours(grid, 0.4):
        if chain[0] == chain[-1]:
            continue
        for column, row in (chain[0], chain[-1]):
            assert column in (0, 6) or row in (0, 5)


def test_contours_cross_each_edge_once():
    grid = np.random.default_rng(1).random((9, 9))
    above = grid >= 0.5
    crossings = (above[1:] != above[:-1]).sum() + (above[:, 1:] != above[:, :-1]).sum()
    chains = contours(grid, 0.5)
    assert sum(len(c) - (c[0] == c[-1]) for c in chains) == crossings


def test_contours_of_flat_and_broken_grids():
    assert contours(np.ones((3, 3)), 0.5) == []
    broken = np.array([[0.0, 1.0], [0.0, np.nan]])
    assert contours(broken, 0.5) == []


def decode(png):
    """Reads a gray PNG with filters 0 and 2 back, checking every checksum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, size = 8, b"", (0, 0)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        (checksum,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        assert checksum == zlib.crc32(kind + data)
        size = struct.unpack(">II", data[:8]) if kind == b"IHDR" else size
        body += data if kind == b"IDAT" else b""
        at += 12 + length
    raw = np.frombuffer(zlib.decompress(body), dtype=np.uint8).reshape(size[1], size[0] + 1)
    assert set(raw[:, 0]) == {2}
    return np.cumsum(raw[:, 1:], axis=0, dtype=np.uint8)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_png_round_trip(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    assert np.array_equal(decode(gray_png(pixels)), pixels)


@pytest.mark.parametrize(
    ("values", "task_class", "masks"),
    [
        (np.array([[0.0, 0.5], [0.5, 1.0]]), True, 2),
        (np.array([[0.0, 5.0], [2.0, 9.0]]), False, 1),
        (np.full((3, 3), 7.0), False, 1),
        (np.random.default_rng(0).dirichlet([1, 1, 1, 1], (5, 6)), True, 4),
        (np.array([[np.nan, 0.5], [0.5, np.inf]]), True, 2),
    ],
)
def test_fields_of_every_kind(values, task_class, masks):
    root = read(field_symbol("f", values, task_class))
    assert len(root.all("mask")) == masks
    (symbol,) = root.all("symbol")
    rows, columns = values.shape[:2]
    assert symbol.attributes["viewbox"] == f"0 0 {columns - 1} {rows - 1}"


def test_fine_fields_are_thinned():
    (symbol,) = read(field_symbol("f", np.zeros((500, 300)), True, 60)).all("symbol")
    assert symbol.attributes["viewbox"] == "0 0 59 59"


@pytest.mark.parametrize("shape", SHAPES)
def test_marks_of_one_class_are_one_path(shape):
    drawn = markers([(10, 10), (20, 20)], shape, "x", 3)
    assert drawn.count("<path") == 1 and drawn.count("M") == 2
    assert "nan" not in drawn


def test_circles_are_round():
    for radius in np.linspace(1, 6, 40):
        path = markers([(8, 8)], "circle", "x", float(radius)).split('d="')[1].split('"')[0]
        r = float(path.split("a")[1].split(" ")[0])
        chord = float(path.split(" 0 1 0 ")[1].split(" ")[0])
        assert chord == pytest.approx(2 * r, abs=0.051) and chord >= 2 * r - 1e-9


def test_classes_differ_in_shape_and_color():
    marks = [class_mark(k) for k in range(6)]
    assert len({m[0] for m in marks}) == len({m[1] for m in marks}) == 6


def test_lines_break_where_a_number_is_missing():
    assert (
        line([(float("inf"), 1), (2, 2), (3, 3)], "a")
        == '<path d="M2 2L3 3" class="line a"></path>'
    )
    assert 'd=""' in line([], "a")


@pytest.mark.slow
@given(st.text())
def test_no_text_can_leave_its_element(text):
    root = read(tag("p", text, title=text))
    (node,) = root.children
    assert root.all("p") == [node] and node.all("script") == []
    spoken = node.text().replace("\r\n", "\n").replace("\r", "\n")
    assert len(spoken) <= len(text)
    assert set(node.attributes) == {"title"}


def test_markup_passes_once():
    assert tag("b", Markup("<i></i>"), "<") == "<b><i></i>&lt;</b>"
    assert escape(escape("<")) == "&lt;"
    assert join([None, ["a", ["b"]], iter("c")]) == "abc"
    assert marker("star", "a").startswith("<svg")
