"""An LSTM forecasts the Sun: how many spots will there be next year, and in the ten years after?

The yearly sunspot numbers from 1700 to 2008 (sunspots.csv: 309 years, public domain, from the U.S.
National Geophysical Data Center) rise and fall in about eleven years, never twice alike. The
network learns from the years to 1949; all figures are about 1950 to 2008.

    python examples/lstm_series/lstm_series.py --seeds 5
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import pellucid
from pellucid import nn

EPOCHS, WINDOW, AHEAD, FIRST = 40, 33, 11, 1950
YEARS, SPOTS = np.loadtxt(
    Path(__file__).with_name("sunspots.csv"), np.float32, delimiter=",", skiprows=1, unpack=True
)
LEARN = int(FIRST - YEARS[0])  # rows before it are learned from
ROOTS = np.sqrt(SPOTS)  # quiet and loud years then vary alike
CENTER, SPREAD = ROOTS[:LEARN].mean(), ROOTS[:LEARN].std()
SERIES = (ROOTS - CENTER) / SPREAD


def to_spots(series):
    return np.maximum(series * SPREAD + CENTER, 0) ** 2


class Forecaster(nn.Module):
    """At every year of a window, the year that follows."""

    def __init__(self, hidden=32):
        super().__init__()
        self.lstm = nn.LSTM(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0])

    def go_on(self, x, steps):
        """What follows x: each answer is the next input, and the state goes along."""
        out, state = self.lstm(x)
        answers = [self.head(out[:, -1:])]
        for _ in range(steps - 1):
            out, state = self.lstm(answers[-1], state)
            answers.append(self.head(out))
        return pellucid.cat(answers, 1)


def make_model(seed):
    pellucid.manual_seed(seed)
    return Forecaster()


def windows(ends):
    """For each end the window before it, as (windows, years, 1)."""
    return np.stack([SERIES[end - WINDOW : end] for end in ends])[:, :, None]


def train(seed, epochs=EPOCHS, engine=None):
    model = make_model(seed)
    x, y = windows(range(WINDOW, LEARN)), windows(range(WINDOW + 1, LEARN + 1))
    pellucid.fit(
        model, (x, y), validation=0, epochs=epochs, batch_size=32, lr=2e-3, seed=seed,
        engine=engine, restore_best=False, progress=False,
    )  # fmt: skip
    return model.eval()


def rmse(forecast, true):
    return float(np.sqrt(np.mean((forecast - true) ** 2)))


def forecasts(model, steps=AHEAD, library=pellucid):
    """From each held-out year on: what the network says, and what came. (starts, steps), spots."""
    ends = range(LEARN, len(SERIES) - steps + 1)
    with library.no_grad():
        said = model.go_on(library.tensor(windows(ends)), steps).numpy()[:, :, 0]
    return to_spots(said), np.stack([SPOTS[end : end + steps] for end in ends])


def by_least_squares(back=9):
    """The next year as the best fixed mixture of the nine before it, a classic since 1927."""
    past = np.stack([np.append(SERIES[i - back : i], 1) for i in range(back, len(SERIES))])
    weights = np.linalg.lstsq(past[: LEARN - back], SERIES[back:LEARN])[0]
    return to_spots(past[LEARN - back :] @ weights)[:, None]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=1, help="how many starts, from --seed on")
    parser.add_argument("--engine", help="xla: compiled, which pays from the second run on")
    parser.add_argument("--quick", action="store_true", help="a shorter training")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    epochs = 15 if options.quick else options.epochs
    starts = range(options.seed, options.seed + options.seeds)
    models = [train(seed, epochs, options.engine) for seed in starts]
    if len(models) > 1:
        errors = [rmse(*forecasts(model, 1)) for model in models]
        print(f"from {len(models)} starts, next year: error {min(errors):.1f}", end="")
        print(f" to {max(errors):.1f} spots; in what follows, the first:")
    model = models[0]
    one, came = forecasts(model, 1)
    print(f"next year, 1950 to 2008: error {rmse(one, came):.1f} spots", end="   ")
    print(f"as this year: {rmse(SPOTS[LEARN - 1 : -1, None], came):.1f}", end="   ")
    print(f"mixture of nine years: {rmse(by_least_squares(), came):.1f}")
    eleven, truth = forecasts(model)
    cycle = np.stack([SPOTS[LEARN + i - 11 : LEARN + i] for i in range(len(truth))])
    print(f"eleven years on its own: error {rmse(eleven, truth):.1f} spots", end="   ")
    print(f"as 11 years before: {rmse(cycle, truth):.1f}", end="   ")
    print(f"always the mean: {rmse(SPOTS[:LEARN].mean(), truth):.1f}")
    draw(one[:, 0], eleven, options.out / "lstm_series.png")


def draw(one, eleven, path):
    """The held-out years with next-year forecasts, and forecasts over a cycle."""
    figure, axes = plt.subplots(2, 1, figsize=(7.2, 4.4), sharex=True, layout="constrained")
    for ax in axes:
        ax.plot(YEARS[LEARN - 20 :], SPOTS[LEARN - 20 :], color="#52606E", label="counted")
        ax.set(ylabel="sunspots", ylim=(0, 230))
    axes[0].plot(YEARS[LEARN:], one, "o", ms=3.5, color="#0A5EA8", label="said a year before")
    axes[0].legend(frameon=False, ncols=2, loc="upper left")
    for start in range(4, len(eleven), 11):
        years = YEARS[LEARN + start : LEARN + start + AHEAD]
        axes[1].plot(years, eleven[start], color="#B3500F", ls="--", label="eleven years at once")
        axes[1].plot(years[0], eleven[start, 0], "o", ms=4, color="#B3500F")
    handles, labels = axes[1].get_legend_handles_labels()
    axes[1].legend(handles[:2], labels[:2], frameon=False, ncols=2, loc="upper left")
    figure.savefig(path, dpi=80)
    plt.close(figure)


if __name__ == "__main__":
    main()
