"""A graph as a view: the picture, the table of its nodes, and where blame stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from pellucid.lenses.graphs.net import Net
from pellucid.lenses.graphs.picture import SAID, diagram_of, value_text
from pellucid.lenses.numerals import number, of_layer, plural, signed
from pellucid.lenses.picture import Charts, Matrix
from pellucid.lenses.view import Block, Column, Folded, Remark, Table, View

__all__ = ["net_view"]

_NODES = (
    Column("node", "formula", key="name", anchor=True),
    Column("made by", "text", key="op", wraps=12),
    Column("value", "text"),
    Column("blame", "text"),
    Column("equation", "formula", rank=1, wraps=20),
)
_WORDS = {
    "modules": ("stage", "stages"),  # a block around others has several, and so has the loss
    "ops": ("operation", "operations"),
    "scalars": ("step", "steps"),
}
_HEATS, _SIDE = 6, 24


def net_view(net: Net) -> View:
    """The view of a graph."""
    made = [v for v in net.vertices if v.kind in ("op", "module", "loss")]
    many = plural(len(made), *_WORDS[net.zoom])
    given = len(net.vertices) - len(made)
    value = net.root.size == 1
    first = float(np.asarray(net.root.array).reshape(-1)[0])
    result = f"{net.name} = {number(first)}" if value else net.name
    leaves = "inputs" if net.zoom == "modules" else "inputs and weights"
    sentence = f"{result} is computed in {many} from {plural(given, 'input', leaves)}."
    sentence = " ".join([sentence, *_blamed(net)])
    title = f"How {net.name} is computed" + (", and how blame flows back" if net.blamed else "")
    width = "arrows are as thick as the blame that goes back along them" if net.blamed else ""
    picture = diagram_of(net, "; ".join(x for x in (many, width) if x), sentence)
    blocks: list[Block] = [picture, *_heats(net), *_remarks(net), _table(net)]
    data = {
        "kind": "graph", "zoom": net.zoom, "result": net.name,
        "value": first if value else None,
        "blamed": net.blamed, "nodes": [v.to_dict() for v in net.vertices],
        "edges": [x.to_dict() for x in net.links],
    }  # fmt: skip
    return View(title, sentence, tuple(blocks), data)


def _blamed(net: Net) -> Iterator[str]:
    """Where most blame arrives."""
    held = [v for v in net.vertices if v.blame is not None and v.kind != "loss"]
    if not held:
        return
    weights = [v for v in held if v.kind == "parameter"]
    most = max(weights or held, key=lambda v: abs(v.blame.size) if v.blame else 0.0)
    assert most.blame is not None
    if most.blame.single:
        yield f"The most blame (gradient) is at {of_layer(most.name)}: {signed(most.blame.size)}."
    else:
        where, length = of_layer(most.name), number(most.blame.size)
        yield f"The most blame (gradient) is at {where}, with length {length}."
    empty = sum(v.blame is not None and v.blame.size == 0 for v in held)
    if empty:
        yield f"None gets to {empty} of the {len(held)} that ask for it."


def _remarks(net: Net) -> Iterator[Remark]:
    for text in net.remarks:
        yield Remark(text)
    called = {v.key: v.name for v in net.vertices}
    stops = [x for x in net.links if x.stops and x.stops not in SAID]
    for reason, count in Counter(x.stops for x in stops).most_common(4):
        first = next(x for x in stops if x.stops == reason)
        ends = f"{called[first.source]} → {called[first.target]}"
        more = f" and {plural(count - 1, 'other arrow')}" if count > 1 else ""
        yield Remark(f"Blame stops at {ends}{more} (gray): {reason}.")
    if net.blamed and net.zoom != "scalars":
        yield Remark(
            "The blame of several numbers is shown by its length √Σ², which has no sign; "
            'zoom="scalars" shows the sign of each.'
        )
    if not net.blamed and net.root.size > 1:
        yield Remark("Blame starts at one number: give targets too, or the loss, to see it.")


def _table(net: Net) -> Folded:
    rows = tuple(
        (
            v.name, v.op or v.kind, value_text(v),
            None if v.blame is None else signed(v.blame.size) if v.blame.single
            else number(v.blame.size), " = ".join(x for x in (v.equation, v.numbers) if x),
        )
        for v in net.vertices
    )  # fmt: skip
    return Folded("Show as table", ".html() opens it, .to_dict() has the numbers",
                  (Table(_NODES, rows, "Every node"),))  # fmt: skip


def _heats(net: Net) -> Iterator[Charts]:
    """Tensors as small heat maps, with their blame beside them."""
    items = []
    for name, values, blame in net.tensors[:_HEATS]:
        items.append(Matrix(_flat(values), title=name))
        if blame is not None:
            items.append(Matrix(_flat(blame), title=f"blame of {name}"))
    if items:
        yield Charts(tuple(items), columns=2, title="The numbers of the largest blame, as shades")


def _flat(values: np.ndarray) -> np.ndarray:
    grid = np.asarray(values, np.float64)
    grid = grid.reshape(-1, grid.shape[-1]) if grid.ndim > 1 else grid.reshape(1, -1)
    return grid[:_SIDE, : 2 * _SIDE]
