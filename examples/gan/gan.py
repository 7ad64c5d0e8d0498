"""A generative adversarial network: one network draws, another tells drawn from real.

Each step teaches both: the critic to tell apart, the generator to be taken for real. The whole
step, two backward passes and two updates, is compiled into one program. Data: eight Gaussians on a
ring, or scikit-learn's digits.

    python examples/gan/gan.py --data ring
    python examples/gan/gan.py --data digits
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

import pellucid
from pellucid import nn
from pellucid.nn import functional as F

STEPS, BATCH, NOISE, RATE, BETAS = 3000, 128, 16, 5e-4, (0.5, 0.99)
WIDTH = {"ring": (2, 128), "digits": (64, 256)}  # numbers of a row, and of a hidden layer


def load(data, count, seed):
    """Real rows: points of the ring, or digits as 64 values from -1 to 1."""
    draw = np.random.default_rng(seed)
    if data == "digits":
        x = load_digits().data / 8 - 1
        return x[draw.permutation(len(x))[:count]].astype("float32")
    angle = draw.integers(8, size=count) * np.pi / 4
    centers = 2 * np.column_stack([np.cos(angle), np.sin(angle)])
    return (centers + draw.normal(0, 0.1, (count, 2))).astype("float32")


def make_models(data, seed):
    """The generator, from noise to a row, and the critic, from a row to a score."""
    pellucid.manual_seed(seed)
    n, h = WIDTH[data]
    draw = [nn.Linear(NOISE, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, n)]
    end, silenced = ([nn.Tanh()], 0.3) if data == "digits" else ([], 0.0)
    judge = []
    for size in (n, h):
        judge += [nn.Linear(size, h), nn.LeakyReLU(0.2), nn.Dropout(silenced)]
    return nn.Sequential(*draw, *end), nn.Sequential(*judge, nn.Linear(h, 1))


def train(data, x, seed, steps=STEPS):
    generator, critic = make_models(data, seed)
    optimizer_g = pellucid.optim.Adam(generator.parameters(), lr=RATE, betas=BETAS)
    optimizer_c = pellucid.optim.Adam(critic.parameters(), lr=RATE, betas=BETAS)
    x = pellucid.tensor(x)

    @pellucid.compile(grads=False)
    def step():
        real = x[pellucid.randint(0, len(x), (BATCH,))]
        drawn = generator(pellucid.randn(BATCH, NOISE))

        optimizer_c.zero_grad()
        loss_c = (F.softplus(-critic(real)) + F.softplus(critic(drawn.detach()))).mean()
        loss_c.backward()
        optimizer_c.step()

        optimizer_g.zero_grad()
        F.softplus(-critic(drawn)).mean().backward()
        optimizer_g.step()
        return loss_c

    for _ in range(steps):
        step()
    return generator


def told_apart(real, drawn):
    """The nearest other point of each: in how many percent is it of the same kind? 50 is best."""
    points = np.concatenate([real, drawn])
    kinds = np.repeat([0, 1], [len(real), len(drawn)])
    nearest = KNeighborsClassifier(1).fit(points, kinds).kneighbors(return_distance=False)[:, 0]
    return 100 * (kinds[nearest] == kinds).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=WIDTH, default="ring")
    parser.add_argument("--epochs", type=int, default=STEPS, help="steps; each draws its rows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    x = load(options.data, 10_000, options.seed)
    generator = train(options.data, x, options.seed, 500 if options.quick else options.epochs)
    with pellucid.no_grad():
        drawn = generator(pellucid.randn(1000, NOISE)).numpy()
    print(f"told apart: {told_apart(x[:1000], drawn):.1f} % (50 % is best, 100 % is worst)")
    draw(options.data, x, drawn, options.out / f"gan_{options.data}.png")


def draw(data, real, drawn, path):
    """Real on the left, drawn on the right."""
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.3), layout="constrained")
    for ax, rows, name, color in zip(axes, (real, drawn), ("Real", "Drawn"), "kr", strict=True):
        if data == "ring":
            ax.scatter(*rows[:600].T, s=4, color="#0A5EA8" if color == "k" else "#B3500F")
            ax.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", title=name)
        else:
            framed = np.full((8, 8, 10, 10), -1.0)
            framed[:, :, 1:-1, 1:-1] = rows[:64].reshape(8, 8, 8, 8)
            sheet = framed.swapaxes(1, 2).reshape(80, 80)
            ax.imshow(sheet, cmap="gray_r", vmin=-1, vmax=1, interpolation="nearest")
            ax.set(title=name, xticks=[], yticks=[])
    figure.savefig(path, dpi=80)
    plt.close(figure)


if __name__ == "__main__":
    main()
