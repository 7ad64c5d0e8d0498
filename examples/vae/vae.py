r"""A variational autoencoder on digits: a plane on which every point is a digit.

The encoder gives a cloud instead of a point, mean and spread of two numbers; the decoder gets a
point drawn from it. What is made small is the negative evidence lower bound, in nats by image:

$$ -\log p(x \mid z) + \mathrm{KL}\big(q(z \mid x) \,\|\, \mathcal N(0, 1)\big) $$

    python examples/vae/vae.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import norm
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import pellucid
from pellucid import nn
from pellucid.nn import functional as F

EPOCHS = 100


def load(seed):
    """Images as rows of 64 values from 0 to 1, and their classes: to learn from, to score."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    return train_test_split(x, y, test_size=357, stratify=y, random_state=seed)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 4))
        self.decode = nn.Sequential(nn.Linear(2, 128), nn.GELU(), nn.Linear(128, 64))

    def forward(self, x):
        mean, log_variance = self.encode(x).chunk(2, dim=1)
        z = mean + (log_variance / 2).exp() * pellucid.randn_like(mean)
        return self.decode(z), mean, log_variance


def negative_elbo(outputs, x):
    logits, mean, log_variance = outputs
    drawn = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
    return (drawn + kl) / len(x)


def make_model(seed):
    pellucid.manual_seed(seed)
    return VAE()


def train(x, seed, epochs=EPOCHS):
    model = make_model(seed)
    pellucid.fit(
        model, x, loss=negative_elbo, validation=0, epochs=epochs, batch_size=48, lr=2e-3,
        seed=seed, weight_decay=0.0, restore_best=False, progress=False,
    )  # fmt: skip
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    x, x_test, _, y_test = load(options.seed)
    model = train(x, options.seed, 5 if options.quick else options.epochs)
    x_test = pellucid.tensor(x_test)
    with pellucid.no_grad():
        nats = sum(negative_elbo(model(x_test), x_test).item() for _ in range(20)) / 20
        plane = model(x_test)[1].numpy()
        steps = norm.ppf(np.linspace(0.04, 0.96, 10))  # where the prior has its mass
        grid = np.stack(np.meshgrid(steps, steps[::-1]), -1).reshape(-1, 2).astype("float32")
        digits = model.decode(pellucid.tensor(grid)).sigmoid().numpy()
    print(f"held-out digits: {len(x_test)}   negative ELBO: {nats:.2f} nats")
    draw(plane, y_test, digits, options.out / "vae.png")


def draw(plane, classes, digits, path):
    """Where the held-out digits lie, and which digit each point of the plane is."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(6.8, 3.2), layout="constrained")
    dots = left.scatter(*plane.T, c=classes, cmap="tab10", s=10, vmin=-0.5, vmax=9.5)
    figure.colorbar(dots, ax=left, ticks=range(10))
    left.set(title="Held-out digits in the latent plane")
    framed = np.zeros((10, 10, 10, 10))
    framed[:, :, 1:-1, 1:-1] = digits.reshape(10, 10, 8, 8)
    sheet = framed.swapaxes(1, 2).reshape(100, 100)
    right.imshow(sheet, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    right.set(title="What the plane decodes to", xticks=[], yticks=[])
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
