"""The spaces that data passes through: what goes in, what each layer makes of it, what comes out.

A bend that is written in `forward` instead of being a layer is a space too, and a block of a
transformer is one, whatever happens inside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.graph.node import Node
from pellucid.lenses.listing.calls import Call, watched
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject, undisturbed
from pellucid.nn.module import Module
from pellucid.tensor.creation import of_array

__all__ = ["Space", "is_sequence", "spaces_of"]

Kind = Literal["input", "linear", "bend", "block", "other"]
_BENDS = {f"pellucid.nn.{file}" for file in ("activation", "scores", "straight")}
_TURNED = ("permute", "transpose", "swapaxes")
_READS = {"RNN", "LSTM", "GRU", "MultiheadAttention", "TransformerEncoderLayer"}


@dataclass(frozen=True, eq=False)
class Space:
    """Where the rows are after one part of the network.

    Attributes:
        path: the part's name, such as "fc1"; "input" for what goes in.
        words: what it does: "Linear(2, 8)", "tanh".
        kind: "linear" has a linear part and a shift, "bend" treats every number alone, "block" is
            a whole block of layers that gives what it gets, changed.
        module: the layer; None for the input and for what stands in `forward`.
        values: what came out, a row for each sample.
        after: on how many layers with weights it rests.
    """

    path: str
    words: str
    kind: Kind
    module: Module | None
    values: Floats
    after: int = 0

    @property
    def title(self) -> str:
        """Its name and what it does."""
        return self.path if not self.words else f"{self.path}: {self.words}"

    @property
    def rows(self) -> Floats:
        """Everything that came out, as a list of numbers for each row: (n, numbers)."""
        return self.values.reshape(len(self.values), -1)


def spaces_of(
    subject: Subject, x: npt.NDArray[Any] | None = None, *, blocks: bool = True
) -> list[Space]:
    """The spaces in the order in which the data passes through them.

    Args:
        subject: the network and its rows.
        x: what goes in; the subject's rows when None.
        blocks: whether the blocks of a transformer stay whole.
    """
    rows = subject.x if x is None else x
    model = subject.model
    with undisturbed(model), watched(("", model)) as calls:
        given = model(of_array(np.ascontiguousarray(rows)))
    whole = _blocks(calls) if blocks else set()
    found = [Space("input", "", "input", None, rows)]
    last: Node | None = None
    for call in _parts(calls, whole):
        _between(found, call.inputs[0], last, f"before {call.path}")
        last = call.outputs[0]
        _add(found, _of_call(call, bool(call.inner)))
    _between(found, given._node, last, "at the end")
    return _numbered([s for s in found if s.values.shape[:1] == rows.shape[:1]])


def is_sequence(subject: Subject, space: Space) -> bool:
    """Whether a space holds a list of numbers for each position of a sequence."""
    reads = subject.x.dtype.kind in "iu" or any(
        type(m).__name__ in _READS for m in subject.model.modules()
    )
    return space.values.ndim == 3 and reads


def _parts(calls: list[Call], whole: set[int]) -> Iterator[Call]:
    for call in calls:
        if call.inputs and call.outputs and (not call.inner or id(call) in whole):
            yield call
        elif call.inner:
            yield from _parts(call.inner, whole)


def _blocks(calls: list[Call]) -> set[int]:
    """Of the modules that change a stream of sequences, the kind that comes most often."""
    found = [(c, d) for c, d in _deep(calls, 0) if d > 0 and c.inner and _keeps_shape(c)]
    if not found:
        return set()
    often = Counter((type(c.module), d) for c, d in found)
    kind = max(often, key=lambda key: (often[key], -key[1]))
    return {id(c) for c, d in found if (type(c.module), d) == kind}


def _deep(calls: list[Call], depth: int) -> Iterator[tuple[Call, int]]:
    for call in calls:
        yield call, depth
        yield from _deep(call.inner, depth + 1)


def _keeps_shape(call: Call) -> bool:
    if not (call.inputs and call.outputs):
        return False
    before, after = call.inputs[0].shape, call.outputs[0].shape
    return len(after) == 3 and before == after


def _of_call(call: Call, whole: bool) -> Space:
    module = call.module
    kind: Kind = "other"
    if whole:
        kind = "block"
    elif type(module).__name__ == "Linear":
        kind = "linear"
    elif type(module).__module__ in _BENDS:
        kind = "bend"
    return Space(call.path, _words(module), kind, module, call.outputs[0].array)


def _words(module: Module) -> str:
    """Its kind and, where they are few, its settings: "Linear(2, 8)", "Tanh", "Conv2d(1, 6)"."""
    name = type(module).__name__
    for ends in (("in_features", "out_features"), ("in_channels", "out_channels")):
        if all(isinstance(getattr(module, end, None), int) for end in ends):
            return f"{name}({', '.join(str(getattr(module, end)) for end in ends)})"
    inside = module.extra_repr() if not module._modules else ""
    return f"{name}({inside})" if 0 < len(inside) <= 12 else name


def _between(found: list[Space], node: Node, last: Node | None, where: str) -> None:
    """What `forward` did by itself, between two layers."""
    if node is last or node.op is None or node.array is None:
        return
    turned = node.op.name in _TURNED and node.array.ndim > 2
    if turned and last is not None and np.array_equal(np.swapaxes(node.array, 1, -1), last.array):
        return  # the same numbers with their axes in another order, as a loss wants them
    kind: Kind = "bend" if "activation" in node.op.traits else "other"
    _add(found, Space(f"the {node.op.name} {where}", "", kind, None, node.array))


def _add(found: list[Space], space: Space) -> None:
    """One more space, unless it holds the same numbers as the one before."""
    known = found[-1]
    if len(space.values) != len(known.values):
        return
    before, after = known.rows, space.rows
    if before.shape == after.shape and np.array_equal(before, after):
        return  # dropout at rest, a new shape for the same numbers
    weighed = space.module is not None and any(True for _ in space.module.parameters())
    found.append(replace(space, after=known.after + weighed))


def _numbered(spaces: list[Space]) -> list[Space]:
    """The same, with a name of its own for each, also where a layer is used twice."""
    seen: Counter[str] = Counter()
    named = []
    for space in spaces:
        seen[space.path] += 1
        often = seen[space.path]
        named.append(space if often == 1 else replace(space, path=f"{space.path} ({often})"))
    return named
