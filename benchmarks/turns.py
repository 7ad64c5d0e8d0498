"""Contenders in turn, process after process: a slow minute of the machine hits all alike."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.processes import Failed, python
from benchmarks.result import QUIET, Entry, Result
from benchmarks.workload import PEERS, Workload, absent

AGREE = 2e-4

Say = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How many turns, how long each, whether only the contenders of a quick run, who is told."""

    turns: int
    seconds: float
    quick: bool = False
    say: Say = lambda text: print(text, file=sys.stderr)


def step_times(workload: Workload, cores: int, effort: Effort) -> Result:
    """Time a step of each contender that can run; the roofline is put in when it is known."""
    result = Result(
        workload.name, workload.title, cores, workload.target, workload.against, roofline_us=None
    )
    seen: dict[str, list[dict[str, Any]]] = {}
    for name, contender in workload.contenders.items():
        lack = absent(name, contender)
        if lack:
            result.left_out[name] = lack
        elif contender.quick or not effort.quick:
            seen[name] = []
    for turn in range(effort.turns):
        for name in list(seen):
            effort.say(f"{workload.name}, {cores} core(s), turn {turn + 1}: {name}")
            words = ["-m", "benchmarks.worker", workload.name, name, str(effort.seconds)]
            try:
                done = python(words, cores)
            except Failed as failure:
                result.failed[name] = str(failure)
                del seen[name]
                continue
            seen[name].append({**json.loads(done.output), "others": done.others})
    keep_what_agrees(result, seen)
    return result


def process_times(
    workload: str,
    title: str,
    commands: Mapping[str, Sequence[str]],
    effort: Effort,
    *,
    target: float | None = None,
    against: str | None = None,
    cores: int = 2,
) -> Result:
    """Time whole processes, each a list of words for the Python interpreter.

    One turn more than asked for is run: the first fills the file cache and compilers' caches.
    """
    result = Result(workload, title, cores, target, against, roofline_us=None)
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    for turn in range(effort.turns + 1):
        for name in list(seen):
            effort.say(f"{workload}, {cores} core(s), turn {turn}: {name}")
            try:
                done = python(list(commands[name]), cores)
            except Failed as failure:
                result.failed[name] = str(failure)
                del seen[name]
                continue
            told = json.loads(done.output) if done.output.startswith("{") else {}
            row = {**told, "microseconds": done.seconds * 1e6, "others": done.others}
            if turn:
                seen[name].append(row)
    for name, rows in seen.items():
        result.entries[name] = _entry(rows)
    return result


def keep_what_agrees(result: Result, seen: dict[str, list[dict[str, Any]]]) -> None:
    """Put in what computes the same as the first peer; the rest has failed, whatever its time."""
    losses = {name: rows[0]["losses"] for name, rows in seen.items()}
    told = next((n for p in PEERS for n in losses if n.split()[0] == p), None)
    for name, rows in seen.items():
        apart = 0.0 if told is None else distance(losses[name], losses[told])
        if apart > AGREE:
            result.failed[name] = (
                f"its losses and those of {told} differ by {apart:.1e} within 12 steps "
                f"({AGREE:.0e} is allowed)"
            )
        else:
            result.entries[name] = _entry(rows, apart)


def distance(own: Sequence[float], other: Sequence[float]) -> float:
    """The largest relative difference; NaN counts as infinitely far."""
    apart = [abs(a - b) / max(abs(b), 1e-6) for a, b in zip(own, other, strict=True)]
    return max(float("inf") if value != value else value for value in apart)


def _entry(rows: list[dict[str, Any]], apart: float | None = None) -> Entry:
    quiet = [row for row in rows if (row["others"] or 0.0) < QUIET] or rows

    def middle(key: str) -> float | None:
        values = [row[key] for row in quiet if row.get(key) is not None]
        return statistics.median(values) if values else None

    return Entry(
        microseconds=statistics.median(row["microseconds"] for row in quiet),
        turns=[row["microseconds"] for row in rows],
        others=middle("others"),
        start_seconds=middle("start_seconds"),
        peak_mib=middle("peak_mib"),
        apart=apart,
    )
