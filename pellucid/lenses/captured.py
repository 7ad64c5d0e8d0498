"""What every layer gave for some rows: one forward pass, every module's output kept by its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.lenses.listing.calls import Call, watched
from pellucid.lenses.picture import Floats
from pellucid.lenses.subject import Subject, undisturbed
from pellucid.nn.module import Module
from pellucid.tensor.creation import of_array

__all__ = ["Stage", "stages_of"]


@dataclass(frozen=True, eq=False)
class Stage:
    """One layer's part in a forward pass.

    Attributes:
        path: its place in the network, such as "fc1" or "net.0".
        module: the layer.
        title: its place and its own words: "fc1  Linear(2, 8)".
        before: what went in.
        after: what came out.
        depth: how many modules it lies in.
    """

    path: str
    module: Module
    title: str
    before: npt.NDArray[Any]
    after: Floats
    depth: int

    @property
    def rows(self) -> Floats:
        """What came out as a list of numbers for each row: (n, numbers)."""
        return self.after.reshape(len(self.after), -1)


def stages_of(
    subject: Subject, x: npt.NDArray[Any] | None = None, *, inner: bool = False
) -> list[Stage]:
    """The layers of a network in the order in which they ran.

    Args:
        subject: the network and its rows.
        x: what goes in; the subject's rows when None.
        inner: also those that only call others, such as a block; without it, the layers in which
            the work is done.
    """
    rows = subject.x if x is None else x
    with undisturbed(subject.model), watched(("", subject.model)) as calls:
        subject.model(of_array(np.ascontiguousarray(rows)))
    return [
        _stage(call, depth)
        for call, depth in _walk(calls, -1)
        if call.outputs and depth >= 0 and (inner or not call.inner)
        and call.outputs[0].shape[:1] == rows.shape[:1]
    ]  # fmt: skip


def _walk(calls: list[Call], depth: int) -> Iterator[tuple[Call, int]]:
    for call in calls:
        yield call, depth
        yield from _walk(call.inner, depth + 1)


def _stage(call: Call, depth: int) -> Stage:
    module = call.module
    title = f"{call.path}  {type(module).__name__}({module.extra_repr()})"
    before = call.inputs[0].array if call.inputs else call.outputs[0].array
    return Stage(call.path, module, title, before, call.outputs[0].array, depth)
