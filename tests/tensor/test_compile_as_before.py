"""Meters, settings and arrays that a compiled function changes: refused, and put back."""

from __future__ import annotations

import collections
import copy
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import ShapeError, TraceError

HERE = Path(__file__).name
ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])


class Slots:
    __slots__ = ("last", "n")

    def __init__(self) -> None:
        self.n = 0


class Meter(list[Any]):
    """A list with a name of its own."""


class Table(dict[str, Any]):
    """A dict with a name of its own."""


class Names(set[str]):
    """A set with a name of its own."""


def annotated() -> None:
    """A function that somebody hangs something on."""


def _add(to: Any, key: Any, by: Any) -> None:
    to[key] = to[key] + by


def _hang(on: Any, name: str, value: Any) -> Any:
    setattr(on, name, value)
    return on


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any, Any], Any], str]] = {
    "deque": (collections.deque, lambda m, x: m.append(x.sum()), "fills m"),
    "full deque": (
        lambda: collections.deque([1.0, 2.0], 2),
        lambda m, x: m.append(3.0),
        "changes m[0]",
    ),
    "new in a defaultdict": (
        lambda: collections.defaultdict(float),
        lambda m, x: _add(m, "l", x.sum()),
        "fills m",
    ),
    "known in a defaultdict": (
        lambda: collections.defaultdict(float, l=0.0),
        lambda m, x: _add(m, "l", x.sum()),
        "changes m['l']",
    ),
    "lists in a defaultdict": (
        lambda: collections.defaultdict(list, l=[1.0]),
        lambda m, x: m["l"].append(x.sum()),
        "fills m['l']",
    ),
    "OrderedDict": (
        lambda: collections.OrderedDict(a=1, b=2),
        lambda m, x: m.update(a=x.sum()),
        "changes m['a']",
    ),
    "Counter": (
        lambda: collections.Counter(n=1),
        lambda m, x: m.update(["n"]),
        "changes m['n']",
    ),
    "list of ones own": (Meter, lambda m, x: m.append(x.sum()), "fills m"),
    "dict of ones own": (Table, lambda m, x: m.update(l=1.0), "fills m"),
    "set of ones own": (Names, lambda m, x: m.add("a"), "fills m"),
    "array": (lambda: np.zeros(2), lambda m, x: _add(m, 0, 1), "changes m"),
    "bytearray": (bytearray, lambda m, x: m.append(1), "fills m"),
    "queue": (queue.Queue, lambda m, x: m.put(x.sum()), "fills m"),
    "slot": (Slots, lambda m, x: _hang(m, "n", m.n + 1), "changes m.n"),
    "Tensor in a slot": (Slots, lambda m, x: _hang(m, "last", x * 2), "changes m.last"),
    "function": (lambda: annotated, lambda m, x: _hang(m, "n", 1), "changes m.n"),
    "deep": (
        lambda: [collections.deque([{"n": 1}])],
        lambda m, x: _add(m[0][0], "n", 1),
        "changes m[0][0]['n']",
    ),
    # Those that were refused before are put back, too.
    "list": (list, lambda m, x: m.append(x.sum()), "fills m"),
    "set": (set, lambda m, x: m.add(1), "fills m"),
    "dict": (
        lambda: {"l": [1.0]},
        lambda m, x: m.setdefault("l", []).append(x.sum()),
        "fills m['l']",
    ),
}


def state(m: Any) -> Any:
    """What is in it, to compare."""
    if isinstance(m, queue.Queue):
        return list(m.queue), m.unfinished_tasks
    if isinstance(m, Slots):
        return m.n, hasattr(m, "last")
    if isinstance(m, np.ndarray):
        return m.tolist()
    if m is annotated:
        return dict(vars(m))
    return repr(m), copy.deepcopy(m)


@pytest.mark.parametrize("kind", CHANGES)
def test_what_python_would_change_once_is_refused_and_put_back(kind: str) -> None:
    make, change, said = CHANGES[kind]
    m = make()
    before = state(m)

    def step(x: Any) -> Any:
        change(m, x)
        return x * 2

    for _ in range(2):
        with pytest.raises(TraceError) as caught:
            pl.compile(step, engine="numpy")(pl.ones(2))
        name = said.split(maxsplit=1)[1]
        assert str(caught.value).split(" ", 2)[2] == (
            f"{said}, which lies outside of it. A compiled function is run by Python once, and "
            f"never again.\n Return the value, and change {name} where the function is called."
        )
        line = step.__code__.co_firstlineno
        assert str(caught.value).startswith(f"step ({HERE}:{line}) ")
        assert state(m) == before


@pytest.mark.parametrize("kind", [k for k in CHANGES if "Tensor" not in k])
def test_what_is_only_read_or_changed_outside_is_fine(kind: str) -> None:
    make, change, _ = CHANGES[kind]
    m = make()

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step(x: Any) -> Any:
        return x * (2 if m is not None else 3)

    try:
        for _ in range(3):
            assert step(pl.ones(2)).tolist() == [2, 2]
            change(m, pl.ones(2))
    finally:
        vars(annotated).clear()


def test_a_queue_that_threads_use_loses_what_has_no_numbers_and_nothing_else() -> None:
    items: queue.Queue[Any] = queue.Queue()
    items.put(1)
    done = threading.Event()
    loader = threading.Thread(target=done.wait, daemon=True)

    def takes(x: Any) -> Any:
        return x * items.get()

    def keeps(x: Any) -> Any:
        items.put(x * 2)
        items.put(3)
        return x

    with pytest.raises(TraceError, match="fills items"):
        pl.compile(takes, engine="numpy")(pl.ones(1))
    assert (list(items.queue), items.unfinished_tasks) == ([1], 1)
    loader.start()
    try:
        with pytest.raises(TraceError, match="fills items"):
            pl.compile(keeps, engine="numpy")(pl.ones(1))
        assert (list(items.queue), items.unfinished_tasks) == ([1, 3], 2)
    finally:
        done.set()
        loader.join()


def test_a_look_at_what_a_defaultdict_lacks_is_no_change() -> None:
    scale: Any = collections.defaultdict(float)
    seen: Any = collections.defaultdict(list)
    call = pl.compile(lambda x: x + scale["a"] + len(seen["b"]), engine="numpy")
    assert call(pl.ones(2)).tolist() == call(pl.ones(2)).tolist() == [1, 1]


@ENGINES
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("setting", "value"), [("lr", 0.05), ("momentum", 0.9)])
def test_settings_of_an_optimizer(engine: str, before: bool, setting: str, value: float) -> None:
    w = pl.ones(3, requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=0.1)
    group = dict(optimizer.param_groups[0])

    def step(x: Any, change: bool) -> Any:
        if change and before:
            optimizer.param_groups[0][setting] = value
        optimizer.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        optimizer.step()
        if change and not before:
            optimizer.param_groups[0][setting] = value
        return loss

    call = pl.compile(step, engine=engine)
    with pytest.raises(TraceError) as caught:
        call(pl.ones(3), True)
    name = f"optimizer.param_groups[0]['{setting}']"
    assert str(caught.value) == (
        f"step ({HERE}:{step.__code__.co_firstlineno}) changes {name}, which lies outside of it. A "
        "compiled function is run by Python once, and never again.\n "
        f"Change {name} where the function is called: every call reads it anew."
    )
    assert list(optimizer.param_groups[0]) == list(group)
    assert optimizer.param_groups[0] == group and w.tolist() == [1, 1, 1]
    call(pl.ones(3), False)
    assert w.tolist() == pytest.approx([0.9] * 3)
    optimizer.param_groups[0]["lr"] = 0.05  # where it is called, it may be
    call(pl.ones(3), False)
    assert w.tolist() == pytest.approx([0.85] * 3)


def test_an_optimizer_that_is_an_argument() -> None:
    w = pl.ones(1, requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=0.1)

    def step(moves: Any, x: Any) -> Any:
        moves.param_groups[0]["lr"] *= 0.5
        return w * x

    with pytest.raises(TraceError, match=r"changes SGD\.param_groups\[0\]\['lr'\]"):
        pl.compile(step, engine="numpy")(optimizer, pl.ones(1))
    assert optimizer.param_groups[0]["lr"] == 0.1


class Metered(nn.Module):
    def __init__(self, meter: Any, change: Callable[[Any, Any], Any]) -> None:
        super().__init__()
        self.meter, self.change = meter, change

    def forward(self, x: Any) -> Any:
        self.change(self.meter, x)
        return x * 2


@pytest.mark.parametrize("kind", ["deque", "Counter", "array", "slot", "deep"])
def test_meters_of_a_module(kind: str) -> None:
    make, change, said = CHANGES[kind]
    net = Metered(make(), change)
    before = state(net.meter)
    with pytest.raises(TraceError) as caught:
        pl.compile(net, engine="numpy")(pl.ones(2))
    assert str(caught.value).startswith(
        f"Metered.forward {said.replace(' m', ' self.meter', 1)}, which lies outside of it. "
    )
    assert state(net.meter) == before
    net.change = lambda m, x: None
    assert pl.compile(net, engine="numpy")(pl.ones(2)).tolist() == [2, 2]


def test_a_step_that_fails_otherwise_leaves_no_entries() -> None:
    seen: list[Any] = [1.0]
    meter = collections.deque([1.0])

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step(x: Any) -> Any:
        seen.append(x.sum())
        meter.append(x.sum())
        return x + pl.ones(7)

    with pytest.raises(ShapeError):
        step(pl.ones(2))
    assert seen == [1.0] and list(meter) == [1.0]


def test_a_tensor_that_is_replaced_outside_is_no_change() -> None:
    kept: Any = {"sum": pl.zeros(()), "parts": [pl.zeros(())]}

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step(x: Any) -> Any:
        kept["sum"] = kept["sum"] + x.sum()
        kept["parts"][0] = kept["parts"][0] + 1
        kept["new"] = x.sum()
        return x

    for _ in range(3):
        step(pl.ones(2))
    assert (kept["sum"].item(), kept["parts"][0].item(), kept["new"].item()) == (6, 3, 2)
