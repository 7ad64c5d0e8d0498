"""Targets of other rows, told from noise, overlap and tails; and those laid end to end."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid
from pellucid import Tensor
from pellucid.doctor import watch
from pellucid.doctor.measures.doubt import _second
from pellucid.doctor.measures.strangers import _mixed, _off
from pellucid.doctor.watching.rows import flattened


def rows(n: int = 300, d: int = 4) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(n, d))
    return x, x @ np.linspace(-1, 2, d)


def moved(y: np.ndarray, share: float) -> np.ndarray:
    places = np.random.default_rng(1).permutation(len(y))[: int(share * len(y))]
    other = y.copy()
    other[places] = y[np.roll(places, 5)]
    return other


def strange(x: np.ndarray, y: np.ndarray) -> float:
    return max(_off(x, (y - y.mean()) / y.std(), straight) for straight in (True, False))


def mixed(x: np.ndarray, y: np.ndarray) -> float:
    return max(_mixed(x, (y - y.mean()) / y.std(), straight) for straight in (True, False))


def test_numbers_that_were_moved_to_other_rows_stand_out() -> None:
    x, y = rows()
    for share in (0.3, 0.4):
        assert abs(strange(x, moved(y, share)) - share) < 0.08


def test_plain_noise_few_outliers_and_tails_are_no_strangers() -> None:
    x, y = rows()
    draw = np.random.default_rng(2)
    assert strange(x, y) == 0
    assert strange(x, y + draw.normal(0, 1.5, len(y))) == 0
    assert strange(x, np.where(np.arange(len(y)) % 30 == 0, y + 20, y)) < 0.05
    assert strange(x, np.exp(y / 2 + draw.normal(0, 0.3, len(y)))) == 0


def test_half_of_the_numbers_moved_are_seen_as_a_mixture() -> None:
    x, y = rows()
    y = y + np.random.default_rng(3).normal(0, 0.3, len(y))
    assert abs(mixed(x, moved(y, 0.5)) - 0.5) < 0.08


def test_wide_tails_switches_and_flips_are_no_mixture() -> None:
    x, y = rows(160)
    draw = np.random.default_rng(2)
    assert mixed(x, y) == 0
    assert mixed(x, y + draw.normal(0, 2, len(y))) == 0
    assert mixed(x, y + 2 * draw.standard_t(2, len(y))) == 0
    assert mixed(x, y * (1 + draw.normal(size=len(y)))) == 0
    assert mixed(x, np.maximum(y, 0) * draw.integers(0, 2, len(y))) == 0
    assert mixed(x, y * draw.choice([-1, 1], len(y))) == 0


def test_overlapping_classes_are_each_others_second_choice() -> None:
    draw = np.random.default_rng(0)
    number = draw.integers(0, 4, 400)
    shares = draw.dirichlet(np.ones(4), 400) * 0.1
    shares[np.arange(400), (number + 1) % 4] += 0.6  # always wrong, …
    random, near = shares.copy(), shares.copy()
    near[np.arange(400), number] += 0.3  # … and the label comes second
    assert _second(near, number) > 0.4
    assert abs(_second(random, number)) < 0.1
    assert _second(near[:, :2], number % 2) == 0


def test_targets_laid_end_to_end_are_told_by_their_number() -> None:
    assert flattened((5, 12), (60,))
    assert flattened((5, 12), (55,))  # the first place has none
    assert not flattened((5, 12), (25,))
    assert not flattened((5,), (25,))


class Reader(pellucid.nn.Module):
    """Letters to letters, with the rows along the first axis or the second."""

    def __init__(self, rows_first: bool) -> None:
        super().__init__()
        self.embed = pellucid.nn.Embedding(5, 4)
        self.hidden = pellucid.nn.RNN(4, 6, batch_first=rows_first)
        self.out = pellucid.nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.hidden(self.embed(x))[0])


@pytest.mark.parametrize("rows_first", [True, False])
def test_texts_are_kept_by_row_where_rows_come_first(rows_first: bool) -> None:
    pellucid.manual_seed(0)
    model = Reader(rows_first)
    optimizer = pellucid.optim.SGD(model.parameters(), lr=0.1)
    x = pellucid.tensor(np.random.default_rng(0).integers(0, 5, (8, 6)))
    with watch(model, optimizer, trials=False) as report:
        for _ in range(3):
            optimizer.zero_grad()
            loss = pellucid.nn.functional.cross_entropy(model(x).view(-1, 5), x.reshape(-1))
            loss.backward()
            optimizer.step()
    kept = report.seen.train
    if rows_first:
        assert kept is not None and kept.prediction is not None
        assert kept.y.shape == (8, 6) and kept.prediction.shape == (48, 5)
        assert np.array_equal(kept.x, kept.y)
    else:
        assert kept is None and "first axis" in report.seen.missing["train"]
