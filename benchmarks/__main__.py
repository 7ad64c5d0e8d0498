"""Runs the benchmarks and prints a table: times, and pellucid's over the best peer's.

Each contender runs in a process of its own, pinned to the same cores; they take turns, and the
median of the quiet turns counts. A contender whose losses of the first 12 steps differ from
PyTorch's is not timed.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import roofline, table, turns, whole
from benchmarks.processes import cores_here
from benchmarks.result import Result
from benchmarks.workloads import NAMES, load

QUICK = ("mlp_tiny", "eager_tiny", "infer_b1", "cnn", "lstm", "import")
QUICK_SECONDS = 40.0
PACKAGES = ("numpy", "torch", "jax", "jaxlib", "optax", "scikit-learn")


def main(words: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(words)
    chosen = tuple(options.only) or (QUICK if options.quick else (*NAMES, *whole.NAMES))
    cores = {"1": (1,), "2": (2,), "both": (1, 2)}[
        options.cores or ("1" if options.quick else "both")
    ]
    if max(cores) > cores_here():
        print(f"Only {cores_here()} core(s) may be used here.", file=sys.stderr)
        cores = tuple(c for c in cores if c <= cores_here())
    console = Console(width=None if sys.stdout.isatty() else 110)
    shared = tempfile.TemporaryDirectory(prefix="benchmarks-")
    with shared as folder:
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", folder)
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
        os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
        bench = Bench(chosen, cores, options, Path(folder))
        stopped = False
        try:
            bench.run()
        except KeyboardInterrupt:  # what was measured till now is worth its time
            stopped = True
        bench.estimate()
    table.show(bench.results, bench.rooflines, console)
    for name in bench.skipped:
        console.print(f"Left out: {name}: the time of a quick run was spent.")
    if stopped:
        console.print(f"Stopped by Ctrl-C: {len(bench.results)} lines were measured until then.")
    if options.json:
        Path(options.json).write_text(json.dumps(bench.as_json(), indent=1) + "\n", "utf-8")
    return 130 if stopped else 1 if table.failures(bench.results) else 0


class Bench:
    """One run over the chosen workloads; `results` grows as they end."""

    def __init__(
        self, chosen: Sequence[str], cores: Sequence[int], options: Any, folder: Path
    ) -> None:
        self.chosen, self.cores, self.folder, self.quick = chosen, cores, folder, options.quick
        number = options.turns or (1 if options.quick else 5)
        seconds = options.seconds or (0.2 if options.quick else 1.0)
        self.effort = turns.Effort(number, seconds, options.quick, self.say)
        self.console = Console(stderr=True)
        self.results: list[Result] = []
        self.skipped: list[str] = []
        self.peaks: dict[int, roofline.Roofline] = {}
        self.until = time.monotonic() + (QUICK_SECONDS if options.quick else float("inf"))

    @property
    def rooflines(self) -> list[roofline.Roofline]:
        """The peaks for each number of cores."""
        return list(self.peaks.values())

    def run(self) -> None:
        """Everything, in the order of the table."""
        self._measure_peaks()
        for name in self.chosen:
            if time.monotonic() > self.until:
                self.skipped.append(name)
                continue
            for result in self._of(name):
                self.results.append(result)
                self.say(" ".join(filter(None, table.row(result))), always=True)
        if not self.quick:  # once more: the machine may have been busy before
            self._measure_peaks()

    def estimate(self) -> None:
        """The least time that each step could take, by the peaks."""
        for result in self.results:
            if result.workload in NAMES and result.cores in self.peaks:
                work, peak = load(result.workload), self.peaks[result.cores]
                result.roofline_us = peak.microseconds(work.flops, work.moved)

    def _measure_peaks(self) -> None:
        for cores in self.cores:
            self.say(f"peak of {cores} core(s)")
            peak = roofline.measure(cores, 0.3 if self.quick else 2.0)
            self.peaks[cores] = peak.better(self.peaks.get(cores, peak))

    def _of(self, name: str) -> Iterator[Result]:
        for cores in self.cores:
            if name in whole.NAMES:
                yield from whole.measure(name, self.folder, self.effort, cores)
            else:
                yield turns.step_times(load(name), cores, self.effort)

    def say(self, text: str, always: bool = False) -> None:
        """What is going on, for a person who waits; in a file, what is done."""
        if always or self.console.is_terminal:
            self.console.print(text, style="dim", highlight=False)

    def as_json(self) -> dict[str, Any]:
        """Figures, and what they were measured on."""
        return {
            "machine": platform.machine(),
            "processor": _processor(),
            "vectors": _vectors(),
            "python": platform.python_version(),
            "packages": dict(_versions()),
            "turns": self.effort.turns,
            "seconds": self.effort.seconds,
            "rooflines": [vars(peak) for peak in self.rooflines],
            "results": [result.as_json() for result in self.results],
        }


def _processor() -> str:
    return _cpuinfo("model name") or platform.processor()


def _vectors() -> str:
    """The widest vectors that the processor has, on which the speed of products hangs."""
    flags = _cpuinfo("flags").split()
    known = {"avx512f": "AVX-512", "avx2": "AVX2"}
    return next((name for flag, name in known.items() if flag in flags), "")


def _cpuinfo(field: str) -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return ""
    return next((x.partition(": ")[2] for x in lines if x.partition("\t")[0] == field), "")


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = (*NAMES, *whole.NAMES)
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], choices=known,
        help=f"one workload; may be given several times: {', '.join(known)}",
    )  # fmt: skip
    parser.add_argument("--cores", choices=("1", "2", "both"), help="pin to so many (both)")
    parser.add_argument("--seconds", type=seconds_given, help="length of a turn (1)")
    parser.add_argument("--turns", type=turns_given, help="turns of each contender (5)")
    parser.add_argument("--quick", action="store_true", help="a few workloads, under a minute")
    parser.add_argument("--json", metavar="FILE", help="also write all figures here")
    return parser


def seconds_given(text: str) -> float:
    """The length of a turn."""
    seconds = float(text)
    if not 0 < seconds < 3600:
        raise argparse.ArgumentTypeError(f"a turn takes more than 0 and less than 3600, not {text}")
    return seconds


def turns_given(text: str) -> int:
    """How many turns."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"one turn at least, not {text}")
    return number


if __name__ == "__main__":
    sys.exit(main())
