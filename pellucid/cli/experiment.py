"""`pellucid experiment NAME`: a question answered by running it, as text, a page or a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.see import hand_over
from pellucid.errors import SettingError
from pellucid.experiments.experiment import named_experiment, overview

__all__ = ["experiment"]


def experiment(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME", help="Which; they are listed when left out.", show_default=False
        ),
    ] = None,
    function: Annotated[
        str | None,
        typer.Option(metavar="FORMULA", help='approximation: of x, as in "sin(3*x)".'),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="capacity: a file or a built-in set; 200 noisy moons when left out."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="capacity: the column to predict; the last when left out.")
    ] = None,
    table: Annotated[
        str | None,
        typer.Option(help='boolean: parity, majority, random, or the outputs, as in "0110".'),
    ] = None,
    restarts: Annotated[
        int | None, typer.Option(help="How many starts, where networks are trained.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of all that is drawn at random.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting, as in --set widths=[1,2,4]."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Write .html, .png, .svg, .pdf, .json or .txt instead."),
    ] = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Run an experiment, or list them."""
    if name is None:
        hand_over(overview(), out, as_json, quiet)
        return
    chosen = named_experiment(name)
    options = {
        "function": function, "data": data, "target": target, "table": table,
        "restarts": restarts, "seed": seed,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    hand_over(chosen.run(**given, **_settings(settings, options)), out, as_json, quiet)


def _settings(words: list[str] | None, options: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for word in words or ():
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise SettingError(f'--set takes NAME=VALUE, as in --set epochs=100, and got "{word}".')
        if name in options:
            raise SettingError(f"{name} is an option of its own: --{name}.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found
