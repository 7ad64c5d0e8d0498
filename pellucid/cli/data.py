"""`pellucid data list|make`: the built-in data sets, and any of them as CSV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import remark
from pellucid.cli.places import refuse_place
from pellucid.data import info, load, names
from pellucid.errors import SettingError
from pellucid.training.artifact import write_whole

__all__ = ["data"]


def data(
    action: Annotated[
        str, typer.Argument(help="list, or make NAME.", metavar="list|make")
    ] = "list",
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="For make: which set.", show_default=False),
    ] = None,
    samples: Annotated[int | None, typer.Option(help="How many rows.")] = None,
    noise: Annotated[float | None, typer.Option(help="How much noise.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV file; standard output when left out.")
    ] = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Name the sets, or write one."""
    if action == "list" and name is None:
        _list(as_json)
        return
    if action != "make" or name is None:
        raise SettingError(
            "pellucid data takes list, or make NAME.\n try: pellucid data make moons"
        )
    refuse_place(out)
    frame = load(name, samples=samples, noise=noise, seed=seed).frame
    if as_json:
        rows = {"name": name, "rows": frame.to_dict(orient="records")}
        text = json.dumps(rows, ensure_ascii=False) + "\n"
    else:
        text = frame.to_csv(index=False, lineterminator="\n")
    if out is None or str(out) == "-":
        typer.echo(text, nl=False)
        return
    write_whole(out, text.encode())
    if not quiet:
        remark(f"{name}: {len(frame):,} rows written to {out}.")


def _list(as_json: bool) -> None:
    sets = [info(name) for name in names()]
    if as_json:
        facts = [
            {"name": s.name, "text": s.text, "task": s.task, "samples": s.samples, "noise": s.noise}
            for s in sets
        ]
        typer.echo(json.dumps({"sets": facts}))
        return
    for each in sets:
        kind = "class" if each.task == "classification" else "number"
        typer.echo(f"{each.name:<14}{kind:<7}{each.samples:>5} rows  {each.text}")
