"""Two inputs, two classes: the network that a person watches bend a boundary."""

from benchmarks.mlp import make

WORKLOAD = make(
    "mlp_moons", "MLP 2-64-64-2", (2, 64, 64, 2), batch=128, batches=128, target=0.95, eager=True
)
