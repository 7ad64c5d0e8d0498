"""One trial: a loop without mistakes over a copy, and how well the copy does at the end."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.doctor.measures.fit import Fit, fit_of
from pellucid.doctor.seen import LossSeen
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.trials.batches import Array, Material, Scale, batches
from pellucid.doctor.trials.copies import model_of, optimizer_of, set_training
from pellucid.doctor.watching.case import Case

__all__ = ["Learning"]

_CHUNK = 512


class Learning:
    """A trial under way.

    Args:
        case: the training.
        change: what is different from it.
        rows: what is learned from, on the scale that the change asks for.
    """

    def __init__(self, case: Case, change: Change, rows: Material) -> None:
        self.case, self.change, self.rows = case, change, rows
        self.model = model_of(case, change)
        self.optimizer = optimizer_of(case, change, self.model)
        self.losses: list[float] = []
        self._y = rows.y if rows.scale is None else rows.scale.off(rows.y)
        size = max(round(case.batch * change.batch), 1)
        self._places = batches(len(rows.x), size, change.shuffled)
        self._clip = case.clip if change.clip is None else change.clip
        self._schedule = () if change.optimizer else _schedule(case, change)
        self._since = [since for since, _ in self._schedule]
        self._ratios = _ratios(case, change)

    def run(self, count: int) -> None:
        """Make steps; fewer where the loss is no longer a finite number.

        Args:
            count: how many.
        """
        set_training(self.model, self.change)
        for step in range(count):
            if self._schedule:
                self._set_rates(step / count)
            self._step()
            if not math.isfinite(self.losses[-1]):
                return

    def _step(self) -> None:
        places = next(self._places)
        x, y = self.case.tensor(self.rows.x[places]), self._y[places]
        seen: list[float] = []

        def closure() -> Any:
            self.optimizer.zero_grad()
            loss, own = self._loss(self.model(x), y)
            seen.append(own)
            loss.backward()
            if self._clip is not None:
                self.case.lib.nn.utils.clip_grad_norm_(self.model.parameters(), self._clip)
            return loss

        if self.case.closure and not self.change.optimizer:
            self.optimizer.step(closure)
        else:
            closure()
            self.optimizer.step()
        self.losses.append(seen[0])

    def _loss(self, out: Any, y: Array) -> tuple[Any, float]:
        """What is minimized, and the loss alone in the run's units."""
        case = self.case
        assert case.loss is not None
        target = self._aligned(out, y)
        alone = self.change.alone and case.fit is not None
        loss = case.fit(out, target) if alone and case.fit else case.loss(out, target)
        own = loss
        if self.rows.scale is not None:
            with case.lib.no_grad():
                own = case.loss(self._back(out, self.rows.scale),
                                self._back(target, self.rows.scale))  # fmt: skip
        penalized = case.penalty is not None and self.change.decay
        whole = loss + case.penalty(self.model) if penalized and case.penalty else loss
        return whole, float(own.item())

    def _back(self, values: Any, scale: Scale) -> Any:
        """Standardized values in the run's units."""
        if scale.std.size == 1:
            return values * scale.std.item() + scale.mean.item()
        std, mean = (self.case.tensor(each[0].astype(self._y.dtype))
                     for each in (scale.std, scale.mean))  # fmt: skip
        return values * std + mean

    def _aligned(self, out: Any, y: Array) -> Any:
        """Targets as a tensor in the shape of the predictions: (rows,) and (rows, 1) are one."""
        shape = tuple(self.case.prediction(out).shape)
        if np.issubdtype(y.dtype, np.floating) and math.prod(shape) == y.size:
            y = y.reshape(shape)
        return self.case.tensor(y)

    def _set_rates(self, at: float) -> None:
        """Replay the run's rates, stretched over the trial; `at` is how far it is, from 0 to 1."""
        now = max(bisect_right(self._since, at * self.case.steps) - 1, 0)
        for group, ratio in zip(self.optimizer.param_groups, self._ratios, strict=True):
            group["lr"] = ratio * self._schedule[now][1]

    def result(self, seen: LossSeen | None) -> Trial:
        """How it went.

        Args:
            seen: what is known of the loss; it tells what a right answer is.
        """
        losses = np.array(self.losses)
        if not np.isfinite(losses).all():
            return Trial(losses, finite=False, steps=len(losses))
        self.model.eval()
        loss, own = self._score(self.rows.x, self.rows.y, seen)
        held_loss, held = math.nan, None
        if self.rows.held_x is not None and self.rows.held_y is not None:
            held_loss, held = self._score(self.rows.held_x, self.rows.held_y, seen)
        return Trial(
            losses, loss, own.right, own.explained, math.isfinite(loss), own.skill, held_loss,
            None if held is None else held.right, None if held is None else held.explained,
            None if held is None else held.skill, len(losses),
        )  # fmt: skip

    def _score(self, x: Array, y: Array, seen: LossSeen | None) -> tuple[float, Fit]:
        """The loss over rows as of one batch of the run, and how well the predictions fit."""
        case, scale = self.case, self.rows.scale
        assert case.loss is not None
        summed = seen is not None and seen.settings.get("reduction") == "sum"
        total, said = 0.0, []
        with case.lib.no_grad():
            for start in range(0, len(x), _CHUNK):
                part = slice(start, start + _CHUNK)
                out = self.model(case.tensor(x[part]))
                out = out if scale is None else self._back(out, scale)
                loss = float(case.loss(out, self._aligned(out, y[part])).item())
                total += loss * (case.batch if summed else len(x[part]))
                said.append(case.array(case.prediction(out)))
        return total / len(x), fit_of(np.concatenate(said), y, seen) or Fit(math.nan)


def _schedule(case: Case, change: Change) -> Sequence[tuple[int, float]]:
    """The run's rates; the first one alone if it stays, the last one if the run goes on."""
    if change.steady:
        return case.rates[:1]
    return case.rates[-1:] if change.onward else case.rates


def _ratios(case: Case, change: Change) -> list[float]:
    """What each group's rate is over the first group's, times the factor of the change."""
    rates = [_first_rate(group.settings) for group in case.groups]
    base = rates[0] if rates and rates[0] > 0 else 0.0
    return [change.lr * (rate / base if base else 1.0) for rate in rates]


def _first_rate(settings: Mapping[str, Any]) -> float:
    return float(settings.get("initial_lr", settings.get("lr", 0.0)))
