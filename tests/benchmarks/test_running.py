"""Processes are pinned and timed, failures are told, and the command leaves its figures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from benchmarks import roofline, turns
from benchmarks.__main__ import main
from benchmarks.processes import Failed, python
from benchmarks.result import Result
from benchmarks.workload import Workload

needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes"
)


@needs_affinity
def test_a_process_has_as_many_cores_and_threads_as_it_should() -> None:
    asked = "import os; print(len(os.sched_getaffinity(0)), os.environ['OMP_NUM_THREADS'])"
    done = python(["-c", asked], cores=1)
    assert done.output.split() == ["1", "1"]
    assert done.seconds > 0


def test_programs_compiled_for_one_core_are_not_timed_on_two(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path))
    done = python(["-c", "import os; print(os.environ['JAX_COMPILATION_CACHE_DIR'])"], cores=1)
    assert Path(done.output.strip()) == tmp_path / "cores-1"


def test_a_process_that_breaks_says_why() -> None:
    with pytest.raises(Failed, match="ValueError: no"):
        python(["-c", "raise ValueError('no')"], cores=1)


@pytest.mark.slow
def test_one_workload_from_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())  # what it sets is for its own processes
    file = tmp_path / "figures.json"
    words = ["--only", "eager_tiny", "--quick", "--seconds", "0.1", "--json", str(file)]
    assert main(words) == 0
    assert "eager_tiny" in capsys.readouterr().out
    told = json.loads(file.read_text("utf-8"))
    assert told["rooflines"][0]["flops_per_second"] > 1e9
    (result,) = told["results"]
    assert result["workload"] == "eager_tiny"
    assert result["entries"]["pellucid eager"]["microseconds"] > 1
    assert result["failed"] == {}


def test_what_was_measured_before_it_was_stopped_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def times(workload: Workload, cores: int, effort: object) -> Result:
        if workload.name != "mlp_tiny":
            raise KeyboardInterrupt
        return Result(workload.name, workload.title, cores, None, None, None)

    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(turns, "step_times", times)
    monkeypatch.setattr(roofline, "measure", lambda cores, _: roofline.Roofline(cores, 1, 1, 1))
    file = tmp_path / "figures.json"
    words = ["--only", "mlp_tiny", "--only", "mlp_moons", "--cores", "1", "--json", str(file)]
    assert main(words) == 130
    said = capsys.readouterr()
    assert "1 lines were measured until then" in said.out
    assert "mlp_tiny" in said.err  # as soon as it was there
    (kept,) = json.loads(file.read_text("utf-8"))["results"]
    assert kept["workload"] == "mlp_tiny" and kept["roofline_us"] > 0


def test_an_unknown_workload_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "mlp_huge"])
    assert "invalid choice: 'mlp_huge'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--turns", "0"], "one turn at least"), (["--seconds", "nan"], "more than 0"),
     (["--seconds=-1"], "more than 0"), (["--turns", "x"], "invalid turns_given value")],
)  # fmt: skip
def test_lengths_that_measure_nothing_are_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(words)
    assert told in capsys.readouterr().err
