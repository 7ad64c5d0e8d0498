"""Settings for every test: one seed, no display, one place for caches, and a word on the oracle."""

from __future__ import annotations

import gc
import importlib.util
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# Before anything imports them: pictures go to files, jax stays on the CPU, terminals are plain.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
os.environ.setdefault("COLUMNS", "100")
# The arrays here are tiny and every core has a worker of its own: threads would only wait for each
# other, and take three times as long over a step of PyTorch's.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Compiled programs are kept for this run only: other processes of it find them, the user's don't.
if "PELLUCID_CACHE" not in os.environ:
    _kept = tempfile.TemporaryDirectory(prefix="pellucid-tests-")
    os.environ["PELLUCID_CACHE"] = _kept.name
# Nothing that is made while tests are gathered goes away: to look for garbage among it over and
# over takes as long as the gathering.
gc.disable()
# Without its bytecode each process that a test starts would compile the whole package anew, which
# an installed one never does.
for variable in ("FORCE_COLOR", "NO_COLOR", "PELLUCID_ENGINE", "PYTHONDONTWRITEBYTECODE"):
    os.environ.pop(variable, None)

settings.register_profile(
    "pellucid",
    deadline=None,  # a shared machine stalls now and then; that is no bug
    derandomize=True,  # the same examples on every machine, so a red run can be repeated
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("pellucid")
# Numbers to try are drawn, and not gathered from the source of every module that is loaded too:
# that takes seconds, and a file by itself would be asked other questions than among all of them.
if hasattr(providers, "_get_local_constants"):
    providers._get_local_constants = lambda: providers._local_constants

# What takes XLA longest when it compiles, and changes how quick a program is, not what it says.
# A version that lacks one of these words would stop at once, so only those that have them are told.
QUICK_XLA = (
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
    "--xla_cpu_use_fusion_emitters=false --xla_cpu_parallel_codegen_split_count=1"
)
VERSIONS_OF_XLA = ("0.10.",)

ROOT = Path(__file__).resolve().parent.parent
HAS_TORCH = importlib.util.find_spec("torch") is not None
HAS_JAX = importlib.util.find_spec("jaxlib") is not None


def pytest_configure(config: pytest.Config) -> None:
    """Let XLA compile quickly, which halves many a test; `-m slow` and `-m ''` compile as users do.

    What the compiled engine must get right is asked again there (tests/engines/test_optimized.py).
    """
    known = HAS_JAX and version("jaxlib").startswith(VERSIONS_OF_XLA)
    if known and config.option.markexpr == "not slow":
        os.environ.setdefault("XLA_FLAGS", QUICK_XLA)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """The door to PyTorch has examples that only run with it."""
    return True if not HAS_TORCH and collection_path.match("pellucid/bridges/torch") else None


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture
def torch() -> Any:
    """PyTorch as the oracle; the test skips where it is not installed."""
    return pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")


@pytest.fixture(autouse=True)
def _same_numbers_every_run() -> Iterator[None]:
    random.seed(0)
    seed = getattr(sys.modules.get("pellucid"), "manual_seed", None)
    if seed is not None:
        seed(0)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Spread the whole suite over the cores; a file by name runs in this process, as ever."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    looking = config.option.collectonly or config.option.usepdb
    worker = "PYTEST_XDIST_WORKER" in os.environ  # it is one of them
    if whole and not looking and not worker and getattr(config.option, "numprocesses", 0) is None:
        config.option.numprocesses = config.hook.pytest_xdist_auto_num_workers(config=config)
        config.option.dist = "worksteal"


# Docstring examples that train many networks, each kind compiled: seconds, not milliseconds.
SLOW_EXAMPLES = {
    "pellucid.bridges.torch.examine.examine",
    "pellucid.experiments.activations.activations",
    "pellucid.experiments.approximation.approximation",
    "pellucid.experiments.capacity.capacity",
    "pellucid.experiments.depth.depth",
    "pellucid.experiments.step_size.step_size",
    "pellucid.training.populate.population",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the oracle, for `-m oracle` and `-m "not oracle"`, and slow examples."""
    for item in items:
        if item.name in SLOW_EXAMPLES:
            item.add_marker(pytest.mark.slow)
        if "torch" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.oracle)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it for garbage takes half a second each time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a traced program is many small objects, none of them garbage
    gc.enable()


def pytest_report_header() -> str:
    """Say at the top whether numbers are compared with PyTorch."""
    if not HAS_TORCH:
        return "oracle: PyTorch is not installed; tests that compare with it skip"
    return f"oracle: PyTorch {version('torch')}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say at the bottom how many comparisons were left out."""
    skipped = [r for r in terminalreporter.stats.get("skipped", ()) if "PyTorch" in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests skipped for want of PyTorch. "
            "To run them: pip install torch==2.13.0",
            yellow=True,
        )
