"""The loss and the weights of classes and rows that a person asked for, fitted to a table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from pellucid.data.table import Table
from pellucid.data.wording import listing, quoted
from pellucid.dtypes import float32
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean
from pellucid.training.row_weights import checked

__all__ = [
    "BEAR_OUTLIERS",
    "LOSSES",
    "check_loss",
    "check_weights",
    "fitted_loss",
    "fitted_weights",
    "weights_of_rows",
]

LOSSES = {"regression": ("mse", "huber", "l1"), "classification": ("cross_entropy",)}
BEAR_OUTLIERS = ("huber", "l1")
_KNOWN = tuple(name for names in LOSSES.values() for name in names)


def check_loss(name: str | None) -> None:
    """Refuse a loss that no table can have.

    Raises:
        SettingError: there is no such loss.
    """
    if name is not None and name not in _KNOWN:
        hint = did_you_mean(name, _KNOWN)
        raise SettingError(f"there is no loss {quoted(name)}.{hint}\n Known: {', '.join(_KNOWN)}.")


def check_weights(given: Any) -> None:
    """Refuse weights that are neither "balanced" nor a number above 0 for each class.

    Raises:
        SettingError: names the class.
    """
    if given is None or given == "balanced":
        return
    if not isinstance(given, Mapping) or not given:
        raise SettingError(
            f'class_weight must be "balanced" or a weight for each class, not {given!r}.'
        )
    for name, weight in given.items():
        number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not number or not 0 < weight < math.inf:
            raise SettingError(
                f"class_weight must be above 0 and finite for each class, and that of"
                f" {quoted(name)} is {weight!r}."
            )


def fitted_loss(name: str | None, task: str, target: str) -> str | None:
    """The loss to train with, if it is one for the target.

    Raises:
        SettingError: a loss for numbers and a target of classes, or the other way round.
    """
    if name is None or name in LOSSES[task]:
        return name
    kind = "a class" if task == "classification" else "a number"
    raise SettingError(
        f"the loss {name} does not fit the target {quoted(target)}, which is {kind}.\n"
        f" For it: {', '.join(LOSSES[task])}."
    )


def weights_of_rows(column: str | None, table: Table) -> NDArray[Any] | None:
    """The numbers of the column that says how much each row of a table counts.

    Raises:
        SettingError: there is no such column, or it is the target, an input, or of a series.
        DataError: it holds something else than numbers of 0 or more.
    """
    if column is None:
        return None
    said = f"weight must be a column of {table.name} that is not learned from"
    if table.lags is not None:
        raise SettingError("weight must be left out for a series: a window is of many rows.")
    if column not in table.frame:
        hint = did_you_mean(column, map(str, table.frame))
        raise SettingError(f"{said}, and there is no column {quoted(column)}.{hint}")
    if column == table.target:
        raise SettingError(f"{said}, and {quoted(column)} is the target.")
    if column in table.inputs:
        raise SettingError(
            f"{said}, and {quoted(column)} is an input.\n"
            f' Leave it out: make_table(…, types={{"{column}": "ignore"}}).'
        )
    return checked(table.frame[column], len(table), float32, f"the weight {quoted(column)}")


def fitted_weights(given: Any, task: str, target: str, classes: tuple[str, ...]) -> Any:
    """The weights by class number, as `fit` takes them; a class without one weighs 1.

    Raises:
        SettingError: the target is a number, or has no such class.
    """
    if given is None:
        return None
    if task == "regression":
        raise SettingError(
            f"class_weight goes with classes, and the target {quoted(target)} is a number."
        )
    if given == "balanced":
        return given
    for name in given:
        if name not in classes:
            hint = did_you_mean(name, classes)
            raise SettingError(
                f"class_weight: the target {quoted(target)} has no class {quoted(name)}.{hint}\n"
                f" Its classes: {listing(classes)}."
            )
    return {number: float(given[name]) for number, name in enumerate(classes) if name in given}
