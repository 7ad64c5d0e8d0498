"""Cuts a recorded step into lines: one for each layer, and one for each op between layers.

Attention is one line too, though a layer is inside of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.node import Node
from pellucid.lenses.chain.fold import calls_around
from pellucid.lenses.listing.calls import Call
from pellucid.lenses.listing.trace import Recording
from pellucid.lenses.notation import plain
from pellucid.nn import Module, MultiheadAttention
from pellucid.shapes import Shape

__all__ = ["Layer", "layers_of"]

_SILENT = frozenset({"cast"})
_PART_OF_THE_NEXT = {"random", "aside"}


@dataclass(eq=False)
class Layer:
    """A line of the program.

    Attributes:
        path: the layer's place in the network; for an op between layers, of the module it is in.
        operation: "Linear(4, 16)", or the name of the op.
        nodes: its ops, in order.
        inputs: what it reads: data and results of other layers, not its own weights.
        out: the node that it gives on; None for a layer that does nothing here.
        weights: the parameters that it reads.
        repeats: the number of the line that reads the same weights first, if there is one.
        passes: for a layer without ops, the shape that passes through.
        parts: of attention, the lines that it would be if it were not one.
    """

    path: str
    operation: str
    nodes: list[Node] = field(default_factory=list)
    inputs: tuple[Node, ...] = ()
    out: Node | None = None
    weights: tuple[Node, ...] = ()
    repeats: int | None = None
    passes: Shape | None = None
    parts: tuple[Layer, ...] = ()

    @property
    def records(self) -> tuple[Any, ...]:
        """The records of what it does, compositions folded, each once."""
        found = dict.fromkeys(_record(n) for n in self.nodes if n.op.name not in _SILENT)
        # The draw is part of the dropout, the averages are part of the norm.
        telling = [r for r in found if not r.traits & _PART_OF_THE_NEXT]
        loops = [r for r in telling if "recurrent" in r.traits]  # all else prepares for it
        return tuple(loops[-1:] or telling or found)

    @property
    def equation(self) -> str:
        """What it computes, in one line."""
        records = self.records
        if self.parts:
            return _written(MultiheadAttention)
        if not records:
            return "y = x"
        if len(records) == 1:
            first, *more = plain(records[0].equation).split("   ")
            return ", ".join((first, *more)) if "recurrent" in records[0].traits else first
        return " → ".join(r.name for r in records)

    @property
    def derivative(self) -> str:
        """Its share of the chain rule, in one line."""
        records = self.records
        if len(records) != 1:
            return "y = x" if not records else "the chain rule through its ops"
        return plain(records[0].derivative).replace("   ", ", ")


def layers_of(found: Recording) -> list[Layer]:
    """The lines of a step's forward part, in the order in which they ran."""
    owner = _Owners(found.calls)
    busy = {_whole(owner(n)) or owner(n) for n in found.forward}
    layers = list(_lines(found.forward, found, owner))
    for call in _leaves(found.calls):
        if call not in busy:
            shape = call.inputs[0].shape if call.inputs else None
            layers.append((call.start, Layer(call.path, call.module._brief(), passes=shape)))
    layers.sort(key=lambda item: item[0])
    return _numbered([layer for _, layer in layers])


class _Owners:
    """For a node the innermost call in which it was made."""

    def __init__(self, calls: list[Call]) -> None:
        self._calls = calls
        self._known: dict[Node, Call | None] = {}

    def __call__(self, node: Node) -> Call | None:
        if node not in self._known:
            self._known[node] = self._innermost(node)
        return self._known[node]

    def _innermost(self, node: Node) -> Call | None:
        found, inner = None, self._calls
        while True:
            here = next((c for c in inner if c.start < node.seq < c.end), None)
            if here is None:
                return found
            found, inner = here, here.inner


def _leaves(calls: list[Call]) -> Iterator[Call]:
    for call in calls:
        if call.inner and not _is_whole(call.module):
            yield from _leaves(call.inner)
        elif not any(m is not None for m in call.module._modules.values()):
            yield call


def _lines(
    nodes: Iterable[Node], found: Recording, owner: _Owners, folds: bool = True
) -> Iterator[tuple[int, Layer]]:
    """A line for each call of a layer and for each op or call between layers, and when it began."""
    groups: dict[Any, list[Node]] = {}
    for node in nodes:
        call = owner(node)
        key: Any = call if call is not None and not _holds(call) else _outermost(node)
        groups.setdefault((folds and _whole(call)) or key, []).append(node)
    for key, own in groups.items():
        if isinstance(key, Call) and folds and _is_whole(key.module):
            layer = _layer(key.path, key.module._brief(), own, found)
            layer.parts = tuple(part for _, part in _lines(own, found, owner, folds=False))
            layer.out = key.outputs[0]
            yield key.start, layer
        elif isinstance(key, Call):
            yield key.start, _layer(key.path, key.module._brief(), own, found)
        elif any(n.op.name not in _SILENT for n in own):
            call = owner(own[0])
            path = call.path if call else "loss"
            yield own[0].seq, _layer(path, _record(own[0]).name, own, found)


def _whole(call: Call | None) -> Call | None:
    """The attention in which a call happened, if it did in one."""
    found = None
    while call is not None:
        found = call if _is_whole(call.module) else found
        call = call.outer
    return found


def _is_whole(module: Module) -> bool:
    """Whether it is attention as a library has it, also where the forward of another runs here."""
    kind = type(getattr(module, "_theirs", module))
    return any(
        k.__name__ == "MultiheadAttention"
        and k.__module__.startswith(("pellucid.nn.", "torch.nn."))
        for k in kind.__mro__
    )


def _written(kind: type) -> str:
    """The equations in the text of a class, what is needed first in front."""
    found = re.findall(r"(?<!\$)\$([^$]*=[^$]*)\$", kind.__doc__ or "")
    return ", ".join(plain(" ".join(text.split())) for text in reversed(found))


def _holds(call: Call) -> bool:
    """Whether a module holds others: then its own ops are lines between their lines."""
    return bool(call.inner) or any(m is not None for m in call.module._modules.values())


def _outermost(node: Node) -> object:
    return next(calls_around(node), node)


def _record(node: Node) -> Any:
    part = next(calls_around(node), None)
    return node.op if part is None else part.record


def _layer(path: str, operation: str, nodes: list[Node], found: Recording) -> Layer:
    inside = set(nodes)
    read = dict.fromkeys(x for n in nodes for x in n.inputs if x not in inside)
    weights = tuple(x for x in read if x in found.names)
    inputs = tuple(
        x for x in read if x not in found.names and x.kind not in ("constant", "state", "buffer")
    )
    made = {x for n in found.forward for x in n.inputs if n not in inside}
    ends = [n for n in nodes if n in made or n in found.outputs or n is found.loss]
    return Layer(path, operation, nodes, inputs, ends[-1] if ends else nodes[-1], weights)


def _numbered(layers: list[Layer]) -> list[Layer]:
    first: dict[Node, int] = {}
    for number, layer in enumerate(layers):
        for w in layer.weights:
            if w in first and first[w] != number:
                layer.repeats = first[w]
            first.setdefault(w, number)
    return layers
