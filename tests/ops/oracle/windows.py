"""PyTorch's answers for convolutions, pools and batch norm.

Borders of two widths are added beforehand: PyTorch's functions take one width for both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.ops.oracle.row import Row

__all__ = ["ROWS"]


def _flat(padding: Any) -> list[int]:
    return [n for pair in reversed(padding) for n in pair]


def _bordered(t: Any, x: Any, padding: Any, value: float = 0.0) -> Any:
    return t.nn.functional.pad(x, _flat(padding), value=value)


def _cut(x: Any, padding: Any) -> Any:
    spec = [slice(lo, x.shape[i + 2] - hi) for i, (lo, hi) in enumerate(padding)]
    return x[(..., *spec)]


def _room(size: Any, padding: Any) -> list[int]:
    return [n + lo + hi for n, (lo, hi) in zip(size, padding, strict=True)]


def _conv(t: Any, x: Any, w: Any, b: Any = None, *, padding: Any, **p: Any) -> Any:
    call = getattr(t.nn.functional, f"conv{len(padding)}d")
    return call(_bordered(t, x, padding), w, b, **p)


def _transpose(t: Any, x: Any, w: Any, size: Any, padding: Any, **p: Any) -> Any:
    rank, room = len(size), _room(size, padding)
    reach = [(n - 1) * s + d * (k - 1) + 1 for n, s, d, k in
             zip(x.shape[2:], p["stride"], p["dilation"], w.shape[2:], strict=True)]  # fmt: skip
    call = getattr(t.nn.functional, f"conv_transpose{rank}d")
    y = call(x, w, **p)
    y = _bordered(t, y, [(0, a - b) for a, b in zip(room, reach, strict=True)])
    return _cut(y, padding)


def _weight_grad(t: Any, x: Any, g: Any, kernel: Any, padding: Any, **p: Any) -> Any:
    w = t.zeros((g.shape[1], x.shape[1] // p["groups"], *kernel), dtype=x.dtype, requires_grad=True)
    y = _conv(t, x, w, padding=padding, **p)
    return t.autograd.grad(y, w, g, create_graph=True)[0]


def _unfold(t: Any, x: Any, kernel: Any, padding: Any, **p: Any) -> Any:
    return t.nn.functional.unfold(_bordered(t, x, padding), kernel, **p)


def _fold(t: Any, x: Any, size: Any, kernel: Any, padding: Any, **p: Any) -> Any:
    return _cut(t.nn.functional.fold(x, _room(size, padding), kernel, **p), padding)


def _max_pool(t: Any, x: Any, kernel: Any, padding: Any, **p: Any) -> Any:
    call = getattr(t.nn.functional, f"max_pool{len(kernel)}d")
    return call(_bordered(t, x, padding, -float("inf")), kernel, **p)


def _max_pool_at(t: Any, x: Any, kernel: Any, padding: Any, **p: Any) -> Any:
    call = getattr(t.nn.functional, f"max_pool{len(kernel)}d")
    bordered = _bordered(t, x, padding, -float("inf"))
    _, at = call(bordered, kernel, return_indices=True, **p)
    (top, _), (left, _) = padding
    return (at // bordered.shape[-1] - top) * x.shape[-1] + at % bordered.shape[-1] - left


def _max_pool_grad(t: Any, g: Any, y: Any, x: Any, **p: Any) -> Any:
    given = x.detach().clone().requires_grad_()
    return t.autograd.grad(_max_pool(t, given, **p), given, g, create_graph=True)[0]


def _max_pool_pick(t: Any, g: Any, y: Any, x: Any, **p: Any) -> Any:
    at = _max_pool_at(t, x, **p)
    return g.flatten(2).gather(2, at.flatten(2)).reshape(y.shape)


def _counts(t: Any, counts: Any, like: Any) -> Any:
    if isinstance(counts, int):
        return t.tensor(float(counts), dtype=like.dtype)
    many = t.ones((), dtype=like.dtype)
    for axis, along in enumerate(counts):
        shape = [1] * len(counts)
        shape[axis] = len(along)
        many = many * t.tensor(along, dtype=like.dtype).reshape(shape)
    return many


def _avg_pool(t: Any, x: Any, kernel: Any, stride: Any, padding: Any, counts: Any) -> Any:
    call: Callable[..., Any] = getattr(t.nn.functional, f"avg_pool{len(kernel)}d")
    size = 1
    for k in kernel:
        size *= k
    return call(_bordered(t, x, padding), kernel, stride) * size / _counts(t, counts, x)


def _avg_pool_grad(t: Any, g: Any, size: Any, **p: Any) -> Any:
    x = t.zeros((*g.shape[:2], *size), dtype=g.dtype, requires_grad=True)
    return t.autograd.grad(_avg_pool(t, x, **p), x, g, create_graph=True)[0]


def _affine_norm(t: Any, x: Any, weight: Any, bias: Any = None, *, axis: int, eps: float) -> Any:
    assert axis == 1
    return t.nn.functional.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def _moments(t: Any, x: Any, axis: int) -> Any:
    flat = x.movedim(axis, 0).flatten(1)
    return t.stack([flat.mean(1), flat.var(1, correction=0)])


def _standardize_grad(t: Any, g: Any, y: Any, x: Any, axes: Any, eps: float) -> Any:
    scale = (x.var(axes, correction=0, keepdim=True) + eps).rsqrt()
    return scale * (g - g.mean(axes, keepdim=True) - y * (g * y).mean(axes, keepdim=True))


def _distances(t: Any, x: Any, moments: Any, eps: float) -> tuple[Any, Any]:
    """Distances from known averages in units of known spreads, and one over the spreads."""
    center, spread = (m.view(-1, *[1] * (x.ndim - 2)) for m in moments)
    return (x - center) / (spread + eps).sqrt(), 1 / (spread + eps).sqrt()


def _affine_norm_weight(t: Any, g: Any, x: Any, moments: Any, axis: int, eps: float) -> Any:
    return (g * _distances(t, x, moments, eps)[0]).movedim(axis, 0).flatten(1).sum(1)


def _affine_norm_grad(
    t: Any, g: Any, x: Any, weight: Any, moments: Any, to_weight: Any, to_bias: Any, axis: int,
    eps: float,
) -> Any:  # fmt: skip
    x_hat, scale = _distances(t, x, moments, eps)
    weight, to_weight, to_bias = (v.view(scale.shape) for v in (weight, to_weight, to_bias))
    n = x.numel() // x.shape[axis]
    return weight * scale * (g - to_bias / n - x_hat * to_weight / n)


def _affine_groups(t: Any, x: Any, weight: Any, bias: Any, groups: int, eps: float) -> Any:
    return t.nn.functional.group_norm(x, groups, weight, bias, eps)


def _affine_rows(t: Any, x: Any, weight: Any, bias: Any, rank: int, eps: float) -> Any:
    return t.nn.functional.layer_norm(x, weight.shape, weight, bias, eps)


def _affine_rows_grad(t: Any, g: Any, x: Any, weight: Any, rank: int, eps: float) -> Any:
    n = weight.numel()
    flat, blame, scale = x.reshape(-1, n), g.reshape(-1, n), weight.reshape(n)
    x_hat = t.nn.functional.layer_norm(flat, (n,), eps=eps)
    spread = (flat.var(1, correction=0, keepdim=True) + eps).sqrt()
    share = blame * scale
    stretch = (share * x_hat).mean(1, keepdim=True)
    to_x = (share - share.mean(1, keepdim=True) - x_hat * stretch) / spread
    return t.cat([(blame * x_hat).sum(0, keepdim=True), blame.sum(0, keepdim=True), to_x])


def _affine_groups_grad(t: Any, g: Any, x: Any, weight: Any, groups: int, eps: float) -> Any:
    axes = [0, *range(2, x.ndim)]
    x_hat = t.nn.functional.group_norm(x, groups, eps=eps)
    rows = (x.shape[0], groups, -1)
    share = (g * weight.view(-1, *[1] * (x.ndim - 2))).reshape(rows)
    spread = (x.reshape(rows).var(2, correction=0, keepdim=True) + eps).sqrt()
    flat = x_hat.reshape(rows)
    stretch = (share * flat).mean(2, keepdim=True)
    to_x = (share - share.mean(2, keepdim=True) - flat * stretch) / spread
    return t.cat([(g * x_hat).sum(axes), g.sum(axes), to_x.reshape(-1)])


def _remembered(t: Any, held: Any, seen: Any, row: int, share: float, scale: float = 1.0) -> Any:
    return t.lerp(held, scale * seen[row], share)


ROWS: dict[str, Row] = {
    "conv": Row(_conv),
    "conv_transpose": Row(_transpose),
    "conv_weight_grad": Row(_weight_grad),
    "unfold": Row(_unfold),
    "fold": Row(_fold),
    "max_pool": Row(_max_pool),
    "max_pool_at": Row(_max_pool_at),
    "max_pool_grad": Row(_max_pool_grad),
    "max_pool_pick": Row(_max_pool_pick),
    "avg_pool": Row(_avg_pool),
    "avg_pool_grad": Row(_avg_pool_grad),
    "affine_norm": Row(_affine_norm),
    "affine_norm_grad": Row(_affine_norm_grad),
    "affine_norm_weight": Row(_affine_norm_weight),
    "affine_rows": Row(_affine_rows),
    "affine_rows_grad": Row(_affine_rows_grad),
    "affine_groups": Row(_affine_groups),
    "affine_groups_grad": Row(_affine_groups_grad),
    "moments": Row(_moments),
    "standardize_grad": Row(_standardize_grad),
    "remembered": Row(_remembered),
}
