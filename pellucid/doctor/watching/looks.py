"""The steps that are looked at closely: the operations, what came out of them, what moved.

Losses that people write by hand are found in such a trace too. Where there is no other way to know
the target, a short trace from the network's output to the backward pass tells it in other steps.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from pellucid.doctor.step import Call, Moment
from pellucid.doctor.watching.compared import LIGHT
from pellucid.doctor.watching.figures import norm
from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.plan import close
from pellucid.doctor.watching.ran import Ran, Whole
from pellucid.doctor.watching.replay import Replay, by_hand, replayed
from pellucid.doctor.watching.told import calls, onto
from pellucid.doctor.watching.trace import Trace
from pellucid.doctor.watching.unbounded import bad
from pellucid.doctor.watching.weights import Weights

__all__ = ["Looks"]

_WHOLE = 2  # first steps that are traced from their beginning, not from the network on
_MANY = 5000  # operations before the network runs, after which it is no step


class Looks:
    """Looks closely at some steps.

    Args:
        library: whose tensors they are.
        weights: the parameters.
        lines: finds the user's lines.
        missing: where to say what could not be seen.
    """

    def __init__(
        self, library: Library, weights: Weights, lines: Lines, missing: dict[str, str]
    ) -> None:
        self.library, self.weights, self.lines, self.missing = library, weights, lines, missing
        self.calls: list[Call] = []
        self.moments: list[Moment] = []
        self.replay: Replay | None = None
        self.tracer = library.tracer(self._saw)
        self.trace: Trace | None = None
        self.moment: Moment | None = None
        self.due = close
        self.whole = _WHOLE
        self.close = False
        self.headless = False  # the network is not called as a whole
        self.by_hand = False
        self.evaluation: tuple[Trace, Pass] | None = None
        self.judging = 0  # passes that were compared with something
        self.judged_at = 0, 0  # the step of the last of them, and how many were at that step
        self.lit = 0
        self.looked_again = False
        self.step = 0
        self.known: list[Ran] = []
        self.form: list[tuple[str, str]] = []  # of the last trace that was read
        self.places: list[int] = []
        self.at: dict[int, int] = {}
        self.paths: dict[int, str] = {}
        self.wholes: dict[str, Whole] = {}
        self.inside = False
        self.on = False

    # ---- a step -------------------------------------------------------------------------------

    def begin_step(self, step: int) -> None:
        """A step begins."""
        if self.trace is not None and self.amid:  # the loop steps between forward and backward
            self.step, self.close = step, True
            return
        self.stop()
        self.step, self.moment, self.trace = step, None, None
        self.close = self.due(step)
        if self.close:
            self.trace = self.new_trace(looking=True)
            if (
                self.headless or step < self.whole
            ):  # a penalty may be computed before the network runs
                self.trace.started = self.start()

    def rests(self) -> bool:
        """Whether nothing is asked of a step that is not looked at closely."""
        return not (
            self.trace is not None or self.evaluation is not None or self.on or self.headless
            or self.tracer.late or (self.by_hand and self.lit < LIGHT)
        )  # fmt: skip

    def new_trace(self, looking: bool) -> Trace:
        """Notes of a step."""
        lines = self.lines if self.step < self.whole else None
        trace = Trace(self.library, self.weights.names(), lines, looking, self.wholes)
        trace.known = self.known if looking and self.step >= self.whole else []
        return trace

    def start(self) -> bool:
        """See operations; False where that can't be."""
        if "calls" in self.missing:
            return False
        self.tracer.names = self.paths
        if not self.tracer.start():
            self.missing.setdefault("calls", "another function mode of PyTorch was on")
            return False
        self.on = True
        return True

    def pause(self) -> None:
        """Rows are about to be loaded: nothing that belongs to the network."""
        trace = self.trace
        if trace is None or not trace.started or trace.passes or trace.depth or self.headless:
            return
        trace.started = False
        self.stop()

    def renew(self) -> None:
        """There are other networks.

        What ran before the first of them was called is no part of a step: it made their weights.
        """
        trace = self.trace
        if trace is not None and trace.ran and not (trace.passes or trace.depth):
            self.trace = self.new_trace(trace.looking)
            self.trace.started = trace.started
        elif trace is not None:
            trace.weights, trace.wholes = self.weights.names(), self.wholes

    def stop(self) -> None:
        """See no more operations."""
        self.on = False
        self.tracer.stop()

    def entered(self, prefix: str, args: Any, kwargs: Any) -> None:
        """A network is about to run."""
        self.tracer.prefix = prefix
        if self.trace is None or self.trace.finished or not self.library.recording():
            return
        if not self.trace.started:
            self.trace.started = self.start()
        if self.trace.started:
            self.trace.enter(tensors_in((args, kwargs), self.library.kind))

    def left(self, found: Pass) -> None:
        """A network has run."""
        self.tracer.prefix = ""
        if self.trace is None:
            if self.by_hand and found.recorded and self.lit < LIGHT:
                self.lit += 1
                self.trace = self.new_trace(looking=False)
                self.trace.started = self.start()
                self.as_if(self.trace, found)
        elif self.trace.started and not self.trace.finished:
            if not found.recorded and not self.trace.depth:
                return
            if self.trace.depth or self.trace.looking:
                self.trace.leave(found.outs)
            else:
                self.as_if(self.trace, found)

    def as_if(self, trace: Trace, found: Pass) -> None:
        """A pass whose inside was not traced."""
        trace.enter(tensors_in((found.args, found.kwargs), self.library.kind))
        trace.leave(found.outs)

    def _saw(self, *args: Any, **kwargs: Any) -> None:
        trace = self.trace if self.evaluation is None else self.evaluation[0]
        if trace is None or trace.finished or self.inside:
            return
        self.inside = True
        try:
            trace(*args, **kwargs)
            if len(trace.ran) > _MANY and not trace.passes and not trace.depth:
                self.trace = None
        except Exception as error:
            self.missing.setdefault("calls", f"{type(error).__name__}: {error}"[:300])
            trace.finished = True
        finally:
            self.inside = False

    @property
    def _runs(self) -> bool:
        """Whether a step is being traced."""
        return self.trace is not None and self.trace.started and not self.trace.finished

    @property
    def amid(self) -> bool:
        """Whether it is traced, and the network has run in it."""
        return self._runs and self.trace is not None and bool(self.trace.passes)

    def resume(self) -> None:
        """Go on with the step that is traced, if one is."""
        if not self._runs:
            self.stop()

    # ---- its backward pass --------------------------------------------------------------------

    def backward(
        self, loss: Any, value: float, rate: float, call: LossCall | None, passes: list[Pass]
    ) -> LossCall | None:
        """Take from the trace what it tells, and ask for gradients at what it saw.

        Returns:
            the loss call, found in the trace where it wasn't seen otherwise.
        """
        trace = self.trace
        if not passes and not self.headless and self.step < self.whole:
            self.headless = True  # the next steps are traced from their beginning
        if trace is None or trace.finished or not (trace.started or self.headless):
            return call
        trace.finished = True
        form = [(ran.name, ran.path) for ran in trace.ran]
        known = trace.looking and call is not None and form == self.form
        if known:
            trace.places, trace.onto = self.places, self.at
        else:
            trace.meet(loss, None if call is None else call.target)
            if call is not None and self.library.key(call.prediction) in trace.made:
                trace.prediction = call.prediction  # it may meet the target elsewhere before
        if call is None and trace.target is not None:
            call = by_hand(trace, loss)
            self.by_hand = True
        if trace.looking:
            if not known:
                self._read(trace, loss)
                self.form, self.places, self.at = form, trace.places, trace.onto
                self.known = [_bare(ran) for ran in trace.ran]
            self._take(trace, loss, value, rate)
            if trace.target is not None and passes and self.replay is None:
                self.replay = replayed(trace, loss, passes[-1], self.missing)
        return call

    def _read(self, trace: Trace, loss: Any) -> None:
        """Which operations belong to the network and its loss."""
        places = trace.places = trace.chosen(loss)
        if not self.calls:
            trace.strangers = self.library.leaves(loss) - set(trace.weights)
        found = calls(trace, places)
        if len(found) > len(self.calls) and self.step < self.whole:
            self._more(found)
        for ran in trace.ran if trace.looking else ():
            for name in ran.taken if ran.inside else ():
                self.weights.seen[name].ran = True
        trace.onto = onto(self.calls, found)
        for call in found:
            for name in call.weights:
                self.weights.seen[name].used = True

    def _more(self, calls: list[Call]) -> None:
        """Calls that the first trace did not see."""
        moved = onto(calls, self.calls)
        for moment in self.moments:
            moment.activity = {moved[i]: a for i, a in moment.activity.items() if i in moved}
        self.calls, self.replay = calls, None

    def _take(self, trace: Trace, loss: Any, value: float, rate: float) -> None:
        places, at = trace.places, trace.onto
        self.moment = Moment(self.step, value, rate)
        if not math.isfinite(value):
            first = bad(self, trace, places)
            self.moment.first_bad = None if first is None else at.get(first)
            self.looked_again = True
        wanted = {
            k: trace.alive[k] for i in places for k in trace.ran[i].outputs[:1]
            if trace.ran[i].figures is not None
        }  # fmt: skip
        self.library.on_blame(loss, wanted, self._blamed)

    def _blamed(self, key: int, g: Any) -> None:
        if self.trace is None:
            return
        try:
            a = self.library.array(g)
            self.trace.blames[key] = norm(a) / math.sqrt(max(1, a.size))
        except Exception as error:
            self.missing.setdefault("gradients", f"{type(error).__name__}: {error}"[:300])

    def backward_ended(self) -> None:
        """Gradients are there."""
        trace = self.trace
        if trace is None or not trace.finished:
            return
        if self.moment is not None:
            self.moment.activity = trace.figures(trace.places, trace.onto)
            self.moments.append(self.moment)
            self.weights.reach()
        self.trace = None

    # ---- its step -----------------------------------------------------------------------------

    def step_begins(self) -> None:
        """The optimizer is about to move the parameters."""
        if self.close:
            self.weights.begin_step()

    def step_ended(self, value: float, rate: float) -> None:
        """It has."""
        if not self.weights.following.begun:
            return
        if self.moment is None or not self.moments or self.moments[-1] is not self.moment:
            self.moment = Moment(self.step, value, rate)
            self.moments.append(self.moment)
        self.moment.moves = {**self.moment.moves, **self.weights.moves(stepped=True)}


def _bare(ran: Ran) -> Ran:
    """An operation without its tensors: who holds weights makes each step fetch them."""
    return replace(ran, again=_never, figures=None, inner=[_bare(part) for part in ran.inner])


def _never(*args: Any) -> Any:
    """Nothing is run again from what is kept of an earlier step."""
