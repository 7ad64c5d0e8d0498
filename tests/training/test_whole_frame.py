"""A data frame that came without targets: what is said where it doesn't fit the model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import DataError, PellucidError, ShapeError

FRAME = pd.DataFrame({"a": np.arange(12.0), "b": np.arange(12.0) % 5, "y": np.arange(12.0) * 2})


def told(model: nn.Module, frame: pd.DataFrame) -> PellucidError:
    with pytest.raises((DataError, ShapeError)) as said:
        pellucid.fit(model, frame, epochs=1, progress=False)
    return said.value


def test_the_columns_are_named_with_the_two_ways_to_take_the_target_out() -> None:
    said = told(nn.Linear(2, 1), FRAME)
    assert isinstance(said, ShapeError)
    assert (
        " The data frame has the columns a, b, y, and no y was given. If one of them is what to"
        ' predict, take it out:\n fit(model, (frame.drop(columns="y"), frame["y"])), or'
        ' pellucid.data.make_table(frame, target="y").'
    ) in str(said)
    pellucid.fit(
        nn.Linear(2, 1), (FRAME.drop(columns="y"), FRAME["y"]), epochs=1, progress=False
    )  # as it was said


def test_also_where_the_target_went_in_as_an_input() -> None:
    said = told(nn.Linear(3, 1), FRAME)
    assert "X is its own target" in str(said) and 'frame["y"]' in str(said)
    assert "Pass the targets too" not in str(said)


def test_also_where_a_column_holds_words() -> None:
    said = str(told(nn.Linear(2, 1), FRAME.assign(town="x")))
    assert "'town' does not hold numbers" in said and 'target="y"' in said


def test_without_a_usual_name_it_is_the_last_column() -> None:
    assert 'frame["price"]' in str(told(nn.Linear(2, 1), FRAME.rename(columns={"y": "price"})))


def test_a_frame_that_is_its_own_target_is_learned() -> None:
    history = pellucid.fit(nn.Linear(3, 3), FRAME, epochs=1, progress=False)
    assert history.epochs == 1


def test_an_array_is_told_as_before() -> None:
    with pytest.raises(DataError, match=r"Pass the targets too: fit\(model, \(X, y\)\)"):
        pellucid.fit(nn.Linear(3, 1), FRAME.to_numpy(), epochs=1, progress=False)
