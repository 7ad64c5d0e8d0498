"""What a compiled function can't do is refused: what, where, and what to write in its place."""

from __future__ import annotations

import importlib
import random
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import DTypeError, GraphError, PellucidError, ShapeError, TraceError
from pellucid.graph.mode import current
from pellucid.nn import functional as F

HERE = Path(__file__).name
X = pl.tensor(np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32))


def complaint(call: Any, *args: Any, error: Any = TraceError) -> str:
    """What compiling it says, with the line of `call` as LINE."""
    texts = set()
    for engine in ("numpy", "xla"):
        with pytest.raises(error) as caught:
            pl.compile(call, engine=engine)(*args)
        texts.add(str(caught.value))
    (text,) = texts
    first = call.__code__.co_firstlineno
    for line in range(first, first + 8):
        text = text.replace(f"{HERE}:{line}", f"LINE+{line - first}")
    return text


ASKED = (
    "the value of this Tensor is not known (asked for at LINE+{}): only shapes are tracked here.\n"
    " Ask for numbers outside the traced function, or use where() instead of if."
)


def test_an_installed_package_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is that of the function which called the package."""
    package = tmp_path / "site-packages"
    package.mkdir()
    (package / "scores_of.py").write_text("def score(x):\n    return float(x.sum())\n")
    monkeypatch.syspath_prepend(str(package))
    scores_of = importlib.import_module("scores_of")

    def scored(x: Any) -> Any:
        return x * scores_of.score(x)

    assert complaint(scored, X) == ASKED.format(1)


def listed(x: Any) -> Any:
    return pl.tensor([x.sum(), x.mean()])


def test_a_list_of_unknown_tensors() -> None:
    assert complaint(listed, X) == (
        "a list of Tensors is read as numbers (at LINE+1), and only shapes are known here.\n"
        " Put them together with stack([…]), which keeps the graph too."
    )


def branches(x: Any) -> Any:
    y = x.sum()
    if y > 0:
        return y
    return -y


def loops(x: Any) -> Any:
    while x.abs().max() > 1:
        x = x / 2
    return x


@pytest.mark.parametrize(("call", "line"), [(branches, 2), (loops, 1)])
def test_branches_on_values(call: Any, line: int) -> None:
    assert complaint(call, X) == ASKED.format(line)


ASKING = {
    "item": lambda x: x.sum().item(),
    "float": lambda x: float(x.sum()),
    "int": lambda x: int(x[0, 0]),
    "numpy": lambda x: x.detach().numpy(),
    "tolist": lambda x: x.tolist(),
    "asarray": lambda x: np.asarray(x),
    "a NumPy function": lambda x: np.sin(x),
    "format": lambda x: f"{x.sum():.3f}",
    "and": lambda x: (x > 0).all() and x,
    "in": lambda x: 1 in x,
    "sorted": lambda x: sorted(x.sum(1)),
    "range": lambda x: range(x[0, 0].long()),
    "allclose": lambda x: pl.allclose(x, x * 1),
    "equal": lambda x: pl.equal(x, x * 1),
    "arange": lambda x: pl.arange(x[0, 0]),
}


@pytest.mark.parametrize("name", ASKING)
def test_asking_for_numbers(name: str) -> None:
    assert complaint(ASKING[name], X) == ASKED.format(0)


SIZED = {
    "nonzero": lambda x: x[x > 0],
    "unique": lambda x: x.unique(),
}


@pytest.mark.parametrize("name", SIZED)
def test_sizes_that_depend_on_values(name: str) -> None:
    assert complaint(SIZED[name], X) == (
        f"{name} gives a Tensor whose size depends on the values (asked for at LINE+0), "
        "and only shapes are known here.\n"
        " Compute it before tracing, or use where() with a mask."
    )


def test_drawing_by_values() -> None:
    assert complaint(lambda x: pl.multinomial(x.abs(), 2), X) == (
        "multinomial draws by values (asked for at LINE+0), and only shapes are known here.\n"
        " Draw outside of the compiled function and pass the positions in."
    )


def test_seeding() -> None:
    for what, call in {
        "manual_seed": lambda x: pl.manual_seed(3) and x,
        "set_state": lambda x: pl.set_rng_state(pl.zeros(4)),
    }.items():
        assert complaint(call, X) == (
            f"{what} in a compiled function would seed once, and not at every call (at LINE+0).\n"
            " Seed where the function is called."
        )


# ---- what changes outside -----------------------------------------------------------------------


OUTSIDE = (
    "{} (LINE+0) {} {}, which lies outside of it. A compiled function is run by Python once, and "
    "never again.\n Return the value, and change {} where the function is called."
)
COUNT = 0


def test_lists_dicts_counters_and_objects() -> None:
    seen: list[Any] = []
    table: dict[str, Any] = {"best": 1.0}
    box = type("Box", (), {})()
    box.best = 1.0
    n = 0

    def fills(x: Any) -> Any:
        seen.append(x.sum())
        return x

    def betters(x: Any) -> Any:
        table["best"] = 2.0
        return x

    def counts(x: Any) -> Any:
        nonlocal n
        n += 1
        return x

    def counts_globally(x: Any) -> Any:
        global COUNT
        COUNT += 1
        return x

    def sets(x: Any) -> Any:
        box.best = 3.0
        return x

    for call, what, name in [
        (fills, "fills", "seen"),
        (betters, "changes", "table['best']"),
        (counts, "changes", "n"),
        (counts_globally, "changes", "COUNT"),
        (sets, "changes", "box.best"),
    ]:
        table["best"] = box.best = 1.0
        text = ""
        with pytest.raises(TraceError) as caught:
            pl.compile(call, engine="numpy")(X)
        text = str(caught.value).replace(f"{HERE}:{call.__code__.co_firstlineno}", "LINE+0")
        assert text == OUTSIDE.format(call.__name__, what, name, name)

    def helped(x: Any) -> Any:
        return fills(x)

    with pytest.raises(TraceError, match=r"^helped \(.*\) fills seen, which lies outside of it"):
        pl.compile(helped, engine="numpy")(X)


class Counting(nn.Module):
    def __init__(self, what: str) -> None:
        super().__init__()
        self.what, self.calls, self.seen = what, 0, []

    def forward(self, x: Any) -> Any:
        if self.what == "counts":
            self.calls += 1
        else:
            self.seen.append(x)
        return x


def test_modules_that_count() -> None:
    for what, said in {"counts": "changes self.calls", "keeps": "fills self.seen"}.items():
        with pytest.raises(TraceError) as caught:
            pl.compile(Counting(what), engine="numpy")(X)
        assert str(caught.value) == (
            f"Counting.forward {said}. A compiled function is run by Python once, and never again."
            "\n Return the value, or keep a Tensor in a buffer, which is written each time: "
            "self.register_buffer(…)."
        )


def test_arguments_that_change() -> None:
    before = X.clone()
    for call in (lambda x: x.add_(1), lambda x: x[0].zero_(), lambda x: x.relu_()):
        assert complaint(call, X) == (
            "the function changes its argument x in place (at LINE+0), which a compiled function "
            "can't hand back.\n Return the new value, or work on a copy: x = x.clone()."
        )
    assert (before == X).all()
    for call, given in [
        (lambda d: d.update(k=1), {"x": X}),
        (lambda d: d.append(X), [X]),
        (lambda d: d.__setitem__("x", X), {"x": X}),
    ]:
        assert complaint(call, given) == (
            "the function changes a list, dict or object among its arguments, which a compiled "
            "function can't hand back.\n Return what is new."
        )


class Answer:
    def __init__(self, x: Any) -> None:
        self.x = x


def test_objects_that_hold_results() -> None:
    assert complaint(lambda x: Answer(x * 2), X) == (
        "the function returns an Answer with Tensors in it, which a compiled function can't fill.\n"
        " Return a tuple, list or dict, and make the object outside."
    )


class Heavy(pl.optim.Optimizer):
    """As people write them: momentum made where it is first needed."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr})

    def step(self, closure: Any = None) -> None:
        with pl.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    held = self.state[p]
                    if "m" not in held:
                        held["m"] = pl.zeros_like(p)
                    held["m"].mul_(0.9).add_(p.grad)
                    p.add_(held["m"], alpha=-group["lr"])


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_optimizers_of_ones_own(engine: str) -> None:
    def losses(compiled: bool) -> list[float]:
        pl.manual_seed(0)
        net = nn.Linear(3, 1)
        moves = Heavy(net.parameters(), 0.1)

        def step(x: Any) -> Any:
            moves.zero_grad()
            loss = net(x).pow(2).mean()
            loss.backward()
            moves.step()
            return loss

        call: Any = pl.compile(step, engine=engine) if compiled else step
        if compiled:
            with pytest.raises(TraceError) as caught:
                call(X)
            assert str(caught.value) == (
                "Heavy.step makes its state at the first step, and a compiled function can't keep "
                "what it makes.\n Make it in __init__, or take one step before compiling."
            )
        found = [step(X).item()]
        for rate in (0.1, 0.1, 0.05):
            moves.param_groups[0]["lr"] = rate
            found += [call(X).item(), call(X).item()]
        assert not compiled or call.traces == 2  # its rate is read like any number
        return found

    np.testing.assert_allclose(losses(True), losses(False), rtol=1e-4)


def test_working_on_a_copy_is_fine() -> None:
    def call(x: Any) -> Any:
        x = x.clone()
        x[0] = 1
        x += 1
        own = []
        own.append(x)
        return own[0]

    for engine in ("numpy", "xla"):
        got = pl.compile(call, engine=engine)(X)
        assert (got[0] == 2).all() and pl.allclose(got[1:], X[1:] + 1)


# ---- mistakes that are the same op by op --------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda x: x @ x, ShapeError),
        (lambda x: x + pl.ones(4), ShapeError),
        (lambda x: F.linear(x, pl.ones(2, 4)), ShapeError),
        (lambda x: x.reshape(4, 4), ShapeError),
        (lambda x: x.sum(5), PellucidError),
        (lambda x: F.embedding(x, x), DTypeError),
        (lambda x: x.backward(), GraphError),
        (lambda x: (x * pl.ones(3, requires_grad=True)).backward(), GraphError),
    ],
)
def test_mistakes_read_as_they_do_eagerly(call: Any, error: Any) -> None:
    with pytest.raises(error) as eager:
        call(X.clone())
    assert complaint(call, X, error=error) == str(eager.value).replace(
        f"{HERE}:{call.__code__.co_firstlineno}", "LINE+0"
    )


# ---- afterwards ---------------------------------------------------------------------------------


def test_a_failed_trace_leaves_everything_as_it_was() -> None:
    pl.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    moves = pl.optim.Adam(net.parameters())
    net(X).sum().backward()

    def standing() -> list[Any]:
        out: list[Any] = [pl.get_rng_state().tolist(), current().symbolic, current().trace]
        for p in net.parameters():
            out += [id(p), id(p._node), p.tolist(), id(p.grad), p.grad.tolist()]
        return out + [(id(b), id(b._node), b.tolist()) for b in net.buffers()]

    def step(x: Any) -> Any:
        moves.zero_grad()
        loss = net(x).pow(2).mean()
        loss.backward()
        moves.step()
        with pl.no_grad():
            net[0].weight.mul_(2)
        net[0].bias.data = net[0].bias.data + 1
        return loss if loss > 0 else -loss

    before = standing()
    for engine in ("numpy", "xla"):
        call = pl.compile(step, engine=engine)
        for _ in range(2):
            with pytest.raises(TraceError):
                call(X)
            assert standing() == before and call.traces == 0
    moves.step()
    assert standing() != before
    assert moves.state_dict()["state"][0]["step"].item() == 1


def test_values_that_leak_say_where_they_came_from() -> None:
    hidden = threading.local()  # where nobody looks

    def keeps(x: Any) -> Any:
        hidden.last = x * 2
        return hidden.last

    pl.compile(keeps, engine="numpy")(X)
    with pytest.raises(TraceError) as caught:
        hidden.last.tolist()
    line = keeps.__code__.co_firstlineno + 1
    assert str(caught.value) == (
        f"this Tensor was made at {HERE}:{line} while a function was being compiled, and has no "
        "value.\n Let the function return it."
    )


def test_random_numbers_of_python_and_numpy() -> None:
    text = (
        "<lambda> (LINE+0) draws random numbers from Python or NumPy, which a compiled function "
        "would do once, and then use the same ones at every call.\n"
        " Draw with pellucid.rand, randn or randint: they go on with each call."
    )
    draws = (lambda x: x * random.random(), lambda x: x + float(np.random.rand()))  # noqa: NPY002
    for draw in draws:
        assert complaint(draw, X) == text


def test_a_refusal_that_the_function_swallows() -> None:
    def tries(x: Any) -> Any:
        try:
            return x if x.sum() > 0 else -x
        except Exception:
            return x * 0

    assert complaint(tries, X) == ASKED.format(2)


def test_a_rate_that_is_a_tensor_is_read_before_each_step() -> None:
    w = pl.ones(2, requires_grad=True)
    optimizer = pl.optim.SGD([w], lr=pl.tensor(0.5))

    @pl.compile(engine="numpy")
    def step() -> None:
        optimizer.zero_grad()
        w.sum().backward()
        optimizer.step()

    for rate in (0.5, 0.25, 0.125):
        optimizer.param_groups[0]["lr"].fill_(rate)
        step()
    assert (step.traces, w.tolist()) == (1, [0.125, 0.125])
