r"""The multiplication gate: four neurons compute x·y as closely as one likes, without training.

$$ x y \approx \frac{g(\lambda(x+y)) + g(-\lambda(x+y)) - g(\lambda(x-y)) - g(-\lambda(x-y))}
   {4\,\lambda^2\, g''(0)} $$

The odd terms of the Taylor series of g cancel, the squares leave x·y, and the next term makes an
error that falls with the square of the scale λ (Lin, Tegmark and Rolnick 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import pellucid.nn as nn
from pellucid.dtypes import float64
from pellucid.errors import SettingError
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import activation as named
from pellucid.experiments.settings import linear, real, reals, several
from pellucid.lenses.numerals import amount, number, plural
from pellucid.lenses.picture import Axis, Chart, Floats, Line
from pellucid.lenses.view import Column, Equation, Remark, Table, View
from pellucid.tensor.creation import from_numpy, tensor
from pellucid.tensor.derivative import grad
from pellucid.tensor.grad_mode import no_grad

__all__ = ["curvature", "falls_squared", "gate", "multiplication"]

_PLACES = 41
_FACTORS = 1000  # 2ⁿ is still a number that a float can hold
_EXACT = 1e-13
_CLOSE = 0.2  # of the largest product on the square; what is further off is none


def gate(scale: float = 0.01, activation: str = "softplus", at: float = 0.0) -> nn.Sequential:
    """The network of four hidden neurons whose output is close to the product of its two inputs.

    Args:
        scale: λ; the smaller, the closer, until rounding takes over.
        activation: a smooth one that is bent at `at`.
        at: where the neurons work; a bias moves them there.

    Raises:
        SettingError: the activation is not bent there, or the scale is not above zero.

    Example:
        >>> net = gate(0.01)
        >>> round(net(tensor([[0.5, -0.4]], dtype=float64)).item(), 4)
        -0.2
    """
    scale = real("scale", scale, 0)
    bend = curvature(activation, at)
    signs = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    last = np.array([[1.0, 1.0, -1.0, -1.0]]) / (4 * scale**2 * bend)
    return nn.Sequential(
        linear(scale * signs, np.full(4, at), float64), named(activation),
        linear(last, np.zeros(1), float64),
    )  # fmt: skip


@experiment("Can four neurons multiply, and what would it cost without depth?")
def multiplication(
    activation: str = "softplus",
    scales: float | Sequence[float] = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001),
    factors: int | Sequence[int] = (2, 4, 8, 16, 32),
    at: float = 0.0,
) -> View:
    """Build the gate at several scales and measure its error; count the neurons for n factors.

    Args:
        activation: a smooth one that is bent at `at`.
        scales: the values of λ.
        factors: how many numbers are multiplied, for the count with and without depth.
        at: where the neurons work.

    Returns:
        the largest error on [−1, 1]² for each scale, and neurons by the number of factors.

    Raises:
        SettingError: an activation that is not bent there, such as tanh at 0.

    Example:
        >>> found = multiplication(scales=[0.1, 0.01]).to_dict()
        >>> round(found["runs"][0]["error"] / found["runs"][1]["error"])
        100
    """
    tried = reals("scales", scales, 0)
    side = np.linspace(-1.0, 1.0, _PLACES)
    x, y = (a.reshape(-1) for a in np.meshgrid(side, side))
    runs = [{"scale": s, "error": _error(gate(s, activation, at), x, y)} for s in tried]
    counts = [
        # A tree of gates multiplies pairs, then pairs of products; one layer needs every sign.
        {"factors": n, "deep": 4 * (n - 1), "flat": 2**n}
        for n in several("factors", factors, 2, _FACTORS)
    ]
    best = min(runs, key=lambda r: r["error"])
    largest = counts[-1]
    return View(
        "Can four neurons multiply?",
        f"{_verdict(best, falls_squared(runs))} A product of"
        f" {plural(largest['factors'], 'number')} takes {amount(largest['deep'])} neurons in a tree"
        f" of gates, and {amount(largest['flat'])} in one layer.",
        (
            Remark(
                f"What is run: the gate with {activation}, its weights computed and not trained, at"
                f" {_PLACES} × {_PLACES} places of [−1, 1]², in float64."
            ),
            Equation(
                ("x·y", "((x + y)² − (x − y)²) / 4",
                 "(g(λ(x+y)) + g(−λ(x+y)) − g(λ(x−y)) − g(−λ(x−y))) / 4λ²g″ + O(λ²)"),
                (r"xy = \frac{g(\lambda(x+y)) + g(-\lambda(x+y)) - g(\lambda(x-y))"
                 r" - g(-\lambda(x-y))}{4\lambda^2 g''} + O(\lambda^2)",),
            ),
            _picture(runs), _errors(runs), _count_table(counts), _limit(),
        ),
        {"activation": activation, "curvature": curvature(activation, at), "runs": runs,
         "counts": counts},
    )  # fmt: skip


def falls_squared(runs: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the error was seen to fall with the square of the scale, before rounding.

    Example:
        >>> falls_squared([{"scale": 0.1, "error": 2e-3}, {"scale": 0.01, "error": 2e-5}])
        True
    """
    slopes = [
        np.log(a["error"] / b["error"]) / np.log(a["scale"] / b["scale"])
        for a, b in pairwise(runs) if a["error"] > 0 and b["error"] > 0
    ]  # fmt: skip
    return any(abs(slope - 2) < 0.1 for slope in slopes)


def _verdict(best: Mapping[str, float], squared: bool) -> str:
    at, error = number(best["scale"]), number(best["error"], 2)
    if best["error"] > _CLOSE:
        return f"Not at these scales: even at {at} the largest error on [−1, 1]² is {error}."
    if best["error"] < _EXACT:
        return f"Yes: at scale {at} the largest error on [−1, 1]² is {error}, which is rounding."
    falls = ", and it falls with the square of the scale" if squared else ""
    return f"Yes: at scale {at} the largest error on [−1, 1]² is {error}{falls}."


def curvature(activation: str, at: float) -> float:
    """An activation's second derivative at a place, by the chain rule twice.

    Raises:
        SettingError: it is zero there.
    """
    place = tensor(real("at", at), dtype=float64, requires_grad=True)
    slope = _slope(named(activation)(place), place)
    bend = _slope(slope, place).item() if slope.requires_grad else 0.0
    if abs(bend) < 1e-9:
        raise SettingError(
            f"{activation} is not bent at {number(at)}: its second derivative is zero there, and"
            " the gate divides by it.\n Choose another place with at=…, such as at=1, or softplus."
        )
    return float(bend)


def _slope(of: Any, place: Any) -> Any:
    return grad(of, place, create_graph=True, materialize_grads=True)[0]


def _error(net: nn.Sequential, x: Floats, y: Floats) -> float:
    with no_grad():
        out = net(from_numpy(np.stack([x, y], axis=1))).numpy().reshape(-1)
    return float(np.abs(out - x * y).max())


def _picture(runs: Sequence[dict[str, float]]) -> Chart:
    scales = [r["scale"] for r in runs]
    square = [runs[0]["error"] * (s / scales[0]) ** 2 for s in scales]
    return Chart(
        Axis("scale λ", log=True), Axis("largest error", log=True),
        (
            Line(scales, square, "falling with λ²", "muted"),
            Line(scales, [r["error"] for r in runs], "the gate"),
        ),
        title="The error falls with the square of the scale" if falls_squared(runs)
              else f"The largest error is {number(min(r['error'] for r in runs), 2)} at best",
        sentence="Largest error on the square by scale, beside a line of slope two.",
    )  # fmt: skip


def _errors(runs: Sequence[dict[str, float]]) -> Table:
    return Table(
        (
            Column("scale λ", "number", key="scale", anchor=True),
            Column("largest error", "number", key="error"), Column("error / λ²", "number"),
        ),
        tuple((r["scale"], r["error"], r["error"] / r["scale"] ** 2) for r in runs),
        caption="Four neurons against the product",
        note="Where error / λ² rises again, it is rounding: differences of nearly equal numbers"
             " are divided by λ².",
    )  # fmt: skip


def _count_table(counts: Sequence[dict[str, int]]) -> Table:
    return Table(
        (
            Column("numbers multiplied", "count", key="factors", anchor=True),
            Column("a tree of gates: 4(n − 1)", "count", key="deep"),
            Column("one hidden layer: 2ⁿ", "count", key="flat"),
        ),
        tuple((c["factors"], c["deep"], c["flat"]) for c in counts),
        caption="Neurons for a product of n numbers",
    )  # fmt: skip


def _limit() -> Remark:
    return Remark(
        "No flattening (Lin, Tegmark and Rolnick 2017, Why does deep and cheap learning work so"
        " well?): with one hidden layer of smooth neurons, 2ⁿ are needed to multiply n numbers as"
        " closely as one likes. It is their theorem; here it is counted, not measured."
    )
