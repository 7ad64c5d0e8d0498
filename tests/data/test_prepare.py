"""From cells to features and back: what training rows teach, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pellucid.data import Notice, Preparation, Rows, Table, load, make_table, split
from pellucid.data.layout import Layout
from pellucid.errors import DataError, IndexRangeError

N = 60


def mixed() -> Table:
    """A table with a column of each kind, each with holes."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": random.normal(40, 12, N),
            "income": random.lognormal(3, 3, N),
            "city": random.choice(["oslo", "rome", "bonn"], N),
            "smoker": random.choice(["yes", "no"], N),
            "joined": pd.date_range("2020-01-30", periods=N, freq="50h"),
            "y": random.choice(["ill", "well"], N),
        }
    )
    for column in frame.columns[:-1]:
        frame.loc[random.choice(N, 6, replace=False), column] = None
    return make_table(frame, target="y")


def numbers_table(values: Any) -> Table:
    frame = pd.DataFrame({"x": values, "other": np.arange(len(values)) % 7})
    frame["y"] = np.linspace(0, 1, len(values))
    return make_table(frame, target="y", types={"x": "number", "other": "number"})


finite = st.floats(-1e100, 1e100).filter(lambda value: value == 0 or abs(value) > 1e-100)


@given(arrays.arrays(np.float64, st.integers(10, 50), elements=finite))
def test_training_numbers_get_mean_0_and_spread_1(values: np.ndarray) -> None:
    assume(len(np.unique(values)) > 1 and np.ptp(values) > 1e-9 * np.abs(values).max())
    preparation = Preparation.fit(numbers_table(values))
    x = preparation.transform(numbers_table(values))[:, 0].astype(np.float64)
    assert preparation.feature_names[0] == "x"
    assert np.isfinite(x).all()
    assert abs(x.mean()) < 1e-4
    assert abs(x.std() - 1) < 1e-4


@pytest.mark.slow
@given(
    arrays.arrays(np.float64, 30, elements=st.floats(-1e3, 1e3)),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_numbers_with_holes_equal_scikit_learn(values: np.ndarray, holes: list[bool]) -> None:
    values = np.where(holes, np.nan, values)
    known = values[~np.isnan(values)]
    assume(len(np.unique(known)) > 2 and np.ptp(known) > 1e-3)
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    assume(np.abs(known - middle).max() < 30 * (high - low))  # no heavy tail
    table = numbers_table(values)
    x = Preparation.fit(table).transform(table)
    filled = SimpleImputer(strategy="median", add_indicator=True).fit_transform(values[:, None])
    filled[:, :1] = StandardScaler().fit_transform(filled[:, :1])
    np.testing.assert_allclose(x[:, : filled.shape[1]], filled, rtol=1e-3, atol=1e-4)


def test_words_equal_scikit_learn() -> None:
    table = load("iris")
    words = np.array(["b", "a", "c", "a"] * 37 + ["b", "a"], dtype=object)
    frame = table.frame.assign(word=words)
    x = Preparation.fit(make_table(frame, target="species")).transform(frame)
    wanted = OneHotEncoder(categories=[["a", "b", "c"]]).fit_transform(words[:, None]).toarray()
    np.testing.assert_array_equal(x[:, 4:], wanted)


def test_only_training_rows_teach() -> None:
    table = mixed()
    rows = np.arange(0, N, 2)
    held_out = table.frame.copy()
    held_out.loc[1::2, "age"] = 1e6
    held_out.loc[1::2, "city"] = "atlantis"
    changed = Table(held_out, table.target, table.task, table.name, table.columns)
    before, after = Preparation.fit(table, rows), Preparation.fit(changed, rows)
    assert before.to_json() == after.to_json()
    part = table.frame.iloc[rows]
    np.testing.assert_array_equal(before.transform(table)[rows], before.transform(part))


def test_every_kind_of_column_has_named_features() -> None:
    table = mixed()
    preparation = Preparation.fit(table)
    x = preparation.transform(table)
    assert preparation.feature_names == (
        "age",
        "age is missing",
        "income",
        "income is missing",
        *(f"city = {word}" for word in table.frame["city"].value_counts().index),
        "city is missing",
        "smoker",
        "smoker is missing",
        "joined: days since 2020-01-30",
        "joined: month sin",
        "joined: month cos",
        "joined: weekday sin",
        "joined: weekday cos",
        "joined: hour sin",
        "joined: hour cos",
        "joined is missing",
    )
    assert x.shape == (N, len(preparation.feature_names))
    assert (x.dtype, np.isfinite(x).all()) == (np.float32, True)
    assert preparation.feature_sources.count("joined") == 8
    for column, feature in (("age", 1), ("city", 7), ("joined", 17)):
        np.testing.assert_array_equal(x[:, feature], table.frame[column].isna())
    assert (preparation.classes, preparation.outputs) == (("ill", "well"), 2)


def test_the_steps_read_as_sentences() -> None:
    frame = pd.DataFrame(
        {
            "age": [10.0, 20.0, 30.0, np.nan] * 5,
            "tail": [*np.linspace(1, 2, 19), 1000.0],
            "side": ["a", "b", "c", "c"] * 5,
            "day": pd.date_range("2024-01-01", periods=20),
            "y": np.linspace(0, 1, 20),
        }
    )
    low, middle, high = np.quantile(frame["tail"], (0.25, 0.5, 0.75))
    bent = np.arcsinh((frame["tail"] - middle) / (high - low))
    mean, std = bent.mean(), bent.std(ddof=0)
    assert Preparation.fit(make_table(frame, target="y")).steps() == (
        (
            "age",
            "number",
            "holes filled with 20 and marked; minus 20, divided by 7.071, limited to ±8",
        ),
        (
            "tail",
            "number",
            f"asinh around the median 1.528, then minus {mean:.4g}, divided by {std:.4g}, limited"
            " to ±8",
        ),
        ("side", "category", "3 features of 0 or 1, one for each word"),
        (
            "day",
            "date",
            "as days since 2024-01-01, weekday sin, weekday cos; each scaled, limited to ±8",
        ),
    )


def test_a_heavy_tail_is_bent_and_a_light_one_is_not() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"light": random.normal(size=500), "heavy": np.exp(3 * random.normal(size=500))}
    )
    frame["y"] = np.log(frame["heavy"])
    table = make_table(frame, target="y")
    light, heavy = (e.scale for e in Preparation.fit(table).encoders)  # type: ignore[attr-defined]
    assert (light.spread, heavy.spread > 0) == (0.0, True)
    x = Preparation.fit(table).transform(table)
    plain = (frame["heavy"] - frame["heavy"].mean()) / frame["heavy"].std()
    assert np.corrcoef(x[:, 1], frame["y"])[0, 1] > 0.8 > 1.5 * np.corrcoef(plain, frame["y"])[0, 1]


def test_a_far_value_counts_as_eight_deviations() -> None:
    table = numbers_table(np.linspace(0, 1, 20))
    far = table.frame.assign(x=[1e30, -1e30] * 10)
    assert set(Preparation.fit(table).transform(far)[:, 0]) == {8.0, -8.0}


def test_rare_and_unknown_words_share_a_feature() -> None:
    words = ["a"] * 30 + ["b"] * 28 + ["c", "d"]
    frame = pd.DataFrame({"word": words, "y": np.linspace(0, 1, 60)})
    preparation = Preparation.fit(make_table(frame, target="y"))
    assert preparation.feature_names == ("word = a", "word = b", "word = (other)")
    x = preparation.transform(pd.DataFrame({"word": ["a", "d", "new", None]}))
    assert x.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]]


def test_a_column_of_many_words_takes_fifty_features_and_one() -> None:
    words = [f"w{i % 70}" for i in range(700)]
    frame = pd.DataFrame({"word": words, "y": np.linspace(0, 1, 700)})
    names = Preparation.fit(make_table(frame, target="y")).feature_names
    assert (len(names), names[-1]) == (51, "word = (other)")


def test_numbers_as_categories_survive_a_change_of_type() -> None:
    frame = pd.DataFrame({"zone": [1, 2, 3, 3] * 10, "y": np.linspace(0, 1, 40)})
    preparation = Preparation.fit(make_table(frame, target="y", types={"zone": "category"}))
    for zone in ([1, 2, 3], [1.0, 2.0, 3.0], ["1", "2", "3"]):
        found = preparation.transform(pd.DataFrame({"zone": zone}))
        np.testing.assert_array_equal(found, np.eye(3)[[1, 2, 0]])


def test_columns_without_information_in_training_rows_are_left_out() -> None:
    frame = pd.DataFrame(
        {"x": [1.0] * 20 + [2.0] * 20, "z": np.linspace(0, 1, 40), "y": [0.0, 1.5] * 20}
    )
    table = make_table(frame, target="y", task="regress")
    preparation = Preparation.fit(table, np.arange(20))
    assert preparation.inputs == ("z",)
    assert [str(n) for n in preparation.notices] == [
        "left out: 1 column with one value in all training rows: x."
    ]
    only = make_table(frame[["x", "y"]], target="y", task="regress")
    with pytest.raises(DataError) as caught:
        Preparation.fit(only, np.arange(20))
    assert str(caught.value) == "the table: no column varies among the training rows."


def test_a_column_with_one_word_or_none_tells_whether_it_is_missing() -> None:
    for value in ("yes", 3.0):
        column = [value, None] * 20
        frame = pd.DataFrame({"note": column, "y": np.linspace(0, 1, 40)})
        x = Preparation.fit(make_table(frame, target="y")).transform(frame)
        np.testing.assert_array_equal(x[:, -1], np.arange(40) % 2)


@given(arrays.arrays(np.float64, 30, elements=st.floats(-1e30, 1e30)))
def test_numbers_to_predict_come_back(values: np.ndarray) -> None:
    assume(np.ptp(values) > 1e-3 * np.abs(values).max() > 0)
    frame = pd.DataFrame({"x": np.arange(30.0) ** 2, "y": values})
    preparation = Preparation.fit(make_table(frame, target="y", task="regress"))
    scaled = preparation.transform_target(frame["y"])
    assert scaled.dtype == np.float32
    assert abs(scaled.mean()) < 1e-4
    assert abs(scaled.std() - 1) < 1e-4
    back = preparation.inverse_target(scaled)
    np.testing.assert_allclose(back, values, atol=1e-5 * np.ptp(values))
    assert preparation.inverse_target(scaled[:, None]).shape == (30, 1)


def test_classes_come_back() -> None:
    table = load("iris")
    preparation = Preparation.fit(table)
    numbers = preparation.transform_target(table.frame["species"])
    assert (numbers.dtype, set(numbers)) == (np.int64, {0, 1, 2})
    assert preparation.inverse_target(numbers).tolist() == table.frame["species"].tolist()
    with pytest.raises(IndexRangeError) as caught:
        preparation.inverse_target([0, 3])
    assert str(caught.value) == "class number 3 is outside 0 to 2."


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (
            ["setosa", "rose"],
            'the table, row 2, column "species": "rose" is not a class of this model.'
            " Its classes: setosa, versicolor, virginica.",
        ),
        (
            ["setosa", None],
            'the table, row 2, column "species": the target has no value here.'
            " Leave such rows out.",
        ),
    ],
)
def test_targets_that_do_not_fit(target: list[Any], text: str) -> None:
    with pytest.raises(DataError) as caught:
        Preparation.fit(load("iris")).transform_target(pd.Series(target))
    assert str(caught.value) == text


def test_one_class_in_the_training_rows() -> None:
    table = load("iris")
    with pytest.raises(DataError) as caught:
        Preparation.fit(table, np.arange(40))
    assert str(caught.value) == (
        'iris: only one class of the target "species" in the training rows, "setosa". Use more'
        " rows, or another --seed."
    )


NEW = pd.DataFrame(
    {
        "age": [30.0, 40.0],
        "income": [1.0, 2.0],
        "city": ["rome", "oslo"],
        "smoker": ["no", "yes"],
        "joined": ["2020-03-01", "2020-04-01"],
    }
)


def test_cells_too_far_out_are_limited_and_said() -> None:
    preparation = Preparation.fit(mixed())
    found: list[Notice] = []
    far = NEW.assign(age=[30.0, 1e9], joined=["2020-03-01", "2060-04-01"])
    x = preparation.transform(far, notices=found)
    assert np.abs(x).max() == 8
    assert [(notice.kind, notice.text) for notice in found] == [
        (
            "limit",
            "1 row of 2 lies farther than 8 standard deviations from the training mean in 2"
            " columns (cells: age 1, joined 1; first: row 2), and is limited to that distance.",
        )
    ]
    limited = preparation.limited(far)
    assert {name: cells.tolist() for name, cells in limited.items() if cells.any()} == {
        "age": [False, True],
        "joined": [False, True],
    }


def test_limited_training_rows_are_said_too() -> None:
    frame = pd.DataFrame({"x": [*np.linspace(0, 1, 199), 12.0], "y": ["a", "b"] * 100})
    frame["w"] = np.arange(200) % 7
    preparation = Preparation.fit(make_table(frame, target="y"))
    assert [notice.text for notice in preparation.notices] == [
        "1 row of 200 lies farther than 8 standard deviations from the training mean in 1 column"
        " (cells: x 1; first: row 200), and is limited to that distance."
    ]


def test_the_center_is_the_mean_of_the_training_features() -> None:
    table, rows = mixed(), np.arange(0, N, 2)
    preparation = Preparation.fit(table, rows)
    mean = preparation.transform(table)[rows].mean(axis=0)
    np.testing.assert_allclose(preparation.center, mean, atol=1e-6)


def test_a_frame_is_read_with_the_same_missing_words_as_in_training() -> None:
    frame = mixed().frame
    frame["city"] = frame["city"].fillna("-")
    preparation = Preparation.fit(make_table(frame, target="y", missing=["-"]))
    new = NEW.assign(age=["N/A", "?"], city=["-", "rome"], income=["1", "n/a"])
    x = pd.DataFrame(preparation.transform(new), columns=preparation.feature_names)
    marks = x[["age is missing", "income is missing", "city is missing"]].to_numpy()
    assert marks.tolist() == [[1, 0, 1], [1, 1, 0]]


def test_all_columns_that_do_not_fit_are_named_at_once() -> None:
    new = NEW.assign(age=["old", "1"], joined=["2020-03-01", "soon"])
    with pytest.raises(DataError) as caught:
        Preparation.fit(mixed()).transform(new, name="new.csv")
    assert str(caught.value) == (
        "new.csv: 2 columns have cells that do not fit.\n"
        ' row 1, column "age": "old" is not a number.\n'
        ' row 2, column "joined": "soon" is not a date like 2024-12-31.\n'
        ' Treat them as missing with --missing "old" --missing "soon".'
    )


def test_a_new_file_passes_without_its_target() -> None:
    found: list[Notice] = []
    x = Preparation.fit(mixed()).transform(NEW, notices=found)
    assert x.shape[0] == 2
    assert found == []


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (
            NEW.rename(columns={"age": "Agee", "city": "town"}),
            'new.csv lacks 2 columns that the model needs: "age", "city". It has: Agee, income,'
            ' town, smoker, joined. Did you mean "Agee" for "age"?',
        ),
        (
            NEW[["age", "income", "smoker", "joined"]],
            'new.csv lacks 1 column that the model needs: "city". It has: age, income, smoker,'
            " joined.",
        ),
        (
            NEW.assign(age=["30", "old"]),
            'new.csv, row 2, column "age": "old" is not a number.'
            ' Treat it as missing with --missing "old".',
        ),
        (
            NEW.assign(smoker=["no", "maybe"]),
            'new.csv, row 2, column "smoker": "maybe" is neither yes nor no.'
            ' Treat it as missing with --missing "maybe".',
        ),
        (
            NEW.assign(joined=["2021-01-01", "soon"]),
            'new.csv, row 2, column "joined": "soon" is not a date like 2024-12-31.'
            ' Treat it as missing with --missing "soon".',
        ),
        (
            NEW.assign(age=[np.inf, 1.0]),
            'new.csv, row 1, column "age": inf is not a finite number.'
            ' Treat it as missing with --missing "inf".',
        ),
    ],
)
def test_new_files_that_do_not_fit(frame: pd.DataFrame, text: str) -> None:
    with pytest.raises(DataError) as caught:
        Preparation.fit(mixed()).transform(frame, name="new.csv")
    assert str(caught.value) == text


def test_what_is_unusual_in_a_new_file_is_noticed() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"x": random.normal(size=40), "word": ["a", "b"] * 20})
    frame["y"] = random.normal(size=40)
    preparation = Preparation.fit(make_table(frame, target="y"))
    new = pd.DataFrame({"x": [1.0, None, None], "word": ["c", "c", "d"], "id": 1, "y": 0.0})
    found: list[Notice] = []
    preparation.transform(new, notices=found)
    assert [(notice.kind, notice.text) for notice in found] == [
        ("predict", '"x": 2 missing cells filled; no training row had one.'),
        ("predict", '"word": 3 cells with a word that no training row had: "c", "d".'),
        ("predict", "1 column not used by the model: id."),
    ]


def test_rows_of_a_file_bring_their_name_and_decimal_mark() -> None:
    layout = Layout(";", "utf-8", ",", True, 0, ("age",))
    rows = Rows(NEW.assign(age=["1.234,5 €", "3"]), "new.csv", layout)
    preparation = Preparation.fit(mixed())
    wanted = preparation.transform(NEW.assign(age=[1234.5, 3.0]))
    np.testing.assert_array_equal(preparation.transform(rows), wanted)


def test_memory_is_refused_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid.data.prepare._MAX_BYTES", 1000)
    with pytest.raises(DataError) as caught:
        Preparation.fit(load("iris"))
    assert str(caught.value) == (
        "iris: 150 rows of 4 features take 2.4 kB; the limit is 1.0 kB. Leave columns out with"
        " --type COLUMN=ignore, or use fewer rows."
    )


def test_built_in_sets_are_ready() -> None:
    for name in ("wine", "breast_cancer", "diabetes"):
        table = load(name)
        parts = split(table)
        preparation = Preparation.fit(table, parts.train)
        x = preparation.transform(table)[parts.train]
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=0.02)
        np.testing.assert_allclose(x.std(axis=0), 1, atol=0.15)  # a few values beyond 8 deviations


def test_outliers_do_not_move_a_robust_scale_of_the_target() -> None:
    y = np.linspace(-1, 1, 101)
    frame = pd.DataFrame({"x": y, "y": np.where(np.arange(101) > 95, 5000.0, y)})
    table = make_table(frame, target="y", task="regress")
    usual, robust = Preparation.fit(table), Preparation.fit(table, robust=True)
    assert usual.outcome.std > 1000
    assert robust.outcome.mean == pytest.approx(0, abs=1e-9)
    assert robust.outcome.std == pytest.approx(1 / 1.349)
    assert "the median and interquartile range / 1.349 of the" in robust.outcome.describe()
    again = Preparation.from_json(json.loads(json.dumps(robust.to_json())))
    assert again.outcome == robust.outcome
    assert again.inverse_target(robust.transform_target(frame["y"])) == pytest.approx(frame["y"])
