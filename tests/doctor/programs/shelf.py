"""All programs: importing this fills `PROGRAMS`."""

from __future__ import annotations

from tests.doctor.programs import (
    activations,
    capacity,
    gradients,
    healthy_data,
    healthy_loops,
    healthy_nets,
    losses,
    order,
    outcomes,
    pairs,
    rates,
    starts,
    steps,
    texts,
    turned,
)
from tests.doctor.programs.program import PROGRAMS

__all__ = ["PROGRAMS", "activations", "capacity", "gradients", "healthy_data"]
__all__ += [
    "healthy_loops",
    "healthy_nets",
    "losses",
    "order",
    "outcomes",
    "pairs",
    "rates",
    "starts",
    "steps",
    "texts",
    "turned",
]
