"""A process of its own, pinned to so many cores, timed, with an eye on what else is running."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
PATIENCE_SECONDS = 600.0
_KEPT = "JAX_COMPILATION_CACHE_DIR"


class Failed(RuntimeError):
    """A process that did not end well; the text is the last line it wrote."""


@dataclass(frozen=True)
class Done:
    """What a process wrote, how long it took, and how many cores others took meanwhile."""

    output: str
    seconds: float
    others: float | None


def cores_here() -> int:
    """How many cores this process may use."""
    return len(_allowed())


def python(words: list[str], cores: int) -> Done:
    """Run the interpreter with these words.

    Raises:
        Failed: it returned something else than 0, or took too long.
    """
    before, own_before, start = _busy(), _children(), time.perf_counter()
    with _pinned(_allowed()[:cores]):
        process = subprocess.Popen(
            [sys.executable, *words],
            env=_environment(cores),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    with process:
        try:
            output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failed(f"gave up after {PATIENCE_SECONDS:.0f} s") from None
        except BaseException:
            process.kill()
            raise
    seconds = time.perf_counter() - start
    if process.returncode:
        lines = errors.strip().splitlines() or [f"ended with {process.returncode}"]
        raise Failed(lines[-1])
    after = _busy()
    others = None
    if before is not None and after is not None:
        others = max(0.0, after - before - (_children() - own_before)) / seconds
    return Done(output, seconds, others)


def _environment(cores: int) -> dict[str, str]:
    found = {**os.environ, **dict.fromkeys(THREADS, str(cores)), "JAX_PLATFORMS": "cpu"}
    found.pop("PYTHONDONTWRITEBYTECODE", None)  # a checkout compiles once, as what is installed did
    if kept := os.environ.get(_KEPT):  # XLA shares work out among the cores when it compiles
        found[_KEPT] = str(Path(kept) / f"cores-{cores}")
    return found


@contextmanager
def _pinned(cores: list[int]) -> Iterator[None]:
    """This thread keeps to some cores, and a process that it starts inherits that.

    A `preexec_fn` would do it too, but needs a fork, which is unsafe once JAX has threads here.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _allowed() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _busy() -> float | None:
    """Seconds of work that all cores of the machine have done; None where that cannot be read."""
    try:
        words = Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _idle, _waiting, *rest = map(int, words)
    return (user + nice + system + sum(rest[:2])) / os.sysconf("SC_CLK_TCK")
