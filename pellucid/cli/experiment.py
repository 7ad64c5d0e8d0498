"""`pellucid experiment NAME`: a question answered by running it, as text, a page or a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli import command as opt
from pellucid.cli.see import hand_over, settings_of
from pellucid.errors import SettingError
from pellucid.experiments.experiment import named_experiment, overview
from pellucid.lenses.shown import ENDINGS, PICTURES

__all__ = ["experiment"]

_DATA, _WHAT = "Data (activations, capacity)", "What is tried"


def experiment(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Which; they are listed when left out.", show_default=False
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            help="A file or a built-in set; noisy moons when left out.", rich_help_panel=_DATA
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(help="The column to predict; the last when left out.", rich_help_panel=_DATA),
    ] = None,
    function: Annotated[
        str | None,
        typer.Option(
            metavar="FORMULA", help='approximation: of x, as in "sin(3*x)".', rich_help_panel=_WHAT
        ),
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(
            help='boolean: parity, majority, and, or, random, or the outputs, as in "0110".',
            rich_help_panel=_WHAT,
        ),
    ] = None,
    restarts: Annotated[
        int | None,
        typer.Option(help="How many starts, where networks are trained.", rich_help_panel=_WHAT),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="How long, where networks are trained.", rich_help_panel=_WHAT),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of all that is drawn by chance.", rich_help_panel=_WHAT)
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="A setting of its own, as in --set widths=[1,2,4]. Repeatable.",
            rich_help_panel=_WHAT,
        ),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option("--settings", help="List the settings of NAME, and run nothing."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write .html, .png, .svg, .pdf, .json or .txt instead."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the page (.html), besides what is printed.")
    ] = None,
    figure: Annotated[
        Path | None,
        typer.Option(help="Write the pictures (.png, .svg, .pdf), besides what is printed."),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Pictures on dark paper.")] = False,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Run an experiment, or list them."""
    if name is None:
        hand_over(overview(), out, as_json, quiet)
        return
    chosen = named_experiment(name)
    if explain:
        hand_over(chosen.chosen(), out, as_json, quiet)
        return
    options = {
        "function": function, "data": data, "target": target, "table": table,
        "restarts": restarts, "epochs": epochs, "seed": seed,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    files = [_ending(save, "--save", (".html",)), _ending(figure, "--figure", PICTURES)]
    _ending(out, "--out", ENDINGS)
    shown = chosen.run(**given, **settings_of(settings, options, "widths=[2,4]"))
    for file in files:
        if file is not None:
            hand_over(shown, file, False, quiet, dark or None)
    hand_over(shown, out, as_json, quiet, dark or None)


def _ending(file: Path | None, option: str, known: tuple[str, ...]) -> Path | None:
    """A file of the right kind, before anything is run for it."""
    if file is not None and file.suffix.lower() not in known:
        raise SettingError(f"{option} writes {' or '.join(known)}, and {file} is none of them.")
    return file
