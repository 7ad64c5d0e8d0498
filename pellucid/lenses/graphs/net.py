"""A graph to be shown: vertices with their numbers, links with the blame that passes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.stage import Array
from pellucid.shapes import Shape

__all__ = ["Amount", "Link", "Net", "Vertex", "amount_of", "mean_of"]


@dataclass(frozen=True)
class Amount:
    """Some numbers in one: themselves where there is one, else their length √Σ².

    Attributes:
        size: the number, or the length.
        single: whether it is one number, which has a sign.
    """

    size: float
    single: bool


def amount_of(array: Array | None) -> Amount | None:
    """What an array amounts to; None where there is none."""
    if array is None:
        return None
    flat = np.asarray(array, np.float64).reshape(-1)
    return (
        Amount(float(flat[0]), True)
        if flat.size == 1
        else Amount(float(np.linalg.norm(flat)), False)
    )


def mean_of(array: Array) -> float | None:
    """The mean of several real numbers; None of one, of whole ones, and where it is infinite."""
    if array.size < 2 or array.dtype.kind != "f":
        return None
    mean = float(array.mean(dtype=np.float64))
    return mean if np.isfinite(mean) else None


@dataclass
class Vertex:
    """A node of the picture.

    Attributes:
        key: its name in data.
        name: what it is called.
        op: what makes it; "" for what nothing made.
        kind: "input", "parameter", "op", "module" or "loss".
        shape: of its value; None for several values.
        value: the number, where it is one.
        mean: of its numbers, where there are several.
        blame: the gradient; None where none arrives or none is known.
        equation: how it is computed.
        numbers: the same with numbers, where it is one.
        steps: the blame as a sum over its uses, with numbers.
        scope, line: the module and the line of code that it was made in.
        asks: whether a gradient is asked for here.
        note: what else there is to say.
        source: the node, and for one of its numbers its place; None for several nodes.
    """

    key: str
    name: str
    op: str = ""
    kind: str = "op"
    shape: Shape | None = ()
    value: float | None = None
    mean: float | None = None
    blame: Amount | None = None
    equation: str = ""
    numbers: str = ""
    steps: str = ""
    scope: str = ""
    line: str = ""
    asks: bool = True
    note: str = ""
    source: tuple[Node, tuple[int, ...] | None] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The vertex as data."""
        return {
            "key": self.key, "name": self.name, "op": self.op, "kind": self.kind,
            "shape": self.shape, "value": self.value, "mean": self.mean,
            "blame": None if self.blame is None else self.blame.size,
            "signed": self.blame is not None and self.blame.single, "equation": self.equation,
            "numbers": self.numbers, "steps": self.steps, "scope": self.scope, "line": self.line,
        }  # fmt: skip


@dataclass
class Link:
    """An arrow: what flows from one vertex to another.

    Attributes:
        source, target: keys.
        passed: the blame that goes back along it; None where none does, or none is known.
        stops: why none does; "" where some does or none is known.
        slope: how much the target changes with the source, between two numbers.
    """

    source: str
    target: str
    passed: Amount | None = None
    stops: str = ""
    slope: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """The link as data."""
        return {
            "from": self.source, "to": self.target, "slope": self.slope,
            "passed": None if self.passed is None else self.passed.size, "stops": self.stops,
        }  # fmt: skip


@dataclass
class Net:
    """A whole graph.

    Attributes:
        zoom: "modules", "ops" or "scalars".
        vertices: each after those that it reads.
        links: the arrows.
        root: the node that it ends in.
        name: what that is called.
        blamed: whether blame is known.
        remarks: what a reader should know.
        tensors: nodes whose numbers are worth seeing, with their names and their blame.
        inside: what is inside a vertex, by its key.
    """

    zoom: str
    vertices: list[Vertex]
    links: list[Link]
    root: Node
    name: str
    blamed: bool
    remarks: list[str] = field(default_factory=list)
    tensors: Sequence[tuple[str, Array, Array | None]] = ()
    inside: dict[str, Net] = field(default_factory=dict)
