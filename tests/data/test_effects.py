"""What each column does to an answer, against functions whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from pellucid.data import Preparation, make_table
from pellucid.data.effects import column_effects
from pellucid.errors import DataError

FRAME = pd.DataFrame(
    {
        "a": np.arange(40.0) % 7,
        "b": np.arange(40.0) % 5,
        "word": ["u", "v", "v", "w"] * 10,
        "y": np.arange(40.0),
    }
)
PREPARATION = Preparation.fit(make_table(FRAME, target="y"))
ROW = PREPARATION.transform(FRAME)[3:4]


def linear(x: NDArray[Any]) -> NDArray[Any]:
    return x @ np.arange(1.0, x.shape[1] + 1)[:, None]


def test_a_linear_model_is_the_sum_of_its_columns() -> None:
    found = column_effects(PREPARATION, ROW, linear)
    weights = np.arange(1.0, ROW.shape[1] + 1)
    parts = weights * (ROW[0] - np.array(PREPARATION.center))
    sources = np.array(PREPARATION.feature_sources)
    expected = [parts[sources == name].sum() for name in ("a", "b", "word")]
    assert found.columns == ("a", "b", "word")
    np.testing.assert_allclose(found.push[:, 0], expected, rtol=1e-5)
    np.testing.assert_allclose(found.together, 0, atol=1e-5)
    np.testing.assert_allclose(found.whole, found.push.sum(axis=0), atol=1e-5)


def test_what_columns_do_together_is_given_apart() -> None:
    def product(x: NDArray[Any]) -> NDArray[Any]:
        return x[:, :1] * x[:, 1:2]

    found = column_effects(PREPARATION, ROW, product)
    a, b = ROW[0, :2] - np.array(PREPARATION.center)[:2]
    np.testing.assert_allclose(found.push[:, 0], [a * b, a * b, 0], atol=1e-5)
    np.testing.assert_allclose(found.together, -a * b, atol=1e-5)


def test_words_are_set_to_their_shares() -> None:
    seen: list[Any] = []

    def spy(x: NDArray[Any]) -> NDArray[Any]:
        seen.append(x)
        return linear(x)

    column_effects(PREPARATION, ROW, spy)
    names = PREPARATION.feature_names
    replaced = dict(zip(names, seen[0][2], strict=True))
    assert replaced["word = v"] == 0.5 and replaced["word = u"] == replaced["word = w"] == 0.25
    np.testing.assert_array_equal(seen[0][2][:2], ROW[0, :2])


@pytest.mark.slow
def test_a_wide_table_is_asked_about_in_parts() -> None:
    values = np.random.default_rng(0).normal(size=(30, 700))
    frame = pd.DataFrame(values, columns=[f"c{i}" for i in range(700)]).assign(y=np.arange(30.0))
    preparation = Preparation.fit(make_table(frame, target="y"))
    row = preparation.transform(frame)[:1]
    found = column_effects(preparation, row, lambda x: x.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found.push[:, 0], row[0], atol=1e-3)


def test_a_model_without_means_says_so() -> None:
    with pytest.raises(DataError) as caught:
        column_effects(replace(PREPARATION, center=()), ROW, linear)
    assert str(caught.value) == (
        "this model does not know the means of its training rows: an earlier version wrote it."
        " Train it again with `pellucid fit`."
    )
