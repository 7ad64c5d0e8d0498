"""A convolutional network on 28 × 28 images: digits in fonts that it has never seen.

The images are generated, by this law: a digit in one of matplotlib's own fonts, about 20 pixels
high; sheared by N(0, 0.15), turned by N(0, 12°), scaled by 0.75 to 1.15, shifted by up to 2 pixels;
its ink between 0.6 and 1; N(0, 0.15) of noise on every pixel, kept from 0 to 1. Fourteen fonts are
learned from, four others scored.

    python examples/cnn_28/cnn_28.py
"""

import argparse
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFont

import pellucid
from pellucid import nn

EPOCHS = 4
FOLDER = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
STYLES = ("", "-Bold", "-Oblique", "-BoldOblique")
SEEN = [f"DejaVuSans{s}" for s in STYLES] + [f"DejaVuSansMono{s}" for s in STYLES]
SEEN += ["DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"]
SEEN += ["cmr10", "cmb10"]
UNSEEN = ["STIXGeneral", "STIXGeneralItalic", "cmss10", "cmtt10"]


def generate(count, fonts, seed):
    """Images (count, 1, 28, 28) from 0 to 1 and their digits, all digits equally often."""
    draw = np.random.default_rng(seed)
    files = [ImageFont.truetype(FOLDER / f"{name}.ttf", 26) for name in fonts]
    images, digits = np.empty((count, 1, 28, 28), np.float32), np.arange(count) % 10
    for row, digit in enumerate(digits):
        glyph = Image.new("L", (28, 28))
        pen = ImageDraw.Draw(glyph)
        pen.text((14, 14), str(digit), 255, files[draw.integers(len(files))], anchor="mm")
        shear, turn = draw.normal(0, 0.15), draw.normal(0, np.radians(12))
        cos, sin = np.cos(turn), np.sin(turn)
        matrix = np.array([[cos, -sin], [sin, cos]]) @ [[1, shear], [0, 1]]
        matrix = matrix / draw.uniform(0.75, 1.15)
        shift = np.array([14, 14]) - matrix @ (np.array([14, 14]) + draw.uniform(-2, 2, 2))
        data = np.column_stack([matrix, shift]).ravel()
        moved = glyph.transform((28, 28), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        images[row, 0] = np.asarray(moved) / 255 * draw.uniform(0.6, 1)
    images += draw.normal(0, 0.15, images.shape).astype(np.float32)
    return images.clip(0, 1), digits


def make_model(seed):
    pellucid.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10),
    )  # fmt: skip


def train(x, y, seed, epochs=EPOCHS):
    model = make_model(seed)
    pellucid.fit(
        model, (x, y), validation=0, epochs=epochs, batch_size=50, lr=2e-3, seed=seed,
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

    x, y = generate(1500 if options.quick else 5000, SEEN, seed=options.seed)
    x_test, y_test = generate(1000, UNSEEN, seed=10_000 + options.seed)
    model = train(x, y, options.seed, 1 if options.quick else options.epochs)
    with pellucid.no_grad():
        said = model(pellucid.tensor(x_test)).argmax(1).numpy()
    right = said == y_test
    print(f"images in fonts never seen: {len(right)}   right: {100 * right.mean():.1f} %")
    draw(x, x_test, y_test, said, options.out / "cnn_28.png")


def draw(x, x_test, y_test, said, path):
    """Some images that are learned from, some that are right, and some that are wrong."""
    figure = plt.figure(figsize=(7.2, 2.7), layout="constrained")
    wrong = np.flatnonzero(said != y_test)[:9]
    sheets = [x[:9], x_test[:9], x_test[wrong]]
    names = ["Learned from", "Fonts never seen", f"{(said != y_test).sum()} taken for another"]
    for part, sheet, name in zip(figure.subfigures(1, 3), sheets, names, strict=True):
        part.suptitle(name)
        for place, ax in enumerate(part.subplots(3, 3).flat):
            ax.set_axis_off()
            if place < len(sheet):
                ax.imshow(sheet[place, 0], cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            if name is names[2] and place < len(sheet):
                ax.set_title(said[wrong[place]], fontsize=8, pad=1, color="#B3500F")
    figure.savefig(path, dpi=70)
    plt.close(figure)


if __name__ == "__main__":
    main()
