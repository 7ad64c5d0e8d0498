"""One turn of one contender: warm up, time steps until the time is up, print figures as JSON."""

from __future__ import annotations

import importlib
import json
import statistics
import sys
import time

CHECKED = 12
BLOCK = 20


def main() -> None:
    workload, contender, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    step = importlib.import_module(f"benchmarks.{workload}").CONTENDERS[contender]()
    losses = [step() for _ in range(CHECKED)]
    until = time.perf_counter() + seconds * 0.2
    while time.perf_counter() < until:
        step()
    blocks = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        start = time.perf_counter()
        for _ in range(BLOCK):
            step()
        blocks.append((time.perf_counter() - start) / BLOCK)
    print(json.dumps({"losses": losses, "microseconds": statistics.median(blocks) * 1e6}))


if __name__ == "__main__":
    main()
