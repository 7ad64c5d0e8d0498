"""The doctor after `fit`: what the history tells, and a few steps on a copy for the rest.

The loop of `fit` makes no mistakes of its own, so events are not looked for; losses, scores and
rates are the history's. Three steps on a copy show the operations, the loss and first gradients.
"""

from __future__ import annotations

import copy
import sys
import warnings
from typing import Any

import numpy as np

from pellucid.doctor.diagnose import diagnose
from pellucid.doctor.report import Report
from pellucid.doctor.rule import rules
from pellucid.doctor.seen import Batch, Rows, Score, Seen
from pellucid.doctor.trials.runner import Runner
from pellucid.doctor.watching.aside import unseen
from pellucid.doctor.watching.batches import batch_of
from pellucid.doctor.watching.filling import case_of, seen_of
from pellucid.doctor.watching.ours import Ours
from pellucid.doctor.watching.watcher import Watcher
from pellucid.doctor.well import did_well
from pellucid.lenses.subject import undisturbed
from pellucid.tensor.creation import of_array
from pellucid.training.history import History
from pellucid.training.loop import Run
from pellucid.training.progress import Lines, Terminal
from pellucid.training.sources import FromRows
from pellucid.training.weights import copied, put_back

__all__ = ["Fitted"]

_MOST_ROWS, _FEWEST_ROWS, _STEPS = 2000, 256, 3
_PASSES = 100  # a look goes over its rows about ten times, op by op
_AFAR = "losses are far below a constant's; with doctor=True it is looked at"
_SHARE = 0.25  # of a run's time that trials may take where nobody asked for them


class Fitted:
    """Looks at a run when it is over.

    Args:
        run: the training.
        asked: True where somebody asked for it.
        start: the weights before its first step.
    """

    def __init__(self, run: Run, asked: bool | None, start: dict[str, Any]) -> None:
        self.run, self.asked, self.start = run, asked, start

    def __call__(self, history: History, error: Exception | None = None) -> Report | None:
        """The report; None where the run can't be looked at."""
        if not isinstance(self.run.train, FromRows) or len(self.run.train.data.inputs) != 1:
            return None
        seconds = 5.0 if self.asked else min(5.0, _SHARE * history.seconds)
        try:
            with unseen():
                report = self._from_afar(history) if not (self.asked or error) else None
                report = report or diagnose(self._seen(history, seconds, error))
        except Exception:  # the training is what was asked for
            if self.asked:
                raise
            return None
        if report.findings or self.asked:
            self._say(report)
        return report

    def _from_afar(self, history: History) -> Report | None:
        """What losses and scores tell, where they are so good that this is enough; or None."""
        if not did_well(self.run, history):
            return None
        seen = Seen()
        seen.missing = dict.fromkeys(
            (what for rule in rules().values() for what in rule.needs), _AFAR
        )
        self._from_history(seen, history)
        report = diagnose(seen)
        return report if report.healthy else None

    def _say(self, report: Report) -> None:
        """One line, where the progress was shown too."""
        if isinstance(self.run.progress, Lines | Terminal):
            more = "" if report.healthy else " (print(history.doctor) says more)"
            sys.stderr.write(f"{report.line()}{more}\n")

    def _seen(self, history: History, seconds: float, error: Exception | None) -> Seen:
        library: Any = Ours()
        with library.random_kept(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            watcher = self._stepped(library, self._rows(history))
            seen = seen_of(watcher, "" if error is None else str(error))
            case = case_of(watcher, seen)
        self._from_history(seen, history)
        if case is not None:
            case.batch, case.steps = self.run.plan.batch_size, history.steps
            case.epoch, case.rates = seen.epoch, tuple(seen.rates)
            case.train, case.held_out = seen.train, seen.held_out
            seen.trials = Runner(case, seconds, seen.loss)
        return seen

    def _rows(self, history: History) -> int:
        """How many rows a closer look is worth: where nobody asked, few of those learned from."""
        if self.asked:
            return _MOST_ROWS
        learned = history.steps * self.run.plan.batch_size
        return min(_MOST_ROWS, max(_FEWEST_ROWS, learned // _PASSES))

    def _stepped(self, library: Any, most: int) -> Watcher:
        """A few steps from the first weights on a copy, which then gets the last ones."""
        run = self.run
        assert isinstance(run.train, FromRows)
        data = run.train.data
        end = copied(run.model)
        twin, optimizer = copy.deepcopy((run.model, run.optimizer))
        for hooked in (twin, *twin.modules()):
            hooked.__dict__.pop("_module_hooks", None)
        put_back(twin, self.start)
        optimizer.state.clear()
        watcher = Watcher(library, [twin], [optimizer])
        watcher.begin()
        count = min(len(data), most)
        chosen = np.random.default_rng(run.plan.seed).permutation(len(data))[:count]
        if not run.plan.shuffle:  # kept rows stand in the order that was learned from
            chosen.sort()
        try:
            twin.train()
            for rows in np.array_split(chosen, min(_STEPS, count)):
                optimizer.zero_grad()
                out = twin(of_array(np.asarray(data.inputs[0])[rows]))
                loss = run.objective.call(out, of_array(np.asarray(data.target)[rows]))
                loss.backward()
                optimizer.step()
        finally:
            watcher.end()
        put_back(twin, end)
        return watcher

    def _from_history(self, seen: Seen, history: History) -> None:
        run = self.run
        each = run.epoch_steps or 1
        seen.losses = np.array(history.step_loss, dtype=np.float64)
        seen.epoch, seen.rows, seen.shuffled = each, run.train.rows or 0, run.plan.shuffle
        seen.rates = _rates(history, each)
        seen.fits = _scores(history.train_loss, history.train_metrics, each, seen.rows)
        if seen.train is not None:
            seen.train.total = seen.rows
        if not run.plan.shuffle:
            seen.batches = _in_order(run)
        events = seen.events
        events.steps = events.backwards = events.clears = history.steps
        events.train_passes, events.eval_in_train = history.steps, 0
        if isinstance(run.held, FromRows) and seen.train is not None:
            seen.held_out = _held(run)
            seen.scores = _scores(
                history.validation_loss, history.validation_metrics, each, run.held.rows
            )


def _in_order(run: Run) -> list[Batch]:
    """The targets of the batches of an epoch that goes through the rows as they lie."""
    assert isinstance(run.train, FromRows)
    y, size = np.asarray(run.train.data.target), run.plan.batch_size * run.plan.accumulate
    return [
        batch_of(at, y[start : start + size]) for at, start in enumerate(range(0, len(y), size))
    ]


def _held(run: Run) -> Rows:
    """Rows that were held out, with what the network says of them now."""
    data = run.held.data  # type: ignore[union-attr]
    x, y = (np.asarray(part)[:_MOST_ROWS] for part in (data.inputs[0], data.target))
    with undisturbed(run.model):
        out = run.model(of_array(x))
    return Rows(x, y, np.array(out.numpy()), len(data))


def _rates(history: History, each: int) -> list[tuple[int, float]]:
    """The rate at every epoch at which it changed."""
    found: list[tuple[int, float]] = []
    for epoch, rate in enumerate(history.learning_rate):
        if not found or found[-1][1] != rate:
            found.append((epoch * each, rate))
    return found


def _scores(losses: Any, metrics: Any, each: int, rows: int) -> list[Score]:
    right = metrics.get("accuracy") or [None] * len(losses)
    return [
        Score((epoch + 1) * each, rows, loss, share)
        for epoch, (loss, share) in enumerate(zip(losses, right, strict=False))
    ]
