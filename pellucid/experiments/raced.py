"""What a race of activations says: verdict, pictures and table, with the ranges of the starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.experiments.racers import left_out
from pellucid.experiments.rows import few_rows
from pellucid.experiments.settings import listed
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Charts, Line
from pellucid.lenses.view import Column, Remark, Table, View

__all__ = ["told_of"]

Run = Mapping[str, Any]
_SHOWN = 3  # lines of the quickest, and as many of the slowest


def told_of(runs: Sequence[Run], facts: Mapping[str, Any]) -> View:
    """The view of a race, its runs in order of arrival."""
    return View(
        "Which activation learns fastest?",
        f"{_arrival(runs, facts)} {_end(runs, facts)}",
        (
            _what(facts),
            Charts((_paths(runs), _arrivals(runs, facts), _losses(runs), _costs(runs)), columns=2),
            _table(runs, facts), *few_rows(facts["set_aside"]), *_limits(),
        ),
        {**facts, "runs": list(runs), "left_out": left_out()},
    )  # fmt: skip


def overlapping(runs: Sequence[Run]) -> list[Run]:
    """The runs whose range of last losses meets that of the lowest median, which comes first."""
    best = min(runs, key=lambda r: float(r["validation"]))
    others = [r for r in runs if r is not best and r["lowest"] <= best["highest"]]
    return [best, *sorted(others, key=lambda r: float(r["validation"]))]


def _level(facts: Mapping[str, Any]) -> str:
    if not facts["learned"]:
        if facts["classes"]:
            return f"a higher accuracy than a guess ({percent(facts['guess'])})"
        return f"a lower validation loss than a guess ({number(facts['guess'])})"
    if facts["classes"]:
        return f"an accuracy of {percent(facts['level'])}"
    return f"a validation loss of {number(facts['level'])}"


def _arrival(runs: Sequence[Run], facts: Mapping[str, Any]) -> str:
    arrived = [r for r in runs if r["epoch"] is not None]
    if not arrived:
        return f"None reached {_level(facts)} from more than half of its starts."
    first = [r for r in arrived if r["epoch"] == arrived[0]["epoch"]]
    # As early as the latest start of the first: a place in between is chance.
    bound = max((e for e in first[0]["epochs"] if e is not None), default=0)
    near = [r for r in arrived if r not in first and min(_known(r)) <= bound]
    told = (
        f"{listed([r['activation'] for r in first])} reached {_level(facts)} first, after"
        f" {plural(int(np.ceil(first[0]['epoch'])), 'epoch')} (median of"
        f" {plural(facts['starts'], 'start')})"
    )
    if near:
        told += f"; {_ranges(near, len(runs) - len(first))} with that"
    slow = arrived[-1]
    if slow["epoch"] > 2 * first[0]["epoch"]:
        told += f"; {slow['activation']} took {plural(int(np.ceil(slow['epoch'])), 'epoch')}"
    lost = [r for r in runs if r["epoch"] is None]
    never = [r["activation"] for r in lost]
    # A median is missing from half of the starts on.
    many = (
        "most" if all(2 * r["reached"] < facts["starts"] for r in lost) else "half or more of the"
    )
    return told + (f"; {many} starts of {listed(never)} never did." if never else ".")


def _known(run: Run) -> list[int]:
    return [e for e in run["epochs"] if e is not None]


def _end(runs: Sequence[Run], facts: Mapping[str, Any]) -> str:
    best, *near = overlapping(runs)
    value = number(best["validation"])
    if not np.isfinite(best["validation"]):
        return "In the end all have diverged: the step size is too large."
    if facts["starts"] == 1:
        return (
            f"In the end {best['activation']} has the lowest validation loss, {value}; from one"
            " start each, that may be chance."
        )
    if not near:
        return (
            f"In the end {best['activation']} is lowest with a validation loss of {value}, below"
            " every start of the others."
        )
    return (
        f"In the end none is clearly best: {best['activation']} has the lowest median validation"
        f" loss, {value}, and {_ranges(near, len(runs) - 1)} with its own."
    )


def _ranges(near: Sequence[Run], others: int) -> str:
    if len(near) == 1:
        return f"the range of {near[0]['activation']} overlaps"
    return f"the ranges of {len(near)} of the other {others} overlap"


def _what(facts: Mapping[str, Any]) -> Remark:
    sizes = " → ".join(map(str, facts["sizes"]))
    return Remark(
        f"What is run: a network {sizes} on {facts['rows']}; {plural(facts['starts'], 'start')},"
        f" each with every activation, {plural(facts['epochs'], 'epoch')} of Adam with step size"
        f" {number(facts['lr'])} and batches of {facts['batch']}. To be reached:"
        f" {_level(facts)} on the rows set aside"
        + (", 90 % of the way from a guess to the best." if facts["learned"] else ".")
    )


def _paths(runs: Sequence[Run]) -> Chart:
    ends = [*runs[:_SHOWN], *runs[-_SHOWN:]] if len(runs) > 2 * _SHOWN else list(runs)
    marks = []
    for run in runs:
        steps = np.arange(1, len(run["path"]) + 1)
        if run in ends:
            marks.append(Line(steps, run["path"], run["activation"], order=ends.index(run)))
        else:
            marks.insert(0, Line(steps, run["path"], role="muted"))
    # Who arrives first on other rows need not be the one whose loss falls first on these.
    quick, slow = (f(runs, key=lambda r: float(np.mean(r["path"]))) for f in (min, max))
    return Chart(
        Axis("epoch"), Axis("training loss", low=0.0), tuple(marks),
        title=f"{quick['activation']} falls fastest, {slow['activation']} slowest"
              if np.isfinite(np.mean(quick["path"])) else "All diverge",
        sentence="Median training loss by epoch; the quickest and the slowest are named.",
    )  # fmt: skip


def _bars(runs: Sequence[Run], values: Sequence[float], *, low: Any = None, high: Any = None,
          axis: str, title: str, sentence: str) -> Chart:  # fmt: skip
    """One bar for each activation, the first on top."""
    names = tuple(r["activation"] for r in runs)
    return Chart(
        Axis(axis, low=0.0), Axis("activation", names=names),
        (Bars(values, low=low, high=high, lying=True, role="train"),),
        title=title, sentence=sentence, tall=max(0.6, 0.055 * len(runs)),
    )  # fmt: skip


def _arrivals(runs: Sequence[Run], facts: Mapping[str, Any]) -> Chart:
    arrived = [r for r in runs if r["epoch"] is not None]
    late = facts["epochs"]
    high = [max(_known(r)) if r["reached"] == facts["starts"] else late for r in arrived]
    missed = len(runs) - len(arrived)
    return _bars(
        arrived or runs, [r["epoch"] for r in arrived] or [0.0] * len(runs),
        low=[min(_known(r)) for r in arrived] if arrived else None, high=high,
        axis="epochs until it is reached",
        title="None arrives" if not arrived
              else f"{_first(arrived)}, {len(arrived)} of {len(runs)} at all" if missed
              else _first(arrived),
        sentence="Median epochs until the level is reached, with the range of the starts.",
    )  # fmt: skip


def _first(runs: Sequence[Run]) -> str:
    """Who arrives first, alone or together."""
    ties = [r["activation"] for r in runs if r["epoch"] == runs[0]["epoch"]]
    if len(ties) == 1:
        return f"{ties[0]} arrives first"
    return f"{listed(ties)} arrive first" if len(ties) < 4 else f"{len(ties)} arrive first"


def _losses(runs: Sequence[Run]) -> Chart:
    ordered = sorted(runs, key=lambda r: float(r["validation"]))
    finite = [r for r in ordered if np.isfinite(r["highest"])]
    near = len(overlapping(runs)) - 1
    return _bars(
        finite, [r["validation"] for r in finite], low=[r["lowest"] for r in finite],
        high=[r["highest"] for r in finite], axis="validation loss, lowest to highest start",
        title=_overlap(near),
        sentence="Median validation loss at the end, with the range of the starts.",
    )  # fmt: skip


def _overlap(near: int) -> str:
    if not near:
        return "One is below all others"
    return f"{plural(near, 'range')} overlap{'s' if near == 1 else ''} with the lowest"


def _costs(runs: Sequence[Run]) -> Chart:
    ordered = sorted(runs, key=lambda r: float(r["epoch_seconds"]))
    unit = ordered[0]["epoch_seconds"]
    return _bars(
        ordered, [r["epoch_seconds"] / unit for r in ordered],
        axis=f"time of a step, as a multiple of {ordered[0]['activation']}'s",
        title=f"{ordered[-1]['activation']} costs {number(ordered[-1]['epoch_seconds'] / unit, 2)}"
              " times as much a step",
        sentence="Measured time of a pass forward and back through the network.",
    )  # fmt: skip


def _table(runs: Sequence[Run], facts: Mapping[str, Any]) -> Table:
    figure = Column("accuracy" if facts["classes"] else "loss",
                    "share" if facts["classes"] else "number", key="figure")  # fmt: skip
    return Table(
        (
            Column("activation", "code", anchor=True),
            Column("epochs to reach it", "number", key="epoch"),
            Column("starts that did", "count", key="reached", rank=1),
            Column("time (ms)", "number", key="milliseconds"),
            *((figure,) if facts["classes"] else ()),
            Column("validation loss", "number", key="validation"),
            Column("from", "number", key="lowest", rank=1),
            Column("to", "number", key="highest", rank=1),
            Column("starts below relu", "count", key="better", rank=2),
        ),
        tuple(
            (r["activation"], r["epoch"], r["reached"],
             None if r["seconds"] is None else 1000 * r["seconds"],
             *((r["figure"],) if facts["classes"] else ()), r["validation"], r["lowest"],
             r["highest"], r["better"])
            for r in runs
        ),
        caption="In order of arrival; medians over the starts",
        note="Time: epochs to reach it times the steps of an epoch times the time of a step, taken"
             " with NumPy for one network; a compiled program shares its time otherwise.",
    )  # fmt: skip


def _limits() -> tuple[Remark, ...]:
    out = "; ".join(f"{name}: {why}" for name, why in left_out().items())
    return (
        Remark(f"Not in the race: {out}."),
        Remark(
            "One step size and PyTorch's first weights for all: an activation may do better with"
            " others, and on other data the order changes. Deep networks are asked in the"
            " experiment depth.", "warn",
        ),
    )  # fmt: skip
