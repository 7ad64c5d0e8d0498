"""The rooms of the house, and who imports what, read from the source without running it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pellucid"

# From the cellar to the roof. A room imports what is below it; rooms on one floor are strangers.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "dtypes", "shapes", "spelling", "_version", "_interrupt"),
    ("graph",),
    ("ops",),
    ("engines", "autograd"),
    ("tensor",),
    ("nn", "amp", "testing", "distributions"),
    ("optim", "func"),
    ("data",),
    ("training",),
    ("lenses", "utils"),
    ("doctor",),
    ("bridges",),
    ("neurons",),
    ("report", "experiments"),
    ("__init__",),
    ("cli",),
    ("__main__",),
)
# The files of the lowest floor are one room: names and numbers that everyone shares.
CELLAR = frozenset(FLOORS[0])
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# Heavy or optional: imported where they are used, so that `import pellucid` stays light.
LAZY = frozenset(
    {
        "IPython",
        "PIL",  # with Matplotlib
        "jax",
        "jaxlib",
        "matplotlib",
        "ml_dtypes",
        "networkx",
        "pandas",
        "pyarrow",
        "rich",
        "scipy",
        "sklearn",
        "threadpoolctl",
        "torch",
    }
)
# Light, and wanted by few: either place is good.
EITHER = frozenset({"safetensors"})
# The command line is what they are for, and nothing imports the command line.
EAGER_IN = {"rich": ("cli",), "typer": ("cli",)}
# The files of the compiled engine, and of the door to a library that need not be there, are
# themselves imported on first use, by name.
ON_FIRST_USE = (
    "engines/xla/", "pellucid.engines.xla.", "bridges/torch/", "pellucid.bridges.torch",
    "bridges/sklearn/", "pellucid.bridges.sklearn",
)  # fmt: skip
# The doors to foreign libraries.
ONLY_IN = {
    "jax": ("engines/xla/",),
    "jaxlib": ("engines/xla/",),
    "torch": ("bridges/", "testing/"),
    "typer": ("cli/",),
}
# NumPy computes in one file. Everyone else on this list has a reason that is not the network's
# arithmetic; a file that is not listed goes through ops.
NUMPY_IN = {
    "engines/numpy.py": "the engine: every forward runs here",
    "engines/erf.py": "the error function, which NumPy lacks",
    "engines/bends.py": "GELU and SiLU in blocks, in place",
    "engines/ctc.py": "the walks of CTC, few calls for each frame",
    "engines/depthwise.py": "a filter for each channel, as slices times numbers",
    "engines/copies.py": "turned matrices, repeats and borders, copied as NumPy does not",
    "engines/products.py": "products over few features, the bias inside",
    "engines/order.py": "the first few in order, without sorting all",
    "engines/norms.py": "means and spreads in as few passes as there can be",
    "engines/grouped.py": "groups of channels in as few passes as there can be",
    "engines/layered.py": "rows scaled and moved in as few passes as there can be",
    "engines/windows.py": "small pools, looked up at once",
    "engines/softmax.py": "shares of rows in as few passes as there can be",
    "engines/lstm.py": "the steps of an LSTM in as few calls as there can be",
    "engines/onerow.py": "one row through layers, with nothing looked up on the way",
    "engines/ready.py": "programs over long vectors, in memory that lies ready",
    "engines/flat.py": "an optimizer's vectors: many weights laid side by side for the engine",
    "engines/pieces.py": "large arrays piece by piece, so that they stay in the cache",
    "engines/power.py": "powers of negative numbers: what numpy.power does slowly",
    "engines/rows.py": "rows added up by number: what numpy.add.at does slowly",
    "engines/stepper.py": "arrays in and out of a traced step",
    "engines/xla/": "arrays on their way to XLA and back",
    "engines/words.py": "the random generator: integers, the same on both engines",
    "tensor/": "arrays come in and go out here (creation, item, numpy(), printing)",
    "testing/": "an independent judge may not use what it judges",
    "data/": "tables and arrays before they become Tensors",
    "training/": "histories, splits and weights on their way to files",
    "bridges/": "the array is the common coin of foreign libraries",
    "lenses/": "views are plain data, made from values that a run left",
    "neurons/": "weights of arrows on their way into matrices and back",
    "experiments/": "rows to learn from, and an independent judge of what was learned",
    "doctor/": "statistics over what probes brought",
    "report/": "numbers become ink",
    "cli/": "tables for printing",
}

Statement = ast.Import | ast.ImportFrom | ast.Call
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Import:
    """One import statement: where it stands and what it asks for."""

    file: str
    line: int
    target: str
    inside: str | None
    typing_only: bool = False

    @property
    def room(self) -> str:
        """The room of the importing file."""
        return room_of(self.file)

    @property
    def top(self) -> str:
        """The distribution that the target belongs to."""
        return self.target.partition(".")[0]

    @property
    def ours(self) -> bool:
        """Whether the target is part of pellucid."""
        return self.top == "pellucid"

    def __str__(self) -> str:
        return f"pellucid/{self.file}:{self.line} imports {self.target}"


def room_of(path: str) -> str:
    """The room of a file given relative to the package: `"nn/linear.py"` is in `nn`."""
    return path.partition("/")[0].removesuffix(".py")


def room_of_module(name: str) -> str:
    """The room of a module: `"pellucid.nn.linear"` is in `nn`."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def sources(package: Path = PACKAGE) -> list[Path]:
    """All source files of a package, in a fixed order."""
    return sorted(package.rglob("*.py"))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file, read once for everyone who asks."""
    return ast.parse(path.read_text("utf-8"))


@cache
def imports(package: Path = PACKAGE) -> tuple[Import, ...]:
    """Every import statement of a package, one entry for each module asked for."""
    found = []
    for path in sources(package):
        file = path.relative_to(package).as_posix()
        tree = tree_of(path)
        never_run = _for_the_type_checker(tree)
        for node, function in _imports_of(tree, path.read_text("utf-8")):
            for target in _targets(node, file, package):
                found.append(Import(file, node.lineno, target, function, node.lineno in never_run))
    return tuple(found)


def statements(tree: ast.AST, function: str | None = None) -> Iterator[tuple[ast.stmt, str | None]]:
    """Every statement at any depth, and the function it is in: expressions hold none."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        for child in getattr(tree, field, ()):
            if isinstance(child, ast.stmt):
                yield child, function
            inner = child.name if isinstance(child, FUNCTIONS) else function
            yield from statements(child, inner)


def _imports_of(tree: ast.Module, text: str) -> Iterator[tuple[Statement, str | None]]:
    """Import statements; expressions are only searched where an import may hide in one."""
    if "import_module" in text or "__import__" in text:
        yield from _walk(tree, None)
        return
    for node, function in statements(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, function


def _for_the_type_checker(tree: ast.AST) -> set[int]:
    """Lines under `if TYPE_CHECKING:`: they load nothing, though a reader follows them."""
    return {
        line
        for node, _ in statements(tree)
        if isinstance(node, ast.If) and _named(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for line in range(statement.lineno, (statement.end_lineno or 0) + 1)
    }


def _named(expression: ast.AST) -> str:
    """The last name of an expression: of `typing.TYPE_CHECKING` and `TYPE_CHECKING` the same."""
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return getattr(expression, "id", "")


def _walk(tree: ast.AST, function: str | None) -> Iterator[tuple[Statement, str | None]]:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Import | ast.ImportFrom) or _is_dynamic(child):
            yield child, function  # type: ignore[misc]
        name = child.name if isinstance(child, FUNCTIONS) else function
        yield from _walk(child, name)


def _is_dynamic(node: ast.AST) -> bool:
    """`importlib.import_module("name")` is an import like any other."""
    if not (isinstance(node, ast.Call) and len(node.args) == 1):
        return False
    called = _named(node.func)
    return called in ("import_module", "__import__") and isinstance(node.args[0], ast.Constant)


def _targets(node: Statement, file: str, package: Path) -> list[str]:
    if isinstance(node, ast.Call):
        return [str(ast.literal_eval(node.args[0]))]
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        here = ["pellucid", *Path(file).parent.parts]
        base = ".".join([*here[: len(here) - node.level + 1], *([base] if base else [])])
    if base.partition(".")[0] != "pellucid":
        return [base]
    # `from pellucid import nn` asks for the room, `from pellucid import Tensor` for the roof.
    return [_module_or_name(base, alias.name, package) for alias in node.names]


def _module_or_name(base: str, name: str, package: Path) -> str:
    path = package.joinpath(*base.split(".")[1:], name)
    is_module = path.with_suffix(".py").exists() or path.is_dir()
    return f"{base}.{name}" if is_module else base


def upward(found: Sequence[Import]) -> list[str]:
    """Imports that climb, or that cross to a sibling."""
    complaints = []
    for i in found:
        if not i.ours:
            continue
        here, there = i.room, room_of_module(i.target)
        if there not in FLOOR or here not in FLOOR:
            complaints.append(f"{i}: a room that no floor knows")
        elif here == there or {here, there} <= CELLAR:
            continue
        elif FLOOR[there] > FLOOR[here]:
            complaints.append(f"{i}: {there} is above {here}")
        elif FLOOR[there] == FLOOR[here]:
            complaints.append(f"{i}: {there} and {here} are siblings")
    return complaints


def hidden(found: Sequence[Import]) -> list[str]:
    """Imports inside functions that have no right to be there."""
    complaints = []
    for i in found:
        if i.inside is None or i.top in LAZY | EITHER | sys.stdlib_module_names:
            continue
        if i.target.startswith(ON_FIRST_USE):
            continue
        complaints.append(f"{i} inside {i.inside}()")
    return complaints


def heavy(found: Sequence[Import]) -> list[str]:
    """Heavy packages imported while a module loads."""
    return [
        f"{i} at the top of the file"
        for i in found
        if i.inside is None
        and not i.typing_only
        and (i.top in LAZY or i.top in EAGER_IN)
        and i.room not in EAGER_IN.get(i.top, ())
        and not i.file.startswith(ON_FIRST_USE)
    ]


def misplaced(found: Sequence[Import]) -> list[str]:
    """Foreign packages outside the files that are their door."""
    doors = {**ONLY_IN, "numpy": tuple(NUMPY_IN)}
    return [
        f"{i}: {i.top} belongs in {', '.join(doors[i.top])}"
        for i in found
        if i.top in doors and not i.typing_only and not i.file.startswith(doors[i.top])
    ]
