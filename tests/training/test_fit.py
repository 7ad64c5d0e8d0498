"""`fit` does what a loop by hand does, on every kind of data, and says what it decided."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.data import load
from pellucid.training.weights import seed_of_start
from pellucid.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset
from tests.training.small import QUIET, X, Y, blobs, line, mlp, same, weights

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
        "loss: cross_entropy, because the targets are class numbers 0 to 2. Choose with loss=….",
        "engine: numpy; it is done before a program would be compiled.",
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
    assert history.notes[0].startswith("no target: the network learns to give back its inputs.")


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
    assert history.loss_name == "loss" and history.metric_name == ""


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
    best = 1 + [s["best_loss"] for s in several.restarts].index(several.best_loss)
    said = f"All 60 epochs were run. This is start {best} of 6, the best."
    assert several.ended == said and said in repr(several)
    assert "start" not in single.ended


def test_every_start_is_said_before_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    pl.fit(nn.Linear(3, 1), (X, Y), epochs=1, restarts=2, engine="numpy", progress=True)
    first, _, second, _ = capsys.readouterr().err.splitlines()
    assert (first, second) == ("start 1 of 2", "start 2 of 2")


def test_no_start_repeats_one_seeded_by_hand_or_one_of_another_seed() -> None:
    def losses(seed: int, by_hand: int) -> list[float]:
        pl.manual_seed(by_hand)
        model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
        options: dict[str, Any] = {"epochs": 1, "lr": 0.0, "validation": 0, **QUIET}
        told = pl.fit(model, (X, Y), restarts=4, seed=seed, engine="numpy", **options)
        return [start["best_loss"] for start in told.restarts]

    first, second = losses(0, 1), losses(1, 2)
    assert len({round(loss, 9) for loss in first + second}) == 8
    assert first == losses(0, 1)
    assert [seed_of_start(7, k) for k in (0, 1, 2)] == [
        7, 0x9E3779B97F4A7C1C, 0x3C6EF372FE94F831,
    ]  # fmt: skip


def test_accumulated_gradients_are_those_of_the_loop_by_hand() -> None:
    x, y = map(pl.tensor, line(56))
    net, twin = mlp(3, 8, 1), mlp(3, 8, 1)
    made = pl.optim.SGD(twin.parameters(), lr=0.1)
    losses = []
    for _ in range(3):
        total = 0.0
        for i, at in enumerate(range(0, 56, 8)):
            part = slice(at, at + 8)
            loss = ((twin(x[part]).squeeze(-1) - y[part]) ** 2).mean()
            share = 1 / 3 if i < 6 else 1.0  # seven batches: the last one is a step of its own
            (loss * share).backward()
            total += loss.item() * share
            if i in (2, 5, 6):
                pl.nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
                made.step()
                made.zero_grad()
                losses.append(total)
                total = 0.0
    history = pl.fit(
        net, (x, y), epochs=3, batch_size=8, accumulate=3, clip_norm=1.0, optimizer="sgd", lr=0.1,
        weight_decay=0.0, shuffle=False, validation=0, restore_best=False, engine="numpy", **QUIET,
    )  # fmt: skip
    np.testing.assert_allclose(history.step_loss, losses, rtol=1e-5)
    for a, b in zip(weights(net), weights(twin), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-6)
    loader = DataLoader(TensorDataset(x, y), batch_size=8)
    again = pl.fit(
        mlp(3, 8, 1), loader, epochs=3, accumulate=3, clip_norm=1.0, optimizer="sgd", lr=0.1,
        weight_decay=0.0, validation=0, **QUIET,
    )  # fmt: skip
    np.testing.assert_allclose(again.step_loss, losses, rtol=1e-5)


class Product(nn.Module):
    """Two inputs, told apart by their names."""

    def __init__(self) -> None:
        super().__init__()
        pl.manual_seed(0)
        self.a, self.b, self.out = nn.Linear(3, 4), nn.Linear(3, 4), nn.Linear(4, 1)

    def forward(self, left: Any, right: Any) -> Any:
        return self.out(self.a(left) * self.b(right).tanh())


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_inputs_by_name(engine: str) -> None:
    x, y = line(50)
    given: dict[str, Any] = {"epochs": 2, "batch_size": 16, "engine": engine, **QUIET}
    by_place = pl.fit(Product(), ((x, x[::-1]), y), **given)
    by_name = pl.fit(Product(), ({"right": x[::-1], "left": x}, y), **given)
    np.testing.assert_allclose(by_name.step_loss, by_place.step_loss, rtol=1e-5)
    np.testing.assert_allclose(by_name.validation_loss, by_place.validation_loss, rtol=1e-5)


def test_batches_by_name_and_lists_of_batches() -> None:
    x, y = line(48)
    cuts = [slice(at, at + 16) for at in (0, 16, 32)]
    given: dict[str, Any] = {"epochs": 2, "validation": 0, **QUIET}
    named = [({"left": x[c], "right": x[::-1][c]}, y[c]) for c in cuts]
    placed = [(x[c], x[::-1][c], y[c]) for c in cuts]
    nested = [((a, b), target) for a, b, target in placed]
    whole = ((x, x[::-1]), y)
    runs = [pl.fit(Product(), data, **given) for data in (named, placed, nested)]
    rows = pl.fit(Product(), whole, batch_size=16, shuffle=False, **given)
    for history in runs:
        np.testing.assert_allclose(history.step_loss, rows.step_loss, rtol=1e-5)


@pytest.mark.slow
def test_populations_take_inputs_by_name() -> None:
    x, y = line(50)
    found = pl.population(
        lambda: Product(), ({"right": x[::-1], "left": x}, y[:, None]), seeds=2, epochs=2,
        shuffles="own", batch_size=16, **QUIET,
    )  # fmt: skip
    alone = pl.fit(Product(), ((x, x[::-1]), y[:, None]), epochs=2, batch_size=16, **QUIET)
    np.testing.assert_allclose(found.history(0).step_loss, alone.step_loss, rtol=1e-4)


def test_nameless_functions_have_names() -> None:
    history = pl.fit(
        mlp(3, 4, 1), (X, Y), loss=lambda out, y: ((out[:, 0] - y) ** 2).mean(), epochs=1,
        metrics=[lambda out, y: (out[:, 0] - y).abs().max(), lambda out, y: out.mean()], **QUIET,
    )  # fmt: skip
    assert history.loss_name == "loss" and list(history.train_metrics) == ["metric", "metric 2"]


@pytest.mark.parametrize("restarts", [1, 2])
def test_time_left_and_rate_do_not_count_what_happens_once(restarts: int) -> None:
    told: list[float] = []
    faster: list[bool] = []

    class Notes:
        def start(self, total: int) -> None:
            pass

        def update(
            self, epoch: int, step: int, loss: float, *, seconds_left: Any, rows_per_second: Any,
            **named: Any,
        ) -> None:  # fmt: skip
            told.append(seconds_left)
            faster.append(rows_per_second > 2 * step * 8 / (time.perf_counter() - began))

        def finish(self) -> None:
            pass

    # What a process does once, as loading the engine, is not this training's.
    pl.fit(mlp(3, 2, 1), (X, Y), epochs=1, batch_size=8, engine="xla", restarts=restarts, **QUIET)
    began = time.perf_counter()
    pl.fit(
        mlp(3, 4, 1), (X, Y), epochs=40, batch_size=8, engine="xla", restarts=restarts,
        progress=Notes(),
    )  # fmt: skip
    assert max(told) < 40 * (time.perf_counter() - began) / 2  # one epoch of 40 would say 40 times
    assert faster[0], "the rate is that of the steps, without what happens once"


@pytest.mark.parametrize("form", ["arrays", "Tensors", "lists", "two inputs", "by name"])
def test_a_list_of_samples_is_taken_as_rows(form: str) -> None:
    x, y = line(40)
    rows: dict[str, Any] = {
        "arrays": zip(x, y, strict=True),
        "Tensors": zip(pl.tensor(x), pl.tensor(y), strict=True),
        "lists": zip(x.tolist(), y.tolist(), strict=True),
        "two inputs": (((a[:1], a[1:]), b) for a, b in zip(x, y, strict=True)),
        "by name": (({"x": a}, b) for a, b in zip(x, y, strict=True)),
    }

    class Named(nn.Linear):
        def forward(self, x: Any, more: Any = None) -> Any:
            return super().forward(x if more is None else pl.cat([x, more], 1))

    found = []
    for data in (list(rows[form]), (x, y)):
        pl.manual_seed(0)
        found.append(pl.fit(Named(3, 1), data, epochs=3, **QUIET))
    assert found[0].step_loss == found[1].step_loss
    assert found[0].validation_loss == found[1].validation_loss
