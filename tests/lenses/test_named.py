"""What lines, places and arrows are called in a picture: in order, and none left out."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg

from pellucid.lenses.descent.drawn import step_chart
from pellucid.lenses.descent.parts import Step
from pellucid.lenses.picture import Axis, Bars, Chart, Charts, Line, Note
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import View

LAYERS = (
    "the add before enc.layers.0", "enc.layers.0", "enc.layers.1", "the mean before head",
    "enc.layers.1.self_attn", "enc.layers.1.linear1", "enc.layers.1.norm2", "head",
)  # fmt: skip


def shown(block: Any) -> Shown:
    return Shown(View("", "", (block,), {}))


def lines(names: tuple[str, ...]) -> Chart:
    marks = tuple(Line([0, 1], [i, i + 1], name, order=i) for i, name in enumerate(names))
    return Chart(Axis("step"), Axis("loss"), marks)


def read(legend: Any) -> list[str]:
    """The words of a legend as they are read: line by line, each from the left."""
    texts = legend.get_texts()
    at = [text.get_window_extent() for text in texts]
    order = sorted(range(len(texts)), key=lambda i: (-round(at[i].y0), at[i].x0))
    return [texts[i].get_text() for i in order]


def test_a_legend_of_several_lines_is_read_in_the_order_of_what_is_drawn() -> None:
    names = ("usual: 0.0001 to 0.03 of its length", "first layer", "second", "third", "fourth",
             "fifth layer", "sixth")  # fmt: skip
    figure = shown(lines(names)).figure()
    FigureCanvasAgg(figure).draw()
    (axes,) = figure.axes
    assert len({round(t.get_window_extent().y0) for t in axes.get_legend().get_texts()}) > 1
    assert read(axes.get_legend()) == list(names)
    many = tuple(f"class number {i}" for i in range(17))
    both = shown(Charts((lines(many), lines(many)), 2)).figure()  # one legend for both
    FigureCanvasAgg(both).draw()
    assert read(both.subfigs[0].legends[0]) == list(many)


def test_every_layer_is_named_below_a_line_of_layers_aslant_where_names_are_long() -> None:
    at = np.arange(len(LAYERS))
    block = Chart(Axis("layer", names=LAYERS), Axis("share"), (Line(at, at / 10, "right"),))
    (axes,) = shown(block).figure().axes
    said = [t.get_text() for t in axes.get_xticklabels()]
    assert said[1:] == list(LAYERS[1:]) and said[0].startswith("the add before enc")
    assert {t.get_rotation() for t in axes.get_xticklabels()} == {40.0}
    page = shown(block).html()
    found = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*rotate\(-40[^>]*>([^<]*)<', page)
    assert [name for *_, name in found] == said
    high = max(float(tall) for tall in re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', page))
    for x, y, name in found:  # about the least that letters take: within the picture
        assert float(x) - 4 * len(name) > 0 and float(y) + 4 * len(name) < high


def test_numbers_and_short_names_below_a_line_stand_upright() -> None:
    for names in (("input", "0", "2"), tuple(f"unit {i}" for i in range(40))):
        block = Chart(Axis("x", names=names), Axis("y"), (Bars(np.arange(len(names))),))
        (axes,) = shown(block).figure().axes
        assert {t.get_rotation() for t in axes.get_xticklabels()} == {0.0}
        assert "rotate(-40" not in shown(block).html()


def test_a_short_part_of_a_step_is_named_too() -> None:
    parts = {"gradient": np.array([1.0, 0.0]), "momentum": np.array([0.1, 0.02]),
             "scaling": np.array([-0.6, 1.5])}  # fmt: skip
    total = sum(parts.values(), np.zeros(2))
    drawn = step_chart(Step(np.array([-1.0, 0.0]), total, parts, 0.1, 2.0, 1.0, np.zeros(2)))
    notes = {m.text: m for m in drawn.marks if isinstance(m, Note)}
    assert set(notes) == {"gradient", "momentum", "scaling", "the step"}
    assert notes["momentum"].y < 0  # below, where nothing goes on from it


def test_what_two_marks_share_stands_where_the_later_one_is() -> None:
    """Regions of a map come first, and one of a class may be missing that has points."""
    marks = [Line([0, 1], [0, 1], name) for name in ("a", "c", "a", "b", "c")]
    chart = Chart(Axis("x"), Axis("y"), tuple(marks))
    legend = shown(chart).figure().axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["a", "b", "c"]
