"""XOR, collapse and restarts: what is known about them, and what must not be found otherwise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import pellucid
from pellucid import experiments, nn
from pellucid.errors import SettingError
from pellucid.experiments.collapse import folded
from pellucid.experiments.exhaustive import search
from pellucid.experiments.formula import formula
from pellucid.experiments.restarts import _best_of
from pellucid.experiments.settings import perceptron

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
Y = np.array([[0], [1], [1], [0]], np.float32)


def test_xor_needs_two_rising_neurons_and_no_linear_network_is_below_a_quarter() -> None:
    found = experiments.xor(activations="tanh", widths=[1, 2], restarts=40, epochs=200)
    data = found.to_dict()
    assert data["smallest"] == {"tanh": 2}
    assert data["runs"][0]["lowest"] > 1 / 6 - 1e-6  # one neuron that only rises
    assert data["linear"]["weights"] == [0.0, 0.0]
    assert (data["linear"]["bias"], data["linear"]["best_mse"]) == (0.5, 0.25)
    assert "2 hidden neurons with tanh" in found.view.sentence
    assert "f(0,0) + f(1,1) = b + (w₁ + w₂ + b)" in found.text(100)
    assert "<svg" in found.html()


def test_one_silu_neuron_computes_xor() -> None:
    # Two places at one height on both sides of the lowest point, and the place between them.
    start = -2.5
    height = nn.functional.silu(pellucid.tensor(start, dtype=pellucid.float64)).item()
    right = pellucid.linspace(-1.2, 0.0, 120_001, dtype=pellucid.float64)
    end = float(right[(nn.functional.silu(right) - height).abs().argmin().item()])
    step = (end - start) / 2
    middle = nn.functional.silu(pellucid.tensor(start + step, dtype=pellucid.float64)).item()
    net = perceptron(2, [1], "silu")
    with pellucid.no_grad():
        net[0].weight.fill_(step)
        net[0].bias.fill_(start)
        net[2].weight.fill_(1 / (middle - height))
        net[2].bias.fill_(-height / (middle - height))
        out = net(pellucid.from_numpy(X)).numpy()
    assert np.allclose(out, Y, atol=1e-3)


def test_a_chain_is_folded_without_changing_any_output() -> None:
    pellucid.manual_seed(1)
    layers = [nn.Linear(3, 5), nn.Linear(5, 4, bias=False), nn.Linear(4, 2)]
    x = pellucid.randn(20, 3)
    together, one = nn.Sequential(*layers)(x).detach().numpy(), folded(*layers)(x).detach().numpy()
    assert np.allclose(together, one, atol=1e-6)
    by_hand = layers[2].weight @ layers[1].weight @ layers[0].weight
    assert np.allclose(by_hand.detach().numpy(), folded(*layers).weight.detach().numpy(), atol=1e-6)


def test_collapse_says_equal_for_linears_alone() -> None:
    found = experiments.collapse(widths=[2, 6, 6, 1], rows=200).to_dict()
    equal = {run["activation"]: run["equal"] for run in found["runs"]}
    assert equal.pop("identity") is True
    assert not any(equal.values()) and len(equal) == 6
    assert all(run["best"] > 0.01 for run in found["runs"][1:])
    assert found["folded_parameters"] == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: experiments.collapse(widths=[2, 1]),
         "widths has 2 numbers; a chain has at least three: input, hidden, output."),
        (lambda: folded(), "folded needs at least one Linear."),
        (lambda: folded(nn.Linear(1, 2), nn.ReLU()),
         "folded takes Linears only, and number 2 is a ReLU:\n"
         " with anything else between them a chain is no longer one linear map."),
        (lambda: folded(nn.Linear(1, 2), nn.Linear(3, 1)),
         "number 2 takes 3 inputs, and the one before gives 2."),
        (lambda: experiments.xor(activations="rleu", widths=1, restarts=2, epochs=1),
         'there is no activation "rleu". Did you mean "relu"?\n Known: relu, leaky_relu, elu, '
         "selu, silu, gelu, mish, hardswish, softplus, tanh, hardtanh, softsign, sigmoid,"
         " hardsigmoid, tanhshrink, softshrink, identity."),
        (lambda: experiments.xor(widths=0), "widths must be a whole number from 1, not 0."),
        (lambda: experiments.xor(widths=[]), "widths is an empty list: there is nothing to try."),
        (lambda: experiments.xor(epoch=3),
         'the experiment xor has no setting "epoch". Did you mean "epochs"?\n Its own are '
         "activations, widths, restarts, epochs, lr, seed."),
        (lambda: search(1, "relu", [], X, Y, 0.01), "grid must be a list of numbers, not []."),
    ],
)  # fmt: skip
def test_mistakes_say_what_to_do(call: object, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        call()  # type: ignore[operator]
    assert str(caught.value) == message


def test_the_best_of_n_is_the_mean_over_all_choices() -> None:
    losses = np.array([0.3, 0.001, 0.5, 0.002, 0.25, 0.9])
    for n in range(1, 7):
        chosen = [min(c) for c in combinations(losses, n)]
        found = _best_of(losses, n)
        assert found["loss"] == pytest.approx(np.mean(chosen))
        assert found["solved"] == pytest.approx(np.mean([c < 0.01 for c in chosen]))


def test_the_exhaustive_search_finds_the_networks_that_are_known() -> None:
    found = search(2, "relu", [-1, 0, 1], X, Y, 0.01)
    assert found is not None
    # relu(x₁ − x₂) + relu(x₂ − x₁), and relu(x₁ + x₂ − …) forms: each twice for swapped neurons
    assert (found["networks"], found["solved"], found["lowest"]) == (19_683, 4, 0.0)
    one = search(1, "relu", [-1, 0, 1], X, Y, 0.01)
    assert one is not None and one["solved"] == 0
    assert search(4, "relu", [-1, 0, 1], X, Y, 0.01) is None


def test_restarts_reports_what_was_run() -> None:
    found = experiments.restarts(restarts=40, epochs=150, lr=0.1)
    data = found.to_dict()
    assert len(data["losses"]) == 40 and data["weights"] == 9
    assert data["solved"] == np.mean(np.array(data["losses"]) < 0.01)
    assert data["best_of"][0]["solved"] == pytest.approx(data["solved"])
    assert data["costs"][-1]["passes"] == 19_683


def test_a_formula_is_computed_and_nothing_else_is() -> None:
    x = np.array([0.5, 2.0])
    assert np.allclose(formula("sin(3*x) + x^2/2 − max(x, 1)")(x),
                       np.sin(3 * x) + x**2 / 2 - np.maximum(x, 1))  # fmt: skip
    assert formula("9**9**9")(x).tolist() == [np.inf, np.inf]
    end = (
        "\n A formula has x, numbers, pi, e, + - * / ^, brackets and sin, cos, tan, tanh, exp, log,"
        " sqrt, abs, sign, floor, relu, min, max."
    )
    wrong = {
        "__import__('os')": 'there is no function "__import__".',
        "x.real": '"x.real" is no part of a formula.',
        "[x for x in ()]": '"[x for x in ()]" is no part of a formula.',
        "sinn(x)": 'there is no function "sinn". Did you mean "sin"?',
        "y": '"y" is not known.',
        "max(x)": "max takes 2, and got 1.",
        "sin(": "it can't be read.",
    }
    for text, why in wrong.items():
        with pytest.raises(SettingError) as caught:
            formula(text)
        assert str(caught.value) == f'the formula "{text}": {why}{end}'
    with pytest.raises(SettingError, match="longer than 200"):
        formula("x+" * 150 + "x")
