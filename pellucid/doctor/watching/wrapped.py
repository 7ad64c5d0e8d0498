"""Functions of a library with somebody who listens: what goes backward, losses, schedules."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.names import LOSSES, OF_PAIRS

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["wrap_all"]

_FEW_PAIRS = 32  # steps whose pairs are looked at


def wrap_all(watcher: Watcher) -> None:
    """Wrap what a loop calls besides networks and optimizers."""
    patches, library = watcher.patches, watcher.library
    lib = library.lib
    busy = [False]  # in one of them already: the method calls the function, a mode calls it again
    for owner, name in library.backward_owners():
        patches.wrap(owner, name, functools.partial(_backward, watcher, busy))
    for name in LOSSES:
        if hasattr(lib.nn.functional, name):
            patches.wrap(lib.nn.functional, name, functools.partial(_loss, watcher, busy, name))
    for name in OF_PAIRS:
        patches.wrap(lib.nn.functional, name, functools.partial(_pairing, watcher, name))
    for owner, name, wrap in library.patches():
        patches.wrap(owner, name, wrap)
    for kind in {v for v in vars(lib.optim.lr_scheduler).values() if isinstance(v, type)}:
        if "step" in vars(kind):
            patches.wrap(kind, "step", functools.partial(_scheduling, watcher))
    patches.wrap(lib.nn.utils, "clip_grad_norm_", functools.partial(_clipping, watcher))


def _backward(watcher: Watcher, busy: list[bool], original: Callable[..., Any]) -> Any:
    live, rest, safely = watcher.patches.live, watcher.rest, watcher.safely

    @functools.wraps(original)
    def backward(*args: Any, **kwargs: Any) -> Any:
        if busy[0] or not live[0]:
            return original(*args, **kwargs)
        busy[0] = True
        try:
            given = args[0] if args else None
            rested = rest.on and rest.backward(given)
            if not rested:
                safely("events", watcher.backward_begins, given)
            out = original(*args, **kwargs)
        finally:
            busy[0] = False
        if not rested:
            safely("events", watcher.backward_ended)
        return out

    return backward


def _loss(watcher: Watcher, busy: list[bool], name: str, original: Callable[..., Any]) -> Any:
    live, looks, lost = watcher.patches.live, watcher.looks, watcher.rest.lost

    @functools.wraps(original)
    def loss(*args: Any, **kwargs: Any) -> Any:
        if busy[0] or looks.inside or not live[0]:
            return original(*args, **kwargs)
        busy[0] = True
        try:
            out = original(*args, **kwargs)
        finally:
            busy[0] = False
        lost(name, args, kwargs, out, original)
        return out

    return loss


def _clipping(watcher: Watcher, original: Callable[..., Any]) -> Any:
    live = watcher.patches.live

    @functools.wraps(original)
    def clip(*args: Any, **kwargs: Any) -> Any:
        out = original(*args, **kwargs)
        limit = kwargs.get("max_norm", args[1] if len(args) > 1 else None)
        if live[0] and not watcher.looks.inside and isinstance(limit, int | float):
            watcher.clip = float(limit)
            if watcher.idle_clips == watcher.step:  # from the first step on, never with gradients
                watcher.safely("events", _clipped, watcher, out)
        return out

    return clip


def _clipped(watcher: Watcher, norm: Any) -> None:
    watcher.idle_clips += watcher.number(norm) == 0


def _pairing(watcher: Watcher, name: str, original: Callable[..., Any]) -> Any:
    live = watcher.patches.live

    @functools.wraps(original)
    def loss(*args: Any, **kwargs: Any) -> Any:
        target = kwargs.get("target", args[2] if len(args) > 2 else None)
        if live[0] and isinstance(target, watcher.kind) and watcher.step < _FEW_PAIRS:
            watcher.safely("loss", _ends, watcher, name, target)
        return original(*args, **kwargs)

    return loss


def _ends(watcher: Watcher, name: str, target: Any) -> None:
    values = watcher.library.array(target)
    if values.size:
        low, high = float(values.min()), float(values.max())
        if watcher.pairs is not None:
            low, high = min(low, watcher.pairs[1]), max(high, watcher.pairs[2])
        watcher.pairs = name, low, high


def _scheduling(watcher: Watcher, original: Callable[..., Any]) -> Any:
    live = watcher.patches.live

    @functools.wraps(original)
    def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
        own = getattr(scheduler, "optimizer", None)
        if live[0] and any(own is known for known in watcher.optimizers):
            watcher.schedule = type(scheduler).__name__
            made, planned = (getattr(scheduler, n, None) for n in ("last_epoch", "total_steps"))
            if isinstance(made, int) and isinstance(planned, int):
                watcher.planned = made + 1, planned
        return original(scheduler, *args, **kwargs)

    return step
