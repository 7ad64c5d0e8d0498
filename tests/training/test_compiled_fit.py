"""`fit` on the compiled engine is `fit`: the same numbers, the same events, the same words."""

from __future__ import annotations

import copy
import os
import signal
import threading
import time
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import SettingError, TraceError
from pellucid.optim import lr_scheduler
from pellucid.training import Callback, EarlyStopping, build_mlp, driver
from pellucid.training import compiled as compiled_epochs
from pellucid.training.loop import Run
from pellucid.utils.data import DataLoader, TensorDataset

DRAW = np.random.default_rng(0)
X = DRAW.normal(size=(103, 4)).astype(np.float32)
Y = (X[:, 0] * X[:, 1] + X[:, 2]).astype(np.float32)
LABELS = (X[:, 0] + X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
NOTE = "engine: xla; whole stretches of steps run as one compiled program."


def net(outputs: int = 1, **more: Any) -> Any:
    pl.manual_seed(0)
    return build_mlp(4, outputs, hidden=(8, 8), **more)


def trained(engine: str | None, data: Any = None, model: Any = None, **more: Any) -> Any:
    model = model if model is not None else net()
    options = {"epochs": 4, "batch_size": 16, "lr": 0.01, "progress": False, **more}
    history = pl.fit(model, (X, Y) if data is None else data, engine=engine, **options)
    return history, model


def op_by_op(run: Any, batches: Any) -> None:
    raise AssertionError("a step of the compiled engine was computed op by op")


def alike(make: Any, rtol: float = 2e-4) -> Any:
    """Train on both engines and compare all that a history tells, and the weights."""
    (a, m) = make("numpy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Run, "take_step", op_by_op)
        (b, n) = make("xla")
    assert NOTE in b.notes and NOTE not in a.notes
    assert a.epochs == b.epochs and a.stopped == b.stopped and a.best_epoch == b.best_epoch
    np.testing.assert_allclose(b.step_loss, a.step_loss, rtol=rtol, atol=1e-5)
    assert a.learning_rate == pytest.approx(b.learning_rate)
    for part in ("train_loss", "validation_loss"):
        np.testing.assert_allclose(getattr(b, part), getattr(a, part), rtol=rtol, atol=1e-5)
    for part in ("train_metrics", "validation_metrics"):
        left, right = getattr(a, part), getattr(b, part)
        assert list(left) == list(right)
        for name in left:
            np.testing.assert_allclose(right[name], left[name], rtol=5e-3, atol=1e-4)
    for (name, p), q in zip(m.state_dict().items(), n.state_dict().values(), strict=True):
        np.testing.assert_allclose(q.numpy(), p.numpy(), rtol=5e-3, atol=2e-4, err_msg=name)
    return b, n


class Pictures(nn.Module):
    """Convolutions: each step is a call of its own."""

    def __init__(self) -> None:
        super().__init__()
        pl.manual_seed(1)
        self.conv, self.out = nn.Conv2d(1, 2, 2), nn.Linear(2, 3)

    def forward(self, x: Any) -> Any:
        return self.out(self.conv(x.reshape(-1, 1, 2, 2)).relu().flatten(1))


def frozen() -> Any:
    model = net()
    next(iter(model.parameters())).requires_grad_(False)
    return model


class Wide(nn.Module):
    """Two inputs."""

    def __init__(self) -> None:
        super().__init__()
        pl.manual_seed(1)
        self.a, self.b = nn.Linear(2, 3), nn.Linear(2, 3)

    def forward(self, u: Any, v: Any) -> Any:
        return (self.a(u).tanh() * self.b(v)).sum(1)


def rows(n: int) -> tuple[Any, Any]:
    return X[:n], Y[:n]


CASES: dict[str, Any] = {
    "plain": lambda e: trained(e),
    "no validation": lambda e: trained(e, validation=0),
    "its own validation": lambda e: trained(e, validation=(X[:30], Y[:30])),
    "classes": lambda e: trained(e, (X, LABELS), net(3)),
    "balanced": lambda e: trained(e, (X, LABELS), net(3), class_weight="balanced"),
    "two classes": lambda e: trained(e, (X, LABELS > 0), net(1)),
    "dropout": lambda e: trained(e, (X, LABELS), net(3, dropout=0.3)),
    "sgd": lambda e: trained(e, optimizer="sgd", lr=0.05),
    "rmsprop": lambda e: trained(e, optimizer="rmsprop"),
    "its own optimizer": lambda e: own_optimizer(e),
    "cosine": lambda e: trained(e, schedule="cosine"),
    "per epoch": lambda e: trained(e, schedule=lambda o: lr_scheduler.StepLR(o, 2, 0.1)),
    "plateau": lambda e: trained(
        e, epochs=8, lr=0.5, schedule=lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=1),
        optimizer="sgd", clip_norm=0.01,
    ),
    "clipped": lambda e: trained(e, clip_norm=0.1),
    "in order": lambda e: trained(e, shuffle=False),
    "leftover row": lambda e: trained(e, rows(65), validation=0, batch_size=16),
    "leftover rows": lambda e: trained(e, rows(67), validation=0, batch_size=16),
    "exact": lambda e: trained(e, rows(64), validation=0, batch_size=16),
    "one batch": lambda e: trained(e, rows(20), validation=0, batch_size=64),
    "batches of one": lambda e: trained(e, rows(5), validation=0, batch_size=1, epochs=2),
    "several inputs": lambda e: trained(e, ((X[:, :2], X[:, 2:]), Y), Wide()),
    "autoencoder": lambda e: trained(e, X, net(4)),
    "named metrics": lambda e: trained(e, metrics=["mae", "rmse", "r2", "mse"]),
    "own metric": lambda e: trained(
        e, (X, LABELS), net(3),
        metrics={"share": lambda out, y: (out.argmax(1) == y).float().mean()},
    ),
    "own loss": lambda e: trained(e, loss=lambda out, y: (out.squeeze(-1) - y).abs().mean()),
    "double": lambda e: trained(e, model=net().double()),
    "patience": lambda e: trained(e, epochs=40, lr=0.1, patience=2, optimizer="sgd"),
    "pictures": lambda e: trained(e, (X, LABELS), Pictures(), schedule="cosine"),
    "frozen": lambda e: trained(e, model=frozen()),
    "accumulated": lambda e: trained(
        e, (X, LABELS), net(3, dropout=0.3), accumulate=3, clip_norm=0.1, schedule="cosine"
    ),
    "accumulated, one step": lambda e: trained(e, rows(20), batch_size=8, accumulate=9),
    "accumulated pictures": lambda e: trained(
        e, (X, LABELS), Pictures(), accumulate=2, metrics={"n": lambda out, y: out.sum()}
    ),
    "last weights": lambda e: trained(e, restore_best=False),
}  # fmt: skip


def own_optimizer(engine: str) -> Any:
    model = net()
    made = pl.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    return trained(engine, model=model, optimizer=made, lr=0.05)


QUICK = ("plain", "classes", "dropout", "leftover rows", "frozen", "pictures")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else pytest.mark.slow) for n in CASES]
)
def test_both_engines_train_alike(name: str) -> None:
    alike(CASES[name])


def test_patience_really_stopped() -> None:
    history, _ = CASES["patience"]("xla")
    assert history.stopped == "patience" and history.epochs < 40


def test_batch_norm() -> None:
    """Weights before a batch norm drift by rounding alone, so only losses are compared."""

    def make(engine: str) -> Any:
        pl.manual_seed(0)
        model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
        return trained(engine, model=model, optimizer="sgd")

    (a, m), (b, n) = make("numpy"), make("xla")
    np.testing.assert_allclose(b.step_loss, a.step_loss, rtol=2e-3)
    counts = [v.item() for k, v in n.state_dict().items() if k.endswith("num_batches_tracked")]
    assert counts and counts == [
        v.item() for k, v in m.state_dict().items() if k.endswith("num_batches_tracked")
    ]


def test_the_best_weights_come_back() -> None:
    history, model = trained("xla", epochs=6, lr=0.3, optimizer="sgd")
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), history.best_weights[name])


class Watch(Callback):
    def __init__(self) -> None:
        self.seen: list[Any] = []

    def on_fit_start(self, run: Any) -> None:
        self.seen.append("fit")

    def on_epoch_start(self, run: Any) -> None:
        self.seen.append("epoch")

    def on_epoch_end(self, run: Any) -> None:
        weight = next(iter(run.model.parameters()))
        self.seen.append((run.epoch, run.step, round(weight.abs().sum().item(), 3)))

    def on_fit_end(self, run: Any) -> None:
        self.seen.append("end")


class EachStep(Watch):
    def on_step_end(self, run: Any) -> None:
        self.seen.append((run.step, round(run.loss, 4)))


@pytest.mark.parametrize("kind", [Watch, EachStep])
def test_callbacks_see_the_same(kind: Any) -> None:
    seen = []
    for engine in ("numpy", "xla"):
        watch = kind()
        trained(engine, callbacks=[watch], epochs=2)
        seen.append(watch.seen)
    assert len(seen[0]) == len(seen[1])
    for a, b in zip(*seen, strict=True):
        assert a == b or a == pytest.approx(b, abs=2e-3)


class StopAt(Callback):
    def on_step_end(self, run: Any) -> None:
        if run.step == 7:
            run.stop("enough")


def test_a_callback_stops_in_the_middle_of_an_epoch() -> None:
    for engine in ("numpy", "xla"):
        history, _ = trained(engine, callbacks=[StopAt()])
        assert history.stopped == "enough" and len(history.step_loss) == 7


def test_early_stopping_as_a_callback() -> None:
    def make(engine: str) -> Any:
        return trained(engine, epochs=30, lr=0.0, callbacks=[EarlyStopping(patience=3)])

    assert alike(make)[0].epochs == 4


def test_a_rate_changed_by_a_callback() -> None:
    def halve(run: Any) -> None:
        run.optimizer.param_groups[0]["lr"] *= 0.5

    alike(lambda e: trained(e, callbacks=[halve]))


def test_weights_changed_by_a_callback() -> None:
    def shrink(run: Any) -> None:
        with pl.no_grad():
            for p in run.model.parameters():
                p.mul_(0.9)

    alike(lambda e: trained(e, callbacks=[shrink]))


def freezes(run: Any) -> None:
    if run.epoch == 1:
        run.optimizer.param_groups[0]["params"][0].requires_grad_(False)
    if run.epoch == 3:
        run.optimizer.param_groups[0]["params"][0].requires_grad_(True)


def stops_dropping(run: Any) -> None:
    for module in run.model.modules():
        if type(module) is nn.Dropout:
            module.p = 0.0


def forgets_moments(run: Any) -> None:
    run.optimizer.state.clear()


def turns_back(run: Any) -> None:
    if run.epoch == 1:
        run.kept = copy.deepcopy(run.optimizer.state_dict()), copy.deepcopy(run.model.state_dict())
    if run.epoch == 2:
        run.optimizer.load_state_dict(run.kept[0])
        run.model.load_state_dict(run.kept[1])


def other_betas(run: Any) -> None:
    run.optimizer.param_groups[0]["betas"] = (0.5, 0.9)


CHANGES = [freezes, stops_dropping, forgets_moments, turns_back, other_betas]


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES, ids=lambda f: f.__name__)
def test_what_a_callback_changes_is_noticed(change: Any) -> None:
    options: dict[str, Any] = {"validation": 0, "epochs": 5, "callbacks": [change]}
    alike(lambda e: trained(e, (X[:96], LABELS[:96]), net(3, dropout=0.3), **options))


def test_an_undisturbed_training_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    builds = []
    build = compiled_epochs.CompiledEpochs._build
    monkeypatch.setattr(
        compiled_epochs.CompiledEpochs, "_build", lambda *a: builds.append(1) or build(*a)
    )
    trained("xla", epochs=6, schedule="cosine", clip_norm=1.0)
    trained("xla", (X, LABELS), net(3, dropout=0.3), epochs=6, callbacks=[Watch()])
    assert len(builds) == 2


@pytest.mark.slow
def test_the_length_of_heartbeats_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    def losses(beat: float) -> Any:
        monkeypatch.setattr(compiled_epochs, "BEAT", beat)
        history, model = trained("xla", (X, LABELS), net(3, dropout=0.2), schedule="cosine")
        return history.step_loss, [p.tolist() for p in model.parameters()]

    assert losses(1e-9) == losses(10.0)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits() -> None:
    runs = [trained("xla", (X, LABELS), net(3, dropout=0.2), seed=s)[0] for s in (1, 1, 2)]
    assert runs[0].step_loss == runs[1].step_loss != runs[2].step_loss


def test_a_loss_that_explodes() -> None:
    for engine in ("numpy", "xla"):
        with pytest.raises(pl.errors.TrainingError) as caught:
            trained(engine, optimizer="sgd", lr=1e6, epochs=8)
        assert "the loss" in str(caught.value)


@pytest.mark.slow
def test_ctrl_c_between_heartbeats() -> None:
    main = threading.main_thread().ident
    assert main is not None

    def press() -> None:
        time.sleep(2.0)  # a busy machine takes its time to compile again
        signal.pthread_kill(main, signal.SIGINT)

    trained("xla", epochs=1)  # compiled before the clock runs
    threading.Thread(target=press).start()
    began = time.perf_counter()
    history, model = trained("xla", epochs=1_000_000)
    assert history.stopped == "interrupted" and time.perf_counter() - began < 20
    assert history.steps > 6 and all(np.isfinite(p.tolist()).all() for p in model.parameters())
    assert os.getpid() and signal.getsignal(signal.SIGINT) is signal.default_int_handler


# ---- which engine --------------------------------------------------------------------------------


def test_engines_that_there_are_not() -> None:
    with pytest.raises(SettingError) as caught:
        trained("cuda")
    assert str(caught.value) == "engine is 'numpy', 'xla' or None for the faster, not 'cuda'."


def test_a_loader_is_refused() -> None:
    loader = DataLoader(TensorDataset(X, Y), batch_size=16)
    with pytest.raises(SettingError) as caught:
        trained("xla", loader, validation=0)
    assert str(caught.value) == (
        "engine='xla' needs the rows in memory, and this data comes from a loader.\n"
        " Pass (X, y), or compile the step of a loop of your own: pellucid.compile(step)."
    )
    assert trained(None, loader, validation=0)[0].epochs == 4


class Branching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, x: Any) -> Any:
        y = self.layer(x)
        return y if y.sum() > 0 else -y


def test_a_model_that_cannot_be_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Branching.forward.__code__.co_firstlineno + 2
    asked = f"(asked for at test_compiled_fit.py:{line})"
    with pytest.raises(TraceError) as caught:
        trained("xla", model=Branching())
    assert asked in str(caught.value)
    monkeypatch.setattr(driver, "_long_enough", lambda run: True)
    history, _ = trained(None, model=Branching())
    assert history.epochs == 4
    assert any(
        n.startswith("engine: numpy, because the step") and asked in n for n in history.notes
    )


def test_auto_is_numpy_for_short_runs_and_looks_at_no_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history, _ = trained(None)
    assert not any("xla" in note for note in history.notes)
    moments = iter(DRAW.random(10**6).cumsum() * 100)
    monkeypatch.setattr(time, "perf_counter", lambda: next(moments))
    monkeypatch.setattr(time, "time", lambda: next(moments))
    chosen = set()
    for _ in range(3):
        history, _ = trained(None)
        chosen.add(tuple(n for n in history.notes if n.startswith("engine")))
    assert len(chosen) == 1


def test_auto_is_xla_for_long_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def stop(run: Any) -> None:
        seen.append(run.compiled is not None)
        run.stop("seen")

    for epochs, wanted in [(2, False), (100_000, True)]:
        history, _ = trained(None, epochs=epochs, callbacks=[stop])
        assert seen.pop() is wanted and (NOTE in history.notes) is wanted


class Weighed(Exception):
    """Says how many seconds a step in NumPy was thought to take."""


def test_auto_counts_the_weights_of_a_window_at_every_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def weigh(run: Any, program: Any) -> bool:
        raise Weighed(driver.seconds_eager(program))

    monkeypatch.setattr(driver, "_worth_it", weigh)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 64, 10),
    )  # fmt: skip
    images = DRAW.random((320, 1, 8, 8), np.float32)
    with pytest.raises(Weighed) as caught:
        pl.fit(model, (images, np.arange(320) % 10), epochs=20, batch_size=64, progress=False)
    assert 0.004 < caught.value.args[0] < 0.03  # measured: about 0.01


class Ring(nn.Module):
    """A network that knows its six rows: each is seen beside its neighbors."""

    def __init__(self) -> None:
        super().__init__()
        pl.manual_seed(0)
        self.a, self.ends = nn.GCNConv(2, 1), pl.tensor([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0]])

    def forward(self, x: Any) -> Any:
        return self.a(x, self.ends)


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_a_network_that_knows_its_rows_is_shown_all(engine: str) -> None:
    x, y = pl.arange(12.0).reshape(6, 2) / 12, pl.ones(6, 1)
    given: dict[str, Any] = {"batch_size": 6, "shuffle": False, "validation": 0, "progress": False}
    history = pl.fit(Ring(), (x, y), epochs=2, engine=engine, **given)
    np.testing.assert_allclose(history.step_loss[0], ((Ring()(x) - y) ** 2).mean().item(), 1e-5)
