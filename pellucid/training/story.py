"""One member's course, told as if it had been trained alone."""

from __future__ import annotations

from typing import Any

from pellucid.training.history import History
from pellucid.training.loop import Run
from pellucid.training.members import Trained
from pellucid.training.sources import FromRows
from pellucid.training.sums import Sums

__all__ = ["figures_at", "history_of"]


def history_of(
    out: Trained, i: int, run: Run, shape: tuple[int, ...], beginning: History
) -> History:
    """The history of member `i`.

    Args:
        out: what happened to all.
        i: the member.
        run: that of its form.
        shape: of the outputs for a usual batch.
        beginning: names, settings and notes; left as it is.
    """
    epochs = int(out.epochs[i])
    found = History(
        loss_name=beginning.loss_name,
        metric_name=beginning.metric_name,
        optimizer=beginning.optimizer,
        settings=dict(beginning.settings),
        notes=list(beginning.notes),
        preparation=beginning.preparation,
    )
    found.train_loss = out.train_loss[i, :epochs].tolist()
    if out.check_loss is not None:
        found.validation_loss = out.check_loss[i, :epochs].tolist()
    if out.step_loss is not None:
        steps = (run.epoch_steps or 1) * epochs
        found.step_loss = out.step_loss[i, : max(steps, int(out.died[i]) + 1)].tolist()
    found.learning_rate = out.rate[i, :epochs].tolist()
    found.best_epoch = int(out.best_epoch[i])
    found.best_weights = out.weights[i]
    found.stopped = ended(out, i, run.plan.epochs)
    found.seconds = out.seconds
    found.epoch_seconds = [out.seconds / max(epochs, 1)] * epochs
    for members, table in out.probes:
        if i in members:
            found.probes = table.of(members.index(i))
    for e in range(epochs):
        train, checked = figures_at(out, i, e, run, shape)
        for name, value in train.items():
            found.train_metrics.setdefault(name, []).append(value)
        for name, value in checked.items():
            found.validation_metrics.setdefault(name, []).append(value)
    return found


def ended(out: Trained, i: int, epochs: int) -> str:
    """Why a member's training came to its end."""
    if out.died[i] >= 0:
        return "diverged"
    if out.patience[i]:
        return "patience"
    return "finished" if out.epochs[i] >= epochs else "interrupted"


def figures_at(
    out: Trained, i: int, epoch: int, run: Run, shape: tuple[int, ...]
) -> tuple[dict[str, float], dict[str, float]]:
    """A member's figures on the training and on the validation rows after an epoch (from 0)."""
    train = _figures(out.sums, i, epoch, run, run.train, shape)
    checked = _figures(out.check_sums, i, epoch, run, run.held, shape)
    return train, checked


def _figures(
    sums: list[Any], i: int, epoch: int, run: Run, source: Any, shape: tuple[int, ...]
) -> dict[str, float]:
    if not sums or not isinstance(source, FromRows):
        return {}
    gathered = Sums(run.gathered.metrics, source.data.target)
    gathered.add_sums([s[i, epoch] for s in sums], (source.rows, *shape[1:]), 1)
    return gathered.values()
