"""Approximation and truth tables: errors that must fall, and networks that must be right."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid
from pellucid import experiments
from pellucid.errors import SettingError
from pellucid.experiments.approximation import _parameters, _spread
from pellucid.experiments.boolean import inputs_of, threshold_network


def test_every_table_of_three_inputs_is_built_right_and_never_wider_than_four() -> None:
    x = pellucid.from_numpy(inputs_of(3))
    for number in range(256):
        truth = np.array([number >> i & 1 for i in range(8)], bool)
        net = threshold_network(truth)
        assert (net(x).numpy().reshape(-1) == truth).all()
        assert net.hidden.out_features == max(min(truth.sum(), 8 - truth.sum()), 1)


def test_ten_inputs_are_checked_on_all_1024() -> None:
    found = experiments.boolean("parity", inputs=10).to_dict()
    assert (found["hidden"], found["checked"], found["wrong"]) == (512, 1024, 0)
    assert [g["hidden"] for g in found["growth"]] == [2**k for k in range(10)]
    majority = experiments.boolean("majority", inputs=3).to_dict()
    assert majority["table"] == "00010111"
    assert experiments.boolean("0110").to_dict()["hidden"] == 2
    assert "Theorem 20.2" in experiments.boolean("random", inputs=5).text(100)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: experiments.boolean("nand"),
         "table is one of parity, majority, and, or, random, or outputs such as \"0110\", not "
         "'nand'.\n The outputs stand in counting order of the inputs: 00, 01, 10, 11."),
        (lambda: experiments.boolean("011"),
         "a truth table has 2, 4, 8, … or 1,024 outputs, not 3."),
        (lambda: experiments.boolean("parity", inputs=11),
         "inputs must be a whole number from 1 to 10, not 11."),
        (lambda: experiments.approximation("log(x)"),
         "log(x) is not finite everywhere from −2.0 to 2.0.\n"
         " Choose other ends with low=… and high=…."),
        (lambda: experiments.approximation("exp(50*x)"),
         "exp(50*x) is larger than 1e30 there, too large for float32."),
        (lambda: experiments.approximation("x", low=1, high=1),
         "low must be below high, and 1 is not below 1."),
    ],
)  # fmt: skip
def test_mistakes_say_what_to_do(call: object, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == message


@pytest.mark.slow
def test_the_error_falls_with_width_and_is_that_of_the_network() -> None:
    found = experiments.approximation("sin(3*x)", [1, 8], 1, restarts=2, epochs=250)
    narrow, wide = found.to_dict()["by_width"]
    assert wide["error"] < 0.5 * narrow["error"]
    assert narrow["error"] < found.to_dict()["standard_deviation"]
    x = np.linspace(-2, 2, 1001)
    curve = next(
        line
        for block in found.view.blocks
        if hasattr(block, "items")
        for line in block.items[1].marks
        if line.name == "8 neurons"
    )
    missed = np.asarray(curve.y) - np.sin(3 * x)[::5]
    assert np.sqrt(np.mean(missed**2)) == pytest.approx(wide["error"], rel=0.05)


def test_depths_get_about_equal_numbers_of_weights() -> None:
    budget = _parameters((32,))
    assert budget == 97
    for depth in (1, 2, 3, 4):
        assert abs(_parameters(_spread(budget, depth)) - budget) <= 0.1 * budget
