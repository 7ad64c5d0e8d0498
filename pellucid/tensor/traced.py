"""A traced step with what it takes for granted, so that a call can ask whether it still holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pellucid.graph.node import Node, last_change
from pellucid.graph.step import StepProgram

__all__ = ["Traced"]


class Traced:
    """A traced step, and what of a call's surroundings it takes for granted.

    Attributes:
        step: the program.
        accumulating: leaves whose `.grad` is an argument, after the call's own.
        blamed: leaves whose `.grad` is a result, after the call's own.
        forgotten: leaves whose `.grad` is None afterwards.
        guards: pairs of a question and the answer for which this trace is right.
        modules: the same about modules, which say when they change.
        questions: the same about the numbers of an argument, which is given by its position.
        graded: positions of arguments whose `.grad` the step sees, and whether it is None.
        own: what the step replaces outside, with the leaves whose `.grad` it does.
    """

    __slots__ = (
        "_mark",
        "accumulating",
        "blamed",
        "forgotten",
        "graded",
        "guards",
        "modules",
        "own",
        "questions",
        "step",
    )

    def __init__(
        self,
        step: StepProgram,
        accumulating: tuple[Node, ...],
        blamed: tuple[Node, ...],
        forgotten: tuple[Node, ...],
        guards: tuple[tuple[Callable[[], Any], Any], ...],
        modules: tuple[tuple[Callable[[], Any], Any], ...] = (),
        questions: tuple[tuple[int, Callable[[Any], Any], Any], ...] = (),
        graded: tuple[tuple[int, bool], ...] = (),
    ) -> None:
        self.graded = graded
        self.modules, self._mark = modules, -1
        self.step, self.accumulating, self.blamed = step, accumulating, blamed
        self.forgotten, self.guards, self.questions = forgotten, guards, questions
        self.own = frozenset((*step.cells, *blamed, *forgotten))

    def holds(self, nodes: Sequence[Node]) -> bool:
        """Whether everything that the trace took for granted is so for these arguments."""
        for i, missing in self.graded:
            if (nodes[i].grad is None) is not missing or nodes[i].op is not None:
                return False
        if not self.own.isdisjoint(nodes) or self.met_twice(nodes):
            return False
        for i, question, answer in self.questions:
            if question(nodes[i].array) != answer:
                return False
        return self.stands()

    def met_twice(self, nodes: Sequence[Node]) -> bool:
        """Whether one of the arguments whose `.grad` the step sees is given more than once."""
        return len(self.graded) > 1 and len({nodes[i] for i, _ in self.graded}) < len(self.graded)

    def stands(self) -> bool:
        """The same but for arguments: nothing around the step is otherwise than it was."""
        if self._mark != last_change[0]:
            if not all(source() == value for source, value in self.modules):
                return False
            self._mark = last_change[0]
        return all(source() == value for source, value in self.guards)
