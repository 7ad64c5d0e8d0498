r"""Initialization and depth: how first weights let signal and blame vanish, explode or pass.

$$ q_{l+1} = \sigma_w^2\, \mathbb{E}\big[g(\sqrt{q_l}\,z)^2\big] + \sigma_b^2 $$

Each layer multiplies the mean square by a factor; over many layers only a factor near 1 is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.experiments.aligned import Aligned
from pellucid.experiments.deep_told import told_of
from pellucid.experiments.experiment import experiment
from pellucid.experiments.rows import Rows, accuracies, rows_of
from pellucid.experiments.settings import activation, several, whole, words
from pellucid.experiments.signals import foretold, measured
from pellucid.experiments.starts import STARTS, check_start
from pellucid.lenses.picture import Floats
from pellucid.lenses.view import View
from pellucid.training.populate import population

__all__ = ["depth", "fate"]

_FAR = 1e3  # by more than this factor a mean square has vanished or exploded
_ROWS = 128


@experiment("Through how many layers do signal and blame come, by activation and first weights?")
def depth(
    activations: str | Sequence[str] = ("relu", "tanh"),
    starts: str | Sequence[str] | None = None,
    layers: int = 30,
    width: int = 64,
    depths: int | Sequence[int] = (2, 12),
    hidden: int = 24,
    restarts: int = 3,
    epochs: int = 15,
    lr: float = 0.003,
    seed: int = 0,
) -> View:
    """Measure signal and blame in each layer of fresh networks, then train some of them.

    Args:
        activations: of the hidden neurons; each is tried with each way to begin.
        starts: ways to draw the first weights: "pytorch", "xavier", "lecun", "orthogonal", "he",
            "small", "large", "zeros"; all of them when None.
        layers: of the fresh networks.
        width: their neurons a layer.
        depths: hidden layers of the networks that are trained.
        hidden: their neurons a layer.
        restarts: how many starts for each of these.
        epochs: how long each is trained, on 400 rows of moons.
        lr: the step size of Adam.
        seed: of the first start.

    Returns:
        mean squares by layer, measured and foretold, where they vanish or explode, and the
        accuracy that is reached from there.

    Raises:
        SettingError: an unknown activation or start, or a number out of range.

    Example:
        >>> found = depth("relu", ["he", "small"], layers=8, depths=1, restarts=1, epochs=1)
        >>> [run["signal_fate"] for run in found.to_dict()["runs"]]
        ['passes', 'vanishes']
    """
    acts = words("activations", activations)
    for act in acts:
        activation(act)
    begun = [check_start(name) for name in words("starts", STARTS if starts is None else starts)]
    deep, wide, first = whole("layers", layers, 2), whole("width", width, 2), whole("seed", seed, 0)
    tried = several("depths", depths)
    with np.errstate(over="ignore", invalid="ignore"):  # what explodes may leave all numbers
        runs = [_run(act, start, deep, wide, first) for act in acts for start in begun]
    facts = {
        "layers": deep, "width": wide, "hidden": whole("hidden", hidden), "depths": list(tried),
        "restarts": whole("restarts", restarts), "epochs": whole("epochs", epochs), "lr": lr,
    }  # fmt: skip
    rows = rows_of(None, None, samples=400, noise=0.2, validation=0.4, seed=seed, most=400)
    facts["guess"] = float(np.bincount(rows.check[1]).max() / len(rows.check[1]))
    for n in tried:
        _train(runs, n, rows, facts, seed)
    return told_of(runs, facts)


def fate(path: Floats) -> tuple[str, int | None]:
    """What becomes of a mean square on its way, and after how many layers.

    Example:
        >>> fate(np.array([1.0, 0.02, 0.0004])), fate(np.array([1.0, 2.0, 1.5]))
        (('vanishes', 2), ('passes', None))
    """
    first = path[0]
    if not np.isfinite(first):
        return "explodes", 0
    if not first > 0:
        return "vanishes", 0
    # Past the largest float a mean square is infinite, and what is made of it no number.
    low, high = path < first / _FAR, ~(path <= first * _FAR)
    if not (low | high).any():
        return "passes", None
    at = int((low | high).argmax())
    return ("vanishes" if low[at] else "explodes"), at


def _run(act: str, start: str, layers: int, width: int, seed: int) -> dict[str, Any]:
    seen = measured(act, start, layers, width, _ROWS, seed)
    said = foretold(act, start, layers, width)
    forward, back = fate(seen.signal), fate(seen.blame[::-1])
    return {
        "activation": act, "start": start,
        "signal": seen.signal.tolist(), "blame": seen.blame.tolist(),
        "signal_foretold": said.signal.tolist(), "blame_foretold": said.blame.tolist(),
        "signal_factor": _factor(seen.signal), "blame_factor": _factor(seen.blame[::-1]),
        "signal_fate": forward[0], "signal_layers": forward[1],
        "blame_fate": back[0], "blame_layers": back[1], "accuracy": {},
    }  # fmt: skip


def _factor(path: Floats) -> float:
    """By what a layer multiplies, on average."""
    return float((path[-1] / path[0]) ** (1 / (len(path) - 1))) if path[0] > 0 else 0.0


def _train(
    runs: Sequence[dict[str, Any]], layers: int, rows: Rows, facts: dict[str, Any], seed: int
) -> None:
    """Train each kind at one depth, all in one program, and note its accuracy with the run."""
    acts, begun = (list(dict.fromkeys(r[key] for r in runs)) for key in ("activation", "start"))
    sizes = [rows.ends[0], *[facts["hidden"]] * layers, rows.ends[1]]
    found = population(
        lambda act, start, seed: Aligned(sizes, act, seed, acts=acts, start=start), rows.train,
        seeds=list(range(seed, seed + facts["restarts"])), act=acts, start=begun, lr=facts["lr"],
        weight_decay=0.0, epochs=facts["epochs"], batch_size=30, validation=rows.check,
        metrics=["accuracy"], restore_best=False, progress=False, seed=seed,
    )  # fmt: skip
    reached = np.nan_to_num(accuracies(found)[:, -1], nan=-1.0)  # below all: it has diverged
    for run in runs:
        mine = [
            i for i, m in enumerate(found.members)
            if (m["act"], m["start"]) == (run["activation"], run["start"])
        ]  # fmt: skip
        middle = float(np.median(reached[mine]))
        run["accuracy"][layers] = middle if middle >= 0 else None
