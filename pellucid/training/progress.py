"""How far a training is: a bar that redraws on a terminal, a line per tenth elsewhere.

Anything with `start`, `update` and `finish` can take its place: `fit(progress=…)`.
"""

from __future__ import annotations

import math
import sys
import time
from typing import Any, Protocol, TextIO

from pellucid.errors import SettingError

__all__ = ["Lines", "Numbered", "Progress", "Silent", "Terminal", "choose_progress", "clock"]


class Progress(Protocol):
    """What `fit` tells while it runs.

    One with `whole_epochs = True` is told of epochs that are over alone.
    """

    def start(self, total_epochs: int) -> None:
        """A run begins."""

    def update(
        self,
        epoch: int,
        step: int,
        loss: float,
        val_loss: float | None = None,
        metric_name: str = "",
        metric: float | None = None,
        rows_per_second: float | None = None,
        seconds_left: float | None = None,
    ) -> None:
        """New figures, at the end of each epoch and now and then in a long one."""

    def finish(self) -> None:
        """The run is over."""


class Silent:
    """Shows nothing."""

    def start(self, total_epochs: int) -> None:
        """A run begins."""

    def update(self, *figures: Any, **named: Any) -> None:
        """New figures."""

    def finish(self) -> None:
        """The run is over."""


class Numbered:
    """The progress of one of several starts: its number is said before its figures.

    Example:
        >>> shown = Numbered(Lines(sys.stdout), 2, 3)
        >>> shown.start(1)
        start 2 of 3
        >>> shown.update(1, 10, 0.5)
        epoch 1/1  loss 0.5000
    """

    def __init__(self, inner: Progress, start: int, starts: int) -> None:
        self._inner, self._said = inner, f"start {start} of {starts}"

    def start(self, total_epochs: int) -> None:
        """A run begins."""
        self._inner.start(total_epochs)
        say = getattr(self._inner, "say", None)
        if say is not None:
            say(self._said)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Lines:
    """One line for each tenth of the epochs, and at the end.

    Example:
        >>> lines = Lines(sys.stdout)
        >>> lines.start(20)
        >>> for epoch in (1, 2, 3, 4):
        ...     lines.update(epoch, 10 * epoch, 1 / epoch, metric_name="accuracy", metric=0.5)
        epoch 2/20  loss 0.5000  accuracy 50.0 %
        epoch 4/20  loss 0.2500  accuracy 50.0 %
    """

    whole_epochs = True  # the same run writes the same lines, however quick it is

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream: TextIO = stream or sys.stderr

    def start(self, total_epochs: int) -> None:
        """A run begins."""
        self.total, self.tenth = total_epochs, 0
        self.latest, self.shown, self.cut = "", "", ""

    def say(self, text: str) -> None:
        """A remark beside the figures."""
        print(text, file=self.stream)

    def update(
        self,
        epoch: int,
        step: int,
        loss: float,
        val_loss: float | None = None,
        metric_name: str = "",
        metric: float | None = None,
        rows_per_second: float | None = None,
        seconds_left: float | None = None,
    ) -> None:
        """New figures."""
        figures = written(loss, val_loss, metric_name, metric)
        self.latest = f"epoch {epoch}/{self.total}  {figures}"
        self.cut = f"{self.latest}  stopped" if epoch < self.total else ""
        if seconds_left is not None and epoch < self.total:
            self.latest += f"  {clock(seconds_left)} left"
        tenth = 10 * epoch // self.total
        if tenth > self.tenth:
            self.tenth = tenth
            self._show()

    def finish(self) -> None:
        """The run is over: the last figures are shown if they weren't, or that it stopped."""
        self.latest = self.cut or self.latest
        if self.latest != self.shown:
            self._show()

    def _show(self) -> None:
        self.shown = self.latest
        print(self.latest, file=self.stream, flush=True)


class Terminal:
    """A bar with loss, metric, rate and time left, redrawn ten times a second."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream: TextIO = stream or sys.stderr

    def start(self, total_epochs: int) -> None:
        """A run begins."""
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self.total, self.drawn = total_epochs, 0.0
        self.bar = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.total:.0f}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[figures]}"),
            TextColumn("[dim]{task.fields[pace]}"),
            console=Console(file=self.stream),
            auto_refresh=False,
        )
        self.task = self.bar.add_task("", total=total_epochs, epoch=0, figures="", pace="")
        self.bar.start()

    def say(self, text: str) -> None:
        """A remark beside the figures."""
        self.bar.console.print(text, markup=False, highlight=False)

    def update(
        self,
        epoch: int,
        step: int,
        loss: float,
        val_loss: float | None = None,
        metric_name: str = "",
        metric: float | None = None,
        rows_per_second: float | None = None,
        seconds_left: float | None = None,
    ) -> None:
        """New figures; drawn when it is time."""
        now = time.monotonic()
        if now - self.drawn < 0.1 and epoch < self.total:
            return
        self.drawn = now
        pace = f"{rows_per_second:,.0f} rows/s" if rows_per_second else ""
        if seconds_left is not None:
            pace += f"  {clock(seconds_left)} left"
        figures = written(loss, val_loss, metric_name, metric)
        self.bar.update(self.task, completed=epoch, epoch=epoch, figures=figures, pace=pace)
        self.bar.refresh()

    def finish(self) -> None:
        """The run is over; the last line stays."""
        if self.bar.tasks[0].completed < self.total:
            self.bar.update(self.task, pace="stopped")
        self.bar.refresh()
        self.bar.stop()


def written(loss: float, val_loss: float | None, metric_name: str, metric: float | None) -> str:
    """The figures on one line.

    >>> written(0.0812, 0.0975, "accuracy", 0.96)
    'loss 0.0812  validation 0.0975  accuracy 96.0 %'
    """
    parts = [f"loss {loss:.4f}" if abs(loss) < 1e4 else f"loss {loss:.3g}"]
    if val_loss is not None:
        parts.append(
            f"validation {val_loss:.4f}" if val_loss < 1e4 else f"validation {val_loss:.3g}"
        )
    if metric is not None:
        shown = f"{metric:,}" if isinstance(metric, int) else f"{metric:.4f}"
        shown = f"{100 * metric:.1f} %" if metric_name == "accuracy" else shown
        parts.append(f"{metric_name} {shown}")
    return "  ".join(parts)


def clock(seconds: float) -> str:
    """Minutes and seconds; "?" where no end is in sight.

    >>> clock(4.2), clock(75), clock(3700), clock(float("inf"))
    ('0:04', '1:15', '1:01:40', '?')
    """
    if not math.isfinite(seconds):
        return "?"
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def choose_progress(given: Any) -> Progress:
    """What shows the progress.

    Args:
        given: None or True: a bar on a terminal, lines elsewhere; False: nothing; or an object with
            `start`, `update` and `finish`.
    """
    if given is False:
        return Silent()
    if given is None or given is True:
        return Terminal() if sys.stderr.isatty() else Lines()
    if all(callable(getattr(given, name, None)) for name in ("start", "update", "finish")):
        return given  # type: ignore[no-any-return]
    raise SettingError(
        f"progress must be True, False or an object with start, update and finish, not {given!r}."
    )
