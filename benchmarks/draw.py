"""Weights and data that are the same for every library: drawn with NumPy, in PyTorch's shapes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from benchmarks.workload import Array


def generator() -> np.random.Generator:
    """The one seed of all workloads."""
    return np.random.default_rng(0)


def weights(
    random: np.random.Generator, shapes: Mapping[str, tuple[int, ...]], *, gain: float = 1.0
) -> dict[str, Array]:
    """Matrices and kernels within gain/sqrt(inputs), the gains of norms near one."""
    return {name: _one(random, name, shape, gain) for name, shape in shapes.items()}


def _one(random: np.random.Generator, name: str, shape: tuple[int, ...], gain: float) -> Array:
    if len(shape) > 1:
        bound = gain * math.prod(shape[1:]) ** -0.5
        return random.uniform(-bound, bound, shape).astype(np.float32)
    middle = 1.0 if name.endswith("weight") else 0.0
    return (middle + random.uniform(-0.1, 0.1, shape)).astype(np.float32)


def normal(random: np.random.Generator, *shape: int) -> Array:
    """Inputs."""
    return random.standard_normal(shape, dtype=np.float32)


def classes(random: np.random.Generator, count: int, *shape: int) -> Array:
    """Targets."""
    return random.integers(0, count, shape)


def adam_bytes(drawn: Mapping[str, Array] | Mapping[str, tuple[int, ...]]) -> float:
    """Weights and both moments read and written once."""
    sizes = [math.prod(v if isinstance(v, tuple) else v.shape) for v in drawn.values()]
    return 6.0 * 4 * sum(sizes)
