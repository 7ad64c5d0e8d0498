"""Loops that go wrong in ways of their own: nothing recorded, a slope without end, two aims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor.cure import short
from pellucid.doctor.report import Report
from pellucid.doctor.watch import watch
from pellucid.doctor.wiring import divided

LIBRARIES = ("pellucid", "torch")


def _library(name: str) -> tuple[Any, Any]:
    if name == "pellucid":
        return pellucid, watch
    lib = pytest.importorskip("torch")
    from pellucid.bridges import torch as bridge

    return lib, bridge.watch


def _network(lib: Any) -> tuple[Any, Any, Any, Any]:
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    x = lib.tensor(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    return model, lib.optim.Adam(model.parameters(), lr=0.01), x, (x[:, 0] > 0).long()


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_head_put_in_after_the_optimizer_was_made_is_named(name: str) -> None:
    """Also where the loop has already trained another head; one that is held is no fault."""
    lib, look = _library(name)
    for held in (False, True):
        model, optimizer, x, y = _network(lib)
        with look(model, optimizer, trials=False) as report:
            for step in range(12):
                if step == 6:
                    model[2] = lib.nn.Linear(8, 2)
                    if held:
                        optimizer.add_param_group({"params": list(model[2].parameters())})
                optimizer.zero_grad()
                lib.nn.functional.cross_entropy(model(x), y).backward()
                optimizer.step()
        assert report.findings == ([] if held else ["frozen_parameters"])
        if not held:
            assert "does not hold 2 parameters" in report.details[0].text


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_loss_under_no_grad_leaves_parameters_frozen(name: str) -> None:
    lib, look = _library(name)
    model, optimizer, x, y = _network(lib)
    with look(model, optimizer) as report:
        for _ in range(6):
            optimizer.zero_grad()
            with lib.no_grad():
                loss = lib.nn.functional.cross_entropy(model(x), y)
            loss.requires_grad_(True)
            loss.backward()
            optimizer.step()
    assert report.findings == ["frozen_parameters"]
    assert "6 backward passes reached no parameter" in report.details[0].text


@pytest.mark.parametrize("name", LIBRARIES)
def test_steps_without_any_backward_pass_are_named(name: str) -> None:
    lib, look = _library(name)
    model, optimizer, x, y = _network(lib)
    with look(model, optimizer) as report, lib.no_grad():
        for _ in range(6):
            optimizer.zero_grad()
            lib.nn.functional.cross_entropy(model(x), y)
            optimizer.step()
    assert report.findings == ["frozen_parameters"]
    assert report.details[0].text == "The optimizer made 6 steps without any backward pass."


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_slope_without_end_at_the_first_step_is_no_learning_rate(name: str) -> None:
    """The trials run, too, where a layer is called once more for the loss."""
    lib, look = _library(name)
    model, optimizer, x, y = _network(lib)
    with look(model, optimizer) as report:
        for _ in range(6):
            length = ((model[0](x) * 0.0).sum(1)).sqrt()
            loss = lib.nn.functional.cross_entropy(model(x), y) + length.mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert report.findings == ["non_finite"]
    assert "the slope of sqrt" in report.details[0].text
    assert report.seen.trials.run() is not None


def _two_aims(lib: Any, look: Any, weight: float) -> Report:
    lib.manual_seed(0)
    nn = lib.nn
    first, second = nn.Linear(3, 2), nn.Linear(2, 3)
    model = nn.Sequential(first, second)
    x = lib.tensor(np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32))
    optimizer = lib.optim.Adam(model.parameters(), lr=0.05)
    report: Report
    with look(model, optimizer) as report:
        for _ in range(150):
            code = first(x)
            loss = nn.functional.mse_loss(second(code), x)
            if weight:
                loss = loss + weight * (code**2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return report


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_loss_with_a_second_aim_is_judged_as_a_whole(name: str) -> None:
    lib, look = _library(name)
    report = _two_aims(lib, look, 5.0)
    assert divided(report.seen) and not short(report.seen) and not report.findings
    assert not divided(_two_aims(lib, look, 0.0).seen)
