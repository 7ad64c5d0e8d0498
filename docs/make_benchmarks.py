"""Writes the figures of `docs/benchmarks.md` and draws their chart, from a run of the benchmarks.

    python -m benchmarks --json docs/assets/benchmarks.json
    python -m docs.make_benchmarks [DOCS]

Nothing is typed by hand: the page's tables stand between two marks and are replaced. DOCS is the
folder to write to, which is this one unless another is named. Below them stands an earlier run on a
processor with wider vectors, as long as there is none of this version.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from benchmarks import table
from benchmarks.result import Result
from benchmarks.roofline import Roofline
from docs.make_pictures import DARK, LIGHT, Theme, slim

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "assets" / "benchmarks.json"
WIDER = HERE / "assets" / "benchmarks-avx512.json"
PAGE = "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MARKS = {1: "o", 2: "s"}


def read(path: Path = FIGURES) -> tuple[dict[str, Any], list[Result]]:
    """A run: what it was measured on, and its results."""
    told = json.loads(path.read_text("utf-8"))
    return told, [Result.from_json(result) for result in told["results"]]


# ---- the tables ----------------------------------------------------------------------------


def measured(told: dict[str, Any], results: Sequence[Result]) -> str:
    """What stands between the marks."""
    ways = [_cells_of_all(result) for result in results]
    parts = [
        *_beside_the_best(told, results, "## Pellucid and the best peer"),
        "## Every contender",
        _grid(("workload", "cores", "medians, quickest first"), ways),
        "## With AVX-512, an earlier version",
        *_beside_the_best(*read(WIDER)),
    ]
    return "\n\n".join(part for part in parts if part)


def _beside_the_best(
    told: dict[str, Any], results: Sequence[Result], heading: str = ""
) -> list[str]:
    rooflines = [Roofline(**peak) for peak in told["rooflines"]]
    columns = ("workload", "cores", "pellucid", "best peer", "ratio", "target", "", "roofline")
    return [
        _machine(told),
        told.get("remark", ""),
        "\n".join(f"- {line}" for line in table.notes(results, rooflines)),
        heading,
        _grid(columns, [_cells(result) for result in results]),
    ]


def _machine(told: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in told["packages"].items())
    processor = " with ".join(filter(None, (told["processor"] or told["machine"], told["vectors"])))
    return (
        f"Measured on {processor}, Python {told['python']}, {packages}; "
        f"{told['turns']} turn(s) of {told['seconds']:g} s."
    )


def _cells(result: Result) -> list[str]:
    cells = table.row(result)
    return [result.title, *cells[1:6], f"**{cells[6]}**" if cells[6] else "", cells[7]]


def _cells_of_all(result: Result) -> list[str]:
    quickest_first = sorted(result.entries, key=result.value)
    times = ", ".join(f"{name} {table.figure_text(result, name)}" for name in quickest_first)
    return [result.title, str(result.cores), times]


def _grid(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def put_in(page: str, text: str) -> str:
    """The page with new figures between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"


# ---- the chart -----------------------------------------------------------------------------


def draw(results: Sequence[Result], theme: Theme, path: Path) -> None:
    """A line for each workload: pellucid's time over the best peer's, and the target."""
    titles = list(dict.fromkeys(r.title for r in results if r.ratio is not None))
    settings = {"svg.fonttype": "none", "svg.hashsalt": "pellucid", "font.family": "DejaVu Sans"}
    with plt.rc_context({**settings, "axes.edgecolor": theme.line, "text.color": theme.ink}):
        size = (12, 1.4 + 0.42 * len(titles))
        figure, axis = plt.subplots(figsize=size, layout="constrained", facecolor="none")
        axis.set_facecolor("none")
        _lines(axis, titles, theme)
        for result in results:
            if result.ratio is not None:
                _mark(axis, result, titles.index(result.title), theme)
        _legend(figure, axis, theme)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        plt.close(figure)
    path.write_text(slim(path.read_text("utf-8")), "utf-8")


def _lines(axis: Any, titles: Sequence[str], theme: Theme) -> None:
    axis.set_xscale("log")
    axis.set_yticks(range(len(titles)), titles)
    axis.set_ylim(len(titles) - 0.4, -0.6)
    axis.axvline(1, color=theme.muted, linewidth=1)
    for row in range(len(titles)):
        axis.axhline(row, color=theme.line, linewidth=0.6, zorder=0)
    ticks = (0.1, 0.2, 0.5, 1, 2, 5, 10)
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.set_xticks([], minor=True)
    axis.tick_params(labelsize=13, colors=theme.muted, length=0, which="both")
    axis.spines[:].set_visible(False)
    axis.set_xlabel(
        "pellucid's time over the best peer's: further left is faster",
        fontsize=13,
        color=theme.muted,
    )


def _mark(axis: Any, result: Result, row: int, theme: Theme) -> None:
    color = theme.first if result.passed is False else theme.second
    place = row + (0.12 if result.cores == 2 else -0.12)
    axis.plot(result.ratio, place, MARKS[result.cores], color=color, markersize=8)
    if result.target is not None:
        axis.plot(result.target, row, "|", color=theme.ink, markersize=18, markeredgewidth=2)


def _legend(figure: Any, axis: Any, theme: Theme) -> None:
    shapes = [("one core", MARKS[1]), ("two cores", MARKS[2]), ("target", "|")]
    for label, marker in shapes:
        axis.plot([], [], marker, color=theme.ink, label=label, markersize=8)
    for label, color in (("met", theme.second), ("missed", theme.first)):
        axis.plot([], [], "D", color=color, label=label, markersize=8)
    figure.legend(
        loc="outside upper center", ncols=5, frameon=False, fontsize=13, labelcolor=theme.muted
    )


def main() -> None:
    """Write everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    told, results = read()
    for path in _written(folder, told, results):
        print(f"wrote {path}")


def _written(folder: Path, told: dict[str, Any], results: Sequence[Result]) -> Iterator[Path]:
    page = put_in((HERE / PAGE).read_text("utf-8"), measured(told, results))
    (folder / PAGE).write_text(page, "utf-8")
    yield folder / PAGE
    for name, theme in (("light", LIGHT), ("dark", DARK)):
        path = folder / "assets" / f"benchmarks-{name}.svg"
        draw(results, theme, path)
        yield path


if __name__ == "__main__":
    main()
