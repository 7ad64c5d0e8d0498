"""How a Tensor prints: the numbers as PyTorch prints them, then what can't be seen from the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.dtypes import bool_, float32, int64
from pellucid.graph.node import Node
from pellucid.shapes import numel, show

__all__ = ["describe"]


def describe(node: Node, prefix: str = "tensor") -> str:
    """The text of a Tensor.

    Args:
        node: what the Tensor stands on.
        prefix: "tensor", or "Parameter" for a second heading line.
    """
    extra = _facts(node)
    if node.array is None:
        body = f"tensor(shape={show(node.shape)}, value unknown"
    else:
        body = "tensor(" + _numbers(np.asarray(node.array))
    text = ", ".join([body, *extra]) + ")"
    return f"Parameter containing:\n{text}" if prefix == "Parameter" else text


def _facts(node: Node) -> list[str]:
    facts = []
    if numel(node.shape) == 0 and len(node.shape) != 1:
        facts.append(f"size={show(node.shape)}")
    if node.dtype not in (float32, int64, bool_):
        facts.append(f"dtype={node.dtype!r}")
    if node.requires_grad and node.op is not None:
        facts.append(f"grad_fn=<{node.op.name}>")
    elif node.requires_grad:
        facts.append("requires_grad=True")
    return facts


def _numbers(array: Any) -> str:
    if array.size == 0:
        return "[]"
    floating = array.dtype.kind == "f" or array.dtype.name == "bfloat16"
    formatter: Any = {"all": _formatter(array)} if floating else {"bool": lambda v: str(bool(v))}
    if not floating and array.dtype.kind in "iu":
        width = max(len(str(v)) for v in (array.min(), array.max()))
        formatter = {"int": lambda v: f"{v:>{width}d}"}
    return np.array2string(
        array, separator=", ", prefix="tensor(", formatter=formatter,
        threshold=1000, edgeitems=3, max_line_width=80,
    )  # fmt: skip


def _formatter(array: Any) -> Any:
    """PyTorch's choice: whole numbers as `2.`, four decimals, or scientific where sizes differ widely."""
    finite = array[np.isfinite(array)].astype("float64")
    nonzero = np.abs(finite[finite != 0])
    if (
        finite.size
        and np.all(finite == np.rint(finite))
        and (not nonzero.size or nonzero.max() < 1e8)
    ):
        write = lambda v: f"{v:.0f}." if np.isfinite(v) else f"{v}"  # noqa: E731
    elif nonzero.size and (
        nonzero.max() / nonzero.min() > 1000 or nonzero.max() > 1e8 or nonzero.min() < 1e-4
    ):
        write = lambda v: f"{v:.4e}"  # noqa: E731
    else:
        write = lambda v: f"{v:.4f}"  # noqa: E731
    shown = (
        array if array.size <= 1000 else np.concatenate([array.ravel()[:100], array.ravel()[-100:]])
    )
    width = max(len(write(float(v))) for v in shown.ravel())
    return lambda v: write(float(v)).rjust(width)
