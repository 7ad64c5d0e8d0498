"""Splits that follow a column: the last rows by it are held out, or groups stay together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Split, Table, make_table, split
from pellucid.errors import DataError, SettingError


def table(task: str = "regress", **columns: Any) -> Table:
    """A table with an input, a target and the columns given."""
    n = len(next(iter(columns.values())))
    x = np.random.default_rng(0).normal(size=n)
    goal = np.where(x > 0, "up", "down") if task == "class" else 3 * x
    types = {name: "ignore" for name in columns if name.startswith("hidden")}
    frame = pd.DataFrame({"x": x, **columns, "goal": goal})
    return make_table(frame, target="goal", task=task, types=types)


def complete(parts: Split, rows: int) -> bool:
    joined = np.concatenate([parts.train, parts.validation, parts.test])
    return bool((np.sort(joined) == np.arange(rows)).all())


@given(
    moments=st.lists(st.integers(0, 30), min_size=12, max_size=60),
    validation=st.sampled_from([0.0, 0.1, 0.2]),
    test=st.sampled_from([0.0, 0.2, 0.4]),
)
def test_what_is_held_out_comes_later(moments: list[int], validation: float, test: float) -> None:
    if len(set(moments)) < 4:
        moments[:4] = [0, 1, 2, 3]
    when = np.array(moments, float)
    parts = split(table(hidden=when), validation=validation, test=test, by="hidden")
    assert complete(parts, len(when))
    assert bool(len(parts.validation)) == (validation > 0)
    assert bool(len(parts.test)) == (test > 0)
    ends = [-1.0]
    for part in (parts.train, parts.validation, parts.test):
        if len(part):
            assert when[part].min() > ends[-1]
            ends.append(when[part].max())
    most = max(np.count_nonzero(when == moment) for moment in set(moments))
    assert abs(len(parts.test) - test * len(when)) <= 2 * most


def test_the_split_by_time_is_said_and_kept() -> None:
    days = pd.date_range("2024-01-01", periods=20).strftime("%d.%m.%Y").to_numpy()
    order = np.random.default_rng(1).permutation(20)
    for name in ("day", "hidden_day"):  # whether the network sees the date or not
        parts = split(table(**{name: days[order]}), validation=0.2, test=0.2, by=name)
        assert sorted(order[parts.test]) == [16, 17, 18, 19]
        assert sorted(order[parts.validation]) == [12, 13, 14, 15]
        assert parts.how == {
            "by": name, "validation_from": "2024-01-13", "test_from": "2024-01-17",
        }  # fmt: skip
        assert str(parts.notices[0]) == (
            f'split by "{name}": 12 rows up to 2024-01-12 to learn from, 4 from 2024-01-13 on for '
            "validation, 4 from 2024-01-17 on for test."
        )


def test_hours_are_said_where_there_are_hours() -> None:
    hours = pd.date_range("2024-01-01 06:30", periods=20, freq="h")
    parts = split(table(at=hours), validation=0.0, test=0.25, by="at")
    assert parts.how == {"by": "at", "test_from": "2024-01-01 21:30:00"}


@given(
    groups=st.lists(st.integers(0, 12), min_size=12, max_size=80),
    task=st.sampled_from(["class", "regress"]),
    validation=st.sampled_from([0.0, 0.2]),
    test=st.sampled_from([0.01, 0.2, 0.4]),
    seed=st.integers(0, 100),
)
def test_a_group_is_on_one_side(
    groups: list[int], task: str, validation: float, test: float, seed: int
) -> None:
    groups[:3] = [0, 1, 2]
    who = np.array([f"p{number}" for number in groups])
    parts = split(table(task, who=who), validation=validation, test=test, seed=seed, group="who")
    assert complete(parts, len(who))
    sides = [set(who[part]) for part in (parts.train, parts.validation, parts.test)]
    assert sum(map(len, sides)) == len(set(groups)) and sides[0] and sides[2]
    assert bool(sides[1]) == (validation > 0)


def test_many_groups_come_near_their_shares_and_differ_by_seed() -> None:
    who = np.random.default_rng(0).integers(0, 50, 500).astype(str)
    whole = table("class", who=np.char.add("p", who))
    one, other = (split(whole, validation=0.2, test=0.2, seed=s, group="who") for s in (0, 1))
    up = whole.frame["goal"].to_numpy() == "up"
    for part in (one.validation, one.test):
        assert abs(len(part) - 100) <= 12 and abs(up[part].mean() - up.mean()) < 0.06
    assert not np.array_equal(one.test, other.test)
    assert str(one.notices[0]).startswith('groups of "who" stay together: ')
    assert str(one.notices[1]) == (
        '"who" is an input too, and its held-out values are new to the model.'
        " Leave it out: --type who=ignore."
    )


def test_a_class_that_comes_only_later_is_named() -> None:
    frame = pd.DataFrame({"t": range(30), "x": np.tile([0.5, 1.5, 2.5], 10)})
    frame["side"] = ["left", "right"] * 13 + ["up"] * 4
    parts = split(make_table(frame, target="side", types={"t": "number"}), by="t")
    assert [str(n) for n in parts.notices][1] == '1 class of "side" in no training row: "up".'


DAYS = pd.date_range("2024-01-01", periods=20).strftime("%Y-%m-%d").to_numpy(object)
WHO = np.array(["ann", "bob", "cy", "di"] * 5)


@pytest.mark.parametrize(
    ("columns", "how", "text"),
    [
        (
            {"day": DAYS},
            {"by": "dya"},
            'there is no column "dya" in the table to split by. Did you mean "day"?',
        ),
        (
            {"day": DAYS},
            {"by": "goal"},
            '"goal" is the target, and can\'t also say how to split the rows.',
        ),
        (
            {"day": np.where(np.arange(20) == 4, None, DAYS)},
            {"by": "day"},
            'the table: 1 row without a value in "day" (first: row 5), so there is no time to put'
            " them in. Fill them, or take them out.",
        ),
        (
            {"who": WHO},
            {"by": "who"},
            'the table: "who" holds words, such as "ann", and only a date or a number says what'
            " came later. If these are dates, say how they are written: --type who=date:%d/%m/%Y."
            " To keep rows of one group together: --group who.",
        ),
        (
            {"year": np.repeat([2023.0, 2024.0], 10)},
            {"by": "year"},
            'the table: "year" has 2 different values: too few for 3 parts one after the other.'
            " Split by a finer column, or at random.",
        ),
        (
            {"who": np.repeat(["ann", "bob"], 10)},
            {"group": "who"},
            'the table: "who" names 2 groups: too few for 3 parts without a group in common.',
        ),
    ],
)
def test_what_can_not_split(columns: Any, how: Any, text: str) -> None:
    with pytest.raises(DataError) as refusal:
        split(table(**columns), **how)
    assert str(refusal.value) == text


def test_both_at_once() -> None:
    with pytest.raises(SettingError) as refusal:
        split(table(day=DAYS, who=WHO), by="day", group="who")
    text = "by and group can't both be given: rows are held out by time or by group."
    assert str(refusal.value) == text
