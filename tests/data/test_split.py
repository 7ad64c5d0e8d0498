"""Parts of a table: apart, complete, seeded, and with their share of every class."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedShuffleSplit

from pellucid.data import Table, load, make_table, split
from pellucid.errors import DataError, SettingError


def table(sizes: list[int]) -> Table:
    """A table with classes of these sizes."""
    words = [f"c{number}" for number, size in enumerate(sizes) for _ in range(size)]
    frame = pd.DataFrame({"x": np.linspace(0, 1, len(words)), "y": words})
    return make_table(frame, target="y")


shares = st.sampled_from([0.0, 0.1, 0.2, 0.25, 0.4])


@given(
    sizes=st.lists(st.integers(1, 40), min_size=2, max_size=8),
    validation=shares,
    test=shares,
    seed=st.integers(0, 2**32),
)
def test_parts_are_apart_and_complete_and_near_their_shares(
    sizes: list[int], validation: float, test: float, seed: int
) -> None:
    assume(sum(sizes) >= max(20, 2 * len(sizes)))
    whole = table(sizes)
    parts = split(whole, validation=validation, test=test, seed=seed)
    joined = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(joined) == list(range(len(whole)))
    assert all((np.diff(part) > 0).all() for part in (parts.train, parts.validation, parts.test))
    labels = whole.frame["y"].to_numpy()
    assert set(labels[parts.train]) == set(labels)
    slack = len(sizes) + 1
    assert abs(len(parts.validation) - validation * len(whole)) <= slack
    assert abs(len(parts.test) - test * len(whole)) <= slack
    for part, share in ((parts.validation, validation), (parts.test, test)):
        tally = Counter(labels[part])
        for word, size in Counter(labels).items():
            assert abs(tally[word] - share * size) <= 2
            assert tally[word] > 0 or share == 0 or size < 3


@pytest.mark.parametrize("name", ["iris", "wine", "digits", "breast_cancer"])
def test_shares_of_classes_are_as_scikit_learn_has_them(name: str) -> None:
    whole = load(name)
    labels = whole.frame[whole.target].to_numpy()
    ours = split(whole, validation=0.2, test=0.0).validation
    theirs = next(StratifiedShuffleSplit(1, test_size=0.2, random_state=0).split(labels, labels))[1]
    assert abs(len(ours) - len(theirs)) <= 1
    found, wanted = Counter(labels[ours]), Counter(labels[theirs])
    assert all(abs(found[word] - wanted[word]) <= 1 for word in wanted)


def test_the_seed_decides() -> None:
    whole = load("iris")
    first, again, other = split(whole, seed=3), split(whole, seed=3), split(whole, seed=4)
    np.testing.assert_array_equal(first.validation, again.validation)
    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.validation, other.validation)


def test_regression_is_drawn_at_random() -> None:
    parts = split(load("diabetes"), validation=0.25, test=0.25)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (220, 111, 111)
    assert np.diff(parts.validation).max() > 1


def test_classes_too_small_for_every_part_train_first() -> None:
    parts = split(table([30, 20, 1, 2]))
    assert {50, 51} & set(parts.train.tolist()) >= {50}
    assert parts.notices[0].text == (
        '2 classes of "y" too small for every part, training first: "c2", "c3".'
    )


def test_copies_across_parts_are_counted() -> None:
    x = np.linspace(0, 1, 10)
    frame = pd.DataFrame({"x": [*x] * 4, "w": ["a", None] * 20, "y": [*x**2] * 4})
    parts = split(make_table(frame, target="y", task="regress"), test=0.0)
    assert [str(notice) for notice in parts.notices] == [
        "8 of 8 validation rows are copies of training rows, which flatters it."
    ]
    one = frame.assign(x=[*np.linspace(0, 1, 39), 0.0], w="a", y=[*range(39), 0])
    seeds = (split(make_table(one, target="y", task="regress"), seed=s, test=0.3) for s in range(9))
    said = {str(notice) for parts in seeds for notice in parts.notices}
    assert "1 of 12 test rows is a copy of a training row, which flatters it." in said
    apart = frame.assign(x=np.linspace(0, 1, 40))
    assert split(make_table(apart, target="y", task="regress")).notices == ()


def test_rows_that_agree_by_chance_are_no_copies() -> None:
    nights, side = np.arange(200) % 8, np.repeat(["pos", "neg"], 100)
    frame = pd.DataFrame({"nights": nights, "side": side})
    assert split(make_table(frame, target="side"), test=0.2).notices == ()


@pytest.mark.parametrize(
    ("validation", "test", "text"),
    [
        (-0.1, 0.0, "validation must be a share from 0 to below 1, not -0.1."),
        (0.2, 1.0, "test must be a share from 0 to below 1, not 1.0."),
        (
            0.5,
            0.5,
            "validation 0.5 and test 0.5 leave no rows to train on. Make their sum smaller than 1.",
        ),
    ],
)
def test_shares_out_of_range(validation: float, test: float, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        split(load("iris"), validation=validation, test=test)
    assert str(caught.value) == text


def test_a_part_that_would_be_empty() -> None:
    with pytest.raises(DataError) as caught:
        split(table([2] * 10), validation=0.01)
    assert str(caught.value) == (
        "the table has 20 rows: too few for a validation part of 1%."
        " Use more rows or another share."
    )
