"""How a table becomes what a family of networks reads: rows, pictures, sequences or a graph.

Which columns share a scale follows from that, and so does the `Architecture`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from math import isqrt, prod
from typing import Any

import numpy as np

from pellucid.data.notice import Notice
from pellucid.data.table import Table
from pellucid.data.wording import count, listing, quoted
from pellucid.errors import SettingError
from pellucid.training.networks.architecture import Architecture
from pellucid.training.networks.family import OWN
from pellucid.training.networks.own import read_own
from pellucid.training.table_settings import Settings

__all__ = ["Shaping"]

_LEAST_PIXELS = 16
_BRIGHTEST = 255.0


class Shaping:
    """What a table is to a family of networks.

    Args:
        table: what to learn from.
        settings: what was chosen.

    Raises:
        SettingError: the table is nothing that this family reads; says what to change.
    """

    def __init__(self, table: Table, settings: Settings) -> None:
        self.table, self.settings = table, settings
        self.notices: list[Notice] = []
        family = settings.family
        self.own = settings.model.endswith(".py")
        if family.reads == "graph" and table.edges is None:
            raise SettingError(
                f"model must be another one than {settings.model}: which rows of {table.name} are"
                " joined is not known.\n Say it with --edges FILE (two columns, source and target)."
            )
        pictured = family.reads == "image" or settings.shape is not None
        self.shape = self._shape(must=pictured) if "shape" in family.options else None
        stepped = family.reads == "sequence" or settings.steps is not None
        self.steps = self._steps() if stepped else None
        if self.shape is not None and self.steps is not None:
            raise SettingError("shape must stand without steps: a row is a picture or a sequence.")

    @property
    def together(self) -> Sequence[Sequence[str]]:
        """Columns that share a scale."""
        names = self.table.inputs
        lags = self.table.lags
        if lags is not None:
            return [lags.names[i :: len(lags.columns)] for i in range(len(lags.columns))]
        if self.shape is not None:
            return [names]
        if self.steps is not None and _alike(self.table):
            width = len(names) // self.steps
            return [names[i::width] for i in range(width)]
        return ()

    def architecture(self, inputs: int, outputs: int) -> Architecture:
        """The network for so many features.

        Args:
            inputs: features of a row, after preparation.
            outputs: numbers that go out.
        """
        settings = self.settings
        wanted = prod(self.shape) if self.shape else inputs
        if inputs != wanted or (self.steps and inputs % self.steps):
            raise SettingError(
                f"{self.table.name} gives {count(inputs, 'feature')} after preparation, which"
                f" {self._form} can't hold: a column has one value only, or holes.\n Leave such"
                " columns out with --type COLUMN=ignore, or fill them."
            )
        options: dict[str, Any] = {
            name: getattr(self, name, None) or getattr(settings, name) or usual
            for name, usual in settings.family.options.items()
        }
        if settings.family.reads == "row" and not self.own:
            options.pop("shape", None)
        if self.own:
            classes = len(self.table.classes)
            options |= {"classes": classes, **read_own(settings.model)}
        return Architecture(
            inputs, outputs, settings.hidden, settings.activation, settings.dropout,
            OWN if self.own else settings.model, options,
        )  # fmt: skip

    @property
    def _form(self) -> str:
        if self.shape:
            return f"a picture of {'x'.join(map(str, self.shape))}"
        return f"a sequence of {count(self.steps or 1, 'step')}"

    def _shape(self, must: bool) -> tuple[int, ...] | None:
        """Channels, height and width: as given, or those of a square of columns that are alike."""
        table, given = self.table, self.settings.shape
        pixels = len(table.inputs)
        if given is not None:
            shape = given if len(given) == 3 else (1, *given)
            if len(given) not in (2, 3) or prod(shape) != pixels:
                words = "x".join(map(str, given))
                raise SettingError(
                    f"shape must be one of {count(pixels, 'pixel')}, which {table.name} has, not"
                    f" {words} ({prod(given):,}).\n Such as 8x8 or 1x28x28: channels, height,"
                    " width."
                )
            self._numbers()
            return shape
        side = isqrt(pixels)
        square = side * side == pixels >= _LEAST_PIXELS
        if square and table.lags is None and _alike(table):
            self.notices.append(
                Notice("columns", f"{count(pixels, 'column')} are read as the pixels of a picture,"
                       f" {side}x{side}; --shape says otherwise.")
            )  # fmt: skip
            return (1, side, side)
        if not must:
            return None
        raise SettingError(
            f"model must be another one than {self.settings.model}: {table.name} has"
            f" {count(pixels, 'input')}, and these are not known to be the pixels of a picture."
            "\n If they are, say its shape with --shape, such as 8x8 or 3x32x32 (channels, height,"
            " width)."
        )

    def _steps(self) -> int:
        """Into how many steps a row is split."""
        table, given = self.table, self.settings.steps
        if table.lags is not None:
            if given not in (None, table.lags.window):
                raise SettingError(
                    f"steps must be left out here: the window of {table.lags.window} says how many."
                )
            return table.lags.window
        self._numbers()
        columns = len(table.inputs)
        if given is None:
            return columns
        if columns % given:
            fits = [n for n in range(2, columns + 1) if columns % n == 0]
            raise SettingError(
                f"steps must divide the {count(columns, 'input')} of {table.name} evenly, and"
                f" {given} does not.\n These do: {listing(map(str, fits), 12)}."
            )
        return given

    def _numbers(self) -> None:
        """Refuse columns that are no numbers: they have no place in a picture or a sequence."""
        wrong = [c.name for c in self.table.input_columns if c.kind != "number"]
        if wrong:
            names = listing([quoted(name) for name in wrong])
            remedy = shlex.quote(f"{wrong[0]}=ignore")
            raise SettingError(
                f"model must be another one than {self.settings.model}, or {names} left out: a"
                f" picture or a sequence is made of numbers.\n try: --type {remedy}"
            )


def _alike(table: Table) -> bool:
    """Whether all inputs measure the same thing: named alike, or all of them brightnesses."""
    if any(column.kind != "number" for column in table.input_columns):
        return False
    if len({re.sub(r"\d+", "#", name) for name in table.inputs}) == 1:
        return True
    cells = table.frame[list(table.inputs)].to_numpy(np.float64)
    known = cells[~np.isnan(cells)]
    whole = bool((known == np.floor(known)).all())
    return whole and known.size > 0 and 0 <= known.min() <= known.max() <= _BRIGHTEST
