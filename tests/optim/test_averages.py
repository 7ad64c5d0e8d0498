"""Averaged models are PyTorch's, in eager and in compiled training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import SettingError
from pellucid.optim import swa_utils

DRAW = np.random.default_rng(0)
BATCHES = [DRAW.normal(size=(8, 3)).astype("float32") for _ in range(4)]
START = {
    "0.weight": DRAW.normal(size=(4, 3)).astype("float32"),
    "2.weight": DRAW.normal(size=(1, 4)).astype("float32"),
}
WAYS: dict[str, Any] = {
    "equal": lambda lib: {},
    "equal, buffers too": lambda lib: {
        "use_buffers": True, "avg_fn": lib.optim.swa_utils.get_ema_avg_fn(0.5)
    },
    "one by one": lambda lib: {"avg_fn": lib.optim.swa_utils.get_swa_avg_fn()},
    "all equal": lambda lib: {"multi_avg_fn": lib.optim.swa_utils.get_swa_multi_avg_fn()},
    "moving": lambda lib: {"avg_fn": lib.optim.swa_utils.get_ema_avg_fn(0.8)},
    "all moving": lambda lib: {"multi_avg_fn": lib.optim.swa_utils.get_ema_multi_avg_fn(0.8)},
    "one's own": lambda lib: {"avg_fn": lambda a, b, n: a + (b - a) / (n + 2)},
}  # fmt: skip


def network(lib: Any) -> Any:
    model = lib.nn.Sequential(
        lib.nn.Linear(3, 4, bias=False), lib.nn.BatchNorm1d(4), lib.nn.Linear(4, 1, bias=False)
    )
    model.load_state_dict({k: lib.tensor(v) for k, v in START.items()}, strict=False)
    return model


def trained(lib: Any, options: Any, engine: str | None = None) -> Any:
    model = network(lib)
    average = lib.optim.swa_utils.AveragedModel(model, **options)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)

    def step(x: Any) -> None:
        optimizer.zero_grad()
        (model(x) ** 2).mean().backward()
        optimizer.step()
        average.update_parameters(model)

    taken = step if engine is None else pl.compile(step, engine=engine)
    for batch in BATCHES:
        taken(lib.tensor(batch))
    return average


def arrays(model: Any) -> dict[str, Any]:
    return {k: v.detach().numpy() for k, v in model.state_dict().items()}


@pytest.mark.parametrize("way", WAYS)
def test_the_average_is_pytorchs(torch: Any, way: str) -> None:
    ours, theirs = (trained(lib, WAYS[way](lib)) for lib in (pl, torch))
    a, b = arrays(ours), arrays(theirs)
    assert list(a) == list(b)
    for name, value in b.items():
        np.testing.assert_allclose(a[name], value, rtol=1e-5, atol=1e-6, err_msg=name)
        assert a[name].dtype == value.dtype
    fresh = swa_utils.AveragedModel(network(pl))
    fresh.load_state_dict({k: pl.tensor(v) for k, v in b.items()})
    x = BATCHES[0]
    out = fresh.eval()(pl.tensor(x)).detach().numpy()
    np.testing.assert_allclose(out, theirs.eval()(torch.tensor(x)).detach().numpy(), atol=1e-5)


@pytest.mark.parametrize(("way", "engine"), [*((w, "numpy") for w in WAYS), ("moving", "xla")])
def test_an_average_inside_a_compiled_step(way: str, engine: str) -> None:
    eager, compiled = trained(pl, WAYS[way](pl)), trained(pl, WAYS[way](pl), engine)
    for name, value in arrays(eager).items():
        np.testing.assert_allclose(arrays(compiled)[name], value, rtol=1e-5, atol=1e-6)


def test_statistics_measured_anew_are_pytorchs(torch: Any) -> None:
    found = []
    for lib in (pl, torch):
        average = trained(lib, {})
        average.eval()
        loader = [(lib.tensor(b), None) for b in BATCHES[:2]] + [lib.tensor(BATCHES[2])]
        lib.optim.swa_utils.update_bn(loader, average)
        assert not average.training and average.module[1].momentum == 0.1
        found.append(arrays(average))
        lib.optim.swa_utils.update_bn(loader, lib.nn.Linear(3, 1))  # nothing to measure
    for name, value in found[1].items():
        np.testing.assert_allclose(found[0][name], value, rtol=1e-5, atol=1e-6, err_msg=name)


def test_mistakes_are_answered() -> None:
    ema = swa_utils.get_ema_avg_fn()
    for call, text in [
        (
            lambda: swa_utils.AveragedModel(
                nn.Linear(1, 1), avg_fn=ema, multi_avg_fn=swa_utils.get_swa_multi_avg_fn()
            ),
            "AveragedModel takes avg_fn or multi_avg_fn, not both.",
        ),
        (
            lambda: swa_utils.get_ema_avg_fn(1.5),
            "get_ema_avg_fn: decay must be from 0 to 1, not 1.5.",
        ),
        (
            lambda: swa_utils.get_ema_multi_avg_fn(-1),
            "get_ema_multi_avg_fn: decay must be from 0 to 1, not -1.",
        ),
    ]:
        with pytest.raises(SettingError) as caught:
            call()
        assert str(caught.value) == text
