"""What is compared with what, and when a target is met."""

from __future__ import annotations

import json

import pytest

from benchmarks import table
from benchmarks.result import Entry, Result
from benchmarks.roofline import Roofline
from benchmarks.turns import distance, keep_what_agrees

MIXED = {"pellucid fit": 8.0, "pellucid eager": 40.0, "jax scan": 10.0, "torch fused": 20.0}


def result(times: dict[str, float], **given: object) -> Result:
    settings: dict[str, object] = {
        "workload": "w", "title": "a workload", "cores": 1, "target": 0.85, "against": None,
        "roofline_us": 2.0, **given,
    }  # fmt: skip
    entries = {name: Entry(value, [value]) for name, value in times.items()}
    return Result(entries=entries, **settings)  # type: ignore[arg-type]


def test_the_quickest_of_ours_stands_against_the_quickest_peer() -> None:
    found = result(MIXED)
    assert (found.own, found.peer) == ("pellucid fit", "jax scan")
    assert found.ratio == pytest.approx(0.8)
    assert found.share == pytest.approx(0.25)
    assert found.passed is True


def test_a_target_may_speak_of_one_peer() -> None:
    found = result(MIXED, target=0.3, against="torch")
    assert (found.peer, found.ratio, found.passed) == ("torch fused", pytest.approx(0.4), False)
    assert table.target_text(found) == "0.30 of torch's"


@pytest.mark.parametrize("times", [{"pellucid fit": 8.0}, {"jax scan": 10.0}, {}])
def test_without_one_side_there_is_no_ratio(times: dict[str, float]) -> None:
    found = result(times)
    assert (found.ratio, found.passed, table.mark(found)) == (None, None, "")


def test_json_and_back() -> None:
    found = result(MIXED)
    found.left_out["sklearn"] = "sklearn is not installed"
    told = json.loads(json.dumps(found.as_json()))
    assert told["ratio"] == pytest.approx(0.8)
    assert Result.from_json(told) == found


def test_memory_is_compared_as_memory() -> None:
    entries = {"pellucid fit": Entry(1, [1], peak_mib=50.0), "jax": Entry(9, [9], peak_mib=200.0)}
    found = Result("w", "t", 1, None, None, None, measure="peak_mib", entries=entries)
    assert found.ratio == pytest.approx(0.25)
    assert table.row(found)[2:4] == ["50 MiB fit", "200 MiB jax"]


@pytest.mark.parametrize(
    ("microseconds", "text"), [(9.87, "9.87 us"), (1500.0, "1.5 ms"), (2.5e6, "2.5 s")]
)
def test_times_have_a_unit(microseconds: float, text: str) -> None:
    assert table.time_text(microseconds) == text


def test_a_line_of_the_table() -> None:
    assert table.row(result(MIXED)) == [
        "w", "1", "8 us fit", "10 us jax scan", "0.80", "0.85", "pass", "25%"
    ]  # fmt: skip


def test_the_notes_say_who_is_missing_and_how_busy_it_was() -> None:
    found = result(MIXED)
    found.entries["jax scan"].others = 1.2
    found.left_out["pellucid compile"] = "pellucid has no compile yet"
    found.failed["sklearn"] = "it broke"
    assert table.notes([found], [Roofline(1, 100e9, 80e9, 30e9)]) == [
        "Peak of 1 core(s): 100 GFLOP/s, 80 GB/s in cache, 30 GB/s beyond.",
        "Other programs took up to 1.2 cores meanwhile: not a quiet machine.",
        "Left out: pellucid compile in w: pellucid has no compile yet.",
        "Failed: sklearn in w on 1 core(s): it broke",
    ]


def test_distance_is_relative_and_nan_is_far() -> None:
    assert distance([1.0, 2.2], [1.0, 2.0]) == pytest.approx(0.1)
    assert distance([float("nan")], [1.0]) == float("inf")


def test_other_numbers_are_no_time() -> None:
    def turns(*losses: float) -> list[dict[str, object]]:
        return [{"losses": list(losses), "microseconds": 5.0, "others": 0.1, "start_seconds": 1.0}]

    found = result({})
    seen = {
        "pellucid fit": turns(1.0, 0.9),
        "torch fused": turns(1.0, 0.9001),
        "jax scan": turns(1.0, 0.91),
    }
    keep_what_agrees(found, seen)
    assert sorted(found.entries) == ["pellucid fit", "torch fused"]
    assert found.failed == {
        "jax scan": "its losses and those of torch fused differ by 1.1e-02 within 12 steps "
        "(2e-04 is allowed)"
    }
    assert found.entries["pellucid fit"].apart == pytest.approx(1.1e-4, rel=0.02)


def test_quiet_turns_count_where_there_are_any() -> None:
    def median(*turns: tuple[float, float]) -> float:
        rows = [{"losses": [1.0], "microseconds": us, "others": busy} for us, busy in turns]
        found = result({})
        keep_what_agrees(found, {"jax jit": rows})
        return found.value("jax jit")

    assert median((9.0, 1.1), (5.0, 0.0), (6.0, 0.2), (7.0, 0.1)) == 6.0
    assert median((9.0, 1.1), (8.0, 0.9), (12.0, 1.0)) == 9.0


def test_a_peak_is_the_best_of_what_was_seen() -> None:
    assert Roofline(1, 90.0, 80.0, 30.0).better(Roofline(1, 100.0, 70.0, 31.0)) == Roofline(
        1, 100.0, 80.0, 31.0
    )


def test_the_roofline_is_the_larger_of_the_two_times() -> None:
    peak = Roofline(1, 100e9, 80e9, 20e9)
    assert peak.microseconds(1e6, 0) == pytest.approx(10)
    assert peak.microseconds(1e6, 8e6) == pytest.approx(100)
    assert peak.microseconds(1e6, 200e6) == pytest.approx(10_000)  # too large for the cache
