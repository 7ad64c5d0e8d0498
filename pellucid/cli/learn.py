"""`pellucid data`, `gallery`, `check`: built-in tables, activations, gradients against slopes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import remark
from pellucid.data import describe, load, names
from pellucid.errors import PellucidError, SettingError
from pellucid.ops import COMPOSITIONS, REGISTRY
from pellucid.testing import check_op
from pellucid.training.artifact import write_whole

__all__ = ["COMMANDS"]


def data(
    action: Annotated[str, typer.Argument(help="list, or make.")] = "list",
    name: Annotated[
        str | None, typer.Argument(help="For make: which set.", show_default=False)
    ] = None,
    samples: Annotated[int | None, typer.Option(help="How many rows.")] = None,
    noise: Annotated[float | None, typer.Option(help="How much noise.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 0,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV file; standard output when left out.")
    ] = None,
) -> None:
    if action == "list":
        for each in names():
            typer.echo(f"{each:<14}{describe(each)}")
        return
    if action != "make" or name is None:
        raise SettingError("pellucid data takes `list`, or `make NAME`.")
    text = load(name, samples=samples, noise=noise, seed=seed).frame.to_csv(index=False)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_whole(out, text.encode())
    remark(f"{name} written to {out}.")


def gallery(
    name: Annotated[
        str | None, typer.Argument(help="One activation; all when left out.", show_default=False)
    ] = None,
    as_json: opt.Json = False,
) -> None:
    known = {op.name: op for op in REGISTRY.values() if "activation" in op.traits}
    if name is not None and name not in known:
        raise SettingError(f"there is no activation {name!r}.\n Known: {', '.join(known)}.")
    chosen = [known[name]] if name else list(known.values())
    if as_json:
        fields = ("name", "sentence", "equation", "derivative", "kink", "stable", "source")
        typer.echo(
            json.dumps([{f: getattr(op, f) for f in fields} for op in chosen], ensure_ascii=False)
        )
        return
    for op in chosen:
        typer.echo(
            f"{op.name:<12}{op.sentence}\n{'':<12}slope {op.terms[0]}"
            + (f"; {op.kink}" if op.kink else "")
        )


def check(as_json: opt.Json = False) -> int:
    results = {name: _problem(record) for name, record in (REGISTRY | COMPOSITIONS).items()}
    failed = [name for name, problem in results.items() if problem]
    if as_json:
        typer.echo(json.dumps(results))
    else:
        for op in failed:
            typer.echo(f"{op}: {results[op]}")
        right = f"{len(results) - len(failed)} of {len(results)} operations"
        typer.echo(f"{right}: the gradient equals the measured slope.")
    return 1 if failed else 0


def _problem(record: Any) -> str:
    """What is wrong with an operation's gradient; empty when it equals the measured slope."""
    try:
        check_op(record, second_order=False)
    except (PellucidError, AssertionError) as found:
        return str(found)
    return ""


COMMANDS = [
    opt.Command(
        "data",
        data,
        "List the built-in data sets, or write one as CSV.",
        "Example: pellucid data make moons --out moons.csv",
    ),
    opt.Command(
        "gallery",
        gallery,
        "The activation functions: what each does, and its slope.",
        "Example: pellucid gallery gelu",
    ),
    opt.Command(
        "check",
        check,
        "Check every operation's gradient against measured slopes, here and now.",
        "Example: pellucid check",
    ),
]
