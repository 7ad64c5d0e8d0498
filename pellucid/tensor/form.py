"""A compiled form of a function: the program for these shapes, and how a call goes through it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT
from pellucid.engines.onerow import OneRow, one_row
from pellucid.engines.stepper import NumpyStepper
from pellucid.graph.gate import gate
from pellucid.graph.mode import current
from pellucid.graph.node import Node, _clock, send_away
from pellucid.graph.step import StepProgram
from pellucid.ops.op import Op
from pellucid.tensor.calls import Found
from pellucid.tensor.nest import fill
from pellucid.tensor.report import Report, make_report
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.traced import Traced
from pellucid.tensor.vjp import Backward, compiled_op

__all__ = ["Form", "later", "stepper"]


def stepper(step: StepProgram, engine: str, banks: dict[Any, Any]) -> Any:
    """What runs a step on an engine; banks are shared by the forms of one function."""
    if engine != "xla" and one_row(step):
        return OneRow(step)
    if engine == "numpy":
        return NumpyStepper(step)
    xla = importlib.import_module("pellucid.engines.xla.stepper")
    key = (step.cells, *((n.shape, n.dtype) for n in step.cells))
    bank = banks.get(key)
    if bank is None:
        bank = banks[key] = xla.bank_for(step)
    return xla.XlaStepper(step, bank)


class Form:
    """One traced form of a function: for these shapes, dtypes and settings."""

    def __init__(self, found: Found, run: Any, seconds: float, lock: Any) -> None:
        self._lock = lock
        self.traced = traced = found.traced
        self.run, self.answer, self.trace_seconds = run, found.answer, seconds
        program, step = traced.step.program, traced.step
        slots = program.slot_nodes()
        self._results = [slots[i] for i in program.outputs[: step.results]]
        self._own = step.results - len(traced.blamed)
        self._given = found.given
        self._left, end = [], self._own - (len(found.backward.saved) if found.backward else 0)
        for left in reversed(found.left):
            self._left.append((left.place, left.nest, slice(end - len(left.nodes), end)))
            end -= len(left.nodes)
        at = {n: i for i, n in enumerate(step.arguments)}
        self._graded = [[at.get(n) for n in of] for of in _with_grads(traced)]
        of_tensors = not (found.given or found.left or any(_with_grads(traced)))
        self._plain = of_tensors and found.answer.kind == "tensor" and found.backward is None
        self._backward: Backward | None = None
        self._ops: list[Op] = []

    def differentiable(self, backward: Backward, run: Any) -> None:
        """Let blame flow through the results."""
        self._backward, self._ops = backward, compiled_op(backward, run)
        self._own -= len(backward.saved)
        at = {n: i for i, n in enumerate(self.traced.step.arguments)}
        self._sources = [(at.get(n), n) for n in backward.sources]

    def __call__(self, nodes: Sequence[Node]) -> Any:
        """Run it, when no other thread is tracing."""
        gate.enter()
        try:
            with self._lock:
                return self._run(nodes)
        finally:
            gate.leave()

    def _run(self, nodes: Sequence[Node]) -> Any:
        traced = self.traced
        if self._plain:
            return later(self._results[0], self.run(nodes)[0])
        if self._given:
            nodes = [*nodes, *(n for place in self._given for n in place.nodes())]
        adding, blamed, forgotten = _with_grads(traced)
        if traced.graded:  # of an argument, it is the `.grad` of what was passed this time
            adding, blamed, forgotten = (
                [n if i is None else nodes[i] for n, i in zip(of, at, strict=True)]
                for of, at in zip((adding, blamed, forgotten), self._graded, strict=True)
            )
        arrays = self.run([*nodes, *(n.grad._node for n in adding)])
        tensors = [later(n, a) for n, a in zip(self._results, arrays, strict=True)]
        if self._backward is not None and current().recording:
            self._connect(self._backward, nodes, tensors, arrays)
        for place, nest, where in self._left:
            place.put(fill(nest, tensors[where]))
        if self._backward is not None:
            return fill(self.answer, tensors[: self._own])
        for node, tensor in zip(blamed, tensors[self._own :], strict=True):
            node.grad = tensor
        for node in forgotten:
            node.grad = None
        return fill(self.answer, tensors[: self._own])

    def _connect(
        self, backward: Backward, nodes: Sequence[Node], tensors: list[Tensor], arrays: Any
    ) -> None:
        """Make the results nodes of the graph, so that `backward()` finds its way."""
        inputs = tuple(n if i is None else nodes[i] for i, n in self._sources)
        held = {"held": arrays[self._own :]}
        for position, op in zip(backward.heads, self._ops, strict=True):
            node = tensors[position]._node
            node.op, node.inputs, node.params, node.requires_grad = op, inputs, held, True
            node.kind = "op"

    def report(self, measure: bool) -> Report:
        """What it costs."""
        step, run = self.traced.step, self.run
        engine = "numpy" if isinstance(run, NumpyStepper) else "xla"
        drawn = [_drawn(node) for node in step.arguments] if measure else []
        return make_report(
            step.program, engine,
            memory=run.memory(), trace_seconds=self.trace_seconds,
            compile_seconds=run.compile_seconds, cached=run.cached,
            rehearsal=run.rehearsal(drawn) if measure else None,
        )  # fmt: skip


def _with_grads(traced: Traced) -> tuple[Sequence[Node], ...]:
    return traced.accumulating, traced.blamed, traced.forgotten


def _drawn(like: Node) -> Any:
    """Numbers of an argument's shape to time a step on: normal ones, and zeros for whole ones."""
    if like.dtype.category != FLOAT:
        return np.zeros(like.shape, like.dtype.name)
    return np.random.default_rng(0).standard_normal(like.shape).astype(like.dtype.name)


def later(like: Node, array: Any) -> Tensor:
    """A Tensor over an array that an engine may still be computing."""
    node = Node()
    node.shape, node.dtype, node.kind, node.seq = like.shape, like.dtype, "data", next(_clock)
    node.name = like.name
    if type(array) is np.ndarray:
        node.array = array
    else:
        send_away(node, lambda own: _arrived(own, array))
    return wrap(node)


def _arrived(node: Node, array: Any) -> Any:
    node.array = value = np.array(array)
    node.away = None
    return value
