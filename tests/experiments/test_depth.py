"""Signal and blame by layer: the recursion must be right in known cases, and meet measurements."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import experiments
from pellucid.errors import SettingError
from pellucid.experiments.depth import fate
from pellucid.experiments.signals import foretold, measured
from pellucid.experiments.starts import STARTS


def test_the_recursion_is_that_of_cases_known_by_hand() -> None:
    # relu keeps half of the square and half of the slopes: gain/2 a layer, both ways.
    for start, gain in (("he", 2.0), ("xavier", 1.0), ("large", 50.0)):
        found = foretold("relu", start, 6, 50)
        assert found.signal == pytest.approx([gain * (gain / 2) ** i for i in range(6)], rel=1e-3)
        assert found.blame == pytest.approx([(gain / 2) ** (5 - i) for i in range(6)], rel=1e-2)
    linear = foretold("identity", "pytorch", 3, 10)  # a third each time, and the biases' own
    assert linear.signal == pytest.approx([11 / 30, 11 / 90 + 1 / 30, 11 / 270 + 1 / 90 + 1 / 30])


def test_wide_networks_do_what_the_recursion_says() -> None:
    for act in ("relu", "tanh", "sigmoid"):
        for start in STARTS:
            seen, said = measured(act, start, 4, 200, 100, 0), foretold(act, start, 4, 200)
            assert seen.signal == pytest.approx(said.signal, rel=0.25), (act, start)
            assert seen.blame == pytest.approx(said.blame, rel=0.25), (act, start)


def test_what_becomes_of_a_mean_square() -> None:
    assert fate(np.array([2.0, 0.1, 0.001, 1e-9])) == ("vanishes", 2)
    assert fate(np.array([1.0, 999.0])) == ("passes", None)
    assert fate(np.array([1.0, 50.0, 2500.0])) == ("explodes", 2)
    assert fate(np.zeros(3)) == ("vanishes", 0)


def test_mistakes_say_what_to_do() -> None:
    for call, message in (
        (lambda: experiments.depth(starts="hee"),
         'there is no start "hee". Did you mean "he"?\n Known: pytorch, xavier, lecun, orthogonal,'
         " he, small, large, zeros."),
        (lambda: experiments.depth("swish"), 'there is no activation "swish".'),
        (lambda: experiments.depth(layers=1), "layers must be a whole number from 2, not 1."),
    ):  # fmt: skip
        with pytest.raises(SettingError) as caught:
            call()
        assert str(caught.value).startswith(message)


@pytest.mark.slow
def test_a_start_that_vanishes_learns_nothing_and_one_that_passes_does() -> None:
    found = experiments.depth("tanh", ["he", "small"], depths=[10], restarts=2, epochs=15)
    good, bad = found.to_dict()["runs"]
    assert (good["signal_fate"], good["blame_fate"]) == ("passes", "passes")
    assert (bad["signal_fate"], bad["blame_fate"]) == ("vanishes", "vanishes")
    assert good["accuracy"][10] > 0.8 > 0.7 > bad["accuracy"][10]
    assert "with tanh only from he" in found.view.sentence
    assert "1 of the others stays at a guess" in found.view.sentence
