"""Programs as people write them give the numbers of eager code when they are compiled."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.nn import functional as F

Compile = Callable[[Any], Any]
PROGRAMS: dict[str, Callable[[Compile], Any]] = {}


def program(make: Callable[[Compile], Any]) -> Callable[[Compile], Any]:
    """Run once as it is, and once with everything compiled."""
    PROGRAMS[make.__name__] = make
    return make


def rows(seed: int, *shape: int) -> Any:
    shape = shape or (8, 4)
    return pl.tensor(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def classes(seed: int, n: int = 8, k: int = 3) -> Any:
    return pl.tensor(np.random.default_rng(100 + seed).integers(0, k, n))


def small() -> Any:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))


def sgd(model: Any) -> Any:
    return pl.optim.SGD(model.parameters(), lr=0.1)


def trains(c: Compile, model: Any, optimizer: Any) -> Any:
    @c
    def step(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return step


@program
def results_of_every_kind(c: Compile) -> Any:
    model = small()

    @c
    def look(x: Any, y: Any) -> Any:
        out = model(x)
        right = out.argmax(1) == y
        return F.cross_entropy(out, y), {"accuracy": right.float().mean(), "rows": len(x)}, None

    return [look(rows(i), classes(i)) for i in range(5)]


@program
def arguments_of_every_kind(c: Compile) -> Any:
    model = small()

    @c
    def call(x: Any, mask: Any = None, how: str = "sum", *, by: Any = 1.0, more: Any = ()) -> Any:
        y = model(x) * by
        if mask is not None:
            y = y * mask
        for each in more:
            y = y + each
        return getattr(y, how)()

    x = rows(0)
    return [
        call(x),
        call(x, mask=rows(2, 8, 1)),
        call(x, None, "mean"),
        call(x, how="mean", by=3.0),
        call(x, more=(1, rows(3, 8, 3))),
    ]


@program
def two_players(c: Compile) -> Any:
    g, d = nn.Linear(2, 4), nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    of_g = pl.optim.Adam(g.parameters(), lr=0.01)
    of_d = pl.optim.Adam(d.parameters(), lr=0.01, betas=(0.5, 0.999))

    @c
    def step(real: Any, z: Any) -> Any:
        of_d.zero_grad()
        fake, loss = g(z), F.binary_cross_entropy_with_logits
        first = loss(d(real), pl.ones(8, 1)) + loss(d(fake.detach()), pl.zeros(8, 1))
        first.backward()
        of_d.step()
        of_g.zero_grad()
        second = loss(d(fake), pl.ones(8, 1))
        second.backward()
        of_g.step()
        return first, second

    return [step(rows(i), rows(i + 50, 8, 2)) for i in range(5)]


@program
def gradients_that_add_up(c: Compile) -> Any:
    model = small()
    moves = sgd(model)

    @c
    def step(x: Any, y: Any, last: bool) -> Any:
        loss = F.cross_entropy(model(x), y) / 2
        loss.backward()
        if last:
            moves.step()
            moves.zero_grad()
        return loss

    told = [step(rows(i), classes(i), i % 2 == 1) for i in range(6)]
    return [*told, *model.parameters()]


@program
def gradient_penalty(c: Compile) -> Any:
    critic = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    moves = pl.optim.Adam(critic.parameters(), lr=0.01)

    @c
    def step(x: Any, z: Any) -> Any:
        moves.zero_grad()
        between = (x * 0.3 + z * 0.7).detach().requires_grad_(True)
        (slope,) = pl.autograd.grad(critic(between).sum(), between, create_graph=True)
        loss = critic(x).mean() - critic(z).mean() + ((slope.norm(dim=1) - 1) ** 2).mean()
        loss.backward()
        moves.step()
        return loss

    return [step(rows(i), rows(i + 20)) for i in range(5)]


@program
def averaged_weights(c: Compile) -> Any:
    model = small()
    slow, moves = copy.deepcopy(model), sgd(model)

    @c
    def step(x: Any, y: Any) -> Any:
        moves.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        moves.step()
        with pl.no_grad():
            new = model.state_dict()
            for name, value in slow.state_dict().items():
                value.copy_(value * 0.9 + new[name] * 0.1)
        return loss

    told = [step(rows(i), classes(i)) for i in range(5)]
    return [*told, *slow.parameters()]


@program
def layers_frozen_midway(c: Compile) -> Any:
    model = small()
    step = trains(c, model, sgd(model))
    told = []
    for i in range(6):
        model[0].requires_grad_(i not in (2, 3))
        told.append(step(rows(i), classes(i)))
    return [*told, *model.parameters()]


@program
def training_and_evaluation(c: Compile) -> Any:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3))
    step = trains(c, model, sgd(model))

    @c
    @pl.no_grad()
    def look(x: Any) -> Any:
        model.eval()
        return model(x)

    told = []
    for i, n in enumerate((8, 8, 5)):
        pl.manual_seed(i)
        model.train()
        told += [step(rows(i, n, 4), classes(i, n)), look(rows(9))]
    return told


@program
def hidden_state_from_call_to_call(c: Compile) -> Any:
    net, head = nn.LSTM(4, 5, batch_first=True), nn.Linear(5, 3)
    moves = pl.optim.Adam([*net.parameters(), *head.parameters()], lr=0.01)

    @c
    def step(x: Any, y: Any, state: Any = None) -> Any:
        moves.zero_grad()
        out, state = net(x, state)
        loss = F.cross_entropy(head(out[:, -1]), y)
        loss.backward()
        moves.step()
        return loss, tuple(s.detach() for s in state)

    told, state = [], None
    for i in range(4):
        loss, state = step(rows(i, 8, 6, 4), classes(i), state)
        told.append(loss)
    return [*told, state]


@program
def queues_and_positions(c: Compile) -> Any:
    class Queue(nn.Module):
        q: Any
        at: Any

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("q", pl.zeros(6, 4))
            self.register_buffer("at", pl.zeros((), dtype=pl.int64))

        def forward(self, x: Any) -> Any:
            self.q = pl.cat([self.q[2:], x[:2]])
            self.at += 2
            self.at %= 6
            return (x @ self.q.t()).sum()

    net, table = Queue(), pl.zeros(6, 4)
    call = c(net)

    @c
    def put(x: Any, i: Any) -> Any:
        table[i] = x.mean(0)
        return table.sum()

    told = [(call(rows(i)), put(rows(i), pl.tensor(i))) for i in range(5)]
    return [told, net.q, net.at, table]


@program
def words_with_padding(c: Compile) -> Any:
    model = nn.Sequential(nn.Embedding(10, 4, padding_idx=0), nn.Flatten(), nn.Linear(12, 3))
    step = trains(c, model, pl.optim.Adam(model.parameters(), lr=0.05))
    told = [step(classes(i, 24, 10).reshape(8, 3), classes(i)) for i in range(5)]
    return [*told, model[0].weight]


@program
def compiled_inside_compiled(c: Compile) -> Any:
    model = small()
    inner = c(model)
    loss = c(lambda x, y: F.cross_entropy(inner(x), y))
    moves = sgd(model)

    @c
    def step(x: Any, y: Any) -> Any:
        moves.zero_grad()
        out = loss(x, y)
        out.backward()
        moves.step()
        return out

    told = [step(rows(i), classes(i)) for i in range(4)]
    return [*told, inner(rows(1)), loss(rows(1), classes(1))]


@program
def a_function_that_calls_itself(c: Compile) -> Any:
    def power(x: Any, n: int) -> Any:
        return x if n == 0 else power(x, n - 1) * x

    call = c(power)
    return [call(rows(i), 2) for i in range(3)]


@program
def weights_loaded_between_calls(c: Compile) -> Any:
    model = small()
    moves = pl.optim.Adam(model.parameters(), lr=0.05)
    step, first = trains(c, model, moves), copy.deepcopy(model.state_dict())
    told = [step(rows(i), classes(i)) for i in range(3)]
    moments = copy.deepcopy(moves.state_dict())
    model.load_state_dict(first)
    moves.load_state_dict(moments)
    return [*told, *(step(rows(i), classes(i)) for i in range(3)), *model.parameters()]


@program
def copies_and_pickles(c: Compile) -> Any:
    model = small()
    call = c(model)
    told = [call(rows(0))]
    other, read = copy.deepcopy(call), pickle.loads(pickle.dumps(call))
    with pl.no_grad():
        model[0].weight.mul_(2)
    return [*told, call(rows(0)), other(rows(0)), read(rows(0))]


@program
def only_the_model_compiled(c: Compile) -> Any:
    model = small()
    call, moves, told = c(model), sgd(model), []
    for i in range(4):
        moves.zero_grad()
        loss = F.cross_entropy(call(rows(i)), classes(i))
        loss.backward()
        moves.step()
        told.append(loss)
    return told


@program
def hooks_that_keep_a_value(c: Compile) -> Any:
    model, kept, told = small(), {}, []
    model[0].register_forward_hook(lambda m, given, out: kept.__setitem__("h", out.detach()))
    call = c(model)
    for i in range(3):
        told += [call(rows(i)), kept["h"]]
    return told


def flat(value: Any) -> list[Any]:
    if isinstance(value, pl.Tensor):
        return [value.detach().numpy().astype(np.float64)]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [part for each in value for part in flat(each)]
    return [] if value is None else [np.float64(value)]


def outcome(name: str, compile_it: Compile) -> list[Any]:
    pl.manual_seed(0)
    return flat(PROGRAMS[name](compile_it))


SLOWER = ("two_players", "gradient_penalty", "queues_and_positions", "hooks_that_keep_a_value")
RUNS = [(name, "numpy") for name in PROGRAMS] + [(name, "xla") for name in SLOWER]


@pytest.mark.parametrize(("name", "engine"), RUNS)
def test_compiled_as_eager(name: str, engine: str) -> None:
    expected = outcome(name, lambda call: call)
    got = outcome(name, lambda call: pl.compile(call, engine=engine))
    assert len(got) == len(expected)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-5)
