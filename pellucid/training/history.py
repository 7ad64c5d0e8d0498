"""What happened while training: the loss of every step, the figures of every epoch, the end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import FileFormatError
from pellucid.spelling import closest
from pellucid.training.files import replace_file
from pellucid.training.lookback import Kept, looked
from pellucid.training.picture import curves, page
from pellucid.training.probe_table import ProbeTable
from pellucid.training.spark import sparkline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["History"]

_FORMAT, _VERSION = "pellucid.history", 1
_ROWS = 8
_LOSSES = (
    "step_loss has one number for each step, train_loss and validation_loss one for each epoch"
)
_MEANT = {  # what other libraries have
    **dict.fromkeys(("loss", "losses", "loss_curve_", "training_loss"), _LOSSES),
    "val_loss": _LOSSES,
    "history": "history.to_frame() is a table of all epochs",
    "metrics": "train_metrics and validation_metrics have the figures of each epoch, by name",
}
_HINT = " Look closer: history.see()"
_ENDINGS = {
    "finished": "All {epochs} epochs were run.",
    "patience": "Stopped at epoch {epoch}: no better for {patience} epochs.",
    "interrupted": "Stopped at epoch {epoch} by hand.",
    "": "Still running.",
}


@dataclass
class History:
    """The course of one training.

    Attributes:
        step_loss: the loss of every step.
        train_loss: the mean loss of each epoch, measured on the way, while the weights moved.
        validation_loss: the loss on the validation rows after each epoch; empty without any.
        train_metrics, validation_metrics: by name, the figure of each epoch.
        learning_rate: the step size with which each epoch ended.
        epoch_seconds: how long each epoch took.
        best_epoch: the epoch (from 1) whose weights were best; 0 when none was finished.
        stopped: why it ended: "finished", "patience", "interrupted", or what a callback said.
        seconds: how long it took, over all sittings.
        loss_name, metric_name, optimizer: what was minimized, watched and used.
        settings: everything that was chosen, by the caller or for them.
        notes: what was decided on the way, one sentence each.
        restarts: for each start, its number (0 is the model as it was), its best loss and the epoch
            of it; empty for a single one. The rest of the history is that of the best start.
        probes: what the probes said now and then; a table of columns, by name.
        recording: the weights now and then, where `fit` was asked to record; saved apart, with
            `history.recording.save(path)`.
        doctor: the doctor's report, where it looked at the run; not part of a saved history.
        best_weights: the weights of the best epoch, by name; not part of a saved history.
        preparation: for a table, the steps from its cells to the network; not part of a saved
            history.
        kept: the network and the data, for `see`; not part of a saved history, nor of a copy.

    Example:
        >>> history = History(train_loss=[0.9, 0.5], validation_loss=[0.8, 0.6], best_epoch=2,
        ...                   stopped="finished", settings={"epochs": 2})
        >>> history
        epoch  train loss  validation loss
            1      0.9000           0.8000
           ▸2      0.5000           0.6000
        loss █▁  best 0.6000 at epoch 2. All 2 epochs were run.
    """

    step_loss: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    train_metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_metrics: dict[str, list[float]] = field(default_factory=dict)
    learning_rate: list[float] = field(default_factory=list)
    epoch_seconds: list[float] = field(default_factory=list)
    best_epoch: int = 0
    stopped: str = ""
    seconds: float = 0.0
    loss_name: str = ""
    metric_name: str = ""
    optimizer: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    restarts: list[dict[str, Any]] = field(default_factory=list)
    probes: ProbeTable = field(default_factory=ProbeTable, repr=False, compare=False)
    recording: Any = field(default=None, repr=False, compare=False)
    best_weights: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    preparation: Any = field(default=None, repr=False, compare=False)
    doctor: Any = field(default=None, repr=False, compare=False)
    kept: Kept | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        held: Any = self.probes
        if not isinstance(held, ProbeTable):  # as it stands in a file
            self.probes = ProbeTable(held)

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.train_loss)

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.step_loss)

    @property
    def train_metric(self) -> list[float]:
        """The first metric on the training rows, per epoch."""
        return self.train_metrics.get(self.metric_name, [])

    @property
    def validation_metric(self) -> list[float]:
        """The first metric on the validation rows, per epoch."""
        return self.validation_metrics.get(self.metric_name, [])

    @property
    def watched(self) -> list[float]:
        """The loss that decides which epoch is best: of the validation rows, if any."""
        return self.validation_loss or self.train_loss

    @property
    def best_loss(self) -> float:
        """The loss of the best epoch; infinite when none was finished."""
        return self.watched[self.best_epoch - 1] if self.best_epoch else float("inf")

    @property
    def engine(self) -> str:
        """What computed: "xla" where a compiled program ran, "numpy" elsewhere."""
        return "xla" if any(note.startswith("engine: xla") for note in self.notes) else "numpy"

    @property
    def ended(self) -> str:
        """Why it stopped, as a sentence; of several starts also which one this is."""
        text = _ENDINGS.get(self.stopped, "Stopped at epoch {epoch}: {stopped}.")
        said = text.format(
            epochs=self.settings.get("epochs", self.epochs),
            epoch=self.epochs,
            patience=self.settings.get("patience", ""),
            stopped=self.stopped,
        )
        return f"{said} {self._start}".rstrip()

    @property
    def _start(self) -> str:
        """Which of several starts this is: the one whose best loss is lowest."""
        if len(self.restarts) < 2:
            return ""
        best = min(self.restarts, key=lambda start: float(start["best_loss"]))
        return f"This is start {best['start'] + 1} of {len(self.restarts)}, the best."

    def to_frame(self) -> pd.DataFrame:
        """One row per epoch, as a pandas data frame."""
        import pandas as pd

        columns: dict[str, Any] = {
            "epoch": range(1, self.epochs + 1),
            "train_loss": self.train_loss,
        }
        if self.validation_loss:
            columns["validation_loss"] = self.validation_loss
        for part, held in (("train", self.train_metrics), ("validation", self.validation_metrics)):
            columns |= {f"{part}_{name}": values for name, values in held.items()}
        columns |= {"learning_rate": self.learning_rate, "seconds": self.epoch_seconds}
        return pd.DataFrame(columns)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as JSON; the weights are saved apart, with `pellucid.save`."""
        data = {"format": _FORMAT, "version": _VERSION, **self.to_dict()}
        replace_file(Path(path), json.dumps(data, indent=1, ensure_ascii=False).encode())

    @classmethod
    def load(cls, path: str | PathLike[str]) -> History:
        """Read what `save` wrote.

        Raises:
            FileFormatError: the file is damaged or no history.
        """
        try:
            data = json.loads(Path(path).read_bytes())
            if data.pop("format") != _FORMAT or data.pop("version") != _VERSION:
                raise ValueError("its format is another")
            return cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError) as damage:
            raise FileFormatError(f"{path} is not a whole history file: {damage}.") from None

    def to_dict(self) -> dict[str, Any]:
        """Everything but weights and preparation, as plain data."""
        plain = {f.name: getattr(self, f.name) for f in fields(self) if f.compare}
        return plain | ({"probes": self.probes.to_dict()} if self.probes else {})

    def see(
        self, lens: str | None = None, *, data: Any = None, part: str | None = None,
        model: Any = None, **settings: Any,
    ) -> Any:  # fmt: skip
        r"""The network through a lens, with the data that it was fitted to.

        Args:
            lens: the name of one, such as "optimize"; None lists them with what each answers.
            data: other rows to look with.
            part: "validation" for the rows that `fit` held out, "train" for those it learned from.
            model: the network, where the history was read from a file.
            settings: the lens's own, and what all lenses take, such as `at` and `film`.

        Returns:
            the view: it prints as text, and has `.html()`, `.figure()`, `.save(path)`.

        Raises:
            SettingError: a history without its network and data, no such lens or setting, or a
                lens that makes no sense for this network.

        Example:
            >>> import pellucid
            >>> from pellucid import nn
            >>> x = pellucid.linspace(-1, 1, 64).reshape(-1, 1)
            >>> history = pellucid.fit(nn.Linear(1, 1), (x, 3 * x), epochs=60, lr=0.05,
            ...                        progress=False)
            >>> history.see("black_box").view.title
            'Explains >99\xa0% of the spread'
        """
        return looked(self, self.kept, lens, model, data, part, settings)

    def keeping(self, kept: Kept) -> History:
        """Itself, with what `see` needs to know."""
        self.kept = kept
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"kept": None}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            text = f"a History has no attribute {name!r}."
            if name in _MEANT:
                raise AttributeError(f"{text}\n {_MEANT[name]}.")
            near = None if name.startswith("_") else closest(name, dir(self))
            raise AttributeError(f"{text} Did you mean {near!r}?" if near else text)

    def __repr__(self) -> str:
        if not self.epochs:
            return f"History(no finished epoch, {self.steps} steps)"
        names, cells = self._cells()
        widths = [max(map(len, col)) for col in zip(names, *cells, strict=True)]
        lines = [
            "  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)) for r in (names, *cells)
        ]
        hint = _HINT if self.kept else ""
        return "\n".join([*lines, f"loss {sparkline(self.watched)}  {self._result()}{hint}"])

    def _repr_html_(self) -> str:
        if not self.epochs:
            return f"<p>{self!r}</p>"
        lines = {"train loss": self.train_loss, "validation loss": self.validation_loss}
        curve = curves({k: v for k, v in lines.items() if v}, self.best_epoch)
        return page(curve, *self._cells(), self._number(self.best_epoch - 1), self._result())

    def _result(self) -> str:
        best = f"best {self.best_loss:.4f} at epoch {self.best_epoch}. " if self.best_epoch else ""
        return best + self.ended

    def _cells(self) -> tuple[list[str], list[list[str]]]:
        names, columns = self._columns()
        rows = [[self._number(e), *(f"{c[e]:.4f}" for c in columns)] for e in self._shown()]
        return names, rows

    def _columns(self) -> tuple[list[str], list[list[float]]]:
        named = {"train loss": self.train_loss, "validation loss": self.validation_loss}
        named |= {f"train {name}": values for name, values in self.train_metrics.items()}
        named |= {f"validation {name}": values for name, values in self.validation_metrics.items()}
        full = {name: values for name, values in named.items() if len(values) == self.epochs}
        return ["epoch", *full], list(full.values())

    def _number(self, epoch: int) -> str:
        return f"▸{epoch + 1}" if epoch + 1 == self.best_epoch else str(epoch + 1)

    def _shown(self) -> list[int]:
        """A few epochs, evenly spread, with the first, the best and the last."""
        last = self.epochs - 1
        spread = {round(i * last / (_ROWS - 1)) for i in range(_ROWS)}
        return sorted({*spread, *([self.best_epoch - 1] if self.best_epoch else [])})
