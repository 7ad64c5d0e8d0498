"""What the two recurrent workloads share: sequences of 64 steps, one layer of 128, one answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks import draw, jax_words, torch_words
from benchmarks.mlp import cross_entropy
from benchmarks.workload import Material, Workload

BATCH, BATCHES, TIME, INPUTS, HIDDEN, CLASSES = 32, 6, 64, 32, 128, 10


def make(name: str, cell: str, gates: int, target: float) -> Workload:
    """A workload over `nn.LSTM` or `nn.GRU`."""
    given, built = partial(material, gates), partial(network, cell)
    needs = (f"nn.{cell}",)
    return Workload(
        name, f"{cell} T {TIME}, H {HIDDEN}, batch {BATCH}", BATCHES, flops(gates),
        draw.adam_bytes(shapes(gates)), target,
        {
            **torch_words.contenders(built, cross_entropy, given, BATCHES, needs=needs),
            **jax_words.contenders(name, given, BATCHES),
        },
    )  # fmt: skip


def shapes(gates: int) -> dict[str, tuple[int, ...]]:
    """The weights, by PyTorch's names."""
    rows = gates * HIDDEN
    return {
        "cell.weight_ih_l0": (rows, INPUTS),
        "cell.weight_hh_l0": (rows, HIDDEN),
        "cell.bias_ih_l0": (rows,),
        "cell.bias_hh_l0": (rows,),
        "head.weight": (CLASSES, HIDDEN),
        "head.bias": (CLASSES,),
    }


def material(gates: int) -> Material:
    """Sequences of noise, a class for each."""
    random = draw.generator()
    weights = draw.weights(random, shapes(gates))
    x = draw.normal(random, BATCHES, BATCH, TIME, INPUTS)
    return Material(weights, x, draw.classes(random, CLASSES, BATCHES, BATCH))


def network(cell: str, library: Any) -> Any:
    """In torch's words: the last hidden state answers."""
    nn = library.nn

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.cell = getattr(nn, cell)(INPUTS, HIDDEN, batch_first=True)
            self.head = nn.Linear(HIDDEN, CLASSES)

        def forward(self, x: Any) -> Any:
            outputs, _ = self.cell(x)
            return self.head(outputs[:, -1])

    return Net()


def flops(gates: int) -> float:
    """No gradient of the inputs."""
    rows = 2.0 * BATCH * TIME * gates * HIDDEN
    return rows * (2 * INPUTS + 3 * HIDDEN) + 3 * 2.0 * BATCH * HIDDEN * CLASSES
