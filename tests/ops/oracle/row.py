"""What an oracle row holds, and the few things that PyTorch needs said differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["Row", "build", "cut", "named"]


class Row(NamedTuple):
    """How PyTorch computes the same thing, and written reasons for what is not compared.

    Attributes:
        call: `call(torch, *inputs, **params)`.
        no_jax: why jax.grad is not asked, if it is not.
        no_second: why second derivatives are not compared with PyTorch's, if they are not.
    """

    call: Callable[..., Any]
    no_jax: str = ""
    no_second: str = ""


def named(*names: str, **renamed: str) -> dict[str, Row]:
    """Rows for functions that have the same arguments in PyTorch."""

    def row(function: str) -> Row:
        return Row(lambda t, *xs, **params: getattr(t, function)(*xs, **params))

    return {name: row(function) for name, function in {**{n: n for n in names}, **renamed}.items()}


def cut(t: Any, x: Any, spec: tuple[Any, ...]) -> Any:
    """A block, by positions: PyTorch's slices know no negative step."""
    for axis, entry in enumerate(spec):
        positions = [entry] if isinstance(entry, int) else list(range(*entry))
        x = x.index_select(axis, t.tensor(positions, dtype=t.int64))
    return x.reshape([n for n, e in zip(x.shape, spec, strict=True) if not isinstance(e, int)])


def build(t: Any, field: Any, spec: tuple[Any, ...], block: Any) -> Any:
    """A field with a block replaced."""
    ranges = [[e] if isinstance(e, int) else list(range(*e)) for e in spec]
    grids = t.meshgrid(*(t.tensor(r, dtype=t.int64) for r in ranges), indexing="ij")
    kept = [len(r) for r, e in zip(ranges, spec, strict=True) if not isinstance(e, int)]
    return field.index_put(grids, block.expand(kept).reshape([len(r) for r in ranges]))
