"""`pellucid see MODEL --lens NAME`: a saved model through a lens, as text, a page or a picture."""

from __future__ import annotations

import json
from collections.abc import Collection
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import remark
from pellucid.cli.terminal import print_text, width_of
from pellucid.data import names as built_in
from pellucid.errors import DataError, FileFormatError, SettingError
from pellucid.lenses.choices import choices
from pellucid.lenses.see import named_lens, names, overview
from pellucid.lenses.shown import Shown
from pellucid.training.artifact import RECORDING, load_model, why_not
from pellucid.training.recording import Recording
from pellucid.training.table_model import TableModel

__all__ = ["hand_over", "learned_from", "parted", "see", "settings_of"]


def parted(words: list[str]) -> list[str]:
    """The words as they are; with --help and a lens, that lens's own settings come first."""
    if "--" in words or not {"--help", "-h"} & set(words):
        return words
    asked = [after for word, after in pairwise(words) if word == "--lens"]
    asked += [word.partition("=")[2] for word in words if word.startswith("--lens=")]
    if asked and asked[-1].replace("-", "_") in names():
        print_text(Shown(choices(named_lens(asked[-1]))).text(width_of()))
    return words


def see(
    model: opt.Model,
    lens: Annotated[
        str | None,
        typer.Option(
            help="Which lens; they are listed when it is left out. With --help: its own settings."
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help=(
                "The rows to look with: a file, - for standard input, or a built-in set; those "
                "that were learned from when left out, where they can be found."
            )
        ),
    ] = None,
    at: Annotated[
        int | None,
        typer.Option(help="Look at the network after so many steps; needs fit --record."),
    ] = None,
    film: Annotated[
        int | None,
        typer.Option(help="Look at so many moments of the training; needs fit --record."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A setting of the lens, as in --set sample=3."
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--settings", help="List the settings of the lens with their defaults, and don't look."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Write .html, .png, .svg, .pdf, .gif (of a film), .json or .txt instead.",
        ),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Pictures on dark paper.")] = False,
    missing: opt.Missing = None,
    delimiter: opt.Delimiter = None,
    encoding: opt.Encoding = None,
    decimal: opt.Decimal = None,
    header: opt.Header = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Read the model and the rows, look, and show what is seen."""
    if explain:
        if lens is None:
            raise SettingError(
                f"--settings lists those of one lens: --lens NAME --settings.\n Known:"
                f" {', '.join(names())}."
            )
        hand_over(Shown(choices(named_lens(lens))), out, as_json, quiet)
        return
    trained = load_model(model)
    if lens is None:
        hand_over(Shown(overview()), out, as_json, quiet)
        return
    chosen = named_lens(lens)
    if trained.explainable:
        raise SettingError(
            f"the lenses look at rows of columns, and {trained.explainable}.\n Its layers: pellucid"
            f" show {model}"
        )
    given = settings_of(settings, ("at", "film"), "sample=3")
    if at is not None or film is not None:
        given |= {"run": _recording(model), "at": at, "film": film or False}
    rows = opt.rows_for(
        trained, data or learned_from(trained, model), missing=missing, delimiter=delimiter,
        encoding=encoding, decimal=decimal, header=header,
    )  # fmt: skip
    rows = trained.rows_of(rows)
    hand_over(chosen.look(trained, rows.frame, **given), out, as_json, quiet, dark or None)


def learned_from(trained: TableModel, model: Path) -> str:
    """The data that a model was made of, where it is built in or still lies here."""
    name = str(trained.facts.get("data", ""))
    if name in built_in() or Path(name).is_file():
        return name
    raise DataError(
        f"{model} was learned from {name or 'a table'}, which is not here.\n"
        " Say which rows to look with: --data FILE"
    )


def _recording(model: Path) -> Recording:
    folder = model if model.is_dir() else model.parent
    if not (folder / RECORDING).is_file():
        raise FileFormatError(
            f"{folder} has no {RECORDING}: its training was not recorded.\n"
            " Train it again with pellucid fit … --record"
        )
    return Recording.load(folder / RECORDING)


_WORDS = {"True": True, "False": False, "None": None}  # as the remarks of lenses write them


def settings_of(words: list[str] | None, options: Collection[str], example: str) -> dict[str, Any]:
    """What `--set NAME=VALUE` says; a value that is neither JSON nor a word of Python is a text.

    Args:
        words: what was typed.
        options: names that are options of their own.
        example: one that makes sense here.
    """
    found = {}
    for word in words or ():
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise SettingError(f'--set takes NAME=VALUE, as in --set {example}, and got "{word}".')
        if name in options:
            raise SettingError(f"{name} is an option of its own: --{name}.")
        try:
            found[name] = _WORDS[value] if value in _WORDS else json.loads(value)
        except ValueError:
            found[name] = value
    return found


def hand_over(
    shown: Shown, out: Path | None, as_json: bool, quiet: bool, dark: bool | None = None
) -> None:
    """Print what is seen, or write it to the file that was asked for."""
    if out is not None:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            shown.save(out, dark=dark)
        except OSError as reason:
            raise DataError(
                f"can't write {out}: {why_not(out, reason)}.\n Choose another place with --out."
            ) from None
        if not quiet:
            remark(f"{out} is written: {shown.view.title}")
    if as_json:
        typer.echo(shown.json())
    elif out is None:
        print_text(shown.text(width_of()))
