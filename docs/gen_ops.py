"""Writes the pages of the operations from their records, so that they cannot fall behind the code.

Run `python docs/gen_ops.py tanh` to read one in the terminal.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import curve
import numpy as np

import pellucid  # noqa: F401  (puts the engine in place)
from pellucid.dtypes import by_name, float64
from pellucid.graph import leaf
from pellucid.ops.op import COMPOSITIONS, REGISTRY, Composition, Op, Sample
from pellucid.shapes import show

__all__ = ["pages"]

Record = Op | Composition

DTYPES = {
    "promote": "the common type of the inputs",
    "float": "the common type of the inputs; integers become float32",
    "bool": "bool",
    "int64": "int64",
    "keep": "the type of the first input",
}

TITLES = {
    "activation": "Activations",
    "compare": "Comparing",
    "elementwise": "Arithmetic, number by number",
    "indexing": "Taking and placing",
    "linalg": "Products of matrices",
    "movement": "Changing shape",
    "random": "Random numbers",
    "reduce": "Many numbers into few",
    "smooth": "More smooth activations",
    "straight": "Activations of straight pieces",
}


def pages() -> dict[str, str]:
    """Path and Markdown text of every generated page."""
    records = {**REGISTRY, **COMPOSITIONS}
    written = {f"ops/{file_of(n)}": "\n\n".join(op_page(r)) + "\n" for n, r in records.items()}
    return {"ops/index.md": "\n\n".join(index_page(records)) + "\n", **written}


def file_of(name: str) -> str:
    """The page of an op. The one called index must not become the index of the folder."""
    return "index_.md" if name == "index" else f"{name}.md"


def index_page(records: dict[str, Record]) -> Iterator[str]:
    """The table of everything there is, by family."""
    yield "# Operations"
    yield (
        f"{len(REGISTRY)} operations, and {len(COMPOSITIONS)} "
        "more that are built of them. Each is stated once, in one record; these pages are written "
        "from those records while the site is built."
    )
    for family, members in families(records).items():
        yield f"## {TITLES.get(family, family.capitalize())}"
        yield about(family)
        if any("activation" in r.traits for r in members):
            yield "\n".join(_gallery(members))
        rows = [
            f"| [`{r.name}`]({file_of(r.name)}) | {r.sentence} | ${r.equation}$ |" for r in members
        ]
        yield "\n".join(["| name | in words | equation |", "|---|---|---|", *map(_no_bars, rows)])


def _gallery(members: list[Record]) -> Iterator[str]:
    yield '<div class="gallery">'
    for record in members:
        if isinstance(record, Op) and _has_curve(record):
            drawing = curve.svg(*curves(record), f"{record.name} and its slope")
            address = file_of(record.name).removesuffix(".md")
            yield f'<a href="{address}/"><b>{record.name}</b>{drawing}</a>'
    yield "</div>"
    yield '<p class="caption">Solid: the value. Dashed: the slope, which blame travels on.</p>'


def families(records: dict[str, Record]) -> dict[str, list[Record]]:
    """The records by the file that defines them, in order of definition."""
    groups: dict[str, list[Record]] = {}
    for record in records.values():
        groups.setdefault(module_of(record).rpartition(".")[2], []).append(record)
    return groups


def about(family: str) -> str:
    """What a family's file says about itself, first sentence."""
    doc = inspect.getdoc(importlib.import_module(f"pellucid.ops.{family}")) or ""
    return " ".join(doc.split("\n\n")[0].split())


def op_page(record: Record) -> Iterator[str]:
    """Everything the record says, in the order a reader asks."""
    yield f"# {record.name}"
    yield record.sentence
    yield f"$$\n{record.equation}\n$$"
    if record.derivative:
        yield "## Derivative"
        yield f"$$\n{record.derivative}\n$$"
    if isinstance(record, Op):
        yield from _slopes(record)
        yield from _picture(record)
        yield "## Shapes and types"
        yield "\n".join(f"- {line}" for line in _rules(record))
        yield from _worked_shapes(record)
    yield from _wrong_uses(record)
    yield "## The record"
    yield f"All of the above comes from `{_file(record)}`:"
    yield f"```python\n{source_of(record)}\n```"
    if record.source:
        yield f"Source: {record.source}."


def _slopes(op: Op) -> Iterator[str]:
    if op.terms:
        names = list(inspect.signature(op.forward).parameters)[1:]
        rows = [f"| `{n}` | {t or 'none'} |" for n, t in zip(names, op.terms, strict=False)]
        yield "\n".join(
            ["| input | local slope, as `explain` writes it |", "|---|---|", *map(_no_bars, rows)]
        )
    if op.kink:
        yield f'!!! note "Where there is no derivative"\n    {op.kink}.'
    if op.stable:
        yield f'!!! note "How it is computed"\n    {op.stable}.'


def _rules(op: Op) -> Iterator[str]:
    if op.axes:
        yield f"Axes: `{op.axes.replace('->', '→')}`"
    elif op.shape is None:
        yield "Shapes: the inputs are broadcast against each other"
    else:
        rule = (inspect.getdoc(op.shape) or "decided by the settings").split("\n")[0].rstrip(".")
        yield f"Shapes: {rule[0].lower()}{rule[1:]}"
    kind = DTYPES[op.dtype] if isinstance(op.dtype, str) else "decided by the settings"
    yield f"Type of the result: {kind}"
    yield f"Traits: {', '.join(sorted(op.traits)) or 'none'}"


def _worked_shapes(op: Op) -> Iterator[str]:
    """The record's samples, run: what goes in, what comes out, and what it costs."""
    rows = [_worked(op, sample) for sample in op.samples if not _has_numbers(sample)]
    if rows:
        head = ["| inputs | settings | result | FLOPs | bytes moved |", "|---|---|---|---:|---:|"]
        yield "\n".join([*head, *rows])


def _has_numbers(sample: Sample) -> bool:
    return any(isinstance(x, bool | int | float) for x in sample.inputs)


def _worked(op: Op, sample: Sample) -> str:
    rng = np.random.default_rng(0)
    arrays = [_array(x, sample, rng) for x in sample.inputs]
    nodes = tuple(leaf(a, a.shape, by_name(a.dtype.name)) for a in arrays)
    out = op(*nodes, **sample.params)
    cost = op.measure(nodes, out, sample.params)
    inputs = ", ".join(f"`{show(n.shape)}` {n.dtype.name}" for n in nodes) or "none"
    settings = ", ".join(f"`{k}={v!r}`" for k, v in sample.params.items())
    result = f"`{show(out.shape)}` {out.dtype.name}"
    return f"| {inputs} | {settings} | {result} | {cost.flops:,} | {cost.bytes:,} |"


def _array(given: Any, sample: Sample, rng: np.random.Generator) -> np.ndarray:
    if isinstance(given, tuple):
        return np.asarray(rng.uniform(sample.low, sample.high, given), np.float32)
    array = np.asarray(given)
    return array.astype(np.float32) if array.dtype == np.float64 else array


def _wrong_uses(record: Record) -> Iterator[str]:
    if record.mistakes:
        yield "## Mistakes and their answers"
        for mistake in record.mistakes:
            yield f"```text\n{mistake.error.__name__}: {mistake.text}\n```"


def _picture(op: Op) -> Iterator[str]:
    if not _has_curve(op):
        return
    yield "## Curve"
    yield curve.svg(*curves(op), f"{op.name} (solid) and its slope (dashed)")
    yield '<p class="caption">Solid: the value. Dashed: the slope, from the rule that trains.</p>'


def _has_curve(op: Op) -> bool:
    inputs = op.samples[0].inputs if op.samples else ()
    one = len(inputs) == 1 and isinstance(inputs[0], tuple)
    return one and "elementwise" in op.traits and op.gradient is not None


def curves(op: Op) -> tuple[list[float], list[float], list[float]]:
    """Value and slope over the range that the op's own samples name, from the op's own rules."""
    sample = op.samples[0]
    reach = (0.02, 4.0) if sample.low > 0 else (-0.99, 4.0) if sample.low > -1 else (-4.0, 4.0)
    xs = np.linspace(*reach, 401)
    x = leaf(xs, xs.shape, float64)
    y = op(x, **sample.params)
    one = leaf(np.ones_like(xs), xs.shape, float64)
    rule = op.gradient[0] if isinstance(op.gradient, tuple) else op.gradient
    slope = np.zeros_like(xs) if rule is None else rule(one, y, x, **sample.params).array
    return (
        xs.tolist(),
        np.asarray(y.array, float).tolist(),
        np.broadcast_to(slope, xs.shape).tolist(),
    )


# ---- where a record is written down --------------------------------------------------------


def module_of(record: Record) -> str:
    """The module that defines a record."""
    return _definitions()[record.name][0]


def source_of(record: Record) -> str:
    """The text of the definition, as it stands in the file."""
    return _definitions()[record.name][1]


def _file(record: Record) -> str:
    return module_of(record).replace(".", "/") + ".py"


@functools.cache
def _definitions() -> dict[str, tuple[str, str]]:
    """For each name the module and the text of its definition, found by reading the sources."""
    import pellucid.ops

    found = {}
    for path in sorted(Path(pellucid.ops.__path__[0]).glob("*.py")):
        text = path.read_text("utf-8")
        for statement in ast.parse(text).body:
            for name in _defined_by(statement):
                found[name] = (f"pellucid.ops.{path.stem}", _segment(text, statement))
    return found


def _defined_by(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement registers: a call, or a decorator, that a registered name opens."""
    is_function = isinstance(statement, ast.FunctionDef)
    roots: list[ast.AST] = [*statement.decorator_list] if is_function else [statement]
    for node in (n for root in roots for n in ast.walk(root)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.args[0].value
            if isinstance(name, str) and (name in REGISTRY or name in COMPOSITIONS):
                yield name


def _segment(text: str, statement: ast.stmt) -> str:
    first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
    return "\n".join(text.splitlines()[first - 1 : statement.end_lineno])


def _no_bars(row: str) -> str:
    """Bars inside a formula would end the cell of a Markdown table."""
    cells = [c.replace("|", r"\vert " if "$" in c else r"\|") for c in row[2:-2].split(" | ")]
    cells = [c.replace(r"\vert $", r"\vert$") for c in cells]  # a space there would end no formula
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n\n".join(op_page({**REGISTRY, **COMPOSITIONS}[sys.argv[1]])))
