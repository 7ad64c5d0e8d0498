"""Every mark and every picture in every renderer: whole, harmless, within bounds, and quick.

Long because it is a collection: each mark stands once, and all renderers are asked for it.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from pellucid.errors import SettingError
from pellucid.lenses.picture import (
    Arrow,
    Axis,
    Band,
    Bars,
    Chart,
    Charts,
    Diagram,
    Dot,
    Edge,
    Field,
    Film,
    Line,
    Matrix,
    Note,
    Points,
    Rule,
)  # fmt: skip
from pellucid.lenses.render.drawn import drawn
from pellucid.lenses.render.drawn.regions import regions
from pellucid.lenses.render.text import columns_of
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Column, Remark, Table, View
from tests.lenses.markup import Tags

NASTY = "<script>alert('x')</script> & \"quotes\""
LONG = "capital gain of the year before the last year of the census"
DRAW = np.random.default_rng(0)
T = np.linspace(0.1, 6, 80)
GRID = np.sin(np.linspace(-2, 2, 30))[:, None] * np.linspace(-1, 1, 40)
SHARES = np.stack([GRID + 2, 1 - GRID, np.ones_like(GRID)], -1)
SHARES = SHARES / SHARES.sum(-1, keepdims=True)
HOLES = np.where(DRAW.random((30, 40)) < 0.1, np.nan, GRID)


def chart(*marks: Any, **more: Any) -> Chart:
    axes = {"x": Axis("time (s)"), "y": Axis("loss")} | more
    return Chart(axes.pop("x"), axes.pop("y"), marks, "A title that says something", **axes)


def film(n: int = 4) -> Film:
    return Film(
        tuple(chart(Field(GRID * k, (0, 1), (0, 1), "signed"), square=True) for k in range(n)),
        tuple(f"step {10 * k}" for k in range(n)), title="It turns",
    )  # fmt: skip


DIAGRAM = Diagram(
    (
        Dot("x", 70, 60, ("x", "0.5", LONG), kind="input", hint=NASTY),
        Dot("n", 420, 110, ("tanh",), 60, 60, "circle", kind="hidden", shade=-0.7),
        Dot("e", 250, 200),
    ),
    (
        Edge("x", "n", ((130, 60), (160, 60), (160, 100), (390, 100)), "2.0", 0.8),
        Edge("x", "e", ((130, 60), (200, 200)), "", 0.4, "negative", hint=NASTY),
    ),
    500, 260, "A graph", "Two arrows leave x.", (("layer 1", 180, 40, 300, 150),),
)  # fmt: skip

PICTURES: dict[str, Any] = {
    "line": chart(Line(T, np.exp(-T), "training", "train"), Line(T, T, "held out", "test")),
    "lines of runs": chart(*(Line(T, T + i, f"run {i}", order=i) for i in range(9))),
    "line with holes": chart(Line(T, np.where(T > 3, np.nan, T)), Line([1, 2], [np.inf, -np.inf])),
    "one place": chart(Line([1], [2], "one"), Points([1], [2])),
    "nothing": chart(),
    "empty marks": chart(Line([], []), Points([], []), Band([], [], []), Bars([])),
    "constant": chart(Line([1, 2, 3], [5, 5, 5])),
    "huge numbers": chart(Line([1, 2], [1e300, -1e300]), Line([1, 2], [1e-300, 2e-300])),
    "log with zeros": chart(
        Line([0, 1, 10], [0, -1, 100]), Points([0, 1], [0, 5]),
        x=Axis("x", log=True), y=Axis("y", log=True),
    ),
    "band rule arrow note": chart(
        Band(T, T - 1, T + 1, "5 to 95 %"), Rule(2, "x", "best", "now"), Rule(0.1, "y", "guess"),
        Rule(1e9, "y", "far"), Arrow(1, 1, 2, 3, "step"), Arrow(1, 1, 1, 1), Note(2, 3, "bend"),
    ),
    "points of classes": chart(
        Points(T, T, np.arange(80) % 3, ("a", "b"), ringed=(3,)), Points([1], [2], hollow=True)
    ),
    "points of many classes": chart(Points(T, T, np.arange(80) % 10)),
    "points that are none": chart(Points([1, np.nan, np.inf], [1, 2, 3], [0, 1, 2])),
    "bars": chart(Bars([0.2, 0.9], name="mine"), x=Axis(names=("a", LONG)), y=Axis(percent=True)),
    "bars with signs": chart(
        Bars([0.4, -0.2, np.nan], low=[0.3, -0.3, 0], high=[0.5, 0.0, 0], lying=True,
             role="positive"),
        x=Axis("push"), y=Axis(names=("age", LONG, NASTY)),
    ),
    "histogram": chart(Bars(DRAW.integers(1, 20, 20), at=np.arange(20) / 4)),
    "field": chart(Field((GRID + 1) / 2, (0, 1), (0, 1)), square=True),
    "signed field": chart(Field(GRID, (-1, 1), (0, 1), "signed", levels=(0.1,))),
    "amounts": chart(Field(GRID**2, (-1, 1), (0, 1), "amount", low=0.0, high=2.0)),
    "flat field": chart(Field(np.zeros((5, 5)), (0, 1), (0, 1), "amount")),
    "field with holes": chart(Field(HOLES, (0, 1), (0, 1), "signed")),
    "field of nothing": chart(Field(np.full((4, 4), np.nan), (0, 1), (0, 1), "signed")),
    "classes": chart(Field(SHARES, (0, 1), (0, 1), names=("u", "v", "w"))),
    "bare": chart(Field(GRID, (0, 1), (0, 1), "signed"), bare=True),
    "matrix": Matrix(DRAW.normal(size=(4, 6)), ("h0", "h1", "h2", LONG), title="Weights",
                     row_axis="unit", column_axis="input", kind="signed"),
    "counts": Matrix(np.array([[20.0, 3], [1, 30]]), ("cat", NASTY), ("cat", NASTY), "Confusion",
                     "amount", "count", "true", "said"),
    "matrix with holes": Matrix(np.array([[np.nan, 1.0], [np.inf, -1.0]])),
    "one cell": Matrix(np.array([[0.0]])),
    "large matrix": Matrix(DRAW.normal(size=(200, 300)), title="Large"),
    "image": Matrix(DRAW.random((8, 8)), scale="amount", image=True),
    "side by side": Charts((chart(Line(T, T)), Matrix(GRID[:3, :3]), DIAGRAM), 2, "Three", "Note."),
    "many small": Charts(
        tuple(Matrix(DRAW.random((8, 8)), title=f"unit {k}", image=True) for k in range(30)), 10
    ),
    "diagram": DIAGRAM,
    "film": film(),
    "nasty": Chart(Axis(NASTY), Axis(NASTY), (
        Line(T, T, NASTY), Points(T, T, np.zeros(80, int), (NASTY,)), Note(1, 1, NASTY),
        Rule(1, name=NASTY), Arrow(0, 0, 1, 1, NASTY), Band(T, T, T, NASTY),
    ), NASTY, NASTY),
}  # fmt: skip


def shown(*blocks: Any) -> Shown:
    return Shown(View(NASTY, "What there is.", blocks, {"value": 1.5, "bad": float("nan")}))


@pytest.mark.parametrize("name", PICTURES)
def test_in_html(name: str) -> None:
    page = shown(PICTURES[name]).html()
    tags = Tags(page)
    wrong = [w for w in tags.wrong if w != "image href"]  # pictures inside of the page itself
    assert not wrong and not tags.open
    assert all(href.startswith("data:") for href in re.findall(r'href="([^"]*)', page))
    assert "<script" not in page and "http" not in page
    drawn = " ".join(re.findall(r'\b(?:d|x|y|x1|cx|cy|width|height|points)="([^"]*)"', page))
    assert not re.search(r"nan|inf", drawn, re.I)
    assert not re.search(r'(?:width|height|r)="-', page)
    labels = page.count("aria-label") - page.count("<table aria-label")
    assert page.count('role="img"') == labels - page.count('type="radio"')
    assert 'aria-label=""' not in page


@pytest.mark.parametrize("name", PICTURES)
def test_in_letters(name: str) -> None:
    for width in (40, 72, 100):
        for line in shown(PICTURES[name]).text(width).splitlines()[1:]:
            assert columns_of(line) <= width, (name, width, line)
            assert "nan" not in line.lower() or "not a number" in line or "class" in line


def test_in_matplotlib() -> None:
    for name, picture in PICTURES.items():
        figure = shown(picture).figure()
        wide, high = figure.get_size_inches()
        assert 5 < wide <= 11 and 1 < high < 16, (name, wide, high)
    names = ("nasty", "classes", "bars with signs", "counts", "points of many classes", "diagram")
    figure = shown(*(PICTURES[n] for n in names)).figure()
    figure.draw_without_rendering()  # as far as pixels; the others differ in data only
    labels = [t.get_text() for t in figure.findobj(Text)]
    assert NASTY in labels


@pytest.mark.parametrize("name", PICTURES)
def test_in_json(name: str) -> None:
    text = shown(PICTURES[name]).json()
    found = json.loads(text, parse_constant=lambda word: 1 / 0)
    assert found["value"] == 1.5 and found["bad"] == "NaN"
    assert found["view"]["title"] == NASTY
    (block,) = found["view"]["blocks"]
    assert block["picture"] == type(PICTURES[name]).__name__.lower()
    if name == "line":
        assert block["marks"][0]["x"] == T.tolist()


@pytest.mark.parametrize("name", PICTURES)
def test_as_tables(name: str) -> None:
    one = shown(PICTURES[name])
    frames = one.tables()
    assert all(isinstance(f, pd.DataFrame) and f.columns.is_unique for f in frames.values())
    page = one.html()
    assert ("Show as table" in page) == bool(frames)
    for body in re.findall(r"<tbody>(.*?)</tbody>", page):
        assert body.count("<tr>") <= 60


def test_the_tables_hold_the_numbers_of_the_marks() -> None:
    frames = shown(PICTURES["line"], PICTURES["classes"], PICTURES["counts"], film()).tables()
    lines = frames["loss: training, held out"]
    np.testing.assert_array_equal(lines["time (s)"], T)
    np.testing.assert_array_equal(lines["training"], np.exp(-T))
    field = frames["Field"]
    assert list(field) == ["time (s)", "loss", "u", "v", "w"] and len(field) == 1200
    np.testing.assert_allclose(field["w"], SHARES[..., 2].reshape(-1))
    np.testing.assert_allclose(field["loss"].to_numpy()[-1], 1)
    counts = frames["Confusion"]
    assert counts.set_index("true").loc["cat"].tolist() == [20, 3]
    moments = frames["Field 2"]
    assert list(moments["moment"].unique()) == ["step 0", "step 10", "step 20", "step 30"]
    np.testing.assert_allclose(
        moments[moments["moment"] == "step 20"]["value"], 2 * GRID.reshape(-1)
    )
    table = Table((Column("a"), Column("b", "number")), (("x", 1.0),), "A table")
    assert shown(table, Remark("text")).tables()["A table"].to_dict("list") == {
        "a": ["x"], "b": [1.0],
    }  # fmt: skip


def test_what_a_table_leaves_out_is_said() -> None:
    page = shown(chart(Line(np.arange(900), np.arange(900)))).html()
    assert "60 of 900 rows, evenly spread. .tables() has them all." in page
    page = shown(Matrix(DRAW.normal(size=(3, 40)), title="Wide")).html()
    assert "The first 12 of 40 columns. .tables() has them all." in page


def test_a_film_is_chosen_by_keys_and_its_names_are_its_own() -> None:
    other = Film(film().frames[:2], ("a", NASTY), 0, title=NASTY)
    page = shown(film(), Remark("between"), other).html()
    radios = re.findall(r'<input type="radio" name="(\w+)" id="([\w-]+)"( checked)?', page)
    names = list(dict.fromkeys(name for name, _, _ in radios))
    assert len(names) == 2 and len({i for _, i, _ in radios}) == 6
    assert [i for _, i, checked in radios if checked] == [f"{names[0]}-3", f"{names[1]}-0"]
    for _, key, _ in radios:
        assert f"#{key}:checked~" in page
    assert 'aria-label="step 20" title="step 20"' in page
    assert re.findall(r'<label for="[^"]+">([^<]+)</label>', page)[:4] == [
        "step 0",
        "10",
        "20",
        "30",
    ]
    assert "step 30; .html() has all 4 moments" in shown(film()).text(80)


def test_films_of_the_same_moments_share_one_set_of_buttons_and_play_together() -> None:
    page = shown(film(), Remark("between"), film()).html()
    assert page.count('type="radio"') == 4 and page.count('type="checkbox"') == 1
    assert page.count('<div class="frames">') == 2 and page.count('class="moment"') == 8
    (together,) = re.findall(r'<div class="film together">(.*)</div></section>', page)
    opened = len(re.findall(r"<div[ >]", together)) - together.count("</div>")
    assert opened == 0 and "between" in together  # the buttons stand before all that they choose
    (name,) = set(re.findall(r'id="(\w+)-play"', page))
    assert (
        f"@keyframes {name}{{" in page and f"#{name}-play:checked~.frames{{display:grid}}" in page
    )
    assert [f"{name}-play" in label for label in re.findall(r"<label [^>]*>Play", page)] == [True]


def test_a_film_too_large_for_a_page_shows_fewer_moments() -> None:
    whole = drawn(film(10))
    page = drawn(film(10), budget=len(whole) // 2)
    assert page.count('type="radio"') in (4, 5) and len(page) < 0.6 * len(whole)
    left = 10 - page.count('type="radio"')
    assert f"{left} more {'is' if left == 1 else 'are'} left out, to keep the page small." in page
    assert "left out" not in whole
    assert 'aria-label="step 0"' in page
    assert 'aria-label="step 90"' in page


def test_a_field_says_its_scale_and_its_lines_their_heights() -> None:
    up = np.repeat(np.linspace(-2.0, 0.0, 30)[:, None], 30, axis=1)
    for field, words, levels in (
        (Field(up, (0, 1), (0, 1), "amount", name="loss", tens=True), "loss, 0.01 to 1.0",
         {"0.02", "0.05", "0.1", "0.2", "0.5"}),
        (Field(up, (0, 1), (0, 1), "amount", name="height"), "height, −2.0 to 0.0",
         {"−0.5", "−1.0", "−1.5"}),
        (Field(1 + up / 2, (0, 1), (0, 1), name="share of B"), "share of B, 0 % to 100 %",
         {"25 %", "50 %", "75 %"}),
    ):  # fmt: skip
        shown = Shown(View("t", "s", (Chart(Axis("x"), Axis("y"), (field,)),)))
        page = shown.html().replace("\u202f", " ").replace("\xa0", " ")
        assert f">{words}<" in page
        assert levels <= set(re.findall(r'class="height"[^>]*>([^<]+)<', page))
        assert words in shown.text(100).replace("\u202f", " ").replace("\xa0", " ")
        axes = shown.figure().subfigs[0].axes[0]
        assert levels <= {t.get_text().replace("\xa0", " ") for t in axes.texts}


def test_a_map_of_classes_has_their_names_where_they_have_room() -> None:
    shares = np.zeros((40, 40, 3))
    shares[:, :20, 0], shares[:, 20:, 1], shares[:2, :2, 2] = 1, 1, 2
    field = Field(shares, (0, 1), (0, 2), names=("setosa", "vir", "tiny"))
    places = {r.name: r for r in regions(field)}
    assert places["setosa"].x < 0.5 < places["vir"].x and 0 < places["vir"].y < 2
    page = Shown(View("t", "s", (Chart(Axis("x"), Axis("y"), (field,)),)))
    assert re.findall(r'class="height region"[^>]*>([^<]+)<', page.html()) == ["setosa", "vir"]
    lines = page.text(100).splitlines()
    assert any(" setosa " in line and "┤" in line for line in lines)
    assert "a setosa   b vir   c tiny" in lines[-1]
    axes = page.figure().subfigs[0].axes[0]
    assert [t.get_text() for t in axes.texts] == ["setosa", "vir"]


def test_names_of_three_letters_stand_for_their_classes() -> None:
    names = tuple(f"c{i:02}" for i in range(8))
    dots = Points(np.arange(8.0), np.arange(8.0), np.arange(8), names)
    page = Shown(View("t", "s", (Chart(Axis("x"), Axis("y"), (dots,)),)))
    assert set(names) <= set(re.findall(r"<tspan[^>]*>([^<]+)</tspan>", page.html()))
    axes = page.figure().subfigs[0].axes[0]
    assert [c.get_label() for c in axes.collections] == list(names)
    assert all(columns_of(line) <= 60 for line in page.text(60).splitlines())
    assert "A c00" in page.text(60)  # a cell of a terminal holds one letter


def test_more_classes_than_shapes_are_told_by_letters() -> None:
    one = shown(PICTURES["points of many classes"])
    assert all(f">{letter}</text>" in one.html() for letter in "GHIJ")
    assert all(f"{letter} {k}" in one.text(100) for k, letter in enumerate("ABCDEFGHIJ"))
    digits = shown(chart(Points(T, T, np.arange(80) % 10, tuple("0123456789"))))
    page, text = digits.html(), digits.text(100)
    assert all(re.search(f">{k}+</text>", page) for k in range(10)), "digits stand for themselves"
    assert not any(f">{letter}</text>" in page for letter in "GHIJ") and "G" not in text
    few = shown(chart(Points(T, T, np.arange(80) % 2, ("cat", "dog"))))
    assert "A cat" in few.text(100) and "B dog" in few.text(100)


@pytest.mark.slow
def test_huge_data_is_thinned_and_quick() -> None:
    n = 200_000
    x, y = np.arange(n), DRAW.normal(size=n)
    one = shown(
        chart(Line(x, y), Points(x, y, np.arange(n) % 3)),
        chart(Field(DRAW.normal(size=(700, 700)), (0, 1), (0, 1), "signed", levels=(0.0,))),
    )
    began = time.process_time()
    page = one.html()
    assert time.process_time() - began < 1.0
    assert len(page) < 300_000
    least, most = float(y.min()), float(y.max())
    assert one.tables()["loss"]["loss"].agg(["min", "max"]).tolist() == [least, most]


@pytest.mark.slow
def test_every_ending(tmp_path: Path) -> None:
    one = shown(PICTURES["field"], film(2))
    for ending in (".html", ".json", ".txt", ".tex", ".png", ".svg", ".pdf", ".gif"):
        path = one.save(tmp_path / f"view{ending}")
        assert path.is_file() and (path.stat().st_size > 50 or ending == ".tex"), ending
    page = (tmp_path / "view.html").read_text("utf-8")
    assert (
        page.startswith("<!doctype html>") and not Tags(page.removeprefix("<!doctype html>")).open
    )
    assert "<title>&lt;script&gt;" in page
    assert (tmp_path / "view.gif").read_bytes()[:6] == b"GIF89a"
    with pytest.raises(SettingError) as told:
        one.save(tmp_path / "view.doc")
    assert str(told.value) == (
        "a view can't be written as .doc. Use .html, .json, .txt, .tex, .png, .svg, .pdf, .gif."
    )
    with pytest.raises(SettingError, match="nothing in this view moves; ask the lens for a film"):
        shown(PICTURES["field"]).save(tmp_path / "still.gif")
    with pytest.raises(SettingError, match="this view has no picture; save it as a page"):
        shown(Remark("text")).save(tmp_path / "text.png")
    assert "text/html" in one._repr_mimebundle_()


def test_labels_of_a_map_stand_on_plates_where_few_points_are_and_inside() -> None:
    grid = np.linspace(0, 1, 21)[:, None] * np.ones(21)  # lines of equal height lie across
    chosen = Field(grid, (0, 1), (0, 1), "amount", levels=(0.5,), name="height")
    left = np.linspace(0.0, 0.6, 40)  # points over the line, but for its right
    points = Points(left, np.full(40, 0.5))
    page = Shown(View("t", "s", (Chart(Axis("x"), Axis("y"), (chosen, points)),))).html()
    plate = re.search(r'<rect x="([\d.]+)"[^>]*class="plate"', page)
    assert plate is not None and float(plate[1]) > 0.6 * 600
    corner = np.zeros((21, 21, 2))
    corner[..., 0], corner[0, :3, 1] = 0.5, 1.0  # the second class has a corner alone
    classes = Field(corner, (0, 1), (0, 1), "share", names=("a", "b"))
    page = Shown(View("t", "s", (Chart(Axis("x"), Axis("y"), (classes,)),))).html()
    box = re.search(
        r'<rect class="edge" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', page
    )
    assert box is not None
    x, y, wide, high = map(float, box.groups())
    plates = re.findall(
        r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" class="plate"', page
    )
    assert len(plates) == 2
    for px, py, pw, ph in plates:
        assert x <= float(px) and float(px) + float(pw) <= x + wide
        assert y <= float(py) and float(py) + float(ph) <= y + high


def test_figures_stand_on_dark_paper_if_asked_or_if_matplotlib_does(tmp_path: Path) -> None:
    import matplotlib.style

    field = Field(np.eye(5), (0, 1), (0, 1), "amount", name="height")
    chart = Chart(Axis("x"), Axis("y"), (field, Points([0.5], [0.5]), Line([0, 1], [0, 1], "a")))
    shown = Shown(View("t", "s", (chart, Matrix(np.eye(3), scale="signed"))))
    light, dark = shown.figure(), shown.figure(dark=True)
    assert light.get_facecolor()[:3] == (1.0, 1.0, 1.0)
    for figure in (dark, light):
        figure.draw_without_rendering()
    assert max(dark.get_facecolor()[:3]) < 0.2 < 0.8 < min(to_rgb(words(dark)[0].get_color()))
    for texts, low, high in ((words(dark), 0.35, 1.0), (words(light), 0.0, 0.65)):
        said = [t for t in texts if t.get_text() and not t.get_text().startswith(("0.00", "1.0"))]
        assert len(said) > 8
        assert all(low <= np.mean(to_rgb(t.get_color())) <= high for t in said)
    with matplotlib.style.context("dark_background"):
        assert shown.figure().get_facecolor() == dark.get_facecolor()
        assert shown.figure(dark=False).get_facecolor()[:3] == (1.0, 1.0, 1.0)
    assert shown.save(tmp_path / "d.png", dark=True).read_bytes() != (
        shown.save(tmp_path / "l.png").read_bytes()
    )


def words(figure: Any) -> list[Text]:
    found: list[Text] = figure.findobj(Text)
    return found


@pytest.mark.parametrize(
    ("at", "name", "anchor"),
    [
        (0.1, "short", "start"),
        (0.9, "short", "end"),
        (0.55, "x" * 48, "end"),
        (0.5, "x" * 80, "end"),
    ],
)
def test_the_name_of_an_upright_line_stays_in_its_picture(
    at: float, name: str, anchor: str
) -> None:
    chart = Chart(Axis("x", low=0, high=1), Axis("y", low=0, high=1), (Rule(at, "x", name),))
    page = Shown(View("t", "s", (chart,))).html()
    found = re.search(rf'<text x="([\d.]+)" y="([\d.]+)"[^>]*>{name}<', page)
    assert found is not None and (f'text-anchor="{anchor}"' in found[0])
    x, long = float(found[1]), 6.3 * len(name)
    assert (x if anchor == "start" else x - long) > 0 and (x if anchor == "end" else x + long) < 600


def test_a_map_names_the_classes_that_have_a_place_on_it() -> None:
    shares = np.zeros((9, 9, 4))
    shares[:, :5, 1], shares[:, 5:, 3] = 1.0, 1.0
    two = chart(Field(shares, (0, 1), (0, 1), names=("ant", "bee", "cat", "dog")))
    page = shown(two).html()
    assert re.findall("<bdi>(.*?)</bdi>", page) == ["bee", "dog"]
    legend = [t.get_text() for t in figure_of(two).axes[0].get_legend().get_texts()]
    assert legend == ["bee", "dog"]


def figure_of(block: Any) -> Any:
    return shown(block).figure()


@pytest.mark.slow
def test_a_long_film_is_a_small_file(tmp_path: Path) -> None:
    from PIL import Image

    frames = tuple(
        chart(*(Points(DRAW.normal(size=900), DRAW.normal(size=900)) for _ in range(3)))
        for _ in range(24)
    )
    long = shown(Film(frames, tuple(map(str, range(24))), title="Noise"))
    path = long.save(tmp_path / "noise.gif", seconds=0.1)
    assert path.stat().st_size <= 1_500_000
    with Image.open(path) as film_file:
        assert 8 <= film_file.n_frames <= 24
        whole = film_file.n_frames * film_file.info["duration"] / 1000
        assert whole == pytest.approx(2.4, rel=0.1)


def test_in_a_figure_labels_of_a_map_keep_off_each_other_and_legends_take_few_lines() -> None:
    x = np.linspace(-1, 1, 41)
    hill = 1 / (1 + np.exp(40 * (x[:, None] ** 2 + x**2 - 0.3)))  # 25 %, 50 % and 75 % lie close
    field = Field(hill, (-1, 1), (-1, 1), "share", name="share of well", names=("ill", "well"))
    points = Points(x, x, (x > 0).astype(np.int64), ("ill", "well"))
    block = Chart(
        Axis("a"), Axis("b"), (field, points, Arrow(0, 0, 1, 1, "step"), Note(0, 0.5, "here"))
    )
    axes = figure_of(block).axes[0]
    at = {t.get_text(): t.get_position() for t in axes.texts if t.get_text().endswith("%")}
    assert len(at) >= 2
    places = list(at.values())
    assert all(abs(x - u) > 0.06 or abs(y - v) > 0.05
               for i, (x, y) in enumerate(places) for u, v in places[:i])  # fmt: skip
    assert axes.get_legend()._ncols == 3  # one line
    named = {t.get_text(): t for t in axes.texts}
    assert named["step"].get_path_effects() and named["here"].get_path_effects()


def test_titles_beside_long_names_are_broken_where_the_figure_ends() -> None:
    title = "tanh: at 12 layers small and zeros only guess"
    bars = Chart(Axis("share"), Axis("start", names=("orthogonal", "he")),
                 (Bars((0.1, 0.2), lying=True),), title)  # fmt: skip
    figure = figure_of(Charts((bars, bars), 2))
    figure.draw_without_rendering()
    for axes in figure.axes:
        assert axes._left_title.get_window_extent().x1 <= figure.bbox.x1


def test_squares_lie_at_the_left_with_their_numbers_and_titles_that_end_in_the_figure() -> None:
    rows = tuple(f"block.linear1[{i}]" for i in range(12))
    title = "block.linear1: 32 neurons, the 12 that move the output most, at each position of row 0"
    drawn = figure_of(Matrix(np.ones((12, 8)), rows, title=title))
    drawn.draw_without_rendering()
    place = drawn.axes[0]
    assert place.get_title(loc="left").count("\n") == 1
    assert place._left_title.get_window_extent().x1 <= drawn.bbox.x1
    assert place.get_window_extent().x1 < 0.6 * drawn.bbox.x1  # squares, not in the middle
    counts = figure_of(Matrix(np.arange(9.0).reshape(3, 3), ("a", "b", "c"), ("a", "b", "c")))
    assert len(counts.axes[0].texts) == 9


def test_in_a_figure_names_of_regions_stand_over_points() -> None:
    grid = np.zeros((9, 9, 2))
    grid[:, :5, 0], grid[:, 5:, 1] = 1.0, 1.0
    field = Field(grid, (0, 1), (0, 1), "share", names=("ill", "well"))
    axes = figure_of(Chart(Axis("a"), Axis("b"), (field, Points([0.2], [0.5])))).axes[0]
    (ill,) = [t for t in axes.texts if t.get_text() == "ill"]
    assert ill.get_zorder() > max(c.get_zorder() for c in axes.collections)


def test_the_head_of_an_arrow_grows_with_its_line() -> None:
    dots = tuple(Dot(n, 40.0, y, (n,), 60.0, 20.0) for n, y in (("a", 20.0), ("b", 80.0)))
    way = ((40.0, 30.0), (40.0, 70.0))
    thin, thick = (
        figure_of(Diagram(dots, (Edge("a", "b", way, strength=strength),), 80.0, 100.0))
        for strength in (0.0, 1.0)
    )
    heads = [f.axes[0].texts[0].arrow_patch.get_mutation_scale() for f in (thin, thick)]
    assert heads[0] < 0.7 * heads[1]


def test_a_wide_diagram_gets_narrower_on_a_page_and_as_narrow_as_paper() -> None:
    page = shown(Diagram((Dot("a", 60, 40, ("a",)),), (), 1300.0, 80.0)).html()
    assert 'style="min-width:910px;' in page
    assert "@media print { .pellucid-view .diagram { min-width: 0 !important; }" in page


def test_small_shares_have_different_names_on_an_axis() -> None:
    small = chart(Bars([0.005, 0.028]), x=Axis(names=("a", "b")), y=Axis(percent=True))
    figure = shown(small).figure()
    figure.draw_without_rendering()
    names = [t.get_text() for t in figure.subfigs[0].axes[0].get_yticklabels()]
    assert len(set(names)) == len(names) > 3 and "0.5%" in names


def test_every_layer_is_named_at_a_matrix_of_layers_aslant_where_names_are_long() -> None:
    names = ("input", "conv1", "the relu before conv2", "the relu before head", "pool", "head")
    shown = Shown(View("", "", (Matrix(np.eye(6), names, names, "Alike", "amount"),), {}))
    (axes,) = shown.figure().axes
    assert [t.get_text() for t in axes.get_xticklabels()] == list(names)
    assert {t.get_rotation() for t in axes.get_xticklabels()} == {40.0}
    page = shown.html()
    heads = re.findall(r"<text [^>]*rotate\(-40[^>]*>([^<]*)<", page)
    assert heads == list(names)
    box = re.search(r'viewBox="0 0 ([\d.]+) ', page)
    assert box is not None
    starts = re.findall(r"rotate\(-40 ([\d.]+) ", page)
    reach = max(float(x) + 5 * len(n) for x, n in zip(starts, names, strict=True))
    assert reach < float(box[1])  # the last name does not run out of the picture


def test_numbered_columns_are_named_now_and_then_and_stand_upright() -> None:
    names = tuple(f"unit {i}" for i in range(30))
    shown = Shown(View("", "", (Matrix(np.eye(30), names, names, "", "amount"),), {}))
    (axes,) = shown.figure().axes
    assert 1 < len(axes.get_xticklabels()) < 30
    assert "rotate(-40" not in shown.html()


@pytest.mark.slow
def test_a_film_of_many_pictures_keeps_its_letters_large(tmp_path: Path) -> None:
    from PIL import Image

    x = DRAW.normal(size=30)
    frames = tuple(Charts(tuple(chart(Line(x, k * x)) for _ in range(15))) for k in (1, 2))
    path = shown(Film(frames, ("a", "b"))).save(tmp_path / "many.gif")
    with Image.open(path) as film_file:
        wide, high = film_file.size
    assert wide >= 80 * 7.2  # pixels to an inch, on paper that is no wider than it needs to be
    assert high > wide


def test_a_long_word_of_a_legend_is_broken_where_its_picture_ends() -> None:
    name = "difference, from the smallest to the largest number"
    (axes,) = figure_of(chart(Line(np.arange(3), np.arange(3), name))).axes
    assert axes.get_legend().get_texts()[0].get_text() == name
    many = Charts(tuple(chart(Line(np.arange(3), np.arange(3), f"{name} {i}")) for i in range(3)))
    words = figure_of(many).axes[0].get_legend().get_texts()[0].get_text()
    assert words.replace("\n", " ") == f"{name} 0" and "\n" in words
