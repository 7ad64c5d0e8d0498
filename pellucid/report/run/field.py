"""The output of a model with two number inputs over their plane, now and at earlier epochs.

The lens `function` looks at one network; here many epochs' weights answer for one grid, in the
columns' own units and for all rows, those that were left out included.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.report import Boundary, Frame, Points
from pellucid.tensor.creation import from_numpy
from pellucid.training.table_model import TableModel
from pellucid.training.table_run import TableRun

__all__ = ["boundary_of"]

_SIDE = 80
_REPLAY_SIDE = 48
_MARGIN = 0.08


def boundary_of(run: TableRun) -> Boundary | None:
    """The field of a run whose table has two number inputs; None for other tables."""
    preparation = run.model.preparation
    if len(preparation.inputs) != 2 or any(e.kind != "number" for e in preparation.encoders):
        return None
    names = preparation.inputs
    cells = run.table.frame[list(names)].to_numpy(np.float64)
    ranges = [_range(cells[:, axis]) for axis in (0, 1)]
    held_out = np.ones(len(cells), bool)
    held_out[run.parts.train] = False
    whole = ~np.isnan(cells).any(axis=1)
    labels = run.targets if preparation.classes else preparation.inverse_target(run.targets)
    return Boundary(
        x_name=names[0],
        y_name=names[1],
        x_range=ranges[0],
        y_range=ranges[1],
        values=_field(run.model, ranges, _SIDE),
        classes=preparation.classes,
        points=Points(
            x=cells[whole, 0], y=cells[whole, 1], label=labels[whole], held_out=held_out[whole]
        ),
        frames=_frames(run, ranges),
    )


def _range(values: Any) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = _MARGIN * ((high - low) or 1.0)
    return low - margin, high + margin


def _grid(ranges: list[tuple[float, float]], side: int) -> Any:
    x, y = np.meshgrid(np.linspace(*ranges[0], side), np.linspace(*ranges[1], side))
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _field(model: TableModel, ranges: list[tuple[float, float]], side: int) -> NDArray[np.float64]:
    import pandas as pd

    frame = pd.DataFrame(_grid(ranges, side), columns=list(model.preparation.inputs))
    features = model.preparation.transform(frame)
    if not model.preparation.classes:
        return model.answers(features).reshape(side, side)
    shares = model.probabilities(features)
    if shares.shape[1] == 2:
        return shares[:, 1].reshape(side, side)
    return shares.reshape(side, side, -1)


def _frames(run: TableRun, ranges: list[tuple[float, float]]) -> tuple[Frame, ...]:
    """Earlier fields, from a second network that is given each epoch's weights in turn."""
    replica = TableModel(
        run.model.architecture.build(), run.model.architecture, run.model.preparation
    )
    losses = run.history.validation_loss or run.history.train_loss
    frames = []
    for epoch, weights in run.snapshots:
        replica.network.load_state_dict({name: from_numpy(a) for name, a in weights.items()})
        frames.append(
            Frame(
                epoch=epoch,
                values=_field(replica, ranges, _REPLAY_SIDE),
                loss=float(losses[epoch - 1]) if 0 < epoch <= len(losses) else None,
            )
        )
    return tuple(frames)
