"""What experiments say where a setting is at an edge: the words follow the numbers, or refuse."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pellucid import experiments
from pellucid.errors import SettingError
from pellucid.experiments.depth import fate
from pellucid.experiments.multiplication import falls_squared
from pellucid.experiments.restarts import _solving
from pellucid.lenses.picture import Chart, Charts


def titles(shown: Any) -> list[str]:
    """The titles of all its pictures."""
    inside = [b.items if isinstance(b, Charts) else (b,) for b in shown.view.blocks]
    return [one.title for items in inside for one in items if isinstance(one, Chart)]


def test_a_chain_that_stays_straight_is_not_called_bent() -> None:
    dead = experiments.collapse(widths=[3] * 12, activations="relu", seed=3)
    assert "With relu one Linear gives the same on these rows" in dead.view.sentence
    assert "no single Linear" not in dead.view.sentence
    assert titles(dead) == ["2 of 2 chains are a Linear on these rows"]
    mixed = experiments.collapse(activations=["relu", "identity"], rows=50)
    assert "With relu between them no single Linear is the same" in mixed.view.sentence
    assert [run["activation"] for run in mixed.to_dict()["runs"]] == ["identity", "relu"]


def test_one_activation_asked_for_twice_runs_once() -> None:
    found = experiments.xor(activations=["tanh", "tanh"], widths=2, restarts=5, epochs=3)
    assert [run["activation"] for run in found.to_dict()["runs"]] == ["tanh"]
    assert "<svg" in found.html()


def test_restarts_says_none_and_diverge_and_never() -> None:
    found = experiments.restarts(restarts=3, hidden=1, epochs=5)
    assert found.view.sentence.startswith("None of 3 starts solves it: they stay at losses up to")
    assert found.view.sentence.endswith("Of the 243 networks of the grid none solves it.")
    assert [cost["passes"] for cost in found.to_dict()["costs"]] == [None, None, None]
    assert _solving(np.array([0.0, 0.25, np.inf]), 1 / 3) == (
        "33\u00a0% of 3 starts solve it; the others stay at losses up to 0.25 or 1 diverge."
    )
    lost = experiments.restarts(restarts=3, hidden=200, epochs=4, lr=1e30)
    assert lost.view.sentence.startswith("None of 3 starts solves it: they diverge.")
    assert titles(lost)[0] == "All starts diverge"  # and 3^801 networks are no overflow


def test_a_list_of_outputs_is_a_table_too() -> None:
    assert experiments.boolean([0, 1, 1, 0]).to_dict()["table"] == "0110"
    assert experiments.boolean([True, False]).to_dict()["table"] == "10"


def test_the_gate_claims_what_its_errors_show() -> None:
    assert falls_squared([{"scale": 1.0, "error": 1e-16}, {"scale": 0.1, "error": 1e-14}]) is False
    usual = experiments.multiplication(scales=[0.1, 0.01])
    assert "and it falls with the square of the scale" in usual.view.sentence
    far = experiments.multiplication(scales=100.0)
    assert far.view.sentence.startswith("Not at these scales: even at 100.0 the largest error on")
    assert titles(far) == ["The largest error is 0.98 at best"]
    parabola = experiments.multiplication("hardswish", scales=[1.0, 0.1])
    assert "which is rounding." in parabola.view.sentence
    assert "square of the scale" not in parabola.view.sentence
    hardly = experiments.matrix_product(sizes=2, scales=10, pairs=5)
    assert hardly.view.sentence.startswith("Hardly at these scales:")
    assert titles(hardly)[0] == "Largest error by scale"


def test_approximation_of_one_width_of_tiny_values_and_of_far_places() -> None:
    small = experiments.approximation("1e-30*x", widths=2, depths=1, restarts=2, epochs=60)
    data = small.to_dict()
    assert data["by_width"][0]["error"] < data["standard_deviation"]
    assert small.view.sentence.count("hidden neuron") == 1  # not "with 2 …, with 2 …"
    far = experiments.approximation(
        "sin(x)", widths=2, depths=1, low=1e9, high=1e9 + 1, restarts=2, epochs=60
    )
    assert np.isfinite(far.to_dict()["by_width"][0]["error"])
    few = experiments.approximation("x", widths=1, depths=[1, 4], restarts=1, epochs=2)
    assert "At 4 to 10 weights" in few.view.sentence


def test_the_step_size_verdict_follows_the_paths() -> None:
    once = experiments.step_size(rows=64, batches=1, epochs=1, noise=0.0)
    data = once.to_dict()
    large = next(run for run in data["runs"] if run["way"] == "too large")
    grew = large["last"] > data["before"]
    assert once.view.sentence.endswith("the loss grows." if grew else "the loss still falls.")
    single = experiments.step_size(rows=16, inputs=12, batches=16, epochs=30, seed=4)
    assert "fixed at half the largest it diverges" in single.view.sentence
    cut = experiments.step_size(rows=16, batches=10, epochs=2)
    assert "2 epochs of 8 batches." in cut.text(100).replace("\n", " ")


def test_a_race_that_nobody_finishes_says_so() -> None:
    still = experiments.activations(activations=["relu", "tanh"], lr=0, restarts=2, epochs=2)
    assert "None reached a higher accuracy than a guess (50" in still.view.sentence
    assert "None arrives" in titles(still)
    assert "90 % of the way" not in still.text(200)


def test_capacity_speaks_of_divergence_and_of_few_rows() -> None:
    lost = experiments.capacity(hidden=4, widths=4, lr=1e30, restarts=2, epochs=20)
    assert "diverges from most starts" in lost.view.sentence
    assert lost.to_dict()["needs"] == "neither"
    few = experiments.capacity(hidden=4, widths=4, rows=20, restarts=1, epochs=2)
    told = few.text(200).replace("\n", " ")
    assert "Only 8 rows set aside" in told and "from one start each" in told


def test_a_signal_past_the_largest_float_has_exploded() -> None:
    assert fate(np.array([1.0, np.inf, np.nan])) == ("explodes", 1)
    assert fate(np.array([1.0, np.nan])) == ("explodes", 1)
    assert fate(np.array([np.inf, np.nan])) == ("explodes", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        found = experiments.depth("relu", "large", layers=400, depths=1, restarts=1, epochs=2)
    assert "all reach" in found.view.sentence
    lost = experiments.depth("relu", "he", layers=3, depths=1, restarts=2, epochs=20, lr=1e30)
    assert lost.view.sentence.endswith("by Adam, all diverge.")
    assert titles(lost)[-1] == "relu: at 1 layer he diverges"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: experiments.xor(activations=[]),
         "activations is an empty list: there is nothing to try."),
        (lambda: experiments.xor(activations=5),  # type: ignore[arg-type]
         "activations takes a name or a list of names, not 5."),
        (lambda: experiments.xor(widths=2.5),  # type: ignore[arg-type]
         "widths must be a whole number from 1, not 2.5."),
        (lambda: experiments.xor(seed=-1), "seed must be a whole number from 0, not -1."),
        (lambda: experiments.collapse(rows=4), "rows must be a whole number from 5, not 4."),
        (lambda: experiments.collapse(widths=3),  # type: ignore[arg-type]
         "widths has 1 number; a chain has at least three: input, hidden, output."),
        (lambda: experiments.restarts(grid="1,2"),  # type: ignore[arg-type]
         "grid must be a list of numbers, not '1,2'."),
        (lambda: experiments.restarts(grid=5),  # type: ignore[arg-type]
         "grid must be a list of numbers, not 5."),
        (lambda: experiments.multiplication(scales=[]),
         "scales is an empty list: there is nothing to try."),
        (lambda: experiments.multiplication(scales=["a"]),  # type: ignore[list-item]
         "scales must be above zero, not 'a'."),
        (lambda: experiments.multiplication(factors=2000),
         "factors must be a whole number from 2 to 1000, not 2000."),
        (lambda: experiments.multiplication(at=np.nan), "at must be a finite number, not nan."),
        (lambda: experiments.approximation(low="a"),  # type: ignore[arg-type]
         "low must be a finite number, not 'a'."),
        (lambda: experiments.step_size(noise=1e20), "noise must be from 0 to 1,000, not 1e+20."),
        (lambda: experiments.capacity(weight_decay=0),
         "weight_decay must be above zero, not 0."),
        (lambda: experiments.capacity(dropout="a"),  # type: ignore[arg-type]
         "dropout is a share between 0 and 1, not 'a'."),
        (lambda: experiments.capacity(batch_size=0),
         "batch_size must be a whole number from 1, not 0."),
        (lambda: experiments.capacity(data=[1, 2]),  # type: ignore[arg-type]
         "data is a file, a built-in set or a pellucid.data.Table, not a list.\n"
         " A frame of pandas or arrays can be saved as a .csv first."),
        (lambda: experiments.depth("relu", []),
         "starts is an empty list: there is nothing to try."),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "hint"),
    [("3x", "3x is written 3*x"), ("2sin(x)", "2sin( is written 2*sin(")],
)
def test_a_missing_times_is_named(text: str, hint: str) -> None:
    with pytest.raises(SettingError, match="it can't be read; ") as caught:
        experiments.approximation(text)
    assert hint in str(caught.value)


def test_capacity_on_a_table_of_words_counts_the_losses_that_it_says(tmp_path: Path) -> None:
    draws = np.random.default_rng(0)
    rows = ["age,city,buys"]
    for _ in range(80):
        age, city = int(draws.integers(18, 80)), draws.choice(["Rome", "Oslo", "Lima"])
        rows.append(f"{age},{city},{'yes' if (age > 45) ^ (city == 'Lima') else 'no'}")
    (tmp_path / "shop.csv").write_text("\n".join(rows))
    found = experiments.capacity(
        str(tmp_path / "shop.csv"), hidden=2, widths=[2, 32], restarts=3, epochs=60
    ).to_dict()
    losses = {(run["hidden"], run["way"]): run["validation"] for run in found["runs"]}
    own = losses[2, "nothing"]
    held = min(value for (n, way), value in losses.items() if n == 2 and way != "nothing")
    assert found["gains"]["capacity"] == pytest.approx(own - losses[32, "nothing"])
    assert found["gains"]["regularization"] == pytest.approx(own - held)
    larger = max(found["gains"], key=lambda name: found["gains"][name])
    sure = found["gains"][larger] > max(found["own"]["spread"], 0.01 * own)
    assert found["needs"] == (larger if sure else "neither")
