"""Weights and moments that a compiled step holds are read, written, saved and loaded like any."""

from __future__ import annotations

import copy
import gc
import pickle
import signal
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn

ENGINES = pytest.mark.parametrize("engine", ["numpy", "xla"])
DRAW = np.random.default_rng(0)
X = pl.tensor(DRAW.normal(size=(8, 3)).astype(np.float32))
Y = X.sum(1, keepdim=True)


class Trained:
    """A small network, its optimizer and its step, compiled or not."""

    def __init__(self, engine: str | None = None, optimizer: Any = None, **more: Any) -> None:
        pl.manual_seed(0)
        self.model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 1))
        made = optimizer or pl.optim.Adam
        self.moves = made(self.model.parameters(), **{"lr": 0.05, **more})
        self.call: Any = pl.compile(self.step, engine=engine) if engine else self.step

    def step(self, x: Any, y: Any) -> Any:
        self.moves.zero_grad()
        loss = ((self.model(x) - y) ** 2).mean()
        loss.backward()
        self.moves.step()
        return loss

    def losses(self, n: int = 1) -> list[float]:
        return [self.call(X, Y).item() for _ in range(n)]

    @property
    def weight(self) -> Any:
        return self.model[0].weight


def both(engine: str, act: Callable[[Trained], Any], **more: Any) -> Trained:
    """Three steps, something between, three steps: as it is op by op."""
    eager, compiled = Trained(**more), Trained(engine, **more)
    found = []
    for one in (eager, compiled):
        before = one.losses(3)
        act(one)
        found.append(before + one.losses(3) + one.model.state_dict()["0.weight"].flatten().tolist())
    np.testing.assert_allclose(found[1], found[0], rtol=2e-4, atol=1e-5)
    return compiled


def in_place(t: Trained) -> None:
    with pl.no_grad():
        t.weight.mul_(0.5)
        t.weight[0] = 0
        t.model[3].bias += 1


def other_data(t: Trained) -> None:
    t.weight.data = pl.ones(4, 3)  # not looked at before
    assert t.model[0].bias.abs().sum() > 0
    assert (t.weight == 1).all()


def through_numpy(t: Trained) -> None:
    t.weight.detach().numpy()[...] = 0.25


def through_a_view(t: Trained) -> None:
    t.weight.data[1:3].fill_(0.5)


def eager_steps(t: Trained) -> None:
    for _ in range(2):
        t.step(X, Y)


def smaller_batch(t: Trained) -> None:
    t.call(X[:5], Y[:5])
    t.call(X, Y)
    t.call(X[:5], Y[:5])


def other_compiled(t: Trained) -> None:
    pl.compile(t.step, engine="xla")(X, Y)
    pl.compile(t.step, engine="numpy")(X, Y)
    t.call(X, Y)


def fresh_weights(t: Trained) -> None:
    pl.manual_seed(5)
    t.model[0].reset_parameters()


def reload(t: Trained) -> None:
    state, moments = copy.deepcopy(t.model.state_dict()), copy.deepcopy(t.moves.state_dict())
    first = t.losses(2)
    t.model.load_state_dict(state)
    t.moves.load_state_dict(moments)
    assert t.losses(2) == first
    t.model.load_state_dict(state)
    t.moves.load_state_dict(moments)


def moments_written(t: Trained) -> None:
    for held in t.moves.state.values():
        held["exp_avg"].zero_()


def moments_replaced(t: Trained) -> None:
    for held in t.moves.state.values():
        held["exp_avg_sq"] = pl.ones_like(held["exp_avg_sq"])


def forgotten(t: Trained) -> None:
    t.moves.state.clear()


def frozen(t: Trained) -> None:
    t.weight.requires_grad_(False)
    t.losses(2)
    t.weight.requires_grad_(True)


def looked_at(t: Trained) -> None:
    repr(t.weight), repr(t.moves), t.weight.grad.sum().item()
    assert t.weight.grad.shape == (4, 3)


def graph_between(t: Trained) -> None:
    t.model.eval()
    (t.model(X) ** 2).sum().backward()
    t.model.train()


ACTS = [
    in_place, other_data, through_numpy, through_a_view, eager_steps, smaller_batch, other_compiled,
    fresh_weights, reload, moments_written, moments_replaced, forgotten, frozen, looked_at,
    graph_between,
]  # fmt: skip


@ENGINES
@pytest.mark.parametrize("act", ACTS, ids=lambda f: f.__name__)
def test_whatever_happens_between_compiled_steps(engine: str, act: Any) -> None:
    both(engine, act)


@ENGINES
def test_momentum_survives_too(engine: str) -> None:
    more = {"optimizer": pl.optim.SGD, "momentum": 0.9, "dampening": 0.3}
    for act in (eager_steps, reload):
        both(engine, act, **more)


@ENGINES
def test_aliases_see_the_steps(engine: str) -> None:
    """As in PyTorch: `.data`, `state_dict()` and `.numpy()` are the weight, not a copy of it."""
    one = Trained(engine)
    early = one.weight.detach()  # before anything is compiled
    one.losses(2)
    array, state = one.weight.detach().numpy(), one.model.state_dict()
    row = one.weight.data[0]
    copied = {k: v.clone() for k, v in state.items()}
    one.losses(1)
    now = array.copy()
    assert (now != copied["0.weight"].numpy()).any()
    for alias in (early, one.weight, state["0.weight"]):
        assert (alias.detach().numpy() == now).all()
    assert (row.numpy() == now[0]).all()
    assert all((v != copied[k]).any() for k, v in state.items() if "running" in k)
    assert (copied["0.weight"].numpy() != now).any()  # and clones stay


def test_an_earlier_function_holds_no_weight() -> None:
    """Else each step of the later one brings all weights home, for somebody who never looks."""
    one = Trained("xla")
    one.losses(2)
    earlier, one.call = one.call, pl.compile(one.step, engine="xla")
    one.losses(2)
    assert "array" not in one.weight._node.__dict__
    held = one.weight.detach().numpy()  # while somebody does look, they come home
    one.losses(1)
    assert held is one.weight._node.__dict__["array"]
    earlier(X, Y)
    assert (one.weight.detach().numpy() == held).all()


@ENGINES
def test_copies_and_pickles(engine: str) -> None:
    one = Trained(engine)
    one.losses(3)
    model, moves = copy.deepcopy((one.model, one.moves))
    weights = pickle.loads(pickle.dumps(one.model)).state_dict()
    moments = pickle.loads(pickle.dumps(one.moves)).state_dict()["state"]
    for k, v in one.model.state_dict().items():
        assert (model.state_dict()[k] == v).all() and (weights[k] == v).all()
    for k, held in one.moves.state_dict()["state"].items():
        assert all((moments[k][name] == v).all() for name, v in held.items())
        assert held["step"].item() == 3
    other = Trained(engine)
    other.model, other.moves = model, moves
    assert other.losses(3) == one.losses(3)
    assert (model[0].weight == one.weight).all()


@ENGINES
def test_the_optimizer_counts_its_steps(engine: str) -> None:
    one = Trained(engine)
    one.losses(4)
    state = one.moves.state_dict()["state"]
    assert [held["step"].item() for held in state.values()] == [4.0] * len(state)
    assert one.model[1].num_batches_tracked.item() == 4


@ENGINES
def test_a_forward_beside_a_step(engine: str) -> None:
    one = Trained(engine)
    forward = pl.compile(one.model, engine=engine)
    seen = []
    for n in (8, 8, 5, 8):
        one.call(X[:n], Y[:n])
        one.model.eval()
        got = forward(X).detach().numpy()
        np.testing.assert_allclose(got, one.model(X).detach().numpy(), rtol=1e-4, atol=1e-6)
        seen.append(got)
        one.model.train()
    assert all((a != b).any() for a, b in pairwise(seen))
    assert (forward.traces, one.call.traces) == (1, 2)


@ENGINES
def test_gradients_are_there_or_are_not(engine: str) -> None:
    one = Trained(engine)
    one.losses(1)
    held = one.weight.grad
    copied = held.clone()
    one.losses(1)
    assert (held == copied).all() and (one.weight.grad != copied).any()
    other = Trained()
    bare = pl.compile(other.step, engine=engine, grads=False)
    losses = [bare(X, Y).item() for _ in range(3)]
    assert losses == Trained(engine).losses(3) and other.weight.grad is None


@pytest.mark.slow
@ENGINES
def test_another_kind_or_shape_of_weights(engine: str) -> None:
    one = Trained(engine, pl.optim.SGD)
    one.losses(1)
    one.model.double()
    out = one.call(X.double(), Y.double())
    assert out.dtype is pl.float64 and one.weight.dtype is pl.float64
    one = Trained(engine, pl.optim.SGD)
    one.losses(1)
    one.weight.data = pl.zeros(4, 2)
    one.call(X[:, :2], Y)
    assert one.weight.shape == (4, 2) and (one.model[0].bias != 0).any()


@pytest.mark.slow
def test_memory_does_not_grow() -> None:
    one = Trained("xla")
    forward = pl.compile(one.model)
    for _ in range(20):
        one.call(X, Y), forward(X)
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(1000):
        one.call(X, Y), forward(X)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_a_step_that_changes_weights_spends_graphs_made_before() -> None:
    for engine in ("numpy", "xla"):
        one = Trained(engine)
        one.losses(1)
        loss = one.model(X).sum()
        one.losses(1)
        with pytest.raises(pl.errors.GraphError, match="was changed in place"):
            loss.backward()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="signals to threads")
def test_ctrl_c_loses_no_weight() -> None:
    pl.manual_seed(0)
    net = nn.Linear(600, 600)
    moves = pl.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    rows = pl.randn(800, 600)

    @pl.compile
    def step(x: Any) -> Any:
        moves.zero_grad()
        loss = net(x).pow(2).mean()
        loss.backward()
        moves.step()
        return loss

    step(rows).item()
    main = threading.main_thread().ident
    assert main is not None
    for k in range(6):
        press = threading.Timer(0.05 + 0.007 * k, signal.pthread_kill, (main, signal.SIGINT))
        press.start()
        with pytest.raises(KeyboardInterrupt):
            while True:
                step(rows)
        press.join()
        assert np.isfinite(net.weight.sum().item()) and step(rows).item() > 0


@ENGINES
def test_weights_cut_from_a_row_are_moved(engine: Any) -> None:
    def weights(compiled: bool) -> list[list[float]]:
        row = pl.linspace(-1.0, 1.0, 7)
        matrix = row[:6].view(3, 2).requires_grad_()
        bias = nn.Parameter(row[6:])
        moves = pl.optim.Adam([matrix, bias], lr=0.1)

        def step(x: Any, y: Any) -> Any:
            moves.zero_grad()
            loss = (x @ matrix + bias - y).pow(2).mean()
            loss.backward()
            moves.step()
            return loss

        call: Any = pl.compile(step, engine=engine) if compiled else step
        losses = [call(X, Y).item() for _ in range(4)]
        return [losses, matrix.flatten().tolist(), bias.tolist()]

    for mine, plain in zip(weights(True), weights(False), strict=True):
        assert mine == pytest.approx(plain, rel=1e-4)
