"""From a table to a trained model: split, prepare by the training rows alone, train.

This is what `pellucid fit` runs; nothing in it prints.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data.notice import Notice
from pellucid.data.prepare import Preparation
from pellucid.data.split import Split, split
from pellucid.data.table import Table
from pellucid.data.wording import count
from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.spelling import a_kind
from pellucid.tensor.misspelled import refuse_unknown
from pellucid.tensor.random import manual_seed
from pellucid.training.artifact import RECORDING, save_model, write_whole
from pellucid.training.callback import Callback
from pellucid.training.fit import fit
from pellucid.training.history import History
from pellucid.training.kinds import model_of
from pellucid.training.lookback import Kept
from pellucid.training.metrics import METRICS
from pellucid.training.shaping import Shaping
from pellucid.training.suspicion import suspicions
from pellucid.training.table_model import TableModel
from pellucid.training.table_settings import Settings
from pellucid.training.versions import versions_of
from pellucid.training.weighing import BEAR_OUTLIERS, fitted_loss, fitted_weights, weights_of_rows

__all__ = ["Snapshots", "TableRun", "split_for", "train_table"]


class Snapshots(Callback):
    """Keeps the weights of some epochs: many of the first, where most happens, ever fewer later.

    Of more than `most`, those go that lie closest between their neighbors, by the ratio of epochs.
    """

    def __init__(self, most: int = 40) -> None:
        self.most = most
        self.kept: list[tuple[int, dict[str, NDArray[Any]]]] = []

    def on_fit_start(self, run: Any) -> None:
        """The weights before the first step."""
        self._keep(0, run.model)

    def on_epoch_end(self, run: Any) -> None:
        """The weights after an epoch."""
        self._keep(run.epoch, run.model)

    def _keep(self, epoch: int, model: Module) -> None:
        weights = {name: t.detach().numpy().copy() for name, t in model.state_dict().items()}
        self.kept.append((epoch, weights))
        if len(self.kept) > self.most:
            epochs = np.array([at for at, _ in self.kept]) + 1
            del self.kept[1 + int((epochs[2:] / epochs[:-2]).argmin())]


@dataclass(repr=False)
class TableRun:
    """Everything about one run: the table, its parts, the model, and what happened.

    Args:
        table: what was learned from.
        parts: which rows trained, validated and tested.
        settings: what was asked for.
        model: the result.
        history: the loss of every step, the metrics of every epoch.
        features: the whole table prepared, in its own row order.
        targets: the whole target prepared: class numbers or scaled numbers.
        snapshots: weights along the way, for tables with two inputs.
        notices: what was noticed about data and split.
        seconds: how long it all took.
    """

    table: Table
    parts: Split
    settings: Settings
    model: TableModel
    history: History
    features: NDArray[np.float32]
    targets: NDArray[Any]
    snapshots: list[tuple[int, dict[str, NDArray[Any]]]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def scored(self) -> NDArray[np.int64]:
        """The rows that the final figure is measured on: test, else validation, else training."""
        parts = (self.parts.test, self.parts.validation, self.parts.train)
        return next(part for part in parts if len(part))

    @property
    def held_out(self) -> bool:
        """Whether those rows were kept away from training."""
        return bool(len(self.parts.test) or len(self.parts.validation))

    @property
    def learned(self) -> NDArray[np.int64]:
        """The rows that were learned from; those measured, where the table is another one."""
        return self.parts.train if len(self.parts.train) else self.scored

    @property
    def score_name(self) -> str:
        """`"accuracy"` of classes, `"R²"` of numbers."""
        return "accuracy" if self.model.task == "classification" else "R²"

    @property
    def score(self) -> float:
        """How good the model is on the rows that are scored: accuracy, or R² of numbers."""
        outputs = self.model.outputs(self.features[self.scored])
        name = "accuracy" if self.score_name == "accuracy" else "r2"
        return METRICS[name](outputs, self.targets[self.scored])

    def __repr__(self) -> str:
        parts, rows = self.parts, count(len(self.scored), "row")
        what = "held-out" if self.held_out else "training"
        where = f"{len(self.scored):,} {what} {rows.rpartition(' ')[2]}"
        inputs = count(len(self.model.preparation.inputs), "input")
        return (
            f"{self.table.name}: {self.score_name} {self.score:.4g} on {where}\n"
            f" {self.table.target} ({self.model.task}) from {inputs}\n"
            f" {len(parts.train):,} rows to learn from, {len(parts.validation):,} to choose the"
            f" epoch, {len(parts.test):,} for the test\n"
            f" best epoch {self.history.best_epoch} of {self.history.epochs}; more in .model,"
            " .history, .notices"
        )

    def save(self, folder: str | PathLike[str]) -> dict[str, str]:
        """Write `model.safetensors` and `model.json`; gives their digests.

        A recording goes beside them; one of an earlier training is taken away.
        """
        digests = save_model(self.model, folder)
        place = Path(folder) / RECORDING
        if self.history.recording is not None:
            write_whole(place, self.history.recording.to_bytes())
        else:
            place.unlink(missing_ok=True)
        return digests


def split_for(table: Table, settings: Settings) -> Split:
    """The rows that train, choose the best epoch, and test."""
    by = settings.split_by
    if table.lags is not None and by is None:  # a series is held out by time, never at random
        by = next(column.name for column in table.columns if column.kind == "ignore")
    return split(
        table, validation=settings.validation_share, test=settings.test, seed=settings.seed,
        by=by, group=settings.group,
    )  # fmt: skip


def train_table(
    table: Table,
    settings: Settings | None = None,
    *,
    progress: Any = None,
    on_notice: Callable[[Notice], None] | None = None,
    record: bool | float = False,
    **misplaced: Any,
) -> TableRun:
    """Train a network on a table.

    Args:
        table: what to learn from.
        settings: what was chosen; the usual ones when None.
        progress: shows how far it is; see `fit`.
        on_notice: is told what is noticed on the way, as it is noticed.
        record: whether to keep the weights now and then; see `fit`.
        misplaced: refused, with a hint: what is chosen goes into the settings.
    """
    settings = _asked(table, settings, misplaced)
    start = time.perf_counter()
    rebuilds = settings.model == "autoencoder"
    check_settings(table, settings)
    shaping = Shaping(table, settings)
    parts = split_for(table, settings)
    preparation = Preparation.fit(
        table, parts.train, together=shaping.together, robust=settings.loss in BEAR_OUTLIERS
    )
    notices = [*table.notices, *shaping.notices, *parts.notices, *preparation.notices]
    if table.lags is None and not rebuilds:
        notices += suspicions(table, settings.apart_by)
    for notice in notices if on_notice else ():
        on_notice(notice)  # type: ignore[misc]
    manual_seed(settings.seed)
    model, features = model_of(table, preparation, shaping)
    targets = features if rebuilds else preparation.transform_target(table.frame[table.target])
    replayed = (
        settings.model == "mlp" and len(preparation.inputs) == 2 and settings.restarts == 1
        and table.lags is None
    )  # fmt: skip
    snapshots = Snapshots() if replayed else None
    history = _fitted(
        model.network, features, targets, parts, table, settings, snapshots, progress, record
    )  # fmt: skip
    model.network.eval()
    model.facts = _facts(table, settings, history, parts)
    return TableRun(
        table, parts, settings, model, history.keeping(Kept(model, table)), features, targets,
        snapshots.kept if snapshots else [], notices, time.perf_counter() - start,
    )  # fmt: skip


def _asked(table: Any, settings: Settings | None, misplaced: dict[str, Any]) -> Settings:
    """The settings, if all stands where it belongs."""
    known = {field.name for field in fields(Settings)}
    for word, value in misplaced.items():
        if word in known:
            raise TypeError(
                f"train_table has no argument {word!r}: it is a setting.\n"
                f" Give train_table(table, Settings({word}={value!r}))."
            )
    refuse_unknown("train_table", misplaced, ["progress", "on_notice", "record"])
    if not isinstance(table, Table):
        raise SettingError(
            f"train_table takes a Table and got {a_kind(table)}.\n"
            ' Make one: make_table(frame, target="…"), or read("file.csv", target="…").'
        )
    return Settings() if settings is None else settings


def check_settings(table: Table, settings: Settings) -> None:
    """Refuse what does not go with the table's target.

    Raises:
        SettingError: names the setting.
    """
    fitted_loss(settings.loss, _task(table, settings), table.target)
    fitted_weights(settings.class_weight, _task(table, settings), table.target, table.classes)
    weights_of_rows(settings.weight, table)
    if table.lags is not None and settings.group is not None:
        raise SettingError("group must be left out for a series: its last steps are held out.")


def _task(table: Table, settings: Settings) -> str:
    return "regression" if settings.model == "autoencoder" else table.task


def _fitted(
    network: Module, features: Any, targets: Any, parts: Split, table: Table, settings: Settings,
    snapshots: Snapshots | None, progress: Any, record: bool | float,
) -> History:  # fmt: skip
    held, task, chosen = parts.validation, _task(table, settings), settings.for_fit()
    own: tuple[Any, ...] = (features[held], targets[held])
    weight = weights_of_rows(settings.weight, table)
    if weight is not None:
        own, chosen["sample_weight"] = (*own, weight[held]), weight[parts.train]
    if settings.family.reads == "graph" and settings.batch_size is None:
        chosen["batch_size"] = len(parts.train)  # every step computes the whole graph
    return fit(
        network,
        (features[parts.train], targets[parts.train]),
        validation=own if len(held) else 0.0,
        loss=fitted_loss(settings.loss, task, table.target),
        class_weight=fitted_weights(settings.class_weight, task, table.target, table.classes),
        callbacks=(snapshots,) if snapshots else (),
        progress=progress if progress is not None else False,
        record=record,
        **chosen,
    )


def _facts(table: Table, settings: Settings, history: History, parts: Split) -> dict[str, Any]:
    return {
        "data": table.name,
        "rows": len(table),
        "digest": table.digest(),
        "target": table.target,
        "task": table.task,
        "settings": asdict(settings),
        "versions": versions_of(history.engine),
        "split": dict(parts.how),
        "history": {
            name: getattr(history, name)
            for name in ("best_epoch", "stopped", "loss_name", "metric_name", "optimizer")
        }
        | {"epochs": history.settings["epochs"], "batch_size": history.settings["batch_size"]},
    }
