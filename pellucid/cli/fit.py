"""`pellucid fit DATA`: from a table to a trained model, a report, and an answer in one line."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from pellucid.cli import command as opt
from pellucid.cli import networks as net
from pellucid.cli.exits import Exit
from pellucid.cli.kinds import said_kinds
from pellucid.cli.look import EndCard, Progress, remark, say_notice, show_end_card
from pellucid.cli.places import refuse_foreign, reserved
from pellucid.errors import SettingError, TrainingError
from pellucid.optim.names import BY_NAME
from pellucid.report import write
from pellucid.report.run import assemble
from pellucid.training.artifact import DESCRIPTION, RECORDING, WEIGHTS, write_whole
from pellucid.training.revisit import HISTORY
from pellucid.training.table_run import TableRun, train_table
from pellucid.training.table_settings import Settings
from pellucid.training.tabular import ACTIVATIONS

__all__ = ["fit"]

_NET, _LEARN, _DATA, _OUT = "Network", "Learning", "Built-in data and split", "Output"
_USUAL = Settings()
# Where an option's name differs from the setting's.
_OPTION = {
    "batch_size": "batch", "weight_decay": "weight-decay", "validation": "val",
    "class_weight": "class-weight", "split_by": "split-by",
}  # fmt: skip
_NAMES = "|".join([*(f.name for f in fields(Settings)), "noise", "window"])
_SETTING = re.compile(rf"\b({_NAMES})(?= must| \d|: the target| goes with)")


def fit(
    context: typer.Context,
    data: Annotated[
        str,
        typer.Argument(
            metavar="DATA",
            help=(
                "A CSV, TSV or Parquet file, - for standard input, or a built-in "
                "set: moons circles blobs spirals xor digits iris wine "
                "breast_cancer diabetes karate sunspots."
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
    model: net.Model = _USUAL.model,
    hidden: net.Hidden = None,
    activation: Annotated[
        str, typer.Option(help=f"{', '.join(ACTIVATIONS)}.", rich_help_panel=_NET)
    ] = _USUAL.activation,
    dropout: Annotated[
        float,
        typer.Option(help="Share of activations silenced while training.", rich_help_panel=_NET),
    ] = _USUAL.dropout,
    channels: net.Channels = None,
    shape: net.Shape = None,
    layers: net.Layers = None,
    heads: net.Heads = None,
    latent: net.Latent = None,
    steps: net.Steps = None,
    time: net.Time = None,
    window: net.Window = None,
    edges: net.Edges = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            help="Passes over the data; chosen by its size when left out.", rich_help_panel=_LEARN
        ),
    ] = _USUAL.epochs,
    lr: Annotated[
        float | None,
        typer.Option(
            "--lr",
            help="Learning rate (step size); 0.001 when left out, 0.003 for lstm and gru, 0.01 for "
            "gcn.",
            rich_help_panel=_LEARN,
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            help="Rows per step; chosen by the data's size when left out.", rich_help_panel=_LEARN
        ),
    ] = _USUAL.batch_size,
    optimizer: Annotated[
        str, typer.Option(help=f"{', '.join(BY_NAME)}.", rich_help_panel=_LEARN)
    ] = _USUAL.optimizer,
    weight_decay: Annotated[
        float, typer.Option(help="Pull of the weights toward zero.", rich_help_panel=_LEARN)
    ] = _USUAL.weight_decay,
    loss: Annotated[
        str | None,
        typer.Option(
            help=(
                "What is made small: mse, huber (bears outliers) or l1 for a number, "
                "cross-entropy for a class; chosen by the target when left out."
            ),
            rich_help_panel=_LEARN,
        ),
    ] = _USUAL.loss,
    class_weight: Annotated[
        str,
        typer.Option(
            help=(
                "How much a row of each class counts: balanced (a rare class as much as a common "
                "one), none, or NAME=WEIGHT,…"
            ),
            rich_help_panel=_LEARN,
        ),
    ] = "none",
    weight: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="A column that says how much each row counts; it is left out of the inputs.",
            rich_help_panel=_LEARN,
        ),
    ] = _USUAL.weight,
    patience: Annotated[
        int | None,
        typer.Option(
            help=(
                "Stop after so many epochs without improvement; 0 to never stop early. When left "
                "out, a fifth of the epochs, or 0 where --epochs is given."
            ),
            rich_help_panel=_LEARN,
        ),
    ] = _USUAL.patience,
    restarts: Annotated[
        int,
        typer.Option(help="Train from so many starts and keep the best.", rich_help_panel=_LEARN),
    ] = _USUAL.restarts,
    seed: Annotated[
        int, typer.Option(help="The same seed gives the same run.", rich_help_panel=_LEARN)
    ] = _USUAL.seed,
    engine: Annotated[
        str,
        typer.Option(
            help="What computes: numpy, xla (compiled), or auto for what is done sooner.",
            rich_help_panel=_LEARN,
        ),
    ] = _USUAL.engine,
    val: Annotated[
        float | None,
        typer.Option(
            help=(
                "Share of all rows that choose the best epoch; "
                f"{_USUAL.validation_share:.2g} when left out."
            ),
            rich_help_panel=_DATA,
        ),
    ] = _USUAL.validation,
    test: Annotated[
        float,
        typer.Option(
            help="Share of all rows kept away from training, for the final figure.",
            rich_help_panel=_DATA,
        ),
    ] = _USUAL.test,
    split_by: Annotated[
        str | None,
        typer.Option(
            help=(
                "A column of dates or numbers: the last rows by it are held out, instead of some "
                "drawn at random."
            ),
            rich_help_panel=_DATA,
        ),
    ] = _USUAL.split_by,
    group: Annotated[
        str | None,
        typer.Option(
            help=(
                "A column that names groups, such as patients: no group is both learned from and "
                "held out."
            ),
            rich_help_panel=_DATA,
        ),
    ] = _USUAL.group,
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
            help="Where the report goes; report.html in that folder when left out.",
            rich_help_panel=_OUT,
        ),
    ] = None,
    record: Annotated[
        bool,
        typer.Option(
            "--record",
            help="Keep the weights now and then beside the model, to look back with pellucid see.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    include_rows: Annotated[
        bool,
        typer.Option(
            "--include-rows",
            help="Show the values of single rows in the report.",
            rich_help_panel=_OUT,
        ),
    ] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Write over a model of other data, or files that pellucid did not write.",
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
) -> int:
    """Train, write, and say how it went."""
    with _in_options():
        settings = Settings(
            model=model, activation=activation, dropout=dropout,
            hidden=None if hidden is None else opt.whole_numbers(hidden, "--hidden"),
            channels=net.sizes(channels, "--channels"), shape=net.sizes(shape, "--shape", "x"),
            layers=layers, heads=heads, latent=latent, steps=steps,
            epochs=epochs, lr=lr, batch_size=batch, optimizer=optimizer,
            weight_decay=weight_decay, patience=patience, restarts=restarts, seed=seed,
            validation=val, test=test, loss=opt.loss_name(loss),
            class_weight=opt.class_weights(class_weight), weight=weight, engine=engine,
            split_by=split_by, group=group,
        )  # fmt: skip
        types_of = opt.parse_types(types, _weighing(weight, data, target))
        table = net.open_for(
            data, model, settings.family, time=time, window=window, edges=edges,
            target=target, task=task, types=types_of,
            missing=tuple(missing or ()), delimiter=delimiter, encoding=encoding, decimal=decimal,
            header=header, samples=samples, noise=noise, seed=seed,
        )  # fmt: skip
        folder = out if out is not None else Path(f"pellucid-{_plain(table.name)}")
        page = report if report is not None else folder / "report.html"
        if not force:
            refuse_foreign(folder, page, table.name, table.target)
        if not quiet and table.lags is None and not opt.is_built_in(data):
            remark(said_kinds(table))
        with reserved(folder, page):
            run = train_table(
                table, settings,
                progress=None if quiet else Progress(), on_notice=None if quiet else say_notice,
                record=record,
            )  # fmt: skip
            if not run.history.epochs:
                raise KeyboardInterrupt(
                    "stopped before the first epoch was over; nothing was written"
                )
    command = shlex.join(["pellucid", *context.obj])
    return _hand_over(run, folder, page, command, include_rows, as_json)


def _weighing(column: str | None, data: str, target: str | None) -> str | None:
    """The column of the rows' weights, if these can come from there."""
    if column is not None and opt.is_built_in(data):
        raise SettingError(f"--weight names a column of a file, and {data} is built in.")
    if column is not None and column == target:
        raise SettingError(f'weight must be another column than the target, "{target}".')
    return column


@contextmanager
def _in_options() -> Iterator[None]:
    """Errors speak of what was typed: `--batch`, where the library speaks of `batch_size`."""
    try:
        yield
    except SettingError as error:
        text = _SETTING.sub(lambda m: f"--{_OPTION.get(m[1], m[1])}", str(error))
        raise SettingError(text) from None
    except TrainingError as error:
        first = str(error).partition("\n")[0]
        rate = re.search(r"learning rate ([^)]+)\)", first)
        if rate is None:
            raise
        less = float(rate[1]) / 10 if float(rate[1]) <= 1 else _USUAL.lr
        raise TrainingError(f"{first}\n try: --lr {less:g}") from None


def _plain(name: str) -> str:
    stem = Path(name).name.split(".")[0]
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in stem) or "model"


def _hand_over(
    run: TableRun, folder: Path, page: Path, command: str, include_rows: bool, as_json: bool
) -> int:
    """Write everything, and say how it went."""
    digests = run.save(folder)
    history = folder / HISTORY
    write_whole(history, _history_csv(run))
    content = assemble(
        run, digests, command=command, include_rows=include_rows, folder=shlex.quote(str(folder))
    )
    write(content, page)
    stopped = run.history.stopped == "interrupted"
    kept = (folder / RECORDING,) if run.history.recording is not None else ()
    card = EndCard(
        content=content,
        files=(folder / WEIGHTS, folder / DESCRIPTION, *kept, history, page),
        notes=(_ending(run, folder, stopped), *_found(run, folder)),
        next_command=_show(folder, run.settings.model),
        next_words="See it",
    )
    if as_json:
        typer.echo(json.dumps(card.to_dict(), ensure_ascii=False, allow_nan=False))
    else:
        show_end_card(card)
    return Exit.INTERRUPTED if stopped else Exit.GOOD


def _show(folder: Path, model: str) -> str:
    """The command to look at it; a person's own file is given again."""
    own = ["--model", model] if model.endswith(".py") else []
    return shlex.join(["pellucid", "show", str(folder), *own])


def _history_csv(run: TableRun) -> bytes:
    """Every epoch's figures. Times are left out: the same seed gives the same file."""
    frame = run.history.to_frame().drop(columns="seconds")
    return str(frame.to_csv(index=False, lineterminator="\n")).encode()


def _found(run: TableRun, folder: Path) -> Iterator[str]:
    """What the doctor found, where it looked."""
    report = run.history.doctor
    if report is not None and report.findings:
        yield f"The {report.line()}. More: {shlex.join(['pellucid', 'doctor', str(folder)])}"


def _ending(run: TableRun, folder: Path, stopped: bool) -> str:
    if not stopped:
        return run.history.ended
    where = folder / WEIGHTS
    return f"Stopped at epoch {run.history.epochs}. Best model so far is in {where}."
