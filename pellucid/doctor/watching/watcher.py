"""Looks on while a loop trains: what it calls, and every now and then a whole step.

Nothing here may break the loop or change what it computes: whatever goes wrong inside is noted as
something that was not seen, and the loop goes on.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.doctor.seen import Batch, LossSeen, Score
from pellucid.doctor.step import Call, Moment
from pellucid.doctor.watching.gradients import Ledger
from pellucid.doctor.watching.library import Library, tensors_in
from pellucid.doctor.watching.lines import Lines
from pellucid.doctor.watching.losses import LossCall, describe, right_answers, rows_of
from pellucid.doctor.watching.modes import Modes
from pellucid.doctor.watching.names import LOSSES
from pellucid.doctor.watching.patches import Patches
from pellucid.doctor.watching.plan import Spread, close
from pellucid.doctor.watching.replay import Replay
from pellucid.doctor.watching.rows import Keeper
from pellucid.doctor.watching.scores import Scores
from pellucid.doctor.watching.trace import Trace
from pellucid.doctor.watching.weights import Weights

__all__ = ["Pass", "Watcher", "onto"]

_MANY = 64  # passes and losses that wait for a backward pass


class Pass:
    """One forward pass of a watched network."""

    __slots__ = ("args", "kwargs", "mixed", "model", "out", "outs", "training", "x")

    def __init__(self, model: Any, args: Any, kwargs: Any, out: Any, outs: Any, x: Any) -> None:
        self.model, self.args, self.kwargs = model, args, kwargs
        self.out, self.outs, self.x = out, outs, x
        self.training = self.mixed = False


class Watcher:
    """Watches networks and optimizers of one library.

    Args:
        library: the library.
        models: the networks.
        optimizers: the optimizers.
    """

    def __init__(self, library: Library, models: list[Any], optimizers: list[Any]) -> None:
        self.library, self.models, self.optimizers = library, models, optimizers
        self.missing: dict[str, str] = {}
        self.lines = Lines(library.inside)
        self.where: dict[str, str] = {}
        prefixes = {f"{i}" if len(models) > 1 else "": m for i, m in enumerate(models)}
        self.weights = Weights(library, prefixes)
        self.paths = {
            id(module): ".".join(p for p in (prefix, path) if p)
            for prefix, model in prefixes.items() for path, module in model.named_modules()
        }  # fmt: skip
        self.modes = Modes(prefixes)
        self.ledgers = {id(o): Ledger(library, o) for o in optimizers}
        self.weights.held(p for ledger in self.ledgers.values() for p in ledger.params())
        self.patches = Patches()
        self.hung: list[Any] = []
        self.arming: list[Any] = []
        # what was seen
        self.step = 0
        self.backwards = 0
        self.losses: list[float] = []
        self.waiting_loss = math.nan
        self.calls: list[Call] = []
        self.moments: list[Moment] = []
        self.fits = Spread(300, first=3)
        self.fits.every = 4
        self.batches: list[Batch] = []
        self.loss: LossSeen | None = None
        self.negative = 0
        self.train = Keeper()
        self.scores = Scores(library)
        self.rates: list[tuple[int, float]] = []
        self.schedule = ""
        self.clip: float | None = None
        self.train_passes = self.train_in_eval = self.eval_passes = self.eval_in_train = 0
        self.single_rows = 0
        self.batch_sizes: Counter[int] = Counter()
        self.replay: Replay | None = None
        self.plain_input = True
        self.called_once = True
        self.last_out: Any = None
        # of the step that runs
        self.tracer = library.tracer(self._saw)
        self.trace: Trace | None = None
        self.moment: Moment | None = None
        self.passes: list[Pass] = []
        self.pending: list[LossCall] = []
        self.busy = self.inside = False
        self.sampled = False
        self.closure = False
        self.alike = 0  # backward passes in a row from the only loss that waited
        self.bad_seen = False

    # ---- begin and end ------------------------------------------------------------------------

    def begin(self) -> None:
        """Hang hooks and patch functions."""
        for model in self.models:
            why = self.library.opaque(model)
            if why:
                self.missing["calls"] = self.missing["activity"] = why
            self.hung.append(
                model.register_forward_hook(self._after_forward, with_kwargs=True)
            )
        for optimizer in self.optimizers:
            self.hung.append(optimizer.register_step_pre_hook(self._before_step))
            self.hung.append(optimizer.register_step_post_hook(self._after_step))
        lib = self.library.lib
        for owner, name in self.library.backward_owners():
            self.patches.wrap(owner, name, self._backward)
        for name in LOSSES:
            if hasattr(lib.nn.functional, name):
                self.patches.wrap(
                    lib.nn.functional, name, functools.partial(self._loss_function, name)
                )
        for owner, name, wrap in self.library.patches():
            self.patches.wrap(owner, name, wrap)
        self._watch_schedules(lib)
        self.scores.loaders.watch(lib, self)
        self.patches.wrap(lib.nn.utils, "clip_grad_norm_", self._clipping)
        self._begin_step()

    def end(self) -> None:
        """Take everything away again."""
        for hook in (*self.hung, *self.arming):
            self._safely("hooks", hook.remove)
        self.hung, self.arming = [], []
        self._safely("trace", self.tracer.stop)
        self.patches.undo()
        for ledger in self.ledgers.values():
            self._safely("events", ledger.ended)
        self._safely("events", self._leave_passes)

    def _safely(self, what: str, call: Callable[..., Any], *args: Any) -> Any:
        """`call(*args)`; what goes wrong is noted, and the loop goes on."""
        if self.busy:
            return None
        self.busy = True
        try:
            return call(*args)
        except Exception as error:  # noqa: BLE001  (watching must never break a loop)
            self.missing.setdefault(what, f"{type(error).__name__}: {error}"[:300])
            return None
        finally:
            self.busy = False

    # ---- what is hung and patched -------------------------------------------------------------

    def _after_forward(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        self._safely("passes", self._passed, model, args, kwargs, out)

    def _before_forward(self, model: Any, args: Any, kwargs: Any) -> None:
        self._safely("calls", self._entered, model, args, kwargs)

    def _before_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self._safely("events", self._step_begins, optimizer, args, kwargs)

    def _after_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        self._safely("events", self._step_ended, optimizer)

    def _backward(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def backward(*args: Any, **kwargs: Any) -> Any:
            if not live[0] or self.inside:  # the method calls the function
                return original(*args, **kwargs)
            self.inside = True
            try:
                self._safely("events", self._backward_begins, args[0] if args else None)
                out = original(*args, **kwargs)
            finally:
                self.inside = False
            self._safely("events", self._backward_ended)
            return out

        return backward

    def _loss_function(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def loss(*args: Any, **kwargs: Any) -> Any:
            if not live[0] or self.busy or self.inside:  # a mode calls it a second time
                return original(*args, **kwargs)
            self.inside = True
            try:
                out = original(*args, **kwargs)
            finally:
                self.inside = False
            self._safely("loss", self._loss_called, name, args, kwargs, out, original)
            return out

        return loss

    def _clipping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def clip(*args: Any, **kwargs: Any) -> Any:
            if live[0]:
                limit = kwargs.get("max_norm", args[1] if len(args) > 1 else None)
                if isinstance(limit, int | float):
                    self.clip = float(limit)
            return original(*args, **kwargs)

        return clip

    def _watch_schedules(self, lib: Any) -> None:
        module = lib.optim.lr_scheduler
        for kind in {v for v in vars(module).values() if isinstance(v, type)}:
            if "step" in vars(kind):
                self.patches.wrap(kind, "step", self._scheduling)

    def _scheduling(self, original: Callable[..., Any]) -> Callable[..., Any]:
        live = self.patches.live

        @functools.wraps(original)
        def step(scheduler: Any, *args: Any, **kwargs: Any) -> Any:
            if live[0] and any(
                getattr(scheduler, "optimizer", None) is o for o in self.optimizers
            ):
                self.schedule = type(scheduler).__name__
            return original(scheduler, *args, **kwargs)

        return step

    # ---- forward ------------------------------------------------------------------------------

    def _entered(self, model: Any, args: Any, kwargs: Any) -> None:
        if self.trace is None or self.trace.finished or not self.library.recording():
            return
        if not self.trace.started:
            if "calls" in self.missing or not self.tracer.start():
                self.missing.setdefault("calls", "operations could not be traced")
                self.trace = None
                return
            self.trace.started = True
            self.tracer.names = self.paths
        self.trace.enter(tensors_in((args, kwargs), self.library.kind))

    def _passed(self, model: Any, args: Any, kwargs: Any, out: Any) -> None:
        kind = self.library.kind
        outs = [out] if isinstance(out, kind) else tensors_in(out, kind)
        x = args[0] if args and isinstance(args[0], kind) else None
        if x is None:
            x = next(iter(tensors_in((args, kwargs), kind)), None)
        found = Pass(model, args, kwargs, out, outs, x)
        found.training, found.mixed = self.modes.of(model)
        recording = self.library.recording()
        if self.trace is not None and self.trace.started and not self.trace.finished:
            self.trace.leave(outs)
        if recording and any(self.library.learns(o) for o in outs):
            self.passes.append(found)
            if len(self.passes) > _MANY:
                self._not_learned(self.passes.pop(0))
        else:
            self._not_learned(found)

    def _not_learned(self, found: Pass) -> None:
        """A pass that no backward pass follows: a score, or a look."""
        self.eval_passes += 1
        if found.training:
            self.eval_in_train += 1
        if "eval" not in self.where:
            self.where["eval"] = self.lines.here()
        self.scores.passed(found, self.step)

    def _leave_passes(self) -> None:
        for found in self.passes:
            self._not_learned(found)
        for call in self.pending:
            self._scored(call)
        self.passes, self.pending = [], []

    # ---- loss ---------------------------------------------------------------------------------

    def _loss_called(
        self, name: str, args: Any, kwargs: Any, out: Any, original: Callable[..., Any]
    ) -> None:
        kind = self.library.kind
        words = dict(kwargs)
        prediction = args[0] if args else words.get("input")
        target = args[1] if len(args) > 1 else words.get("target")
        if not isinstance(prediction, kind) or not isinstance(target, kind):
            return
        call = LossCall(name, prediction, target, out, args, kwargs, original)
        if self.library.recording() and self.library.learns(out):
            if "loss" not in self.where:
                self.where["loss"] = self.lines.here()
            self.pending.append(call)
            if len(self.pending) > _MANY:
                self._scored(self.pending.pop(0))
        else:
            self._scored(call)

    def _scored(self, call: LossCall) -> None:
        self.scores.loss_called(call, self.step)

    # ---- backward -----------------------------------------------------------------------------

    def _backward_begins(self, given: Any) -> None:
        self.tracer.stop()
        kind = self.library.kind
        loss = given if isinstance(given, kind) else next(iter(tensors_in(given, kind)), None)
        self.backwards += 1
        if "backward" not in self.where:
            self.where["backward"] = self.lines.here()
        for ledger in self.ledgers.values():
            ledger.backward_begins()
        if loss is None:
            return
        loss = self.library.unscaled(loss)
        value = self.library.number(loss)
        before = 0.0 if math.isnan(self.waiting_loss) and not self.bad_seen else self.waiting_loss
        self.waiting_loss = value if before == 0.0 else before + value
        if value < 0:
            self.negative += 1
        call, passes = self._joined(loss)
        self._learned(call, passes)
        traced = self.trace is not None and self.trace.started and not self.trace.finished
        if traced:
            call = self._traced(loss, value, call, passes)
        if call is not None and passes:
            self._training_batch(call, passes[-1], value)
        if not math.isfinite(value) and not self.bad_seen:
            self.bad_seen = True
            if not traced and passes:
                self._safely_inner("first_bad", self._look_again, passes[-1], call, value)
        self.passes, self.pending = [], []

    def _safely_inner(self, what: str, call: Callable[..., Any], *args: Any) -> None:
        try:
            call(*args)
        except Exception as error:  # noqa: BLE001
            self.missing.setdefault(what, f"{type(error).__name__}: {error}"[:300])

    def _joined(self, loss: Any) -> tuple[LossCall | None, list[Pass]]:
        """The loss call and the passes that this backward pass comes from; the rest are scores."""
        pending, passes = self.pending, self.passes
        if len(pending) <= 1 and len(passes) <= 1:
            same = not pending or pending[0].out is loss
            if same or self.alike >= 3:
                return (pending[0] if pending else None), passes
        outs = [p.out if isinstance(p.out, self.library.kind) else None for p in passes]
        firsts = [o if o is not None else next(iter(p.outs)) for o, p in zip(outs, passes, strict=True)]
        found = self.library.reaches(loss, [c.out for c in pending] + firsts)
        calls = [c for c, yes in zip(pending, found, strict=False) if yes]
        joined = [p for p, yes in zip(passes, found[len(pending) :], strict=True) if yes]
        for c, yes in zip(pending, found, strict=False):
            if not yes:
                self._scored(c)
        for p in passes:
            if p not in joined:
                self._not_learned(p)
        self.alike = self.alike + 1 if len(pending) <= 1 and len(passes) <= 1 and all(found) else 0
        return (calls[-1] if calls else None), joined

    def _learned(self, call: LossCall | None, passes: list[Pass]) -> None:
        for p in passes:
            self.train_passes += 1
            if self.modes.layers and not p.training:
                self.train_in_eval += 1
            if p.x is not None and getattr(p.x, "ndim", 0):
                rows = int(p.x.shape[0])
                self.batch_sizes[rows] += 1
                if rows == 1 and p.training and self.modes.norms:
                    self.single_rows += 1
        if len(passes) > 1:
            self.called_once = False

    def _training_batch(self, call: LossCall, p: Pass, value: float) -> None:
        """Rows, counts and fit of a training batch."""
        x, y = p.x, call.target
        plain = (
            x is not None and len(p.args) == 1 and not p.kwargs and p.args[0] is x
        )
        if not plain:
            self.plain_input = False
        if x is not None and self.train.wanted(x, y):
            self.train.keep(self.library.array(x), self.library.array(y))
        if self.loss is None or self.trace is not None:
            self.loss = describe(self.loss, call, self.library)
        if len(self.batches) < 512 or self.step % 16 == 0:
            self._count(y)
        if self.fits.wanted():
            a, b = self.library.array(call.prediction), self.library.array(y)
            self.fits.keep(
                Score(self.step, rows_of(b), value, right_answers(call.name, a, b), p.training)
            )

    def _count(self, y: Any) -> None:
        a = self.library.array(y)
        if a.dtype.kind in "iub":
            flat = a.reshape(-1)
            counts: tuple[int, ...] = ()
            if flat.size and flat.min() >= 0 and flat.max() < 1000:
                counts = tuple(np.bincount(flat.astype(np.int64, copy=False)).tolist())
            self.batches.append(Batch(self.step, rows_of(a), counts))
        elif a.size:
            self.batches.append(
                Batch(self.step, rows_of(a), mean=float(a.mean()), std=float(a.std()))
            )

    def _traced(
        self, loss: Any, value: float, call: LossCall | None, passes: list[Pass]
    ) -> LossCall | None:
        """Take from the trace what it tells, and ask for gradients at what it saw."""
        trace = self.trace
        assert trace is not None
        trace.finished = True
        trace.meet(loss, None if call is None else call.target)
        places = trace.chosen(loss)
        calls = trace.calls(places)
        if not self.calls and calls:
            self.calls = calls
        at = onto(self.calls, calls)
        self.moment = Moment(self.step, value, self._rate())
        trace.places, trace.onto = places, at
        for c in calls:
            for name in c.weights:
                if name in self.weights.seen:
                    self.weights.seen[name].used = True
        self.modes.traced(calls)
        if not math.isfinite(value):
            bad = self._bad(trace, places)
            self.moment.first_bad = None if bad is None else at.get(bad)
        self.library.on_blame(
            loss, {k: trace.alive[k] for i in places for k in trace.ran[i].outputs[:1]
                   if trace.ran[i].figures is not None}, self._blamed,
        )  # fmt: skip
        if call is None and trace.target is not None:
            call = LossCall("own", trace.prediction, trace.target, loss)
        if call is not None and self.loss is not None and trace.meets is not None:
            pass
        if trace.target is not None and passes and self.replay is None:
            behind = sorted(trace.leading_to(trace.key(loss)))
            after = [i for i in behind if not trace.ran[i].inside]
            self._safely_inner("replay", self._make_replay, trace, loss, after, passes[-1])
        return call

    def _make_replay(self, trace: Trace, loss: Any, places: list[int], p: Pass) -> None:
        self.replay = Replay(trace, loss, places, p.outs)

    def _bad(self, trace: Trace, places: list[int]) -> int | None:
        """The first call that makes what is not finite out of what is, weights included."""
        bad = trace.first_bad(places)
        if bad is None:
            return None
        ran = trace.ran[places[bad]]
        for name in ran.taken:
            if not np.isfinite(self.library.array(self.weights.tensors[name])).all():
                return None
        for k in ran.inputs:
            if k in trace.data and not _finite(self.library.array(trace.alive[k])):
                return None
        return bad

    def _blamed(self, key: int, g: Any) -> None:
        if self.trace is None:
            return
        try:
            a = self.library.array(g)
            with np.errstate(all="ignore"):
                flat = a.reshape(-1)
                self.trace.blames[key] = math.sqrt(float(np.vdot(flat, flat)) / max(1, flat.size))
        except Exception as error:  # noqa: BLE001
            self.missing.setdefault("gradients", str(error)[:300])

    def _look_again(self, p: Pass, call: LossCall | None, value: float) -> None:
        """Run the pass whose loss is not finite once more, on a copy, to find where it begins."""
        twin = self.library.twin(p.model)
        names = {self.library.key(t): n for n, t in twin.named_parameters()}
        trace = Trace(self.library, names, None, True)
        tracer = self.library.tracer(trace)
        tracer.names = {id(m): path for path, m in twin.named_modules()}
        with self.library.random_kept(), self.library.lib.no_grad():
            tracer.start()
            try:
                trace.enter(tensors_in((p.args, p.kwargs), self.library.kind))
                out = twin(*p.args, **p.kwargs)
                trace.leave(tensors_in(out, self.library.kind))
                if self.replay is not None and call is not None:
                    self.replay(out, call.target)
            finally:
                tracer.stop()
        places = [i for i, ran in enumerate(trace.ran) if not ran.fixed]
        at = onto(self.calls, trace.calls(places))
        bad = self._bad(trace, places)
        moment = Moment(self.step, value, self._rate(), trace.figures(places, at))
        moment.first_bad = None if bad is None else at.get(bad)
        self.weights.begin_step()
        moment.moves = self.weights.moves(stepped=False)
        self.moments.append(moment)

    def _backward_ended(self) -> None:
        for ledger in self.ledgers.values():
            ledger.backward_ended()
        if self.trace is not None and self.trace.finished and self.moment is not None:
            trace = self.trace
            self.moment.activity = trace.figures(trace.places, trace.onto)
            self.moments.append(self.moment)
            self.trace = None
            self.weights.reach()
        if not self.optimizers:
            self._tick()

    # ---- step ---------------------------------------------------------------------------------

    def _step_begins(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        ledger = self.ledgers[id(optimizer)]
        closure = kwargs.get("closure", args[1] if len(args) > 1 else None) is not None
        if not closure and args and callable(args[0]) and not hasattr(args[0], "param_groups"):
            closure = True
        self.closure = closure
        ledger.step_begins(closure)
        if "step" not in self.where:
            self.where["step"] = self.lines.here()
        if optimizer is self.optimizers[0]:
            rate = self._rate()
            if not self.rates or self.rates[-1][1] != rate:
                self.rates.append((self.step, rate))
        if self.sampled:
            self.weights.begin_step()

    def _step_ended(self, optimizer: Any) -> None:
        self.ledgers[id(optimizer)].step_ended()
        if self.sampled and self.weights.before:
            moves = self.weights.moves(stepped=True)
            if self.moment is None or not self.moments or self.moments[-1] is not self.moment:
                self.moment = Moment(self.step, self.waiting_loss, self._rate())
                self.moments.append(self.moment)
            self.moment.moves = {**self.moment.moves, **moves}
            self.weights.before = {}
        if optimizer is self.optimizers[0]:
            self._tick()

    def _tick(self) -> None:
        self.losses.append(self.waiting_loss)
        self.waiting_loss = math.nan
        self.step += 1
        self._begin_step()

    def _begin_step(self) -> None:
        self.moment = None
        was, self.sampled = self.sampled, close(self.step)
        if self.sampled:
            self.trace = Trace(
                self.library, self.weights.names(), None if self.calls else self.lines, True
            )
        if self.sampled and not was:
            self.arming = [
                m.register_forward_pre_hook(self._before_forward, with_kwargs=True)
                for m in self.models
            ]
        elif was and not self.sampled:
            self.tracer.stop()
            self.trace = None
            for hook in self.arming:
                hook.remove()
            self.arming = []

    def _rate(self) -> float:
        if not self.optimizers:
            return 0.0
        return float(self.optimizers[0].param_groups[0].get("lr", 0.0))

    def _saw(self, *args: Any, **kwargs: Any) -> None:
        if self.trace is not None and not self.trace.finished and not self.busy:
            self.busy = True
            try:
                self.trace(*args, **kwargs)
            except Exception as error:  # noqa: BLE001
                self.missing.setdefault("calls", f"{type(error).__name__}: {error}"[:300])
                self.trace.finished = True
            finally:
                self.busy = False


def _finite(a: Any) -> bool:
    return a.dtype.kind != "f" or bool(np.isfinite(a).all())


def onto(first: list[Call], calls: list[Call]) -> dict[int, int]:
    """Where each call stands in the first trace."""
    at: dict[Any, list[int]] = {}
    for i, c in enumerate(first):
        at.setdefault((c.name, c.path, c.part), []).append(i)
    found = {}
    for i, c in enumerate(calls):
        same = at.get((c.name, c.path, c.part))
        if same:
            found[i] = same.pop(0)
    return found
