"""Watching a PyTorch loop: the same is seen as of ours, and nothing of the loop changes."""

from __future__ import annotations

import copy
import io
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from pellucid.bridges import torch as bridge  # noqa: E402
from tests.doctor.loop import trained  # noqa: E402

nn = torch.nn
F = torch.nn.functional


def _data(rows: int = 64) -> tuple[Any, Any]:
    x = torch.randn(rows, 4)
    return x, (x[:, 0] * x[:, 1] > 0).long()


def _network(drop: float = 0.0, norm: bool = False) -> Any:
    layers = [nn.Linear(4, 8), *([nn.BatchNorm1d(8)] if norm else []), nn.ReLU()]
    return nn.Sequential(*layers, *([nn.Dropout(drop)] if drop else []), nn.Linear(8, 2))


def _run(optimizer: str, watched: bool) -> list[Any]:
    torch.manual_seed(1)
    x, y = _data()
    model = _network(drop=0.3, norm=True)
    made = getattr(torch.optim, optimizer)(model.parameters(), lr=0.05)
    if watched:
        with bridge.watch(model, made, trials=False):
            losses = trained(torch, model, made, x, y)
    else:
        losses = trained(torch, model, made, x, y)
    state = [
        s for held in made.state.values() for s in held.values() if isinstance(s, torch.Tensor)
    ]
    return [torch.tensor(losses), *model.state_dict().values(), *state, torch.randn(3)]


@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_nothing_is_changed(optimizer: str) -> None:
    """Weights, losses, buffers, the optimizer's state and the random stream, bit for bit."""
    for a, b in zip(_run(optimizer, False), _run(optimizer, True), strict=True):
        assert torch.equal(a, b)


def _all_hooks(model: Any) -> int:
    found = 0
    for module in model.modules():
        found += len(module._forward_hooks) + len(module._forward_pre_hooks)
    return found


def test_everything_is_taken_away_again() -> None:
    """After the block, and after an exception in it."""
    x, y = _data()
    model = _network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    modules = torch.nn.modules.module
    owned = lambda: (  # noqa: E731
        F.cross_entropy, torch.Tensor.backward, torch.autograd.backward, nn.Module.__call__,
        torch.amp.GradScaler.scale, torch.optim.lr_scheduler.StepLR.step,
        torch.utils.data.DataLoader.__iter__, nn.utils.clip_grad_norm_,
    )  # fmt: skip
    before = owned()

    def stop(step: int) -> None:
        if step == 2:
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"), bridge.watch(model, optimizer) as report:
        trained(torch, model, optimizer, x, y, after=stop)
    assert owned() == before
    assert "__call__" in vars(nn.Module)
    assert _all_hooks(model) == 0
    assert not optimizer._optimizer_step_pre_hooks and not optimizer._optimizer_step_post_hooks
    assert not modules._global_forward_hooks and not modules._global_forward_pre_hooks
    assert torch.overrides._get_current_function_mode_stack() == []
    assert (report.seen.finished, report.seen.error) == (False, "ValueError: enough")
    assert report.seen.missing == {}


def test_what_is_seen() -> None:
    """The same fields as of a loop of ours."""
    torch.manual_seed(0)
    x, y = _data(96)
    held_x, held_y = _data(40)
    model = _network(drop=0.2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5)
    rows = torch.utils.data.TensorDataset(x, y)
    loader = torch.utils.data.DataLoader(rows, batch_size=16, shuffle=True)
    loss_fn = nn.CrossEntropyLoss()
    with bridge.watch(model, optimizer, loss_fn, trials=False) as report:
        for _ in range(3):
            model.train()
            for a, b in loader:
                optimizer.zero_grad()
                loss_fn(model(a), b).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            schedule.step()
            model.eval()
            with torch.no_grad():
                loss_fn(model(held_x), held_y)
    seen = report.seen
    assert seen.missing == {}
    assert [(c.name, c.path, c.inputs, c.part) for c in seen.calls] == [
        ("linear", "0", (-1,), "model"),
        ("relu", "1", (0,), "model"),
        ("dropout", "2", (1,), "model"),
        ("linear", "3", (2,), "model"),
        ("cross_entropy", "", (3, -2), "loss"),
    ]
    assert seen.calls[2].settings["p"] == 0.2
    assert seen.calls[0].line.startswith("test_watch.py:")
    assert [m.step for m in seen.moments] == [0, 1, 2, 5, 11]
    assert all(len(m.activity) == 5 and len(m.moves) == 4 for m in seen.moments)
    first = seen.moments[0]
    assert first.moves["0.weight"].update == pytest.approx(0.01 * 32**0.5, rel=0.01)
    assert all(a.grad is not None for a in first.activity.values())
    assert [(s.step, s.rows) for s in seen.scores] == [(6, 40), (12, 40), (18, 40)]
    assert seen.train is not None and seen.train.total == 96
    model.eval()
    with torch.no_grad():
        np.testing.assert_allclose(
            seen.train.prediction, model(torch.from_numpy(seen.train.x)).numpy(), atol=1e-6
        )
    assert (seen.epoch, seen.rows, seen.shuffled, seen.schedule) == (6, 96, True, "StepLR")
    assert seen.rates == [(0, 0.01), (12, 0.005)]
    events = seen.events
    assert (events.steps, events.stale, events.wasted, events.train_in_eval) == (18, 0, 0, 0)
    assert (events.eval_passes, events.eval_in_train, events.mode_layers) == (3, 0, ("2",))


def test_faults_of_a_loop() -> None:
    """Gradients never cleared, parts cut off, strangers, shapes that broadcast."""
    x, y = _data()
    model = _network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bridge.watch(model, optimizer, trials=False) as report:
        for _ in range(6):
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert report.seen.events.stale == 5
    assert report.findings == ["zero_grad_misuse"]

    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = nn.Linear(4, 8), nn.Linear(8, 1)
            self.rest = [nn.Linear(1, 1)]

        def forward(self, x: Any) -> Any:
            return self.rest[0](self.b(torch.relu(self.a(x)).detach()))

    cut = Cut()
    optimizer = torch.optim.SGD(cut.parameters(), lr=0.1)
    with bridge.watch(cut, optimizer, trials=False) as report:
        for _ in range(4):
            optimizer.zero_grad()
            ((cut(x) - x[:, 0]) ** 2).mean().backward()
            optimizer.step()
    seen = report.seen
    assert [c.name for c in seen.calls] == [
        "linear", "relu", "detach", "linear", "linear", "sub", "pow", "mean",
    ]  # fmt: skip
    assert seen.calls[4].strangers == 2
    assert [w.name for w in seen.weights if w.used and not w.reached] == ["a.weight", "a.bias"]
    mixing = seen.calls[5]
    assert (mixing.inputs, mixing.shapes, mixing.shape) == ((4, -2), ((64, 1), (64,)), (64, 64))


def test_mixed_precision_and_accumulation() -> None:
    """Losses are told without their scale, and several backward passes to a step are no fault."""
    x, y = _data()
    model = _network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)
    told = []
    with bridge.watch(model, optimizer, trials=False) as report:
        for _ in range(5):
            for part in (slice(0, 32), slice(32, 64)):
                with torch.autocast("cpu", dtype=torch.bfloat16):
                    loss = F.cross_entropy(model(x[part]), y[part]) / 2
                told.append(loss.item())
                scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
    seen = report.seen
    assert seen.missing == {}
    assert (seen.events.stale, seen.events.per_step) == (0, 2.0)
    np.testing.assert_allclose(seen.losses, np.array(told).reshape(5, 2).sum(1), rtol=1e-5)


def test_other_loops_do_not_break() -> None:
    """Two networks and optimizers, outputs with attributes, a compiled or saved network."""
    generator, judge = nn.Linear(3, 4), _network()
    first = torch.optim.Adam(generator.parameters())
    second = torch.optim.Adam(judge.parameters())
    ones, zeros = torch.ones(8).long(), torch.zeros(8).long()
    with bridge.watch([generator, judge], [first, second], trials=False) as report:
        for _ in range(4):
            fake = generator(torch.randn(8, 3))
            second.zero_grad()
            real = F.cross_entropy(judge(torch.randn(8, 4)), ones)
            (real + F.cross_entropy(judge(fake.detach()), zeros)).backward()
            second.step()
            first.zero_grad()
            F.cross_entropy(judge(fake), ones).backward()
            first.step()
    events = report.seen.events
    assert report.seen.missing.keys() <= {"train", "trials"}
    assert (events.steps, events.stale, events.wasted) == (8, 0, 0)

    class Out:
        def __init__(self, loss: Any, logits: Any) -> None:
            self.loss, self.logits = loss, logits

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.head = nn.Embedding(10, 6), nn.Linear(6, 2)

        def forward(self, ids: Any, labels: Any = None) -> Out:
            scores = self.head(self.table(ids).mean(1))
            return Out(None if labels is None else F.cross_entropy(scores, labels), scores)

    reader = Reader()
    adam = torch.optim.AdamW(reader.parameters())
    saved = io.BytesIO()
    with bridge.watch(reader, adam, trials=False) as report:
        for _ in range(3):
            reader(torch.randint(0, 10, (8, 5)), labels=torch.randint(0, 2, (8,))).loss.backward()
            adam.step()
            adam.zero_grad()
        other = copy.deepcopy(judge)
        torch.save(other, saved)
    assert [c.name for c in report.seen.calls] == ["embedding", "mean", "linear", "cross_entropy"]
    assert report.seen.loss is not None and report.seen.loss.target == (8,)


def test_the_first_that_is_not_finite() -> None:
    """It is found at a step that wasn't looked at."""
    x = torch.randn(16, 4)
    shift = [5.0]

    class Root(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x: Any) -> Any:
            return torch.relu(torch.log(torch.sigmoid(self.fc(x)) + shift[0]))

    model = Root()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    with bridge.watch(model, optimizer, trials=False) as report:
        for i in range(9):
            shift[0] = 5.0 if i < 8 else -5.0
            optimizer.zero_grad()
            F.mse_loss(model(x), torch.zeros(16, 1)).backward()
            optimizer.step()
    seen = report.seen
    moment = next(m for m in seen.moments if m.first_bad is not None)
    assert (moment.step, seen.calls[moment.first_bad].name) == (8, "log")


def test_networks_and_optimizers_are_found() -> None:
    """`watch()` without arguments, around a whole program."""
    with bridge.watch(trials=False) as report:
        x, y = _data()
        model = _network(norm=True)
        trained(torch, model, torch.optim.Adam(model.parameters()), x, y)
    seen = report.seen
    assert (seen.optimizer, seen.events.steps, len(seen.weights)) == ("Adam", 12, 6)
    assert all(w.held and w.moved and w.used for w in seen.weights)


def test_an_optimizer_that_a_schedule_has_changed_before_is_found() -> None:
    """A schedule puts a `step` of its own on the optimizer, which calls no class's any more."""
    from torch.optim import optimizer as hooks

    x, y = _data()
    model = _network(norm=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    before = list(hooks._global_optimizer_pre_hooks)
    with bridge.watch(trials=False) as report:
        trained(torch, model, optimizer, x, y)
        schedule.step()
    seen = report.seen
    assert (seen.optimizer, seen.schedule, seen.events.steps) == ("SGD", "ExponentialLR", 12)
    assert seen.events.stale == 0 and all(w.held and w.moved for w in seen.weights)
    assert list(hooks._global_optimizer_pre_hooks) == before


def test_a_loss_that_was_taken_before_the_watch_is_followed() -> None:
    """`loss_fn = F.cross_entropy` goes past what the watch puts in its place."""
    loss_fn = torch.nn.functional.cross_entropy
    x, y = torch.randn(64, 4), torch.arange(64) % 2
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with bridge.watch(model, optimizer, trials=False) as report:
        for step in range(120):
            rows = slice(step % 4 * 8, step % 4 * 8 + 8)
            optimizer.zero_grad()
            loss_fn(model(x[rows]), y[rows]).backward()
            optimizer.step()
            with torch.no_grad():
                loss_fn(model(x[32:]), y[32:])
    seen = report.seen
    steps = [score.step for score in seen.scores]
    assert seen.loss is not None and seen.loss.name == "cross_entropy"
    assert len(seen.train.x) == 32 and 80 <= len(steps) < 90 and steps[-1] > 100


def test_a_look_that_ends_in_the_midst_of_a_call_leaves_no_mode_behind() -> None:
    from torch.overrides import _get_current_function_mode_stack as stack

    from pellucid.bridges.torch.library import Torch
    from pellucid.bridges.torch.tracing import Tracer

    seen: list[str] = []

    def ends(name: str, *rest: Any) -> None:
        seen.append(name)
        tracer.stop()

    tracer = Tracer(Torch(), ends)
    assert tracer.start()
    x = torch.ones(2)
    x + x
    x * x
    assert seen == ["add"], "what has ended sees nothing"
    assert tracer.start(), "its own remains are no mode of somebody else's"
    tracer.stop()
    assert not list(stack())


def test_modes_of_others_end_as_they_began() -> None:
    """A `with torch.device(…)` over some steps takes itself off the stack, and not ours."""
    from torch.overrides import _get_current_function_mode_stack as stack

    x, y = torch.randn(16, 4), torch.randint(0, 2, (16,))
    model = torch.nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)

    def step() -> None:
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    with bridge.watch(model, optimizer, trials=False) as report:
        with torch.device("cpu"):
            step()
            step()
        assert all(type(mode).__name__ != "DeviceContext" for mode in stack())
        step()
        step()
    assert not stack()
    assert report.seen.calls and "calls" not in report.seen.missing
