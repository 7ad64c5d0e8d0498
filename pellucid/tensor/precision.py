"""Which functions autocast computes in 16 bits, and which in float32: PyTorch's lists for the CPU.

Products profit and bear it; losses and products of many numbers don't. Everything else takes what
comes. Products are also listed as ops, in `graph/halves.py`, so that modules built on nodes obey.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pellucid.dtypes import FLOAT, DType, float64
from pellucid.graph.halves import widened
from pellucid.graph.mode import _local, switched
from pellucid.graph.node import Node
from pellucid.ops.elementwise import cast
from pellucid.ops.op import in_single

__all__ = ["policed"]

_LOW = {
    "addbmm", "addmm", "baddbmm", "matmul", "prelu", "scaled_dot_product_attention", "vecdot",
}  # fmt: skip
_WIDE = {
    "avg_pool3d", "binary_cross_entropy", "binary_cross_entropy_with_logits", "cdist", "cholesky",
    "cosine_embedding_loss", "cross_entropy", "ctc_loss", "det", "eigh", "eigvalsh",
    "gaussian_nll_loss", "grid_sample", "hinge_embedding_loss", "huber_loss", "inv", "kl_div",
    "l1_loss", "lstsq", "margin_ranking_loss", "matrix_rank", "mse_loss", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "nanquantile", "nll_loss", "pinv",
    "poisson_nll_loss", "prod", "qr", "quantile", "slogdet", "smooth_l1_loss", "soft_margin_loss",
    "solve", "svd", "svdvals", "trace", "triplet_margin_loss", "triplet_margin_with_distance_loss",
}  # fmt: skip
# Made of several ops, each of which would round: computed in float32 where 16 bits come in.
_SINGLE = {
    "addcdiv", "addcmul", "cosine_similarity", "glu", "group_norm", "index_add", "kl_div", "lerp",
    "local_response_norm", "logsigmoid", "mish", "normalize", "pairwise_distance", "rms_norm",
    "scatter_add", "sinc", "softsign", "tanhshrink", "xlogy",
}  # fmt: skip
_PLAIN = {"addmv", "bilinear", "mv"}  # products that PyTorch leaves as they are


def policed(call: Callable[..., Any]) -> tuple[Callable[..., Any] | None, Callable[..., Any]]:
    """What autocast calls in place of a function of nodes (None: that itself), and the function."""
    name = getattr(call, "__name__", "").rstrip("_")
    if name in _SINGLE:
        call = in_single(call, of_first=name.endswith("_norm"))
    if name in _PLAIN:
        return partial(_left_alone, call), call
    if name in _LOW:
        return partial(_narrow, call), call
    return (partial(_wide, call) if name in _WIDE else None), call


def _left_alone(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with switched(lower=None):
        return call(*args, **kwargs)


def _wide(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with switched(lower=None):
        return _with(widened, call, args, kwargs)


def _narrow(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    low = _local.mode.lower
    return _with(lambda own: own if own is float64 else low, call, args, kwargs)


def _with(kind: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    return call(*(_as(a, kind) for a in args), **{k: _as(a, kind) for k, a in kwargs.items()})


def _as(value: Any, kind: Callable[[DType], DType]) -> Any:
    if not isinstance(value, Node) or value.dtype.category != FLOAT:
        return value
    wanted = kind(value.dtype)
    return value if wanted is value.dtype else cast(value, dtype=wanted)
