r"""How the blame of one loss is spread over a network, from its true gradients.

    one step of gradient descent of step size η takes   η · Σ (∂L/∂w)²   off the loss

to first order, so a layer's share of the sum of squares is its share of what the step gains.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pellucid.autograd import gradients
from pellucid.dtypes import FLOAT
from pellucid.graph.mode import switched
from pellucid.graph.node import Node, leaf
from pellucid.graph.walk import reachable
from pellucid.lenses.chain.stage import Array
from pellucid.lenses.listing.calls import Call, watched
from pellucid.lenses.subject import Subject, undisturbed

__all__ = ["Blamed", "Depth", "blamed"]


@dataclass(frozen=True)
class Depth:
    """One layer.

    Attributes:
        path: its place in the network.
        words: what it says about itself.
        arriving: length of the gradient of its output; of a layer that ends in a layer of its
            own, of what it hands to that.
        weights: length of the gradient of its weights; None without weights.
        share: of the sum of squares over all weights; None without weights.
        ratio: `arriving` as a part of what arrives at the next layer; None for the last.
        units: for each unit its share of that sum of squares: the weights that lead into it.
        size: how many weights it has.
    """

    path: str
    words: str
    arriving: float
    weights: float | None
    share: float | None
    ratio: float | None
    units: tuple[float, ...]
    size: int


@dataclass(frozen=True)
class Blamed:
    """The blame of one loss.

    Attributes:
        loss: its value.
        layers: from the input to the loss, ordered by where each one's output is made.
        length: of the gradient over all weights.
        elsewhere: share of the weights that belong to none of the layers.
    """

    loss: float
    layers: tuple[Depth, ...]
    length: float
    elsewhere: float


def blamed(subject: Subject) -> Blamed:
    """Run forward and backward once, in evaluation mode, and look at every layer."""
    with undisturbed(subject.model), switched(recording=True, keeping=False):
        with watched(("", subject.model)) as calls:
            root = subject.loss()._node
        one = leaf(np.ones(root.shape, root.dtype.name), root.shape, root.dtype)
        layers = [(_made(c), c) for c in _inner(calls) if c.outputs]
        layers = [(n, c) for n, c in layers if n.dtype.category == FLOAT]
        layers.sort(key=lambda pair: pair[0].seq)
        held = set(reachable([root]))
        outs = [n for n, _ in layers if n in held]
        weights = {p._node: name for name, p in subject.model.named_parameters()}
        wanted = [n for n in (*outs, *weights) if n.requires_grad]
        blame = gradients([(root, one)], wrt=wanted) if wanted else {}
    found = {n: np.asarray(g.array, np.float64) for n, g in blame.items()}
    total = sum(float(np.square(found[w]).sum()) for w in weights if w in found)
    rows = list(_rows(layers, found, total))
    known = sum(d.share or 0.0 for d in rows)
    return Blamed(
        float(np.asarray(root.array).reshape(())), tuple(_compared(rows)), float(np.sqrt(total)),
        max(0.0, 1.0 - known) if total else 0.0,
    )  # fmt: skip


def _inner(calls: list[Call]) -> Iterator[Call]:
    """The layers in which the work is done; a network without any is one itself."""
    for call in calls:
        if call.inner:
            yield from _inner(call.inner)
        outer = call.outer is None and bool(call.inner)
        if not outer and (not call.inner or list(call.module._parameters.values())):
            yield call


def _made(call: Call) -> Node:
    """Where a layer's own work ends: its output, or what it hands to the layer that makes that.

    Attention ends in its `out_proj`, whose output is that of both; its own weights end before.
    """
    out = call.outputs[0]
    last = call.inner[-1] if call.inner else None
    if last is None or not last.outputs or not last.inputs:
        return out
    node = out
    while node is not last.outputs[0] and len(node.inputs) == 1 and node.inputs[0].size == out.size:
        node = node.inputs[0]  # laid out otherwise, still the same numbers
    return last.inputs[0] if node is last.outputs[0] else out


def _rows(
    layers: list[tuple[Node, Call]], blame: dict[Node, Array], total: float
) -> Iterator[Depth]:
    counted: set[Node] = set()  # a layer that is called twice has its weights once
    for out, call in layers:
        if out not in blame or out in call.inputs:  # dropout in evaluation hands things on
            continue
        own = [p._node for p in call.module._parameters.values() if p is not None]
        fresh = [w for w in own if w in blame and w not in counted]
        counted.update(fresh)
        squares = sum(float(np.square(blame[w]).sum()) for w in fresh)
        yield Depth(
            call.path, call.module._brief(), _length(blame[out]),
            float(np.sqrt(squares)) if fresh else None,
            (squares / total if total else 0.0) if fresh else None,
            None, _units([blame[w] for w in fresh], total), sum(w.size for w in fresh),
        )  # fmt: skip


def _units(blame: list[Array], total: float) -> tuple[float, ...]:
    """By unit: what leads into it stands along the first axis of every weight of a layer."""
    if not blame or not total or len({g.shape[:1] for g in blame}) > 1 or not blame[0].shape:
        return ()
    squares = sum(np.square(g).reshape(len(g), -1).sum(1) for g in blame)
    return tuple((np.asarray(squares) / total).tolist())


def _compared(rows: list[Depth]) -> Iterator[Depth]:
    for here, after in itertools.zip_longest(rows, rows[1:]):
        ratio = None
        if after is not None and after.arriving:
            ratio = here.arriving / after.arriving
        yield Depth(here.path, here.words, here.arriving, here.weights, here.share, ratio,
                    here.units, here.size)  # fmt: skip


def _length(array: Array) -> float:
    return float(np.sqrt(np.square(array).sum()))
