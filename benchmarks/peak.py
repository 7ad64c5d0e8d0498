"""The most memory this process has held."""

from __future__ import annotations

import json
import resource
import sys


def mib() -> float:
    """MiB in memory at the worst moment; of this program alone, not of the one that started it."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            line = next(line for line in file if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    except (OSError, StopIteration):
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def tell(loss: float) -> None:
    """The last line of a program: the loss after its epoch, and the peak."""
    print(json.dumps({"loss": loss, "peak_mib": mib()}))
