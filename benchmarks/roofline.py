"""What this machine could do at best: products of large matrices, reading and writing memory.

A step cannot take less than max(FLOP / peak, bytes / bandwidth). Both are measured in the run that
they judge, in a process pinned like the contenders; the best of several tries counts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.processes import python

SIDE = 1536
CACHED_BYTES = 12e6
FAR_BYTES = 400e6


@dataclass(frozen=True)
class Roofline:
    """The peak of so many cores; bytes count when read and again when written."""

    cores: int
    flops_per_second: float
    cached_bytes_per_second: float
    far_bytes_per_second: float

    def microseconds(self, flops: float, moved: float) -> float:
        """The least time for so much work."""
        cached = moved <= 2 * CACHED_BYTES
        bandwidth = self.cached_bytes_per_second if cached else self.far_bytes_per_second
        return max(flops / self.flops_per_second, moved / bandwidth) * 1e6

    def better(self, other: Roofline) -> Roofline:
        """The higher peaks of two measurements."""
        return Roofline(
            self.cores,
            max(self.flops_per_second, other.flops_per_second),
            max(self.cached_bytes_per_second, other.cached_bytes_per_second),
            max(self.far_bytes_per_second, other.far_bytes_per_second),
        )


def measure(cores: int, seconds: float = 1.0) -> Roofline:
    """Measure in a process of its own."""
    done = python(["-m", "benchmarks.roofline", str(cores), str(seconds)], cores)
    return Roofline(cores, **json.loads(done.output))


def _best(work: Callable[[], object], seconds: float) -> float:
    """The shortest of the tries that fit into the time."""
    best, until = float("inf"), time.perf_counter() + seconds
    while True:
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
        if time.perf_counter() > until:
            return best


def _flops(seconds: float) -> float:
    """By NumPy's BLAS or by XLA, whichever is quicker here."""
    a = np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)
    out = np.empty_like(a)
    fastest = _best(lambda: np.matmul(a, a, out=out), seconds / 2)
    try:
        import jax
    except ImportError:
        return 2 * SIDE**3 / fastest
    b = jax.numpy.array(a)
    product = jax.jit(lambda b: b @ b)
    product(b).block_until_ready()
    fastest = min(fastest, _best(lambda: product(b).block_until_ready(), seconds / 2))
    return 2 * SIDE**3 / fastest


def _bytes(size: float, cores: int, seconds: float) -> float:
    parts = [np.ones(int(size / 4 / cores), np.float32) for _ in range(cores)]
    repeats = max(1, int(200e6 / size))

    def scale(part: np.ndarray) -> None:
        for _ in range(repeats):
            np.multiply(part, np.float32(1.0), out=part)

    with ThreadPoolExecutor(cores) as pool:
        fastest = _best(lambda: list(pool.map(scale, parts)), seconds)
    return 2 * repeats * 4 * sum(part.size for part in parts) / fastest


def main() -> None:
    cores, seconds = int(sys.argv[1]), float(sys.argv[2])
    figures = {
        "flops_per_second": _flops(seconds),
        "cached_bytes_per_second": _bytes(CACHED_BYTES, cores, seconds / 2),
        "far_bytes_per_second": _bytes(FAR_BYTES, cores, seconds / 2),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
