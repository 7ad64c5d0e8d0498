"""The tables of one gradient entry: paths, units, factors, and what the names stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.lenses.chain.bilinear import Bilinear
from pellucid.lenses.chain.route import Each
from pellucid.lenses.chain.search import Hop, Path
from pellucid.lenses.chain.stage import said
from pellucid.lenses.chain.symbols import transparent
from pellucid.lenses.chain.units import Layer
from pellucid.lenses.numerals import number
from pellucid.lenses.slope.found import Found
from pellucid.lenses.view import Column, Table

__all__ = ["factor_table", "name_table", "path_table", "unit_table"]

_UNITS = 5
_CHANCE = re.compile(r"\bp[\[₀-₉]")
_PATHS = (
    Column("", "bar", key="bar", rank=2),
    Column("share", "share"),
    Column("adds", "signed", key="contribution"),
    Column("path", "formula", wraps=14, anchor=True),
    Column("slopes along it, from the end", "formula", key="slopes", rank=3, wraps=44),
)
_LAYERS = (
    Column("layer", "formula"),
    Column("unit", "formula"),
    Column("", "bar", key="bar", rank=1),
    Column("share", "share"),
    Column("adds", "signed", key="contribution"),
)
_FACTORS = (
    Column("factor", "formula", anchor=True),
    Column("is", "formula", key="formula", wraps=16),
    Column("with numbers", "formula", key="plugged", rank=2, wraps=14),
    Column("value", "number"),
    Column("blame so far", "signed", key="blame"),
    Column("made by", "text", key="operation", rank=1, wraps=14),
)
_NAMES = (
    Column("name", "formula"),
    Column("layer", "code", key="scope"),
    Column("made by", "text", key="operation"),
    Column("shape", "shape"),
    Column("line", "text", rank=1),
)


def path_table(found: Found) -> Iterator[Table]:
    """The largest paths, where there are several."""
    if not found.chains or found.paths.count == 1:
        return
    largest = max(abs(p.product) for p in found.paths.shown)
    rows = tuple(
        (
            p.product / largest,
            found.share(p.product),
            p.product,
            _way(p, found),
            " · ".join(number(f.value) for f in chain),
        )
        for p, chain in zip(found.paths.shown, found.chains, strict=True)
    )
    yield Table(_PATHS, rows, "The largest paths" + ("" if found.paths.ordered else " found"))


def _way(path: Path, found: Found) -> str:
    """The units on the way; of z[3] → h[3], which are one unit, only the last."""
    names = []
    for hop, after in zip(path.hops, path.hops[1:], strict=False):
        bent = "activation" in after.route.stage.traits and isinstance(after.route, Each)
        if not transparent(hop.route.stage) and not (bent and after.start == after.end):
            names.append(found.symbols.at(hop.route.stage.out, hop.end))
    units = [name for name in dict.fromkeys(names) if name != found.result]
    return " → ".join(units) or "directly"


def unit_table(found: Found) -> Iterator[Table]:
    """Over all paths, what passes through the units of each layer."""
    rows = [row for layer in found.layers for row in _units(layer, found)]
    if rows:
        caption = "Over all paths: what passes through each unit, summed over samples"
        yield Table(_LAYERS, tuple(rows), caption)


def _units(layer: Layer, found: Found) -> Iterator[tuple[Any, ...]]:
    shares = layer.shares
    if np.count_nonzero(shares) < 2:
        return
    name: str | None = found.symbols.of(layer.node)
    place = f"{name}[{':, ' * (len(layer.node.shape) - 1)}"
    largest, together = float(np.abs(shares).max()), float(np.abs(shares).sum())
    for i in np.argsort(-np.abs(shares), kind="stable")[:_UNITS]:
        value = float(shares[i])
        if value:
            yield name, f"{place}{i}]", value / largest, abs(value) / together, value
            name = None


def factor_table(found: Found) -> Iterator[Table]:
    """The factors of the largest path, from the result back to the entry."""
    if not found.chains:
        return
    rows: list[tuple[Any, ...]] = []
    blame = 1.0
    for f in found.chains[0]:
        blame *= f.value
        made = " ".join(x for x in (f.scope, f.operation, f"at {f.line}" if f.line else "") if x)
        rows.append((f.slope, f.formula or None, f.plugged or None, f.value, blame, made))
    caption = "" if found.paths.count == 1 else "The largest path, one factor at a time"
    yield Table(_FACTORS, tuple(rows), caption)


def _partners(hops: Iterable[Hop]) -> Iterator[Node]:
    """The data that products on the way were made with, such as the inputs of the network."""
    for route in dict.fromkeys(hop.route for hop in hops):
        partner = route.partner if isinstance(route, Bilinear) else None
        if partner is not None and not partner.inputs and partner.kind in ("data", "op"):
            yield partner


def name_table(found: Found) -> Iterator[Table]:
    """What the names stand for, where a single path doesn't say it."""
    if found.paths.count < 2 or not found.chains:
        return
    hops = [hop for path in found.paths.shown for hop in path.hops]
    source = found.record.source
    rows: dict[str, tuple[Any, ...]] = {}
    for x in (source, *_partners(hops)):
        name = found.symbols.of(x)
        made = x.kind if x.op is None else f"data ({said(x.op.name)})"
        rows[name] = (name, x.name or None, made, x.shape, made_at(x) or None)
    for stage in dict.fromkeys(hop.route.stage for hop in hops):
        out, name = stage.out, found.symbols.of(stage.out)
        rows[name] = (name, out.scope or None, stage.said, out.shape, made_at(out) or None)
    if any(_CHANCE.search(f.formula) for f in found.chains[0]):
        rows["p"] = ("p", None, "softmax(ŷ)", None, None)
    yield Table(
        _NAMES, tuple(rows.values()), "Names; in brackets the row of the batch, then the unit"
    )
