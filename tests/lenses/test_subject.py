"""What a lens is given: every form of data gives the same subject, and its numbers the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.data import load, open_table
from pellucid.errors import DataError, SettingError
from pellucid.lenses.captured import stages_of
from pellucid.lenses.subject import subject_of
from pellucid.nn import functional as F
from pellucid.training.table_run import train_table
from pellucid.training.table_settings import Settings
from pellucid.utils.data import DataLoader, TensorDataset
from tests.training.small import blobs, mlp, same, weights

X, Y = blobs()
MODEL = mlp(2, 4, 3)
SAMPLES = TensorDataset(pl.tensor(X), pl.tensor(Y))


def entropy(model: Any = MODEL, x: Any = X, y: Any = Y) -> float:
    return float(F.cross_entropy(model(pl.tensor(x)), pl.tensor(y)).item())


@pytest.mark.parametrize(
    "data",
    [
        (X, Y),
        [X.tolist(), Y.tolist()],
        (pl.tensor(X), pl.tensor(Y)),
        (X.astype(np.float64), Y.astype(np.int32)),
        (pd.DataFrame(X), pd.Series(Y)),
        SAMPLES,
        DataLoader(SAMPLES, batch_size=16, shuffle=True),
        [(X[:40], Y[:40]), (X[40:], Y[40:])],
        [(X[:30], Y[:30]), (X[30:60], Y[30:60]), (X[60:], Y[60:])],
        [(x, y) for x, y in zip(X, Y, strict=True)],
    ],
    ids=["arrays", "lists", "tensors", "wide", "pandas", "dataset", "loader", "two batches",
         "batches", "samples"],
)  # fmt: skip
def test_every_form_of_data_is_the_same(data: Any) -> None:
    subject = subject_of(MODEL, data)
    np.testing.assert_array_equal(subject.x, X)
    np.testing.assert_array_equal(subject.labels(), Y)
    assert (subject.task, subject.names, subject.target) == ("classes", ("0", "1", "2"), "y")
    assert subject.loss_value() == pytest.approx(entropy(), rel=1e-6)


def test_names_come_from_the_data_or_the_caller() -> None:
    frame = pd.DataFrame(X, columns=["width", "height"])
    subject = subject_of(MODEL, (frame, pd.Series(Y, name="kind")))
    assert (subject.inputs, subject.target) == (("width", "height"), "kind")
    subject = subject_of(
        MODEL, (frame, Y), inputs=("a", "b"), names=("u", "v", "w"), target="t"
    )  # fmt: skip
    assert (subject.inputs, subject.names, subject.target) == (("a", "b"), ("u", "v", "w"), "t")
    assert subject_of(MODEL, frame).inputs == ("width", "height")


def test_numbers_are_the_networks() -> None:
    subject = subject_of(MODEL, (X, Y))
    given = MODEL(pl.tensor(X))
    np.testing.assert_array_equal(subject.outputs(), given.detach().numpy())
    np.testing.assert_allclose(
        subject.shares(), F.softmax(given, 1).detach().numpy(), rtol=1e-5, atol=1e-7
    )
    np.testing.assert_array_equal(subject.predictions(), given.argmax(1).numpy())
    some = subject.only(slice(5, 25))
    assert some.loss_value() == pytest.approx(entropy(MODEL, X[5:25], Y[5:25]), rel=1e-6)
    assert some.frozen is subject.frozen
    loss = subject.loss(X[:7], Y[:7])
    (blame,) = pl.autograd.grad(loss, [MODEL[0].weight])
    (theirs,) = pl.autograd.grad(
        F.cross_entropy(MODEL(pl.tensor(X[:7])), pl.tensor(Y[:7])), [MODEL[0].weight]
    )
    np.testing.assert_allclose(blame.numpy(), theirs.numpy(), rtol=1e-6)


def test_tasks() -> None:
    one = mlp(2, 4, 1)
    number = subject_of(one, (X, X[:, 0]))
    assert (number.task, number.names) == ("number", ())
    assert number.predictions().shape == number.labels().shape == (90,)
    assert subject_of(mlp(2, 4, 2), (X, X)).predictions().shape == (90, 2)
    sure = subject_of(one, (X, (Y > 0).astype(np.float32)), loss="bce_with_logits")
    assert (sure.task, sure.names) == ("binary", ("0", "1"))
    np.testing.assert_allclose(
        sure.shares()[:, 1], pl.sigmoid(one(pl.tensor(X)))[:, 0].detach().numpy(), rtol=1e-5
    )
    np.testing.assert_array_equal(sure.labels(), Y > 0)
    log = nn.Sequential(MODEL, nn.LogSoftmax(dim=1))
    np.testing.assert_allclose(
        subject_of(log, (X, Y), loss="nll").shares(), subject_of(MODEL, (X, Y)).shares(), rtol=1e-5
    )
    with pytest.raises(SettingError, match=r"only networks that tell classes apart have shares"):
        number.shares()


def test_whole_numbers_are_looked_up_or_measured() -> None:
    assert subject_of(MODEL, (np.round(X).astype(int), Y)).x.dtype == np.float32
    words = nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Linear(12, 2))
    subject = subject_of(words, (np.arange(30).reshape(10, 3) % 9, np.arange(10) % 2))
    assert subject.x.dtype == np.int64 and not subject.flat


def test_looking_leaves_no_trace() -> None:
    pl.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 3))
    model[1].eval()
    before, stream = weights(model), pl.get_rng_state().numpy().copy()
    subject = subject_of(model, (X, Y))
    first = subject.loss_value()
    stages = stages_of(subject)
    assert [s.path for s in stages] == ["0", "1", "2", "3"]
    np.testing.assert_array_equal(stages[-1].after, subject.outputs())
    np.testing.assert_array_equal(stages[2].before, stages[1].after)
    assert subject.loss_value() == first
    assert same(weights(model), before)
    assert (pl.get_rng_state().numpy() == stream).all()
    assert model.training and not model[1].training
    assert all(p.grad is None for p in model.parameters())


def test_the_model_of_a_table() -> None:
    table = open_table("moons", samples=80)
    model = train_table(table, Settings(epochs=2, hidden=(4,))).model
    subject = subject_of(model, table)
    assert (subject.inputs, subject.names, subject.target) == (("x1", "x2"), ("A", "B"), "class")
    np.testing.assert_array_equal(subject.outputs(), model.outputs(subject.x))
    np.testing.assert_allclose(subject_of(model, table.frame).x, subject.x)
    alone = subject_of(model, table.frame[["x1", "x2"]])
    assert alone.y is None and alone.task == "classes"
    wine = load("diabetes")
    run = train_table(wine, Settings(epochs=1, hidden=(4,), loss="huber"))
    subject = subject_of(run.model, wine)
    assert subject.objective is not None and subject.objective.name == "huber"
    theirs = F.huber_loss(
        pl.tensor(subject.outputs()[:, 0]), pl.tensor(np.asarray(subject.y, np.float32).reshape(-1))
    )
    assert subject.loss_value() == pytest.approx(theirs.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("model", "data", "settings", "kind", "text"),
    [
        (
            nn.Linear, (X, Y), {}, SettingError,
            "a lens looks at a Module and got the class Linear.\n Make one: Linear(…).",
        ),
        ("net", (X, Y), {}, SettingError, "a lens looks at a Module and got a str."),
        (
            MODEL, None, {}, SettingError,
            "a lens needs rows: (X, y), X alone or a data set, not None.",
        ),
        (
            MODEL, "moons", {}, SettingError,
            "a lens needs rows: (X, y), X alone or a data set, not 'moons'.",
        ),
        (
            MODEL, {"x": X}, {}, SettingError,
            "a lens needs rows: (X, y), X alone or a data set, not a dict.",
        ),
        (
            MODEL, ((X, X), Y), {}, SettingError,
            "a lens looks at networks with one input, and X is a tuple of 2.\n"
            " Wrap the network in a Module that takes one and holds the others still.",
        ),
        (MODEL, (X[:0], Y[:0]), {}, DataError, "there are no rows to look at."),
        (
            MODEL, (X, Y[:5]), {}, DataError,
            "X has 90 rows and y has 5; they must be as many.",
        ),
        (
            MODEL, (X, np.array(list("abc"))[Y]), {}, DataError,
            "y holds text, such as 'a', and numbers are needed.\n"
            " Number the classes: names, y = numpy.unique(y, return_inverse=True).",
        ),
        (
            MODEL, (np.where(X > 2.5, np.nan, X), Y), {}, DataError,
            "X holds nan at row 15, column 0 (11 such values in all); rows and columns are counted"
            " from 0.\n Fill such values or leave their rows out before training.",
        ),
        (
            MODEL, (X, Y), {"inputs": ("a",)}, SettingError,
            "inputs names the features, 2 of them, and has 1 name.",
        ),
        (
            MODEL, (X, Y), {"names": ("a", "b")}, SettingError,
            "names are those of the classes, 3 of them, and there are 2 names.",
        ),
        (
            MODEL, open_table("moons", samples=40), {}, SettingError,
            "a Table goes with the model that was trained on it (a TableModel).\n"
            " For a network of your own, give its rows: (X, y); or run=history, of the fit with"
            " it.",
        ),
    ],
)  # fmt: skip
def test_mistakes(
    model: Any, data: Any, settings: dict[str, Any], kind: type[Exception], text: str
) -> None:
    with pytest.raises(kind) as told:
        subject_of(model, data, **settings)
    assert str(told.value) == text


def test_what_needs_targets_says_so() -> None:
    alone = subject_of(MODEL, X)
    assert len(alone) == 90
    for ask in (alone.labels, alone.loss_value, alone.loss):
        with pytest.raises(DataError) as told:
            ask()
        assert str(told.value) == (
            "this needs to know what should come out: give the data as (X, y)."
        )

    class Two(nn.Module):
        def forward(self, x: Any) -> Any:
            return x, x

    with pytest.raises(SettingError, match="the network gives a tuple; a lens needs one that"):
        subject_of(Two(), X)
