"""One step of a recurrence at a time, for loops of one's own.

hₜ = f(xₜ, hₜ₋₁)
"""

from __future__ import annotations

import math
from typing import Any

from pellucid.dtypes import DType
from pellucid.errors import DTypeError, ShapeError
from pellucid.graph.mode import current, switched
from pellucid.graph.node import Node
from pellucid.nn import init
from pellucid.nn.border import Misfit
from pellucid.nn.functional.recurrent import GATES, Weights, input_sums, recur, rest
from pellucid.nn.functional.sizes import check_size
from pellucid.nn.module import Module
from pellucid.nn.recurrence import check_bend
from pellucid.ops.movement import reshape
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty
from pellucid.tensor.tensor import wrap

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "RNNCellBase"]


class RNNCellBase(Module):
    """What RNNCell, LSTMCell and GRUCell share: weights and the state of one step.

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state.
        bias: whether to learn biases.
        num_chunks: how many gates there are.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
    """

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None
    _kind = "RNN_TANH"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        for what in ("input_size", "hidden_size"):
            check_size(type(self).__name__, what, getattr(self, what), least=0)
        rows = num_chunks * hidden_size
        self.weight_ih = Parameter(empty((rows, input_size), device=device, dtype=dtype))
        self.weight_hh = Parameter(empty((rows, hidden_size), device=device, dtype=dtype))
        for name in ("bias_ih", "bias_hh"):
            value = Parameter(empty(rows, device=device, dtype=dtype)) if bias else None
            self.register_parameter(name, value)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights afresh, evenly over ±1/√hidden_size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0.0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)

    def _step(self, input: Tensor, *given: Tensor | None) -> tuple[Tensor, ...]:
        """State, and cell, after one step; what is not given starts at 0."""
        if not isinstance(input, Tensor):
            raise DTypeError(
                f"it takes a Tensor and got {a_kind(input)}.\n"
                " Make a Tensor: pellucid.tensor(value)."
            )
        x = input._node
        if len(x.shape) not in (1, 2) or x.shape[-1] != self.input_size:
            raise ShapeError(
                f"it takes (batch, {self.input_size}), or ({self.input_size},) of one sample, "
                f"and got {show(x.shape)}."
            )
        alone = len(x.shape) == 1
        w = Weights(*(None if p is None else p._node for p in self._own()))  # type: ignore[arg-type]
        z = input_sums(self._kind, x, w)
        batch = 1 if alone else x.shape[0]
        names = ("h0", "c0")[: len(given)]
        states = [self._state(n, s, x, alone) for n, s in zip(names, given, strict=True)]
        steps = reshape(z, shape=(1, batch, z.shape[-1]))
        low = None if self._kind == "LSTM" else current().lower  # its memory keeps its digits
        with switched(lower=low):
            y, cell = recur(self._kind, steps, states[0], states[-1], w)
        shape = (self.hidden_size,) if alone else (batch, self.hidden_size)
        ends = [y] if cell is None else [y, cell]
        return tuple(wrap(reshape(n, shape=shape)) for n in ends)

    def _own(self) -> tuple[Parameter | None, ...]:
        return self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh

    def _state(self, name: str, given: Tensor | None, x: Node, alone: bool) -> Node:
        batch = 1 if alone else x.shape[0]
        if given is None:
            return rest((batch, self.hidden_size), x.dtype)
        if not isinstance(given, Tensor):
            raise DTypeError(f"{name} must be a Tensor and is {a_kind(given)}.")
        shape = (self.hidden_size,) if alone else (batch, self.hidden_size)
        if given._node.shape != shape:
            raise ShapeError(f"{name} needs shape {show(shape)} and has {show(given._node.shape)}.")
        return reshape(given._node, shape=(batch, self.hidden_size))

    def _misfit(self, *inputs: Any) -> Misfit | None:
        """Another number of features than the weight has columns."""
        shape = tuple(inputs[0].shape) if inputs and isinstance(inputs[0], Tensor) else ()
        n = self.input_size
        if len(shape) not in (1, 2) or shape[-1] == n:
            return None
        return Misfit(
            f"expects {n} feature{'s' * (n != 1)} in the last axis and got {shape[-1]}",
            f"weight_ih {show(tuple(self.weight_ih.shape))}",
            f"{type(self).__name__}({shape[-1]}, {self.hidden_size})",
            n,
            f"inputs with {n} feature{'s' * (n != 1)}",
        )

    def extra_repr(self) -> str:
        """The settings that are not at their defaults."""
        return f"{self.input_size}, {self.hidden_size}{'' if self.bias else ', bias=False'}"


class RNNCell(RNNCellBase):
    r"""One step of a plain recurrence: $h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})$.

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state.
        bias: whether to learn biases.
        nonlinearity: "tanh" or "relu".
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(B, input_size)`, h `(B, hidden_size)` or none → `(B, hidden_size)`, or all without B.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.RNNCell(3, 5)(pellucid.zeros(2, 3)).shape
        Size([2, 5])

    Source: Elman 1990.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        check_bend("RNNCell", nonlinearity)
        self.nonlinearity = nonlinearity
        self._kind = f"RNN_{nonlinearity.upper()}"
        super().__init__(input_size, hidden_size, bias, 1, device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        return self._step(input, hx)[0]

    def extra_repr(self) -> str:
        """The settings that are not at their defaults."""
        bend = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + bend


class LSTMCell(RNNCellBase):
    r"""One step of a long short-term memory: $c' = f c + i g$, $h' = o \tanh c'$.

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state, and in the cell.
        bias: whether to learn biases.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(B, input_size)`, `(h, c)` or none → `(h', c')`, each `(B, hidden_size)`, or all without B.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> h, c = nn.LSTMCell(3, 5)(pellucid.zeros(2, 3))
        >>> h.shape
        Size([2, 5])

    Source: Hochreiter & Schmidhuber 1997.
    """

    _kind = "LSTM"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, GATES["LSTM"], device, dtype)

    def forward(
        self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, Tensor]:
        """The next state and cell."""
        if hx is not None and (not isinstance(hx, tuple | list) or len(hx) != 2):
            raise DTypeError(f"the state is a pair of Tensors (h, c), and it got {a_kind(hx)}.")
        h, c = self._step(input, *((None, None) if hx is None else hx))
        return h, c


class GRUCell(RNNCellBase):
    r"""One step of a gated recurrent unit: $h' = (1 - u) n + u h$.

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state.
        bias: whether to learn biases.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(B, input_size)`, h `(B, hidden_size)` or none → `(B, hidden_size)`, or all without B.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.GRUCell(3, 5)(pellucid.zeros(2, 3)).shape
        Size([2, 5])

    Source: Cho et al. 2014.
    """

    _kind = "GRU"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, GATES["GRU"], device, dtype)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        """The next state."""
        return self._step(input, hx)[0]
