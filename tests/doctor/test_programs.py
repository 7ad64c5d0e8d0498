"""Whole programs under the doctor's eyes: a few in every run, a sample of all when asked for.

`python -m tests.doctor.score` runs them all.
"""

from __future__ import annotations

import zlib

import pytest

from tests.doctor.programs.program import PROGRAMS as KNOWN
from tests.doctor.programs.shelf import PROGRAMS
from tests.doctor.score import main
from tests.doctor.scoring import Outcome, ran, rates, versions

QUICK = (
    "double_softmax/softmax_by_hand",
    "shape_broadcast/squared_error_by_hand",
    "frozen_parameters/no_step",
    "zero_grad_misuse/never_cleared",
)
SOUND = (
    "healthy/ten_steps",
    "healthy/twenty_steps_of_a_line",
    "healthy/one_linear_layer_from_zero",
)


def libraries() -> list[str]:
    try:
        import torch  # noqa: F401
    except ImportError:
        return ["pellucid"]
    return ["pellucid", "torch"]


@pytest.mark.slow
@pytest.mark.parametrize("lib", libraries())
def test_what_is_wrong_with_small_programs_comes_first(lib: str) -> None:
    said = {name: ran(PROGRAMS[name], "faulty", lib) for name in QUICK}
    assert {name: o.kinds[:1] for name, o in said.items()} == {
        name: (name.split("/")[0],) for name in QUICK
    }


@pytest.mark.parametrize("lib", libraries())
def test_programs_without_a_mistake_are_left_alone(lib: str) -> None:
    said = [ran(PROGRAMS[name], "healthy", lib) for name in SOUND]
    said += [ran(PROGRAMS[QUICK[1]], "repaired", lib)]
    assert [(o.kinds, o.error) for o in said] == [((), "")] * 4


def test_every_kind_has_programs_and_both_sets_have_some_of_most() -> None:
    kinds = [p.kind for p in PROGRAMS.values()]
    assert KNOWN is PROGRAMS
    assert len(set(kinds) - {""}) == 25
    assert min(kinds.count(kind) for kind in set(kinds)) >= 4
    assert kinds.count("") >= 60
    kept = [p for p in PROGRAMS.values() if p.kept_back]
    assert 0.2 < len(kept) / len(PROGRAMS) < 0.45


def test_the_score_of_one_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "frozen_parameters/no_step", "--lib", "pellucid"]) == 0
    shown = capsys.readouterr().out
    assert "all, pellucid" in shown
    assert "miss" not in shown


@pytest.mark.slow
def test_a_sample_of_all_programs() -> None:
    chosen = [n for n in PROGRAMS if zlib.crc32(f"sample {n}".encode()) % 18 == 0]
    libs = libraries()
    outcomes: list[Outcome] = [
        ran(PROGRAMS[name], version, libs[i % len(libs)])
        for i, name in enumerate(chosen)
        for version in versions(PROGRAMS[name])
    ]
    found = rates(outcomes)
    assert found.errors == 0
    assert found.first >= 0.7
    assert found.precision >= 0.75
    assert found.alarms <= 0.1
