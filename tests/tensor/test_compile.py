"""`compile` as a person meets it: what it takes, what it gives back, when it traces anew."""

from __future__ import annotations

import copy
import pickle
import sys
import warnings
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import PellucidWarning, SettingError, TraceError

ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])
Pair = namedtuple("Pair", "a b")
X = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)


def x() -> Any:
    return pl.tensor(X)


def same(a: Any, b: Any) -> bool:
    return bool(np.allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-5, atol=1e-6))


# ---- what it takes and gives ---------------------------------------------------------------------


def test_a_decorator_with_and_without_brackets_and_a_call() -> None:
    def double(t: Any) -> Any:
        """Twice."""
        return t * 2

    bare = pl.compile(double)
    bracketed = pl.compile(engine="numpy")(double)
    assert bare.__name__ == "double" and bare.__doc__ == "Twice."
    assert same(bare(x()), x() * 2) and same(bracketed(x()), x() * 2)
    assert pl.compile(double, disable=True) is double
    assert pl.compile(disable=True)(double) is double
    assert repr(bracketed).endswith("engine='numpy', traces=1)")


@ENGINES
def test_names_of_arguments_may_come_in_any_order(engine: str) -> None:
    def less(a: Any, b: Any, scale: float = 1.0) -> Any:
        return (a - b) * scale

    call = pl.compile(less, engine=engine)
    a, b = pl.ones(2), pl.zeros(2)
    answers = [call(a=a, b=b, scale=2.0), call(scale=2.0, b=b, a=a), call(b=b, scale=2.0, a=a)]
    assert call.traces == 1 and all(y.tolist() == [2, 2] for y in answers)
    first = pl.compile(lambda **named: next(iter(named.values())), engine=engine)
    assert first(a=a, b=b).tolist() == [1, 1] and first(b=b, a=a).tolist() == [0, 0]


def test_what_is_no_function() -> None:
    with pytest.raises(SettingError) as caught:
        pl.compile(3)
    assert str(caught.value) == (
        "compile takes a function or a module and got an int.\n"
        " Write pellucid.compile(step), without brackets after step."
    )
    with pytest.raises(SettingError) as caught:
        pl.compile(abs, engine="cuda")
    assert str(caught.value) == "compile: engine is one of auto, xla, numpy, not 'cuda'."
    with pytest.raises(TraceError) as wrong:
        pl.compile(abs).program  # noqa: B018
    assert str(wrong.value) == "there is no program yet.\n Call the compiled function once."


@ENGINES
def test_containers_go_in_and_come_out(engine: str) -> None:
    def f(t: Any, d: Any, *, scale: float = 1.0, word: Any = None) -> Any:
        b = d["b"][0]
        return {"s": t * scale, "l": [d["a"] + 1, (b - 1, None, 3, word)], "p": Pair(t, d["a"] * 2)}

    call = pl.compile(f, engine=engine)
    for _ in range(2):
        got = call(x(), {"a": x(), "b": [x(), 2]}, scale=2.0, word="w")
        want = f(x(), {"a": x(), "b": [x(), 2]}, scale=2.0, word="w")
        assert list(got) == ["s", "l", "p"] and type(got["p"]) is Pair and type(got["l"]) is list
        assert got["l"][1][1:] == (None, 3, "w")
        for a, b in [
            (got["s"], want["s"]), (got["l"][0], want["l"][0]), (got["l"][1][0], want["l"][1][0]),
            (got["p"].a, want["p"].a), (got["p"].b, want["p"].b),
        ]:  # fmt: skip
            assert same(a, b)
    assert call.traces == 1
    call(x(), {"a": x(), "b": [x(), 3]}, scale=2.0, word="w")
    assert call.traces == 2  # another number
    call(X, {"a": X, "b": [X, 3]}, scale=2.0, word="w")
    assert call.traces == 2  # arrays are Tensors


@ENGINES
def test_results_that_are_no_arithmetic(engine: str) -> None:
    c = pl.tensor([1.0, 2.0])
    f = pl.compile(lambda t: (t, t, c, None, 3), engine=engine)
    for _ in range(2):
        a, b, d, nothing, three = f(pl.ones(2))
        assert same(a, pl.ones(2)) and same(b, a) and same(d, c) and nothing is None and three == 3
    assert pl.compile(lambda: None, engine=engine)() is None


@ENGINES
@pytest.mark.parametrize("name", ["float16", "float32", "float64", "int32", "int64", "uint8"])
def test_kinds_of_numbers_stay(engine: str, name: str) -> None:
    f = KINDS[engine]
    out = f(pl.ones(2, dtype=getattr(pl, name)))
    assert out.dtype.name == name and out.numpy().dtype.name == name
    assert out.tolist() == [2, 2]


KINDS = {e: pl.compile(lambda t: t + 1, engine=e) for e in ("numpy", "xla")}


@ENGINES
def test_a_result_is_a_tensor_like_any_other(engine: str) -> None:
    f = pl.compile(lambda t: t * 2, engine=engine)
    first = f(pl.ones(3))
    view, cut, array = first[:2], first.detach(), first.numpy()
    first += 1
    assert view.tolist() == [3, 3] and cut.tolist() == [3, 3, 3] and array.tolist() == [3, 3, 3]
    assert f(first).tolist() == [6, 6, 6] and f(f(first)).tolist() == [12, 12, 12]
    later = f(first)
    first.zero_()
    assert later.tolist() == [6, 6, 6]
    assert copy.deepcopy(f(later)).tolist() == pickle.loads(pickle.dumps(f(later))).tolist()


@ENGINES
def test_views_and_strides_go_in(engine: str) -> None:
    f = pl.compile(lambda t: t * 2, engine=engine)
    whole = x()
    assert same(f(whole.T), whole.T * 2) and same(f(whole[::2, 1:]), whole[::2, 1:] * 2)
    row = whole[0]
    f(row)
    whole += 1
    assert same(f(row), row * 2)  # written meanwhile
    assert f(pl.zeros(0, 3)).shape == (0, 3)


@ENGINES
def test_a_module_keeps_its_face(engine: str) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    c = pl.compile(model, engine=engine)
    assert list(c.state_dict()) == list(model.state_dict())
    assert [id(p) for p in c.parameters()] == [id(p) for p in model.parameters()]
    c.eval()
    assert not model.training and same(c(x()), model(x()))
    c.train()
    assert model.training and c(x()).requires_grad and c.traces == 2
    c.load_state_dict({k: v * 0 for k, v in c.state_dict().items()})
    c.eval()
    assert c(x()).abs().max() == 0 and c.traces == 2
    c.note = "set"
    assert model.note == "set"
    copied = copy.deepcopy(c)
    assert same(copied(x()), c(x())) and copied.traces == 1
    copied.train()
    assert not model.training


@ENGINES
def test_methods(engine: str) -> None:
    class Trainer:
        def __init__(self, rate: float) -> None:
            self.rate = rate

        @pl.compile(engine=engine)
        def step(self, t: Any) -> Any:
            return t * self.rate

    a, b = Trainer(2.0), Trainer(3.0)
    assert a.step(pl.ones(1)).item() == 2 and b.step(pl.ones(1)).item() == 3
    a.rate = 5.0
    assert a.step(pl.ones(1)).item() == 5 and b.step(pl.ones(1)).item() == 3
    assert a.step.traces == 2 and b.step.traces == 1
    bound = pl.compile(b.step._call, engine=engine)
    assert bound(pl.ones(1)).item() == 3


def test_a_forward_that_is_decorated() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        @pl.compile(engine="numpy")
        def forward(self, t: Any) -> Any:
            return self.layer(t).tanh()

    net = Net()
    assert same(net(x()), net.layer(x()).tanh()) and net.forward.traces == 1
    assert same(copy.deepcopy(net)(x()), net(x()))


@ENGINES
def test_compiled_inside_compiled(engine: str) -> None:
    inner = pl.compile(lambda t: t * 2, engine=engine)
    outer = pl.compile(lambda t: inner(t) + 1, engine=engine)
    assert same(outer(x()), x() * 2 + 1) and (inner.traces, outer.traces) == (0, 1)


# ---- when it traces anew -------------------------------------------------------------------------


def test_shapes_kinds_and_modes() -> None:
    model = nn.Linear(3, 2)
    f = pl.compile(model, engine="numpy")
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PellucidWarning)
        for change in [
            lambda: f(x()),
            lambda: f(x()),
            lambda: f(x()[:2]),
            lambda: f(x().requires_grad_()),
            lambda: quiet(f, x()),
            lambda: model.weight.requires_grad_(False) is None or f(x()),
            lambda: model.eval() is None or f(x()),
            lambda: model.double() is None or f(x().double()),
            lambda: f(x().double()),
        ]:
            change()
            seen.append(f.traces)
    assert seen == [1, 1, 2, 3, 4, 5, 6, 7, 7]


def quiet(f: Any, *args: Any) -> Any:
    with pl.no_grad():
        out = f(*args)
    assert not out.requires_grad
    return out


def test_settings_of_a_module() -> None:
    d = nn.Dropout(0.5)
    f = pl.compile(d, engine="numpy")
    assert not same(f(pl.ones(50)), pl.ones(50))
    d.p = 0.0
    assert same(f(pl.ones(50)), pl.ones(50)) and f.traces == 2
    net = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    g = pl.compile(net, engine="numpy")
    g(x())
    net[1] = nn.Tanh()
    assert same(g(x()), net(x())) and g.traces == 2
    net[0].weight = nn.Parameter(pl.ones(3, 3))
    assert same(g(x()), net(x())) and g.traces == 3
    net[0].weight.data = pl.zeros(3, 3)  # the same leaf: only its numbers are others
    assert same(g(x()), net(x())) and g.traces == 3


def test_what_a_function_finds_outside() -> None:
    k, table, outer = 2.0, {"k": 2.0, "deep": [1.0, {"n": 1}]}, pl.tensor([1.0])
    box = Box()
    words = [pl.ones(1)]

    def helper(t: Any) -> Any:
        return t + k

    f = pl.compile(
        lambda t: helper(t) * table["k"] * table["deep"][1]["n"] + box.scale + outer + words[0],
        engine="numpy",
    )
    one = pl.ones(1)

    def check(traces: int) -> None:
        want = (1 + k) * table["k"] * table["deep"][1]["n"] + box.scale + outer.item()
        assert f(one).item() == pytest.approx(want + words[0].item()) and f.traces == traces

    check(1)
    k = 3.0
    check(2)
    k = 2.0
    check(2)  # the first form is still there
    table["k"] = 5.0
    check(3)
    table["deep"][1]["n"] = 4
    check(4)
    box.scale = 7.0
    check(5)
    outer[0] = 9.0
    check(5)  # the same Tensor with other numbers
    outer = pl.tensor([4.0])
    check(6)
    words[0] = pl.zeros(1)
    check(7)


class Box:
    scale: float

    def __init__(self) -> None:
        self.scale = 0.5


def test_attributes_are_not_mistaken_for_globals() -> None:
    """`t.mean` is no reading of a global named mean."""
    code = "def step(t):\n    return t.mean(0)\n"
    room: dict[str, Any] = {"mean": 1.0, "t": 3}
    exec(code, room)
    f = pl.compile(room["step"], engine="numpy")
    f(x())
    room["mean"] = 2.0
    f(x())
    assert f.traces == 1


def test_rates_move_freely_and_betas_do_not() -> None:
    model = nn.Linear(3, 1)
    moves = pl.optim.Adam(model.parameters(), lr=0.1)

    @pl.compile(engine="numpy")
    def step(t: Any) -> Any:
        moves.zero_grad()
        loss = (model(t) ** 2).mean()
        loss.backward()
        moves.step()
        return loss

    for rate in (0.1, 0.05, 0.0):
        moves.param_groups[0]["lr"] = rate
        before = model.weight.detach().clone()
        step(x())
        assert step.traces == 1 and same(model.weight, before) == (rate == 0)
    moves.param_groups[0]["betas"] = (0.5, 0.9)
    step(x())
    assert step.traces == 2
    extra = pl.ones(2, requires_grad=True)
    moves.add_param_group({"params": [extra], "lr": 0.5})
    extra.grad = pl.ones(2)
    step(x())
    assert step.traces == 3


@ENGINES
def test_switching_modes_inside_and_outside(engine: str) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    moves = pl.optim.SGD(model.parameters(), lr=0.1)

    @pl.compile(engine=engine)
    def step(t: Any) -> Any:
        model.train()
        moves.zero_grad()
        loss = (model(t) ** 2).mean()
        loss.backward()
        moves.step()
        return loss

    @pl.compile(engine=engine)
    def score(t: Any) -> Any:
        model.eval()
        return (model(t) ** 2).mean()

    for _ in range(3):
        step(x())
        assert model.training
        first, again = score(x()), score(x())
        assert not model.training and first.item() == again.item()
    model.eval()
    step(x())
    assert (step.traces, score.traces) == (1, 1) and model.training


def test_many_forms_are_remarked_upon() -> None:
    f = pl.compile(lambda t, n: t * n, engine="numpy")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for n in range(7):
            f(x(), n)
    with pytest.warns(PellucidWarning) as seen:
        f(x(), 7)
    assert str(seen[0].message) == (
        "<lambda> was compiled 8 times: each new shape, each new Python number among its arguments "
        "and each new Tensor that it finds outside is a program of its own.\n"
        " Pass changing numbers as Tensors, and batches of one size."
    )
    assert seen[0].filename == __file__


# ---- a second call -------------------------------------------------------------------------------


def frames(call: Any) -> int:
    """How many Python functions of ours run in a call."""
    count = 0

    def look(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event == "call" and "pellucid" in frame.f_code.co_filename

    sys.setprofile(look)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


def test_warm_calls_run_no_python_per_op() -> None:
    def functional(depth: int) -> Any:
        weights = [pl.randn(3, 3).requires_grad_() for _ in range(3)]
        moves = pl.optim.Adam(weights, lr=0.01)

        def step(t: Any) -> Any:
            moves.zero_grad()
            for i in range(depth):
                t = (t @ weights[i % 3]).tanh() + t
            loss = (t**2).mean()
            loss.backward()
            moves.step()
            return loss

        call = pl.compile(step)
        for _ in range(3):
            call(x())
        assert call.traces == 1
        return frames(lambda: call(x()))

    assert functional(3) == functional(12) < 150


def test_warm_calls_neither_trace_nor_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    import jax

    step = pl.compile(lambda t: (t * 2).sum())
    step(x())
    compiled = []
    monkeypatch.setattr(jax, "jit", lambda *a, **k: compiled.append(a))
    runs = step.traces, step._latest.run.compiled
    for _ in range(3):
        step(x())
    assert runs == (step.traces, step._latest.run.compiled) and compiled == []


def test_the_program_can_be_read() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh())
    f = pl.compile(model, engine="numpy")
    f(x())
    text = str(f.program)
    assert "linear" in text and "tanh" in text and "0.weight" in text
