"""Weights whose columns (or rows, where there are fewer) stay at right angles and of length 1.

Q = B · map(X): B is where it started, X is learned and free, and the map gives a rotation:
exp(A) or (I − A/2)⁻¹ (I + A/2) with A = X − Xᵀ, or a product of reflections.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.nn.module import Module
from pellucid.nn.utils.derived import lacking
from pellucid.nn.utils.parametrize import register_parametrization
from pellucid.shapes import Shape, show
from pellucid.tensor import Tensor
from pellucid.tensor.creation import eye, zeros
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.limits import finfo
from pellucid.tensor.linalg import matrix_exp, qr, solve, solve_triangular
from pellucid.tensor.random import randn

__all__ = ["orthogonal"]

_MAPS = ("matrix_exp", "cayley", "householder")


def orthogonal(
    module: Module,
    name: str = "weight",
    orthogonal_map: str | None = None,
    *,
    use_trivialization: bool = True,
) -> Module:
    """Keep the columns of a weight (or its fewer rows) at right angles and of length 1.

    Args:
        module: whose weight it is.
        name: which.
        orthogonal_map: "matrix_exp", "cayley" or "householder"; the first for square weights and
            the last for others when None.
        use_trivialization: learn the way from where the weight stands, and not from the identity.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> layer = nn.utils.parametrizations.orthogonal(nn.Linear(20, 40))
        >>> bool((layer.weight.mT @ layer.weight - pellucid.eye(20)).abs().max() < 1e-5)
        True

    Source: Lezcano-Casado 2019.
    """
    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise lacking(module, name)
    if len(weight.shape) < 2:
        raise ShapeError(
            f"orthogonal is for matrices, and {name} has shape {show(tuple(weight.shape))}."
        )
    square = weight.shape[-2] == weight.shape[-1]
    way = orthogonal_map or ("matrix_exp" if square else "householder")
    if way not in _MAPS:
        raise SettingError(f"orthogonal_map is one of {', '.join(_MAPS)}, and it is {way!r}.")
    own = _Orthogonal(way, tuple(weight.shape), use_trivialization)
    return register_parametrization(module, name, own, unsafe=True)


class _Orthogonal(Module):
    """A matrix with columns at right angles, out of any matrix."""

    def __init__(self, orthogonal_map: str, shape: Shape, use_trivialization: bool = True) -> None:
        super().__init__()
        self.shape = shape
        self.orthogonal_map, self.moved = orthogonal_map, use_trivialization
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X: Any) -> Any:
        """The rotation that X stands for, from the base."""
        wide = X.shape[-2] < X.shape[-1]
        x = X.mT if wide else X
        rows, columns = x.shape[-2:]
        if self.orthogonal_map == "householder":
            q = _reflected(x)
        else:
            x = _padded(x.tril(), rows - columns)
            q = _rotation(x - x.mT, self.orthogonal_map)[..., :columns]
        q = self.base @ q if self.moved else q
        return q.mT if wide else q

    def right_inverse(self, Q: Any) -> Any:
        """What gives Q; with a base, that is where it starts from."""
        if tuple(Q.shape) != self.shape:
            raise ShapeError(
                f"the matrices have the shape {show(self.shape)}, and {show(tuple(Q.shape))} was "
                "given."
            )
        wide = Q.shape[-2] < Q.shape[-1]
        q = Q.mT if wide else Q
        rows, columns = q.shape[-2:]
        if not self.moved:
            if self.orthogonal_map != "householder":
                raise NotImplementedError(
                    f"{self.orthogonal_map} has no way back without use_trivialization"
                )
            x = _reflectors(q)
            return x.mT if wide else x
        if rows != columns:
            more = randn((*q.shape[:-1], rows - columns), dtype=q.dtype)
            q = _made_orthogonal(FUNCTIONS["cat"]([q, more], -1))
        elif not _is_orthogonal(q):
            q = _made_orthogonal(q)
        self.base = q.detach().clone()
        start = -eye(*Q.shape[-2:], dtype=Q.dtype)
        return start.expand(Q.shape).clone()


def _padded(x: Any, more: int) -> Any:
    if not more:
        return x
    nothing = zeros((*x.shape[:-1], more), dtype=x.dtype)
    return FUNCTIONS["cat"]([x, nothing], -1)


def _rotation(a: Any, way: str) -> Any:
    """The rotation that an antisymmetric matrix turns toward."""
    if way == "matrix_exp":
        return matrix_exp(a)
    one = eye(a.shape[-1], dtype=a.dtype)
    return solve(one - 0.5 * a, one + 0.5 * a)


def _reflected(x: Any) -> Any:
    """The first columns of a product of reflections at the columns of x below its diagonal.

    H₁ ⋯ H_k = I − V T Vᵀ, and T⁻¹ has 1/τ on its diagonal and VᵀV above it.
    """
    rows, columns = x.shape[-2:]
    v = x.tril(-1) + eye(rows, columns, dtype=x.dtype)
    products = v.mT @ v
    halves = 0.5 * products.diagonal(0, -2, -1)  # 1/τ = ‖v‖²/2
    inner = products.triu(1) + halves.unsqueeze(-1) * eye(columns, dtype=x.dtype)
    top = v[..., :columns, :].mT
    q = eye(rows, columns, dtype=x.dtype) - v @ solve_triangular(inner, top, upper=True)
    return q * x.diagonal(0, -2, -1).detach().trunc().unsqueeze(-2)


def _reflectors(q: Any) -> Any:
    """The columns whose reflections give q, with the sign of each on the diagonal."""
    found = []
    for j in range(q.shape[-1]):
        below = q[..., j + 1 :, j]
        head, rest = q[..., j, j], (below * below).sum(-1)
        length = (head * head + rest).sqrt()
        end = FUNCTIONS["where"](head > 0, -length, length)
        flat = rest == 0  # nothing to reflect away: the reflection only changes the sign
        scale = FUNCTIONS["where"](flat, 1.0, head - end)
        tail = below / scale.unsqueeze(-1)
        lead = zeros((*tail.shape[:-1], j), dtype=q.dtype)
        sign = FUNCTIONS["where"](flat, -head.sign(), end.sign())
        found.append(FUNCTIONS["cat"]([lead, sign.unsqueeze(-1), tail], -1))
        v = FUNCTIONS["cat"]([lead, sign.unsqueeze(-1) * 0 + 1, tail], -1)
        seen = (v.unsqueeze(-2) @ q) * (2 / (v * v).sum(-1))[..., None, None]
        turned = q - v.unsqueeze(-1) * seen
        q = FUNCTIONS["where"](flat[..., None, None], q, turned)
    return FUNCTIONS["stack"](found, -1)


def _is_orthogonal(q: Any) -> bool:
    near = 10.0 * q.shape[-2] * finfo(q.dtype).eps
    with switched(recording=False):
        off = (q.mT @ q - eye(q.shape[-1], dtype=q.dtype)).abs().max()
    return bool(off <= near)


def _made_orthogonal(x: Any) -> Any:
    """The columns made orthogonal one after another, each on its own side."""
    q, r = qr(x)
    signs = FUNCTIONS["where"](r.diagonal(0, -2, -1) < 0, -1.0, 1.0)
    return q * signs.to(q.dtype).unsqueeze(-2)
