"""Who owns the memory that compiled steps read and give: nobody's later write changes a result."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn

ENGINES = ("numpy", "xla")


def test_what_was_passed_may_be_written_at_once() -> None:
    total = pellucid.compile(lambda x: (x * 2).sum())
    x = pellucid.ones(1_000_000)
    for _ in range(10):
        x.fill_(1.0)
        y = total(x)
        x.fill_(5.0)  # while the program may still be reading
        assert y.item() == 2_000_000.0


def test_what_a_function_finds_outside_may_be_written_at_once() -> None:
    outer = pellucid.ones(1_000_000)
    total = pellucid.compile(lambda x: (outer * x).sum())
    x = pellucid.ones(())
    for value in (1.0, 2.0, 3.0):
        outer.fill_(value)
        y = total(x)
        outer.fill_(9.0)
        assert y.item() == value * 1_000_000


@pytest.mark.parametrize("engine", ENGINES)
def test_memory_of_somebody_else_is_read_anew(engine: str) -> None:
    numbers = np.ones(6, np.float32)
    outer = pellucid.from_numpy(numbers[1:5])
    total = pellucid.compile(lambda x: (outer * x).sum(), engine=engine)
    assert total(pellucid.ones(4)).item() == 4.0
    numbers[:] = 7.0
    assert total(pellucid.ones(4)).item() == 28.0


@pytest.mark.parametrize("engine", ENGINES)
def test_results_belong_to_the_caller(engine: str) -> None:
    zeros = pellucid.compile(lambda x: pellucid.zeros(2), engine=engine)
    zeros(pellucid.ones(1)).add_(1.0)
    assert zeros(pellucid.ones(1)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_two_gradients_are_two_arrays(engine: str) -> None:
    a = pellucid.ones(2, requires_grad=True)
    b = pellucid.ones(2, requires_grad=True)

    @pellucid.compile(engine=engine)
    def step(c: Any) -> Any:
        a.grad = b.grad = None
        loss = ((a + b) * c).sum()
        loss.backward()
        return loss

    step(pellucid.tensor([2.0, 3.0]))
    assert a.grad is not None and b.grad is not None
    a.grad.mul_(10.0)
    assert b.grad.tolist() == [2.0, 3.0]


def test_a_stretched_picture_keeps_its_axes() -> None:
    x, k = pellucid.randn(3, 2, 6, 5), pellucid.randn(4, 2, 3, 3)

    def spread(x: Any, k: Any) -> Any:
        return nn.functional.conv2d(x, k, padding=1).expand(2, 3, 4, 6, 5)

    assert np.allclose(pellucid.compile(spread)(x, k).numpy(), spread(x, k).numpy(), atol=1e-5)


def test_threads_take_turns() -> None:
    pellucid.manual_seed(0)
    model = nn.Linear(3, 1)
    optimizer = pellucid.optim.SGD(model.parameters(), lr=1e-3)

    @pellucid.compile
    def step(x: Any) -> Any:
        optimizer.zero_grad()
        loss = (model(x) ** 2).mean()
        loss.backward()
        optimizer.step()
        return loss

    x = pellucid.ones(4, 3)
    step(x)
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(30):
                step(x)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong and np.isfinite(model.weight.detach().numpy()).all()


@pytest.mark.slow
def test_an_optimizer_does_not_keep_the_rows_it_was_traced_on() -> None:
    model = nn.Linear(4, 2)
    optimizer = pellucid.optim.Adam(model.parameters())
    rows = np.random.default_rng(0).normal(size=(123, 4)).astype(np.float32)
    pellucid.fit(
        model, (rows, np.zeros((123, 2), np.float32)), optimizer=optimizer, epochs=1,
        engine="xla", validation=0, progress=False,
    )  # fmt: skip
    gc.collect()
    held = [o for o in gc.get_objects() if type(o).__name__ == "Tracing"]
    assert held == []


@pytest.mark.parametrize("engine", ENGINES)
def test_positions_out_of_range_speak_before_the_program_runs(engine: str) -> None:
    table = nn.Embedding(10, 4)
    picks = [
        (table, pellucid.tensor([11]), "number 11 has no row"),
        (lambda i: pellucid.ones(3)[i], pellucid.tensor([5]), "index 5 is out of range"),
        (lambda i: pellucid.ones(3).gather(0, i), pellucid.tensor([4]), "index 4 is out of range"),
    ]
    for call, wrong, text in picks:
        compiled = pellucid.compile(call, engine=engine)
        assert np.array_equal(compiled(wrong * 0).detach(), call(wrong * 0).detach())
        with pytest.raises(IndexError, match=text):
            compiled(wrong)


def test_positions_counted_from_the_end() -> None:
    pick = pellucid.compile(lambda i: pellucid.arange(5)[i])
    assert pick(pellucid.tensor([1, 2])).tolist() == [1, 2]
    assert pick(pellucid.tensor([-1, 2])).tolist() == [4, 2]


def test_large_steps_use_their_memory_again() -> None:
    """On NumPy the temporaries of a call serve the next one, and never what somebody holds."""
    n = 20_000
    state = pellucid.zeros(n)

    def step(x: Any) -> Any:
        with pellucid.no_grad():
            a = x * 2.0 + 1.0
            b = (a * a - x) / 3.0
            state.add_(b)
        return a, a.reshape(2, -1), b.sqrt() + a, x * 1.0

    call = pellucid.compile(step, engine="numpy")
    kept, wanted = [], []
    expected = np.zeros(n)
    for i in range(6):
        x = pellucid.full((n,), float(i + 1))
        kept.append(call(x))
        a = (i + 1) * 2.0 + 1.0
        b = (a * a - (i + 1)) / 3.0
        expected += b
        wanted.append((a, a, b**0.5 + a, i + 1))
        np.testing.assert_allclose(state.numpy(), expected, rtol=1e-5)
    for results, values in zip(kept, wanted, strict=True):
        for result, value in zip(results, values, strict=True):
            np.testing.assert_allclose(result.numpy().min(), value, rtol=1e-5)
            np.testing.assert_allclose(result.numpy().max(), value, rtol=1e-5)
    free = call._latest.run._run._free
    assert 1 <= sum(map(len, free.values())) <= 8  # some temporaries wait, and no more each time
