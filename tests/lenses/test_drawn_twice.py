"""What a lens and a report draw alike, and what tells signs and classes apart without color."""

from __future__ import annotations

import re

import numpy as np

from pellucid.lenses import measures
from pellucid.lenses.box import pictures
from pellucid.lenses.lens import _same
from pellucid.lenses.picture import Axis, Chart, Charts, Film, Line, Matrix, Points
from pellucid.lenses.render.drawn import drawn
from pellucid.lenses.render.style import dark_of

DRAW = np.random.default_rng(0)


def words(markup: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", markup)


def test_a_confusion_has_its_shares_below_the_counts() -> None:
    true, said = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
    found = pictures.confusion_matrix(measures.confusion(true, said, ("cat", "dog")), "slips")
    assert found.values.tolist() == [[2, 1], [0, 2]]
    assert found.under == (("67\u00a0%", "33\u00a0%"), ("", "100\u00a0%"))
    assert found.shades is not None and found.shades.tolist() == [[2 / 3, 1 / 3], [0.0, 1.0]]
    written = words(drawn(found))
    assert written[-2:] == ["true class", "answer"]
    assert [w for w in written if w[:1].isdigit()] == [
        "2", "67\u00a0%", "1", "33\u00a0%", "0", "2", "100\u00a0%",
    ]  # fmt: skip


def test_a_scatter_keeps_to_where_the_rows_are() -> None:
    true = DRAW.normal(0, 3, 200)
    said = true + DRAW.normal(0, 0.5, 200)
    true[[3, 70]] = 4000, -2500
    found = measures.residuals(true, said)
    chart = pictures.scatter_chart(found, "price", 150)
    assert pictures.outside(found) == 2
    assert chart.x.low == chart.y.low and chart.x.high is not None and chart.x.high < 20
    dots = next(m for m in chart.marks if isinstance(m, Points))
    assert len(dots.x) == 150 and set(np.asarray(dots.x)) <= set(true)
    misses = pictures.misses_chart(found)
    assert misses.x.low == found.spread.edges[0]
    assert misses.y.high is not None and misses.y.high > found.spread.counts.max()


def test_negative_shades_carry_a_dash() -> None:
    grid = np.ones((8, 8))
    grid[2, 3:6] = -1
    for image, many in ((True, 1), (False, 8)):
        picture = drawn(Matrix(np.tile(grid, (1, many)), image=image))
        (signs,) = re.findall(r'<path d="([^"]*)" class="line minus-sign"', picture)
        assert signs.count("M") == many
    assert "minus-sign" not in drawn(Matrix(np.abs(grid), image=True))


def test_columns_without_names_are_counted() -> None:
    assert words(drawn(Matrix(np.eye(3), column_axis="position")))[-4:] == [
        "0", "1", "2", "position",
    ]  # fmt: skip


def test_more_than_six_lines_differ_in_color_or_dash() -> None:
    lines = tuple(Line([0, 1], [i, i], f"run {i}", order=i) for i in range(12))
    styles = re.findall(
        r'class="line mark (class-\w dash-\d)"', drawn(Chart(Axis(), Axis(), lines))
    )
    assert len(set(styles)) == 12 and len(styles) == 24  # each also in the legend


def test_letters_of_a_class_are_one_text() -> None:
    dots = Points([0.0, 1.0, 2.0], [0.0, 1.0, 0.5], [7, 7, 7], tuple("abcdefgh"))
    picture = drawn(Chart(Axis(), Axis(), (dots,)))
    (text,) = re.findall(r'<text x="([^"]*)" y="[^"]*" class="letter class-b">hhh</text>', picture)
    assert len(text.split()) == 3


def test_what_does_not_move_is_no_film() -> None:
    still = Charts((Matrix(np.eye(2)), Chart(Axis("x"), Axis(), (Line([0, np.nan], [1, 2]),))))
    again = Charts((Matrix(np.eye(2)), Chart(Axis("x"), Axis(), (Line([0, np.nan], [1, 2]),))))
    moved = Charts((Matrix(np.eye(2) * 2), again.items[1]))
    assert _same(np.array([1.0, np.nan]), np.array([1.0, np.nan]))
    assert not _same(still, moved) and _same(again.items[0], still.items[0])


def test_a_film_draws_no_more_moments_than_it_shows() -> None:
    frames = tuple(
        Chart(Axis(), Axis(), (Points(DRAW.normal(size=400), DRAW.normal(size=400)),))
        for _ in range(12)
    )
    film = Film(frames, tuple(f"step {i}" for i in range(12)))
    whole, short = drawn(film), drawn(film, budget=len(drawn(frames[-1])) * 5)
    assert whole.count('class="moment"') == 12 and short.count('class="moment"') == 5
    assert "7 more are left out" in short and "step 0" in short and "step 11" in short


def test_masks_in_hidden_frames_are_their_own() -> None:
    frames = tuple(Matrix(np.eye(3), image=True) for _ in range(2))
    picture = drawn(Film(frames, ("a", "b")))
    assert len(set(re.findall(r'<mask [^>]*id="([^"]*)"', picture))) == picture.count("<mask ")


def test_every_color_of_the_light_theme_has_its_twin() -> None:
    assert dark_of("#FFFFFF") == "#161b22" and dark_of("#b3500f") == "#f2994a"
