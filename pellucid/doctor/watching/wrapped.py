"""Functions of a library with somebody who listens: what goes backward, losses, schedules."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.names import LOSSES

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["wrap_all"]


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
    live, rest, looks = watcher.patches.live, watcher.rest, watcher.looks

    @functools.wraps(original)
    def loss(*args: Any, **kwargs: Any) -> Any:
        if busy[0] or looks.inside or not live[0]:
            return original(*args, **kwargs)
        busy[0] = True
        try:
            out = original(*args, **kwargs)
        finally:
            busy[0] = False
        if not (rest.on and rest.lost(name, args, kwargs, out, original)):
            watcher.safely("loss", watcher.lost, name, args, kwargs, out, original)
        return out

    return loss


def _clipping(watcher: Watcher, original: Callable[..., Any]) -> Any:
    live = watcher.patches.live

    @functools.wraps(original)
    def clip(*args: Any, **kwargs: Any) -> Any:
        limit = kwargs.get("max_norm", args[1] if len(args) > 1 else None)
        if live[0] and isinstance(limit, int | float):
            watcher.clip = float(limit)
        return original(*args, **kwargs)

    return clip


def _scheduling(watcher: Watcher, original: Callable[..., Any]) -> Any:
    live = watcher.patches.live

    @functools.wraps(original)
    def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
        own = getattr(scheduler, "optimizer", None)
        if live[0] and any(own is known for known in watcher.optimizers):
            watcher.schedule = type(scheduler).__name__
        return original(scheduler, *args, **kwargs)

    return step
