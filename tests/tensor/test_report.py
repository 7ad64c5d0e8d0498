"""What a compiled step costs: counted by hand, timed without changing anything, told in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import nn
from pellucid.engines.stepper import Memory
from pellucid.graph.amounts import duration
from pellucid.tensor.cost import Costs, Share
from pellucid.tensor.machine import FAR, Peak, measured_peak
from pellucid.tensor.report import WIDTH, Report

ENGINES = ["numpy", "xla"]
ROWS, IN, HIDDEN, OUT = 8, 6, 5, 3


def step_on(engine: str, optimizer: Any = pl.optim.SGD) -> tuple[Any, Any, Any]:
    if engine == "xla":
        pytest.importorskip("jax")
    pl.manual_seed(0)
    model = nn.Sequential(nn.Linear(IN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, OUT))
    moves = optimizer(model.parameters(), lr=0.1)

    @pl.compile(engine=engine)
    def step(x: Any, y: Any) -> Any:
        moves.zero_grad()
        loss = ((model(x) - y) ** 2).mean()
        loss.backward()
        moves.step()
        return loss

    step(pl.randn(ROWS, IN), pl.randn(ROWS, OUT))
    return step, model, moves


def state(model: Any, moves: Any) -> list[Any]:
    held = [v for s in moves.state_dict()["state"].values() for v in s.values()]
    return [t.detach().numpy().copy() for t in (*model.parameters(), *held)]


def by_name(shares: Any) -> dict[str, Share]:
    return {s.name: s for s in shares}


def test_a_product_is_counted_by_hand() -> None:
    double = pl.compile(lambda a, b: a @ b, engine="numpy")
    double(pl.ones(4, 3), pl.ones(3, 2))
    whole = double.report().whole
    assert (whole.flops, whole.bytes) == (2 * 4 * 3 * 2, 4 * (4 * 3 + 3 * 2 + 4 * 2))


def test_values_between_ops_do_not_count_as_moved() -> None:
    chain = pl.compile(lambda x: ((x + x) * x - x).exp(), engine="numpy")
    chain(pl.ones(1000))
    assert chain.report().whole == Share("whole", 4, chain.report().whole.flops, 8000)


def test_a_value_read_through_views_counts_once() -> None:
    both = pl.compile(lambda x: x.reshape(10, 10).T @ x.reshape(10, 10), engine="numpy")
    both(pl.ones(100))
    assert both.report().whole.bytes == 2 * 400


def test_parts_of_a_step() -> None:
    step, _, _ = step_on("numpy", pl.optim.Adam)
    report = step.report()
    parts = by_name(report.parts)
    assert list(parts) == ["forward", "backward", "update"]
    products = 2 * ROWS * (IN * HIDDEN + HIDDEN * OUT)
    assert products <= parts["forward"].flops < 1.5 * products
    back = 2 * ROWS * (IN * HIDDEN + 2 * HIDDEN * OUT)  # no blame for x
    assert back <= parts["backward"].flops < 1.5 * back
    assert sum(p.flops for p in report.parts) == report.whole.flops
    assert sum(p.ops for p in report.parts) == report.whole.ops
    assert report.whole.bytes < sum(p.bytes for p in report.parts)


def test_two_steps_in_one_program_have_two_forwards() -> None:
    w = pl.ones(3, requires_grad=True)
    moves = pl.optim.SGD([w], lr=0.1)

    @pl.compile(engine="numpy")
    def twice(x: Any) -> Any:
        for _ in range(2):
            moves.zero_grad()
            loss = (w * x).exp().sum()
            loss.backward()
            moves.step()
        return loss

    twice(pl.ones(3))
    parts = Costs(twice.program).part_of
    names = [s.op.name for s in twice.program.steps]
    assert [p for p, n in zip(parts, names, strict=True) if n == "exp"] == ["forward"] * 2


def test_modules_in_the_order_of_the_calls() -> None:
    step, _, _ = step_on("numpy")
    modules = by_name(step.report().modules)
    assert list(modules) == ["0", "1", "2", ""]
    assert modules["0"].flops > modules["1"].flops > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_measuring_changes_nothing(engine: str) -> None:
    step, model, moves = step_on(engine, pl.optim.Adam)
    before, stream = state(model, moves), pl.get_rng_state()
    report = step.report(measure=True)
    for a, b in zip(before, state(model, moves), strict=True):
        np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(stream.numpy(), pl.get_rng_state().numpy())
    assert report.seconds is not None and 0 < report.seconds < 1
    assert report.roofline is not None and 0 < report.roofline < 1
    assert step.traces == 1
    shares = report.shares(report.parts)
    assert shares is not None and sum(shares) == pytest.approx(1)


def test_measuring_takes_the_same_steps_as_before_afterwards() -> None:
    pytest.importorskip("jax")
    runs = []
    for measured in (False, True):
        step, model, moves = step_on("xla", pl.optim.Adam)
        if measured:
            step.report(measure=True)
        pl.manual_seed(5)
        step(pl.randn(ROWS, IN), pl.randn(ROWS, OUT))
        runs.append(state(model, moves))
    for a, b in zip(*runs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_xla_says() -> None:
    pytest.importorskip("jax")
    step, _, _ = step_on("xla")
    report = step.report()
    assert isinstance(report.memory, Memory)
    weights = 4 * (IN * HIDDEN + HIDDEN + HIDDEN * OUT + OUT)
    assert report.memory.arguments >= weights + 4 * ROWS * (IN + OUT)
    assert weights <= report.memory.reused <= report.memory.outputs
    assert report.compile_seconds > 0 and report.cached in (True, False)
    again, _, _ = step_on("xla")
    assert again.report().cached in (report.cached, True)


def test_numpy_says_what_it_holds() -> None:
    double = pl.compile(lambda x: (x + 1.0) * 2.0, engine="numpy")
    double(pl.ones(1000))
    memory = double.report().memory
    assert memory == Memory(4008, 4000, 0, 4000, 12008)


def test_the_lines_of_the_program_are_accounted_for() -> None:
    call = pl.compile(lambda x: x.reshape(-1).reshape(2, 2) * 2.0 + x.t(), engine="numpy")
    call(pl.ones(2, 2))
    report = call.report()
    lines = [line for line in str(call.program).splitlines() if line.startswith("%")]
    assert (report.whole.ops, report.views, len(lines)) == (2, 3, 5)
    assert report.to_dict()["views"] == 3
    said = "program   5 lines: 2 ops, and 3 that only look at memory another way, such as reshape"
    assert " ".join(repr(report).split()).count(" ".join(said.split())) == 1
    plain = pl.compile(lambda x: x + x, engine="numpy")
    plain(pl.ones(2))
    assert "program" not in repr(plain.report())


def test_plain_data_and_text() -> None:
    step, _, _ = step_on("numpy")
    told = step.report()
    data = told.to_dict()
    assert data["engine"] == "numpy" and data["parts"][0]["share"] is None
    assert data["seconds"] is None and data["memory"]["peak"] > 0
    lines = repr(told).splitlines()
    assert lines[0].split() == ["part", "ops", "FLOPs", "least", "bytes"]
    assert len({len(line) for line in lines[:5]}) == 1  # numbers to the right
    assert lines[-1] == "Not timed: report(measure=True) runs it on copies of its state."
    assert told._repr_html_().count("<table>") == 2


def report_of(modules: tuple[Share, ...], **more: Any) -> Report:
    whole = Share("whole", 3, 2_000_000, 1_000_000)
    return Report("xla", whole, (whole,), modules, None, 0.012, 0.3, True, **more)


def test_a_timed_report_in_full() -> None:
    peak = Peak(flops=1e11, cached_bytes=4e10, bytes=1e10)
    told = report_of((), seconds=5e-5, peak=peak)
    assert told.least_seconds == 2.5e-5 and told.roofline == 0.5
    assert repr(told) == (
        "part   ops  FLOPs  least bytes  of least time\n"
        "whole    3    2 M         1 MB           100%\n"
        "whole    3    2 M         1 MB\n\n"
        "engine    xla, traced in 12 ms, compiled in 300 ms, taken from the disk\n"
        "time      50 µs a call, the median of several on copies of its state; 50% of\n"
        "          the roofline, which is 25 µs\n"
        "machine   100 GFLOP/s, 40 GB/s in the cache, 10 GB/s beyond it"
    )


def test_a_deep_network_fits_on_the_screen() -> None:
    path = "a_long_name_of_a_block." * 5
    modules = tuple(Share(f"{path}{i}", 2, i * 10**6, i * 10**6) for i in range(40))
    lines = repr(report_of(modules)).splitlines()
    assert all(len(line) <= WIDTH for line in lines)
    assert any(line.startswith("25 more") for line in lines)
    assert any(line.startswith("…") and " 39 M" in line for line in lines)


def test_what_moves_beyond_the_cache_is_slower() -> None:
    peak = Peak(flops=1e11, cached_bytes=4e10, bytes=1e10)
    assert peak.seconds(0, 1e6) == 1e6 / 4e10
    assert peak.seconds(0, FAR) == FAR / 1e10
    assert measured_peak() is measured_peak()


def test_durations() -> None:
    assert [duration(t) for t in (12.0, 0.25, 3.2e-5, 9e-9)] == ["12 s", "250 ms", "32 µs", "9 ns"]
