"""Files and functions stay small enough to be read in one go."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.architecture.rooms import PACKAGE, sources, statements, tree_of

FILE_LIMIT = 500
FILE_QUESTION = 300
FILE_MEDIAN = 160
FUNCTION_LIMIT = 60
FUNCTION_MEDIAN = 8


def file_lengths(package: Path = PACKAGE) -> dict[str, int]:
    """Lines of every file, blank ones and comments included."""
    return {
        path.relative_to(package).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in sources(package)
    }


def function_lengths(package: Path = PACKAGE) -> dict[str, int]:
    """Lines of code of every function: the docstring is a gift and does not count."""
    return {
        f"{path.relative_to(package).as_posix()}:{node.lineno} {node.name}": _code_lines(node)
        for path in sources(package)
        for node in _functions(path)
    }


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node, _ in statements(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    assert function.end_lineno is not None
    return function.end_lineno - body[0].lineno + 1


def test_no_file_is_a_drawer() -> None:
    lengths = file_lengths()
    longest = sorted(lengths.items(), key=lambda item: -item[1])
    print(f"{len(lengths)} files, median {median(lengths.values()):.0f} lines")
    print("to be split when next touched:", [f for f, n in longest if n > FILE_QUESTION])
    assert {f: n for f, n in longest if n > FILE_LIMIT} == {}


def test_the_usual_file_is_short() -> None:
    written = [n for f, n in file_lengths().items() if not f.endswith("__init__.py")]
    assert median(written) <= FILE_MEDIAN


def test_functions_are_short() -> None:
    lengths = function_lengths()
    assert median(lengths.values()) <= FUNCTION_MEDIAN
    assert {f: n for f, n in lengths.items() if n > FUNCTION_LIMIT} == {}


def test_no_file_is_named_after_a_kind_of_thing() -> None:
    kinds = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "core", "base"}
    assert [p.name for p in sources() if p.stem.strip("_") in kinds] == []


@pytest.mark.parametrize("lines", [3, 80])
def test_the_ruler_measures(tmp_path: Path, lines: int) -> None:
    body = "\n".join(["    x = 1"] * lines)
    source = f'def f():\n    """Say.\n\n    More.\n    """\n{body}\n'
    (tmp_path / "a.py").write_text(source)
    assert file_lengths(tmp_path) == {"a.py": lines + 5}
    assert list(function_lengths(tmp_path).values()) == [lines]
