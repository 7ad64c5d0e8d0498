"""A first tutorial's network, where what surrounds the arithmetic is nearly all."""

from benchmarks.mlp import make

WORKLOAD = make(
    "mlp_tiny", "MLP 4-16-16-3", (4, 16, 16, 3), batch=32, batches=256, target=0.85, eager=True
)
