"""The gallery of activations: every fact is measured, and agrees with what is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import SettingError
from pellucid.lenses.curves.facts import activations, curve_of, facts_of
from pellucid.lenses.picture import Chart, Charts
from tests.lenses.conftest import Trained


@pytest.mark.parametrize("name", sorted(activations()))
def test_the_slope_is_the_slope_of_the_curve(name: str) -> None:
    x = np.linspace(-3.9, 3.9, 157) + 0.013  # no kink falls on a place
    y, slope = curve_of(activations()[name], x)
    step = 1e-6
    up, down = (curve_of(activations()[name], x + s)[0] for s in (step, -step))
    kink = np.abs(up - 2 * y + down) > 1e-9 * (1 + np.abs(y)) * 10
    assert kink.mean() < 0.05
    assert slope[~kink] == pytest.approx((up - down)[~kink] / (2 * step), abs=1e-5)
    facts = facts_of(activations()[name])
    assert facts.low - 1e-9 <= y.min() and y.max() <= facts.high + 1e-9
    for a, b in facts.flat:
        assert (np.abs(slope[(x > a) & (x < b)]) < 0.0101).all()
    assert facts.steepest >= np.abs(slope).max() - 1e-3


@pytest.mark.parametrize(
    ("name", "written", "flat"),
    [
        ("relu", "[0.0, ∞)", "below 0.0"),
        ("sigmoid", "(0.0, 1.0)", "below −4.58 and above 4.58"),
        ("tanh", "(−1.0, 1.0)", "below −2.99 and above 2.99"),
        ("hardtanh", "[−1.0, 1.0]", "below −1.0 and above 1.0"),
        ("leaky_relu", "(−∞, ∞)", "nowhere"),
        ("step", "[0.0, 1.0]", "everywhere"),
        ("gelu", "[−0.17, ∞)", "below −3.07"),
        ("elu", "(−1.0, ∞)", "below −4.61"),
        ("hardshrink", "(−∞, ∞)", "from −0.5 to 0.5"),
    ],
)
def test_ranges_and_flat_stretches_that_are_known(name: str, written: str, flat: str) -> None:
    facts = facts_of(activations()[name])
    assert (facts.range, facts.saturates) == (written, flat)


def test_advice_follows_from_the_numbers() -> None:
    told = {name: facts_of(op) for name, op in activations().items()}
    assert any("dead" in b for b in told["relu"].beware)
    assert not any("dead" in b for b in told["leaky_relu"].beware)
    assert any("vanishes" in b for b in told["sigmoid"].beware)
    assert any("a quarter at best" in b for b in told["sigmoid"].beware)
    assert not any("a quarter at best" in b for b in told["tanh"].beware)
    assert any("collapse" in b for b in told["identity"].beware)
    assert any("nothing before it learns" in b for b in told["step"].beware)
    assert told["sigmoid"].mean == pytest.approx(0.5)
    assert told["relu"].mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-3)


def test_one_two_and_all() -> None:
    one = pellucid.gallery("gelu")
    assert one.view.title.startswith("gelu: ")
    assert one.view.sentence == (
        "Outputs in [−0.17, ∞), flat below −3.07, steepest slope 1.129, 15 operations for each "
        "number."
    )
    assert "∂y/∂x = Φ(x) + xφ(x)" in one.text(90)
    two = pellucid.gallery("relu", "silu")
    assert two.view.title == "relu and silu compared"
    assert two.view.sentence == (
        "relu is flat below 0.0, silu below −6.26. silu costs 11 operations, relu 1."
    )
    every = pellucid.lenses.gallery()
    names = [a["name"] for a in every.to_dict()["activations"]]
    assert names == list(activations())
    charts = next(b for b in every.view.blocks if isinstance(b, Charts))
    assert len(charts.items) == len(names)


def test_what_a_network_puts_into_them(moons_model: Trained, digits_cnn: Trained) -> None:
    model, (x, y) = moons_model.model, moons_model.data
    shown = pellucid.gallery(model=model, data=(x, y))
    (facts,) = shown.to_dict()["activations"]
    z = model[0](pellucid.tensor(x)).detach().numpy()
    found = facts["inputs"]["1"]
    assert facts["name"] == "relu" and set(facts["inputs"]) == {"1", "3"}
    assert found["count"] == z.size
    assert found["mean"] == pytest.approx(float(z.mean()), rel=1e-4)
    assert found["flat"] == pytest.approx(float((z <= 0).mean()))
    charts = next(b for b in shown.view.blocks if isinstance(b, Charts))
    bars = [c.marks[0] for c in charts.items if isinstance(c, Chart)]
    assert all(float(np.sum(b.values)) == pytest.approx(1.0) for b in bars)  # type: ignore[union-attr]
    assert "fall where it is flat" in shown.text(100)
    images = pellucid.see(digits_cnn.model, digits_cnn.data, "gallery")
    assert [a["name"] for a in images.to_dict()["activations"]] == ["relu"]


def test_wrong_uses(moons_model: Trained) -> None:
    with pytest.raises(SettingError, match="Did you mean") as unknown:
        pellucid.gallery("gleu")
    first, known = str(unknown.value).splitlines()
    assert first == 'there is no activation "gleu". Did you mean "gelu"?'
    assert known == f" Known: {', '.join(activations())}."
    with pytest.raises(SettingError) as needs:
        pellucid.gallery("relu", model=moons_model.model)
    assert str(needs.value) == "gallery: a network needs data=… too, to see what goes into it."
    with pytest.raises(SettingError) as lacks:
        pellucid.gallery("tanh", model=moons_model.model, data=moons_model.data)
    assert str(lacks.value) == "gallery: this network uses no tanh."
    with pytest.raises(SettingError) as none:
        pellucid.gallery(model=nn.Linear(2, 2), data=moons_model.data)
    assert str(none.value) == "gallery: this network uses no activation of the gallery."


def test_a_network_and_its_rows_may_stand_first(moons_model: Trained) -> None:
    first = pellucid.lenses.gallery(moons_model.model, moons_model.data, "relu")
    named = pellucid.lenses.gallery("relu", model=moons_model.model, data=moons_model.data)
    assert first.to_dict() == named.to_dict()
    assert "In layer 1, " in first.text(100)


def test_both_sides_of_a_symmetric_curve_are_flat_from_the_same_place() -> None:
    for name in ("sigmoid", "tanh", "softsign", "tanhshrink"):
        ends = [abs(e) for pair in facts_of(activations()[name]).flat for e in pair]
        assert len({e for e in ends if np.isfinite(e)}) == 1
