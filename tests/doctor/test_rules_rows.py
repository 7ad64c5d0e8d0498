"""Rules over rows, targets and scores: each finds its fault and leaves its traps alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from pellucid.doctor.finding import Finding
from pellucid.doctor.rule import rules
from pellucid.doctor.seen import Batch, Floats, LossSeen, Rows, Score, Seen
from pellucid.doctor.step import DATA, TARGET, Call
from pellucid.doctor.trial import Change, Trial

draw = np.random.default_rng(0)


def findings(kind: str, seen: Seen) -> list[Finding]:
    return list(rules()[kind].look(seen))


def scores(y: Any, right: float = 1.0) -> Any:
    """Raw scores that name the given share of the classes right."""
    y = np.asarray(y)
    said = np.where(draw.uniform(size=len(y)) < right, y, (y + 1) % (y.max() + 1))
    return 5.0 * np.eye(int(y.max()) + 1)[said]


def seen(x: Any, y: Any, said: Any = None, name: str = "cross_entropy", **more: Any) -> Seen:
    kind = "classes" if np.asarray(y).dtype.kind == "i" else "numbers"
    loss = LossSeen(name, target_kind=kind)
    return Seen(loss=loss, train=Rows(np.asarray(x), np.asarray(y), said), **more)


def circles(rows: int = 300) -> Any:
    return datasets.make_circles(rows, noise=0.05, factor=0.5, random_state=0)


def moons(rows: int = 300, noise: float = 0.1) -> Any:
    return datasets.make_moons(rows, noise=noise, random_state=0)


def stacked(*names: str, widths: tuple[int, ...] = (16, 16, 2), given: int = 2) -> list[Call]:
    """Linear layers of given widths with a call of each name between them."""
    calls: list[Call] = []
    last, here = given, DATA
    for place, width in enumerate(widths):
        shapes = ((8, last),)
        calls.append(Call("linear", f"fc{place}", (here,), shapes, (8, width), (f"fc{place}.w",)))
        last, here = width, len(calls) - 1
        for name in names if place < len(widths) - 1 else ():
            calls.append(Call(name, "", (here,), ((8, width),), (8, width)))
            here = len(calls) - 1
    return [*calls, Call("cross_entropy", "", (here, TARGET), ((8, 2), (8,)), (), part="loss")]


def test_missing_nonlinearity_where_bending_pays() -> None:
    x, y = circles()
    straight = x @ draw.normal(size=(2, 2))
    (found,) = findings("missing_nonlinearity", seen(x, y, straight, calls=stacked()))
    assert found.text == (
        "3 layers (fc0, fc1, fc2) follow each other without any activation, so together they are "
        "one linear layer."
    )
    assert findings("missing_nonlinearity", seen(x, y, straight, calls=stacked("dropout")))


def ended(name: str, *between: str) -> list[Call]:
    """The same with a last call that makes shares of the scores."""
    calls = stacked(*between)
    loss = calls.pop()
    calls.append(Call(name, "", (len(calls) - 1,), ((8, 2),), (8, 2)))
    return [*calls, replace(loss, inputs=(len(calls) - 1, TARGET))]


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "sigmoid"])
def test_a_sigmoid_at_the_end_alone_moves_no_border(name: str) -> None:
    x, y = circles()
    weights = np.random.default_rng(1).normal(size=(2, 2))

    def found(given: Any, *between: str) -> list[Finding]:
        scores = np.exp(given @ weights)
        said = scores / (1 + scores if name == "sigmoid" else scores.sum(1, keepdims=True))
        said = np.log(said) if name == "log_softmax" else said
        return findings(
            "missing_nonlinearity",
            seen(x, y, said, name="nll_loss", calls=ended(name, *between)),
        )

    assert found(x)
    assert not found(np.sin(3 * x))  # something bends that was not seen
    assert not found(x, name)


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (stacked("relu"), None),
        (stacked(widths=(2,)), None),  # a single layer is a model
        (stacked(widths=(1, 2)), None),  # a narrow middle is meant
        (stacked(), np.sin(3 * circles()[0])),  # something bends that was not seen
    ],
)
def test_missing_nonlinearity_leaves_models_alone(calls: list[Call], said: Any) -> None:
    x, y = circles()
    said = x @ np.eye(2) if said is None else said
    assert not findings("missing_nonlinearity", seen(x, y, said, calls=calls))


def test_missing_nonlinearity_needs_something_to_bend_for() -> None:
    x = draw.normal(size=(300, 2))
    y = (x[:, 0] > 0).astype(int)
    assert not findings("missing_nonlinearity", seen(x, y, x, calls=stacked()))


def flipped(y: Any, share: float) -> Any:
    return np.where(np.random.default_rng(1).uniform(size=len(y)) < share, 1 - y, y)


def test_bad_labels() -> None:
    x, y = moons()
    assert not findings("bad_labels", seen(x, y, scores(y)))
    assert not findings("bad_labels", seen(x, flipped(y, 0.05), scores(y)))
    (noisy,) = findings("bad_labels", seen(x, flipped(y, 0.3), scores(y, 0.7)))
    assert "contradict what the other rows teach" in noisy.text
    mixed_up = np.random.default_rng(2).permutation(y)
    (mixed,) = findings("bad_labels", seen(x, mixed_up, scores(y, 0.5)))
    assert "nothing to do with the inputs" in mixed.text


def test_bad_labels_leaves_overlap_and_noisy_numbers_alone() -> None:
    x, y = moons(noise=0.6)
    assert not findings("bad_labels", seen(x, y, scores(y, 0.8)))
    x, y = datasets.load_diabetes(return_X_y=True)
    assert not findings("bad_labels", seen(x, y, 0.5 * y + 0.5 * y.mean(), "mse_loss"))


def test_bad_labels_believes_a_network_that_reads_more() -> None:
    """Parity of many columns is noise to the known learners, and no noise to the network."""
    x = draw.integers(0, 2, (300, 12)).astype(float)
    y = x.sum(1).astype(int) % 2
    good = seen(x, y, scores(y))
    good.held_out = Rows(x[:60], y[:60], scores(y[:60]))
    assert not findings("bad_labels", good)


@pytest.mark.parametrize(("lowest", "found"), [(0.6, False), (0.97, True)])
def test_bad_labels_believes_what_held_out_rows_said_earlier(lowest: float, found: bool) -> None:
    """What was learned by heart in the end may have begun with what the targets tell."""
    own = np.random.default_rng(5)
    x, y = own.normal(size=(200, 20)), own.normal(size=200)
    lost = seen(x, y, y, "mse_loss")
    lost.held_out = Rows(x[:60], own.normal(size=60), own.normal(size=60))
    constant = float(np.mean((lost.held_out.y - y.mean()) ** 2))
    course = constant * np.array([1.0, lowest, lowest, lowest, 1.2, 1.5, 1.9])
    lost.scores = [Score(10 * i, 60, float(loss), None) for i, loss in enumerate(course)]
    assert bool(findings("bad_labels", lost)) == found


def test_bad_labels_where_held_out_rows_mean_something_else() -> None:
    x, y = moons()
    other = seen(x[:200], y[:200], scores(y[:200]))
    other.held_out = Rows(x[200:], 1 - y[200:], scores(y[200:]))
    (found,) = findings("bad_labels", other)
    assert "answered right at 100\xa0%, held-out rows at 0\xa0%" in found.text


def rare(recall: float) -> Seen:
    y = (np.arange(400) < 20).astype(int)
    x = draw.normal(size=(400, 3)) + y[:, None]
    said = y * (np.arange(400) < 20 * recall)
    return seen(x, y, 5.0 * np.eye(2)[said])


def test_class_imbalance() -> None:
    (found,) = findings("class_imbalance", rare(0.1))
    assert found.text == (
        "Class 1 has 20 of 400 rows, and 10\xa0% of them are answered right, while 96\xa0% of all "
        "answers are."
    )
    assert not findings("class_imbalance", rare(0.8))
    x, y = moons()
    assert not findings("class_imbalance", seen(x, y, 5.0 * np.eye(2)[0 * y]))  # one class only


@pytest.mark.parametrize(("whole", "found"), [(False, True), (True, False)])
def test_class_imbalance_of_places(whole: bool, found: bool) -> None:
    """Rare places of pictures may be ignored; those of texts are rare by nature."""
    y = np.zeros((20, 30), int)
    y[:, 0] = 1
    own = np.random.default_rng(0)
    x = own.integers(0, 9, (20, 30)) if whole else own.normal(size=(20, 30))
    said = np.stack([np.ones((20, 30)), np.zeros((20, 30))], 1)
    given = seen(x, y, said)
    if whole:
        given.calls = [Call("embedding", "0", (DATA,), ((20, 30),), (20, 30, 4), ("0.weight",))]
    texts = [one.text for one in findings("class_imbalance", given)]
    assert [text[:31] for text in texts] == (["Class 1 has 20 of 600 places, a"] if found else [])


def batches(y: Any, size: int) -> list[Batch]:
    """Targets as they lie, in batches."""
    found = []
    for step, start in enumerate(range(0, len(y), size)):
        part = np.asarray(y[start : start + size])
        whole = part.dtype.kind == "i"
        counts = tuple(np.bincount(part, minlength=3).tolist()) if whole else ()
        mean, std = (0.0, 0.0) if whole else (float(part.mean()), float(part.std()))
        found.append(Batch(step, len(part), counts, mean, std))
    return found


class Tried:
    """Trials that end with a given skill, in order and shuffled."""

    def __init__(self, ordered: float, mixed: float) -> None:
        self.skill = {False: ordered, True: mixed}

    def run(self, change: Change = Change()) -> Trial:  # noqa: B008
        return Trial(skill=self.skill[change.shuffled])


SORTED, MIXED = np.arange(240) // 80, np.random.default_rng(0).permutation(np.arange(240) // 80)


@pytest.mark.parametrize(
    ("y", "size", "ordered", "found"),
    [
        (SORTED, 20, 0.5, True),
        (SORTED, 20, 0.97, False),  # in order, and learned all the same
        (SORTED, 2, 0.5, True),
        (MIXED, 20, 0.5, False),
        (MIXED, 2, 0.5, False),
        (SORTED, 240, 0.5, False),  # all rows at once
        (np.sort(draw.normal(size=240)), 20, 0.5, True),
        (draw.normal(size=240), 20, 0.5, False),
    ],
)
def test_unshuffled_data(y: Any, size: int, ordered: float, found: bool) -> None:
    given = seen(np.zeros((240, 2)), y, batches=batches(y, size), trials=Tried(ordered, 0.98))
    assert bool(findings("unshuffled_data", given)) == found


def test_unshuffled_data_without_trials_asks_what_was_lost() -> None:
    x = draw.normal(size=(240, 2)) + 4 * SORTED[:, None]
    for right, found in ((0.4, True), (1.0, False)):
        given = seen(x, SORTED, scores(SORTED, right), batches=batches(SORTED, 20))
        assert bool(findings("unshuffled_data", given)) == found


def followed(losses: Any, rights: Any, own: float = 1.0, rows: int = 100) -> Seen:
    """Held-out scores in order, and how well training rows are answered."""
    x, y = moons(200)
    kept = [Score(10 * i, rows, *one) for i, one in enumerate(zip(losses, rights, strict=True))]
    held = draw.normal(size=(rows, 2))
    given = seen(x, y, scores(y, own), scores=kept)
    answers = draw.integers(0, 2, rows)
    given.held_out = Rows(held, answers, scores(answers, rights[-1]))
    return given


FALL: Floats = np.linspace(0.7, 0.4, 8)
RISE: Floats = np.linspace(0.42, 1.2, 12)
LONG: Floats = np.array([*np.linspace(2.3, 1.0, 8), *np.linspace(1.02, 1.34, 24)])
BETTER, LEVEL = np.linspace(0.5, 0.8, 8), np.full(12, 0.8)


@pytest.mark.parametrize(
    ("losses", "rights", "own", "found"),
    [
        ([*FALL, *RISE], [*BETTER, *LEVEL - 0.05], 1.0, True),
        ([*FALL, *RISE], [*BETTER, *LEVEL], 1.0, True),
        ([*FALL, *RISE], [*BETTER, *np.linspace(0.8, 0.88, 12)], 1.0, False),  # still better
        ([*FALL, *RISE], [*BETTER, *LEVEL], 0.84, False),  # hardly a gap
        ([*FALL, *[0.4, 0.41] * 6], [*BETTER, *LEVEL], 1.0, False),  # it stands
        ([*FALL, 0.6, 0.4], [*BETTER, 0.78, 0.8], 1.0, False),  # a jump
        ([*np.linspace(0.7, 0.3, 20)], [*np.linspace(0.5, 0.85, 20)], 1.0, False),
        (LONG, [*np.linspace(0.4, 0.7, 8), *np.full(24, 0.75)], 1.0, True),  # little, but for long
        (LONG, [*np.linspace(0.4, 0.7, 8), *np.full(24, 0.8)], 0.93, False),  # with no clear gap
    ],
)
def test_overfitting(losses: Any, rights: Any, own: float, found: bool) -> None:
    assert bool(findings("overfitting", followed(losses, rights, own))) == found


def test_overfitting_says_when_it_began_and_can_t_tell_by_few_rows() -> None:
    (found,) = findings("overfitting", followed([*FALL, *RISE], [*BETTER, *LEVEL - 0.05]))
    assert found.step in (70, 80)
    assert found.text.startswith(f"The loss on held-out rows was lowest at step {found.step} with")
    few = followed([*FALL, *RISE], [*BETTER, *LEVEL - 0.05], rows=12)
    assert not findings("overfitting", few)


def test_a_single_score_is_held_against_what_learners_reach() -> None:
    low, fair = followed([0.9], [0.7]), followed([0.1], [0.97])
    assert findings("overfitting", low)
    assert not findings("overfitting", fair)


@pytest.mark.parametrize(("own", "found"), [(0.02, True), (30.0, False)])
def test_what_is_not_even_fitted_is_not_known_by_heart(own: float, found: bool) -> None:
    """Held-out rows answered worse than by a constant; training rows well, or badly, too."""
    x = draw.normal(size=(300, 3))
    y = x @ np.array([1.0, -1.0, 0.5])
    given = seen(x[:200], y[:200], y[:200] + own, "mse_loss", scores=[Score(9, 100, 30.0)])
    given.held_out = Rows(x[200:], y[200:], y[200:] + 40)
    assert bool(findings("overfitting", given)) == found


@pytest.mark.parametrize(("shared", "found"), [(1 / 3, True), (0.05, False), (0.0, False)])
def test_rows_in_both_parts(shared: float, found: bool) -> None:
    x, y = moons(300)
    given = seen(x[:200], y[:200], scores(y[:200]), scores=[Score(9, 150, 0.1, 0.99)])
    given.held_out, given.shared = Rows(x[200:], y[200:]), shared
    assert [f.text[:29] for f in findings("overfitting", given)] == (
        ["33\xa0% of the held-out rows are"] if found else []
    )


def test_rows_in_both_parts_where_no_other_score_was_made() -> None:
    x, y = moons(300)
    given = seen(x[:200], y[:200], scores(y[:200]))
    given.shared = 0.5
    assert given.has("scores") and findings("overfitting", given)


@pytest.mark.parametrize(("alphabet", "found"), [(2, False), (1000, True)])
def test_windows_of_a_text_that_come_again_are_no_leak(alphabet: int, found: bool) -> None:
    """A third of the held-out windows are training rows, too: by chance where there are few."""
    x = np.random.default_rng(0).integers(0, alphabet, (200, 6))
    y = x[:, 0] % 2
    given = seen(x, y, scores(y), scores=[Score(9, 150, 0.1, 0.99)])
    given.shared = 1 / 3
    said = [finding.text for finding in findings("overfitting", given)]
    assert any("also training rows" in text for text in said) == found
