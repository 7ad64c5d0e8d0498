"""`pellucid predict MODEL FILE`: answers for new rows, as CSV."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import remark, warn
from pellucid.cli.places import refuse_place
from pellucid.data import Notice
from pellucid.errors import SettingError
from pellucid.training.artifact import load_model, write_whole

__all__ = ["predict"]


def predict(
    model: opt.Model,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A CSV, TSV or Parquet file, - for standard input, or a built-in set.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where the CSV goes; standard output when left out."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Repeat the file's own columns before the predictions.")
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
    """Read the model, prepare the rows as in training, and write what it answers."""
    refuse_place(out, file, model, *(one for one in (edges, own) if one is not None))
    trained = load_model(model, trust=trust, file=own)
    rows = opt.rows_for(
        trained, file, missing=missing, edges=edges, delimiter=delimiter, encoding=encoding,
        decimal=decimal, header=header,
    )  # fmt: skip
    notices: list[Notice] = list(rows.notices)
    found = trained.predict(rows, notices=notices)
    for notice in notices if not quiet else ():
        (warn if notice.kind == "limit" else remark)(str(notice))
    found = found.map(_short)
    if keep:
        if len(found) != len(rows.frame):
            raise SettingError(
                f"--keep must be left out: {len(rows.frame):,} rows give {len(found):,} answers,"
                " one for each step that a whole window comes before."
            )
        found = _beside(rows.frame, found)
    text = _as_json(found) if as_json else str(found.to_csv(index=False, lineterminator="\n"))
    if out is None or str(out) == "-":
        sys.stdout.write(text)
        return
    write_whole(out, text.encode())
    if not quiet:
        remark(f"{len(found):,} predictions written to {out}.")


def _short(value: Any) -> Any:
    """A number with the digits that a network of float32 can answer for."""
    return float(f"{value:.7g}") if isinstance(value, float) else value


def _beside(own: Any, found: Any) -> Any:
    """The file's columns with the predictions after them, under names that none of them has."""
    taken = set(own.columns)
    names = {}
    for name in found.columns:
        names[name] = name
        while names[name] in taken:
            names[name] += " (predicted)"
    return own.reset_index(drop=True).join(found.rename(columns=names))


def _as_json(found: Any) -> str:
    rows = {"rows": len(found), "predictions": found.to_dict(orient="records")}
    return json.dumps(rows, ensure_ascii=False, default=str) + "\n"
