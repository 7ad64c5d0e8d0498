"""The view of one gradient entry: factors, paths, units, and the check beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.factor import Factor, factors_of
from pellucid.lenses.chain.intact import made_at
from pellucid.lenses.chain.nudge import Check, nudged
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.route import Each
from pellucid.lenses.chain.search import Path, Paths, find_paths
from pellucid.lenses.chain.symbols import Symbols
from pellucid.lenses.chain.units import Layer, through_units
from pellucid.lenses.numerals import amount, number, percent, plural
from pellucid.lenses.render.latex import fraction, tex
from pellucid.lenses.origin import stages_behind
from pellucid.lenses.view import Block, Column, Equation, Remark, Table, View

__all__ = ["blame_view"]

Index = tuple[int, ...]
_TERMS = 4
_UNITS = 5

_FACTORS = (
    Column("factor", "formula", anchor=True),
    Column("is", "formula", key="formula", wraps=16),
    Column("with numbers", "formula", key="plugged", rank=2, wraps=14),
    Column("value", "number"),
    Column("blame so far", "signed", key="blame"),
    Column("made by", "text", key="operation", rank=1, wraps=14),
)
_PATHS = (
    Column("", "bar", key="bar", rank=2),
    Column("share", "share"),
    Column("adds", "signed", key="contribution"),
    Column("path", "formula", wraps=14, anchor=True),
    Column("slopes along it, from the end", "formula", key="slopes", rank=3, wraps=44),
)
_NAMES = (
    Column("name", "formula"),
    Column("layer", "code", key="scope"),
    Column("made by", "text", key="operation"),
    Column("shape", "shape"),
    Column("line", "text", rank=1),
)
_LAYERS = (
    Column("layer", "formula"),
    Column("unit", "formula"),
    Column("", "bar", key="bar", rank=1),
    Column("share", "share"),
    Column("adds", "signed", key="contribution"),
)


def blame_view(root: Node, source: Node, at: Index, limit: int, check: bool) -> View:
    """Everything about the slope of `root` with respect to one entry of `source`."""
    record = Record(root, source)
    paths = find_paths(record, at, limit)
    symbols = Symbols(stages_behind(root), root)
    entry = symbols.nickname(source, at)
    chains = [factors_of(p, symbols) for p in paths.shown]
    layers = through_units(record, at) if _many(paths) else []
    tested = nudged(record, at) if check and math.isfinite(paths.total) else None
    slope = f"∂{symbols.of(root)}/∂{entry}"
    blocks = [
        *_equations(slope, symbols.of(root), entry, paths, chains),
        *_path_table(paths, chains, symbols),
        *_left_out(paths),
        *_unit_tables(layers, symbols, paths),
        *_factor_table(paths, chains),
        *_stops(paths, symbols, entry),
        *_checked(tested, entry),
        *_legend(paths, chains, symbols),
    ]
    return View(
        f"{slope} = {number(paths.total)}",
        _sentence(source, at, entry, symbols.of(root), paths.total),
        tuple(blocks),
        _data(record, at, entry, symbols, paths, chains, layers, tested),
    )


def _many(paths: Paths) -> bool:
    return paths.count > len(paths.shown) > 0


def _sentence(source: Node, at: Index, entry: str, result: str, slope: float) -> str:
    name = f"{source.name}{list(at) if source.size > 1 else ''}" if source.name else ""
    value = number(float(np.asarray(source.array)[at]))
    known = f"{entry} is {name}, now {value}." if name and name != entry else f"{entry} is {value}."
    if not math.isfinite(slope):
        return f"{known} Its slope is not a number, so nothing can be said about paths."
    if slope == 0:
        return f"{known} Move it a little, and {result} stays as it is."
    return f"{known} Raise it by a little, and {result} changes by {number(slope)} times that much."


# ---- the equations --------------------------------------------------------------------------------


def _equations(
    slope: str, result: str, entry: str, paths: Paths, chains: Sequence[tuple[Factor, ...]]
) -> list[Block]:
    if not chains:
        return []
    head = fraction(result, entry)
    if paths.count == 1:
        return [_chain(slope, head, chains[0], paths.total)]
    terms = [number(p.product) for p in paths.shown[:_TERMS]]
    more = paths.count > _TERMS
    added = _sum([*terms, "…"] if more else terms)
    kind = "sum over " + plural(paths.count, "path")
    typeset = (head, rf"\sum_{{\text{{{amount(paths.count)} paths}}}}", tex(added))
    total = number(paths.total)
    return [
        Equation((slope, kind, added, total), (*typeset, tex(total))),
        _chain("largest path", r"\text{largest path}", chains[0], paths.shown[0].product),
    ]


def _sum(terms: Sequence[str]) -> str:
    out = terms[0]
    for term in terms[1:]:
        out += f" − {term[1:]}" if term.startswith("−") else f" + {term}"
    return out


def _chain(left: str, head: str, chain: tuple[Factor, ...], total: float) -> Equation:
    """left = ∂L/∂ŷ · ∂ŷ/∂w = 2(ŷ − y) · x = −2.0 · 2.0 = −4.0, without repeating what is the same."""
    steps = [
        " · ".join(f.slope for f in chain),
        " · ".join(f.inside for f in chain) if any(f.formula for f in chain) else "",
        chain[0].plugged if len(chain) == 1 else "",
        " · ".join(number(f.value) for f in chain),
        number(total),
    ]
    shown = list(dict.fromkeys(s for s in steps if s and s != left))
    typeset = [r" \cdot ".join(fraction(f.top, f.bottom) for f in chain)]
    typeset += [tex(s) for s in shown if s != steps[0]]
    typeset = [s for s in typeset if s != head]
    # A long product reads better in the table below it.
    brief = len(chain) <= _TERMS or left.startswith("∂")
    return Equation((left, *shown) if brief else (), (head, *typeset))


# ---- the tables -----------------------------------------------------------------------------------


def _path_table(
    paths: Paths, chains: Sequence[tuple[Factor, ...]], symbols: Symbols
) -> list[Block]:
    if not chains or paths.count == 1:
        return []
    caption = "The largest paths" if paths.ordered else "The largest paths that were found"
    return [Table(_PATHS, tuple(_path_rows(paths, chains, symbols)), caption)]


def _factor_table(paths: Paths, chains: Sequence[tuple[Factor, ...]]) -> list[Block]:
    if not chains:
        return []
    caption = "" if paths.count == 1 else "The largest path, one factor at a time"
    return [Table(_FACTORS, tuple(_factor_rows(chains[0])), caption)]


def _factor_rows(chain: tuple[Factor, ...]) -> list[tuple[Any, ...]]:
    rows, blame = [], 1.0
    for f in chain:
        blame *= f.value
        made = " ".join(x for x in (f.scope, f.operation, f"at {f.line}" if f.line else "") if x)
        rows.append((f.slope, f.formula or None, f.plugged or None, f.value, blame, made))
    return rows


def _path_rows(
    paths: Paths, chains: Sequence[tuple[Factor, ...]], symbols: Symbols
) -> list[tuple[Any, ...]]:
    largest = max(abs(p.product) for p in paths.shown)
    return [
        (
            p.product / largest,
            p.product / paths.total if paths.total else None,
            p.product,
            _route_text(p, symbols),
            " · ".join(number(f.value) for f in chain),
        )
        for p, chain in zip(paths.shown, chains, strict=True)
    ]


def _route_text(path: Path, symbols: Symbols) -> str:
    """The units on the way; of z[3] → h[3], which are one unit, only the last."""
    names = []
    for hop, after in zip(path.hops, path.hops[1:], strict=False):
        same = isinstance(after.route, Each) and after.start == after.end
        if not (same and "activation" in after.route.stage.traits):
            names.append(symbols.at(hop.route.stage.out, hop.end))
    return " → ".join(dict.fromkeys(names)) or "directly"


def _left_out(paths: Paths) -> list[Block]:
    blocks: list[Block] = []
    rest = paths.count - len(paths.shown)
    if paths.shown and rest > 0:
        part = percent(paths.left_out / paths.total) if paths.total else ""
        share = f", {part} of {number(paths.total)}" if part else ""
        many = "" if paths.ordered else "up to "
        blocks.append(
            Remark(
                f"Left out: {many}{plural(rest, 'path')}. Together they add {number(paths.left_out)}"
                f"{share}."
            )
        )
    if paths.uncanceled and abs(paths.total) < 0.5 * paths.uncanceled:
        blocks.append(
            Remark(
                f"The paths pull both ways: without their signs they would add up to "
                f"{number(paths.uncanceled)}; {percent(abs(paths.total) / paths.uncanceled)} of that "
                "is left."
            )
        )
    return blocks


def _unit_tables(layers: Sequence[Layer], symbols: Symbols, paths: Paths) -> list[Block]:
    rows: list[tuple[Any, ...]] = []
    for layer in layers:
        order = np.argsort(-np.abs(layer.shares), kind="stable")[:_UNITS]
        largest = float(np.abs(layer.shares).max(initial=0.0))
        if np.count_nonzero(layer.shares) < 2:
            continue
        for i in (int(i) for i in order if layer.shares[i]):
            value = float(layer.shares[i])
            share = value / paths.total if paths.total else None
            name = symbols.of(layer.node)
            first = name if not rows or rows[-1][5] != name else None
            rows.append(
                (
                    first,
                    f"{name}[{':, ' * (len(layer.node.shape) - 1)}{i}]",
                    value / largest,
                    share,
                    value,
                    name,
                )
            )
    if not rows:
        return []
    caption = "Over all paths: what passes through each unit, summed over samples"
    return [Table(_LAYERS, tuple(row[:5] for row in rows), caption)]


def _stops(paths: Paths, symbols: Symbols, entry: str) -> list[Block]:
    if paths.stopped is None:
        return []
    node, cut = paths.stopped
    place = made_at(node)
    where = f"{symbols.of(node)}, made by {node.op.name}{f' at {place}' if place else ''}"
    numbers = "the number" if cut == 1 else f"all {amount(cut)} numbers"
    return [
        Remark(f"No blame gets through: at {where}, the slope is 0 for {numbers} that {entry} acts on.",
               "warn")
    ]  # fmt: skip


def _legend(paths: Paths, chains: Sequence[tuple[Factor, ...]], symbols: Symbols) -> list[Block]:
    """What the names stand for, where a path alone doesn't say it."""
    if paths.count < 2 or not chains:
        return []
    nodes = dict.fromkeys(
        n for p in paths.shown for h in p.hops for n in (h.route.source, h.route.stage.out)
    )
    made = {h.route.stage.out: h.route.stage.name for p in paths.shown for h in p.hops}
    rows: list[tuple[Any, ...]] = []
    for node in nodes:
        what = made.get(node, node.kind)
        scope = node.scope if node.op is not None else node.name
        rows.append((symbols.of(node), scope or None, what, node.shape, made_at(node) or None))
    rows = list({row[0]: row for row in rows}.values())
    if any("p[" in f.formula for f in chains[0]):
        rows.append(("p", None, "softmax(ŷ)", None, None))
    return [Table(_NAMES, tuple(rows), "Names; in brackets the row of the batch, then the unit")]


def _checked(check: Check | None, entry: str) -> list[Block]:
    if check is None:
        return []
    what = (
        f"Check: {entry} moved by ±{number(check.step)} and the forward pass run again: slope "
        f"{number(check.slope, 6)}, chain rule {number(check.gradient, 6)}, difference "
        f"{number(abs(check.difference), 1)}."
    )
    if check.agrees:
        return [Remark(what, "good")]
    return [
        Remark(f"{what} A corner or a jump (ReLU at 0, a rounding) may lie in between.", "warn")
    ]


# ---- the data -------------------------------------------------------------------------------------


def _data(
    record: Record,
    at: Index,
    entry: str,
    symbols: Symbols,
    paths: Paths,
    chains: Sequence[tuple[Factor, ...]],
    layers: Sequence[Layer],
    check: Check | None,
) -> dict[str, Any]:
    source, root = record.source, record.root
    return {
        "kind": "gradient",
        "of": {"symbol": symbols.of(root), "name": root.name, "value": float(root.array.reshape(()))},
        "wrt": {
            "symbol": entry, "name": source.name, "shape": source.shape, "at": at,
            "value": float(np.asarray(source.array)[at]),
        },
        "gradient": paths.total,
        "count": paths.count,
        "paths": [
            _path_data(p, c, symbols, paths.total)
            for p, c in zip(paths.shown, chains, strict=True)
        ],
        "left_out": {
            "count": paths.count - len(paths.shown),
            "sum": paths.left_out,
            "share": paths.left_out / paths.total if paths.total else 0.0,
        },
        "uncanceled": paths.uncanceled,
        "ordered": paths.ordered,
        "units": [
            {"layer": symbols.of(x.node), "scope": x.node.scope, "shares": x.shares.tolist()}
            for x in layers
        ],
        "check": None if check is None else {
            "step": check.step, "slope": check.slope, "difference": check.difference,
            "relative": check.relative, "agrees": check.agrees,
        },
    }  # fmt: skip


def _path_data(
    path: Path, chain: tuple[Factor, ...], symbols: Symbols, total: float
) -> dict[str, Any]:
    numbers = [(path.hops[0].route.source, path.hops[0].start)]
    numbers += [(hop.route.stage.out, hop.end) for hop in path.hops]
    return {
        "contribution": path.product,
        "share": path.product / total if total else 0.0,
        "numbers": [
            {"symbol": symbols.at(n, i), "at": i, "value": symbols.value(n, i), "scope": n.scope}
            for n, i in numbers
        ],
        "factors": [
            {
                "slope": f.slope, "formula": f.formula, "plugged": f.plugged, "value": f.value,
                "operation": f.operation, "scope": f.scope, "line": f.line,
            }
            for f in chain
        ],
    }  # fmt: skip
