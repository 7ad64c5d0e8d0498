"""The gallery of activations: curve, slope, range, where each is flat, what it costs.

Everything is measured on the ops themselves, so a new activation is in it as soon as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.graph.walk import reachable
from pellucid.lenses.curves.facts import Facts, activations, curve_of, facts_of, find
from pellucid.lenses.graphs.recorded import recorded
from pellucid.lenses.lens import LENSES, Lens, lens
from pellucid.lenses.notation import plain
from pellucid.lenses.numerals import number, of_layer, percent, plural, signed
from pellucid.lenses.picture import Axis, Band, Bars, Chart, Charts, Floats, Line, Rule
from pellucid.lenses.shown import Shown
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Equation, Remark, Table, View

__all__ = ["Gallery", "gallery"]

_REACH, _POINTS, _ROWS, _BINS = 4.0, 161, 512, 32
_ALL = (
    Column("activation", "code", key="name", anchor=True),
    Column("range", "formula"),
    Column("flat", "text", wraps=16),
    Column("steepest", "number", rank=1),
    Column("operations", "count", key="flops", rank=1),
    Column("good for", "text", key="good", rank=2, wraps=24),
    Column("beware", "text", rank=2, wraps=24),
)
_WHAT = Column("", "text", key="fact", anchor=True)


class Gallery(Shown):
    """Activations: print them, or `.html()`, `.figure()`, `.save(path)`."""


def gallery(*names: Any, model: Any = None, data: Any = None, **more: Any) -> Gallery:
    """The activation functions: curve, slope, range, where flat, what they cost and are good for.

    Args:
        names: which; all when none is given, or those of the network. Two are compared. As with
            the other lenses, a network and its rows may stand before them.
        model: a network; what goes into its activations is then shown under their curves.
        data: the rows that go in.
        more: for a network, what every lens takes: `run`, `at`, `film`.

    Raises:
        SettingError: an unknown name, or a network without such an activation.

    Example:
        >>> shown = gallery("relu")
        >>> print(shown.view.sentence)
        Outputs in [0.0, ∞), flat below 0.0, steepest slope 1.0, 1 operation for each number.
    """
    if names and not isinstance(names[0], str):
        model, data, names = names[0], names[1] if len(names) > 1 else data, names[2:]
    if model is None:
        return Gallery(_view(names or tuple(activations()), {}))
    if data is None:
        raise SettingError("gallery: a network needs data=… too, to see what goes into it.")
    return Gallery(gallery_of_network(model, data, *names, **more).view)


@lens("What do its activations do, and where do their inputs fall?")
def gallery_of_network(subject: Subject, *names: str) -> View:
    """The activations that a network uses, with what goes into them.

    Args:
        subject: the network and its rows.
        names: only these.
    """
    fed = _inputs_of(subject, names)
    return _view(names or tuple(fed), fed)


LENSES["gallery"] = Lens("gallery", LENSES.pop("gallery_of_network").question, gallery_of_network)


# ---- what goes into the activations of a network ---------------------------------------------


def _inputs_of(subject: Subject, names: Sequence[str]) -> dict[str, dict[str, Floats]]:
    """For each activation and place, the numbers that go in."""
    for name in names:
        find(name)
    root = recorded(subject, slice(0, _ROWS))
    found: dict[str, dict[str, Floats]] = {}
    for node in reachable([root]):
        known = node.op is not None and node.inputs and "activation" in node.op.traits
        if not known or (names and node.op.name not in names):
            continue
        places = found.setdefault(node.op.name, {})
        place = node.scope or "the network"
        numbers = np.asarray(node.inputs[0].array, np.float64).reshape(-1)
        places[place] = np.concatenate([places[place], numbers]) if place in places else numbers
    if not found:
        wanted = " or ".join(names) or "activation of the gallery"
        raise SettingError(f"gallery: this network uses no {wanted}.")
    return found


def _histograms(facts: Facts, places: dict[str, Floats]) -> Iterator[Chart]:
    for place, numbers in places.items():
        reach = max(_REACH, float(np.quantile(np.abs(numbers), 0.99)))
        edges = np.linspace(-reach, reach, _BINS + 1)
        count, _ = np.histogram(np.clip(numbers, -reach, reach), edges)
        y, slope = _drawn(facts, reach)
        tall = float(count.max()) / numbers.size or 1.0
        scale = tall / (float(np.abs(y[2]).max()) or 1.0)
        flat = _share_flat(facts, numbers)
        yield Chart(
            Axis(f"what goes into {facts.op.name}"), Axis("share of the numbers", percent=True),
            (
                Bars(count / numbers.size, at=(edges[:-1] + edges[1:]) / 2, role="muted"),
                Line(y[0], y[2] * scale, f"{facts.op.name}, not to scale"),
                Line(slope[0], slope[2] * scale, "its slope, not to scale", order=1),
            ),
            f"In {of_layer(place)}, {percent(flat)} fall where it is flat",
        )  # fmt: skip


def _share_flat(facts: Facts, numbers: Floats) -> float:
    inside = [(numbers >= a) & (numbers <= b) for a, b in facts.flat]
    return float(np.mean(np.any(inside, axis=0))) if inside else 0.0


# ---- views ------------------------------------------------------------------------------------


def _view(names: Sequence[str], fed: dict[str, dict[str, Floats]]) -> View:
    facts = [facts_of(find(name)) for name in names]
    if len(facts) == 1:
        return _single(facts[0], fed.get(names[0], {}))
    return _pair(facts[0], facts[1], fed) if len(facts) == 2 else _all(facts, fed)


def _single(facts: Facts, places: dict[str, Floats]) -> View:
    op = facts.op
    blocks: list[Block] = [
        Equation((plain(op.equation),), (op.equation,)),
        Equation((plain(op.derivative),), (op.derivative,)),
        _curve(facts), *_under(facts, places), *_advice(facts), *_notes(facts),
    ]  # fmt: skip
    data = {"kind": "gallery", "activations": [_data(facts, places)]}
    return View(f"{op.name}: {op.sentence}", _sentence(facts), tuple(blocks), data)


def _sentence(facts: Facts) -> str:
    flat = f"flat {facts.saturates}"
    cost = plural(facts.flops, "operation")
    steep = f"steepest slope {number(facts.steepest)}"
    return f"Outputs in {facts.range}, {flat}, {steep}, {cost} for each number."


def _advice(facts: Facts) -> Iterator[Remark]:
    if facts.good:
        yield Remark(f"Good for: {'; '.join(facts.good)}.", "good")
    if facts.beware:
        yield Remark(f"Beware: {'; '.join(facts.beware)}.", "warn")


def _notes(facts: Facts) -> Iterator[Remark]:
    op = facts.op
    for what, words in (
        ("at the kink", op.kink),
        ("computed as", op.stable),
        ("source", op.source),
    ):
        if words:
            yield Remark(f"{what}: {plain(words)}")


def _under(facts: Facts, places: dict[str, Floats]) -> Iterator[Charts]:
    if places:
        yield Charts(tuple(_histograms(facts, places)), title="Where this network's numbers fall")


def _drawn(facts: Facts, reach: float = _REACH) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    x = np.linspace(-reach, reach, _POINTS)
    y, slope = curve_of(facts.op, x)
    return (x, facts, y), (x, facts, slope)


def _curve(facts: Facts, small: bool = False) -> Chart:
    (x, _, y), (_, _, slope) = _drawn(facts)
    low, high = min(float(y.min()), float(slope.min())), max(float(y.max()), float(slope.max()))
    bands = [
        Band([max(a, -_REACH), min(b, _REACH)], [low, low], [high, high], "" if i else "flat")
        for i, (a, b) in enumerate(facts.flat)
        if a < _REACH and b > -_REACH
    ]
    zero = () if small else (Rule(0.0, "x"), Rule(0.0, "y"))
    marks = (*bands, *zero, Line(x, y, facts.op.name), Line(x, slope, "slope", order=1))
    title = facts.op.name if small else f"{facts.op.name} and its slope; flat {facts.saturates}"
    return Chart(
        Axis("x"), Axis("y"), marks, title,
        f"{facts.op.name} from −4 to 4, and how steep it is; shaded where its slope is below 0.01.",
    )  # fmt: skip


def _pair(one: Facts, two: Facts, fed: dict[str, dict[str, Floats]]) -> View:
    names = f"{one.op.name} and {two.op.name}"
    lines, slopes = zip(_drawn(one), _drawn(two), strict=True)
    charts = [
        Chart(
            Axis("x"), Axis("y" if kind == "outputs" else "slope"),
            tuple(Line(x, y, f.op.name, "plain", i) for i, (x, f, y) in enumerate(curves)),
            f"{kind.capitalize()}: {_farthest(curves)}",
        )
        for kind, curves in (("outputs", lines), ("slopes", slopes))
    ]  # fmt: skip
    rows = (
        ("range", one.range, two.range), ("flat", one.saturates, two.saturates),
        ("steepest slope", number(one.steepest), number(two.steepest)),
        ("mean output", signed(one.mean), signed(two.mean)),
        ("operations", str(one.flops), str(two.flops)),
        ("good for", "; ".join(one.good), "; ".join(two.good)),
        ("beware", "; ".join(one.beware), "; ".join(two.beware)),
    )  # fmt: skip
    columns = (_WHAT, *(Column(f.op.name, "text", wraps=24) for f in (one, two)))
    under = [c for f in (one, two) for c in _under(f, fed.get(f.op.name, {}))]
    note = "mean output: for inputs spread like a bell around 0 with spread 1."
    blocks: tuple[Block, ...] = (Charts(tuple(charts)), Table(columns, rows, note=note), *under)
    data = {"kind": "gallery",
            "activations": [_data(f, fed.get(f.op.name, {})) for f in (one, two)]}  # fmt: skip
    return View(f"{names} compared", _differ(one, two), blocks, data)


def _farthest(curves: Any) -> str:
    (x, _, y), (_, _, z) = curves
    at = int(np.abs(y - z).argmax())
    if not np.abs(y - z).any():
        return "the same everywhere"
    return f"farthest apart at {number(float(x[at]))}, by {number(float(abs(y[at] - z[at])), 2)}"


def _differ(one: Facts, two: Facts) -> str:
    flat = f"{one.op.name} is flat {one.saturates}, {two.op.name} {two.saturates}."
    if one.flops == two.flops:
        return f"{flat} Both cost {plural(one.flops, 'operation')} for each number."
    cheap, dear = sorted((one, two), key=lambda f: f.flops)
    return f"{flat} {dear.op.name} costs {dear.flops} operations, {cheap.op.name} {cheap.flops}."


def _all(facts: list[Facts], fed: dict[str, dict[str, Floats]]) -> View:
    rows = tuple(
        (f.op.name, f.range, f.saturates, f.steepest, f.flops, "; ".join(f.good),
         "; ".join(f.beware))
        for f in facts
    )  # fmt: skip
    never = [f.op.name for f in facts if not f.flat]
    charts = Charts(tuple(_curve(f, small=True) for f in facts), columns=3,
                    title="Curve and slope of each; shaded where flat")  # fmt: skip
    under = [c for f in facts for c in _under(f, fed.get(f.op.name, {}))]
    note = "flat: slope below 0.01, so that more than 99 % of the blame is lost."
    blocks: tuple[Block, ...] = (Table(_ALL, rows, note=note), charts, *under)
    sentence = f"{plural(len(facts), 'activation')}. Nowhere flat: {', '.join(never) or 'none'}."
    data = {"kind": "gallery", "activations": [_data(f, fed.get(f.op.name, {})) for f in facts]}
    return View("The gallery of activations", sentence, blocks, data)


def _data(facts: Facts, places: dict[str, Floats]) -> dict[str, Any]:
    found = facts.to_dict()
    if places:
        found["inputs"] = {
            place: {"count": int(v.size), "mean": float(v.mean()), "std": float(v.std()),
                    "flat": _share_flat(facts, v)}
            for place, v in places.items()
        }  # fmt: skip
    return found
