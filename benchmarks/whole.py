"""Whole processes: what an import costs, and what it takes from nothing to the end of an epoch."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.result import Result
from benchmarks.turns import Effort, process_times

NAMES = ("import", "first_epoch")
IMPORTED = {
    "pellucid": "pellucid",
    "numpy": "numpy",
    "jax": "jax",
    "torch": "torch",
    "sklearn": "sklearn.neural_network",
}


def measure(name: str, folder: Path, effort: Effort, cores: int) -> Iterator[Result]:
    """The results of one of `NAMES`."""
    return {"import": _imports, "first_epoch": _first_epoch}[name](folder, effort, cores)


def _imports(folder: Path, effort: Effort, cores: int) -> Iterator[Result]:
    commands = {
        library: ["-c", f"import {module}"]
        for library, module in IMPORTED.items()
        if importlib.util.find_spec(library) is not None
        and (not effort.quick or library in ("pellucid", "jax"))
    }
    yield process_times(
        "import", "Import of the library", commands, effort, target=0.3, against="jax", cores=cores
    )


def _first_epoch(folder: Path, effort: Effort, cores: int) -> Iterator[Result]:
    data = folder / "digits.npz"
    write_digits(data)
    commands, left_out = {}, {}
    for name in ("pellucid fit", "torch fused", "jax scan", "sklearn"):
        program = "_".join(name.split()[:1])
        if importlib.util.find_spec(program) is None:
            left_out[name] = f"{program} is not installed"
        else:
            commands[name] = ["-m", f"benchmarks.programs.{program}_digits", str(data)]
    first = process_times(
        "first_epoch", "Process start to end of first epoch, 1,797 x 64", commands,
        effort, target=0.5, against="torch", cores=cores,
    )  # fmt: skip
    first.left_out.update(left_out)
    yield first
    yield replace(
        first, workload="peak_memory", title="Peak memory of that program", measure="peak_mib",
        target=None, against=None,
    )  # fmt: skip


def write_digits(path: Path) -> None:
    """scikit-learn's 1,797 handwritten digits, as arrays that every program reads alike."""
    from sklearn.datasets import load_digits

    images, classes = load_digits(return_X_y=True)
    np.savez(path, x=(images / 16).astype(np.float32), y=classes.astype(np.int64))
