"""What a population is made of, and what becomes of it: plain data that its rooms hand around."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram
from pellucid.nn.module import Module
from pellucid.optim.optimizer import Optimizer
from pellucid.shapes import Shape
from pellucid.training.loop import EVALUATE_ROWS, Run
from pellucid.training.pace import Pace
from pellucid.training.probe_table import ProbeTable
from pellucid.training.sources import FromRows

__all__ = ["Form", "Paced", "Start", "Trained", "check_sizes", "named_nodes", "values_of"]

Paced = Callable[[Run, float], tuple[Optimizer, Pace]]

STEPS = 1 << 28  # bytes up to which the loss of every step of every member is kept


@dataclass(frozen=True)
class Start:
    """One member: what it starts from and learns by.

    Attributes:
        seed: of its random layers, and of its order of rows if that is its own.
        lr: its step size.
        values: by name, the arrays it starts from.
    """

    seed: int
    lr: float
    values: Mapping[str, Any]


@dataclass(eq=False)
class Form:
    """Members whose steps are one program, up to a few numbers.

    Attributes:
        shape: of the outputs for a batch.
        runs: one run for each kind of setting; the first stands for all.
        every: for each of them its program, one for the last batch of an epoch, those that
            evaluate.
        kinds: for each member, which of `runs` is its own.
        members: their numbers in the population.
    """

    shape: Shape
    runs: list[Run] = field(default_factory=list)
    every: list[list[StepProgram | None]] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)

    @property
    def run(self) -> Run:
        """The run that stands for all."""
        return self.runs[0]

    @property
    def steps(self) -> list[StepProgram | None]:
        """Its programs."""
        return self.every[0]

    @property
    def usual(self) -> StepProgram:
        """The step on a batch of the usual size."""
        step = self.every[0][0]
        assert step is not None
        return step

    @property
    def figures(self) -> list[Node]:
        """What a step gives out after its loss."""
        slots = self.usual.program.slot_nodes()
        return [slots[i] for i in self.usual.program.outputs[1 : self.usual.results]]


@dataclass(eq=False)
class Trained:
    """What happened to each member; the members along the first axis.

    Attributes:
        train_loss, check_loss: of each epoch; NaN where a member had ended.
        sums, check_sums: of each epoch, what the figures are made of.
        step_loss: of each step; None where it would take too much memory.
        best_loss, best_epoch, epochs: of each member.
        died: the step whose loss was the last, counted from 0; -1 where all stayed finite.
        patience: whether it ended because it got no better.
        rate: the step size with which each epoch ended.
        began: whether it was trained at all.
        weights: by name, of the best epoch.
        probes: for each chunk its members, and what their probes said, side by side.
        seconds, standing: how long all took, and compiling of it.
        stopped: "finished" or "interrupted".
    """

    train_loss: Any
    check_loss: Any
    sums: list[Any]
    check_sums: list[Any]
    step_loss: Any
    best_loss: Any
    best_epoch: Any
    epochs: Any
    died: Any
    patience: Any
    rate: Any
    began: Any
    weights: list[dict[str, Any]]
    probes: list[tuple[list[int], ProbeTable]]
    seconds: float = 0.0
    standing: float = 0.0
    stopped: str = "finished"

    @classmethod
    def nothing(cls, n: int, form: Form) -> Trained:
        """Room for so many members."""
        run = form.run
        epochs, checked = run.plan.epochs, isinstance(run.held, FromRows)
        steps = (run.epoch_steps or 1) * epochs
        sums = [np.full((n, epochs, *f.shape), np.nan) for f in form.figures]
        return cls(
            train_loss=_empty(n, epochs),
            check_loss=_empty(n, epochs) if checked else None,
            sums=sums,
            check_sums=[s.copy() for s in sums] if checked else [],
            step_loss=_empty(n, steps, np.float32) if 4 * n * steps <= STEPS else None,
            best_loss=np.full(n, np.inf),
            best_epoch=np.zeros(n, np.int64),
            epochs=np.zeros(n, np.int64),
            died=np.full(n, -1),
            patience=np.zeros(n, bool),
            rate=np.full((n, epochs), np.nan),
            began=np.zeros(n, bool),
            weights=[{} for _ in range(n)],
            probes=[],
        )


def _empty(n: int, times: int, kind: Any = np.float64) -> Any:
    """No numbers yet; they come time by time, so that is how they lie."""
    return np.full((times, n), np.nan, kind).T


def values_of(model: Module) -> dict[str, Any]:
    """By name, copies of all weights and buffers as arrays."""
    return {name: node.array.copy() for name, node in named_nodes(model).items()}


def named_nodes(model: Module) -> dict[str, Node]:
    """By name, the nodes of all weights and buffers."""
    found = {name: p._node for name, p in model.named_parameters()}
    return found | {name: b._node for name, b in model.named_buffers()}


def check_sizes(run: Run) -> tuple[int, int]:
    """The same for the validation rows; no rows at all without any."""
    if not isinstance(run.held, FromRows):
        return 0, 0
    usual, last = run.held.layouts(max(run.plan.batch_size, EVALUATE_ROWS))
    return sum(usual), sum(last)
