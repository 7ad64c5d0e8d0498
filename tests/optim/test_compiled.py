"""Optimizers, schedules and averages in compiled steps: the same paths, and traced once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.optim.names import BY_NAME

RULES: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.05, "momentum": 0.9, "nesterov": True},
    "Adam": {"lr": 0.01, "amsgrad": True},
    "AdamW": {"lr": 0.01},
    "RMSprop": {"lr": 0.01, "momentum": 0.5},
    "Adagrad": {"lr": 0.1, "initial_accumulator_value": 0.5, "lr_decay": 0.1},
    "Adadelta": {"lr": 1.0},
    "Adamax": {"lr": 0.01},
    "NAdam": {"lr": 0.01, "momentum_decay": 0.1},
    "RAdam": {"lr": 0.01, "betas": (0.9, 0.9)},
    "Rprop": {"lr": 0.01},
    "ASGD": {"lr": 0.05, "t0": 3},
    "Adafactor": {"lr": 0.05},
    "Lion": {"lr": 0.01, "weight_decay": 0.1},
    "Muon": {"lr": 0.02, "ns_steps": 2},
}
SHAPES = [(3, 4), (4,)]
MORE = [(), (80, 70)]  # a single number, and a weight that is large enough to be moved by itself


class Walk:
    """All rules at once, each with weights of its own: one program to compile."""

    def __init__(self, engine: str | None) -> None:
        draw = np.random.default_rng(0)
        self.weights: dict[str, list[pl.Tensor]] = {}
        self.optimizers: list[Any] = []
        for name, options in RULES.items():
            shapes = SHAPES[:1] if name == "Muon" else SHAPES + MORE * (name == "NAdam")
            start = [draw.normal(size=s).astype("float32") for s in shapes]
            own = self.weights[name] = [pl.tensor(a).requires_grad_() for a in start]
            self.optimizers.append(getattr(pl.optim, name)(own, **options))
        self.step = self._step if engine is None else pl.compile(self._step, engine=engine)
        for t in range(4):
            self.step(pl.tensor(np.float32(0.5 - t)))
            for optimizer in self.optimizers:
                optimizer.param_groups[0]["lr"] *= 0.8

    def _step(self, x: pl.Tensor) -> pl.Tensor:
        loss = pl.zeros(())
        for optimizer, own in zip(self.optimizers, self.weights.values(), strict=True):
            optimizer.zero_grad()
            for w in own:
                loss = loss + ((w - x) ** 2).sum() + w.sum()
        loss.backward()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss

    def arrays(self, i: int, name: str) -> list[Any]:
        state = self.optimizers[i].state_dict()["state"]
        kept = [v.numpy() for held in state.values() for v in held.values()]
        return [*(w.detach().numpy() for w in self.weights[name]), *kept]


@pytest.fixture(scope="module")
def eager() -> Walk:
    return Walk(None)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_every_rule_walks_its_path_in_a_compiled_step(eager: Walk, engine: str) -> None:
    compiled = Walk(engine)
    assert compiled.step.traces == 1  # type: ignore[attr-defined]
    for i, name in enumerate(RULES):
        for a, b in zip(eager.arrays(i, name), compiled.arrays(i, name), strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6, err_msg=name)


def cycled(rule: str, engine: str | None, steps: int = 8) -> Any:
    w = pl.tensor([3.0, -2.0], requires_grad=True)
    optimizer = getattr(pl.optim, rule)([w], lr=0.1, **{"SGD": {"momentum": 0.9}}.get(rule, {}))
    schedule = pl.optim.lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=steps)

    def step(x: pl.Tensor) -> None:
        optimizer.zero_grad()
        ((w - x) ** 2).sum().backward()
        optimizer.step()

    taken = step if engine is None else pl.compile(step, engine=engine)
    for t in range(steps):
        taken(pl.tensor([1.0, 0.1 * t]))
        schedule.step()
    return w.tolist(), getattr(taken, "traces", 1)


@pytest.mark.parametrize(
    "rule", ["SGD", "Adam", "AdamW", "RMSprop", "NAdam", "RAdam", "Adamax", "Lion"]
)
def test_a_cycle_of_rate_and_momentum_is_traced_once(rule: str) -> None:
    path, traces = cycled(rule, "numpy")
    assert traces == 1 and path == pytest.approx(cycled(rule, None)[0], rel=1e-6)


def test_a_cycle_in_fit() -> None:
    draw = np.random.default_rng(1)
    x, y = draw.normal(size=(48, 3)).astype("float32"), draw.normal(size=(48, 1)).astype("float32")
    losses = []
    for engine in ("numpy", "xla"):
        pl.manual_seed(0)
        model = nn.Linear(3, 1)
        optimizer = pl.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        schedule = pl.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=20)
        history = pl.fit(
            model, (x, y), optimizer=optimizer, schedule=schedule, epochs=5, batch_size=16,
            validation=0, engine=engine, progress=False,
        )  # fmt: skip
        losses.append([*history.train_loss, optimizer.param_groups[0]["momentum"]])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0][-1] != 0.9


@pytest.mark.parametrize("name", BY_NAME)
def test_fit_takes_every_name(name: str) -> None:
    pl.manual_seed(0)
    x = pl.linspace(-1, 1, 32).reshape(-1, 1)
    model = nn.Linear(1, 1, bias=name != "muon")
    rate = {"adadelta": 30.0}.get(name, 0.05)
    history = pl.fit(
        model, (x, 2 * x), optimizer=name, lr=rate, epochs=8, batch_size=16, validation=0,
        engine="numpy", progress=False,
    )  # fmt: skip
    assert history.train_loss[-1] < history.train_loss[0]
    assert history.optimizer.lower() == name


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in BY_NAME if n not in ("adam", "adamw", "sgd")])
def test_members_of_a_population_walk_alone(name: str) -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(40, 3)).astype("float32")
    data = x, x @ np.array([[1.0], [2.0], [-1.0]], np.float32)
    shared: dict[str, Any] = {
        "optimizer": name, "epochs": 3, "batch_size": 16, "validation": 0, "progress": False,
    }  # fmt: skip

    def made() -> Any:
        bias = name != "muon"
        return nn.Sequential(nn.Linear(3, 4, bias=bias), nn.Tanh(), nn.Linear(4, 1, bias=bias))

    found = pl.population(made, data, seeds=[1, 2], lr=[0.05, 0.01], shuffles="own", **shared)
    for i, member in enumerate(found.members):
        pl.manual_seed(member["seed"])
        own = {"seed": member["seed"], "lr": member["lr"], "engine": "numpy", **shared}
        alone = pl.fit(made(), data, **own)
        np.testing.assert_allclose(found.history(i).train_loss, alone.train_loss, rtol=1e-5)


# ---- gradients of several batches ---------------------------------------------------------------


@pytest.mark.parametrize("engine", [None, "numpy", "xla"])
def test_gradients_of_several_batches_add_up_to_one_of_a_large_one(engine: str | None) -> None:
    draw = np.random.default_rng(2)
    x, y = draw.normal(size=(3, 8, 3)).astype("float32"), draw.normal(size=(3, 8, 1))
    inputs, targets = pl.tensor(x), pl.tensor(y.astype("float32"))

    def made() -> Any:
        pl.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        return model, pl.optim.AdamW(model.parameters(), lr=0.05)

    whole, large = made()
    for _ in range(3):
        large.zero_grad()
        nn.functional.mse_loss(whole(inputs.reshape(24, 3)), targets.reshape(24, 1)).backward()
        large.step()

    parts, small = made()

    def share(x: pl.Tensor, y: pl.Tensor) -> pl.Tensor:
        loss: pl.Tensor = nn.functional.mse_loss(parts(x), y) / 3
        loss.backward()
        return loss

    def step() -> None:
        small.step()
        small.zero_grad()

    if engine is not None:
        share, step = (pl.compile(f, engine=engine) for f in (share, step))  # type: ignore[assignment]
    for _ in range(3):
        for i in range(3):
            share(inputs[i], targets[i])
        step()
    for a, b in zip(whole.parameters(), parts.parameters(), strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=2e-4, atol=2e-6)
