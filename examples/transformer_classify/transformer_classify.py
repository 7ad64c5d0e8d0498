"""A transformer reads brackets: does every one find its partner?

The sequences follow a law. A right one is grown by chance out of (), [] and {}, side by side and
inside each other; a wrong one is a right one in which two brackets of different kinds, both opening
or both closing, have changed places, so that counting does not help: ([)] has as many of each.
Lengths go from 4 to 12; shorter sequences are filled up with zeros, which a mask hides.

    python examples/transformer_classify/transformer_classify.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

EPOCHS, WIDTH, LONGEST, ROWS, SCORED = 8, 64, 12, 6000, 2000
SIGNS = " ()[]{}"  # the number of a sign is its place; 0 fills up


def grown(random, length):
    """A right sequence: in each place open another or close the last, as far as there is room."""
    signs, waiting = [], []
    while len(signs) < length:
        must_close = len(waiting) == length - len(signs)
        if waiting and (must_close or random.random() < 0.5):
            signs.append(waiting.pop() + 1)
        else:
            waiting.append(2 * random.integers(3) + 1)
            signs.append(waiting[-1])
    return signs


def spoiled(random, signs):
    """The same with two places changed that break it, or None where there are none."""
    pairs = [(i, j) for i in range(len(signs)) for j in range(i)
             if signs[i] != signs[j] and signs[i] % 2 == signs[j] % 2]  # fmt: skip
    if not pairs:
        return None
    i, j = pairs[random.integers(len(pairs))]
    signs = list(signs)
    signs[i], signs[j] = signs[j], signs[i]
    return signs


def make_data(rows, seed):
    """Numbers of signs (rows, 12) and 1 for the right ones; half of each."""
    random = np.random.default_rng(seed)
    x, y = np.zeros((rows, LONGEST), "int64"), np.arange(rows) % 2
    for row, right in enumerate(y):
        signs = None
        while signs is None:
            signs = grown(random, 2 * random.integers(2, LONGEST // 2 + 1))
            signs = signs if right else spoiled(random, signs)
        x[row, : len(signs)] = signs
    return x, y


class Reader(nn.Module):
    """Signs and their places as vectors, two encoder layers, the mean of what is not filled up."""

    def __init__(self):
        super().__init__()
        self.signs = nn.Embedding(len(SIGNS), WIDTH)
        self.places = nn.Embedding(LONGEST, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 2 * WIDTH, dropout=0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, x):
        empty = x == 0
        h = self.encoder(self.signs(x) + self.places.weight, src_key_padding_mask=empty)
        seen = (~empty).unsqueeze(-1).float()
        return self.head((h * seen).sum(1) / seen.sum(1))


def make_model(seed):
    pellucid.manual_seed(seed)
    return Reader()


def train(data, seed, epochs=EPOCHS):
    model = make_model(seed)
    pellucid.fit(
        model, data, validation=0, epochs=epochs, batch_size=64, lr=2e-3, weight_decay=0,
        schedule="cosine", seed=seed, restore_best=False, progress=False,
    )  # fmt: skip
    return model.eval()


def chances(model, x, library=pellucid):
    """For each sequence the chance that it is right."""
    with library.no_grad():
        return model(library.tensor(x)).softmax(1)[:, 1].numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    data = make_data(ROWS, options.seed)
    model = train(data, options.seed, 3 if options.quick else options.epochs)
    x, y = make_data(SCORED, 1_000_000 + options.seed)
    said = chances(model, x)
    right = (said > 0.5) == y
    print(f"new sequences: {len(y)}   answered rightly: {100 * right.mean():.1f} %")
    for row in (0, 1, 2, 3):
        print("".join(SIGNS[sign] for sign in x[row]), f"chance of being right {said[row]:.3f}")
    draw((x > 0).sum(1), right, said, y, options.out / "transformer_classify.png")


def draw(lengths, right, said, y, path):
    """How sure the answers are, and how often they are right by length."""
    figure, (left, by_length) = plt.subplots(1, 2, figsize=(7.2, 3.0), layout="constrained")
    edges = np.linspace(0, 1, 21)
    left.hist(said[y == 1], edges, color="#0A5EA8", alpha=0.7, label="right ones")
    left.hist(said[y == 0], edges, color="#B3500F", alpha=0.7, hatch="//", label="wrong ones")
    left.set(xlabel="chance of being right, by the network", ylabel="sequences", yscale="log")
    left.legend(frameon=False, loc="upper center")
    kinds = np.unique(lengths)
    by_length.bar(kinds, [100 * right[lengths == n].mean() for n in kinds], 1.4, color="#0A5EA8")
    by_length.axhline(50, color="w", ls=":")
    by_length.text(kinds[0], 47, "guess", va="top", ha="center", color="w")
    by_length.set(xlabel="length", ylabel="% answered rightly", ylim=(0, 100), xticks=kinds)
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
