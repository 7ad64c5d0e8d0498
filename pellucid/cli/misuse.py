"""What is wrong with the words of a command, said alike whichever version of Typer reads them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any

import typer

from pellucid.spelling import closest, did_you_mean

__all__ = ["is_misuse", "meant_command", "reworded"]

_KINDS = {"integer": "a whole number", "float": "a number", "valid number": "a number"}

# What other libraries and tools call it: the spelling is far off, the meaning is not.
_OPTIONS = {
    "-e": "--epochs", "-t": "--target", "--batch-size": "--batch", "--cv": "--val",
    "--drop": "--type COLUMN=ignore", "--early-stopping": "--patience", "--exclude":
    "--type COLUMN=ignore", "--groups": "--group", "--ignore": "--type COLUMN=ignore",
    "--label": "--target", "--learning-rate": "--lr",
    "--neurons": "--hidden 64,64", "--output": "--out", "--random-state": "--seed",
    "--sample-weight": "--weight", "--sep": "--delimiter", "--separator": "--delimiter",
    "--test-size": "--test", "--units": "--hidden 64,64", "--validation": "--val",
    "--validation-split": "--val", "--width": "--hidden 64,64", "-y": "--target",
}  # fmt: skip
_MACHINES = ("--cuda", "--device", "--gpu", "--tpu")
_COMMANDS = {
    "datasets": "data", "eval": "report", "evaluate": "report", "help": "--help", "list": "data",
    "score": "report", "test": "report", "train": "fit", "version": "--version",
}  # fmt: skip

# Typer brings click along under a name of its own, or takes the one installed.
_ROOT: Any = next(k for k in typer.BadParameter.__mro__ if k.__name__ == "ClickException")


def is_misuse(error: Exception) -> bool:
    """Whether an error speaks of the words that were typed."""
    return isinstance(error, _ROOT)


def reworded(error: Any, words: Sequence[str]) -> str:
    """The error in our own words.

    Args:
        error: what Typer raised.
        words: what was typed.
    """
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return f"there is no option {error.option_name}.{_meant(error)}"
    if kind == "MissingParameter":
        return _missing(_name(error.param), words)
    text = " ".join(error.format_message().split())
    extra = re.fullmatch(r"Got unexpected extra arguments? ?\(?s?\)? ?\((.+)\)", text)
    if extra:
        return f"{extra[1]}: nothing takes this. Options begin with --, as in --target price."
    takes = next((ours for theirs, ours in _KINDS.items() if theirs in text), None)
    if kind == "BadParameter" and error.param is not None and takes:
        given = _given(error.param, words)
        return f"{_name(error.param)} takes {takes}" + (f', not "{given}".' if given else ".")
    return text[:1].lower() + text[1:]


def meant_command(asked: str, known: Sequence[str]) -> str:
    """A sentence with the command that was probably meant, or nothing."""
    near = _COMMANDS.get(asked.lower())
    return f' Did you mean "{near}"?' if near else did_you_mean(asked, known)


def _meant(error: Any) -> str:
    name, known = error.option_name, list(error.possibilities or ())
    if name in _MACHINES:
        return " Everything runs on the CPU."
    near = _OPTIONS.get(name.replace("_", "-"))
    there = [word for param in error.ctx.command.params for word in param.opts] if error.ctx else []
    if near is None or near.split()[0] not in there:
        near = closest(name, known)
    return f" Did you mean {near}?" if near else ""


def _missing(name: str, words: Sequence[str]) -> str:
    """What is missing; where --row says which row, of what, and how to say that."""
    typed = re.search(r"(?<!\S)--row(?:[= ](\S+))?", " ".join(words))
    if name != "DATA" or typed is None:
        return f"{name} is missing."
    model = next((w for w in words[1:2] if not w.startswith("-")), "MODEL")
    whole = shlex.join(["pellucid", words[0], model, "rows.csv", "--row", typed[1] or "1"])
    return (
        "DATA is missing: --row picks one of its rows.\n Name a file with rows, or a built-in set: "
        f"{whole}"
    )


def _name(param: Any) -> str:
    """`--epochs` for an option, `DATA` for an argument."""
    names = [str(name) for name in param.opts]
    longest = max(names, key=len)
    return longest if longest.startswith("-") else longest.upper()


def _given(param: Any, words: Sequence[str]) -> str | None:
    """The value that was typed for an option."""
    for i, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in param.opts:
            return value if sign else next(iter(words[i + 1 : i + 2]), None)
    return None
