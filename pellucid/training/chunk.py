"""Members of one form, a chunk at a time: what the host gives to a stretch, and what it notes."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram
from pellucid.tensor.random import Generator, default_generator, randperm
from pellucid.training.interrupt import Interrupts
from pellucid.training.loop import LAYERS, ORDER
from pellucid.training.members import (
    Form,
    Paced,
    Start,
    Trained,
    check_sizes,
    named_nodes,
)
from pellucid.training.merged import differing
from pellucid.training.probe_table import MOST, ProbeTable
from pellucid.training.sources import FromRows

__all__ = ["Chunks"]

GROWTH = 1e6  # as `left_its_range` has it
BEAT = 0.05  # seconds between two looks at Ctrl-C and the screen
LONGEST = 1024  # steps in one call
PROBES = 1 << 25  # bytes of what the probes of a chunk say
ROOM = 1 << 22  # bytes of losses that one call may hand back

Spans = list[tuple[int, int]]


class Chunks:
    """The compiled training of one form's members.

    Args:
        form: with all its members.
        width: how many are trained at a time.
        own_order, own_seeds, paced: as `train_together` has them.
    """

    def __init__(
        self, form: Form, width: int, own_order: bool, own_seeds: bool, paced: Paced | None
    ) -> None:
        self._form, self._width, self._own_order, self._paced = form, width, own_order, paced
        run = self._run = form.run
        assert isinstance(run.train, FromRows)
        plan, steps = run.plan, run.epoch_steps or 1
        self._layouts = run.train.layouts(plan.batch_size, plan.accumulate)
        self._size, self._rest = map(sum, self._layouts)
        self._full = steps - bool(self._rest)
        self._names = {node: name for name, node in named_nodes(run.model).items()}
        most = max(1, min(LONGEST, ROOM // (8 * width), self._full * run.plan.epochs))
        self._epochs = max(1, most // self._full)
        self._longest = self._epochs * self._full if most >= self._full else most
        self._beat, self._columns = 1, 0
        self._limit = np.full(width, np.inf)
        self._made = self._make(own_seeds)

    def _make(self, own_seeds: bool) -> Any:
        xla = importlib.import_module("pellucid.engines.xla.population")
        self._xla = importlib.import_module("pellucid.engines.xla.varied")
        run, usual = self._run, self._form.usual
        assert isinstance(run.train, FromRows)
        held = run.held.data if isinstance(run.held, FromRows) else None
        varied = [self._varied(k) for k in range(len(self._form.steps))]
        draws = any(s.generator is default_generator for s in usual.streams)
        return xla.XlaPopulation(
            varied[0], varied[1], varied[2:],
            run.train.data.arrays,
            () if held is None else held.arrays,
            blocks=[n for n in check_sizes(run) if n],
            layouts=self._layouts,
            patience=run.plan.patience,
            last=self._xla.members_last(usual),
            own_seeds=own_seeds and draws,
            keeps_best=run.plan.restore_best,
            probe=self._probe(),
        )  # fmt: skip

    def _varied(self, k: int) -> Any:
        return self._laid_over([steps[k] for steps in self._form.every])

    def _probe(self) -> Any:
        probings = [run.probing for run in self._form.runs]
        return self._laid_over([p.program if p else None for p in probings])

    def _laid_over(self, every: Sequence[StepProgram | None]) -> Any:
        """The programs of all kinds of members as one."""
        step = every[0]
        if step is None:
            return None
        found = differing([s.program for s in every if s is not None])
        kinds = np.array(self._form.kinds)
        held, shares = ({i: a[kinds] for i, a in part.items()} for part in found)
        return self._xla.Varied(step, held, shares)

    # ---- from the beginning to the end --------------------------------------------------------

    def train(
        self, at: list[int], members: Sequence[Start], out: Trained, interrupts: Interrupts,
        shown: Callable[..., None], heard: Callable[..., bool],
    ) -> None:  # fmt: skip
        """Train some members.

        Args:
            at: their places among the form's members.
            members: all members of the population.
            out: where to write down what happens.
            interrupts: asked after every call.
            shown: told after every call.
            heard: told after every call: numbers, finished epochs and how each member stands.
        """
        numbers = [self._form.members[i] for i in at]
        fill = self._width - len(at)
        if not self._columns:
            self._columns = min(len({members[i].lr for i in self._form.members}), self._width)
        out.probes.append((numbers, self._new_table()))
        self._begin(
            [members[i] for i in numbers + numbers[-1:] * fill], np.array(at + at[-1:] * fill)
        )
        epoch = done = 0
        while epoch < self._run.plan.epochs and not interrupts.count:
            began, first = time.perf_counter(), self._made.compile_seconds == 0
            spans, ends = self._spans(done, self._run.plan.epochs - epoch, epoch == done == 0)
            rates: list[Any] = []
            stretch = self._stretch(spans, ends, done, rates)
            self._look(stretch, epoch, done, out)
            kept = self._made(stretch, self._which, self._limit)
            if first:
                out.standing += self._made.compile_seconds
            if epoch == done == 0:
                self._limit = GROWTH * np.maximum(kept["step_loss"][0].astype(np.float64), 1.0)
            out.began[numbers] = True
            self._note(out, numbers, kept, spans, ends, epoch, done, rates)
            steps = sum(stop - start for start, stop in spans)
            epoch, done = epoch + sum(ends), 0 if ends[-1] else done + steps
            if not (first or epoch == done == 0):
                self._adapt(time.perf_counter() - began, steps)
            self._tell(out, numbers, epoch, done, shown)
            track = self._made.track()
            if heard(numbers, epoch, track):
                break
            if not (track["alive"] & (track["ended"] == 0)).any():
                break
        self._end(out, numbers, epoch)

    def _new_table(self) -> ProbeTable:
        """Room for what the probes say: as many rows as fit, for all members side by side."""
        probing = self._run.probing
        each = 8 * self._width * max(len(probing.names) if probing else 0, 1)
        self._probes = ProbeTable(most=max(16, min(MOST, PROBES // each)))
        if probing is not None:
            probing.begin()
        return self._probes

    def _begin(self, some: list[Start], chosen: Any) -> None:
        run, made, paced = self._run, self._made, self._paced
        default_generator.manual_seed(run.plan.seed + LAYERS)
        seeds = np.array([m.seed + LAYERS for m in some], np.uint64)
        words = np.stack([seeds & np.uint64(0xFFFFFFFF), seeds >> np.uint64(32)])
        values = [self._stacked(cell, some) for cell in made.cells]
        read = [self._own(node, some) for node in made.read]
        made.start(values, read, chosen, words.astype(np.uint32))
        rates = sorted({m.lr for m in some})
        self._which = np.array([rates.index(m.lr) for m in some], np.int32)
        # As many columns in every chunk, so that one program serves them all.
        self._rates = rates + rates[-1:] * (self._columns - len(rates))
        self._paces = [] if paced is None else [paced(run, r) for r in self._rates]
        orders = [m.seed for m in some] if self._own_order else [run.plan.seed]
        self._orders = [Generator().manual_seed(seed + ORDER) for seed in orders]
        self._taken = [0, 0]
        self._lines: Any = None
        self._limit = np.full(len(some), np.inf)  # known after the first step

    def _look(self, stretch: Any, epoch: int, done: int, out: Trained) -> None:
        """A row about the step that comes next, for every member."""
        probing = self._run.probing
        if probing is None or not probing.names or not probing.due():
            return
        first = self._made.compile_look_seconds == 0
        values = self._made.look(stretch, self._which)
        figures = dict(zip(probing.names, values, strict=True))
        if first:
            out.standing += self._made.compile_look_seconds
        step = epoch * (self._full + bool(self._rest)) + done
        probing.note(self._probes, step, epoch, figures, self._made.look_seconds, first)

    def _stacked(self, cell: Node, some: list[Start]) -> Any:
        name = self._names.get(cell)
        if name is None:
            return np.broadcast_to(cell.array, (len(some), *cell.shape))
        return np.stack([m.values[name] for m in some])

    def _own(self, node: Node, some: list[Start]) -> Any:
        """What members only read; None where all share the node's own."""
        name = self._names.get(node)
        arrays = [] if name is None else [m.values[name] for m in some]
        if all(np.array_equal(a, node.array, equal_nan=True) for a in arrays):
            return None
        return np.stack(arrays)

    def _end(self, out: Trained, numbers: list[int], epoch: int) -> None:
        n, each, track = len(numbers), self._full + bool(self._rest), self._made.track()
        out.best_loss[numbers] = track["best_loss"][:n]
        out.best_epoch[numbers] = track["best_epoch"][:n]
        out.patience[numbers] = track["ended"][:n] > 0
        for place, i in enumerate(numbers):
            ended = int(track["ended"][place])
            if not ended and not track["alive"][place]:
                out.died[i] = died = self._last_step(out, i, self._limit[place], each)
                out.epochs[i] = died // each
            else:
                out.epochs[i] = ended or epoch
            self._forget_after(out, i, each)
        weights = self._made.weights()
        for place, i in enumerate(numbers):
            out.weights[i] = {
                self._names[node]: array[place]
                for node, array in weights.items()
                if node in self._names
            }
        for k, step in enumerate(self._form.steps[:2]):
            if step is not None:
                step.after(-self._taken[k])  # the next members begin where these did

    @staticmethod
    def _last_step(out: Trained, i: int, limit: float, each: int) -> int:
        """The step at which a member was lost, counted from 0."""
        over = ~(out.train_loss[i] <= limit)
        if out.step_loss is not None:
            over_steps = ~np.isfinite(out.step_loss[i])
            if over_steps.any() and over_steps.argmax() < (over.argmax() + 1) * each:
                return int(over_steps.argmax())
        return int(over.argmax() + 1) * each - 1

    @staticmethod
    def _forget_after(out: Trained, i: int, steps: int) -> None:
        """What was computed for a member that had ended is nobody's."""
        epochs = int(out.epochs[i])
        for array in (out.train_loss, out.check_loss, out.rate, *out.sums, *out.check_sums):
            if array is not None:
                array[i, epochs:] = np.nan
        if out.step_loss is not None:
            last = int(out.died[i]) + 1 if out.died[i] >= 0 else epochs * steps
            out.step_loss[i, last:] = np.nan

    # ---- a stretch ----------------------------------------------------------------------------

    def _spans(self, done: int, epochs: int, first: bool) -> tuple[Spans, list[int]]:
        """The steps of the next call, epoch by epoch, and which epochs end in it."""
        beat = 1 if first else self._beat
        whole = min(beat // self._full, self._epochs, epochs)
        if done or whole < 1 or self._longest < self._full:
            steps = min(beat, self._full - done, self._longest)
            return [(0, steps)], [int(done + steps == self._full)]
        return [(e * self._full, (e + 1) * self._full) for e in range(whole)], [1] * whole

    def _stretch(self, spans: Spans, ends: list[int], done: int, rates: list[Any]) -> Any:
        """What the call needs. Random states and rates move on; the rates go into `rates`."""
        usual, rest = self._room(0, self._longest), self._room(1, self._epochs)
        if not (self._rest or self._paces):  # nothing comes between the steps
            steps = spans[-1][1]
            usual.arrays[1][:steps], usual.arrays[2][:steps] = self._ahead(0, steps)
        for (start, stop), end in zip(spans, ends, strict=True):
            if self._lines is None:
                self._lines = self._drawn()
            lines = self._lines[done * self._size : (done + stop - start) * self._size]
            lines = lines.reshape(stop - start, self._size, *lines.shape[1:])
            between = self._rest or self._paces
            usual.add(lines, *(self._ahead(0, stop - start) if between else ()))
            if end:
                if self._rest:
                    rest.add(self._lines[None, -self._rest :], *self._ahead(1, 1))
                self._lines, done = None, 0
                rates.append(self._after_epoch())
        at, flags = np.zeros((self._epochs, 2), np.int32), np.zeros(self._epochs, np.int32)
        at[: len(spans)], flags[: len(ends)] = spans, ends
        return self._xla.Stretch(*usual.arrays, *rest.arrays, at, flags, len(spans))

    def _room(self, k: int, length: int) -> _Given:
        step = self._form.steps[k]
        if step is None:
            return _Given(1, (0,), (0, 4), (0, 1))
        rows = (self._rest if k else self._size, *[self._width] * self._own_order)
        return _Given(length, rows, (len(step.streams), 4), (len(step.numbers), len(self._rates)))

    def _drawn(self) -> Any:
        """The order of the rows in an epoch, for all or for each."""
        n = self._run.train.rows or 0
        if not self._run.plan.shuffle:
            return np.arange(n, dtype=np.int32)
        orders = [randperm(n, generator=g)._node.array for g in self._orders]
        order = np.stack(orders, axis=-1) if self._own_order else orders[0]
        return order.astype(np.int32)

    def _ahead(self, k: int, n: int) -> tuple[Any, Any]:
        """Random states and numbers of the next `n` steps, taken with program `k`."""
        step = self._form.steps[k]
        assert step is not None
        self._taken[k] += n
        streams = np.zeros((n, len(step.streams), 4), np.uint32)
        for s, stream in enumerate(step.streams):
            streams[:, s] = stream.generator.words_ahead(stream.blocks, n)
        numbers = np.zeros((n, len(step.numbers), len(self._rates)))
        each = 1 if any(pace.after_step for _, pace in self._paces) else n
        for i in range(0, n, each):
            for j, rate in enumerate(self._now()):
                for group in self._run.optimizer.param_groups:
                    group["lr"] = rate
                if step.numbers:
                    numbers[i : i + each, :, j] = step.host_numbers(each)
            step.after(each)
            for _, pace in self._paces:
                if pace.after_step is not None:
                    pace.after_step()
        return streams, numbers

    def _now(self) -> list[float]:
        """The step sizes at this moment."""
        if not self._paces:
            return self._rates
        return [float(optimizer.param_groups[0]["lr"]) for optimizer, _ in self._paces]

    def _after_epoch(self) -> list[float]:
        rates = self._now()
        for _, pace in self._paces:
            pace.after_epoch(float("nan"))
        return rates

    def _adapt(self, seconds: float, steps: int) -> None:
        """Aim at the length of a heartbeat, at most four times longer at a time."""
        wanted = int(BEAT / max(seconds / max(steps, 1), 1e-7))
        most = max(self._longest, self._full)
        self._beat = max(1, min(wanted, 4 * self._beat, most))

    # ---- what is written down -----------------------------------------------------------------

    def _note(
        self, out: Trained, numbers: list[int], kept: Any, spans: Spans, ends: list[int],
        epoch: int, done: int, rates: list[Any],
    ) -> None:  # fmt: skip
        n, count = len(numbers), sum(ends)
        stop = epoch + count
        at = _side_by_side(numbers)
        out.train_loss[at, epoch:stop] = kept["train_loss"][:count, :n].T
        if count:
            out.rate[at, epoch:stop] = np.array(rates).T[self._which[:n]]
        pairs = [(out.sums, kept["sums"])]
        if out.check_loss is not None:
            out.check_loss[at, epoch:stop] = kept["check_loss"][:count, :n].T
            pairs.append((out.check_sums, kept["check_sums"]))
        for held, new in pairs:
            for total, values in zip(held, new, strict=True):
                members = np.moveaxis(values, -1, 1) if self._made.last else values
                total[at, epoch:stop] = np.swapaxes(members[:count, :n], 0, 1)
        if out.step_loss is not None:
            self._note_steps(out.step_loss, numbers, kept, spans, ends, epoch, done)

    def _note_steps(
        self, found: Any, numbers: list[int], kept: Any, spans: Spans, ends: list[int],
        epoch: int, done: int,
    ) -> None:  # fmt: skip
        n, each = len(numbers), self._full + bool(self._rest)
        at, losses = epoch * each + done, kept["step_loss"][: spans[-1][1], :n]
        if self._rest and ends[-1] and not done and len(losses) % self._full == 0:
            whole = losses.reshape(len(spans), self._full, n)
            losses = np.concatenate([whole, kept["tail_loss"][: len(spans), None, :n]], axis=1)
            losses = losses.reshape(-1, n)
        elif self._rest and ends[-1]:
            losses = np.concatenate([losses, kept["tail_loss"][:1, :n]])
        found[_side_by_side(numbers), at : at + len(losses)] = losses.T

    def _tell(
        self, out: Trained, numbers: list[int], epoch: int, done: int, shown: Callable[..., None]
    ) -> None:
        if not epoch:
            return
        each = self._full + bool(self._rest)
        loss = _least(out.train_loss[numbers, epoch - 1])
        checked = None if out.check_loss is None else _least(out.check_loss[numbers, epoch - 1])
        steps = epoch * each + done
        shown(int(out.began.sum()), epoch, steps, loss, checked, steps * self._size * len(numbers))


class _Given:
    """What the host gives to each step of a call, gathered piece by piece.

    Args:
        length: steps that every call has room for.
        shapes: of the rows, random states and numbers of one step.
    """

    def __init__(self, length: int, *shapes: tuple[int, ...]) -> None:
        kinds = (np.int32, np.uint32, np.float64)
        self.arrays = [np.zeros((length, *s), k) for s, k in zip(shapes, kinds, strict=True)]
        self._at = 0

    def add(self, *parts: Any) -> None:
        """For some more steps: rows, random states, numbers, or only the first of these."""
        start, self._at = self._at, self._at + len(parts[0])
        for array, part in zip(self.arrays, parts, strict=False):
            array[start : self._at] = part


def _side_by_side(numbers: list[int]) -> Any:
    """A slice where that is what they are: copied at once, not one by one."""
    first, last = numbers[0], numbers[-1]
    return slice(first, last + 1) if last - first + 1 == len(numbers) else numbers


def _least(losses: Any) -> float:
    finite = losses[np.isfinite(losses)]
    return float(finite.min()) if finite.size else float("nan")
