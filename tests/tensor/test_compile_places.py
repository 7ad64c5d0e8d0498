"""What a compiled function leaves outside is there after every call, as after an eager one."""

from __future__ import annotations

import types
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import TraceError

ENGINES = ("numpy", "xla")


def plain(value: Any) -> Any:
    if isinstance(value, pl.Tensor):
        return value.detach().numpy().round(5).tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, tuple | list) else value


class Keeps(nn.Module):
    """Keeps its last value for whoever wants to look at it."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        self.last = self.linear(x)
        return self.last * 2


class Recurrent(nn.Module):
    """Carries its state over calls; the shape of what it keeps is a person's own."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.last: Any = None

    def forward(self, x: Any) -> Any:
        if self.last is None:
            self.last = (pl.zeros(2), [pl.ones(2)], {"n": 3})
        a, (b,), n = self.last
        a = pl.tanh(self.linear(x) + a + b)
        self.last = (a.detach(), [b * 0.5], n)
        return a


class Grows(nn.Module):
    """A buffer that is made at the first call, and one that becomes longer."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("c", None)
        self.register_buffer("last", pl.zeros(1))

    def forward(self, x: Any) -> Any:
        self.c = x * 1 if self.c is None else self.c * 0.5 + x
        self.last = pl.cat([self.last, self.c])
        return self.c + 0


@pytest.mark.parametrize(("kind", "traces"), [(Keeps, 1), (Recurrent, 2), (Grows, 4)])
def test_attributes_of_modules(kind: Any, traces: int) -> None:
    def run(engine: str | None) -> Any:
        pl.manual_seed(0)
        net = kind()
        call = net if engine is None else pl.compile(net, engine=engine)
        told = []
        for i in range(4):
            told += [plain(call(pl.ones(2) * i)), plain(net.last)]
        kept = net.last
        if kind is Keeps:
            net.last.sum().backward()  # blame flows through what was kept too
            told.append(plain(net.linear.weight.grad))
        call(pl.ones(2) * 9)
        told.append(plain(kept))  # the value of a call stays what it was
        assert engine is None or call.traces == traces + (kind is Grows)
        return told

    for engine in ENGINES:
        assert run(engine) == run(None)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("when", ["before it is called", "after", "never called"])
def test_a_function_leaves_something_on_a_module(engine: str, when: str) -> None:
    net = nn.Linear(2, 2)

    @pl.compile(engine=engine)
    def step(x: Any) -> Any:
        if when == "before it is called":
            net.last = x * 2
        out = x if when == "never called" else net(x)
        if when != "before it is called":
            net.last = x * 2
        return out

    for i in range(3):
        step(pl.ones(2) * i)
        assert plain(net.last) == [2.0 * i] * 2
    assert step.traces <= 2


H: Any = None


def test_variables_members_and_objects() -> None:
    def run(engine: str | None) -> Any:
        global H
        H = pl.zeros(2)
        table: dict[str, Any] = {"k": 2.0}
        box = types.SimpleNamespace(h=pl.zeros(2), other=pl.ones(2), rows=[pl.zeros(2), 5])
        c = pl.ones(2)

        def call(x: Any) -> Any:
            global H
            nonlocal c
            H = H * 0.5 + x
            c = c + box.rows[0]
            table["loss"] = (H * table["k"]).sum()
            box.rows[0] = box.rows[0] + x
            box.h, box.other = box.other * 2, box.h  # each in the other's place
            return H.sum()

        run = call if engine is None else pl.compile(call, engine=engine)
        told = []
        for i in range(4):
            told += [plain(run(pl.ones(2) * i)), plain([H, c, table, box.h, box.other, box.rows])]
        if engine is not None:
            assert run.traces == 2  # without a member "loss", and with one
        return told

    for engine in ENGINES:
        assert run(engine) == run(None)


class Trainer:
    """As people write them: everything hangs on it."""

    def __init__(self) -> None:
        pl.manual_seed(0)
        self.model = Recurrent()
        self.optimizer = pl.optim.Adam(self.model.parameters(), lr=0.1)
        self.smooth = pl.tensor(0.0)
        self.logs: dict[str, Any] = {}

    def step(self, x: Any) -> Any:
        self.optimizer.zero_grad()
        loss = (self.model(x) - 1).pow(2).mean()
        loss.backward()
        self.optimizer.step()
        self.smooth = 0.9 * self.smooth + 0.1 * loss.detach()
        self.logs["loss"] = loss.detach()
        return loss


def test_a_trainer_that_keeps_its_figures() -> None:
    def run(engine: str | None) -> Any:
        trainer = Trainer()
        step = trainer.step if engine is None else pl.compile(trainer.step, engine=engine)
        told = []
        for i in range(5):
            step(pl.ones(2) * i)
            told.append([trainer.smooth.item(), trainer.logs["loss"].item()])
        trainer.smooth = pl.tensor(0.0)  # assigned outside: noticed, and not traced again
        step(pl.ones(2))
        told.append([trainer.smooth.item(), trainer.logs["loss"].item()])
        assert engine is None or step.traces == 2
        return told

    for engine in ENGINES:
        np.testing.assert_allclose(run(engine), run(None), rtol=1e-4, atol=1e-7)


def test_a_place_that_nobody_reads_is_no_reason_to_trace_again() -> None:
    class Net(Keeps):
        def forward(self, x: Any) -> Any:
            return super().forward(x) if self.training else self.linear(x)

    net = Net()
    call = pl.compile(net, engine="numpy")
    for _ in range(3):
        net.train()
        call(pl.ones(2))
        net.eval()
        call(pl.ones(2))
    assert call.traces == 2


def test_fit_of_modules_that_keep_or_carry() -> None:
    x = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
    net = Keeps()
    pl.fit(net, (x, x), epochs=1, batch_size=4, engine="xla")
    assert net(pl.ones(2)).tolist() == (net.last * 2).tolist()

    class Carries(Keeps):
        def __init__(self) -> None:
            super().__init__()
            self.last = pl.zeros(2)

        def forward(self, x: Any) -> Any:
            before = self.last
            self.last = self.linear(x).mean(0).detach()
            return self.linear(x) + before

    with pytest.raises(TraceError) as caught:
        pl.fit(Carries(), (x, x), epochs=1, batch_size=4, engine="xla")
    assert str(caught.value) == (
        "Carries.forward carries self.last from step to step.\n Keep it in a buffer, which every "
        "step writes: self.register_buffer('last', …)."
    )


class Result:
    def __init__(self, x: Any) -> None:
        self.x = x


def test_what_can_not_be_filled_is_refused_and_put_back() -> None:
    class Net(Keeps):
        def forward(self, x: Any) -> Any:
            self.last = Result(self.linear(x))
            return self.last.x

    net = Net()
    with pytest.raises(TraceError) as caught:
        pl.compile(net, engine="numpy")(pl.ones(2))
    assert str(caught.value) == (
        "the function makes a Result with Tensors in it and keeps it as self.last, which a "
        "compiled function can't fill.\n Keep a Tensor there, or a tuple, list or dict of Tensors."
    )
    weight = nn.Parameter(pl.ones(2))
    box = types.SimpleNamespace(w=pl.zeros(2), h=1.0, fails=False)

    def call(x: Any) -> Any:
        box.h = x * 2
        if not box.fails:
            box.w = weight  # a copy would not learn
        return box.h if x.sum() > 0 or True else x

    with pytest.raises(TraceError, match="the value of this Tensor is not known"):
        pl.compile(call, engine="numpy")(pl.ones(2))
    assert box.h == 1.0
    with pytest.raises(TraceError, match=r"changes box\.w, which lies outside of it"):
        pl.compile(lambda x: setattr(box, "w", weight) or x, engine="numpy")(pl.ones(2))


def test_numbers_that_are_looked_at_are_looked_at_again() -> None:
    by, many = pl.tensor(2.0), pl.arange(3000)
    call = pl.compile(lambda x: x * by.item() + many.tolist()[-1], engine="numpy")
    assert call(pl.ones(1)).tolist() == call(pl.ones(1)).tolist() == [3001]
    assert call.traces == 1
    by.fill_(3)
    many[-1] = 0
    assert call(pl.ones(1)).tolist() == [3]


BIG = {
    "list": [2.0] * 5000,
    "dict": dict.fromkeys(range(5000), 2.0),
    "nested": [[2.0] for _ in range(5000)],
    "array": np.full(5000, 2.0, np.float32),
    "tuple in a list": [tuple([2.0] * 5000)],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BIG)
def test_large_containers_and_arrays(name: str) -> None:
    big: Any = BIG[name]

    def call(x: Any) -> Any:
        there = big[0] if "tuple" in name else big
        value = there[4321]
        return x * (value[0] if name == "nested" else float(value))

    run = pl.compile(call, engine="numpy")
    assert run(pl.ones(1)).tolist() == run(pl.ones(1)).tolist() == [2]
    assert run.traces == 1
    if name == "nested":
        big[4321][0] = 3.0
    elif "tuple" in name:
        big[0] = (3.0,) * 5000
    else:
        big[4321] = 3.0
    assert run(pl.ones(1)).tolist() == [3]
    if name == "array":  # in another order, with the same sum
        big[0], big[4321] = 3.0, 2.0
        assert run(pl.ones(1)).tolist() == [2]


def test_what_is_slow_to_look_through_is_said() -> None:
    table = np.zeros(2_000_000, np.float32)
    with pytest.warns(pl.errors.PellucidWarning) as caught:
        pl.compile(lambda x: x + float(table[0]), engine="numpy")(pl.ones(1))
    (said,) = {str(w.message) for w in caught}
    assert said.partition(") ")[2] == (
        "reads much that lies outside of it, which is looked through before every call.\n Make "
        "Tensors of arrays outside, pellucid.tensor(array): they say when they change; or pass "
        "what it needs."
    )


class Rates:
    """Settings as many scripts keep them."""

    base, steps, layers = 2.0, 0, (3, 4)
    seen = pl.tensor(0.0)

    def ignored(self) -> None: ...


def test_settings_kept_in_a_class_are_looked_at() -> None:
    @pl.compile(engine="numpy")
    def scaled(x: Any) -> Any:
        Rates.seen = Rates.seen + x.sum()
        return x * Rates.base

    def counts(x: Any) -> Any:
        Rates.steps += 1
        return x

    assert scaled(pl.ones(2)).tolist() == [2.0, 2.0]
    Rates.base = 5.0
    assert scaled(pl.ones(2)).tolist() == [5.0, 5.0]
    scaled(pl.ones(2))
    assert (Rates.seen.item(), scaled.traces) == (6.0, 2)
    with pytest.raises(TraceError, match=r"changes Rates\.steps, which lies outside of it"):
        pl.compile(counts, engine="numpy")(pl.ones(2))
