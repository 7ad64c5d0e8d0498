"""How many threads multiply matrices: a limit for the libraries that NumPy calls."""

from __future__ import annotations

import os
from typing import Any

from pellucid.errors import SettingError

__all__ = ["get_num_threads", "set_num_threads"]


def set_num_threads(num: int) -> None:
    """Let products of matrices use at most `num` threads, from now on.

    It limits the BLAS library behind NumPy; the compiled engine has its own threads.
    """
    if isinstance(num, bool) or not isinstance(num, int) or num < 1:
        raise SettingError(f"set_num_threads takes a whole number from 1 on and got {num!r}.")
    from threadpoolctl import threadpool_limits  # only where it is asked for

    threadpool_limits(limits=num, user_api="blas")


def get_num_threads() -> int:
    """How many threads products of matrices may use.

    >>> get_num_threads() >= 1
    True
    """
    from threadpoolctl import threadpool_info

    found: list[dict[str, Any]] = threadpool_info()
    counts = [int(library["num_threads"]) for library in found if library["user_api"] == "blas"]
    return max(counts, default=os.cpu_count() or 1)
