"""Every op's row, and written reasons where PyTorch has nothing to compare with."""

from __future__ import annotations

from pellucid.ops.op import COMPOSITIONS, REGISTRY, Composition, Op
from tests.ops.oracle import elementwise, many, matrices, moving, networks, recurrent, windows
from tests.ops.oracle.row import Row

__all__ = ["ALONE", "RECORDS", "ROWS", "differentiable"]

RECORDS: dict[str, Op | Composition] = {**REGISTRY, **COMPOSITIONS}
ROWS: dict[str, Row] = {
    **elementwise.ROWS,
    **moving.ROWS,
    **many.ROWS,
    **matrices.ROWS,
    **networks.ROWS,
    **recurrent.ROWS,
    **windows.ROWS,
}

# Name of an op -> why there is no row, and which test stands in for one.
ALONE: dict[str, str] = {
    "random_bits": "a generator of its own; known answers in tests/tensor/test_random.py",
    "bits_to_uniform": "a generator of its own; known answers in tests/tensor/test_random.py",
    "bits_to_normal": "a generator of its own; known answers in tests/tensor/test_random.py",
    "bits_to_integers": "a generator of its own; known answers in tests/tensor/test_random.py",
    "moved_on": "a generator's position; compared with drawing in tests/tensor/test_compile.py",
}


def differentiable(record: Op | Composition) -> bool:
    """Whether blame can pass."""
    return isinstance(record, Composition) or record.gradient is not None
