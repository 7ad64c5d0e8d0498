"""Runs the notebooks of `examples/` and saves what they show, for readers who do not run them.

    python docs/run_notebooks.py [NOTEBOOK ...]

What differs from run to run (times, the name of the interpreter) is left out, so that a notebook
changes only where its results do.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent


def execute(path: Path, timeout: int = 120) -> Any:
    """A notebook as it is after a run from top to bottom in an empty folder."""
    book = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(book, timeout=timeout, resources=resources, record_timing=False)
        client.execute()
    book.metadata["language_info"] = {"name": "python"}
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    return book


def joined(outputs: list[Any]) -> list[Any]:
    """What was printed in one go may arrive in pieces: put them together."""
    found: list[Any] = []
    for out in outputs:
        if out.output_type == "stream" and found and found[-1].get("name") == out.name:
            found[-1].text += out.text
        else:
            found.append(out)
    return found


def main() -> None:
    """Run and save each notebook that is named, or all of them."""
    for path in map(Path, sys.argv[1:] or sorted((ROOT / "examples").rglob("*.ipynb"))):
        nbformat.write(execute(path), path)
        print(f"{path}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
