"""Two 3x3 convolutions, 1 to 32 to 64 channels, each with ReLU and 2x2 max pool, on 28x28."""

from __future__ import annotations

from typing import Any

from benchmarks import draw, jax_words, torch_words
from benchmarks.mlp import cross_entropy
from benchmarks.workload import Material, Workload

BATCH, BATCHES, SIDE, CHANNELS, CLASSES = 64, 4, 28, (1, 32, 64), 10
LAST = CHANNELS[2] * (SIDE // 4) ** 2
SHAPES: dict[str, tuple[int, ...]] = {
    "0.weight": (CHANNELS[1], CHANNELS[0], 3, 3),
    "0.bias": (CHANNELS[1],),
    "3.weight": (CHANNELS[2], CHANNELS[1], 3, 3),
    "3.bias": (CHANNELS[2],),
    "7.weight": (CLASSES, LAST),
    "7.bias": (CLASSES,),
}


def material() -> Material:
    """Noise as pictures: what they show makes no difference to the time."""
    random = draw.generator()
    weights = draw.weights(random, SHAPES)
    x = draw.normal(random, BATCHES, BATCH, CHANNELS[0], SIDE, SIDE)
    return Material(weights, x, draw.classes(random, CLASSES, BATCHES, BATCH))


def network(library: Any) -> Any:
    """In torch's words."""
    nn = library.nn
    return nn.Sequential(
        nn.Conv2d(CHANNELS[0], CHANNELS[1], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(CHANNELS[1], CHANNELS[2], 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(LAST, CLASSES),
    )  # fmt: skip


def flops() -> float:
    """No gradient of the pictures."""
    first = 2.0 * BATCH * SIDE**2 * 9 * CHANNELS[0] * CHANNELS[1]
    second = 2.0 * BATCH * (SIDE // 2) ** 2 * 9 * CHANNELS[1] * CHANNELS[2]
    return 2 * first + 3 * second + 3 * 2.0 * BATCH * LAST * CLASSES


NEEDS = ("nn.Conv2d", "nn.MaxPool2d")
WORKLOAD = Workload(
    "cnn", f"CNN, two 3x3 convolutions, 28x28, batch {BATCH}", BATCHES, flops(),
    draw.adam_bytes(SHAPES), 1.0,
    {
        **torch_words.contenders(
            network, cross_entropy, material, BATCHES, needs=NEEDS, images=True
        ),
        **jax_words.contenders("cnn", material, BATCHES, ways=("jit",)),
    },
)  # fmt: skip
