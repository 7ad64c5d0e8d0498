"""PyTorch's answers for recurrences: its own cells, step by step."""

from __future__ import annotations

from typing import Any

from tests.ops.oracle.row import Row

__all__ = ["ROWS"]


def _cell(t: Any, name: str, z: Any, state: Any, weight: Any, bias: Any = None) -> Any:
    """A cell of PyTorch whose input product has been taken already."""
    size = z.shape[-1]
    return getattr(t, name)(
        z, state, t.eye(size, dtype=z.dtype), weight, t.zeros(size, dtype=z.dtype),
        t.zeros(size, dtype=z.dtype) if bias is None else bias,
    )  # fmt: skip


def _lstm(t: Any, z: Any, h: Any, c: Any, weight: Any) -> Any:
    states = []
    for step in z:
        h, c = _cell(t, "lstm_cell", step, (h, c), weight)
        states.append(h)
    return t.stack([*states, c])


def _lstm_tape(t: Any, z: Any, h: Any, c: Any, weight: Any) -> Any:
    saved = []
    for step in z:
        i, f, g, o = (step + h @ weight.T).chunk(4, 1)
        h, c = _cell(t, "lstm_cell", step, (h, c), weight)
        saved.append(t.stack([i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid(), c, h]))
    return t.stack(saved, 1)


def _lstm_back(t: Any, g: Any, tape: Any, c0: Any, weight: Any) -> Any:
    """PyTorch's own chain rule over the formulas of a step, started from gates as they are."""
    g, tape, c0, weight = (x.detach() for x in (g, tape, c0, weight))
    dh, dc, found = t.zeros_like(c0), g[-1], []
    for k in reversed(range(len(g) - 1)):
        i, f, n, o = (x.clone().requires_grad_() for x in tape[:4, k])
        before, c = tape[4, k - 1] if k else c0, tape[4, k].clone().requires_grad_()
        (to_c, to_o) = t.autograd.grad(o * t.tanh(c), (c, o), dh + g[k])
        dc = dc + to_c
        to_i, to_f, to_n = t.autograd.grad(f * before + i * n, (i, f, n), dc)
        slopes = (i * (1 - i), f * (1 - f), 1 - n * n, o * (1 - o))
        dz = t.cat([d * s for d, s in zip((to_i, to_f, to_n, to_o), slopes, strict=True)], 1)
        dh, dc = dz @ weight, dc * f
        found.insert(0, dz)
    return t.stack([*found, t.cat([dh, dc, 0 * dh, 0 * dh], 1)]).detach()


def _gru(t: Any, z: Any, h: Any, weight: Any, bias: Any) -> Any:
    states = []
    for step in z:
        h = _cell(t, "gru_cell", step, h, weight, bias)
        states.append(h)
    return t.stack(states)


def _gru_tape(t: Any, z: Any, h: Any, weight: Any, bias: Any) -> Any:
    saved, size = [], h.shape[1]
    for step in z:
        a = h @ weight.T + bias
        r, u = ((step + a)[:, k * size : (k + 1) * size].sigmoid() for k in (0, 1))
        q = a[:, 2 * size :]
        n = (step[:, 2 * size :] + r * q).tanh()
        h = _cell(t, "gru_cell", step, h, weight, bias)
        saved.append(t.stack([r, u, n, q, h]))
    return t.stack(saved, 1)


def _gru_back(t: Any, g: Any, tape: Any, h0: Any, weight: Any) -> Any:
    g, tape, h0, weight = (x.detach() for x in (g, tape, h0, weight))
    dh, inputs, hidden = t.zeros_like(h0), [], []
    for k in reversed(range(len(g))):
        r, u, n, q = (x.clone().requires_grad_() for x in tape[:4, k])
        before = (tape[4, k - 1] if k else h0).clone().requires_grad_()
        mixed = (1 - u) * n + u * before
        to_u, to_n, past = t.autograd.grad(mixed, (u, n, before), dh + g[k])
        dn = to_n * (1 - n * n)
        to_r, to_q = t.autograd.grad(r * q, (r, q), dn)
        gates = [to_r * r * (1 - r), to_u * u * (1 - u)]
        inputs.insert(0, t.cat([*gates, dn], 1))
        hidden.insert(0, t.cat([*gates, to_q], 1))
        dh = past + hidden[0] @ weight
    return t.stack([*inputs, *hidden, t.cat([dh, 0 * dh, 0 * dh], 1)]).detach()


def _rnn(t: Any, z: Any, h: Any, weight: Any, bend: str) -> Any:
    states = []
    for step in z:
        h = _cell(t, f"rnn_{bend}_cell", step, h, weight)
        states.append(h)
    return t.stack(states)


def _rnn_back(t: Any, g: Any, y: Any, weight: Any, bend: str) -> Any:
    g, y, weight = (x.detach() for x in (g, y, weight))
    dh, found = t.zeros_like(y[0]), []
    for k in reversed(range(len(g))):
        slope = (y[k] > 0).to(y.dtype) if bend == "relu" else 1 - y[k] ** 2
        found.insert(0, (dh + g[k]) * slope)
        dh = found[0] @ weight
    return t.stack([*found, dh]).detach()


def _ctc(t: Any, e: Any, hop: Any, start: Any, finish: Any, alive: Any) -> Any:
    """All paths through the states, frame by frame."""
    a, width = start, start.shape[1]
    for k in range(len(e)):
        ways = [a]
        if width > 1:
            ways.append(t.cat([hop[:, :1], a[:, :-1]], 1))
            ways.append(t.cat([hop[:, :2], a[:, :-2]], 1) + hop)
        a = t.where(alive[k], e[k] + t.logsumexp(t.stack(ways), 0), a)
    return -t.logsumexp(a + finish, 1)


def _ctc_states(t: Any, loss: Any, e: Any, *masks: Any) -> Any:
    """The share of the paths through a state: what a small change of its chance does to all."""
    own = _ctc(t, e, *masks)
    (shares,) = t.autograd.grad(-own.sum(), e)
    return shares * t.exp(loss - own).reshape(1, -1, 1)


ROWS: dict[str, Row] = {
    "ctc": Row(_ctc),
    "ctc_states": Row(_ctc_states),
    "lstm": Row(_lstm),
    "lstm_tape": Row(_lstm_tape),
    "lstm_back": Row(_lstm_back),
    "gru": Row(_gru),
    "gru_tape": Row(_gru_tape),
    "gru_back": Row(_gru_back),
    "rnn": Row(_rnn),
    "rnn_back": Row(_rnn_back),
}
