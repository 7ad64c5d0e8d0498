"""Everything that was found out about one gradient entry, before anything is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.factor import Factor, factors_of
from pellucid.lenses.chain.nudge import Check, nudged
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.search import Path, Paths, find_paths
from pellucid.lenses.chain.symbols import Index, Symbols
from pellucid.lenses.chain.units import Layer, through_units
from pellucid.lenses.origin import stages_behind

__all__ = ["Found", "find"]


@dataclass(frozen=True)
class Found:
    """What is known about the slope of a result with respect to one entry.

    Attributes:
        record: the stages between the two.
        at: the place of the entry.
        symbols: what things are called.
        entry, result: the two, by name.
        paths: the largest paths, and sums over all.
        chains: the factors of each shown path, from the result back to the entry.
        layers: what passes through the units, where paths were left out.
        check: the slope that a nudge shows, if it was asked for.
    """

    record: Record
    at: Index
    symbols: Symbols
    entry: str
    result: str
    paths: Paths
    chains: tuple[tuple[Factor, ...], ...]
    layers: tuple[Layer, ...]
    check: Check | None

    @property
    def slope(self) -> str:
        """How it is written: ∂L/∂w₂."""
        return f"∂{self.result}/∂{self.entry}"

    @property
    def value(self) -> float:
        """The entry's own value."""
        return float(np.asarray(self.record.source.array)[self.at])

    @property
    def sizes(self) -> float:
        """What all paths add up to when their signs are left aside."""
        shown = sum(abs(p.product) for p in self.paths.shown)
        known = self.paths.uncanceled
        return shown + abs(self.paths.left_out) if known is None else max(known, shown)

    @property
    def mixed(self) -> bool:
        """Whether some paths add and others take away."""
        return self.sizes > abs(self.paths.total) * (1 + 1e-6)

    @property
    def unseen(self) -> float:
        """The share of the paths that are not shown."""
        shown = sum(abs(p.product) for p in self.paths.shown)
        return max(1 - shown / self.sizes, 0.0) if self.sizes else 0.0

    def share(self, amount: float) -> float:
        """The size of a part among the sizes of all: never negative, whatever the total is."""
        return abs(amount) / self.sizes if self.sizes else 0.0

    def to_dict(self) -> dict[str, Any]:
        """All of it as data."""
        paths, check, source, root = self.paths, self.check, self.record.source, self.record.root
        return {
            "kind": "gradient",
            "of": {"symbol": self.result, "name": root.name, "value": float(root.array.item())},
            "wrt": {
                "symbol": self.entry, "name": source.name, "shape": source.shape, "at": self.at,
                "value": self.value,
            },
            "gradient": paths.total,
            "count": paths.count,
            "paths": [self._path(p, c) for p, c in zip(paths.shown, self.chains, strict=True)],
            "left_out": {
                "count": paths.count - len(paths.shown),
                "sum": paths.left_out,
                "share": self.unseen if paths.count > len(paths.shown) else 0.0,
            },
            "uncanceled": paths.uncanceled,
            "ordered": paths.ordered,
            "units": [self._layer(layer) for layer in self.layers],
            "check": None if check is None else {
                "step": check.step, "slope": check.slope, "difference": check.difference,
                "relative": check.relative, "agrees": check.agrees,
            },
        }  # fmt: skip

    def _path(self, path: Path, chain: tuple[Factor, ...]) -> dict[str, Any]:
        numbers = [(path.hops[0].route.source, path.hops[0].start)]
        numbers += [(hop.route.stage.out, hop.end) for hop in path.hops]
        return {
            "contribution": path.product,
            "share": self.share(path.product),
            "numbers": [self._number(n, i) for n, i in numbers],
            "factors": [
                {
                    "slope": f.slope, "formula": f.formula, "plugged": f.plugged, "value": f.value,
                    "operation": f.operation, "scope": f.scope, "line": f.line,
                }
                for f in chain
            ],
        }  # fmt: skip

    def _number(self, node: Node, at: Index) -> dict[str, Any]:
        value, symbol = self.symbols.value(node, at), self.symbols.at(node, at)
        return {"symbol": symbol, "at": at, "value": value, "scope": node.scope}

    def _layer(self, layer: Layer) -> dict[str, Any]:
        name, shares = self.symbols.of(layer.node), layer.shares.tolist()
        return {"layer": name, "scope": layer.node.scope, "shares": shares}


def find(root: Node, source: Node, at: Index, limit: int, check: bool) -> Found:
    """Find out everything about the slope of `root` with respect to one entry of `source`."""
    record = Record(root, source)
    paths = find_paths(record, at, limit)
    symbols = Symbols(stages_behind(root), root, source)
    entry = symbols.nickname(source, at)
    return Found(
        record,
        at,
        symbols,
        entry,
        symbols.of(root),
        paths,
        tuple(factors_of(p, symbols) for p in paths.shown),
        tuple(through_units(record, at)) if paths.count > len(paths.shown) > 0 else (),
        nudged(record, at) if check and math.isfinite(paths.total) else None,
    )
