"""What the lenses show of a network, and one sample taken through it, as data for the report."""

from __future__ import annotations

from dataclasses import dataclass

from pellucid.lenses.view import Block

__all__ = ["Explained", "Lenses", "Look"]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one lens shows.

    Args:
        title: what the way of looking is called.
        words: what it is, in one sentence.
        sentence: what is seen, with its numbers.
        blocks: the pictures, from the lens's own view.
    """

    title: str
    words: str
    sentence: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Lenses:
    """A network through the lenses that have something to say about it.

    Args:
        looks: one for each lens, in their fixed order.
        rows: which rows were looked with, such as "200 held-out rows".
        command: shows the whole of a lens.
        points: whether tables may give the places of single samples.
    """

    looks: tuple[Look, ...]
    rows: str
    command: str = ""
    points: bool = False


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One sample taken through the network, forward and back.

    Args:
        lead: which sample it is.
        facts: short names and values: what was true, what was said, how wrong that is.
        given: what went in.
        walk: every operation, forward and backward.
        chain: the chain rule to the weight with the largest gradient.
        weight: which weight that is, in words.
        note: what is not shown, and how to see it.
    """

    lead: str
    facts: tuple[tuple[str, str], ...]
    given: tuple[Block, ...]
    walk: tuple[Block, ...]
    chain: tuple[Block, ...]
    weight: str
    note: str = ""
