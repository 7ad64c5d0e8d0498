"""PyTorch's answers for everything that moves numbers: shapes, slices, positions, orders."""

from __future__ import annotations

from typing import Any

from tests.ops.oracle.row import Row, build, cut, named

__all__ = ["ROWS"]


def _place(t: Any, x: Any, spec: Any, shape: Any) -> Any:
    return build(t, t.zeros(shape, dtype=x.dtype), spec, x)


def _pad(t: Any, x: Any, widths: Any, value: float = 0.0) -> Any:
    flat = [n for pair in reversed(widths) for n in pair]
    return t.nn.functional.pad(x, flat, value=value)


def _at(x: Any, indices: Any, axes: tuple[int, ...]) -> tuple[Any, ...]:
    spec: list[Any] = [slice(None)] * x.ndim
    for axis, index in zip(axes, indices, strict=True):
        spec[axis] = index
    return tuple(spec)


def _index_put(t: Any, x: Any, value: Any, *indices: Any, axes: tuple[int, ...]) -> Any:
    out = x.clone()
    out[_at(x, indices, axes)] = value
    return out


def _index_add(t: Any, x: Any, *indices: Any, axes: tuple[int, ...], shape: Any) -> Any:
    assert len(indices) == 1
    return t.zeros(shape, dtype=x.dtype).index_add(axes[0], indices[0], x)


def _scatter(t: Any, x: Any, index: Any, value: Any, axis: int) -> Any:
    # PyTorch's own gradient fails where the values are more than the index names.
    used = value[tuple(slice(n) for n in index.shape)] if value.ndim else value.expand(index.shape)
    return x.scatter(axis, index, used)


def _one_hot(t: Any, x: Any, classes: int, dtype: Any) -> Any:
    return t.nn.functional.one_hot(x, classes).to(getattr(t, dtype.name))


def _strided_add(t: Any, x: Any, stride: Any, start: int, row: int) -> Any:
    at = t.arange(row).as_strided(x.shape, stride, start)
    return t.zeros(row, dtype=x.dtype).index_add(0, at.reshape(-1), x.reshape(-1))


def _argsort(t: Any, x: Any, axis: int, descending: bool = False, first: int | None = None) -> Any:
    order = t.argsort(x, dim=axis, descending=descending, stable=True)
    return order if first is None else order.narrow(axis, 0, first)


ROWS: dict[str, Row] = {
    **named("tril", "triu", "nonzero", "unique", "searchsorted"),
    "reshape": Row(lambda t, x, shape: x.reshape(shape)),
    "permute": Row(lambda t, x, axes: x.permute(axes)),
    "expand": Row(lambda t, x, shape: x.expand(shape)),
    "slice": Row(lambda t, x, spec: cut(t, x, spec)),
    "place": Row(_place),
    "put": Row(lambda t, x, value, spec: build(t, x, spec, value)),
    "cat": Row(lambda t, *xs, axis: t.cat(xs, axis)),
    "flip": Row(lambda t, x, axes: x.flip(axes)),
    "roll": Row(lambda t, x, shifts, axes: x.roll(shifts, axes)),
    "pad": Row(_pad),
    "gather": Row(lambda t, x, index, axis: x.gather(axis, index)),
    "scatter": Row(_scatter),
    "scatter_mul": Row(
        lambda t, x, index, value, axis: t.scatter_reduce(
            x, axis, index, value[tuple(slice(n) for n in index.shape)], "prod"
        )
    ),
    "scatter_add": Row(
        lambda t, x, index, axis, shape: t.zeros(shape, dtype=x.dtype).scatter_add(axis, index, x)
    ),
    "index": Row(lambda t, x, *indices, axes: x[_at(x, indices, axes)]),
    "index_put": Row(_index_put),
    "index_add": Row(_index_add),
    "one_hot": Row(_one_hot),
    "argsort": Row(_argsort),
    "as_strided": Row(lambda t, x, size, stride, start: x.as_strided(size, stride, start)),
    "strided_add": Row(_strided_add),
}
