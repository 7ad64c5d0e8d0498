"""The worksheet as a view, with the answers or with blanks where they go."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from pellucid.lenses.numerals import number, plural, signed
from pellucid.lenses.picture import Diagram, Film
from pellucid.lenses.view import Block, Column, Remark, Table, View
from pellucid.lenses.worksheet.followed import Followed
from pellucid.lenses.worksheet.step import Step
from pellucid.lenses.worksheet.taken import Line, Taken, Weight
from pellucid.lenses.worksheet.way import BLANK, blank, way

__all__ = ["sheet"]

_MOST_WEIGHTS = 60
_LINES = (
    Column("step", "count", anchor=True),
    Column("input", "formula", wraps=18),
    Column("op", "text"),
    Column("output", "text"),
    Column("slope", "text", rank=1, wraps=8),
    Column("blame", "text"),
    Column("step back", "count", key="back"),
)
_WEIGHTS = (
    Column("weight", "formula", anchor=True),
    Column("value", "number"),
    Column("slope", "text", rank=1, wraps=8),
    Column("step back", "count", key="back"),
    Column("blame", "text"),
    Column("update step", "count", key="step"),
    Column("new value", "text", key="new"),
)
_PATH = (
    Column("number", "formula", anchor=True),
    Column("how", "formula", wraps=30),
    Column("value", "number"),
    Column("slope", "signed", rank=1),
    Column("blame", "text"),
)
_GIVEN = (Column("given", "formula"), Column("value", "number"))
_SAID = (*_GIVEN, Column("what it is", key="said"))


def sheet(taken: Taken, sample: int, answers: bool) -> View:
    """The worksheet.

    Args:
        taken: the step.
        sample: the row that it was taken for.
        answers: whether to write them, or to leave blanks.
    """
    steps = taken.steps()
    place = {id(s): i for i, s in enumerate(steps, 1)}
    result = f"New loss {number(taken.after)} (was {number(taken.loss)})"
    if not answers:
        result = f"New loss {BLANK} (was {BLANK})"
    done = f"{result}, after one step of {taken.rule}."
    blocks: tuple[Block, ...] = (
        *_too_large(taken, answers),
        *_given(taken),
        *_picture(taken, answers),
        _operations(taken, place, answers),
        _weights(taken, place, answers),
        *(_path(taken.followed) if taken.followed and answers else ()),
        *_remarks(taken, steps, answers),
    )
    data: dict[str, Any] = {
        "kind": "walk", "sample": sample, "rule": taken.rule, "single": taken.single,
        "steps": [s.to_dict(i, answers) for i, s in enumerate(steps, 1)],
    }  # fmt: skip
    if answers:
        data |= {"loss": taken.loss, "loss_after": taken.after}
        data["followed"] = asdict(taken.followed) if taken.followed else None
    title = f"Sample {sample} by hand: forward, backward, update"
    if answers:
        ends = f"from {number(taken.loss)} to {number(taken.after)}"
        title = f"Sample {sample} by hand: one step takes the loss {ends}"
    return View(title, done, blocks, data)


def _given(taken: Taken) -> Iterator[Table]:
    if taken.given:
        said = any(what for *_, what in taken.given)
        rows = tuple(row if said else row[:2] for row in taken.given)
        yield Table(_SAID if said else _GIVEN, rows, "The sample, and what should come out")


def _too_large(taken: Taken, answers: bool) -> Iterator[Remark]:
    """Blanks for lengths of Tensors are no worksheet."""
    if not answers and not taken.single:
        yield Remark(
            "Too large for a pencil: each blank is the length of a Tensor of many numbers. For a"
            " worksheet take a network of a few neurons: pellucid fit … --hidden 3, or"
            " nn.Linear(2, 3).", "warn",
        )  # fmt: skip


def _picture(taken: Taken, answers: bool) -> Iterator[Film | Diagram]:
    if answers:
        yield _way(taken)
    elif taken.single and taken.net.zoom == "scalars":
        yield blank(taken.net)


def _way(taken: Taken) -> Film:
    """The picture; where its weights are Tensors, with the length that each moves by."""
    single = taken.single and taken.net.zoom == "scalars"
    moves: dict[str, float] = {}
    for w in taken.weights:
        name = w.name if single or not taken.single else w.name.partition("[")[0]
        far = w.update.value - w.value if taken.single else w.update.value
        moves[name] = w.update.value if single else math.hypot(moves.get(name, 0.0), far)
    return way(taken.net, moves, single)


def _operations(taken: Taken, place: dict[int, int], answers: bool) -> Table:
    rows = tuple(
        (
            place[id(line.forward)], _input(line, answers), line.op,
            _found(line.forward, answers), _slopes(line, answers),
            _found(line.backward, answers, "+1.0"),
            None if line.backward is None else place[id(line.backward)],
        )
        for line in taken.lines
    )  # fmt: skip
    caption = "Forward: read down, each output from its input. Backward: read up, each blame."
    note = (
        "slope: how much each number that it goes into changes with it. "
        "blame = blame of that number × slope, added over all of them."
    )
    if not taken.single:  # a Tensor has no single slope
        return _without_slopes(Table(_LINES, rows, caption))
    return Table(_LINES, rows, caption, note=note)


def _without_slopes(table: Table) -> Table:
    keep = [i for i, column in enumerate(table.columns) if column.name != "slope"]
    rows = tuple(tuple(row[i] for i in keep) for row in table.rows)
    return replace(table, columns=tuple(table.columns[i] for i in keep), rows=rows)


def _input(line: Line, answers: bool) -> str:
    step = line.forward
    parts = (step.what, _right_side(step.symbols), step.plugged if answers else "")
    return " = ".join(dict.fromkeys(p for p in parts if p))


def _right_side(symbols: str) -> str:
    """`y = max(0, x)` without its `y`, or `y[n, c]`, which has a name of its own here."""
    name, _, rest = symbols.partition(" = ")
    return rest if rest and name.partition("[")[0].isidentifier() else symbols


def _found(step: Step | None, answers: bool, start: str = "") -> str:
    if step is None:
        return start
    if not answers:
        return BLANK
    return signed(step.value) if step.phase == "backward" else number(step.value)


def _slopes(item: Line | Weight, answers: bool) -> str:
    shown = "; ".join(signed(s.value) if answers else BLANK for s in item.slopes[:4])
    return shown + (f"; … {len(item.slopes) - 4} more" if len(item.slopes) > 4 else "")


def _weights(taken: Taken, place: dict[int, int], answers: bool) -> Table:
    rows = tuple(
        (
            w.name, w.value, _slopes(w, answers), place[id(w.backward)],
            _found(w.backward, answers), place[id(w.update)], _found(w.update, answers),
        )
        for w in taken.weights[:_MOST_WEIGHTS]
    )  # fmt: skip
    left = len(taken.weights) - len(rows)
    note = f"… and {plural(left, 'weight')} more; .to_dict() has all." if left > 0 else ""
    caption = f"Update: the blame of every weight, and one step of {taken.rule}"
    columns = _WEIGHTS
    if not taken.single:
        caption += "; all by their lengths"
        columns = (*_WEIGHTS[:-1], Column("moves by", "text", key="new"))
        return _without_slopes(Table(columns, rows, caption, note=note))
    return Table(columns, rows, caption, note=note)


def _path(found: Followed) -> Iterator[Table]:
    """One path through a large network, number by number."""
    rows: list[tuple[Any, ...]] = [(found.weight, "", found.value, None, signed(found.blame))]
    for p in found.passed:
        how = " = ".join(dict.fromkeys(x for x in (p.name, p.symbols, p.plugged) if x))
        rows.append((p.name, how.partition(" = ")[2], p.value, p.slope, signed(p.blame)))
    many = len(rows) - 1
    yield Table(
        _PATH, tuple(rows),
        f"Number by number: {many} of {found.numbers:,} numbers, along the path with most blame",
        note=f"slope: how much the number changes with the one above it. Their product,"
        f" {signed(found.adds)}, is what this path adds to the blame of {found.weight}; all paths"
        f" together make it {signed(found.blame)}.",
    )  # fmt: skip


def _remarks(taken: Taken, steps: list[Step], answers: bool) -> Iterator[Remark]:
    if not taken.single:
        yield Remark(
            "This network takes too many numbers to go through one by one, so each line above is a "
            "Tensor, shown by its length √Σ²; single numbers keep their sign."
        )
    if answers:
        better = "less" if taken.after < taken.loss else "not less"
        yield Remark(
            f"The loss is {better} than before for this sample; other samples were not asked.",
            "good" if taken.after < taken.loss else "warn",
        )
    else:
        yield Remark(
            f"{plural(len(steps), 'number')} to find, in the order of the steps. "
            "check(step, value) tells whether one is right, within 1 %"
            + ("; check(step, slope=…) the same of a slope in its row." if taken.single else ".")
        )
