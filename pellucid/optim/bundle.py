"""Weights that one rule moves together: their flat memory, and the program that moves them."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pellucid.dtypes import DType, float32
from pellucid.engines.flat import Flat, run_each
from pellucid.graph.emit import stamp
from pellucid.graph.mode import Trace
from pellucid.graph.node import Node, leaf
from pellucid.graph.program import Program, inline, trace, unknown
from pellucid.ops.movement import cat, reshape, slice_
from pellucid.shapes import Shape
from pellucid.tensor.creation import of_array
from pellucid.tensor.memory import replace
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Bundle", "Memory", "Slots", "bundled", "move", "rule"]

# Beyond this size a weight is worth its own calls, and then nothing of it needs to be copied.
LONE = 16384
SMALL = 4096  # the same where a step is compiled: there the copies of small ones cost nothing


class Slots(dict[str, Any]):
    """What an optimizer remembers about one weight. Putting something else in is noticed."""

    __slots__ = ("owner",)

    def __init__(self, owner: Bundle, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.owner = owner

    def _noticed(name: str) -> Any:  # type: ignore[misc]
        """The dict's own method, telling the owner."""

        def method(self: Slots, *args: Any, **kwargs: Any) -> Any:
            self.owner.stale = True
            return getattr(dict, name)(self, *args, **kwargs)

        return method

    __setitem__, __delitem__ = _noticed("__setitem__"), _noticed("__delitem__")
    clear, pop, popitem, update = map(_noticed, ("clear", "pop", "popitem", "update"))


@dataclass(frozen=True)
class Memory:
    """What a rule remembers about a weight.

    Attributes:
        slots: for a weight's shape, the shape of everything that is remembered, by name.
        counted: whether the number of steps is part of the state, under "step".
        single: slots that are one number for the whole weight.
        whole: whether the rule looks at a weight in its own shape, as a matrix.
        begin: what a slot holds before the first step, where that is not 0.
    """

    slots: Callable[[Shape], Mapping[str, Shape]]
    counted: bool
    single: tuple[str, ...]
    whole: bool
    begin: Mapping[str, float]


class Bundle:
    """Some weights of one dtype that have taken the same number of steps.

    Args:
        params: the weights; one, if the rule looks at weights as a whole.
        memory: what is remembered about each.
        state: what is remembered so far; replaced by views into the bundle's own memory.
        times: how often the group names them.

    Attributes:
        shape: of the weights, as the rule sees them.
        slots: by name, the shapes of what is remembered, as the rule sees them.
        count: steps taken; where steps are not part of the state, 1 stands for "some".
        stale: the state was changed from outside, so the bundle must be made anew.
    """

    def __init__(
        self, params: Sequence[Tensor], memory: Memory, state: Any, times: int = 1
    ) -> None:
        self.params, self.memory, self.times = list(params), memory, times
        self.dtype = params[0].dtype
        shapes = [tuple(p.shape) for p in params]
        each = [memory.slots(shape) for shape in shapes]
        self.names = tuple(each[0])
        self.count = steps_taken(state.get(params[0]))
        self.stale = False
        self._took: list[int] = [0]
        self._traced: Any = None
        self._theta, self._g = Flat(shapes, self.dtype), Flat(shapes, self.dtype)
        self._slots = [Flat([own[name] for own in each], self.dtype) for name in self.names]
        self._steps = Flat([() for _ in params], float32)
        self._single = [name in memory.single for name in self.names]
        self._vectors = [self._seen(slot, i) for i, slot in enumerate(self._slots)]
        size = sum(p._node.size for p in params)
        self.shape: Shape = (shapes[0] or (1,)) if memory.whole else (size,)
        self.slots = tuple((n, v.shape) for n, v in zip(self.names, self._vectors, strict=True))
        self._cells = [
            [wrap(leaf(v, v.shape, self.dtype, kind="state", name=name)) for v in slot.views]
            for name, slot in zip(self.names, self._slots, strict=True)
        ]
        self._move_in(state)

    def _seen(self, slot: Flat, i: int) -> Any:
        """The memory of a slot as the rule sees it."""
        if self._single[i]:
            return slot.vector[:1].reshape(())
        return _with_axes(slot.views[0]) if self.memory.whole else slot.vector

    def _move_in(self, state: Any) -> None:
        self._steps.vector[...] = self.count
        counted, begin = self.memory.counted, self.memory.begin
        for i, p in enumerate(self.params):
            before = state.get(p) or {}
            held: dict[str, Any] = {"step": of_array(self._steps.views[i])} if counted else {}
            for name, slot, cells in zip(self.names, self._slots, self._cells, strict=True):
                known = before.get(name)
                slot.views[i][...] = begin.get(name, 0.0) if known is None else _array(known)
                held[name] = cells[i]
            if held:
                state[p] = Slots(self, {**before, **held})

    def fits(self, state: Any) -> bool:
        """Whether the state is still the one that lives in this bundle's memory."""
        if self.stale:
            return False
        first = state.get(self.params[0])
        nothing = not (self.names or self.memory.counted)
        return first is None if nothing else _owner(first) is self

    def trace(
        self, program: Program, rates: Callable[[range], Sequence[Sequence[float]]], trace: Trace
    ) -> None:
        """Write one step into the graph that is being traced.

        Small weights are moved together, large ones each in its own shape: nothing is copied.

        Args:
            program: the rule.
            rates: the numbers of some steps.
            trace: who takes notes.
        """
        same = self._traced is not None and self._traced() is trace
        took = self._took = self._took if same else [0]
        self._traced = weakref.ref(trace)  # what it notes holds on to whole data sets
        took[0] = ahead = took[0] + 1
        numbers = trace.numbers(lambda n: rates(self._times(ahead, took[0], n)), self.dtype)
        self._name(numbers, program)
        small = not self.memory.whole
        together = [i for i, p in enumerate(self.params) if small and p._node.size < SMALL]
        alone = [[i] for i in range(len(self.params)) if i not in together]
        for members in ([together] if together else []) + alone:
            owners = [[cells[i] for i in members] for cells in (self.params, *self._cells)]
            self._trace_some(program, owners, numbers, several=members is together)
        if ahead == 1:
            trace.replay(lambda n: self._count(n * took[0]))

    def _name(self, numbers: Sequence[Node], program: Program) -> None:
        """Say to which weight each cell belongs, for whoever reads the program."""
        for cells in self._cells:
            for p, cell in zip(self.params, cells, strict=True):
                if cell._node.op is None:
                    cell._node.scope = p._node.name
        for node, like in zip(reversed(numbers), reversed(program.inputs), strict=False):
            node.name = like.name
            node.scope = self.params[0]._node.name if len(self.params) == 1 else ""

    def _trace_some(
        self, program: Program, owners: list[list[Tensor]], numbers: Sequence[Node], several: bool
    ) -> None:
        like = [p._node for p in owners[0]]
        grads = [node.grad._node for node in like]
        as_they_are = like[0].shape and (program.elementwise or self.memory.whole)
        flat = several or not as_they_are
        single = [False, *self._single, False]
        given = [[t._node for t in row] for row in owners] + [grads]
        joined = [
            _flat(nodes) if flat and not one else nodes[0]
            for nodes, one in zip(given, single, strict=True)
        ]
        moved = inline(program, [*joined, *numbers])
        for row, value, one in zip(owners, moved, single, strict=False):
            pieces = [value] * len(row) if one or not flat else _pieces(value, like)
            for owner, piece in zip(row, pieces, strict=True):
                replace(owner, piece)

    def _times(self, ahead: int, stride: int, n: int) -> range:
        """The numbers of the steps that `n` runs of a program take at one place in it."""
        first = self.count + ahead
        return range(first, first + n * stride, stride)

    def _count(self, steps: int) -> None:
        self.count += steps
        if self.memory.counted:
            self._steps.vector[...] = self.count

    def _vectors_of_step(self) -> tuple[list[Any], list[Any]]:
        """What a step writes, and what it only reads."""
        nodes = [p._node for p in self.params]
        arrays = [node.array for node in nodes]
        if self._traced is not None:
            self._look()
        grads = [node.grad._node.array for node in nodes]
        if self.memory.whole:
            return [_with_axes(arrays[0]), *self._vectors], [_with_axes(grads[0])]
        return [self._theta.gather(arrays), *self._vectors], [self._g.gather(grads)]

    def _take_step(self, theta: Any) -> None:
        """Put the weights back that a step moved, and count it."""
        if not self.memory.whole:
            self._theta.scatter(theta, [p._node.array for p in self.params])
        for slot, one in zip(self._slots, self._single, strict=True):
            if one:
                slot.vector[...] = slot.vector[0]
        self._count(1)
        for p in self.params:
            stamp(p._node)

    def _look(self) -> None:
        """Fetch what a compiled step may hold, and note that it is about to be written here."""
        for cells in self._cells:
            for cell in cells:
                cell._node.array  # noqa: B018  (looking at it fetches it)
                stamp(cell._node)


def move(bundles: Sequence[Bundle], program: Program, rates: Sequence[float]) -> None:
    """Take one step: run the rule over all weights at once and write each back in place.

    Args:
        bundles: of one shape and kind.
        program: the rule.
        rates: the numbers of this step.
    """
    work = [bundle._vectors_of_step() for bundle in bundles]
    run_each(program, work, rates)
    for bundle, (written, _) in zip(bundles, work, strict=True):
        bundle._take_step(written[0])


def bundled(params: Sequence[Tensor], memory: Memory, state: Any) -> Iterator[Bundle]:
    """Put weights together that move alike; large ones stay alone, and those seen as a whole.

    Alike are weights of one dtype with the same number of steps and the same single numbers, which
    the group names equally often.
    """
    groups: dict[tuple[Any, ...], list[Tensor]] = {}
    named = Counter(map(id, params))
    for p in {id(p): p for p in params}.values():
        held = state.get(p) or {}
        alone = id(p) if memory.whole or p._node.size >= LONE else 0
        single = [float(_array(held[n])) if n in held else None for n in memory.single]
        key = (named[id(p)], p.dtype, steps_taken(held), alone, *single)
        groups.setdefault(key, []).append(p)
    for (times, *_), group in groups.items():
        yield Bundle(group, memory, state, times)


def steps_taken(held: Mapping[str, Any] | None) -> int:
    """The number of steps that a weight's state speaks of."""
    if not held:
        return 0
    step = held.get("step")
    if step is None:
        return int(any(value is not None for value in held.values()))
    return int(step.item() if isinstance(step, Tensor) else step)


@lru_cache(maxsize=64)
def rule(
    update: Callable[..., Any],
    slots: tuple[tuple[str, Shape], ...],
    rates: tuple[str, ...],
    settings: tuple[tuple[str, Any], ...],
    shape: Shape,
    dtype: DType,
) -> Program:
    """An optimizer's `update` as a program, mostly over flat vectors; traced once for each form.

    Inputs: the weights, what is remembered (`slots`), the gradient, and the numbers (`rates`) that
    differ from step to step. Outputs: the weights and what is remembered, anew.
    """
    theta = unknown(shape, dtype, "θ", "parameter")
    held = {name: unknown(own, dtype, name, "state") for name, own in slots}
    g = unknown(shape, dtype, "g")
    numbers = {name: unknown((), dtype, name) for name in rates}

    def call(*_: Any) -> Any:
        return update(theta, g, **held, **numbers, **dict(settings))

    return trace(call, [theta, *held.values(), g, *numbers.values()])


def _array(value: Any) -> Any:
    return value._node.array if isinstance(value, Tensor) else value


def _with_axes(array: Any) -> Any:
    """The same memory; a single number as a vector of one."""
    return array if array.ndim else array.reshape(1)


def _flat(nodes: Sequence[Node]) -> Node:
    """Their numbers side by side, as one vector."""
    vectors = [reshape(node, shape=(node.size,)) for node in nodes]
    return vectors[0] if len(vectors) == 1 else cat(*vectors, axis=0)


def _pieces(vector: Node, like: Sequence[Node]) -> Iterator[Node]:
    """The parts of a vector, in the shapes of the nodes it was made of."""
    start = 0
    for node in like:
        spec = ((start, start + node.size, 1),)
        whole = node.size == vector.size
        part = vector if whole else slice_(vector, spec=spec)
        yield reshape(part, shape=node.shape)
        start += node.size


def _owner(held: Any) -> Bundle | None:
    return held.owner if type(held) is Slots else None
