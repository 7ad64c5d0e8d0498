"""Contenders in turn, process after process: a slow minute of the machine hits all alike."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

AGREE = 2e-4


@dataclass(frozen=True)
class Result:
    """The median time of each contender that could run, in microseconds."""

    workload: str
    cores: int
    times: dict[str, float]

    @property
    def ratio(self) -> float | None:
        """Pellucid's time over the best peer's; below 1 pellucid is ahead."""
        peers = [value for name, value in self.times.items() if name != "pellucid"]
        return self.times["pellucid"] / min(peers) if peers else None


def available(contenders: Iterable[str]) -> list[str]:
    """Those whose library is installed."""
    return [name for name in contenders if importlib.util.find_spec(name.split()[0]) is not None]


def step_times(workload: str, *, cores: int, turns: int, seconds: float) -> Result:
    """Time one workload.

    Raises:
        RuntimeError: contenders don't compute the same numbers.
    """
    module = importlib.import_module(f"benchmarks.{workload}")
    names = available(module.CONTENDERS)
    seen: dict[str, list[Any]] = {name: [] for name in names}
    for _ in range(turns):
        for name in names:
            words = ["-m", "benchmarks.worker", workload, name, str(seconds)]
            seen[name].append(json.loads(_python(words, cores)))
    _agree(workload, {name: runs[0]["losses"] for name, runs in seen.items()})
    times = {n: statistics.median(r["microseconds"] for r in runs) for n, runs in seen.items()}
    return Result(workload, cores, times)


def process_times(name: str, commands: dict[str, Sequence[str]], *, turns: int) -> Result:
    """Time whole processes, each a list of words for the Python interpreter."""
    seen: dict[str, list[float]] = {each: [] for each in commands}
    for turn in range(turns + 1):
        for each, words in commands.items():
            start = time.perf_counter()
            _python(list(words), cores=2)
            if turn:  # the first turn fills the file cache
                seen[each].append(time.perf_counter() - start)
    return Result(name, 2, {each: statistics.median(s) * 1e6 for each, s in seen.items()})


def _python(words: list[str], cores: int) -> str:
    limit = {k: str(cores) for k in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
    allowed = sorted(os.sched_getaffinity(0))[:cores] if hasattr(os, "sched_getaffinity") else []

    def pin() -> None:
        if allowed:
            os.sched_setaffinity(0, allowed)

    done = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, **limit},
        preexec_fn=pin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stderr}")
    return done.stdout


def _agree(workload: str, losses: dict[str, list[float]]) -> None:
    own = losses["pellucid"]
    for name, other in losses.items():
        worst = max(abs(a - b) for a, b in zip(own, other, strict=True))
        if worst > AGREE:
            raise RuntimeError(
                f"{workload}: pellucid and {name} differ by {worst:.2g} in 12 steps."
            )
