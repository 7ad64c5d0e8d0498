"""Many networks trained together are each the network trained alone, to rounding."""

from __future__ import annotations

import inspect
import os
import signal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import SettingError, TrainingError
from pellucid.training import Population, chunk, populated, together
from tests.training.small import QUIET

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(70, 3)).astype(np.float32)
Y = (X[:, :1] * X[:, 1:2]).astype(np.float32)
CLASSES = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0)
YES = (CLASSES > 0).astype(np.float32)[:, None]
XOR = (
    np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32),
    np.array([[0], [1], [1], [0]], np.float32),
)


def mlp(*sizes: int, between: Any = nn.Tanh) -> nn.Module:
    layers: list[Any] = []
    for a, b in pairwise(sizes):
        layers += [nn.Linear(a, b), between()]
    return nn.Sequential(*layers[:-1])


def alone(make: Any, data: Any, seed: int, **options: Any) -> tuple[nn.Module, pl.History]:
    pl.manual_seed(seed)
    model = make()
    return model, pl.fit(model, data, seed=seed, engine="numpy", **options, **QUIET)


def check(found: Population, index: int, model: nn.Module, history: pl.History) -> None:
    """The losses of all steps, the figures of all epochs and the best weights are the same."""
    told = found.history(index)
    close: dict[str, Any] = {"rtol": 5e-4, "atol": 2e-6}
    assert told.steps == history.steps and told.best_epoch == history.best_epoch
    np.testing.assert_allclose(told.step_loss, history.step_loss, **close)
    np.testing.assert_allclose(told.train_loss, history.train_loss, **close)
    np.testing.assert_allclose(told.validation_loss, history.validation_loss, **close)
    assert told.train_metrics.keys() == history.train_metrics.keys()
    for name, values in history.train_metrics.items():
        np.testing.assert_allclose(told.train_metrics[name], values, rtol=2e-3, atol=1e-5)
    for name, values in history.validation_metrics.items():
        np.testing.assert_allclose(told.validation_metrics[name], values, rtol=2e-3, atol=1e-5)
    np.testing.assert_allclose(told.learning_rate, history.learning_rate, rtol=1e-6)
    for name, weight in found.model(index).state_dict().items():
        ours, theirs = weight.numpy(), model.state_dict()[name].numpy()
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)


KINDS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "squared error, Adam": (lambda: mlp(3, 8, 1), Y, {}),
    "classes, AdamW, ReLU": (
        lambda: mlp(3, 8, 3, between=nn.ReLU), CLASSES, {"optimizer": "adamw"}
    ),
    "yes or no, SGD, sigmoid": (
        lambda: mlp(3, 8, 1, between=nn.Sigmoid), YES,
        {"optimizer": "sgd", "loss": "bce_with_logits"},
    ),
    "dropout": (
        lambda: nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 3)),
        CLASSES, {},
    ),
    "batch norm": (
        lambda: nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 3)),
        CLASSES, {"optimizer": "rmsprop"},
    ),
    "layer norm, clipped, class weights": (
        lambda: nn.Sequential(nn.Linear(3, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3)),
        CLASSES, {"clip_norm": 0.5, "class_weight": [1.0, 2.0, 0.5]},
    ),
    "wide layers": (
        lambda: nn.Sequential(
            nn.Linear(3, 80), nn.ReLU(), nn.Dropout(0.2), nn.Linear(80, 80), nn.Tanh(),
            nn.Linear(80, 3),
        ),
        CLASSES, {},
    ),
    "convolution": (
        lambda: nn.Sequential(
            nn.Unflatten(1, (1, 3)), nn.Conv1d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(),
            nn.Linear(12, 3),
        ),
        CLASSES, {},
    ),
    "cosine": (lambda: mlp(3, 8, 1), Y, {"schedule": "cosine"}),
    "whole batches, no validation": (
        lambda: mlp(3, 8, 1), Y, {"batch_size": 70, "validation": 0}
    ),
    "a row left over": (lambda: mlp(3, 8, 1), Y, {"batch_size": 23}),
}  # fmt: skip


QUICK = ("squared error, Adam",)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in KINDS]
)
def test_each_member_is_the_network_trained_alone(name: str) -> None:
    make, target, given = KINDS[name]
    options: dict[str, Any] = {
        "epochs": 4, "batch_size": 16, "validation": (X[:20], target[:20]), **given,
    }  # fmt: skip
    found = pl.population(
        make, (X, target), seeds=[3, 8], lr=[0.01, 0.03], shuffles="own", **options, **QUIET
    )
    assert [m["seed"] for m in found.members] == [3, 8, 3, 8]
    for index, member in enumerate(found.members):
        model, history = alone(make, (X, target), member["seed"], lr=member["lr"], **options)
        check(found, index, model, history)


@pytest.mark.slow
def test_decays_and_dropouts_are_numbers_of_each_member() -> None:
    def make(dropout: float) -> nn.Module:
        return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 1))

    options: dict[str, Any] = {"epochs": 4, "batch_size": 16, "validation": 0, "optimizer": "adamw"}
    found = pl.population(
        make, (X, Y), seeds=[4], weight_decay=[0.0, 0.1, 0.3], dropout=[0.1, 0.5], lr=0.02,
        shuffles="own", **options, **QUIET,
    )  # fmt: skip
    assert len(found) == 6 and len({id(f) for f in found._form.values()}) == 2  # 0 has no term
    for index, m in enumerate(found.members):
        model, history = alone(
            lambda p=m["dropout"]: make(p), (X, Y), 4, lr=0.02, weight_decay=m["weight_decay"],
            **options,
        )  # fmt: skip
        check(found, index, model, history)


@pytest.mark.slow
def test_other_sizes_are_other_programs() -> None:
    found = pl.population(
        lambda hidden: mlp(3, hidden, 1), (X, Y), seeds=2, hidden=[4, 8], epochs=2, lr=0.01,
        shuffles="own", validation=0, **QUIET,
    )  # fmt: skip
    for index, m in enumerate(found.members):
        made = found.model(index)
        assert made[0].weight.shape == (m["hidden"], 3)  # type: ignore[index]
        model, history = alone(
            lambda h=m["hidden"]: mlp(3, h, 1), (X, Y), m["seed"], lr=0.01, epochs=2, validation=0
        )
        check(found, index, model, history)


@pytest.mark.slow
def test_alike_populations_share_a_program_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    xla = pytest.importorskip("pellucid.engines.xla.population")
    alike = pytest.importorskip("pellucid.engines.xla.alike")
    made: list[Any] = []
    compiling = xla.compiled_ahead
    monkeypatch.setattr(alike, "_known", type(alike._known)())
    monkeypatch.setattr(
        xla, "compiled_ahead", lambda *a, **k: (made.append(a), compiling(*a, **k))[1]
    )
    plain: dict[str, Any] = {"lr": [0.01, 0.03], "shuffles": "own", "epochs": 3}

    def train(seeds: list[int], **other: Any) -> None:
        options = {**plain, "validation": (X[:20], Y[:20]), **other}
        found = pl.population(lambda: mlp(3, 5, 1), (X, Y), seeds=seeds, **options, **QUIET)
        m = found.members[-1]
        given = {k: m.get(k, v) for k, v in options.items() if k != "shuffles"}
        lone = alone(lambda: mlp(3, 5, 1), (X, Y), m["seed"], **given)
        check(found, len(found) - 1, *lone)

    others: list[dict[str, Any]] = [
        {}, {"patience": 1}, {"restore_best": False}, {"validation": 0}, {"batch_size": 10},
        {"weight_decay": [0.05, 0.1]},
    ]  # fmt: skip
    for count, other in enumerate(others, 1):
        for seeds in ([1, 2], [7, 8]):
            train(seeds, **other)
        assert len(made) == count, other


@pytest.mark.slow
def test_patience_stops_each_by_itself() -> None:
    options: dict[str, Any] = {
        "epochs": 60, "validation": (X[:9], Y[::-1][:9]), "patience": 2, "batch_size": 16,
    }  # fmt: skip
    make = lambda: mlp(3, 8, 1)  # noqa: E731
    found = pl.population(make, (X, Y), seeds=6, lr=0.05, shuffles="own", **options, **QUIET)
    ends = set()
    for index in range(6):
        model, history = alone(make, (X, Y), index, lr=0.05, **options)
        check(found, index, model, history)
        assert found.stopped[index] == history.stopped
        ends.add(history.epochs)
    assert len(ends) > 1 and "patience" in found.stopped


@pytest.mark.slow
def test_chunks_give_the_same_numbers() -> None:
    def train(chunk: int | None) -> Population:
        return pl.population(
            lambda: mlp(3, 8, 1), (X, Y), seeds=7, lr=[0.01, 0.02], epochs=3, chunk=chunk, **QUIET
        )

    whole: Any = train(None)
    for width in (1, 4, 100):
        some: Any = train(width)
        np.testing.assert_allclose(some.step_loss, whole.step_loss, rtol=2e-5, atol=1e-7)
        np.testing.assert_allclose(some.validation_loss, whole.validation_loss, rtol=2e-5)
        assert some.best_index == whole.best_index


@pytest.mark.slow
def test_a_shared_order_is_that_of_the_seed() -> None:
    options: dict[str, Any] = {"epochs": 3, "batch_size": 16, "lr": 0.01, "validation": 0}
    found = pl.population(lambda: mlp(3, 8, 1), (X, Y), seeds=[0, 5], **options, **QUIET)
    model, history = alone(lambda: mlp(3, 8, 1), (X, Y), 0, **options)
    check(found, 0, model, history)
    own = pl.population(
        lambda: mlp(3, 8, 1), (X, Y), seeds=[0, 5], shuffles="own", **options, **QUIET
    )
    assert own.step_loss is not None and found.step_loss is not None
    same = np.isclose(own.step_loss, found.step_loss, rtol=1e-5).all(axis=1)
    assert same.tolist() == [True, False]


@pytest.mark.slow
def test_one_that_diverges_is_noted_and_troubles_nobody() -> None:
    options: dict[str, Any] = {"epochs": 30, "batch_size": 16, "optimizer": "sgd", "validation": 0}
    found = pl.population(
        lambda: mlp(3, 8, 1, between=nn.ReLU), (X, Y), seeds=[1], lr=[0.01, 1e4], grid=True,
        shuffles="own", **options, **QUIET,
    )  # fmt: skip
    assert found.diverged == [1] and found.stopped == ["finished", "diverged"]
    model, history = alone(lambda: mlp(3, 8, 1, between=nn.ReLU), (X, Y), 1, lr=0.01, **options)
    check(found, 0, model, history)
    with pytest.raises(TrainingError) as error:
        alone(lambda: mlp(3, 8, 1, between=nn.ReLU), (X, Y), 1, lr=1e4, **options)
    lost = error.value.history  # type: ignore[attr-defined]
    assert found.history(1).steps == lost.steps and found.history(1).epochs == lost.epochs
    assert found.best_index == 0 and "1 diverged." in repr(found)


@pytest.mark.slow
def test_lists_go_together_without_a_grid() -> None:
    found = pl.population(
        lambda: mlp(3, 4, 1), (X, Y), seeds=[1, 2, 3], lr=[0.1, 0.2, 0.3], grid=False, epochs=1,
        **QUIET,
    )  # fmt: skip
    assert found.members == [
        {"seed": 1, "lr": 0.1}, {"seed": 2, "lr": 0.2}, {"seed": 3, "lr": 0.3},
    ]  # fmt: skip


@pytest.mark.slow
def test_tuples_arrays_and_ranges_are_lists() -> None:
    found = pl.population(
        lambda sizes: mlp(3, *sizes, 1), (X, Y), seeds=range(1), lr=(0.1, 0.01),
        weight_decay=np.array([0.0, 1e-3], np.float32), sizes=(4, 4), epochs=1, **QUIET,
    )  # fmt: skip
    assert [(m["lr"], round(m["weight_decay"], 4), m["sizes"]) for m in found.members] == [
        (0.1, 0.0, (4, 4)), (0.1, 0.001, (4, 4)), (0.01, 0.0, (4, 4)), (0.01, 0.001, (4, 4)),
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("optimizer", "name", "values", "count"),
    [
        ("sgd", "momentum", (0.5, 0.9), 2),  # the numbers of a step come from the host
        ("adam", "betas", [(0.9, 0.999), (0.5, 0.9)], 2),
    ],
)
def test_settings_of_the_optimizer(optimizer: str, name: str, values: Any, count: int) -> None:
    options: dict[str, Any] = {"epochs": 3, "batch_size": 16, "validation": 0, "lr": 0.02}
    found = pl.population(
        lambda: mlp(3, 4, 1), (X, Y), seeds=[4], optimizer=optimizer, shuffles="own",
        **{name: values}, **options, **QUIET,
    )  # fmt: skip
    assert len({id(f) for f in found._form.values()}) == count
    for index, value in enumerate(values):
        assert found.members[index][name] == value
        pl.manual_seed(4)
        model = mlp(3, 4, 1)
        made = {"sgd": pl.optim.SGD, "adam": pl.optim.Adam}[optimizer]
        moves = made(model.parameters(), lr=0.02, weight_decay=1e-3, **{name: value})
        own = {k: v for k, v in options.items() if k != "lr"}
        history = pl.fit(model, (X, Y), seed=4, optimizer=moves, engine="numpy", **own, **QUIET)
        check(found, index, model, history)


@pytest.mark.slow
def test_accumulated_gradients() -> None:
    options: dict[str, Any] = {
        "epochs": 3, "batch_size": 8, "accumulate": 3, "validation": 0, "clip_norm": 0.3, "lr": 0.02
    }  # fmt: skip
    found = pl.population(
        lambda: mlp(3, 8, 1), (X, Y), seeds=[2], shuffles="own", **options, **QUIET
    )
    model, history = alone(lambda: mlp(3, 8, 1), (X, Y), 2, **options)
    assert history.steps == 9
    check(found, 0, model, history)


# ---- what comes back ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_thousand_starts_of_xor() -> None:
    found = pl.population(
        lambda: mlp(2, 8, 1), XOR, seeds=1000, lr=0.05, epochs=200, validation=0, **QUIET
    )
    assert len(found) == 1000 and found.train_loss.shape == (1000, 200)
    assert found.seconds < 30
    spread = found.quantiles()
    assert spread[0.0] == found.best_loss.min() == found.best_loss[found.best_index] < 1e-3
    assert list(spread.values()) == sorted(spread.values())
    x, y = map(pl.tensor, XOR)
    assert ((found.best()(x) - y).abs() < 0.1).all()


@pytest.mark.slow
def test_what_it_looks_like() -> None:
    found = pl.population(
        lambda: mlp(3, 4, 3), (X, CLASSES), seeds=3, lr=[0.01, 0.1], epochs=3, **QUIET
    )
    lines = repr(found).split("\n")
    assert lines[0].startswith("6 networks in ")
    assert lines[0].endswith(" s, by validation loss at the best epoch")
    assert lines[1].split()[::2][:3] == ["least", "quarter", "half"]
    assert lines[2].split() == ["member", "seed", "lr", "best", "loss", "epoch"]
    assert len(lines) == 8
    frame = found.to_frame()
    assert list(frame.columns) == [
        "seed", "lr", "best_loss", "best_epoch", "epochs", "stopped", "train_accuracy",
        "validation_accuracy",
    ]  # fmt: skip
    assert frame["best_loss"].tolist() == found.best_loss.tolist()
    with pytest.raises(SettingError) as error:
        found.model(6)
    assert str(error.value) == "there are 6 members, numbered from 0, and 6 is none of them."


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_there() -> None:
    class Press:
        calls = 0

        def start(self, total: int) -> None:
            self.total = total

        def update(self, epoch: int, *figures: Any, **named: Any) -> None:
            self.calls += 1
            if self.calls == 3:
                os.kill(os.getpid(), signal.SIGINT)

        def finish(self) -> None:
            pass

    found = pl.population(
        lambda: mlp(3, 4, 1), (X, Y), seeds=4, epochs=5000, chunk=2, progress=Press()
    )
    assert len(found) == 2 and found.stopped == ["interrupted"] * 2
    history = found.history(0)
    assert 0 < history.epochs < 5000 and history.best_epoch > 0
    assert np.isnan(found.train_loss[0, history.epochs :]).all()
    assert "Stopped by hand." in repr(found)


def test_ctrl_c_before_the_first_step_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    make = chunk.Chunks._make
    monkeypatch.setattr(
        chunk.Chunks, "_make", lambda *a: os.kill(os.getpid(), signal.SIGINT) or make(*a)
    )
    found = pl.population(lambda: mlp(3, 4, 1), (X, Y), seeds=2, epochs=5, **QUIET)
    assert repr(found) == "Population(stopped by hand before the first step)"
    for call in (found.best, lambda: found.model(0), lambda: found.best_index):
        with pytest.raises(SettingError) as error:
            call()
        assert str(error.value) == (
            "no network was trained: it was stopped by hand before the first step."
        )


def test_ctrl_c_while_compiling_keeps_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = chunk.Chunks._begin

    def press(self: Any, *args: Any) -> None:
        begin(self, *args)
        stretch = self._stretch
        self._stretch = lambda *a: os.kill(os.getpid(), signal.SIGINT) or stretch(*a)

    monkeypatch.setattr(chunk.Chunks, "_begin", press)
    found = pl.population(lambda: mlp(3, 4, 1), (X, Y), seeds=2, epochs=5, batch_size=8, **QUIET)
    assert found.stopped == ["interrupted"] * 2 and found.history(1).steps == 0
    assert repr(found).endswith("No epoch was finished: each network is as it began.")
    pl.manual_seed(1)
    for name, weight in mlp(3, 4, 1).state_dict().items():
        np.testing.assert_array_equal(found.model(1).state_dict()[name].numpy(), weight.numpy())


@pytest.mark.slow
def test_callbacks_see_every_heartbeat_and_can_stop() -> None:
    seen: list[tuple[Any, ...]] = []

    def look(beat: Any) -> None:
        seen.append((beat.epoch, beat.train_loss.shape, beat.members[beat.best()]["seed"]))
        assert beat.learning.all() and beat.validation_loss.shape == beat.train_loss.shape
        if beat.epoch >= 5:
            assert beat.best_loss.min() == beat.validation_loss.min()
            beat.stop()

    found = pl.population(
        lambda: mlp(3, 4, 1), (X, Y), seeds=[5, 6], epochs=10_000, callbacks=look, **QUIET
    )
    assert all(shape == (2, epoch) for epoch, shape, _ in seen) and seen[-1][2] in (5, 6)
    assert found.stopped == ["interrupted"] * 2 and found.history(0).epochs == seen[-1][0]


@pytest.mark.slow
def test_progress_counts_networks_and_epochs() -> None:
    class Notes:
        told: list[tuple[int, int]] = []  # noqa: RUF012

        def start(self, total: int) -> None:
            self.total = total

        def update(self, epoch: int, *figures: Any, **named: Any) -> None:
            assert named["metric_name"] == "networks" and named["seconds_left"] >= 0
            self.told.append((epoch, named["metric"]))

        def finish(self) -> None:
            pass

    notes = Notes()
    pl.population(lambda: mlp(3, 4, 1), (X, Y), seeds=4, epochs=6, chunk=2, progress=notes)
    assert notes.total == 6 and notes.told[-1] == (6, 4)
    assert notes.told == sorted(notes.told) and {n for _, n in notes.told} == {2, 4}


@pytest.mark.slow
def test_memory_is_bounded_by_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    widths, made = [], []
    make = chunk.Chunks.__init__

    def noted(self: Any, form: Any, width: int, *given: Any) -> None:
        widths.append(width)
        made.append(self)
        make(self, form, width, *given)

    monkeypatch.setattr(chunk.Chunks, "__init__", noted)
    each = together._member_bytes
    sizes = []
    monkeypatch.setattr(together, "_member_bytes", lambda f: sizes.append(each(f)) or sizes[-1])
    monkeypatch.setattr(together, "MEMORY", 100_000)
    found = pl.population(lambda: mlp(3, 16, 1), (X, Y), seeds=40, epochs=2, **QUIET)
    assert len(found) == 40 and widths[0] < 40
    assert sizes[0] > 4 * 81 * 3 and widths[0] * sizes[0] <= 100_000  # weights and two moments
    told = made[0]._made._compiled.memory_analysis()  # what XLA itself says that a call needs
    needs = told.argument_size_in_bytes + told.output_size_in_bytes + told.temp_size_in_bytes
    assert needs - told.alias_size_in_bytes <= 100_000


# ---- restarts -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("between", [nn.Tanh, lambda: nn.Dropout(0.2)])
def test_restarts_together_are_those_one_by_one(between: Any) -> None:
    def train(engine: str) -> tuple[nn.Module, pl.History]:
        pl.manual_seed(2)
        model = mlp(3, 8, 1, between=between)
        options: dict[str, Any] = {"epochs": 8, "batch_size": 16, "lr": 0.02, "restarts": 5}
        return model, pl.fit(model, (X, Y), engine=engine, **options, **QUIET)

    (slow, one), (quick, all_) = train("numpy"), train("xla")
    assert "trained together" in all_.notes[-1] and "together" not in str(one.notes)
    for a, b in zip(one.restarts, all_.restarts, strict=True):
        assert (a["start"], a["best_epoch"]) == (b["start"], b["best_epoch"])
        assert b["best_loss"] == pytest.approx(a["best_loss"], rel=5e-4)
    np.testing.assert_allclose(all_.step_loss, one.step_loss, rtol=5e-4, atol=2e-6)
    np.testing.assert_allclose(all_.validation_metric, one.validation_metric, atol=2e-3)
    for name, weight in slow.state_dict().items():
        np.testing.assert_allclose(quick.state_dict()[name].numpy(), weight.numpy(), atol=1e-4)


@pytest.mark.slow
def test_restarts_that_all_diverge_say_so() -> None:
    pl.manual_seed(0)
    model = mlp(3, 8, 1, between=nn.ReLU)
    before = model.state_dict()["0.weight"].numpy().copy()
    with pytest.raises(TrainingError, match="epoch 1, learning rate 1e"):
        pl.fit(model, (X, Y), restarts=4, engine="xla", optimizer="sgd", lr=1e30, epochs=3, **QUIET)
    assert (model.state_dict()["0.weight"].numpy() == before).all()


def test_the_signature_follows_fit() -> None:
    ours, theirs = (inspect.signature(f).parameters for f in (pl.population, pl.fit))
    shared = {"epochs", "batch_size", "validation", "patience", "optimizer", "loss", "clip_norm"}
    assert all(ours[name].default == theirs[name].default for name in shared)
    assert populated.Population is Population
