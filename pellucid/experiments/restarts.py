r"""Restarts: where training ends depends on where it starts; how much the best of many helps.

$$ P(\text{best of } n \text{ solves}) = 1 - \binom{N-k}{n} \Big/ \binom{N}{n} $$

for n of the N starts, k of which solve it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.experiments.exhaustive import MOST, grid_values, search
from pellucid.experiments.experiment import experiment
from pellucid.experiments.settings import perceptron, whole
from pellucid.lenses.numerals import amount, number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Charts, Floats, Line
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.training.populate import population

__all__ = ["restarts"]

_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
_Y = np.array([[0], [1], [1], [0]], np.float32)
_SOLVED = 0.01
_BINS = 24


@experiment("How much does the start decide, and what does the best of many starts cost?")
def restarts(
    restarts: int = 1000,
    hidden: int = 2,
    activation: str = "relu",
    epochs: int = 300,
    lr: float = 0.05,
    grid: Sequence[float] = (-1.0, 0.0, 1.0),
    seed: int = 0,
) -> View:
    """Train one small network on XOR from many starts; then try every network of a grid of weights.

    Args:
        restarts: how many starts.
        hidden: its hidden neurons.
        activation: of the hidden neurons.
        epochs: steps of Adam, each on all four rows.
        lr: its step size.
        grid: the values that each weight may have in the exhaustive search; it is left out where
            there would be more than four million networks.
        seed: of the first start.

    Returns:
        how the last losses are spread, what the best of n starts reaches, and both costs.

    Raises:
        SettingError: an unknown activation, or a number out of range.

    Example:
        >>> found = restarts(restarts=20, epochs=100).to_dict()
        >>> found["exhaustive"]["networks"], found["exhaustive"]["lowest"]
        (19683, 0.0)
    """
    width = whole("hidden", hidden)
    first = whole("seed", seed, 0)
    starts = range(first, first + whole("restarts", restarts, 2))
    values = len(grid_values(grid))
    run = population(
        lambda: perceptron(2, [width], activation), (_X, _Y), seeds=list(starts), lr=lr,
        weight_decay=0.0, epochs=whole("epochs", epochs), batch_size=4, validation=0,
        shuffle=False, loss="mse", progress=False,
    )  # fmt: skip
    losses = np.nan_to_num(np.asarray(run.train_loss, np.float64)[:, -1], nan=np.inf)
    weights = 4 * width + 1
    tries = [n for n in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= restarts]
    best = [_best_of(losses, n) for n in tries]
    exhaustive = search(width, activation, grid, _X, _Y, _SOLVED)
    solved = float((losses < _SOLVED).mean())
    costs = _costs(solved, epochs, exhaustive)
    return View(
        "How much does the start decide?",
        _verdict(losses, solved, best, exhaustive),
        (
            Remark(
                f"What is run: a network of 2 inputs, {plural(width, 'hidden neuron')}"
                f" ({activation}) and 1 output, {weights} weights, on XOR from"
                f" {plural(restarts, 'start')}, {plural(epochs, 'step')} of Adam each with step"
                f" size {number(lr)}."
            ),
            Charts((_histogram(losses), _curve(best)), columns=2),
            _spread(best), _cost_table(costs), *_remarks(exhaustive, values, weights),
        ),
        {
            "losses": np.sort(losses).tolist(), "solved": solved, "best_of": best,
            "exhaustive": exhaustive, "costs": costs, "weights": weights,
        },
    )  # fmt: skip


def _best_of(losses: Floats, n: int) -> dict[str, Any]:
    """What the best of n starts reaches on average, over all ways to choose n of those run."""
    ordered, total = np.sort(losses), len(losses)
    # The chance that the i-th lowest is the best one: it is chosen, and none below it is.
    chance, left = np.zeros(total), 1.0
    for i in range(total - n + 1):
        chosen = n / (total - i)
        chance[i], left = left * chosen, left * (1 - chosen)
    finite = chance > 0
    return {
        "starts": n, "loss": float(np.sum(chance[finite] * ordered[finite])),
        "solved": min(float(chance[ordered < _SOLVED].sum()), 1.0),
    }  # fmt: skip


def _costs(solved: float, epochs: int, exhaustive: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Passes over the four rows until one network is expected to solve it."""
    step = 3 * epochs  # a step is a pass forward and about two backward
    found = [{"way": "training from random starts", "networks": 1 / solved if solved else None,
              "passes": step / solved if solved else None}]  # fmt: skip
    if exhaustive is not None:
        n, good = exhaustive["networks"], exhaustive["solved"]
        # Drawn in random order without repeats, the first of k among n comes after (n+1)/(k+1).
        first = (n + 1) / (good + 1) if good else None
        found += [
            {"way": "the grid in random order", "networks": first, "passes": first},
            {
                "way": "the whole grid",
                "networks": float(n) if good else None,
                "passes": float(n) if good else None,
            },
        ]
    return found


def _verdict(
    losses: Floats, solved: float, best: Sequence[dict[str, Any]], exhaustive: dict[str, Any] | None
) -> str:
    first = _solving(losses, solved)
    enough = next((b for b in best if b["solved"] >= 0.95), None)
    second = (
        ""
        if enough and enough["starts"] == 1  # said above
        else f" The best of {enough['starts']} solves it {percent(enough['solved'])} of the time."
        if enough else " No number of starts that was looked at makes it nearly sure."
    )  # fmt: skip
    if exhaustive is None:
        return first + second
    return (
        f"{first}{second} Of the {plural(exhaustive['networks'], 'network')} of the grid"
        f" {amount(exhaustive['solved']) if exhaustive['solved'] else 'none'}"
        f" {'solves' if exhaustive['solved'] < 2 else 'solve'} it."
    )


def _solving(losses: Floats, solved: float) -> str:
    """How many of the starts solve it, and where the others are left."""
    starts = plural(len(losses), "start")
    if solved == 1:
        return f"All {starts} solve it."
    left = losses[(losses >= _SOLVED) & np.isfinite(losses)]
    lost = int((~np.isfinite(losses)).sum())
    ends = [f"stay at losses up to {number(float(left.max()))}"] if left.size else []
    ends += ["diverge" if lost == len(losses) else f"{lost:,} diverge"] if lost else []
    if not solved:
        return f"None of {starts} solves it: they {' or '.join(ends)}."
    return f"{percent(solved)} of {starts} solve it; the others {' or '.join(ends)}."


def _histogram(losses: Floats) -> Chart:
    finite = losses[np.isfinite(losses)]  # those that diverged have no place on the axis
    top = float(finite.max(initial=1e-6)) * 1.0001
    count, edges = np.histogram(finite, np.linspace(0.0, top, _BINS + 1))
    middles = (edges[:-1] + edges[1:]) / 2
    most = int(count.argmax())
    share = percent(float(count[most]) / len(losses))
    ends = f"{number(float(edges[most]), 2)} and {number(float(edges[most + 1]), 2)}"
    title = f"{share} of the starts end between {ends}" if finite.size else "All starts diverge"
    return Chart(
        Axis("last loss"), Axis("share of the starts", percent=True),
        (Bars(count / len(losses), at=middles),), title=title,
        sentence="How the last losses of all starts are spread.",
    )  # fmt: skip


def _curve(best: Sequence[dict[str, Any]]) -> Chart:
    first, last = best[0], best[-1]
    grows = f"Solved by 1 start: {percent(first['solved'])}"
    if last["starts"] > 1:
        grows += f", by the best of {last['starts']:,}: {percent(last['solved'])}"
    return Chart(
        Axis("starts", log=True), Axis("solved", percent=True, low=0.0, high=1.0),
        (Line([b["starts"] for b in best], [b["solved"] for b in best]),),
        title=grows,
        sentence="How often the best of so many starts solves it.",
    )  # fmt: skip


def _spread(best: Sequence[dict[str, Any]]) -> Table:
    return Table(
        (
            Column("starts", "count", anchor=True),
            Column("mean of the best loss", "number", key="loss"), Column("solved", "share"),
        ),
        tuple((b["starts"], b["loss"], b["solved"]) for b in best), caption="The best of n starts",
        note="Exact, over all ways of choosing n of the starts that were run.",
    )  # fmt: skip


def _cost_table(costs: Sequence[dict[str, Any]]) -> Table:
    return Table(
        (
            Column("way", anchor=True), Column("networks", "text"),
            Column("passes over the rows", "text", key="passes"),
        ),
        tuple((c["way"], _told(c["networks"]), _told(c["passes"])) for c in costs),
        caption="Until one is expected to solve it",
        note="A step counts as 3 passes: one forward, and about two for the gradient.",
    )  # fmt: skip


def _told(count: float | None) -> str:
    return "never" if count is None else number(count)


def _power(base: int, places: int) -> str:
    """What a power comes to, where a float can hold it."""
    return f" = {amount(base**places)}" if places * np.log10(base) < 300 else ""


def _remarks(exhaustive: dict[str, Any] | None, values: int, weights: int) -> list[Remark]:
    more = weights + 4
    growth = (
        f"The grid has {plural(values, 'value')} for each of {weights} weights,"
        f" {values}^{weights}{_power(values, weights)} networks; one more hidden neuron makes it"
        f" {values}^{more}{_power(values, more)}. A start costs about as much as before."
    )
    if exhaustive is None:
        return [Remark(f"{growth} More than {amount(MOST)} are not tried.", "warn")]
    found = [Remark(growth)]
    if exhaustive["lowest"] > 0:
        found.append(Remark(f"No network of the grid is below {number(exhaustive['lowest'])}."))
    return found
