"""Steps that were compiled: what is seen of them, and that they are the same, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.doctor import watch
from pellucid.doctor.watching import inside, paced
from pellucid.doctor.watching.early import Given
from pellucid.doctor.watching.filling import seen_of
from pellucid.doctor.watching.ours import Ours
from pellucid.doctor.watching.watcher import Watcher


def _run(engine: str, watched: bool) -> tuple[list[Any], Any]:
    """Losses, weights, buffers, moments, gradients and the stream after 30 compiled steps."""
    pl.manual_seed(3)
    x = pl.randn(48, 4)
    y = (x[:, 0] * x[:, 1] > 0).long()
    model = nn.Sequential(
        nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.2), nn.Linear(8, 2)
    )
    optimizer = pl.optim.Adam(model.parameters(), lr=0.05)

    @pl.compile(engine=engine)  # type: ignore[untyped-decorator]
    def step(a: Any, b: Any) -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        return loss

    def train() -> list[float]:
        return [float(step(x[i % 3 :: 3], y[i % 3 :: 3])) for i in range(30)]

    seen: Any = None
    if watched:
        watcher = Watcher(Ours(), [model], [optimizer])
        watcher.begin()
        losses = train()
        watcher.end()
        seen = seen_of(watcher)
    else:
        losses = train()
    drawn = pl.randn(3).numpy()
    assert not optimizer._before and not optimizer._after and "step" not in vars(optimizer)
    state = [s.numpy().copy() for held in optimizer.state.values() for s in held.values()]
    weights = [p.detach().numpy().copy() for p in model.state_dict().values()]
    grads = [p.grad.numpy().copy() for p in model.parameters() if p.grad is not None]
    return [np.array(losses), *weights, *state, *grads, drawn], seen


@pytest.mark.parametrize("engine", ["numpy", pytest.param("xla", marks=pytest.mark.slow)])
def test_nothing_is_changed_and_all_is_seen(engine: str) -> None:
    """The same bits with and without a watch, and what rules ask for."""
    plain, _ = _run(engine, False)
    watched, seen = _run(engine, True)
    for a, b in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(a, b)
    assert seen.missing == {}
    np.testing.assert_allclose(seen.losses, plain[0], rtol=1e-5)
    names = [call.name for call in seen.calls]
    assert [n for n in names if n != "moments"] == [
        "linear", "batch_norm", "relu", "dropout", "linear", "cross_entropy",
    ]  # fmt: skip
    assert [m.step for m in seen.moments][:2] == [1, 2]
    first = seen.moments[0]
    assert first.activity[names.index("relu")].zeros > 0.1 and first.activity[0].grad is not None
    move = first.moves["0.weight"]
    assert move.grad is not None and move.update is not None
    assert 0.5 < move.update / (0.05 * 32**0.5) < 1.5  # Adam goes about the rate in each
    assert (seen.events.steps, seen.events.backwards, seen.events.stale) == (30, 30, 0)
    assert seen.train is not None and seen.train.total == 48


def test_what_is_wrong_inside_is_found() -> None:
    """A softmax before the loss, and gradients that are never cleared."""
    pl.manual_seed(0)
    x = pl.randn(48, 4)
    y = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2), nn.Softmax(1))
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step() -> None:
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    with (
        pytest.warns(UserWarning, match="softmax"),
        watch(model, optimizer, trials=False) as report,
    ):
        for _ in range(20):
            step()
    assert {"zero_grad_misuse", "double_softmax"} <= set(report.findings)
    assert report.seen.missing["losses"] == "the compiled step does not return its loss"


def test_in_long_runs_some_losses_stand_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many losses as steps; one in four is read, the others are the one before."""
    monkeypatch.setattr("pellucid.doctor.watching.paced._MANY", 100)
    pl.manual_seed(0)
    x = pl.randn(48, 4)
    y = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = pl.optim.SGD(model.parameters(), lr=0.1)

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    watcher = Watcher(Ours(), [model], [optimizer])
    watcher.begin()
    real = np.array([float(step()) for _ in range(600)])
    watcher.end()
    seen = seen_of(watcher)
    assert seen.missing == {} and len(seen.losses) == seen.events.steps == 600
    np.testing.assert_allclose(seen.losses[:100], real[:100], rtol=1e-5)
    exact = np.isclose(seen.losses, real, rtol=1e-6)
    assert 0.2 < exact[200:].mean() < 0.4
    np.testing.assert_allclose(seen.losses, real, rtol=0.05)


def _small(rate: float = 0.1) -> tuple[Any, Any, Any]:
    """A network, its optimizer, and its compiled step."""
    pl.manual_seed(0)
    x = pl.randn(48, 4)
    y = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 2))
    optimizer = pl.optim.SGD(model.parameters(), lr=rate)

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step() -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step


def test_small_steps_are_looked_at_when_all_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the weights, the dropout and the rate that they had, and without taking the time."""
    looked: list[int] = []
    look = paced.Paced._look

    def counted(self: Any, args: Any, kwargs: Any) -> Any:
        looked.append(self.watcher.step)
        return look(self, args, kwargs)

    monkeypatch.setattr(paced.Paced, "_look", counted)
    model, optimizer, step = _small()
    watcher = Watcher(Ours(), [model], [optimizer])
    watcher.begin()
    weights, losses = [], []
    for i in range(30):
        optimizer.param_groups[0]["lr"] = 0.1 / (i + 1)
        weights.append(model[0].weight.detach().numpy().copy())
        losses.append(float(step()))
    end = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    watcher.end()
    seen = seen_of(watcher)
    assert len(looked) == 1 and seen.missing == {}
    assert [m.step for m in seen.moments] == [1, 2, 5, 11, 23]
    for moment in seen.moments[1:]:
        np.testing.assert_allclose(moment.loss, losses[moment.step], rtol=1e-5)
        assert moment.lr == 0.1 / (moment.step + 1)
        moved = np.linalg.norm(weights[moment.step + 1] - weights[moment.step])
        np.testing.assert_allclose(moment.moves["0.weight"].update, moved, rtol=1e-4)
    assert optimizer.param_groups[0]["lr"] == 0.1 / 30
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), end[name])
    assert (seen.events.steps, len(seen.losses)) == (30, 30)


def test_large_steps_are_looked_at_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those nothing is kept."""
    monkeypatch.setattr("pellucid.doctor.watching.later._MOST", 100)
    model, optimizer, step = _small()
    with watch(model, optimizer, trials=False) as report:
        losses = [float(step()) for _ in range(5)]
    assert [m.step for m in report.seen.moments] == [1, 2]
    np.testing.assert_allclose(report.seen.losses, losses, rtol=1e-5)


@pytest.mark.parametrize(
    ("count", "wait", "share", "seen_at"),
    [(30, 100, 1e9, [1]), (300, 20, 1e9, [1]), (30, 100, 0.0, [1, 2, 5, 11, 23])],
)
def test_the_first_look_at_large_steps_is_put_off(
    monkeypatch: pytest.MonkeyPatch, count: int, wait: int, share: float, seen_at: list[int]
) -> None:
    """It takes as long as several: it shows the first step that was kept, as that was."""
    monkeypatch.setattr("pellucid.doctor.watching.later._SMALL", 100)
    monkeypatch.setattr(paced, "_FIRST", wait)
    monkeypatch.setattr(paced, "_SHARE", share)  # of the time that copies must be below
    began: list[int] = []
    steps: list[Any] = []
    whole, step_inside = paced.Paced._at_last, inside.Inside.step

    def counted(self: Any) -> None:
        began.append(len(self.outs))
        whole(self)

    def stepped(self: Any, *args: Any) -> None:
        steps.append(self)
        step_inside(self, *args)

    monkeypatch.setattr(paced.Paced, "_at_last", counted)
    monkeypatch.setattr(inside.Inside, "step", stepped)
    plain = _of_rows(count)
    model, optimizer, step, rows = _given_rows()
    watcher = Watcher(Ours(), [model], [optimizer])
    watcher.begin()
    losses, updates = [], []
    for i in range(count):
        before = model[0].weight.detach().numpy().copy()
        losses.append(float(step(*rows[i % 4])))
        updates.append(np.linalg.norm(model[0].weight.detach().numpy() - before))
    watcher.end()
    seen = seen_of(watcher)
    assert began == [min(count, wait)] and len(steps) == 1 and seen.missing == {}
    np.testing.assert_array_equal(losses, plain)
    np.testing.assert_allclose(seen.losses, losses, rtol=1e-6)
    assert (seen.events.steps, seen.events.backwards, seen.events.stale) == (count, count, 0)
    assert [m.step for m in seen.moments] == seen_at
    for moment in seen.moments:
        np.testing.assert_allclose(moment.loss, losses[moment.step], rtol=1e-5)
        update = moment.moves["0.weight"].update
        np.testing.assert_allclose(update, updates[moment.step], rtol=1e-4)
    assert "test_watch_compiled" in seen.calls[0].line
    assert seen.train is not None and seen.train.total == 48
    np.testing.assert_array_equal(seen.train.x[:12], rows[1][0].numpy())  # the first is compiled


def _given_rows() -> tuple[Any, Any, Any, list[Any]]:
    """As `_small`, with four batches that the step is given."""
    model, optimizer, _ = _small()
    x = pl.randn(48, 4)
    y = (x[:, 0] > 0).long()

    @pl.compile(engine="numpy")  # type: ignore[untyped-decorator]
    def step(a: Any, b: Any) -> Any:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(a), b)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, step, [(x[i::4], y[i::4]) for i in range(4)]


def _of_rows(count: int) -> list[float]:
    """The losses of so many steps that nobody watches."""
    _, _, step, rows = _given_rows()
    return [float(step(*rows[i % 4])) for i in range(count)]


@pytest.mark.parametrize("size", [1, 100])
def test_a_single_step_is_counted_once(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Though the one after it was looked at in advance; or itself, where steps are large."""
    if size == 100:
        monkeypatch.setattr("pellucid.doctor.watching.later._SMALL", size)
    model, optimizer, step = _small()
    with watch(model, optimizer, trials=False) as report:
        loss = float(step())
    seen = report.seen
    assert (seen.events.steps, seen.events.backwards) == (1, 1)
    np.testing.assert_allclose(seen.losses, [loss], rtol=1e-6)


def test_a_watch_has_no_step_traced_anew() -> None:
    """What it hangs on an optimizer only looks on, and is not asked about at every step."""
    model, optimizer, step = _small()
    step()
    guards = len(step._form().traced.guards)
    with watch(model, optimizer, trials=False):
        step()
        assert step.traces == 1
    step()
    assert (step.traces, len(step._form().traced.guards)) == (1, guards)
    optimizer.register_step_post_hook(lambda *given: None)  # anyone else's is a part of it
    step()
    assert step.traces == 2


def test_networks_that_only_a_compiled_step_calls_are_found() -> None:
    """With the weights from before the first step, and nothing traced or taken twice."""
    plain_model, _, step = _small()
    plain = [float(step()) for _ in range(8)]
    model, _optimizer, step = _small()
    first = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    with watch(trials=False) as report:
        losses = [float(step()) for _ in range(8)]
    assert losses == plain and step.traces == 1
    for name, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), plain_model.state_dict()[name].numpy())
    seen = report.seen
    assert (seen.events.steps, seen.optimizer) == (8, "SGD")
    np.testing.assert_allclose(seen.losses, losses, rtol=1e-6)
    assert seen.weights[0].std == pytest.approx(float(first["0.weight"].std()), rel=1e-6)


def test_what_a_step_was_given_is_known_again() -> None:
    """Small Tensors come back as they were; large ones are the same or gone."""
    few, many = pl.randn(10), pl.randn(100_000)
    was = few.numpy().copy()
    given = Given(few), Given(many)
    assert given[0].then() is few and given[1].then() is many
    few.add_(1.0)
    many.add_(1.0)
    np.testing.assert_array_equal(given[0].then().numpy(), was)
    assert given[1].then() is None


def test_a_buffer_that_is_filled_anew_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    """The step that was kept is gone; the first look is taken as the loop left things."""
    monkeypatch.setattr("pellucid.doctor.watching.later._SMALL", 100)
    monkeypatch.setattr("pellucid.doctor.watching.early._SMALL", 100)
    model, optimizer, step, rows = _given_rows()
    x, y = rows[0][0].clone(), rows[0][1].clone()
    losses = []
    with watch(model, optimizer, trials=False) as report:
        for i in range(20):
            x.copy_(rows[i % 4][0])
            y.copy_(rows[i % 4][1])
            losses.append(float(step(x, y)))
    assert losses == _of_rows(20)
    seen = report.seen
    assert (seen.events.steps, len(seen.losses)) == (20, 20) and seen.calls
    np.testing.assert_allclose(seen.losses, losses, rtol=1e-6)


def test_who_watches_holds_no_weights() -> None:
    """Weights that somebody else holds are fetched after every step; a GRU is told as one call."""
    pl.manual_seed(0)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.head = nn.GRU(3, 4, batch_first=True), nn.Linear(4, 1)

        def forward(self, x: Any) -> Any:
            return self.head(self.cell(x)[0])

    model = Net()
    optimizer = pl.optim.Adam(model.parameters())
    x = pl.randn(8, 5, 3)

    @pl.compile(engine="xla")
    def step() -> Any:
        optimizer.zero_grad()
        loss = ((model(x) - 1.0) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss.detach()

    watcher = Watcher(Ours(), [model], [optimizer])
    watcher.begin()
    for _ in range(6):
        float(step())
    (bank,) = step._banks.values()
    assert watcher.looks.moments and bank._shared == []
    watcher.end()
