"""What `fit` says to data, settings and rates that it can't work with, and to Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import pellucid as pl
from pellucid import nn
from pellucid.data import DataLoader, TensorDataset
from pellucid.errors import DataError, PellucidWarning, SettingError, TrainingError
from pellucid.training.diverged import diverged, left_its_range
from tests.training.small import QUIET, X, Y, blobs, line, mlp, same, weights


def test_a_loss_that_becomes_nan_ends_it_with_the_best_weights() -> None:
    x, y = line()
    model = mlp(3, 8, 1)
    with pytest.raises(TrainingError) as caught:
        pl.fit(model, (x, 1e3 * y), optimizer="sgd", lr=10.0, epochs=20, validation=0, **QUIET)
    assert str(caught.value).split("\n")[1] == (
        " Try lr=0.001, clip_norm=1.0, or scale the inputs to mean 0 and spread 1."
    )
    assert "became" in str(caught.value) and "learning rate 10)" in str(caught.value)
    assert not np.isfinite(caught.value.history.step_loss[-1])  # type: ignore[attr-defined]


BAD = np.array([[1.0, 2.0], [np.nan, 1.0], [np.inf, 0.0]])
TEXT = pd.DataFrame({"a": [1.0, 2.0], "town": ["Ulm", "Bonn"]})
DATA: list[tuple[Any, Any, str]] = [
    (
        (3, 1),
        ([X, X], Y),
        "X is a list of 2 arrays with a row for each target.\n"
        " Several inputs go in as a tuple: fit(model, ((a, b), y)).",
    ),
    ((3, 1), {"x": X}, "X is a dict of inputs, and y is missing: fit(model, ({…}, y))."),
    (
        (3, 1),
        [{"x": X, "y": Y}],
        "a batch of the loader is a dict, and it can't be told what of it is the target.\n"
        " Let the loader give pairs: ({name: input, …}, target).",
    ),
    (
        (3, 1),
        DataLoader(TensorDataset(pl.tensor(X), pl.tensor(Y)), batch_size=None),
        "the loader gives single samples, whose target is one number, and fit learns from batches."
        "\n Let it make some: DataLoader(dataset, batch_size=32).",
    ),
    (
        (3, 1),
        (sparse.csr_matrix(X), Y),
        "X is sparse (a csr_matrix), and rows with all their numbers are needed.\n"
        " Pass X.toarray().",
    ),
    (
        (3, 1),
        sparse.csr_array(X),
        "X is sparse (a csr_array), and rows with all their numbers are needed.\n"
        " Pass X.toarray().",
    ),
    (
        (3, 1),
        (X, sparse.csr_array(Y[:, None])),
        "y is sparse (a csr_array), and rows with all their numbers are needed.\n"
        " Pass y.toarray().",
    ),
    (
        (3, 1),
        [(X[0], 1.0), (X[1, :2], 2.0)],
        "X: the rows don't all have the same length.",
    ),
    ((2, 1), (X[:3, :2], Y[:2]), "X has 3 rows and y has 2; each row needs one target."),
    (
        (2, 1),
        (BAD, Y[:3]),
        "X holds nan at row 1, column 0 (2 such values in all); rows and columns are counted from"
        " 0.\n Fill such values or leave their rows out before training.",
    ),
    ((2, 1), (np.zeros((0, 2)), np.zeros(0)), "there are no rows to learn from."),
    (
        (2, 1),
        (TEXT, [0, 1]),
        "X: the column 'town' does not hold numbers.\n pellucid.data.make_table(frame, target=…)"
        " turns categories and dates into them.",
    ),
    (
        (2, 2),
        (X[:2, :2], ["cat", "dog"]),
        "y holds text, such as 'cat', and numbers are needed.\n"
        " Number the classes: names, y = numpy.unique(y, return_inverse=True).",
    ),
    (
        (2, 2),
        ([[1, 2], [3]], [0, 1]),
        "X: the rows don't all have the same length.",
    ),
    (
        (2, 3),
        (X[:, :2], np.arange(50) % 3 + 1),
        "y holds class 3, and the model gives 3 scores for each row: classes 0 to 2 (first such"
        " row: 2).\n Number the classes from 0: names, y = numpy.unique(y, return_inverse=True).",
    ),
    (
        (2, 3),
        (X[:, :2], np.arange(50) % 5),
        "y holds class 4, and the model gives 3 scores for each row: classes 0 to 2 (first such"
        " row: 3).\n Let the last layer give 5 scores.",
    ),
    (
        (2, 3),
        (X[:, :2], X[:, :2]),
        "the model gives 3 numbers for each row, and y has 2 numbers.\n"
        " Let the last layer give as many numbers as a row of y has.",
    ),
    (
        (2, 1),
        (i for i in range(3)),
        "data is a generator, which can be gone through once; an epoch later it is empty.\n"
        " Give list(…) of it, if its batches fit into memory, or a DataLoader.",
    ),
    (
        (2, 1),
        3.5,
        "fit can't learn from a float.\n Pass (X, y), a Dataset, a DataLoader or a Table.",
    ),
    (
        (2, 1),
        (X[:2, :2], Y[:2]),
        "2 rows are too few to set 20% aside for validation.\n"
        " Use more rows, or validation=0.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("sizes", "data", "text"), DATA, ids=[t[:40] for *_, t in DATA])
def test_data_that_cannot_be_learned_from(sizes: tuple[int, ...], data: Any, text: str) -> None:
    options = {} if "too few" in text else {"validation": 0}
    with pytest.raises(DataError) as caught:
        pl.fit(mlp(*sizes), data, epochs=1, shuffle=False, **options, **QUIET)
    assert str(caught.value) == text


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"epochs": 0}, "epochs must be a whole number from 1, not 0."),
    ({"batch_size": 2.5}, "batch_size must be a whole number from 1, not 2.5."),
    ({"patience": -1}, "patience must be a whole number from 0, not -1."),
    ({"clip_norm": 0}, "clip_norm must be above 0, not 0."),
    ({"restarts": 0}, "restarts must be a whole number from 1, not 0."),
    (
        {"validation": 1.0},
        "validation must be a share from 0 to below 1, or data of its own, not 1.0.",
    ),
    ({"lr": -1.0}, "Adam: lr must be 0 or more, not -1.0."),
    (
        {"optimizer": "adma"},
        "there is no optimizer 'adma'. Did you mean \"adamax\"? Known: adam, adamw, sgd, rmsprop,"
        " nadam, radam, adamax, adagrad, adadelta, lion, adafactor, muon, asgd, rprop.",
    ),
    (
        {"loss": "mes"},
        "there is no loss 'mes'. Did you mean \"mse\"? Known: cross_entropy, nll, mse, mae, l1,"
        " huber, smooth_l1, bce, bce_with_logits, kl_div.",
    ),
    ({"loss": 3}, "loss must be a name, a module or a function, not an int."),
    (
        {"metrics": "f_one"},
        "there is no metric 'f_one'.\n Known: accuracy, r2, mse, rmse, mae, balanced_accuracy, f1, "
        "precision, recall, auc; or give a function of all outputs and targets.",
    ),
    (
        {"schedule": lambda o: 3},
        "schedule must be 'cosine', 'plateau', or make a schedule of an optimizer, not <function",
    ),
    (
        {"schedule": "Cosine"},
        "there is no schedule 'Cosine'. Did you mean \"cosine\"? Known: cosine, plateau.\n Others"
        " are made of the optimizer: schedule=lambda o: lr_scheduler.StepLR(o, 10), say.",
    ),
    ({"schedule": "warmup"}, "there is no schedule 'warmup'. Known: cosine, plateau.\n Others are"),
    ({"schedule": 3}, "schedule must be 'cosine', 'plateau', or make a schedule of an optimizer"),
    (
        {"callbacks": print},
        "callbacks is a list of Callback objects and functions of the run, not a"
        " builtin_function_or_method.\n Put it into one: callbacks=[…].",
    ),
    (
        {"callbacks": None},
        "callbacks is a list of Callback objects and functions of the run, not None.\n"
        " Leave it out for none.",
    ),
    (
        {"callbacks": [print, 3]},
        "callbacks holds Callback objects and functions of the run, and an int is neither.",
    ),
    (
        {"callbacks": [pl.training.EarlyStopping]},
        "callbacks holds the class EarlyStopping.\n Make one: EarlyStopping(…).",
    ),
    (
        {"loss": lambda out, y: 1.0},
        "the loss gives a float; a Tensor is needed, to go back from.\n Compute it from the outputs"
        " with Tensors, without float(…), .item() or .numpy(): loss=lambda out, y: ((out - y) ** 2)"
        ".mean().",
    ),
    (
        {"loss": lambda out, y: None, "engine": "xla"},
        "the loss gives None; a Tensor is needed, to go back from.\n Let it end in return …,",
    ),
    ({"class_weight": "balanced"}, "class_weight needs a loss over classes, and this one is mse."),
    (
        {"loss": nn.MSELoss(), "class_weight": [1]},
        "class_weight goes with a loss given by name; give the weights to your loss instead.",
    ),
    ({"resume": True}, "resume=True needs to know from which file: give checkpoint=…."),
    (
        {"restarts": 2, "checkpoint": "x"},
        "a checkpoint is kept for a single start; give restarts or checkpoint.",
    ),
    (
        {"progress": "yes"},
        "progress must be True, False or an object with start, update and finish, not 'yes'.",
    ),
]


@pytest.mark.parametrize(("options", "text"), SETTINGS, ids=[t[:40] for _, t in SETTINGS])
def test_settings_out_of_range(options: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as caught:
        pl.fit(mlp(3, 1), (X, Y), **{"epochs": 1, **QUIET, **options})
    assert str(caught.value).startswith(text)


def test_x_and_y_go_in_as_one_pair() -> None:
    with pytest.raises(SettingError) as caught:
        pl.fit(mlp(3, 1), X, Y, epochs=2)
    assert str(caught.value) == (
        "fit takes the data as one pair: fit(model, (X, y)).\n Settings are given by name, such as"
        " fit(model, (X, y), epochs=50); data to validate with is validation=(X, y)."
    )


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_far_too_large_rate_is_answered_with_step_rate_and_remedy(optimizer: str) -> None:
    x, y = line()
    model = mlp(3, 8, 1)
    before = [w.copy() for w in weights(model)]
    with pytest.raises(TrainingError) as caught:
        pl.fit(model, (x, y), optimizer=optimizer, lr=1e6, epochs=50, **QUIET)
    first, remedy = str(caught.value).split("\n")
    assert first.startswith("the loss grew from " if optimizer == "adam" else "the loss became ")
    assert first.endswith(" (epoch 1, learning rate 1e+06).") and " at step " in first
    assert remedy == " Try lr=0.001, clip_norm=1.0, or scale the inputs to mean 0 and spread 1."
    assert same(weights(model), before)  # no epoch was finished: the weights of the start


def test_a_small_rate_is_divided_by_ten() -> None:
    history = pl.training.History(step_loss=[0.5, float("nan")])
    assert str(diverged(float("nan"), 3, 0.01, history)) == (
        "the loss became NaN at step 2 (epoch 3, learning rate 0.01).\n Try lr=0.001,"
        " clip_norm=1.0, or scale the inputs to mean 0 and spread 1."
    )
    grown = pl.training.History(step_loss=[0.5, 2e6, 2e6])
    assert left_its_range(2e6, 2, grown) and not left_its_range(1e5, 2, grown)
    assert not left_its_range(2e6, 3, pl.training.History(step_loss=[0.5, 0.5, 6e6]))


@pytest.mark.parametrize("batch_size", [8, 16, 30])  # an epoch of 7, 4 and 2 steps
def test_one_target_far_off_is_no_loss_that_grew(batch_size: int) -> None:
    x, y = line()
    y[47] = 1e9
    model, held = mlp(3, 8, 1), (x[:10], y[:10])
    history = pl.fit(
        model, (x, y), loss="huber", lr=0.01, epochs=60, batch_size=batch_size, validation=held,
        shuffle=False, **QUIET,
    )  # fmt: skip
    assert history.stopped == "finished" and history.train_loss[0] > 1e6 * history.step_loss[0]
    assert history.best_loss < 0.1 * history.validation_loss[0]


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_a_loss_that_grows_epoch_by_epoch_is_noticed_beside_one_target_far_off(engine: str) -> None:
    x, y = line()
    y[47] = 1e9
    with pytest.raises(TrainingError, match=r"the loss grew from .* learning rate 1e\+10"):
        pl.fit(
            mlp(3, 8, 1), (x, y), loss="huber", lr=1e10, epochs=5, batch_size=8, validation=0,
            shuffle=False, engine=engine, **QUIET,
        )  # fmt: skip


SCRIPT = """
import pellucid
from pellucid import nn
pellucid.manual_seed(0)
x = pellucid.randn(400, 4)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
go = lambda run: print("epoch", flush=True) if run.epoch == 3 else None
history = pellucid.fit(model, (x, x.sum(1)), epochs=10**6, callbacks=[go], progress=False)
best = history.best_weights
kept = all((p == best[name]).all().item() for name, p in model.named_parameters())
print(history.stopped, 0 < history.best_epoch <= history.epochs, kept)
"""


@pytest.mark.slow
def test_ctrl_c_in_a_script_gives_the_history_and_the_best_weights() -> None:
    root = str(Path(pl.__file__).parent.parent)
    command = [sys.executable, "-c", SCRIPT]
    environment = {**os.environ, "PYTHONPATH": root}
    script = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert script.stdout is not None and script.stdout.readline() == "epoch\n"
    script.send_signal(signal.SIGINT)
    out, _ = script.communicate(timeout=60)
    assert script.returncode == 0
    assert out.split() == ["interrupted", "True", "True"]


def test_what_is_no_model_or_has_nothing_to_train() -> None:
    with pytest.raises(SettingError) as caught:
        pl.fit(lambda x: x, (X, Y))  # type: ignore[arg-type]
    assert str(caught.value) == "fit trains a Module and got a function."
    model = mlp(3, 1).requires_grad_(False)
    with pytest.raises(SettingError) as caught:
        pl.fit(model, (X, Y), **QUIET)
    assert str(caught.value) == (
        "the model has no weights to train: none, or all are frozen.\n"
        " Unfreeze some: model.requires_grad_(True)."
    )


def test_restarts_need_weights_that_can_be_drawn() -> None:
    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w = nn.Parameter(pl.ones(3, 1))

        def forward(self, x: Any) -> Any:
            return x @ self.w

    with pytest.raises(SettingError) as caught:
        pl.fit(nn.Sequential(Own()), (X, Y), restarts=2, epochs=1, **QUIET)
    assert str(caught.value) == (
        "restarts need fresh weights, and 0 (Own) has no reset_parameters().\n"
        " Add one that draws its weights, or train with restarts=1."
    )


def test_an_optimizer_of_another_model_trains_nothing() -> None:
    with pytest.raises(SettingError) as caught:
        pl.fit(mlp(3, 1), (X, Y), optimizer=pl.optim.SGD(mlp(3, 1).parameters(), lr=0.1), **QUIET)
    assert str(caught.value) == (
        "the SGD given as optimizer moves none of the model's weights: it was made for others.\n"
        " Make it for this model: SGD(model.parameters(), …)."
    )


def test_an_optimizer_of_some_weights_is_noted() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    head = pl.optim.SGD(model[2].parameters(), lr=0.1)
    note = "optimizer: SGD moves 2 of the model's 4 weights, and leaves the rest as it is: "
    history = pl.fit(model, (X, Y), optimizer=head, epochs=1, **QUIET)
    assert note + "0.weight, 0.bias." in history.notes
    model[0].requires_grad_(False)  # frozen on purpose: nothing to say
    history = pl.fit(model, (X, Y), optimizer=head, epochs=1, **QUIET)
    assert not any(n.startswith("optimizer: ") for n in history.notes)


@pytest.mark.parametrize("name", ["lr", "weight_decay"])
def test_settings_beside_an_optimizer_that_has_its_own(name: str) -> None:
    model = mlp(3, 1)
    own = pl.optim.SGD(model.parameters(), **{"lr": 0.1, name: 0.25})
    with pytest.raises(SettingError) as caught:
        pl.fit(model, (X, Y), optimizer=own, epochs=1, **QUIET, **{name: 0.2})
    assert str(caught.value) == (
        f"{name}=0.2 is for an optimizer by name or class, and this SGD has {name}=0.25.\n"
        f" Set it there, SGD(…, {name}=0.2), or leave it out here."
    )
    pl.fit(model, (X, Y), optimizer=own, epochs=1, **QUIET, **{name: 0.25})  # the same


def test_restarts_need_an_optimizer_for_each() -> None:
    model = mlp(3, 1)
    adam = pl.optim.Adam(model.parameters())
    with pytest.raises(SettingError) as caught:
        pl.fit(model, (X, Y), restarts=2, epochs=1, **(QUIET | {"optimizer": adam}))
    assert str(caught.value) == (
        "restarts need an optimizer by name or class: each start gets a new one.\n"
        ' Give optimizer="adam" and lr, say, in place of the optimizer itself.'
    )


WHOLE = "Make them whole: y.long() of a Tensor, y.astype(int) of an array."
FLOATS = (np.arange(50) % 3).astype(np.float64)


@pytest.mark.parametrize("loss", ["cross_entropy", nn.CrossEntropyLoss()])
@pytest.mark.parametrize("shape", [(50,), (50, 1)])
def test_class_numbers_with_a_point(loss: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError) as caught:
        pl.fit(mlp(3, 8, 3), (X, FLOATS.reshape(shape)), loss=loss, **QUIET)
    assert str(caught.value) == (
        "y holds real numbers, and cross_entropy takes class numbers, which are whole.\n " + WHOLE
    )


def test_real_numbers_are_no_classes_and_may_be_meant_as_such() -> None:
    with pytest.raises(DataError) as caught:
        pl.fit(mlp(3, 8, 3), (X, Y), loss="cross_entropy", **QUIET)
    assert str(caught.value) == (
        "y holds real numbers, and cross_entropy takes class numbers, which are whole.\n"
        " For real numbers take loss='mse'."
    )
    with pytest.raises(DataError) as caught:
        pl.fit(mlp(3, 8, 3), (X, FLOATS), **QUIET)
    assert str(caught.value) == (
        "the model gives 3 numbers for each row, and y has 1 number.\n"
        f" Are these class numbers? {WHOLE}"
    )


@pytest.mark.parametrize("loss", [None, "mse", "cross_entropy", nn.CrossEntropyLoss()])
@pytest.mark.parametrize("data", [X, (X,), pl.tensor(X)], ids=["array", "tuple", "Tensor"])
@pytest.mark.parametrize("validation", [0, 0.2])
def test_a_forgotten_y(loss: Any, data: Any, validation: float) -> None:
    with pytest.raises(DataError) as caught:
        pl.fit(mlp(3, 8, 2), data, loss=loss, epochs=1, validation=validation, **QUIET)
    assert str(caught.value) == (
        "no y was given, so X is its own target; but the model gives 2 numbers for each row, and X "
        "has 3 numbers.\n Pass the targets too: fit(model, (X, y))."
    )


def test_probabilities_are_fine_for_cross_entropy() -> None:
    chances = np.full((50, 2), 0.5)
    assert pl.fit(mlp(3, 2), (X, chances), loss="cross_entropy", epochs=2, **QUIET).epochs == 2


@pytest.mark.filterwarnings("ignore:Forgetful")
def test_a_model_without_return() -> None:
    class Forgetful(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 1)

        def forward(self, x: Any) -> None:
            self.layer(x)

    with pytest.raises(SettingError) as caught:
        pl.fit(Forgetful(), (X, Y), **QUIET)
    assert str(caught.value) == (
        "the model gives None, which no loss can compare with y.\n"
        " Let its forward() end in return …, with what it computed."
    )


@pytest.mark.parametrize("loss", [None, nn.CrossEntropyLoss()])
def test_a_softmax_before_the_loss_is_told_once(loss: Any) -> None:
    x, y = blobs(60)
    model = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pl.fit(model, (x, y), loss=loss, epochs=3, **QUIET)
    assert [str(w.message).split("\n")[0] for w in caught] == [
        "cross_entropy takes raw scores and applies softmax itself, but its input comes out of a "
        "softmax (layer 1)."
    ]
    assert caught[0].filename == __file__


def test_layers_in_a_plain_list_are_named_before_there_is_nothing_to_train() -> None:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = [nn.Linear(3, 1)]

        def forward(self, x: Any) -> Any:
            return self.layers[0](x)

    with (
        pytest.warns(PellucidWarning, match=r"Write self\.layers = nn\.ModuleList"),
        pytest.raises(SettingError, match="no weights to train"),
    ):
        pl.fit(Listed(), (X, Y), **QUIET)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("early_stopping", "Did you mean patience=?"),
        ("verbose", "Did you mean progress=?"),
        ("max_iter", "Did you mean epochs=?"),
        ("validation_split", "Did you mean validation=?"),
        ("target", "A table knows its target: fit(model, make_table(frame, target=…))."),
    ],
)
def test_words_of_other_libraries_are_understood(word: str, text: str) -> None:
    with pytest.raises(TypeError) as error:
        pl.fit(nn.Linear(2, 1), ([[0.0, 1.0]] * 8, [0.0] * 8), **{word: 1})  # type: ignore[arg-type]
    assert str(error.value) == f"fit has no argument {word!r}. {text}"
