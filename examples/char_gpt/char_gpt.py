"""A small GPT learns to write, letter by letter, from the manual that Python carries with it.

The text is what `help("if")` and its kin print (`pydoc_data.topics`, under Python's own license):
200,000 letters of English and code. The last tenth is kept away; the figure is how many bits the
network needs for each of its letters.

    python examples/char_gpt/char_gpt.py
"""

import argparse
from pathlib import Path
from pydoc_data.topics import topics

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

STEPS, BATCH, CONTEXT, WIDTH, HEADS, LAYERS = 1000, 16, 64, 64, 4, 2
TEXT = "\n\n".join(topics[name] for name in sorted(topics))[:200_000]
LETTERS = sorted(set(TEXT))
NUMBERS = np.array([LETTERS.index(letter) for letter in TEXT])
LEARN, SCORE = np.split(NUMBERS, [9 * len(NUMBERS) // 10])


class GPT(nn.Module):
    """Letters and places as vectors, layers that look back only, and the letter that follows."""

    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), WIDTH)
        self.places = nn.Embedding(CONTEXT, WIDTH)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, HEADS, 4 * WIDTH, dropout=0, activation="gelu", batch_first=True,
                norm_first=True,
            )
            for _ in range(LAYERS)
        )  # fmt: skip
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(LETTERS))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(CONTEXT))

    def forward(self, numbers):
        x = self.letters(numbers) + self.places.weight
        for layer in self.layers:
            x = layer(x, src_mask=self.mask, is_causal=True)
        return self.head(self.norm(x))


def make_model(seed):
    pellucid.manual_seed(seed)
    return GPT()


def batches(seed, steps):
    """Pieces of text from anywhere, (16, 64), and the same one letter on."""
    random = np.random.default_rng(seed)
    for _ in range(steps):
        at = random.integers(0, len(LEARN) - CONTEXT, BATCH)[:, None] + np.arange(CONTEXT)
        yield LEARN[at], LEARN[at + 1]


def train(seed, steps=STEPS, losses=None):
    model = make_model(seed)
    optimizer = pellucid.optim.AdamW(model.parameters(), lr=3e-3)
    schedule = pellucid.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)

    @pellucid.compile
    def step(x, y):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        return loss

    for x, y in batches(seed, steps):
        loss = step(pellucid.tensor(x), pellucid.tensor(y))
        schedule.step()
        if losses is not None:
            losses.append(loss)
    return model.eval()


def bits(model, library=pellucid):
    """Bits per letter, over the text kept away, cut in pieces of 64."""
    count = (len(SCORE) - 1) // CONTEXT
    x = library.tensor(SCORE[: count * CONTEXT].reshape(count, CONTEXT))
    y = library.tensor(SCORE[1 : count * CONTEXT + 1])
    with library.no_grad():
        loss = library.nn.functional.cross_entropy(model(x).flatten(0, 1), y)
    return loss.item() / np.log(2)


def bits_of_pairs():
    """The same for counting: how often each letter followed the one before it."""
    counts = np.ones((len(LETTERS), len(LETTERS)))
    np.add.at(counts, (LEARN[:-1], LEARN[1:]), 1)
    chances = counts / counts.sum(1, keepdims=True)
    return -np.log2(chances[SCORE[:-1], SCORE[1:]]).mean()


def write(model, start, count, seed):
    """Letters by chance, each as likely as the network says after the 64 before it."""
    pellucid.manual_seed(seed)
    forward = pellucid.compile(model)
    numbers = [LETTERS.index(letter) for letter in start]
    with pellucid.no_grad():
        for _ in range(count):
            last = numbers[-CONTEXT:]
            padded = np.array([last + [0] * (CONTEXT - len(last))])
            chances = (forward(pellucid.tensor(padded))[0, len(last) - 1] / 0.8).softmax(0)
            numbers.append(pellucid.multinomial(chances, 1).item())
    return "".join(LETTERS[number] for number in numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=1, help=f"how many times {STEPS} steps")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    losses = []
    model = train(options.seed, 60 if options.quick else options.epochs * STEPS, losses)
    found = bits(model)
    print(f"bits per letter of new text: {found:.3f}   by counting pairs: {bits_of_pairs():.3f}")
    print(write(model, "The ", 40 if options.quick else 400, options.seed))
    draw(losses, found, options.out / "char_gpt.png")


def draw(losses, found, path):
    """Bits per letter by step, beside the ways that need no network."""
    figure, ax = plt.subplots(figsize=(7.2, 3.0), layout="constrained")
    curve = np.array([loss.item() for loss in losses]) / np.log(2)
    ax.plot(curve, color="#0A5EA8", lw=0.8)
    for level, name, where in (
        (np.log2(len(LETTERS)), "all letters alike", "bottom"),
        (bits_of_pairs(), "pairs of letters, counted", "bottom"),
        (found, "the network on new text", "top"),
    ):
        ax.axhline(level, color="#52606E", ls=":")
        at = len(curve), level + (0.06 if where == "bottom" else -0.3)
        ax.annotate(f"{name}: {level:.2f}", at, ha="right", va=where)
    ax.set(xlabel="step of 16 × 64 letters", ylabel="bits per letter", ylim=(1.8, 7.2))
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
