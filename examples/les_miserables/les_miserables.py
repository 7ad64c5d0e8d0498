"""Who of Les Misérables meets whom? A graph network guesses meetings that were hidden from it.

networkx ships the 77 characters of Victor Hugo's novel and how often each two appear in the same
chapter (D. E. Knuth, The Stanford GraphBase, 1993). A sixth of the 254 pairs is hidden. The network
gives each character a point such that those who meet lie in the same direction (Kipf & Welling,
Variational Graph Auto-Encoders, 2016), and then ranks hidden pairs among pairs that never meet.

    pip install networkx
    python examples/les_miserables/les_miserables.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
from sklearn.metrics import roc_auc_score

import pellucid
from pellucid import nn

EPOCHS, WIDTH, POINT = 200, 32, 16
NOVEL = nx.les_miserables_graph()
NAMES = list(NOVEL)
MEETINGS = nx.to_numpy_array(NOVEL, dtype="float32")  # (77, 77): how many chapters they share
PAIRS = np.stack(np.triu_indices(len(NAMES), 1))  # each two characters, once


class Split:
    """What is known and what is asked: a sixth of the pairs that meet, and of those that don't."""

    def __init__(self, seed):
        pairs = np.random.default_rng(seed).permutation(PAIRS, axis=1)
        pairs = pairs[:, MEETINGS[*pairs].argsort(kind="stable")]  # those that never meet first
        hidden = np.arange(pairs.shape[1]) % 6 == 0
        self.asked = pairs[:, hidden]
        self.answers = MEETINGS[*self.asked] > 0
        known = np.zeros_like(MEETINGS)
        known[*pairs[:, ~hidden]] = 1
        known += known.T
        self.meet = known * (MEETINGS > 0)
        # Meetings are rare: all together they weigh as much as all the others.
        self.weight = known * np.where(MEETINGS > 0, known.sum() / self.meet.sum() - 1, 1)
        self.edges = np.stack(self.meet.nonzero())
        self.strengths = np.sqrt(MEETINGS[*self.edges])


class Encoder(nn.Module):
    """Two graph convolutions; a character is known by number alone."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.GCNConv(len(NAMES), WIDTH), nn.GCNConv(WIDTH, POINT)

    def forward(self, x, edges, strengths):
        return self.second(self.first(x, edges, strengths).relu(), edges, strengths)


def make_model(seed):
    pellucid.manual_seed(seed)
    return Encoder()


def train(split, seed, epochs=EPOCHS):
    """Gives a point for each character, (77, 16)."""
    model = make_model(seed)
    optimizer = pellucid.optim.Adam(model.parameters(), lr=0.01)
    graph = [
        pellucid.tensor(a)
        for a in (np.eye(len(NAMES), dtype="float32"), split.edges, split.strengths)
    ]
    meet, weight = pellucid.tensor(split.meet), pellucid.tensor(split.weight)

    @pellucid.compile
    def step():
        optimizer.zero_grad()
        points = model(*graph)
        nn.functional.binary_cross_entropy_with_logits(points @ points.T, meet, weight).backward()
        optimizer.step()

    for _ in range(epochs):
        step()
    with pellucid.no_grad():
        return model(*graph).numpy()


def area(split, scores):
    """How often a pair that meets is ranked above one that does not: 0.5 by chance, 1 at best."""
    return roc_auc_score(split.answers, scores[*split.asked])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    split = Split(options.seed)
    points = train(split, options.seed, 60 if options.quick else options.epochs)
    print(f"hidden pairs ranked by the network: {area(split, points @ points.T):.3f}", end="   ")
    print(f"by how many friends they share: {area(split, split.meet @ split.meet):.3f}")
    scores = np.where(split.answers, -np.inf, (points @ points.T)[*split.asked])
    for at in scores.argsort()[::-1][:3]:
        print("never together, and yet:", *(NAMES[i] for i in split.asked[:, at]))
    draw(points, split, options.out / "les_miserables.png")


def draw(points, split, path):
    """The novel's own graph, and which of the hidden meetings the network ranked high enough."""
    places = nx.spring_layout(NOVEL, k=0.35, weight=None, seed=4)
    x, y = np.array([places[name] for name in NAMES]).T
    scores = (points @ points.T)[*split.asked]
    found = scores >= np.sort(scores)[-split.answers.sum()]  # as many as there are
    figure, ax = plt.subplots(figsize=(7.2, 4.8), layout="constrained")
    ax.plot(x[split.edges], y[split.edges], color="#52606E", lw=0.5, alpha=0.35)
    for at, color, style, name in (
        (split.answers & found, "#0A5EA8", "-", "hidden, found"),
        (split.answers & ~found, "#B3500F", "--", "hidden, missed"),
    ):
        lines = ax.plot(x[split.asked[:, at]], y[split.asked[:, at]], style, color=color, lw=1.4)
        lines[0].set_label(f"{name}: {at.sum()}")
    met = (MEETINGS > 0).sum(0)
    ax.scatter(x, y, s=8 + 3 * met, color="#1A2330", zorder=3)
    for i in met.argsort()[::-1][:12]:
        ax.annotate(NAMES[i], (x[i], y[i]), (5, 5), textcoords="offset points", fontsize=8)
    ax.legend(frameon=False, loc="upper left")
    ax.set(xticks=[], yticks=[], title="Meetings hidden from the network")
    figure.savefig(path, dpi=60)
    plt.close(figure)


if __name__ == "__main__":
    main()
