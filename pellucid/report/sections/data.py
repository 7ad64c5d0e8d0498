"""Where the rows came from, what each column is, and what was held out."""

from __future__ import annotations

from collections.abc import Sequence

from pellucid.lenses.draw.html import Child, Markup, bdi, tag
from pellucid.lenses.numerals import count, fine_percent, plural
from pellucid.report.card import facts, folded, table
from pellucid.report.content import Column, Content, DataFacts
from pellucid.report.limits import Limits
from pellucid.report.pictures.small import spread_picture, spread_words

__all__ = ["body"]

OPEN = 20


def body(content: Content, limits: Limits) -> Child:
    """Counts, split, steps, notices and the table of columns."""
    data = content.data
    notices = [tag("li", notice) for notice in data.notices]
    return tag(
        "div",
        tag("p", _sentence(data)),
        facts(_facts(data)) if data.columns else None,
        _split(data),
        tag("ul", notices, class_="plain") if notices else None,
        _steps(data),
        _columns(data.columns, limits),
        class_="stack",
    )


def _sentence(data: DataFacts) -> Child:
    if not data.columns:
        return [bdi(data.source), f" has {plural(data.rows, 'row')}."]
    missing = sum(column.missing for column in data.columns)
    holes = plural(missing, "missing cell") if missing else "No cell is missing"
    return [
        bdi(data.source),
        f" has {plural(data.rows, 'row')} and {plural(len(data.columns), 'column')}. {holes}.",
    ]


def _facts(data: DataFacts) -> list[tuple[str, Child]]:
    roles = [column.role for column in data.columns]
    missing = sum(column.missing for column in data.columns)
    return [
        ("rows", count(data.rows)),
        ("inputs", count(roles.count("input"))),
        ("ignored columns", count(roles.count("ignore"))),
        ("missing cells", count(missing)),
    ]


def _split(data: DataFacts) -> Markup | None:
    """A strip whose parts are as long as their share; the words carry the numbers."""
    named = (
        ("learned from", data.train, "learned-part"),
        ("chose the best epoch" if data.test else "held out", data.validation, "held-part"),
        ("kept for the final score", data.test, "test-part"),
        ("left out", data.left_out, "rest-part"),
    )
    parts = [(name, amount, kind) for name, amount, kind in named if amount]
    total = sum(amount for _, amount, _ in parts)
    if not total:
        return None
    at, boxes = 0.0, []
    for _, amount, kind in parts:
        share = 100 * amount / total
        boxes.append(tag("rect", x=at, y=0, width=max(share - 0.4, 0.2), height=10, class_=kind))
        at += share
    words = [
        tag(
            "li",
            tag("span", class_=f"swatch {kind}"),
            f"{count(amount)} {name} ",
            _share(amount, total),
        )
        for name, amount, kind in parts
    ]
    strip = tag(
        "svg",
        boxes,
        class_="strip",
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    return tag("div", strip, tag("ul", words, class_="legend"))


def _share(amount: int, total: int) -> Markup:
    return tag("span", f"({fine_percent(amount / total)})", class_="muted")


def _steps(data: DataFacts) -> Markup | None:
    if not data.steps:
        return None
    intro = f"The data passes {plural(len(data.steps), 'step')} before the network, learned from "
    return tag(
        "div",
        tag("h3", "Steps before the network"),
        tag("p", f"{intro}the training rows alone and saved with the model.", class_="note"),
        tag("ol", [tag("li", step) for step in data.steps], class_="plain"),
    )


def _columns(columns: Sequence[Column], limits: Limits) -> Markup | None:
    if not columns:
        return None
    listed = columns[: limits.columns]
    first, rest = listed[:OPEN], listed[OPEN:]
    hidden = len(columns) - len(listed)
    note = f"{plural(hidden, 'more column')} not listed here." if hidden else ""
    more = None
    if rest:
        grid = _table(rest, max(limits.charts - OPEN, 0), "Further columns", note)
        more = folded(grid, summary=f"Show {plural(len(rest), 'more column')}")
    return tag(
        "div",
        tag("h3", "Columns"),
        _table(first, limits.charts, "Columns", "" if rest else note),
        more,
    )


def _table(columns: Sequence[Column], charts: int, caption: str, note: str) -> Markup:
    rows = [
        [
            bdi(column.name),
            tag("span", column.role, class_=f"role {column.role}"),
            column.kind,
            count(column.missing),
            [spread_picture(column.spread) if index < charts else None, _spread_words(column)],
            column.note,
        ]
        for index, column in enumerate(columns)
    ]
    heads = ["column", "role", "kind", "missing", "spread", "what happens to it"]
    return table(heads, rows, caption=caption, words=(1, 2, 4, 5), note=note)


def _spread_words(column: Column) -> Child:
    words = "not shown" if column.kind == "text" else spread_words(column.spread)
    return tag("span", words, class_="muted") if words else None
