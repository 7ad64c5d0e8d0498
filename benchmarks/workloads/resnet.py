"""A residual net on 32x32: 3 to 16 channels, then three stages of one block, 16, 32, 64."""

from __future__ import annotations

from typing import Any

from benchmarks import draw, jax_words, torch_words
from benchmarks.mlp import cross_entropy
from benchmarks.workload import Material, Workload

BATCH, BATCHES, SIDE, STAGES, CLASSES = 32, 12, 32, (16, 32, 64), 10


def _norm(name: str, channels: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (channels,), f"{name}.bias": (channels,)}


def shapes() -> dict[str, tuple[int, ...]]:
    """The weights, by the names of the modules below."""
    found: dict[str, tuple[int, ...]] = {"stem.weight": (STAGES[0], 3, 3, 3)}
    found |= _norm("norm", STAGES[0])
    inputs = STAGES[0]
    for stage, outputs in enumerate(STAGES):
        block = f"blocks.{stage}"
        found[f"{block}.conv1.weight"] = (outputs, inputs, 3, 3)
        found |= _norm(f"{block}.norm1", outputs)
        found[f"{block}.conv2.weight"] = (outputs, outputs, 3, 3)
        found |= _norm(f"{block}.norm2", outputs)
        if inputs != outputs:
            found[f"{block}.shortcut.0.weight"] = (outputs, inputs, 1, 1)
            found |= _norm(f"{block}.shortcut.1", outputs)
        inputs = outputs
    return {**found, "head.weight": (CLASSES, inputs), "head.bias": (CLASSES,)}


def material() -> Material:
    """Noise as pictures."""
    random = draw.generator()
    # He's gain, as is usual in front of ReLU. With less, Adam's first steps are so long beside the
    # weights that roundings grow to 5e-4 in twelve steps, between two layouts of PyTorch alone.
    weights = draw.weights(random, shapes(), gain=6**0.5)
    x = draw.normal(random, BATCHES, BATCH, 3, SIDE, SIDE)
    return Material(weights, x, draw.classes(random, CLASSES, BATCHES, BATCH))


def network(library: Any) -> Any:
    """In torch's words."""
    nn, relu = library.nn, library.relu

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__()
            stride = 1 if inputs == outputs else 2
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
            self.norm1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
            self.norm2 = nn.BatchNorm2d(outputs)
            self.shortcut = nn.Sequential()
            if stride == 2:
                narrow = nn.Conv2d(inputs, outputs, 1, stride=2, bias=False)
                self.shortcut = nn.Sequential(narrow, nn.BatchNorm2d(outputs))

        def forward(self, x: Any) -> Any:
            inside = relu(self.norm1(self.conv1(x)))
            return relu(self.norm2(self.conv2(inside)) + self.shortcut(x))

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, STAGES[0], 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(STAGES[0])
            pairs = zip((STAGES[0], *STAGES), STAGES, strict=False)
            self.blocks = nn.Sequential(*[Block(a, b) for a, b in pairs])
            self.head = nn.Linear(STAGES[-1], CLASSES)

        def forward(self, x: Any) -> Any:
            x = self.blocks(relu(self.norm(self.stem(x))))
            return self.head(x.mean((2, 3)))

    return Net()


def flops() -> float:
    """No gradient of the pictures."""
    side, inputs = SIDE, STAGES[0]
    total = 2 * 2.0 * BATCH * side**2 * 9 * 3 * inputs
    for outputs in STAGES:
        side = side if inputs == outputs else side // 2
        taps = 9 * inputs + 9 * outputs + (inputs if inputs != outputs else 0)
        total += 3 * 2.0 * BATCH * side**2 * taps * outputs
        inputs = outputs
    return total + 3 * 2.0 * BATCH * inputs * CLASSES


NEEDS = ("nn.Conv2d", "nn.BatchNorm2d")
WORKLOAD = Workload(
    "resnet", f"Residual net 32x32, batch {BATCH}", BATCHES, flops(), draw.adam_bytes(shapes()),
    1.35,
    {
        **torch_words.contenders(
            network, cross_entropy, material, BATCHES, needs=NEEDS, images=True
        ),
        **jax_words.contenders("resnet", material, BATCHES, ways=("jit",)),
    },
)  # fmt: skip
