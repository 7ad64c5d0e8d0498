"""The three steps: equal to the engine's gradients, in the right words, symbols and numbers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid
from pellucid import neurons, nn
from pellucid.errors import DataError, SettingError
from tests.neurons.naive import drawn


def engine(net: neurons.Network, loss: Any) -> dict[tuple[str, str], float]:
    """The gradient of every arrow's weight, from a backward pass."""
    net.zero_grad()
    loss.backward()
    out = {}
    for edge in net.edges:
        path, index = edge.where
        grad = net.get_parameter(path).grad
        out[edge.source, edge.target] = 0.0 if grad is None else grad.numpy()[index].item()
    return out


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_every_derivative_is_the_engines(seed: int) -> None:
    net = drawn(seed).double()
    rng = np.random.default_rng(seed)
    x = rng.normal(size=len(net._plan().inputs))
    outputs = [n for n in net.neurons if net.neurons[n].kind == "output"]
    y = rng.normal(size=len(outputs))
    expected = engine(net, ((net(pellucid.tensor(x)) - pellucid.tensor(y)) ** 2).sum())
    for name, neuron in net.neurons.items():
        if not neuron.computes or not reaches(net, name):
            continue
        shown = net.derive(x, y, name)
        for source, value in shown.to_dict()["dw"].items():
            assert value == pytest.approx(expected[source, name], rel=1e-6, abs=1e-9)
        assert "✓ loss.backward() gives the same numbers." in shown.text(100)


def reaches(net: neurons.Network, name: str) -> bool:
    return net.neurons[name].kind == "output" or any(reaches(net, t) for t in net.outgoing(name))


@pytest.mark.parametrize("loss", [nn.MSELoss(), "mae", nn.functional.mse_loss])
def test_any_loss_can_be_asked_about(loss: Any) -> None:
    net = neurons.example("tanh")
    x, y = pellucid.tensor([[0.7]]), pellucid.tensor([[-0.4]])
    call = nn.functional.l1_loss if loss == "mae" else loss
    expected = engine(net, call(net(x), y))
    found = net.derive(x, y, "4", loss=loss).to_dict()
    for source, value in found["dw"].items():
        assert value == pytest.approx(expected[source, "4"], rel=1e-5)


def test_classes_with_cross_entropy() -> None:
    net = neurons.from_module(nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 3)))
    x = pellucid.tensor([[0.5, -1.0]])
    loss = nn.functional.cross_entropy(net(x), pellucid.tensor([2]))
    expected = engine(net, loss)
    shown = net.derive([0.5, -1.0], 2, "h2", loss=nn.CrossEntropyLoss())
    for source, value in shown.to_dict()["dw"].items():
        assert value == pytest.approx(expected[source, "h2"], rel=1e-4)
    assert f"The loss is L = {loss.item():.4g}." in shown.text(100)


def test_the_lines_are_those_of_the_introduction() -> None:
    text = neurons.example().derive(1.0, 0.5, "4").text(110)
    assert [line for line in text.splitlines() if line][2:] == [
        "The loss is the squared difference; y is what should have come out.",
        "L = (y₉ − y)² = (0.09193 − 0.5)² = 0.1665",
        "Step 1. At the output: the derivative with regard to the weighted sum.",
        "∂L/∂y₉ = 2(y₉ − y) = 2(0.09193 − 0.5) = −0.8161",
        "∂y₉/∂z₉ = f₉′(z₉) = 1.0",
        "∂L/∂z₉ = ∂L/∂y₉ · ∂y₉/∂z₉ = −0.8161 · 1.0 = −0.8161",
        "Step 2. Back, layer by layer: the output of a neuron reaches the loss through every "
        "neuron it points to, so",
        "its derivative is a sum with one term for each arrow that leaves it.",
        "Neuron 6 feeds 9.",
        "through 9: ∂L/∂z₉ · ∂z₉/∂y₆ = ∂L/∂z₉ · w₆₉ = −0.8161 · 1.0 = −0.8161",
        "∂L/∂y₆ = −0.8161",
        "∂y₆/∂z₆ = f₆′(z₆) = σ(z₆)·(1 − σ(z₆)) = 0.2266",
        "∂L/∂z₆ = ∂L/∂y₆ · ∂y₆/∂z₆ = −0.8161 · 0.2266 = −0.1849",
        "Neuron 7 feeds 9.",
        "through 9: ∂L/∂z₉ · ∂z₉/∂y₇ = ∂L/∂z₉ · w₇₉ = −0.8161 · (−2.0) = 1.632",
        "∂L/∂y₇ = 1.632",
        "∂y₇/∂z₇ = f₇′(z₇) = σ(z₇)·(1 − σ(z₇)) = 0.2491",
        "∂L/∂z₇ = ∂L/∂y₇ · ∂y₇/∂z₇ = 1.632 · 0.2491 = 0.4065",
        "Neuron 4 feeds 6, 7.",
        "∂L/∂y₄ = ∂L/∂z₆ · ∂z₆/∂y₄ + ∂L/∂z₇ · ∂z₇/∂y₄",
        "through 6: ∂L/∂z₆ · ∂z₆/∂y₄ = ∂L/∂z₆ · w₄₆ = −0.1849 · (−1.0) = 0.1849",
        "through 7: ∂L/∂z₇ · ∂z₇/∂y₄ = ∂L/∂z₇ · w₄₇ = 0.4065 · 1.0 = 0.4065",
        "∂L/∂y₄ = 0.1849 + 0.4065 = 0.5915",
        "∂y₄/∂z₄ = f₄′(z₄) = σ(z₄)·(1 − σ(z₄)) = 0.235",
        "∂L/∂z₄ = ∂L/∂y₄ · ∂y₄/∂z₄ = 0.5915 · 0.235 = 0.139",
        "Step 3. For each weight: times the value that comes in along its arrow.",
        "∂L/∂w₁₄ = ∂L/∂z₄ · ∂z₄/∂w₁₄ = ∂L/∂z₄ · y₁ = 0.139 · 1.0 = 0.139",
        "∂L/∂w₂₄ = ∂L/∂z₄ · ∂z₄/∂w₂₄ = ∂L/∂z₄ · 1 = 0.139 · 1 = 0.139",
        "✓ loss.backward() gives the same numbers.",
    ]


def test_latex_and_html_say_the_same() -> None:
    shown = neurons.example().derive(1.0, 0.5, "4")
    latex = shown.latex()
    assert r"\frac{\partial L}{\partial w_{14}} &= \frac{\partial L}{\partial z_{4}}" in latex
    assert r"\frac{\partial z_{7}}{\partial y_{4}}" in latex
    assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") == 20
    html = shown.html()
    assert "∂L/∂w₁₄" in html
    named = neurons.from_edges([("x_1", "h", 1.0), ("h", "y", 2.0)], functions="tanh")
    assert r"w_{\mathrm{x\_1} \to \mathrm{h}}" in named.derive(0.5, 0.0, "h").latex()


def test_an_output_and_an_input_can_be_asked_about() -> None:
    net = neurons.example()
    assert "Nothing to go back through: 9 is an output neuron." in net.derive(1, 0, "9").text(100)
    shown = net.derive(1.0, 0.5, "1")
    x = pellucid.tensor([1.0], requires_grad=True)
    ((net(x) - 0.5) ** 2).sum().backward()
    assert shown.to_dict()["dy"]["1"] == pytest.approx(x.grad.item(), rel=1e-5)
    assert "1 is an input neuron: it has no incoming weights." in shown.text(100)


def test_an_output_that_feeds_others_has_a_direct_term() -> None:
    net = neurons.from_text("input x\noutput a tanh\noutput b tanh\nx -> a 1\na -> b 2")
    shown = net.derive(0.5, [0.0, 1.0], "a")
    assert "direct = 2(y[a] − t[a])" in shown.text(100)
    assert "✓ loss.backward()" in shown.text(100)


def test_wide_networks_are_shortened() -> None:
    net = neurons.from_module(nn.Sequential(nn.Linear(30, 20), nn.ReLU(), nn.Linear(20, 12)))
    text = net.derive(np.ones(30), np.zeros(12), "h1").text(100)
    assert "… and 6 more neurons alike, in .to_dict()." in text
    assert "… and 4 more arrows, in .to_dict()." in text
    assert "… and 23 more weights, in .to_dict()." in text
    evaluated = net.evaluate(np.ones(30)).text(200)
    assert "… and 12 more neurons." in evaluated


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        (lambda n: n.derive(1.0, 0.0, "5"), SettingError,
         '"5" is a bias neuron: it always sends 1 and has no incoming weights. Ask about a neuron '
         "that it points to: 6, 7."),
        (lambda n: n.derive(1.0, 0.0, "11"), SettingError, 'there is no neuron called "11".'),
        (lambda n: n.derive([1.0, 2.0], 0.0, "4"), DataError,
         "the sample has 2 numbers for 1 input neuron (1)."),
        (lambda n: n.derive(np.ones((3, 1)), 0.0, "4"), DataError,
         "this follows one sample and got 3. Pick one: x[0]."),
        (lambda n: n.derive(1.0, [0.0, 1.0], "4"), DataError,
         "y has 2 numbers for 1 output neuron (9)."),
        (lambda n: n.derive({"x": 1.0}, 0.0, "4"), DataError,
         'there is no input neuron called "x".'),
        (lambda n: n.derive({}, 0.0, "4"), DataError, 'x has no number for "1"; it needs 1.'),
    ],
)  # fmt: skip
def test_what_cannot_be_derived_is_told(wrong: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=re.escape(text)):
        wrong(neurons.example())


def test_a_dead_end_has_no_derivative() -> None:
    net = neurons.from_text("input x\nneuron h tanh\noutput y\nx -> h 1\nx -> y 1")
    with pytest.raises(SettingError, match='no way leads from "h" to an output'):
        net.derive(1.0, 0.0, "h")


def test_without_a_neuron_it_says_which_there_are() -> None:
    with pytest.raises(SettingError) as told:
        neurons.example().derive(1.0, 0.5)
    assert str(told.value) == (
        'derive works out one neuron: derive(x, y, "3").\n Those with weights are 3, 4, 6, 7, 9.'
    )
