"""Draws the pictures of the README and the documentation from real runs.

    python docs/make_pictures.py

Every number and every line in them is computed by pellucid while the script runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from sklearn.datasets import make_moons

import pellucid
from pellucid import nn

IMAGES = Path(__file__).resolve().parent / "images"
STEPS = (0, 10, 40, 200)
INK, FIRST, SECOND = "#1c2b2e", "#0b6bb8", "#c2560c"
FIELD = LinearSegmentedColormap.from_list("field", ["#7fb6e3", "#f7f7f5", "#eeb184"])
X_RANGE, Y_RANGE = (-1.6, 2.6), (-1.15, 1.65)


def train() -> list[dict[str, Any]]:
    """A network of 2-8-8-2 on two moons, and what it thinks at some steps."""
    pellucid.manual_seed(3)
    points, labels = make_moons(200, noise=0.12, random_state=0)
    x = pellucid.tensor(points, dtype=pellucid.float32)
    y = pellucid.tensor(labels)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = pellucid.optim.Adam(model.parameters(), lr=0.03)
    loss_fn = nn.CrossEntropyLoss()
    frames = []
    for step in range(max(STEPS) + 1):
        scores = model(x)
        loss = loss_fn(scores, y)
        if step in STEPS:
            right = (scores.argmax(dim=1) == y).float().mean().item()
            frames.append({"step": step, "loss": loss.item(), "right": right, "map": look(model)})
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [{**f, "points": points, "labels": labels} for f in frames]


def look(model: Any, size: int = 160) -> np.ndarray:
    """How sure the network is of the second class, over the plane."""
    across, up = np.meshgrid(np.linspace(*X_RANGE, size), np.linspace(*Y_RANGE, size))
    plane = pellucid.tensor(np.stack([across.ravel(), up.ravel()], 1), dtype=pellucid.float32)
    with pellucid.no_grad():
        chance = model(plane).softmax(dim=1)[:, 1]
    return np.asarray(chance.numpy()).reshape(size, size)


def draw(frames: list[dict[str, Any]], path: Path) -> None:
    """The decision boundary as it bends, one panel a step."""
    figure, axes = plt.subplots(1, len(frames), figsize=(12, 2.75), layout="constrained")
    for axis, frame in zip(axes, frames, strict=True):
        panel(axis, frame)
    figure.savefig(path, dpi=150, facecolor="white")
    plt.close(figure)


def panel(axis: Any, frame: dict[str, Any]) -> None:
    """One moment: the field, the line where the network is undecided, the data."""
    extent = (*X_RANGE, *Y_RANGE)
    axis.imshow(
        frame["map"], extent=extent, origin="lower", cmap=FIELD, vmin=0, vmax=1, aspect="auto"
    )
    axis.contour(
        frame["map"], levels=[0.5], extent=extent, colors=[INK], linewidths=1.6, origin="lower"
    )
    for kind, color, marker in ((0, FIRST, "o"), (1, SECOND, "^")):
        chosen = frame["points"][frame["labels"] == kind]
        axis.scatter(*chosen.T, s=13, c=color, marker=marker, edgecolors="white", linewidths=0.4)
    axis.set(xlim=X_RANGE, ylim=Y_RANGE, xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    axis.set_title(f"step {frame['step']}", loc="left", fontsize=12, color=INK, weight="bold")
    words = f"loss {frame['loss']:.3f}   {frame['right']:.0%} right"
    axis.set_title(words, loc="right", fontsize=10.5, color=INK)


def main() -> None:
    """Draw everything."""
    IMAGES.mkdir(exist_ok=True)
    frames = train()
    draw(frames, IMAGES / "moons.png")
    print(f"wrote {IMAGES / 'moons.png'}")


if __name__ == "__main__":
    main()
