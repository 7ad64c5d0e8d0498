"""Puts the figures that `with_torch.py --write` measured into the README files and the gallery.

    python examples/figures.py

Each README has them between two comments; `docs/examples.md` has a table of all.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "examples.md"


def rows(folder: Path) -> Iterator[list[str]]:
    """For each figure of an example: its name, and figure and time of both sides."""
    for part, kept in json.loads((folder / "with_torch.json").read_text("utf-8")).items():
        ours, theirs = kept["pellucid"], kept["PyTorch"]
        about = "" if kept.get("clock") == "processor" else "~"  # by the wall clock
        yield [
            f"{folder.name} {part}".strip(),
            kept["figure"],
            *(f"{side['figure']} ({side['range']})" for side in (ours, theirs)),
            *(f"{about}{side['seconds']:.2f} s" for side in (ours, theirs)),
            *(f"{about}{side['first']:.1f} s" for side in (ours, theirs)),
        ]


def table(found: list[list[str]]) -> str:
    """As Markdown."""
    head = ["example", "figure", "pellucid", "PyTorch", "time", "PyTorch's", "first", "PyTorch's"]
    lines = [head, ["---"] * len(head), *found]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def put(path: Path, text: str) -> None:
    """Between the two comments of a file."""
    words = path.read_text("utf-8")
    pattern = r"(<!-- figures -->\n).*?(<!-- end -->)"
    assert re.search(pattern, words, re.DOTALL), f"{path} has no place for figures"
    filled = re.sub(pattern, lambda m: m[1] + text + "\n" + m[2], words, flags=re.DOTALL)
    path.write_text(filled, "utf-8")


def main() -> None:
    folders = [kept.parent for kept in sorted(HERE.glob("*/with_torch.json"))]
    for folder in folders:
        readme = folder / "README.md"
        if readme.exists() and "<!-- figures -->" in readme.read_text("utf-8"):
            put(readme, table(list(rows(folder))))
    put(PAGE, table([row for folder in folders for row in rows(folder)]))


if __name__ == "__main__":
    main()
