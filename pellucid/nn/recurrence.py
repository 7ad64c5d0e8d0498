"""What all recurrent layers share: layers, directions, weights, and the states they hand on.

hₜ = f(xₜ, hₜ₋₁)
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import DTypeError, KindError, PellucidWarning, SettingError, ShapeError
from pellucid.graph.node import Node
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.functional.layers import check_chance, dropout
from pellucid.nn.functional.recurrent import GATES, IDLE, Weights, input_sums, recur, rest
from pellucid.nn.functional.sizes import check_size
from pellucid.nn.module import Module
from pellucid.nn.ragged import Even, Layout, Ragged
from pellucid.nn.utils.rnn import PackedSequence
from pellucid.ops.indexing import take
from pellucid.ops.movement import cat, permute, reshape, slice_
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty
from pellucid.tensor.tensor import wrap

__all__ = ["RNNBase", "check_bend"]


class RNNBase(Module):
    """What RNN, LSTM and GRU share: layers, directions, weights, states.

    Args:
        mode: "LSTM", "GRU", "RNN_TANH" or "RNN_RELU".
        input_size: numbers per step.
        hidden_size: numbers in the state.
        num_layers: how many recurrences, each reading the states of the one below.
        bias: whether to learn biases.
        batch_first: inputs and outputs are `(batch, steps, …)` instead of `(steps, batch, …)`.
        dropout: the probability of leaving out a number between two layers, in training.
        bidirectional: whether a second recurrence reads each sequence from its end.
        proj_size: of an LSTM, numbers that each state is projected to; 0 for none.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.mode, self.bias, self.batch_first = mode, bias, batch_first
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.dropout, self.bidirectional, self.proj_size = float(dropout), bidirectional, proj_size
        switches: tuple[tuple[str, Any], ...] = (("bias", bias), ("batch_first", batch_first))
        for what, value in switches:
            if not isinstance(value, bool):
                name = type(self).__name__
                raise KindError(f"{name}: {what} must be True or False, and it is {value!r}.")
        self._check()
        directions = ("", "_reverse") if bidirectional else ("",)
        self._suffixes = [f"_l{k}{way}" for k in range(num_layers) for way in directions]
        rows = GATES[mode] * hidden_size
        for k, suffix in enumerate(self._suffixes):
            below = input_size if k < len(directions) else self._state_size * len(directions)
            shapes: dict[str, tuple[int, ...]]
            shapes = {"weight_ih": (rows, below), "weight_hh": (rows, self._state_size)}
            if bias:
                shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for name, shape in shapes.items():
                setattr(self, name + suffix, Parameter(empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def _check(self) -> None:
        name = type(self).__name__
        if self.mode not in GATES:
            raise SettingError(f"{name}: mode is one of {', '.join(GATES)}, not {self.mode!r}.")
        for what in ("input_size", "hidden_size", "num_layers"):
            check_size(name, what, getattr(self, what))
        check_chance(name, self.dropout)
        if self.proj_size and self.mode != "LSTM":
            raise SettingError(
                f"{name}: only the states of an LSTM are projected; leave proj_size."
            )
        if not 0 <= self.proj_size < self.hidden_size:
            raise SettingError(
                f"{name}: proj_size is a whole number below hidden_size, {self.hidden_size}, and "
                f"it is {self.proj_size}."
            )
        if self.dropout and self.num_layers == 1:
            warnings.warn(
                f"{name}: dropout stands between recurrent layers, and there is only one: "
                f"dropout={self.dropout} does nothing.\n Raise num_layers, or put a Dropout layer "
                "behind it.",
                PellucidWarning,
                stacklevel=3 if type(self) is RNNBase else 4,
            )

    def reset_parameters(self) -> None:
        """Draw all weights afresh, evenly over ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing: there for PyTorch's sake, where it helps graphics cards."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The weights of each layer and direction."""
        return [list(self._own(suffix)) for suffix in self._suffixes]

    @property
    def _flat_weights(self) -> list[Parameter]:
        """All of them in a row, for programs that exchange one for another."""
        return [weight for layer in self.all_weights for weight in layer]

    @property
    def _state_size(self) -> int:
        return self.proj_size or self.hidden_size

    def _own(self, suffix: str) -> Iterator[Parameter]:
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")[: 4 if self.bias else 2]:
            yield getattr(self, name + suffix)
        if self.proj_size:
            yield getattr(self, f"weight_hr{suffix}")

    def _weights(self, suffix: str) -> Weights:
        nodes = [p._node for p in self._own(suffix)]
        projected = nodes.pop() if self.proj_size else None
        b_ih, b_hh = nodes[2:] if self.bias else (None, None)
        return Weights(nodes[0], nodes[1], b_ih, b_hh, projected)

    # ---- the call -----------------------------------------------------------------------------

    def forward(self, input: Tensor | PackedSequence, hx: Any = None) -> tuple[Any, Any]:
        """States of all steps in the last layer, and the last state of every layer."""
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        if not isinstance(input, Tensor):
            raise DTypeError(
                f"it takes a Tensor or a PackedSequence and got {a_kind(input)}.\n"
                " Make a Tensor: pellucid.tensor(value)."
            )
        x = input._node
        self._check_input(x, 2, 3)
        alone, turned = len(x.shape) == 2, self.batch_first and len(x.shape) == 3
        x = reshape(x, shape=(x.shape[0], 1, x.shape[1])) if alone else x
        x = permute(x, axes=(1, 0, 2)) if turned else x
        if x.shape[0] == 0:
            raise ShapeError(f"a sequence needs at least one step; the input has {show(x.shape)}.")
        states = self._states(hx, x.shape[1], x.dtype, alone)
        y, finals = self._layers(x, states, Even(x.shape[1]))
        y = permute(y, axes=(1, 0, 2)) if turned else y
        if alone:
            y = reshape(y, shape=(y.shape[0], y.shape[2]))
            finals = [reshape(n, shape=(n.shape[0], n.shape[2])) for n in finals]
        return wrap(y), self._offered(finals)

    def _packed(self, packed: PackedSequence, hx: Any) -> tuple[PackedSequence, Any]:
        layout = Ragged(packed.batch_sizes.tolist())
        x, order, back = packed.data._node, packed.sorted_indices, packed.unsorted_indices
        self._check_input(x, 2, 2)
        states = self._states(hx, layout.batch, x.dtype, False)
        if order is not None:
            states = [take(s, order._node, axes=(1,)) for s in states]
        y, finals = self._layers(x, states, layout)
        if back is not None:
            finals = [take(s, back._node, axes=(1,)) for s in finals]
        return packed._replace(data=wrap(y)), self._offered(finals)

    def _layers(self, x: Node, states: list[Node], layout: Layout) -> tuple[Node, list[Node]]:
        """All layers, one above the other; two directions of a layer side by side."""
        directions = 2 if self.bidirectional else 1
        finals: list[list[Node]] = [[] for _ in states]
        for layer in range(self.num_layers):
            if layer and self.dropout and self.training:
                x = dropout(x, self.dropout)
            ways = []
            for way in range(directions):
                k = layer * directions + way
                y, ends = self._run(k, x, [_at(s, k) for s in states], layout, way == 1)
                ways.append(y)
                for kept, end in zip(finals, ends, strict=True):
                    kept.append(reshape(end, shape=(1, *end.shape)))
            x = cat(*ways, axis=len(ways[0].shape) - 1) if directions == 2 else ways[0]
        return x, [cat(*kept, axis=0) if len(kept) > 1 else kept[0] for kept in finals]

    def _run(
        self, k: int, x: Node, first: list[Node], layout: Layout, backward: bool
    ) -> tuple[Node, list[Node]]:
        """One direction of one layer: states in the order of `x`, and the last ones."""
        w = self._weights(self._suffixes[k])
        z = layout.enter(input_sums(self.mode, x, w), IDLE[self.mode], backward)
        states, cell = recur(self.mode, z, first[0], first[-1], w)
        ends = [layout.last(states)] if cell is None else [layout.last(states), cell]
        return layout.leave(states, backward), ends

    # ---- what comes in ------------------------------------------------------------------------

    def _check_input(self, x: Node, least: int, most: int) -> None:
        if not least <= len(x.shape) <= most:
            batch = "(batch, steps" if self.batch_first else "(steps, batch"
            raise ShapeError(
                f"it takes {batch}, features), or (steps, features) of one sequence, "
                f"and got {show(x.shape)}."
            )
        if x.shape[-1] != self.input_size:
            raise ShapeError(f"the last axis must be {self.input_size} and is {x.shape[-1]}.")

    def _states(self, hx: Any, batch: int, dtype: DType, alone: bool) -> list[Node]:
        """First states `(layers · directions, batch, hidden)`: h0, and c0 of an LSTM."""
        names = ("h0", "c0") if self.mode == "LSTM" else ("h0",)
        lead = (len(self._suffixes), batch)
        wanted = [(*lead, n) for n in (self._state_size, self.hidden_size)[: len(names)]]
        if hx is None:
            return [rest(shape, dtype) for shape in wanted]
        given = hx if isinstance(hx, tuple | list) else (hx,)
        if len(given) != len(names) or not all(isinstance(s, Tensor) for s in given):
            what = "a pair of Tensors (h0, c0)" if len(names) == 2 else "one Tensor h0"
            raise DTypeError(f"the first state is {what}, and it got {_described(hx)}.")
        return [
            _state(n, s._node, shape, alone)
            for n, s, shape in zip(names, given, wanted, strict=True)
        ]

    @staticmethod
    def _offered(finals: list[Node]) -> Any:
        return wrap(finals[0]) if len(finals) == 1 else tuple(wrap(n) for n in finals)

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of features than the weights have columns."""
        x = inputs[0].data if inputs and isinstance(inputs[0], PackedSequence) else None
        x = inputs[0] if x is None and inputs and isinstance(inputs[0], Tensor) else x
        shape = tuple(x.shape) if x is not None else ()
        if len(shape) not in (2, 3) or shape[-1] == self.input_size:
            return None
        n = self.input_size
        return Misfit(
            f"expects {n} feature{'s' * (n != 1)} in the last axis and got {shape[-1]}",
            f"weight_ih_l0 {show(tuple(self.weight_ih_l0.shape))}",
            f"{type(self).__name__}({shape[-1]}, {self.hidden_size})",
            n,
            f"inputs with {n} feature{'s' * (n != 1)}",
        )

    def extra_repr(self) -> str:
        """The settings that are not at their defaults."""
        usual = {"proj_size": 0, "num_layers": 1, "bias": True, "batch_first": False,
                 "dropout": 0.0, "bidirectional": False}  # fmt: skip
        changed = "".join(
            f", {k}={getattr(self, k)}" for k, v in usual.items() if getattr(self, k) != v
        )
        return f"{self.input_size}, {self.hidden_size}{changed}"


def check_bend(name: str, nonlinearity: Any) -> None:
    """The function between two steps of a plain recurrence."""
    if nonlinearity not in ("tanh", "relu"):
        raise SettingError(f"{name}: nonlinearity is 'tanh' or 'relu', and it is {nonlinearity!r}.")


def _state(name: str, given: Node, wanted: tuple[int, int, int], alone: bool) -> Node:
    shape: tuple[int, ...] = (wanted[0], wanted[2]) if alone else wanted
    if given.shape != shape:
        axes = "(layers · directions, hidden)" if alone else "(layers · directions, batch, hidden)"
        raise ShapeError(f"{name} needs shape {show(shape)}, {axes}, and has {show(given.shape)}.")
    return reshape(given, shape=wanted) if alone else given


def _at(states: Node, k: int) -> Node:
    return slice_(states, spec=(k, *[(0, n, 1) for n in states.shape[1:]]))


def _described(hx: Any) -> str:
    if isinstance(hx, tuple | list):
        return f"{len(hx)} {'thing' if len(hx) == 1 else 'things'} in {a_kind(hx)}"
    return a_kind(hx)
