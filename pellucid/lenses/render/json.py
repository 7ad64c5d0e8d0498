"""Writes a view as JSON: the numbers of the lens, and the blocks for whoever wants to draw them."""

from __future__ import annotations

import json as _json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pellucid.lenses.view import Block, Code, Equation, Folded, Outline, Remark, Table, View

__all__ = ["json", "plain"]


def json(view: View, indent: int | None = None) -> str:
    """The view as JSON; numbers that JSON cannot say (NaN, infinity) become texts."""
    drawn = {
        "title": view.title,
        "sentence": view.sentence,
        "blocks": [_block(b) for b in view.blocks],
    }
    return _json.dumps(plain({**view.data, "view": drawn}), ensure_ascii=False, indent=indent)


def plain(value: Any) -> Any:
    """The value in what JSON knows."""
    if hasattr(value, "tolist"):  # an array, or a number of NumPy's
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | range | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Equation):
        return {"equations": block.lines, "latex": block.latex}
    if isinstance(block, Remark):
        return {"remark": block.text, "tone": block.tone}
    if isinstance(block, Outline):
        items = [{"depth": i.depth, "steps": i.steps, "note": i.note} for i in block.items]
        return {"outline": block.caption, "items": items}
    if isinstance(block, Code):
        return {"code": block.text, "caption": block.caption}
    if isinstance(block, Folded):
        return {"folded": block.summary, "blocks": [_block(b) for b in block.blocks]}
    return _table(block) if isinstance(block, Table) else _picture(block)


def _picture(block: Any) -> dict[str, Any]:
    """A picture and everything in it, by the names of its parts."""
    parts = {f.name: _part(getattr(block, f.name)) for f in fields(block)}
    return {"picture": type(block).__name__.lower(), **parts}


def _part(value: Any) -> Any:
    if is_dataclass(value):
        return _picture(value)
    return [_part(v) for v in value] if isinstance(value, tuple | list) else value


def _table(table: Table) -> dict[str, Any]:
    names = [c.name for c in table.columns]
    return {
        "table": table.caption,
        "columns": [{"name": c.name, "head": c.head, "kind": c.kind} for c in table.columns],
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
        "total": dict(zip(names, table.total, strict=True)) if table.total else None,
        "note": table.note,
    }
