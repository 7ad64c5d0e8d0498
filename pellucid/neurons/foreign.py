"""A network as a graph of networkx, for its algorithms and layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.errors import MissingExtraError
from pellucid.neurons.plain import weights

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["to_networkx"]


def to_networkx(network: Network) -> Any:
    """A DiGraph: `kind`, `function` and `layer` on neurons, `weight` on arrows.

    Raises:
        MissingExtraError: networkx is not installed.
    """
    try:
        import networkx
    except ImportError:
        raise MissingExtraError(
            "to_networkx() needs networkx, which is not installed: pip install networkx.\n"
            " to_dict(), to_dot() and to_json() need nothing."
        ) from None
    graph = networkx.DiGraph()
    layer = {name: i for i, names in enumerate(network.layers) for name in names}
    for n in network.neurons.values():
        given = {"function": n.function.name} if n.function else {}
        graph.add_node(n.name, kind=n.kind, layer=layer[n.name], **given)
    for (source, target), weight in weights(network).items():
        share = network._shares.get((source, target))
        graph.add_edge(source, target, weight=weight, **({"share": share} if share else {}))
    return graph
