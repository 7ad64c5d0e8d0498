"""Running something aside: nobody hears it, optimizers stay still, everything is put back."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.doctor.watching.gradients import Ledger
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import wrap

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["OPEN", "deaf", "heard", "put_back", "same", "still", "synced", "unseen"]

OPEN: list[Watcher] = []
"""Whoever watches now: one inside the other, as where a script that is watched watches, too."""

_SMALL = 1 << 16  # bytes


def deaf(watcher: Watcher, run: Callable[[], Any]) -> Any:
    """Run something that hooks and wrapped functions shall not see."""
    watcher.rest.wake()
    watcher.looks.inside = True
    try:
        return run()
    finally:
        watcher.looks.inside = False


def heard(watcher: Watcher, run: Callable[[], Any]) -> Any:
    """Run something that hooks and wrapped functions shall see, whatever goes on around it."""
    inside, watcher.looks.inside = watcher.looks.inside, False
    try:
        return run()
    finally:
        watcher.looks.inside = inside


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """What the doctor does itself, trials on copies above all, is no part of what others watch."""
    others = [watcher for watcher in OPEN if not watcher.looks.inside]
    for watcher in others:
        watcher.rest.wake()
        watcher.looks.inside = True
    try:
        yield
    finally:
        for watcher in others:
            watcher.looks.inside = False


def synced(ledger: Ledger) -> None:
    """What lies in `.grad` was used by the step before."""
    g = None if ledger.probe is None else ledger.probe.grad
    ledger.last, ledger.used, ledger.since, ledger.polluted = g, g is not None, 0, 0
    if g is not None:
        ledger.stamp = ledger.stamped(g)


@contextlib.contextmanager
def still(watcher: Watcher) -> Iterator[None]:
    """Optimizers tell that they step, and stay where they are."""

    def step(optimizer: Any, *args: Any, **kwargs: Any) -> None:
        watcher.safely("events", watcher.step_begins, optimizer, args, kwargs)
        watcher.safely("events", watcher.step_ended, optimizer, args, kwargs)

    for optimizer in watcher.optimizers:
        optimizer.__dict__["step"] = functools.partial(step, optimizer)
    try:
        yield
    finally:
        for optimizer in watcher.optimizers:
            optimizer.__dict__.pop("step", None)


@contextlib.contextmanager
def put_back(watcher: Watcher, step: Any) -> Iterator[None]:
    """Cells, gradients and random streams are afterwards what they were."""
    cells = [(node, node.array.copy()) for node in step.cells]
    streams = [(s.generator, s.generator.get_state()) for s in step.streams]
    params = [p for group in _groups(watcher) for p in group["params"]]
    grads: list[tuple[Any, Any, Any]] = [
        (p, p.grad, None if p.grad is None else p.grad._node.array.copy()) for p in params
    ]
    try:
        yield
    finally:
        with no_grad():
            for p, g, values in grads:
                p.grad = g
                if g is not None and not same(g._node.array, values):
                    g.copy_(of_array(values))
            for node, values in cells:
                if not same(node.array, values):
                    wrap(node).copy_(of_array(values))
        for generator, state in streams:
            generator.set_state(state)


def same(a: Any, b: Any) -> bool:
    """Whether two arrays hold the same numbers, bit for bit."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.nbytes <= _SMALL:
        return bool(a.tobytes() == b.tobytes())
    kind = f"u{a.itemsize}"
    if a.itemsize in (1, 2, 4, 8) and a.flags.c_contiguous and b.flags.c_contiguous:
        return np.array_equal(a.view(kind), b.view(kind))  # to ask for NaN takes five times as long
    return np.array_equal(a, b, equal_nan=True)


def _groups(watcher: Watcher) -> list[Any]:
    return [group for optimizer in watcher.optimizers for group in optimizer.param_groups]
