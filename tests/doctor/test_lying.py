"""Targets that slipped by a row, where a loader dealt the rows shuffled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor import watch
from pellucid.doctor.measures.doubt import disagreement
from pellucid.doctor.neighbors import Neighbors
from pellucid.doctor.seen import LossSeen, Rows, Seen
from pellucid.doctor.step import DATA, Call

ROWS, WORDS = 400, 30


@pytest.fixture(params=["pellucid", "torch"])
def library(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "pellucid":
        return pellucid, watch
    lib = pytest.importorskip("torch")
    from pellucid.bridges import torch as bridge

    return lib, bridge.watch


def texts() -> tuple[np.ndarray, np.ndarray]:
    """Words in any order, some of which are of one class only."""
    draw = np.random.default_rng(0)
    y = draw.integers(0, 2, ROWS)
    x = draw.integers(8, WORDS, (ROWS, 10))
    for row, cls in zip(x, y, strict=True):
        row[draw.choice(10, 3, replace=False)] = draw.integers(0, 4, 3) + 4 * cls
    return x, y


def learned(library: tuple[Any, Any], x: Any, y: Any, part: bool = False) -> Any:
    """The report on a network that learns the rows by a loader that shuffles them."""
    lib, look = library
    lib.manual_seed(0)
    kit, nn = lib.utils.data, lib.nn
    given = lib.tensor(x), lib.tensor(y)
    data: Any = kit.TensorDataset(*given)
    if part:
        data = kit.Subset(data, list(range(0, len(y), 2)))
    words = x.dtype.kind == "i"
    model = nn.Sequential(
        nn.Embedding(WORDS, 6) if words else nn.Identity(), nn.Flatten(),
        nn.Linear(x.shape[1] * (6 if words else 1), 16), nn.ReLU(), nn.Linear(16, 2),
    )  # fmt: skip
    optimizer = lib.optim.Adam(model.parameters(), lr=0.01)
    with look(model, optimizer, trials=False) as report:
        for _ in range(5):
            for rows, targets in kit.DataLoader(data, batch_size=20, shuffle=True):
                optimizer.zero_grad()
                lib.nn.functional.cross_entropy(model(rows), targets).backward()
                optimizer.step()
    return report


@pytest.mark.parametrize("by", [-1, 1])
def test_texts_with_the_labels_of_their_neighbors(library: tuple[Any, Any], by: int) -> None:
    x, y = texts()
    report = learned(library, x, np.roll(y, by))
    assert report.findings == ["bad_labels"]
    side = "after" if by > 0 else "before"
    assert report.details[0].text.startswith(f"The targets fit the row {side} better")
    assert report.details[0].fix.startswith("x, y = x[:-1], y[1:]" if by > 0 else "x, y = x[1:]")


def test_texts_with_their_own_labels(library: tuple[Any, Any]) -> None:
    report = learned(library, *texts())
    found = disagreement(report.seen)
    assert report.findings == [] and found is not None and found.shift == 0


def test_a_part_of_a_data_set(library: tuple[Any, Any]) -> None:
    x, y = texts()
    report = learned(library, x, np.roll(y, 1), part=True)
    assert report.seen.train.beside is not None and report.findings == ["bad_labels"]


def test_columns_of_numbers(library: tuple[Any, Any]) -> None:
    x = np.random.default_rng(1).normal(size=(ROWS, 3)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 0).astype(np.int64)
    assert learned(library, x, np.roll(y, 1)).findings == ["bad_labels"]
    assert learned(library, x, y).findings == []


def test_neighbors_that_are_alike_say_nothing() -> None:
    """Two steps ahead in a series: the target of the row before is the easier one to tell."""
    draw, wave = np.random.default_rng(2), np.zeros(1200)
    for i in range(1, len(wave)):
        wave[i] = 0.6 * wave[i - 1] + 0.8 * draw.normal()
    x, y = np.stack([wave[i : i + 4] for i in range(1000)]), wave[5:1005]
    at = draw.permutation(np.arange(1, 999))
    rows = Rows(x[at], y[at], beside=Neighbors(np.arange(len(at)), y[at - 1], y[at + 1]))
    found = disagreement(Seen(train=rows, loss=LossSeen("mse_loss")))
    assert found is not None and found.shift == 0


def test_windows_of_a_text_hold_the_target_of_the_row_before() -> None:
    """Letters that hardly ever come twice in a row, and depend on those before them."""
    draw, text = np.random.default_rng(3), [0]
    for _ in range(805):
        text.append((text[-1] + int(draw.choice([1, 3, 7]))) % 12)
    letters = np.array(text)
    for order in (np.arange(806), draw.permutation(806)):  # in the second no letter depends on any
        windows, y = np.stack([letters[order][i : i + 6] for i in range(800)]), letters[order][6:]
        at = draw.permutation(np.arange(1, 798))
        rows = Rows(windows[at], y[at], beside=Neighbors(np.arange(len(at)), y[at - 1], y[at + 1]))
        loss = LossSeen("cross_entropy", target_kind="classes")
        words = [Call("embedding", "0", (DATA,), shape=(20, 6, 8))]
        found = disagreement(Seen(train=rows, loss=loss, calls=words))
        assert found is not None and found.shift == 0


@pytest.mark.parametrize("each", [False, True])
def test_how_far_a_schedule_came(library: tuple[Any, Any], each: bool) -> None:
    lib, look = library
    model = lib.nn.Linear(3, 2)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    schedule = lib.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=20)
    with look(model, optimizer, trials=False) as report:
        for step in range(20):
            optimizer.zero_grad()
            lib.nn.functional.cross_entropy(
                model(lib.ones(4, 3)), lib.tensor([0, 1, 0, 1])
            ).backward()
            optimizer.step()
            if (each and step < 19) or step % 10 == 9:
                schedule.step()
    assert report.seen.planned == ((20, 20) if each else (2, 20))
