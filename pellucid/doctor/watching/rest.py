"""Steps that go as the ones before them: what they tell is noted in three places, added up later.

Between two steps that are looked at closely, a loop mostly does the same over and over: one pass,
one loss, one backward pass, one step, gradients forgotten in between. As long as it does, each of
these is remembered for a moment, compared, and counted; the hook before the optimizer's step is
gone. Whatever else happens ends the rest, and is seen as in any other step.
"""

from __future__ import annotations

from threading import get_ident
from typing import TYPE_CHECKING, Any

from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.passes import Pass
from pellucid.doctor.watching.plan import next_close

if TYPE_CHECKING:
    from pellucid.doctor.watching.course import Course

__all__ = ["Rest"]

_ALIKE = 3  # steps after each other that went alike, after which one may rest
_LONGEST = 256  # steps that are not rested after rests that came to nothing


class Rest:
    """A stretch of steps that go alike.

    Args:
        course: what happens otherwise.

    Attributes:
        on: whether one is.
        given: the pass that waits: network, arguments, by name, output.
        loss: the loss that waits: name, arguments, by name, output, function.
        value: the loss of the step, once it has gone backward.
        count: steps of this stretch that went alike.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.on = False
        self.given: tuple[Any, ...] | None = None
        self.loss: tuple[Any, ...] | None = None
        self.value: float | None = None
        self.count = self.until = 0
        self.not_before = self.pause = 0
        self.probe: Any = None
        self.group: dict[str, Any] = {}
        self.own: list[Any] | None = None
        self.one = self.norms = self.by_hand = self.any_loss = self.simple = False
        self.kind, self.known, self.number = course.kind, course.known, course.number
        self.batches, self.thread, self.first = course.batches, 0, None

    def may_begin(self) -> bool:
        """Whether the next steps may be rested, as far as the last ones tell."""
        c = self.course
        if len(c.ledgers) != 1 or c.closure or c.step < self.not_before:
            return False
        (ledger,) = c.ledgers.values()
        return ledger.alike >= _ALIKE and ledger.optimizer is c.optimizers[0] and c.looks.rests()

    def begin(self) -> None:
        """From the step that comes next."""
        c = self.course
        (ledger,) = c.ledgers.values()
        self.probe, self.group = ledger.probe, ledger.optimizer.param_groups[0]
        self.until, self.count = next_close(c.step), 0
        self.one = len(c.models) == 1
        self.own = c.modes.by_model[id(c.models[0])] if self.one else None
        self.norms, self.by_hand = c.modes.norms, c.looks.by_hand
        self.any_loss = c.passes.alike_enough
        self.simple = not (self.norms or self.own)
        self.thread, self.first = c.thread, c.optimizers[0]
        self.on = True

    # ---- a step -------------------------------------------------------------------------------

    def passed(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        """A network has run; the course is told where that is not as it was."""
        if (
            self.on and self.given is None and type(out) is self.kind and out.requires_grad
            and id(model) in self.known and get_ident() == self.thread
        ):  # fmt: skip
            self.given = (model, args, kwargs, out)
        else:
            self.course.safely("passes", self.course.passed, model, args, kwargs, out)

    def lost(self, name: str, args: Any, kwargs: Any, out: Any, call: Any) -> None:
        """A loss function was called; the course is told where that is not as it was."""
        kind = self.kind
        if (
            self.on and self.loss is None and self.given is not None and type(out) is kind
            and out.requires_grad and len(args) > 1 and isinstance(args[0], kind)
            and isinstance(args[1], kind) and get_ident() == self.thread
        ):  # fmt: skip
            self.loss = (name, args, kwargs, out, call)
        else:
            self.course.safely("loss", self.course.lost, name, args, kwargs, out, call)

    def backward(self, loss: Any) -> bool:
        """A backward pass begins; False where it does not come from the one loss as it did."""
        given, call = self.given, self.loss
        if given is None or self.value is not None or get_ident() != self.thread:
            return False
        if call is None:
            if not self.by_hand:
                return False
        elif call[3] is not loss and not self.any_loss:
            return False
        if type(loss) is not self.kind or self.probe.grad is not None:
            return False
        value: float = self.number(loss)
        if value - value != 0:
            return False
        self.value = value
        if value < 0:
            self.course.negative += 1
        if self.simple and call is not None and self.batches.left > 0:
            self.batches.left -= 1
        else:
            self._shown(given, call, value)
        self.given = self.loss = None
        return True

    def _shown(self, given: Any, call: Any, value: float) -> None:
        try:
            self._look_at(given, call, value)
        except Exception as error:
            self.course.missing.setdefault("batches", f"{type(error).__name__}: {error}"[:300])

    def _look_at(self, given: Any, call: Any, value: float) -> None:
        """What the batch holds, where it is its turn."""
        c, batches = self.course, self.course.batches
        due = False
        if call is not None:
            if batches.left > 0:
                batches.left -= 1
            else:
                due = not batches.target(call[1][1], c.step)
        if due and self.one and not (self.norms or self.own) and self._again(given, call, value):
            return
        if due or self.norms or self.own:
            found = self._pass(given)
            c.passes.noted(found)
            if due:
                batches.add(_call(call), found if self.one else None, value, c.step, False)

    def _again(self, given: Any, call: Any, value: float) -> bool:
        """Show the batch as one like those before it; False where it may be another."""
        c = self.course
        model, args, kwargs, _ = given
        if len(args) != 1 or kwargs or type(args[0]) is not c.kind or not args[0].ndim:
            return False
        name, (p, y, *_) = call[:2]
        if not c.batches.again(name, (args[0], p, y), value, c.step, bool(model.training)):
            return False
        c.passes.had(args[0].shape[0])
        return True

    def _pass(self, given: Any) -> Pass:
        model, args, kwargs, out = given
        own = self.course.modes.of(model)
        return Pass(self.course.kind, model, args, kwargs, out, own, True)

    def stepped(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        """The optimizer has stepped; the course is told where that is not as it was."""
        c = self.course
        if (
            not self.on or self.value is None or self.probe.grad is None
            or optimizer is not self.first or get_ident() != self.thread
        ):  # fmt: skip
            c.safely("events", c.step_ended, optimizer, args, kwargs)
            return
        if self.group.get("lr") != c.last_rate:
            c.note_rate()
        c.losses.append(self.value)
        self.value = None
        self.count += 1
        c.step += 1
        if c.step >= self.until:  # the next one is looked at closely
            c.safely("events", c.begin_step)

    # ---- the end ------------------------------------------------------------------------------

    def wake(self) -> None:
        """Hand over what was counted and what waits: something else happens."""
        if not self.on:
            return
        c, self.on = self.course, False
        c.looks.step = c.passes.step = c.step
        (ledger,) = c.ledgers.values()
        c.backwards += self.count
        c.passes.train += self.count
        ledger.rested(self.count, self.value is not None)
        if self.value is not None:
            c.backwards += 1
            c.passes.train += 1
            c.waiting, c.fresh = self.value, True
        if self.given is not None:
            c.passes.add(self._pass(self.given))
        if self.loss is not None:
            c.passes.add_loss(_call(self.loss))
        if self.given is not None or self.value is not None or not self.count:
            self.pause = min(2 * self.pause + 1, _LONGEST)
            self.not_before = c.step + 1 + self.pause
        elif self.count > self.pause:
            self.pause = 0
        self.given = self.loss = self.value = None
        c.woken()


def _call(loss: Any) -> LossCall:
    name, args, kwargs, out, call = loss
    return LossCall(name, args[0], args[1], out, args, kwargs, call)
