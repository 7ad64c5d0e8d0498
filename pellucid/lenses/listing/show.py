"""The view of a program: its three parts as tables, its totals, and its ops folded below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.lenses.listing.ops import OpLine
from pellucid.lenses.numerals import compact, number, plural, shape, size
from pellucid.lenses.view import Block, Column, Equation, Folded, Remark, Table, View

__all__ = ["program_view", "unfolded_view"]

_FORWARD = (
    Column("layer", "code", anchor=True),
    Column("operation", "code"),
    Column("equation", "formula", rank=1, wraps=14),
    Column("shape in → out", "text", key="shapes"),
    Column("parameters", "count"),
    Column("FLOPs", "flops", key="flops"),
    Column("memory", "bytes", key="bytes", rank=2),
    Column("mean", "number", rank=2),
    Column("spread", "number", key="std", rank=2),
)
_BACKWARD = (
    Column("layer", "code", anchor=True),
    Column("operation", "code"),
    Column("chain rule", "formula", key="derivative", wraps=14),
    Column("FLOPs", "flops", key="flops"),
    Column("blame at its output", "number", key="blame", rank=2),
    Column("gradient of its weights", "number", key="gradient", rank=2),
)
_UPDATE = (
    Column("parameter", "code", anchor=True),
    Column("shape", "shape"),
    Column("FLOPs", "flops", key="flops"),
    Column("size", "number"),
    Column("gradient", "number"),
    Column("update", "number"),
    Column("update/size", "number", key="ratio"),
)
_OPS = (
    Column("", "code", key="number", anchor=True),
    Column("op", "code"),
    Column("reads", "code", wraps=14),
    Column("shape", "shape"),
    Column("equation", "formula", rank=2),
    Column("module", "code", key="scope", rank=1),
    Column("because of", "code", key="because"),
    Column("line", "text", rank=1),
    Column("FLOPs", "flops", key="flops", rank=2),
)
_MOST_OPS = 300  # beyond that a page leaves the list to `unfold`
_PHASES = {"forward": "Forward", "backward": "Backward", "update": "Update"}


def program_view(data: Mapping[str, Any], ops: Sequence[OpLine]) -> View:
    """The tables of a program."""
    total = data["total"]
    shapes = ", ".join(f"{x['name']} {shape(x['shape'])}" for x in data["inputs"])
    blocks: list[Block] = [_forward(data)]
    if data["backward"]:
        blocks.append(_backward(data))
    if data["update"]:
        blocks += _update(data)
    if data["loss_after"] is not None:
        blocks.append(
            Remark(
                f"The loss was {number(data['loss'])}; after the update, on the same data, it "
                f"is {number(data['loss_after'])}."
            )
        )
    folded = _phases(ops) if len(ops) <= _MOST_OPS else ()
    blocks.append(Folded(plural(len(ops), "op"), "program.unfold() lists them.", folded))
    frozen = f", {total['frozen']:,} of them frozen" if total["frozen"] else ""
    return View(
        f"{data['name']}: {plural(total['parameters'], 'parameter')}{frozen}",
        f"Takes {shapes}. {_cost(total)}"
        + ("" if data["ran"] else " Shapes only: nothing was run."),
        tuple(blocks),
        data,
    )


def _cost(total: Mapping[str, Any]) -> str:
    parts = [f"{compact(total['flops'])} floating-point operations forward"]
    if total["backward_flops"]:
        parts.append(f"{compact(total['backward_flops'])} backward")
    if total["update_flops"]:
        parts.append(f"{compact(total['update_flops'])} for the update")
    return f"{', '.join(parts)}; {size(total['bytes'])} of weights and results."


def _forward(data: Mapping[str, Any]) -> Table:
    total = data["total"]
    rows = tuple(
        (
            line["layer"], _operation(line), line["equation"], _shapes(line),
            line["parameters"] or None, line["flops"], line["bytes"], line["mean"], line["std"],
        )
        for line in data["forward"]
    )  # fmt: skip
    foot = (
        "", "total", None, None, total["parameters"], total["flops"], total["bytes"], None, None,
    )  # fmt: skip
    columns = _FORWARD if data["ran"] else _FORWARD[:-2]
    width = len(columns)
    return Table(columns, tuple(r[:width] for r in rows), "Forward", foot[:width])


def _operation(line: Mapping[str, Any]) -> str:
    repeats = line["repeats"]
    return line["operation"] if repeats is None else f"{line['operation']} (as line {repeats})"


def _shapes(line: Mapping[str, Any]) -> str:
    into = ", ".join(shape(s) for s in line["shape_in"])
    out = shape(line["shape_out"]) if line["shape_out"] is not None else ""
    return f"{into} → {out}" if into else out


def _backward(data: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            line["layer"], line["operation"], line["derivative"], line["flops"], line["blame"],
            line["gradient"],
        )
        for line in data["backward"]
    )  # fmt: skip
    total = ("", "total", None, data["total"]["backward_flops"], None, None)
    columns = _BACKWARD if data["ran"] else _BACKWARD[:-2]
    width = len(columns)
    caption = "Backward, from the loss to the first layer"
    return Table(columns, tuple(r[:width] for r in rows), caption, total[:width])


def _update(data: Mapping[str, Any]) -> list[Block]:
    names = [c.name for c in _UPDATE] if data["ran"] else [c.name for c in _UPDATE[:3]]
    rows = tuple(tuple(line[n] for n in names) for line in data["update"])
    table = Table(_UPDATE[: len(names)], rows, f"Update by {_settings(data['optimizer'])}")
    steps = data["optimizer"]["steps"]
    lines = tuple(tuple(step.split(" = ")) for step in steps)
    values = ", ".join(f"{k} = {v:g}" for k, v in data["optimizer"]["values"].items())
    told = [Remark(f"Here {values}.")] if values else []
    return [table, Equation((), below=lines), *told] if lines else [table]


def _settings(optimizer: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{k}={v}" for k, v in optimizer["settings"].items())
    return f"{optimizer['name']}({inside})"


def unfolded_view(title: str, ops: Sequence[OpLine]) -> View:
    """Every op in a table for each phase."""
    data = {"ops": [op.to_dict() for op in ops]}
    return View(title, f"{plural(len(ops), 'op')}; %4 is the result of line 4.", _phases(ops), data)


def _phases(ops: Sequence[OpLine]) -> tuple[Table, ...]:
    tables = []
    for phase, name in _PHASES.items():
        rows = [_op_row(op) for op in ops if op.phase == phase]
        shown = [i for i, c in enumerate(_OPS) if any(row[i] not in (None, "") for row in rows)]
        if rows:
            cut = tuple(tuple(row[i] for i in shown) for row in rows)
            tables.append(Table(tuple(_OPS[i] for i in shown), cut, name))
    return tuple(tables)


def _op_row(op: OpLine) -> tuple[Any, ...]:
    because = None if op.because is None else f"%{op.because}"
    return (
        f"%{op.number}", op.op, ", ".join(op.reads), op.shape, op.equation.split("   ")[0],
        op.scope, because, op.line, op.flops,
    )  # fmt: skip
