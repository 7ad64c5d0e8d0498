"""From a finished run to one sample explained: what went in, every operation, and one gradient.

The row is the one that the model is most wrong about, or least sure of, on the rows it is scored
with. The gradient is the largest of any weight, taken apart from the loss to that weight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graph.walk import reachable
from pellucid.lenses import explain, walk
from pellucid.lenses.numerals import count, figure, fine_percent
from pellucid.lenses.picture import Film
from pellucid.lenses.view import Block, Column, Equation, Folded, Remark, Table
from pellucid.report.content import Errors, WorstSample
from pellucid.report.looked import Explained
from pellucid.report.run.network import loss_of
from pellucid.tensor import Tensor
from pellucid.tensor.creation import from_numpy
from pellucid.training.table_run import TableRun

__all__ = ["explained_of", "sample_of"]

_PATHS = 5
_MOST_INPUTS = 12
_MOST_LETTERS = 32
_INPUTS = (
    Column("input", "text", anchor=True), Column("cell", "text"),
    Column("as the network sees it", "number"), Column("blame (gradient)", "signed"),
)  # fmt: skip


def sample_of(run: TableRun, errors: Errors) -> int:
    """The position of the row to explain: the first of the worst ones.

    Args:
        run: a finished run.
        errors: where it is wrong.
    """
    if not errors.worst:
        return int(run.scored[0])
    numbers = run.table.row_numbers(run.scored)
    return int(run.scored[int(np.flatnonzero(numbers == errors.worst[0].row)[0])])


def explained_of(run: TableRun, errors: Errors, sample: int, *, values: bool) -> Explained | None:
    """One sample taken through the network; None where it is no answer to a single row.

    Args:
        run: a finished run.
        errors: where it is wrong.
        sample: the position of the row.
        values: whether its values may be shown.
    """
    if run.model.explainable or not errors.worst:
        return None
    try:
        taken = _Taken(run, sample)
        weight, at = taken.largest(beyond_first=not values)
        chain = explain(taken.loss, wrt=weight, at=at, paths=_PATHS).view.blocks
        steps = walk(run.model, run.table.frame.iloc[[sample]], closely=values).view.blocks
    except PellucidError:  # a person's own network may be recorded in no such way
        return None
    worst = errors.worst[0]
    place = ", ".join(map(str, at))
    return Explained(
        lead=_lead(worst, errors),
        facts=_facts(worst, taken),
        given=(taken.inputs(values),) if run.features.ndim == 2 else (),
        walk=_shown(steps),
        chain=_first_things(chain),
        weight=f"{weight.name}[{place}]",
        note="" if values else "The row's own values are shown with --include-rows.",
    )


class _Taken:
    """The row's way forward and back, recorded.

    Args:
        run: a finished run.
        sample: the position of the row.
    """

    def __init__(self, run: TableRun, sample: int) -> None:
        self.run, self.sample = run, sample
        self.x = from_numpy(run.features[[sample]].copy())
        self.x.requires_grad_()
        scores = run.model.network(self.x)
        targets = run.targets[[sample]]
        target = from_numpy(targets[:, None] if run.model.task == "regression" else targets)
        self.x.name, scores.name, target.name = "x", "ŷ", "y"
        self.loss: Tensor = loss_of(run)(scores, target)
        self.loss.name = "L"
        for node in reachable([self.loss._node]):
            node.where = None  # nobody wrote a line of code here

    def largest(self, beyond_first: bool) -> tuple[Tensor, tuple[int, ...]]:
        """The weight with the largest gradient, and which entry of it.

        Args:
            beyond_first: leave out what the inputs are multiplied by: its gradient tells them.
        """
        self.x.grad = None
        named = dict(self.run.model.network.named_parameters())
        held = {name: p.grad for name, p in named.items()}
        for p in named.values():
            p.grad = None
        self.loss.backward(retain_graph=True)
        sizes = {n: np.abs(p.grad.numpy()) for n, p in named.items() if p.grad is not None}
        for name, p in named.items():
            p.grad = held[name]
        first = next(iter(sizes), "")
        wide = [n for n, size in sizes.items() if size.ndim > 1 and size.size]
        if beyond_first:
            wide = [name for name in wide if name != first]
        chosen = wide or [name for name in sizes if name != first] or list(sizes)
        best = max(chosen, key=lambda name: float(sizes[name].max()))
        at = np.unravel_index(int(sizes[best].argmax()), sizes[best].shape)
        return named[best], tuple(int(i) for i in at)

    def inputs(self, values: bool) -> Table:
        """What went in and what is blamed on it, the most blamed first."""
        preparation = self.run.model.preparation
        cells = self.run.table.frame.iloc[self.sample]
        blame = np.zeros(self.x.shape[1]) if self.x.grad is None else self.x.grad.numpy()[0]
        order = np.argsort(-np.abs(blame), kind="stable")
        names, sources = preparation.feature_names, preparation.feature_sources
        rows = [
            (
                names[i],
                _cell(cells[sources[i]]),
                float(self.run.features[self.sample, i]),
                float(blame[i]),
            )
            for i in order[:_MOST_INPUTS]
        ]
        keep = range(4) if values else (0, 3)
        left = len(names) - len(rows)
        return Table(
            tuple(_INPUTS[k] for k in keep), tuple(tuple(row[k] for k in keep) for row in rows),
            note=f"The {_MOST_INPUTS} most blamed of {count(len(names))} inputs." if left else "",
        )  # fmt: skip


def _cell(value: Any) -> str:
    if value is None or value != value:  # NaN and NaT differ from themselves
        return "–"
    if isinstance(value, float | np.floating):
        return figure(float(value))
    text = str(value).removesuffix(" 00:00:00")
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _lead(worst: WorstSample, errors: Errors) -> str:
    sure = worst.confidence is not None
    right = sure and all(s.true == s.predicted for s in errors.worst)
    how = "right about and least sure of" if right else "most wrong about"
    return f"Row {count(worst.row)} is the one it is {how}."


def _facts(worst: WorstSample, taken: _Taken) -> tuple[tuple[str, str], ...]:
    sure = () if worst.confidence is None else (("how sure", fine_percent(worst.confidence)),)
    return (
        ("true", _said(worst.true)),
        ("predicted", _said(worst.predicted)),
        *sure,
        ("loss", figure(float(taken.loss.item()))),
    )


def _said(value: Any) -> str:
    return value if isinstance(value, str) else figure(float(value))


def _shown(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The worksheet without what went in, which has a table of its own; small ones as a picture."""
    single = isinstance(blocks[0], Table)
    found: list[Block] = []
    for block in blocks[1:] if single else blocks:
        if isinstance(block, Film):
            found += [block.frames[1]] if single else []
        elif isinstance(block, Table):
            found.append(_filled(block))
        elif isinstance(block, Remark) and block.tone != "plain":
            found.append(block)
    return tuple(found)


def _filled(table: Table) -> Table:
    """Only the columns that hold something."""
    held = [
        any(cell not in ("", None) for cell in column) for column in zip(*table.rows, strict=True)
    ]
    keep = [k for k, any_held in enumerate(held) if any_held]
    rows = tuple(tuple(row[k] for k in keep) for row in table.rows)
    return replace(table, columns=tuple(table.columns[k] for k in keep), rows=rows)


def _first_things(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The equation, its terms and the check; the rest opens on demand."""
    tables = [b for b in blocks if isinstance(b, Table)]
    rest = tuple(tables[1:])
    folded = (Folded("The largest path factor by factor, and what the names mean", "", rest),)
    kept = tuple(b for b in blocks if isinstance(b, Equation | Remark) or b in tables[:1])
    return (*kept, *(folded if rest else ()))
