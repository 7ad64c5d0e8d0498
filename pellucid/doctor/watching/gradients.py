"""Whether gradients are cleared at the right moment, told by the gradients themselves.

A small parameter is asked at every backward pass and step: is the gradient gone or zero
since it was last looked at? So it does not matter who clears it, and how. A gradient that a step
has used and that a later backward pass adds to is stale, once another step uses the sum.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pellucid.doctor.watching.library import Library

__all__ = ["Ledger"]

_SMALL = 65536


class Ledger:
    """What happens to the gradients of one optimizer's parameters."""

    def __init__(self, library: Library, optimizer: Any) -> None:
        self.library, self.optimizer = library, optimizer
        self.stamped = library.stamp
        self.probe: Any = None
        self.last: Any = None  # its gradient when last looked at, and the gradient's stamp
        self.stamp: Any = None
        self.since = 0  # backward passes since the last step
        self.used = False  # a step has used what is there
        self.polluted = 0
        self.closure = False
        self.steps = self.stale = self.wasted = self.empty = self.before = self.clears = 0
        self.ever = False
        self.zero = False  # gradients are all zero anyway, so zeros say nothing
        self.tries = 0
        self.per_step: Counter[int] = Counter()
        self.forgotten = False  # the gradient was gone, not zero, when the backward pass began
        self.alike = 0  # steps after each other: forgotten, one backward pass, one step

    def params(self) -> list[Any]:
        """All parameters that the optimizer holds."""
        return [p for group in self.optimizer.param_groups for p in group["params"]]

    def backward_begins(self) -> None:
        """A backward pass is about to add to the gradients."""
        if self.last is not None:
            if self._cleared():
                self.clears += 1
                self.used, self.polluted, self.last = False, 0, None
                self.forgotten = self.probe.grad is None
            elif self.used:
                self.polluted += 1

    def backward_ended(self) -> None:
        """The gradients are there."""
        if self.probe is None or (self.zero and self.tries < 50):
            self._choose()
        g = None if self.probe is None else self.probe.grad
        if g is not None:
            self.ever = True
            self.since += 1
            self.last, self.stamp = g, self.stamped(g)
            if self.closure:
                self.used = True

    def step_begins(self, closure: bool) -> None:
        """The optimizer is about to step."""
        self.closure = closure
        if closure:
            return
        if not self.ever and all(p.grad is None for p in self.params()):
            self.before += 1
            self.empty += 1
            return
        if self.last is not None and self._cleared():
            self.clears += 1
            if self.since:
                self.wasted += 1
            else:
                self.empty += 1
            self.used, self.polluted, self.last = False, 0, None
        elif self.last is None and all(p.grad is None for p in self.params()):
            self.empty += 1

    def step_ended(self) -> None:
        """It has."""
        plain = self.forgotten and self.since == 1 and not (self.polluted or self.closure)
        self.alike = self.alike + 1 if plain else 0
        self.forgotten = False
        self.steps += 1
        self.per_step[self.since] += 1
        self.stale += self.polluted
        self.since, self.polluted, self.closure = 0, 0, False
        self.used = True
        if self.last is None:
            self._note()

    def rested(self, steps: int, amid: bool) -> None:
        """So many steps went alike; `amid` after the backward pass of another."""
        self.steps += steps
        self.clears += steps
        self.per_step[1] += steps
        self.polluted = 0
        gone = self.probe.grad is None
        if amid:
            self.clears += 1
            self.since, self.used = 1, False
            self.last, self.forgotten = (self.probe if gone else self.probe.grad), True
        else:
            self.clears += gone
            self.since, self.used = 0, not gone
            self.last, self.forgotten = self.probe.grad, gone
        if not gone:
            self.stamp = self.stamped(self.last)

    def ended(self) -> None:
        """The watching is over."""
        if self.last is not None and self._cleared():
            self.clears += 1

    def _choose(self) -> None:
        """The smallest parameter with a gradient, that is not all zeros if there is one."""
        self.tries += 1
        there = sorted(
            (p for p in self.params() if p.grad is not None and p.numel() <= _SMALL),
            key=lambda p: p.numel(),
        )  # fmt: skip
        full = [p for p in there if self.library.array(p.grad).any()]
        self.zero = not full
        self.probe = next(iter(full or there), None)

    def _note(self) -> None:
        self.last = None if self.probe is None else self.probe.grad
        self.stamp = None if self.last is None else self.stamped(self.last)

    def _cleared(self) -> bool:
        """Whether the gradient that was there is gone or zero."""
        g = self.probe.grad
        if g is None:
            return True
        if g is self.last and self.stamped(g) == self.stamp:
            return False
        return not self.library.array(g).any()
