"""A compiled function notices what eager code would: buffers, settings, what lies outside."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import pickle
import types
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import TraceError

ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])


def ones(*shape: int) -> Any:
    return pl.ones(*(shape or (2,)))


class Kept(nn.Module):
    """A running average that is assigned anew at every call."""

    c: Any
    d: Any

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("c", pl.zeros(2))
        self.register_buffer("d", pl.ones(2))

    def forward(self, x: Any) -> Any:
        before = self.c
        self.c = self.c * 0.5 + x
        return self.c - before


class Swaps(Kept):
    def forward(self, x: Any) -> Any:
        self.c, self.d = self.d, self.c + x
        return self.c * 2


class InTheStep(Kept):
    def forward(self, x: Any) -> Any:
        self.c += x
        self.c = self.c * 2
        self.c.mul_(0.25)
        return self.c + 0


@ENGINES
@pytest.mark.parametrize("kind", [Kept, Swaps, InTheStep])
def test_a_buffer_assigned_in_forward_is_written(engine: str, kind: Any) -> None:
    eager, net = kind(), kind()
    call = pl.compile(net, engine=engine)
    for i in range(4):
        assert call(ones() * i).tolist() == eager(ones() * i).tolist()
        assert net.c.tolist() == eager.c.tolist() == net.state_dict()["c"].tolist()
        assert net.d.tolist() == eager.d.tolist()
    assert call.traces == 1
    assert net.c is net._buffers["c"]


@ENGINES
def test_fit_of_a_module_that_assigns_its_buffer(engine: str) -> None:
    class Net(nn.Module):
        n: Any

        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(3, 1)
            self.register_buffer("n", pl.zeros(()))

        def forward(self, x: Any) -> Any:
            self.n = self.n + 1
            return self.linear(x)

    x = np.random.default_rng(0).normal(size=(32, 3)).astype(np.float32)
    net = Net()
    pl.fit(net, (x, x.sum(1, keepdims=True)), epochs=3, batch_size=8, engine=engine)
    assert net.n.item() >= 12


class Base:
    a = 1.0

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def f(self, x: Any) -> Any:
        return x * self.a

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def g(self, x: Any) -> Any:
        return x + self.a


class Child(Base):
    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def f(self, x: Any) -> Any:
        return super().f(x) + 10


def test_compiled_methods_of_parents_and_copies() -> None:
    child = Child()
    assert child.f(ones()).tolist() == [11, 11]
    assert super(Child, child).f(ones()).tolist() == [1, 1]
    assert child.f(ones()).tolist() == [11, 11]
    a = Base()
    assert a.f(ones()).tolist() == [1, 1]
    for b in (copy.copy(a), copy.deepcopy(a)):
        b.a = 5.0
        assert b.f(ones()).tolist() == [5, 5]
        assert a.f(ones()).tolist() == [1, 1]
    assert a.g(ones()).tolist() == [2, 2]
    assert a.f(ones()).tolist() == [1, 1]
    assert a.f.traces == a.g.traces == 1


class Setting:
    k = 2.0

    def __init__(self) -> None:
        self.k = 2.0
        self.inner = {"deep": [types.SimpleNamespace(k=2.0)]}


class Set(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.act: Any = pl.exp
        self.t = pl.ones(2)
        self.pair = (pl.ones(2), 3)
        self.cfg = {"k": 2.0}
        self.l = [2.0]
        self.o = Setting()
        self.n = np.ones(2, np.float32)

    def forward(self, x: Any) -> Any:
        y = self.act(x) * self.t * self.cfg["k"] * self.l[0] * self.o.k + self.n
        return y * self.pair[0] * self.o.inner["deep"][0].k


def _set(name: str, value: Any) -> Any:
    return lambda m: setattr(m, name, value)


CHANGES = {
    "function": _set("act", pl.tanh),
    "tensor": lambda m: setattr(m, "t", pl.ones(2) * 3),
    "tuple": lambda m: setattr(m, "pair", (pl.ones(2) * 3, 3)),
    "dict": lambda m: m.cfg.update(k=3.0),
    "list": lambda m: m.l.__setitem__(0, 3.0),
    "object": lambda m: setattr(m.o, "k", 3.0),
    "deep": lambda m: setattr(m.o.inner["deep"][0], "k", 3.0),
    "array": lambda m: m.n.__setitem__(0, 3.0),
    "hook": lambda m: m.register_forward_hook(lambda m, a, out: out * 2),
    "pre hook": lambda m: m.register_forward_pre_hook(lambda m, a: (a[0] * 2,)),
}


@ENGINES
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_changed_on_a_module_is_seen(engine: str, change: Any) -> None:
    net = Set()
    call = pl.compile(net, engine=engine)
    first = call(ones()).tolist()
    np.testing.assert_allclose(call(ones()).tolist(), first)
    assert call.traces == 1
    handle = change(net)
    expected = net(ones()).tolist()
    assert not np.allclose(expected, first)
    np.testing.assert_allclose(call(ones()).tolist(), expected, rtol=1e-5)
    if handle is not None:
        handle.remove()
        np.testing.assert_allclose(call(ones()).tolist(), first, rtol=1e-5)


def test_plain_modules_cost_a_warm_call_nothing() -> None:
    call = pl.compile(nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.LayerNorm(2)), engine="numpy")
    call(ones(1, 2))
    (forms,) = call._forms.values()
    assert forms[0].traced.guards == ()


config = types.ModuleType("config")
config.SCALE = 2.0  # type: ignore[attr-defined]
config.rates = types.ModuleType("config.rates")  # type: ignore[attr-defined]
config.rates.fast = 2.0
LARGE: dict[str, Any] = {str(i): 2.0 for i in range(200)}
DEEP: Any = [[[[[2.0]]]]]
FACTOR = 2.0


def scaled(x: Any, by: Any) -> Any:
    return x * by[0] * FACTOR


class Called:
    def __init__(self) -> None:
        self.k = 2.0

    def __call__(self, x: Any) -> Any:
        return x * self.k * FACTOR


def _outside(name: str, value: float) -> None:
    if name in ("SCALE", "fast"):
        setattr(config if name == "SCALE" else config.rates, name, value)
    elif name == "LARGE":
        LARGE["150"] = value
    elif name == "DEEP":
        DEEP[0][0][0][0][0] = value
    else:
        globals()[name] = value


READS: dict[str, Any] = {
    "SCALE": lambda x: x * config.SCALE,
    "fast": lambda x: x * config.rates.fast,
    "LARGE": lambda x: x * LARGE["150"],
    "DEEP": lambda x: x * DEEP[0][0][0][0][0],
    "FACTOR": functools.partial(scaled, by=[1.0]),
}


@pytest.mark.parametrize("name", READS)
def test_what_is_changed_outside_is_seen(name: str) -> None:
    call = pl.compile(READS[name], engine="numpy")
    try:
        assert call(ones()).tolist() == call(ones()).tolist() == [2, 2]
        assert call.traces == 1
        _outside(name, 3.0)
        assert call(ones()).tolist() == [3, 3]
    finally:
        _outside(name, 2.0)


def test_what_a_partial_and_an_object_hold_is_seen() -> None:
    by = [1.0]
    call = pl.compile(functools.partial(scaled, by=by), engine="numpy")
    assert call(ones()).tolist() == [2, 2]
    by[0] = 2.0
    assert call(ones()).tolist() == [4, 4]
    thing = Called()
    call = pl.compile(thing, engine="numpy")
    assert call(ones()).tolist() == [4, 4]
    thing.k = 3.0
    assert call(ones()).tolist() == [6, 6]
    try:
        _outside("FACTOR", 1.0)
        assert call(ones()).tolist() == [3, 3]
    finally:
        _outside("FACTOR", 2.0)


def _counts(x: Any, things: Any) -> Any:
    return x * sum(things) * len(things)


@pytest.mark.parametrize(
    "kinds",
    [set, frozenset, bytearray, collections.deque],
)
def test_containers_are_told_apart_by_content(kinds: Any) -> None:
    call = pl.compile(_counts, engine="numpy")
    for _ in range(2):
        for content in ([1, 2], [4, 5, 6]):
            expected = sum(content) * len(content)
            assert call(ones(), kinds(content)).tolist() == [expected, expected]
    assert call.traces == 2
    changing = kinds([1, 2])
    call(ones(), changing)
    if kinds is not frozenset:
        (changing.add if kinds is set else changing.append)(7)
        assert call(ones(), changing).tolist() == [30, 30]


def test_tensors_in_ordered_and_default_dicts() -> None:
    def call(batch: Any) -> Any:
        return type(batch)(batch, y=batch["x"] * 2)

    def add(batch: Any) -> Any:
        batch = copy.copy(batch)
        batch["y"] = batch["x"] * 2
        return batch

    ordered = pl.compile(call, engine="numpy")
    for k in (1, 2):
        out = ordered(collections.OrderedDict(x=ones() * k))
        assert type(out) is collections.OrderedDict
        assert out["y"].tolist() == [2 * k, 2 * k]
    default = pl.compile(add, engine="numpy")
    given: Any = collections.defaultdict(list, x=ones())
    out = default(given)
    assert out["new"] == []
    assert out["y"].tolist() == [2, 2]
    assert ordered.traces == default.traces == 1


@dataclasses.dataclass
class Batch:
    x: Any
    y: Any
    name: str = "train"


def test_tensors_in_dataclasses() -> None:
    def call(batch: Batch) -> Any:
        return Batch(batch.x + batch.y["rows"], [batch.x * 2], batch.name + "ed")

    run = pl.compile(call, engine="numpy")
    for k in (1, 2):
        out = run(Batch(ones() * k, {"rows": ones()}))
        assert type(out) is Batch
        assert (out.x.tolist(), out.y[0].tolist(), out.name) == (
            [k + 1] * 2,
            [2 * k] * 2,
            "trained",
        )
    assert run.traces == 1
    assert str(run.program).startswith("inputs   batch.x (2,), batch.y['rows'] (2,)")
    run(Batch(ones(), {"rows": ones()}, "test"))
    assert run.traces == 2


def test_what_can_not_be_told_apart_is_refused() -> None:
    call = pl.compile(lambda x, y: x, engine="numpy")
    with pytest.raises(TraceError) as caught:
        call(ones(), memoryview(bytearray(2)))
    assert str(caught.value) == (
        "a compiled function got a memoryview, and can't tell one from another.\n"
        " Pass its numbers as Tensors, or numbers and words in a tuple, list or dict."
    )
    with pytest.raises(TraceError) as caught:
        call(ones(), {ones()})
    assert str(caught.value) == (
        "a compiled function got a set with Tensors in it, which has no order.\n"
        " Pass a list or a dict."
    )


@ENGINES
def test_the_grad_of_an_argument(engine: str) -> None:
    def step(x: Any) -> Any:
        loss = (x * x).sum()
        loss.backward()
        return loss

    call = pl.compile(step, engine=engine)
    for k in (1.0, 2.0):
        eager, x = pl.full((2,), k, requires_grad=True), pl.full((2,), k, requires_grad=True)
        for _ in range(3):
            step(eager)
            call(x)
            assert x.grad is not None
            assert eager.grad is not None
            assert x.grad.tolist() == eager.grad.tolist()
    assert call.traces == 2  # without a .grad to add to, and with one
    with pytest.raises(TraceError) as caught:
        call(x * 2)
    assert str(caught.value) == (
        "the function calls backward(), and its argument number 0 was computed outside from "
        "Tensors that ask for gradients, which it can't reach.\n Compute it inside, or pass it "
        "detached: x.detach()."
    )


def test_grads_that_would_add_up_can_not_be_dropped() -> None:
    w = pl.ones(2, requires_grad=True)
    moves = pl.optim.SGD([w], lr=0.1)

    def step(x: Any, zero: bool) -> Any:
        if zero:
            moves.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        moves.step()
        return loss

    call = pl.compile(step, engine="numpy", grads=False)
    for _ in range(2):
        with pytest.raises(TraceError) as caught:
            call(ones(), False)
        assert str(caught.value) == (
            "grads=False: the gradient adds up from call to call, and .grad is not kept.\n"
            " Call optimizer.zero_grad() in the function, or compile with grads=True."
        )
        w.grad = ones()
    assert call(ones(), True).item() == 2
    assert w.grad is None


@pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
def doubled(x: Any) -> Any:
    return x * 2


def test_a_decorated_function_is_pickled_by_name() -> None:
    assert pickle.loads(pickle.dumps(doubled)) is doubled
    net = pl.compile(nn.Linear(2, 2), engine="numpy")
    other = pickle.loads(pickle.dumps(net))
    assert other is not net
    assert other(ones(1, 2)).tolist() == net(ones(1, 2)).tolist()


def test_the_program_is_that_of_the_latest_call() -> None:
    call = pl.compile(lambda x: x * 2, engine="numpy")
    call(ones(2))
    small = str(call.program)
    call(ones(3))
    assert str(call.program) != small
    call(ones(2))
    assert str(call.program) == small


@pytest.mark.filterwarnings("ignore::pellucid.errors.PellucidWarning")
def test_only_the_latest_forms_are_kept() -> None:
    scale = [0.0]
    call = pl.compile(lambda x: x * scale[0], engine="numpy")
    for i in range(70):
        scale[0] = float(i)
        assert call(ones()).tolist() == [i, i]
    assert [len(forms) for forms in call._forms.values()] == [64]


@ENGINES
def test_a_missing_number_outside_is_no_change(engine: str) -> None:
    missing = float("nan")
    add = pl.compile(lambda x: x + missing, engine=engine)
    assert add(ones()).isnan().all() and add(ones()).isnan().all()
    assert add.traces == 1
