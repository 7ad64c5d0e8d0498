"""Capacity or regularization, and the gate that multiplies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import experiments
from pellucid.data import load
from pellucid.errors import SettingError
from pellucid.experiments.capacity import _diagnosed, _verdict
from pellucid.experiments.multiplication import gate


def run_of(hidden: int, way: str, validation: float, spread: float = 0.01) -> dict[str, Any]:
    return {"hidden": hidden, "way": way, "validation": validation, "spread": spread}


def test_what_gains_most_is_named_if_it_gains_more_than_chance() -> None:
    def needs(own: float, wide: float, held: float) -> str:
        runs = [run_of(4, "nothing", own), run_of(8, "nothing", wide), run_of(4, "dropout", held)]
        return str(_diagnosed(runs, 4)["needs"])

    assert needs(0.5, 0.2, 0.4) == "capacity"
    assert needs(0.5, 0.6, 0.4) == "regularization"
    assert needs(0.5, 0.495, 0.494) == "neither"  # within what the starts differ by
    assert needs(0.5, 0.7, 0.6) == "neither"
    assert needs(0.5, 0.3, 0.305) == needs(0.5, 0.305, 0.3) == "either"  # both, by about as much
    assert needs(0.5, 0.495, 0.485) == "regularization"  # only one is beyond chance and far off


def test_two_remedies_that_gain_about_the_same_are_both_named() -> None:
    runs = [run_of(4, "nothing", 0.5), run_of(8, "nothing", 0.3), run_of(4, "dropout", 0.305)]
    assert _verdict(_diagnosed(runs, 4), 4) == (
        "The network of 4 hidden neurons gains as much from more capacity as from more"
        " regularization: its validation loss is 0.5, 0.3 with 8 neurons and 0.305 with dropout,"
        " which differ by no more than chance."
    )


@pytest.mark.slow
def test_many_neurons_on_few_noisy_rows_need_regularization() -> None:
    noisy = load("moons", samples=60, noise=0.5)
    found = experiments.capacity(noisy, hidden=64, widths=64, restarts=2, epochs=300, lr=0.05)
    data = found.to_dict()
    assert data["needs"] == "regularization"
    assert data["own"]["validation"] > 1.5 * data["own"]["train"]
    assert data["rows"] == [36, 24] and len(data["runs"]) == 4
    best = min(data["runs"], key=lambda run: run["validation"])
    assert data["held"]["validation"] == best["validation"]
    assert "needs more regularization" in found.view.sentence


def test_the_gate_multiplies_and_its_error_falls_with_the_square_of_the_scale() -> None:
    found = experiments.multiplication(scales=[0.1, 0.03, 0.01, 0.003]).to_dict()
    errors = {run["scale"]: run["error"] for run in found["runs"]}
    assert found["curvature"] == pytest.approx(0.25)  # softplus″(0) = ¼
    for wide, narrow in ((0.1, 0.01), (0.03, 0.003)):
        assert errors[wide] / errors[narrow] == pytest.approx(100, rel=0.02)
    assert found["counts"][-1] == {"factors": 32, "deep": 124, "flat": 2**32}
    x = pellucid.tensor([[0.5, -0.25], [3.0, 2.0]], dtype=pellucid.float64)
    for activation, at in (("softplus", 0.0), ("tanh", 0.7), ("gelu", 0.0), ("sigmoid", 1.0)):
        out = gate(1e-3, activation, at)(x).detach().numpy().reshape(-1)
        assert np.allclose(out, [-0.125, 6.0], atol=1e-4)


def test_an_activation_without_a_bend_is_refused() -> None:
    with pytest.raises(SettingError) as caught:
        experiments.multiplication("tanh")
    assert str(caught.value) == (
        "tanh is not bent at 0.0: its second derivative is zero there, and the gate divides by it."
        "\n Choose another place with at=…, such as at=1, or softplus."
    )
    with pytest.raises(SettingError, match="relu is not bent"):
        gate(0.1, "relu", 1.0)
    with pytest.raises(SettingError, match="scale must be above zero, not 0"):
        gate(0)
    with pytest.raises(SettingError, match=r"dropout is a share between 0 and 1, not 1\.5"):
        experiments.capacity(dropout=1.5)


@pytest.mark.slow
def test_descent_climbs_above_two_over_the_largest_eigenvalue_only() -> None:
    found = experiments.step_size(rows=64, inputs=3, batches=1, epochs=150).to_dict()
    runs = {run["way"]: run for run in found["runs"]}
    assert runs["fixed"]["above"] == pytest.approx(0.0, abs=1e-5)
    assert runs["fixed"]["lr"] == pytest.approx(found["edge"] / 2)
    climbing = [loss for loss in runs["too large"]["losses"] if loss is not None]
    assert climbing[-1] > 100 * min(climbing)
    assert runs["small"]["above"] > 0
    noisy = experiments.step_size(rows=64, inputs=3, epochs=40).to_dict()["runs"]
    above = {run["way"]: run["above"] for run in noisy}
    assert above["decaying"] < above["fixed"]  # what chance leaves goes with the step size


def test_step_sizes_that_end_within_rounding_share_the_place() -> None:
    view = experiments.step_size(rows=64, inputs=3, noise=0, batches=1, epochs=60).view
    assert "fixed and decaying come to the lowest loss, to rounding" in view.sentence
