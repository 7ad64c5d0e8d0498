"""Shows how training goes: one line that redraws on a terminal, a line per tenth elsewhere.

It takes plain numbers, draws at most ten times a second, and its last line stays.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, TextIO

from pellucid.cli.terminal import (
    asked_width,
    can_redraw,
    console_for,
    erase_line,
    has_unicode,
    spelled,
)
from pellucid.lenses.numerals import compact, fine_percent, lasting
from pellucid.training.progress import clock
from pellucid.training.spark import sparkline

__all__ = ["Progress", "bar"]

REDRAW_EVERY = 0.1
BAR = 13
BAR_NARROW = 6
WIDE = 90
SPARK_WIDTH = 16
SHORT = {"accuracy": "acc", "r2": "R²"}


@dataclass(frozen=True)
class State:
    """The numbers of one moment; None where there is none."""

    epoch: int
    loss: float
    val_loss: float | None
    metric_name: str
    metric: float | None
    rows_per_second: float | None
    seconds_left: float | None


@dataclass(frozen=True)
class Part:
    """A piece of the line; those of the least worth go first where the terminal is narrow."""

    text: str
    worth: float
    style: str = ""
    gap: str = "  "
    only_live: bool = False


class Progress:
    """The progress line of a training run.

    Args:
        stream: where to draw; standard error when None.
        label: the first word of the line.
        now: a clock in seconds.

    Example:
        >>> with Progress(sys.stdout) as progress:
        ...     progress.start(2)
        ...     progress.update(1, 10, 0.5)
        ...     progress.update(2, 20, 0.25, metric_name="acc", metric=0.96)
        Fitting  epoch 1/2  loss 0.5000
        Fitting  epoch 2/2  loss 0.2500  acc 96 %  in ...
    """

    # The line on screen, so that a remark printed meanwhile can clear it first.
    _shown: ClassVar[Progress | None] = None

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        label: str = "Fitting",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream: TextIO = stream or sys.stderr
        self._console = console_for(self._stream)
        self._live = can_redraw(self._stream)
        self.whole_epochs = not self._live  # lines in a file don't depend on how quick a run is
        self._label = label
        self._now = now
        self.start(0)

    def start(self, total_epochs: int, *, label: str | None = None) -> None:
        """Begins a run.

        Args:
            total_epochs: how many epochs are planned; early stopping may end before.
            label: the first word of the line; the one before when None.
        """
        self._total, self._label = total_epochs, label or self._label
        self._began, self._drawn, self._tenth = self._now(), -math.inf, 0
        self._losses: list[float] = []
        self._state: State | None = None
        self._printed: State | None = None

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
        """Takes the newest numbers; draws only when it is time.

        Args:
            epoch: the epoch at work, counted from 1.
            step: steps taken so far.
            loss: training loss.
            val_loss: validation loss; the last one known is kept when None.
            metric_name: "acc" and "accuracy" are shown as percent.
            metric: the score; the last one known is kept when None.
            rows_per_second: speed.
            seconds_left: expected time to the end.
        """
        last = self._state
        if last is not None:
            val_loss = last.val_loss if val_loss is None else val_loss
            if metric is None:
                metric_name, metric = last.metric_name, last.metric
        if last is None or epoch != last.epoch:
            self._losses.append(loss)
        self._losses[-1] = loss
        state = State(epoch, loss, val_loss, metric_name, metric, rows_per_second, seconds_left)
        self._state = state
        if not self._live:
            self._print_in_time(state)
        elif self._now() - self._drawn >= REDRAW_EVERY:
            self._draw(state)

    def say(self, text: str) -> None:
        """A remark between the figures."""
        Progress.clear()
        self._console.print(spelled(text, self._stream), style="dim", soft_wrap=True)

    def finish(self) -> None:
        """Draws the last state once more and leaves it there."""
        state, self._state = self._state, None
        if state is None:
            return
        took = f"in {lasting(self._now() - self._began)}"
        if self._live:
            self._draw(state, took)
            self._console.print()
            Progress._shown = None
        elif state is not self._printed:
            self._print(state, took)

    def __enter__(self) -> Progress:
        """Begins a block at whose end the line is finished."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finishes the line, also after an error."""
        self.finish()

    @classmethod
    def clear(cls) -> None:
        """Takes the line off the screen until the next update, so that other words can be said."""
        if cls._shown is not None:
            erase_line(cls._shown._console)
            cls._shown._drawn, cls._shown = -math.inf, None

    def _print_in_time(self, state: State) -> None:
        """Prints when a tenth of the epochs has passed; the last one waits for `finish`."""
        tenth = 10 * state.epoch // max(self._total, 1)
        if tenth > self._tenth and state.epoch < self._total:
            self._tenth = tenth
            self._print(state)

    def _draw(self, state: State, end: str = "") -> None:
        from rich.text import Text

        parts = [(spelled(p.text, self._stream), p) for p in self._parts(state, end)]
        line = Text()
        for text, part in fitted(parts, self._console.width - 1):
            line.append(part.gap if line else "").append(text, part.style or None)
        line.truncate(self._console.width - 1)
        erase_line(self._console)
        self._console.print(line, end="", soft_wrap=True)
        self._stream.flush()
        self._drawn, Progress._shown = self._now(), self

    def _print(self, state: State, end: str = "") -> None:
        parts = [(spelled(p.text, self._stream), p)
                 for p in self._parts(state, end) if not p.only_live]  # fmt: skip
        shown = fitted(parts, asked_width() or sys.maxsize)
        line = "".join(part.gap + text for text, part in shown).lstrip()
        self._console.print(line, soft_wrap=True)
        self._stream.flush()
        self._printed = state

    def _parts(self, state: State, end: str) -> Iterable[Part]:
        left, rate = state.seconds_left, state.rows_per_second
        size = BAR if self._console.width >= WIDE else BAR_NARROW
        yield Part(self._label, 3.5, "bold")
        yield Part(f"epoch {state.epoch}/{self._total}", 9)
        yield Part(bar(state.epoch / max(self._total, 1), size), 3, "blue", only_live=True)
        yield Part(f"loss {_loss(state.loss)}", 8)
        yield Part("" if state.val_loss is None else f"v{_loss(state.val_loss)}", 5, gap=" ")
        yield Part(_metric(state), 6, "bold")
        yield Part(f"{compact(rate)} rows/s" if rate else "", 2, "dim")
        yield Part(end or (f"eta {clock(left)}" if left is not None else ""), 4)
        if has_unicode(self._stream):
            yield Part(sparkline(self._losses, SPARK_WIDTH), 1, "dim", only_live=True)


def fitted(parts: Iterable[tuple[str, Part]], width: int) -> list[tuple[str, Part]]:
    """Leaves out the parts of the least worth until the line fits."""
    kept = [(text, part) for text, part in parts if text]
    while len(kept) > 1 and sum(len(text) + len(part.gap) for text, part in kept) - 2 > width:
        kept.remove(min(kept, key=lambda pair: pair[1].worth))
    return kept


def bar(part: float, width: int = BAR) -> str:
    """Draws how much is done.

    Example:
        >>> bar(0.5), bar(0.0), bar(1.0)
        ('[======>      ]', '[>            ]', '[=============]')
    """
    done = min(max(int(part * width), 0), width)
    return f"[{('=' * done + '>')[:width]:{width}}]" if done < width else f"[{'=' * width}]"


def _loss(value: float) -> str:
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf"
    return (
        f"{value:.4f}"
        if abs(value) < 100
        else f"{value:.1f}"
        if abs(value) < 1e6
        else f"{value:.2e}"
    )


def _metric(state: State) -> str:
    if state.metric is None:
        return ""
    name = SHORT.get(state.metric_name.lower(), state.metric_name)
    return f"{name} {fine_percent(state.metric) if name == 'acc' else f'{state.metric:.3f}'}"
