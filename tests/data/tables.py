"""Small tables as text, for the tests of reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

HEADER = "area,side,price\n"


def body(rows: int = 20, row: Callable[[int], str] | None = None) -> str:
    """Rows that fit HEADER, or rows of another kind."""
    row = row or (lambda i: f"{i * 3 % 17},{'ab'[i % 2]},{i * 1.5}")
    return "".join(f"{row(i)}\n" for i in range(rows))


def good(rows: int = 20) -> str:
    """A table without any fault."""
    return HEADER + body(rows)


def write(folder: Path, content: str | bytes, name: str = "houses.csv") -> Path:
    """A file with exactly this content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
