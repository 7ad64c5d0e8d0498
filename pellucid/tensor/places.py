"""Places outside of a function where it leaves Tensors: attributes, members of dicts, variables.

A compiled function is run by Python once, so what it assigns there is a result of its program, and
is put there after every call. What lay there before is handed to the program if it was a Tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from types import CellType
from typing import Any

from pellucid.errors import TraceError
from pellucid.graph.node import Node
from pellucid.graph.program import unknown
from pellucid.spelling import a_kind
from pellucid.tensor.nest import Nest, fill, flatten
from pellucid.tensor.surroundings import MISSING
from pellucid.tensor.telling import DEPTH, Besides, inside, is_compiled
from pellucid.tensor.tensor import Parameter, Tensor, wrap

__all__ = ["Given", "Left", "Place", "Places"]

_NESTS = (Tensor, tuple, list, dict)


@dataclass(frozen=True, eq=False)
class Place:
    """Somewhere a value lies: `owner.key`, `owner[key]`, or an outer variable.

    Attributes:
        owner: an object, dict or list; the cell of a variable.
        key: name or position.
        name: as a person writes it.
    """

    owner: Any
    key: Any
    name: str
    of_module: bool = False  # a module says when it is asked for what it hasn't got

    @property
    def id(self) -> tuple[int, Any]:
        """Equal for the same place."""
        return id(self.owner), self.key

    def get(self) -> Any:
        """What lies there, or `MISSING`."""
        owner = self.owner
        if type(owner) is CellType:
            try:
                return owner.cell_contents
            except ValueError:
                return MISSING
        if type(owner) is list:
            return owner[self.key] if self.key < len(owner) else MISSING
        return (owner if isinstance(owner, dict) else owner.__dict__).get(self.key, MISSING)

    def put(self, value: Any) -> None:
        """Lay a value there; `MISSING` takes away what lies there."""
        owner = self.owner
        if isinstance(owner, type):
            if value is not MISSING:
                setattr(owner, self.key, value)
            elif self.key in vars(owner):
                delattr(owner, self.key)
        elif type(owner) is CellType:
            if value is not MISSING:
                owner.cell_contents = value
        elif type(owner) is list:
            owner[self.key] = value
        else:
            if self.key in getattr(owner, "_buffers", ()):
                owner._buffers[self.key] = value
            table = owner if isinstance(owner, dict) else owner.__dict__
            if value is MISSING:
                table.pop(self.key, None)
            else:
                table[self.key] = value

    def form(self) -> Any:
        """What is there, but for the numbers in its Tensors."""
        value = self.get()
        if not isinstance(value, _NESTS):
            return value if value is None or value is MISSING else id(value)
        nest, tensors = flatten(value)
        nodes = [t._node for t in tensors]
        return nest.key, [(n.shape, n.dtype, n.requires_grad) for n in nodes]

    def nodes(self) -> list[Node]:
        """The nodes of the Tensors in it."""
        return [t._node for t in flatten(self.get())[1]]


@dataclass(frozen=True, eq=False)
class Given:
    """A place whose Tensors are handed to the program at every call.

    Attributes:
        place: where they lie.
        unknowns: what stands for them in the trace.
    """

    place: Place
    unknowns: tuple[Node, ...]


@dataclass(frozen=True, eq=False)
class Left:
    """What the function has put into a place.

    Attributes:
        place: where.
        nest: the shape of it.
        nodes: its Tensors' nodes.
    """

    place: Place
    nest: Nest
    nodes: tuple[Node, ...]


class Places(Besides):
    """All places that a trace has met, and what lay there before.

    Attributes:
        left: what the function has put somewhere.
        given: the places that it is handed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._roots: list[Callable[[], Iterator[tuple[Place, Any]]]] = []
        self._before: dict[tuple[int, Any], tuple[Place, Any]] = {}
        self._sizes: dict[int, int] = {}
        self.missed: set[tuple[int, str]] = set()  # attributes asked for that weren't there
        self.kept = False  # whether whoever traces puts there what was left
        self.left: list[Left] = []
        self.given: list[Given] = []

    def give(self, places: Sequence[Place]) -> None:
        """Let unknowns stand for what lies in these places."""
        for place in places:
            nest, tensors = flatten(place.get())
            nodes = [t._node for t in tensors]
            unknowns = [unknown(n.shape, n.dtype, place.name) for n in nodes]
            for stand_in, node in zip(unknowns, nodes, strict=True):
                stand_in.requires_grad = node.requires_grad
            self._before[place.id] = (place, place.get())
            self.given.append(Given(place, tuple(unknowns)))
            self.known.add(place.id)
            place.put(fill(nest, [wrap(n) for n in unknowns]))

    def look(self, root: Callable[[], Iterator[tuple[Place, Any]]]) -> None:
        """Remember what lies in the places that `root` gives, and in what these hold."""
        self._roots.append(root)
        for place, value in _walk(root()):
            self._before.setdefault(place.id, (place, value))
            if type(value) in (dict, list):
                self._sizes.setdefault(id(value), len(value))

    def changed(self, since: int) -> list[Left]:
        """Where Tensors were put that weren't there before.

        Args:
            since: when tracing began.
        """
        for place, value in self._now():
            was = self._before.get(place.id)
            if type(place.owner) is list if was is None else was[1] is value:
                continue  # a list that grew is refused; what is the same is nothing new
            if any(g.place.id == place.id and _same(g, value) for g in self.given):
                continue
            if not isinstance(value, _NESTS):
                self._check_object(place, value, since)
                continue
            nest, tensors = flatten(value)
            if not tensors or any(_anothers(t, since) for t in tensors):
                continue
            self.left.append(Left(place, nest, tuple(t._node for t in tensors)))
            self.known.add(place.id)
        self._note_growth()
        return self.left

    def wanted(self) -> list[Place]:
        """Places among those that were changed which held Tensors: a program is given these."""
        given = {g.place.id for g in self.given}
        places = [left.place for left in self.left]
        return [p for p in places if p.id not in given and self._tensors_before(p)]

    def forgo(self) -> None:
        """Whoever traces puts nothing anywhere: only what modules merely write may be left."""
        for left in tuple(self.left):
            place = left.place
            if not (self._only_made(place) or (place.of_module and self._tensors_before(place))):
                self.known.discard(place.id)
                self.left.remove(left)

    def check_unread(self, read: Collection[Node]) -> None:
        """Refuse a step that reads what it has left behind in a step before.

        Args:
            read: what the program reads.
        """
        for left in self.left:
            if any(t._node in read for t in self._tensors_before(left.place)):
                module = type(left.place.owner).__name__
                raise TraceError(
                    f"{module}.forward carries {left.place.name} from step to step.\n Keep it in a "
                    f"buffer, which every step writes: self.register_buffer({left.place.key!r}, …)."
                )

    def _tensors_before(self, place: Place) -> list[Tensor]:
        was = self._before.get(place.id)
        return flatten(was[1])[1] if was is not None and isinstance(was[1], _NESTS) else []

    def put_back(self, since: int, failed: bool) -> None:
        """Give places their values of before: those of the trace have no numbers.

        Args:
            since: when tracing began.
            failed: whether nothing of what the function has done counts.
        """
        for place, value in self._now():
            was = self._before.get(place.id)
            if was is None:
                if _unknown(value, since) and not isinstance(place.owner, list):
                    place.put(MISSING)
            elif was[1] is not value and (
                failed or _unknown(value, since) or place.id in self.known
            ):
                place.put(was[1])
        for given in self.given:
            given.place.put(self._before[given.place.id][1])
        if not failed and not self.kept:
            for left in self.left:  # without a value, it says where it was made
                left.place.put(fill(left.nest, [wrap(n) for n in left.nodes]))

    def forms(self) -> list[Any]:
        """What is taken for granted about the places that the function changes."""
        left = [x.place for x in self.left if not self._only_made(x.place)]
        places = {p.id: p for p in (*(g.place for g in self.given), *left)}
        return [place.form() for place in places.values()]

    def _only_made(self, place: Place) -> bool:
        """Whether it wasn't there, and nobody asked: then it doesn't matter when it is."""
        known = place.id in self._before
        return place.of_module and not known and place.id not in self.missed

    def _now(self) -> list[tuple[Place, Any]]:
        found = {p.id: (p, v) for root in self._roots for p, v in _walk(root())}
        return list(found.values())

    def _note_growth(self) -> None:
        fresh: dict[int, int] = {}
        for left in self.left:
            if left.place.id not in self._before:
                fresh[id(left.place.owner)] = fresh.get(id(left.place.owner), 0) + 1
        for _, value in self._now():
            new = fresh.get(id(value))
            if new and type(value) is dict and len(value) - self._sizes.get(id(value), 0) == new:
                self.grown.add(id(value))

    def _check_object(self, place: Place, value: Any, since: int) -> None:
        members = getattr(value, "__dict__", None)
        if type(members) is dict and not is_compiled(value) and _unknown(members, since):
            raise TraceError(
                f"the function makes {a_kind(value)} with Tensors in it and keeps it as "
                f"{place.name}, which a compiled function can't fill.\n Keep a Tensor there, or a "
                "tuple, list or dict of Tensors."
            )


def _same(given: Given, value: Any) -> bool:
    if not isinstance(value, _NESTS):
        return False
    return tuple(t._node for t in flatten(value)[1]) == given.unknowns


def _anothers(tensor: Tensor, since: int) -> bool:
    """Whether it is a weight of somebody's: a copy in its place would learn nothing."""
    node = tensor._node
    return isinstance(tensor, Parameter) or (
        node.op is None and node.requires_grad and node.seq < since
    )


def _unknown(value: Any, since: int) -> bool:
    if not isinstance(value, _NESTS):
        return False
    if type(value) is dict and len(value) > 1000:
        return False
    try:
        tensors = flatten(value)[1]
    except TraceError:
        return False
    return any(t._node.seq >= since and t._node.array is None for t in tensors)


def _walk(roots: Iterator[tuple[Place, Any]]) -> Iterator[tuple[Place, Any]]:
    seen: set[int] = set()
    for place, value in roots:
        yield place, value
        yield from _below(place.name, value, DEPTH, seen)


def _below(name: str, value: Any, depth: int, seen: set[int]) -> Iterator[tuple[Place, Any]]:
    kind = type(value)
    if not depth or id(value) in seen or hasattr(value, "param_groups"):
        return
    members = None if kind in (set, frozenset) else inside(value)
    if members is None:
        return
    seen.add(id(value))
    for key, part in members:
        at = f"{name}[{key!r}]" if kind in (tuple, list, dict) else f"{name}.{key}"
        if kind is not tuple:
            yield Place(value, key, at), part
        yield from _below(at, part, depth - 1, seen)
