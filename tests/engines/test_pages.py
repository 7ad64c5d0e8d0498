"""Memory that was freed is used again without asking the system for it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys

import pytest

GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")
PROGRAM = """
import resource
import {module}
import numpy as np
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(12_000_000, np.float32)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def _faults(module: str, **settings: str) -> int:
    """How often the system was asked for a page while 48 MB were filled for the third time."""
    kept = {k: v for k, v in os.environ.items() if "MALLOC" not in k and k != "PELLUCID_KEEP_MIB"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=module)],
        env={**kept, **settings}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout.split()[-1])


@pytest.mark.skipif(not GLIBC, reason="only glibc hands large blocks back at once")
def test_large_blocks_are_not_fetched_twice() -> None:
    asked = _faults("numpy")
    if asked < 20:
        pytest.skip("this system's pages are large, or it keeps them by itself")
    assert _faults("pellucid") < asked / 5


@pytest.mark.skipif(not GLIBC, reason="only glibc has these settings")
@pytest.mark.parametrize(
    "setting",
    [{"PELLUCID_KEEP_MIB": "0"}, {"MALLOC_TRIM_THRESHOLD_": "131072"}],
    ids=["off", "somebody else's"],
)
def test_it_can_be_left_alone(setting: dict[str, str]) -> None:
    asked = "import pellucid.engines.pages as p; print(p.keep_pages())"
    done = subprocess.run(
        [sys.executable, "-c", asked], env={**os.environ, **setting},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "False"
