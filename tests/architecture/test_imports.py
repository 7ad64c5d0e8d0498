"""The direction of imports is a rule that a machine checks, and the check itself is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.rooms import (
    NUMPY_IN,
    PACKAGE,
    heavy,
    hidden,
    imports,
    misplaced,
    sources,
    upward,
)

RULES = {"upward": upward, "hidden": hidden, "heavy": heavy, "misplaced": misplaced}


@pytest.mark.parametrize("rule", RULES)
def test_no_import_breaks_the_rule(rule: str) -> None:
    complaints = RULES[rule](imports())
    assert not complaints, "\n".join(complaints)


def test_no_module_takes_part_in_a_cycle() -> None:
    files = {_module(path): path for path in sources()}
    edges: dict[str, set[str]] = {name: set() for name in files}
    for i in imports():
        if i.ours and i.target in files and not i.typing_only:
            edges[_module(PACKAGE / i.file)].add(i.target)
    # A package's own door imports its files; only edges between files can make a knot.
    files_only = {n: {t for t in ts if not _is_door(files[t])} for n, ts in edges.items()}
    assert _knots(files_only) == []


def test_every_numpy_permission_is_used() -> None:
    files = {i.file for i in imports() if i.top == "numpy"}
    rooms = {path.relative_to(PACKAGE).parts[0] for path in sources()}
    idle = [
        place
        for place in NUMPY_IN
        if place.partition("/")[0] in rooms and not any(f.startswith(place) for f in files)
    ]
    assert not idle, f"take these off the list: {idle}"


@pytest.mark.parametrize(
    ("rule", "file", "source"),
    [
        ("upward", "ops/op.py", "from pellucid.tensor import Tensor"),
        ("upward", "ops/op.py", "from pellucid import nn"),
        ("upward", "ops/op.py", "import pellucid"),
        ("upward", "ops/op.py", "from ..tensor import Tensor"),
        ("upward", "ops/op.py", "if TYPE_CHECKING:\n    from pellucid.nn import linear"),
        ("upward", "ops/op.py", "if True:\n    from pellucid.nn import linear"),
        ("upward", "nn/linear.py", "from pellucid.optim import SGD"),
        ("upward", "engines/numpy.py", "from pellucid.autograd import backward"),
        ("upward", "attic/thing.py", "from pellucid.graph import emit"),
        ("hidden", "nn/linear.py", "def f():\n    from pellucid.tensor import Tensor"),
        ("hidden", "nn/linear.py", "def f():\n    def g():\n        import requests"),
        ("hidden", "nn/linear.py", "def f():\n    importlib.import_module('pellucid.tensor')"),
        ("heavy", "data/tables.py", "import pandas as pd"),
        ("heavy", "training/fit.py", "from rich.progress import Progress"),
        ("heavy", "report/page.py", "import matplotlib.pyplot as plt"),
        ("heavy", "engines/numpy.py", "import jax"),
        ("misplaced", "nn/linear.py", "def f():\n    import jax.numpy as jnp"),
        ("misplaced", "optim/adam.py", "import numpy as np"),
        ("misplaced", "ops/elementwise.py", "from numpy import exp"),
        ("misplaced", "training/fit.py", "def f():\n    import torch"),
    ],
)
def test_the_rule_finds_what_breaks_it(tmp_path: Path, rule: str, file: str, source: str) -> None:
    _write(tmp_path, file, source)
    assert RULES[rule](imports(tmp_path)) != []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("nn/linear.py", "from pellucid.tensor import Tensor\nfrom pellucid.nn import module"),
        ("nn/linear.py", "from . import module\nfrom .module import Module"),
        ("shapes.py", "from pellucid.errors import ShapeError"),
        ("engines/xla/space.py", "import jax"),
        ("data/tables.py", "import numpy as np\ndef f():\n    import pandas as pd"),
        ("cli/app.py", "import typer\nimport pellucid.training\nfrom rich import print"),
        ("ops/op.py", "if TYPE_CHECKING:\n    import pandas as pd\n    import numpy as np"),
        ("training/fit.py", "def f():\n    import webbrowser"),
        ("__init__.py", "from pellucid.tensor import Tensor"),
    ],
)
def test_the_rules_leave_good_imports_alone(tmp_path: Path, file: str, source: str) -> None:
    _write(tmp_path, file, source)
    found = imports(tmp_path)
    assert found and [c for rule in RULES.values() for c in rule(found)] == []


def test_a_knot_is_found() -> None:
    assert _knots({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def _write(package: Path, file: str, source: str) -> None:
    for room in ("tensor", "nn", "optim"):
        (package / room).mkdir(exist_ok=True)
    path = package / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(("pellucid", *(p for p in parts if p != "__init__")))


def _is_door(path: Path) -> bool:
    return path.name == "__init__.py"


def _knots(edges: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules that reach each other."""
    reach = {name: _reachable(name, edges) for name in edges}
    groups = {
        tuple(sorted(m for m in edges if m in reach[n] and n in reach[m]))
        for n in edges
        if n in reach[n]
    }
    return sorted(map(list, groups))


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [*edges[start]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(edges.get(name, ()))
    return seen
