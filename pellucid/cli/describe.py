"""`pellucid show`, `explain`, `info`: what a model is, where an answer comes from, what is here."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from pellucid._version import __version__
from pellucid.cli import command as opt
from pellucid.cli.predict import _rows
from pellucid.data import Preparation
from pellucid.errors import DataError, SettingError
from pellucid.lenses import explain as explain_number
from pellucid.lenses import program
from pellucid.nn import functional as F
from pellucid.tensor.creation import from_numpy
from pellucid.training.artifact import load_model

__all__ = ["COMMANDS"]

_PACKAGES = (
    "numpy",
    "scipy",
    "jax",
    "scikit-learn",
    "pandas",
    "pyarrow",
    "matplotlib",
    "safetensors",
    "torch",
)


def show(
    model: Annotated[
        Path,
        typer.Argument(
            help="The folder that `pellucid fit` wrote, or a file in it.", show_default=False
        ),
    ],
    ops: Annotated[
        bool, typer.Option("--ops", help="Unfold the layers to single operations.")
    ] = False,
    rows: Annotated[int, typer.Option(help="Rows per batch, for shapes and costs.")] = 32,
    as_json: opt.Json = False,
) -> None:
    if rows < 1:
        raise SettingError(f"--rows must be at least 1 and was {rows}.")
    trained = load_model(model)
    found = program(trained.network, (rows, trained.architecture.inputs))
    if as_json:
        typer.echo(found.json())
        return
    typer.echo(_heading(trained))
    typer.echo(str(found.unfold() if ops else found))
    typer.echo(_steps(trained.preparation))


def _heading(trained: Any) -> str:
    facts, preparation = trained.facts, trained.preparation
    goal = f"predicts {preparation.target} from {len(preparation.inputs)} columns"
    learned = f"learned from {facts.get('data', 'a table')}, {facts.get('rows', '?')} rows"
    classes = f"\nclasses: {', '.join(preparation.classes)}" if preparation.classes else ""
    return f"A {trained.task} model that {goal}; {learned}.{classes}\n"


def _steps(preparation: Preparation) -> str:
    lines = ["\nYour data passes these steps first:"]
    steps = preparation.steps()
    width = max(len(name) for name, _, _ in steps)
    lines += [f"  {name:<{width}}  {kind:<9} {what}" for name, kind, what in steps[:30]]
    if len(steps) > 30:
        lines.append(f"  … and {len(steps) - 30} more columns")
    return "\n".join(lines)


def explain(
    model: Annotated[
        Path,
        typer.Argument(
            help="The folder that `pellucid fit` wrote, or a file in it.", show_default=False
        ),
    ],
    data: Annotated[
        str, typer.Argument(help="A file with rows, or a built-in set.", show_default=False)
    ],
    row: Annotated[int, typer.Option(help="Which row, counted from 1.")] = 1,
    output: Annotated[
        str | None, typer.Option(help="Which class; the predicted one when left out.")
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(
            help=(
                "Explain this weight's gradient instead, such as 0.weight[3,1]; "
                "needs the target in the file."
            )
        ),
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="As LaTeX.")] = False,
    as_json: opt.Json = False,
) -> None:
    trained = load_model(model)
    rows = _rows(data, trained.preparation.missing, None, None, None)
    if not 1 <= row <= len(rows.frame):
        raise DataError(
            f"there is no row {row} in {data}: it has {len(rows.frame):,} rows, counted from 1."
        )
    features = from_numpy(trained.preparation.transform(rows)[row - 1 : row])
    features.name = "x"
    scores = trained.network(features)
    scores.name = "ŷ"
    at = (0, _chosen(trained, scores, output))
    if weight is None:
        found = explain_number(scores, at=at)
    else:
        found = _blame(trained, rows, row, scores, weight)
    if as_json:
        typer.echo(found.json())
    elif latex:
        typer.echo(found.latex())
    else:
        typer.echo(str(found))


def _chosen(trained: Any, scores: Any, output: str | None) -> int:
    classes = trained.preparation.classes
    if output is None:
        return int(np.argmax(scores.detach().numpy()[0]))
    if output not in classes:
        known = ", ".join(classes) or "none: this model gives a number"
        raise SettingError(f"there is no class {output!r}.\n Classes: {known}.")
    return int(classes.index(output))


def _blame(trained: Any, rows: Any, row: int, scores: Any, weight: str) -> Any:
    name, at = _entry(weight)
    parameters = dict(trained.network.named_parameters())
    if name not in parameters:
        raise SettingError(f"there is no weight {name!r}.\n Weights: {', '.join(parameters)}.")
    preparation = trained.preparation
    if preparation.target not in rows.frame.columns:
        raise DataError(
            f"--weight needs the target column {preparation.target!r} in the file, for the loss."
        )
    cells = rows.frame[preparation.target].iloc[row - 1 : row]
    target = from_numpy(preparation.transform_target(cells))
    target.name = "y"
    if trained.task == "classification":
        loss = F.cross_entropy(scores, target)
    else:
        loss = F.mse_loss(scores, target.reshape(-1, 1))
    return explain_number(loss, wrt=parameters[name], at=at)


def _entry(text: str) -> tuple[str, tuple[int, ...]]:
    name, _, rest = text.partition("[")
    try:
        at = tuple(int(n) for n in rest.rstrip("]").split(","))
    except ValueError:
        raise SettingError(
            f"--weight takes a name and a position, such as 0.weight[3,1], and got {text!r}."
        ) from None
    return name, at


def info(as_json: opt.Json = False) -> None:
    facts: dict[str, Any] = {
        "pellucid": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "executable": sys.executable,
        "engines": "numpy",
        "device": "cpu",
    }
    facts |= {name: _installed(name) for name in _PACKAGES}
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        typer.echo(f"{name:<14}{value}")


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


COMMANDS = [
    opt.Command(
        "show",
        show,
        "A model as a program: one line per layer with equation, shapes, parameters and cost.",
        "Example: pellucid show pellucid-moons",
    ),
    opt.Command(
        "explain",
        explain,
        "Where an answer comes from: each number with its terms, back to the row and the weights.",
        "Example: pellucid explain pellucid-moons moons --row 3",
    ),
    opt.Command("info", info, "Versions, engines and paths.", "Example: pellucid info --json"),
]
