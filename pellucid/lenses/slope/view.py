"""Puts together what is shown about one gradient entry."""

from __future__ import annotations

from pellucid.graph.node import Node
from pellucid.lenses.chain.symbols import Index
from pellucid.lenses.numerals import number
from pellucid.lenses.slope.equations import equations
from pellucid.lenses.slope.found import find
from pellucid.lenses.slope.remarks import check_remark, left_out, sentence, stop_remark
from pellucid.lenses.slope.tables import factor_table, name_table, path_table, unit_table
from pellucid.lenses.view import Block, View

__all__ = ["slope_view"]


def slope_view(root: Node, source: Node, at: Index, limit: int, check: bool) -> View:
    """Why the slope of `root` with respect to one entry of `source` is what it is.

    Args:
        root: the result, a single number.
        source: the Tensor that the entry is in.
        at: the place of the entry.
        limit: how many paths to show.
        check: whether to compare with a nudge.
    """
    found = find(root, source, at, limit, check)
    blocks: tuple[Block, ...] = (
        *equations(found),
        *path_table(found),
        *left_out(found),
        *unit_table(found),
        *factor_table(found),
        *stop_remark(found),
        *check_remark(found),
        *name_table(found),
    )
    title = f"{found.slope} = {number(found.paths.total)}"
    return View(title, sentence(found), blocks, found.to_dict())
