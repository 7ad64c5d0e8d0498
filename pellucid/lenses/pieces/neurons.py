"""Finds the layers of neurons of any network, reads what they give, and mutes some of them.

A neuron is one output of a linear layer or convolution behind its activation function. Muted, it
gives 0; everything after it is computed anew by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.lenses.captured import Stage, stages_of
from pellucid.lenses.numerals import of_layer
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject
from pellucid.nn import functional as F
from pellucid.nn.activation import Bend
from pellucid.nn.batch_norm import BatchNorm1d, BatchNorm2d
from pellucid.nn.container import Sequential
from pellucid.nn.conv import Conv1d, Conv2d
from pellucid.nn.dropout import Dropout
from pellucid.nn.linear import Identity, Linear
from pellucid.nn.module import Module
from pellucid.nn.straight import PReLU
from pellucid.tensor.creation import of_array

__all__ = ["Layer", "Reading", "Rest", "layers_of", "muted", "read", "rest_of"]

_WEIGHTS = (Linear, Conv1d, Conv2d)
_BENDS = (Bend, PReLU)
_CALM = (BatchNorm1d, BatchNorm2d, Dropout, Identity)
_FUNCTIONS = {
    "ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "GELU": "gelu", "SiLU": "silu",
    "LeakyReLU": "leaky_relu", "ELU": "elu", "Softplus": "softplus", "Mish": "mish",
    "SELU": "selu",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of neurons.

    Attributes:
        path: where its weights lie.
        number: which layer of neurons it is, from 0.
        count: how many neurons it has.
        kind: "units" (a number for each row), "maps" (a picture for each row) or "tokens" (a
            number for each place of a row).
        module: holds the weights.
        bend: the name of the activation function; empty for none.
        made: which of the network's stages the weights are.
        point: the stage at which neurons are read and muted.
        before: whether it is what goes into that stage that counts, not what comes out.
        at: the module of that stage.
        turn: which of this module's calls that stage is.
        turns: how often the module is called.
    """

    path: str
    number: int
    count: int
    kind: Literal["units", "maps", "tokens"]
    module: Module
    bend: str
    made: int
    point: int
    before: bool
    at: Module
    turn: int
    turns: int

    def called(self, unit: int) -> str:
        """A neuron's name: "fc1[3]" is number 3 of fc1, and row 3 of fc1.weight leads into it."""
        return f"{self.path}[{unit}]"

    @property
    def said(self) -> str:
        """The layer as it stands in a sentence: "layer 2", "encoder.0"."""
        return of_layer(self.path)

    @property
    def axis(self) -> int:
        """The axis along which the neurons lie."""
        return 1 if self.kind == "maps" else -1

    @property
    def weight(self) -> Floats:
        """What each neuron weighs its inputs with.

        Shape:
            (count, …)
        """
        weight: Any = self.module.weight
        return np.asarray(weight._node.array, np.float64)

    @property
    def bias(self) -> Floats:
        """What each neuron adds of its own."""
        bias: Any = self.module.bias
        return np.zeros(self.count) if bias is None else np.asarray(bias._node.array, np.float64)


@dataclass(frozen=True, eq=False)
class Reading:
    """What a layer's neurons gave for rows.

    Attributes:
        sums: before the activation function.
        values: behind it.
    """

    sums: Floats
    values: Floats


def layers_of(subject: Subject) -> list[Layer]:
    """The layers of neurons in order, without the last linear layer, which is the output.

    Where some layers bend, those that don't, such as the way out of attention, are left out.
    """
    stages = stages_of(subject, subject.x[:2])
    made = [i for i, s in enumerate(stages) if isinstance(s.module, _WEIGHTS)][:-1]
    ends = {i: _end(stages, i) for i in made}
    if any(bend for _, _, bend in ends.values()):
        ends = {i: end for i, end in ends.items() if end[2]}
    return [_layer(stages, i, end, number) for number, (i, end) in enumerate(ends.items())]


def _layer(stages: list[Stage], made: int, end: tuple[int, bool, str], number: int) -> Layer:
    (point, before, bend), stage = end, stages[made]
    at = stages[point].module
    calls = [i for i, s in enumerate(stages) if s.module is at]
    kind: Literal["units", "maps", "tokens"] = "units"
    if stage.after.ndim > 2:
        kind = "tokens" if isinstance(stage.module, Linear) else "maps"
    count = stage.after.shape[1 if kind == "maps" else -1]
    return Layer(
        stage.path, number, count, kind, stage.module, bend, made, point, before, at,
        calls.index(point), len(calls),
    )  # fmt: skip


def _end(stages: list[Stage], i: int) -> tuple[int, bool, str]:
    """Where a layer's neurons are finished: at which stage, whether on its way in, bent by what."""
    j, first = i, stages[i].after
    for n in range(i + 1, len(stages)):
        stage = stages[n]
        if stage.before.shape != stages[j].after.shape:
            break
        if not np.array_equal(stage.before, stages[j].after):
            bend = _called(stages[j].after, stage.before)
            return (n, True, bend) if bend else (j, False, "")
        if isinstance(stage.module, _BENDS):
            return n, False, type(stage.module).__name__
        calm = isinstance(stage.module, _CALM) or "Pool" in type(stage.module).__name__
        if not calm or stage.after.shape[:2] != first.shape[:2] or stage.after.ndim != first.ndim:
            break
        j = n
    return j, False, ""


def _called(sums: Floats, values: Floats) -> str:
    """The activation that was called as a function between two stages; empty for none known."""
    given = of_array(np.ascontiguousarray(sums))
    for name, called in _FUNCTIONS.items():
        if np.allclose(getattr(F, called)(given)._node.array, values, rtol=1e-5, atol=1e-6):
            return name
    return ""


def read(subject: Subject, layers: Sequence[Layer], x: npt.NDArray[Any]) -> list[Reading]:
    """What the neurons of layers give for rows."""
    stages = stages_of(subject, x)
    return [
        Reading(
            stages[layer.made].after,
            stages[layer.point].before if layer.before else stages[layer.point].after,
        )
        for layer in layers
    ]


@contextmanager
def muted(layer: Layer, units: Sequence[int]) -> Iterator[None]:
    """Inside this context some neurons of a layer give 0."""
    module, bare, calls = layer.at, layer.at._module_hooks is None, 0

    def quiet(given: Any) -> Any:
        shape = [1] * given.ndim
        shape[layer.axis] = layer.count
        keep = np.ones(layer.count, given.dtype.name)
        keep[list(units)] = 0
        return given * of_array(keep.reshape(shape))

    def due() -> bool:
        nonlocal calls
        calls += 1
        return (calls - 1) % layer.turns == layer.turn

    def entering(module: Module, args: Any) -> Any:
        return (quiet(args[0]), *args[1:]) if due() else None

    def leaving(module: Module, args: Any, out: Any) -> Any:
        return quiet(out) if due() else None

    hook = (
        module.register_forward_pre_hook(entering)
        if layer.before
        else module.register_forward_hook(leaving)
    )
    try:
        yield
    finally:
        hook.remove()
        if bare:
            module.__dict__.pop("_module_hooks", None)


@dataclass(frozen=True, eq=False)
class Rest:
    """What comes behind a layer, so that muting its neurons need not compute what is before it.

    Attributes:
        layer: whose neurons are muted.
        behind: the modules behind it with what the layer gave as their rows; the whole network
            with its own rows where it is no chain.
        chain: whether it is a chain.
    """

    layer: Layer
    behind: Subject
    chain: bool

    def without(self, units: Sequence[int]) -> Floats:
        """What the network gives while these neurons give 0."""
        if not self.chain:
            with muted(self.layer, units):
                return self.behind.outputs()
        rows = self.behind.x.copy()
        np.moveaxis(rows, self.layer.axis, 0)[list(units)] = 0
        return self.behind.outputs(rows)


def rest_of(subject: Subject, layer: Layer, values: Floats) -> Rest:
    """The network behind a layer.

    Args:
        subject: the network and its rows.
        layer: one of its layers.
        values: what its neurons give for these rows.
    """
    parts = list(subject.model) if type(subject.model) is Sequential else []
    at = next((i for i, part in enumerate(parts) if part is layer.at), None)
    if at is None or layer.turns > 1 or layer.before:
        return Rest(layer, subject, chain=False)
    model = Sequential(*parts[at + 1 :])
    return Rest(layer, replace(subject, model=model, x=values, frame=None), chain=True)
