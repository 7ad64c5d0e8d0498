"""XOR by hand: every number of the training written out in NumPy, beside the library's own.

A network of 2-4-1 with tanh and a sigmoid learns "one or the other, but not both". The left side of
each step is arithmetic on arrays; the right side says the same in pellucid. After every step, all
weights are compared.

    python examples/xor/xor.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
RATE = 0.5


def step_by_hand(w1, b1, w2, b2):
    """One step of gradient descent; gives the loss before it and the four new arrays."""
    h = np.tanh(X @ w1.T + b1)  # hidden layer
    p = 1 / (1 + np.exp(-(h @ w2.T + b2)))  # chance that the answer is 1
    loss = -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))

    dz2 = (p - Y) / len(Y)  # blame of the last sums: sigmoid and loss together
    dz1 = dz2 @ w2 * (1 - h**2)  # back through the weights, then through tanh
    slopes = dz1.T @ X, dz1.sum(0), dz2.T @ h, dz2.sum(0)
    return loss, [w - RATE * s for w, s in zip((w1, b1, w2, b2), slopes, strict=True)]


def make_step(model):
    """The same step, written with the library."""
    x, y = pellucid.tensor(X), pellucid.tensor(Y)
    optimizer = pellucid.optim.SGD(model.parameters(), lr=RATE)

    def step():
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def make_model(seed):
    pellucid.manual_seed(seed)
    return nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)).double()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    steps = 200 if options.quick else options.epochs

    model = make_model(options.seed)
    step = make_step(model)
    weights = [np.array(p.detach().numpy()) for p in model.parameters()]
    losses, apart = [], 0.0
    for number in range(steps):
        by_hand, weights = step_by_hand(*weights)
        by_library = step()
        losses.append(by_library)
        pairs = zip(weights, model.parameters(), strict=True)
        gap = max(np.abs(w - p.detach().numpy()).max() for w, p in pairs)
        apart = max(apart, gap, abs(by_hand - by_library))
        if number % (steps // 5) == 0:
            print(f"step {number:4}   by hand {by_hand:.12f}   library {by_library:.12f}")

    chances = model(pellucid.tensor(X)).sigmoid().detach().numpy()
    for row, chance in zip(X, chances, strict=True):
        print(f"{row[0]:.0f} xor {row[1]:.0f}: {chance.item():.3f}")
    print(f"largest difference of any weight or loss in {steps} steps: {apart:.1e}")
    draw(model, losses, options.out / "xor.png")


def draw(model, losses, path):
    """The loss of both, and what the network answers between the four points."""
    axis = np.linspace(-0.4, 1.4, 120)
    plane = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    field = model(pellucid.tensor(plane)).sigmoid().detach().numpy().reshape(120, 120)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained")
    left.plot(losses, color="#0A5EA8")
    left.set(xlabel="step", ylabel="loss", title="Both, one line", ylim=(0, None))
    right.contourf(axis, axis, field, levels=np.linspace(-0.3, 1.3, 17), cmap="RdBu")
    right.contour(axis, axis, field, levels=[0.5], colors="#1A2330", linewidths=1.2)
    right.scatter(
        *X.T, c=Y[:, 0], cmap="RdBu", s=90, vmin=-0.3, vmax=1.3, edgecolor="#1A2330", zorder=3
    )
    right.set(title="Chance of a 1", xticks=[0, 1], yticks=[0, 1])
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
