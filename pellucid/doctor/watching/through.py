"""How much of the gradient comes back to each step of a sequence, from the loss at its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Call

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["again_and_again", "through_time"]

Sizes = tuple[float, ...]

_ROWS, _FEWEST = 128, 8  # rows that are looked at; steps that make a sequence
_MOST = 8192  # steps of all rows together
_RECURRENT = ("rnn", "lstm", "gru")


def again_and_again(seen: Seen) -> Call | None:
    """The first call of a recurrence: a recurrent layer, or weights that a pass uses many times.

    Args:
        seen: a training.
    """
    firsts: dict[tuple[str, ...], list[Call]] = {}
    for call in seen.calls:
        if call.part != "model" or not call.weights:
            continue
        if call.name.startswith(_RECURRENT) and "cell" not in call.name:
            return call
        met = firsts.setdefault(call.weights, [])
        met.append(call)
        if len(met) >= _FEWEST:
            return met[0]
    return None


def through_time(
    w: Watcher, seen: Seen, twin: Any, like: Any, loss_of: Callable[[Any, Any], Any]
) -> tuple[Sizes, Sizes]:
    """The gradient's size at each step of the sequences that a recurrent network reads.

    Args:
        w: what watched.
        seen: with the rows that were kept.
        twin: a copy of the network with its last weights, in evaluation mode; it gets the first.
        like: one of its parameters.
        loss_of: the loss of an output and targets; None where it can't be run.

    Returns:
        With the first weights and with the last ones; empty where there is no such network.
    """
    assert seen.train is not None
    x, y = seen.train.x, seen.train.y
    numbers, whole = x.dtype.kind == "f" and x.ndim == 3, x.dtype.kind in "iu" and x.ndim == 2
    if not (numbers or whole) or x.shape[1] < _FEWEST or again_and_again(seen) is None:
        return (), ()
    few = min(_ROWS, max(_MOST // x.shape[1], _FEWEST))
    x, y = x[:few], y[:few]
    found: list[Sizes] = []
    with w.library.random_kept(), w.library.lib.enable_grad():
        for weights in (None, w.weights.start):
            if weights is not None:
                twin.load_state_dict(weights)
            read, target = w.library.tensor(x, like), w.library.tensor(y, like)
            made = _read(w, twin, read, numbers, partial(_against, loss_of, target))
            grad = None if made is None else w.library.array(made.grad)
            found.append(() if grad is None else _sizes(grad))
    return found[1], found[0]


def _against(loss_of: Callable[[Any, Any], Any], target: Any, out: Any) -> Any:
    return loss_of(out, target)


def _read(w: Watcher, twin: Any, x: Any, numbers: bool, loss_of: Callable[[Any], Any]) -> Any:
    """What a recurrence reads, with its gradient: the input, or what an embedding makes of it."""
    reached = [x.requires_grad_(True)] if numbers else []
    hooks = [] if numbers else [
        m.register_forward_hook(lambda _m, _a, out: reached.append(out))
        for m in twin.modules() if type(m).__name__ == "Embedding"
    ]  # fmt: skip
    try:
        out = twin(x)
    finally:
        for hook in hooks:
            hook.remove()
    made = next((t for t in reached if tuple(t.shape)[:2] == tuple(x.shape)[:2]), None)
    if made is None:
        return None
    made.retain_grad()
    loss = loss_of(out)
    if loss is None:
        return None
    loss.backward()
    return None if made.grad is None else made


def _sizes(grad: Any) -> Sizes:
    each = np.square(grad, dtype=np.float64).mean(axis=(0, 2))
    return tuple(float(size) for size in np.sqrt(each))
