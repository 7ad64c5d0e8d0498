"""A convolutional network on handwritten digits: 8 × 8 gray values, ten classes.

1,440 of the 1,797 digits that scikit-learn ships are learned from and 357 scored. Two convolutions,
one pooling, two linear layers, trained with `pellucid.fit`.

    python examples/cnn_digits/cnn_digits.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import pellucid
from pellucid import nn

EPOCHS = 12


def load(seed):
    """Images as (rows, 1, 8, 8) from 0 to 1, and their classes: to learn from, to score."""
    digits = load_digits()
    images = (digits.images / 16).astype("float32")[:, None]
    return train_test_split(
        images, digits.target, test_size=357, stratify=digits.target, random_state=seed
    )


def make_model(seed):
    pellucid.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 4 * 4, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def train(x, y, seed, epochs=EPOCHS):
    model = make_model(seed)
    pellucid.fit(
        model, (x, y), validation=0, epochs=epochs, batch_size=48, lr=2e-3, seed=seed,
        restore_best=False, progress=False,
    )  # fmt: skip
    return model.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    x, x_test, y, y_test = load(options.seed)
    model = train(x, y, options.seed, 2 if options.quick else options.epochs)
    with pellucid.no_grad():
        chances = model(pellucid.tensor(x_test)).softmax(1)
    right = chances.argmax(1).numpy() == y_test
    print(f"held-out digits: {len(right)}   right: {100 * right.mean():.1f} %")
    draw(model, x_test, y_test, chances.numpy(), options.out / "cnn_digits.png")


def draw(model, images, true, chances, path):
    """What the first filters look for, and the digits that the network finds hardest."""
    figure = plt.figure(figsize=(7.2, 3.0), layout="constrained")
    left, right = figure.subfigures(1, 2)
    left.suptitle("The 16 filters of the first layer")
    for ax, kernel in zip(left.subplots(4, 4).flat, model[0].weight.detach().numpy(), strict=True):
        ax.imshow(kernel[0], cmap="RdBu", vmin=-0.8, vmax=0.8)
        ax.set_axis_off()
    right.suptitle("The hardest held-out digits")
    hardest = chances[range(len(true)), true].argsort()[:8]
    for ax, row in zip(right.subplots(2, 4).flat, hardest, strict=True):
        ax.imshow(images[row, 0], cmap="gray_r")
        said = chances[row].argmax()
        ax.set_title(
            f"{true[row]}, said {said}", fontsize=9, color="k" if said == true[row] else "#B3500F"
        )
        ax.set_axis_off()
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
