"""Weights of rows: what they mean, on both engines, and what is said to those that mean nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.data import DataLoader, TensorDataset, make_table
from pellucid.errors import DataError, SettingError
from pellucid.nn import functional as F
from pellucid.training.row_losses import RowLosses
from tests.training.small import QUIET, blobs, line, mlp, same, weights

ENGINES = ("numpy", "xla")
X, Y = line(40)
COUNTS = np.arange(40) % 4  # 0, 1, 2, 3, 0, …
XB, YB = blobs(40)
FULL: dict[str, Any] = {"validation": 0, "epochs": 8, "lr": 0.05, "batch_size": 1000}
CLASSES = np.array([1.0, 2.0, 0.5], np.float32)


def trained(data: Any, *, sizes: tuple[int, ...] = (3, 6, 1), **settings: Any) -> tuple[Any, Any]:
    net = mlp(*sizes)
    return net, pl.fit(net, data, **{**QUIET, **settings})


def repeated(x: Any, y: Any) -> Any:
    return np.repeat(x, COUNTS, axis=0), np.repeat(y, COUNTS, axis=0)


def agree(a: Any, b: Any) -> None:
    assert a[1].step_loss == pytest.approx(b[1].step_loss, rel=2e-4)
    for one, other in zip(weights(a[0]), weights(b[0]), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=2e-4)


def own(outputs: Any, y: Any) -> Any:
    return (outputs - y) ** 2


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "loss", [None, "mae", nn.HuberLoss(), F.smooth_l1_loss, own, nn.MSELoss(reduction="none")]
)
def test_a_weight_of_k_is_the_row_given_k_times(engine: str, loss: Any) -> None:
    given = {**FULL, "engine": engine, "loss": loss}
    plain = given | ({"loss": "mse"} if loss is own or isinstance(loss, nn.MSELoss) else {})
    y = Y[:, None]
    agree(trained((X, y), **given, sample_weight=COUNTS * 0.3), trained(repeated(X, y), **plain))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("loss", "class_weight"),
    [
        (None, None),
        ("cross_entropy", [1.0, 2.0, 0.5]),
        ("cross_entropy", "balanced"),
        (nn.CrossEntropyLoss(weight=pl.tensor(CLASSES)), None),
        (nn.CrossEntropyLoss(ignore_index=2), None),
        (nn.CrossEntropyLoss(weight=pl.tensor(CLASSES), label_smoothing=0.2), None),
        (partial(F.cross_entropy, weight=pl.tensor(CLASSES)), None),
    ],
)
def test_and_so_it_is_with_weights_of_classes(engine: str, loss: Any, class_weight: Any) -> None:
    given = {**FULL, "engine": engine, "loss": loss, "class_weight": class_weight}
    given["sizes"] = (2, 6, 3)
    agree(trained((XB, YB), **given, sample_weight=COUNTS), trained(repeated(XB, YB), **given))


def test_probabilities_of_classes_as_targets() -> None:
    soft = np.float32(np.eye(3)[YB] * 0.7 + 0.1)
    given = {**FULL, "sizes": (2, 6, 3), "loss": nn.CrossEntropyLoss()}
    agree(trained((XB, soft), **given, sample_weight=COUNTS), trained(repeated(XB, soft), **given))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_weight_of_0_leaves_a_row_out(engine: str) -> None:
    wild = np.where(COUNTS > 0, Y, np.float32(1e4))
    kept = COUNTS > 0
    given = {**FULL, "engine": engine}
    agree(trained((X, wild), **given, sample_weight=kept), trained((X[kept], Y[kept]), **given))


@pytest.mark.parametrize("engine", ENGINES)
def test_equal_weights_change_nothing(engine: str) -> None:
    given = {"epochs": 6, "batch_size": 7, "lr": 0.01, "engine": engine, "accumulate": 2}
    plain, weighed = trained((X, Y), **given), trained((X, Y), **given, sample_weight=[5.0] * 40)
    assert weighed[1].step_loss == pytest.approx(plain[1].step_loss, rel=1e-5)
    assert weighed[1].validation_loss == pytest.approx(plain[1].validation_loss, rel=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_batches_added_up_are_one_large_batch(engine: str) -> None:
    given = {"epochs": 3, "lr": 0.01, "shuffle": False, "sample_weight": COUNTS, "engine": engine}
    agree(
        trained((X, Y), **given, batch_size=4, accumulate=2), trained((X, Y), **given, batch_size=8)
    )


def test_engines_agree_in_small_batches_with_restarts() -> None:
    given = {"epochs": 5, "batch_size": 8, "lr": 0.02, "sample_weight": COUNTS, "restarts": 5}
    one, other = (trained((X, Y), **given, engine=engine) for engine in ENGINES)
    assert "together" in other[1].notes[-1]
    assert one[1].best_loss == pytest.approx(other[1].best_loss, rel=1e-3)
    assert one[1].step_loss == pytest.approx(other[1].step_loss, rel=1e-3)


def test_weights_stay_with_their_rows_through_split_and_order() -> None:
    """Rows that are lies weigh nothing, wherever they land; so the truth is learned."""
    x = np.linspace(-1, 1, 200, dtype=np.float32)[:, None]
    lies = np.arange(200) % 3 == 0
    y = np.where(lies, np.float32(50), x[:, 0])
    _, history = trained(
        (x, y), sizes=(1, 8, 1), sample_weight=pd.Series(~lies), epochs=40, lr=0.02, batch_size=16
    )
    assert history.best_loss < 0.01
    assert min(history.validation_loss) == history.best_loss
    assert history.train_metrics["r2"][-1] < 0.2  # metrics count every row alike, lies too


def test_the_epochs_loss_is_the_weighted_mean_over_all_rows() -> None:
    net, history = trained(
        (X, Y), epochs=1, batch_size=7, lr=0.0, validation=(X, Y, COUNTS), sample_weight=COUNTS,
        weight_decay=0.0,
    )  # fmt: skip
    squares = (net(pl.tensor(X)).detach().numpy()[:, 0] - Y) ** 2
    wanted = np.average(squares, weights=COUNTS)
    assert history.train_loss == pytest.approx([wanted], rel=1e-4)
    assert history.validation_loss == pytest.approx([wanted], rel=1e-4)
    _, alike = trained((X, Y), epochs=1, lr=0.0, validation=(X, Y), sample_weight=COUNTS)
    assert alike.validation_loss == pytest.approx([squares.mean()], rel=1e-4)


def test_a_training_is_taken_up_again_only_with_the_same_weights(tmp_path: Any) -> None:
    given = {"batch_size": 8, "lr": 0.02}
    whole, _ = trained((X, Y), epochs=6, sample_weight=COUNTS, **given)
    given["checkpoint"] = tmp_path / "state"
    trained((X, Y), epochs=3, sample_weight=COUNTS, **given)
    with pytest.raises(Exception, match="data"):
        trained((X, Y), epochs=6, sample_weight=COUNTS + 1, resume=True, **given)
    again, history = trained((X, Y), epochs=6, sample_weight=COUNTS, resume=True, **given)
    assert history.epochs == 6 and same(weights(whole), weights(again))


def test_what_rows_in_memory_may_be() -> None:
    given = {"epochs": 3, "batch_size": 8, "validation": 0.25}
    tensors = TensorDataset(pl.tensor(X), pl.tensor(Y))
    forms = [
        trained(data, sample_weight=w, **given)[1].step_loss
        for data in ((X, Y), tensors)
        for w in (COUNTS.tolist(), pl.tensor(COUNTS), pd.Series(COUNTS), COUNTS[:, None])
    ]
    assert all(f == forms[0] for f in forms)
    frame = pd.DataFrame({"a": X[:, 0], "b": X[:, 1], "c": X[:, 2], "y": Y})
    table = make_table(frame, target="y")
    losses = [trained(table, sample_weight=w, **given)[1].step_loss for w in (None, COUNTS)]
    assert losses[0] != losses[1]


def test_looking_back_knows_the_mean_of_a_loss_by_rows() -> None:
    _, history = trained((X, Y[:, None]), epochs=2, loss=own, sample_weight=COUNTS)
    assert "loss" in str(history.see("blame"))


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (COUNTS[:-1], r"sample_weight has 39 rows, and the data has 40 rows\.\n One number"),
        (COUNTS - 1, r"holds -1 at row 0; a weight is 0 or more\.\n 0 leaves a row out"),
        (np.where(COUNTS == 3, np.nan, 1), r"sample_weight holds nan at row 3 \(10 such"),
        (COUNTS * 0, r"sample_weight is 0 for every row"),
        (np.ones((40, 2)), r"sample_weight has shape \(40, 2\)"),
        (["heavy"] * 40, "sample_weight holds text"),
        (2.0, "sample_weight is a single number"),
        ((np.arange(40) == 39), "every row held out for validation has weight 0"),
    ],
)
def test_weights_that_mean_nothing(weight: Any, words: str) -> None:
    with pytest.raises(DataError, match=words):
        trained((X, Y), sample_weight=weight, epochs=1)


def test_validation_of_ones_own_has_weights_of_its_own() -> None:
    with pytest.raises(DataError, match=r"validation=\(X, y, weight\) has 3 rows"):
        trained((X, Y), sample_weight=COUNTS, validation=(X, Y, [1, 2, 3]), epochs=1)


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        (lambda o, y: ((o[:, 0] - y) ** 2).mean(), "gives one number for all.\n Pass a function"),
        (nn.MSELoss(reduction="sum"), "has reduction='sum'.\n Make the loss with"),
        (nn.KLDivLoss(reduction="batchmean"), "has reduction='batchmean'"),
    ],
)
def test_losses_that_do_not_know_their_rows(loss: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        trained((X, Y), sample_weight=COUNTS, loss=loss, epochs=1)


def test_a_loss_whose_mean_is_another() -> None:
    class Doubled(nn.Module):
        reduction = "mean"

        def forward(self, outputs: Any, y: Any) -> Any:
            losses = (outputs[:, 0] - y) ** 2
            return losses if self.reduction == "none" else losses.sum() / 7

    with pytest.raises(SettingError, match="is not the mean of the losses of its rows"):
        trained((X, Y), sample_weight=COUNTS, loss=Doubled(), epochs=1)


@pytest.mark.parametrize("batches", [False, True])
def test_a_loader_has_no_fixed_rows(batches: bool) -> None:
    data: Any = DataLoader(TensorDataset(pl.tensor(X), pl.tensor(Y)), 8)
    data = [(X[:8], Y[:8])] if batches else data
    with pytest.raises(SettingError, match="sample_weight goes with rows in memory"):
        trained(data, sample_weight=COUNTS, epochs=1, validation=0)


def test_the_weighted_mean() -> None:
    losses, weight = pl.tensor([[1.0, 3.0], [5.0, 7.0]]), pl.tensor([0.5, 1.5])
    mean = RowLosses(lambda outputs, targets: outputs)
    assert mean(losses, None, weight).item() == (0.5 * 4 + 1.5 * 12) / 4
    assert mean(losses, None).item() == 4.0
