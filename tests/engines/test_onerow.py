"""One row through layers runs in NumPy where nothing else was asked for, and gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.engines.onerow import OneRow
from pellucid.engines.stepper import NumpyStepper

ROW = pl.tensor(np.random.default_rng(0).normal(size=(1, 40)).astype(np.float32))
BENDS = [nn.ReLU, nn.Tanh, nn.Sigmoid, nn.GELU, nn.Identity]


def net(bend: Any = nn.ReLU, bias: bool = True) -> nn.Module:
    pl.manual_seed(0)
    return nn.Sequential(nn.Linear(40, 8, bias=bias), bend(), nn.Linear(8, 3)).eval()


def runs(call: Any) -> Any:
    return type(call._form().run)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("bend", BENDS)
@pytest.mark.parametrize("x", [ROW, ROW[0], ROW.double()[:, :40].float()])
def test_it_is_what_the_model_gives(bend: Any, bias: bool, x: Any) -> None:
    model = net(bend, bias)
    call = pl.compile(model)
    with pl.no_grad():
        answer, again = call(x), call(x)
        assert runs(call) is OneRow
        assert answer.tolist() == model(x).tolist() == again.tolist()
        answer.zero_()
        assert call(x).tolist() == again.tolist()


def test_weights_are_read_at_every_call() -> None:
    model = net()
    call = pl.compile(model)
    with pl.inference_mode():
        call(ROW)
        model[2].bias.add_(1.0)
        np.testing.assert_array_equal(call(ROW).numpy(), model(ROW).numpy())
    assert call.traces == 1 and call.report().engine == "numpy"


def test_results_are_nobody_elses_memory() -> None:
    model = net()

    def both(x: Any) -> Any:
        y = model[0](x)
        return y, y, y.reshape(-1), x

    call = pl.compile(both)
    with pl.no_grad():
        found = call(ROW)
    assert runs(call) is OneRow
    arrays = [t.numpy() for t in found]
    memory = [*arrays, model[0].weight.detach().numpy(), ROW.numpy()]
    for i, a in enumerate(arrays):
        assert not any(np.may_share_memory(a, b) for b in (*memory[:i], *memory[i + 1 :]))


def test_everything_else_is_compiled() -> None:
    model = net()
    with pl.no_grad():
        several = pl.compile(model)
        several(ROW.expand(2, 40))
        asked = pl.compile(model, engine="xla")
        asked(ROW)
    blamed = pl.compile(model)
    blamed(ROW).sum().backward()
    for call in (several, asked, blamed):
        assert not issubclass(runs(call), NumpyStepper)
