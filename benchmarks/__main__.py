"""Runs the benchmarks and prints a table: times, and pellucid's over the best peer's."""

from __future__ import annotations

import argparse
import json
import platform
import tempfile

from benchmarks.turns import Result, available, process_times, step_times

WORKLOADS = ("eager_tiny", "single_row")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer, shorter turns")
    parser.add_argument("--json", metavar="FILE", help="also write the figures here")
    options = parser.parse_args()
    turns, seconds = (2, 0.6) if options.quick else (7, 2.0)
    results = [
        step_times(workload, cores=cores, turns=turns, seconds=seconds)
        for workload in WORKLOADS
        for cores in (1, 2)
    ]
    results.append(process_times("import", _imports(), turns=turns + 1))
    with tempfile.TemporaryDirectory() as folder:
        fitting = {"pellucid": ["-m", "pellucid", "fit", "moons", "--quiet", "--out", folder]}
        results.append(process_times("fit moons", fitting, turns=1 if options.quick else 5))
    _print(results)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([vars(result) for result in results], file, indent=1)


def _imports() -> dict[str, list[str]]:
    names = ["pellucid", *available(["numpy", "jax", "torch"])]
    return {name: ["-c", f"import {name}"] for name in names}


def _print(results: list[Result]) -> None:
    print(f"{platform.machine()}, Python {platform.python_version()}; medians, contenders in turn")
    for result in results:
        ratio = f"{result.ratio:5.2f} x best peer" if result.ratio is not None else ""
        times = "  ".join(f"{name} {_time(value)}" for name, value in result.times.items())
        cores = f"{result.cores} core" + "s" * (result.cores > 1)
        print(f"{result.workload:<12}{cores:<8}{ratio:<18}{times}")


def _time(microseconds: float) -> str:
    return f"{microseconds / 1e6:.2f} s" if microseconds >= 1e5 else f"{microseconds:.0f} us"


if __name__ == "__main__":
    main()
