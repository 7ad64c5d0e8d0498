"""The report on a compiled step: what each part costs, what memory it takes, how fast it runs.

Time can't be measured part by part inside one compiled program. So the whole is timed, and each
part is given its share of the least time that this machine would need.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pellucid.engines.stepper import Memory
from pellucid.graph.amounts import compact, duration, size
from pellucid.graph.program import Program
from pellucid.tensor.cost import Costs, Share
from pellucid.tensor.machine import Peak, measured_peak

__all__ = ["Report", "make_report"]

WIDTH = 79
MOST = 16  # modules shown; the rest is one line
TRIES, SECONDS = 15, 0.5


@dataclass(frozen=True)
class Report:
    """What one form of a compiled function costs.

    Attributes:
        engine: "xla" or "numpy".
        whole: everything: operations, and the bytes of what goes in and comes out.
        parts: forward, backward, update and probes, those that there are.
        modules: forward and backward of each module, by its path.
        memory: None before the first call.
        trace_seconds: how long it took to run the function on unknown values.
        compile_seconds: how long the engine took after that; 0 on NumPy.
        cached: whether the compiled program came from the disk; None on NumPy.
        seconds: the median time of a call; None where it wasn't measured.
        peak: what this machine can do; None where it wasn't measured.
        views: lines of the program that only look at memory another way, and count as no ops.

    Example:
        >>> import pellucid
        >>> double = pellucid.compile(lambda x: x + x, engine="numpy")
        >>> _ = double(pellucid.ones(1000))
        >>> report = double.report()
        >>> report.whole.flops, report.whole.bytes, report.seconds is None
        (1000, 8000, True)
    """

    engine: str
    whole: Share
    parts: tuple[Share, ...]
    modules: tuple[Share, ...]
    memory: Memory | None
    trace_seconds: float
    compile_seconds: float
    cached: bool | None
    seconds: float | None = None
    peak: Peak | None = None
    views: int = 0

    @property
    def least_seconds(self) -> float | None:
        """The roofline: no program does this work faster here."""
        return None if self.peak is None else self.peak.seconds(self.whole.flops, self.whole.bytes)

    @property
    def roofline(self) -> float | None:
        """The share of the roofline that is reached, from 0 to 1."""
        least = self.least_seconds
        return None if least is None or not self.seconds else least / self.seconds

    def shares(self, group: Sequence[Share]) -> list[float] | None:
        """For each of several parts, its share of the least time that they need together."""
        if self.peak is None:
            return None
        least = [self.peak.seconds(part.flops, part.bytes) for part in group]
        return [t / (sum(least) or 1.0) for t in least]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return {
            "engine": self.engine,
            "whole": asdict(self.whole),
            "views": self.views,
            "parts": self._plain(self.parts),
            "modules": self._plain(self.modules),
            "memory": None if self.memory is None else asdict(self.memory),
            "trace_seconds": self.trace_seconds,
            "compile_seconds": self.compile_seconds,
            "cached": self.cached,
            "seconds": self.seconds,
            "least_seconds": self.least_seconds,
            "roofline": self.roofline,
            "peak": None if self.peak is None else self.peak.to_dict(),
        }

    def _plain(self, group: Sequence[Share]) -> list[dict[str, Any]]:
        shares: Sequence[float | None] = self.shares(group) or [None] * len(group)
        return [asdict(part) | {"share": s} for part, s in zip(group, shares, strict=True)]

    def __repr__(self) -> str:
        blocks = [_aligned(self._rows("part", (*self.parts, self.whole), len(self.parts)))]
        if len(self.modules) > 1:
            blocks.append(_aligned(self._rows("module", self._shown(), len(self.modules))))
        return "\n\n".join([*blocks, "\n".join(_wrapped(line) for line in self._remarks())])

    def _repr_html_(self) -> str:
        tables = [self._rows("part", (*self.parts, self.whole), len(self.parts))]
        if len(self.modules) > 1:
            tables.append(self._rows("module", self._shown(), len(self.modules)))
        remarks = "".join(f"<p>{_escaped(line)}</p>" for line in self._remarks())
        return "".join(map(_table, tables)) + remarks

    def _rows(self, title: str, group: Sequence[Share], counted: int) -> list[list[str]]:
        """A heading, and a line for each; only the first `counted` have a share."""
        rows = [[title, "ops", "FLOPs", "least bytes"]]
        rows += [[_named(p), f"{p.ops:,}", compact(p.flops, " ").strip(), size(p.bytes)]
                 for p in group]  # fmt: skip
        shares = self.shares(group[:counted])
        if shares is not None:
            cells = [f"{share:.0%}" for share in shares] + [""] * (len(group) - len(shares))
            rows = [[*row, c] for row, c in zip(rows, ["of least time", *cells], strict=True)]
        return rows

    def _shown(self) -> tuple[Share, ...]:
        """All modules, or those with most to do and the rest in one line."""
        if len(self.modules) <= MOST:
            return self.modules
        heavy = sorted(self.modules, key=lambda m: -(m.flops + m.bytes))[: MOST - 1]
        rest = [m for m in self.modules if m not in heavy]
        sums = (sum(m.ops for m in rest), sum(m.flops for m in rest), sum(m.bytes for m in rest))
        return (*(m for m in self.modules if m in heavy), Share(f"{len(rest)} more", *sums))

    def _remarks(self) -> list[str]:
        lines = [self._made(), *self._length(), *self._space()]
        if self.seconds is None or self.peak is None or self.roofline is None:
            return [*lines, "Not timed: report(measure=True) runs it on copies of its state."]
        return [
            *lines,
            f"time      {duration(self.seconds)} a call, the median of several on copies of its "
            f"state; {_percent(self.roofline)} of the roofline, which is "
            f"{duration(self.least_seconds or 0.0)}",
            f"machine   {compact(self.peak.flops, ' ')}FLOP/s, "
            f"{compact(self.peak.cached_bytes, ' ')}B/s in the cache, "
            f"{compact(self.peak.bytes, ' ')}B/s beyond it",
        ]

    def _made(self) -> str:
        traced = f"traced in {duration(self.trace_seconds)}"
        if self.engine == "numpy":
            return f"engine    numpy, {traced}"
        whence = ", taken from the disk" if self.cached else ""
        return f"engine    xla, {traced}, compiled in {duration(self.compile_seconds)}{whence}"

    def _length(self) -> list[str]:
        if not self.views:
            return []
        count = self.whole.ops + self.views
        look = "looks" if self.views == 1 else "look"
        return [
            f"program   {count:,} lines: {self.whole.ops:,} ops, and {self.views:,} that only "
            f"{look} at memory another way, such as reshape"
        ]

    def _space(self) -> list[str]:
        m = self.memory
        if m is None:
            return []
        reused = f", {size(m.reused)} of them in place" if m.reused else ""
        return [
            f"memory    {size(m.peak)} at the most: {size(m.arguments)} given, {size(m.outputs)} "
            f"handed back{reused}, {size(m.temporaries)} in between"
        ]


def make_report(
    program: Program,
    engine: str,
    *,
    memory: Memory | None,
    trace_seconds: float,
    compile_seconds: float,
    cached: bool | None,
    rehearsal: Callable[[], object] | None = None,
) -> Report:
    """The report on a program.

    Args:
        program: the traced step.
        engine: what runs it.
        memory: as the engine says.
        trace_seconds: how long tracing took.
        compile_seconds: how long compiling took.
        cached: whether the program was found on the disk.
        rehearsal: takes the step on copies; where it is given, time is measured.
    """
    costs = Costs(program)
    views = sum(bool(step.op.view) for step in program.steps)
    seconds = None if rehearsal is None else _median(rehearsal)
    return Report(
        engine, costs.whole, tuple(costs.parts), tuple(costs.modules), memory,
        trace_seconds, compile_seconds, cached,
        seconds, None if rehearsal is None else measured_peak(engine), views,
    )  # fmt: skip


def _median(call: Callable[[], object]) -> float:
    """The median time of some calls, after two that warm up."""
    for _ in range(2):
        call()
    times: list[float] = []
    until = time.perf_counter() + SECONDS
    while len(times) < 3 or (len(times) < TRIES and time.perf_counter() < until):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return float(np.median(times))


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{100 * share:.2g}%"


def _named(part: Share) -> str:
    return part.name or "(outside of modules)"


def _aligned(rows: list[list[str]]) -> str:
    """Names to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = WIDTH - sum(widths[1:]) - 2 * len(widths[1:])
    widths[0] = min(widths[0], room)
    return "\n".join(
        "  ".join([_cut(row[0], widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in rows
    )


def _cut(name: str, width: int) -> str:
    return name.ljust(width) if len(name) <= width else "…" + name[len(name) - width + 1 :]


def _wrapped(line: str) -> str:
    """A remark within the width; what goes over stands below, indented."""
    words, lines = line.split(" "), [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > WIDTH:
            lines.append(" " * 9)
        lines[-1] += f" {word}" if lines[-1] else word
    return "\n".join(lines)


def _escaped(text: str) -> str:
    from html import escape  # few reports become pages, and every import would pay for it

    return escape(text)


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    right = ' style="text-align:right"'
    lines = [
        "<tr>" + "".join(f"<{tag}{right if i else ''}>{_escaped(cell)}</{tag}>"
                         for i, cell in enumerate(row)) + "</tr>"
        for tag, row in (("th", head), *(("td", row) for row in body))
    ]  # fmt: skip
    return f"<table>{''.join(lines)}</table>"
