"""Recurrent layers: networks that read a sequence step by step and carry a state along.

hₜ = f(xₜ, hₜ₋₁)
"""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType
from pellucid.nn.recurrence import RNNBase, check_bend

__all__ = ["GRU", "LSTM", "RNN"]


class RNN(RNNBase):
    r"""The plain recurrence: $h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})$.

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state.
        num_layers: how many recurrences, each reading the states of the one below.
        nonlinearity: "tanh" or "relu".
        bias: whether to learn biases.
        batch_first: inputs and outputs are `(batch, steps, …)` instead of `(steps, batch, …)`.
        dropout: the probability of leaving out a number between two layers, in training.
        bidirectional: whether a second recurrence reads each sequence from its end.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(T, B, input_size)`, h0 `(layers · directions, B, hidden_size)` or none →
        `(T, B, directions · hidden_size)`, h_n like h0. One sequence goes without its B.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> states, last = nn.RNN(3, 5)(pellucid.zeros(7, 2, 3))
        >>> states.shape, last.shape
        (Size([7, 2, 5]), Size([1, 2, 5]))

    Source: Elman 1990. Weights start as in PyTorch, evenly over ±1/√hidden_size.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        check_bend("RNN", nonlinearity)
        super().__init__(
            f"RNN_{nonlinearity.upper()}", input_size, hidden_size, num_layers, bias, batch_first,
            dropout, bidirectional, 0, device, dtype,
        )  # fmt: skip
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    r"""Long short-term memory: gates decide what a cell keeps, takes in and shows.

    $(i, f, o) = \sigma(W_{ih} x_t + W_{hh} h_{t-1} + b)$, $g = \tanh(\ldots)$,
    $c_t = f c_{t-1} + i g$, $h_t = o \tanh c_t$

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state, and in the cell.
        num_layers: how many recurrences, each reading the states of the one below.
        bias: whether to learn biases.
        batch_first: inputs and outputs are `(batch, steps, …)` instead of `(steps, batch, …)`.
        dropout: the probability of leaving out a number between two layers, in training.
        bidirectional: whether a second recurrence reads each sequence from its end.
        proj_size: numbers that each state is projected to, $h_t = W_{hr} o \tanh c_t$; 0 for none.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(T, B, input_size)`, `(h0, c0)` or none, each `(layers · directions, B, hidden_size)` →
        `(T, B, directions · hidden_size)`, `(h_n, c_n)`. One sequence goes without its B. With
        `proj_size`, h and the result have that size.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> states, (h, c) = nn.LSTM(3, 5, batch_first=True)(pellucid.zeros(2, 7, 3))
        >>> states.shape, h.shape
        (Size([2, 7, 5]), Size([1, 2, 5]))

    Source: Hochreiter & Schmidhuber 1997. Weights start as in PyTorch, evenly over ±1/√hidden_size.
    """

    def __init__(
        self,
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
        super().__init__(
            "LSTM", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, proj_size, device, dtype,
        )  # fmt: skip


class GRU(RNNBase):
    r"""Gated recurrent units: one state, mixed from its past and a proposal.

    $r, u = \sigma(W_{ih} x_t + W_{hh} h_{t-1} + b)$,
    $n = \tanh(W_{in} x_t + b_{in} + r (W_{hn} h_{t-1} + b_{hn}))$, $h_t = (1 - u) n + u h_{t-1}$

    Args:
        input_size: numbers per step.
        hidden_size: numbers in the state.
        num_layers: how many recurrences, each reading the states of the one below.
        bias: whether to learn biases.
        batch_first: inputs and outputs are `(batch, steps, …)` instead of `(steps, batch, …)`.
        dropout: the probability of leaving out a number between two layers, in training.
        bidirectional: whether a second recurrence reads each sequence from its end.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Shape:
        `(T, B, input_size)`, h0 `(layers · directions, B, hidden_size)` or none →
        `(T, B, directions · hidden_size)`, h_n like h0. One sequence goes without its B.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> states, last = nn.GRU(3, 5, bidirectional=True)(pellucid.zeros(7, 2, 3))
        >>> states.shape, last.shape
        (Size([7, 2, 10]), Size([2, 2, 5]))

    Source: Cho et al. 2014. Weights start as in PyTorch, evenly over ±1/√hidden_size.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__(
            "GRU", input_size, hidden_size, num_layers, bias, batch_first, dropout,
            bidirectional, 0, device, dtype,
        )  # fmt: skip
