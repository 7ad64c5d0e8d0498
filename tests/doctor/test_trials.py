"""Trials on copies: the change works, nothing of the user's is touched, in both frameworks."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

import pellucid
from pellucid.doctor.seen import LossSeen, Rows
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.trials.batches import batches
from pellucid.doctor.trials.runner import Runner
from pellucid.doctor.watching.case import Case, Group

AS_IT_WAS = Change()
CLASSES, NUMBERS = LossSeen("cross_entropy", target_kind="classes"), LossSeen("mse_loss")


@pytest.fixture(params=["pellucid", "torch"])
def lib(request: pytest.FixtureRequest) -> Any:
    return pellucid if request.param == "pellucid" else pytest.importorskip("torch")


def array(tensor: Any) -> Any:
    return tensor.detach().numpy().copy()


def case_of(
    lib: Any, model: Any, x: Any, y: Any, loss: Callable[[Any, Any], Any], kind: str = "Adam",
    **settings: Any,
) -> Case:  # fmt: skip
    start = {name: value.detach().clone() for name, value in model.state_dict().items()}
    settings = {"lr": 0.01, "weight_decay": 0.0} | settings
    group = Group(tuple(name for name, _ in model.named_parameters()), settings)
    return Case(
        lib, model, start, getattr(lib.optim, kind), (group,), loss, lambda out: out, lib.tensor,
        array, Rows(x, y), None, 32, 150,
    )  # fmt: skip


def network(lib: Any, inputs: int = 2, outputs: int = 2, middle: Any = None) -> Any:
    lib.manual_seed(1)
    nn = lib.nn
    return nn.Sequential(
        nn.Linear(inputs, 16), nn.ReLU(), *([middle] if middle else []), nn.Linear(16, outputs)
    )


def moons(lib: Any, middle: Any = None, **settings: Any) -> Case:
    x, y = datasets.make_moons(200, noise=0.1, random_state=0)
    loss = lib.nn.functional.cross_entropy
    return case_of(lib, network(lib, middle=middle), x.astype(np.float32), y, loss, **settings)


def slope(lib: Any, far: float = 1.0, **settings: Any) -> Case:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(160, 3)).astype(np.float32)
    y = far * (x @ np.array([[1.0], [2.0], [-1.0]], np.float32) + 3)
    return case_of(lib, network(lib, 3, 1), x, y, lib.nn.functional.mse_loss, **settings)


def ran(runner: Runner, change: Change = AS_IT_WAS) -> Trial:
    trial = runner.run(change)
    assert trial is not None
    return trial


def seeded(lib: Any) -> None:
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    lib.manual_seed(7)


def drawn() -> tuple[float, float]:
    return random.random(), np.random.rand()  # noqa: NPY002


def test_a_trial_learns_and_is_remembered(lib: Any) -> None:
    runner = Runner(moons(lib), 5.0, CLASSES)
    trial = ran(runner)
    assert trial.steps == len(trial.losses) == 150 and trial.finite
    assert trial.losses[0] > 0.5 > 0.3 > trial.loss and (trial.right or 0) > 0.85
    assert trial.skill == pytest.approx(2 * (trial.right or 0) - 1, abs=0.06)
    assert 0.7 < (trial.held_right or 0) < 1 and np.isfinite(trial.held_loss)
    assert runner.run() is trial and 0 < runner.spent < 5
    again = ran(Runner(moons(lib), 5.0, CLASSES))
    np.testing.assert_array_equal(again.losses, trial.losses)


def test_it_is_the_loop_that_a_person_would_write(lib: Any) -> None:
    case = replace(moons(lib, kind="SGD", lr=0.1), held_out=None, steps=20)
    case.train = Rows(case.train.x[:50], case.train.y[:50])  # too few to leave rows out
    model = network(lib)
    optimizer = lib.optim.SGD(model.parameters(), lr=0.1)
    expected, chosen = [], batches(50, 32, True)
    for _ in range(20):
        places = next(chosen)
        optimizer.zero_grad()
        loss = lib.nn.functional.cross_entropy(
            model(lib.tensor(case.train.x[places])), lib.tensor(case.train.y[places])
        )
        loss.backward()
        optimizer.step()
        expected.append(loss.item())
    trial = ran(Runner(case, 5.0, CLASSES))
    np.testing.assert_allclose(trial.losses, expected, rtol=1e-5)
    assert trial.held_right is None and trial.held_skill is None


def test_nothing_of_the_user_s_is_touched(lib: Any, capsys: pytest.CaptureFixture[str]) -> None:
    case = moons(lib, lib.nn.Dropout(0.5))
    noisy: list[int] = []

    class Loud(lib.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner
            self.calls = 0

        def forward(self, x: Any) -> Any:
            print("called")
            self.calls += 1
            drawn()
            return self.inner(x)

    case.model = Loud(case.model)
    case.model.eval()
    case.model.register_forward_hook(lambda *_: noisy.append(1))
    case.start = {f"inner.{name}": value for name, value in (case.start or {}).items()}
    names = tuple(f"inner.{name}" for name in case.groups[0].names)
    case.groups = (replace(case.groups[0], names=names),)
    before = {name: array(value) for name, value in case.model.state_dict().items()}
    seeded(lib)
    expected = drawn(), lib.rand(3).tolist()
    seeded(lib)
    with lib.no_grad():
        trial = Runner(case, 5.0, CLASSES).run(Change(lr=30.0, onward=True))
        assert not lib.is_grad_enabled()
    assert trial is not None and trial.steps == 150
    assert (drawn(), lib.rand(3).tolist()) == expected
    assert not noisy and case.model.calls == 0 and not case.model.training
    assert capsys.readouterr().out == ""
    for name, value in case.model.state_dict().items():
        np.testing.assert_array_equal(array(value), before[name])
    assert all(p.grad is None for p in case.model.parameters())


def test_rates_and_optimizers(lib: Any) -> None:
    runner = Runner(moons(lib, lr=1e-5), 5.0, CLASSES)
    slow, quick = ran(runner), ran(runner, Change(lr=1000.0))
    adam = ran(runner, Change(optimizer="Adam", rate=0.01))
    assert slow.loss > 0.6 and quick.loss < 0.4
    np.testing.assert_array_equal(adam.losses, quick.losses)
    wild = ran(Runner(slope(lib, kind="SGD", lr=1e9), 5.0, NUMBERS))
    assert not wild.finite and wild.steps < 20 and not np.isfinite(wild.loss)


def test_scales_of_inputs_and_targets(lib: Any) -> None:
    far = Runner(slope(lib, 500.0), 5.0, NUMBERS)
    plain, scaled = ran(far), ran(far, Change(targets=True))
    assert scaled.losses[0] == pytest.approx(plain.losses[0], rel=1), "in the same units"
    assert (scaled.explained or 0) > 0.9 > 0.5 > (plain.explained or 0)
    assert scaled.loss == pytest.approx((1 - (scaled.explained or 0)) * 1.5e6, rel=0.3)
    case = moons(lib)
    case.train = Rows(case.train.x * 1000 + 9000, case.train.y)  # type: ignore[union-attr]
    runner = Runner(case, 5.0, CLASSES)
    assert ran(runner, Change(inputs=True)).loss < 0.5 < ran(runner).loss
    same = ran(runner, Change(targets=True))
    np.testing.assert_array_equal(same.losses, ran(runner).losses)


def test_fresh_weights_and_the_end(lib: Any) -> None:
    case = moons(lib)
    zeros = {name: 0 * value for name, value in (case.start or {}).items()}
    case.start = zeros
    runner = Runner(case, 5.0, CLASSES)
    assert ran(runner).loss > 0.68 and ran(runner, Change(fresh=True)).loss < 0.4
    with lib.no_grad():
        for parameter in case.model.parameters():
            parameter.mul_(0)
    assert ran(runner, Change(onward=True)).losses[0] == pytest.approx(np.log(2), abs=1e-5)


@pytest.mark.slow
def test_dropout_decay_and_penalties_can_be_taken_out(lib: Any) -> None:
    case = moons(lib, lib.nn.Dropout(0.95), weight_decay=0.0)
    with_it, without = (ran(Runner(case, 5.0, CLASSES), Change(dropout=d)) for d in (True, False))
    assert without.loss < 0.4 < with_it.loss
    norm = moons(lib, lib.nn.BatchNorm1d(16))
    statistics = ran(Runner(norm, 5.0, CLASSES), Change(dropout=False))
    np.testing.assert_array_equal(statistics.losses, ran(Runner(norm, 5.0, CLASSES)).losses)
    decayed = Runner(moons(lib, weight_decay=3.0), 5.0, CLASSES)
    assert ran(decayed, Change(decay=False)).loss < 0.4 < ran(decayed).loss
    case = moons(lib)
    case.penalty = lambda model: 1.0 * sum((p**2).sum() for p in model.parameters())
    added = Runner(case, 5.0, CLASSES)
    assert ran(added).losses[0] < 1 < 20, "the penalty is not in the loss that is told"
    assert ran(added, Change(decay=False)).loss < 0.4 < 0.6 < ran(added).loss


def test_batches_orders_steps_and_clips(lib: Any) -> None:
    runner = Runner(moons(lib), 5.0, CLASSES)
    assert ran(runner, Change(steps=0.5)).steps == 75
    assert ran(runner, Change(batch=4.0)).losses[:50].std() != ran(runner).losses[:50].std()
    case = moons(lib, kind="SGD", lr=1.0)
    order = np.argsort(case.train.y, kind="stable")  # type: ignore[union-attr]
    case.train = Rows(case.train.x[order], case.train.y[order])  # type: ignore[union-attr]
    sorted_rows = Runner(case, 5.0, CLASSES)
    in_order = ran(sorted_rows, Change(shuffled=False)).losses
    assert in_order[:6].max() > 1.5 * ran(sorted_rows).losses[:6].max(), "one class at a time"
    still = ran(sorted_rows, Change(clip=1e-9))
    assert still.losses[-1] == pytest.approx(still.losses[0], abs=0.1)


def test_the_schedule_is_replayed(lib: Any) -> None:
    case = moons(lib, lr=0.02)
    stopped = replace(case, rates=((0, 0.02), (15, 0.0)))
    left = ran(Runner(stopped, 5.0, CLASSES)).losses
    free = ran(Runner(case, 5.0, CLASSES)).losses
    np.testing.assert_array_equal(left[:14], free[:14])
    case.groups = (Group(case.groups[0].names, {"lr": 0.0}),)  # as a schedule left it
    once = replace(case, rates=((0, 0.02),))
    np.testing.assert_array_equal(ran(Runner(once, 5.0, CLASSES)).losses, free)
    falling = replace(case, rates=((0, 0.02), (1, 0.0)))
    steady = ran(Runner(falling, 5.0, CLASSES), Change(steady=True))
    np.testing.assert_array_equal(steady.losses, free)
    onward = ran(Runner(falling, 5.0, CLASSES), Change(onward=True))
    assert onward.losses[-30:].mean() > 1.5 * free[-30:].mean(), "it goes on with the last rate"
    assert left[-30:].mean() > 1.5 * free[-30:].mean()


def test_shapes_that_would_broadcast_are_brought_together(lib: Any) -> None:
    case = slope(lib)
    flat = replace(case, train=Rows(case.train.x, case.train.y[:, 0]))
    np.testing.assert_array_equal(
        ran(Runner(flat, 5.0, NUMBERS)).losses, ran(Runner(case, 5.0, NUMBERS)).losses
    )


def test_a_loss_that_is_a_sum_is_told_as_of_one_batch(lib: Any) -> None:
    case = slope(lib, lr=0.0)
    summed = replace(case, loss=lambda out, y: ((out - y) ** 2).sum())
    mean = ran(Runner(case, 5.0, NUMBERS))
    whole = ran(Runner(summed, 5.0, LossSeen("mse_loss", {"reduction": "sum"})))
    assert whole.loss == pytest.approx(32 * mean.loss, rel=1e-4)


def test_an_optimizer_that_calls_the_loss_itself(lib: Any) -> None:
    case = replace(slope(lib, kind="LBFGS", lr=0.5), closure=True, steps=3, batch=200)
    case.groups = (Group(case.groups[0].names, {"lr": 0.5}),)
    trial = ran(Runner(case, 5.0, NUMBERS))
    assert trial.steps == 3 and (trial.explained or 0) > 0.9


def test_what_fails_gives_nothing(lib: Any) -> None:
    case = moons(lib)

    def broken(out: Any, y: Any) -> Any:
        raise RuntimeError("not on a copy")

    assert Runner(replace(case, loss=broken), 5.0, CLASSES).run() is None
    assert Runner(replace(case, loss=None), 5.0).run() is None
    assert Runner(replace(case, train=None), 5.0).run() is None
    assert Runner(replace(case, start=None), 5.0).run() is None
    assert Runner(replace(case, optimizer=None), 5.0).run() is None
    assert Runner(case, 0.0, CLASSES).run() is None, "no time left"
    assert Runner(replace(case, start=None), 5.0, CLASSES).run(Change(fresh=True)) is not None


def test_slow_steps_are_made_fewer() -> None:
    case = moons(pellucid)

    def slow(out: Any, y: Any) -> Any:
        time.sleep(0.012)
        return pellucid.nn.functional.cross_entropy(out, y)

    runner = Runner(replace(case, loss=slow, steps=5000), 1.0, CLASSES)
    assert 15 < ran(runner).steps < 40 and ran(runner, Change(lr=2.0)).steps == runner.steps


def test_batches_are_the_same_every_time() -> None:
    def first(size: int, shuffled: bool) -> list[list[int]]:
        endless = batches(5, size, shuffled)
        return [next(endless).tolist() for _ in range(3)]

    assert first(2, False) == [[0, 1], [2, 3], [0, 1]] and first(2, True) == first(2, True)
    assert first(9, False) == [[0, 1, 2, 3, 4]] * 3
