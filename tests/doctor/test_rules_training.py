"""Rules over rates, first weights, scales, activations and gradients: both sides of each.

Trials are told beforehand, so that every rule is judged on numbers that stand in the test.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from pellucid.doctor.measures.objective import Way
from pellucid.doctor.measures.reference import Reference, reference
from pellucid.doctor.rule import rules
from pellucid.doctor.seen import LossSeen, Rows, Seen
from pellucid.doctor.step import DATA, TARGET, Activity, Call, Moment, Move, WeightSeen
from pellucid.doctor.trial import Change, NoTrials, Trial

Answer = Callable[[Change], float | None]


AS_IT_WAS = Change()


class Told:
    """Trials with a skill for each change, on rows learned from and on others alike."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def run(self, change: Change = AS_IT_WAS) -> Trial | None:
        """The trial that was told."""
        skill = self.answer(change)
        if skill is None:
            return None
        if not np.isfinite(skill):
            return Trial(loss=float("nan"), finite=False)
        return Trial(
            np.ones(3), 1 - skill, 0.5 + skill / 2, skill=skill, held_skill=skill, steps=80
        )


def unless(works: Callable[[Change], bool], good: float = 0.95, bad: float = 0.1) -> Told:
    """Trials that learn where a change works, or where all is as usual."""
    return Told(lambda change: good if works(change) or change.optimizer else bad)


def a_run(right: float = 0.55, trials: Any = None, **more: Any) -> Seen:
    """A training on two blobs, which anybody can tell apart, with this share of right answers."""
    rows = blobs()
    y = rows.y
    said = np.where(np.arange(120) < right * 120, y, 1 - y)
    if right <= 0.55:
        said = np.where(np.arange(120) < (right - 0.5) * 240, y, 0)
    logits = np.stack([1.0 - said, said.astype(float)], 1)
    moves = {name: Move(1.0, 0.1, 0.01, 0.3) for name in ("0.weight", "2.weight", "4.weight")}
    calls = [Call("linear", "0", (DATA,), shape=(32, 16)), Call("relu", "1", (0,), shape=(32, 16)),
             Call("linear", "2", (1,), shape=(32, 16)), Call("tanh", "3", (2,), shape=(32, 16)),
             Call("linear", "4", (3,), shape=(32, 2))]  # fmt: skip
    seen = Seen(
        calls=calls,
        weights=[WeightSeen(name, (16, 16), name[0], std=0.144, fan_in=16) for name in moves],
        moments=[Moment(step, 0.7, 0.1, quiet(), dict(moves)) for step in range(0, 80, 10)],
        losses=np.linspace(0.7, 0.5, 80),
        loss=LossSeen("cross_entropy", prediction=(32, 2), target=(32,), target_kind="classes"),
        train=replace(rows, prediction=logits), optimizer="SGD", settings={"lr": 0.1},
        epoch=4, rows=120,
        trials=trials or NoTrials(),
    )  # fmt: skip
    seen.events.steps = 80
    found = replace(seen, **more)
    if "train" not in more:  # the same rows every time: others' skill on them is known
        found.__dict__["_measured"] = {f"{reference.__module__}.reference": on_blobs()}
    return found


@cache
def on_blobs() -> Reference | None:
    """What others reach on the two blobs."""
    return reference(a_run(train=blobs()))


def blobs() -> Rows:
    """Two blobs that anybody can tell apart."""
    y = np.arange(120) % 2
    x = np.random.default_rng(0).normal(size=(120, 2)) + 4 * y[:, None]
    return Rows((x - x.mean(0)) / x.std(0), y, total=120)


def quiet(dead: float = 0.0, flat: float = 0.0) -> dict[int, Activity]:
    """Activity of the five calls."""
    found = {at: Activity(0.0, 1.0, 2.0) for at in range(5)}
    return found | {1: Activity(0.5, 1.0, 2.0, dead, dead), 3: Activity(0, 0.9, 1, flat=flat)}


def moving(moves: dict[str, Move], **more: Any) -> list[Moment]:
    """Eight moments with these moves."""
    return [Moment(step, 0.7, 0.1, quiet(**more), dict(moves)) for step in range(0, 80, 10)]


def kinds(seen: Seen, kind: str) -> list[str]:
    """What the rule for a kind says of it."""
    rule = rules()[kind]
    assert all(seen.has(what) for what in rule.needs)
    return [found.text.replace("\N{NO-BREAK SPACE}", " ") for found in rule.look(seen)]


SHORT = {name: Move(1.0, 0.1, 1e-6, 0.9) for name in ("0.weight", "2.weight", "4.weight")}
SMALLER = unless(lambda change: change.lr < 1)
LARGER = unless(lambda change: change.lr > 1)
GROWN = np.linspace(0.7, 60.0, 80)


def test_a_smaller_rate_that_learns_is_named() -> None:
    """With the numbers of both trials; not for steps that can't overshoot, not without effect."""
    (text,) = kinds(a_run(trials=SMALLER), "lr_too_high")
    assert text == ("With a tenth of the learning rate of 0.1 the same network gets to 98 % right "
                    "instead of 55 % right.")  # fmt: skip
    assert not kinds(a_run(trials=SMALLER, moments=moving(SHORT)), "lr_too_high")
    assert not kinds(a_run(trials=unless(lambda change: False)), "lr_too_high")
    assert not kinds(a_run(0.99, trials=SMALLER), "lr_too_high")


@pytest.mark.parametrize(("before", "found"), [(0.1, 0), (5.0, 1)])
def test_a_loss_that_was_lost_while_it_was_low_is_not_the_rate_s(before: float, found: int) -> None:
    """A smaller rate learns in both: it only comes later to where the number is lost."""
    losses = np.concatenate((np.linspace(0.7, before, 40), np.full(40, np.nan)))
    assert len(kinds(a_run(losses=losses, trials=SMALLER), "lr_too_high")) == found


@pytest.mark.parametrize(
    ("before", "found"), [((0.5, 0.2, 0.01), 0), ((0.2, 0.5, 0.01), 1), ((0.6, 0.5, 0.4), 1)]
)
def test_a_loss_that_fell_until_it_was_lost_is_not_the_rate_s(
    before: tuple[float, ...], found: int
) -> None:
    """Within a few steps it may be low already; where it jumped, or fell a little only, it is."""
    losses = np.concatenate(([0.7, *before], np.full(76, np.nan)))
    assert len(kinds(a_run(losses=losses, trials=SMALLER), "lr_too_high")) == found


@pytest.mark.parametrize(
    ("again", "smaller", "found"), [(0.0, 0.98, 1), (0.0, 0.88, 0), (0.75, 0.98, 1)]
)
def test_a_rate_with_which_a_second_run_ends_far_worse(
    again: float, smaller: float, found: int
) -> None:
    """What the second run lost besides is no part of what the smaller rate must bring back."""
    told = Told(lambda change: smaller if change.lr < 1 else 0.98 if change.optimizer else again)
    assert len(kinds(a_run(0.9, trials=told), "lr_too_high")) == found


def test_without_trials_only_a_loss_that_grew_is_a_rate_too_high() -> None:
    """And steps of a tenth of the weights' size beside it."""
    long = {name: Move(1.0, 9.0, 5.0, -0.8) for name in SHORT}
    grown = a_run(losses=GROWN, moments=moving(long))
    assert kinds(grown, "lr_too_high") == [
        "With a learning rate of 0.1 the loss went from 0.7 to 60."
    ]
    assert not kinds(a_run(), "lr_too_high")


def test_a_larger_rate_that_learns_is_named_where_steps_are_short() -> None:
    """Not where steps have the usual length, which is training ended too soon."""
    (text,) = kinds(a_run(trials=LARGER, moments=moving(SHORT)), "lr_too_low")
    assert "With 10 times the learning rate the same steps get to 98 % right" in text
    assert not kinds(a_run(trials=LARGER), "lr_too_low")
    assert not kinds(a_run(0.99, trials=LARGER, moments=moving(SHORT)), "lr_too_low")


@pytest.mark.parametrize(
    ("planned", "good", "found"),
    [((8, 80), 0.98, 1), ((80, 80), 0.98, 0), ((8, 10), 0.98, 0), ((8, 80), 0.9, 0)],
)
def test_a_schedule_that_was_moved_on_too_rarely(
    planned: tuple[int, int], good: float, found: int
) -> None:
    """Though most was learned; not where it was moved on as planned, nor without any gain."""
    trials = Told(lambda change: good if change.lr > 1 or change.optimizer else 0.9)
    late = a_run(0.95, trials=trials, schedule="OneCycleLR", planned=planned,
                 rates=[(0, 0.001), (10, 0.004)])  # fmt: skip
    told = kinds(late, "lr_too_low")
    assert len(told) == found
    if found:
        assert "OneCycleLR was made for 80 steps and moved on 8 times in 80" in told[0]


@pytest.mark.parametrize(
    ("level", "update", "found"), [(0.69, 1e-6, 1), (0.3, 1e-6, 0), (0.69, 1e-3, 0)]
)
def test_steps_that_do_nothing_where_only_the_loss_is_known(
    level: float, update: float, found: int
) -> None:
    """Named where the loss is that of an equal guess; not where it is low, or with usual steps."""
    moves = {name: Move(1.0, 1e-3, update, 0.3) for name in SHORT}
    alone = a_run(train=None, losses=np.full(80, level), moments=moving(moves))
    told = kinds(alone, "lr_too_low")
    assert len(told) == found
    assert not found or "is 0.69, that of an equal guess" in told[0]


def test_first_weights_are_blamed_where_fresh_ones_learn() -> None:
    """Alike or of a wrong scale; not in a network that learns, nor a last layer of zeros."""
    fresh = unless(lambda change: change.fresh)
    usual = a_run().weights
    alike = [replace(w, alike=1.0, std=0.0) for w in usual]
    (text, *_) = kinds(a_run(trials=fresh, weights=alike), "bad_init")
    assert text.startswith("All 16 units of layer 0 start zero. Started from the default weights")
    wide = [replace(w, std=2.0) for w in usual]
    assert "spread by 2, where 0.14 is usual for 16" in kinds(
        a_run(trials=fresh, weights=wide), "bad_init")[0]  # fmt: skip
    assert not kinds(a_run(0.99, trials=fresh, weights=wide), "bad_init")
    last = [*usual[:2], replace(usual[2], alike=1.0, std=0.0)]
    assert not kinds(a_run(trials=fresh, weights=last), "bad_init")
    assert not kinds(a_run(trials=unless(lambda change: False), weights=wide), "bad_init")


def test_first_weights_that_nobody_moves_are_no_mistake_of_their_own() -> None:
    """A layer that came after the optimizer was made: any other first weights would help."""
    fresh = unless(lambda change: change.fresh)
    first, *others = a_run().weights
    for held, moved, found in ((True, True, 1), (False, False, 0), (False, True, 1)):
        weights = [replace(first, std=0.002, held=held, moved=moved), *others]
        assert len(kinds(a_run(trials=fresh, weights=weights), "bad_init")) == found


def test_data_are_blamed_for_their_scale_where_standardizing_learns() -> None:
    """A scale far from 1 alone is none of the doctor's business."""
    even = unless(lambda change: change.inputs)
    rows = a_run().train
    assert rows is not None
    raw = replace(rows, x=rows.x * np.array([1000.0, 1.0]))
    (text,) = kinds(a_run(trials=even, train=raw), "unnormalised_data")
    assert text.startswith("Largest spread of a column: 1e+03. With standardized inputs")
    assert not kinds(a_run(trials=even), "unnormalised_data")
    slower = unless(lambda change: change.inputs and change.lr == 0.1)
    (text,) = kinds(a_run(trials=slower, train=raw), "unnormalised_data")
    assert "With standardized inputs and 0.1 times the learning rate" in text
    (found,) = rules()["unnormalised_data"].look(a_run(trials=slower, train=raw))
    assert found.fix.endswith("\nSGD(model.parameters(), lr=0.01)")
    both = unless(lambda change: change.lr == 0.1)  # the rate alone does it
    assert not kinds(a_run(trials=both, train=raw), "unnormalised_data")
    assert not kinds(a_run(trials=SMALLER, train=raw), "unnormalised_data")
    good = replace(raw, prediction=a_run(0.99).train.prediction)  # type: ignore[union-attr]
    assert not kinds(a_run(trials=even, train=good), "unnormalised_data")


def test_regularization_is_blamed_where_the_run_without_it_fits() -> None:
    """Decay and dropout, each where it is; dropout of a half that fits is right."""
    free = unless(lambda change: not change.decay or not change.dropout)
    decayed = a_run(trials=free, settings={"lr": 0.1, "weight_decay": 1.0})
    assert kinds(decayed, "over_regularised")[0].startswith("Without weight decay of 1 the same")
    drop = [*a_run().calls, Call("dropout", "5", (3,), settings={"p": 0.9})]
    assert kinds(a_run(trials=free, calls=drop), "over_regularised")[0].startswith(
        "Without dropout of 0.9 the same")  # fmt: skip
    assert kinds(a_run(calls=drop), "over_regularised") == [
        "Dropout takes out 90 % of the units, and the network does not fit its training rows."
    ]
    assert not kinds(a_run(0.99, trials=free, calls=drop), "over_regularised")
    assert not kinds(a_run(trials=free), "over_regularised")


@pytest.mark.parametrize(("shorter", "found"), [(0.3, 1), (0.85, 1), (0.9, 0), (0.97, 0)])
def test_dropout_is_not_blamed_for_what_long_steps_do(shorter: float, found: int) -> None:
    """Where a smaller rate brings back as much with all the dropout, the rate is named alone."""

    def told(change: Change) -> float:
        return 0.95 if change.optimizer else 0.9 if not change.dropout else \
            shorter if change.lr < 1 else 0.1  # fmt: skip

    drop = [*a_run().calls, Call("dropout", "5", (3,), settings={"p": 0.1})]
    assert len(kinds(a_run(trials=Told(told), calls=drop), "over_regularised")) == found
    assert len(kinds(a_run(trials=Told(told), calls=drop), "lr_too_high")) == (shorter > 0.5)


def test_a_smaller_rate_says_nothing_about_decay() -> None:
    """Shorter steps take less of it, too, so that both bring back as much."""
    either = unless(lambda change: change.lr < 1 or not change.decay)
    decayed = a_run(trials=either, settings={"lr": 0.1, "weight_decay": 1.0})
    assert len(kinds(decayed, "over_regularised")) == 1


def test_units_are_dead_only_where_most_are_and_it_shows() -> None:
    """Sparse layers, and dead units in a network that fits, are no fault."""
    dead = moving(SHORT, dead=0.75)
    assert kinds(a_run(moments=dead), "dead_relu") == [
        "12 of 16 units of layer 1 are zero on every row."
    ]
    assert not kinds(a_run(0.99, moments=dead), "dead_relu")
    assert not kinds(a_run(moments=moving(SHORT, dead=0.4)), "dead_relu")


def test_hidden_layers_saturate_outputs_do_not() -> None:
    """The last call, which nobody reads, may lie on its flat ends."""
    flat = moving(SHORT, flat=0.9)
    assert kinds(a_run(moments=flat), "saturated_activation") == [
        "90 % of the outputs of layer 3 lie on the flat ends of tanh."
    ]
    assert not kinds(a_run(moments=flat, calls=a_run().calls[:4]), "saturated_activation")
    assert not kinds(a_run(0.99, moments=flat), "saturated_activation")


def test_layers_that_became_flat_after_gradients_had_faded_are_no_cause() -> None:
    """They learned alone; layers that were flat from the beginning are one."""
    faded = {"0.weight": Move(1.0, 1e-6, 0.01), "2.weight": Move(1.0, 1.0, 0.01),
             "4.weight": Move(1.0, 1.0, 0.01)}  # fmt: skip
    flat = moving(faded, flat=0.9)
    from_the_start = a_run(moments=flat)
    later = a_run(moments=[replace(flat[0], activity=quiet()), *flat[1:]])
    assert len(kinds(from_the_start, "saturated_activation")) == 1
    assert not kinds(later, "saturated_activation")
    assert len(kinds(later, "vanishing_gradient")) == 1


@pytest.mark.parametrize(
    ("clips", "norm", "found"), [(10, 9.0, 1), (10, 2.0, 0), (3, 9.0, 0), (0, 9.0, 0)]
)
def test_clipping_before_the_backward_pass_holds_nothing(
    clips: int, norm: float, found: int
) -> None:
    """Where gradients go beyond the limit; clips that met some, or small ones, are no fault."""
    seen = a_run(moments=moving({"0.weight": Move(1.0, norm, 0.01)}))
    seen.events = replace(seen.events, steps=10, idle_clips=clips, clip=1.0)
    said = kinds(seen, "exploding_gradient")
    assert len(said) == found
    assert not said or "10 times before there were gradients" in said[0]


@pytest.mark.parametrize(
    ("kind", "first"), [("vanishing_gradient", 1e-6), ("exploding_gradient", 1e3)]
)
def test_gradients_that_shrink_or_grow_through_layers(kind: str, first: float) -> None:
    """Where the network does not learn; a scale of all gradients alike says nothing."""
    moves = {"0.weight": Move(1.0, first, 0.01), "2.weight": Move(1.0, 1.0, 0.01),
             "4.weight": Move(1.0, 1.0, 0.01)}  # fmt: skip
    assert len(kinds(a_run(moments=moving(moves)), kind)) == 1
    assert not kinds(a_run(0.99, moments=moving(moves)), kind)
    alike = {name: replace(move, grad=first) for name, move in moves.items()}
    assert not kinds(a_run(moments=moving(alike)), kind)


def test_one_of_two_losses_whose_targets_are_out_of_reach() -> None:
    """Both can't be tried; an error that falls, or that predictions match in size, is no fault."""
    calls = [
        Call("linear", "price", (DATA,), shape=(32, 1)),
        Call("linear", "kind", (DATA,), shape=(32, 2)),
        Call("mse_loss", "", (0,), part="loss", line="multi.py:9", settings={"reduction": "mean"}),
        Call("cross_entropy", "", (1, TARGET), part="loss"),
        Call("add", "", (2, 3), part="loss"),
    ]

    def look(first: float, last: float, said: float) -> list[str]:
        moments = [
            Moment(step, 1.0, 0.1, {0: Activity(said, 0.0, said), 2: Activity(loss, 0.0, loss)})
            for step, loss in enumerate((first, last, last, last))
        ]
        return kinds(a_run(calls=calls, moments=moments), "unnormalised_data")

    (text,) = look(4e10, 3.9e10, 700.0)
    assert "at most 700 with targets that are off by 1.97e+05" in text
    assert not look(4e10, 1e9, 700.0)
    assert not look(4e10, 3.9e10, 1e5)
    assert not look(4.0, 3.9, 0.01)


def test_gradients_that_grow_from_step_to_step_are_cured_by_clipping() -> None:
    """With the step at which it began."""
    moments = moving(SHORT)
    for moment in moments[5:]:
        moment.moves = {name: Move(1.0, 1e4, 9.0) for name in SHORT}
    seen = a_run(trials=unless(lambda change: change.clip is not None), moments=moments)
    (found,) = rules()["exploding_gradient"].look(seen)
    assert found.step == 50
    assert kinds(seen, "exploding_gradient")[0].endswith("the same training gets to 98 % right.")


def test_a_loss_swings_or_is_noisy() -> None:
    """Swings last over epochs; the ups and downs of batches, and a flat end, are none."""
    swings = 0.7 + 0.6 * np.sin(np.arange(400) / 12)
    noise = 0.7 + 0.1 * np.random.default_rng(0).normal(size=400)
    assert len(kinds(a_run(losses=swings), "oscillation")) == 1
    assert not kinds(a_run(losses=noise), "oscillation")
    assert not kinds(a_run(losses=np.geomspace(0.7, 0.01, 400)), "oscillation")


def test_training_that_goes_on_learning_was_ended_too_soon() -> None:
    """Not where going on adds nothing, and not where nothing is missing."""
    later = unless(lambda change: change.onward)
    (text,) = kinds(a_run(trials=later), "undertrained")
    assert text == "80 steps were made; 80 more, with nothing changed, get to 98 % right."
    assert not kinds(a_run(trials=unless(lambda change: False)), "undertrained")
    assert not kinds(a_run(0.99, trials=later), "undertrained")


@pytest.mark.parametrize(("least", "found"), [(0.02, 0), (0.6, 1)])
def test_what_a_run_had_reached_and_lost_is_not_for_want_of_steps(least: float, found: int) -> None:
    """A loss that was thrown up at the end is soon down again, and may be thrown up again."""
    losses = np.concatenate((np.linspace(0.7, least, 40), np.full(35, least), np.full(5, 0.7)))
    later = unless(lambda change: change.onward)
    assert len(kinds(a_run(trials=later, losses=losses), "undertrained")) == found


def test_a_loss_that_stands_still_is_a_plateau_or_underfitting_not_both() -> None:
    """A plateau where usual settings get on; a network too small where they don't, either."""
    still = np.full(80, 0.69)
    stuck, small = unless(lambda change: False), Told(lambda change: 0.1)
    assert kinds(a_run(trials=stuck, losses=still), "plateau")
    assert not kinds(a_run(trials=stuck, losses=still), "underfitting")
    assert not kinds(a_run(trials=small, losses=still), "plateau")
    (text,) = kinds(a_run(trials=small, losses=still), "underfitting")
    assert "Other methods reach 100 %" in text
    for kind in ("plateau", "underfitting"):
        assert not kinds(a_run(0.99, trials=small, losses=still), kind)


def test_nobody_is_blamed_where_nothing_can_be_learned() -> None:
    """Targets that have nothing to do with the inputs: a trial may learn them by heart."""
    rows = a_run().train
    assert rows is not None
    y = np.random.default_rng(1).permutation(rows.y)
    heart = Told(lambda change: 0.05)
    seen = a_run(trials=heart, train=replace(rows, y=y), moments=moving(SHORT, dead=0.9, flat=0.9),
                 losses=np.full(80, 0.69), settings={"lr": 0.1, "weight_decay": 1.0})  # fmt: skip
    mine = ("lr_too_high", "lr_too_low", "over_regularised", "dead_relu", "saturated_activation",
            "undertrained", "underfitting", "plateau")  # fmt: skip
    assert [kind for kind in mine if kinds(seen, kind)] == []


@pytest.mark.parametrize(
    ("step", "run", "after", "end", "found"),
    [
        (0.25, 0.5, 0.06, 0.07, True),  # swings, and ends low by luck
        (0.01, 0.5, 0.06, 0.07, False),  # steps are short
        (0.25, 0.1, 0.06, 0.07, False),  # it is nearly as low with the long ones
        (0.25, 0.5, 0.06, 0.09, False),  # rows end worse
    ],
)
def test_a_loss_of_pairs_that_swings_is_compared_over_many_steps(
    monkeypatch: pytest.MonkeyPatch, step: float, run: float, after: float, end: float, found: bool
) -> None:
    """Where steps are so long that the end is a matter of chance."""

    class Steps:
        def run(self, change: Change = AS_IT_WAS) -> Trial | None:
            low = change.lr < 1
            mean = after if low else run
            return Trial(np.full(80, mean), end if low else 0.08, held_loss=end if low else 0.1)

    monkeypatch.setattr("pellucid.doctor.measures.objective.by_loss", lambda seen: Way(1.0, 0.08))
    seen = a_run(0.55, Steps(), losses=np.array([*np.full(40, 9.0), *np.full(40, run)]))
    for moment in seen.moments:
        moment.moves = {name: replace(m, update=step) for name, m in moment.moves.items()}
    said = list(rules()["lr_too_high"].look(seen))
    assert [f.kind for f in said] == (["lr_too_high"] if found else [])
    if found:
        assert "the loss is, over the second half of the steps, 0.06 instead of 0.5" in said[0].text
