"""Tries the smallest change against a fault beside the training as it was, before anything changes.

Both runs are short and go on copies, from the same first weights on the same batches; the network
itself, its weights and its optimizer stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.doctor.finding import Finding
from pellucid.doctor.kinds import KINDS
from pellucid.doctor.measures.curves import smooth
from pellucid.doctor.measures.fit import fit, fit_held_out
from pellucid.doctor.remedies import AT_ONCE, code, remedies, words
from pellucid.doctor.report import Report
from pellucid.doctor.seen import Seen
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.trials.runner import Runner
from pellucid.doctor.watching.aside import unseen
from pellucid.errors import SettingError
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Chart, Line
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Block, Code, Column, Remark, Table, View

__all__ = ["Treatment", "treat"]

LEAST, NEARLY = 0.02, 0.8
"""The least gain in skill that helps, and which share of the best gain a smaller change needs."""


@dataclass(frozen=True)
class Tried:
    """One change that was tried.

    Attributes:
        change: what was different.
        trial: how it went.
        gain: what it brings over the training as it was, in skill.
        helps: whether that is enough to speak of.
    """

    change: Change
    trial: Trial
    gain: float
    helps: bool


class Treatment(Shown):
    """What to change against one finding, and how the training goes with it.

    Attributes:
        finding: what is treated; None where nothing was found.
        change: the smallest change that brings most; None where none helps or none can be tried.
        before: the training as it was, in a short run.
        after: the same with the change.
        code: what to write.
    """

    def __init__(
        self, finding: Finding | None, seen: Seen, before: Trial | None, tried: Sequence[Tried]
    ) -> None:
        best = _smallest(tried)
        self.finding = finding
        self.change = best.change if best else None
        self.before = before
        self.after = best.trial if best else None
        self.code = _code(finding, best, seen)
        super().__init__(_view(self, tried))

    @property
    def works(self) -> bool:
        """Whether a change was found that helps."""
        return self.change is not None


def treat(report: Report, kind: str = "", *, seconds: float = 5.0) -> Treatment:
    """Propose the smallest change for a finding, and try it beside the training as it was.

    Nothing is changed: both runs go on copies of the network.

    Args:
        report: what `watch`, `examine` or PyTorch's `bridge.watch` reported.
        kind: which finding is treated; the first one if empty.
        seconds: how long the short runs may take together.

    Returns:
        a Treatment: print it, or take `.code`, `.change`, `.before`, `.after`, `.works`.

    Raises:
        SettingError: the report has no finding of that kind.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.doctor import treat, watch
        >>> _ = pellucid.manual_seed(0)
        >>> x = pellucid.randn(200, 2)
        >>> y = (x[:, 0] > 0).long()
        >>> model = nn.Linear(2, 2)
        >>> optimizer = pellucid.optim.SGD(model.parameters(), lr=1e-3)
        >>> with watch(model, optimizer) as report:
        ...     for step in range(60):
        ...         optimizer.zero_grad()
        ...         nn.functional.cross_entropy(model(x), y).backward()
        ...         optimizer.step()
        >>> print(treat(report).code)
        optimizer = pellucid.optim.SGD(model.parameters(), lr=0.1)
    """
    found = _finding(report, kind)
    if found is None:
        return Treatment(None, report.seen, None, ())
    trials = report.seen.trials
    if isinstance(trials, Runner):
        trials.more(seconds)
    with unseen():
        before = _before(report.seen, found.kind)
        if before is None:
            return Treatment(found, report.seen, None, ())
        tried = [
            _beside(before, change, trial, found.kind)
            for change in remedies(found.kind, report.seen)
            if (trial := trials.run(change)) is not None
        ]
    return Treatment(found, report.seen, before, tried)


def _finding(report: Report, kind: str) -> Finding | None:
    if kind:
        if kind not in KINDS:
            raise SettingError(
                f"there is no kind of fault called {kind!r}.\n The report has "
                f"{report.findings or 'no findings'}."
            )
        return report.finding(kind)
    return report.details[0] if report.details else None


def _before(seen: Seen, kind: str) -> Trial | None:
    """A trial without a change; the run itself where its loop is at fault, as no trial's is."""
    if kind == "unshuffled_data":
        return seen.trials.run(Change(shuffled=False))
    if kind not in (*AT_ONCE, "frozen_parameters"):
        return seen.trials.run(Change())
    own, held = fit(seen), fit_held_out(seen)
    if own is None:
        return None
    last = float(np.mean(seen.losses[-5:])) if len(seen.losses) else math.nan
    return Trial(
        seen.losses, last if own.loss is None else own.loss, own.right, own.explained,
        math.isfinite(own.skill), own.skill, math.nan if held is None or held.loss is None
        else held.loss, held.right if held else None, held.explained if held else None,
        held.skill if held else None, len(seen.losses),
    )  # fmt: skip


def _beside(before: Trial, change: Change, after: Trial, kind: str) -> Tried:
    """What a change brings; against overfitting, the loss on held-out rows decides."""
    if kind == "overfitting":
        gain = _less(before.held_loss, after.held_loss)
        return Tried(change, after, gain, gain > LEAST)
    gain = _skill(after) - _skill(before)
    less = _less(before.loss, after.loss)
    if abs(gain) <= LEAST:  # as many answers are right, but they may be surer
        gain = LEAST * less
        return Tried(change, after, gain, after.finite and less > 0.1)
    return Tried(change, after, gain, after.finite and gain > LEAST)


def _skill(trial: Trial) -> float:
    """On rows that were not learned from, where there are some; 0 for what ran away."""
    value = trial.skill if trial.held_skill is None else trial.held_skill
    return min(max(value, 0.0), 1.0) if trial.finite and math.isfinite(value) else 0.0


def _less(before: float, after: float) -> float:
    """The share of a loss that is gone, at most all of it; all if only the new one is a number."""
    if not math.isfinite(after):
        return 0.0
    if not math.isfinite(before):
        return 1.0
    return min(max((before - after) / max(abs(before), 1e-12), -1.0), 1.0)


def _smallest(tried: Sequence[Tried]) -> Tried | None:
    """The first of those that bring nearly as much as the best one."""
    helping = [each for each in tried if each.helps]
    most = max((each.gain for each in helping), default=0.0)
    return next((each for each in helping if each.gain >= NEARLY * most), None)


def _code(finding: Finding | None, best: Tried | None, seen: Seen) -> str:
    """The rule's own lines where the loop is at fault or nothing helped, else the change's."""
    if finding is None:
        return ""
    if best is None or finding.kind in (*AT_ONCE, "frozen_parameters", "unshuffled_data"):
        return finding.fix
    return code(best.change, seen) or finding.fix


def _view(done: Treatment, tried: Sequence[Tried]) -> View:
    found = done.finding
    if found is None:
        return View("Treatment", "Nothing wrong was found: there is nothing to treat.")
    blocks: list[Block] = []
    if done.code:
        blocks.append(Code(done.code, "What to change"))
    if done.before is not None and tried:
        blocks.append(_results(done.before, tried, done.change))
    if done.before is not None and done.after is not None:
        blocks.append(_curves(done.before, done.after))
    if done.works:
        blocks.append(Remark("Nothing was changed yet: both runs went on copies of the network."))
    data = {
        "kind": found.kind, "code": done.code, "works": done.works,
        "change": words(done.change) if done.change else None,
        "before": _data(done.before), "after": _data(done.after),
    }  # fmt: skip
    title = found.about.title
    return View(f"Treatment: {title[0].lower()}{title[1:]}", _sentence(done, tried),
                tuple(blocks), data)  # fmt: skip


def _sentence(done: Treatment, tried: Sequence[Tried]) -> str:
    if done.before is None:
        return "The training can't be run again on a copy, so this is to be changed by hand."
    if not tried:
        return "No change can be tried on its own: this is to be changed by hand."
    if done.change is None or done.after is None:
        changes = plural(len(tried), "change")
        return f"None of {changes} that {'was' if len(tried) == 1 else 'were'} tried helps."
    text = words(done.change)
    return (
        f"With {text} the same network gets to {_told(done.after)} instead of "
        f"{_told(done.before)}, in {plural(done.after.steps, 'step')}."
    )


def _told(trial: Trial) -> str:
    """How well it does, in words, on rows that it did not learn from where there are some."""
    if not trial.finite:
        return "no finite loss"
    held = trial.held_skill is not None
    right = trial.held_right if held else trial.right
    part = trial.held_explained if held else trial.explained
    if right is not None:
        return f"{percent(right)} right"
    if part is not None:
        return f"{percent(max(part, 0.0))} of the variance explained"
    return f"a loss of {number(trial.loss)}"


def _results(before: Trial, tried: Sequence[Tried], chosen: Change | None) -> Table:
    share = "right" if before.right is not None else "variance explained"
    columns = (
        Column("with", wraps=24, anchor=True), Column("loss", "number"),
        Column(share, "share"), Column(f"{share}, held-out rows", "share", rank=1),
        Column("steps", "count", rank=2), Column("chosen", rank=3),
    )  # fmt: skip
    rows = [_row("nothing changed", before, "")]
    rows += [_row(words(t.change), t.trial, "✓" if t.change == chosen else "") for t in tried]
    return Table(columns, tuple(rows))


def _row(name: str, trial: Trial, mark: str) -> tuple[Any, ...]:
    held = trial.held_right if trial.held_right is not None else trial.held_explained
    own = trial.right if trial.right is not None else trial.explained
    loss = trial.loss if math.isfinite(trial.loss) else None
    return name, loss, own, held, trial.steps, mark


def _curves(before: Trial, after: Trial) -> Chart:
    """Both losses, smoothed: single batches jump."""
    lines = (
        Line(range(len(before.losses)), _drawn(before), "as it was", "muted"),
        Line(range(len(after.losses)), _drawn(after), "changed", "good"),
    )
    ends = [trial.losses for trial in (before, after)]
    finite = np.concatenate([each[np.isfinite(each)] for each in ends])
    log = len(finite) > 0 and finite.min() > 0 and finite.max() > 100 * finite.min()
    title = "The loss with the change, beside the loss without"
    return Chart(Axis("step"), Axis("loss (how wrong)", log=bool(log)), lines, title)


def _drawn(trial: Trial) -> Any:
    values = np.asarray(trial.losses, dtype=float)
    known = np.isfinite(values)
    return smooth(values) if known.all() else np.where(known, values, np.nan)


def _data(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {
        "loss": trial.loss, "right": trial.right, "explained": trial.explained,
        "skill": trial.skill, "held_skill": trial.held_skill, "finite": trial.finite,
        "steps": trial.steps, "losses": np.asarray(trial.losses).tolist(),
    }  # fmt: skip
