"""A multilayer perceptron on a CSV: how far will a patient's diabetes have advanced in a year?

The 442 patients that scikit-learn ships are written to a CSV as a spreadsheet would have them, with
words for the sexes and a hole here and there, and read back with the table reader, which finds
out what kind each column is. A fifth of the rows is kept away for the figure.

    python examples/mlp_table/mlp_table.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes

import pellucid
from pellucid.data import Preparation, read, split
from pellucid.training import build_mlp

EPOCHS = 60


def write_csv(path):
    """The data in its own units: 10 measurements, and how far the illness advanced in a year."""
    frame = load_diabetes(as_frame=True, scaled=False).frame
    frame["sex"] = frame["sex"].map({1.0: "f", 2.0: "m"})
    frame.loc[::37, "bp"] = np.nan  # cells without a value, as files have them
    frame.rename(columns={"target": "progression"}).to_csv(path, index=False)


def load(path, seed):
    """Table, preparation, and inputs and target of the parts: learn, choose the epoch, score."""
    table = read(path, target="progression")
    parts = split(table, validation=0.16, test=0.2, seed=seed)
    preparation = Preparation.fit(table, parts.train)
    x = preparation.transform(table)
    y = preparation.transform_target(table.frame["progression"])
    rows = (parts.train, parts.validation, parts.test)
    return table, preparation, [(x[at], y[at]) for at in rows]


def make_model(inputs, seed):
    pellucid.manual_seed(seed)
    return build_mlp(inputs, 1, hidden=(32, 16))


def train(parts, seed, epochs=EPOCHS):
    learn, choose, _ = parts
    model = make_model(learn[0].shape[1], seed)
    history = pellucid.fit(
        model, learn, validation=choose, epochs=epochs, batch_size=32, lr=3e-3, seed=seed,
        progress=False,
    )  # fmt: skip
    return model.eval(), history


def r2(y, predicted):
    """The share of the spread that is explained: 0 for always guessing the mean."""
    return 1 - ((y - predicted) ** 2).sum() / ((y - y.mean()) ** 2).sum()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)

    write_csv(options.out / "diabetes.csv")
    table, preparation, parts = load(options.out / "diabetes.csv", options.seed)
    for notice in (*table.notices, *preparation.notices):
        print(notice)
    model, history = train(parts, options.seed, 15 if options.quick else options.epochs)
    print(history)

    x, y = parts[2]
    predicted = model(pellucid.tensor(x)).detach().numpy().reshape(y.shape)
    print(f"held-out patients: {len(y)}   R² {r2(y, predicted):.3f}")
    draw(history, *(preparation.inverse_target(v) for v in (y, predicted)), options.out)


def draw(history, true, predicted, out):
    """The two losses by epoch, and predicted beside true progression."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2), layout="constrained")
    left.plot(history.train_loss, color="#0A5EA8", label="learned from")
    left.plot(history.validation_loss, color="#B3500F", label="held out")
    left.set(xlabel="epoch", ylabel="squared error", title="Loss")
    left.legend(frameon=False)
    right.scatter(true, predicted, s=14, color="#0A5EA8", alpha=0.7)
    right.axline((150, 150), slope=1, color="#52606E", linewidth=1)
    right.set(xlabel="true", ylabel="predicted", title="Progression, patients never seen")
    figure.savefig(out / "mlp_table.png", dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
