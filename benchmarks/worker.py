"""One turn of one contender: warm up, time steps until the time is up, print figures as JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time

from benchmarks.workload import Run
from benchmarks.workloads import load

CHECKED = 12
BLOCK_SECONDS = 0.05


def main() -> None:
    name, contender, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    workload = load(name)
    start = time.perf_counter()
    run = workload.contenders[contender].build()
    losses = list(run(workload.batches))
    started = time.perf_counter() - start
    while len(losses) < CHECKED:
        losses += run(workload.batches)
    figures = {
        "losses": losses[:CHECKED],
        "start_seconds": started,
        "microseconds": _timed(run, workload.batches, seconds) * 1e6,
    }
    print(json.dumps(figures))


def _timed(run: Run, batches: int, seconds: float) -> float:
    """Seconds a step: the median of blocks, after a fifth of the time to warm up."""
    if hasattr(run, "seconds_a_step"):
        return float(run.seconds_a_step(seconds))
    until = time.perf_counter() + seconds * 0.2
    round_seconds = _once(run, batches)
    while time.perf_counter() < until:
        round_seconds = min(round_seconds, _once(run, batches))
    steps = batches * max(1, round(min(BLOCK_SECONDS, seconds / 5) / round_seconds))
    blocks = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or not blocks:
        blocks.append(_once(run, steps) / steps)
    return statistics.median(blocks)


def _once(run: Run, steps: int) -> float:
    start = time.perf_counter()
    run(steps)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
