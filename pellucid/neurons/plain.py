"""A network as text, as plain data and as JSON: names, functions, arrows and weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["FORMAT", "Weights", "to_dict", "to_json", "to_text", "weights"]

FORMAT = "pellucid neurons 1"
Weights: TypeAlias = Mapping[tuple[str, str], float]


def weights(network: Network) -> dict[tuple[str, str], float]:
    """The weight of every arrow, shared ones included, as it is now."""
    found = {(source, target): value for target, source, value in network._read()}
    for source, target in network._shares:
        found[source, target] = network.edge(source, target).weight
    return {(s, t): found[s, t] for t in network._neurons for s in network._into.get(t, ())}


def to_text(network: Network) -> str:
    """One line for each neuron, then one for each arrow."""
    lines = []
    for n in network.neurons.values():
        word = "neuron" if n.kind == "hidden" else n.kind
        lines.append(" ".join([word, _word(n.name), *([n.function.name] if n.function else [])]))
    for (source, target), weight in weights(network).items():
        share = network._shares.get((source, target))
        tail = f" share {_word(share)}" if share else ""
        lines.append(f"{_word(source)} -> {_word(target)} {_shortest(weight, network)}{tail}")
    return "\n".join(lines) + "\n"


def to_dict(network: Network, held: Weights | None = None) -> dict[str, Any]:
    """Lists, names and numbers; `held` are the weights, where they were read already."""
    neurons = []
    for n in network.neurons.values():
        given = {"function": n.function.name} if n.function else {}
        neurons.append({"name": n.name, "kind": n.kind, **given})
    edges = []
    for (source, target), weight in (weights(network) if held is None else held).items():
        share = network._shares.get((source, target))
        given = {"share": share} if share else {}
        edges.append({"from": source, "to": target, "weight": weight, **given})
    return {"format": FORMAT, "neurons": neurons, "edges": edges}


def to_json(network: Network, indent: int | None = None) -> str:
    """The same as JSON."""
    return json.dumps(to_dict(network), ensure_ascii=False, indent=indent)


def _word(name: str) -> str:
    """A name as one word of a line."""
    return name if name and not set(name) & set(" \t\"'#") else json.dumps(name, ensure_ascii=False)


def _shortest(weight: float, network: Network) -> str:
    """The shortest digits that read back as the same number."""
    return str(network._dtype_now().type(weight))
