"""PyTorch's database of operations, all of its samples that make sense here, in both libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def _compared(root: Path, which: str) -> None:
    command = [sys.executable, "-m", "tests.parity_opdb.run", which]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@pytest.mark.oracle
def test_a_few_samples_of_everything(torch: Any, root: Path) -> None:
    _compared(root, "few")


@pytest.mark.slow
@pytest.mark.oracle
def test_every_sample_and_every_exception(torch: Any, root: Path) -> None:
    _compared(root, "all")
