"""From a finished run to what the lenses show of it: the parts of their views that are cheap.

The views are those of `pellucid see`. A lens that says what the report says elsewhere is left out,
and so is one that would take longer than a reader wants to wait for a report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.data import names as built_in
from pellucid.errors import PellucidError
from pellucid.lenses.numerals import plural
from pellucid.lenses.picture import Chart, Charts, Diagram, Film, Matrix
from pellucid.lenses.see import named_lens
from pellucid.lenses.view import Block, View
from pellucid.report.looked import Lenses, Look
from pellucid.training.table_run import TableRun

__all__ = ["lenses_of", "shows_rows"]

_ROWS = 200
_MOST_WEIGHTS = 50_000  # beyond, muting neurons one by one takes longer than a reader waits
_MOST_FEATURES = 80
_FRAMES = 6
_MOST_NODES = 40

Blocks = tuple[Block, ...]


@dataclass(frozen=True)
class _Way:
    """A lens in the report.

    Attributes:
        lens: its name.
        title: as a heading.
        words: what it is.
        pick: the blocks of its view that are shown.
        settings: the lens's own.
        light: whether only light networks are looked at this way.
    """

    lens: str
    title: str
    words: str
    pick: Callable[[View], Blocks]
    settings: Mapping[str, Any] = field(default_factory=dict)
    light: bool = True


def _predict(view: View) -> Blocks:
    return _first(view, Charts)


def _approximate(view: View) -> Blocks:
    """The curve, or planes through the inputs; where it misses stands under Errors."""
    first, *others = (b for b in view.blocks if isinstance(b, Chart | Charts))
    planes = (first, *(b for b in others if b.title.startswith("PCA plane")))
    charts = [b.items[0] if isinstance(b, Charts) else b for b in planes]
    return _beside(*charts) if len(charts) > 1 else tuple(charts)


def _sculpt(view: View) -> Blocks:
    """The last layer's neurons, the output built up of them, and how soon it is whole."""
    tiles = [b for b in view.blocks if isinstance(b, Charts) and b.title.startswith("Layer ")]
    films = [_shorter(b) for b in view.blocks if isinstance(b, Film)]
    charts = [b for b in view.blocks if isinstance(b, Chart)]
    grown = [b for b in charts if not b.title.startswith("With and without")]
    return (*tiles[-1:], *films, *grown)


def _transform(view: View) -> Blocks:
    first = view.blocks[0]
    if isinstance(first, Charts):
        return (replace(first, columns=4 if len(first.items) == 4 else 3),)
    # Of sequences the stream; which row it is, a lens counts among those that it was given.
    found = [b for b in view.blocks if isinstance(b, Matrix | Charts)][:2]
    return tuple(replace(b, title=b.title.partition(", row ")[0]) for b in found)


def _represent(view: View) -> Blocks:
    """The last hidden layer, and how the classes come apart on the way there."""
    charts = view.blocks[0]
    if not isinstance(charts, Charts) or len(charts.items) < 3:
        return ()
    return _beside(charts.items[-2], *_first(view, Chart))


def _optimize(view: View) -> Blocks:
    return _beside(*[b for b in view.blocks if isinstance(b, Chart)][:2])


def _graph(view: View) -> Blocks:
    """The diagram, whose nodes lead nowhere here."""
    found = [b for b in view.blocks if isinstance(b, Diagram) and len(b.dots) <= _MOST_NODES]
    return tuple(replace(d, dots=tuple(replace(n, link="") for n in d.dots)) for d in found[:1])


def _beside(*charts: Any) -> Blocks:
    return (Charts(charts, 2),)


def _first(view: View, kind: type) -> Blocks:
    return tuple(b for b in view.blocks if isinstance(b, kind))[:1]


def _shorter(film: Film) -> Film:
    """A few frames of a film, the first and the last among them."""
    many = len(film.frames)
    kept = sorted({int(i) for i in np.linspace(0, many - 1, min(many, _FRAMES)).round()})
    return replace(
        film, frames=tuple(film.frames[i] for i in kept),
        captions=tuple(film.captions[i] for i in kept), shown=len(kept) - 1, opens=None,
    )  # fmt: skip


_WAYS = (
    _Way("black_box", "Predict", "The box: numbers in, answer out.", _predict, {"repeats": 2}),
    _Way("function", "Approximate", "One function, drawn by the whole network.", _approximate),
    _Way("sculpt", "Sculpt", "Each neuron makes one cut; the sum makes the shape.", _sculpt,
         {"most_pieces": 200}),
    _Way("transform", "Transform", "Each layer bends the plane.", _transform,
         {"parts": False, "rows": 150}, light=False),
    _Way("represent", "Represent", "What the last hidden layer believes is alike.", _represent,
         {"probe": False, "rows": 150}),
    _Way("optimize", "Optimize", "Walking downhill on the loss.", _optimize, {"grid": 15}),
    _Way("graph", "Graph", "Every operation, forward and backward, with its numbers.", _graph,
         {"zoom": "ops"}, light=False),
)  # fmt: skip


def shows_rows(run: TableRun, include_rows: bool) -> bool:
    """Whether values of single rows may be shown: when asked for, or where all the world has them.

    Args:
        run: a finished run.
        include_rows: whether it was asked for.
    """
    return include_rows or run.table.name in built_in()


def lenses_of(
    run: TableRun, sample: int, *, points: bool, folder: str = "", known: bool = False
) -> Lenses | None:
    """What the lenses show of a run; None where they show nothing.

    Args:
        run: a finished run.
        sample: the row that is pointed out.
        points: whether tables may give the places of single samples.
        folder: where the model is.
        known: whether the report draws the output over both inputs already.
    """
    if run.model.explainable:
        return None
    rows = _rows(run, sample)
    looks = tuple(_looks(run, rows, int(np.searchsorted(rows, sample)), known))
    if not looks:
        return None
    kind = "held-out row" if run.held_out else "row"
    command = f"pellucid see {folder} --lens NAME" if folder else ""
    return Lenses(looks=looks, rows=plural(len(rows), kind), command=command, points=points)


def _rows(run: TableRun, sample: int) -> NDArray[np.int64]:
    """Scored rows, evenly chosen, and the sample among them."""
    scored = np.sort(run.scored)
    if len(scored) > _ROWS:
        scored = scored[np.linspace(0, len(scored) - 1, _ROWS - 1).round().astype(int)]
    return np.unique(np.append(scored, sample))


def _looks(run: TableRun, rows: NDArray[np.int64], sample: int, known: bool) -> Iterator[Look]:
    frame, light = run.table.frame.iloc[rows], _light(run)
    left_out = _said_elsewhere(run, known)
    for way in _WAYS:
        if (way.light and not light) or way.lens in left_out:
            continue
        settings = dict(way.settings)
        if way.lens in ("sculpt", "transform", "represent"):
            settings["sample"] = sample
        try:
            view = named_lens(way.lens).look(run.model, frame, **settings).view
        except PellucidError:  # a lens that makes no sense for this network says so
            continue
        blocks = way.pick(view)
        if "function" in left_out and not known:
            blocks = tuple(b for b in blocks if not isinstance(b, Film))
        if blocks:
            yield Look(title=way.title, words=way.words, sentence=view.sentence, blocks=blocks)


def _said_elsewhere(run: TableRun, known: bool) -> tuple[str, ...]:
    """Lenses that would show what another picture shows, or a line through one column of many."""
    if known:
        return ("function",)
    if len(run.model.preparation.inputs) == 1:
        return ("black_box",)  # the curve of the one input is the function
    numbers = sum(e.kind == "number" for e in run.model.preparation.encoders)
    return ("function",) if numbers < 2 else ()


def _light(run: TableRun) -> bool:
    """Whether the network is quick enough to be asked thousands of times."""
    weights = sum(p.numel() for p in run.model.network.parameters())
    plain = run.model.architecture.kind == "mlp"
    return plain and weights <= _MOST_WEIGHTS and run.features.shape[1] <= _MOST_FEATURES
