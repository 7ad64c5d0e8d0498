"""Draws the pictures of the page on experiments by running them, on light and on dark.

python docs/make_experiments.py [NAME ...]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import matplotlib as mpl
from make_pictures import slim

from pellucid import experiments
from pellucid.lenses.render.style import dark_of

FOLDER = Path(__file__).resolve().parent / "images" / "experiments"


def main(names: tuple[str, ...]) -> None:
    """Run the experiments of these names with their defaults, and write two pictures for each."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "pellucid"}):
        for name in names:
            path = FOLDER / f"{name}-light.svg"
            getattr(experiments, name)().save(path)
            light = on_page(slim(path.read_text("utf-8")))
            path.write_text(light, encoding="utf-8")
            path.with_name(f"{name}-dark.svg").write_text(darkened(light), encoding="utf-8")
            print(f"{name}: {path.stat().st_size:,} bytes")


def on_page(svg: str) -> str:
    """A picture without a ground of its own, whose black is the ink of the views."""
    ground = re.compile(r'(<g id="patch_1">\s*<path [^>]*?)fill: #ffffff')
    svg = ground.sub(r"\1fill: none", svg, count=1).replace("#000000", "#1a2330")
    return re.sub(r"(<svg [^>]*>)", r"\1<style>text{fill:#1a2330}</style>", svg, count=1)


def darkened(svg: str) -> str:
    """The same picture in the colors that the views have on dark."""
    return re.sub(r"#[0-9a-f]{6}", lambda found: dark_of(found[0]), svg)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or experiments.names())
