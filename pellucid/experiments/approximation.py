r"""Approximation: how close a network comes to a function, by its width and by its depth.

$$ f(x) \approx c + \sum_{i=1}^{n} a_i\, g(w_i x + b_i) $$

One hidden layer comes as close as one likes to any continuous function on an interval, if it is
wide enough; how wide, and whether training finds the weights, is what is measured here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.experiments.aligned import Aligned
from pellucid.experiments.experiment import experiment
from pellucid.experiments.formula import formula
from pellucid.experiments.settings import between, several, whole
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.picture import Axis, Chart, Charts, Floats, Line, Rule
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.training.populate import population

__all__ = ["approximation"]

_BETWEEN = 1001  # places where the error is measured, most of them never seen


@experiment("How close does a network come to a function, by width and by depth?")
def approximation(
    function: str = "sin(3*x)",
    widths: int | Sequence[int] = (1, 2, 4, 8, 16, 32),
    depths: int | Sequence[int] = (1, 2, 3, 4),
    activation: str = "tanh",
    low: float = -2.0,
    high: float = 2.0,
    points: int = 64,
    restarts: int = 8,
    epochs: int = 1500,
    lr: float = 0.02,
    seed: int = 0,
) -> View:
    """Train networks of each width and depth on a function; measure the error between the points.

    Args:
        function: of x, such as "sin(3*x)", "abs(x)" or "x^2 - 1/2".
        widths: of one hidden layer.
        depths: how many hidden layers; each is as wide as leaves the number of weights nearest to
            that of the widest single layer.
        activation: of the hidden neurons.
        low: where x begins.
        high: where it ends.
        points: how many evenly spaced places are learned from.
        restarts: how many starts for each; the best counts.
        epochs: steps of Adam, each on all points.
        lr: its step size, falling along a cosine.
        seed: of the first start.

    Returns:
        the error of the best network of each width, and of each depth.

    Raises:
        SettingError: a formula that can't be read, or that is not finite between low and high.

    Example:
        >>> found = approximation("x^2", widths=[1, 4], depths=1, restarts=2, epochs=50)
        >>> [run["parameters"] for run in found.to_dict()["by_width"]]
        [4, 13]
    """
    low, high = between(low, high)
    target = formula(function)
    x = np.linspace(low, high, whole("points", points, 2))
    fine = np.linspace(low, high, _BETWEEN)
    _check(target(fine), function, low, high)
    wide, deep = several("widths", widths), several("depths", depths)
    budget = _parameters((max(wide),))
    shapes: list[tuple[int, ...]] = [(w,) for w in wide]
    shapes += [s for d in deep if (s := _spread(budget, d)) not in shapes]
    course = (whole("restarts", restarts), whole("epochs", epochs), lr, whole("seed", seed, 0))
    rows, places = (x, target(x)), (fine, target(fine))
    runs: dict[tuple[int, ...], dict[str, Any]] = {}
    for layers in sorted(set(map(len, shapes))):
        alike = [shape for shape in shapes if len(shape) == layers]
        runs |= _trained(alike, activation, rows, places, course)
    by_width = [runs[(w,)] for w in wide]
    by_depth = [runs[_spread(budget, d)] for d in deep]
    spread = float(np.std(target(fine)))
    what = Remark(
        f"What is run: networks of one input and one output learn {function} at"
        f" {plural(points, 'place')} from {number(low)} to {number(high)}, the best of"
        f" {plural(restarts, 'start')} each, {plural(epochs, 'step')} of Adam. Error: the root"
        f" of the mean square at {_BETWEEN} places."
    )
    return View(
        f"How close does a network come to {function}?",
        _verdict(by_width, by_depth, spread),
        (
            what,
            Charts((_against_width(by_width, spread), _drawn(by_width, *places)), columns=2),
            _table(by_width, "By width, one hidden layer"),
            _table(by_depth, "By depth, at about equal numbers of weights"), *_limits(),
        ),
        {
            "function": function, "by_width": [_told(r) for r in by_width],
            "by_depth": [_told(r) for r in by_depth], "standard_deviation": spread,
        },
    )  # fmt: skip


def _parameters(hidden: Sequence[int]) -> int:
    sizes = (1, *hidden, 1)
    return sum((a + 1) * b for a, b in pairwise(sizes))


def _spread(budget: int, depth: int) -> tuple[int, ...]:
    """So many layers of one width, with about as many weights as the budget."""
    if depth == 1:
        return ((budget - 1) // 3,)
    width = min(range(1, budget), key=lambda w: abs(_parameters((w,) * depth) - budget))
    return (width,) * depth


def _trained(
    shapes: Sequence[tuple[int, ...]], act: str, rows: tuple[Floats, Floats],
    fine: tuple[Floats, Floats], course: tuple[int, int, float, int],
) -> dict[tuple[int, ...], dict[str, Any]]:  # fmt: skip
    """For networks of one depth, the best of the starts and its worth between the points."""
    restarts, epochs, lr, seed = course
    # In float64: far from zero, float32 would not tell neighboring places or values apart.
    x, y = (a.reshape(-1, 1) for a in rows)
    mean, scale = float(y.mean()), float(y.std()) or float(np.abs(y).max()) or 1.0
    middle, reach = float(x.mean()), float(x.std())
    inputs, targets = ((a.astype(np.float32)) for a in ((x - middle) / reach, (y - mean) / scale))
    room = [max(shape[0] for shape in shapes)] * len(shapes[0])
    found = population(
        lambda hidden, seed: Aligned([1, *[hidden] * len(room), 1], act, seed, room),
        (inputs, targets), hidden=[shape[0] for shape in shapes],
        seeds=list(range(seed, seed + restarts)), lr=lr, weight_decay=0.0, epochs=epochs,
        batch_size=len(x), validation=0, shuffle=False, loss="mse", schedule="cosine",
        progress=False,
    )  # fmt: skip
    places = ((fine[0].reshape(-1, 1) - middle) / reach).astype(np.float32)
    runs = {}
    for shape in shapes:
        mine = [i for i, member in enumerate(found.members) if member["hidden"] == shape[0]]
        best = min(mine, key=lambda i: np.nan_to_num(float(found.best_loss[i]), nan=np.inf))
        with no_grad():
            out = found.model(best)(from_numpy(places)).numpy().reshape(-1).astype(np.float64)
        curve = out * scale + mean
        missed = curve - fine[1]
        runs[shape] = {
            "hidden": list(shape), "parameters": _parameters(shape), "curve": curve,
            "error": float(np.sqrt(np.mean(missed**2))), "largest": float(np.abs(missed).max()),
        }  # fmt: skip
    return runs


def _check(y: Floats, function: str, low: float, high: float) -> None:
    if not np.isfinite(y).all():
        raise SettingError(
            f"{function} is not finite everywhere from {number(low)} to {number(high)}.\n"
            " Choose other ends with low=… and high=…."
        )
    if float(np.abs(y).max()) > 1e30:
        raise SettingError(f"{function} is larger than 1e30 there, too large for float32.")


def _told(run: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in run.items() if name != "curve"}


def _layers(hidden: Sequence[int]) -> str:
    return " × ".join(map(str, (len(hidden), hidden[0])))


def _verdict(
    by_width: Sequence[dict[str, Any]], by_depth: Sequence[dict[str, Any]], spread: float
) -> str:
    first, last = by_width[0], by_width[-1]
    wider = f", with {last['hidden'][0]} {number(last['error'])}" if last is not first else ""
    told = (
        f"With {plural(first['hidden'][0], 'hidden neuron')} the error is {number(first['error'])}"
        f"{wider}; the function itself varies by {number(spread)}."
    )
    least = min(by_width, key=lambda r: float(r["error"]))
    if least["error"] < 0.9 * last["error"]:
        wide = plural(least["hidden"][0], "neuron")
        told += f" Of the widths {wide} came closest, with {number(least['error'])}."
    if len(by_depth) < 2:
        return told
    best = min(by_depth, key=lambda r: float(r["error"]))
    layers = plural(len(best["hidden"]), "hidden layer")
    few, many = (f(r["parameters"] for r in by_depth) for f in (min, max))
    # Layers of one neuron each have weights of their own: few weights can't be shared out.
    at = f"At about {last['parameters']}" if many < 1.25 * few else f"At {few} to {many}"
    return f"{told} {at} weights {layers} came closest."


def _against_width(runs: Sequence[dict[str, Any]], spread: float) -> Chart:
    rule = (Rule(spread, name="the best constant"),) if spread > 0 else ()
    first, least = runs[0]["error"], min(r["error"] for r in runs)
    title = f"From {number(first, 2)} down to {number(least, 2)}" if least < first else (
        f"{plural(runs[0]['hidden'][0], 'neuron')} and an error of {number(first, 2)}")  # fmt: skip
    return Chart(
        Axis("hidden neurons", names=tuple(str(r["hidden"][0]) for r in runs)),
        Axis("error", log=True),
        (Line(list(range(len(runs))), [r["error"] for r in runs]), *rule),
        title=title,
        sentence="The error of the best network of each width.",
    )  # fmt: skip


def _drawn(runs: Sequence[dict[str, Any]], x: Floats, y: Floats) -> Chart:
    shown = [runs[0], runs[len(runs) // 2], runs[-1]] if len(runs) > 2 else list(runs)
    lines = [
        Line(x[::5], r["curve"][::5], plural(r["hidden"][0], "neuron"), order=i)
        for i, r in enumerate(shown)
    ]
    return Chart(
        Axis("x"), Axis("f(x)"), (Line(x[::5], y[::5], "the function", "muted"), *lines),
        title=f"{plural(shown[-1]['hidden'][0], 'neuron')}"
              f" {'misses' if shown[-1]['hidden'][0] == 1 else 'miss'} by"
              f" {number(shown[-1]['error'], 2)}",
        sentence="The narrowest, a middle and the widest network beside the function.",
    )  # fmt: skip


def _table(runs: Sequence[dict[str, Any]], caption: str) -> Table:
    return Table(
        (
            Column("layers × neurons", "text", key="hidden", anchor=True),
            Column("weights", "count", key="parameters"), Column("error", "number"),
            Column("largest error", "number", key="largest"),
        ),
        tuple((_layers(r["hidden"]), r["parameters"], r["error"], r["largest"]) for r in runs),
        caption=caption,
    )  # fmt: skip


def _limits() -> tuple[Remark, ...]:
    return (
        Remark(
            "The theorem (Cybenko 1989; Hornik 1991; Leshno and others 1993 for every activation"
            " that is no polynomial) says that weights exist. What training found from these starts"
            " may be further away: an error that no longer falls is one of training, not of width."
        ),
    )
