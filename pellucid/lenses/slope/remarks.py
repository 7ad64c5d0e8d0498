"""What is said about one gradient entry in sentences: the answer, what was left out, the check."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.lenses.chain.stage import said
from pellucid.lenses.numerals import amount, number, percent, plural
from pellucid.lenses.slope.found import Found
from pellucid.lenses.view import Remark

__all__ = ["check_remark", "left_out", "sentence", "stop_remark"]

# Ops in which an entry is multiplied by a number of the other input.
_PRODUCTS = ("linear", "bmm", "mul")


def sentence(found: Found) -> str:
    """Which number the entry is, and what moving it does."""
    source, slope, result = found.record.source, found.paths.total, found.result
    at = str(list(found.at)) if source.size > 1 else ""
    name, value = f"{source.name}{at}" if source.name else "", number(found.value)
    known = f"is {name}, now {value}" if name and name != found.entry else f"is {value}"
    first = f"{found.entry} {known}."
    if not math.isfinite(slope):
        return f"{first} Its slope is not a number, so nothing can be said about paths."
    if slope == 0:
        return f"{first} Move it a little, and {result} stays as it is."
    return f"{first} Raise it by a little, and {result} changes by {number(slope)} times that much."


def left_out(found: Found) -> Iterator[Remark]:
    """How many paths are not shown, what they carry, and how much the paths cancel."""
    paths = found.paths
    rest = paths.count - len(paths.shown)
    if paths.shown and rest > 0:
        many = plural(rest, "path")
        most = "" if paths.ordered else "up to "
        share = f", {percent(found.unseen)} of {number(paths.total)}"
        size = ""
        if found.mixed:
            share, size = "", f", {percent(found.unseen)} of all sizes"
        added = f"Together they add {number(paths.left_out)}{share}."
        yield Remark(f"Left out: {most}{many}{size}. {added}")
    if paths.shown and not paths.ordered:
        yield Remark(
            "Some op on the way mixes numbers in a way that is not known number by number, so the "
            "order of the paths is a guess. Their slopes and the sums are exact."
        )
    if len(paths.shown) > 1 and found.mixed:
        yield Remark(
            "The paths have different signs, so a share is of their sizes added up, signs left "
            "aside; “adds” carries the sign."
        )
    if paths.uncanceled and abs(paths.total) < 0.5 * paths.uncanceled:
        kept = percent(abs(paths.total) / paths.uncanceled)
        yield Remark(
            "The paths pull both ways: without their signs they would add up to "
            f"{number(paths.uncanceled)}; {kept} of that is left."
        )


def stop_remark(found: Found) -> Iterator[Remark]:
    """Where blame dies out, if none gets through."""
    if found.paths.stopped is None:
        return
    node, cut = found.paths.stopped
    place = made_at(node)
    made = f"{said(node.op.name)}{f' at {place}' if place else ''}"
    where = f"{found.symbols.of(node)}, made by {made}"
    zero = "" if cut else _zero_input(found, node)
    if zero:
        yield Remark(f"No blame gets through, because its input is 0: {zero}, in {made}.", "warn")
        return
    if not cut:
        yield Remark(
            f"No blame gets through: at {where}, the slope is 0 for {found.entry}.", "warn"
        )
        return
    numbers = "the number" if cut == 1 else f"all {amount(cut)} numbers"
    yield Remark(
        f"No blame gets through: at {where}, the slope is 0 for {numbers} that {found.entry} "
        "acts on.",
        "warn",
    )


def _zero_input(found: Found, node: Node) -> str:
    """The number that the entry is multiplied by, where that is why nothing gets through."""
    source, symbols = found.record.source, found.symbols
    partner = next((x for x in node.inputs[:2] if x is not source), None)
    if node.op.name not in _PRODUCTS or partner is None or source not in node.inputs[:2]:
        return ""
    name, place = symbols.of(partner), ""
    if node.op.name == "linear" and partner is node.inputs[0] and len(partner.shape) > 0:
        rows = partner.size // partner.shape[-1]
        name = f"{name}[{':, ' * (len(partner.shape) - 1)}{found.at[-1]}]"
        place = "" if rows == 1 else f" in all {amount(rows)} rows"
    return f"{found.entry} is multiplied by {name}, which is 0{place}"


def check_remark(found: Found) -> Iterator[Remark]:
    """The slope that a nudge shows beside that of the chain rule."""
    check = found.check
    if check is None:
        return
    what = (
        f"Check: {found.entry} moved by ±{number(check.step)} and the forward pass run again: "
        f"slope {number(check.slope, 6)}, chain rule {number(check.gradient, 6)}, difference "
        f"{number(abs(check.difference), 1)}."
    )
    if check.agrees:
        yield Remark(what, "good")
    else:
        yield Remark(f"{what} A corner or a jump (ReLU at 0, rounding) may lie in between.", "warn")
