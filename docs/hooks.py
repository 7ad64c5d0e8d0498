"""What happens while the site is built: op pages are written from the registry, equations drawn.

Named in `mkdocs.yml`; nothing generated is ever saved in the source tree.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

sys.path.insert(0, str(Path(__file__).resolve().parent))

import example_pages
import gen_doctor
import gen_lenses
import gen_ops
import gen_parity
import gen_reference
import mathml
import notebook_pages

__all__ = ["on_files", "on_page_content", "on_page_markdown"]


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each op, the table of all, what is put together on import, the notebooks."""
    written = (example_pages, gen_doctor, gen_ops, gen_parity, gen_reference, notebook_pages)
    made = {path: text for writer in written for path, text in writer.pages().items()}
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables of lenses and of faults in, and let links to examples lead to their pages."""
    return example_pages.linked(gen_doctor.filled(gen_lenses.filled(markdown)))


def on_page_content(html: str, **_: Any) -> str:
    """Draw the equations of a page."""
    return mathml.render(html)
