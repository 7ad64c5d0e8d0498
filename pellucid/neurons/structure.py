"""The graph of a network: its neurons and arrows, what may be added, and the order in it.

A network with a cycle is refused where the arrow that closes it is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pellucid.data.wording import listing, quoted
from pellucid.errors import SettingError
from pellucid.neurons.edge import Edge
from pellucid.neurons.functions import function as function_of
from pellucid.neurons.order import cycle_through, division, ranks, topological
from pellucid.neurons.wiring import Held, Neuron, Place, Plan
from pellucid.spelling import did_you_mean

__all__ = ["Structure"]

_GIVEN: Any = object()  # "no weight was given", where None says "draw one"


class Structure:
    """Neurons by name, and arrows by the neuron that they enter."""

    _held: Held

    if TYPE_CHECKING:

        def _loosen(self) -> None: ...

        def _plan(self) -> Plan: ...

        def _place(self, edge: Edge) -> Place: ...

        def _weight(self, edge: Edge) -> float: ...

        def _set_weight(self, edge: Edge, value: float) -> None: ...

    @property
    def _neurons(self) -> dict[str, Neuron]:
        return self._held.neurons

    @property
    def _into(self) -> dict[str, dict[str, float | None]]:
        return self._held.into

    @property
    def _shares(self) -> dict[tuple[str, str], str]:
        return self._held.shares

    @property
    def _values(self) -> dict[str, float | None]:
        return self._held.values

    # ---- building -----------------------------------------------------------------------------

    def input(self, name: str) -> str:
        """Add an input neuron: it forwards what is fed into it."""
        return self._add(Neuron(name, "input"))

    def bias(self, name: str) -> str:
        """Add a bias neuron: it always sends 1."""
        return self._add(Neuron(name, "bias"))

    def neuron(self, name: str, function: Any = "identity") -> str:
        """Add a hidden neuron.

        Args:
            name: what it is called.
            function: what it does with its weighted sum: the name of an activation, a module, or
                any function of Tensors that works number by number.
        """
        return self._add(Neuron(name, "hidden", function_of(function)))

    def output(self, name: str, function: Any = "identity") -> str:
        """Add an output neuron; `function` as for `neuron`."""
        return self._add(Neuron(name, "output", function_of(function)))

    def edge(
        self, source: str, target: str, weight: float | None = _GIVEN, *, share: str | None = None
    ) -> Edge:
        """Add an arrow, or set its weight; without a weight, find one that is there.

        Args:
            source: the neuron it leaves.
            target: the neuron it enters.
            weight: None for one drawn evenly from ±1/√(number of arrows into the target).
            share: a name; all arrows with this name have one weight, learned together.

        Raises:
            SettingError: a neuron that there is not, an arrow into an input or bias neuron, an
                arrow that closes a cycle, or none to be found.
        """
        for name in (source, target):
            self._known(name)
        there = source in self._into.get(target, {})
        if weight is _GIVEN and share is None:
            if not there:
                raise SettingError(self._no_arrow(source, target))
            return self._edge(source, target)
        value = None if weight is _GIVEN or weight is None else _number(weight, source, target)
        if there and share is None:
            if value is not None:
                self._set_weight(self._edge(source, target), value)
            return self._edge(source, target)
        if not there:
            self._may_point(source, target)
        self._loosen()
        self._into.setdefault(target, {})[source] = value
        self._held.pointing.add(source)
        if share is not None:
            self._shares[source, target] = share
            if value is not None or share not in self._values:
                self._values[share] = value
        return self._edge(source, target)

    def connect(
        self, sources: str | Iterable[str], targets: str | Iterable[str],
        weight: float | None = None,
    ) -> None:  # fmt: skip
        """Add an arrow from each of some neurons to each of others."""
        left = [sources] if isinstance(sources, str) else list(sources)
        for target in [targets] if isinstance(targets, str) else list(targets):
            for source in left:
                self.edge(source, target, weight)

    def cut(self, source: str, target: str) -> None:
        """Take an arrow out."""
        edge = self.edge(source, target)
        self._loosen()
        del self._into[edge.target][edge.source]
        self._shares.pop((source, target), None)

    # ---- structure ----------------------------------------------------------------------------

    @property
    def neurons(self) -> dict[str, Neuron]:
        """All neurons by name, as they were declared."""
        return dict(self._neurons)

    @property
    def edges(self) -> list[Edge]:
        """All arrows, by the neuron that they enter."""
        return [self._edge(s, t) for t in self._neurons for s in self._into.get(t, ())]

    @property
    def order(self) -> list[str]:
        """The neurons, each after all that point to it."""
        return topological(list(self._neurons), self._into)

    @property
    def is_layered(self) -> bool:
        """Whether each neuron only points towards neurons in the layer next in line."""
        return self._layer()[1]

    @property
    def layers(self) -> list[tuple[str, ...]]:
        """The layers, bias neurons included; by the longest way to each where not layered."""
        found = self._layer()[0]
        layers: list[list[str]] = [[] for _ in range(max(found.values(), default=-1) + 1)]
        for name in self._neurons:
            layers[found[name]].append(name)
        return [tuple(layer) for layer in layers]

    def incoming(self, name: str) -> list[str]:
        """The neurons that point towards a neuron: the set I(j)."""
        return list(self._into.get(self._known(name), ()))

    def outgoing(self, name: str) -> list[str]:
        """The neurons that a neuron points towards."""
        self._known(name)
        return [t for t in self._neurons if name in self._into.get(t, ())]

    def _layer(self) -> tuple[dict[str, int], bool]:
        """The layer of each neuron, and whether the network is layered."""
        if self._held.layer is None:
            found = division(list(self._neurons), self._into)
            self._held.layer = (self._depths(), False) if found is None else (found, True)
        return self._held.layer

    def _count(self) -> int:
        """How many arrows there are."""
        return sum(map(len, self._into.values()))

    def _depths(self) -> dict[str, int]:
        starts = [n.name for n in self._neurons.values() if not n.computes]
        found = ranks(list(self._neurons), starts, self._into)
        for name in starts:
            if self._neurons[name].kind == "bias":
                found[name] = min((found[t] for t in self.outgoing(name)), default=1) - 1
        return found

    # ---- what may be built --------------------------------------------------------------------

    def _add(self, neuron: Neuron) -> str:
        name = neuron.name
        if not isinstance(name, str) or not name.strip() or name != name.strip():
            raise SettingError(f"a neuron's name is a word, not {name!r}.")
        if name in self._neurons:
            raise SettingError(
                f"there is already a neuron called {quoted(name)}, "
                f"{_article(self._neurons[name].kind)} neuron. "
                "Every neuron needs a name of its own."
            )
        self._loosen()
        self._neurons[name] = neuron
        return name

    def _edge(self, source: str, target: str) -> Edge:
        network: Any = self
        return Edge(source, target, network)

    def _known(self, name: str) -> str:
        if name not in self._neurons:
            hint = did_you_mean(str(name), list(self._neurons))
            raise SettingError(
                f"there is no neuron called {quoted(name)}.{hint}\n"
                f" Neurons: {listing(self._neurons, 12) or 'none yet'}."
            )
        return name

    def _may_point(self, source: str, target: str) -> None:
        kind = self._neurons[target].kind
        if kind in ("input", "bias"):
            why = "it forwards what is fed in" if kind == "input" else "it always sends 1"
            raise SettingError(
                f"no arrow can point to {quoted(target)}: {_article(kind)} neuron has none; {why}."
            )
        points = target in self._held.pointing or target == source
        way = cycle_through(source, target, self._into) if points else []
        if way:
            raise SettingError(
                f"the arrow {source} -> {target} would close a cycle: "
                f"{' -> '.join([*way, target])}.\n A feed-forward network has none."
            )

    def _no_arrow(self, source: str, target: str) -> str:
        if target in self._neurons and self._neurons[target].computes:
            way = f"net.edge({source!r}, {target!r}, 0.5)"
            return (
                f"there is no arrow from {quoted(source)} to {quoted(target)}.\n"
                f" {quoted(target)} hears from {listing(self._into.get(target, ())) or 'nobody'}. "
                f"Add it with a weight: {way}, or None to draw one."
            )
        return f"there is no arrow from {quoted(source)} to {quoted(target)}."


def _number(weight: Any, source: str, target: str) -> float:
    try:
        return float(weight)
    except (TypeError, ValueError):
        raise SettingError(
            f"the weight of {source} -> {target} must be a number, and it is {weight!r}."
        ) from None


def _article(kind: str) -> str:
    return f"{'an' if kind in ('input', 'output') else 'a'} {kind}"
