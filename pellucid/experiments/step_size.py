r"""Step size: too small, good, decaying and too large, on a bowl whose edge is known.

$$ \eta_{\max} = \frac{2}{\lambda_{\max}} $$

Gradient descent on a quadratic loss converges below this step size and diverges above it; λ is the
largest eigenvalue of the loss's second derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import pellucid.nn as nn
from pellucid.errors import SettingError
from pellucid.experiments.drawn import seeded
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import listed, real, whole
from pellucid.lenses.numerals import number, plural
from pellucid.lenses.picture import Axis, Chart, Floats, Line
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.training.populate import population

__all__ = ["step_size"]

_PARTS = {"small": 0.005, "fixed": 0.5, "too large": 1.1}
_LOUDEST = 1000  # the slopes are 1: beyond it float32 sees noise only
_ROUNDING = 1e-12  # of the first loss: below it, weights in float32 come no closer


@experiment("What does the step size do: too small, fixed, decaying, too large?")
def step_size(
    rows: int = 256,
    inputs: int = 4,
    noise: float = 0.5,
    batches: int = 8,
    epochs: int = 60,
    seed: int = 0,
) -> View:
    """Run gradient descent on a linear regression at parts of the largest step size.

    Args:
        rows: of the data, drawn at random.
        inputs: how many.
        noise: standard deviation of what is added to the targets.
        batches: into how many the rows are cut; 1 for gradient descent without chance.
        epochs: how long.
        seed: of the data and the start.

    Returns:
        the loss paths, and how far each stays above the lowest loss there is.

    Raises:
        SettingError: a number out of range.

    Example:
        >>> found = step_size(rows=64, epochs=20).to_dict()
        >>> [run["way"] for run in found["runs"]]
        ['small', 'fixed', 'too large', 'decaying']
    """
    n, width = whole("rows", rows, 16), whole("inputs", inputs)
    draws = np.random.default_rng(whole("seed", seed, 0))
    noise = real("noise", noise)
    if abs(noise) > _LOUDEST:
        raise SettingError(f"noise must be from 0 to {_LOUDEST:,}, not {noise!r}.")
    x = draws.normal(size=(n, width)).astype(np.float32)
    y = x @ np.ones((width, 1)) + noise * draws.normal(size=(n, 1))
    edge, least = _known(x, y)
    size = -(-n // whole("batches", batches))
    cut = -(-n // size)  # 16 rows in 10 batches are 8 of two
    course: dict[str, Any] = {
        "seeds": [seed], "weight_decay": 0.0, "epochs": whole("epochs", epochs),
        "loss": "mse",
        "batch_size": size,
        "validation": (x, y.astype(np.float32)), "seed": seed,
        "optimizer": "sgd", "progress": False, "restore_best": False,
    }  # fmt: skip
    data = (x, y.astype(np.float32))
    fixed = population(
        lambda: nn.Linear(width, 1), data, lr=[p * edge for p in _PARTS.values()], **course
    )
    falling = population(
        lambda: nn.Linear(width, 1), data, lr=_PARTS["fixed"] * edge, schedule="cosine", **course
    )
    before = _before(width, seed, data)
    runs = [_run(way, fixed, i, edge, least) for i, way in enumerate(_PARTS)]
    runs.append(_run("decaying", falling, 0, edge, least))
    return View(
        "What does the step size do?",
        _verdict(runs, edge, before),
        (
            Remark(
                f"What is run: stochastic gradient descent on a linear regression of"
                f" {plural(n, 'row')} and {plural(width, 'input')}, {plural(epochs, 'epoch')} of"
                f" {plural(cut, 'batch', 'batches')}. The largest step size is 2/λ,"
                " λ the largest eigenvalue of the loss's second derivative over all rows; batches"
                " differ, so theirs is near it."
            ),
            _picture(runs, least), _table(runs),
        ),
        {"edge": edge, "least": least, "before": before, "runs": runs},
    )  # fmt: skip


def _before(inputs: int, seed: int, data: tuple[Floats, Floats]) -> float:
    """The loss that all of them begin with, before any step."""
    with seeded(seed):
        begun = nn.Linear(inputs, 1)
    weight, bias = (cell.detach().numpy().astype(np.float64) for cell in begun.parameters())
    return float(np.mean((data[0] @ weight.T + bias - data[1]) ** 2))


def _known(x: Floats, y: Floats) -> tuple[float, float]:
    """The largest step size, and the lowest loss, both from linear algebra."""
    rows = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
    curvature = np.linalg.eigvalsh(2 * rows.T @ rows / len(rows)).max()
    best = np.linalg.lstsq(rows, y, rcond=None)[0]
    return float(2 / curvature), float(np.mean((rows @ best - y) ** 2))


def _run(way: str, of: Any, i: int, edge: float, least: float) -> dict[str, Any]:
    losses = np.asarray(of.validation_loss[i], np.float64)
    last = float(losses[-1]) if np.isfinite(losses[-1]) else None
    return {
        "way": way, "lr": (_PARTS[way] if way in _PARTS else _PARTS["fixed"]) * edge,
        "losses": [float(v) if np.isfinite(v) else None for v in losses], "last": last,
        "above": None if last is None else last - least, "ended": of.stopped[i],
    }  # fmt: skip


def _verdict(runs: list[dict[str, Any]], edge: float, before: float) -> str:
    good = [r for r in runs if r["way"] != "too large" and r["above"] is not None]
    if not good:
        return (
            "All of them diverge, the small ones too: with so few rows in a batch the largest step"
            f" size of a batch is far below that of all rows, {number(edge)}."
        )
    best = min(good, key=lambda r: float(r["above"]))
    fixed = next(r for r in runs if r["way"] == "fixed")
    ties = _ties(good)
    large = next(r for r in runs if r["way"] == "too large")
    grew = large["last"] is None or large["last"] > before
    end = "the loss grows" if grew else "the loss still falls"
    close = (
        f"The step sizes called {listed(ties)} come to the lowest loss, to rounding."
        if len(ties) > 1
        else f"Closest to the lowest loss came the step size called {best['way']},"
        f" {number(best['above'], 2)} above it{_half(fixed, best)}."
    )
    return f"{close} At 1.1 times the largest, {number(edge)}, {end}."


def _half(fixed: dict[str, Any], best: dict[str, Any]) -> str:
    """What became of half the largest step size, where it is not the best itself."""
    if fixed is best:
        return ", fixed at half the largest"
    if fixed["above"] is None:
        return "; fixed at half the largest it diverges, for batches of few rows have a smaller one"
    return f"; fixed at half the largest it stays {number(fixed['above'], 2)} above"


def _ties(runs: list[dict[str, Any]]) -> list[str]:
    """The ways that end within rounding of the lowest loss, where there are several."""
    start = max(float(r["losses"][0] or 0.0) for r in runs)
    return [r["way"] for r in runs if float(r["above"]) <= _ROUNDING * start]


def _picture(runs: list[dict[str, Any]], least: float) -> Chart:
    ended = [r for r in runs if r["above"] is not None]
    ties = _ties(ended)
    best = min(ended, key=lambda r: float(r["above"]), default=None)
    lines = []
    for i, run in enumerate(runs):
        y = np.array([np.nan if v is None else max(v - least, 1e-7) for v in run["losses"]])
        lines.append(Line(np.arange(1, len(y) + 1), y, run["way"], order=i))
    return Chart(
        Axis("epoch"), Axis("loss above the lowest", log=True), tuple(lines),
        title=f"{listed(ties)} come to the lowest" if len(ties) > 1
        else f"{best['way'].capitalize()} comes closest" if best else "All diverge",
        sentence="The loss over all rows, less the lowest there is.",
    )  # fmt: skip


def _table(runs: list[dict[str, Any]]) -> Table:
    return Table(
        (
            Column("step size", key="way", anchor=True), Column("value", "number", key="lr"),
            Column("last loss", "number", key="last"),
            Column("above the lowest", "number", key="above"), Column("ended"),
        ),
        tuple((r["way"], r["lr"], r["last"], r["above"], r["ended"]) for r in runs),
        caption="Where each ended", note="Decaying starts at the fixed one and follows a cosine.",
    )  # fmt: skip
