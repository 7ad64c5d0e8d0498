"""`pellucid fit DATA`: from a table to a trained model, a report, and an answer in one line."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli import command as opt
from pellucid.cli.look import EndCard, Progress, remark, show_end_card
from pellucid.data import Notice, open_table
from pellucid.report import write
from pellucid.report.run import assemble
from pellucid.training.artifact import write_whole
from pellucid.training.table_run import Settings, TableRun, train_table

__all__ = ["COMMANDS"]

_NET, _LEARN, _DATA, _OUT = "Network", "Learning", "Built-in data and split", "Output"


def fit(
    data: Annotated[
        str,
        typer.Argument(
            help=(
                "A CSV, TSV or Parquet file, - for standard input, or a built-in "
                "set: moons circles blobs spirals xor digits iris wine "
                "breast_cancer diabetes."
            ),
            show_default=False,
        ),
    ],
    target: Annotated[
        str | None, typer.Option(help="The column to predict; guessed when left out.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(help="class or regress; guessed when left out.")
    ] = None,
    hidden: Annotated[
        str, typer.Option(help="Sizes of the hidden layers; 0 for none.", rich_help_panel=_NET)
    ] = "64,64",
    activation: Annotated[
        str,
        typer.Option(
            help=("relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, softplus, identity."),
            rich_help_panel=_NET,
        ),
    ] = "relu",
    dropout: Annotated[
        float,
        typer.Option(help="Share of activations silenced while training.", rich_help_panel=_NET),
    ] = 0.0,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the data; chosen by its size when left out.", rich_help_panel=_LEARN
        ),
    ] = None,
    lr: Annotated[
        float | None,
        typer.Option("--lr", help="Learning rate (step size).", rich_help_panel=_LEARN),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            help="Rows per step; chosen by the data's size when left out.", rich_help_panel=_LEARN
        ),
    ] = None,
    optimizer: Annotated[
        str, typer.Option(help="adam, adamw, sgd, rmsprop.", rich_help_panel=_LEARN)
    ] = "adam",
    weight_decay: Annotated[
        float | None, typer.Option(help="Pull of the weights toward zero.", rich_help_panel=_LEARN)
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option(
            help=("Stop after so many epochs without improvement; 0 to never stop early."),
            rich_help_panel=_LEARN,
        ),
    ] = None,
    restarts: Annotated[
        int,
        typer.Option(help="Train from so many starts and keep the best.", rich_help_panel=_LEARN),
    ] = 1,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same run.", rich_help_panel=_LEARN)
    ] = 0,
    val: Annotated[
        float, typer.Option(help="Share of rows that choose the best epoch.", rich_help_panel=_DATA)
    ] = 0.16,
    test: Annotated[
        float,
        typer.Option(
            help="Share of rows kept away from training, for the final figure.",
            rich_help_panel=_DATA,
        ),
    ] = 0.2,
    samples: Annotated[
        int | None, typer.Option(help="Rows of a built-in set.", rich_help_panel=_DATA)
    ] = None,
    noise: Annotated[
        float | None, typer.Option(help="Noise of a built-in set.", rich_help_panel=_DATA)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the results; pellucid-NAME when left out.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            help="Where the report goes; OUT/report.html when left out.", rich_help_panel=_OUT
        ),
    ] = None,
    include_rows: Annotated[
        bool,
        typer.Option(
            "--include-rows",
            help="Show the values of single rows in the report.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    types: opt.Types = None,
    missing: opt.Missing = None,
    delimiter: opt.Delimiter = None,
    encoding: opt.Encoding = None,
    decimal: opt.Decimal = None,
    header: opt.Header = None,
    as_json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    settings = Settings(
        hidden=opt.whole_numbers(hidden, "--hidden"), activation=activation, dropout=dropout,
        epochs=epochs, lr=lr, batch_size=batch, optimizer=optimizer, weight_decay=weight_decay,
        patience=patience, restarts=restarts, seed=seed, validation=val, test=test,
    )  # fmt: skip
    table = open_table(
        data, target=target, task=task, types=opt.parse_types(types), missing=tuple(missing or ()),
        delimiter=delimiter, encoding=encoding, decimal=decimal, header=header,
        samples=samples, noise=noise, seed=seed,
    )  # fmt: skip
    folder = out if out is not None else Path(f"pellucid-{_plain(table.name)}")
    _check_folder(folder)
    run = train_table(
        table, settings,
        progress=None if quiet else Progress(),
        on_notice=None if quiet else _say,
    )  # fmt: skip
    digests = run.save(folder)
    content = assemble(run, digests, command=_command_line(), include_rows=include_rows)
    files = _write(run, content, folder, report)
    card = _card(run, content, files, folder)
    if as_json:
        typer.echo(json.dumps(card.to_dict(), ensure_ascii=False))
    elif not quiet:
        show_end_card(card)


def _say(notice: Notice) -> None:
    remark(str(notice))


def _plain(name: str) -> str:
    stem = Path(name).name.split(".")[0]
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in stem) or "model"


def _command_line() -> str:
    return shlex.join(["pellucid", *sys.argv[1:]])


def _check_folder(folder: Path) -> None:
    """Find out before training, not after it, that the results can be written."""
    probe = folder / ".pellucid"
    write_whole(probe, b"")
    probe.unlink()


def _write(run: TableRun, content: Any, folder: Path, report: Path | None) -> list[Path]:
    history = folder / "history.csv"
    write_whole(history, run.history.to_frame().to_csv(index=False).encode())
    page = write(content, report or folder / "report.html")
    return [folder / "model.safetensors", folder / "model.json", history, page]


def _card(run: TableRun, content: Any, files: list[Path], folder: Path) -> EndCard:
    return EndCard(
        content=content,
        files=tuple(files),
        notes=(run.history.ended,),
        next_command=f"pellucid show {shlex.quote(str(folder))}",
        next_words="See it",
    )


COMMANDS = [
    opt.Command(
        "fit",
        fit,
        "Train a network on a table and write the model and a report.",
        "Example: pellucid fit houses.csv --target price --out houses",
    )
]
