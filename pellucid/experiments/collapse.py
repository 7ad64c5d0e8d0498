r"""Collapse: a chain of Linears is one Linear, and one activation in it is enough to end that.

$$ W_2(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2) $$
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import pellucid.nn as nn
from pellucid.dtypes import float64
from pellucid.errors import SettingError
from pellucid.experiments.drawn import seeded
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import activation, linear, listed, whole, words
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.picture import Axis, Bars, Chart
from pellucid.lenses.view import Column, Equation, Remark, Table, View
from pellucid.spelling import a_kind
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["collapse", "folded"]

_EQUAL = 1e-12  # of the largest output: some hundred roundings of float64


def folded(*layers: nn.Linear) -> nn.Linear:
    r"""One Linear that is the same function as these, one after the other.

    $$ W = W_n \cdots W_1, \qquad b = W_n(\cdots(W_2 b_1 + b_2)\cdots) + b_n $$

    Args:
        layers: from the input to the output.

    Raises:
        SettingError: none, something else than a Linear, or one that doesn't fit the one before.

    Example:
        >>> one = folded(nn.Linear(2, 5), nn.Linear(5, 3))
        >>> one.in_features, one.out_features
        (2, 3)
    """
    _check(layers)
    weight = np.eye(layers[0].in_features)
    bias = np.zeros(layers[0].in_features)
    for layer in layers:
        step = layer.weight.detach().numpy().astype(np.float64)
        own = 0.0 if layer.bias is None else layer.bias.detach().numpy()
        weight, bias = step @ weight, step @ bias + own
    return linear(weight, bias, layers[0].weight.dtype)


@experiment("Is a chain of linear layers more than one linear layer?")
def collapse(
    widths: Sequence[int] = (3, 8, 8, 2),
    activations: Sequence[str] = ("relu", "leaky_relu", "tanh", "sigmoid", "silu", "gelu"),
    rows: int = 1000,
    seed: int = 0,
) -> View:
    """Fold a chain of Linears into one and compare; then with an activation after each.

    Args:
        widths: of the input, the hidden layers and the output.
        activations: which are put between the Linears.
        rows: how many random inputs are compared.
        seed: of the weights and the inputs.

    Returns:
        the largest difference between the chain and the one layer, with and without activations.

    Raises:
        SettingError: fewer than three widths, an unknown activation, or so few rows that any
            outputs lie on a line.

    Example:
        >>> found = collapse(widths=[2, 4, 1], activations=["relu"], rows=50).to_dict()
        >>> found["runs"][0]["equal"], found["runs"][1]["equal"]
        (True, False)
    """
    sizes = [whole("widths", n) for n in ([widths] if isinstance(widths, int) else widths)]
    if len(sizes) < 3:
        raise SettingError(
            f"widths has {plural(len(sizes), 'number')}; a chain has at least three: input, hidden,"
            " output."
        )
    # A Linear goes through any rows that are no more than its weights and its bias.
    most = whole("rows", rows, sizes[0] + 2)
    acts = [a for a in words("activations", activations or "identity") if a != "identity"]
    with seeded(whole("seed", seed, 0)):
        layers = _chain(sizes)
        one = folded(*layers)
    x = np.random.default_rng(seed).normal(size=(most, sizes[0]))
    runs = [_compared(layers, one, act, x) for act in ("identity", *acts)]
    shown = tuple(
        ("none" if r["activation"] == "identity" else r["activation"], r["difference"],
         r["best"], "equal" if r["equal"] else "not equal")
        for r in runs
    )  # fmt: skip
    table = Table(
        (
            Column("between the Linears", "code", key="activation", anchor=True),
            Column("difference from the folded one", "number", key="difference"),
            Column("from the best single Linear", "number", key="best"), Column("verdict"),
        ),
        shown, caption=f"Largest over {plural(rows, 'row')}, as a part of the largest output",
        note="The best single Linear is fitted to the chain's outputs by least squares.",
    )  # fmt: skip
    return View(
        "Is a chain of linear layers more than one?",
        _verdict(sizes, runs),
        (_told(sizes, rows), _algebra(len(layers)), _picture(runs), table),
        {
            "widths": sizes, "parameters": _count(layers), "folded_parameters": _count([one]),
            "folded": {name: value.tolist() for name, value in one.named_parameters()},
            "runs": runs,
        },
    )  # fmt: skip


def _chain(sizes: Sequence[int]) -> list[nn.Linear]:
    layers = []
    for inputs, outputs in pairwise(sizes):
        layer = nn.Linear(inputs, outputs, dtype=float64)
        for value in layer.parameters():
            nn.init.normal_(value, std=inputs**-0.5)
        layers.append(layer)
    return layers


def _compared(layers: Sequence[nn.Linear], one: nn.Linear, act: str, x: Any) -> dict[str, Any]:
    """How far the chain with this activation is from the folded layer, and from any Linear."""
    parts: list[nn.Module] = []
    for layer in layers[:-1]:
        parts += [layer, activation(act)]
    with no_grad():
        y = nn.Sequential(*parts, layers[-1])(from_numpy(x)).numpy()
        alone = one(from_numpy(x)).numpy()
    rows = np.hstack([x, np.ones((len(x), 1))])
    best = rows @ np.linalg.lstsq(rows, y, rcond=None)[0]
    scale = float(np.abs(y).max())
    apart = float(np.abs(y - alone).max()) / scale
    return {
        "activation": act, "difference": apart, "best": float(np.abs(y - best).max()) / scale,
        "equal": apart <= _EQUAL,
    }  # fmt: skip


def _check(layers: Sequence[Any]) -> None:
    if not layers:
        raise SettingError("folded needs at least one Linear.")
    for i, layer in enumerate(layers):
        if not isinstance(layer, nn.Linear):
            raise SettingError(
                f"folded takes Linears only, and number {i + 1} is {a_kind(layer)}:\n"
                " with anything else between them a chain is no longer one linear map."
            )
        if i and layer.in_features != layers[i - 1].out_features:
            raise SettingError(
                f"number {i + 1} takes {layer.in_features} inputs, and the one before gives"
                f" {layers[i - 1].out_features}."
            )


def _count(layers: Sequence[nn.Linear]) -> int:
    return sum(p.numel() for layer in layers for p in layer.parameters())


def _told(sizes: Sequence[int], rows: int) -> Remark:
    chain = " → ".join(map(str, sizes))
    return Remark(
        f"What is run: Linears {chain} with random weights, folded into one Linear {sizes[0]} →"
        f" {sizes[-1]}, on {plural(rows, 'random input')}; then the same weights with an activation"
        " after every Linear but the last, in float64."
    )


def _algebra(n: int) -> Equation:
    weight = " ".join(f"W_{{{i}}}" for i in range(n, 0, -1))
    return Equation(
        ("W₂(W₁x + b₁) + b₂", "(W₂W₁)x + (W₂b₁ + b₂)"),
        (r"W_2(W_1 x + b_1) + b_2 = (W_2 W_1)x + (W_2 b_1 + b_2)", f"W = {weight}"),
        (("and so on, one layer at a time, for a chain of any length",),),
    )


def _verdict(sizes: Sequence[int], runs: Sequence[dict[str, Any]]) -> str:
    plain, *others = runs
    apart = f"the outputs differ by {number(plain['difference'], 2)} of the largest"
    sure = (
        f"The {len(sizes) - 1} Linears are one Linear: {apart}, which is rounding."
        if plain["equal"] else
        f"The {len(sizes) - 1} Linears and the folded one differ by more than rounding: {apart}."
    )  # fmt: skip
    straight = [r["activation"] for r in others if r["best"] <= _EQUAL]
    bent = [r for r in others if r["best"] > _EQUAL]
    if bent:
        least = min(bent, key=lambda r: float(r["best"]))
        which = f"any of {len(bent)} activations" if len(bent) > 1 else bent[0]["activation"]
        sure += (
            f" With {which} between them no single Linear is the same: the best one is off by"
            f" {number(least['best'], 2)}{' or more' if len(bent) > 1 else ''}."
        )
    if straight:
        sure += (
            f" With {listed(straight)} one Linear gives the same on these rows: there each neuron"
            " stays on a straight piece. Other rows, weights or widths can show the bend."
        )
    return sure


def _picture(runs: Sequence[dict[str, Any]]) -> Chart:
    names = tuple("none" if r["activation"] == "identity" else r["activation"] for r in runs)
    straight = sum(r["best"] <= _EQUAL for r in runs)
    return Chart(
        Axis("largest difference from the best single Linear", low=0.0),
        Axis("between the Linears", names=names),
        (Bars([r["best"] for r in runs], lying=True),),
        title="Only the plain chain is a Linear"
        if straight == 1
        else f"{straight} of {len(runs)} chains are a Linear on these rows",
        sentence="Bars by activation: how far the chain is from any single Linear.",
    )
