"""Steps of several settings as one: what they do is the same, some numbers inside differ.

A weight decay or a dropout's share is part of a traced program, not one of its inputs. Programs
that are alike but for such numbers are laid over each other, and each member brings its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.program import Program, Step
from pellucid.graph.step import StepProgram

__all__ = ["Differing", "alike", "differing"]


class Differing(NamedTuple):
    """Where programs of one form hold other numbers.

    Attributes:
        held: by step and operand, the constant that each program has there, stacked.
        shares: by step, the share that each program's dropout leaves out.
    """

    held: dict[tuple[int, int], Any]
    shares: dict[int, Any]


def alike(first: StepProgram, other: StepProgram) -> bool:
    """Whether two steps do the same, up to numbers that members may have of their own."""
    a, b = first.program, other.program
    return (
        len(a.steps) == len(b.steps)
        and len(first.streams) == len(other.streams)
        and list(map(_kind, a.inputs)) == list(map(_kind, b.inputs))
        and _places(a, a.outputs) == _places(b, b.outputs)
        and all(_same_use(a, s, b, t) for s, t in zip(a.steps, b.steps, strict=True))
    )


def _same_use(a: Program, s: Step, b: Program, t: Step) -> bool:
    return (
        s.op is t.op
        and _kind(s.node) == _kind(t.node)
        and _places(a, s.at) == _places(b, t.at)
        and _kept(s) == _kept(t)
    )


def _kind(node: Node) -> Any:
    return node.shape, node.dtype


def _places(program: Program, slots: Sequence[int]) -> list[Any]:
    """Which inputs and steps are read. Constants stand for themselves: equal ones are one slot."""
    before, after = len(program.inputs), len(program.inputs) + len(program.held)
    return [
        i if i < before else ("step", i - after) if i >= after else _kind(program.held[i - before])
        for i in slots
    ]


def _kept(step: Step) -> dict[str, Any]:
    params = dict(step.params)
    if step.op.name == "dropout":
        params.pop("p")
    return params


def differing(programs: Sequence[Program]) -> Differing:
    """The numbers in which programs of one form differ."""
    first = programs[0]
    held, shares = {}, {}
    for i, step in enumerate(first.steps):
        for k in range(len(step.at)):
            arrays = [_constant(p, p.steps[i].at[k]) for p in programs]
            if any(not np.array_equal(a, arrays[0], equal_nan=True) for a in arrays[1:]):
                held[i, k] = np.stack(arrays)
        if step.op.name == "dropout":
            chances = np.array([p.steps[i].params["p"] for p in programs], np.float64)
            if (chances != chances[0]).any():
                shares[i] = chances
    return Differing(held, shares)


def _constant(program: Program, slot: int) -> Any:
    """What is held in a slot; nothing where it is computed or given."""
    at = slot - len(program.inputs)
    return program.held[at].array if 0 <= at < len(program.held) else _NOTHING


_NOTHING = np.zeros(0)
