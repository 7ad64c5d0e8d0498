"""Options of `pellucid fit` about the network, and the table that each family of networks reads."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from pellucid.cli.command import is_built_in
from pellucid.data import info, open_table, read_rows
from pellucid.data.joined import with_edges
from pellucid.data.series import as_series
from pellucid.data.table import Table
from pellucid.data.unlabeled import unlabeled
from pellucid.errors import SettingError
from pellucid.training.networks import FAMILIES
from pellucid.training.networks.family import Family

__all__ = [
    "Channels", "Edges", "Heads", "Hidden", "Latent", "Layers", "Model", "Shape", "Steps", "Time",
    "Window", "open_for", "sizes",
]  # fmt: skip

_NET, _ORDER = "Network", "Series and graphs"
_SERIES = ("mlp", "lstm", "gru", "transformer")


def _usual(option: str) -> str:
    """What families take when nothing is given, such as "64 for lstm and gru"."""
    by_value: dict[str, list[str]] = {}
    for name, family in FAMILIES.items():
        found = family.hidden if option == "hidden" else family.options.get(option)
        if found is not None:
            text = ",".join(map(str, found)) if isinstance(found, tuple) else str(found)
            by_value.setdefault(text, []).append(name)
    return "; ".join(f"{value} for {', '.join(who)}" for value, who in by_value.items())


Model = Annotated[
    str,
    typer.Option(
        metavar="NAME|FILE.py",
        help=f"{', '.join(FAMILIES)}, or a Python file with a function model().",
        rich_help_panel=_NET,
    ),
]
Hidden = Annotated[
    str | None,
    typer.Option(
        help=f"Sizes of the hidden layers; 0 for none. When left out: {_usual('hidden')}.",
        rich_help_panel=_NET,
    ),
]
Channels = Annotated[
    str | None,
    typer.Option(
        help="Filters of each convolution of a cnn; 32,64 when left out.", rich_help_panel=_NET
    ),
]
Shape = Annotated[
    str | None,
    typer.Option(
        metavar="HxW|CxHxW",
        help="The picture that the columns are the pixels of, such as 8x8 or 3x32x32.",
        rich_help_panel=_NET,
    ),
]
Layers = Annotated[
    int | None,
    typer.Option(
        help=f"Layers on top of each other; when left out {_usual('layers')}.",
        rich_help_panel=_NET,
    ),
]
Heads = Annotated[
    int | None,
    typer.Option(
        help="Ways of looking in each layer of a transformer; 4 when left out.",
        rich_help_panel=_NET,
    ),
]
Latent = Annotated[
    int | None,
    typer.Option(
        help="How many numbers an autoencoder goes through; 2 when left out.",
        rich_help_panel=_NET,
    ),
]
Steps = Annotated[
    int | None,
    typer.Option(
        help="Into how many steps a row is split, for lstm, gru and transformer.",
        rich_help_panel=_ORDER,
    ),
]
Time = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="The column that says when: the target is foretold from the rows before.",
        rich_help_panel=_ORDER,
    ),
]
Window = Annotated[
    int | None,
    typer.Option(
        help="How many rows before are seen, of a series; up to 24 when left out.",
        rich_help_panel=_ORDER,
    ),
]
Edges = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Which rows are joined: two columns, source and target, for a gcn.",
        rich_help_panel=_ORDER,
    ),
]


def sizes(text: str | None, option: str, between: str = ",") -> tuple[int, ...] | None:
    """Sizes, of which there must be one; None when nothing is given.

    >>> sizes("16,32", "--channels"), sizes("1x8x8", "--shape", "x"), sizes(None, "--shape")
    ((16, 32), (1, 8, 8), None)
    """
    if text is None:
        return None
    parts = re.split(r"[x×,\s]+", text.strip().lower())
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        example = between.join(("16", "32"))
        raise SettingError(f'{option} takes sizes such as {example}, and got "{text}".')
    return tuple(map(int, parts))


def open_for(
    data: str, model: str, family: Family, *, time: str | None, window: int | None,
    edges: str | None, **given: Any,
) -> Table:  # fmt: skip
    """The table that is learned from, as the family of networks reads it.

    Args:
        data: what was typed: a file or a built-in set.
        model: the name of the family, or a file.
        family: that family.
        time: the column that says when.
        window: how many rows back are seen.
        edges: a file of two columns.
        given: what else was typed about the file; see `open_table`.
    """
    _check(model, family, time, window, edges)
    built_in = is_built_in(data)
    if model == "autoencoder" and given["target"] is None and not built_in:
        return _unlabeled(data, given)
    table = open_table(data, **given)
    if edges is not None:
        return with_edges(table, edges)
    if built_in and time is None and _reads_series(model):
        time = info(data).time
    if time is None and window is None:
        return table
    return as_series(table, time=time, window=window)


def _reads_series(model: str) -> bool:
    return model in _SERIES or model.endswith(".py")


def _check(
    model: str, family: Family, time: str | None, window: int | None, edges: str | None
) -> None:
    """Refuse options of another family."""
    for name, value in (("time", time), ("window", window)):
        if value is not None and not _reads_series(model):
            known = ", ".join(_SERIES)
            raise SettingError(
                f"--{name} must be left out for the model {model}: it is for {known}."
            )
    if edges is not None and family.reads != "graph":
        raise SettingError(
            f"--edges must be left out for the model {model}: it is for gcn.\n try: --model gcn"
        )


def _unlabeled(data: str, given: dict[str, Any]) -> Table:
    for name in ("task", "samples", "noise"):
        if given[name] is not None:
            why = "there is no target" if name == "task" else "it is for built-in data"
            raise SettingError(f"--{name} must be left out here: {why}.")
    reading = {key: given[key] for key in ("delimiter", "encoding", "decimal", "header")}
    rows = read_rows(data, missing=given["missing"], **reading)
    return unlabeled(rows, types=given["types"], missing=given["missing"])
