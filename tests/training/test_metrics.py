"""Figures from sums of batches are those of all rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sk

import pellucid as pl
from pellucid.training.metrics import METRICS, PARTS, Gathered
from pellucid.training.sums import Sums

DRAW = np.random.default_rng(0)
SHAPES = [(12,), (12, 1), (12, 3), (12, 3, 2), (12, 1, 2)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PARTS)
def test_sums_give_what_all_rows_give(name: str, shape: tuple[int, ...]) -> None:
    outputs = DRAW.normal(size=shape).astype(np.float32)
    targets: Any = DRAW.normal(size=shape).astype(np.float32)
    if name == "accuracy" and len(shape) > 1 and shape[1] > 1:
        targets = DRAW.integers(0, shape[1], (shape[0], *shape[2:]))
    whole, sums = Gathered({name: METRICS[name]}), Sums({name: METRICS[name]}, targets)
    for part in (slice(0, 5), slice(5, 10), slice(10, 12)):
        whole.add(outputs[part], targets[part])
        parts = pl.tensor(outputs[part]), pl.tensor(targets[part])
        sums.add_sums([PARTS[name](*parts).numpy()], outputs[part].shape, 1)
    again = Sums({name: METRICS[name]}, targets)
    again.restore([pl.tensor(part) for part in sums.state()])
    wanted = whole.values()[name]
    assert sums.values()[name] == pytest.approx(wanted, rel=1e-5)
    assert again.values()[name] == pytest.approx(wanted, rel=1e-5)


def test_by_hand() -> None:
    out, y = np.array([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), np.array([0, 0, 0])
    assert METRICS["accuracy"](out, y) == pytest.approx(2 / 3)
    p, t = np.array([1.0, 2.0, 5.0]), np.array([[1.0], [2.0], [3.0]])
    assert METRICS["mse"](p, t) == pytest.approx(4 / 3)
    assert METRICS["rmse"](p, t) == pytest.approx((4 / 3) ** 0.5)
    assert METRICS["mae"](p, t) == pytest.approx(2 / 3)
    assert METRICS["r2"](p, t) == pytest.approx(1 - 4 / 2)
    assert METRICS["r2"](np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 1.0  # it never varies


def test_rare_classes_count_as_in_scikit_learn() -> None:
    z = DRAW.normal(size=(90, 2)).round(1)
    y, said, gap = (z[:, 1] + DRAW.normal(size=90) > 1).astype(int), z.argmax(1), z[:, 1] - z[:, 0]
    assert METRICS["auc"](z, y) == pytest.approx(sk.roc_auc_score(y, gap))
    assert METRICS["auc"](gap, y) == pytest.approx(sk.roc_auc_score(y, gap))
    for name in ("balanced_accuracy", "f1", "precision", "recall"):
        theirs = getattr(sk, f"{name}_score")
        assert METRICS[name](z, y) == pytest.approx(theirs(y, said))
        assert METRICS[name](gap[:, None], y[:, None]) == pytest.approx(theirs(y, gap > 0))
    z, y = DRAW.normal(size=(90, 3)), DRAW.integers(0, 3, 90)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert METRICS["auc"](z, y) == pytest.approx(sk.roc_auc_score(y, p, multi_class="ovr"))
    assert METRICS["f1"](z, y) == pytest.approx(sk.f1_score(y, z.argmax(1), average="macro"))
    pictures, labels = z.reshape(45, 2, 3).transpose(0, 2, 1), y.reshape(45, 2)
    assert METRICS["f1"](pictures, labels) == METRICS["f1"](z, y)
    assert np.isnan(METRICS["auc"](z[:, :2], np.zeros(90)))


@pytest.mark.parametrize(
    ("classes", "there", "called"),
    [(2, [0], [0]), (2, [1], [0]), (2, [0, 1], [1]), (4, [0, 2], [1, 2, 3]), (4, [3], [3])],
)
@pytest.mark.filterwarnings("error")
def test_absent_classes_count_as_in_scikit_learn(
    classes: int, there: list[int], called: list[int]
) -> None:
    y, said = DRAW.choice(there, 40), DRAW.choice(called, 40)
    z = DRAW.normal(size=(40, classes)).round(1)
    z[np.arange(40), said] = 5.0
    known: Any = [1] if classes == 2 else range(classes)
    given = {"labels": known, "average": "macro", "zero_division": 0}
    for name in ("f1", "precision", "recall"):
        wanted = getattr(sk, f"{name}_score")(y, said, **given)
        assert METRICS[name](z, y) == pytest.approx(wanted)
    wanted = sk.recall_score(y, said, labels=np.unique(y), average="macro", zero_division=0)
    assert METRICS["balanced_accuracy"](z, y) == pytest.approx(wanted)
    if len(there) == 1:
        assert np.isnan(METRICS["auc"](z, y))
        return
    shares = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    wanted = np.mean([sk.roc_auc_score(y == k, shares[:, k]) for k in there])
    assert METRICS["auc"](z, y) == pytest.approx(wanted)


def test_fit_takes_them_by_name() -> None:
    x = DRAW.normal(size=(60, 3)).astype(np.float32)
    history = pl.fit(
        pl.nn.Linear(3, 2), (x, (x[:, 0] > 0).astype(int)), epochs=2, progress=False,
        metrics=["f1", "roc_auc"],
    )  # fmt: skip
    assert set(history.validation_metrics) == {"f1", "roc_auc"}
