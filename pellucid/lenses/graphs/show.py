"""A graph as a view: the picture at one zoom or several, its nodes, and where blame stops."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.lenses.graphs.checks import Checked
from pellucid.lenses.graphs.net import Net
from pellucid.lenses.graphs.picture import SAID, diagram_of, value_text
from pellucid.lenses.numerals import number, of_layer, plural, signed
from pellucid.lenses.picture import Charts, Diagram, Film, Matrix
from pellucid.lenses.view import Block, Column, Folded, Remark, Room, Rooms, Table, View

__all__ = ["Zoomed", "net_view"]

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
_CHECKS = (
    Column("node", "formula", anchor=True),
    Column("number", "formula", key="at"),
    Column("blame", "signed"),
    Column("by a nudge", "signed", key="nudge"),
    Column("nudged by", "number", key="step", rank=1),
    Column("", "text", key="agrees"),
)
_HEATS, _SIDE = 6, 24


@dataclass(frozen=True)
class Zoomed:
    """A graph at one zoom.

    Attributes:
        net: the graph.
        checks: blame beside what nudges show.
        caption: what the zoom is called where there are several.
    """

    net: Net
    checks: Sequence[Checked] = ()
    caption: str = ""


def net_view(zooms: Sequence[Zoomed], over: str = "") -> View:
    """The view of a graph.

    Args:
        zooms: the first is the one that is seen at first.
        over: which rows the result is computed for, as in "over 32 rows"; empty for a Tensor.
    """
    net = zooms[0].net
    made = [v for v in net.vertices if v.kind in ("op", "module", "loss")]
    many = plural(len(made), *_WORDS[net.zoom])
    given = len(net.vertices) - len(made)
    value = net.root.size == 1
    first = float(np.asarray(net.root.array).reshape(-1)[0])
    result = f"{net.name} = {number(first)}" if value else net.name
    result = f"{result} {over}" if value and over else result
    leaves = "inputs" if net.zoom == "modules" else "inputs and weights"
    sentence = f"{result} is computed in {many} from {plural(given, 'input', leaves)}."
    sentence = " ".join([sentence, *_blamed(net)])
    back = ", and blame goes back" if net.blamed else ""
    title = f"{result}, computed in {many}{back}"
    width = "arrows are as thick as the blame that goes back along them" if net.blamed else ""
    drawn = "; ".join(x for x in (many, width) if x)
    pictures = [_picture(z, drawn, sentence) for z in zooms]
    blocks: list[Block] = [pictures[0], *_heats(net)]
    if len(zooms) > 1:
        captions = tuple(z.caption for z in zooms)
        title_of = "Three zooms" if len(zooms) > 2 else "Two zooms"
        switched = "; ".join(x for x in (title_of, width) if x)
        blocks = [Film(tuple(pictures), captions, 0, switched, "zoom")]
    blocks += [
        *_rooms(zooms),
        *_remarks(net, len(zooms) > 1),
        *(_checks(z) for z in zooms if z.checks),
        _table(net),
    ]
    more = {"zooms": {z.net.zoom: _data(z.net) for z in zooms[1:]}} if len(zooms) > 1 else {}
    data = {
        "kind": "graph", "zoom": net.zoom, "result": net.name,
        "value": first if value else None,
        "blamed": net.blamed, **_data(net), **more,
        "checks": [_check_data(c) for z in zooms for c in z.checks],
    }  # fmt: skip
    return View(title, sentence, tuple(blocks), data)


def _data(net: Net) -> dict[str, Any]:
    found: dict[str, Any] = {
        "nodes": [v.to_dict() for v in net.vertices],
        "edges": [x.to_dict() for x in net.links],
    }
    return found | ({"inside": {k: _data(n) for k, n in net.inside.items()}} if net.inside else {})


def _picture(zoomed: Zoomed, title: str, sentence: str) -> Diagram | Charts:
    """The diagram; of too many numbers for one, their shades."""
    if zoomed.caption and zoomed.net.tensors:
        return next(_heats(zoomed.net))
    return diagram_of(zoomed.net, title, sentence, _links(zoomed) | _doors(zoomed.net))


def _links(zoomed: Zoomed) -> dict[str, str]:
    """Where a click on a node leads: to the row that checks it."""
    return dict(zip((c.vertex.key for c in zoomed.checks), _names(zoomed), strict=True))


def _doors(net: Net) -> dict[str, str]:
    """Where a click on a module leads: inside; unlike any other graph's on the same page."""
    own = zlib.crc32(repr([v.to_dict() for v in net.vertices]).encode())
    return {key: f"inside{own:08x}-{key}" for key in net.inside}


def _rooms(zooms: Sequence[Zoomed]) -> Iterator[Rooms]:
    """The operations of each module, whose nodes lead to their own checks."""
    net = zooms[0].net
    if not net.inside:
        return
    links = {key: row for z in zooms[1:] for key, row in _links(z).items()}
    often = Counter(v.name for v in net.vertices)  # a module that others interrupt has several runs
    called = {
        v.key: f"{v.name}{', ' if ': ' in v.name else ': '}"
        f"{v.op if often[v.name] == 1 or ': ' in v.name else v.equation}"
        for v in net.vertices
    }
    rooms = tuple(
        Room(door, called[key], diagram_of(net.inside[key], "", f"Inside {called[key]}", links))
        for key, door in _doors(net).items()
    )
    first = next(v.scope for v in net.vertices if v.key in net.inside)
    yield Rooms("Go inside a module: click it, or open it here",
                f'.html() opens it, zoom="ops", inside="{first}" draws one', rooms)  # fmt: skip


def _names(zoomed: Zoomed) -> tuple[str, ...]:
    """What the rows of the checks are called on a page, unlike those of any other graph there."""
    told = repr([(c.vertex.key, c.check.gradient, c.check.low) for c in zoomed.checks])
    own = zlib.crc32(f"{zoomed.net.zoom}{told}".encode())
    return tuple(f"check{own:08x}-{c.vertex.key}" for c in zoomed.checks)


def _checks(zoomed: Zoomed) -> Folded:
    """The blame of the picture's nodes beside what nudges show; a click on a node leads here."""
    found = zoomed.checks
    rows = tuple(
        (
            c.vertex.name, f"[{', '.join(map(str, c.at))}]" if c.at else "",
            c.check.gradient, c.check.slope, c.check.step, "✓" if c.check.agrees else "differs",
        )
        for c in found
    )  # fmt: skip
    right = sum(c.check.agrees for c in found)
    which = f", {zoomed.caption}" if zoomed.caption else ""
    caption = f"{right} of {plural(len(found), 'blame')} agree with a nudge{which}"
    note = (
        "The number with the most blame in each node was moved up and down by so much, and"
        " everything behind it computed anew: by a nudge = (L up − L down) ÷ twice the nudge. Where"
        " the two differ, a bend such as that of ReLU lies in between."
    )
    table = Table(_CHECKS, rows, caption, note=note, names=_names(zoomed))
    return Folded(f"Check it{which}: click a node, or open this", ".html() opens it", (table,))


def _check_data(found: Checked) -> dict[str, Any]:
    return {
        "node": found.vertex.key, "at": list(found.at), "blame": found.check.gradient,
        "nudge": found.check.slope, "step": found.check.step, "agrees": found.check.agrees,
    }  # fmt: skip


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


def _remarks(net: Net, many: bool) -> Iterator[Remark]:
    for text in net.remarks:
        yield Remark(text)
    called = {v.key: v.name for v in net.vertices}
    stops = [x for x in net.links if x.stops and x.stops not in SAID]
    for reason, count in Counter(x.stops for x in stops).most_common(4):
        first = next(x for x in stops if x.stops == reason)
        ends = f"{called[first.source]} → {called[first.target]}"
        more = f" and {plural(count - 1, 'other arrow')}" if count > 1 else ""
        yield Remark(f"Blame stops at {ends}{more} (gray): {reason}.")
    if net.blamed and net.zoom != "scalars" and not many:
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
    return Folded("Every node with its equation", ".html() opens it, .to_dict() has the numbers",
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
