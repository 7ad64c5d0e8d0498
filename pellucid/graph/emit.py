"""The one funnel: every use of an op, by a person, a gradient rule or an optimizer, passes here.

Shapes and dtypes are checked before anything runs, so both engines complain in the same words.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any

from pellucid.dtypes import (
    FLOAT,
    INT,
    OF_TYPE,
    DType,
    default_float,
    float32,
    of_number,
    promote,
    wrapped,
    written,
)
from pellucid.errors import DTypeError, GraphError, TraceError
from pellucid.graph import mode as _mode
from pellucid.graph.gate import gate
from pellucid.graph.halves import HALVES, KEEPS_DIGITS, Single, at_hand, lowered, moves
from pellucid.graph.node import Node, _clock, last_write, leaf, memory
from pellucid.graph.where import asked_at, called, changed_at, made_at
from pellucid.spelling import a_kind

__all__ = ["applied", "asking", "check_unwritten", "constant", "emit", "stamp", "user_line"]

_PACKAGE = str(Path(__file__).resolve().parent.parent)
_inside: dict[str, bool] = {}
_constants: dict[tuple[type, Any, DType, DType | None], Node] = {}
# Where a number beside whole ones keeps the bits that they have, as the results do; elsewhere one
# that does not fit is refused.
_WRAPS = frozenset({
    "add", "sub", "mul", "floor_divide", "remainder", "fmod", "bitwise_and", "bitwise_or",
    "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift",
})  # fmt: skip
_NO_PARAMS: Mapping[str, Any] = {}
_local = _mode._local
_engines = _mode._engines


def emit(op: Any, inputs: tuple[Any, ...], params: Mapping[str, Any] = _NO_PARAMS) -> Node:
    """Apply `op` to nodes or Python numbers: check, make the node, compute it if values are known.

    Args:
        op: the record.
        inputs: nodes; a Python number takes the dtype that its partners dictate.
        params: hashable settings of the op.

    Raises:
        ShapeError, DTypeError: from the op's own rules, before anything is computed.
    """
    mode = _local.mode
    because = mode.because
    suspect = because is not None and last_write[0] > because.seq
    known_values = not mode.symbolic
    flows = False
    key: list[Any] = []
    if params:  # what of them tells one signature from another
        key = [op.matters(**params)] if op.matters else [*params, *params.values()]
    arrays = []
    for x in inputs:
        if type(x) is not Node and not isinstance(x, Node):
            return emit(op, _lift(op, inputs), params)
        key += x.shape, x.dtype
        arrays.append(array := x.array)
        if array is None:
            known_values = False
        if x.requires_grad:
            flows = True
        if suspect and because is not None:
            check_unwritten(x, because)
    if mode.lower is not None:
        key.append(mode.lower)
    if not known_values and not mode.symbolic and (settled := gate.settled(inputs)) != inputs:
        return emit(op, settled, params)
    signature = tuple(key)
    found = op.inferred.get(signature) or _infer(op, inputs, params, signature, mode.lower)
    shape, dtype, casts, run = found
    if casts is not None:
        return emit(op, _promoted(op, inputs, casts), params)

    node = Node()
    node.op, node.params, node.dtype, node.seq = op, params, dtype, next(_clock)
    if flows and mode.recording and dtype.category == FLOAT and op.gradient is not None:
        node.requires_grad, node.inputs = True, inputs
    elif mode.keeping or not known_values:
        node.inputs = inputs
    node.scope = mode.scope
    if node.inputs:  # an unrecorded node must hold on to nothing
        node.part = mode.part
        if because is None:
            node.where = user_line()
        else:
            node.because, node.where = because, because.where
    if known_values:
        node.array = array = _engines[0].run(run, arrays, params)
        node.shape = array.shape if shape is None else shape
    elif shape is None:
        raise TraceError(_UNSIZED.format(op.name, asking()))
    else:
        node.shape = shape
    # Reshaping what lies in another order in memory copies it: then nothing is shared.
    if op.view and (not known_values or _engines[0].shares(node.array, arrays[0])):
        of = inputs[0]  # an unrecorded view must not keep a recorded graph alive
        node.base = of if node.inputs or not of.inputs else memory(of)
    if mode.saving is not None and node.requires_grad and known_values:
        mode.saving(node)
    return node


_UNSIZED = (
    "{} gives a Tensor whose size depends on the values{}, and only shapes are known here.\n"
    " Compute it before tracing, or use where() with a mask."
)


def applied(op: Any, *inputs: Any, **params: Any) -> Node:
    """One use of the op, on nodes and Python numbers: what calling its record does."""
    return emit(op, inputs, params) if params else emit(op, inputs)


def constant(value: bool | int | float, dtype: DType, held: DType | None = None) -> Node:
    """A 0-axis leaf holding one number; the same number gives the same node.

    Args:
        value: the number.
        dtype: its kind.
        held: a wider kind for its array: 0.999 must not become 1 beside 16-bit numbers.
    """
    key = (type(value), value, dtype, held)
    node = _constants.get(key)
    if node is None or (value == 0 and repr(value) != node.name):  # 0.0 equals −0.0
        at_hand(dtype)
        node = leaf(
            _engines[0].constant(value, held or dtype), (), dtype, kind="constant", name=repr(value)
        )
        if len(_constants) > 4096 or value != value:  # NaN never equals itself: it would pile up
            return node
        _constants[key] = node
    return node


def asking(word: str = "asked for at") -> str:
    """Which line asks, in brackets, while a function is being compiled; nothing elsewhere."""
    frame: Any = sys._getframe(1) if _mode.current().trace is not None else None
    while frame is not None:
        if not frame.f_code.co_filename.startswith(_PACKAGE):
            line = asked_at((frame.f_code, frame.f_lasti))
            if line:  # it may ask through an installed package
                return f" ({word} {line})"
        frame = frame.f_back
    return ""


def user_line() -> tuple[CodeType, int] | None:
    """Code and instruction of the nearest frame outside this package."""
    frame: Any = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        ours = _inside.get(name)
        if ours is None:
            ours = _inside[name] = name.startswith(_PACKAGE)
        if not ours:
            return frame.f_code, frame.f_lasti
        frame = frame.f_back
    return None


def _lift(op: Any, inputs: tuple[Any, ...]) -> tuple[Node, ...]:
    """Numbers become constants of the dtype that the Tensors among the inputs dictate."""
    kept = [x for x in inputs[op.promotes :] if isinstance(x, Node)]
    out = []
    for x in inputs:
        if isinstance(x, Node):
            out.append(x)
        elif isinstance(x, bool | int | float):
            dtype = _number_dtype(op, x, kept)
            wide = dtype in HALVES and op.name in KEEPS_DIGITS
            if type(x) is int and dtype.category == INT:
                if op.name in _WRAPS:
                    x = wrapped(x, dtype)
                elif op.name == "where":
                    x = written(x, dtype)
            out.append(constant(x, dtype, float32 if wide else None))
        else:
            raise DTypeError(
                f"{op.name} works on Tensors and numbers and got {a_kind(x)}.\n"
                " Make a Tensor: pellucid.tensor(value)."
            )
    return tuple(out)


def _number_dtype(op: Any, value: bool | int | float, partners: list[Node]) -> DType:
    own = OF_TYPE.get(type(value)) or of_number(value)
    if op.each and type(value) is bool:
        return own
    dtype = None
    for partner in partners:
        dtype = partner.dtype if dtype is None else promote(dtype, partner.dtype)
    if dtype is None or dtype.category < own.category:
        dtype = own
    if op.dtype == "float" and dtype.category != FLOAT:
        return default_float()
    return dtype


def _infer(
    op: Any, inputs: tuple[Node, ...], params: Mapping[str, Any], key: Any, lower: DType | None
) -> Any:
    """Shape, dtype, the casts that come first (the rest is then asked again), and what is run."""
    kinds = [x.dtype for x in inputs]
    casts = None if lower is None else lowered(op, kinds, lower)
    if casts is not None:
        found = (None, lower, casts, op)
    else:
        shape, dtype, casts = op.infer(inputs, params)
        at_hand(dtype)
        half = dtype in HALVES or any(kind in HALVES for kind in kinds)
        found = (shape, dtype, casts, Single(op, dtype) if half and not moves(op) else op)
    if len(op.inferred) > 4096:
        op.inferred.clear()
    op.inferred[key] = found
    return found


def _promoted(op: Any, inputs: tuple[Node, ...], casts: Any) -> tuple[Node, ...]:
    return tuple(
        x if to is None else emit(op.cast, (x,), {"dtype": to})
        for x, to in zip(inputs, casts, strict=True)
    )


def stamp(node: Node, line: tuple[CodeType, int] | None = None) -> None:
    """Note that the memory of `node` was written in place just now, and in whose line."""
    node.written = last_write[0] = next(_clock)
    if node.base is None:
        node.writes += 1
    else:
        root = node.root
        root.written, root.writes = node.written, root.writes + 1
    if line is not None:
        node.changed = node.root.changed = (node.written, line)


def check_unwritten(x: Node, because: Node) -> None:
    """Refuse to go back through `because` where one of its inputs was changed since."""
    if max(x.written, x.root.written) <= because.seq:
        return
    if x is not because and x not in because.inputs:
        return
    lines = (("used", made_at(because)), ("changed", changed_at(x)))
    told = " and ".join(f"{what} at {line}" for what, line in lines if line)
    where = f"\n It was {told}." if told else ""
    raise GraphError(
        f"a value that the backward pass needs was changed in place: {called(x)}, "
        f"read by {because.op.name}.{where}\n"
        " Change it after backward(), or work on a copy: x = x.clone()."
    )
