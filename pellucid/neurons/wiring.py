"""From neurons and arrows to matrices: which neurons are computed together, and from what.

Neurons at the same depth form one stage: one product with a matrix whose rows are the neurons and
whose columns are those they may read. An arrow is one entry of one matrix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.neurons.functions import Function
from pellucid.neurons.order import division, ranks

__all__ = ["Held", "Neuron", "Place", "Plan", "Stage", "filled", "planned"]

Arrows = Mapping[str, Mapping[str, float | None]]
Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Neuron:
    """A neuron.

    Attributes:
        name: what it is called.
        kind: "input", "bias", "hidden" or "output".
        function: what it does with its weighted sum; nothing for inputs and bias neurons.
    """

    name: str
    kind: str
    function: Function | None = None

    @property
    def computes(self) -> bool:
        """Whether it has a weighted sum."""
        return self.kind in ("hidden", "output")


@dataclass
class Stage:
    """Neurons that are computed together.

    Attributes:
        names: the neurons: the rows of the matrix.
        columns: the neurons that the columns stand for.
        reads: which earlier values stand side by side as columns; 0 is the input.
        ones: how many of the last columns are bias neurons.
        bias: for each neuron the bias neuron whose arrow is in the bias vector.
        sums: the path of the module with the weights.
        bends: the paths of the modules with the functions.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    reads: tuple[int, ...]
    ones: int
    bias: dict[str, str]
    sums: str = ""
    bends: tuple[str, ...] = ()
    row: dict[str, int] = field(default_factory=dict)
    column: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.row = {name: i for i, name in enumerate(self.names)}
        self.column = {name: j for j, name in enumerate(self.columns)}

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of the matrix."""
        return len(self.names), len(self.columns)

    def place(self, source: str, target: str) -> Place:
        """The weight's path and index."""
        if self.bias.get(target) == source:
            return f"{self.sums}.bias", (self.row[target],)
        return f"{self.sums}.weight", (self.row[target], self.column[source])


@dataclass
class Plan:
    """How a network is computed.

    Attributes:
        inputs: the input neurons, in the order of the input's features.
        stages: in order.
        stage_of: the number of the stage of each neuron that computes.
        outputs: which values hold the outputs; 0 is the input, 1 the first stage.
        picked: their places in those values side by side; None where they are all, in order.
    """

    inputs: tuple[str, ...]
    stages: list[Stage]
    stage_of: dict[str, int]
    outputs: tuple[int, ...] = ()
    picked: tuple[int, ...] | None = None

    @property
    def is_chain(self) -> bool:
        """Whether each stage reads the one before it alone, and the last one is the output."""
        one_by_one = all(s.reads == (i,) and not s.ones for i, s in enumerate(self.stages))
        return one_by_one and self.outputs == (len(self.stages),) and self.picked is None


def planned(neurons: Mapping[str, Neuron], arrows: Arrows) -> Plan:
    """The stages of a network."""
    inputs = tuple(n.name for n in neurons.values() if n.kind == "input")
    depth = _depths(neurons, arrows)
    groups: dict[int, list[str]] = {}
    for name, rank in depth.items():
        groups.setdefault(rank, []).append(name)
    values = [inputs]
    of = dict.fromkeys(inputs, 0)
    stages: list[Stage] = []
    for rank in sorted(groups):
        stages.append(_stage(groups[rank], neurons, arrows, values, of))
        values.append(stages[-1].names)
        of.update(dict.fromkeys(groups[rank], len(stages)))
    plan = Plan(inputs, stages, {name: of[name] - 1 for name in depth})
    _outputs(plan, [n.name for n in neurons.values() if n.kind == "output"], values, of)
    return plan


def _depths(neurons: Mapping[str, Neuron], arrows: Arrows) -> dict[str, int]:
    """The stage of every neuron that computes: its layer where there are layers."""
    names = list(neurons)
    layers = division(names, arrows)
    computing = [n.name for n in neurons.values() if n.computes]
    if layers is not None and all(layers[n] > 0 for n in computing):
        fed = (n.name for n in neurons.values() if n.kind == "input")
        if all(layers[n] == 0 for n in fed):
            return {n: layers[n] for n in computing}
    starts = [n.name for n in neurons.values() if not n.computes]
    longest = ranks(names, starts, arrows)
    bare = {n: longest[n] for n in computing}
    for name in _from(computing, neurons, arrows):  # bias neurons make nobody deeper
        before = [s for s in arrows.get(name, ()) if neurons[s].computes]
        bare[name] = max([0, *(bare[s] for s in before)]) + 1
    return bare


def _from(computing: Sequence[str], neurons: Mapping[str, Neuron], arrows: Arrows) -> list[str]:
    longest = ranks(list(neurons), [n for n in neurons if not neurons[n].computes], arrows)
    return sorted(computing, key=longest.__getitem__)


def _stage(
    names: Sequence[str], neurons: Mapping[str, Neuron], arrows: Arrows,
    values: Sequence[tuple[str, ...]], of: Mapping[str, int],
) -> Stage:  # fmt: skip
    reads: set[int] = set()
    bias: dict[str, str] = {}
    ones: dict[str, None] = {}
    for name in names:
        for source in arrows.get(name, ()):
            if neurons[source].kind != "bias":
                reads.add(of[source])
            elif name not in bias:
                bias[name] = source
            else:
                ones.setdefault(source)
    found = sorted(reads) or [len(values) - 1]
    columns = [n for i in found for n in values[i]] + list(ones)
    return Stage(tuple(names), tuple(columns), tuple(found), len(ones), bias)


def _outputs(
    plan: Plan, outputs: Sequence[str], values: Sequence[tuple[str, ...]], of: Mapping[str, int]
) -> None:
    plan.outputs = tuple(sorted({of[name] for name in outputs}))
    side = [name for i in plan.outputs for name in values[i]]
    if side != list(outputs):
        at = {name: i for i, name in enumerate(side)}
        plan.picked = tuple(at[name] for name in outputs)


@dataclass
class Held:
    """Everything that a network is besides its matrices.

    One object of one class: a compiled step looks through the lists and dictionaries that a module
    keeps, arrow by arrow, and leaves objects like this alone.

    Attributes:
        neurons: by name, as declared.
        into: for each neuron the arrows that enter it, with their weights while there is no matrix.
        shares: the name of the weight of each arrow that shares one.
        values: the weights that are shared.
        slots: paths of the modules of each stage, where they are not counted.
        plan: how it is computed; None while it is being built.
        dtype: NumPy's kind of number of the weights.
        sharing: paths of the matrices with shared weights.
        layer: the layer of each neuron, and whether they are layers; None until asked for.
        pointing: neurons that point to others: an arrow to any other closes no cycle.
    """

    neurons: dict[str, Neuron] = field(default_factory=dict)
    into: dict[str, dict[str, float | None]] = field(default_factory=dict)
    shares: dict[tuple[str, str], str] = field(default_factory=dict)
    values: dict[str, float | None] = field(default_factory=dict)
    slots: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    plan: Plan | None = None
    dtype: Any = field(default_factory=lambda: np.dtype(np.float32))
    sharing: set[str] = field(default_factory=set)
    layer: tuple[dict[str, int], bool] | None = None
    pointing: set[str] = field(default_factory=set)


@dataclass
class Filled:
    """The numbers of a stage: weights (NaN where one is to be drawn), and what exists."""

    weight: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64] | None
    exists: npt.NDArray[np.bool_]
    bias_exists: npt.NDArray[np.bool_] | None
    shared: npt.NDArray[np.int64]
    bias_shared: npt.NDArray[np.int64] | None

    @property
    def dense(self) -> bool:
        """Whether every neuron has an arrow from every column, with a weight of its own."""
        whole = self.bias_exists is None or bool(self.bias_exists.all())
        return whole and bool(self.exists.all())

    @property
    def shares(self) -> bool:
        """Whether an arrow has a weight that others have too."""
        held = [self.shared] if self.bias_shared is None else [self.shared, self.bias_shared]
        return any(bool((numbers >= 0).any()) for numbers in held)


def filled(stage: Stage, arrows: Arrows, shares: Mapping[tuple[str, str], int]) -> Filled:
    """The arrays of a stage.

    Args:
        stage: the stage.
        arrows: the weight of every arrow, None where it is to be drawn.
        shares: for arrows that share a weight, its number.
    """
    shape = stage.shape
    n, biased = shape[0], bool(stage.bias)
    out = Filled(
        np.zeros(shape), np.zeros(n) if biased else None, np.zeros(shape, bool),
        np.zeros(n, bool) if biased else None, np.full(shape, -1),
        np.full(n, -1) if biased else None,
    )  # fmt: skip
    for i, name in enumerate(stage.names):
        own_bias = stage.bias.get(name)
        for source, weight in arrows.get(name, {}).items():
            held: tuple[Any, ...] = (out.weight, out.exists, out.shared)
            at: tuple[int, ...] = ()
            if source == own_bias:
                held, at = (out.bias, out.bias_exists, out.bias_shared), (i,)
            else:
                at = (i, stage.column[source])
            number = shares.get((source, name)) if shares else None
            if number is None:
                held[0][at] = np.nan if weight is None else weight
                held[1][at] = True
            else:
                held[2][at] = number
    return out
