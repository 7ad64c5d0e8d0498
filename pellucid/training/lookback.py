"""What a history keeps for looking back: the network that was trained, and what it was given.

The room of the lenses knows training, and not the other way round; so it is found by name, on
first use.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.data.table import Table
from pellucid.errors import SettingError
from pellucid.training.parts import Parts, divide
from pellucid.training.sources import FromRows

__all__ = ["Kept", "looked"]

_LENSES = "pellucid.lenses.see"
_PARTS = ("train", "validation")


@dataclass(frozen=True, eq=False)
class Kept:
    """A network and its data, as `fit` was given them.

    Attributes:
        model: the network, or the model of a table.
        data: what it learned from, and was validated on where a share was held out.
        loss: the loss that was asked for.
        divided: how `fit` divided the data.
    """

    model: Any
    data: Any
    loss: Any = None
    divided: Mapping[str, Any] = field(default_factory=dict)

    def rows(self, part: Any) -> Any:
        """The rows to look with.

        Args:
            part: "train" or "validation"; all that `fit` was given when None.

        Raises:
            SettingError: another part, or none was held out.
        """
        if part is None and not (self.divided and isinstance(self.data, Table)):
            return self.data
        if part is not None and part not in _PARTS:
            raise SettingError(f'part is "train" or "validation", not {part!r}.')
        if not self.divided:
            raise SettingError(
                "see: which rows were held out is known for a network that fit trained.\n"
                " Give the rows to look with: history.see(lens, data=…)"
            )
        return _pair(divide(self.model, self.data, **self.divided), part)


def _pair(parts: Parts, part: str | None) -> tuple[Any, Any]:
    sources = [parts.train, parts.held]
    chosen = sources if part is None else [sources[_PARTS.index(part)]]
    held = [s.data for s in chosen if isinstance(s, FromRows)]
    if not held:
        raise SettingError(
            "see: no rows of this fit lie apart as arrays.\n"
            " Give the rows to look with: history.see(lens, data=(X, y))"
        )
    x = tuple(np.concatenate(same) for same in zip(*(rows.inputs for rows in held), strict=True))
    return x[0] if len(x) == 1 else x, np.concatenate([rows.target for rows in held])


def looked(
    history: Any, kept: Kept | None, lens: str | None, model: Any, data: Any, part: Any,
    settings: Mapping[str, Any],
) -> Any:  # fmt: skip
    """What `history.see` gives; see there."""
    see = importlib.import_module(_LENSES).see
    if lens is None:
        return see(None, None)
    if data is not None and part is not None:
        raise SettingError("see: data= gives the rows and part= chooses some; give one of them.")
    if kept is None and (model is None or data is None):
        missing = " and ".join(
            name for name, given in (("model", model), ("data", data)) if given is None
        )
        raise SettingError(
            f"see: this history does not know its {missing.replace(' and ', ' and its ')}: it was"
            " read from a file, or is one of many.\n"
            f' Give what is missing: history.see("{lens}", model=model, data=(X, y))'
        )
    if kept is not None:
        data = kept.rows(part) if data is None else data
        if model is None:
            model = kept.model
        if kept.loss is not None:
            settings = {"loss": kept.loss, **settings}
    return see(model, data, lens, **{"run": history, **settings})
