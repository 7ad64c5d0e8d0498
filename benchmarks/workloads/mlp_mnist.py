"""Pictures of digits as rows: large enough for products to be most of the work."""

from benchmarks.mlp import make

WORKLOAD = make(
    "mlp_mnist", "MLP 784-512-512-10", (784, 512, 512, 10), batch=128, batches=12, target=1.0
)
