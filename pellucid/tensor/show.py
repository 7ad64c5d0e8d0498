"""How a Tensor prints: the numbers as PyTorch prints them, then what they don't show.

Source: PyTorch's documented `set_printoptions` defaults: four digits, lines of 80 characters, three
entries at each end of an axis where there are more than a thousand numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, bool_, default_float, int64
from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.shapes import numel, show

__all__ = ["describe", "set_printoptions"]

_OPENING = "tensor("
Write = Callable[[Any], str]


@dataclass
class _Options:
    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES = {
    "default": _Options(),
    "short": _Options(precision=2, edgeitems=2),
    "full": _Options(threshold=math.inf),
}
_now = _Options()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """How Tensors print from now on; what is left out stays as it is.

    Args:
        precision: decimals.
        threshold: with more numbers than this, the middle of each axis is left out.
        edgeitems: how many entries stay at each end of an axis.
        linewidth: characters in a line.
        profile: "default", "short" or "full", before the others are applied.
        sci_mode: powers of ten always or never; None decides by the numbers.

    Example:
        >>> import pellucid
        >>> pellucid.set_printoptions(precision=2)
        >>> pellucid.tensor([3.14159])
        tensor([3.14])
        >>> pellucid.set_printoptions(profile="default")
    """
    if profile is not None and profile not in _PROFILES:
        raise SettingError(f"profile is 'default', 'short' or 'full', and it is {profile!r}.")
    given = {
        "precision": precision, "threshold": threshold, "edgeitems": edgeitems,
        "linewidth": linewidth,
    }  # fmt: skip
    for name, value in given.items():
        if value is not None and not value >= 0:
            raise SettingError(f"set_printoptions: {name} can't be negative and is {value!r}.")
    if profile is not None:
        vars(_now).update(vars(_PROFILES[profile]))
    vars(_now).update({name: value for name, value in given.items() if value is not None})
    _now.sci_mode = sci_mode


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
    if node.dtype not in ((default_float(),) if empty else (default_float(), int64, bool_)):
        facts.append(f"dtype={node.dtype!r}")
    if node.requires_grad and node.op is not None:
        facts.append(f"grad_fn=<{node.op.name}>")
    elif node.requires_grad:
        facts.append("requires_grad=True")
    return facts


def _with_facts(text: str, facts: list[str]) -> str:
    used = len(text) - text.rfind("\n") + 1
    for fact in facts:
        if used + len(fact) + 2 > _now.linewidth:
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
    short = array.size > _now.threshold
    shown = _ends(array) if short else array
    width, write = _float_form(shown) if floating else _plain_form(shown)
    return _nested(array, len(_OPENING), short, width, write)


def _ends(array: Any) -> Any:
    """The entries that stay when the middle is left out."""
    edge = _now.edgeitems
    for axis, n in enumerate(array.shape):
        if n > 2 * edge:
            array = array.take([*range(edge), *range(n - edge, n)], axis=axis)
    return array


def _plain_form(shown: Any) -> tuple[int, Write]:
    return max(len(str(v)) for v in shown.reshape(-1).tolist()), str


def _float_form(shown: Any) -> tuple[int, Write]:
    """Whole numbers as `2.`; else with decimals; powers of ten where sizes differ widely."""
    real = shown[np.isfinite(shown) & (shown != 0)]
    if not real.size:
        return 1, _whole
    least, most = float(np.abs(real).min()), float(np.abs(real).max())
    whole = bool(np.all(real == np.ceil(real)))
    wide = most / least > 1000 or most > 1e8 or (not whole and least < 1e-4)
    if wide if _now.sci_mode is None else _now.sci_mode:
        write: Write = f"{{:.{_now.precision}e}}".format
    else:
        write = _whole if whole else f"{{:.{_now.precision}f}}".format
    return max(len(write(v)) for v in real.tolist()), write


def _whole(value: float) -> str:
    text = f"{value:.0f}"
    return f"{text}." if np.isfinite(value) else text


def _nested(array: Any, indent: int, short: bool, width: int, write: Write) -> str:
    if not array.ndim:
        return str(write(array.item())).rjust(width)
    if array.ndim == 1:
        return _row(array, indent, short, width, write)
    n, edge = len(array), _now.edgeitems
    cut = short and n > 2 * edge
    rows = [*range(edge), *range(n - edge, n)] if cut else range(n)
    parts = [_nested(array[i], indent + 1, short, width, write) for i in rows]
    if cut:
        parts.insert(edge, "...")
    gap: str = "," + "\n" * (array.ndim - 1) + " " * (indent + 1)
    return f"[{gap.join(parts)}]"


def _row(array: Any, indent: int, short: bool, width: int, write: Write) -> str:
    kept = _ends(array) if short else array
    values = [write(v).rjust(width) for v in kept.tolist()]
    if short and len(array) > 2 * _now.edgeitems:
        values.insert(_now.edgeitems, " ..." if values else "...")
    step = max(1, (_now.linewidth - indent) // (width + 2))
    lines = [", ".join(values[i : i + step]) for i in range(0, len(values), step)]
    return "[" + (",\n" + " " * (indent + 1)).join(lines) + "]"
