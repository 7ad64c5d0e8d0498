"""A training step that was compiled, run once operation by operation: what each of its steps does.

What one such step counts, as backward passes and gradients cleared, all others count, too. Where it
returns its loss, and which of its arguments are the rows, is found by their numbers.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.aside import still, synced
from pellucid.tensor.nest import flatten

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["Inside"]

_COUNTS = ("steps", "clears", "stale", "wasted", "empty")
_PASSES = ("train", "train_in_eval", "single_rows")


class Inside:
    """What is known of a compiled step from inside.

    Args:
        watcher: who is told.
        compiled: the compiled function.

    Attributes:
        looked: whether a step was looked at closely.
        place: of the loss among what the function returns; None where it isn't returned.
        rows: places of input and targets among what it takes; None where they aren't known.
    """

    def __init__(self, watcher: Watcher, compiled: Any) -> None:
        self.watcher, self.compiled = watcher, compiled
        self.looked = False
        self.place: int | None = None
        self.rows: tuple[int, int] | None = None
        self._each: Counter[str] = Counter()

    def step(self, args: Any, kwargs: Any) -> None:
        """Run the function on its own, seen as any other step is; it does move what it moves."""
        w = self.watcher
        w.safely("compiled", self._wait)
        before, steps, moments = self._counts(), w.step, len(w.looks.moments)
        with (
            warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), still(w),
        ):  # fmt: skip
            warnings.simplefilter("ignore")
            answer = self.compiled._call(*args, **kwargs)
        w.looks.due = lambda step: False
        if w.step == steps:  # it never came to a step
            w.step += 1
        w.safely("compiled", w.begin_step)
        self.looked = len(w.looks.moments) > moments
        self._each = self._counts()
        self._each.subtract(before)
        if w.losses:
            self._find(answer, args, kwargs)

    def _wait(self) -> None:
        """For the step as it will be run: its gradients are those that were left."""
        w = self.watcher
        for ledger in w.ledgers.values():
            synced(ledger)
        w.looks.due = lambda step: True
        w.begin_step()

    def _find(self, answer: Any, args: Any, kwargs: Any) -> None:
        w = self.watcher
        given, taken = flatten(answer)[1], flatten((args, kwargs))[1]
        same = [i for i, t in enumerate(given) if w.number(t) == w.losses[-1]]
        self.place = same[0] if same else None
        kept = w.batches.last
        if kept is not None:
            at = [next((i for i, t in enumerate(taken) if t is k), None) for k in kept]
            self.rows = None if None in at else (at[0], at[1])  # type: ignore[assignment]
            w.batches.last = None

    def _counts(self) -> Counter[str]:
        w = self.watcher
        found: Counter[str] = Counter()
        for ledger in w.ledgers.values():
            found.update({name: getattr(ledger, name) for name in _COUNTS})
        found.update({name: getattr(w.passes, name) for name in _PASSES})
        found["backwards"] = w.backwards
        return found

    def count(self, count: int) -> None:
        """So many steps went as the one that was looked at."""
        w = self.watcher
        w.step += count
        w.backwards += count * self._each["backwards"]
        for name in _PASSES:
            setattr(w.passes, name, getattr(w.passes, name) + count * self._each[name])
        for ledger in list(w.ledgers.values())[:1]:
            for name in _COUNTS:
                setattr(ledger, name, getattr(ledger, name) + count * self._each[name])
            ledger.per_step[self._each["backwards"]] += count
