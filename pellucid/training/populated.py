"""What became of many networks trained together: their settings, their losses, the best of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.training.history import History
from pellucid.training.members import Form, Trained, named_nodes
from pellucid.training.story import ended, figures_at, history_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Population"]

SHOWN = 5
_NOTHING = "no network was trained: it was stopped by hand before the first step."
QUANTILES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)


class Population:
    """Many networks trained together. Made by `pellucid.population`.

    Attributes:
        members: the settings of each, its seed among them.
        train_loss: the mean loss of each epoch, `(members, epochs)`; NaN where one had ended.
        validation_loss: the same on the validation rows; None without any.
        step_loss: the loss of each step, `(members, steps)`; None where it would take more than
            256 MB.
        best_loss, best_epoch: of each member; infinite and 0 where no epoch was finished.
        stopped: why each ended: "finished", "patience", "diverged" or "interrupted".
        seconds: how long all took together.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.tensor([[0.0, 0], [0, 1], [1, 0], [1, 1]])
        >>> y = pellucid.tensor([[0.0], [1], [1], [0]])
        >>> make = lambda: nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
        >>> found = pellucid.population(make, (x, y), seeds=3, lr=[0.01, 0.1], epochs=5,
        ...                             validation=0, progress=False)
        >>> len(found), found.train_loss.shape
        (6, (6, 5))
    """

    def __init__(
        self,
        members: Sequence[Mapping[str, Any]],
        trained: Trained,
        forms: Sequence[Form],
        beginning: History,
    ) -> None:
        kept = np.flatnonzero(trained.began)
        self._numbers = kept
        self._trained, self._beginning = trained, beginning
        self._form = {i: form for form in forms for i in form.members}
        self._kind = {
            i: kind for form in forms for i, kind in zip(form.members, form.kinds, strict=True)
        }
        self.members = [dict(members[int(i)]) for i in kept]
        self.train_loss = trained.train_loss[kept]
        self.validation_loss = None if trained.check_loss is None else trained.check_loss[kept]
        self.step_loss = None if trained.step_loss is None else trained.step_loss[kept]
        self.best_loss, self.best_epoch = trained.best_loss[kept], trained.best_epoch[kept]
        epochs = trained.train_loss.shape[1]
        self.stopped = [ended(trained, int(i), epochs) for i in kept]
        self.seconds = trained.seconds

    def __len__(self) -> int:
        return len(self.members)

    @property
    def best_index(self) -> int:
        """The member with the lowest loss at its best epoch.

        Raises:
            SettingError: it was stopped before anything was trained.
        """
        if not len(self):
            raise SettingError(_NOTHING)
        return int(np.argmin(self.best_loss))

    @property
    def diverged(self) -> list[int]:
        """The members whose loss left all bounds."""
        return [i for i, reason in enumerate(self.stopped) if reason == "diverged"]

    def best(self) -> Module:
        """The best network, with the weights of its best epoch."""
        return self.model(self.best_index)

    def model(self, index: int) -> Module:
        """A member's network, with the weights of its best epoch.

        Args:
            index: its place in `members`; negative ones count from the end.

        Raises:
            SettingError: there is no such member.
        """
        i = self._number(index)
        form = self._form[i]
        model = copy.deepcopy(form.runs[self._kind[i]].model)
        for name, node in named_nodes(model).items():
            node.array[...] = self._trained.weights[i][name]
        return model

    def history(self, index: int) -> History:
        """A member's course, as `fit` would have told it.

        Args:
            index: its place in `members`; negative ones count from the end.

        Raises:
            SettingError: there is no such member.
        """
        i = self._number(index)
        form = self._form[i]
        run = form.runs[self._kind[i]]
        found = history_of(self._trained, i, run, form.shape, self._beginning)
        found.settings = {**found.settings, **self.members[index]}
        return found

    def quantiles(self, at: Sequence[float] = QUANTILES) -> dict[float, float]:
        """How the members' best losses are spread: below which loss which share of them lies.

        Args:
            at: shares from 0 to 1.
        """
        found = np.quantile(self.best_loss, list(at), method="nearest")
        return {float(q): float(v) for q, v in zip(at, found, strict=True)}

    def to_frame(self) -> pd.DataFrame:
        """One row for each member: settings, best loss and epoch, figures, how it ended."""
        import pandas as pd

        return pd.DataFrame([self._row(i) for i in range(len(self))])

    def _row(self, index: int) -> dict[str, Any]:
        i = int(self._numbers[index])
        best = int(self.best_epoch[index])
        row = {
            **self.members[index],
            "best_loss": float(self.best_loss[index]),
            "best_epoch": best,
            "epochs": int(self._trained.epochs[i]),
            "stopped": self.stopped[index],
        }
        if best:
            form = self._form[i]
            train, checked = figures_at(self._trained, i, best - 1, form.run, form.shape)
            row |= {f"train_{name}": value for name, value in train.items()}
            row |= {f"validation_{name}": value for name, value in checked.items()}
        return row

    def _number(self, index: int) -> int:
        if not len(self):
            raise SettingError(_NOTHING)
        if isinstance(index, bool) or not isinstance(index, int | np.integer):
            raise SettingError(
                f"a member is named by its number, from 0 to {len(self) - 1}, not by {index!r}."
            )
        if not -len(self) <= index < len(self):
            raise SettingError(
                f"there are {len(self)} members, numbered from 0, and {index} is none of them."
            )
        return int(self._numbers[index])

    def __repr__(self) -> str:
        if not len(self):
            return "Population(stopped by hand before the first step)"
        spread = self.quantiles((0.0, 0.25, 0.5, 0.75, 1.0))
        shares = ("least", "quarter", "half", "three quarters", "most")
        losses = "  ".join(
            f"{name} {value:.4g}" for name, value in zip(shares, spread.values(), strict=True)
        )
        watched = "training" if self.validation_loss is None else "validation"
        lines = [
            f"{len(self):,} networks in {self.seconds:.1f} s, by {watched} loss at the best epoch",
            losses,
            *self._table(),
        ]
        if self.diverged:
            lines.append(f"{len(self.diverged):,} diverged.")
        if "interrupted" in self.stopped:
            lines.append("Stopped by hand.")
        if not self.best_epoch.any():
            lines.append("No epoch was finished: each network is as it began.")
        return "\n".join(lines)

    def _table(self) -> list[str]:
        order = np.argsort(self.best_loss, kind="stable")[:SHOWN]
        names = ["member", *self.members[0], "best loss", "epoch"]
        rows = [
            [
                str(i),
                *(_short(v) for v in self.members[i].values()),
                f"{self.best_loss[i]:.4g}",
                str(self.best_epoch[i]),
            ]
            for i in map(int, order)
        ]
        widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
        return [
            "  ".join(cell.rjust(w) for cell, w in zip(line, widths, strict=True))
            for line in (names, *rows)
        ]


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
