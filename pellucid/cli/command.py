"""What the program needs to know about each of its commands, and the options that several share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from pellucid.errors import SettingError

__all__ = [
    "Command", "Decimal", "Delimiter", "Encoding", "Header", "Json", "Missing", "Quiet", "Types",
    "parse_types", "whole_numbers",
]  # fmt: skip


@dataclass(frozen=True)
class Command:
    """One command.

    Args:
        name: the word typed.
        call: the function; its parameters are the options.
        help: what it does, one sentence or two.
        example: a line to try.
    """

    name: str
    call: Callable[..., Any]
    help: str
    example: str


_READING = "Reading files"
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        help=("COLUMN=KIND: number, category, date, boolean, ignore. Repeatable."),
        rich_help_panel=_READING,
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(
        "--missing",
        help="A cell that means 'no value', such as n/a. Repeatable.",
        rich_help_panel=_READING,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        help=("What stands between cells: comma, semicolon, tab, pipe, space, or the character."),
        rich_help_panel=_READING,
    ),
]
Encoding = Annotated[
    str | None, typer.Option(help="Of a text file, such as latin-1.", rich_help_panel=_READING)
]
Decimal = Annotated[str | None, typer.Option(help="Decimal mark: . or ,", rich_help_panel=_READING)]
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether the first row names the columns.",
        rich_help_panel=_READING,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no remarks.")]


def parse_types(words: list[str] | None) -> dict[str, str]:
    """`["age=number"]` as a mapping."""
    found = {}
    for word in words or ():
        column, sign, kind = word.rpartition("=")
        if not sign or not column or not kind:
            raise SettingError(
                f"--type takes COLUMN=KIND, as in --type age=number, and got {word!r}."
            )
        found[column] = kind
    return found


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """`"64,64"` as numbers; an empty text or 0 means none."""
    if text.strip() in ("", "0", "none"):
        return ()
    try:
        numbers = tuple(
            int(part) for part in text.replace("x", ",").replace(" ", ",").split(",") if part
        )
    except ValueError:
        numbers = (0,)
    if any(n <= 0 for n in numbers):
        raise SettingError(f"{option} takes sizes such as 64,64 and got {text!r}.")
    return numbers
