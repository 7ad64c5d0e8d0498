"""The commands by name: what each does, in a sentence, and a line to try.

A command's module is imported when it is called, so that asking for help costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMANDS", "Command"]


@dataclass(frozen=True)
class Command:
    """One command; its function has the same name, in the module of that name.

    Args:
        name: the word typed.
        group: the heading that it stands under.
        help: what it does, in a sentence.
        example: a line to try.
    """

    name: str
    group: str
    help: str
    example: str

    @property
    def module(self) -> str:
        """Where its function is."""
        return f"pellucid.cli.{self.name}"


_TRAIN, _LOOK, _LEARN = "Train and use", "Look inside", "Learn and check"

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command(
            "fit",
            _TRAIN,
            "Train a network on a table; write the model and a report.",
            "pellucid fit houses.csv --target price --out houses",
        ),
        Command(
            "predict",
            _TRAIN,
            "Answers for the rows of a file, as CSV.",
            "pellucid predict houses new.csv --out predicted.csv",
        ),
        Command(
            "report",
            _TRAIN,
            "Measure a model on a table and write the report anew.",
            "pellucid report houses later.csv --out later.html",
        ),
        Command(
            "show",
            _LOOK,
            "A model as a program: each layer's equation, shapes and cost.",
            "pellucid show pellucid-moons",
        ),
        Command(
            "see",
            _LOOK,
            "A model through a lens: a picture that answers one question.",
            "pellucid see pellucid-moons --lens function",
        ),
        Command(
            "explain",
            _LOOK,
            "Where an answer comes from, number by number.",
            "pellucid explain pellucid-moons moons --row 3",
        ),
        Command(
            "doctor",
            _LOOK,
            "What is wrong with a training, ours or PyTorch's, and what to change.",
            "pellucid doctor train.py",
        ),
        Command(
            "gallery",
            _LEARN,
            "The activation functions: what each does, and its slope.",
            "pellucid gallery gelu",
        ),
        Command(
            "experiment",
            _LEARN,
            "Questions about networks, answered by training many of them.",
            "pellucid experiment xor",
        ),
        Command(
            "data",
            _LEARN,
            "List the built-in data sets, or write one as CSV.",
            "pellucid data make moons --out moons.csv",
        ),
        Command(
            "check",
            _LEARN,
            "Compare every gradient with a measured slope, here and now.",
            "pellucid check",
        ),
        Command(
            "info",
            _LEARN,
            "Versions, engines and paths.",
            "pellucid info --json",
        ),
    )
}
