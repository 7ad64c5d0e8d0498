"""PyTorch's database of operations, all of its samples that make sense here, in both libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
@pytest.mark.oracle
def test_every_sample_and_every_exception(torch: Any, root: Path) -> None:
    command = [sys.executable, "-m", "tests.parity_opdb.run", "all"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
