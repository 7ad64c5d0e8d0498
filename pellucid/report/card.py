"""Lays out the two things every part of the report is made of: a table, and a picture with words.

No picture stands alone: a card has a title, one sentence with the numbers, and the same numbers
as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pellucid.lenses.draw.html import Child, Markup, tag

__all__ = ["card", "facts", "folded", "table"]

LONG = 40


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[Child]],
    *,
    caption: str,
    words: Sequence[int] = (),
    note: str = "",
) -> Markup:
    """Builds a table that scrolls in its own box where the page is narrow.

    Args:
        headings: one per column.
        rows: cells; the first of each row is its heading.
        caption: names the table for people who cannot see it.
        words: columns that hold words, besides the first; the others are numbers, set to the right.
        note: a sentence under the table.
    """
    align = ["w" if column in (0, *words) else "n" for column in range(len(headings))]
    head = [
        tag("th", heading, scope="col", class_=side)
        for heading, side in zip(headings, align, strict=True)
    ]
    body = [[_cell(cell, align[column], column) for column, cell in enumerate(row)] for row in rows]
    grid = tag(
        "table",
        tag("caption", caption, class_="unseen"),
        tag("thead", tag("tr", head)),
        tag("tbody", [tag("tr", cells) for cells in body]),
    )
    box = tag("div", grid, class_="scroll", tabindex=0, role="region", aria_label=caption)
    return Markup(box + tag("p", note, class_="note")) if note else box


def _cell(cell: Child, side: str, column: int) -> Markup:
    kind = f"{side} long" if isinstance(cell, str) and len(cell) > LONG else side
    return tag("td" if column else "th", cell, class_=kind, scope=None if column else "row")


def folded(*children: Child, summary: str = "Show as table", open_: bool = False) -> Markup:
    """Hides a table until it is asked for; an open one can be folded away."""
    return tag("details", tag("summary", summary), children, open=open_)


def card(
    title: str,
    sentence: Child,
    *children: Child,
    twin: Child = None,
    wide: bool = False,
    class_: str = "",
    open_: bool = False,
) -> Markup:
    """Frames a picture: title, sentence, picture, and its table to unfold.

    Args:
        title: one to four words.
        sentence: what the picture says, with its numbers.
        children: legend and picture.
        twin: the same as a table.
        wide: whether the card takes the whole width.
        class_: further classes.
        open_: whether the table is unfolded at first.
    """
    return tag(
        "figure",
        tag("figcaption", tag("h3", title), tag("p", sentence, class_="sentence")),
        children,
        folded(twin, open_=open_) if twin else None,
        class_=f"card{' full' if wide else ''} {class_}".strip(),
    )


def facts(pairs: Iterable[tuple[str, Child]]) -> Markup:
    """Lists short facts: a big value under a small name."""
    items = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs]
    return tag("dl", items, class_="facts")
