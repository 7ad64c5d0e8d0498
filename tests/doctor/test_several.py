"""Networks of several inputs, losses of pairs, and losses with several parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.doctor.watch import watch

LIBRARIES = ("pellucid", "torch")


def _library(name: str) -> tuple[Any, Any]:
    if name == "pellucid":
        return pellucid, watch
    lib = pytest.importorskip("torch")
    from pellucid.bridges import torch as bridge

    return lib, bridge.watch


def _table(lib: Any, wide: float) -> tuple[Any, Any, Any]:
    """Amounts, and a kind of 4, which says the sign."""
    draw = np.random.default_rng(0)
    amounts, kind = draw.normal(size=(240, 2)), draw.integers(0, 4, 240)
    y = (amounts[:, 0] * np.array([1, -1, 1, -1])[kind] > 0).astype(np.int64)
    return lib.tensor((wide * amounts).astype(np.float32)), lib.tensor(kind), lib.tensor(y)


def _of_two(lib: Any) -> Any:
    nn = lib.nn

    class Two(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.kinds = nn.Embedding(4, 3)
            self.rest = nn.Sequential(nn.Linear(5, 32), nn.ReLU(), nn.Linear(32, 2))

        def forward(self, amounts: Any, kind: Any = None, scale: float = 1.0) -> Any:
            return self.rest(lib.cat([scale * amounts, self.kinds(kind)], 1))

    lib.manual_seed(0)
    return Two()


@pytest.mark.parametrize("name", LIBRARIES)
def test_several_inputs_are_kept_side_by_side_and_tried(name: str) -> None:
    """One by place and one by name; amounts can be standardized, kinds stay what they are."""
    lib, look = _library(name)
    amounts, kind, y = _table(lib, 3000.0)
    model = _of_two(lib)
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    with look(model, optimizer, seconds=0.5) as report:
        for _ in range(10):
            for at in range(0, 240, 40):
                part = slice(at, at + 40)
                optimizer.zero_grad()
                out = model(amounts[part], kind=kind[part], scale=1.0)
                lib.nn.functional.cross_entropy(out, y[part]).backward()
                optimizer.step()
    rows = report.seen.train
    assert rows is not None and rows.x.shape == (240, 3) and rows.amounts.shape == (240, 2)
    assert [(p.shape, p.whole) for p in rows.parts] == [((2,), False), ((), True)]
    assert np.array_equal(rows.x[:, 2], np.asarray(kind.numpy()))
    with lib.no_grad():
        said = np.asarray(model(amounts, kind=kind).numpy())
    assert rows.prediction is not None
    assert np.allclose(rows.prediction, said, rtol=1e-3, atol=1e-2)
    assert report.findings[:1] == ["unnormalised_data"]


@pytest.mark.parametrize("name", LIBRARIES)
def test_inputs_that_are_no_rows_are_not_kept(name: str) -> None:
    """A mask for all rows, or a length that changes: nothing is tried, and nothing said."""
    lib, look = _library(name)
    amounts, kind, y = _table(lib, 1.0)
    model = _of_two(lib)
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    scale = lib.ones(2)
    with look(model, optimizer) as report:
        for _ in range(6):
            optimizer.zero_grad()
            loss = lib.nn.functional.cross_entropy(model(amounts, kind, scale), y)
            loss.backward()
            optimizer.step()
    assert not report.seen.has("trials") and report.findings == []


@pytest.mark.parametrize("zero", [True, False])
def test_pairs_that_differ_are_minus_one(zero: bool) -> None:
    """A cosine embedding loss of 1 and 0 never pushes anything apart."""
    lib, look = _library("torch")
    lib.manual_seed(0)
    model = lib.nn.Linear(4, 3)
    optimizer = lib.optim.Adam(model.parameters(), lr=1e-2)
    x = lib.randn(40, 4)
    same = lib.arange(20) % 2
    with look(model, optimizer) as report:
        for _ in range(8):
            optimizer.zero_grad()
            target = same if zero else 2 * same - 1
            loss = lib.nn.functional.cosine_embedding_loss(model(x[:20]), model(x[20:]), target)
            loss.backward()
            optimizer.step()
    assert report.findings == (["wrong_loss"] if zero else [])


@pytest.mark.parametrize(("name", "weight"), [(n, w) for n in LIBRARIES for w in (100.0, 0.01)])
def test_a_part_of_the_loss_that_takes_all_is_too_strong(name: str, weight: float) -> None:
    """As in an autoencoder whose code must be near nothing: without it, the rest can be learned."""
    lib, look = _library(name)
    lib.manual_seed(0)
    nn = lib.nn

    class Coder(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.code, self.back = nn.Linear(6, 3), nn.Linear(3, 6)

        def forward(self, x: Any) -> Any:
            code = self.code(x)
            return self.back(code + lib.randn_like(code)), code

    draw = np.random.default_rng(0)
    x = lib.tensor((draw.normal(size=(160, 3)) @ draw.normal(size=(3, 6)) * 2).astype(np.float32))
    model = Coder()
    optimizer = lib.optim.Adam(model.parameters(), lr=2e-2)
    with look(model, optimizer, seconds=1.0) as report:
        for _ in range(25):
            for at in range(0, 160, 40):
                out, code = model(x[at : at + 40])
                loss = lib.nn.functional.mse_loss(out, x[at : at + 40])
                loss = loss + weight * (code**2).sum(1).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert ("over_regularised" in report.findings) == (weight > 1)


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_is_set_free_later_must_be_held(name: str) -> None:
    lib, look = _library(name)
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
    model[0].requires_grad_(False)
    optimizer = lib.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.01)
    x = lib.tensor(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    y = (x[:, 0] > 0).long()
    with look(model, optimizer, trials=False) as report:
        for step in range(12):
            if step == 6:
                model[0].requires_grad_(True)
            optimizer.zero_grad()
            lib.nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert report.findings == ["frozen_parameters"]


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize(
    ("rate", "found"), [(3.0, ["lr_too_high"]), (5e-3, []), (1e-6, ["lr_too_low"])]
)
def test_the_loss_of_pairs_is_tried_with_other_rates(
    name: str, rate: float, found: list[str]
) -> None:
    """Nobody can say which distances are right; how far the loss comes down tells enough."""
    lib, look = _library(name)
    lib.manual_seed(0)
    nn, draw = lib.nn, np.random.default_rng(0)
    centers = draw.normal(size=(5, 6)) * 2
    left, right = draw.integers(0, 5, 240), draw.integers(0, 5, 240)
    right = np.where(draw.random(240) < 0.4, left, right)
    a, b = (centers[at] + 0.3 * draw.normal(size=(240, 6)) for at in (left, right))
    a, b, alike = (lib.tensor(v.astype(np.float32)) for v in (a, b, left == right))

    class Twins(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.place = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 4))

        def forward(self, a: Any, b: Any) -> Any:
            return self.place(a), self.place(b)

    model = Twins()
    optimizer = lib.optim.Adam(model.parameters(), lr=rate)
    with look(model, optimizer, seconds=5.0) as report:
        for _ in range(12):
            for at in range(0, 240, 40):
                part = slice(at, at + 40)
                p, q = model(a[part], b[part])
                square = ((p - q) ** 2).sum(1)
                apart = lib.clamp(2 - lib.sqrt(square + 1e-6), min=0) ** 2
                loss = (alike[part] * square + (1 - alike[part]) * apart).mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    assert report.seen.replays and report.seen.loss.form == "unknown"
    assert report.findings == found


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("twice", [True, False])
@pytest.mark.filterwarnings("ignore:binary_cross_entropy_with_logits takes raw")
def test_every_part_of_a_loss_is_looked_at_for_a_second_squashing(name: str, twice: bool) -> None:
    lib, look = _library(name)
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = lib.optim.Adam(model.parameters(), lr=0.01)
    x = lib.tensor(np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32))
    side, size = (x[:, 0] > 0).float(), x[:, 1] * 2
    with look(model, optimizer, trials=False) as report:
        for _ in range(8):
            out = model(x)
            said = lib.sigmoid(out[:, 0]) if twice else out[:, 0]
            loss = lib.nn.functional.binary_cross_entropy_with_logits(said, side)
            loss = loss + lib.nn.functional.mse_loss(out[:, 1], size)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    assert report.findings == (["double_softmax"] if twice else [])
