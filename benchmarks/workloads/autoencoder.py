"""Pictures to themselves through 32 numbers."""

from benchmarks.mlp import make

WORKLOAD = make(
    "autoencoder",
    "Autoencoder 784-256-32-256-784",
    (784, 256, 32, 256, 784),
    batch=128,
    batches=12,
    target=1.0,
    kind="itself",
)
