r"""A diffusion model: noise is taken away from noise, step by step, until a sample is left.

Training asks one question: how much of this is noise? A row is mixed with noise, more the later
the moment t, and the network is to say which noise it was:

$$ x_t = \sqrt{\bar\alpha_t}\, x + \sqrt{1 - \bar\alpha_t}\, \epsilon, \qquad
   L = \lVert \epsilon - \epsilon_\theta(x_t, t) \rVert^2 $$

Data: two moons, or scikit-learn's digits. Trained with `pellucid.fit`; sampling is compiled.

    python examples/diffusion/diffusion.py --data moons
    python examples/diffusion/diffusion.py --data digits
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits, make_moons
from sklearn.neighbors import KNeighborsClassifier

import pellucid
from pellucid import nn
from pellucid.nn import functional as F

T, BATCH, RATE = 100, 128, 3e-3
WIDTH = {"moons": (2, 128), "digits": (64, 256)}  # numbers of a row, and of a hidden layer
EPOCHS = {"moons": 200, "digits": 120}
BETA = np.linspace(1e-4, 0.1, T, dtype="float32")  # the share of noise that each moment adds
KEPT = np.cumprod(1 - BETA)  # how much of the row is left at each moment
ANGLES = np.outer(np.arange(T) / T, np.pi * 2 ** np.arange(0, 5, 0.5))
WAVES = np.hstack([np.sin(ANGLES), np.cos(ANGLES)]).astype("float32")  # a moment as 20 numbers


def load(data, seed):
    """Rows: points of two moons, or digits as 64 values from -1 to 1."""
    if data == "digits":
        x = load_digits().data / 8 - 1
        return x[np.random.default_rng(seed).permutation(len(x))].astype("float32")
    x, _ = make_moons(2000, noise=0.05, random_state=seed)
    return ((x - x.mean(0)) / x.std(0)).astype("float32")


class Denoiser(nn.Module):
    """Says which noise is in a row at a moment; three blocks, each added to what it gets."""

    def __init__(self, n, hidden):
        super().__init__()
        self.enter, self.leave = nn.Linear(n + 20, hidden), nn.Linear(hidden, n)
        self.blocks = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(3))
        self.register_buffer("kept", pellucid.tensor(KEPT))
        self.register_buffer("waves", pellucid.tensor(WAVES))

    def noise_in(self, x, t):
        h = F.silu(self.enter(pellucid.cat([x, self.waves[t]], dim=1)))
        for block in self.blocks:
            h = h + F.silu(block(h))
        return self.leave(h)

    def forward(self, x):
        """A row is mixed with noise at a moment drawn for it: the noise said, and the true one."""
        t = pellucid.randint(0, T, (len(x),))
        noise, kept = pellucid.randn_like(x), self.kept[t][:, None]
        return self.noise_in(kept.sqrt() * x + (1 - kept).sqrt() * noise, t), noise


def make_model(data, seed):
    pellucid.manual_seed(seed)
    return Denoiser(*WIDTH[data])


def train(data, x, seed, epochs):
    model = make_model(data, seed)
    pellucid.fit(
        model, x, loss=lambda out, _: F.mse_loss(*out), validation=0, epochs=epochs,
        batch_size=BATCH, lr=RATE, schedule="cosine", weight_decay=0.0, seed=seed,
        restore_best=False, progress=False,
    )  # fmt: skip
    return model.eval()


def sample(model, count, n):
    """From noise at the last moment to rows at the first; each step adds a little noise again."""

    @pellucid.compile
    def back(x, t, beta, kept, again):
        mean = (x - beta / (1 - kept).sqrt() * model.noise_in(x, t)) / (1 - beta).sqrt()
        return mean + again * beta.sqrt() * pellucid.randn_like(x)

    x = pellucid.randn(count, n)
    with pellucid.no_grad():
        for t in reversed(range(T)):
            numbers = (pellucid.tensor(v) for v in (BETA[t], KEPT[t], np.float32(t > 0)))
            x = back(x, pellucid.full((count,), t), *numbers)
    return x.numpy() if n == 2 else x.clamp(-1, 1).numpy()


def told_apart(real, drawn):
    """The nearest other point of each: in how many percent is it of the same kind? 50 is best."""
    points = np.concatenate([real, drawn])
    kinds = np.repeat([0, 1], [len(real), len(drawn)])
    nearest = KNeighborsClassifier(1).fit(points, kinds).kneighbors(return_distance=False)[:, 0]
    return 100 * (kinds[nearest] == kinds).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=WIDTH, default="moons")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    x = load(options.data, options.seed)
    epochs = 40 if options.quick else options.epochs or EPOCHS[options.data]
    drawn = sample(train(options.data, x, options.seed, epochs), 1000, x.shape[1])
    print(f"told apart: {told_apart(x[:1000], drawn):.1f} % (50 % is best, 100 % is worst)")
    draw(options.data, x, drawn, options.out / f"diffusion_{options.data}.png")


def draw(data, real, drawn, path):
    """Real on the left, drawn on the right."""
    figure, axes = plt.subplots(1, 2, figsize=(6.4, 3.3), layout="constrained")
    for ax, rows, name in zip(axes, (real, drawn), ("Real", "Drawn"), strict=True):
        if data == "moons":
            ax.scatter(*rows[:600].T, s=4, color="#0A5EA8" if name == "Real" else "#B3500F")
            ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), aspect="equal", title=name)
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
