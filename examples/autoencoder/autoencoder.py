"""An autoencoder: 64 pixels of a digit through two numbers and back.

The network is to give back what it gets, so `pellucid.fit` gets the images alone. What passes
through the middle are two numbers, which makes a map of all digits, although no class was told.

    python examples/autoencoder/autoencoder.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import pellucid
from pellucid import nn

EPOCHS = 150


def load(seed):
    """Images as rows of 64 values from 0 to 1, and their classes: to learn from, to score."""
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    return train_test_split(x, y, test_size=357, stratify=y, random_state=seed)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(
            nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64), nn.GELU(), nn.Linear(64, 2)
        )
        self.decode = nn.Sequential(
            nn.Linear(2, 64), nn.GELU(), nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 64)
        )

    def forward(self, x):
        return self.decode(self.encode(x))


def make_model(seed):
    pellucid.manual_seed(seed)
    return Autoencoder()


def train(x, seed, epochs=EPOCHS):
    model = make_model(seed)
    pellucid.fit(
        model, x, validation=0, epochs=epochs, batch_size=48, lr=2e-3, seed=seed,
        weight_decay=0.0, restore_best=False, progress=False,
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
    model = train(x, options.seed, 10 if options.quick else options.epochs)
    x_test = pellucid.tensor(x_test)
    with pellucid.no_grad():
        plane, back = model.encode(x_test).numpy(), model(x_test)
        error = nn.functional.mse_loss(back, x_test).item()
        mean = nn.functional.mse_loss(pellucid.tensor(x.mean(0)).expand(357, 64), x_test).item()
    print(f"held-out digits: {len(x_test)}   squared error by pixel: {error:.4f}")
    print(f"always the mean image: {mean:.4f}")
    draw(plane, y_test, x_test.numpy(), back.numpy(), options.out / "autoencoder.png")


def draw(plane, classes, images, back, path):
    """The two numbers of each held-out digit, and ten digits with what came back."""
    figure = plt.figure(figsize=(7.2, 3.2), layout="constrained")
    left, right = figure.subfigures(1, 2)
    ax = left.subplots()
    dots = ax.scatter(*plane.T, c=classes, cmap="tab10", s=10, vmin=-0.5, vmax=9.5)
    left.colorbar(dots, ticks=range(10))
    ax.set(title="Held-out digits by their two numbers")
    right.suptitle("Ten of them, and what came back")
    for row, pair in enumerate(right.subplots(4, 5).reshape(2, 2, 5)):
        for column in range(5):
            at = (classes == 5 * row + column).argmax()
            for ax, image in zip(pair[:, column], (images[at], back[at]), strict=True):
                ax.imshow(image.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
                ax.set_axis_off()
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
