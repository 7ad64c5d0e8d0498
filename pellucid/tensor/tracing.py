"""Notes taken while a step runs on unknown values: what it reads, what it replaces, what it draws.

From the notes comes one program in which every weight, moment and random state is an input and,
where the step writes it, an output. Afterwards every Tensor is as it was: nothing has happened yet.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import MappingProxyType
from typing import Any

from pellucid.dtypes import DType, uint32
from pellucid.errors import PellucidWarning, TraceError
from pellucid.graph.emit import emit
from pellucid.graph.gate import gate
from pellucid.graph.mode import switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.program import collect, unknown
from pellucid.graph.step import StepProgram, Stream
from pellucid.ops.held import detach, moved_on
from pellucid.tensor.as_before import AsBefore
from pellucid.tensor.belongings import Belongings
from pellucid.tensor.other_streams import other_draws, refuse_draws
from pellucid.tensor.places import Place, Places
from pellucid.tensor.surroundings import HEAVY, Surroundings
from pellucid.tensor.telling import digest
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.traced import Traced

__all__ = ["Tracing"]


class Tracing:
    """Who takes the notes; `graph.mode.Trace` says what is reported and by whom.

    Args:
        known: for some of the unknowns, the numbers that they stand for this time.

    Attributes:
        places: where the step leaves Tensors outside, and what lay there.
        since: when tracing began.
        went_backward: whether the step calls `backward()`.
        writes: how many writes were reported.
    """

    def __init__(self, known: Mapping[Node, Any] = MappingProxyType({})) -> None:
        self._known = dict(known)
        self.places = Places()
        self._as_before = AsBefore(self.places)
        self._questions: list[tuple[Node, Callable[[Any], Any], Any]] = []
        self.since = leaf(None, (), uint32).seq
        self._owners: dict[int, tuple[Any, Node]] = {}
        self._aliases: dict[int, tuple[Any, Node]] = {}
        self._blame: dict[Node, Any] = {}
        self._stand_ins: dict[Node, Node] = {}
        self._origin: dict[Node, Node] = {}
        self._modules: dict[int, Belongings] = {}
        self._holds: list[Callable[[], None]] = []
        self._kept_on: set[Node] = set()
        self._looked: dict[Node, None] = {}
        self._prepared: set[Node] = set()
        self._switched: set[int] = set()
        self._drawn: dict[int, tuple[Any, Node, int]] = {}
        self._numbers: list[Node] = []
        self._sources: list[Callable[[int], Sequence[Sequence[float]]]] = []
        self._guards: list[tuple[Callable[[], Any], Any]] = []
        self._settings: list[tuple[Callable[[], Any], Any]] = []
        self._checks: list[Callable[[], None]] = []
        self._replays: list[Callable[[int], Any]] = []
        self._refused: TraceError | None = None
        self._who = ""
        self._noting = True  # whether it counts that the numbers of a Tensor are looked at
        self.went_backward = False
        self.writes = 0

    # ---- reports ------------------------------------------------------------------------------

    def moved(self, owner: Tensor, value: Node, alias: bool = False) -> Node:
        """Remember what `owner` stood for. A weight stays one: blame ends at its new value too."""
        before = owner._node
        self.writes += 1
        notes = self._aliases if alias else self._owners
        if before.seq < self.since or before.kind == "state":  # moments are made at the first step
            notes.setdefault(id(owner), (owner, before))
        first = self._origin.get(before, before)
        gate.stands(value, before)
        if alias or not (before.requires_grad and (first.op is None or before is not first)):
            return value
        settled = emit(detach, (value,))
        settled.base = None
        settled.requires_grad = settled.retains = True
        settled.kind, settled.name, settled.grad = first.kind, first.name, before.grad
        self._origin[settled] = first
        gate.stands(settled, before)
        return settled

    def blamed(self, node: Node, read: bool) -> None:
        """Remember `.grad` as it was; where it is read, an unknown stands for what is there."""
        first = self._origin.get(node, node)
        self.went_backward = True
        if first.seq >= self.since or first in self._blame:
            return
        held = self._blame[first] = first.grad
        if not read:
            return
        self._kept_on.add(first)
        if first not in self._known:  # an argument: the caller sees to it
            self.guard(lambda: first.grad is None)
        if held is not None:
            stand_in = unknown(first.shape, first.dtype, f"{first.name}.grad", "state")
            self._stand_ins[first] = stand_in
            gate.stands(stand_in, held._node)
            node.grad = wrap(stand_in)

    def called(self, module: Any) -> None:
        """Remember how a module was set when it was called."""
        if id(module) in self._modules:
            return
        noted = self._modules[id(module)] = Belongings(module, self.places)
        self.places.look(partial(_of_module, noted))
        own = [(f"self.{name}", value) for name, value in noted.variables()]
        self._as_before.look(f"{type(module).__name__}.forward", own)
        self._settings.append((noted.settings, _LATER))
        self._holds.append(noted.hold)
        if noted.loose:
            self.guard(noted.inside)
        if id(module) not in self._switched:
            mode = module.training
            self._settings.append((lambda: module.training, mode))
        self.surrounded(type(module).forward)
        for hook in noted.hooks():
            self.surrounded(hook)

    def surrounded(self, call: Callable[..., Any], given: Sequence[Any] = ()) -> None:
        """The step runs `call`: the program holds for what that finds outside and is given."""
        outside = Surroundings(call, given, self.places)
        self._who = self._who or outside.place
        self._as_before.look(outside.place, [(type(v).__name__, v) for v in given])
        if outside:
            self.places.look(partial(_of_variables, outside))
            self._as_before.look(outside.place, outside.roots())
            if outside.heavy() > HEAVY and outside.place not in _told_heavy:
                _told_heavy.add(outside.place)
                warnings.warn(
                    f"{outside.place} reads much that lies outside of it, which is looked through "
                    "before every call.\n Make Tensors of arrays outside, "
                    "pellucid.tensor(array): they say when they change; or pass what it needs.",
                    PellucidWarning,
                    stacklevel=2,
                )
            self.guard(outside.plain)
            self._holds.append(outside.hold)
            self._checks.append(partial(outside.check_unchanged, outside.named()))

    def missed(self, module: Any, name: str) -> None:
        """A module was asked for an attribute that it doesn't have."""
        self.places.missed.add((id(module), name))

    def switched(self, module: Any) -> None:
        """A module was set to training or evaluation by the step itself."""
        self._switched.add(id(module))

    def drawn(self, generator: Any, count: int) -> Node:
        """The state of a stream at this point of the step."""
        blocks = -(-count // 4)
        known = self._drawn.get(id(generator))
        if known is None:
            start, used = unknown((4,), uint32, "random state", "state"), 0
        else:
            _, start, used = known
        self._drawn[id(generator)] = (generator, start, used + blocks)
        return emit(moved_on, (start,), {"blocks": used}) if used else start

    def draws(self, generator: Any) -> int:
        """How many blocks of words a generator was asked for in this step."""
        known = self._drawn.get(id(generator))
        return 0 if known is None else known[2]

    @contextmanager
    def drawn_again(self, generator: Any, draws: int) -> Iterator[None]:
        """Within the block a generator draws what it drew after so many blocks."""
        known = self._drawn.get(id(generator))
        if known is not None:
            self._drawn[id(generator)] = (*known[:2], draws)
        try:
            yield
        finally:
            if known is not None:
                self._drawn[id(generator)] = known

    def numbers(
        self, source: Callable[[int], Sequence[Sequence[float]]], dtype: DType
    ) -> list[Node]:
        """Unknowns for the numbers that `source` gives for every step."""
        with self._unnoted():  # a rate that is a Tensor is asked for before each step, too
            count = len(source(1)[0])
        nodes = [unknown((), dtype, f"number {i}", "state") for i in range(count)]
        self._numbers += nodes
        self._sources.append(source)
        return nodes

    def guard(self, source: Callable[[], Any]) -> None:
        """The trace holds while `source()` gives what it gives now."""
        self._guards.append((source, _LATER))

    def ask(self, node: Node, question: Callable[[Any], Any]) -> Any:
        """What `question` says about the numbers of an argument."""
        while node.op is not None and node.op.name in ("reshape", "permute", "detach"):
            node = node.inputs[0]
        numbers = self._known.get(node)
        if numbers is None:
            return NotImplemented
        answer = question(numbers)
        self._questions.append((node, question, answer))
        return answer

    def looked(self, node: Node) -> None:
        """The numbers of a Tensor that exists are looked at: the trace holds for these."""
        seen = node.kind == "constant" or node.seq >= self.since or node in self._looked
        if self._noting and not seen:
            self._looked[node] = None
            self.guard(_watch(node))

    def prepared(self, node: Node) -> None:
        """A leaf that was computed for good beside the trace is an input, however young it is."""
        self._prepared.add(node)

    def refused(self, error: TraceError) -> None:
        """A number was asked for that is not known."""
        self._refused = self._refused or error

    @contextmanager
    def _unnoted(self) -> Iterator[None]:
        self._noting = False
        try:
            yield
        finally:
            self._noting = True

    def replay(self, call: Callable[[int], Any]) -> None:
        """`call(n)` after n steps."""
        self._replays.append(call)

    # ---- the trace ----------------------------------------------------------------------------

    @contextmanager
    def notes(self) -> Any:
        """Compute nothing, report everything; afterwards all Tensors are as they were."""
        with gate.tracing():
            yield from self._notes()

    def _notes(self) -> Iterator[None]:
        drawn, failed = other_draws(), True
        try:
            with switched(
                symbolic=True, keeping=False, trace=self, part=None, because=None, scope=""
            ):
                yield
                if self._refused is not None:  # the function went on as if it had not asked
                    raise self._refused
                refuse_draws(drawn, self._who)
                self._end()
                failed = False
        finally:
            for owner, before in (*self._owners.values(), *self._aliases.values()):
                owner._node = before
            for node, grad in self._blame.items():
                node.grad = grad
            for noted in self._modules.values():
                noted.restore()
            if failed:
                self._as_before.put_back(self.since)
            self.places.put_back(self.since, failed)

    def _end(self) -> None:
        """What everything stands for when the step is over."""
        if not self.places.kept:
            self.places.changed(self.since)
            self.places.forgo()
        for check in self._checks:
            check()
        for noted in self._modules.values():
            noted.check_unchanged()
        self._as_before.check_unchanged(self.since)
        for noted in self._modules.values():
            for buffer, value in noted.written():  # what is assigned is written, like x[:] = value
                self._owners.setdefault(id(buffer), (buffer, buffer._node))
                gate.stands(value, buffer._node)
                buffer._node = value
        moved = {before: owner._node for owner, before in self._owners.values()}
        self._moved = {a: b for a, b in moved.items() if a is not b and a.array is not None}
        now = {
            self._origin.get(owner._node, None): owner._node for owner, _ in self._owners.values()
        }
        self._grads = {n: now.get(n, n).grad for n in self._blame}
        self._grads = {n: g for n, g in self._grads.items() if g is not self._blame[n]}

    def step(self, arguments: Sequence[Node], results: Sequence[Node], *, grads: bool) -> Traced:
        """The program of what was noted.

        Args:
            arguments: unknowns that differ from call to call.
            results: what a call gives back.
            grads: whether `.grad` is one of the results too.
        """
        blame = {n: g._node for n, g in self._grads.items() if g is not None}
        if not grads:
            self._check_forgettable(blame)
            blame = {}
        cells = tuple(self._moved)
        streams = tuple(Stream(*known) for known in self._drawn.values())
        given = [*arguments, *(s.node for s in streams), *self._numbers, *self._stand_ins.values()]
        wanted = [*results, *blame.values(), *self._moved.values()]
        found = collect((*given, *cells), wanted, self.since).held
        old = (n for n in found if n.seq < self.since or n in self._prepared)
        read = tuple(n for n in old if n.kind != "constant")
        if not self.places.kept:
            self.places.check_unread({*read, *cells})
        for node in found:
            if node.array is None and node.seq >= self.since:
                raise TraceError(_unknown(node))
        arguments = (*arguments, *self._stand_ins.values())
        program = collect(
            (*arguments, *cells, *read, *(s.node for s in streams), *self._numbers),
            wanted,
            self.since,
        )
        step = StepProgram(
            program, arguments, cells, read, streams,
            tuple(self._numbers), tuple(self._sources), tuple(self._replays),
        )  # fmt: skip
        self._settle(cells, read)
        self._hang({*cells, *read, *self._blame})
        forgotten = tuple(n for n, g in self._grads.items() if g is None or not grads)
        return self._traced(step, tuple(blame), forgotten)

    def _settle(self, cells: Sequence[Node], read: Sequence[Node]) -> None:
        """Keep alive what guards know by its id, and say whose numbers are in the program."""
        for hold in self._holds:
            hold()
        numbers = (*cells, *read, *self._blame, *self._looked, *self._origin.values())
        befores = (b for _, b in (*self._owners.values(), *self._aliases.values()))
        self.places.used = (self.places.used or set()) | set(map(id, (*numbers, *befores)))
        if self.places.known:
            self.guard(self.places.forms)

    def _hang(self, nodes: Iterable[Node]) -> None:
        """The trace holds for the hooks that hang on its weights."""
        weights = [n for n in nodes if n.requires_grad and n.op is None]
        self._settings.append(
            (lambda: [[*(n.hooks or ()), *(n.settled or ())] for n in weights], _LATER)
        )

    def _traced(
        self, step: StepProgram, blamed: tuple[Node, ...], forgotten: tuple[Node, ...]
    ) -> Traced:
        """The program with the answers that it holds for, as they are now."""
        guards = tuple((ask, ask() if now is _LATER else now) for ask, now in self._guards)
        modules = tuple((ask, ask() if now is _LATER else now) for ask, now in self._settings)
        at = {node: i for i, node in enumerate(step.arguments)}
        questions = tuple((at[n], question, answer) for n, question, answer in self._questions)
        return Traced(
            step, tuple(self._stand_ins), blamed, forgotten, guards, modules, questions,
            tuple((at[n], n.grad is None) for n in self._blame if n in self._known),
        )  # fmt: skip

    def _check_forgettable(self, blame: Mapping[Node, Node]) -> None:
        for node in blame:
            if node in self._kept_on:
                named = f" of {node.name}" if node.name else ""
                raise TraceError(
                    f"grads=False: the gradient{named} adds up from call to call, and .grad is not "
                    "kept.\n Call optimizer.zero_grad() in the function, or compile with "
                    "grads=True."
                )


def _of_module(noted: Belongings) -> Iterator[tuple[Place, Any]]:
    for name, value in noted.variables():
        yield Place(noted.module, name, f"self.{name}", True), value


def _of_variables(outside: Surroundings) -> Iterator[tuple[Place, Any]]:
    for name, owner, key, value in outside.variables():
        yield Place(owner, key, name), value


def _watch(node: Node) -> Callable[[], Any]:
    """What tells the numbers of a Tensor; they are gone through again where it was written."""
    known: list[Any] = [None, None]

    def content() -> Any:
        array = node.array
        mark = (id(array), max(node.written, node.root.written))
        if known[0] != mark or array.base is not None:
            known[:] = mark, digest(array)
        return known[1]

    return content


_told_heavy: set[str] = set()
_LATER = object()  # the answer to a guard's question is taken when tracing is over


def _unknown(node: Node) -> str:
    return (
        f"a value of shape {node.shape} is used in a compiled function, and it is not known where "
        "it comes from.\n Pass it as an argument."
    )
