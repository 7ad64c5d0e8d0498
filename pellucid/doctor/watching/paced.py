"""Training steps that were compiled: looked at from outside, and now and then once from inside.

A compiled step is one program; no hook is called in it. So before some of them its function is run
once more, operation by operation, and seen as any other step is, with an optimizer that stays where
it is. Then everything is put back, and the compiled step is taken as if nothing had been. Of small
steps only the first is looked at so: what is needed for a look at others is kept, and looked at
when the loop is over. Of large ones a few are kept so at first: a look takes as long as two to five
of them, so the first comes after a hundred, or at the end of a loop that makes fewer. How far the
weights went is read off before and after. Of all other steps the losses are kept; in long runs one
in four, since to read one takes as long as a fiftieth of a short step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.aside import deaf, heard, put_back
from pellucid.doctor.watching.early import Early
from pellucid.doctor.watching.figures import norm
from pellucid.doctor.watching.inside import Inside
from pellucid.doctor.watching.later import Later, as_it_was, large, weight
from pellucid.doctor.watching.plan import CLOSE
from pellucid.doctor.watching.unread import Unread
from pellucid.tensor.nest import flatten

if TYPE_CHECKING:
    from pellucid.doctor.watching.watcher import Watcher

__all__ = ["Paced"]

_ALWAYS = 3  # first steps that are looked at in any case, on the spot or when the loop is over
_FIRST = 100  # steps before the first look, where steps are large
_SHARE = 40  # later looks may take one part in so many of the time: 2.5 %
_MOST, _EACH = 64, 16  # losses that wait to be read; first steps whose rows are offered one by one
_MANY, _EVERY = 2048, 4  # after so many steps one loss in so many is read; it stands for the rest


class Paced:
    """The steps of one compiled function: which are looked at, and which are merely counted.

    Args:
        watcher: who is told.
        compiled: the compiled function.
    """

    def __init__(self, watcher: Watcher, compiled: Any) -> None:
        self.watcher, self.compiled = watcher, compiled
        self.inside = Inside(watcher, compiled)
        self.left = 0
        self.outs: list[Any] = []  # of steps that wait; None where the loss is not read
        self.every = 1
        self.unread = Unread(watcher.losses, watcher.number)
        self.spent, self.copying, self.since = 0.0, 0.0, math.inf
        self.later = Later(watcher)
        self.early: Early | None = None  # while the first look is still to come
        self.last: tuple[Any, Any] = (), {}  # what the first step was given
        self.before: dict[str, Any] | None = None  # weights before a step looked at in advance
        self.at = 0  # the place of its loss
        watcher.rest.not_before = 1 << 62
        watcher.looks.due = lambda step: False

    def begin(self, out: Any, args: Any, kwargs: Any) -> None:
        """After the first step, which was traced and compiled: next to that a look takes no time.

        Not so where steps are large.
        """
        self.since = time.perf_counter()
        self.outs.append(out)
        if large(weight(self.compiled, args, kwargs)):
            self.early, self.last = Early(), (args, kwargs)
        else:
            self._in_advance(args, kwargs)

    def _in_advance(self, args: Any, kwargs: Any) -> None:
        """A look at the step that comes next, with the rows of the one that was."""
        w, step = self.watcher, self.watcher.step
        w.looks.whole = max(w.looks.whole, step + len(self.outs) + 1)
        self.before = self._timed(args, kwargs)
        self.at = len(w.losses) - 1
        if not self.inside.looked:
            self.before, w.step = None, step

    def end(self) -> None:
        """The watching is over."""
        if self.early is not None:
            heard(self.watcher, self._at_last)
        if self.before is not None:  # the step that was looked at never came
            self.inside.count(-1)
            del self.watcher.losses[self.at]
        self.flush()
        self.unread.read()
        self.later.look()

    def one(self, run: Callable[[], Any], args: Any, kwargs: Any) -> Any:
        """A step that is not merely counted."""
        w = self.watcher
        if self.early is not None and w.step + len(self.outs) >= _FIRST:
            self._at_last()
        if self.before is not None:
            return self._looked_at(run)
        step = w.step + len(self.outs)
        before: dict[str, Any] | None = None
        close, waits = step in CLOSE and step > 0, self.early is not None
        kept = close and (waits or self.inside.looked) and self._keep(args, kwargs, step)
        if close and not (kept or waits) and (step < _ALWAYS or self._may()):
            before = self._timed(args, kwargs)
        elif len(self.outs) >= _MOST * self.every or w.rate() != w.last_rate:
            w.safely("losses", self.flush)
        out = deaf(w, run)
        if before is None:
            self.outs.append(out)
            w.safely("batches", self._offer, args, kwargs, step)
            if kept:
                w.safely("moves", self.later.moved)
        else:
            w.safely("moves", self._moved, before)
        ahead = min(c for c in CLOSE if c > step) - step - 1
        self.every = _EVERY if step >= _MANY else 1
        self.left = 0 if step < _EACH else min(ahead, _MOST * self.every - len(self.outs))
        if self.early is not None:
            self.left = min(self.left, _FIRST - step - 1)
        return out

    def _looked_at(self, run: Callable[[], Any]) -> Any:
        """The step that was looked at, and counted, in advance."""
        out = deaf(self.watcher, run)
        before, self.before = self.before, None
        if self.inside.place is not None:
            self.unread.instead(self.at, out, self.inside.place)
        self.watcher.safely("moves", self._moved, before)
        return out

    def _keep(self, args: Any, kwargs: Any, step: int) -> bool:
        """Whether a look can wait, since all that it needs was kept.

        To copy large weights takes time, too: more than once as rarely as looks themselves.
        """
        waits, began = self.early is not None, time.perf_counter()
        if waits and _SHARE * self.copying > began - self.since:
            return False
        try:
            return self.later.keep(self.compiled, args, kwargs, step, early=waits)
        except Exception:
            return False
        finally:
            self.copying += 2 * (time.perf_counter() - began)  # as much again after the step

    def _may(self) -> bool:
        return _SHARE * self.spent < time.perf_counter() - self.since

    def _timed(self, args: Any, kwargs: Any) -> dict[str, Any] | None:
        """A look, whose time counts."""
        began = time.perf_counter()
        before = self._look(args, kwargs)
        self.spent += time.perf_counter() - began
        return before

    def _at_last(self) -> None:
        """The first look, which was put off: at the first step that was kept, as it was then."""
        w, early, self.early = self.watcher, self.early, None
        if not self.later.kept or early is None:
            self._in_advance(*self.last)
            return
        one, began = self.later.kept.pop(0), time.perf_counter()
        step, count, arguments = w.step, len(w.losses), one.arguments()
        if arguments is None:
            self._in_advance(*self.last)
            return
        try:
            with put_back(w, one.program), w.library.random_kept(), as_it_was(w, one):
                w.step = one.step
                self.inside.step(*arguments)
        except Exception as error:
            w.missing.setdefault("compiled", f"{type(error).__name__}: {error}"[:300])
        if self.inside.looked:  # it was counted when it was taken
            self.inside.count(-1)
            one.went(w, w.looks.moments[-1:])
        w.step = step
        del w.losses[count:]
        w.safely("losses", self.flush)
        if self.inside.rows is not None:
            w.safely("batches", early.hand_over, w.batches, self.inside.rows)
        self.spent += time.perf_counter() - began

    # ---- once from inside ---------------------------------------------------------------------

    def _look(self, args: Any, kwargs: Any) -> dict[str, Any] | None:
        """Run the function on its own, and put everything back; the weights before the step."""
        w = self.watcher
        first = [] if self.inside.looked else self.outs
        if first:
            self.outs = []
            w.step += len(first)
        else:
            w.safely("losses", self.flush)
        cells = self.compiled._form().traced.step
        kept = None
        try:
            with put_back(w, cells), w.library.random_kept():
                kept = {name: p._node.array.copy() for name, p in w.weights.tensors.items()}
                self.inside.step(args, kwargs)
        except Exception as error:
            w.missing.setdefault("compiled", f"{type(error).__name__}: {error}"[:300])
        if first:
            w.step -= len(first)
            self.outs = first
            w.safely("losses", self.flush, len(w.losses) - 1)
        return kept

    def _moved(self, before: dict[str, Any]) -> None:
        """How far the weights went."""
        w = self.watcher
        if not self.inside.looked or not w.looks.moments:
            return
        moves = w.looks.moments[-1].moves
        for name, old in before.items():
            if name in moves:
                moves[name].update = norm(w.weights.tensors[name]._node.array - old)

    # ---- from outside -------------------------------------------------------------------------

    def _offer(self, args: Any, kwargs: Any, step: int) -> None:
        if self.early is not None and _ALWAYS - 1 <= step < _EACH:
            self.early.keep(args, kwargs, step)
        elif self.inside.rows is not None:
            taken = flatten((args, kwargs))[1]
            self.watcher.batches.rows(taken[self.inside.rows[0]], taken[self.inside.rows[1]], step)

    def flush(self, at: int | None = None) -> None:
        """Put the losses that wait at the end or `at` a place, and count their steps."""
        w, count = self.watcher, len(self.outs)
        if not self.inside.looked:  # nothing is known of them yet
            return
        if self.inside.place is not None:
            self.unread.put(len(w.losses) if at is None else at, self.outs, self.inside.place)
        elif count:
            w.missing.setdefault("losses", "the compiled step does not return its loss")
        self.outs.clear()
        self.inside.count(count)
        if w.rate() != w.last_rate:
            w.note_rate()
