"""Writes `exported_names.txt`: every name that people may import and rely on.

Run `python -m tests.architecture.pin` after a deliberate change.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

FILE = Path(__file__).with_name("exported_names.txt")

# The doors that people come in by. What lies behind them may be moved.
DOORS = (
    "pellucid",
    "pellucid.autograd",
    "pellucid.data",
    "pellucid.distributions",
    "pellucid.errors",
    "pellucid.experiments",
    "pellucid.func",
    "pellucid.lenses",
    "pellucid.neurons",
    "pellucid.nn",
    "pellucid.nn.functional",
    "pellucid.nn.init",
    "pellucid.optim",
    "pellucid.optim.lr_scheduler",
    "pellucid.optim.swa_utils",
    "pellucid.testing",
    "pellucid.training",
)


def promised() -> set[str]:
    """Every exported name with its door, as it is now."""
    return {f"{door}.{name}" for door in DOORS if exists(door) for name in _exported(door)}


def read_pins() -> set[str]:
    """Every exported name with its door, as it was promised."""
    return set(FILE.read_text("utf-8").split()) if FILE.exists() else set()


def natural(name: str) -> tuple[int, list[str | int]]:
    """CONSTANTS, then Classes, then the rest; numbers inside names count as numbers."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    parts = re.split(r"(\d+)", name)
    return kind, [int(p) if p.isdigit() else p for p in parts]


def _exported(door: str) -> list[str]:
    return list(getattr(importlib.import_module(door), "__all__", ()))


def exists(door: str) -> bool:
    """Whether there is such a module yet."""
    parent, _, name = door.rpartition(".")
    if not parent:
        return True
    if not exists(parent):
        return False
    path = getattr(importlib.import_module(parent), "__path__", None)
    return path is not None and name in {m.name for m in pkgutil.iter_modules(path)}


if __name__ == "__main__":
    names = sorted(promised())
    FILE.write_text("\n".join(names) + "\n", "utf-8")
    print(f"{len(names)} names pinned in {FILE.name}")
