"""Steps that are alike share one executable: the next fit of the same network compiles nothing.

Telling whether two steps are alike takes a millisecond. Having JAX trace and lower one again takes
hundreds, even where the compiled program is found on the disk.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import jax

from pellucid.engines.cores import cores
from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram

__all__ = ["shared", "step_key"]

KEPT = 32  # executables
LARGE = 1 << 20  # bytes of constants in a program above which it is not kept for others

_known: OrderedDict[Any, Any] = OrderedDict()
_lock = threading.Lock()


def shared(key: Any, given: Any, make: Callable[[], Any]) -> Any:
    """The executable that was made for this key, or a new one.

    Args:
        key: equal for what compiles to the same program; None keeps nothing.
        given: the arguments it is compiled for.
        make: compiles.
    """
    if key is None:
        return make()
    kinds = tuple((x.shape, x.dtype.name) for x in jax.tree.leaves(given))
    whole = (key, kinds, cores(), os.environ.get("XLA_FLAGS", ""))
    with _lock:
        found = _known.get(whole)
        if found is not None:
            _known.move_to_end(whole)
            return found
    found = make()
    with _lock:
        _known[whole] = found
        while len(_known) > KEPT:
            _known.popitem(last=False)
    return found


def step_key(step: StepProgram) -> Any:
    """Equal for steps that compute the same, from inputs of the same kinds; None for large ones."""
    program = step.program
    if sum(n.array.nbytes for n in program.held) > LARGE:
        return None
    parts = (step.arguments, step.cells, step.read, step.streams, step.numbers)
    return (
        _kinds(program.inputs),
        tuple(_constant(n.array) for n in program.held),
        tuple((s.op, s.at, _settings(s.params)) for s in program.steps),
        _kinds(s.node for s in program.steps),
        program.outputs,
        tuple(len(part) for part in parts),
    )


def _kinds(nodes: Iterable[Node]) -> Any:
    return tuple((n.shape, n.dtype.name) for n in nodes)


def _constant(array: Any) -> Any:
    return array.shape, array.dtype.name, hashlib.blake2b(array.tobytes()).digest()


def _settings(params: Mapping[str, Any]) -> Any:
    return tuple((name, _exactly(params[name])) for name in sorted(params))


def _exactly(value: Any) -> Any:
    """What tells 1, 1.0 and True apart, and 0.0 from −0.0: they are equal, and other settings."""
    if isinstance(value, tuple):
        return tuple, tuple(_exactly(v) for v in value)
    return (float, repr(value)) if isinstance(value, float) else (type(value), value)
