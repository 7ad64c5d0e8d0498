"""From neurons to layers: the same network as a Sequential of Linears and activations."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from pellucid.errors import SettingError
from pellucid.nn.container import Sequential

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["to_module"]


def to_module(network: Network) -> Sequential:
    """The same network as a Sequential; its weights are copies under the same names.

    Layers where arrows are absent become `Sums`, a Linear that keeps them absent.

    Raises:
        SettingError: arrows that skip a layer, or share a weight.
    """
    plan = network._plan()
    if network._shares:
        (source, target), name = next(iter(network._shares.items()))
        raise SettingError(
            f"the arrow {source} -> {target} shares its weight {name!r} with others, which the "
            "Linears of a Sequential can't.\n The network itself is a module: train and save it "
            "as it is."
        )
    if not plan.is_chain or not plan.stages:
        raise SettingError(_why_not(network))
    return Sequential({name: copy.deepcopy(module) for name, module in network._modules.items()})


def _why_not(network: Network) -> str:
    tail = "\n The network itself is a module: train and save it as it is."
    if not network._plan().stages:
        return "the network has no neuron that computes; there is nothing to make layers of."
    depth = {name: i + 1 for name, i in network._plan().stage_of.items()}
    depth |= {n.name: 0 for n in network.neurons.values() if n.kind == "input"}
    for edge in network.edges:
        if network.neurons[edge.source].kind == "bias":
            continue
        if depth[edge.target] - depth[edge.source] > 1:
            return (
                f"the arrow {edge.source} -> {edge.target} skips a layer, and in a Sequential each "
                f"layer hears from the one before it alone.{tail}"
            )
    last = network._plan().stages[-1]
    extra = [n for n in last.names if network.neurons[n].kind != "output"]
    if extra:
        return (
            f"{extra[0]} stands in the last layer and is no output neuron; in a Sequential the "
            f"whole last layer is the output.{tail}"
        )
    return (
        "the output neurons are not one layer in the order in which they were declared, as a "
        f"Sequential's are, or a neuron hears from two bias neurons.{tail}"
    )
