"""Options that several commands share, and how their words are read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.data import load, names, read_rows
from pellucid.data.joined import ends_of
from pellucid.errors import SettingError
from pellucid.training.table_model import TableModel

__all__ = [
    "Decimal", "Delimiter", "Edges", "Encoding", "Header", "Json", "Missing", "Model", "Own",
    "Quiet", "Trust", "Types",
    "class_weights", "is_built_in", "loss_name", "parse_types", "rows_for", "whole_numbers",
]  # fmt: skip

_READING = "Reading files"
Model = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL",
        help="The folder that `pellucid fit` wrote, or a file in it.",
        show_default=False,
    ),
]
Own = Annotated[
    Path | None,
    typer.Option(
        "--model",
        metavar="FILE.py",
        help="The Python file that the network came from, where it came from one.",
        show_default=False,
    ),
]
Trust = Annotated[
    bool,
    typer.Option("--trust", help="Run the Python text of a network that came from a file."),
]
Edges = Annotated[
    str | None,
    typer.Option(
        metavar="FILE", help="For a gcn: which rows are joined, two columns.", show_default=False
    ),
]
Types = Annotated[
    list[str] | None,
    typer.Option(
        "--type",
        metavar="COLUMN=KIND",
        help="number, category, date, date:%d/%m/%Y, boolean or ignore. Repeatable.",
        rich_help_panel=_READING,
    ),
]
Missing = Annotated[
    list[str] | None,
    typer.Option(
        "--missing",
        metavar="CELL",
        help="A cell that means 'no value', such as n/a. Repeatable.",
        rich_help_panel=_READING,
    ),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        help="What stands between cells: comma, semicolon, tab, pipe, space, or the character.",
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
        help="Whether the first row names the columns; guessed when left out.",
        rich_help_panel=_READING,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]


def parse_types(words: list[str] | None, weight: str | None = None) -> dict[str, str]:
    """The kinds given to columns; one that holds weights of rows is no input.

    >>> parse_types(["age=number", "a=b=category"])
    {'age': 'number', 'a=b': 'category'}
    >>> parse_types(None, "times")
    {'times': 'ignore'}
    """
    found = {} if weight is None else {weight: "ignore"}
    for word in words or ():
        column, sign, kind = word.rpartition("=")
        if not sign or not column or not kind:
            raise SettingError(
                f'--type takes COLUMN=KIND, as in --type age=number, and got "{word}".'
            )
        found[column] = kind
    return found


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """Sizes; an empty text, 0 or "none" means that there are none.

    >>> whole_numbers("64,32", "--hidden"), whole_numbers("0", "--hidden")
    ((64, 32), ())
    """
    if text.strip() in ("", "0", "none"):
        return ()
    parts = text.replace(",", " ").split()
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise SettingError(f'{option} takes sizes such as 64,64 (0 for none), and got "{text}".')
    return tuple(map(int, parts))


def class_weights(text: str) -> Any:
    """What `--class-weight` says: None, "balanced", or a weight by class.

    >>> class_weights("none"), class_weights("balanced"), class_weights("a,b=2,c=0.5")
    (None, 'balanced', {'a,b': 2.0, 'c': 0.5})
    """
    if text in ("none", "balanced"):
        return None if text == "none" else text
    pairs = [(m[1], m[2]) for m in re.finditer(r"(.+?)=([^=,]*)(?:,|$)", text)]
    try:
        found = {name.strip(): float(weight) for name, weight in pairs}
    except ValueError:
        found = {}
    if not found or ",".join("=".join(pair) for pair in pairs) != text:
        raise SettingError(
            f'--class-weight takes balanced, none or NAME=WEIGHT,… as in yes=10, and got "{text}".'
        )
    return found


def loss_name(text: str | None) -> str | None:
    """What `--loss` says, in the library's spelling.

    >>> loss_name("cross-entropy"), loss_name("mae"), loss_name(None)
    ('cross_entropy', 'l1', None)
    """
    return text and {"mae": "l1"}.get(text, text.replace("-", "_"))


def is_built_in(word: str) -> bool:
    """Whether a word names a built-in set: a file of that name goes before it."""
    return word in names() and not Path(word).is_file()


def rows_for(
    model: TableModel, file: str, missing: list[str] | None = None, edges: str | None = None,
    **reading: Any,
) -> Any:  # fmt: skip
    """The rows that a model is asked about: of a file, or a built-in set.

    Args:
        model: whose way of reading missing cells is followed.
        file: what was typed.
        missing: further cells that mean "no value".
        edges: a file of two columns: which of the rows are joined.
        reading: delimiter, encoding, decimal and header, where they were given.
    """
    if is_built_in(file):
        options = {"missing": missing or None, "edges": edges, **reading}
        given = [f"--{name}" for name, value in options.items() if value is not None]
        if given:
            raise SettingError(
                f"{file} is built in and comes ready; these options are for files:"
                f" {', '.join(given)}."
            )
        return load(file)
    known = model.preparation.missing
    rows = read_rows(file, missing=(*known, *(missing or ())), **reading)
    if edges is None:
        return rows
    if model.architecture.kind != "gcn":
        raise SettingError("--edges must be left out: this model is not on a graph.")
    ends, _, said = ends_of(edges, rows.frame, rows.name, skip=model.preparation.target)
    return replace(rows, edges=ends, notices=(*rows.notices, *said))
