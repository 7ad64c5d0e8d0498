r"""XOR: what no straight line can do, proved; and how many hidden neurons it takes, measured.

$$ f(0,0) + f(1,1) = f(0,1) + f(1,0) \quad \text{for every } f(x) = w_1 x_1 + w_2 x_2 + b $$
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.experiments.aligned import Aligned
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import listed, several, whole, words
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Chart, Floats, Line
from pellucid.lenses.view import Column, Equation, Remark, Table, View
from pellucid.training.populate import population

__all__ = ["xor"]

_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
_Y = np.array([[0], [1], [1], [0]], np.float32)
_SOLVED = 0.01  # then no output is further than 0.2 from its target: 4 · 0.01 = 0.2²


@experiment("How many hidden neurons does XOR need, and why can't a linear network do it?")
def xor(
    activations: Sequence[str] = ("relu", "tanh", "sigmoid", "silu"),
    widths: int | Sequence[int] = (1, 2, 3),
    restarts: int = 1000,
    epochs: int = 300,
    lr: float = 0.1,
    seed: int = 0,
) -> View:
    """Prove that a linear network fails, then train networks of each width from many starts.

    Args:
        activations: of the hidden neurons; each is tried with each width.
        widths: how many hidden neurons.
        restarts: how many starts for each.
        epochs: steps of Adam, each on all four rows.
        lr: its step size.
        seed: of the first start.

    Returns:
        the shares of the starts that solve it, beside the proof for the linear network.

    Raises:
        SettingError: an unknown activation, or a number out of range.

    Example:
        >>> found = xor(activations=["tanh"], widths=2, restarts=20, epochs=200)
        >>> found.to_dict()["linear"]["best_mse"]
        0.25
    """
    acts = words("activations", activations)
    tried = several("widths", widths)
    first = whole("seed", seed, 0)
    starts = range(first, first + whole("restarts", restarts))
    measured = _trained(acts, tried, starts, whole("epochs", epochs), lr)
    linear = _least_squares()
    smallest = {a: _smallest(a, measured) for a in acts}
    table = Table(
        (
            Column("activation", "code", anchor=True), Column("hidden", "count"),
            Column("solved", "share"), Column("lowest loss", "number", key="lowest"),
            Column("median loss", "number", key="median", rank=1),
        ),
        tuple((m["activation"], m["hidden"], m["solved"], m["lowest"], m["median"])
              for m in measured),
        caption=f"{plural(restarts, 'start')} each",
        note=f"Solved: a mean squared error below {number(_SOLVED)}, so that no output is further "
             "than 0.2 from its target.",
    )  # fmt: skip
    what = Remark(
        f"What is run: networks of 2 inputs, one hidden layer and 1 output on the four rows of XOR,"
        f" {plural(restarts, 'start')} for each activation and width, {plural(epochs, 'step')}"
        f" of Adam with step size {number(lr)}; the lowest loss on the way counts."
    )
    return View(
        "How many hidden neurons does XOR need?",
        _verdict(smallest, tried, linear["best_mse"]),
        (what, _picture(acts, tried, measured), table, *_proof(linear), *_limits(smallest)),
        {"linear": linear, "smallest": smallest, "restarts": restarts, "runs": measured},
    )


def _trained(
    acts: Sequence[str], widths: Sequence[int], starts: range, epochs: int, lr: float
) -> list[dict[str, Any]]:
    """Every activation with every width from every start, all in one program."""
    found = population(
        lambda act, hidden, seed: Aligned([2, hidden, 1], act, seed, [max(widths)], acts),
        (_X, _Y), seeds=list(starts), lr=lr, weight_decay=0.0, epochs=epochs, batch_size=4,
        validation=0, shuffle=False, loss="mse", progress=False, act=list(acts),
        hidden=list(widths),
    )  # fmt: skip
    losses: dict[Any, list[float]] = {}
    for member, loss in zip(found.members, found.best_loss, strict=True):
        losses.setdefault((member["act"], member["hidden"]), []).append(float(loss))
    return [_spread(act, width, np.array(losses[act, width])) for act in acts for width in widths]


def _spread(act: str, width: int, losses: Floats) -> dict[str, Any]:
    return {
        "activation": act, "hidden": width, "solved": float((losses < _SOLVED).mean()),
        "lowest": float(losses.min()), "median": float(np.median(losses)),
    }  # fmt: skip


def _smallest(act: str, measured: Sequence[dict[str, Any]]) -> int | None:
    solved = [m["hidden"] for m in measured if m["activation"] == act and m["solved"] > 0]
    return min(solved, default=None)


def _least_squares() -> dict[str, Any]:
    """The best linear network, by least squares on the four rows."""
    rows = np.hstack([_X, np.ones((4, 1))]).astype(np.float64)
    best, *_ = np.linalg.lstsq(rows, _Y.astype(np.float64), rcond=None)
    best = np.round(best.reshape(-1), 12) + 0.0  # what is left of zero after rounding
    outputs = rows @ best
    mse = float(np.mean((outputs - _Y.reshape(-1)) ** 2))
    return {"weights": best[:2].tolist(), "bias": float(best[2]), "best_mse": mse,
            "outputs": outputs.tolist()}  # fmt: skip


def _proof(linear: dict[str, Any]) -> tuple[Equation | Remark, ...]:
    """Why no linear network can, as a chain of equations."""
    algebra = Equation(
        ("f(x) = w₁x₁ + w₂x₂ + b",),
        (
            r"f(x) = w_1 x_1 + w_2 x_2 + b",
            r"f(0,0) + f(1,1) = b + (w_1 + w_2 + b) = (w_2 + b) + (w_1 + b) = f(0,1) + f(1,0)",
            r"0 + 0 = 0 \neq 2 = 1 + 1",
            r"e_{00} - e_{01} - e_{10} + e_{11} = 2",
            r"2^2 \le (1 + 1 + 1 + 1)(e_{00}^2 + e_{01}^2 + e_{10}^2 + e_{11}^2)",
            r"\tfrac{1}{4}\textstyle\sum e^2 \ge \tfrac{1}{4}",
        ),
        (
            ("f(0,0) + f(1,1)", "b + (w₁ + w₂ + b)", "(w₂ + b) + (w₁ + b)", "f(0,1) + f(1,0)"),
            ("XOR asks for 0 + 0", "1 + 1, which is false"),
            ("with errors e = f − y:  e₀₀ − e₀₁ − e₁₀ + e₁₁", "0 − (0 − 1 − 1 + 0)", "2"),
            ("so by Cauchy and Schwarz  2² ≤ 4·(e₀₀² + e₀₁² + e₁₀² + e₁₁²)",),
            ("and the mean of e² ≥ 1/4, reached where every output is 1/2",),
        ),
    )
    w, b = linear["weights"], linear["bias"]
    told = (
        f"Checked by least squares: w₁ = {number(w[0])}, w₂ = {number(w[1])}, b = {number(b)},"
        f" mean squared error {number(linear['best_mse'])}. Layers of Linears in a row are one"
        " Linear (see the experiment collapse), so depth doesn't help."
    )
    return (
        Remark("Why a linear network can't, whatever its weights:"), algebra, Remark(told, "good")
    )  # fmt: skip


def _limits(smallest: dict[str, int | None]) -> list[Remark]:
    found = [
        Remark(
            "A width at which no start solved it is not proved impossible by that; the starts are"
            " evidence. For activations that only rise it is proved: with one hidden neuron the"
            " output rises or falls along one direction only, while XOR goes up and down again."
        )
    ]
    if bent := [a for a, width in smallest.items() if width == 1]:
        found.append(
            Remark(
                f"One hidden neuron is enough with {listed(bent)}: the activation falls and rises"
                " again, and the rows can be laid on both sides of its lowest point."
            )
        )
    return found


def _verdict(smallest: dict[str, int | None], tried: Sequence[int], mse: float) -> str:
    by_width: dict[int | None, list[str]] = {}
    for act, width in smallest.items():
        by_width.setdefault(width, []).append(act)
    told = [
        f"{plural(width, 'hidden neuron')} with {listed(acts)}"
        for width, acts in sorted((w, a) for w, a in by_width.items() if w is not None)
    ]
    solved = f"XOR was solved with {' and '.join(told)}" if told else "XOR was not solved"
    failed = by_width.get(None)
    unsolved = f"; up to {max(tried)}, not with {listed(failed)}" if failed and told else ""
    return (
        f"{solved}{unsolved}. A linear network can't: its mean squared error is never below "
        f"{number(mse)}, that of answering one half to everything."
    )


def _title(acts: Sequence[str], measured: Sequence[dict[str, Any]]) -> str:
    least = {act: _smallest(act, measured) for act in acts}
    if None in least.values():
        return f"Solved with {sum(w is not None for w in least.values())} of {len(acts)}"
    return f"Neurons it takes: {', '.join(f'{act} {width}' for act, width in least.items())}"


def _picture(
    acts: Sequence[str], tried: Sequence[int], measured: Sequence[dict[str, Any]]
) -> Chart:  # fmt: skip
    shares = {
        act: [m["solved"] for m in measured if m["activation"] == act] for act in acts
    }  # fmt: skip
    lines = tuple(
        Line(list(range(len(tried))), shares[act], act, order=i) for i, act in enumerate(acts)
    )
    told = "; ".join(
        f"{act}: {', '.join(percent(s) for s in found)}" for act, found in shares.items()
    )
    return Chart(
        Axis("hidden neurons", names=tuple(map(str, tried))),
        Axis("starts that solve XOR", percent=True, low=0.0, high=1.0), lines,
        title=_title(acts, measured), sentence=f"Shares by width. {told}.",
    )  # fmt: skip
