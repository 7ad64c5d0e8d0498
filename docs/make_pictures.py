"""Draws the pictures of the README and the documentation from real runs.

    python docs/make_pictures.py [FOLDER]

Every number and every line in them is computed by pellucid while the script runs; the same
machine writes the same bytes each time. FOLDER is `docs/images` unless another is named.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray
from sklearn.datasets import make_moons

import pellucid
from pellucid import nn

IMAGES = Path(__file__).resolve().parent / "images"
EPOCHS = (0, 5, 32, 60)
BANDS = 20
X_RANGE, Y_RANGE = (-1.6, 2.6), (-1.15, 1.65)
SYSTEM_FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"


@dataclass(frozen=True)
class Theme:
    """The colors of one picture."""

    ink: str
    muted: str
    line: str
    zero: str
    first: str
    second: str

    def field(self) -> LinearSegmentedColormap:
        """From sure of the first class over undecided to sure of the second."""
        mixed = [_blend(self.first, self.zero), self.zero, _blend(self.second, self.zero)]
        return LinearSegmentedColormap.from_list("field", mixed)


def _blend(color: str, ground: str, share: float = 0.48) -> str:
    first, second = (np.array(matplotlib.colors.to_rgb(c)) for c in (color, ground))
    return to_hex(share * first + (1 - share) * second)


LIGHT = Theme("#1A2330", "#52606E", "#C9D1DA", "#F5F4F0", "#B3500F", "#0A5EA8")
DARK = Theme("#E9EEF4", "#A3B0BE", "#3A4653", "#1D232B", "#F2994A", "#58AEF7")


# ---- the run -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Still:
    """What the network thinks of the plane after some epoch."""

    epoch: int
    loss: float
    right: float
    field: NDArray[np.float32]


@dataclass(frozen=True)
class Run:
    """The data, the loss of every epoch on both parts, and the stills."""

    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    learned: list[float]
    held_out: list[float]
    stills: list[Still]


def train() -> Run:
    """A network of 2-16-16-2 on two moons, in batches of 40."""
    pellucid.manual_seed(0)
    points, labels = make_moons(300, noise=0.1, random_state=0)
    x = pellucid.tensor(points, dtype=pellucid.float32)
    y = pellucid.tensor(labels)
    x_test, y_test, x, y = x[:100], y[:100], x[100:], y[100:]
    model = nn.Sequential(
        nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 2)
    )
    optimizer = pellucid.optim.Adam(model.parameters(), lr=0.01)
    run = Run(points[100:], labels[100:], [], [], [])
    for epoch in range(max(EPOCHS) + 1):
        if epoch > 0:
            one_epoch(model, optimizer, x, y)
        note(run, model, epoch, (x, y), (x_test, y_test))
    return run


def one_epoch(model: Any, optimizer: Any, x: Any, y: Any, batch: int = 40) -> None:
    """Each sample once, in a new order."""
    order = pellucid.randperm(len(y))
    for start in range(0, len(y), batch):
        chosen = order[start : start + batch]
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[chosen]), y[chosen]).backward()
        optimizer.step()


def note(run: Run, model: Any, epoch: int, learned: Any, held_out: Any) -> None:
    """Write down where the network stands."""
    with pellucid.no_grad():
        loss, _ = measure(model, *learned)
        test_loss, right = measure(model, *held_out)
        run.learned.append(loss)
        run.held_out.append(test_loss)
        if epoch in EPOCHS:
            run.stills.append(Still(epoch, test_loss, right, look(model)))


def measure(model: Any, x: Any, y: Any) -> tuple[float, float]:
    """The loss, and the share of right answers."""
    scores = model(x)
    right = (scores.argmax(dim=1) == y).float().mean()
    return nn.functional.cross_entropy(scores, y).item(), right.item()


def look(model: Any, size: int = 90) -> NDArray[np.float32]:
    """How sure the network is of the second class, over the plane."""
    across, up = np.meshgrid(np.linspace(*X_RANGE, size), np.linspace(*Y_RANGE, size))
    plane = pellucid.tensor(np.stack([across.ravel(), up.ravel()], 1), dtype=pellucid.float32)
    return np.asarray(model(plane).softmax(dim=1)[:, 1].numpy()).reshape(size, size)


# ---- the picture ---------------------------------------------------------------------------


def draw(run: Run, theme: Theme, path: Path) -> None:
    """Four stills of the boundary above the curve they are taken from."""
    settings = {"svg.fonttype": "none", "svg.hashsalt": "pellucid", "font.family": "DejaVu Sans"}
    with plt.rc_context({**settings, "axes.edgecolor": theme.line, "text.color": theme.ink}):
        figure = plt.figure(figsize=(12, 4.75), layout="constrained", facecolor="none")
        above, below = figure.subfigures(2, 1, height_ratios=(1.75, 1), facecolor="none")
        for axis, still in zip(above.subplots(1, len(run.stills)), run.stills, strict=True):
            panel(axis, run, still, theme)
        curve(below.subplots(), run, theme)
        figure.get_layout_engine().set(w_pad=0.06)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
        plt.close(figure)
    path.write_text(slim(path.read_text("utf-8")), "utf-8")


def panel(axis: Any, run: Run, still: Still, theme: Theme) -> None:
    """One moment: the field, the line where the network is undecided, the data."""
    colors, extent = theme.field(), (*X_RANGE, *Y_RANGE)
    axis.set_facecolor(colors(0.0))
    # Each band covers everything above it: bands side by side would show seams between them.
    for level in np.arange(1, BANDS) / BANDS:
        straight(axis.contourf(still.field, [level, 2], extent=extent, colors=[colors(level)]))
    styles = {0.25: (1, "dotted"), 0.5: (2, "solid"), 0.75: (1, "dotted")}
    for level, (width, style) in styles.items():
        lines = {"colors": theme.ink, "linewidths": width, "linestyles": style}
        straight(axis.contour(still.field, [level], extent=extent, **lines))
    for kind, color, marker, size in ((0, theme.first, "^", 6), (1, theme.second, "o", 5)):
        axis.plot(
            *run.points[run.labels == kind].T, marker, color=color, markersize=size,
            markeredgecolor=theme.zero, markeredgewidth=0.7,
        )  # fmt: skip
    axis.set(xlim=X_RANGE, ylim=Y_RANGE, xticks=[], yticks=[])
    axis.spines[:].set_visible(False)
    title = "before learning" if still.epoch == 0 else f"epoch {still.epoch}"
    axis.set_title(title, loc="left", fontsize=14, weight="bold")
    axis.set_title(f"{still.right:.0%} right", loc="right", fontsize=14, color=theme.muted)


def straight(lines: Any) -> None:
    """Drop the points of a contour that lie on a straight line between their neighbors."""
    fine = Affine2D().scale(100)  # cleaned() measures in units of its own path
    lines.set_paths(
        [
            fine.inverted().transform_path(p.transformed(fine).cleaned(simplify=True))
            for p in lines.get_paths()
        ]
    )


def curve(axis: Any, run: Run, theme: Theme) -> None:
    """The loss on both parts, with the stills marked."""
    axis.set_facecolor("none")
    look = {"color": theme.second, "linewidth": 2}
    axis.plot(run.learned, **look, label="loss while learning")
    axis.plot(run.held_out, **look, linestyle=(0, (3, 2)), label="loss held out")
    for still in run.stills:
        axis.axvline(still.epoch, color=theme.line, linewidth=1, zorder=0)
        axis.plot(still.epoch, still.loss, "o", color=theme.ink, markersize=7)
        axis.annotate(
            f"{still.loss:.3f}", (still.epoch, still.loss), xytext=(8, 7),
            textcoords="offset points", fontsize=13,
        )  # fmt: skip
    words = [f"epoch {epoch}" if epoch else "0" for epoch in EPOCHS]
    axis.set(yscale="log", xlim=(-0.5, max(EPOCHS) * 1.06), yticks=[1, 0.1, 0.01])
    axis.set_xticks(EPOCHS, words)
    axis.set_yticks([1, 0.1, 0.01], ["1", "0.1", "0.01"])
    axis.tick_params(labelsize=13, colors=theme.muted, length=0, which="both")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(
        loc="upper right", ncols=2, frameon=False, fontsize=13, labelcolor=theme.muted,
        bbox_to_anchor=(0.96, 1.1),
    )  # fmt: skip


_TENTHS = re.compile(r"(?<=\d)\.(\d)\d+(?=[\s\"])")


def slim(svg: str) -> str:
    """Drop what a viewer does not need: the head, comments, decimals below a tenth of a pixel."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<!DOCTYPE.*?>", "", svg, flags=re.DOTALL)
    svg = svg.replace("'DejaVu Sans'", SYSTEM_FONT)
    svg = _one_style_a_mark(svg)
    svg = re.sub(r"<[^>]*>", lambda tag: _TENTHS.sub(r".\1", tag[0]), svg)  # not the text
    return re.sub(r"\s*\n\s*", "\n", svg).strip() + "\n"


def _one_style_a_mark(svg: str) -> str:
    """Say the style of a mark where it is defined, not each time it is used."""
    used = re.compile(r'(<use xlink:href="#(\w+)"[^>]*?) style="([^"]*)"')
    for mark, style in {found[1]: found[2] for found in used.findall(svg)}.items():
        svg = re.sub(rf'(<path id="{mark}"[^>]*?style=")[^"]*', rf"\1{style}", svg)
    return used.sub(r"\1", svg)


def main() -> None:
    """Draw everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    run = train()
    for name, theme in (("moons-light.svg", LIGHT), ("moons-dark.svg", DARK)):
        draw(run, theme, folder / name)
        print(f"wrote {folder / name}")


if __name__ == "__main__":
    main()
