"""The one loop that runs a program: each step's own `forward`, in order, over any array namespace.

NumPy arrays in, values out; under a compiler the same loop runs once, on arrays that stand for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pellucid.graph.halves import needs_single, single
from pellucid.graph.program import Program

__all__ = ["evaluate"]

_NOTHING: Mapping[str, Callable[..., Any]] = {}


def evaluate(
    program: Program,
    arrays: Sequence[Any],
    xp: Any,
    instead: Mapping[str, Callable[..., Any]] = _NOTHING,
) -> list[Any]:
    """The outputs of a program for given inputs.

    Args:
        program: what to run.
        arrays: one value for each input.
        xp: the array namespace handed to every forward.
        instead: by op name, what an engine runs in place of the op's own forward.

    Example:
        >>> import numpy as np
        >>> from pellucid.dtypes import float64
        >>> from pellucid.graph.program import trace, unknown
        >>> from pellucid.ops.elementwise import mul
        >>> double = trace(lambda x: mul(x, 2.0), [unknown((2,), float64)])
        >>> evaluate(double, [np.array([1.0, 2.0])], np)
        [array([2., 4.])]
    """
    if program.halves:
        return _evaluate_halves(program, arrays, xp, instead)
    values = [*arrays, *(node.array for node in program.held)]
    keep = values.append
    for op, at, params, _ in program.steps:
        forward = instead.get(op.name, op.forward) if instead else op.forward
        # Spelled out for the usual case: unpacking a list costs as much as a short sum.
        if len(at) == 2 and not params:
            keep(forward(xp, values[at[0]], values[at[1]]))
        else:
            keep(forward(xp, *[values[i] for i in at], **params))
    return [values[i] for i in program.outputs]


def _evaluate_halves(
    program: Program,
    arrays: Sequence[Any],
    xp: Any,
    instead: Mapping[str, Callable[..., Any]] = _NOTHING,
) -> list[Any]:
    values = [*arrays, *(node.array for node in program.held)]
    for op, at, params, node in program.steps:
        forward = instead.get(op.name, op.forward)
        if needs_single(op, node):
            forward = single(forward, node.dtype)
        values.append(forward(xp, *[values[i] for i in at], **params))
    return [values[i] for i in program.outputs]
