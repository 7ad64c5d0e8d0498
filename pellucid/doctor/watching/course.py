"""The course of a loop: passes, losses, backward passes and steps as they come."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import get_ident
from typing import Any

from pellucid.doctor.watching.batches import Batches
from pellucid.doctor.watching.compared import judge, judged, not_judged
from pellucid.doctor.watching.gradients import Ledger
from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.looks import Looks
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.modes import Modes
from pellucid.doctor.watching.passes import Pass, Passes
from pellucid.doctor.watching.rest import Rest
from pellucid.doctor.watching.scores import Scores
from pellucid.doctor.watching.several import Several
from pellucid.doctor.watching.unbounded import again
from pellucid.doctor.watching.weights import Weights

__all__ = ["Course"]


class Course:
    """What a loop has done so far.

    Nothing here may break the loop: whatever goes wrong inside is noted as something that was not
    seen, and the loop goes on.

    Args:
        library: whose loop it is.
    """

    def __init__(self, library: Library) -> None:
        self.library, self.kind, self.number = library, library.kind, library.number
        self.models: list[Any] = []
        self.known: dict[int, str] = {}
        self.optimizers: list[Any] = []
        self.missing: dict[str, str] = {}
        self.lines = Lines(library.inside)
        self.where: dict[str, str] = {}
        self.modes = Modes()
        self.weights = Weights(library)
        self.several = Several(library)
        self.scores = Scores(library, self.several)
        self.passes = Passes(library, self.modes, self.scores)
        self.batches = Batches(library, self.several)
        self.looks = Looks(library, self.weights, self.lines, self.missing)
        self.ledgers: dict[int, Ledger] = {}
        self.rest = Rest(self)
        self.thread = get_ident()
        self.step = self.backwards = self.negative = 0
        self.losses: list[float] = []
        self.waiting = math.nan  # the loss of the step that runs
        self.fresh = False  # whether it is known
        self.rates: list[tuple[int, float]] = []
        self.last_rate: float | None = None
        self.closure = False
        self.begun: set[int] = set()  # optimizers whose step has begun, and not yet ended

    def safely(self, what: str, call: Callable[..., Any], *args: Any) -> None:
        """`call(*args)`; what goes wrong is noted, and the loop goes on."""
        looks = self.looks
        if looks.inside or get_ident() != self.thread:
            return
        looks.inside = True
        try:
            if self.rest.on:
                self.rest.wake()
            call(*args)
        except Exception as error:
            self.missing.setdefault(what, f"{type(error).__name__}: {error}"[:300])
        finally:
            looks.inside = False

    def rate(self) -> float:
        """The learning rate of the first group."""
        if not self.optimizers:
            return 0.0
        return float(self.optimizers[0].param_groups[0].get("lr", 0.0))

    def note_rate(self) -> None:
        """It is another one than it was."""
        self.last_rate = self.rate()
        self.rates.append((self.step, self.last_rate))

    def note(self, what: str) -> None:
        """Where in the user's program something happens, the first time."""
        if what not in self.where:
            self.where[what] = self.lines.here()

    # ---- passes and losses --------------------------------------------------------------------

    def entered(self, prefix: str, args: Any, kwargs: Any) -> None:
        """A network is about to run."""
        self.judge()
        self.looks.entered(prefix, args, kwargs)

    def judge(self) -> None:
        """What a pass without a backward pass was compared with, where no loss was called."""
        pair = judged(self.looks)
        if pair is not None:
            found, y = pair
            name = "own" if self.batches.loss is None else self.batches.loss.name
            self.scores.judged(found, self.step, y, name, self.looks.replay)

    def passed(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        """A network has run."""
        if id(model) not in self.known:  # a copy of it, with all that hung there
            return
        found = Pass(self.library.kind, model, args, kwargs, out)
        self.passes.step = self.step
        if self.passes.add(found):
            self.looks.left(found)
            return
        self.note("eval")
        self.looks.left(found)
        if not self.scores.by_loss:
            judge(self.looks, found, self.step)
            if self.looks.evaluation is not None:
                self.announced(True)

    def lost(
        self, name: str, args: Any, kwargs: Any, out: Any, original: Callable[..., Any]
    ) -> None:
        """A loss function was called.

        One that the program took from the library before the watch began is only heard of while
        operations are traced: it is looked for as a loss written by hand is.
        """
        prediction = args[0] if args else kwargs.get("input")
        target = args[1] if len(args) > 1 else kwargs.get("target")
        kind = self.library.kind
        if isinstance(prediction, kind) and isinstance(target, kind):
            call = LossCall(name, prediction, target, out, args, kwargs, original)
            known, hidden = self.scores.by_loss, bool(self.looks.tracer.within)
            if self.passes.add_loss(call):
                self.note("loss")
                self.looks.by_hand = self.looks.by_hand or hidden
            else:
                not_judged(self.looks)
                self.scores.by_loss = known or not hidden

    # ---- backward passes ----------------------------------------------------------------------

    def backward_begins(self, given: Any) -> None:
        """A backward pass is about to begin."""
        if self.looks.evaluation is not None:
            self.judge()
        if self.looks.on:
            self.looks.stop()
        kind = self.library.kind
        loss = given if isinstance(given, kind) else next(iter(tensors_in(given, kind)), None)
        self.backwards += 1
        self.note("backward")
        for ledger in self.ledgers.values():
            ledger.backward_begins()
        if loss is not None:
            self._from(self.library.unscaled(loss))

    def _from(self, loss: Any) -> None:
        value = self.library.number(loss)
        first = math.isnan(self.waiting) and not self.looks.looked_again
        self.waiting = value if first else self.waiting + value
        self.fresh = True
        self.negative += value < 0
        call, passes = self.passes.joined(loss)
        looked = self.looks.trace is not None
        if looked or not passes:
            call = self.looks.backward(loss, value, self.rate(), call, passes)
        if call is not None:
            only = passes[0] if len(passes) == 1 and len(self.models) == 1 else None
            self.batches.add(call, only, value, self.step, looked)
        if passes and value - value != 0:  # neither a number nor anything finite
            again(self.looks, passes[-1], call, value, self.rate())

    def backward_ended(self) -> None:
        """The gradients are there."""
        for ledger in self.ledgers.values():
            ledger.backward_ended()
        if self.looks.trace is not None:
            self.looks.backward_ended()
        if not self.optimizers:
            self._tick()

    # ---- steps --------------------------------------------------------------------------------

    def step_begins(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """An optimizer is about to step."""
        ledger = self.ledgers.get(id(optimizer))
        if ledger is None:
            return
        self.begun.add(id(optimizer))
        closure = False
        if kwargs or len(args) > 1 or (args and args[0] is not optimizer):
            given = [kwargs.get("closure"), *(a for a in args if a is not optimizer)]
            closure = any(callable(a) for a in given)
            self.closure = self.closure or closure
        ledger.step_begins(closure)
        self.note("step")
        if optimizer is self.optimizers[0] and self.rate() != self.last_rate:
            self.note_rate()
        if self.looks.close:
            self.looks.step_begins()

    def step_ended(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """An optimizer has stepped."""
        ledger = self.ledgers.get(id(optimizer))
        if ledger is None:
            return
        if id(optimizer) not in self.begun:  # a rest that ends here
            self.step_begins(optimizer, args, kwargs)
        self.begun.discard(id(optimizer))
        ledger.step_ended()
        if self.looks.close and self.fresh:
            self.looks.step_ended(self.waiting, self.rate())
        if optimizer is self.optimizers[0]:
            self._tick()

    def _tick(self) -> None:
        if self.fresh:
            self.losses.append(self.waiting)
        self.waiting, self.fresh = math.nan, False
        self.step += 1
        if self.looks.evaluation is not None:
            self.judge()
        self.begin_step()

    def begin_step(self) -> None:
        """Forward passes are announced where a trace wants to know, steps where nobody rests."""
        self.looks.begin_step(self.step)
        self.announced(self.looks.close)
        if not self.looks.close and self.rest.may_begin():
            self.rest.begin()
            self.stepping(False)

    def woken(self) -> None:
        """A rest is over."""
        self.stepping(True)

    def announced(self, wanted: bool) -> None:
        """Be told before a network runs, or no more."""
        raise NotImplementedError

    def stepping(self, wanted: bool) -> None:
        """Be told before an optimizer steps, or no more."""
        raise NotImplementedError
