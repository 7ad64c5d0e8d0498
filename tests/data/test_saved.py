"""Preparation as plain data: nothing is lost on the way, and damage has a name."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.data import Preparation, load
from pellucid.errors import FileFormatError
from tests.data.test_prepare import mixed, numbers_table

START = "the preprocessing in the model file is damaged: "


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=12, max_size=40))
def test_the_round_trip_changes_nothing(values: list[float | None]) -> None:
    table = numbers_table(np.array(values, dtype=np.float64))
    before = Preparation.fit(table)
    after = Preparation.from_json(json.loads(json.dumps(before.to_json(), allow_nan=False)))
    assert after.to_json() == before.to_json()
    assert after.feature_names == before.feature_names
    np.testing.assert_array_equal(after.transform(table), before.transform(table))


def test_the_round_trip_of_every_kind_of_column() -> None:
    table = mixed()
    before = Preparation.fit(table)
    after = Preparation.from_json(json.loads(json.dumps(before.to_json())))
    assert after.encoders == before.encoders
    assert after.outcome == before.outcome
    np.testing.assert_array_equal(after.transform(table), before.transform(table))
    labels = table.frame["y"]
    np.testing.assert_array_equal(after.transform_target(labels), before.transform_target(labels))


def good() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(Preparation.fit(mixed()).to_json()))
    return data


def at(data: Any, path: list[Any]) -> Any:
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ([], [1], "preparation should be an object and is [1]."),
        (["format"], "other", 'preparation.format should be pellucid.preparation and is "other".'),
        (["columns"], [], "preparation.columns should be a list of 1 or more and is []."),
        (["columns", 0], 3, "preparation.columns[0] should be an object and is 3."),
        (
            ["columns", 0, "kind"],
            "text",
            "preparation.columns[0].kind should be number or boolean or category or date and is"
            ' "text".',
        ),
        (
            ["columns", 0, "flag"],
            1,
            "preparation.columns[0].flag should be true or false and is 1.",
        ),
        (
            ["columns", 0, "scale", "std"],
            0.0,
            "preparation.columns[0].scale.std should be a number that is finite and above 0 and is"
            " 0.0.",
        ),
        (
            ["columns", 0, "scale", "std"],
            float("inf"),
            "preparation.columns[0].scale.std should be a number that is finite and above 0 and is"
            " inf.",
        ),
        (
            ["columns", 0, "scale", "mean"],
            "2",
            'preparation.columns[0].scale.mean should be a number and is "2".',
        ),
        (
            ["columns", 0, "scale", "median"],
            True,
            "preparation.columns[0].scale.median should be a number and is True.",
        ),
        (
            ["columns", 1, "scale", "spread"],
            -1.0,
            "preparation.columns[1].scale.spread should be a number that is finite and above 0 and"
            " is -1.0.",
        ),
        (
            ["columns", 2, "words"],
            ["a", "a"],
            "preparation.columns[2].words should be a list of different texts and is ['a', 'a'].",
        ),
        (
            ["columns", 2, "words"],
            ["a", 1],
            "preparation.columns[2].words should be a list of texts and is ['a', 1].",
        ),
        (
            ["columns", 4, "origin"],
            "then",
            'preparation.columns[4].origin should be a date and is "then".',
        ),
        (
            ["columns", 4, "form"],
            "dd",
            'preparation.columns[4].form should be a date format and is "dd".',
        ),
        (
            ["columns", 4, "scales", 0, "feature"],
            "x",
            'preparation.columns[4].scales should be parts of a date and is "x".',
        ),
        (
            ["columns", 1, "column"],
            "age",
            'preparation.columns should be a list of different columns and is "age, age, city,'
            ' smoker, joined".',
        ),
        (
            ["target", "classes"],
            ["ill"],
            "preparation.target.classes should be a list of 2 or more and is ['ill'].",
        ),
        (
            ["target", "task"],
            "guess",
            'preparation.target.task should be classification or regression and is "guess".',
        ),
        (
            ["center"],
            [1.0, "x"],
            "preparation.center should be a list of finite numbers and is [1.0, 'x'].",
        ),
        (["center"], [1.0], "preparation.center should be a list of 18 and is [1.0]."),
        (["missing"], None, "preparation.missing should be a list and is None."),
    ],
)
def test_each_damaged_entry_is_named(path: list[Any], value: Any, text: str) -> None:
    data = good()
    if path:
        at(data, path[:-1])[path[-1]] = value
    with pytest.raises(FileFormatError) as caught:
        Preparation.from_json(data if path else value)
    assert str(caught.value) == START + text


def test_a_file_without_the_means_is_read_as_before() -> None:
    data = good()
    del data["center"]
    before = Preparation.fit(mixed())
    after = Preparation.from_json(data)
    assert after.center == () and len(before.center) == len(before.feature_names)
    np.testing.assert_array_equal(after.transform(mixed()), before.transform(mixed()))


def test_missing_and_unknown_entries_are_named() -> None:
    data = good()
    del data["columns"][0]["scale"]["std"]
    with pytest.raises(FileFormatError) as caught:
        Preparation.from_json(data)
    assert str(caught.value) == START + "preparation.columns[0].scale lacks std."
    data = good()
    data["columns"][0]["code"] = "print(1)"
    with pytest.raises(FileFormatError) as caught:
        Preparation.from_json(data)
    assert str(caught.value) == START + "preparation.columns[0] has unknown entries: code."


def test_a_later_version_is_refused_by_name() -> None:
    data = good() | {"version": 2}
    with pytest.raises(FileFormatError) as caught:
        Preparation.from_json(data)
    assert str(caught.value) == (
        "the preprocessing has version 2, and this pellucid reads version 1."
        " Use the pellucid that wrote it, or train again."
    )


def paths(data: Any, start: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in plain data."""
    pairs = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    return [start] * bool(start) + [p for key, item in pairs for p in paths(item, (*start, key))]


@pytest.mark.slow
@given(st.data())
def test_no_damage_gets_past_as_another_error(data: st.DataObject) -> None:
    saved = copy.deepcopy(GOOD)
    path = data.draw(st.sampled_from(PATHS))
    junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
    value = data.draw(junk | st.lists(junk, max_size=3) | st.dictionaries(st.text(), junk))
    at(saved, list(path[:-1]))[path[-1]] = value
    try:
        found = Preparation.from_json(saved)
    except FileFormatError as error:
        assert str(error).startswith("the preprocessing ")
    else:
        json.dumps(found.to_json(), allow_nan=False)  # it fits by chance: another name or number


GOOD = good()
PATHS = paths(GOOD)


def test_regression_and_missing_markers_are_kept() -> None:
    saved = Preparation.fit(load("diabetes")).to_json() | {"missing": ["n/a"]}
    loaded = Preparation.from_json(saved)
    assert (loaded.missing, loaded.task, loaded.outputs) == (("n/a",), "regression", 1)
    assert loaded.target == "progression"
