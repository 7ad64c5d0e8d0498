"""The race of activations: what is said of it must follow from its numbers."""

from __future__ import annotations

from typing import Any

import pytest

from pellucid import experiments
from pellucid.errors import SettingError
from pellucid.experiments.raced import overlapping, told_of
from pellucid.experiments.racers import left_out, racers, step_cost
from pellucid.lenses.curves.facts import activations
from pellucid.lenses.numerals import percent


def run_of(name: str, epochs: list[int | None], losses: list[float]) -> dict[str, Any]:
    known = sorted(e for e in epochs if e is not None)
    middle = float(known[len(known) // 2]) if len(known) > len(epochs) / 2 else None
    return {
        "activation": name, "path": [1.0, 0.5], "losses": losses, "epochs": epochs,
        "validation": sorted(losses)[len(losses) // 2], "lowest": min(losses), "train": 0.1,
        "highest": max(losses), "figure": 0.9, "reached": len(known), "epoch": middle,
        "epoch_seconds": 0.01, "seconds": None, "better": None,
    }  # fmt: skip


FACTS = {
    "sizes": [2, 4, 2], "starts": 3, "epochs": 50, "lr": 0.01, "batch": 30, "level": 0.9,
    "guess": 0.5, "learned": True, "classes": True, "rows": "moons", "set_aside": 100,
}  # fmt: skip


def test_none_is_best_where_ranges_overlap() -> None:
    runs = [
        run_of("relu", [4, 5, 9], [0.1, 0.2, 0.3]),
        run_of("tanh", [8, 9, 10], [0.25, 0.3, 0.35]),
        run_of("sigmoid", [30, 31, None], [0.5, 0.6, 0.7]),
        run_of("identity", [None, None, None], [0.8, 0.8, 0.8]),
    ]
    assert [r["activation"] for r in overlapping(runs)] == ["relu", "tanh"]
    assert told_of(runs, FACTS).sentence == (
        f"relu reached an accuracy of {percent(0.9)} first, after 5 epochs (median of 3"
        " starts); the range of tanh overlaps with that; sigmoid took 31 epochs; most starts of"
        " identity never did. In the end none is clearly best: relu has the lowest median"
        " validation loss, 0.2, and the range of tanh overlaps with its own."
    )
    clear = told_of([runs[0], runs[2]], FACTS).sentence
    assert "relu is lowest with a validation loss of 0.2, below every start of the others" in clear
    assert told_of([runs[3]], FACTS).sentence.startswith("None reached an accuracy of ")


def test_the_whole_gallery_is_in_the_race_or_said_why_not() -> None:
    names = racers(None)
    assert set(names) | set(left_out()) == set(activations())
    assert not set(names) & set(left_out()) and "it is new here" not in left_out().values()
    cost = step_cost([2, 4, 1], ["relu", "gelu"], 16)
    assert all(0 < seconds < 0.1 for seconds in cost.values())


def test_mistakes_say_what_to_do() -> None:
    for names, message in (
        (["relu", "step"],
         "step does not race: its slope is zero everywhere, so no blame comes back."),
        (["relu"], "a race takes at least two activations."),
        (["relu", "tahn"], 'there is no activation "tahn". Did you mean "tanh"?'),
    ):  # fmt: skip
        with pytest.raises(SettingError) as caught:
            experiments.activations(activations=names)
        assert str(caught.value).startswith(message)
    with pytest.raises(SettingError, match=r"validation is a share between 0 and 1, not 1\."):
        experiments.activations(validation=1.0)


@pytest.mark.slow
def test_a_bent_network_beats_a_straight_one_from_every_start() -> None:
    found = experiments.activations(
        activations=["tanh", "identity"], restarts=3, epochs=60, hidden=8
    )
    data = found.to_dict()
    tanh, straight = data["runs"]
    assert tanh["activation"] == "tanh" and tanh["reached"] == 3 and straight["reached"] == 0
    assert data["guess"] == 0.5 and 0.85 < data["level"] < tanh["figure"]
    assert "most starts of identity never did" in found.view.sentence


@pytest.mark.slow
def test_a_number_is_raced_for_by_its_loss_and_too_large_a_step_is_said() -> None:
    regression = experiments.activations(
        "diabetes", activations=["relu", "tanh"], restarts=2, epochs=4
    ).to_dict()
    assert not regression["classes"] and regression["level"] < regression["guess"]
    lost = experiments.activations(
        activations=["relu", "identity"], restarts=1, epochs=3, lr=1e6, rows=60
    )
    assert lost.view.sentence.endswith("all have diverged: the step size is too large.")
    assert lost.to_dict()["runs"][0]["figure"] is None and "<svg" in lost.html()
