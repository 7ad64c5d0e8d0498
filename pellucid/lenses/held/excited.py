"""Units and rows as pictures: who answers to whom, and what excites a unit most."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.folds.sorts import Sorts
from pellucid.lenses.held.layers import Layer
from pellucid.lenses.held.units import Units
from pellucid.lenses.numerals import of_layer, signed
from pellucid.lenses.picture import Charts, Matrix
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Column, Table

__all__ = ["answers", "excitements", "pictured"]

_UNITS, _ROWS, _PICTURES, _MEAN = 20, 60, 6, 9


def answers(layer: Layer, units: Units, sorts: Sorts, chosen: npt.NDArray[Any]) -> Matrix:
    """How strongly each unit answers to each row; alike units and rows stand together."""
    strength = units.strength
    kinds = np.zeros(len(strength), int) if sorts.kinds is None else sorts.kinds
    by_class = np.argsort(kinds, kind="stable")
    shown = by_class[np.unique(np.linspace(0, len(kinds) - 1, _ROWS).round().astype(int))]
    means = np.stack([strength[kinds == k].mean(axis=0) for k in np.unique(kinds)])
    many = np.sort(np.argsort(-strength.std(axis=0), kind="stable")[:_UNITS])
    order = many[np.argsort(means[:, many].argmax(axis=0), kind="stable")]
    names = tuple(f"unit {u} {units.state(int(u))}".strip() for u in order)
    named = sorts.kinds is not None
    columns = tuple(sorts.short(int(kinds[i])) if named else str(int(chosen[i])) for i in shown)
    values = strength[np.ix_(shown, order)].T
    low = bool(values.min() < 0)
    left = "" if len(order) == strength.shape[1] else f", {len(order)} of {strength.shape[1]} units"
    sorted_by = "by class" if sorts.heights is None else "low before high"
    return Matrix(
        np.asarray(values, np.float64), names, columns,
        f"How strongly each unit of {of_layer(layer.space.path)} answers{left}",
        "signed" if low else "amount", row_axis="unit", column_axis=f"row, {sorted_by}",
    )  # fmt: skip


def excitements(
    subject: Subject, units: Units, chosen: npt.NDArray[Any], sorts: Sorts
) -> tuple[Table, list[dict[str, Any]]]:
    """For each unit the rows that excite it most, and the inputs it goes with."""
    features = units.features(subject.x) if subject.flat else None
    lines = [
        {
            "unit": u,
            "state": units.state(u),
            "mean": float(units.strength[:, u].mean()),
            "top": [] if units.dead[u] else [int(chosen[i]) for i in units.top(u, 3)],
            "top_kinds": [] if units.dead[u] else [_kind(sorts, i) for i in units.top(u, 3)],
            "features": [] if features is None else _strongest(subject, features[u]),
        }
        for u in range(units.strength.shape[1])
    ]
    columns = [
        Column("unit", "count"),
        Column("state"),
        Column("mean", "number"),
        Column("most excited by", wraps=20),
    ]
    if features is not None:
        columns.append(Column("goes with", wraps=20))
    rows = [_row(line, features is not None) for line in lines[:_UNITS]]
    left = len(lines) - len(rows)
    note = f"and {left} more units, in .to_dict()" if left > 0 else ""
    return Table(tuple(columns), tuple(rows), "What excites each unit", note=note), lines


def pictured(subject: Subject, units: Units, layer: Layer) -> Charts:
    """The mean of the pictures that excite a unit most, for the units that differ most."""
    many = np.sort(np.argsort(-units.strength.std(axis=0), kind="stable")[:_PICTURES])
    items = []
    for u in many.tolist():
        seen = subject.x[units.top(u, _MEAN)].astype(np.float64).mean(axis=(0, 1))
        items.append(
            Matrix(
                seen, title=f"unit {u}", scale="signed" if seen.min() < 0 else "amount", image=True
            )
        )
    title = (
        f"The mean of the {_MEAN} pictures that excite a unit of {of_layer(layer.space.path)} most"
    )
    return Charts(tuple(items), min(len(items), 6), title)


def _kind(sorts: Sorts, row: int) -> str:
    if sorts.kinds is None:
        return ""
    return sorts.short(int(sorts.kinds[row]))


def _strongest(subject: Subject, correlations: Any) -> list[dict[str, Any]]:
    order = np.argsort(-np.abs(correlations), kind="stable")[:3]
    return [{"input": subject.inputs[i], "correlation": float(correlations[i])} for i in order]


def _row(line: dict[str, Any], named: bool) -> tuple[Any, ...]:
    top = ", ".join(
        f"row {i} ({kind})" if kind else f"row {i}"
        for i, kind in zip(line["top"], line["top_kinds"], strict=True)
    )
    goes = ", ".join(
        f"{f['input']} {signed(f['correlation'], 2)}"
        for f in line["features"]
        if line["state"] != "dead"
    )
    row = (line["unit"], line["state"], line["mean"], top)
    return (*row, goes) if named else row
