"""One real step of training for one sample, on copies: forward, backward, update, forward again.

Small networks are taken number by number; in large ones each operation is a line, and its Tensor
stands there by its length √Σ².
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.lenses.chain.symbols import transparent
from pellucid.lenses.graphs.flow import Flow
from pellucid.lenses.graphs.net import Net, amount_of
from pellucid.lenses.graphs.numbers import Number, how_many, numbers_of
from pellucid.lenses.listing.trace import Recording, record
from pellucid.lenses.notation import plain
from pellucid.lenses.numerals import bracketed, number
from pellucid.lenses.subject import Subject, undisturbed
from pellucid.lenses.worksheet.followed import Followed, followed
from pellucid.lenses.worksheet.step import Step
from pellucid.lenses.worksheet.way import net_of
from pellucid.optim import SGD, Optimizer
from pellucid.optim.names import named
from pellucid.tensor.creation import of_array

__all__ = ["Line", "Taken", "Weight", "taken"]

_MOST = 160  # numbers that a person can still go through
_MOST_WEIGHTS = 4000
_MOST_GIVEN = 24  # inputs that are named even where the network is not taken number by number


@dataclass(frozen=True)
class Line:
    """An operation on the worksheet: what comes out, and the blame that arrives there.

    Attributes:
        name: of what comes out.
        op: the operation.
        forward: the step that finds it.
        backward: the step that finds its blame; None where none is asked for.
        slopes: how much each number that it goes into changes with it.
    """

    name: str
    op: str
    forward: Step
    backward: Step | None
    slopes: tuple[Step, ...]


@dataclass(frozen=True)
class Weight:
    """A weight on the worksheet.

    Attributes:
        name: what it is called.
        value: before the step.
        backward: the step that finds its blame.
        update: the step that finds its new value.
        slopes: how much each number that it goes into changes with it.
    """

    name: str
    value: float
    backward: Step
    update: Step
    slopes: tuple[Step, ...]


@dataclass(frozen=True)
class Taken:
    """A step that was taken.

    Attributes:
        lines: its operations, in order.
        weights: what it moved.
        given: the data: names, numbers, and what a table or a person calls them.
        loss: before the step.
        after: after it.
        rule: the optimizer.
        single: whether each line is one number.
        net: the same as a graph.
        followed: where each line is a Tensor, one path through it number by number.
    """

    lines: tuple[Line, ...]
    weights: tuple[Weight, ...]
    given: tuple[tuple[str, float, str], ...]
    loss: float
    after: float
    rule: str
    single: bool
    net: Net
    followed: Followed | None = None

    def steps(self) -> list[Step]:
        """Everything to be found, in the order in which it can be found."""
        every: list[Line | Weight] = [*reversed(self.lines), *self.weights]
        back = [x.backward for x in every if x.backward is not None]
        last = Step(
            "result", "the new loss", "the forward pass with the new weights", "", self.after
        )
        return [*(x.forward for x in self.lines), *back, *(w.update for w in self.weights), last]

    def slopes(self, place: int) -> tuple[Step, ...]:
        """The slopes that stand in the row of a step; the first step is 1."""
        asked = self.steps()[place - 1]
        for line in self.lines:
            if asked is line.forward or asked is line.backward:
                return line.slopes
        found = (w.slopes for w in self.weights if asked is w.backward or asked is w.update)
        return next(found, ())


def taken(subject: Subject, sample: int, optimizer: Any, lr: float, closely: bool = True) -> Taken:
    """Take the step for one row; number by number where that is asked for and can be followed."""
    row = subject.only(slice(sample, sample + 1))
    objective = subject._objective()
    x = of_array(np.ascontiguousarray(row.x))
    target = of_array(objective.lay_out(row._targets()))

    def ruled(weights: list[Any]) -> Any:
        return named(optimizer, [w for w in weights if w.requires_grad], lr, 0.0)

    rule = optimizer if isinstance(optimizer, Optimizer) else ruled
    with undisturbed(subject.model):
        before = record(subject.model, x, target, objective.call, None, None)
        moved = record(subject.model, x, target, objective.call, rule, None)
    assert before.loss is not None
    assert moved.optimizer is not None
    assert moved.loss_after is not None
    flow = Flow(before.loss)
    moves = {moved.names[n]: pair for n, pair in moved.moves.items() if n.requires_grad}
    every = _Update(before, moves, moved.optimizer)
    weighs = sum(x.size for x in before.names)
    small = closely and how_many(flow)[0] <= _MOST and weighs <= _MOST_WEIGHTS
    lines, weights, found = _by_number(flow, every) if small else _by_op(flow, every)
    words = {"x": row.inputs, "target": row.names}
    given = tuple((n.name, n.value, _called(n, words)) for n in found)
    if not given and row.flat and row.x.size <= _MOST_GIVEN:
        told = zip(row.x[0].tolist(), row.inputs, strict=True)
        given = tuple((f"x[0, {i}]", v, word) for i, (v, word) in enumerate(told))
    loss = float(np.asarray(before.loss.array).reshape(()))
    return Taken(lines, weights, given, loss, moved.loss_after, every.rule, small, net_of(flow),
                 None if small or not closely else followed(flow))  # fmt: skip


class _Update:
    """The new value of every weight."""

    def __init__(
        self, before: Recording, moves: dict[str, tuple[Any, Any]], optimizer: Optimizer
    ) -> None:
        self.names, self._moves = before.names, moves
        group = optimizer.param_groups[0]
        usual = not any(group.get(k) for k in ("momentum", "weight_decay", "nesterov", "maximize"))
        self._plain = type(optimizer) is SGD and usual
        self.lr = float(group["lr"])
        self.rule = f"{type(optimizer).__name__} with step size {number(self.lr)}"
        self._word = type(optimizer).__name__

    def of_number(self, weight: Number) -> Step:
        """The new value of one weight."""
        after = float(self._moves[self.names[weight.node]][1][weight.at])
        symbols, plugged = f"the step of {self._word}", ""
        if self._plain:
            symbols = f"{weight.name} − step size × blame"
            change = f"{number(self.lr)} × {bracketed(weight.blame or 0.0)}"
            plugged = f"{number(weight.value)} − {change}"
        return Step("update", f"new {weight.name}", symbols, plugged, after, self._word)

    def of_tensor(self, node: Node, name: str) -> Step:
        """How far a Tensor of weights moves."""
        old, new = self._moves[self.names[node]]
        far = float(np.linalg.norm((np.asarray(new, np.float64) - old).reshape(-1)))
        symbols = "step size × length of its blame" if self._plain else f"the step of {self._word}"
        return Step("update", f"how far {name} moves", symbols, "", far, self._word)


def _by_number(flow: Flow, update: _Update) -> tuple[Any, Any, Any]:
    lines, weights, given = [], [], []
    for n in numbers_of(flow):
        if n.stage is not None:
            forward = Step("forward", n.name, n.symbols, n.plugged, n.value, n.stage.name)
            asked = n.blame is not None and n.node is not flow.root
            lines.append(
                Line(n.name, n.stage.name, forward, _blame(n) if asked else None, _slopes(n))
            )
        elif n.node in update.names and n.blame is not None:
            weights.append(Weight(n.name, n.value, _blame(n), update.of_number(n), _slopes(n)))
        elif n.node.kind == "data":
            given.append(n)
    return tuple(lines), tuple(weights), tuple(given)


def _called(n: Number, words: Mapping[str, Sequence[str]]) -> str:
    """What the column of an input is called, or the class of a target; empty where nobody says."""
    name = n.name.partition("[")[0]
    known = words.get(name, ())
    place = n.at[-1] if name == "x" else int(n.value)
    if not 0 <= place < len(known):
        return ""
    return "" if known[place] in (f"x{place}", str(place)) else known[place]


def _blame(n: Number) -> Step:
    words, numbers = n.blame_steps() or ("", "")
    return Step("backward", f"blame of {n.name}", words, numbers, n.blame or 0.0,
                sentence=n.blame_sentence())  # fmt: skip


def _slopes(n: Number) -> tuple[Step, ...]:
    return tuple(
        Step("slope", f"∂{u.target.name}/∂{n.name}",
             f"how much {u.target.name} changes with {n.name}", "", u.slope)
        for u in n.uses if u.target.blame is not None
    )  # fmt: skip


def _by_op(flow: Flow, update: _Update) -> tuple[Any, Any, Any]:
    lines, weights = [], []
    for stage in flow.stages:
        if transparent(stage):
            continue
        out, name = stage.out, flow.symbols.of(stage.out)
        size, blame = amount_of(np.asarray(out.array)), amount_of(flow.blame.get(out))
        equation = plain(stage.record.equation).split("   ")[0]
        assert size is not None
        forward = Step("forward", name, equation, "", size.size, stage.name)
        back = None
        if blame is not None and out is not flow.root:
            derivative = plain(stage.record.derivative).split("   ")[0]
            back = Step("backward", f"blame of {name}", derivative, "", blame.size)
        lines.append(Line(name, stage.name, forward, back, ()))
    for node, name in update.names.items():
        blame = amount_of(flow.blame.get(node))
        if blame is not None and node.requires_grad:
            back = Step("backward", f"blame of {name}", "the chain rule", "", blame.size)
            held = amount_of(np.asarray(node.array))
            assert held is not None
            weights.append(Weight(name, held.size, back, update.of_tensor(node, name), ()))
    return tuple(lines), tuple(weights), ()
