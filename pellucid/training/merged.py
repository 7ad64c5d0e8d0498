"""Steps of several settings as one: what they do is the same, some numbers inside differ.

A weight decay or a dropout's share is part of a traced program, not one of its inputs. Programs
that are alike but for such numbers are laid over each other, and each member brings its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph.program import Program, Step
from pellucid.graph.step import StepProgram

__all__ = ["Differing", "alike", "differing"]


class Differing(NamedTuple):
    """Where programs of one form hold other numbers.

    Attributes:
        held: by position among the constants, the array of each program, stacked.
        shares: by position among the steps, the share that each program's dropout leaves out.
    """

    held: dict[int, Any]
    shares: dict[int, Any]


def alike(first: StepProgram, other: StepProgram) -> bool:
    """Whether two steps do the same, up to numbers that members may have of their own."""
    a, b = first.program, other.program
    return (
        len(a.steps) == len(b.steps)
        and a.outputs == b.outputs
        and len(first.streams) == len(other.streams)
        and [(n.shape, n.dtype) for n in a.inputs] == [(n.shape, n.dtype) for n in b.inputs]
        and [(n.shape, n.dtype) for n in a.held] == [(n.shape, n.dtype) for n in b.held]
        and all(map(_same_use, a.steps, b.steps))
    )


def _same_use(s: Step, t: Step) -> bool:
    return (
        s.op is t.op
        and s.at == t.at
        and (s.node.shape, s.node.dtype) == (t.node.shape, t.node.dtype)
        and _kept(s) == _kept(t)
    )


def _kept(step: Step) -> dict[str, Any]:
    params = dict(step.params)
    if step.op.name == "dropout":
        params.pop("p")
    return params


def differing(programs: Sequence[Program]) -> Differing:
    """The numbers in which programs of one form differ."""
    first = programs[0]
    held = {}
    for i, node in enumerate(first.held):
        arrays = [p.held[i].array for p in programs]
        if any(not np.array_equal(a, node.array, equal_nan=True) for a in arrays):
            held[i] = np.stack(arrays)
    shares = {}
    for i, step in enumerate(first.steps):
        if step.op.name == "dropout":
            chances = np.array([p.steps[i].params["p"] for p in programs], np.float64)
            if (chances != chances[0]).any():
                shares[i] = chances
    return Differing(held, shares)
