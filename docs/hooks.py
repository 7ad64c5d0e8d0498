"""What happens while the site is built: op pages are written from the registry, equations drawn.

Named in `mkdocs.yml`; nothing generated is ever saved in the source tree.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gen_ops
import gen_reference
import mathml

__all__ = ["on_files", "on_page_content"]


def on_files(files: Files, config: Any) -> Files:
    """Add one page for each op, the table of all of them, and what is put together on import."""
    for path, text in {**gen_ops.pages(), **gen_reference.pages()}.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Draw the equations of a page."""
    return mathml.render(html)
