"""`fit` does what a loop by hand does, on every kind of data, and says what it decided."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.data import load
from pellucid.errors import DataError, SettingError, TrainingError
from pellucid.training import build_mlp
from pellucid.training.diverged import diverged, left_its_range
from pellucid.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

QUIET: dict[str, Any] = {"progress": False}


def line(n: int = 60, seed: int = 0) -> tuple[Any, Any]:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(n, 3)).astype(np.float32)
    return x, (x @ np.float32([1, -2, 0.5]) + 0.3).astype(np.float32)


def blobs(n: int = 90) -> tuple[Any, Any]:
    draw = np.random.default_rng(1)
    y = np.arange(n) % 3
    centers = np.array([[2, 0], [-2, 1], [0, -2]])
    return (centers[y] + draw.normal(size=(n, 2))).astype(np.float32), y


def mlp(*sizes: int, seed: int = 0, **options: Any) -> Any:
    pl.manual_seed(seed)
    return build_mlp(sizes[0], sizes[-1], hidden=sizes[1:-1], **options)


def weights(model: Any) -> list[Any]:
    return [t.detach().numpy().copy() for t in model.state_dict().values()]


def same(a: list[Any], b: list[Any]) -> bool:
    return all((x == y).all() for x, y in zip(a, b, strict=True))


# ---- it is the loop that one would write --------------------------------------------------------


def test_full_batches_are_the_loop_written_by_hand() -> None:
    x, y = line()
    ours, theirs = mlp(3, 8, 1), mlp(3, 8, 1)
    pl.fit(
        ours, (x, y[:, None]), epochs=10, batch_size=60, validation=0, shuffle=False,
        restore_best=False, weight_decay=0.0, **QUIET,
    )  # fmt: skip
    optimizer = pl.optim.Adam(theirs.parameters(), lr=1e-3)
    for _ in range(10):
        optimizer.zero_grad()
        nn.functional.mse_loss(theirs(pl.tensor(x)), pl.tensor(y[:, None])).backward()
        optimizer.step()
    assert same(weights(ours), weights(theirs))


def test_it_learns_classes_and_says_what_it_decided() -> None:
    model = mlp(2, 16, 3)
    history = pl.fit(model, blobs(), epochs=40, lr=0.01, **QUIET)
    assert history.validation_metric[-1] > 0.85 and history.metric_name == "accuracy"
    assert history.loss_name == "cross_entropy" and history.optimizer == "Adam"
    assert history.notes == [
        "loss: cross_entropy, because the targets are class numbers 0 to 2. Choose with loss=…."
    ]
    assert history.settings["train_rows"] == 72 and history.settings["validation_rows"] == 18
    assert history.epochs == 40 and history.steps == 40 * 5
    assert history.stopped == "finished" and history.ended == "All 40 epochs were run."


def test_a_single_row_left_over_joins_the_batch_before() -> None:
    seen: list[int] = []

    class Watch(nn.Module):
        def forward(self, x: Any) -> Any:
            seen.append(len(x))
            return x

    x, y = line(33)
    model = nn.Sequential(Watch(), nn.Linear(3, 1))
    pl.fit(model, (x, y), epochs=1, batch_size=16, validation=0, **QUIET)
    pl.fit(model, (x[:1], y[:1]), epochs=1, batch_size=16, validation=0, **QUIET)
    assert seen == [2, 16, 17, 1, 1]


def test_it_learns_numbers() -> None:
    history = pl.fit(mlp(3, 16, 1), line(200), epochs=60, lr=0.01, **QUIET)
    assert history.loss_name == "mse" and history.validation_metrics["r2"][-1] > 0.95


def test_the_best_weights_come_back() -> None:
    x, y = line(40)
    y += np.random.default_rng(5).normal(size=40).astype(np.float32)  # so that it can be overdone
    held = (x[:8], y[:8])
    model = mlp(3, 32, 1)
    history = pl.fit(model, (x[8:], y[8:]), epochs=60, lr=0.05, validation=held, **QUIET)
    assert history.best_epoch == 1 + int(np.argmin(history.validation_loss)) < 60
    with pl.no_grad():
        loss = nn.functional.mse_loss(model(pl.tensor(x[:8])), pl.tensor(y[:8, None])).item()
    assert loss == pytest.approx(min(history.validation_loss), rel=1e-5)
    assert same(weights(model), list(history.best_weights.values()))


# ---- the same seed, the same run ----------------------------------------------------------------


def run(seed: int = 0, init: int = 0, **options: Any) -> tuple[Any, list[Any]]:
    model = mlp(2, 8, 3, seed=init, dropout=0.3)
    history = pl.fit(model, blobs(), epochs=5, seed=seed, **QUIET, **options)
    return history, weights(model)


def test_the_same_seed_gives_the_same_run() -> None:
    (a, u), (b, v) = run(), run()
    assert a.step_loss == b.step_loss and a.validation_loss == b.validation_loss and same(u, v)
    assert run(seed=1)[0].step_loss != a.step_loss


def test_the_global_stream_is_left_as_it_was() -> None:
    model = mlp(2, 8, 3, dropout=0.3)
    pl.manual_seed(7)
    expected = pl.rand(3).tolist()
    pl.manual_seed(7)
    pl.fit(model, blobs(), epochs=2, **QUIET)
    assert pl.rand(3).tolist() == expected


def test_modes_are_left_as_they_were_and_switched_meanwhile() -> None:
    seen: list[tuple[bool, bool]] = []

    class Watch(nn.Module):
        def forward(self, x: Any) -> Any:
            seen.append((self.training, pl.is_grad_enabled()))
            return x

    model = nn.Sequential(nn.Linear(2, 3), Watch())
    model.eval()
    pl.fit(model, blobs(), epochs=1, batch_size=36, **QUIET)
    # a look at two rows, two steps, one validation
    assert seen == [(False, False), (True, True), (True, True), (False, False)]
    assert not model.training and not model[1].training


def test_buffers_of_the_best_epoch_come_back_too() -> None:
    class Count(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("n", pl.zeros(()))

        def forward(self, x: Any) -> Any:
            if self.training:
                self.n += 1
            return x

    model = nn.Sequential(Count(), nn.Linear(3, 1))
    history = pl.fit(model, line(50), epochs=3, lr=0.0, batch_size=10, **QUIET)
    assert history.best_epoch == 1 and model[0].n.item() == 4  # 40 rows in tens


# ---- kinds of data ------------------------------------------------------------------------------


class Pairs(Dataset[Any]):
    def __init__(self) -> None:
        self.x, self.y = line(50)

    def __len__(self) -> int:
        return 50

    def __getitem__(self, i: int) -> Any:
        return self.x[i], self.y[i]


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Any:
        x, y = line(50)
        return iter(zip(x, y, strict=True))


X, Y = line(50)
KINDS: dict[str, Any] = {
    "arrays": (X, Y),
    "column": (X, Y[:, None]),
    "tensors": (pl.tensor(X), pl.tensor(Y)),
    "lists": (X.tolist(), Y.tolist()),
    "float64": [X.astype(np.float64), Y.astype(np.float64)],
    "pandas": (pd.DataFrame(X, columns=["a", "b", "c"]), pd.Series(Y)),
    "TensorDataset": TensorDataset(pl.tensor(X), pl.tensor(Y)),
    "Dataset": Pairs(),
    "IterableDataset": Stream(),
    "DataLoader": DataLoader(Pairs(), batch_size=16, shuffle=True),
    "loader of a TensorDataset": DataLoader(TensorDataset(X, Y), batch_size=16),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_data(kind: str) -> None:
    history = pl.fit(mlp(3, 8, 1), KINDS[kind], epochs=30, lr=0.02, **QUIET)
    assert history.train_loss[-1] < 0.2 * history.train_loss[0]
    if "Loader" in kind or "loader" in kind or kind == "IterableDataset":
        assert history.validation_loss == [] and history.notes[0] == (
            "no validation: a loader can't be divided. Pass validation=… with data of its own."
        )
    else:
        assert len(history.validation_loss) == 30


def test_a_loader_is_validated_by_data_of_its_own() -> None:
    for held in ((X, Y), DataLoader(Pairs(), batch_size=20)):
        history = pl.fit(
            mlp(3, 8, 1), DataLoader(Pairs(), batch_size=16), validation=held, epochs=2, **QUIET
        )
        assert len(history.validation_loss) == 2 and history.settings["validation_rows"] == 50


def test_a_table() -> None:
    table = load("iris")
    model = mlp(4, 16, 3)
    history = pl.fit(model, table, epochs=60, lr=0.01, **QUIET)
    assert history.validation_metric[-1] > 0.85
    features = history.preparation.transform(table)
    assert model(pl.tensor(features)).shape == (150, 3)
    again = pl.fit(mlp(4, 16, 3), table, validation=load("iris"), epochs=2, **QUIET)
    assert again.settings["validation_rows"] == 150


def test_several_inputs() -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(2, 1), nn.Linear(1, 1)

        def forward(self, u: Any, v: Any) -> Any:
            return self.a(u) + self.b(v)

    history = pl.fit(Sum(), ((X[:, :2], X[:, 2:]), Y), epochs=60, lr=0.05, **QUIET)
    assert history.validation_metric[-1] > 0.9


def test_inputs_alone_are_their_own_target() -> None:
    history = pl.fit(mlp(3, 8, 3), X, epochs=50, lr=0.02, **QUIET)
    assert history.loss_name == "mse" and history.train_loss[-1] < 0.5 * history.train_loss[0]


def test_two_classes_with_one_score() -> None:
    x, y = blobs()
    history = pl.fit(mlp(2, 8, 1), (x, (y == 1).astype(int)), epochs=60, lr=0.02, **QUIET)
    assert history.loss_name == "bce_with_logits" and history.validation_metric[-1] > 0.85


def test_each_class_gets_its_share_of_the_validation_rows() -> None:
    x = np.zeros((100, 2), np.float32)
    y = np.array([0] * 80 + [1] * 15 + [2] * 5)
    held = pl.training.parts.divide(
        mlp(2, 3), (x, y), 0.2, seed=0, shuffle=True, batch_size=None
    ).held
    assert np.bincount(held.data.target).tolist() == [16, 3, 1]  # type: ignore[union-attr]


def test_without_shuffling_the_last_rows_validate() -> None:
    parts = pl.training.parts.divide(mlp(3, 1), (X, Y), 0.2, seed=0, shuffle=False, batch_size=None)
    assert (parts.held.data.target == Y[40:]).all()  # type: ignore[union-attr]


# ---- settings -----------------------------------------------------------------------------------


def test_losses_by_name_module_and_function() -> None:
    for loss in ("mae", nn.HuberLoss(), nn.MSELoss(), lambda p, y: ((p[:, 0] - y) ** 2).mean()):
        history = pl.fit(mlp(3, 8, 1), (X, Y), loss=loss, epochs=40, lr=0.02, **QUIET)
        assert history.train_loss[-1] < 0.5 * history.train_loss[0]
    assert history.loss_name == "<lambda>" and history.metric_name == ""


def test_optimizers_by_name_class_and_object() -> None:
    model = mlp(3, 8, 1)
    for optimizer in ("sgd", "rmsprop", pl.optim.AdamW, pl.optim.SGD(model.parameters(), lr=0.5)):
        history = pl.fit(model, (X, Y), optimizer=optimizer, epochs=1, **QUIET)
    assert history.settings["lr"] == 0.5 and history.optimizer == "SGD"


def test_schedules() -> None:
    def rates(schedule: Any) -> list[float]:
        return pl.fit(
            mlp(3, 1), (X, Y), schedule=schedule, lr=1.0, optimizer="sgd", epochs=3, batch_size=20,
            validation=0, **QUIET,
        ).learning_rate  # fmt: skip

    assert rates(None) == [1.0, 1.0, 1.0]
    assert rates("cosine") == pytest.approx([0.75, 0.25, 0.0], abs=1e-12)
    assert rates(lambda o: pl.optim.lr_scheduler.ExponentialLR(o, 0.5)) == [1.0, 0.5, 0.25]
    assert rates("plateau") == [1.0, 1.0, 1.0]


def test_metrics_of_ones_own() -> None:
    def worst(outputs: Any, targets: Any) -> Any:
        return (outputs[:, 0] - targets[:, 0]).abs().max()

    history = pl.fit(mlp(3, 1), (X, Y), metrics=["mae", worst], epochs=2, **QUIET)
    assert list(history.validation_metrics) == ["mae", "worst"]
    assert history.validation_metrics["worst"][0] > history.validation_metrics["mae"][0]
    assert history.metric_name == "mae"


def test_clipping_bounds_the_step() -> None:
    x, y = line()
    model = mlp(3, 1)
    before = weights(model)
    pl.fit(
        model, (x, 1000 * y), optimizer="sgd", lr=1.0, clip_norm=0.5, weight_decay=0.0, epochs=1,
        batch_size=60, validation=0, **QUIET,
    )  # fmt: skip
    moved = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(before, weights(model), strict=True)))
    assert moved == pytest.approx(0.5, rel=1e-4)


def test_class_weights_turn_the_choice() -> None:
    x = np.zeros((100, 2), np.float32)
    y = np.array([0] * 90 + [1] * 10)
    shares = {}
    for given in (None, "balanced", {1: 81.0}):
        model = mlp(2, 2)
        pl.fit(
            model, (x, y), class_weight=given, epochs=300, lr=0.05, batch_size=100, validation=0,
            weight_decay=0.0, **QUIET,
        )  # fmt: skip
        shares[str(given)] = model(pl.zeros(1, 2)).softmax(-1)[0, 1].item()
    assert list(shares.values()) == pytest.approx([0.1, 0.5, 0.9], abs=0.02)


def test_balanced_two_classes_with_one_score() -> None:
    x = np.zeros((100, 2), np.float32)
    y = np.array([0] * 90 + [1] * 10)
    model = mlp(2, 1)
    pl.fit(
        model, (x, y), class_weight="balanced", epochs=300, lr=0.05, batch_size=100, validation=0,
        **QUIET,
    )  # fmt: skip
    assert model(pl.zeros(1, 2)).sigmoid().item() == pytest.approx(0.5, abs=0.02)


def test_frozen_weights_stay() -> None:
    model = mlp(3, 8, 1)
    model[0].requires_grad_(False)
    kept = model[0].weight.tolist()
    pl.fit(model, (X, Y), epochs=3, **QUIET)
    assert model[0].weight.tolist() == kept


def test_restarts_keep_the_best() -> None:
    x = np.float32([[0, 0], [0, 1], [1, 0], [1, 1]] * 10)
    y = np.array([0, 1, 1, 0] * 10)
    options: dict[str, Any] = {"epochs": 60, "lr": 0.05, "validation": 0, **QUIET}
    single = pl.fit(mlp(2, 2, 2), (x, y), **options)
    model = mlp(2, 2, 2)
    several = pl.fit(model, (x, y), restarts=6, **options)
    assert len(several.restarts) == 6 and several.restarts[0]["best_loss"] == single.best_loss
    assert several.best_loss == min(s["best_loss"] for s in several.restarts) < single.best_loss
    assert same(weights(model), list(several.best_weights.values()))


# ---- mistakes -----------------------------------------------------------------------------------


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
        " turns categories, dates and text into them.",
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
        " Put it in a list, or give a DataLoader.",
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
        "there is no optimizer 'adma'. Known: adam, adamw, sgd, rmsprop.",
    ),
    (
        {"loss": "mes"},
        "there is no loss 'mes'. Known: cross_entropy, nll, mse, mae, l1, huber, smooth_l1, bce,"
        " bce_with_logits, kl_div.",
    ),
    ({"loss": 3}, "loss must be a name, a module or a function, not a int."),
    ({"metrics": "f1"}, "there is no metric 'f1'. Known: accuracy, r2, mse, rmse, mae."),
    (
        {"schedule": lambda o: 3},
        "schedule must be 'cosine', 'plateau', or make a schedule of an optimizer, not <function",
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
    assert left_its_range(2e6, history) and not left_its_range(1e5, history)


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
    assert str(caught.value) == "the model has no weights to train: none, or all are frozen."


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
