"""How a Tensor prints: the numbers as PyTorch prints them, then what they don't show.

Source: PyTorch's documented `set_printoptions` defaults: four digits, lines of 80 characters, three
entries at each end of an axis where there are more than a thousand numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, bool_, float32, int64
from pellucid.graph.node import Node
from pellucid.shapes import numel, show

__all__ = ["describe"]

_WIDTH, _THRESHOLD, _EDGE = 80, 1000, 3
_OPENING = "tensor("
Write = Callable[[Any], str]


def describe(node: Node, prefix: str = "tensor") -> str:
    """The text of a Tensor.

    Args:
        node: what the Tensor stands on.
        prefix: "tensor", or "Parameter" for a second heading line.
    """
    if node.array is None:
        body = f"{_OPENING}shape={show(node.shape)}, value unknown"
    else:
        body = _OPENING + _numbers(np.asarray(node.array), node.dtype.category == FLOAT)
    text = _with_facts(body, _facts(node))
    return f"Parameter containing:\n{text}" if prefix == "Parameter" else text


def _facts(node: Node) -> list[str]:
    facts = []
    empty = numel(node.shape) == 0
    if empty and len(node.shape) != 1:
        facts.append(f"size={show(node.shape)}")
    if node.dtype not in ((float32,) if empty else (float32, int64, bool_)):
        facts.append(f"dtype={node.dtype!r}")
    if node.requires_grad and node.op is not None:
        facts.append(f"grad_fn=<{node.op.name}>")
    elif node.requires_grad:
        facts.append("requires_grad=True")
    return facts


def _with_facts(text: str, facts: list[str]) -> str:
    used = len(text) - text.rfind("\n") + 1
    for fact in facts:
        if used + len(fact) + 2 > _WIDTH:
            text += ",\n" + " " * len(_OPENING) + fact
            used = len(_OPENING) + len(fact)
        else:
            text += ", " + fact
            used += len(fact) + 2
    return text + ")"


def _numbers(array: Any, floating: bool) -> str:
    if array.size == 0:
        return "[]"
    if floating:
        array = array.astype(np.float64)
    short = array.size > _THRESHOLD
    shown = _ends(array) if short else array
    width, write = _float_form(shown) if floating else _plain_form(shown)
    return _nested(array, len(_OPENING), short, width, write)


def _ends(array: Any) -> Any:
    """The entries that stay when the middle is left out."""
    for axis, n in enumerate(array.shape):
        if n > 2 * _EDGE:
            array = array.take([*range(_EDGE), *range(n - _EDGE, n)], axis=axis)
    return array


def _plain_form(shown: Any) -> tuple[int, Write]:
    return max(len(str(v)) for v in shown.reshape(-1).tolist()), str


def _float_form(shown: Any) -> tuple[int, Write]:
    """Whole numbers as `2.`; else four decimals; powers of ten where sizes differ widely."""
    real = shown[np.isfinite(shown) & (shown != 0)]
    if not real.size:
        return 1, _whole
    least, most = float(np.abs(real).min()), float(np.abs(real).max())
    whole = bool(np.all(real == np.ceil(real)))
    if most / least > 1000 or most > 1e8 or (not whole and least < 1e-4):
        write: Write = "{:.4e}".format
    else:
        write = _whole if whole else "{:.4f}".format
    return max(len(write(v)) for v in real.tolist()), write


def _whole(value: float) -> str:
    text = f"{value:.0f}"
    return f"{text}." if np.isfinite(value) else text


def _nested(array: Any, indent: int, short: bool, width: int, write: Write) -> str:
    if not array.ndim:
        return str(write(array.item())).rjust(width)
    if array.ndim == 1:
        return _row(array, indent, short, width, write)
    n = len(array)
    cut = short and n > 2 * _EDGE
    rows = [*range(_EDGE), *range(n - _EDGE, n)] if cut else range(n)
    parts = [_nested(array[i], indent + 1, short, width, write) for i in rows]
    if cut:
        parts.insert(_EDGE, "...")
    gap: str = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
    return f"[{gap.join(parts)}]"


def _row(array: Any, indent: int, short: bool, width: int, write: Write) -> str:
    kept = _ends(array) if short else array
    values = [write(v).rjust(width) for v in kept.tolist()]
    if short and len(array) > 2 * _EDGE:
        values.insert(_EDGE, " ...")
    step = max(1, (_WIDTH - indent) // (width + 2))
    lines = [", ".join(values[i : i + step]) for i in range(0, len(values), step)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
