"""A club falls apart: from two known members, a graph network tells which side each will take.

Zachary watched a karate club of 34 for two years, noted who met outside of it, and saw it split
between the teacher (member 1) and the officer (member 34). The network knows the 78 friendships and
the side of these two, nothing else. Data: W. W. Zachary, An Information Flow Model for Conflict
and Fission in Small Groups, Journal of Anthropological Research 33, 1977, 452-473.

    python examples/karate/karate.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

EPOCHS, WIDTH = 200, 16
# Member: those of a higher number that this member met outside of the club.
FRIENDS = """
1: 2 3 4 5 6 7 8 9 11 12 13 14 18 20 22 32; 2: 3 4 8 14 18 20 22 31; 3: 4 8 9 10 14 28 29 33;
4: 8 13 14; 5: 7 11; 6: 7 11 17; 7: 17; 9: 31 33 34; 10: 34; 14: 34; 15: 33 34; 16: 33 34;
19: 33 34; 20: 34; 21: 33 34; 23: 33 34; 24: 26 28 30 33 34; 25: 26 28 32; 26: 32; 27: 30 34;
28: 34; 29: 32 34; 30: 33 34; 31: 33 34; 32: 33 34; 33: 34
"""
WITH_TEACHER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17, 18, 20, 22]


def edges():
    """(2, 156): each friendship in both directions, members counted from 0."""
    pairs = []
    for entry in FRIENDS.split(";"):
        member, others = entry.split(":")
        pairs += [(int(member) - 1, int(other) - 1) for other in others.split()]
    one_way = np.array(pairs).T
    return np.concatenate([one_way, one_way[::-1]], 1)


EDGES = edges()
SIDES = np.array([0 if member in WITH_TEACHER else 1 for member in range(1, 35)])
KNOWN = np.array([0, 33])


class Net(nn.Module):
    """Two layers on the graph; a member is known by number alone, a one in a row of 34."""

    def __init__(self, kind):
        super().__init__()
        if kind == "gcn":
            self.first, self.second = nn.GCNConv(34, WIDTH), nn.GCNConv(WIDTH, 2)
        else:
            self.first = nn.GATConv(34, WIDTH // 4, heads=4)
            self.second = nn.GATConv(WIDTH, 2)
        self.edges = pellucid.tensor(EDGES)

    def forward(self, x):
        return self.second(nn.functional.elu(self.first(x, self.edges)), self.edges)


def make_model(kind, seed):
    pellucid.manual_seed(seed)
    return Net(kind)


def train(kind, seed, epochs=EPOCHS):
    model = make_model(kind, seed)
    optimizer = pellucid.optim.Adam(model.parameters(), lr=0.005, weight_decay=5e-4)
    x, known, sides = pellucid.eye(34), pellucid.tensor(KNOWN), pellucid.tensor(SIDES[KNOWN])

    @pellucid.compile
    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x)[known], sides).backward()
        optimizer.step()

    for _ in range(epochs):
        step()
    return model.eval()


def right(model, library=pellucid):
    """For each of the 34 whether the answer is the side that the member took."""
    with library.no_grad():
        return model(library.eye(34)).argmax(1).numpy() == SIDES


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    asked = np.setdiff1d(np.arange(34), KNOWN)
    models = {}
    for kind in ("gcn", "gat"):
        models[kind] = train(kind, options.seed, 60 if options.quick else options.epochs)
        print(f"{kind.upper()}: right about {right(models[kind])[asked].sum()} of 32 members")
    draw(models, options.out / "karate.png")


def draw(models, path):
    """Where the first layer puts the members, seen along its two widest directions."""
    figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.7), layout="constrained")
    for ax, (kind, model) in zip(axes, models.items(), strict=True):
        with pellucid.no_grad():
            rows = model.first(pellucid.eye(34), model.edges).numpy()
        u, s, _ = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
        x, y = (u * s)[:, :2].T
        ax.plot(x[EDGES], y[EDGES], color="#52606E", lw=0.5, alpha=0.35, zorder=1)
        for side, (name, color, shape) in enumerate(
            [("went with the teacher", "#0A5EA8", "o"), ("with the officer", "#B3500F", "s")]
        ):
            at = side == SIDES
            ax.scatter(x[at], y[at], s=95, c=color, marker=shape, label=name, zorder=2)
        for member in range(34):
            ax.text(
                x[member], y[member], member + 1, color="w", fontsize=6, ha="center", va="center"
            )
        wrong = ~right(model)
        ax.scatter(x[wrong], y[wrong], s=230, fc="none", ec="#1A2330", label="answered wrongly")
        ax.set(title=f"{kind.upper()}, known: 1 and 34", xticks=[], yticks=[])
    figure.legend(
        *axes[1].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False
    )
    figure.savefig(path, dpi=68)
    plt.close(figure)


if __name__ == "__main__":
    main()
