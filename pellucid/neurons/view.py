"""What `see` shows: the picture, who is who, and the numbers of a run."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from pellucid.lenses.numerals import number, plural
from pellucid.lenses.view import Block, Column, Folded, Remark, Table, View
from pellucid.neurons.graphics import Numbers, diagram
from pellucid.neurons.plain import Weights, to_dict, weights
from pellucid.neurons.sample import Sample, sample_of

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["view_of"]

_MOST_ROWS = 60


def view_of(network: Network, x: Any, y: Any, loss: Any, most: int) -> View:
    """The network, and what a sample does in it."""
    sample = None if x is None else sample_of(network, x, y, loss)
    numbers, held = None, weights(network)
    if sample is not None:
        numbers = Numbers(sample.values(), None if y is None else sample.blame)
    blocks: list[Block] = [diagram(network, held, numbers, most), Remark(_legend(network, numbers))]
    if numbers is not None:
        blocks.append(_neurons(network, numbers))
    blocks.append(
        Folded(
            plural(network._count(), "arrow"), "see net.edges", (_edges(network, held, numbers),)
        )
    )
    sentence = " ".join([_who(network), *_result(sample, y)])
    return View(_title(network), sentence, tuple(blocks), _data(network, held, numbers, sample))


def _title(network: Network) -> str:
    return f"A network of {plural(len(network.neurons), 'neuron')}"


def _who(network: Network) -> str:
    kinds = [n.kind for n in network.neurons.values()]
    counts = [
        f"{kinds.count(k)} {k}"
        for k in ("input", "bias", "hidden", "output")
        if k in kinds
    ]  # fmt: skip
    layers = plural(len(network.layers), "layer")
    shape = f"in {layers}" if network.is_layered else "not layered: an arrow skips a layer"
    learned = sum(p.numel() for p in network.parameters()) if network._shares else 0
    shared = f" ({plural(learned, 'weight')}, some shared)" if learned else ""
    arrows = plural(network._count(), "arrow")
    return f"{' + '.join(counts)}, joined by {arrows}{shared}; {shape}."


def _result(sample: Sample | None, y: Any) -> list[str]:
    if sample is None:
        return []
    out = ", ".join(number(v) for v in sample.out.detach().numpy().reshape(-1).tolist()[:6])
    words = [f"For this sample it gives {out}."]
    if y is not None:
        at = max(sample.blame, key=lambda n: abs(sample.blame[n]))
        words.append(
            f"The loss is {number(float(sample.loss.item()))}; the weighted sum with the largest "
            f"blame is that of {at}: ∂L/∂z = {number(sample.blame[at])}."
        )
    return words


def _legend(network: Network, numbers: Numbers | None) -> str:
    words = {
        "input": "green: input, forwards what is fed in", "output": "red: output",
        "bias": "blue and dashed: bias, always sends 1", "hidden": "gray: hidden",
    }  # fmt: skip
    kinds = {n.kind for n in network.neurons.values()}
    parts = [w for k, w in words.items() if k in kinds]
    parts.append("on an arrow: its weight, dashed where negative")
    if numbers is not None:
        parts.append("in a neuron: the value it sends")
    if numbers is not None and numbers.blame is not None:
        parts.append("∂: the derivative of the loss with regard to its weighted sum")
    return "; ".join(parts) + "."


def _neurons(network: Network, numbers: Numbers) -> Table:
    columns = [
        Column("neuron", anchor=True), Column("kind"), Column("function"),
        Column("z", "number"), Column("y", "number"),
    ]  # fmt: skip
    if numbers.blame is not None:
        columns.append(Column("∂L/∂z", "signed", "blame"))
    rows = []
    for n in list(network.neurons.values())[:_MOST_ROWS]:
        row: list[Any] = [n.name, n.kind, n.function.name if n.function else None]
        row += numbers.values[n.name]
        if numbers.blame is not None:
            row.append(numbers.blame.get(n.name))
        rows.append(tuple(row))
    return Table(
        tuple(columns), tuple(rows), "What each neuron computes", note=_rest(len(network.neurons))
    )


def _edges(network: Network, held: Weights, numbers: Numbers | None) -> Table:
    columns = [Column("from"), Column("to"), Column("weight", "signed"), Column("where", "code")]
    blamed = numbers is not None and numbers.blame is not None
    if blamed:
        columns.append(Column("∂L/∂w", "signed", "blame"))
    rows = []
    for (source, target), weight in itertools.islice(held.items(), _MOST_ROWS):
        path, index = network.edge(source, target).where
        row: list[Any] = [source, target, weight]
        row.append(f"{path}[{', '.join(map(str, index))}]")
        if numbers is not None and numbers.blame is not None:
            row.append(numbers.blame[target] * numbers.values[source][1])
        rows.append(tuple(row))
    return Table(tuple(columns), tuple(rows), note=_rest(network._count()))


def _rest(count: int) -> str:
    left = count - _MOST_ROWS
    return f"… and {left} more, in .to_dict()" if left > 0 else ""


def _data(
    network: Network, held: Weights, numbers: Numbers | None, sample: Sample | None
) -> dict[str, Any]:
    data = {**to_dict(network, held), "layers": [list(k) for k in network.layers],
            "is_layered": network.is_layered}  # fmt: skip
    if numbers is not None and sample is not None:
        data["values"] = {k: {"z": z, "y": v} for k, (z, v) in numbers.values.items()}
        if numbers.blame is not None:
            data["loss"], data["blame"] = float(sample.loss.item()), dict(numbers.blame)
    return data
