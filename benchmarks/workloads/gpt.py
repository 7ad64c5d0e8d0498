"""A small GPT: 4 layers of width 128 with 4 heads, 128 tokens out of 512 kinds, 8 sequences."""

from __future__ import annotations

from typing import Any

from benchmarks import draw, jax_words, torch_words
from benchmarks.workload import Array, Material, Workload

LAYERS, WIDTH, HEADS, TIME, BATCH, BATCHES, KINDS = 4, 128, 4, 128, 8, 4, 512


def shapes() -> dict[str, tuple[int, ...]]:
    """The weights, by the names of the modules below."""
    found: dict[str, tuple[int, ...]] = {
        "tokens.weight": (KINDS, WIDTH),
        "places.weight": (TIME, WIDTH),
    }
    for layer in range(LAYERS):
        block = f"blocks.{layer}"
        found |= _norm(f"{block}.norm1") | _linear(f"{block}.mixed", WIDTH, 3 * WIDTH)
        found |= _linear(f"{block}.joined", WIDTH, WIDTH) | _norm(f"{block}.norm2")
        found |= _linear(f"{block}.up", WIDTH, 4 * WIDTH)
        found |= _linear(f"{block}.down", 4 * WIDTH, WIDTH)
    return {**found, **_norm("norm"), "head.weight": (KINDS, WIDTH)}


def _norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def material() -> Material:
    """Token numbers by chance; the next one is to be told at every place."""
    random = draw.generator()
    weights = draw.weights(random, shapes())
    text: Array = draw.classes(random, KINDS, BATCHES, BATCH, TIME + 1)
    return Material(weights, text[:, :, :-1].copy(), text[:, :, 1:].copy())


def network(library: Any) -> Any:
    """In torch's words."""
    nn = library.nn
    attend, gelu = nn.functional.scaled_dot_product_attention, nn.functional.gelu

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.norm1 = nn.LayerNorm(WIDTH)
            self.mixed = nn.Linear(WIDTH, 3 * WIDTH)
            self.joined = nn.Linear(WIDTH, WIDTH)
            self.norm2 = nn.LayerNorm(WIDTH)
            self.up = nn.Linear(WIDTH, 4 * WIDTH)
            self.down = nn.Linear(4 * WIDTH, WIDTH)

        def forward(self, x: Any) -> Any:
            b, t, d = x.shape
            mixed = self.mixed(self.norm1(x)).view(b, t, 3, HEADS, d // HEADS)
            q, k, v = mixed.permute(2, 0, 3, 1, 4).unbind(0)
            heads = attend(q, k, v, is_causal=True)
            x = x + self.joined(heads.transpose(1, 2).reshape(b, t, d))
            return x + self.down(gelu(self.up(self.norm2(x)), approximate="tanh"))

    class Net(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(KINDS, WIDTH)
            self.places = nn.Embedding(TIME, WIDTH)
            self.blocks = nn.Sequential(*[Block() for _ in range(LAYERS)])
            self.norm = nn.LayerNorm(WIDTH)
            self.head = nn.Linear(WIDTH, KINDS, bias=False)

        def forward(self, numbers: Any) -> Any:
            x = self.tokens(numbers) + self.places.weight
            return self.head(self.norm(self.blocks(x)))

    return Net()


def loss_of(library: Any) -> Any:
    """Cross-entropy over all places."""
    cross_entropy = library.nn.functional.cross_entropy

    def loss(logits: Any, y: Any) -> Any:
        return cross_entropy(logits.reshape(-1, KINDS), y.reshape(-1))

    return loss


def flops() -> float:
    """Dense attention: half of it could be saved by what is causal, and nobody does on a CPU."""
    tokens = BATCH * TIME
    matrices = LAYERS * 12 * WIDTH**2 + WIDTH * KINDS
    scores = LAYERS * 2 * 2.0 * BATCH * TIME**2 * WIDTH
    return 3 * (2.0 * tokens * matrices + scores)


NEEDS = ("nn.Embedding", "nn.LayerNorm", "nn.functional.scaled_dot_product_attention")
WORKLOAD = Workload(
    "gpt", f"GPT {LAYERS} x {WIDTH}, T {TIME}, batch {BATCH}", BATCHES, flops(),
    draw.adam_bytes(shapes()), 1.05,
    {
        **torch_words.contenders(network, loss_of, material, BATCHES, needs=NEEDS),
        **jax_words.contenders("gpt", material, BATCHES),
    },
)  # fmt: skip
