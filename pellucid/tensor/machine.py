r"""What this machine can do at best, so that a program's time has something to be compared with.

$$ t \ge \max(\text{operations} / \text{peak},\ \text{bytes} / \text{bandwidth}) $$
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.engines.cores import cores

__all__ = ["Peak", "measured_peak"]

SIDE = 768
CACHED, FAR = 12e6, 64e6  # bytes that stay in the cache, and bytes that don't
SECONDS = 0.05  # for each of the four figures


@dataclass(frozen=True)
class Peak:
    """The best that was seen.

    Attributes:
        flops: floating-point operations per second, in the product of two matrices.
        cached_bytes: per second, read and written, while they fit into the cache.
        bytes: per second, read and written, from and to memory.
    """

    flops: float
    cached_bytes: float
    bytes: float

    def seconds(self, flops: float, moved: float) -> float:
        """The least time for so much work.

        Example:
            >>> Peak(flops=1e11, cached_bytes=4e10, bytes=1e10).seconds(2e9, 1e6)
            0.02
        """
        rate = self.cached_bytes if moved <= 2 * CACHED else self.bytes
        return max(flops / self.flops, moved / rate)

    def to_dict(self) -> dict[str, float]:
        """The figures as plain data."""
        return asdict(self)


@lru_cache(maxsize=2)
def measured_peak(engine: str = "numpy") -> Peak:
    """Measure, once in a process and engine; a fifth of a second."""
    flops = 2 * SIDE**3 / _product_seconds(engine)
    return Peak(flops, _bytes_per_second(CACHED), _bytes_per_second(FAR))


def _product_seconds(engine: str) -> float:
    a = np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)
    out = np.empty_like(a)
    fastest = _best(lambda: np.matmul(a, a, out=out))
    if engine == "xla":
        product = importlib.import_module("pellucid.engines.xla.peak").product(a)
        fastest = min(fastest, _best(product))
    return fastest


def _bytes_per_second(size: float) -> float:
    parts = [np.ones(int(size / 4 / cores()), np.float32) for _ in range(cores())]
    return 2 * sum(part.nbytes for part in parts) / _best(lambda: _scale(parts))


def _scale(parts: Sequence[Any]) -> None:
    """Read and write every part, each on a core of its own."""
    one = np.float32(1.0)
    threads = [
        threading.Thread(target=np.multiply, args=(part, one), kwargs={"out": part})
        for part in parts[1:]
    ]
    for thread in threads:
        thread.start()
    np.multiply(parts[0], one, out=parts[0])
    for thread in threads:
        thread.join()


def _best(work: Callable[[], object]) -> float:
    """The shortest of the tries that fit into the time; at least two."""
    work()
    best, until = float("inf"), time.perf_counter() + SECONDS
    while True:
        began = time.perf_counter()
        work()
        now = time.perf_counter()
        best = min(best, now - began)
        if now > until:
            return best
