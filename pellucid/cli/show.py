"""`pellucid show MODEL`: what a model is, as a program and as the steps before it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.terminal import print_text, width_of
from pellucid.data import Preparation
from pellucid.data.scale import LIMIT
from pellucid.errors import SettingError
from pellucid.lenses import program
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Table, View
from pellucid.training.artifact import load_model
from pellucid.training.graph_model import GraphModel
from pellucid.training.series_model import SeriesModel
from pellucid.training.table_model import TableModel

__all__ = ["show"]

_MOST_STEPS = 30


def show(
    model: opt.Model,
    ops: Annotated[
        bool, typer.Option("--ops", help="Unfold the layers to single operations.")
    ] = False,
    rows: Annotated[int, typer.Option(help="Rows per batch, for shapes and costs.")] = 32,
    own: opt.Own = None,
    trust: opt.Trust = False,
    as_json: opt.Json = False,
) -> None:
    """Say what the model does, list its layers, and the steps that data passes first."""
    if rows < 1:
        raise SettingError(f"--rows must be 1 or more, not {rows}.")
    trained = load_model(model, trust=trust, file=own)
    found = program(trained.network, trained.example(rows))
    shown = Shown(_without_lines(found.unfold().view)) if ops else found
    if as_json:
        known = {"preparation": _facts(trained.preparation), **json.loads(shown.json())}
        typer.echo(json.dumps(known, ensure_ascii=False))
        return
    width = width_of()
    lines = [*_heading(trained, width), "", _said(shown, width), ""]
    lines += [*_steps(trained.preparation, width)]
    if trained.task != "reconstruction":
        lines += ["", *_ending(trained.preparation, width)]
    print_text("\n".join(lines))


def _facts(preparation: Preparation) -> dict[str, Any]:
    """What data passes before the network and after it."""
    outcome = preparation.outcome
    return {
        "columns": [
            {"column": column, "kind": kind, "step": step}
            for column, kind, step in preparation.steps()
        ],
        "missing": list(preparation.missing),
        "limit": LIMIT,
        "target": {**outcome.to_json(), "answer": outcome.describe()},
    }


def _without_lines(view: View) -> View:
    """Without the column that names a line of a person's code: here nobody wrote any."""
    return replace(view, blocks=tuple(_narrowed(block) for block in view.blocks))


def _narrowed(block: Any) -> Any:
    if not isinstance(block, Table):
        return block
    kept = [i for i, column in enumerate(block.columns) if column.name != "line"]
    return replace(
        block,
        columns=tuple(block.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in block.rows),
    )


def _said(shown: Any, width: int) -> str:
    text: str = shown.text(width)
    return text.replace("program.unfold() lists them", "--ops lists them")


def _heading(model: TableModel, width: int) -> Iterator[str]:
    facts, inputs = model.facts, len(model.preparation.inputs)
    yield from textwrap.wrap(
        f"{_purpose(model, inputs)}. Learned from {facts.get('data', 'a table')}, "
        f"{facts.get('rows', '?')} rows{_held_out(facts.get('split') or {})}.",
        width,
    )
    if model.preparation.classes and model.task == "classification":
        yield from textwrap.wrap(f"Classes: {', '.join(model.preparation.classes)}.", width)


def _purpose(model: TableModel, inputs: int) -> str:
    """What it is for, in a few words."""
    columns = f"{inputs} column{'s' * (inputs != 1)}"
    if model.task == "reconstruction":
        latent = model.architecture.options["latent"]
        return f"Gives {columns} again, through {latent} number{'s' * (latent != 1)}"
    kind = "a class" if model.task == "classification" else "a number"
    what = f"Predicts {model.preparation.target}, {kind}, from {columns}"
    if isinstance(model, SeriesModel) and model.lags is not None:
        seen = ", ".join(model.lags.columns)
        return f"{what}: {seen} of the {model.lags.window} rows before"
    return f"{what} and the neighbors of each node" if isinstance(model, GraphModel) else what


def _held_out(how: Mapping[str, str]) -> str:
    """How the rows for the score were chosen, where they were not drawn at random."""
    if "group" in how:
        return f"; groups of {how['group']} stayed together"
    first = how.get("validation_from", how.get("test_from"))
    return f"; rows with {how['by']} from {first} on were held out" if first else ""


def _ending(preparation: Preparation, width: int) -> Iterator[str]:
    yield "How the output ŷ becomes the answer:"
    yield from textwrap.wrap(
        f"{preparation.outcome.describe()}.", width, initial_indent="  ", subsequent_indent="  "
    )


def _steps(preparation: Preparation, width: int) -> Iterator[str]:
    steps = preparation.steps()
    lead = min(max(len(name) for name, _, _ in steps), 24) + 4
    yield "Your data passes these steps first:"
    for name, kind, what in steps[:_MOST_STEPS]:
        words = f"{kind}: {what}"
        if width - lead < 30:
            yield f"  {name}"
            yield from textwrap.wrap(
                words, width, initial_indent=" " * 4, subsequent_indent=" " * 4
            )
            continue
        text = textwrap.wrap(words, width - lead) or [""]
        yield f"  {name:<{lead - 4}}  {text[0]}"
        yield from (" " * lead + line for line in text[1:])
    if len(steps) > _MOST_STEPS:
        yield f"  … and {len(steps) - _MOST_STEPS} more columns"
    if any(kind != "category" for _, kind, _ in steps):
        yield from textwrap.wrap(
            f"Limited: a value farther than {LIMIT:g} standard deviations from the training mean "
            f"counts as {LIMIT:g}.",
            width,
        )
