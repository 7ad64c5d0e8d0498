"""Looks on while a loop trains: what it calls, and every now and then a whole step.

Nothing here may break the loop or change what it computes: whatever goes wrong inside is noted as
something that was not seen, and the loop goes on.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from threading import get_ident
from typing import Any

from pellucid.doctor.watching.batches import Batches
from pellucid.doctor.watching.discover import Discovery
from pellucid.doctor.watching.gradients import Ledger
from pellucid.doctor.watching.hook import Hook
from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.looks import Looks
from pellucid.doctor.watching.losses import LossCall
from pellucid.doctor.watching.modes import Modes, whole_name
from pellucid.doctor.watching.names import LOSSES
from pellucid.doctor.watching.passes import Pass, Passes
from pellucid.doctor.watching.patches import Patches
from pellucid.doctor.watching.scores import Scores
from pellucid.doctor.watching.trace import Whole
from pellucid.doctor.watching.weights import Weights

__all__ = ["Watcher"]


class Watcher:
    """Watches networks and optimizers of one library.

    Args:
        library: the library.
        models: the networks; those that the program calls where there are none.
        optimizers: the optimizers; those that step where there are none.
    """

    def __init__(self, library: Library, models: list[Any], optimizers: list[Any]) -> None:
        self.library, self.kind, self.number = library, library.kind, library.number
        self.models: list[Any] = []
        self.known: dict[int, str] = {}
        self.optimizers: list[Any] = []
        self.began: list[list[dict[str, Any]]] = []  # the groups' settings at first
        self.missing: dict[str, str] = {}
        self.lines = Lines(library.inside)
        self.where: dict[str, str] = {}
        self.modes = Modes()
        self.weights = Weights(library)
        self.scores = Scores(library)
        self.passes = Passes(library, self.modes, self.scores)
        self.batches = Batches(library)
        self.looks = Looks(library, self.weights, self.lines, self.missing)
        self.ledgers: dict[int, Ledger] = {}
        self.patches = Patches()
        self.hung: list[Any] = []
        self.thread = get_ident()
        self.step = self.backwards = self.negative = 0
        self.losses: list[float] = []
        self.waiting = math.nan  # the loss of the step that runs
        self.fresh = False  # whether it is known
        self.rates: list[tuple[int, float]] = []
        self.schedule = ""
        self.clip: float | None = None
        self.closure = False
        self.last_rate: float | None = None
        self.armed: list[Any] = []
        self.arming = Hook(self._before_forward)
        self.inside = False
        self.resting = False  # nothing of this step is looked at closely
        self._given = models, optimizers

    # ---- begin and end ------------------------------------------------------------------------

    def begin(self) -> None:
        """Hang hooks and patch functions."""
        try:
            self._begin()
        except BaseException:
            self.end()
            raise

    def _begin(self) -> None:
        models, optimizers = self._given
        for model in models:
            self.add_model(model, f"{len(self.models)}" if len(models) > 1 else "")
        for optimizer in optimizers:
            self.add_optimizer(optimizer)
        lib = self.library.lib
        for owner, name in self.library.backward_owners():
            self.patches.wrap(owner, name, self._backward)
        for name in LOSSES:
            if hasattr(lib.nn.functional, name):
                loss = functools.partial(self._loss_function, name)
                self.patches.wrap(lib.nn.functional, name, loss)
        for owner, name, wrap in self.library.patches():
            self.patches.wrap(owner, name, wrap)
        for kind in {v for v in vars(lib.optim.lr_scheduler).values() if isinstance(v, type)}:
            if "step" in vars(kind):
                self.patches.wrap(kind, "step", self._scheduling)
        self.scores.loaders.watch(lib, self)
        self.patches.wrap(lib.nn.utils, "clip_grad_norm_", self._clipping)
        Discovery(self, not models, not optimizers)
        self._begin_step()

    def add_model(self, model: Any, prefix: str | None = None) -> None:
        """Watch another network."""
        if any(model is known for known in self.models):
            return
        if prefix is None:
            prefix = f"{len(self.models)}" if self.models else ""
        why = self.library.opaque(model)
        if why:
            self.missing["calls"] = self.missing["activity"] = why
        self.models.append(model)
        self.known[id(model)] = prefix
        self.weights.add(prefix, model)
        self.modes.add(prefix, model)
        for path, module in model.named_modules():
            whole = ".".join(p for p in (prefix, path) if p)
            self.looks.paths[id(module)] = whole
            if whole and (name := whole_name(module)):
                self.looks.wholes[whole] = Whole(name, whole)
        self.looks.renew()
        after = Hook(self._after_forward)
        self.hung.append(model.register_forward_hook(after, with_kwargs=True))
        if self.armed:
            self._arm(model)

    def add_optimizer(self, optimizer: Any) -> None:
        """Watch another optimizer."""
        if any(optimizer is known for known in self.optimizers):
            return
        self.optimizers.append(optimizer)
        self.began.append([_settings(group) for group in optimizer.param_groups])
        self.ledgers[id(optimizer)] = Ledger(self.library, optimizer)
        self.hung.append(
            optimizer.register_step_pre_hook(Hook(self.safely, "events", self._step_begins))
        )
        self.hung.append(
            optimizer.register_step_post_hook(Hook(self.safely, "events", self._step_ended))
        )

    def end(self) -> None:
        """Take everything away again."""
        self.thread = get_ident()  # whoever ends it
        for hook in (*self.hung, *self.armed):
            self.safely("hooks", hook.remove)
        self.hung, self.armed = [], []
        self.safely("scores", self._judge)
        self.safely("calls", self.looks.stop)
        self.patches.undo()
        for ledger in self.ledgers.values():
            self.safely("events", ledger.ended)
        self.safely("events", self.passes.leave)

    def safely(self, what: str, call: Callable[..., Any], *args: Any) -> None:
        """`call(*args)`; what goes wrong is noted, and the loop goes on."""
        looks = self.looks
        if looks.inside or get_ident() != self.thread:
            return
        looks.inside = True
        try:
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

    def _note(self, what: str) -> None:
        if what not in self.where:
            self.where[what] = self.lines.here()

    # ---- what is hung and patched -------------------------------------------------------------

    def _before_forward(self, model: Any, args: Any, kwargs: Any) -> None:
        if (self.looks.trace is not None or self.looks.evaluation is not None) and (
            id(model) in self.known
        ):
            self.safely("calls", self._entered, self.known[id(model)], args, kwargs)

    def _after_forward(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        if (
            self.resting and type(out) is self.kind and out.requires_grad
            and not self.passes.waiting and id(model) in self.known
            and get_ident() == self.thread and not self.looks.inside
        ):  # fmt: skip
            own = self.modes.by_model[id(model)]
            training = any([m.training for m in own]) if own else model.training
            self.passes.waiting.append(Pass(self.kind, model, args, kwargs, out, training, True))
        else:
            self.safely("passes", self._passed, model, args, kwargs, out)

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def backward(*args: Any, **kwargs: Any) -> Any:
            if not live[0] or self.inside:  # the method calls the function
                return original(*args, **kwargs)
            self.inside = True
            try:
                given = args[0] if args else None
                if not self.resting or not self._plain_backward(given):
                    self.safely("events", self._backward_begins, given)
                out = original(*args, **kwargs)
            finally:
                self.inside = False
            self.safely("events", self._backward_ended)
            return out

        return backward

    def _loss_function(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        live, looks, kind = self.patches.live, self.looks, self.kind

        @functools.wraps(original)
        def loss(*args: Any, **kwargs: Any) -> Any:
            if self.inside or looks.inside or not live[0]:  # a mode calls it a second time
                return original(*args, **kwargs)
            self.inside = True
            try:
                out = original(*args, **kwargs)
            finally:
                self.inside = False
            if (
                self.resting and len(args) == 2 and type(out) is kind and out.requires_grad
                and isinstance(args[0], kind) and isinstance(args[1], kind)
                and not self.passes.losses and get_ident() == self.thread
            ):  # fmt: skip
                self.passes.losses.append(LossCall(name, *args, out, args, kwargs, original))
            else:
                self.safely("loss", self._loss_called, name, args, kwargs, out, original)
            return out

        return loss

    def _clipping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def clip(*args: Any, **kwargs: Any) -> Any:
            limit = kwargs.get("max_norm", args[1] if len(args) > 1 else None)
            if live[0] and isinstance(limit, int | float):
                self.clip = float(limit)
            return original(*args, **kwargs)

        return clip

    def _scheduling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
            own = getattr(scheduler, "optimizer", None)
            if live[0] and any(own is known for known in self.optimizers):
                self.schedule = type(scheduler).__name__
            return original(scheduler, *args, **kwargs)

        return step

    # ---- what happens -------------------------------------------------------------------------

    def _entered(self, prefix: str, args: Any, kwargs: Any) -> None:
        self._judge()
        self.looks.entered(prefix, args, kwargs)

    def _judge(self) -> None:
        """What a pass without a backward pass was compared with, where no loss was called."""
        judged = self.looks.judged()
        if judged is not None:
            found, y = judged
            name = "own" if self.batches.loss is None else self.batches.loss.name
            self.scores.judged(found, self.step, y, name, self.looks.replay)

    def _passed(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        if id(model) not in self.known:  # a copy of it, with all that hung there
            return
        found = Pass(self.library.kind, model, args, kwargs, out)
        self.passes.step = self.step
        if self.passes.add(found):
            self.looks.left(found)
        else:
            self._note("eval")
            self.looks.left(found)
            if not self.scores.by_loss:
                self.looks.judge(found)

    def _loss_called(
        self, name: str, args: Any, kwargs: Any, out: Any, original: Callable[..., Any]
    ) -> None:
        prediction = args[0] if args else kwargs.get("input")
        target = args[1] if len(args) > 1 else kwargs.get("target")
        kind = self.library.kind
        if isinstance(prediction, kind) and isinstance(target, kind):
            call = LossCall(name, prediction, target, out, args, kwargs, original)
            if self.passes.add_loss(call):
                if "loss" not in self.where:
                    self._note("loss")
            else:
                self.looks.not_judged()

    def _backward_begins(self, given: Any) -> None:
        if self.looks.evaluation is not None:
            self._judge()
        if self.looks.on:
            self.looks.stop()
        kind = self.library.kind
        loss = given if isinstance(given, kind) else next(iter(tensors_in(given, kind)), None)
        self.backwards += 1
        if "backward" not in self.where:
            self._note("backward")
        for ledger in self.ledgers.values():
            ledger.backward_begins()
        if loss is None:
            return
        loss = self.library.unscaled(loss)
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
            self.looks.again(passes[-1], call, value, self.rate())

    def _plain_backward(self, loss: Any) -> bool:
        """A backward pass from the one loss of the one pass; False where it is something else."""
        passes, calls = self.passes.waiting, self.passes.losses
        if (
            len(passes) != 1 or len(calls) != 1 or calls[0].out is not loss or self.fresh
            or self.looks.inside or get_ident() != self.thread or not self.where.get("loss")
        ):  # fmt: skip
            return False
        value = self.number(loss)
        if value - value != 0:
            return False
        self.safely("events", self._learned, value, calls.pop(), passes.pop())
        return True

    def _learned(self, value: float, call: LossCall, found: Pass) -> None:
        for ledger in self.ledgers.values():
            ledger.backward_begins()
        self.backwards += 1
        self.waiting, self.fresh = value, True
        self.negative += value < 0
        self.passes.learned(found)
        self.batches.add(call, found if len(self.models) == 1 else None, value, self.step, False)

    def _backward_ended(self) -> None:
        for ledger in self.ledgers.values():
            ledger.backward_ended()
        if self.looks.trace is not None:
            self.looks.backward_ended()
        if not self.optimizers:
            self._tick()

    def _step_begins(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        ledger = self.ledgers.get(id(optimizer))
        if ledger is None:
            return
        closure = False
        if kwargs or len(args) > 1 or (args and args[0] is not optimizer):
            given = [kwargs.get("closure"), *(a for a in args if a is not optimizer)]
            closure = any(callable(a) for a in given)
            self.closure = self.closure or closure
        ledger.step_begins(closure)
        if "step" not in self.where:
            self._note("step")
        if optimizer is self.optimizers[0]:
            rate = optimizer.param_groups[0].get("lr", 0.0)
            if rate != self.last_rate:
                self.last_rate = float(rate)
                self.rates.append((self.step, self.last_rate))
        if self.looks.close:
            self.looks.step_begins()

    def _step_ended(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        ledger = self.ledgers.get(id(optimizer))
        if ledger is None:
            return
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
        if self.resting and self.looks.rests(self.step):
            return
        if self.looks.evaluation is not None:
            self._judge()
        self._begin_step()

    def _begin_step(self) -> None:
        """Forward passes are announced where a trace or a comparison wants to know."""
        self.looks.begin_step(self.step)
        wanted = self.looks.close or self.looks.judging_on
        if wanted and not self.armed:
            for model in self.models:
                self._arm(model)
        elif self.armed and not wanted:
            for hook in self.armed:
                hook.remove()
            self.armed = []
        self.resting = not wanted and self.looks.rests(self.step)

    def _arm(self, model: Any) -> None:
        self.armed.append(model.register_forward_pre_hook(self.arming, with_kwargs=True))


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    left_out = ("params", "initial_lr", "param_names")
    return {k: v for k, v in group.items() if k not in left_out}
