"""The workloads that run steps, each in a file of its own; the order is the table's."""

from __future__ import annotations

import importlib

from benchmarks.workload import Workload

NAMES = (
    "mlp_tiny",
    "mlp_moons",
    "mlp_tabular",
    "mlp_mnist",
    "autoencoder",
    "cnn",
    "resnet",
    "lstm",
    "gru",
    "gpt",
    "gcn",
    "restarts",
    "infer_b1",
    "eager_tiny",
)


def load(name: str) -> Workload:
    """One workload; no library is imported by that."""
    found: Workload = importlib.import_module(f"benchmarks.workloads.{name}").WORKLOAD
    return found
