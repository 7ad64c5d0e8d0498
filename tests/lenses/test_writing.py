"""Numbers, Unicode mathematics and LaTeX: how things are written."""

from __future__ import annotations

import json
import math
import re

import pytest

from pellucid.lenses import numerals, render
from pellucid.lenses.notation import plain
from pellucid.lenses.render.latex import tex
from pellucid.lenses.render.style import STYLE
from pellucid.lenses.view import (
    Column,
    Equation,
    Folded,
    Item,
    Outline,
    Remark,
    Table,
    View,
    written,
)  # fmt: skip
from pellucid.ops.op import COMPOSITIONS, REGISTRY
from tests.lenses.markup import Tags


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-2.0, "−2.0"), (0.0, "0.0"), (-0.0, "0.0"), (0.30000001, "0.3"), (0.0812345, "0.08123"),
        (1234.5, "1,234"), (999_999.0, "999,999"), (1.5e6, "1.5e6"), (-1.5e-7, "−1.5e−7"),
        (9e-5, "9e−5"), (1e-4, "0.0001"), (math.nan, "not a number"), (-math.inf, "−∞"),
    ],
)  # fmt: skip
def test_numbers(value: float, text: str) -> None:
    assert numerals.number(value) == text


@pytest.mark.parametrize(
    ("fraction", "text"),
    [(0.414, "41 %"), (-0.03, "−3 %"), (0.999, ">99 %"), (-0.999, "<−99 %"), (1.0, "100 %"),
     (0.002, "<1 %"), (-0.002, ">−1 %"), (0.0, "0 %"), (-3.85, "−385 %")],
)  # fmt: skip
def test_shares(fraction: float, text: str) -> None:
    assert numerals.percent(fraction).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"z = x W^\top + b", "z = xWᵀ + b"),
        (r"y = \max(0, x)", "y = max(0, x)"),
        (r"y = \frac{1}{1 + e^{-x}}", "y = 1/(1 + e⁻ˣ)"),
        (r"L = \frac1n \sum_i (\hat y_i - y_i)^2", "L = (1/n) Σᵢ (ŷᵢ − yᵢ)²"),
        (r"p_i = \frac{e^{x_i}}{\sum_j e^{x_j}}", "pᵢ = e^xᵢ/(Σⱼ e^xⱼ)"),
        (r"y_{nm} = \sum_k a_{nk} b_{km}", "yₙₘ = Σₖ aₙₖbₖₘ"),
        (r"y = \lfloor a / b \rfloor", "y = ⌊a / b⌋"),
        (r"y = x,\quad \Phi(x) = \tfrac12(1 + u)", "y = x   Φ(x) = ½(1 + u)"),
        (r"\partial L/\partial z_{ic} = -[c = y_i]", "∂L/∂z[i,c] = −[c = yᵢ]"),
        (r"\hat m_t = \frac{m_t}{1-\beta_1^t}", "m̂ₜ = mₜ/(1 − β₁ᵗ)"),
        (r"y = x \text{ if } x > 0 \text{ else } \alpha", "y = x if x > 0 else α"),
    ],
)
def test_latex_as_unicode(latex: str, text: str) -> None:
    assert plain(latex) == text


@pytest.mark.parametrize(
    "record", [*REGISTRY.values(), *COMPOSITIONS.values()], ids=lambda r: r.name
)
def test_every_equation_reads_as_text(record: object) -> None:
    for latex in (record.equation, record.derivative):  # type: ignore[attr-defined]
        text = plain(latex)
        assert (
            text and "\\" not in text and "\0" not in text and "  " not in text.replace("   ", "")
        )
        assert not re.search(r"\b(frac|cdot|partial|quad|mathrm|operatorname)\b", text)
        assert text.count("(") == text.count(")") or "[0, 1)" in text


def test_unicode_as_latex() -> None:
    assert tex("2(ŷ − y)/n · x₂") == r"2(\hat{y} - y)/n \cdot x_{2}"
    assert tex("0.weight[0, 1]") == r"\mathtt{0.weight}[0, 1]"
    assert tex("1 − tanh(z1[3, 0])²") == r"1 - \tanh (z_{1}[3, 0])^2"


def everything() -> View:
    columns = (
        Column("name", "code", anchor=True), Column("a", "signed"), Column("share", "share"),
        Column("bar", "bar", rank=2), Column("words", "text", wraps=12, rank=1),
        Column("size", "bytes"), Column("shape", "shape"),
    )  # fmt: skip
    rows = (
        ("w<1>", -0.5, 0.25, 1.0, "some words that may be broken", 12_400, (32, 4)),
        ("w2", 0.125, None, -0.5, "few", None, ()),
    )
    return View(
        "A title & more",
        "A sentence.",
        (
            Equation(("y", "a + b", "3.0"), (r"y", r"a + b"), (("z", "1.0"),)),
            Table(columns, rows, "Caption", ("total", None, 1.0, None, None, 1, None), "A note."),
            Outline(
                (Item(0, ("y", "1.0"), "made"), Item(1, ("a",)), Item(2, ("b",)), Item(1, ("c",)))
            ),
            Remark("It holds.", "good"),
            Remark("Look here.", "warn"),
            Folded("3 more", "see elsewhere.", (Remark("inside"),)),
        ),
        {"nan": math.nan, "list": [1.0, math.inf], "shape": (2, 3)},
    )


def test_text_of_every_kind_of_block() -> None:
    assert render.text(everything(), 100) == "\n".join(
        [
            "A title & more",
            "A sentence.",
            "",
            "y = a + b = 3.0",
            "z = 1.0",
            "",
            "Caption",
            "name        a  share  bar       words                             size  shape",
            "──────────────────────────────────────────────────────────────────────────────",
            "w<1>     −0.5   25 %  ████████  some words that may be broken  12.4 kB  32 × 4",
            "w2     +0.125         ░░░░      few                                     ()",
            "──────────────────────────────────────────────────────────────────────────────",
            "total          100 %                                               1 B",
            "A note.",
            "",
            "y = 1.0   made",
            "├─ a",
            "│  └─ b",
            "└─ c",
            "",
            "✓ It holds.",
            "",
            "▲ Look here.",
            "",
            "3 more: see elsewhere.",
        ]
    ).replace("25 %", "25\u00a0%").replace("100 %", "100\u00a0%")


def test_a_table_goes_on_below_itself_where_the_terminal_is_narrow() -> None:
    lines = render.text(everything(), 44).splitlines()
    start = lines.index("Caption")
    assert lines[start + 1].split() == ["name", "a", "share", "size", "shape"]
    below = [line.split() for line in lines[start + 6 : start + 14]]
    assert ["name", "bar", "words"] in below
    assert max(map(len, lines)) <= 44


def test_html_is_whole_and_escaped_and_brings_its_own_style() -> None:
    page = render.html(everything())
    tags = Tags(page)
    assert tags.open == [] and tags.wrong == []
    assert "w&lt;1&gt;" in page and "A title &amp; more" in page
    assert page.startswith("<style>.pellucid-view{")
    assert "prefers-color-scheme:dark" in page and "http" not in page and "url(" not in page
    assert '<span class="bar minus" style="width:50.0%"></span>' in page
    assert "<details><summary>3 more</summary>" in page
    assert render.html(everything(), style=False).startswith("<section")


def test_no_rule_of_the_style_reaches_beyond_the_view() -> None:
    page = render.html(everything())
    style = page[len("<style>") : page.index("</style>")]
    style = re.sub(r"@media[^{]*\{((?:[^{}]*\{[^{}]*\})*)\}", r"\1", style)
    for selectors in re.findall(r"([^{}]+)\{[^{}]*\}", style):
        assert all(".pellucid-view" in s for s in selectors.split(","))


def test_rules_for_tables_win_over_those_of_a_notebook() -> None:
    """Notebooks style tables by `.jp-RenderedHTMLCommon td`, and later in the page."""
    rules = re.findall(r"(?:^|[{}])([^{}@]+)\{([^{}]*)", STYLE)
    cells = [
        selector.split()
        for rule, body in rules
        for selector in rule.split(",")
        if re.search(r"text-align|padding|border|background", body)
        and re.search(r"\b(td|th|tr|thead|tbody|tfoot)\b|\.n$", selector)
    ]
    assert len(cells) > 6
    assert all(parts[:3] == [".pellucid-view", ".scroll", "table"] for parts in cells)
    on_screen, on_paper = [b for rule, b in rules if rule.strip() == ".pellucid-view .scroll"]
    assert "overflow-x: auto" in on_screen and "overflow: visible" in on_paper


def test_json_says_what_is_not_a_number() -> None:
    data = json.loads(render.json(everything()))
    assert data["nan"] == "NaN" and data["list"] == [1.0, "Infinity"] and data["shape"] == [2, 3]
    kinds = [next(iter(block)) for block in data["view"]["blocks"]]
    assert kinds == ["equations", "table", "outline", "remark", "remark", "folded"]
    table = data["view"]["blocks"][1]
    assert table["rows"][0]["a"] == -0.5 and table["total"]["size"] == 1


def test_cells_are_written_by_the_kind_of_their_column() -> None:
    assert written("flops", 1_068_800) == "1.07M"
    assert written("count", 5120) == "5,120"
    assert written("bytes", 999) == "999 B"
    assert written("number", None) == ""
