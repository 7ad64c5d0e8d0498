"""What recurrent layers and packing say where something is wrong, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.errors import DTypeError, PellucidWarning, SettingError, ShapeError
from pellucid.nn.utils import rnn

zeros = pellucid.zeros


def said(call: Callable[[], Any], kind: type[Exception]) -> str:
    """The text of the error that a call ends in, without the line number."""
    with pytest.raises(kind) as caught:
        call()
    return re.sub(r"test_recurrent_errors\.py:\d+", "HERE", str(caught.value))


SETTINGS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: nn.LSTM(2, 0),
        "LSTM: hidden_size must be a whole number from 1 on, and it is 0.",
    ),
    (
        lambda: nn.GRU(2.5, 3),  # type: ignore[arg-type]
        "GRU: input_size must be a whole number from 1 on, and it is 2.5.",
    ),
    (
        lambda: nn.RNN(2, 3, num_layers=0),
        "RNN: num_layers must be a whole number from 1 on, and it is 0.",
    ),
    (
        lambda: nn.RNN(2, 3, nonlinearity="sine"),
        "RNN: nonlinearity is 'tanh' or 'relu', and it is 'sine'.",
    ),
    (
        lambda: nn.RNNCell(2, 3, nonlinearity="sine"),
        "RNNCell: nonlinearity is 'tanh' or 'relu', and it is 'sine'.",
    ),
    (
        lambda: nn.LSTMCell(2, -1),
        "LSTMCell: hidden_size must be a whole number from 0 on, and it is -1.",
    ),
    (
        lambda: nn.LSTM(2, 3, 2, dropout=2.0),
        "LSTM: p is a probability, between 0 and 1, and it is 2.0.",
    ),
    (
        lambda: nn.LSTM(2, 3, proj_size=3),
        "LSTM: proj_size is a whole number below hidden_size, 3, and it is 3.",
    ),
    (
        lambda: nn.RNNBase("GRU", 2, 3, proj_size=1),
        "RNNBase: only the states of an LSTM are projected; leave proj_size.",
    ),
    (
        lambda: nn.RNNBase("lstm", 2, 3),
        "RNNBase: mode is one of LSTM, GRU, RNN_TANH, RNN_RELU, not 'lstm'.",
    ),
    (
        lambda: rnn.pack_padded_sequence(zeros(4, 2), [1, 4]),
        "pack_padded_sequence: lengths must go down, and they are [1, 4].\n"
        " Pass enforce_sorted=False to have the sequences sorted for you.",
    ),
    (
        lambda: rnn.pack_padded_sequence(zeros(4, 2), [5, 1]),
        "pack_padded_sequence: lengths go from 1 to 4, the steps there are, and lengths[0] is 5.",
    ),
    (
        lambda: rnn.pack_padded_sequence(zeros(4, 2), [4, 0]),
        "pack_padded_sequence: lengths go from 1 to 4, the steps there are, and lengths[1] is 0.",
    ),
    (
        lambda: rnn.pad_packed_sequence(rnn.pack_sequence([zeros(3)]), total_length=2),
        "pad_packed_sequence: total_length is 2, and the longest sequence has 3 steps.",
    ),
    (
        lambda: rnn.pad_sequence([zeros(3)], padding_side="top"),
        "pad_sequence: padding_side is 'right' or 'left', and it is 'top'.",
    ),
    (
        lambda: rnn.pad_sequence([]),
        "pad_sequence: there must be at least one sequence.",
    ),
]


@pytest.mark.parametrize(("call", "text"), SETTINGS)
def test_settings(call: Callable[[], Any], text: str) -> None:
    assert said(call, SettingError) == text


SHAPES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: nn.GRU(2, 4)(zeros(5, 3, 6)),
        """\
GRU(2, 4) expects 2 features in the last axis and got 6.
 ▸ GRU(2, 4)   (5, 3, 6) ✗ weight_ih_l0 (12, 2)
 Make it GRU(6, 4), or give it inputs with 2 features.      called at HERE""",
    ),
    (
        lambda: nn.Sequential(nn.Linear(4, 6), nn.LSTM(2, 4))(zeros(5, 3, 4)),
        """\
layer 1, LSTM(2, 4), expects 2 features in the last axis and got 6.
   0  Linear(4, 6)   (5, 3, 4) → (5, 3, 6)
 ▸ 1  LSTM(2, 4)     (5, 3, 6) ✗ weight_ih_l0 (16, 2)
 Make layer 1 LSTM(6, 4), or make layer 0 end in 2.      called at HERE""",
    ),
    (
        lambda: nn.LSTM(2, 4)(zeros(2)),
        """\
LSTM(2, 4): it takes (steps, batch, features), or (steps, features) of one sequence, and got (2,).
 ▸ LSTM(2, 4)   (2,) ✗
 called at HERE""",
    ),
    (
        lambda: nn.LSTM(2, 4, batch_first=True)(zeros(1, 1, 1, 2)),
        """\
LSTM(2, 4, batch_first=True): it takes (batch, steps, features), or (steps, features) of one \
sequence, and got (1, 1, 1, 2).
 ▸ LSTM(2, 4, batch_first=True)   (1, 1, 1, 2) ✗
 called at HERE""",
    ),
    (
        lambda: nn.RNN(2, 4)(zeros(0, 1, 2)),
        """\
RNN(2, 4): a sequence needs at least one step; the input has (0, 1, 2).
 ▸ RNN(2, 4)   (0, 1, 2) ✗
 called at HERE""",
    ),
    (
        lambda: nn.GRU(2, 4)(zeros(5, 3, 2), zeros(2, 3, 4)),
        """\
GRU(2, 4): h0 needs shape (1, 3, 4), (layers · directions, batch, hidden), and has (2, 3, 4).
 ▸ GRU(2, 4)   (5, 3, 2) and (2, 3, 4) ✗
 called at HERE""",
    ),
    (
        lambda: nn.LSTM(2, 4)(zeros(5, 2), (zeros(1, 4), zeros(1, 3))),
        """\
LSTM(2, 4): c0 needs shape (1, 4), (layers · directions, hidden), and has (1, 3).
 ▸ LSTM(2, 4)   (5, 2) ✗
 called at HERE""",
    ),
    (
        lambda: nn.GRU(2, 4)(rnn.pack_sequence([zeros(3, 5)])),
        """\
GRU(2, 4) expects 2 features in the last axis and got 5.
 ▸ GRU(2, 4)    ✗ weight_ih_l0 (12, 2)
 Make it GRU(5, 4), or give it inputs with 2 features.      called at HERE""",
    ),
    (
        lambda: nn.GRUCell(2, 4)(zeros(3, 5)),
        """\
GRUCell(2, 4) expects 2 features in the last axis and got 5.
 ▸ GRUCell(2, 4)   (3, 5) ✗ weight_ih (12, 2)
 Make it GRUCell(5, 4), or give it inputs with 2 features.      called at HERE""",
    ),
    (
        lambda: nn.LSTMCell(2, 4)(zeros(3, 3, 2)),
        """\
LSTMCell(2, 4): it takes (batch, 2), or (2,) of one sample, and got (3, 3, 2).
 ▸ LSTMCell(2, 4)   (3, 3, 2) ✗
 called at HERE""",
    ),
    (
        lambda: nn.RNNCell(2, 4)(zeros(3, 2), zeros(2, 4)),
        """\
RNNCell(2, 4): h0 needs shape (3, 4) and has (2, 4).
 ▸ RNNCell(2, 4)   (3, 2) and (2, 4) ✗
 called at HERE""",
    ),
    (
        lambda: rnn.pack_padded_sequence(zeros(4, 2), [4]),
        "pack_padded_sequence: there are 1 lengths for 2 sequences; give one each.",
    ),
    (
        lambda: rnn.pad_sequence([zeros(4, 2), zeros(4, 3)]),
        "pad_sequence: sequences may differ in their first axis only: sequences[0] has shape "
        "(4, 2) and sequences[1] (4, 3).",
    ),
]


@pytest.mark.parametrize(("call", "text"), SHAPES)
def test_shapes(call: Callable[[], Any], text: str) -> None:
    assert said(call, ShapeError) == text


KINDS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: nn.LSTM(2, 4)(zeros(5, 3, 2), zeros(1, 3, 4)),
        """\
LSTM(2, 4): the first state is a pair of Tensors (h0, c0), and it got a Tensor.
 ▸ LSTM(2, 4)   (5, 3, 2) and (1, 3, 4) ✗
 called at HERE""",
    ),
    (
        lambda: nn.GRU(2, 4)(zeros(5, 3, 2), (zeros(1, 3, 4), zeros(1, 3, 4))),
        """\
GRU(2, 4): the first state is one Tensor h0, and it got 2 things in a tuple.
 ▸ GRU(2, 4)   (5, 3, 2) ✗
 called at HERE""",
    ),
    (
        lambda: nn.RNN(2, 4)([[1.0, 2.0]]),
        """\
RNN(2, 4): it takes a Tensor or a PackedSequence and got a list.
 ▸ RNN(2, 4)    ✗
 Make a Tensor: pellucid.tensor(value).      called at HERE""",
    ),
    (
        lambda: nn.RNNCell(2, 4)([1.0, 2.0]),
        """\
RNNCell(2, 4): it takes a Tensor and got a list.
 ▸ RNNCell(2, 4)    ✗
 Make a Tensor: pellucid.tensor(value).      called at HERE""",
    ),
    (
        lambda: nn.LSTMCell(2, 4)(zeros(2), zeros(4)),
        """\
LSTMCell(2, 4): the state is a pair of Tensors (h, c), and it got a Tensor.
 ▸ LSTMCell(2, 4)   (2,) and (4,) ✗
 called at HERE""",
    ),
    (
        lambda: rnn.pad_sequence([zeros(2), [1.0]]),
        "pad_sequence: sequences[1] must be a Tensor and is a list.\n"
        " Make one: pellucid.tensor(value).",
    ),
]


@pytest.mark.parametrize(("call", "text"), KINDS)
def test_kinds(call: Callable[[], Any], text: str) -> None:
    assert said(call, DTypeError) == text


def test_dropout_that_does_nothing() -> None:
    with pytest.warns(PellucidWarning) as caught:
        nn.LSTM(2, 4, dropout=0.3)
    assert str(caught[0].message) == (
        "LSTM: dropout stands between recurrent layers, and there is only one: dropout=0.3 does "
        "nothing.\n Raise num_layers, or put a Dropout layer behind it."
    )
    assert caught[0].filename == __file__
