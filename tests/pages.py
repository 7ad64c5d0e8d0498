"""Reads the code out of Markdown pages and runs it as a reader would, from top to bottom.

- A `python` block runs in the page's own namespace; a `text` block titled "output" right after it
  is what it must have printed (`...` stands for anything).
- In a `console` block the lines that start with `$ pellucid` run; the lines below are the output.
- A block under the comment `<!-- docs: not run: WHY -->` is left alone.
- In an output under `<!-- docs: numbers may differ -->` the words count, not the numbers: a trained
  network rounds a little differently on another processor.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MATCH = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=ticks) *$",
    re.MULTILINE | re.DOTALL,
)
LOOSE = re.compile(r"<!-- docs: numbers may differ -->\s*\Z")
NUMBER = re.compile(r"[-+−]?\d[\d,.]*(?:e[-+−]?\d+)?")
SKIP = re.compile(r"<!-- docs: not run: (?P<why>[^>]+?) -->\s*\Z")
COMMAND = [sys.executable, "-c", "import sys; from pellucid.cli.app import main; sys.exit(main())"]


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, text, first line number, and the reason it does not run.

    `loose`: the numbers in it are an example.
    """

    language: str
    title: str
    text: str
    line: int
    skip: str | None
    loose: bool = False


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page in order."""
    text = page.read_text("utf-8")
    return [_block(text, match) for match in FENCE.finditer(text)]


def _block(text: str, match: re.Match[str]) -> Block:
    language, _, rest = match["info"].strip().partition(" ")
    title = re.search(r'title="([^"]*)"', rest)
    skip = SKIP.search(text, 0, match.start())
    loose = LOOSE.search(text, 0, match.start()) is not None
    body = re.sub(rf"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
    line = text.count("\n", 0, match.start()) + 2
    why = skip["why"] if skip else None
    return Block(language, title[1] if title else "", body, line, why, loose)


def run_page(page: Path, folder: Path) -> int:
    """Run a page inside an empty folder; returns how many blocks and commands ran."""
    namespace: dict[str, Any] = {"__name__": "__page__"}
    ran, printed = 0, ""
    with contextlib.chdir(folder):
        for block in blocks(page):
            if block.skip:
                continue
            if block.language == "python":
                printed = run_python(block, page, namespace)
                ran += 1
            elif block.language == "text" and block.title == "output":
                compare(block.text, printed, f"{page.name}:{block.line}", block.loose)
            elif block.language == "console":
                ran += run_console(block, page)
    return ran


def run_python(block: Block, page: Path, namespace: dict[str, Any]) -> str:
    """Run a block; an error points at the line of the page."""
    code = compile("\n" * (block.line - 1) + block.text, str(page), "exec")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, namespace)
    return out.getvalue()


def run_console(block: Block, page: Path) -> int:
    """Run the `pellucid` commands of a block and compare with what the page shows, if anything."""
    ran = 0
    for command, shown in commands(block.text):
        words = shlex.split(command, comments=True)
        if words[:1] != ["pellucid"]:
            continue
        done = subprocess.run(
            [*COMMAND, *words[1:]],
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        where = f"{page.name}:{block.line}: $ {command}"
        assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
        if shown.strip():
            compare(shown, done.stdout, where, block.loose)
        ran += 1
    return ran


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command after a `$ ` with the output that is shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.replace("\\\n", " ").partition("\n")
        yield command, shown


def compare(shown: str, printed: str, where: str, loose: bool = False) -> None:
    """What a page shows must be what came."""
    wanted, came = (text.replace("\xa0", " ") for text in (shown, printed))
    if loose:
        wanted, came = words(wanted), words(came)
    good = doctest.OutputChecker().check_output(wanted, came, MATCH)
    assert good, f"{where}\nthe page shows:\n{shown}\nand this came:\n{printed}"


def words(text: str) -> str:
    """A text with every number replaced by 0, and without bars and curves."""
    return NUMBER.sub("0", re.sub(r"[▁-█▉-▏░▸]+", "", text))
