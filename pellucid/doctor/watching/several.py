"""Networks of several inputs: each row's numbers side by side, so that rows can be kept and run.

What keeps rows, judges them and tries things on them knows one input. So the inputs of a pass are
laid beside each other as columns of one table, and a copy of the network takes them apart again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.seen import Part
from pellucid.doctor.watching.library import Library

if TYPE_CHECKING:
    from pellucid.doctor.watching.passes import Pass

__all__ = ["Layout", "Several"]

_WIDEST = 1 << 14  # numbers of a row
_PLAIN = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class Layout:
    """Where the inputs of a network lie beside each other.

    Attributes:
        args: what it is given by place; `None` in place of inputs with rows.
        kwargs: what it is given by name, likewise.
        places: of each input with rows: its place or name, and what kind of number it holds.
        parts: its columns.
    """

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    places: tuple[tuple[int | str, Any], ...]
    parts: tuple[Part, ...]

    def onto(self, model: Any) -> Any:
        """A copy of the network, from now on called with the columns.

        Args:
            model: a copy that nobody else calls.
        """
        model.forward = _Apart(self, model.forward)
        return model

    def apart(self, columns: Any) -> tuple[list[Any], dict[str, Any]]:
        """The inputs again.

        Args:
            columns: (rows, columns).
        """
        args, kwargs = list(self.args), dict(self.kwargs)
        for (where, kind), part in zip(self.places, self.parts, strict=True):
            value = columns[:, part.start : part.end].reshape(-1, *part.shape).to(kind)
            if isinstance(where, int):
                args[where] = value
            else:
                kwargs[where] = value
        return args, kwargs


class _Apart:
    """A network's forward, given columns."""

    def __init__(self, layout: Layout, forward: Any) -> None:
        self.layout, self.forward = layout, forward

    def __call__(self, columns: Any) -> Any:
        args, kwargs = self.layout.apart(columns)
        return self.forward(*args, **kwargs)


class Several:
    """How the network's inputs are laid beside each other, as far as its passes allow.

    Args:
        library: whose tensors they are.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.layout: Layout | None = None

    def fits(self, found: Pass) -> bool:
        """Whether a pass has one input, or several as the first that had several."""
        if found.plain:
            return self.layout is None
        own = self._layout(found)
        if own is None:
            return False
        if self.layout is None:
            self.layout = own
        return own.parts == self.layout.parts and own.places == self.layout.places

    def table(self, found: Pass) -> npt.NDArray[Any] | None:
        """The inputs of a pass side by side; None where it is not laid out so."""
        if found.plain or not self.fits(found) or self.layout is None:
            return None
        layout = self.layout
        given = [_given(found, where) for where, _ in layout.places]
        flat = [np.asarray(self.library.array(x)).reshape(found.rows, -1) for x in given]
        return np.concatenate(flat, axis=1, dtype=np.float64, casting="unsafe")

    def _layout(self, found: Pass) -> Layout | None:
        """Where each input would lie; None where something given is neither rows nor plain."""
        kind, rows = self.library.kind, found.rows
        places: list[tuple[int | str, Any]] = []
        parts: list[Part] = []
        args, kwargs = list(found.args), dict(found.kwargs)
        start = 0
        for where, value in (*enumerate(args), *kwargs.items()):
            if isinstance(value, _PLAIN):
                continue
            if not isinstance(value, kind) or not value.ndim or value.shape[0] != rows:
                return None
            shape = tuple(int(n) for n in value.shape[1:])
            end = start + math.prod(shape)
            whole = not (value.dtype.is_floating_point or value.dtype.is_complex)
            parts.append(Part(shape, whole, start, end))
            places.append((where, value.dtype))
            start = end
            if isinstance(where, int):
                args[where] = None
            else:
                kwargs[where] = None
        if not 0 < start <= _WIDEST:
            return None
        return Layout(tuple(args), kwargs, tuple(places), tuple(parts))


def _given(found: Pass, where: int | str) -> Any:
    return found.args[where] if isinstance(where, int) else found.kwargs[where]
