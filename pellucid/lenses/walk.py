"""The lens that takes one step by hand: one sample, op by op, forward, backward, then the update.

blame of x = Σ over uses  blame of use × ∂use/∂x,    new w = w − step size × blame of w
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import DataError, SettingError
from pellucid.lenses.lens import LENSES, Lens, lens
from pellucid.lenses.numerals import plural
from pellucid.lenses.shown import Shown
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import View
from pellucid.lenses.worksheet.sheet import sheet
from pellucid.lenses.worksheet.step import Step
from pellucid.lenses.worksheet.taken import Taken, taken

__all__ = ["Walk", "walk"]


class Walk(Shown):
    """A worksheet: print it, save it, and have answers checked."""

    def __init__(self, step: Taken, sample: int, view: View) -> None:
        super().__init__(view)
        self._taken, self._sample = step, sample

    @property
    def steps(self) -> list[Step]:
        """Everything to be found, in order; the first is step 1."""
        return self._taken.steps()

    def check(self, step: int, value: float | None = None, *, slope: Any = None) -> str:
        """Whether a number is right, within one percent: "Yes", or what it is and why.

        Args:
            step: the number of the step.
            value: what was found.
            slope: instead, what was found for the slope in the row of the step; a list where the
                number goes into several.

        Raises:
            SettingError: there is no such step, it has no slope or several, or nothing was given.
        """
        steps = self.steps
        if isinstance(step, bool) or not isinstance(step, int) or not 1 <= step <= len(steps):
            raise SettingError(f"walk: there are steps 1 to {len(steps)}, and this is {step!r}.")
        if (value is None) == (slope is None):
            raise SettingError("walk: check(step, value) takes a number, or slope=… instead.")
        if value is not None:
            return steps[step - 1].answer(float(value))
        return _checked(step, slope, self._taken.slopes(step))

    def with_answers(self) -> Walk:
        """The worksheet with every number filled in."""
        return self._again(True)

    def without_answers(self) -> Walk:
        """The worksheet with blanks."""
        return self._again(False)

    def _again(self, answers: bool) -> Walk:
        return Walk(self._taken, self._sample, sheet(self._taken, self._sample, answers))


def _checked(step: int, given: Any, slopes: tuple[Step, ...]) -> str:
    """What is to be said of the slopes of a row."""
    found = [float(s) for s in (given if isinstance(given, list | tuple) else [given])]
    if len(found) != len(slopes):
        names = ", ".join(s.what for s in slopes)
        there = f"{plural(len(slopes), 'slope')}: {names}" if slopes else "no slope"
        many = f"{len(found)} {'was' if len(found) == 1 else 'were'} given"
        raise SettingError(
            f"walk: the row of step {step} has {there}, and {many}."
            + ("\n Pass them in this order: slope=[…]." if len(slopes) > 1 else "")
        )
    wrong = (s.answer(g) for s, g in zip(slopes, found, strict=True) if s.answer(g) != "Yes")
    return next(wrong, "Yes")


def walk(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    sample: int = 0,
    optimizer: Any = "sgd",
    lr: float = 0.1,
    answers: bool = True,
    closely: bool = True,
    **more: Any,
) -> Walk:
    """One sample by hand: every operation forward, every blame backward, and the new weights.

    The step is real and is taken on copies, in evaluation mode; the network stays as it is.

    Args:
        model: the network.
        x: the rows, or `(X, y)`.
        y: their targets.
        sample: which row.
        optimizer: a name as `fit` takes it, or an optimizer over the network's weights.
        lr: the step size, where the optimizer is a name.
        answers: whether to write the numbers, or to leave blanks to fill in.
        closely: whether a small network is taken number by number; else each operation is a line.
        more: what every lens takes: `loss`, `inputs`, `names`, `target`, `run`, `at`, `film`.

    Returns:
        a `Walk`: print it, `.save("sheet.html")`, `.check(step, value)`.

    Raises:
        DataError: no targets.
        SettingError: a row that is not there, or a network without weights to move.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Linear(1, 1, bias=False)
        >>> with pellucid.no_grad():
        ...     _ = model.weight.fill_(2.0)
        >>> sheet = walk(model, [[3.0]], [[5.0]], lr=0.01)
        >>> print(sheet.view.sentence)
        New loss 0.6724 (was 1.0), after one step of SGD with step size 0.01.
        >>> sheet.check(1, 6.0), sheet.check(2, 2.0)
        ('Yes', 'Not yet: it is +1.0, because L = (1/n) Σᵢ (ŷᵢ − yᵢ)² = mse(6.0, 5.0) = 1.0.')
    """
    given = x if y is None else (x, y)
    held: list[tuple[Taken, int]] = []
    shown = step_by_hand(
        model, given, sample=sample, optimizer=optimizer, lr=lr, answers=answers, closely=closely,
        _held=held, **more,
    )  # fmt: skip
    return Walk(*held[0], shown.view)


@lens("What happens to one sample in one step of training?", name="walk")
def step_by_hand(
    subject: Subject,
    sample: int = 0,
    optimizer: Any = "sgd",
    lr: float = 0.1,
    answers: bool = True,
    closely: bool = True,
    _held: list[tuple[Taken, int]] | None = None,
) -> View:
    """The worksheet of one step.

    Args:
        subject: the network and its rows, with targets.
        sample: which row.
        optimizer: a name as `fit` takes it, or an optimizer over the network's weights.
        lr: the step size, where the optimizer is a name.
        answers: whether to write the numbers, or to leave blanks to fill in.
        closely: whether a small network is taken number by number; else each operation is a line.
        _held: where the step itself is to be put, for checking answers.
    """
    if subject.y is None:
        raise DataError("walk needs to know what should come out: walk(model, X, y).")
    if not -len(subject) <= sample < len(subject):
        raise SettingError(f"walk: there are rows 0 to {len(subject) - 1}, and sample={sample}.")
    if not any(p.requires_grad for p in subject.model.parameters()):
        raise SettingError("walk: this network has no weights to move: none, or all are frozen.")
    at = sample % len(subject)
    step = taken(subject, at, optimizer, lr, closely)
    if _held is not None:
        _held.append((step, at))
    return sheet(step, at, answers)


LENSES["walk"] = Lens("walk", LENSES["walk"].question, walk)
