"""What is said of the paths that blame takes: the largest, and how much goes past the layers."""

from __future__ import annotations

from collections.abc import Iterator

from pellucid.lenses.depth.ways import Ways
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.view import Block, Column, Table

__all__ = ["way_blocks"]

_CANCELED = 10  # times what is left: then single paths say little about the sum
_WAYS = (
    Column("path, from the loss back", "formula", key="path", wraps=20, anchor=True),
    Column("", "bar", key="bar", rank=1),
    Column("share", "share"),
    Column("adds", "signed"),
)
_FORKS = (
    Column("joins in", "code", key="where", anchor=True), Column("way", "code"),
    Column("", "bar", key="bar", rank=1), Column("adds", "signed"),
)  # fmt: skip


def way_blocks(ways: Ways | None, row: int, first: int) -> Iterator[Block]:
    """The tables of the largest paths, and of the ways past layers and through them.

    Args:
        ways: what was found; nothing is said where None.
        row: whose paths they are.
        first: among how many rows it has the largest loss; 0 where it was chosen.
    """
    if ways is None or not ways.ways:
        return
    largest = max(abs(w.adds) for w in ways.ways) or 1.0
    rows = tuple(
        (_together(" ← ".join(w.through)), abs(w.adds) / largest, w.share, w.adds)
        for w in ways.ways
    )
    which = f", of the first {first} the one with the largest loss" if first else ""
    add = "adds" if ways.count == 1 else "add"
    some = plural(ways.count, "path")
    total = f"{some if ways.exact else f'at most {some}'} {add} up to {number(ways.blame)}"
    caption = f"Paths to {_together(ways.weight)} for row {row}{which}: {total}"
    yield Table(_WAYS, rows, caption, note=_way_note(ways))
    if ways.forks:
        yield _fork_table(ways)


def _fork_table(ways: Ways) -> Table:
    """Where ways past a layer join those through it, from the loss back."""
    largest = max(abs(adds) for fork in ways.forks for _, adds in fork.ways)
    rows = tuple(
        (fork.where if i == 0 else "", way, abs(adds) / largest, adds)
        for fork in ways.forks
        for i, (way, adds) in enumerate(fork.ways)
    )
    return Table(
        _FORKS, rows, f"By which way it comes: {_mostly(ways)}",
        note=f"At each join the ways add up to all of it, {number(ways.blame)}.",
    )  # fmt: skip


def _mostly(ways: Ways) -> str:
    past = [max(fork.ways, key=lambda w: abs(w[1]))[0] == "past it" for fork in ways.forks]
    if all(past):
        return "mostly past the layers"
    return "past some layers, through others" if any(past) else "mostly through the layers"


def _way_note(ways: Ways) -> str:
    if not ways.exact:
        return "The order of these paths is a guess; what they add is exact."
    if ways.sizes and ways.sizes > _CANCELED * abs(ways.blame):
        return (
            f"Signs taken off, the paths would add up to {number(ways.sizes)}: nearly all of it"
            " cancels, and share is a part of that."
        )
    return ""


def _together(text: str) -> str:
    """Indices such as [0, 3] with a space at which no line ends."""
    return text.replace(", ", ",\u00a0")
