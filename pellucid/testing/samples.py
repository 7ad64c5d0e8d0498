"""Inputs for an op, drawn as its samples ask: the same numbers on every run."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from pellucid.dtypes import DType, float64
from pellucid.ops.op import Composition, Op, Sample
from pellucid.tensor.creation import of_array
from pellucid.tensor.tensor import Tensor

__all__ = ["draw", "labeled"]


def draw(record: Op | Composition, sample: Sample, dtype: DType = float64) -> tuple[Any, ...]:
    """The inputs of a sample: Tensors, or Python numbers where the sample holds one.

    Args:
        record: the op; its name seeds the draw.
        sample: a shape stands for random numbers between `low` and `high`, a list for itself.
        dtype: of what is drawn and of lists of floats; whole numbers and bools keep theirs.

    Example:
        >>> import pellucid
        >>> from pellucid.ops import REGISTRY
        >>> op = REGISTRY["tanh"]
        >>> [tuple(x.shape) for x in pellucid.testing.draw(op, op.samples[0])]
        [(2, 3)]
    """
    rng = np.random.default_rng(zlib.crc32(f"{record.name} {sample.inputs}".encode()))
    drawn = tuple(_one(given, sample, dtype, rng) for given in sample.inputs)
    rules = record.gradient if isinstance(record, Op) else ()
    for i, x in enumerate(drawn):
        flat = isinstance(rules, tuple) and i < len(rules) and rules[i] is None
        if isinstance(x, Tensor) and (flat or i in sample.fixed):
            x.requires_grad_(False)
    return drawn


def labeled(record: Op | Composition) -> list[tuple[str, Sample]]:
    """The samples with a name for each, for reports of tests."""
    return [(f"{record.name}-{k}", sample) for k, sample in enumerate(record.samples)]


def _one(given: Any, sample: Sample, dtype: DType, rng: Any) -> Any:
    if isinstance(given, tuple):
        array = np.asarray(rng.uniform(sample.low, sample.high, given), dtype.name)
        return of_array(array, requires_grad=True)
    if isinstance(given, list):
        array = np.asarray(given)
        floats = array.dtype.kind == "f"
        return of_array(array.astype(dtype.name) if floats else array, requires_grad=floats)
    return given
