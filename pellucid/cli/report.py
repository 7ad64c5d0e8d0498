"""`pellucid report MODEL DATA`: how good a saved model is on a table, as a page."""

from __future__ import annotations

import hashlib
import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import EndCard, say_notice, show_end_card
from pellucid.cli.places import reserved
from pellucid.data import Table, make_table
from pellucid.data.joined import with_edges
from pellucid.data.series import as_series
from pellucid.data.table import MIN_ROWS
from pellucid.data.unlabeled import unlabeled
from pellucid.data.wording import count
from pellucid.errors import DataError
from pellucid.report import write
from pellucid.report.run import assemble
from pellucid.training.artifact import DESCRIPTION, WEIGHTS, load_model
from pellucid.training.revisit import read_history, revisit
from pellucid.training.series_model import SeriesModel
from pellucid.training.table_model import TableModel

__all__ = ["report"]


def report(
    context: typer.Context,
    model: opt.Model,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help=(
                "A table with the target: the one that was trained on (its test rows are measured "
                "again), or new rows (all are measured)."
            ),
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The page; report.html beside the model when left out."),
    ] = None,
    include_rows: Annotated[
        bool, typer.Option("--include-rows", help="Show the values of single rows.")
    ] = False,
    edges: opt.Edges = None,
    own: opt.Own = None,
    trust: opt.Trust = False,
    missing: opt.Missing = None,
    delimiter: opt.Delimiter = None,
    encoding: opt.Encoding = None,
    decimal: opt.Decimal = None,
    header: opt.Header = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Measure, and write the page."""
    trained = load_model(model, trust=trust, file=own)
    folder = model if model.is_dir() else model.parent
    page = out if out is not None else folder / "report.html"
    rows = opt.rows_for(
        trained, data, missing=missing, edges=edges, delimiter=delimiter, encoding=encoding,
        decimal=decimal, header=header,
    )  # fmt: skip
    given = [*([] if own is None else ["--model", str(own)]), *(["--trust"] if trust else [])]
    alone = shlex.join(["pellucid", "predict", str(model), data, *given])
    run = revisit(trained, _table(trained, rows, alone), read_history(folder, trained.facts))
    for notice in run.notices if not quiet else ():
        say_notice(notice)
    command = shlex.join(["pellucid", *context.obj])
    with reserved(page.parent, page):
        content = assemble(
            run, _digests(folder), command=command, include_rows=include_rows,
            folder=shlex.quote(str(folder)),
        )  # fmt: skip
        write(content, page)
    card = EndCard(
        content=content,
        files=(page,),
        next_command=_next(trained, model, data, own),
        next_words="See it" if trained.explainable else "Ask why",
    )
    if as_json:
        typer.echo(json.dumps(card.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        show_end_card(card)


def _next(trained: TableModel, model: Path, data: str, own: Path | None) -> str:
    """The command to go on with; a person's own file is given again."""
    words = ["show", str(model)] if trained.explainable else ["explain", str(model), data]
    given = [] if own is None else ["--model", str(own)]
    return shlex.join(
        ["pellucid", *words, *given, *([] if trained.explainable else ["--row", "1"])]
    )


def _table(model: TableModel, rows: Any, alone: str) -> Table:
    """The rows as a table with the model's own target and kinds of column."""
    table = rows if isinstance(rows, Table) else _read(model, rows, alone)
    if isinstance(model, SeriesModel) and model.lags is not None:
        return as_series(table, time=model.lags.time, window=model.lags.window)
    edges = getattr(rows, "edges", None)
    return table if edges is None or table is rows else with_edges(table, edges)


def _read(model: TableModel, rows: Any, alone: str) -> Table:
    preparation = model.preparation
    if model.task == "reconstruction" and preparation.target not in rows.frame.columns:
        return unlabeled(rows, types=_types(model), missing=preparation.missing)
    if preparation.target not in rows.frame.columns:
        raise DataError(
            f'{rows.name} lacks the target "{preparation.target}", and without it nothing can be'
            f" measured.\n For answers alone: {alone}"
        )
    if len(rows.frame) < MIN_ROWS:
        raise DataError(
            f"{rows.name} has {count(len(rows.frame), 'row')}; a score needs at least {MIN_ROWS},"
            f" and says little below 30.\n For answers alone: {alone}"
        )
    return make_table(
        rows.frame,
        target=preparation.target,
        task=preparation.task,
        types={k: v for k, v in _types(model).items() if k in rows.frame.columns},
        name=rows.name,
        decimal=rows.decimal,
        missing=preparation.missing,
        notices=rows.notices,
    )


def _types(model: TableModel) -> dict[str, str]:
    return {e.column: f"date:{e.form}" if e.form else e.kind for e in model.preparation.encoders}


def _digests(folder: Path) -> dict[str, str]:
    names = (WEIGHTS, DESCRIPTION)
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
