"""What the experiment on depth says: verdict, pictures by layer, and what training makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.experiments.settings import listed
from pellucid.experiments.starts import STARTS
from pellucid.lenses.numerals import number, percent, plural
from pellucid.lenses.picture import Axis, Bars, Chart, Charts, Line, Points
from pellucid.lenses.view import Column, Equation, Remark, Table, View

__all__ = ["told_of"]

Run = Mapping[str, Any]
_TINY, _HUGE = 1e-12, 1e12  # beyond it a picture only says: far below, far above


def told_of(runs: Sequence[Run], facts: Mapping[str, Any]) -> View:
    """The view of fresh networks and of what training makes of them."""
    acts = list(dict.fromkeys(r["activation"] for r in runs))
    by_act = {act: [r for r in runs if r["activation"] == act] for act in acts}
    pictures = [
        _by_layer(mine, act, what) for act, mine in by_act.items() for what in ("signal", "blame")
    ]
    trained = [_by_depth(mine, act, facts) for act, mine in by_act.items()]
    return View(
        "Through how many layers do signal and blame come?",
        f"{_verdict(by_act, facts)} {_trained(runs, facts)}",
        (
            _what(facts), _recursion(), Charts(tuple(pictures), columns=2), _table(runs),
            Charts(tuple(trained), columns=2), _accuracies(runs, facts), *_limits(runs),
        ),
        {**facts, "runs": list(runs)},
    )  # fmt: skip


def _passing(runs: Sequence[Run]) -> list[str]:
    return [r["start"] for r in runs if r["signal_fate"] == r["blame_fate"] == "passes"]


def _verdict(by_act: Mapping[str, Sequence[Run]], facts: Mapping[str, Any]) -> str:
    told = []
    for act, runs in by_act.items():
        good = _passing(runs)
        told.append(f"with {act} only from {listed(good)}" if good else f"with {act} from none")
    return f"Signal and blame come through {facts['layers']} layers {'; '.join(told)}."


def _trained(runs: Sequence[Run], facts: Mapping[str, Any]) -> str:
    deep = max(facts["depths"])
    good: list[float] = []
    still: list[float] = []
    rest: list[float] = []
    ended = [run for run in runs if run["accuracy"][deep] is not None]
    for run in ended:
        kind = good if _passing([run]) else still if _guesses(run, deep, facts) else rest
        kind.append(run["accuracy"][deep])
    told = [f"these reach {_range(good)} accuracy"] if good else []
    verb = "stays" if len(still) == 1 else "stay"
    of = "of the others " if good else ""
    told += [f"{len(still)} {of}{verb} at a guess"] if still else []
    who = "the rest reaches" if told else "all reach"
    told += [f"{who} {_range(rest)}{'' if good else ' accuracy'}"] if rest else []
    lost = len(runs) - len(ended)
    told += [f"{lost if ended else 'all'} diverge{'s' if lost == 1 and ended else ''}"] * bool(lost)
    return f"Trained with {plural(deep, 'hidden layer')} by Adam, {listed(told)}."


def _guesses(run: Run, layers: int, facts: Mapping[str, Any]) -> bool:
    """Whether it is right hardly more often than the larger class is there."""
    return _share(run, layers) < float(facts["guess"]) + 0.05


def _share(run: Run, layers: int) -> float:
    """An accuracy to draw; nothing where most starts diverged."""
    return float(run["accuracy"][layers] or 0.0)


def _range(shares: Sequence[float]) -> str:
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else f"{low} to {high}"


def _what(facts: Mapping[str, Any]) -> Remark:
    return Remark(
        f"What is run: fresh networks of {facts['layers']} layers of {facts['width']} neurons, rows"
        " with spread 1 going in and blame with spread 1 coming back from the end; the mean square"
        " in each layer is measured, and worked out from the first weights' variance alone. Then"
        f" networks of {listed(list(map(str, facts['depths'])))} layers of {facts['hidden']}"
        f" neurons are trained on moons from {plural(facts['restarts'], 'start')} each,"
        f" {plural(facts['epochs'], 'epoch')} of Adam."
    )


def _recursion() -> Equation:
    return Equation(
        ("signal  q(l+1)", "σ_w² · mean of g(√q(l)·z)² + σ_b²"),
        (
            r"q_{l+1} = \sigma_w^2\, \mathbb{E}\big[g(\sqrt{q_l}\,z)^2\big] + \sigma_b^2",
            r"r_l = r_{l+1}\, \sigma_w^2\, \mathbb{E}\big[g'(\sqrt{q_l}\,z)^2\big]",
        ),
        (
            ("blame  r(l)", "r(l+1) · σ_w² · mean of g′(√q(l)·z)²"),
            ("z is spread like a bell; σ_w² is a layer's inputs times the variance of a weight",),
        ),
    )


def _by_layer(runs: Sequence[Run], act: str, what: str) -> Chart:
    lines: list[Line] = []
    circles: list[Points] = []
    for order, (names, run) in enumerate(_alike(runs, what)):
        path, said = np.array(run[what]), np.array(run[f"{what}_foretold"])
        x = np.arange(1, len(path) + 1)
        shown = np.where((path > _TINY) & (path < _HUGE), path, np.nan)
        lines.append(Line(x, shown, listed(names), order=order))
        dots = (said > _TINY) & (said < _HUGE) & (x % 3 == 1)
        name = "" if circles else "worked out"
        circles.append(Points(x[dots], said[dots], role="muted", name=name, hollow=True))
    good = [r["start"] for r in runs if r[f"{what}_fate"] == "passes"]
    lasts = f"comes through from {listed(good)}" if good else "never comes through"
    return Chart(
        Axis("layer"), Axis(f"{what}, mean square", log=True), (*lines, *circles),
        title=f"{act}: the {what} {lasts}",
        sentence=f"Mean square of the {what} by layer with {act}, a line for each start, circles"
                 f" from the recursion; lines end at {number(_TINY)} and {number(_HUGE)}.",
    )  # fmt: skip


def _alike(runs: Sequence[Run], what: str) -> Iterator[tuple[list[str], Run]]:
    """Starts that the recursion can't tell apart share a line; those without a signal have none."""
    left = [r for r in runs if r[what][-1 if what == "blame" else 0] > 0 and max(r["signal"]) > 0]
    while left:
        first = left[0]
        same = [
            r for r in left if np.allclose(r[f"{what}_foretold"], first[f"{what}_foretold"], 1e-6)
        ]
        yield [r["start"] for r in same], first
        left = [r for r in left if r not in same]


def _by_depth(runs: Sequence[Run], act: str, facts: Mapping[str, Any]) -> Chart:
    deep = max(facts["depths"])
    lowest = min(runs, key=lambda r: _share(r, deep))
    rows = list(range(len(runs)))
    names = tuple(r["start"] for r in runs)
    circles = [
        Points([_share(r, n) for r in runs], rows, role="plain", hollow=True,
               name=f"at {plural(n, 'layer')}")
        for n in facts["depths"] if n != deep
    ][:1]  # fmt: skip
    lost = [r["start"] for r in runs if r["accuracy"][deep] is None]
    still = [r["start"] for r in runs if _guesses(r, deep, facts) and r["start"] not in lost]
    told = [f"{listed(still)} only guess"] if still else []
    told += [f"{listed(lost)} diverge{'s' if len(lost) == 1 else ''}"] if lost else []
    layers = plural(deep, "layer")
    return Chart(
        Axis("accuracy on rows set aside", percent=True, low=0.0, high=1.0),
        Axis("start", names=names),
        (Bars([_share(r, deep) for r in runs], lying=True, name=f"at {layers}", role="train"),
         *circles),
        title=f"{act}: at {layers} {', '.join(told) or 'all learn'}",
        sentence=f"Accuracy by depth; lowest at {layers} from {lowest['start']}.",
    )  # fmt: skip


def _table(runs: Sequence[Run]) -> Table:
    return Table(
        (
            Column("activation", "code", anchor=True), Column("start", "code", anchor=True),
            Column("signal × per layer", "number", key="signal_factor"),
            Column("the signal", key="signal_fate"),
            Column("blame × per layer", "number", key="blame_factor"),
            Column("the blame", key="blame_fate"),
        ),
        tuple(
            (r["activation"], r["start"], r["signal_factor"], _fate(r, "signal"),
             r["blame_factor"], _fate(r, "blame"))
            for r in runs
        ),
        caption="By what a layer multiplies the mean square, forward and back",
        note="It vanishes or explodes where it has changed by a factor of more than 1,000.",
    )  # fmt: skip


def _fate(run: Run, what: str) -> str:
    at = run[f"{what}_layers"]
    if at is None:
        return "passes"
    after = f"after {plural(at, 'layer')}" if at else "at once"
    return f"{run[f'{what}_fate']} {after}"


def _accuracies(runs: Sequence[Run], facts: Mapping[str, Any]) -> Table:
    depths = facts["depths"]
    return Table(
        (
            Column("activation", "code", anchor=True), Column("start", "code", anchor=True),
            *(Column(plural(n, "layer"), "share", key=f"accuracy_{n}") for n in depths),
        ),
        tuple((r["activation"], r["start"], *(r["accuracy"][n] for n in depths)) for r in runs),
        caption="Accuracy after training, medians over the starts",
    )  # fmt: skip


def _limits(runs: Sequence[Run]) -> tuple[Remark, ...]:
    used = dict.fromkeys(r["start"] for r in runs)
    starts = "; ".join(f"{name}: {STARTS[name].told}" for name in used)
    return (
        Remark(f"The starts: {starts}."),
        Remark(
            "The recursion is that of wide layers (Poole and others 2016; Schoenholz and others"
            " 2017, Deep Information Propagation): a network of few neurons strays from it, the"
            " deeper the further. Normalization and shortcuts around layers, which change these"
            " factors, are left out on purpose; Adam, which divides by the blame's size, learns"
            " where plain descent would stand still."
        ),
    )
