"""A loss over all pairs, which broadcasting makes of (N, 1) beside (N,), is named; others pass."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import PellucidWarning
from pellucid.tensor import pairs

N = 8
X, Y = pellucid.randn(N, 3), pellucid.rand(N)
SQUARE = pellucid.randn(N, N)
KEY = pellucid.randn(N, requires_grad=True)
MODEL = nn.Linear(3, 1)


@pytest.fixture(autouse=True)
def _nothing_said() -> Iterator[None]:
    pairs._said.clear()
    yield
    pairs._said.clear()


def heard(loss: Callable[[Any], Any], times: int = 1) -> list[str]:
    """What is said while a loss of predictions (N, 1) is differentiated."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for _ in range(times):
            loss(MODEL(X)).backward()
    assert all(issubclass(w.category, PellucidWarning) for w in said)
    return [str(w.message) for w in said]


def test_the_shapes_the_line_and_the_remedy_are_said_once() -> None:
    [text] = heard(lambda pred: ((pred - Y) ** 2).mean(), times=3)
    line = test_the_shapes_the_line_and_the_remedy_are_said_once.__code__.co_firstlineno + 1
    assert text == (
        f"the loss at test_pairs.py:{line} is taken over all 64 pairs: (8, 1) and (8,) give (8, 8),"
        " every prediction beside every target.\n"
        " Give both one shape: y.unsqueeze(1), or pred.squeeze(1)."
    )
    assert heard(lambda pred: ((pred - Y.unsqueeze(1)) ** 2).mean()) == []
    assert heard(lambda pred: ((pred.squeeze(1) - Y) ** 2).mean()) == []


def test_the_other_way_round() -> None:
    column = pellucid.rand(N, 1)
    [text] = heard(lambda pred: (column - pred.squeeze(1)).abs().sum())
    assert "(8, 1) and (8,) give (8, 8)" in text
    assert text.endswith("Give both one shape: pred.unsqueeze(1), or y.squeeze(1).")


def _cross_entropy(pred: Any) -> Any:
    p = pred.sigmoid()
    return -(Y * p.log() + (1 - Y) * (1 - p).log()).mean()


@pytest.mark.parametrize(
    "loss",
    [
        lambda pred: (pred - Y).square().mean(0).sum(),
        lambda pred: 0.5 * ((Y - pred) * (Y - pred)).mean() + 0.1 * MODEL.weight.pow(2).sum(),
        lambda pred: F.relu(1 - pred * Y).mean(),  # a hinge
        lambda pred: ((pred - Y) ** 2 / N).sum().sqrt(),
        lambda pred: -(F.logsigmoid(pred) * Y).mean(),  # a policy and its advantages
        _cross_entropy,
    ],
)
def test_it_is_found_in_other_losses(loss: Any) -> None:
    assert len(heard(loss)) == 1


@pytest.mark.parametrize(
    "loss",
    [
        lambda pred: (pred - Y.unsqueeze(0)).abs().mean(),  # a row beside a column: on purpose
        lambda pred: (pred.squeeze(1)[:, None] - Y).abs().mean(),
        lambda pred: (pred.squeeze(1).unsqueeze(1) - Y).abs().mean(),
        lambda pred: (pred.view(-1, 1) - Y).abs().mean(),
        lambda pred: (pred - pred.squeeze(1)).abs().mean(),  # all pairs of predictions
        lambda pred: (pred - pred.T).relu().mean(),
        lambda pred: (-((pred - Y) ** 2)).exp().mean(),  # a kernel
        lambda pred: ((pred * Y - SQUARE) ** 2).mean(),  # an outer product to be learned
        lambda pred: (pred * Y * SQUARE).sum(),  # a quadratic form
        lambda pred: ((pred * Y) @ SQUARE).sum(),
        lambda pred: (SQUARE.softmax(1) * (pred - Y)).sum(),
        lambda pred: (pred - pellucid.arange(5.0)).abs().mean(),  # other sizes
        lambda pred: (pred[:1] - Y).abs().mean(),
        lambda pred: (pred + Y).square().mean(),
        lambda pred: (X[:, :1] - KEY).square().mean(),  # places to be learned
        lambda pred: F.mse_loss(pred, Y.unsqueeze(1)) + (SQUARE @ MODEL(X)).square().sum(),
    ],
)  # fmt: skip
def test_what_is_stretched_on_purpose_passes(loss: Any) -> None:
    assert heard(loss) == []


def test_what_is_not_differentiated_passes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pellucid.no_grad():
            assert ((MODEL(X) - Y) ** 2).mean().item() > 0


def test_a_loss_of_ones_own_in_fit_is_watched_too() -> None:
    model = nn.Linear(3, 1)
    for engine in ("numpy", "xla"):
        pairs._said.clear()
        with pytest.warns(PellucidWarning, match="every prediction beside every target"):
            pellucid.fit(
                model, (X, Y), loss=lambda pred, y: ((pred - y) ** 2).mean(), epochs=2,
                batch_size=N, validation=0.0, engine=engine, progress=False,
            )  # fmt: skip
