"""One name for each operation, whoever ran it; what it does to shapes, and which are losses."""

from __future__ import annotations

import functools
from typing import Any, Final

__all__ = ["LOSSES", "OF_PAIRS", "RESHAPES", "SKIPPED", "SMOOTH", "named", "settings_of"]

_ASIDE = """
dim size numel item tolist is_floating_point backward requires_grad_ register_hook retain_grad
zeros ones empty full arange tensor randn rand randint zeros_like ones_like empty_like full_like
rand_like randn_like stride data_ptr is_contiguous type storage untyped_storage numpy
bits_to_uniform random_bits random_words nelement ndimension get_device is_complex is_sparse
has_names manual_seed set_ share_memory_ element_size copy_ __len__ __bool__ __float__ __int__
__index__ __array__ __repr__ __format__ __iter__ __contains__ __hash__ __reduce_ex__ __deepcopy__
__set__ is_nonzero storage_offset is_inference is_conj is_neg result_type can_cast
"""
_SMOOTH = """
relu relu6 leaky_relu elu selu celu gelu silu mish softplus sigmoid tanh hardtanh hardsigmoid
hardswish logsigmoid softsign dropout dropout1d dropout2d dropout3d alpha_dropout batch_norm
instance_norm group_norm max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d
adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d add sub mul div neg
to clone detach pad interpolate threshold clamp maximum cat pow exp abs
"""
# Those that only look, make or convert: they are not part of what a network computes.
SKIPPED: Final = frozenset(_ASIDE.split())
# A module's own trouble is none: these hand on what they got in another shape.
RESHAPES: Final = frozenset({"reshape", "permute", "getitem", "detach", "to", "clone", "expand"})
# Where a unit's axis is handed on.
SMOOTH: Final = frozenset(_SMOOTH.split())
# The losses that both libraries have, with what their first input must be.
LOSSES: Final[dict[str, str]] = {
    "cross_entropy": "scores",
    "nll_loss": "logs",
    "binary_cross_entropy": "shares",
    "binary_cross_entropy_with_logits": "scores",
    "multilabel_soft_margin_loss": "scores",
    "soft_margin_loss": "scores",
    "multi_margin_loss": "scores",
    "multilabel_margin_loss": "scores",
    "kl_div": "logs",
    "mse_loss": "numbers",
    "l1_loss": "numbers",
    "smooth_l1_loss": "numbers",
    "huber_loss": "numbers",
    "poisson_nll_loss": "numbers",
    "gaussian_nll_loss": "numbers",
    "hinge_embedding_loss": "numbers",
}
# Those over pairs of rows, with a third argument that says whether they belong together.
OF_PAIRS: Final = ("cosine_embedding_loss", "margin_ranking_loss")

_SAME: Final[dict[str, str]] = {
    "true_divide": "div", "divide": "div", "truediv": "div", "multiply": "mul", "subtract": "sub",
    "rsub": "sub", "radd": "add", "rmul": "mul", "rtruediv": "div", "rdiv": "div", "rpow": "pow",
    "iadd": "add", "isub": "sub", "imul": "mul", "itruediv": "div", "ipow": "pow",
    "rmatmul": "matmul", "mm": "matmul", "mv": "matmul", "dot": "matmul", "square": "pow",
    "negative": "neg", "absolute": "abs", "clip": "clamp", "minimum": "min", "silu_": "silu",
    "view": "reshape", "view_as": "reshape", "reshape_as": "reshape", "flatten": "reshape",
    "unflatten": "reshape", "squeeze": "reshape", "unsqueeze": "reshape", "ravel": "reshape",
    "contiguous": "clone", "T": "permute", "mT": "permute", "t": "permute", "transpose": "permute",
    "movedim": "permute", "moveaxis": "permute", "swapaxes": "permute", "swapdims": "permute",
    "select": "getitem", "slice": "getitem", "narrow": "getitem", "chunk": "getitem",
    "split": "getitem", "unbind": "getitem", "index_select": "getitem", "take": "getitem",
    "data": "detach", "float": "to", "double": "to", "half": "to", "bfloat16": "to", "long": "to",
    "int": "to", "type_as": "to", "cast": "to", "cuda": "to", "cpu": "to", "bool": "to",
    "expand_as": "expand", "broadcast_to": "expand", "concat": "cat", "concatenate": "cat",
    "conv": "conv2d", "affine_norm": "batch_norm", "mse": "mse_loss", "l1": "l1_loss",
    "huber": "huber_loss", "smooth_l1": "smooth_l1_loss", "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits", "nll": "nll_loss",
    "special_expit": "sigmoid", "rnn_tanh": "rnn", "rnn_relu": "rnn", "rnn_tape": "rnn",
    "lstm_tape": "lstm", "gru_tape": "gru", "multi_head_attention_forward": "attention",
    "scaled_dot_product_attention": "attention", "linalg_norm": "norm", "vector_norm": "norm",
    "linalg_vector_norm": "norm", "swish": "silu",
}  # fmt: skip

# What the plain arguments after the tensor are called.
_PLACES: Final[dict[str, tuple[str, ...]]] = {
    "softmax": ("dim",), "log_softmax": ("dim",), "logsumexp": ("dim",), "sum": ("dim",),
    "mean": ("dim",), "norm": ("p",), "pow": ("exponent",), "clamp": ("min", "max"),
    "dropout": ("p", "training"), "leaky_relu": ("negative_slope",), "flatten": ("start_dim",),
    "max_pool2d": ("kernel_size",), "avg_pool2d": ("kernel_size",), "max_pool1d": ("kernel_size",),
    "conv1d": ("stride", "padding", "dilation", "groups"),
    "conv2d": ("stride", "padding", "dilation", "groups"),
    "conv3d": ("stride", "padding", "dilation", "groups"),
    "argmax": ("dim",), "div": ("other",), "mul": ("other",), "add": ("other",), "sub": ("other",),
    "transpose": ("dim0", "dim1"), "squeeze": ("dim",), "unsqueeze": ("dim",),
}  # fmt: skip


@functools.cache
def named(name: str) -> str:
    """The name of an operation here.

    Example:
        >>> named("__rsub__"), named("relu_"), named("flatten"), named("bce")
        ('sub', 'relu', 'reshape', 'binary_cross_entropy')
    """
    if name in SKIPPED:
        return name
    bare = name.strip("_") if name.startswith("__") else name.rstrip("_")
    return _SAME.get(bare, bare)


def settings_of(name: str, plain: list[Any], words: dict[str, Any]) -> dict[str, Any]:
    """The plain arguments of a call by name, those of Python's own kinds only."""
    if not (plain or words or name == "square"):
        return {}
    found = dict(zip(_PLACES.get(name.strip("_"), ()), plain, strict=False))
    found.update({k: v for k, v in words.items() if not k.startswith("_")})
    if name == "square":
        found["exponent"] = 2
    if "axis" in found:
        found["dim"] = found.pop("axis")
    return {k: v for k, v in found.items() if isinstance(v, bool | int | float | str | tuple)}
