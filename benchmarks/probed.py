"""What `fit(probes=True)` costs at every size of the benchmark, on the compiled engine.

Trainings with the default probes and without take turns in one process; what counts is the CPU time
of their steps after the first epoch, in which programs are compiled.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.mlp import cross_entropy
from benchmarks.torch_words import Fit
from benchmarks.workload import Workload
from benchmarks.workloads import gcn, load, restarts
from pellucid.training import Callback

NAMES = (
    "mlp_tiny", "mlp_moons", "mlp_tabular", "mlp_mnist", "autoencoder", "cnn", "resnet", "lstm",
    "gru", "gpt", "gcn", "restarts",
)  # fmt: skip
LEAST = 4  # epochs of a training


class Spent(NamedTuple):
    """CPU seconds of a training after its first epoch, those of its looks, and how many it took."""

    all: float
    looking: float
    looks: int


Train = Callable[[int, bool], Spent]
"""So many epochs, with probes or without."""


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.probed", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (all)")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a training (4)")
    parser.add_argument("--pairs", type=int, default=5, help="trainings of each kind (5)")
    options = parser.parse_args(words)
    print("| workload | a step | looks | their share | with / without |\n|---|---:|---:|---:|---:|")
    for name in options.names or NAMES:
        print(row(load(name), options.seconds, options.pairs), flush=True)


def row(workload: Workload, seconds: float, pairs: int) -> str:
    """The line of a workload."""
    train = _population if workload.name == "restarts" else _fit(workload)
    first = train(LEAST, False).all
    train(LEAST, True)
    each = max(train(LEAST, False).all, first / 50) / (LEAST - 1)
    epochs = max(LEAST, round(seconds / each))
    plain: list[Spent] = []
    probed: list[Spent] = []
    for turn in range(pairs):
        for with_probes in (False, True) if turn % 2 else (True, False):
            (probed if with_probes else plain).append(train(epochs, with_probes))
    ratio = statistics.median(b.all / a.all for a, b in zip(plain, probed, strict=True))
    steps = (epochs - 1) * (1 if workload.name in ("gcn", "restarts") else workload.batches)
    step = statistics.median(p.all for p in plain) / steps
    told = f"{step * 1e6:.3g} us" if step < 1e-3 else f"{step * 1e3:.3g} ms"
    looking = sum(p.looking for p in probed) / sum(p.all for p in probed)
    share = "" if math.isnan(looking) else f"{looking:.1%}"
    looks = statistics.median(p.looks for p in probed)
    return f"| {workload.title} | {told} | {looks} | {share} | {ratio:.3f} |"


def _fit(workload: Workload) -> Train:
    if workload.name == "gcn":
        fit = Fit(gcn.over_known_nodes, cross_entropy, gcn.known_nodes)
    else:
        fit = workload.contenders["pellucid fit"].build()  # type: ignore[assignment]

    def train(epochs: int, probes: bool) -> Spent:
        clock = Clock()
        history = fit.epochs(epochs, probes=probes, callbacks=[clock])
        (start, before), (end, after) = clock.told[0], clock.told[-1]
        return Spent(end - start, after - before, history.probes.rows if probes else 0)

    return train


def _population(epochs: int, probes: bool) -> Spent:
    told: list[tuple[int, float]] = []
    found = restarts.Together().train(
        epochs, progress=False, probes=probes,
        callbacks=lambda beat: told.append((beat.epoch, time.process_time())),
    )  # fmt: skip
    spent = (told[-1][1] - told[0][1]) / (told[-1][0] - told[0][0]) * (epochs - 1)
    return Spent(spent, math.nan, found.history(0).probes.rows if probes else 0)


class Clock(Callback):
    """Notes the CPU time at the end of each epoch, and that of the looks till then."""

    def __init__(self) -> None:
        self.told: list[tuple[float, float]] = []

    def on_epoch_end(self, run: Any) -> None:
        looking = run.probing.spent if run.probing else 0.0
        self.told.append((time.process_time(), looking))


if __name__ == "__main__":
    main()
