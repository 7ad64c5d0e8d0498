"""Calls as they stand in programs, made with PyTorch and with this library: `calls.txt` lists them.

Compared are the values, dtypes, shapes and gradients of all results, and of a refusal whether both
refuse. A line that begins with `!` is computed without gradients;
`«a b»` stands for either.
"""

from __future__ import annotations

import itertools
import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import PellucidError

Env = dict[str, Any]


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("calls.txt").read_text("utf-8").splitlines():
        if line.startswith("# "):
            rows = found.setdefault(line[2:], [])
        elif line.strip():
            rows += _spread(line.strip())
    return found


def _spread(line: str) -> list[str]:
    """`t.«sin cos»(«x i»)` stands for four calls."""
    parts = re.split(r"«(.*?)»", line)
    choices = [part.split() if k % 2 else [part] for k, part in enumerate(parts)]
    return ["".join(chosen) for chosen in itertools.product(*choices)]


SECTIONS = _sections()


def _data() -> dict[str, Any]:
    r = np.random.default_rng(0)
    single = np.float32
    return {
        "x": r.normal(size=(3, 4)).astype(single), "y": r.normal(size=(3, 4)).astype(single),
        "v": r.normal(size=4).astype(single), "w": r.uniform(0.1, 0.9, (3, 4)).astype(single),
        "p": (np.abs(r.normal(size=(3, 4))) + 0.2).astype(single),
        "c": r.normal(size=(2, 3, 4)).astype(single), "s": np.array(1.5, single),
        "e": np.zeros((0, 3), single), "e1": np.zeros(0, single), "z": np.zeros((2, 0, 3), single),
        "d": r.normal(size=(3, 4)), "one": np.ones(1, single),
        "n": np.array([[1, np.nan, 3], [-2, np.inf, 0], [np.nan, np.nan, -np.inf]], single),
        "ties": np.array([[1, 3, 1, 3], [2, 2, 0, 5.0]], single),
        "i": np.array([[7, -7, 3], [-5, 5, 4]]), "j": np.array([[2, 3, -2], [4, -2, 1]]),
        "k": np.array([3, -2, 5, 3, 1], np.int32), "u": np.array([1, 200, 255], np.uint8),
        "i8": np.array([1, -3, 7], np.int8), "h": np.array([1.5, -2, 3], np.float16),
        "b": np.array([[True, False, True], [False, False, True]]), "b0": np.array(True),
        "i0": np.array(3), "ix": np.array([[0, 2, 1, 1], [2, 2, 0, 0]]), "i1": np.array([2, 0, 2]),
        "sq": r.normal(size=(3, 3)), "bq": r.normal(size=(2, 3, 3)),
        "tall": r.normal(size=(5, 3)), "wide": r.normal(size=(3, 5)),
        "m": np.array([[True, False, True, True], [False, False, True, False], [True] * 4]),
        "row": r.normal(size=(1, 4)).astype(single), "col": r.normal(size=(3, 1)).astype(single),
    }  # fmt: skip


DATA = _data()


def _made(module: Any) -> Env:
    env = {k: module.tensor(a.copy()) for k, a in DATA.items()}
    for x in env.values():
        x.requires_grad_(x.is_floating_point())
    return {**env, "t": module, "inf": math.inf, "nan": math.nan}


def _call(module: Any, row: str) -> tuple[Env, Any, Exception | None]:
    env = _made(module)
    try:
        if row.startswith("!"):
            with module.no_grad():
                return env, eval(row[1:], env), None
        return env, eval(row, env), None
    except Exception as error:  # what either library refuses with
        return env, None, error


def _flat(out: Any) -> list[Any]:
    return [x for o in out for x in _flat(o)] if isinstance(out, tuple | list) else [out]


def _numbers(x: Any) -> Any:
    return np.asarray(x.detach().numpy(), np.float64)


def _is_tensor(x: Any) -> bool:
    return hasattr(x, "requires_grad")


def _difference(row: str, torch: Any) -> str:
    """What differs between the two libraries, or nothing."""
    theirs, wanted, refused = _call(torch, row)
    ours, found, error = _call(pellucid, row)
    if refused is not None:
        return ""  # `refused` lists what must be refused here too
    if error is not None:
        return f"refused here: {error!r}"
    a, b = _flat(found), _flat(wanted)
    if len(a) != len(b):
        return f"{len(a)} results and {len(b)} in PyTorch"
    for mine, other in zip(a, b, strict=True):
        text = _unequal(mine, other)
        if text:
            return text
    return _blame_differs(torch, (ours, a), (theirs, b))


def _unequal(mine: Any, other: Any) -> str:
    if not _is_tensor(other):
        same = mine == other or (
            isinstance(other, float) and math.isclose(mine, other, rel_tol=1e-5)
        )
        return "" if same else f"{mine!r} and in PyTorch {other!r}"
    if f"torch.{mine.dtype.name}" != str(other.dtype) or tuple(mine.shape) != tuple(other.shape):
        return f"{mine.dtype} {mine.shape} and in PyTorch {other.dtype} {tuple(other.shape)}"
    close = np.allclose(_numbers(mine), _numbers(other), rtol=2e-5, atol=2e-5, equal_nan=True)
    return "" if close else f"{mine.tolist()} and in PyTorch {other.tolist()}"


def _blame_differs(torch: Any, ours: tuple[Env, list[Any]], theirs: tuple[Env, list[Any]]) -> str:
    for module, (_, outs) in ((torch, theirs), (pellucid, ours)):
        total: Any = 0.0
        for out in outs:
            if _is_tensor(out) and out.requires_grad:
                g = np.random.default_rng(7).uniform(0.5, 1.5, tuple(out.shape))
                finite = module.isfinite(out)
                total = total + (out.double()[finite] * module.tensor(np.asarray(g))[finite]).sum()
        if _is_tensor(total):
            try:
                total.backward()
            except RuntimeError:
                if module is pellucid:
                    raise
                return ""  # PyTorch has no gradient there, or its own goes wrong
    for name in DATA:
        mine, other = ours[0][name].grad, theirs[0][name].grad
        if (mine is None) != (other is None):
            return f"the gradient of {name} is {mine} and in PyTorch {other}"
        if other is not None and not np.allclose(
            _numbers(mine), _numbers(other), rtol=2e-4, atol=2e-5, equal_nan=True
        ):
            return f"the gradient of {name} is {mine.tolist()} and in PyTorch {other.tolist()}"
    return ""


@pytest.mark.parametrize("row", SECTIONS.pop("refused"))
def test_wrong_calls_are_refused_by_both(row: str, torch: Any) -> None:
    _, _, theirs = _call(torch, row)
    _, _, ours = _call(pellucid, row)
    assert theirs is not None
    assert isinstance(ours, PellucidError) or type(ours) is TypeError
    empty = "reduction dim" in str(theirs)  # of no numbers: a wrong shape, and here it is called so
    assert isinstance(ours, IndexError) or empty or not isinstance(theirs, IndexError)


@pytest.mark.parametrize("section", SECTIONS)
def test_calls_give_what_pytorch_gives(section: str, torch: Any) -> None:
    wrong = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in SECTIONS[section]:
            text = _difference(row, torch)
            if text:
                wrong[row] = text[:400]
    assert wrong == {}


def test_a_difference_is_found(torch: Any) -> None:
    """Every comparison above would pass if the eye were blind; here it sees."""
    rows = ["x + (1 if t.__name__ == 'torch' else 2)", "x[0] if t.__name__ == 'torch' else x"]
    rows += [
        "x if t.__name__ == 'torch' else x.double()",
        "x if t.__name__ == 'torch' else x.missing()",
    ]
    rows.append("x * 1 if t.__name__ == 'torch' else x.detach() + 0 * x")
    assert [bool(_difference(row, torch)) for row in rows] == [True, True, True, True, True]
