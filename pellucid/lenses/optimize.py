"""The lens of optimization: the walk downhill, what makes the next step, and which rate is good."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import SettingError
from pellucid.lenses.descent.drawn import (
    WORDS,
    pace_charts,
    parts_words,
    race_chart,
    rates_chart,
    share_of,
    slice_chart,
    step_chart,
)
from pellucid.lenses.descent.movers import made, remembering
from pellucid.lenses.descent.pace import Pace, pace_now, pace_of_moments, pace_of_probes
from pellucid.lenses.descent.parts import Step, step_of
from pellucid.lenses.descent.race import RACERS
from pellucid.lenses.descent.race import race as run_race
from pellucid.lenses.descent.rates import range_test
from pellucid.lenses.descent.slice import Slice, places, slice_of
from pellucid.lenses.descent.twin import Twin
from pellucid.lenses.descent.walked import Walked, fresh_start, walked
from pellucid.lenses.lens import lens
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, Column, Remark, Table, View

__all__ = ["optimize"]

_MEMORY = 30  # moments from which an optimizer's memory is rebuilt
_MEMORY_OF_FILTERS = 10
_RACE = 150  # steps


@lens("Where on the loss is the network, what makes its next step, and how large may steps be?")
def optimize(
    subject: Subject, *, optimizer: Any = None, lr: float | None = None,
    directions: str | None = None, rates: bool = False, race: Any = False, rows: int | None = None,
    grid: int | None = None, seed: int = 0,
) -> View:  # fmt: skip
    """The walk downhill. The network is left as it was: all of this happens on copies.

    Args:
        subject: the network and its rows.
        optimizer: one over the model's weights, whose next step is taken apart; a name; or None for
            the one of the run, and Adam without any.
        lr: the step size for a name; the run's, or 0.001.
        directions: of the slice: "update" (the last update and the main direction of the path
            beside it), "path" (its two main directions) or "random"; None for "update" where a
            recorded run is given, "random" otherwise.
        rates: also test which rates are good; takes up to a second or two.
        race: also let optimizers race from one start: True, or names among "sgd", "momentum",
            "rmsprop", "adam"; takes two or three seconds.
        rows: how many rows the loss is measured on; None for 256, and 64 of pictures or sequences.
        grid: places along each direction of the slice; None for 21, and 11 for those.
        seed: of everything drawn at random.
    """
    light = subject.light
    rows = (256 if light else 64) if rows is None else rows
    grid = (21 if light else 11) if grid is None else grid
    if grid < 3 or rows < 1:
        raise SettingError(f"grid must be at least 3 and rows at least 1, not {grid} and {rows}.")
    racers = _racers(race)
    twin = Twin(subject, rows)
    path = walked(twin, subject.run)
    step, remembers = _step(twin, subject, path, optimizer, lr)
    found = _slice(twin, subject, path, directions, grid, seed)
    pace = _pace(twin, subject, path, step)
    blocks: list[Block] = [
        slice_chart(found, None if path is None else path.until, step.weights, _slice_title(found)),
        step_chart(step),
        _parts_table(step),
        pace_charts(pace),
    ]
    data = _data(twin, found, path, step, pace)
    more, numbers = _asked(twin, path, rates, racers, optimizer, seed)
    blocks += [*more, *_remarks(subject, twin, path, remembers, rates, bool(racers))]
    over = _over(len(twin.subject), len(subject))
    title = f"Loss {number(step.before)} over {over}; the next step {_moved(step)}"
    return View(title, _sentence(step, path, over), tuple(blocks), {**data, **numbers})


def _racers(race: Any) -> tuple[str, ...]:
    if race is False or race is None:
        return ()
    names = tuple(RACERS) if race is True else (race,) if isinstance(race, str) else tuple(race)
    for name in names:
        if name not in RACERS:
            raise SettingError(f"{name!r} does not race. There are: {', '.join(RACERS)}.")
    return names


def _step(
    twin: Twin, subject: Subject, path: Walked | None, optimizer: Any, lr: float | None
) -> tuple[Step, str]:
    mover, ready = made(twin, optimizer, lr, subject.run)
    name = f"{type(mover).__name__} with rate {number(float(mover.param_groups[0]['lr']), 3)}"
    if ready:
        return step_of(twin, mover), f"The next step is that of your {name}, with its memory."
    before = None if path is None else path.until[:-1] if path.here is not None else path.until
    if before is not None and len(before):
        most = _MEMORY if subject.light else _MEMORY_OF_FILTERS
        remembering(twin, mover, before[-most:])
        return step_of(twin, mover), (
            f"The next step is that of {name}. Its memory was rebuilt from the gradients at the"
            f" last {min(len(before), most)} kept moments; pass optimizer=… to use your own."
        )
    return step_of(twin, mover), (
        f"The next step is that of {name} without a memory, as at the first step of a training;"
        " pass optimizer=… to use your own."
    )


def _slice(
    twin: Twin, subject: Subject, path: Walked | None, directions: str | None, grid: int, seed: int
) -> Slice:
    """The slice; over a film the one of the last moment, on which the others are drawn."""
    if "slice" not in subject.frozen:
        weights = None if path is None else path.weights
        subject.frozen["slice"] = slice_of(
            twin, weights, None if path is None else path.until, directions, grid, seed
        )
    kept: Slice = subject.frozen["slice"]
    return kept


def _pace(twin: Twin, subject: Subject, path: Walked | None, step: Step) -> Pace:
    if "pace" not in subject.frozen:
        pace = pace_of_probes(twin, getattr(subject.run, "probes", None))
        if pace is None and path is not None and len(path.steps) > 1:
            pace = pace_of_moments(twin, path.steps, path.weights)
        subject.frozen["pace"] = pace
    kept: Pace | None = subject.frozen["pace"]
    return pace_now(twin, step) if kept is None else kept


def _slice_title(found: Slice) -> str:
    low, high = float(np.nanmin(found.losses)), float(np.nanmax(found.losses))
    reach = f"The loss around the network, from {number(low)} to {number(high)}"
    if found.share is None:
        return reach
    return f"{reach}; {percent(found.share)} of the way that was walked lies in this slice"


def _parts_table(step: Step) -> Table:
    rows = [_row(WORDS[name], part, step) for name, part in step.parts.items()]
    columns = (
        Column("part"), Column("length", "number"), Column("share of the step", "share"),
        Column("downhill", "signed"),
    )  # fmt: skip
    note = "The gradient part is the one that a single step size for all weights would make."
    note += " Downhill: +1 where it goes straight against the gradient, −1 where along it."
    total = _row("the step", step.total, step)
    return Table(columns, tuple(rows), "The next step in numbers", total, note)


def _row(name: str, part: Floats, step: Step) -> tuple[Any, ...]:
    return name, float(np.linalg.norm(part)), share_of(part, step.total), _downhill(part, step)


def _downhill(part: Floats, step: Step) -> float:
    size = float(np.linalg.norm(part) * np.linalg.norm(step.gradient))
    return round(-float(part @ step.gradient) / size, 6) if size > 0 else 0.0


def _asked(
    twin: Twin, path: Walked | None, rates: bool, racers: tuple[str, ...], optimizer: Any, seed: int
) -> tuple[list[Block], dict[str, Any]]:
    """What takes seconds and is done on request: the range test and the race."""
    blocks: list[Block] = []
    data: dict[str, Any] = {}
    if not (rates or racers):
        return blocks, data
    start = fresh_start(twin, path, seed)
    if rates:
        name = optimizer if isinstance(optimizer, str) else "adam"
        tested = range_test(twin, name, 120, seed)
        blocks += [rates_chart(tested, start), Remark(_why(tested, name))]
        data["rates"] = {
            "optimizer": name, "start": start, "rates": tested.rates.tolist(),
            "losses": tested.losses.tolist(), "smooth": tested.smooth.tolist(),
            "suggested": tested.suggested, "steepest": tested.steepest,
            "lowest": tested.best,
        }  # fmt: skip
    if racers:
        runners = run_race(twin, racers, _RACE if twin.subject.light else 2 * _RACE // 3, seed)
        blocks.append(race_chart(runners, start))
        data["race"] = {"start": start, "runners": [vars(r) for r in runners]}
    return blocks, data


def _why(tested: Any, name: str) -> str:
    return (
        f"Suggested for {name}: {number(tested.suggested, 2)}. The loss falls fastest at"
        f" {number(tested.steepest, 2)} and is lowest at {number(tested.best, 2)}; beyond that,"
        " steps are too large, and a tenth of it leaves room for worse batches."
    )


def _data(twin: Twin, found: Slice, path: Walked | None, step: Step, pace: Pace) -> dict[str, Any]:
    parts = {
        name: {
            "length": float(np.linalg.norm(part)), "share": share_of(part, step.total),
            "downhill": _downhill(part, step),
        }
        for name, part in {**step.parts, "total": step.total}.items()
    }  # fmt: skip
    walk = None
    if path is not None:
        on = places(found, path.weights)
        walk = {"steps": list(path.steps), "places": on.tolist(), "here": path.here}
    return {
        "loss": step.before,
        "loss_after_step": step.after,
        "rows": len(twin.subject),
        "weights": len(step.weights),
        "slice": {
            "directions": list(found.names), "x": found.x.tolist(), "y": found.y.tolist(),
            "losses": found.losses.tolist(), "share": found.share,
            "now": places(found, step.weights[None])[0].tolist(),
        },
        "path": walk,
        "step": parts,
        "common_rate": step.rate,
        "pace": {
            "source": pace.source, "steps": pace.steps, "gradients": pace.gradients,
            "update_steps": pace.update_steps, "updates": pace.updates,
        },
    }  # fmt: skip


def _remarks(
    subject: Subject, twin: Twin, path: Walked | None, remembers: str, rates: bool, race: bool
) -> list[Block]:
    texts = [remembers]
    texts.append(
        "A slice shows two of many directions: what looks like a wall or a valley here may have a"
        " way around it. Dropout and the like rest while the loss is measured."
    )
    if path is None:
        texts.append(
            "For the real path, train with history = pellucid.fit(…, record=True) and pass"
            " run=history."
        )
    if not (rates and race):
        texts.append("rates=True tests learning rates; race=True lets optimizers race (2 to 3 s).")
    return [Remark(text) for text in texts]


def _over(seen: int, rows: int) -> str:
    """The rows that the loss is measured on."""
    return plural(rows, "row") if seen == rows else f"{seen:,} of {plural(rows, 'row')}"


def _sentence(step: Step, path: Walked | None, over: str) -> str:
    walk = (
        ""
        if path is None
        else f" after {path.steps[-1 if path.here is None else path.here]:,} steps"
    )
    if path is not None and path.here is None:
        walk = ""
    return (
        f"The loss over {over} is {number(step.before)}{walk}. The next step {_moved(step)};"
        f" it is made of {parts_words(step)}."
    )


def _moved(step: Step) -> str:
    change = step.after - step.before
    return f"{'lowers' if change < 0 else 'raises'} it by {number(abs(change), 2)}"
