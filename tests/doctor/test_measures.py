"""What rules measure with, on trainings made by hand whose answers are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from pellucid.doctor.measures.curves import divergence, smooth, swings, trend, turn
from pellucid.doctor.measures.doubt import disagreement
from pellucid.doctor.measures.fit import effect, fit, fit_held_out, fit_of
from pellucid.doctor.measures.reference import reference
from pellucid.doctor.measures.row_losses import row_losses
from pellucid.doctor.measures.trivial import trivial
from pellucid.doctor.measures.truth import truth
from pellucid.doctor.seen import Batch, LossSeen, Rows, Score, Seen
from pellucid.doctor.step import DATA, TARGET, Call

draw = np.random.default_rng(0)


def seen(
    x: Any, y: Any, name: str = "cross_entropy", prediction: Any = None, **settings: Any
) -> Seen:
    y = np.asarray(y)
    kind = "classes" if np.issubdtype(y.dtype, np.integer) else "numbers"
    rows = Rows(np.asarray(x), y, prediction)
    loss = LossSeen(name, settings, target_kind=kind)
    return Seen(train=rows, loss=loss, batches=[Batch(0, 20)])


def moons(rows: int = 400) -> tuple[Any, Any]:
    x, y = datasets.make_moons(rows, noise=0.15, random_state=0)
    return x.astype(np.float32), y


@pytest.mark.parametrize(
    ("name", "y", "loss", "right"),
    [
        ("cross_entropy", np.array([0, 0, 0, 1]), 0.25 * math.log(4) - 0.75 * math.log(0.75), 0.75),
        ("nll_loss", np.array([0, 1, 2, 2]), 1.5 * math.log(2), 0.5),
        ("mse_loss", np.array([[1.0, 0.0], [3.0, 4.0]]), (1 + 4) / 2, None),
        ("l1_loss", np.array([0.0, 1.0, 10.0]), 10 / 3, None),
        ("huber_loss", np.array([-0.5, 0.5]), 0.125, None),
        ("binary_cross_entropy", np.array([[1.0], [0.0]]), math.log(2), 0.5),
        ("binary_cross_entropy_with_logits", np.array([1.0, 0.0, 0.0, 0.0]), 0.562335, 0.75),
    ],
)
def test_the_best_constant_has_the_loss_of_the_formula(
    name: str, y: Any, loss: float, right: float | None
) -> None:
    found = trivial(seen(np.zeros((len(y), 1)), y, name))
    assert found is not None and found.loss == pytest.approx(loss, abs=1e-5)
    assert found.right == right


def test_the_best_constant_is_in_the_units_of_the_loss() -> None:
    y = np.array([0, 1])
    summed = trivial(seen(np.zeros((2, 1)), y, reduction="sum"))
    assert summed is not None and summed.loss == pytest.approx(20 * math.log(2))
    smoothed = trivial(seen(np.zeros((4, 1)), np.array([0, 0, 0, 1]), label_smoothing=1.0))
    assert smoothed is not None and smoothed.loss == pytest.approx(math.log(2))
    left_out = trivial(seen(np.zeros((3, 1)), np.array([0, 1, -100])))
    assert left_out is not None and left_out.loss == pytest.approx(math.log(2))


def test_a_loss_written_by_hand_is_known_by_its_operations() -> None:
    hand = seen(np.zeros((2, 1)), np.array([1.0, 3.0]), "own")
    assert (base := trivial(hand)) is not None and base.loss is None
    for middle, loss in (("pow", 8 / 9), ("abs", 2 / 3)):
        hand = seen(np.zeros((3, 1)), np.array([1.0, 3.0, 3.0]), "own")
        hand.calls = [Call("linear", inputs=(DATA,), part="model")] + [
            Call(name, inputs=inputs, part="loss")
            for name, inputs in (("sub", (0, TARGET)), (middle, (1,)), ("mean", (2,)))
        ]
        base = trivial(hand)
        assert base is not None and base.loss == pytest.approx(loss)


def test_nothing_kept_nothing_said() -> None:
    assert trivial(Seen()) is fit(Seen()) is reference(Seen()) is disagreement(Seen()) is None
    assert effect(Seen()) == 0.0 and swings(Seen()) is None and divergence(Seen()) is None
    few = seen(np.zeros((5, 2)), np.array([0, 1, 0, 1, 0]))
    assert reference(few) is None
    tagged = seen(draw.integers(0, 9, (60, 5)), draw.integers(0, 3, (60, 5)))
    assert reference(tagged) is None
    x = draw.normal(size=(60, 3))
    assert reference(seen(x, x, "mse_loss")) is None, "a copy of the inputs says nothing"


def test_a_curved_border_is_reached_but_not_by_a_line() -> None:
    found = reference(seen(*moons()))
    assert found is not None
    assert found.name != "linear" and found.skill > 0.9 > 0.8 > found.scores["linear"] - 0.1
    assert found.right == max(found.scores.values()) and found.loss is not None
    assert found.loss < 0.3 * math.log(2)


def test_numbers_are_reached_as_far_as_noise_allows() -> None:
    x = draw.normal(size=(300, 4))
    y = x @ np.array([1.0, -2.0, 0.0, 3.0]) + draw.normal(size=300)
    found = reference(seen(x, 100 * y[:, None] + 500, "mse_loss"))
    assert found is not None and found.name == "linear"
    assert found.explained == pytest.approx(14 / 15, abs=0.03) and found.skill == found.explained
    assert found.loss == pytest.approx(1e4, rel=0.2)


def test_tokens_are_counted_and_placed() -> None:
    x = draw.integers(0, 12, (400, 6))
    of_place, of_count = seen(x, (x[:, 2] > 5).astype(int)), seen(x, (x == 3).any(1).astype(int))
    for case in (of_place, of_count):
        case.calls = [Call("embedding", inputs=(-1,))]
        assert (found := reference(case)) is not None and found.skill > 0.9


def test_equal_rows_are_used_once_and_the_answer_repeats() -> None:
    x, y = moons(100)
    noise = draw.integers(0, 2, 100)
    twice = seen(np.concatenate((x, x)), np.concatenate((noise, noise)))
    found = reference(twice)
    assert found is not None and found.rows == 100 and found.skill < 0.4
    again = reference(seen(x, y)), reference(seen(x, y))
    assert again[0] is not None and again[1] is not None and again[0].scores == again[1].scores
    assert reference(twice) is found


@pytest.mark.parametrize("wrong", [0.0, 0.1, 0.3])
def test_wrong_labels_are_counted(wrong: float) -> None:
    x, y = moons(800)
    flip = np.random.default_rng(1).random(800) < wrong
    found = disagreement(seen(x, np.where(flip, 1 - y, y)))
    assert found is not None and found.noise == pytest.approx(flip.mean(), abs=0.06)
    assert found.by_class == pytest.approx((wrong, wrong), abs=0.1) and found.chance < 0.01


def test_overlap_is_not_noise() -> None:
    x, y = datasets.make_moons(800, noise=0.4, random_state=0)
    hard = seen(x, y)
    reached, found = reference(hard), disagreement(hard)
    assert reached is not None and found is not None
    assert found.noise < 0.5 * (1 - (reached.right or 0))


def test_labels_without_inputs_score_by_chance() -> None:
    x, y = moons()
    shuffled = disagreement(seen(x, np.random.default_rng(3).permutation(y)))
    assert shuffled is not None and shuffled.chance > 0.05
    numbers = disagreement(seen(x, np.random.default_rng(3).normal(size=400), "mse_loss"))
    assert numbers is not None and numbers.chance > 0.05 and numbers.shift == 0


@pytest.mark.parametrize("by", [-1, 0, 1])
def test_targets_that_slipped_by_one_row_are_noticed(by: int) -> None:
    x, y = moons()
    found = disagreement(seen(x, np.roll(y, by)))
    assert found is not None and found.shift == -by


def test_how_well_predictions_fit() -> None:
    y = np.array([0, 0, 0, 1])
    logits = np.array([[9.0, 0], [9, 0], [9, 0], [9, 0]])
    found = fit(seen(np.zeros((4, 1)), y, prediction=logits))
    assert found is not None and (found.right, found.skill) == (0.75, 0.0)
    assert found.by_class == (1.0, 0.0) and found.loss == pytest.approx(9 / 4, abs=1e-3)
    assert found.by_loss is not None and found.by_loss < 0
    binary = fit_of(np.array([[2.0], [-1.0]]), np.array([[1.0], [0.0]]),
                    LossSeen("binary_cross_entropy_with_logits"))  # fmt: skip
    assert binary is not None and binary.right == 1.0 == binary.skill
    broad = fit_of(np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.0]), LossSeen("mse_loss"))
    assert broad is not None and broad.explained == 1.0
    marks = np.array([1.0, 0.0, 1.0])
    own = fit_of(np.array([9.0, -9.0, 4.0]), marks, LossSeen("own"))
    assert own is not None and own.right == 1.0, "a binary entropy written by hand"
    lost = fit_of(np.array([[np.nan], [1.0]]), np.array([1.0, 2.0]), LossSeen("mse_loss"))
    assert lost is not None and math.isnan(lost.skill)
    assert fit_of(np.zeros((4, 7)), np.arange(12.0).reshape(4, 3), LossSeen("mse_loss")) is None


def test_the_effect_is_the_share_of_what_could_be_learned() -> None:
    x, y = moons()
    logits = np.stack((1.0 - y, y), 1) * 8
    assert effect(seen(x, y, prediction=logits)) == 0.0
    assert effect(seen(x, y, prediction=0 * logits + [1, 0])) == 1.0
    assert effect(seen(x, y, prediction=logits * np.nan)) == 1.0
    half = np.where((np.arange(400) % 2 == 0)[:, None], logits, [8, 0])
    assert 0.3 < effect(seen(x, y, prediction=half)) < 0.7
    noise = draw.integers(0, 2, 400)
    assert effect(seen(x, noise, prediction=0 * logits)) == 0.0, "nothing could be learned"


def test_a_rare_class_counts_like_the_others_where_the_loss_weighs_it() -> None:
    y = np.array([0] * 18 + [1] * 2)
    wary = np.where((np.arange(20) < 12)[:, None], [1.0, 0.0], [0.0, 1.0])
    weighed = LossSeen("cross_entropy", {"weight": (1.0, 9.0)}, target_kind="classes")
    plain = LossSeen("cross_entropy", target_kind="classes")
    found, usual = fit_of(wary, y, weighed), fit_of(wary, y, plain)
    assert found is not None and found.right == 0.7 and found.skill == pytest.approx(2 / 3)
    assert usual is not None and usual.skill == pytest.approx(-2)
    case = seen(np.zeros((20, 1)), y, prediction=wary)
    for counts, skill in (((9, 1), -2.0), ((5, 5), 2 / 3)):
        case.batches = [Batch(0, 10, counts), Batch(1, 10, counts)]
        case.__dict__.pop("_measured", None)
        assert (drawn := fit(case)) is not None and drawn.skill == pytest.approx(skill)
    even = trivial(seen(np.zeros((20, 1)), y, weight=(1.0, 9.0)))
    assert even is not None and even.loss == pytest.approx(math.log(2))
    each = row_losses(seen(np.zeros((20, 1)), y, prediction=0 * wary, weight=(1.0, 9.0)))
    assert each is not None and each.mean() == pytest.approx(math.log(2)) and each[-1] > each[0]
    marks = np.array([[1.0], [0.0], [0.0], [0.0]])
    once = trivial(seen(marks, marks, "binary_cross_entropy_with_logits", pos_weight=(3.0,)))
    assert once is not None and once.loss == pytest.approx(1.5 * math.log(2))


def test_marks_of_zero_and_one_have_no_outliers() -> None:
    x = draw.normal(size=(200, 3))
    marks = seen(x, (x > 1.2).astype(np.float32), "binary_cross_entropy_with_logits")
    assert (found := disagreement(marks)) is not None and found.noise == 0.0


def test_scores_tell_where_no_predictions_were_kept() -> None:
    case = seen(np.zeros((4, 1)), np.array([0, 0, 1, 1]))
    case.fits = [Score(5, 20, 0.1, 0.9)]
    case.scores = [Score(5, 20, math.log(2) / 2, None)]
    kept, other = fit(case), fit_held_out(case)
    assert kept is not None and kept.skill == pytest.approx(0.8)
    assert other is not None and other.skill == pytest.approx(0.5) and other.right is None


def test_row_losses_are_those_of_the_formulas() -> None:
    out = draw.normal(size=(6, 3))
    y = draw.integers(0, 3, 6)
    each = row_losses(seen(out, y, prediction=out))
    expected = np.log(np.exp(out).sum(1)) - out[np.arange(6), y]
    np.testing.assert_allclose(each, expected)
    logs = np.log(np.full((6, 3), 1 / 3))
    np.testing.assert_allclose(row_losses(seen(out, y, "nll_loss", logs)), math.log(3))
    each = row_losses(seen(out, out, "smooth_l1_loss", out + 3.0, beta=2.0))
    np.testing.assert_allclose(each, 2.0)
    assert row_losses(seen(out, out, "own", out)) is None
    soft = np.full((6, 3), 0.2) + 0.4 * (np.arange(3) == 1)
    logs = out - np.log(np.exp(out).sum(1, keepdims=True))
    shares = seen(out, soft, prediction=out)
    np.testing.assert_allclose(row_losses(shares), -(soft * logs).sum(1))
    assert (base := trivial(shares)) is not None and base.loss == pytest.approx(
        -(2 * 0.2 * math.log(0.2) + 0.6 * math.log(0.6))
    )
    smoothed = row_losses(seen(out, y, prediction=out, label_smoothing=0.3))
    spread = 0.7 * np.eye(3)[y] + 0.1
    np.testing.assert_allclose(smoothed, -(spread * logs).sum(1))


def steps(level: Any, noise: float = 0.0) -> Any:
    return np.asarray(level) * (1 + noise * np.random.default_rng(2).normal(size=len(level)))


def test_a_trend_is_what_is_left_when_batches_are_taken_out() -> None:
    t = np.arange(400.0)
    falling = trend(steps(2 - t / 400, 0.05))
    assert falling is not None and falling.falling and not falling.flat
    assert falling.share == pytest.approx(0.25, abs=0.07) and falling.ahead > 0.5
    done = trend(steps(0.5 + np.exp(-t / 20), 0.05))
    assert done is not None and done.flat and not done.falling and done.ahead == 0
    late = trend(steps(np.exp(-t / 200), 0.02))
    assert late is not None and late.falling and late.ahead < late.last < late.first
    assert trend(np.ones(5)) is None and trend(np.array([1.0] * 20 + [np.nan])) is None


def test_smoothing_keeps_the_length_and_the_level() -> None:
    for length in (1, 3, 40):
        np.testing.assert_allclose(smooth(np.full(length, 3.0)), 3.0)
    assert smooth(np.zeros(0)).shape == (0,)


def test_swings_count_beside_the_spread_of_batches() -> None:
    calm = seen(np.zeros((400, 1)), np.zeros(400), "mse_loss", draw.normal(size=400))
    calm.losses = 1 + draw.normal(size=300) * math.sqrt(2 / 20)
    found = swings(calm)
    assert found is not None and found.excess == pytest.approx(1.0, abs=0.25)
    assert found.turns == pytest.approx(2 / 3, abs=0.1)
    calm.losses = 3 + 2.5 * (-1.0) ** np.arange(300)
    wild = swings(calm)
    assert wild is not None and (wild.excess or 0) > 3 and wild.turns == 1.0 and wild.rises > 0.4


def test_what_runs_away() -> None:
    case = seen(np.zeros((4, 1)), np.array([0, 1, 0, 1]))
    case.losses = np.exp(np.arange(100) / 20.0)
    away = divergence(case)
    assert away is not None and away.diverged and away.ratio > 50 and away.above_trivial is not None
    case.losses = np.linspace(0.69, 0.2, 100)
    down = divergence(case)
    assert down is not None and not down.diverged and (down.above_trivial or 9) < 0.5
    case.losses = np.array([1.0, 2.0, np.nan, np.nan])
    lost = divergence(case)
    assert lost is not None and (lost.finite, lost.step, lost.diverged) == (False, 2, True)


def scored(losses: Any, rights: Any = None) -> list[Score]:
    rights = [None] * len(losses) if rights is None else rights
    pairs = zip(losses, rights, strict=True)
    return [Score(10 * i, 50, float(loss), right) for i, (loss, right) in enumerate(pairs)]


def test_where_validation_turns() -> None:
    up = turn(scored([1, 0.6, 0.4, 0.3, 0.4, 0.5, 0.7, 0.8], [0.5, 0.7, 0.8, 0.9, 0.8, 0.8, 0.8,
                                                            0.8]))  # fmt: skip
    assert up is not None and up.turned and up.step == 30 and up.since == 4
    assert up.lost == pytest.approx((2.0 / 3 - 0.3) / 0.7) and (up.right_lost or 0) > 0
    down = turn(scored(np.exp(-np.arange(12.0))))
    assert down is not None and not down.turned and down.rise == 0
    near_zero = turn(scored([1, 0.1, 1e-6, 2e-6, 2e-6, 2e-6]))
    assert near_zero is not None and not near_zero.turned and near_zero.rise < 0.01
    assert turn(scored([1, 2])) is None


CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)


@pytest.mark.parametrize(
    ("y", "linear"),
    [([0, 1, 1, 0], 0.75), ([0, 0, 0, 1], 1.0), ([[0.0], [1.0], [1.0], [0.0]], 0.75)],
)
def test_a_whole_truth_table(y: Any, linear: float) -> None:
    for times in (1, 30):
        x = np.tile(CORNERS, (times, 1))
        name = "cross_entropy" if np.ndim(y) == 1 else "mse_loss"
        found = truth(seen(x, np.tile(np.array(y), (times, *[1] * (np.ndim(y) - 1))), name))
        assert found is not None and found.rows == 4
        assert found.linear == pytest.approx(linear, abs=0.26 if linear < 1 else 0)
        assert (found.linear < 1) == (linear < 1)


def test_what_is_no_whole_truth_table() -> None:
    parity = np.array([0, 1, 1, 0])
    two = np.concatenate((parity, 1 - parity))  # each row with both answers
    assert truth(seen(np.tile(CORNERS, (2, 1)), two)) is None
    assert truth(seen(CORNERS[:3], parity[:3])) is None  # a combination is missing
    assert truth(seen(CORNERS, np.array([[0.1], [0.2], [0.3], [0.4]]), "mse_loss")) is None
    assert truth(seen(CORNERS, np.zeros(4, np.int64))) is None  # one answer for all
    assert truth(seen(*moons(40))) is None
