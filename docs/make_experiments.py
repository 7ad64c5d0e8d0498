"""Draws the pictures of the page on experiments by running them.

python docs/make_experiments.py [NAME ...]
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
from make_pictures import slim

from pellucid import experiments

FOLDER = Path(__file__).resolve().parent / "images" / "experiments"


def main(names: tuple[str, ...]) -> None:
    """Run the experiments of these names with their defaults, and write one picture for each."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "pellucid"}):
        for name in names:
            path = FOLDER / f"{name}.svg"
            getattr(experiments, name)().save(path)
            path.write_text(slim(path.read_text("utf-8")), encoding="utf-8")
            print(f"{name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or experiments.names())
