"""A GRU learns the law of a chaotic series from the series alone, and goes on by itself.

The series follows the equation by which Mackey and Glass described how blood cells are made
(Science 197, 1977, 287-289), with the delay of 17 at which it has become chaotic:

    dx/dt = 0.2 x(t - 17) / (1 + x(t - 17)^10) - 0.1 x(t)

    python examples/gru_series/gru_series.py
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

EPOCHS, WINDOW, AHEAD, LEARN, SCORE = 60, 64, 42, 1500, 600
DELAY, EACH, FINE = 17, 2, 10  # a value every 2 units of time, computed in steps of a tenth


def mackey_glass(count, start=1.2):
    """`count` values of the series, by the midpoint rule, after 500 units in which it settles."""
    delay = DELAY * FINE
    x = [start] * (delay + 1)
    for _ in range((500 + EACH * count) * FINE):
        late, later = x[-delay - 1], x[-delay]
        half = x[-1] + (0.2 * late / (1 + late**10) - 0.1 * x[-1]) / (2 * FINE)
        middle = (late + later) / 2
        x.append(x[-1] + (0.2 * middle / (1 + middle**10) - 0.1 * half) / FINE)
    return np.array(x[-EACH * count * FINE :: EACH * FINE], "float32")


VALUES = mackey_glass(LEARN + SCORE)
CENTER, SPREAD = VALUES[:LEARN].mean(), VALUES[:LEARN].std()
SERIES = (VALUES - CENTER) / SPREAD


class Forecaster(nn.Module):
    """At every place of a window, the value that follows."""

    def __init__(self, hidden=48):
        super().__init__()
        self.gru = nn.GRU(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.gru(x)[0])

    def go_on(self, x, steps):
        """What follows x: each answer is the next input, and the state goes along."""
        out, state = self.gru(x)
        answers = [self.head(out[:, -1:])]
        for _ in range(steps - 1):
            out, state = self.gru(answers[-1], state)
            answers.append(self.head(out))
        return pellucid.cat(answers, 1)


def make_model(seed):
    pellucid.manual_seed(seed)
    return Forecaster()


def windows(ends):
    """For each end the window before it, as (windows, places, 1)."""
    return np.stack([SERIES[end - WINDOW : end] for end in ends])[:, :, None]


def train(seed, epochs=EPOCHS):
    model = make_model(seed)
    x, y = windows(range(WINDOW, LEARN, 4)), windows(range(WINDOW + 1, LEARN + 1, 4))
    pellucid.fit(
        model, (x, y), validation=0, epochs=epochs, batch_size=32, lr=4e-3, weight_decay=0,
        schedule="cosine", seed=seed, restore_best=False, progress=False,
    )  # fmt: skip
    return model.eval()


STARTS = np.arange(LEARN + WINDOW, LEARN + SCORE - AHEAD, 5)  # held-out places to go on from
CAME = np.stack([SERIES[start : start + AHEAD] for start in STARTS])


def forecasts(model, library=pellucid):
    with library.no_grad():
        return model.go_on(library.tensor(windows(STARTS)), AHEAD).numpy()[:, :, 0]


def by_least_squares():
    """For each distance ahead, the best fixed mixture of the 64 values of the window."""
    ends = range(WINDOW, LEARN - AHEAD)
    ahead = np.stack([SERIES[end : end + AHEAD] for end in ends])
    weights = np.linalg.lstsq(windows(ends)[:, :, 0], ahead)[0]
    return windows(STARTS)[:, :, 0] @ weights


def errors(said):
    """For each distance ahead: the typical error, as a share of the spread of the series."""
    return np.sqrt(np.mean((said - CAME) ** 2, 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    said = forecasts(train(options.seed, 15 if options.quick else options.epochs))
    ways = {
        "GRU": errors(said),
        "best mixture of 64 values": errors(by_least_squares()),
        "as the last value": errors(windows(STARTS)[:, -1]),
    }
    for name, error in ways.items():
        print(f"{name:26} error {EACH} ahead {error[0]:.3f}   {EACH * AHEAD} ahead {error[-1]:.3f}")
    draw(said[len(said) // 2], STARTS[len(said) // 2], ways, options.out / "gru_series.png")


def draw(said, start, ways, path):
    """One forecast beside what came, and the error by distance."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.2), layout="constrained")
    time = EACH * np.arange(-WINDOW, AHEAD)
    left.plot(time, VALUES[start - WINDOW : start + AHEAD], color="#52606E", label="the series")
    left.plot(time[WINDOW:], said * SPREAD + CENTER, "--", color="#B3500F", label="on its own")
    left.axvline(0, color="#52606E", lw=0.8, ls=":")
    left.set(xlabel="time from the last value seen", ylabel="x", title="A forecast")
    left.legend(frameon=False)
    for (name, error), style in zip(ways.items(), ("-", "--", ":"), strict=True):
        right.plot(time[WINDOW:] + EACH, error, style, label=name)
    right.axhline(1, color="#52606E", lw=0.8)
    right.annotate("always the mean", (84, 1.02), ha="right", va="bottom", fontsize=9)
    right.set(xlabel="time ahead", ylabel="error ÷ spread", title="Error", ylim=(0, 2))
    right.legend(frameon=False, fontsize=8.5, loc="upper left")
    figure.savefig(path, dpi=90)
    plt.close(figure)


if __name__ == "__main__":
    main()
