"""A network taken apart into neurons: the piece that each adds, and the output built up of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import IndexRangeError, SettingError
from pellucid.lenses.box.answers import answers
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import number, of_layer, percent, plural
from pellucid.lenses.pieces.neurons import Layer, layers_of, read
from pellucid.lenses.pieces.rebuilt import build_up, built_chart, built_film, with_and_without
from pellucid.lenses.pieces.regions import exact_regions, patterns_met
from pellucid.lenses.pieces.said import formula, missed, mover
from pellucid.lenses.pieces.tiles import MOST_TILES, pieces_chart, tiles, weight_map
from pellucid.lenses.pieces.worth import Scores, Worth, in_order, scores_of, worths
from pellucid.lenses.plane.moving import two_axes
from pellucid.lenses.plane.place import Place, along, over
from pellucid.lenses.sampling import some
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["sculpt"]

_SIDE, _STEPS = 40, 241
_ROWS, _ROWS_OF_PICTURES, _POSITIONS = 300, 96, 1024
_STRAIGHT = ("ReLU", "LeakyReLU", "PReLU")


@lens("Which piece does each neuron add, and how do the pieces make the output?")
def sculpt(
    subject: Subject,
    *,
    layer: int | str | None = None,
    neuron: int | None = None,
    sample: int = 0,
    most_pieces: int = 3000,
) -> View:
    """Take the network apart into neurons.

    Args:
        subject: the network and its rows.
        layer: the layer that is built up neuron by neuron, by its path, as in state_dict();
            the last one before the output when None.
        neuron: the one shown with and without; the one that moves the output most when None.
        sample: the row for which pictures and texts are shown.
        most_pieces: where counting linear pieces stops.

    Raises:
        SettingError: no hidden layer, or no such layer.
        IndexRangeError: no such neuron or row.
    """
    layers = layers_of(subject)
    chosen = _chosen(layers, layer)
    if not 0 <= sample < len(subject):
        raise IndexRangeError(f"sample={sample}: there are rows 0 to {len(subject) - 1}.")
    part = subject.only(some(len(subject), _enough(subject)))
    place = _place(part)
    shown = subject.x[sample : sample + 1] if place is None else place.rows
    readings = read(subject, layers, shown)
    found = {a.path: in_order(subject, a, worths(part, a)) for a in layers}
    at, unit = layers.index(chosen), _unit(chosen, neuron, found[chosen.path])
    whole, box, reading = scores_of(part, part.outputs()), answers(part), readings[at]
    pair, both = with_and_without(subject, chosen, unit, place, box, sample, reading)
    built = build_up(part, chosen, found[chosen.path], place, reading)
    blocks: list[Block] = [
        tiles(a, r, found[a.path], place, sample) for a, r in zip(layers, readings, strict=True)
    ]
    rows = _rows(subject, layers, chosen, found[chosen.path])
    blocks += [_table(chosen, whole, rows, len(part)), pair]
    if place is not None:
        blocks.append(built_film(built, chosen, place, box))
    growth = built_chart(built, chosen)
    blocks += [] if growth is None else [growth]
    blocks += [
        weight_map(a, found[a.path], _named(subject, layers, a))
        for a in layers
        if a.count > MOST_TILES and a.kind != "maps"
    ]
    pieces, counted, drawn = _pieces(subject, layers, place, most_pieces)
    blocks += drawn
    blocks += [Remark(text) for text in _remarks(subject, part, chosen, place, pieces)]
    data = {
        "layer": chosen.path, "neuron": unit, "loss": whole.loss, "right": whole.right,
        "layers": [_layer_data(a, found[a.path]) for a in layers],
        "with_and_without": both,
        "built": [{"units": list(b.units), "loss": b.scores.loss, "right": b.scores.right}
                  for b in built],
        "pieces": counted,
    }  # fmt: skip
    title = f"Neuron {chosen.called(mover(found[chosen.path]).unit)} moves the output most"
    if growth is not None:
        title = growth.title
    sentence = _sentence(chosen, found[chosen.path], unit, whole, pieces, len(part))
    return View(title, sentence, tuple(blocks), data)


def _chosen(layers: list[Layer], layer: int | str | None) -> Layer:
    if not layers:
        raise SettingError(
            "this network has no hidden layer of neurons to take apart: one linear layer is one"
            " piece.\n See the whole of it: function, or black_box."
        )
    if layer is None:
        return layers[-1]
    for one in layers:
        if str(layer) == one.path:
            return one
    known = ", ".join(repr(one.path) for one in layers)
    raise SettingError(f"layer={layer!r} is no hidden layer of neurons. There are: {known}.")


def _unit(layer: Layer, neuron: int | None, found: list[Worth]) -> int:
    if neuron is None:
        return found[0].unit
    if not 0 <= neuron < layer.count:
        raise IndexRangeError(f"neuron={neuron}: {layer.said} has neurons 0 to {layer.count - 1}.")
    return neuron


def _place(subject: Subject) -> Place | None:
    """The line or plane on which neurons are drawn; None for pictures and tokens."""
    if not subject.flat:
        return None
    order = two_axes(subject)
    if not order:
        return None
    if len(order) == 1:
        return along(subject, order[0], _STEPS, {})
    return over(subject, order, _SIDE, {})


def _named(subject: Subject, layers: list[Layer], layer: Layer) -> tuple[str, ...]:
    """What a layer weighs."""
    if layer.number == 0:
        return subject.inputs if subject.flat else ()
    below = layers[layer.number - 1]
    return tuple(map(below.called, range(below.count)))


def _enough(subject: Subject) -> int:
    """How many rows are computed again and again without one neuron after the other."""
    if subject.filtered:
        return _ROWS_OF_PICTURES
    if subject.light or subject.x.ndim < 2:
        return _ROWS
    positions: int = subject.x.shape[1]
    return min(_ROWS, max(_POSITIONS // max(positions, 1), 16))


def _rows(
    subject: Subject, layers: list[Layer], layer: Layer,
    found: list[Worth],
) -> list[tuple[Any, ...]]:  # fmt: skip
    inputs = _named(subject, layers, layer)
    return [
        (
            layer.called(w.unit), w.added, w.without.loss, w.without.right, w.on,
            formula(layer, w.unit, inputs),
        )
        for w in found[:MOST_TILES]
    ]  # fmt: skip


def _table(layer: Layer, whole: Scores, rows: list[tuple[Any, ...]], seen: int) -> Table:
    columns = [
        Column("neuron", "text", anchor=True),
        Column("moves the output by", "number"),
        Column("loss without it", "number", rank=1),
        Column("right without it", "share", rank=1),
        Column("above 0 for", "share", rank=2),
        Column("what it computes", "formula", rank=3, wraps=30),
    ]
    drop = {i for i, v in ((2, whole.loss), (3, whole.right)) if v is None}
    keep = [i for i in range(len(columns)) if i not in drop]
    total = ("all there", None, whole.loss, whole.right, None, "")
    return Table(
        tuple(columns[i] for i in keep),
        tuple(tuple(row[i] for i in keep) for row in rows),
        f"What each neuron of {layer.said} adds, over {plural(seen, 'row')}",
        total=tuple(total[i] for i in keep) if whole.loss is not None else (),
    )


def _pieces(
    subject: Subject, layers: list[Layer], place: Place | None, most: int
) -> tuple[str, dict[str, Any], list[Block]]:
    """How many linear pieces there are: in words, as numbers, and drawn."""
    if place is not None and (found := exact_regions(subject, place, most)) is not None:
        where = "line" if place.y is None else "plane"
        if not found.whole:
            return f"the {where} has more than {most:,} linear pieces", {"more_than": most}, []
        text = f"the {where} is made of {plural(found.count, 'linear piece')}, counted exactly"
        drawn: list[Block] = [] if place.y is None else [pieces_chart(place, found.corners)]
        return text, {"count": found.count, "exact": True, "where": place.name or where}, drawn
    if not {a.bend for a in layers} <= {*_STRAIGHT, ""}:
        return "", {"count": None}, []
    met, changes = patterns_met(subject, layers)
    text = f"the rows meet {plural(met, 'on/off pattern')} of its ReLUs"
    if np.isfinite(changes):
        text += f", and the straight way from row to row crosses {number(changes, 3)} borders"
    data = {"patterns": met, "crossings": changes if np.isfinite(changes) else None}
    return f"{text} (sampled, not counted exactly)", data, []


def _layer_data(layer: Layer, found: list[Worth]) -> dict[str, Any]:
    return {
        "path": layer.path, "count": layer.count, "kind": layer.kind,
        "neurons": [
            {"unit": w.unit, "added": w.added, "loss_without": w.without.loss,
             "right_without": w.without.right, "on": w.on}
            for w in found
        ],
    }  # fmt: skip


def _remarks(
    subject: Subject, part: Subject, layer: Layer, place: Place | None, pieces: str
) -> list[str]:
    notes = [
        "Without a neuron means that it gives 0, and that everything behind it is computed anew."
        " Neurons work together: what two add is not the sum of what each adds alone, except in"
        " the last layer before the output."
    ]
    if len(part) < len(subject):
        notes.append(f"Losses are over {len(part):,} of {len(subject):,} rows.")
    if place is not None and place.name:
        notes.append(f"{place.name}. Elsewhere the cuts lie differently.")
    if subject.table is not None:
        notes.append("The weights belong to the scaled columns, as the network gets them.")
    if layer.count > 64:
        notes.append("Of each wide layer, the 64 most active neurons were muted one by one.")
    return [*notes, *([f"{pieces[0].upper()}{pieces[1:]}."] if "sampled" in pieces else [])]


def _changed(before: str, after: str) -> str:
    return (
        f"still {after} are right" if after == before else f"{after} are right instead of {before}"
    )


def _sentence(
    layer: Layer, found: list[Worth], unit: int, whole: Scores, pieces: str, seen: int
) -> str:
    worth = next((w for w in found if w.unit == unit), None)
    text = f"{of_layer(layer.path, first=True)} has {plural(layer.count, 'neuron')}."
    if worth is not None:
        lead = "moves the output most" if worth is mover(found) else "is one of them"
        text += (
            f" Neuron {layer.called(unit)} {lead}: without it, it moves by {number(worth.added)}"
        )
        if worth.without.loss is not None and whole.loss is not None:
            text += f", the loss over {plural(seen, 'row')} goes from {number(whole.loss)} to"
            text += f" {number(worth.without.loss)}"
        if worth.without.right is not None and whole.right is not None:
            text += f", and {_changed(percent(whole.right), percent(worth.without.right))}"
        text += "."
    text += missed(layer, found, whole)
    if pieces and "sampled" not in pieces:
        text += f" {pieces[0].upper()}{pieces[1:]}."
    return text
