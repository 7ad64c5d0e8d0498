"""A regression over fifty columns."""

from benchmarks.mlp import make

WORKLOAD = make(
    "mlp_tabular",
    "MLP 50-256-256-1",
    (50, 256, 256, 1),
    batch=256,
    batches=24,
    target=1.0,
    kind="values",
)
