"""Many networks trained as one program: whole epochs, validation and the best weights inside.

Every state cell carries an axis of members: the last one for small networks, where the members fill
the vector unit, the first one for layers that are worth a matrix product of their own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from pellucid.engines.xla.ahead import compiled_ahead
from pellucid.engines.xla.alike import shared, step_key
from pellucid.engines.xla.members import Members
from pellucid.engines.xla.population_ops import Each, evaluate_each, evaluate_mapped
from pellucid.engines.xla.space import wide
from pellucid.engines.xla.stretch import parts
from pellucid.engines.xla.varied import Stretch, Varied
from pellucid.graph.node import Node

__all__ = ["XlaPopulation"]


class XlaPopulation:
    """The compiled training of so many members at a time.

    Args:
        step, tail: a step on a usual batch, and on the last one of an epoch if it is another.
        checks: evaluations on blocks of the validation rows: the usual size, and the last one.
        data, held: arrays of all training rows, and of all validation rows.
        blocks: how many validation rows each of `checks` takes.
        layouts: the rows of each batch of a usual step, and of the last step of an epoch.
        patience: epochs without a better loss before a member stops; 0 for never.
        last: whether the members lie along the last axis.
        own_seeds: whether each member draws from a stream of its own.
        keeps_best: whether the weights of the best epoch are kept; else those of the last.
        probe: a usual step whose results are what its probes say.

    Attributes:
        compile_seconds: how long tracing and compiling took.
        compile_look_seconds: the same for the probes; 0 before the first look.
        look_seconds: of work in the latest look, without compiling.
    """

    def __init__(
        self,
        step: Varied,
        tail: Varied | None,
        checks: Sequence[Varied],
        data: Sequence[Any],
        held: Sequence[Any],
        *,
        blocks: Sequence[int],
        layouts: tuple[Sequence[int], Sequence[int]],
        patience: int,
        last: bool,
        own_seeds: bool,
        keeps_best: bool,
        probe: Varied | None = None,
    ) -> None:
        self._step, self._tail, self._checks = step, tail, tuple(checks)
        self._blocks, self._layouts, self._patience = tuple(blocks), layouts, patience
        self.last, self._own_seeds, self._keeps_best = last, own_seeds, keeps_best
        self._probe = probe
        programs = [v for v in (step, tail, *checks, probe) if v is not None]
        self.cells = step.step.cells
        place = {node: i for i, node in enumerate(self.cells)}
        for extra in (v.step.cells for v in programs[1:]):
            self.cells += tuple(n for n in extra if n not in place)
            place = {node: i for i, node in enumerate(self.cells)}
        self._place = place
        self.read = tuple({n: 0 for v in programs for n in v.step.read if n not in place})
        self._reading = {node: i for i, node in enumerate(self.read)}
        self._members = Members(self.cells, last)
        with wide():
            self._data = ([jnp.array(a) for a in data], [jnp.array(a) for a in held])
        self._programs = programs
        self._compiled: Any = None
        self._compiled_look: Any = None
        self.compile_seconds = self.compile_look_seconds = self.look_seconds = 0.0

    # ---- the state ----------------------------------------------------------------------------

    def start(self, values: Sequence[Any], read: Sequence[Any], chosen: Any, seeds: Any) -> None:
        """Take members in.

        Args:
            values: for each of `cells`, the members' arrays stacked first.
            read: for each of `read`, the same; or None where the node's own array serves all.
            chosen: which of the group's members these are, for what is inside of programs.
            seeds: two words for each member.
        """
        n = len(chosen)
        state = self._members.stacked(values)
        turned = [None if r is None else self._members.axis(r) for r in read]
        shared = [r if r is not None else m.array for r, m in zip(turned, self.read, strict=True)]
        self._read_own = [r is not None for r in read]
        inside = [
            (
                {k: self._members.axis(a[chosen]) for k, a in v.held.items()},
                {k: a[chosen] for k, a in v.shares.items()},
            )
            for v in self._programs
        ]
        with wide():
            self._own = jax.tree.map(jnp.array, (shared, inside, np.asarray(seeds)))
            self._state = [jnp.array(s) for s in state]
            self._best = list(map(jnp.array, self._members.kept(state))) if self._keeps_best else []
            self._track = {
                "best_loss": jnp.full(n, jnp.inf, "float64"),
                "best_epoch": jnp.zeros(n, "int32"),
                "ended": jnp.zeros(n, "int32"),
                "alive": jnp.ones(n, "bool"),
                "total": jnp.zeros(n, "float64"),
                "sums": self._zeros(self._step, n),
                "epoch": jnp.int32(0),
            }

    def weights(self) -> dict[Node, Any]:
        """The members' weights and buffers, of the epoch that is kept, stacked first."""
        kept = self._best if self._keeps_best else self._members.kept(self._state)
        return self._members.weights(kept)

    def track(self) -> dict[str, Any]:
        """Best loss and epoch of each member, and how it ended."""
        names = ("best_loss", "best_epoch", "ended", "alive")
        return {name: np.asarray(self._track[name]) for name in names}

    @staticmethod
    def _figures(varied: Varied) -> list[Node]:
        program, count = varied.step.program, varied.step.results
        slots = program.slot_nodes()
        return [slots[i] for i in program.outputs[1:count]]

    def _zeros(self, varied: Varied, n: int, *before: int) -> list[Any]:
        """Room for the sum of each figure, once or for each epoch."""
        shapes = (self._members.shape(y.shape, n) for y in self._figures(varied))
        return [jnp.zeros((*before, *shape), "float64") for shape in shapes]

    def _results(self, varied: Varied, outputs: Sequence[Any], n: int) -> list[Any]:
        """The loss and the figures of each member."""
        shapes = [(), *(y.shape for y in self._figures(varied))]
        found = outputs[: varied.step.results]
        return [self._members.whole(y, s, n) for y, s in zip(found, shapes, strict=True)]

    # ---- a call -------------------------------------------------------------------------------

    def __call__(self, stretch: Stretch, which: Any, limit: Any) -> dict[str, Any]:
        """Take the steps of a stretch.

        Args:
            stretch: the steps, padded to the same lengths in every call.
            which: for each member, the column of `numbers` that is its own.
            limit: for each member, the mean loss above which it counts as lost.

        Returns:
            What happened in each step and epoch, the members along the last axis.
        """
        s = stretch
        with wide():
            given = (
                (self._state, self._best, self._track), self._own, self._data, (which, limit),
                (s.order, s.streams, s.numbers), (s.tail_order, s.tail_streams, s.tail_numbers),
                s.spans, s.ends, np.int32(s.count),
            )  # fmt: skip
            if self._compiled is None:
                began = time.perf_counter()
                self._compiled = shared(
                    self._key("run"), given, lambda: compiled_ahead(self._run, given, donate=0)
                )
                self.compile_seconds = time.perf_counter() - began
            (self._state, self._best, self._track), kept = self._compiled(*given)
        return {k: jax.tree.map(np.asarray, v) for k, v in kept.items()}

    def look(self, stretch: Stretch, which: Any) -> list[Any]:
        """What the probes say about the first step of a stretch, which is not taken.

        Returns:
            Each figure, the members along the first axis.
        """
        started = time.process_time()
        first = (stretch.order[0], stretch.streams[0], stretch.numbers[0])
        with wide():
            given = (self._state, self._own, self._data[0], which, *first)
            if self._compiled_look is None:
                began = time.perf_counter()
                self._compiled_look = shared(
                    self._key("look"), given, lambda: compiled_ahead(self._looked, given)
                )
                self.compile_look_seconds = time.perf_counter() - began
                started = time.process_time()
            found = [np.asarray(y) for y in self._compiled_look(*given)]
            self.look_seconds = time.process_time() - started
            return found

    def _key(self, kind: str) -> Any:
        """Equal for what compiles to the same program; None where that is not to be kept."""
        steps = [step_key(v.step) for v in self._programs]
        if None in steps:
            return None
        wired = [
            (
                [self._place[cell] for cell in v.step.cells],
                [self._place.get(n, ~self._reading.get(n, 0)) for n in v.step.read],
                sorted(v.held), sorted(v.shares),
            )
            for v in self._programs
        ]  # fmt: skip
        parts = (self._tail is not None, len(self._checks), self._probe is not None)
        inside = (self.last, self._own_seeds, self._keeps_best, self._patience, self._read_own)
        asked = (wired, parts, inside, self._blocks, self._layouts)
        return "population", kind, tuple(steps), repr(asked)

    def _looked(
        self, state: Any, own: Any, data: Any, which: Any, order: Any, streams: Any, numbers: Any
    ) -> list[Any]:
        assert self._probe is not None
        step = self._probe.step
        batch = [self._batch(a, rows) for rows in parts(order, self._layouts[0]) for a in data]
        found = self._evaluated(self._probe, batch, state, own, streams, numbers, which)
        slots = step.program.slot_nodes()
        shapes = [slots[i].shape for i in step.program.outputs[: step.results]]
        n = which.shape[0]
        whole = [self._members.whole(y, s, n) for y, s in zip(found, shapes, strict=False)]
        return [jnp.moveaxis(y, -1, 0) if self.last else y for y in whole]

    def _run(
        self, held: Any, own: Any, data: Any, each: Any, usual: Any, tails: Any, spans: Any,
        ends: Any, count: Any,
    ) -> Any:  # fmt: skip
        which, limit = each
        n = held[2]["best_loss"].shape[0]
        shape = (len(usual[0]), len(ends))
        kept = self._buffers(*shape, n)

        def one(
            varied: Varied, layout: Any, given: Any, i: Any, state: Any, track: Any
        ) -> Any:  # fmt: skip
            batch = [self._batch(a, rows) for rows in parts(given[0][i], layout) for a in data[0]]
            outputs = self._evaluated(varied, batch, state, own, given[1][i], given[2][i], which)
            results = self._results(varied, outputs, n)
            after = dict(zip(varied.step.cells, outputs[varied.step.results :], strict=True))
            before = dict(zip(self.cells, self._members.unpacked(state), strict=True))
            values = [after.get(cell, before[cell]) for cell in self.cells]
            return (
                self._members.packed(values, n),
                self._noted(track, results, sum(layout)),
                results[0],
            )

        def step(i: Any, carry: Any) -> Any:
            state, track, losses = carry
            state, track, loss = one(self._step, self._layouts[0], usual, i, state, track)
            return state, track, lax.dynamic_update_index_in_dim(losses, loss, i, 0)

        def finish(e: Any, carry: Any) -> Any:
            (state, best, track), kept = carry
            if self._tail is not None:
                state, track, loss = one(self._tail, self._layouts[1], tails, e, state, track)
                kept = {**kept, "tail_loss": _put(kept["tail_loss"], loss, e)}
            best, track, kept = self._finished(
                state, best, track, kept, own, data[1], e, which, limit
            )
            return (state, best, track), kept

        def epoch(e: Any, carry: Any) -> Any:
            (state, best, track), kept = carry
            state, track, losses = lax.fori_loop(
                spans[e, 0], spans[e, 1], step, (state, track, kept["step_loss"])
            )
            carry = ((state, best, track), {**kept, "step_loss": losses})
            return lax.fori_loop(e, e + ends[e], finish, carry)

        return lax.fori_loop(0, count, epoch, (held, kept))

    def _buffers(self, steps: int, epochs: int, n: int) -> dict[str, Any]:
        program = self._step.step.program
        kind = program.slot_nodes()[program.outputs[0]].dtype.name
        kept: dict[str, Any] = {
            "step_loss": jnp.zeros((steps, n), kind),
            "train_loss": jnp.zeros((epochs, n), "float64"),
            "sums": self._zeros(self._step, n, epochs),
        }
        if self._tail is not None:
            kept["tail_loss"] = jnp.zeros((epochs, n), kind)
        if self._checks:
            kept["check_loss"] = jnp.zeros((epochs, n), "float64")
            kept["check_sums"] = self._zeros(self._checks[0], n, epochs)
        return kept

    def _batch(self, array: Any, rows: Any) -> Any:
        """The rows of a batch; each member's own where their order differs."""
        found = jnp.take(array, rows, axis=0, mode="clip")
        if rows.ndim == 1:
            return found
        return Each(jnp.moveaxis(found, 1, -1 if self.last else 0))

    def _evaluated(
        self, varied: Varied, batch: Sequence[Any], state: Any, own: Any, streams: Any,
        numbers: Any, which: Any,
    ) -> list[Any]:  # fmt: skip
        step = varied.step
        reads, inside, seeds = own
        held, shares = inside[self._programs.index(varied)]
        cells = self._members.unpacked(state)

        def value(node: Node) -> Any:
            if node in self._place:
                return cells[self._place[node]]
            i = self._reading[node]
            return Each(reads[i]) if self._read_own[i] else reads[i]

        def stream(i: int) -> Any:
            at = streams[i]
            if not self._own_seeds:
                return at
            place = [jnp.broadcast_to(at[k], seeds.shape[1:]) for k in (2, 3)]
            return Each(jnp.stack([seeds[0], seeds[1], *place], axis=0 if self.last else 1))

        def number(i: int) -> Any:
            kind = step.numbers[i].dtype.name
            if numbers.shape[-1] == 1:
                return numbers[i, 0].astype(kind)
            return Each(numbers[i][which].astype(kind))

        given = [
            *batch,
            *(value(node) for node in (*step.cells, *step.read)),
            *(stream(i) for i in range(len(step.streams))),
            *(number(i) for i in range(len(step.numbers))),
        ]
        run = evaluate_each if self.last else evaluate_mapped
        return run(step.program, given, {k: Each(a) for k, a in held.items()}, shares)

    # ---- what is kept -------------------------------------------------------------------------

    def _noted(self, track: Any, results: Sequence[Any], rows: int) -> Any:
        return {
            **track,
            "total": track["total"] + results[0].astype("float64") * rows,
            "sums": [a + r for a, r in zip(track["sums"], results[1:], strict=True)],
        }

    def _finished(
        self, state: Any, best: Any, track: Any, kept: Any, own: Any, held: Any, e: Any, which: Any,
        limit: Any,
    ) -> Any:  # fmt: skip
        loss = track["total"] / self._data[0][0].shape[0]
        # A sum in float64 is finite as long as every loss was. (NaN fails the comparison too.)
        alive = track["alive"] & (loss <= limit) & jnp.isfinite(loss)
        kept = {**kept, "train_loss": _put(kept["train_loss"], loss, e)}
        kept["sums"] = [_put(k, s, e) for k, s in zip(kept["sums"], track["sums"], strict=True)]
        watched = loss
        if self._checks:
            watched, sums = self._validated(state, own, held, which, loss.shape[0])
            kept["check_loss"] = _put(kept["check_loss"], watched, e)
            kept["check_sums"] = [
                _put(k, s, e) for k, s in zip(kept["check_sums"], sums, strict=True)
            ]
        epoch = track["epoch"] + 1
        better = alive & (track["ended"] == 0) & jnp.isfinite(watched)
        better &= watched < track["best_loss"]
        at = jnp.where(better, epoch, track["best_epoch"])
        ended = track["ended"]
        if self._patience:
            waited = alive & (ended == 0) & ~better & (epoch - at >= self._patience)
            ended = jnp.where(waited, epoch, ended)
        track = {
            **track, "alive": alive, "best_epoch": at, "ended": ended, "epoch": epoch,
            "best_loss": jnp.where(better, watched, track["best_loss"]),
            "total": jnp.zeros_like(loss), "sums": [jnp.zeros_like(s) for s in track["sums"]],
        }  # fmt: skip
        if not self._keeps_best:
            return best, track, kept
        best = [
            jnp.where(self._members.beside(better, now), now, b)
            for now, b in zip(self._members.kept(state), best, strict=True)
        ]
        return best, track, kept

    def _validated(self, state: Any, own: Any, held: Any, which: Any, n: int) -> Any:
        """Loss and figures on the validation rows: whole blocks in a loop, then the rest."""
        rows = held[-1].shape[0]
        nothing = jnp.zeros((0, 4), "uint32"), jnp.zeros((0, 1), "float32")

        def block(varied: Varied, at: Any, size: int, sums: list[Any]) -> list[Any]:
            batch = [lax.dynamic_slice_in_dim(a, at, size) for a in held]
            found = self._evaluated(varied, batch, state, own, *nothing, which)
            parts = self._results(varied, found, n)
            parts[0] = parts[0].astype("float64") * size
            return [a + p for a, p in zip(sums, parts, strict=True)]

        sums = [jnp.zeros(n, "float64"), *self._zeros(self._checks[0], n)]
        size, rest = self._blocks[0], self._blocks[1] if len(self._checks) > 1 else 0
        count = (rows - rest) // size
        sums = lax.fori_loop(0, count, lambda i, s: block(self._checks[0], i * size, size, s), sums)
        if len(self._checks) > 1:
            sums = block(self._checks[1], count * size, self._blocks[1], sums)
        return sums[0] / rows, sums[1:]


def _put(buffer: Any, value: Any, at: Any) -> Any:
    return lax.dynamic_update_index_in_dim(buffer, value.astype(buffer.dtype), at, 0)
