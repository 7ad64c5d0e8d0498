"""A saved model with its history, measured once more: on its test rows, or on a new table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.split import Split
from pellucid.data.table import Table
from pellucid.errors import FileFormatError, PellucidError
from pellucid.training.history import History
from pellucid.training.suspicion import suspicions
from pellucid.training.table_model import TableModel
from pellucid.training.table_run import TableRun, split_for
from pellucid.training.table_settings import Settings

__all__ = ["HISTORY", "read_history", "revisit"]

HISTORY = "history.csv"


def revisit(model: TableModel, table: Table, history: History) -> TableRun:
    """A run as it was when it ended, with another table where another is given.

    Args:
        model: a saved model.
        table: the table it was trained on, or any other with the same columns and a target.
        history: its history.

    Returns:
        a run whose scored rows are the old test rows, or all rows of a table never seen.
    """
    try:
        chosen: dict[str, Any] = dict(model.facts["settings"])
        chosen["hidden"] = tuple(chosen["hidden"])
        plain: dict[str, Any] = {name: _tupled(value) for name, value in chosen.items()}
        settings = Settings(**plain)
        digest = model.facts["digest"]
    except (KeyError, TypeError, ValueError, PellucidError) as damage:
        raise FileFormatError(f"model.json does not say how it was trained: {damage}.") from None
    none = np.zeros(0, np.int64)
    same = table.digest() == digest
    parts = split_for(table, settings) if same else Split(none, none, np.arange(len(table)))
    features = model.features(table)
    rebuilds = model.task == "reconstruction"
    targets = features if rebuilds else _targets(model, table)
    searched = same and table.lags is None and not rebuilds
    return TableRun(
        table, parts, settings, model, history, features, targets,
        notices=[
            *table.notices, *parts.notices,
            *(suspicions(table, settings.apart_by) if searched else ()),
        ],
    )  # fmt: skip


def _tupled(value: Any) -> Any:
    """JSON has lists only."""
    return tuple(value) if isinstance(value, list) else value


def _targets(model: TableModel, table: Table) -> Any:
    return model.preparation.transform_target(table.frame[table.target], name=table.name)


def read_history(folder: Path, facts: Mapping[str, Any]) -> History:
    """The figures of every epoch, from the file beside a model.

    Raises:
        FileFormatError: the file is missing, damaged, or of another run.
    """
    path = folder / HISTORY
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        told = dict(facts["history"])
        plan = {name: told.pop(name) for name in ("epochs", "batch_size")}
        history = History(train_loss=columns["train_loss"], settings=plan, **told)
        if not 0 < history.best_epoch <= len(rows):
            raise ValueError(f"epoch {history.best_epoch} is not in it")
    except FileNotFoundError:
        raise FileFormatError(f"{folder} has no {HISTORY}; `pellucid fit` writes it.") from None
    except (OSError, ValueError, KeyError, IndexError, TypeError) as damage:
        raise FileFormatError(f"{path} is not the whole history of this model: {damage}.") from None
    history.validation_loss = columns.get("validation_loss", [])
    for part in ("train", "validation"):
        values = columns.get(f"{part}_{history.metric_name}")
        if values:
            getattr(history, f"{part}_metrics")[history.metric_name] = values
    return history
