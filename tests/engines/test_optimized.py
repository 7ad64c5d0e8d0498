"""The usual run lets XLA compile quickly; here the engine is asked again as users run it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.architecture.rooms import ROOT

pytest.importorskip("jax")

FILES = (
    "tests/tensor/test_compile_steps.py",
    "tests/engines/test_xla_windows.py",
    "tests/engines/test_xla_recurrent.py",
)
WORDS = ("-q", "-n0", "-m", "not slow", "-p", "no:cacheprovider")


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_what_xla_optimizes_says_the_same(file: str) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *WORDS, file],
        cwd=ROOT, env={**kept, "XLA_FLAGS": ""}, capture_output=True, text=True, timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
