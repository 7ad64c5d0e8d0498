"""One recurrence over all steps, on nodes: products with the inputs first, then the loop.

z = x W_ihᵀ + b      for all steps at once; the loop of `ops` does the rest
"""

from __future__ import annotations

from typing import NamedTuple

from pellucid.dtypes import DType
from pellucid.graph.mode import current, engine
from pellucid.graph.node import Node, leaf
from pellucid.ops.elementwise import add
from pellucid.ops.gru import gru, gru_tape
from pellucid.ops.linalg import dot_general, linear
from pellucid.ops.lstm import lstm, lstm_tape
from pellucid.ops.movement import reshape, slice_
from pellucid.ops.rearrange import pad
from pellucid.ops.recurrent import rows
from pellucid.ops.rnn import rnn
from pellucid.shapes import Shape

__all__ = ["GATES", "IDLE", "Weights", "input_sums", "recur", "rest"]

GATES = {"LSTM": 4, "GRU": 3, "RNN_TANH": 1, "RNN_RELU": 1}

# Sums at which each gate leaves the state as it is (or, with ReLU, empties it): forget nothing and
# let nothing in. Steps after the end of a short sequence get these.
_FAR = 1e6
IDLE = {
    "LSTM": (-_FAR, _FAR, 0.0, 0.0),
    "GRU": (0.0, _FAR, 0.0),
    "RNN_TANH": (0.0,),
    "RNN_RELU": (-_FAR,),
}


class Weights(NamedTuple):
    """What one direction of one layer learns."""

    ih: Node
    hh: Node
    b_ih: Node | None
    b_hh: Node | None
    hr: Node | None = None  # of an LSTM whose states are projected


def rest(shape: Shape, dtype: DType) -> Node:
    """The state before anything was read: zeros, which nobody gave."""
    return leaf(engine().zeros(shape, dtype), shape, dtype, kind="constant", name="0")


def input_sums(mode: str, x: Node, w: Weights) -> Node:
    """Products with the inputs of all steps, and every bias that may be added to them."""
    if w.b_ih is None or w.b_hh is None:
        return linear(x, w.ih)
    # The GRU's reset gate works on a sum that has its own bias inside: that one stays in the loop.
    return linear(x, w.ih, w.b_ih if mode == "GRU" else add(w.b_ih, w.b_hh))


def recur(mode: str, z: Node, h0: Node, c0: Node | None, w: Weights) -> tuple[Node, Node | None]:
    """The states of all steps, and with an LSTM the last cell."""
    if w.hr is not None:
        return _projected(z, h0, c0 if c0 is not None else h0, w, w.hr)
    if mode == "LSTM":
        return _lstm(z, h0, c0 if c0 is not None else h0, w)
    if mode == "GRU":
        return _gru(z, h0, w), None
    return rnn(z, h0, w.hh, bend=mode[4:].lower()), None


def _lstm(z: Node, h0: Node, c0: Node, w: Weights) -> tuple[Node, Node]:
    given = (z, h0, c0, w.hh)
    y = lstm(*given, lstm_tape(*given)) if _learning(*given) else lstm(*given)
    steps = z.shape[0]
    cell = slice_(y, spec=(steps, *[(0, n, 1) for n in h0.shape]))
    return rows(y, 0, steps), cell


def _projected(z: Node, h0: Node, c0: Node, w: Weights, hr: Node) -> tuple[Node, Node]:
    """An LSTM whose states are $h_t = W_{hr} r_t$, r being what its cell shows.

    The loop carries r, as $W_{hh} h_{t-1} = (W_{hh} W_{hr}) r_{t-1}$, and all states are one
    product behind it. Only the first state is none of these: its share goes to the sums of step 0.
    """
    started = linear(h0, w.hh)
    later = ((0, z.shape[0] - 1), (0, 0), (0, 0))
    z = add(z, pad(reshape(started, shape=(1, *started.shape)), widths=later))
    carried = w._replace(hh=dot_general(w.hh, hr))
    shown, cell = _lstm(z, rest(c0.shape, c0.dtype), c0, carried)
    return linear(shown, hr), cell


def _gru(z: Node, h0: Node, w: Weights) -> Node:
    bias = w.b_hh if w.b_hh is not None else rest(w.hh.shape[:1], w.hh.dtype)
    given = (z, h0, w.hh, bias)
    return gru(*given, gru_tape(*given)) if _learning(*given) else gru(*given)


def _learning(*given: Node) -> bool:
    """Whether a gradient will be asked for: only then are gates worth keeping."""
    return current().recording and any(x.requires_grad for x in given)
