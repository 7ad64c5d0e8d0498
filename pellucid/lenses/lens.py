"""What makes a function a lens: it gets its subject, moves through time, and is found by name.

A lens is written for one moment. Asked for an earlier one, the network gets that moment's weights
while the lens looks; asked for a film, it looks at several moments, and pictures at the same place
become the frames of one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.lenses.numerals import plural
from pellucid.lenses.picture import Axis, Chart, Charts, Diagram, Field, Film, Matrix
from pellucid.lenses.render.drawn.frame import limits
from pellucid.lenses.shown import Shown
from pellucid.lenses.subject import Subject, subject_of
from pellucid.lenses.view import Block, Remark, Table, View
from pellucid.spelling import did_you_mean
from pellucid.training.threads import threads_for

__all__ = ["LENSES", "SHARED", "Lens", "Recorded", "lens"]

P = ParamSpec("P")
S = TypeVar("S", bound=Shown)
_STILL = (Chart, Charts, Matrix, Diagram)
_AT_ONCE = 300  # rows: most lenses look at no more of them at once
SHARED = ("loss", "inputs", "names", "target", "run", "at", "film")


class Recorded(Protocol):
    """A run whose weights were kept now and then."""

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that were kept, in order."""

    def at(self, step: int, model: Any) -> Any:
        """Inside this context the model has the weights of the kept step nearest to `step`."""


@dataclass(frozen=True)
class Lens:
    """One way of looking.

    Attributes:
        name: what it is called in Python and on the command line.
        question: what it answers, in one sentence.
        look: the function.
    """

    name: str
    question: str
    look: Callable[..., Shown]


LENSES: dict[str, Lens] = {}


def lens(question: str, name: str = "") -> Callable[
    [Callable[Concatenate[Subject, P], View]], Callable[..., Shown]
]:  # fmt: skip
    """Make a function of a subject a lens of a model and data.

    The lens it becomes is called as `name(model, data, …)` and takes besides its own settings:
    `loss`, `inputs`, `names`, `target` (as `subject_of` does), `run` (a history recorded with
    `fit(…, record=True)`), `at` (a step of that run) and `film` (True, or how many moments).

    Args:
        question: what the lens answers, in one sentence.
        name: what people call it by, where it is not the function's name.
    """

    def make(look: Callable[Concatenate[Subject, P], View]) -> Callable[..., Shown]:
        known_as = name or look.__name__

        @functools.wraps(look)
        def called(
            model: Any, data: Any, *args: Any, loss: Any = None, inputs: Any = None,
            names: Any = None, target: str | None = None, run: Any = None,
            at: int | None = None, film: bool | int = False, **settings: Any,
        ) -> Shown:  # fmt: skip
            _check(known_as, look, settings, at, film)
            subject = subject_of(
                model, _rows(model, data, run), loss=_loss(model, loss, run), inputs=inputs,
                names=names, target=target,
            )  # fmt: skip
            subject.run = run
            bound = functools.partial(look, subject, *args, **settings)
            with threads_for(subject.model, _AT_ONCE):
                return Shown(_looked(bound, subject, run, at, film))

        called.__signature__ = _signature(look)  # type: ignore[attr-defined]
        LENSES[known_as] = Lens(known_as, question, called)
        return called

    return make


def _rows(model: Any, data: Any, run: Any) -> Any:
    """The data; of a Table on which a run trained this very network, the rows that it took."""
    kept = getattr(run, "kept", None)
    if kept is not None and kept.model is model and kept.data is data:
        return kept.rows(None)
    return data


def _loss(model: Any, loss: Any, run: Any) -> Any:
    """The loss that is asked for, or else the one with which a run trained this very network."""
    kept = getattr(run, "kept", None)
    return kept.loss if loss is None and kept is not None and kept.model is model else loss


def _looked(
    look: Callable[[], View], subject: Subject, run: Any, at: int | None, film: bool | int
) -> View:
    """The view of the network as it is, at an earlier step, or over time."""
    if at is None and not film:
        return look()
    kept = _recording(run, at, film)
    if film:
        return _filmed(look, subject, kept, 12 if film is True else int(film))
    assert at is not None
    with kept.at(at, subject.model) as step:
        return _dated(look(), at, step)


def _signature(look: Callable[..., Any]) -> inspect.Signature:
    """What a caller may pass: model and data, the lens's own settings, and what all lenses take."""
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    first = [inspect.Parameter(name, plain, annotation=Any) for name in ("model", "data")]
    own = list(inspect.signature(look).parameters.values())[1:]
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=False if name == "film" else None
        )
        for name in SHARED
        if name not in {p.name for p in own}
    ]
    return inspect.Signature([*first, *own, *shared], return_annotation=Shown)


def _check(
    known_as: str, look: Callable[..., Any], settings: Mapping[str, Any], at: Any, film: Any
) -> None:
    """Speak of settings that the lens does not have before anything is computed."""
    own = list(inspect.signature(look).parameters)[1:]
    for name in settings:
        if name not in own:
            told = [one for one in own if not one.startswith("_")]
            hint = did_you_mean(name, (*told, *SHARED))
            has = f"Its own are {', '.join(told)}; all" if told else "All"
            raise SettingError(
                f"the lens {known_as} has no setting {quoted(name)}.{hint}\n"
                f" {has} lenses take {', '.join(SHARED)}."
            )
    if at is not None and film:
        raise SettingError("at= is one moment and film= is several; give one of them.")
    if not isinstance(film, bool) and film < 2:
        raise SettingError(f"film is True, or how many moments (at least 2), not {film!r}.")


def _recording(run: Any, at: int | None, film: bool | int) -> Recorded:
    kept: Recorded | None = getattr(run, "recording", run)
    if kept is None or not getattr(kept, "steps", ()):
        wanted = "film=…" if film else f"at={at}"
        raise SettingError(
            f"{wanted} needs a run whose weights were kept.\n"
            " Train with history = pellucid.fit(…, record=True) and pass run=history."
        )
    return kept


def _dated(view: View, asked: int, step: int) -> View:
    """With a word on the moment, which is the kept one that is nearest to what was asked for."""
    text = f"The network after {plural(step, 'step')} of training"
    if step != asked:
        text += f", the moment of the recording that is nearest to {asked:,}"
    return replace(view, blocks=(*view.blocks, Remark(f"{text}.")))


def _filmed(look: Callable[[], View], subject: Subject, kept: Recorded, moments: int) -> View:
    """The last moment's view, whose pictures move."""
    steps = _spread(kept.steps, moments)
    views: dict[int, View] = {}
    for step in reversed(steps):  # the last first: what it freezes holds for all
        with kept.at(step, subject.model):
            views[step] = look()
    last, captions = views[steps[-1]], tuple(f"step {step:,}" for step in steps)
    blocks: list[Block] = []
    for i, block in enumerate(last.blocks):
        block = _standing(block)
        frames = [_standing(views[step].blocks[i]) for step in steps if len(views[step].blocks) > i]
        alike = len(frames) == len(steps) and all(type(f) is type(block) for f in frames)
        if isinstance(block, _STILL) and alike and not all(_same(f, block) for f in frames):
            blocks.append(Film(_steady(frames), captions, title=_kept_title(frames)))
        else:
            blocks.append(block)
    first = views[steps[0]]
    if any(isinstance(b, Table) and b not in first.blocks for b in last.blocks):
        blocks.append(Remark(f"The tables are those of the last moment, {captions[-1]}."))
    said = tuple((views[step].title, views[step].sentence) for step in steps)
    return replace(
        last, blocks=tuple(blocks), data=_moments(views, steps),
        moments=said if any(isinstance(b, Film) for b in blocks) else (),
    )  # fmt: skip


def _kept_title(frames: list[Any]) -> str:
    """What holds at every moment; a title that says a moment's answer stays with its frame."""
    titles = {f.title for f in frames}
    return titles.pop() if len(titles) == 1 else ""


def _standing(block: Block) -> Block:
    """The chosen picture of several that are no moments."""
    return (
        block.frames[block.shown] if isinstance(block, Film) and block.choice != "moment" else block
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two pictures are drawn alike; what training does not touch is no film."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if is_dataclass(one):
        parts = ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
        return type(one) is type(other) and all(_same(a, b) for a, b in parts)
    return bool(one == other)


def _moments(views: Mapping[int, View], steps: list[int]) -> dict[str, Any]:
    return {**views[steps[-1]].data, "moments": [{"step": s, **views[s].data} for s in steps]}


def _spread(steps: tuple[int, ...], most: int) -> list[int]:
    """So many of the steps, the first and the last among them, closer together at the beginning."""
    if len(steps) <= most:
        return list(steps)
    places = np.unique(np.round(np.linspace(0, 1, most) ** 1.5 * (len(steps) - 1)).astype(int))
    return [steps[i] for i in places]


def _steady(frames: list[Any]) -> tuple[Any, ...]:
    """The frames with axes and scales that stay."""
    if isinstance(frames[0], Charts):
        if len({len(f.items) for f in frames}) > 1:
            return tuple(frames)
        columns = [_steady([f.items[i] for f in frames]) for i in range(len(frames[0].items))]
        return tuple(
            replace(f, items=tuple(column[k] for column in columns)) for k, f in enumerate(frames)
        )
    if isinstance(frames[0], Matrix):
        low = min(_ends(f.values)[0] for f in frames)
        high = max(_ends(f.values)[1] for f in frames)
        return tuple(
            replace(f, low=low if f.low is None else f.low, high=high if f.high is None else f.high)
            for f in frames
        )
    if isinstance(frames[0], Chart):
        x, y = (_one_axis(frames, which) for which in ("x", "y"))
        frames = [replace(f, x=_within(f.x, *x), y=_within(f.y, *y)) for f in frames]
        return tuple(_shaded_alike(frames))
    return tuple(frames)


def _shaded_alike(frames: list[Chart]) -> list[Chart]:
    """The charts with fields whose shades mean the same in every frame."""
    marks = [list(f.marks) for f in frames]
    for i in range(min(map(len, marks))):
        fields = [m for m in (own[i] for own in marks) if isinstance(m, Field)]
        if len(fields) == len(frames) and fields[0].scale != "share":
            held = [_ends(m.values) for m in fields]
            low = min(a if m.low is None else m.low for m, (a, _) in zip(fields, held, strict=True))
            high = max(
                b if m.high is None else m.high for m, (_, b) in zip(fields, held, strict=True)
            )
            for own, m in zip(marks, fields, strict=True):
                own[i] = replace(m, low=low, high=high)
    return [replace(f, marks=tuple(own)) for f, own in zip(frames, marks, strict=True)]


def _one_axis(frames: list[Chart], which: str) -> tuple[float, float]:
    """Where an axis begins and ends so that every frame has room on it."""
    ends = [limits(frame, which) for frame in frames]
    return min(low for low, _ in ends), max(high for _, high in ends)


def _within(axis: Axis, low: float, high: float) -> Axis:
    if axis.names:
        return axis
    return replace(
        axis,
        low=low if axis.low is None else axis.low,
        high=high if axis.high is None else axis.high,
    )


def _ends(values: Any) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
