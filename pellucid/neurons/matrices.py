"""The matrices of a network: made when somebody looks, taken apart when building goes on.

z = (W ⊙ M) x + b for each stage; an arrow is one entry, and every entry knows its arrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.neurons.draw import drawn_weights
from pellucid.neurons.edge import Edge
from pellucid.neurons.functions import function
from pellucid.neurons.structure import Structure
from pellucid.neurons.sums import PerNeuron, Sums, dense
from pellucid.neurons.wiring import Neuron, Place, Plan, Stage, filled, planned
from pellucid.nn.module import Module
from pellucid.nn.registry import forget, put_module, put_parameter
from pellucid.spelling import did_you_mean
from pellucid.tensor import Parameter
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad

__all__ = ["Matrices"]


class Matrices(Structure, Module):
    """Neurons and arrows with the modules that hold their weights."""

    def _plan(self) -> Plan:
        self._wire()
        plan = self._held.plan
        if plan is None:
            raise SettingError('the network has no neurons yet. Begin with net.input("x").')
        return plan

    def _wire(self) -> None:
        """Make the matrices, unless they are there."""
        held = self.__dict__.get("_held")  # None while a copy is being made
        if held is None or held.plan is not None or not held.neurons:
            return
        plan = planned(self._neurons, self._into)
        held.plan = plan  # first: what follows reads the drawers
        _name(plan, held.slots, self._neurons)
        for name in list(dict.keys(self._modules)):
            forget(self, name)
        held.sharing.clear()
        shares = self._wire_shared()
        for stage in plan.stages:
            numbers = {edge: shares[name] for edge, name in self._shares.items()}
            self._wire_stage(stage, numbers)

    def _wire_shared(self) -> dict[str, int]:
        """The vector of weights that several arrows share; the number of each."""
        names = list(dict.fromkeys(self._shares.values()))
        self._held.values = {n: self._values.get(n) for n in names}
        if not names:
            forget(self, "shared")
            return {}
        given = [np.nan if self._values[n] is None else self._values[n] for n in names]
        held = drawn_weights(np.array(given, np.float64)[None], np.ones((1, len(names)), bool))
        put_parameter(self, "shared", Parameter(of_array(held[0].astype(self._held.dtype))))
        return {name: i for i, name in enumerate(names)}

    def _wire_stage(self, stage: Stage, shares: Mapping[tuple[str, str], int]) -> None:
        numbers = filled(stage, self._into, shares)
        weight = drawn_weights(numbers.weight, numbers.exists).astype(self._held.dtype)
        bias = numbers.bias
        if bias is not None:
            assert numbers.bias_exists is not None
            fan = numbers.exists.sum(1)
            bias = drawn_weights(bias[:, None], numbers.bias_exists[:, None], fan)[:, 0]
            bias = bias.astype(self._held.dtype)
        if numbers.shares:
            self._held.sharing.add(stage.sums)
        if numbers.dense:
            put_module(self, stage.sums, dense(weight, bias))
        else:
            layer = Sums(
                weight, bias, numbers.exists, numbers.bias_exists, numbers.shared,
                numbers.bias_shared,
            )  # fmt: skip
            put_module(self, stage.sums, layer)
        for path, module in zip(stage.bends, _bends(stage, self._neurons), strict=True):
            put_module(self, path, module)

    def _loosen(self) -> None:
        """Take the weights out of the matrices: the structure is about to change."""
        held = self._held
        held.slots, held.layer = [], None
        if held.plan is None:
            return
        held.dtype = self._dtype_now()
        for target, name, value in self._read():
            self._into[target][name] = value
        for name in list(self._values):
            at = list(self._values).index(name)
            self._values[name] = float(self.shared.detach().numpy()[at])
        held.plan = None

    def _read(self) -> list[tuple[str, str, float]]:
        """Every weight that is an arrow's own, from the matrices."""
        out = []
        for stage in self._plan().stages:
            layer: Any = self._modules[stage.sums]
            weight = layer.weight.detach().numpy().tolist()
            bias = None if layer.bias is None else layer.bias.detach().numpy().tolist()
            for i, target in enumerate(stage.names):
                own = stage.bias.get(target)
                for source in self._into.get(target, ()):
                    if bias is not None and source == own:
                        out.append((target, source, bias[i]))
                    else:
                        out.append((target, source, weight[i][stage.column[source]]))
        return out

    # ---- one arrow ----------------------------------------------------------------------------

    def edge_at(self, path: str, index: Sequence[int]) -> Edge:
        """The arrow whose weight stands at a place: the way back from `Edge.where`.

        Example:
            >>> from pellucid import neurons
            >>> edge = neurons.example().edge_at("2.weight", (1, 1))
            >>> edge.source, edge.target
            ('4', '7')
        """
        for source, target in self._candidates(path, tuple(index)):
            if source in self._into.get(target, ()):
                edge = self._edge(source, target)
                if edge.where == (path, tuple(index)):
                    return edge
        at = ", ".join(map(str, index))
        names = [n for n, _ in self.named_parameters()]
        hint = did_you_mean(path, names) if path not in names else ""
        raise SettingError(f"no arrow has its weight at {path}[{at}].{hint}")

    def _candidates(self, path: str, index: tuple[int, ...]) -> list[tuple[str, str]]:
        """The arrows that could have their weight at a place."""
        if path == "shared":
            return list(self._shares)
        layer, _, which = path.rpartition(".")
        for stage in self._plan().stages:
            inside = all(0 <= i < n for i, n in zip(index, stage.shape, strict=False))
            if stage.sums == layer and inside:
                target = stage.names[index[0]]
                if which == "weight" and len(index) == 2:
                    return [(stage.columns[index[1]], target)]
                if which == "bias" and target in stage.bias:
                    return [(stage.bias[target], target)]
        return []

    def _place(self, edge: Edge) -> Place:
        plan = self._plan()
        name = self._shares.get((edge.source, edge.target))
        if name is not None:
            return "shared", (list(self._values).index(name),)
        return plan.stages[plan.stage_of[edge.target]].place(edge.source, edge.target)

    def _holder(self, edge: Edge) -> tuple[Parameter, tuple[int, ...]]:
        path, index = self._place(edge)
        layer, _, which = path.rpartition(".")
        return getattr(self._modules[layer] if layer else self, which), index

    def _weight(self, edge: Edge) -> float:
        value, index = self._holder(edge)
        return float(value.detach().numpy()[index])

    def _set_weight(self, edge: Edge, value: float) -> None:
        if self._held.plan is None and edge.shared is None:
            self._into[edge.target][edge.source] = value
            return
        held, index = self._holder(edge)
        with no_grad():
            held[index] = value

    def _dtype_now(self) -> Any:
        """NumPy's kind of number of the weights."""
        first = next(self.parameters(), None)
        return self._held.dtype if first is None else first.detach().numpy().dtype


def _name(plan: Plan, slots: list[tuple[str, tuple[str, ...]]], neurons: Any) -> None:
    """Paths as a Sequential numbers its layers: identities take no number."""
    given = slots if len(slots) == len(plan.stages) else []
    count = 0
    for i, stage in enumerate(plan.stages):
        if given:
            stage.sums, stage.bends = given[i]
            continue
        bends = len(_bends(stage, neurons))
        stage.sums = str(count)
        stage.bends = tuple(str(count + 1 + j) for j in range(bends))
        count += 1 + bends


def _bends(stage: Stage, neurons: Mapping[str, Neuron]) -> list[Module]:
    """The modules with a stage's functions."""
    keys: dict[object, int] = {}
    functions, which = [], []
    for name in stage.names:
        f = function(neurons[name].function)
        if f.key not in keys:
            keys[f.key] = len(keys)
            functions.append(f)
        which.append(keys[f.key])
    if len(functions) == 1:
        return functions[0].copies()
    return [PerNeuron([f.copies() or function("Identity()").copies() for f in functions], which)]
