"""`pellucid predict MODEL FILE`: answers for new rows, as CSV."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import remark
from pellucid.data import Notice, load, names, read_rows
from pellucid.training.artifact import load_model, write_whole

__all__ = ["COMMANDS"]


def predict(
    model: Annotated[
        Path,
        typer.Argument(
            help="The folder that `pellucid fit` wrote, or a file in it.", show_default=False
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            help=("A CSV, TSV or Parquet file, - for standard input, or a built-in set."),
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
    delimiter: opt.Delimiter = None,
    encoding: opt.Encoding = None,
    decimal: opt.Decimal = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    trained = load_model(model)
    rows = _rows(file, trained.preparation.missing, delimiter, encoding, decimal)
    notices: list[Notice] = list(getattr(rows, "notices", ()))
    found = trained.predict(rows, notices=notices)
    for notice in notices if not quiet else ():
        remark(str(notice))
    if keep:
        own = rows.frame.reset_index(drop=True)
        found = own.join(found, rsuffix=" (predicted)")
    _put(found, out, as_json, quiet)


def _rows(file: str, missing: Any, delimiter: Any, encoding: Any, decimal: Any) -> Any:
    if file in names() and not Path(file).is_file():
        return load(file)
    return read_rows(file, missing=missing, delimiter=delimiter, encoding=encoding, decimal=decimal)


def _put(found: Any, out: Path | None, as_json: bool, quiet: bool) -> None:
    text = (
        json.dumps(found.to_dict(orient="records"), ensure_ascii=False, default=str) + "\n"
        if as_json
        else found.to_csv(index=False)
    )
    if out is None:
        sys.stdout.write(text)
        return
    write_whole(out, text.encode())
    if not quiet:
        remark(f"{len(found):,} predictions written to {out}.")


COMMANDS = [
    opt.Command(
        "predict",
        predict,
        "Answers for the rows of a file, as CSV: the prediction and, for classes, how sure.",
        "Example: pellucid predict pellucid-houses new.csv --out predicted.csv",
    )
]
