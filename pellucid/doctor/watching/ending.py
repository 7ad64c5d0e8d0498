"""When the watching is over: one more look at the network, on the rows that were kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pellucid.doctor.seen import Seen
from pellucid.doctor.step import Moment
from pellucid.doctor.watching.library import tensors_in
from pellucid.doctor.watching.through import through_time
from pellucid.doctor.watching.told import calls, onto
from pellucid.doctor.watching.trace import Trace
from pellucid.doctor.watching.watcher import Watcher

__all__ = ["look_back", "prediction"]

_TOGETHER = 1 << 27  # numbers that calls give for all rows that are looked at in the end


def look_back(w: Watcher, seen: Seen) -> None:
    """What the network says at the end of the rows that were kept, and how it computes them.

    Fills in the predictions, whether they are random, `end` and `through`. Rows that do not lie
    along the first axis are put away, with the reason.

    Args:
        w: whose watching has ended.
        seen: with the rows.
    """
    if seen.train is None or not w.batches.plain or len(w.models) != 1:
        return
    twin = _twin(w)
    like = next(iter(twin.parameters()), None)
    twin.eval()
    with w.library.random_kept(), w.library.lib.no_grad():
        if (_laid_out(seen) or seen.train.parts) and not _apart(w, twin, seen.train.x[:64], like):
            seen.train = seen.held_out = None
            seen.missing["train"] = "rows do not lie along the first axis of the input"
            return
        for rows in (seen.train, seen.held_out):
            if rows is not None:
                rows.prediction = _predicted(w, twin, rows.x, like)
        seen.events.random_in_eval = _random(w, twin, seen.train.x[:256], like)
    seen.end = _last_look(w, seen, twin, like)
    seen.through = through_time(w, seen, twin, like, partial(_loss_again, w, twin=twin))


def _twin(w: Watcher) -> Any:
    """A copy of the network that takes what is kept as its input."""
    twin = w.library.twin(w.models[0])
    return twin if w.several.layout is None else w.several.layout.onto(twin)


def _predicted(w: Watcher, twin: Any, x: Any, like: Any) -> Any:
    parts = []
    for start in range(0, len(x), 256):
        out = twin(w.library.tensor(x[start : start + 256], like))
        parts.append(np.array(w.library.array(prediction(w)(out))))
    return np.concatenate(parts)


def _laid_out(seen: Seen) -> bool:
    """Whether the loss's targets were those of sequences, laid end to end."""
    return seen.train is not None and seen.loss is not None and (
        seen.train.y.ndim > len(seen.loss.target)
    )  # fmt: skip


def _apart(w: Watcher, twin: Any, x: Any, like: Any) -> bool:
    """Whether rows have nothing to do with each other, so that the first axis is theirs."""
    first = _predicted(w, twin, x, like).reshape(len(x), -1)
    if not np.isfinite(first).all() and w.weights.start is not None:  # its first weights tell
        twin = _twin(w).eval()
        twin.load_state_dict(w.weights.start)
        first = _predicted(w, twin, x, like).reshape(len(x), -1)
    second = _predicted(w, twin, x[::-1].copy(), like).reshape(len(x), -1)[::-1]
    return bool(np.allclose(first, second, rtol=1e-3, atol=1e-4))


def _random(w: Watcher, twin: Any, x: Any, like: Any) -> bool:
    """Whether the same rows give something else the second time."""
    first, second = (_predicted(w, twin, x, like) for _ in range(2))
    return not np.array_equal(first, second, equal_nan=True)


def prediction(w: Watcher) -> Callable[[Any], Any]:
    """Finds the tensor that enters the loss in what the network returned.

    Args:
        w: what watched.
    """
    return w.looks.replay.input if w.looks.replay is not None else partial(_first, w.library.kind)


def _first(kind: Any, out: Any) -> Any:
    return next(iter(tensors_in(out, kind)))


def _last_look(w: Watcher, seen: Seen, twin: Any, like: Any) -> Moment | None:
    """The activity on the rows that were kept, with the last weights, and the gradients there."""
    assert seen.train is not None
    if not seen.calls:
        return None
    names = {w.library.key(t): n for n, t in twin.named_parameters()}
    trace = Trace(w.library, names, None, True)
    tracer = w.library.tracer(trace)
    tracer.names = {id(m): path for path, m in twin.named_modules()}
    for p in twin.parameters():
        p.grad = None
    few = _few(seen, w.passes.batch)
    with w.library.random_kept(), w.library.lib.enable_grad():
        x, y = (w.library.tensor(a[:few], like) for a in (seen.train.x, seen.train.y))
        tracer.start()
        try:
            trace.enter([x])
            out = twin(x)
            trace.leave(tensors_in(out, w.library.kind))
        finally:
            tracer.stop()
        loss = _loss_again(w, out, y, twin)
        places = [i for i, ran in enumerate(trace.ran) if not ran.fixed]
        if loss is not None:
            _gradients(w, trace, loss, places)
    found = trace.figures(places, onto(seen.calls, calls(trace, places)))
    trace.alive.clear()  # hooks on what it holds lead back to it, where nobody sees the circle
    value = float("nan") if loss is None else w.library.number(loss)
    return Moment(w.step, value, w.rate(), found)


def _few(seen: Seen, batch: int) -> int:
    """How many rows may be looked at together, so that what comes out of all calls has room."""
    each = sum(math.prod(call.shape) for call in seen.calls) / max(batch, 1)
    return max(int(_TOGETHER / max(each, 1)), 1)


def _loss_again(w: Watcher, out: Any, y: Any, twin: Any) -> Any:
    """The loss of all rows; None where it can't be run on another number of rows."""
    try:
        return None if w.looks.replay is None else w.looks.replay(out, y, twin)
    except Exception as error:
        w.missing.setdefault("replay", f"{type(error).__name__}: {error}"[:300])
        return None


def _gradients(w: Watcher, trace: Trace, loss: Any, places: list[int]) -> None:
    library = w.library

    def blamed(key: int, g: Any) -> None:
        a = library.array(g).reshape(-1)
        trace.blames[key] = float(np.sqrt(np.square(a, dtype=np.float64).mean()))

    wanted = {k: trace.alive[k] for i in places for k in trace.ran[i].outputs[:1]}
    w.library.on_blame(loss, wanted, blamed)
    loss.backward()
