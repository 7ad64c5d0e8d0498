"""Draws the pictures of the page on neurons, on light and on dark: python docs/make_neurons.py"""

from __future__ import annotations

from pathlib import Path

from pellucid import neurons

FOLDER = Path(__file__).resolve().parent / "images" / "neurons"


def main() -> None:
    """Write each picture twice; a page whose reader chose a theme can't tell a picture which."""
    net = neurons.example()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, sample in (("example", ()), ("blame", (1.0, 0.5))):
        for theme in ("light", "dark"):
            path = FOLDER / f"{name}-{theme}.svg"
            path.write_text(net.to_svg(*sample, dark=theme == "dark"), encoding="utf-8")
            print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
