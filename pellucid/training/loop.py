"""The loop: forward, loss, backward, step; then the figures of the epoch, and whether to go on.

for each epoch:  for each batch:  θ ← θ − update(∇ loss(model(x), y))
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any

from pellucid.errors import TrainingError
from pellucid.nn.module import Module
from pellucid.nn.utils.clip import clip_grad_norm_
from pellucid.optim.optimizer import Optimizer
from pellucid.tensor.grad_mode import enable_grad, no_grad
from pellucid.tensor.random import Generator, default_generator
from pellucid.tensor.tensor import Tensor
from pellucid.training.callback import Callback, call_all
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.diverged import diverged, left_its_range
from pellucid.training.history import History
from pellucid.training.interrupt import Interrupts
from pellucid.training.metrics import Gathered
from pellucid.training.objective import Objective
from pellucid.training.pace import Pace
from pellucid.training.plan import Plan
from pellucid.training.probes import Probing, Watch
from pellucid.training.progress import Progress
from pellucid.training.recording import Recorder
from pellucid.training.rows import feed, weight_of
from pellucid.training.sources import Batch, FromRows, Source
from pellucid.training.threads import threads_for
from pellucid.training.weights import copied, put_back

__all__ = ["Run"]

# Random layers and the order of the rows draw from streams of their own, so that neither shifts the
# other, nor repeats the numbers with which weights were drawn.
LAYERS, ORDER = 1 << 32, 1 << 33
REDRAW = 0.1
_QUIETLY = nullcontext()
EVALUATE_ROWS = 1024


class Run:
    """One training at work. Callbacks get it.

    Attributes:
        model, optimizer, history: what is trained, by what, and what happened.
        epoch: epochs finished.
        step: steps finished.
        loss: of the latest step.
    """

    def __init__(
        self,
        model: Module,
        train: Source,
        held: Source | None,
        objective: Objective,
        optimizer: Optimizer,
        plan: Plan,
        *,
        pace: Pace,
        gathered: Gathered,
        history: History,
        callbacks: Sequence[Any] = (),
        progress: Progress,
    ) -> None:
        self.model, self.train, self.held, self.objective = model, train, held, objective
        self.optimizer, self.plan, self.pace, self.gathered = optimizer, plan, pace, gathered
        self.history, self.callbacks, self.progress = history, tuple(callbacks), progress
        self.checkpoint: Checkpoint | None = None
        self.epoch = self.position = self.rows_seen = 0
        self.loss = self.loss_sum = self.before = 0.0
        self.order = Generator().manual_seed(plan.seed + ORDER)
        self.order_state = self.order.get_state()
        self.interrupts = Interrupts()
        self._whole = True  # False in the middle of a step: nothing to go on from
        self._began = self._drawn = self._epoch_began = time.perf_counter()
        self._taken = self._seen = 0
        self._stream = default_generator.get_state()  # before a checkpoint is taken up
        self.standing = 0.0  # seconds of setting up and compiling, which no later step takes
        self._each_step = [c for c in callbacks if _looks_at_steps(c)]
        self.compiled: Any = None  # runs the epochs, where it is not the loop below
        self.probing: Probing | None = None
        self.watch: Watch | None = None  # hears the step at work
        self.recorder: Recorder | None = None

    @property
    def looks_at_steps(self) -> bool:
        """Whether a callback wants to be called after every single step."""
        return bool(self._each_step)

    @property
    def epoch_steps(self) -> int | None:
        """Steps of an epoch, where known."""
        return self.plan.steps(self.train.count(self.plan.batch_size))

    @property
    def whole_steps(self) -> int | None:
        """The same without the last, where that has another number of rows."""
        steps = self.epoch_steps
        if steps is None or not isinstance(self.train, FromRows):
            return steps
        return steps - bool(self.train.layouts(self.plan.batch_size, self.plan.accumulate)[1])

    @property
    def step(self) -> int:
        """Steps finished."""
        return len(self.history.step_loss)

    def seconds(self) -> float:
        """How long it took so far, over all sittings."""
        return self.before + time.perf_counter() - self._began

    def stop(self, reason: str) -> None:
        """End after this step; `reason` is what the history will say."""
        self.history.stopped = self.history.stopped or reason

    # ---- from beginning to end ----------------------------------------------------------------

    def go(self) -> History:
        """Run to the end, and leave the model with its best weights."""
        modes = [(m, m.training) for m in self.model.modules()]
        self.standing = time.perf_counter() - self._began
        self.progress.start(self.plan.epochs)
        try:
            self._go()
        finally:
            default_generator.set_state(self._stream)
            for module, training in modes:
                module.training = training
            self.progress.finish()
        call_all(self.callbacks, "on_fit_end", self)
        if self.interrupts.count > 1:
            raise KeyboardInterrupt
        return self.history

    def _go(self) -> None:
        if not self.epoch and not self.position:
            default_generator.manual_seed(self.plan.seed + LAYERS)
        self._reopen()
        start = copied(self.model) if self.plan.restore_best else {}
        try:
            with self.interrupts, enable_grad(), threads_for(self.model, self.plan.batch_size):
                call_all(self.callbacks, "on_fit_start", self)
                if self.recorder is not None:
                    self.history.recording = self.recorder.recording
                    self.recorder.keep(self.step)
                if self.interrupts.count:  # while it was set up and compiled
                    self.stop("interrupted")
                while self.epoch < self.plan.epochs and not self.history.stopped:
                    self._run_epoch()
        except KeyboardInterrupt:
            self.stop("interrupted")
        except TrainingError:
            if start:  # until an epoch was finished, the start is the best
                put_back(self.model, start)
            self._restore_best()
            raise
        self.stop("finished")
        if self.recorder is not None and self._whole:
            self.recorder.keep(self.step)
        self.history.seconds = self.seconds()
        if self.checkpoint is not None and self._whole:
            self.checkpoint.write(self)
        self._restore_best()

    def _reopen(self) -> None:
        """A run taken up again goes on if it was interrupted, or was given more time."""
        more = {
            "interrupted": True,
            "finished": self.epoch < self.plan.epochs,
            "patience": not self._out_of_patience(),
        }
        if more.get(self.history.stopped):
            self.history.stopped = ""

    def _run_epoch(self) -> None:
        self.model.train()
        order = self.order if self.plan.shuffle else None
        self._epoch_began = time.perf_counter()
        if not self.position:
            call_all(self.callbacks, "on_epoch_start", self)
        start = self.position if self.train.exact else 0
        if self.compiled is not None:
            self.compiled.epoch()
        else:
            start *= self.plan.accumulate
            for batches in self._grouped(self.train.epoch(self.plan.batch_size, order, start)):
                self.take_step(batches)
                if self.history.stopped:
                    break
        if not self.history.stopped:
            self._finish_epoch()

    def _restore_best(self) -> None:
        if self.plan.restore_best and self.history.best_weights:
            put_back(self.model, self.history.best_weights)

    # ---- one step -----------------------------------------------------------------------------

    def _grouped(self, batches: Iterable[Batch]) -> Iterator[list[Batch]]:
        """The batches of each step."""
        each, left = self.plan.accumulate, iter(batches)
        return iter(lambda: list(islice(left, each)), [])

    def take_step(self, batches: Sequence[Batch]) -> None:
        """One step, op by op, and what follows it."""
        self.begin_stretch()
        probing = self.probing
        if probing is not None and probing.due(self.at_last_look()):
            loss, outputs = probing.take_step(self, batches)
        else:
            loss, outputs = self.forward_and_move(batches)
        if self.pace.after_step is not None:
            self.pace.after_step()
        for out, (_, y) in zip(outputs, batches, strict=True):
            if type(out) is Tensor:
                self.gathered.add(out._node.array, y._node.array)
        self.end_stretch([loss.item()], sum(y._node.shape[0] for _, y in batches))

    def at_last_look(self) -> bool:
        """Whether the next step is the last one of the usual size that was planned."""
        return self.epoch == self.plan.epochs - 1 and self.position + 1 == self.whole_steps

    def forward_and_move(self, batches: Sequence[Batch]) -> tuple[Tensor, list[Any]]:
        """Forward, loss, backward, update: the step itself, run or traced.

        Returns:
            The mean loss of the batches' rows, and the outputs for each batch.
        """
        self.optimizer.zero_grad()
        watch = self.watch
        outputs: list[Any] = []
        rows = sum(y._node.shape[0] for _, y in batches)
        loss: Any = 0.0
        for x, y in batches:
            with watch.hearing(first=not outputs) if watch is not None else _QUIETLY:
                out, part = self._backward(x, y, y._node.shape[0] / rows)
            outputs.append(out)
            loss = part if len(batches) == 1 else loss + part.detach()
        if watch is not None:
            watch.backward()
        if self.plan.clip_norm is not None:
            clip_grad_norm_(self.model.parameters(), self.plan.clip_norm)
        self.optimizer.step()
        if watch is not None:
            watch.moved()
        return loss, outputs

    def _backward(self, x: Sequence[Tensor], y: Tensor, share: float) -> tuple[Any, Tensor]:
        """Outputs for a batch, and its share of the loss, which was blamed on the weights."""
        outputs = feed(self.model, x)
        loss: Tensor = self.objective.loss(outputs, y, weight_of(x))
        if self.watch is not None:
            self.watch.forward(loss)
        loss = loss if share == 1.0 else loss * share
        loss.backward()
        return outputs, loss

    def begin_stretch(self) -> None:
        """From here to `end_stretch` there is no state to go on from."""
        self._whole = False

    def end_stretch(self, losses: Sequence[float], n: int) -> None:
        """Note the losses of one or several steps of `n` rows; then what comes between steps."""
        if not math.isfinite(sum(losses)):  # one look at all; where it fails, find the first
            first = next((i for i, v in enumerate(losses) if not math.isfinite(v)), len(losses))
            if first < len(losses):
                self.history.step_loss += losses[: first + 1]
                self.loss = losses[first]
                raise self._diverged(self.loss)
        self.history.step_loss += losses
        for value in losses:
            self.loss_sum += value * n
        self.loss = losses[-1]
        self.rows_seen += n * len(losses)
        self.position += len(losses)
        self._whole = True
        self._after_steps(len(losses), n)

    def _after_steps(self, steps: int, n: int) -> None:
        self._taken += steps
        self._seen += steps * n
        if self.recorder is not None and self.step >= self.recorder.due:
            self.recorder.keep(self.step)
        for callback in self._each_step:
            callback.on_step_end(self)
        if self.interrupts.count:
            self.stop("interrupted")
        if self.checkpoint is not None and self.train.exact:
            self.checkpoint.when_due(self)
        now = time.perf_counter()
        if now - self._drawn >= REDRAW and not getattr(self.progress, "whole_epochs", False):
            self._show(self.epoch + 1, self.loss_sum / self.rows_seen, now)

    def _diverged(self, value: float) -> TrainingError:
        rate = float(self.optimizer.param_groups[0]["lr"])
        return diverged(value, self.epoch + 1, rate, self.history)

    # ---- one epoch ----------------------------------------------------------------------------

    def _finish_epoch(self) -> None:
        if not self.rows_seen:
            raise TrainingError("the loader gave no batches in this epoch: nothing can be learned.")
        self._whole = False
        history, loss = self.history, self.loss_sum / self.rows_seen
        if left_its_range(loss, self.position, history):
            raise self._diverged(loss)
        history.train_loss.append(loss)
        for name, value in self.gathered.values().items():
            history.train_metrics.setdefault(name, []).append(value)
        if self.held is not None:
            self._validate(self.held)
        history.learning_rate.append(float(self.optimizer.param_groups[0]["lr"]))
        history.epoch_seconds.append(time.perf_counter() - self._epoch_began)
        self.epoch += 1
        self.position = self.rows_seen = 0
        self.loss_sum = 0.0
        self.order_state = self.order.get_state()
        self._keep_best()
        self.pace.after_epoch(history.watched[-1])
        self._whole = True
        self._show(self.epoch, loss, time.perf_counter())
        call_all(self.callbacks, "on_epoch_end", self)
        if self.checkpoint is not None:
            self.checkpoint.when_due(self)

    def _validate(self, held: Source) -> None:
        total, rows = 0.0, 0
        gathered = Gathered(self.gathered.metrics)
        for outputs, y, loss in self._evaluated(held):
            n = y._node.shape[0]
            total, rows = total + loss.item() * n, rows + n
            if type(outputs) is Tensor:
                gathered.add(outputs._node.array, y._node.array)
        self.history.validation_loss.append(total / max(rows, 1))
        for name, value in gathered.values().items():
            self.history.validation_metrics.setdefault(name, []).append(value)

    def _evaluated(self, held: Source) -> Iterator[tuple[Any, Tensor, Any]]:
        """Outputs, targets and loss, batch by batch, without a graph and with the model in eval."""
        self.model.eval()
        model = self.model if self.compiled is None else self.compiled.forward
        with no_grad():
            for x, y in held.epoch(max(self.plan.batch_size, EVALUATE_ROWS), None):
                outputs = feed(model, x)
                yield outputs, y, self.objective.loss(outputs, y, weight_of(x))
        self.model.train()

    def _keep_best(self) -> None:
        history = self.history
        latest = history.watched[-1]
        if math.isfinite(latest) and latest < history.best_loss:
            history.best_epoch, history.best_weights = self.epoch, copied(self.model)
        elif self._out_of_patience():
            self.stop("patience")

    def _out_of_patience(self) -> bool:
        waited = self.epoch - self.history.best_epoch
        return bool(self.plan.patience) and waited >= self.plan.patience

    # ---- what is shown ------------------------------------------------------------------------

    def _show(self, epoch: int, loss: float, now: float) -> None:
        self._drawn = now
        history = self.history
        metric = history.validation_metric or history.train_metric
        elapsed = now - self._began
        at_work = elapsed - self.standing
        self.progress.update(
            epoch,
            self.step,
            loss,
            val_loss=history.validation_loss[-1] if history.validation_loss else None,
            metric_name=history.metric_name,
            metric=metric[-1] if metric else None,
            rows_per_second=self._seen / at_work if at_work > 0 else None,
            seconds_left=self._left(elapsed),
        )

    def _left(self, elapsed: float) -> float | None:
        steps = self.epoch_steps
        if steps is None or not self._taken:
            return None
        return (
            max(elapsed - self.standing, 0.0) / self._taken * (steps * self.plan.epochs - self.step)
        )


def _looks_at_steps(callback: Any) -> bool:
    hook = getattr(type(callback), "on_step_end", None)
    return hook is not None and hook is not Callback.on_step_end
