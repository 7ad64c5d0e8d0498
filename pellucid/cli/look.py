"""How commands speak: remarks, errors and the card at the end, alike everywhere.

Results go to standard output; everything else goes to standard error.
"""

from __future__ import annotations

import math
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from pellucid.cli.progress import Progress
from pellucid.cli.terminal import asked_width, can_redraw, console_for, spelled
from pellucid.data.notice import Notice
from pellucid.lenses.numerals import count, fine_percent, lasting, plural
from pellucid.report import ClassScore, Content, Metric
from pellucid.report.checks import alerts
from pellucid.report.verdict import headline, judge, say
from pellucid.training.suspicion import Suspicion

__all__ = [
    "EndCard", "Progress", "remark", "say_notice", "show_end_card", "show_error", "warn",
]  # fmt: skip

_CLASSES_SHOWN = 6


def show_error(message: str, *, hint: str = "", stream: TextIO | None = None) -> None:
    r"""Says what went wrong: the first line after "error:", the facts indented, "try:" last.

    Args:
        message: what happened; further lines are facts.
        hint: a command or option that helps; the message may hold its own "try:" line.
        stream: standard error when None.

    Example:
        >>> show_error(
        ...     'the target column "prise" is not in houses.csv\ncolumns: id, area, price',
        ...     hint="pellucid fit houses.csv --target price",
        ...     stream=sys.stdout,
        ... )
        error: the target column "prise" is not in houses.csv
          columns: id, area, price
          try: pellucid fit houses.csv --target price
    """
    first, _, rest = message.strip("\n").partition("\n")
    facts = textwrap.indent(textwrap.dedent(rest), "  ")
    lines = [*facts.splitlines(), *([f"  try: {hint}"] if hint else [])]
    _speak("error", first, lines, "bold red", stream)


def warn(message: str, *, stream: TextIO | None = None) -> None:
    """Says what probably is not meant, without stopping.

    Example:
        >>> warn("--host opens the page to other computers", stream=sys.stdout)
        warning: --host opens the page to other computers
    """
    first, _, rest = message.strip("\n").partition("\n")
    facts = textwrap.indent(textwrap.dedent(rest), "  ").splitlines()
    _speak("warning", first, facts, "bold yellow", stream)


def remark(message: str, *, stream: TextIO | None = None) -> None:
    """Says something worth knowing on the way.

    Example:
        >>> remark("Column remarks is text and is ignored.", stream=sys.stdout)
        note: Column remarks is text and is ignored.
    """
    first, _, rest = message.strip("\n").partition("\n")
    facts = textwrap.indent(textwrap.dedent(rest), "  ").splitlines()
    _speak("note", first, facts, "dim", stream)


def say_notice(notice: Notice) -> None:
    """Says what was noticed about the data: as a warning where a score would mislead."""
    (warn if isinstance(notice, Suspicion) and notice.grave else remark)(str(notice))


def _speak(kind: str, first: str, rest: list[str], style: str, stream: TextIO | None) -> None:
    from rich.text import Text

    target = stream or sys.stderr
    Progress.clear()
    console = console_for(target)
    room = console.width if can_redraw(target) else None
    for i, words in enumerate((f"{kind}: {first}", *rest)):
        for text in map(Text, _in_lines(spelled(words, target), room)):
            if not i:
                text.highlight_regex(f"^{kind}:", style)
            elif words.lstrip().startswith("try:"):
                text.stylize("cyan", len(words) - len(words.lstrip()))
            console.print(text, soft_wrap=True)
    target.flush()


def _in_lines(words: str, room: int | None) -> list[str]:
    """Broken between words on a terminal; a command to copy stays in one piece."""
    if room is None or words.lstrip().startswith("try:"):
        return [words]
    return textwrap.wrap(words, room, subsequent_indent="  ", break_on_hyphens=False) or [""]


@dataclass(frozen=True, kw_only=True)
class EndCard:
    """What a finished run has to say.

    Args:
        content: what the report shows.
        files: the files written.
        next_command: the command to type next, and `next_words` what it does.
        next_words: such as "See it".
        notes: further lines, such as why it stopped.
    """

    content: Content
    files: tuple[Path, ...] = ()
    next_command: str = ""
    next_words: str = "See it"
    notes: tuple[str, ...] = field(default=())

    def lines(self) -> Iterator[tuple[str, str]]:
        """The card as pairs of a name and what it says; a file after the first has no name."""
        content, answer = self.content, self.content.answer
        kind = "a class" if answer.task == "class" else "a number"
        from_inputs = f"{answer.target} ({kind}) from {plural(answer.inputs, 'input')}"
        yield "task", answer.lead or from_inputs
        yield "rows", _rows(content)
        for metric in (answer.metric, *answer.others):
            yield metric.name, _score(metric)
        if content.errors.by_class:
            yield "recall", _recalls(content.errors.by_class)
        epochs = len(content.training.train_loss)
        yield "best epoch", f"{content.training.best_epoch} of {count(epochs)}"
        if content.training.seconds is not None:
            yield "time", lasting(content.training.seconds)
        for index, file in enumerate(self.files):
            yield "" if index else "files", str(file)
        for alert in alerts(content):
            if alert.level != "info":
                words = (f"{alert.title}.", alert.text, alert.advice)
                yield "warning", " ".join(filter(None, words))

    def to_dict(self) -> dict[str, Any]:
        """The card as data for `--json`: numbers unrounded, paths as text."""
        content, answer = self.content, self.content.answer
        return {
            "name": content.name,
            "task": answer.task,
            "target": answer.target,
            "inputs": answer.inputs,
            "rows": {
                "total": content.data.rows,
                "train": content.data.train,
                "validation": content.data.validation,
                "test": content.data.test,
            },
            "scored_rows": answer.rows,
            "held_out": answer.held_out,
            "metrics": {m.name: _metric_dict(m) for m in (answer.metric, *answer.others)},
            "judged_by": answer.metric.name,
            "classes": {s.name: _class_dict(s) for s in content.errors.by_class},
            "alerts": [asdict(alert) for alert in alerts(content)],
            "verdict": judge(answer).text,
            "epochs": len(content.training.train_loss),
            "best_epoch": content.training.best_epoch,
            "seconds": content.training.seconds,
            "seed": content.reproduce.seed,
            "files": [str(file) for file in self.files],
            "notes": list(self.notes),
        }


def show_end_card(card: EndCard, *, stream: TextIO | None = None) -> None:
    """Prints the card: in a frame on a terminal, as plain lines elsewhere.

    Args:
        card: what to print.
        stream: standard output when None.
    """
    target = stream or sys.stdout
    Progress.clear()
    console = console_for(target)
    if can_redraw(target):
        console.print(_framed(card, target))
    else:
        for line in _plain(card):
            for part in _within(spelled(line, target), asked_width()):
                console.print(part, soft_wrap=True)
    target.flush()


def _plain(card: EndCard) -> Iterator[str]:
    yield headline(card.content.name, card.content.answer)
    width = max(len(name) for name, _ in card.lines())
    for name, words in card.lines():
        yield f"  {name:{width}}  {words}"
    for note in (*card.notes, _verdict(card)):
        yield f"  {note}"
    if card.next_command:
        yield f"{card.next_words}: {card.next_command}"


def _within(line: str, width: int | None) -> Iterator[str]:
    """The line, broken between words where it is too long; the rest stands below its last column.

    A word longer than the width, such as a path, stays whole.
    """
    columns = [found.end() for found in re.finditer("  +", line)]
    if width is None or len(line) <= width or " " not in line[columns[-1] if columns else 0 :]:
        yield line
        return
    indent = columns[-1] if columns and 3 * columns[-1] <= 2 * width else 2
    yield from textwrap.wrap(
        line, width, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True, replace_whitespace=False,
    )  # fmt: skip


def _framed(card: EndCard, stream: TextIO) -> Any:
    from rich import box
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, words in card.lines():
        grid.add_row(spelled(name, stream), spelled(words, stream))
    level = judge(card.content.answer).level
    tone = {"good": "green", "warn": "yellow"}.get(level, "red")
    parts: list[Any] = [grid, *(Text(spelled(note, stream)) for note in card.notes)]
    parts.append(Text(spelled(_verdict(card), stream), tone))
    if card.next_command:
        parts.append(Text(f"{card.next_words}: ", "dim").append(card.next_command, "cyan"))
    title = Text(spelled(headline(card.content.name, card.content.answer), stream), "bold")
    frame = box.ROUNDED if spelled("╭", stream) == "╭" else box.ASCII
    return Panel(Group(title, *parts), box=frame, expand=False, padding=(0, 1))


def _verdict(card: EndCard) -> str:
    return judge(card.content.answer).text


def _rows(content: Content) -> str:
    data = content.data
    parts = [
        f"{count(amount)} {words}"
        for amount, words in (
            (data.train, "to learn from"),
            (data.validation, "to choose the epoch" if data.test else "held out"),
            (data.test, "held out"),
        )
        if amount
    ]
    return f"{count(data.rows)}: {', '.join(parts)}" if parts else count(data.rows)


def _score(metric: Metric) -> str:
    words = say(metric, metric.value)
    if metric.low is not None and metric.high is not None:
        words += f" ({say(metric, metric.low)} to {say(metric, metric.high)})"
    if metric.baseline is None:
        return words
    how = f", {metric.baseline_name}" if metric.baseline_name else ""
    return f"{words}; baseline {say(metric, metric.baseline)}{how}"


def _recalls(scores: Sequence[ClassScore]) -> str:
    """What part of each class is found, the least found first."""
    known = sorted((s for s in scores if s.recall is not None), key=lambda s: s.recall or 0.0)
    said = [
        f"{s.name}: {fine_percent(s.recall or 0.0)} of {count(s.rows)}"
        for s in known[:_CLASSES_SHOWN]
    ]
    left = len(known) - len(said)
    return ", ".join([*said, *([f"{plural(left, 'more class', 'more classes')}"] if left else [])])


def _class_dict(score: ClassScore) -> Mapping[str, Any]:
    return {key: value for key, value in asdict(score).items() if key != "name"}


def _metric_dict(metric: Metric) -> Mapping[str, Any]:
    return {
        "value": _json_number(metric.value),
        "baseline": _json_number(metric.baseline),
        "baseline_name": metric.baseline_name,
        "low": _json_number(metric.low),
        "high": _json_number(metric.high),
    }


def _json_number(value: float | None) -> float | None:
    """JSON has no NaN and no infinity."""
    return value if value is not None and math.isfinite(value) else None
