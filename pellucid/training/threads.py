"""How many threads the matrix products of a training may use."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from pellucid.nn.module import Module

__all__ = ["threads_for"]

# A product of so many multiplications takes one core about a fifth of a millisecond. Below it a
# second thread gains nothing, and while it waits for the next product it spins: measured on two
# busy cores, a training of small layers took three times as long.
WORTH_SHARING = 10_000_000


def threads_for(model: Module, rows: int) -> Any:
    """A context in which products are computed on one core, if all of them are small.

    Args:
        model: its largest weight is the size that counts.
        rows: rows that go through it at once.
    """
    largest = max((p.numel() for p in model.parameters()), default=0)
    if largest * rows > WORTH_SHARING:
        return nullcontext()
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # it comes with scikit-learn; without it only time is lost
        return nullcontext()
    return threadpool_limits(1, user_api="blas")
