"""From a finished run to the views of its kind of network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.report.views import Codes, Forecast, Graphed, Pictured, View
from pellucid.training.graph_model import GraphModel
from pellucid.training.rebuilding_model import RebuildingModel
from pellucid.training.table_run import TableRun

__all__ = ["lead_of", "placed", "views_of"]

_MOST_NODES = 300
_PICTURES = 8
_ROUNDS = 200


def lead_of(run: TableRun) -> str:
    """What the network does, as the rest of "This network …"; empty for rows of a table."""
    lags, target = run.table.lags, run.table.target
    if isinstance(run.model, RebuildingModel):
        latent = run.model.architecture.options["latent"]
        inputs = len(run.model.preparation.inputs)
        numbers = "1 number" if latent == 1 else f"{latent} numbers"
        return f"gives {inputs} inputs again through {numbers}"
    kind = "a class" if run.model.task == "classification" else "a number"
    if lags is not None:
        rows = "row" if lags.window == 1 else f"{lags.window} rows"
        return f"foretells {target}, {kind}, from the {rows} before"
    if isinstance(run.model, GraphModel):
        return f"predicts {target}, {kind}, for each node of a graph from it and its neighbors"
    return ""


def views_of(run: TableRun, include_rows: bool) -> tuple[View, ...]:
    """The views of a run, if it is of a kind that has some.

    Args:
        run: a finished run.
        include_rows: whether values of single rows may be shown.
    """
    return tuple(_views(run, include_rows))


def _views(run: TableRun, include_rows: bool) -> Iterator[View]:
    if isinstance(run.model, RebuildingModel):
        yield _codes(run, run.model)
        pictured = _pictured(run) if include_rows or _built_in(run) else None
        if pictured is not None:
            yield pictured
    elif run.table.lags is not None and run.model.task == "regression":
        yield _forecast(run)
    elif isinstance(run.model, GraphModel) and run.model.preparation.classes:
        if len(run.table) > _MOST_NODES:
            return
        yield _graphed(run)


def _built_in(run: TableRun) -> bool:
    """Pictures are rows: those of a person's own file are shown on request only."""
    return run.table.name == "digits"


def _forecast(run: TableRun) -> Forecast:
    lags, rows, table = run.table.lags, run.scored, run.table
    assert lags is not None
    when = next(column.name for column in table.columns if column.kind == "ignore")
    undo = run.model.preparation.inverse_target
    before = table.frame[lags.name(lags.target, 1)].to_numpy(np.float64)[rows]
    return Forecast(
        target=table.target,
        when=when,
        moments=tuple(_moment(cell) for cell in table.frame[when].iloc[rows]),
        true=undo(run.targets[rows]),
        predicted=run.model.answers(run.features[rows]),
        before=before,
    )


def _moment(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).removesuffix(" 00:00:00")


def _codes(run: TableRun, model: RebuildingModel) -> Codes:
    codes = model.codes(run.features).astype(np.float64)
    label = model.preparation.transform_target(run.table.frame[run.table.target])
    held = np.ones(len(codes), bool)
    held[run.parts.train] = False
    return Codes(
        x=codes[:, 0],
        y=codes[:, 1] if codes.shape[1] > 1 else np.zeros(len(codes)),
        numbers=codes.shape[1],
        label=label if model.preparation.classes else model.preparation.inverse_target(label),
        classes=model.preparation.classes,
        colored_by=run.table.target,
        held_out=held,
    )


def _pictured(run: TableRun) -> Pictured | None:
    """The first held-out rows where all columns share a scale and make a square."""
    encoders: tuple[Any, ...] = run.model.preparation.encoders
    known = [getattr(encoder, "scale", None) for encoder in encoders]
    scales = {scale and (scale.mean, scale.std) for scale in known}
    side = int(np.sqrt(run.features.shape[1]))
    if len(scales) != 1 or side * side != run.features.shape[1] or side < 4:
        return None
    rows = run.scored[:_PICTURES]
    x = run.features[rows].astype(np.float64)
    low, high = float(run.features.min()), float(run.features.max())
    after = run.model.outputs(run.features[rows]).astype(np.float64)
    shape = (len(rows), side, side)
    return Pictured(
        before=((x - low) / (high - low)).reshape(shape),
        after=np.clip((after - low) / (high - low), 0, 1).reshape(shape),
        rows=tuple(int(row) for row in run.table.row_numbers(rows)),
    )


def _graphed(run: TableRun) -> Graphed:
    table, edges = run.table, run.table.edges
    assert edges is not None
    held = np.zeros(len(table), bool)
    held[run.scored] = True
    x, y = placed(edges, len(table))
    named = next((c.name for c in table.columns if c.kind == "id"), None)
    names = table.frame[named] if named else range(1, len(table) + 1)
    return Graphed(
        x=x, y=y, ends=edges, label=run.targets,
        right=run.model.outputs(run.features).argmax(axis=1) == run.targets,
        held_out=held, classes=run.model.preparation.classes, names=tuple(map(str, names)),
    )  # fmt: skip


def placed(edges: NDArray[np.int64], nodes: int) -> tuple[NDArray[np.float64], ...]:
    """Where to draw nodes: edges pull like springs, and all nodes push each other away.

    Shape:
        (2, edges) → (nodes,), (nodes,)

    Source: Fruchterman & Reingold 1991.
    """
    turn = 2 * np.pi * np.arange(nodes) / max(nodes, 1)
    at = np.stack([np.cos(turn), np.sin(turn)])
    joined = np.zeros((nodes, nodes))
    joined[edges[0], edges[1]] = joined[edges[1], edges[0]] = 1
    ideal = np.sqrt(4 / max(nodes, 1))
    for heat in np.linspace(0.2, 0.002, _ROUNDS):
        apart = at[:, :, None] - at[:, None, :]
        far = np.maximum(np.sqrt((apart**2).sum(axis=0)), 1e-3)
        force = (apart / far * (ideal**2 / far - joined * far**2 / ideal)).sum(axis=2)
        length = np.maximum(np.sqrt((force**2).sum(axis=0)), 1e-9)
        at = at + force / length * np.minimum(length, heat)
    return at[0], at[1]
