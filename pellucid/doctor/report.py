"""What the doctor says: findings in order, or one line with what was checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from pellucid.data.wording import listing
from pellucid.doctor.finding import Finding
from pellucid.doctor.kinds import KINDS
from pellucid.doctor.measures.scores import merged
from pellucid.doctor.seen import Floats, Seen
from pellucid.errors import SettingError
from pellucid.lenses.numerals import number, of_layer, percent, plural
from pellucid.lenses.picture import Axis, Chart, Line, Points
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Block, Code, Column, Folded, Remark, Table, View

__all__ = ["Report"]

_FEW = 3  # kinds that are named where nothing was found
_DECADES: Final = 1000
_COLUMNS = (
    Column("measured", wraps=30, anchor=True),
    Column("here"),
    Column("border"),
    Column("where the border comes from", wraps=24, rank=1),
)


class Report(Shown):
    """The doctor's report: print it, or take `.findings`, `.html()`, `.json()`, `.to_dict()`.

    Attributes:
        seen: what it rests on.
        details: the findings, the most important first.
        checked: the kinds that were looked for.
        unchecked: the kinds that could not be looked for, each with the reason.

    Example:
        >>> report = Report(Seen(), (Finding("double_softmax", "softmax comes twice."),))
        >>> report.findings
        ['double_softmax']
        >>> print(Report(Seen(), (), ("dead_relu", "bad_init")))
        The doctor
        ✓ Nothing wrong was found. Checked: dead ReLU units, initial weights that can't learn.
    """

    def __init__(
        self, seen: Seen, details: tuple[Finding, ...] = (), checked: tuple[str, ...] = (),
        unchecked: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.seen = seen
        self.details = details
        self.checked = checked
        self.unchecked = dict(unchecked or {})
        super().__init__(_view(self))

    @property
    def findings(self) -> list[str]:
        """The kinds that were found, the most important first."""
        return [found.kind for found in self.details]

    @property
    def healthy(self) -> bool:
        """Whether nothing was found."""
        return not self.details

    def line(self) -> str:
        """The report in one line, for logs.

        Example:
            >>> Report(Seen(), (), ("dead_relu", "bad_init")).line()
            'doctor: nothing wrong was found, 2 kinds of faults checked'
        """
        if self.healthy:
            kinds = plural(len(self.checked), "kind")
            return f"doctor: nothing wrong was found, {kinds} of faults checked"
        names = [KINDS[kind].title for kind in self.findings]
        return f"doctor: {'; '.join(names)}"

    def finding(self, kind: str) -> Finding:
        """The finding of a kind.

        Args:
            kind: its name, as in `findings`.

        Raises:
            SettingError: there is none.
        """
        for found in self.details:
            if found.kind == kind:
                return found
        raise SettingError(
            f"the report has no finding {kind!r}.\n It has {self.findings or 'none'}."
        )


def _view(report: Report) -> View:
    data = {
        "findings": [found.to_dict() for found in report.details],
        "checked": list(report.checked),
        "unchecked": report.unchecked,
        "source": report.seen.source,
        "steps": report.seen.events.steps,
    }
    blocks: list[Block] = []
    for place, found in enumerate(report.details, 1):
        blocks += _finding(place, found)
    if report.details and len(report.seen.losses) > 1:
        blocks.append(_curve(report))
    if not report.details:
        blocks.append(_nothing(report))
    blocks += _unchecked(report)
    return View(_title(report), _sentence(report), tuple(blocks), data)


def _nothing(report: Report) -> Remark:
    """That nothing was found, and how far that goes."""
    done = _checked(report.checked)
    if report.seen.finished:
        return Remark(f"Nothing wrong was found. {done}", "good")
    first = report.seen.error.partition("\n")[0].rstrip(".")
    steps = plural(report.seen.events.steps, "step")
    return Remark(
        f"The run ended with an error after {steps}: {first}. Until then nothing wrong was found. "
        f"{done}", "warn",
    )  # fmt: skip


def _checked(kinds: tuple[str, ...]) -> str:
    """What was looked for, in the room that a line leaves."""
    if len(kinds) <= _FEW:
        return f"Checked: {listing([_plain(kind) for kind in kinds]) or 'nothing'}."
    return f"Looked for {len(kinds)} kinds of faults; report.checked and --json name them."


def _title(report: Report) -> str:
    if report.healthy:
        return "The doctor"
    return f"The doctor: {_plain(report.findings[0])}"


def _sentence(report: Report) -> str:
    """What the title does not say: further findings, and what the first one brings about."""
    if report.healthy:
        return ""
    rest = [_plain(kind) for kind in report.findings[1:]]
    brought = [_plain(kind) for kind in report.details[0].explained]
    more = f"Found besides: {listing(rest)}." if rest else ""
    told = f"What it brings about: {listing(brought)}." if brought else ""
    return " ".join(filter(None, (told, more)))


def _plain(kind: str) -> str:
    """A kind's title inside a sentence: only names keep their capital."""
    title = KINDS[kind].title
    return title if title[:3] in ("NaN",) else title[0].lower() + title[1:]


def _finding(place: int, found: Finding) -> list[Block]:
    where = [of_layer(found.layer)] if found.layer else []
    where += [f"and in {listing([of_layer(path) for path in found.also])}"] if found.also else []
    where += [f"step {found.step:,}"] if found.step is not None else []
    where += [found.line] if found.line else []
    head = f"{place}. {found.about.title}" + (f" ({', '.join(where)})" if where else "")
    blocks: list[Block] = [Remark(f"{head}: {found.text}", "warn")]
    if found.evidence:
        rows = tuple(
            (e.name, _value(e.value, e.kind), _value(e.threshold, e.kind, ""), e.source)
            for e in found.evidence
        )
        blocks.append(Table(_COLUMNS, rows))
    if found.why:
        blocks.append(Remark(f"{found.why} How sure: {percent(found.sure)}."))
    if found.fix:
        blocks.append(Code(found.fix, "What to change"))
    return blocks


def _value(value: float | None, kind: str, none: str = "not a number") -> str:
    if value is None:
        return none
    if kind == "share":
        return percent(value)
    return f"{value:,.0f}" if kind == "count" else number(value)


def _curve(report: Report) -> Chart:
    """The loss of every step, and of the rows that no step learned from."""
    losses, scores = report.seen.losses, merged(report.seen.scores)
    steps = list(range(len(losses)))
    stride = max(len(steps) // 2000, 1)
    marks: list[Any] = [
        Line(steps[::stride], losses[::stride], name="training batch", role="train")
    ]
    if scores:
        held: Any = Line if len(scores) > 1 else Points
        at, values = [s.step for s in scores], [s.loss for s in scores]
        marks.append(held(at, values, name="held-out rows", role="test"))
    loss = Axis("loss", log=_spans_decades(losses))
    return Chart(Axis("step"), loss, tuple(marks), title="The loss of the run")


def _spans_decades(losses: Floats) -> bool:
    """Whether one loss is so far above the others that it alone would be seen."""
    good = losses[np.isfinite(losses)]
    return good.size > 1 and good.min() > 0 and good.max() > _DECADES * np.median(good)


def _unchecked(report: Report) -> list[Block]:
    if not report.unchecked:
        return []
    reasons: dict[str, list[str]] = {}
    for kind, reason in report.unchecked.items():
        reasons.setdefault(reason, []).append(_plain(kind))
    rows = tuple((listing(kinds), reason) for reason, kinds in reasons.items())
    table = Table((Column("not checked", wraps=40, anchor=True), Column("why", wraps=30)), rows)
    names = listing([_plain(kind) for kind in report.unchecked])
    hint = "report.unchecked and --json have the reasons"
    return [Folded(f"What was not checked ({names})", hint, (table,))]
