"""Compiled programs are kept on disk, so that the second run of a script does not compile again.

They lie in the user's cache folder, bounded in size, the least recently used ones go first. The
environment variable `PELLUCID_CACHE` names another folder; "off" keeps nothing. Each number of
cores has programs of its own: XLA shares the work out when it compiles.
"""

from __future__ import annotations

import os
import sys
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any

import jax
import jax.monitoring

from pellucid.engines.cores import cores

__all__ = ["folder", "found", "healed", "keep_programs"]

BOUND = 512 * 2**20  # bytes
_DAMAGED = "Error reading persistent compilation cache entry"  # what JAX says of one
_REFUSED = "Error writing persistent compilation cache entry"


def folder() -> Path | None:
    """Where compiled programs are kept; None where they are not."""
    wanted = os.environ.get("PELLUCID_CACHE", "")
    if wanted.lower() in ("off", "0", "none"):
        return None
    if wanted:
        return Path(wanted).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", "~/AppData/Local"))
    elif sys.platform == "darwin":
        base = Path("~/Library/Caches")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    return base.expanduser() / "pellucid" / "xla"


_hits = [0]


def found() -> int:
    """How many programs came from the disk so far."""
    return _hits[0]


def _heard(event: str, **_: Any) -> None:
    if event == "/jax/compilation_cache/cache_hits":
        _hits[0] += 1


def keep_programs() -> None:
    """Turn the cache on, unless this process has set one up already."""
    jax.monitoring.register_event_listener(_heard)
    where = folder()
    config: Any = jax.config
    if where is None or config.jax_compilation_cache_dir is not None:
        return
    own = where / f"cores-{cores()}"
    try:
        own.mkdir(parents=True, exist_ok=True)
    except OSError:  # a folder that can't be written costs time, not results
        return
    _trim(where)
    warnings.filterwarnings("ignore", _DAMAGED)  # `healed` sees to it
    warnings.filterwarnings("ignore", _REFUSED)  # may not be, or the disk is full
    config.update("jax_compilation_cache_dir", str(own))
    config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    # Caches of XLA's own would put the folder's path into each program's key: moved, none is found.
    config.update("jax_persistent_cache_enable_xla_caches", "none")


@contextmanager
def healed() -> Iterator[None]:
    """Around a compilation: a kept program that can't be read goes, so that the next run keeps it.

    JAX writes no entry where one lies already, and remarks on a damaged one at every start.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
    damaged = False
    for w in said:
        if str(w.message).startswith(_DAMAGED):
            damaged = True
        else:
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
    where = folder()
    if damaged and where is not None:
        for path in where.glob(f"cores-{cores()}/*-cache"):
            with suppress(OSError):
                if not _readable(path):
                    path.unlink()


def _readable(path: Path) -> bool:
    """Whether an entry is whole; those that are packed in another way than zlib's count as not."""
    try:
        zlib.decompress(path.read_bytes())
    except zlib.error:
        return False
    return True


def _trim(where: Path) -> None:
    """Remove what was not used for longest, until the folder is within its bound."""
    files = []
    for path in where.rglob("*"):
        with suppress(OSError):
            state = path.stat()
            if S_ISREG(state.st_mode):
                files.append((max(state.st_atime, state.st_mtime), state.st_size, path))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= BOUND:
            return
        with suppress(OSError):
            path.unlink()
            total -= size
