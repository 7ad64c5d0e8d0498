"""What a population's program is given: the step of its members, and what one call is to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pellucid.graph.step import StepProgram

__all__ = ["Stretch", "Varied", "members_last"]

# The largest product inside a step, in multiplications for one member, up to which its terms are
# written out with the members last; measured, see docs/performance.md.
WRITTEN_OUT = 1 << 14


@dataclass(frozen=True, eq=False)
class Varied:
    """A step, and the numbers inside of it in which members differ.

    Attributes:
        step: of one member.
        held: by step and operand, the constant there of each member, stacked first.
        shares: by position among the steps, the share that a dropout leaves out, for each member.
    """

    step: StepProgram
    held: Mapping[tuple[int, int], Any] = field(default_factory=dict)
    shares: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Stretch:
    """What one call is to do, counted in steps of the usual size and in epochs.

    Attributes:
        order: rows of each step, `(steps, batch)`, or `(steps, batch, members)`.
        streams, numbers: what the host gives to each step.
        tail_order, tail_streams, tail_numbers: the same for the shorter batch of each epoch.
        spans: for each epoch the first step of this call and the one after its last.
        ends: for each epoch 1 if it ends in this call.
        count: how many epochs this is about.
    """

    order: Any
    streams: Any
    numbers: Any
    tail_order: Any
    tail_streams: Any
    tail_numbers: Any
    spans: Any
    ends: Any
    count: int


def members_last(step: StepProgram) -> bool:
    """Whether the members belong on the last axis: no layer is worth a matrix product."""
    slots = step.program.slot_nodes()
    largest = 0
    for s in step.program.steps:
        if s.op.name in ("linear", "bmm", "tdot"):
            cost = s.op.measure(tuple(slots[i] for i in s.at), s.node, s.params)
            largest = max(largest, cost.flops // 2)
    return largest <= WRITTEN_OUT
