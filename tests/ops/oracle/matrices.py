"""PyTorch's answers for matrices that are turned around or taken apart."""

from __future__ import annotations

from typing import Any

from tests.ops.oracle.row import Row

__all__ = ["ROWS"]


def _packed(t: Any, *factors: Any) -> Any:
    return t.cat(factors, -2)


def _qr(t: Any, a: Any, complete: bool = False) -> Any:
    q, r = t.linalg.qr(a, mode="complete" if complete else "reduced")
    return _packed(t, q, r.mT)


def _turn(t: Any, columns: Any) -> Any:
    """The signs that we choose: any would do."""
    weight = t.arange(1, columns.shape[-2] + 1, dtype=columns.dtype).rsqrt()
    total = (columns.detach() * weight[:, None]).sum(-2, keepdim=True)
    return t.where(total < 0, -1.0, 1.0).to(columns.dtype)


def _svd(t: Any, a: Any) -> Any:
    u, s, vt = t.linalg.svd(a, full_matrices=False)
    turn = _turn(t, u)
    return _packed(t, u * turn, s.unsqueeze(-2), vt.mT * turn)


def _eigh(t: Any, a: Any) -> Any:
    values, vectors = t.linalg.eigh(a)
    return _packed(t, values.unsqueeze(-2), vectors * _turn(t, vectors))


def _lu(t: Any, a: Any) -> Any:
    packed, pivots = t.linalg.lu_factor(a)
    row = t.zeros(*a.shape[:-2], 1, a.shape[-1], dtype=a.dtype)
    row[..., 0, : pivots.shape[-1]] = pivots - 1
    return _packed(t, packed, row)


def _order(t: Any, taken: Any, rows: int) -> Any:
    empty = t.zeros(*taken.shape[:-1], rows, taken.shape[-1])
    moved = t.lu_unpack(empty, (taken + 1).int(), unpack_data=False)[0]
    return moved.mT.argmax(-1)


ROWS: dict[str, Row] = {
    "inv": Row(lambda t, a: t.linalg.inv(a)),
    "solve": Row(lambda t, a, b: t.linalg.solve(a, b)),
    "det": Row(lambda t, a: t.linalg.det(a)),
    "cofactors": Row(lambda t, a: t.linalg.det(a)[..., None, None] * t.linalg.inv(a).mT),
    "logabsdet": Row(lambda t, a: t.linalg.slogdet(a)[1]),
    "det_sign": Row(lambda t, a: t.linalg.slogdet(a)[0].detach()),
    "pinv": Row(lambda t, a, rtol: t.linalg.pinv(a, rtol=rtol)),
    "cholesky": Row(lambda t, a: t.linalg.cholesky(a)),
    "eigh": Row(_eigh),
    "qr": Row(_qr),
    "svd": Row(_svd),
    "lu": Row(_lu),
    "row_order": Row(_order),
    "indefinite": Row(lambda t, a: t.linalg.cholesky_ex(a).info),
    "matrix_exp": Row(lambda t, a: t.linalg.matrix_exp(a)),
}
