"""Threads: while one traces, nobody else sees unknown values or loses what it wrote."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn


def together(*calls: Any) -> None:
    """Run them in threads at once; what one raises is raised here."""
    found: list[BaseException] = []

    def guarded(call: Any) -> None:
        try:
            call()
        except BaseException as error:
            found.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if found:
        raise found[0]


def parts() -> tuple[Any, Any, Any]:
    pl.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
    moves = pl.optim.SGD(net.parameters(), lr=0.0, momentum=0.9)
    tracing, seen = threading.Event(), threading.Event()

    def slowly(x: Any) -> Any:
        moves.zero_grad()
        loss = net(x).pow(2).mean()
        loss.backward()
        moves.step()
        tracing.set()  # here all weights stand for unknowns
        seen.wait(0.3)
        return loss

    return net, slowly, tracing


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_others_see_the_values_of_before(engine: str) -> None:
    net, slowly, tracing = parts()
    x = pl.randn(5, 3)
    expected = net[0].weight.tolist()
    # An evaluation beside the trace, which reads running averages that the trace replaces.
    net.eval()
    wanted = net(x).tolist()
    net.train()
    step = pl.compile(slowly, engine=engine)
    seen: list[Any] = []

    def looks() -> None:
        tracing.wait()
        seen.append((net[0].weight.tolist(), net[0].weight.detach() * 1))
        with pl.no_grad():
            y = net[0](x)
            y = nn.functional.batch_norm(
                y, net[1].running_mean, net[1].running_var, net[1].weight, net[1].bias
            )
            seen.append(net[2](y).tolist())

    together(lambda: step(x), looks)
    assert seen[0][0] == expected
    np.testing.assert_allclose(seen[0][1].numpy(), expected)
    # The step itself may have come first; with a rate of 0 it has moved the averages alone.
    with pl.no_grad():
        net.eval()
        after = net(x).tolist()
    assert np.allclose(seen[1], wanted, atol=1e-5) or np.allclose(seen[1], after, atol=1e-5)


@pytest.mark.parametrize("engine", ["numpy", "xla"])
def test_one_function_called_first_by_many(engine: str) -> None:
    w = nn.Parameter(pl.zeros(4))
    moves = pl.optim.SGD([w], lr=1.0)

    @pl.compile(engine=engine)
    def step(x: Any) -> Any:
        time.sleep(0.01)
        moves.zero_grad()
        loss = (w * x).sum()
        loss.backward()
        moves.step()
        return loss

    calls = 20

    def trains() -> None:
        for _ in range(calls):
            step(pl.ones(4))

    together(trains, trains, trains)
    assert step.traces == 1
    assert w.tolist() == [-3 * calls] * 4  # no step was lost


def test_a_thread_that_draws_numbers_is_no_fault_of_the_function() -> None:
    tracing = threading.Event()
    slow = [0.05]

    def call(x: Any) -> Any:
        tracing.set()
        time.sleep(slow[0])
        return x + 1

    def loads() -> None:
        tracing.wait()
        np.random.rand()  # noqa: NPY002

    step = pl.compile(call, engine="numpy")
    out: list[Any] = []
    together(lambda: out.append(step(pl.ones(1)).item()), loads)
    assert out == [2]
