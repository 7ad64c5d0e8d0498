"""Runs commands inside the test process, with streams of their own, and the tables they read."""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.cli.app import main


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, its result, and its words on the way."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The result as JSON: one object on one line, and nothing else."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out, parse_constant=lambda word: 1 / 0)


def stream(content: bytes = b"", encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, write_through=True)


def pellucid(*words: object, stdin: bytes = b"", encoding: str = "utf-8") -> Said:
    """`pellucid(words)` as on the command line."""
    out, err = stream(encoding=encoding), stream(encoding=encoding)
    before, sys.stdin = sys.stdin, stream(stdin)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([str(word) for word in words])
    except SystemExit as leaving:
        code = leaving.code
    finally:
        sys.stdin = before
    assert isinstance(code, int)
    texts = [s.buffer.getvalue().decode(encoding) for s in (out, err)]  # type: ignore[attr-defined]
    assert "Traceback" not in texts[1], "Traceback:\n" + texts[1]
    return Said(code, *texts)


def good(*words: object, **more: Any) -> Said:
    """A command that works."""
    said = pellucid(*words, **more)
    assert said.code == 0, said.err
    return said


HEADER = "area,rooms,district,built,garden,remark,price"


def houses(rows: int = 120, seed: int = 0, delimiter: str = ",", decimal: str = ".") -> str:
    """A table with a column of every kind, holes in three of them, and a text that is no input."""
    draw = random.Random(seed)
    lines = [HEADER.replace(",", delimiter)]
    for i in range(rows):
        area, rooms = draw.uniform(30, 180), draw.randint(1, 6)
        district, garden = draw.choice(["north", "south", "river"]), draw.choice(["yes", "no"])
        built = f"{draw.randint(1950, 2020)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}"
        price = 2 * area + 9 * rooms + 40 * (district == "river") + 30 * (garden == "yes")
        cells = [
            f"{area:.1f}".replace(".", decimal), str(rooms) if i % 9 else "",
            district if i % 11 else "", built, garden, f"house {i} is described at length here",
            f"{price + draw.gauss(0, 5):.2f}".replace(".", decimal),
        ]  # fmt: skip
        lines.append(delimiter.join(cells))
    return "\n".join(lines) + "\n"


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
