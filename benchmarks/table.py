"""The results as a table: drawn with rich on a terminal, plain text where there is none."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.result import QUIET, Result
from benchmarks.roofline import Roofline


def time_text(microseconds: float) -> str:
    """Three digits and a unit."""
    for size, unit in ((1e6, "s"), (1e3, "ms")):
        if microseconds >= size:
            return f"{microseconds / size:.3g} {unit}"
    return f"{microseconds:.3g} us"


def figure_text(result: Result, name: str) -> str:
    """The compared figure of one contender, with its unit."""
    value = result.value(name)
    return f"{value:.0f} MiB" if result.measure == "peak_mib" else time_text(value)


def value_text(result: Result, name: str | None) -> str:
    """The compared figure and whose it is."""
    if name is None:
        return "-"
    rest = name.partition(" ")[2] if name.split()[0] == "pellucid" else name
    return f"{figure_text(result, name)} {rest}".strip()


def mark(result: Result) -> str:
    """pass, miss, or nothing to say."""
    return {True: "pass", False: "miss", None: ""}[result.passed]


def target_text(result: Result) -> str:
    """The target, and the peer that it speaks of where that is not the best one."""
    if result.target is None:
        return ""
    return f"{result.target:.2f}" + (f" of {result.against}'s" if result.against else "")


def row(result: Result) -> list[str]:
    """The cells of one line."""
    return [
        result.workload,
        str(result.cores),
        value_text(result, result.own),
        value_text(result, result.peer),
        "" if result.ratio is None else f"{result.ratio:.2f}",
        target_text(result),
        mark(result),
        "" if result.share is None else f"{result.share:.0%}",
    ]


HEADINGS = ("workload", "cores", "pellucid", "best peer", "ratio", "target", "", "roofline")


def show(results: Sequence[Result], rooflines: Sequence[Roofline], console: Console) -> None:
    """The table, and under it what the figures rest on."""
    table = Table(*HEADINGS, box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        column.no_wrap = True
    for column in (1, 4, 7):
        table.columns[column].justify = "right"
    for result in results:
        style = {"pass": "green", "miss": "red"}.get(mark(result), "")
        cells = row(result)
        table.add_row(*cells[:6], Text(cells[6], style=style), cells[7])
    console.print(table)
    for line in notes(results, rooflines):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def notes(results: Sequence[Result], rooflines: Sequence[Roofline]) -> list[str]:
    """Peaks of the machine, what the others took, who was left out, what went wrong."""
    lines = [
        f"Peak of {r.cores} core(s): {r.flops_per_second / 1e9:.0f} GFLOP/s, "
        f"{r.cached_bytes_per_second / 1e9:.0f} GB/s in cache, "
        f"{r.far_bytes_per_second / 1e9:.0f} GB/s beyond."
        for r in rooflines
    ]
    taken = max((r.others for r in results if r.others is not None), default=0.0)
    if taken > QUIET:
        lines.append(f"Other programs took up to {taken:.1f} cores meanwhile: not a quiet machine.")
    return [*lines, *_left_out(results), *failures(results)]


def _left_out(results: Sequence[Result]) -> list[str]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for name, reason in result.left_out.items():
            places = reasons.setdefault((name, reason), [])
            if result.workload not in places:
                places.append(result.workload)
    return [
        f"Left out: {name} in {', '.join(places)}: {reason}."
        for (name, reason), places in reasons.items()
    ]


def failures(results: Sequence[Result]) -> list[str]:
    """What broke, or computed something else."""
    return [
        f"Failed: {name} in {result.workload} on {result.cores} core(s): {text}"
        for result in results
        for name, text in result.failed.items()
    ]
