"""Watching one of our own loops: what is seen of it, and that nothing of it changes."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.doctor import watch
from pellucid.errors import SettingError
from pellucid.graph import mode
from pellucid.nn import functional as F
from tests.doctor.loop import trained


def _data(rows: int = 64) -> tuple[Any, Any]:
    x = pl.randn(rows, 4)
    return x, (x[:, 0] * x[:, 1] > 0).long()


def _network(drop: float = 0.0, norm: bool = False) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Linear(4, 8)]
    if norm:
        layers.append(nn.BatchNorm1d(8))
    layers.append(nn.ReLU())
    if drop:
        layers.append(nn.Dropout(drop))
    return nn.Sequential(*layers, nn.Linear(8, 2))


def _run(optimizer: str, watched: bool) -> list[np.ndarray[Any, Any]]:
    pl.manual_seed(1)
    x, y = _data()
    model = _network(drop=0.3, norm=True)
    made = getattr(pl.optim, optimizer)(model.parameters(), lr=0.05)
    if watched:
        with watch(model, made, trials=False):
            losses = trained(pl, model, made, x, y)
    else:
        losses = trained(pl, model, made, x, y)
    state = [
        s.numpy().copy() for held in made.state.values() for s in held.values() if s is not None
    ]
    weights = [p.detach().numpy().copy() for p in model.state_dict().values()]
    return [np.array(losses), *weights, *state, pl.randn(3).numpy()]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_nothing_is_changed(optimizer: str) -> None:
    """Weights, losses, buffers, the optimizer's state and the random stream, bit for bit."""
    for a, b in zip(_run(optimizer, False), _run(optimizer, True), strict=True):
        np.testing.assert_array_equal(a, b)


def test_everything_is_taken_away_again() -> None:
    """After the block, and after an exception in it."""
    x, y = _data()
    model = _network()
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    before = (F.cross_entropy, pl.Tensor.backward, mode.engine(), nn.Module.__call__)

    def stop(step: int) -> None:
        if step == 3:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"), watch(model, optimizer, trials=False) as report:
        trained(pl, model, optimizer, x, y, after=stop)
    assert (F.cross_entropy, pl.Tensor.backward, mode.engine(), nn.Module.__call__) == before
    assert not model._hooked().entries()
    assert not optimizer._before and not optimizer._after
    assert report.seen.finished is False
    assert report.seen.error == "ValueError: enough"
    assert report.seen.events.steps == 4
    assert report.seen.missing == {}


def test_what_is_seen() -> None:
    """Calls, parameters, moments, losses, scores, rows."""
    pl.manual_seed(0)
    x, y = _data(96)
    held_x, held_y = _data(40)
    model = _network(drop=0.2)
    optimizer = pl.optim.Adam(model.parameters(), lr=0.01)
    loader = pl.utils.data.DataLoader(
        pl.utils.data.TensorDataset(x, y), batch_size=16, shuffle=True
    )
    loss_fn = nn.CrossEntropyLoss()
    with watch(model, optimizer, trials=False) as report:
        for _ in range(3):
            model.train()
            for a, b in loader:
                optimizer.zero_grad()
                loss_fn(model(a), b).backward()
                optimizer.step()
            model.eval()
            with pl.no_grad():
                loss_fn(model(held_x), held_y)
    seen = report.seen
    assert [(c.name, c.path, c.inputs, c.part) for c in seen.calls] == [
        ("linear", "0", (-1,), "model"),
        ("relu", "1", (0,), "model"),
        ("dropout", "2", (1,), "model"),
        ("linear", "3", (2,), "model"),
        ("cross_entropy", "", (3, -2), "loss"),
    ]
    assert seen.calls[0].weights == ("0.weight", "0.bias")
    assert seen.calls[0].line.startswith("test_watch.py:")
    assert [m.step for m in seen.moments] == [0, 1, 2, 5, 11]
    first = seen.moments[0]
    assert set(first.activity) == {0, 1, 2, 3, 4}
    assert first.activity[1].zeros > 0.2
    assert all(a.grad is not None for a in first.activity.values())
    assert first.moves["0.weight"].update == pytest.approx(0.01 * 32**0.5, rel=0.01)
    assert len(seen.losses) == 18 and seen.losses[0] == pytest.approx(first.loss)
    assert [(s.step, s.rows, s.training) for s in seen.scores] == [
        (6, 40, False), (12, 40, False), (18, 40, False),
    ]  # fmt: skip
    assert seen.loss is not None and seen.loss.name == "cross_entropy"
    assert seen.loss.settings["label_smoothing"] == 0.0
    assert seen.train is not None and seen.train.total == 96
    assert seen.train.prediction is not None and seen.train.prediction.shape == (96, 2)
    assert seen.held_out is not None and len(seen.held_out.x) == 40
    assert (seen.epoch, seen.rows, seen.shuffled) == (6, 96, True)
    assert sum(b.rows for b in seen.batches[:6]) == 96
    assert (seen.optimizer, seen.settings["lr"], seen.rates) == ("Adam", 0.01, [(0, 0.01)])
    events = seen.events
    assert (events.steps, events.stale, events.wasted, events.per_step) == (18, 0, 0, 1.0)
    assert (events.train_passes, events.train_in_eval, events.eval_passes) == (18, 0, 3)
    assert (events.eval_in_train, events.mode_layers) == (0, ("2",))
    assert set(events.lines) == {"loss", "backward", "step", "eval"}
    model.eval()
    with pl.no_grad():
        np.testing.assert_array_equal(seen.train.prediction, model(pl.tensor(seen.train.x)).numpy())


@pytest.mark.parametrize(("whole", "found"), [(False, 0), (True, 6)])
def test_batch_normalization_that_alone_is_switched_off_is_meant(whole: bool, found: int) -> None:
    """As in fine-tuning; a network that is switched as a whole was left so."""
    x, y = _data()
    model = _network(norm=True)
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, optimizer, trials=False) as report:
        for _ in range(6):
            model.train()
            (model if whole else model[1]).eval()
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert report.seen.events.train_in_eval == found


def _events(loop: Callable[[Any, Any, Any, Any], None]) -> Any:
    x, y = _data()
    model = _network()
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    with watch(model, optimizer, trials=False) as report:
        for _ in range(6):
            loop(model, optimizer, x, y)
    return report.seen.events


def _never(model: Any, optimizer: Any, x: Any, y: Any) -> None:
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


def _too_early(model: Any, optimizer: Any, x: Any, y: Any) -> None:
    F.cross_entropy(model(x), y).backward()
    model.zero_grad()
    optimizer.step()


def _accumulated(model: Any, optimizer: Any, x: Any, y: Any) -> None:
    optimizer.zero_grad(set_to_none=False)
    for part in (slice(0, 32), slice(32, 64)):
        (F.cross_entropy(model(x[part]), y[part]) / 2).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimizer.step()


def _by_hand(model: Any, optimizer: Any, x: Any, y: Any) -> None:
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None


@pytest.mark.parametrize(
    ("loop", "stale", "wasted", "per_step"),
    [
        (_never, 5, 0, 1.0),
        (_too_early, 0, 6, 1.0),
        (_accumulated, 0, 0, 2.0),
        (_by_hand, 0, 0, 1.0),
    ],
)
def test_clearing(loop: Any, stale: int, wasted: int, per_step: float) -> None:
    """Who clears gradients, and how, does not matter; accumulating on purpose is no fault."""
    events = _events(loop)
    assert (events.stale, events.wasted, events.per_step) == (stale, wasted, per_step)


def test_a_loss_by_hand() -> None:
    """Its target is found where the prediction meets something that is not the network's."""
    x = pl.randn(40, 4)
    y = x.sum(1, keepdim=True)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    optimizer = pl.optim.SGD(model.parameters(), lr=0.05)
    with watch(model, optimizer, trials=False) as report:
        for i in range(20):
            rows = slice(8 * (i % 5), 8 * (i % 5) + 8)
            penalty = sum(p.pow(2).sum() for p in model.parameters())
            loss = ((model(x[rows]) - y[rows]) ** 2).mean() + 1e-3 * penalty
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    seen = report.seen
    assert seen.loss is not None
    assert (seen.loss.name, seen.loss.target_kind, seen.loss.target) == ("own", "numbers", (8, 1))
    assert seen.train is not None and len(seen.train.x) == 40
    np.testing.assert_allclose(seen.train.x.sum(1, keepdims=True), seen.train.y, rtol=1e-5)
    linear = next(c for c in seen.calls if c.name == "linear")
    assert linear.inputs == (-1,)  # though its rows are cut out of more
    mixing = next(c for c in seen.calls if -2 in c.inputs)
    assert (mixing.name, mixing.shapes) == ("sub", ((8, 1), (8, 1)))
    assert any(c.part == "loss" and c.weights for c in seen.calls)
    assert (seen.epoch, seen.shuffled) == (5, False)


def test_the_first_that_is_not_finite() -> None:
    """It is found at a step that wasn't looked at, by running the pass once more on a copy."""

    class Root(nn.Module):
        shift = 5.0

        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x: Any) -> Any:
            return pl.relu(pl.log(pl.sigmoid(self.fc(x)) + self.shift))

    x = pl.randn(16, 4)
    model = Root()
    optimizer = pl.optim.SGD(model.parameters(), lr=1e-3)
    with watch(model, optimizer, trials=False) as report:
        for i in range(9):
            Root.shift = 5.0 if i < 8 else -5.0
            optimizer.zero_grad()
            F.mse_loss(model(x), pl.zeros(16, 1)).backward()
            optimizer.step()
    seen = report.seen
    moment = next(m for m in seen.moments if m.first_bad is not None)
    assert (moment.step, seen.calls[moment.first_bad or 0].name) == (8, "log")


def test_rows_with_nan_do_not_say_that_logarithms_are_raw_scores() -> None:
    """0/0 in shares made by hand: their logarithms are what nll_loss asks for, NaN beside."""
    x, y = pl.tensor([[1.0, 2.0], [-1.0, -1.0]] * 8), pl.tensor([1, 0] * 8)
    model = nn.Sequential(nn.Linear(2, 2, bias=False))
    model[0].weight.data.copy_(pl.eye(2))
    optimizer = pl.optim.SGD(model.parameters(), lr=0.01)
    with watch(model, optimizer) as report:
        for _ in range(12):
            optimizer.zero_grad()
            cut = F.relu(model(x))
            loss = F.nll_loss((cut / cut.sum(1, keepdim=True)).log(), y)
            loss.backward()
            optimizer.step()
    assert report.seen.loss is not None and report.seen.loss.logs_of_shares == 1.0
    assert report.findings == ["non_finite"]


def test_other_loops_do_not_break() -> None:
    """Closures, several networks, dicts, recurrent layers, no optimizer at all."""
    x, y = _data(32)
    model = _network()
    closing = pl.optim.LBFGS(model.parameters(), lr=0.1, max_iter=3)

    def closure() -> Any:
        closing.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        return loss

    with watch(model, closing, trials=False) as report:
        for _ in range(3):
            closing.step(closure)
    assert report.seen.missing == {}
    assert (report.seen.events.stale, report.seen.events.wasted) == (0, 0)

    class Recurrent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(4, 5, batch_first=True)
            self.head = nn.Linear(5, 2)

        def forward(self, batch: dict[str, Any]) -> dict[str, Any]:
            return {"scores": self.head(self.rnn(batch["x"])[0][:, -1])}

    recurrent = Recurrent()
    adam = pl.optim.Adam(recurrent.parameters())
    with watch([recurrent, model], [adam], trials=False) as report:
        for _ in range(3):
            adam.zero_grad()
            out = recurrent({"x": pl.randn(6, 3, 4)})["scores"]
            F.cross_entropy(out, y[:6]).backward()
            adam.step()
    assert [c.name for c in report.seen.calls] == ["lstm", "getitem", "linear", "cross_entropy"]
    assert report.seen.calls[0].path == "0.rnn"

    with watch(model, trials=False) as report:
        for _ in range(4):
            F.cross_entropy(model(x), y).backward()
            with pl.no_grad():
                for p in model.parameters():
                    p -= 0.1 * p.grad
                    p.grad = None
    assert len(report.seen.losses) == 4


def test_networks_and_optimizers_are_found() -> None:
    """`watch()` without arguments, around a whole program."""
    with watch(trials=False) as report:
        x, y = _data()
        model = _network(norm=True)
        optimizer = pl.optim.Adam(model.parameters())
        trained(pl, model, optimizer, x, y)
    seen = report.seen
    assert (seen.optimizer, seen.events.steps, len(seen.weights)) == ("Adam", 12, 6)
    assert all(w.held and w.moved and w.used for w in seen.weights)
    assert seen.events.mode_layers == ("1",)


@pytest.mark.parametrize("doctor", [False, True])
def test_a_fit_in_a_program_that_is_watched(doctor: bool) -> None:
    """Its network is met late, and its own doctor's trials on copies are no part of the program."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(200, 4)).astype("float32")
    with watch(trials=False) as report:
        model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
        y = (rows[:, 0] > 0).astype(int)
        history = pl.fit(
            model, (rows, y), epochs=5, lr=30.0 if doctor else 0.01, doctor=doctor, progress=False
        )
    seen = report.seen
    assert seen.events.steps == history.steps and seen.settings["lr"] == (30.0 if doctor else 0.01)
    assert [w.name for w in seen.weights] == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert [c.weights for c in seen.calls if c.name == "linear"] == [
        ("0.weight", "0.bias"), ("2.weight", "2.bias")
    ]  # fmt: skip
    assert not {"frozen_parameters", "bad_init"} & set(report.findings)


def test_watches_in_each_other() -> None:
    """Both see their loop, whichever ends first."""
    x, y = _data()
    model = _network()
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    before = F.cross_entropy
    outer = watch(model, optimizer, trials=False)
    inner = watch(model, optimizer, trials=False)
    first = outer.__enter__()
    second = inner.__enter__()
    trained(pl, model, optimizer, x, y, steps=4)
    outer.__exit__(None, None, None)
    trained(pl, model, optimizer, x, y, steps=3)
    inner.__exit__(None, None, None)
    assert (first.seen.events.steps, second.seen.events.steps) == (4, 7)
    assert F.cross_entropy is before
    assert not optimizer._before


def test_copies_and_files_made_meanwhile() -> None:
    """A network that is copied or saved in the loop brings no watcher along."""
    x, y = _data()
    model = _network()
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    made = []
    with watch(model, optimizer, trials=False) as report:
        trained(
            pl, model, optimizer, x, y, steps=3, after=lambda _: made.append(copy.deepcopy(model))
        )
        read = pickle.loads(pickle.dumps(model))
        made[0](x)
    assert report.seen.events.eval_passes == 0
    np.testing.assert_array_equal(read(x).detach().numpy(), model(x).detach().numpy())


def test_evaluation_by_accuracy_alone() -> None:
    """What the prediction is compared with is the target."""
    x, y = _data()
    model = _network(drop=0.2)
    optimizer = pl.optim.Adam(model.parameters(), lr=0.05)
    held_x, held_y = _data(30)
    right = []

    def score(_: int) -> None:
        with pl.no_grad():
            right.append(float((model(held_x).argmax(1) == held_y).float().mean()))

    with watch(model, optimizer, trials=False) as report:
        trained(pl, model, optimizer, x, y, steps=5, after=score)
    seen = report.seen
    assert [s.right for s in seen.scores] == pytest.approx(right)
    assert seen.events.eval_in_train == 5


def test_before_the_end() -> None:
    """The report says that it is not there yet."""
    model = _network()
    with watch(model, trials=False) as report, pytest.raises(SettingError) as problem:
        report.findings  # noqa: B018
    assert str(problem.value) == (
        "report.findings is known when the `with` block has ended: the doctor is still watching.\n"
        " Look at the report after the block."
    )
    assert report.findings == []


def test_steps_before_the_backward_pass() -> None:
    """The loss of such a step is the one that follows it."""
    x, y = _data()
    model = _network()
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)
    told = []
    with watch(model, optimizer, trials=False) as report:
        for _ in range(5):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            optimizer.step()
            loss.backward()
            told.append(loss.item())
    seen = report.seen
    assert seen.losses.tolist() == pytest.approx(told)
    assert (seen.events.before, seen.events.wasted) == (1, 4)
    assert [c.name for c in seen.calls] == ["linear", "relu", "linear", "cross_entropy"]
