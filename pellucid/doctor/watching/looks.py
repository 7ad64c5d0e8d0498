"""The steps that are looked at closely: the operations, what came out of them, what moved.

Losses that people write by hand are found in such a trace too. Where there is no other way to know
the target, a short trace from the network's output to the backward pass tells it in other steps.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from pellucid.doctor.step import Call, Moment
from pellucid.doctor.watching.figures import norm
from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.names import LOSSES
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.plan import close
from pellucid.doctor.watching.replay import Replay
from pellucid.doctor.watching.trace import Ran, Trace, Whole, finite
from pellucid.doctor.watching.weights import Weights

__all__ = ["Looks", "onto"]

_WHOLE = 2  # steps that are traced from their beginning, not from the network on
_MANY = 5000  # operations before the network runs, after which it is no step
_LIGHT = 80  # steps whose targets are looked for where the loss is written by hand


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
        self.close = False
        self.headless = False  # the network is not called as a whole
        self.by_hand = False
        self.evaluation: tuple[Trace, Pass] | None = None
        self.judging = 0
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
        if self.trace is not None and self._amid:  # the loop steps between forward and backward
            self.step, self.close = step, True
            return
        self.stop()
        self.step, self.moment, self.trace = step, None, None
        self.close = close(step)
        if self.close:
            self.trace = self._new(looking=True)
            if self.headless or step < _WHOLE:  # a penalty may be computed before the network runs
                self.trace.started = self._start()

    def rests(self) -> bool:
        """Whether nothing is asked of a step that is not looked at closely."""
        return not (
            self.trace is not None or self.evaluation is not None or self.on or self.headless
            or self.tracer.late or (self.by_hand and self.lit < _LIGHT)
        )  # fmt: skip

    def _new(self, looking: bool) -> Trace:
        lines = self.lines if self.step < _WHOLE else None
        trace = Trace(self.library, self.weights.names(), lines, looking, self.wholes)
        trace.known = self.known if looking and self.step >= _WHOLE else []
        return trace

    def _start(self) -> bool:
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
        """There are other networks."""
        if self.trace is not None and not self.trace.ran:
            self.trace.weights, self.trace.wholes = self.weights.names(), self.wholes

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
            self.trace.started = self._start()
        if self.trace.started:
            self.trace.enter(tensors_in((args, kwargs), self.library.kind))

    def left(self, found: Pass) -> None:
        """A network has run."""
        self.tracer.prefix = ""
        if self.trace is None:
            if self.by_hand and found.recorded and self.lit < _LIGHT:
                self.lit += 1
                self.trace = self._new(looking=False)
                self.trace.started = self._start()
                self._as_if(self.trace, found)
        elif self.trace.started and not self.trace.finished:
            if not found.recorded and not self.trace.depth:
                return
            if self.trace.depth or self.trace.looking:
                self.trace.leave(found.outs)
            else:
                self._as_if(self.trace, found)

    def _as_if(self, trace: Trace, found: Pass) -> None:
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

    # ---- a pass that is only compared with something -------------------------------------------

    def judge(self, found: Pass) -> None:
        """Look at what a pass that nothing is learned from is compared with."""
        if self.judging >= _LIGHT or "calls" in self.missing or self._amid:
            return
        self.judging += 1
        trace = self._new(looking=False)
        self.evaluation = trace, found
        trace.started = self._start()
        self._as_if(trace, found)

    def not_judged(self) -> None:
        """It was not needed: a loss was called."""
        if self.evaluation is not None:
            self.evaluation = None
            self._resume()

    def judged(self) -> tuple[Pass, Any] | None:
        """The pass, and what it was compared with."""
        if self.evaluation is None:
            return None
        (trace, found), self.evaluation = self.evaluation, None
        self._resume()
        trace.meet(None)
        return None if trace.target is None else (found, self.library.handle(trace.target))

    @property
    def _runs(self) -> bool:
        """Whether a step is being traced."""
        return self.trace is not None and self.trace.started and not self.trace.finished

    @property
    def _amid(self) -> bool:
        """Whether it is traced, and the network has run in it."""
        return self._runs and self.trace is not None and bool(self.trace.passes)

    def _resume(self) -> None:
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
        if not passes and not self.headless and self.step < _WHOLE:
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
        if call is None and trace.target is not None:
            call = self._call(trace, loss)
            self.by_hand = True
        if trace.looking:
            if not known:
                self._read(trace, loss)
                self.form, self.places, self.at = form, trace.places, trace.onto
                self.known = [
                    replace(ran, again=_never, figures=None) for ran in trace.ran
                ]  # none of its tensors
            self._take(trace, loss, value, rate)
            if trace.target is not None and passes and self.replay is None:
                self._replayed(trace, loss, passes[-1])
        return call

    def _call(self, trace: Trace, loss: Any) -> LossCall:
        """The loss as the trace saw it."""
        assert trace.meets is not None
        ran = trace.ran[trace.meets]
        if ran.name in LOSSES:
            name, plain = ran.name, ran.settings
        else:
            name, plain = "own", {}
        pair = self.library.handle(trace.prediction), self.library.handle(trace.target)
        return LossCall(name, *pair, loss, plain=plain)

    def _replayed(self, trace: Trace, loss: Any, found: Pass) -> None:
        behind = sorted(trace.leading_to(trace.key(loss)))
        after = [i for i in behind if not trace.ran[i].inside]
        try:
            self.replay = Replay(trace, loss, after, found.outs)
        except Exception as error:
            self.missing.setdefault("replay", f"{type(error).__name__}: {error}"[:300])

    def _read(self, trace: Trace, loss: Any) -> None:
        """Which operations belong to the network and its loss."""
        places = trace.places = trace.chosen(loss)
        if not self.calls:
            trace.strangers = self.library.leaves(loss) - set(trace.weights)
        calls = trace.calls(places)
        if len(calls) > len(self.calls) and self.step < _WHOLE:
            self._more(calls)
        trace.onto = onto(self.calls, calls)
        for call in calls:
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
            bad = self.bad(trace, places)
            self.moment.first_bad = None if bad is None else at.get(bad)
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

    # ---- numbers that are not finite ----------------------------------------------------------

    def bad(self, trace: Trace, places: list[int]) -> int | None:
        """The first call that makes what is not finite out of what is, weights included."""
        bad = trace.first_bad(places)
        if bad is None:
            return None
        ran = trace.ran[places[bad]]
        taken = [self.weights.tensors[name] for name in ran.taken if name in self.weights.tensors]
        given = [trace.alive[k] for k in ran.inputs if k in trace.data]
        return bad if all(finite(self.library.array(t)) for t in (*taken, *given)) else None

    def again(self, found: Pass, call: LossCall | None, value: float, rate: float) -> None:
        """Run a pass whose loss is not finite once more, on a copy, to find where it begins."""
        if self.looked_again:
            return
        self.looked_again = True
        self.stop()
        twin = self.library.twin(found.model)
        names = {self.library.key(t): n for n, t in twin.named_parameters()}
        trace = Trace(self.library, names, None, True)
        tracer = self.library.tracer(trace)
        tracer.names = {id(m): path for path, m in twin.named_modules()}
        with self.library.random_kept(), self.library.lib.no_grad():
            tracer.start()
            try:
                trace.enter(tensors_in((found.args, found.kwargs), self.library.kind))
                out = twin(*found.args, **found.kwargs)
                trace.leave(tensors_in(out, self.library.kind))
                if self.replay is not None and call is not None:
                    self.replay(out, call.target)
            finally:
                tracer.stop()
        trace.meet(None, None if call is None else call.target)
        places = [i for i, ran in enumerate(trace.ran) if not ran.fixed]
        at = onto(self.calls, trace.calls(places))
        bad = self.bad(trace, places)
        moment = Moment(self.step, value, rate, trace.figures(places, at))
        moment.first_bad = None if bad is None else at.get(bad)
        self.weights.begin_step()
        moment.moves = self.weights.moves(stepped=False)
        self.moments.append(moment)


def _never(*args: Any) -> Any:
    """Nothing is run again from what is kept of an earlier step."""


def onto(first: list[Call], calls: list[Call]) -> dict[int, int]:
    """Where each call stands in the first trace."""
    at: dict[tuple[str, str, str], list[int]] = {}
    for i, call in enumerate(first):
        at.setdefault((call.name, call.path, call.part), []).append(i)
    found = {}
    for i, call in enumerate(calls):
        same = at.get((call.name, call.path, call.part))
        if same:
            found[i] = same.pop(0)
    return found
