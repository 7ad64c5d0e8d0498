"""Rows that came before are found by their bytes, whatever number stands for a row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor.watching import rows as kept
from pellucid.doctor.watching.ours import Ours


def _one_by_one(found: Any) -> list[int]:
    first: dict[bytes, int] = {}
    for place, row in enumerate(found):
        first.setdefault(row.tobytes(), place)
    return list(first.values())


@pytest.mark.parametrize("width", [0, 1, 3, 8, 21])
def test_first_places(width: int) -> None:
    """In order, for rows of any number of bytes."""
    made = np.random.default_rng(width).integers(0, 3, (300, width)).astype(np.uint8)
    assert kept._firsts(made).tolist() == _one_by_one(made)


def test_rows_with_the_same_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told apart all the same."""
    monkeypatch.setattr(kept, "_ODD", np.uint64(0))
    made = np.random.default_rng(0).integers(0, 2, (50, 9)).astype(np.uint8)
    assert kept._firsts(made).tolist() == _one_by_one(made)


def test_an_epoch_over_and_over_is_kept_once() -> None:
    """In its order, and complete; long rows as short ones."""
    for width in (4, 700):
        keeper = kept.Keeper(Ours())
        generator = np.random.default_rng(0)
        x, y = generator.normal(size=(640, width)), np.arange(640) % 3
        batches = [
            (pellucid.tensor(x[at : at + 32]), pellucid.tensor(y[at : at + 32]))
            for at in range(0, 640, 32)
        ]
        for step in range(140):
            keeper.offer(*batches[step % 20])
        found = keeper.rows()
        assert keeper.complete and found is not None and found.total == 640
        np.testing.assert_array_equal(found.x, x.astype(np.asarray(found.x).dtype))
        np.testing.assert_array_equal(found.y, y)
