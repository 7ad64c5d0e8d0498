"""From a finished run on a table to the content of its report.

Every figure is measured on the rows that the run kept away from training, where there are any.
"""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from pellucid.data import Notice, Table
from pellucid.lenses.numerals import plural
from pellucid.report import (
    Alert,
    Boundary,
    Column,
    Content,
    DataFacts,
    Reproduce,
    Training,
    measure,
)
from pellucid.report.run.field import boundary_of
from pellucid.report.run.findings import (
    outlier_alerts,
    rare_class_alerts,
    tail_alerts,
    text_alerts,
)
from pellucid.report.run.looks import lenses_of, shows_rows
from pellucid.report.run.network import model_facts
from pellucid.report.run.outcome import Outcome
from pellucid.report.run.rebuilt import Rebuilt
from pellucid.report.run.sample import explained_of, sample_of
from pellucid.report.run.views import views_of
from pellucid.report.verdict import judge
from pellucid.training.suspicion import Suspicion
from pellucid.training.table_run import TableRun
from pellucid.training.versions import versions_of

__all__ = ["assemble"]

_VERSIONS = ("pandas", "scikit-learn", "safetensors")
_LOSSES = {
    "cross_entropy": "cross-entropy",
    "mse": "squared error of the scaled target",
    "huber": "Huber loss of the scaled target",
    "l1": "absolute error of the scaled target",
}
_METRICS = {"r2": "R²"}
_MOST_STEPS = 12
_FLAT, _UNKNOWN = "left out: one value in all training rows", "left out: the model does not take it"


def assemble(
    run: TableRun,
    digests: Mapping[str, str],
    *,
    command: str,
    include_rows: bool = False,
    folder: str = "",
) -> Content:
    """The content of a run's report.

    Args:
        run: a finished run.
        digests: file name to digest, of what was written.
        command: the line that started it.
        include_rows: whether values of single rows may be shown.
        folder: where the model is written, as it is typed.
    """
    rebuilds = run.model.task == "reconstruction"
    outcome = Rebuilt(run) if rebuilds else Outcome(run, include_rows)
    answer, errors, boundary = outcome.answer(), outcome.errors(), _boundary(run)
    values, sample = shows_rows(run, include_rows), sample_of(run, errors)
    return Content(
        name=run.table.name,
        answer=answer,
        data=_data(run),
        model=model_facts(run),
        training=_training(run),
        reproduce=_reproduce(run, digests, command),
        errors=errors,
        boundary=boundary,
        alerts=_alerts(run, outcome, judge(answer).level),
        views=views_of(run, include_rows),
        lenses=lenses_of(run, sample, points=values, folder=folder, known=boundary is not None),
        explained=explained_of(run, errors, sample, values=values),
        include_rows=include_rows,
    )


def _data(run: TableRun) -> DataFacts:
    parts = run.parts
    steps = run.model.preparation.steps()
    notes = {name: what for name, _, what in steps}  # of those that reach the network
    unused = _FLAT if len(parts.train) else _UNKNOWN
    return DataFacts(
        source=run.table.name,
        rows=len(run.table),
        train=len(parts.train),
        validation=len(parts.validation),
        test=len(parts.test),
        columns=tuple(_column(run.table, column, notes, unused) for column in run.table.columns),
        steps=_steps(steps),
        notices=tuple(_capital(str(notice)) for notice in run.notices),
    )


def _steps(steps: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    """Each column's step; of many columns how many there are of a kind."""
    if len(steps) <= _MOST_STEPS:
        return tuple(f"{name}: {what}" for name, _, what in steps)
    kinds = Counter(kind for _, kind, _ in steps)
    return tuple(f"{plural(n, f'{kind} column')}, as listed below" for kind, n in kinds.items())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _column(table: Table, column: Any, notes: Mapping[str, str], unused: str) -> Column:
    is_target = column.name == table.target
    used = column.name in notes or is_target
    cells = table.frame[column.name]
    spread: Any = None
    if column.kind == "number":
        values = cells.to_numpy(np.float64)
        spread = measure.histogram(values, limits=measure.inner_span(values))
    elif column.kind == "category":
        spread = measure.counts(cells.dropna())
    elif column.kind == "boolean" and used:
        spread = measure.counts(cells.dropna().map({0.0: "no", 1.0: "yes"}))
    return Column(
        name=column.name,
        role="target" if is_target else "input" if used else "ignore",
        kind=column.kind,
        missing=column.missing,
        note=notes.get(column.name, unused if column.used and not is_target else column.reason),
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
        metric_name=_METRICS.get(history.metric_name, history.metric_name),
        metric_percent=percent,
        step_loss=_floats(history.step_loss),
        best_epoch=history.best_epoch,
        loss_name=_loss_name(run),
        optimizer=_how(run),
        seconds=history.seconds or None,
        ended=history.ended,
    )


def _loss_name(run: TableRun) -> str:
    name = _LOSSES.get(run.history.loss_name, run.history.loss_name)
    weights = run.settings.class_weight
    if weights is None:
        return name
    return f"{name}, {'balanced' if weights == 'balanced' else 'weighted'} by class"


def _how(run: TableRun) -> str:
    """Such as "Adam, learning rate 0.001, batches of 32"."""
    size = run.history.settings.get("batch_size")
    batches = f", batches of {size}" if size else ""
    return f"{run.history.optimizer}, learning rate {run.settings.lr:g}{batches}"


def _floats(values: Any) -> Any:
    return None if values is None or not len(values) else np.asarray(values, np.float64)


def _reproduce(run: TableRun, digests: Mapping[str, str], command: str) -> Reproduce:
    return Reproduce(
        command=command,
        seed=run.settings.seed,
        versions={
            **versions_of(run.history.engine),
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


def _alerts(run: TableRun, outcome: Outcome | Rebuilt, level: str) -> tuple[Alert, ...]:
    """What speaks against the score, whose verdict is of this level.

    A score no better than a guess is flattered by nothing, and copies go unsaid.
    """
    misses = outcome.misses()
    leaks = (notice for notice in run.notices if notice.kind == "leak")
    return (
        *(_alert(notice) for notice in leaks if isinstance(notice, Suspicion) or level != "error"),
        *text_alerts(run, level),
        *outlier_alerts(run),
        *(() if misses is None else tail_alerts(run, misses)),
        *rare_class_alerts(run),
    )


def _alert(notice: Notice) -> Alert:
    if not isinstance(notice, Suspicion):
        return Alert(level="warn", title="Copies across the split", text=str(notice))
    level: Literal["info", "warn"] = "warn" if notice.grave else "info"
    return Alert(level=level, title=notice.title, text=notice.text, advice=notice.advice)
