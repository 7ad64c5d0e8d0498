"""Turns the folders of `examples/` into pages of the site: words, pictures, program."""

from __future__ import annotations

import re
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def pages() -> dict[str, str | bytes]:
    """Path in the site and content: a page for each folder, and its pictures."""
    found: dict[str, str | bytes] = {}
    for folder in sorted(p.parent for p in EXAMPLES.glob("*/README.md")):
        words = (folder / "README.md").read_text("utf-8")
        program = (folder / f"{folder.name}.py").read_text("utf-8")
        found[f"examples/{folder.name}.md"] = (
            f"{words}\n## The program\n\n```python\n{program}```\n"
        )
        for picture in sorted(p for p in folder.iterdir() if p.suffix in (".png", ".svg")):
            found[f"examples/{picture.name}"] = picture.read_bytes()
    return found


def linked(markdown: str) -> str:
    """Links into the checkout become links to those pages and pictures."""
    markdown = re.sub(r"\(\.\./examples/(\w+)/README\.md\)", r"(examples/\1.md)", markdown)
    return re.sub(r"\(\.\./examples/\w+/(\w+\.(?:png|svg))\)", r"(examples/\1)", markdown)
