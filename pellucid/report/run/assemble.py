"""From a finished run on a table to the content of its report.

Every figure is measured on the rows that the run kept away from training, where there are any.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pellucid._version import __version__
from pellucid.data import Table
from pellucid.report import (
    Alert,
    Answer,
    Boundary,
    Column,
    Content,
    DataFacts,
    Errors,
    Metric,
    Reproduce,
    Training,
    measure,
)
from pellucid.report.run.field import boundary_of
from pellucid.report.run.network import model_facts
from pellucid.training.table_run import TableRun

__all__ = ["assemble"]

_IMPORTANCE_INPUTS = 40  # beyond so many inputs, shuffling each would take longer than training
_IMPORTANCE_ROWS = 5000
_VERSIONS = ("numpy", "scipy", "scikit-learn", "pandas", "safetensors")


def assemble(
    run: TableRun, digests: Mapping[str, str], *, command: str, include_rows: bool = False
) -> Content:
    """The content of a run's report.

    Args:
        run: a finished run.
        digests: file name to digest, of what was written.
        command: the line that started it.
        include_rows: whether values of single rows may be shown.
    """
    outcome = _Outcome(run, include_rows)
    return Content(
        name=run.table.name,
        answer=outcome.answer(),
        data=_data(run),
        model=model_facts(run),
        training=_training(run),
        reproduce=_reproduce(run, digests, command),
        errors=outcome.errors(),
        boundary=_boundary(run),
        alerts=_alerts(run),
        include_rows=include_rows,
    )


class _Outcome:
    """What the model says on the rows that are scored, and how right it is."""

    def __init__(self, run: TableRun, include_rows: bool) -> None:
        self.run, self.include_rows = run, include_rows
        self.rows = run.scored
        self.classes = run.model.preparation.classes
        features = run.features[self.rows]
        if self.classes:
            self.true = run.targets[self.rows]
            self.train = run.targets[run.learned]
            self.found: Any = run.model.probabilities(features)
        else:
            undo = run.model.preparation.inverse_target
            self.true, self.train = undo(run.targets[self.rows]), undo(run.targets[run.learned])
            self.found = run.model.answers(features)

    def answer(self) -> Answer:
        others: tuple[Metric, ...] = ()
        if self.classes:
            main = measure.accuracy(
                self.true, self.found, train_labels=self.train, classes=self.classes
            )
        else:
            main = measure.r2(self.true, self.found, train_target=self.train)
            others = (measure.mean_absolute_error(self.true, self.found, train_target=self.train),)
        return Answer(
            task="class" if self.classes else "regress",
            target=self.run.table.target,
            inputs=len(self.run.model.preparation.inputs),
            rows=len(self.rows),
            metric=main,
            held_out=self.run.held_out,
            others=others,
        )

    def errors(self) -> Errors:
        numbers = self.run.table.row_numbers(self.rows)
        values = self._values() if self.include_rows else ()
        if self.classes:
            found = measure.class_errors(
                self.true, self.found, self.classes, rows=numbers, values=values
            )
        else:
            found = measure.regress_errors(self.true, self.found, rows=numbers, values=values)
        inputs = self.run.model.preparation.inputs
        if 1 < len(inputs) <= _IMPORTANCE_INPUTS and len(self.rows) <= _IMPORTANCE_ROWS:
            return replace(found, importance=self._importance())
        return found

    def _values(self) -> tuple[Mapping[str, Any], ...]:
        columns = list(self.run.model.preparation.inputs)
        found: Any = self.run.table.frame[columns].iloc[self.rows].to_dict(orient="records")
        return tuple(found)

    def _importance(self) -> Any:
        preparation, frame = self.run.model.preparation, self.run.table.frame.iloc[self.rows]
        blocks = _blocks(preparation.feature_sources)

        def score(columns: Any) -> float:
            """The score when row i takes the cells of input j from row `columns[i, j]`."""
            picked = columns.astype(np.int64)
            mixed = np.concatenate(
                [base[picked[:, j]][:, block] for j, block in enumerate(blocks.values())], axis=1
            )
            if self.classes:
                return float((self.run.model.outputs(mixed).argmax(1) == self.true).mean())
            guess = self.run.model.answers(mixed)
            return 1 - float(
                ((self.true - guess) ** 2).sum() / ((self.true - self.true.mean()) ** 2).sum()
            )

        base = self.run.features[self.rows]
        order = np.repeat(np.arange(len(frame))[:, None], len(blocks), axis=1)
        return measure.permutation_importance(
            score,
            order,
            list(blocks),
            seed=self.run.settings.seed,
            metric_name="accuracy" if self.classes else "R²",
            metric_percent=bool(self.classes),
        )


def _blocks(sources: tuple[str, ...]) -> dict[str, list[int]]:
    """Input column -> its features: a category's features are shuffled together."""
    blocks: dict[str, list[int]] = {}
    for index, column in enumerate(sources):
        blocks.setdefault(column, []).append(index)
    return blocks


def _data(run: TableRun) -> DataFacts:
    parts = run.parts
    steps = run.model.preparation.steps()
    notes = {name: what for name, _, what in steps}
    return DataFacts(
        source=run.table.name,
        rows=len(run.table),
        train=len(parts.train),
        validation=len(parts.validation),
        test=len(parts.test),
        columns=tuple(_column(run.table, column, notes) for column in run.table.columns),
        steps=tuple(f"{name}: {what}" for name, _, what in steps[:60]),
        notices=tuple(str(notice) for notice in run.notices),
    )


def _column(table: Table, column: Any, notes: Mapping[str, str]) -> Column:
    is_target = column.name == table.target
    used = column.used or is_target
    cells = table.frame[column.name]
    spread: Any = None
    if column.kind == "number":
        spread = measure.histogram(cells.to_numpy(np.float64))
    elif column.kind in ("category", "boolean"):
        spread = measure.counts(cells.dropna())
    return Column(
        name=column.name,
        role="target" if is_target else "input" if used else "ignore",
        kind=column.kind,
        missing=column.missing,
        note=notes.get(column.name, column.reason),
        spread=spread if used else None,
    )


def _training(run: TableRun) -> Training:
    history = run.history
    percent = run.model.task == "classification"
    return Training(
        train_loss=np.asarray(history.train_loss, np.float64),
        validation_loss=_floats(history.validation_loss),
        train_metric=_floats(history.train_metric),
        validation_metric=_floats(history.validation_metric),
        metric_name=history.metric_name,
        metric_percent=percent,
        step_loss=_floats(history.step_loss),
        best_epoch=history.best_epoch,
        loss_name=history.loss_name,
        optimizer=history.optimizer,
        seconds=history.seconds or None,
        ended=history.ended,
    )


def _floats(values: Any) -> Any:
    return None if values is None or not len(values) else np.asarray(values, np.float64)


def _reproduce(run: TableRun, digests: Mapping[str, str], command: str) -> Reproduce:
    return Reproduce(
        command=command,
        seed=run.settings.seed,
        versions={
            "pellucid": __version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _VERSIONS},
        },
        digests={run.table.name: run.table.digest(), **digests},
        settings={name: value for name, value in asdict(run.settings).items() if value is not None},
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        files={
            "model.safetensors": "the weights",
            "model.json": "architecture and preparation",
            "history.csv": "every epoch's figures",
        },
    )


def _boundary(run: TableRun) -> Boundary | None:
    return boundary_of(run) if run.snapshots else None


def _alerts(run: TableRun) -> tuple[Alert, ...]:
    return tuple(
        Alert(level="warn", title="Copies across the split", text=str(notice))
        for notice in run.notices
        if notice.kind == "leak"
    )
