"""Without PyTorch nothing fails: what needs it skips, or is not gathered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HIDDEN = """
import sys, pytest
class Without:
    def __init__(self, finder):
        self.finder = finder
    def find_spec(self, name, *rest):
        return None if name.split(".")[0] == "torch" else self.finder.find_spec(name, *rest)
    def __getattr__(self, name):
        return getattr(self.finder, name)
sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
sys.exit(pytest.main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [["--collect-only"], ["pellucid/bridges", "tests/bridges", "tests/architecture/test_names.py"]],
)
def test_the_tests_without_it(asked: list[str]) -> None:
    left = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(
        [sys.executable, "-c", HIDDEN, "-q", "-n0", *asked],
        cwd=ROOT, env=left, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode in (0, pytest.ExitCode.NO_TESTS_COLLECTED), done.stdout[-3000:]
