"""`python -m tests.parity_opdb.run few`, or `all`: a process of its own.

PyTorch's private module changes settings of its process, and slows down the tests beside it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest

from tests.parity_opdb.check import Found, blame, compiled, errors, ways
from tests.parity_opdb.database import database
from tests.parity_opdb.exceptions import BY_PROCESSOR, EXCEPTIONS

_FEW = ("float32", "int64", "bool")
_ALL = ("float32", "float64", "int64", "bool", "bfloat16", "int32", "uint8")


def _pair(found: Found) -> str:
    return f"{found.name}:{found.kind.replace(' ', '-')}"


def _unexplained(found: Iterator[Found | None]) -> tuple[int, list[str], set[str]]:
    """How many comparisons there were, those that differ without a reason, and reasons used."""
    count, new, used = 0, [], set()
    for one in found:
        count += 1
        if one is None:
            continue
        used.add(_pair(one))
        if _pair(one) not in EXCEPTIONS:
            new.append(str(one))
    return count, new, used


def _quick(op: Any) -> Iterator[Found | None]:
    return chain(ways(op, _FEW, 2), blame(op, 2), errors(op))


def _long(op: Any) -> Iterator[Found | None]:
    return chain(
        ways(op, _ALL, 10),
        blame(op, 30, twice=True),
        errors(op),
        compiled(op, ("float32", "int64"), 6, "numpy"),
    )


def main(which: str) -> int:
    """Compare, say what differs, and give 0, 1, or 77 where there is nothing to compare with."""
    warnings.simplefilter("ignore")  # PyTorch's, of what it is to lose
    try:
        ops = database()
    except pytest.skip.Exception as skipped:
        print(skipped)
        return 77
    every = _quick if which == "few" else _long
    count, new, used = _unexplained(chain.from_iterable(map(every, ops)))
    stale = sorted(set(EXCEPTIONS) - BY_PROCESSOR - used) if which == "all" else []
    print(f"{count} comparisons", *new, *(f"no longer needed: {s}" for s in stale), sep="\n")
    return 1 if new or stale or count < 6000 else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
