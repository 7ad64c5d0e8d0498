"""Turns the notebooks of `examples/` into pages of the site: text, code, and what came out."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def pages() -> dict[str, str | bytes]:
    """Path in the site and content: a page for each notebook, and its pictures."""
    found: dict[str, str | bytes] = {}
    for path in sorted(EXAMPLES.glob("*.ipynb")):
        pictures: list[bytes] = []
        cells = json.loads(path.read_text("utf-8"))["cells"]
        parts = [part for cell in cells for part in _cell(cell, path.stem, pictures)]
        note = f"This page is the notebook `examples/{path.name}`, as it was last run."
        found[f"{path.stem}.md"] = "\n\n".join([*parts, f"*{note}*"]) + "\n"
        for number, picture in enumerate(pictures):
            found[f"images/{path.stem}-{number}.png"] = picture
    return found


def _cell(cell: dict[str, Any], stem: str, pictures: list[bytes]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield source
        return
    yield f"```python\n{source}\n```"
    for out in cell["outputs"]:
        yield _shown(out, stem, pictures)


def _shown(out: dict[str, Any], stem: str, pictures: list[bytes]) -> str:
    """One output: a picture, a table, or text."""
    data = out.get("data", {})
    if "image/png" in data:
        pictures.append(base64.b64decode("".join(data["image/png"])))
        return f"![What the cell above draws](images/{stem}-{len(pictures) - 1}.png)"
    if "text/html" in data:
        return "".join(data["text/html"])
    text = "".join(out.get("text") or data["text/plain"])
    return f"```text\n{text.rstrip()}\n```"
