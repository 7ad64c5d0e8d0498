"""pellucid: a neural-network library that you can see through.

`import pellucid as torch; import pellucid.nn as nn` runs PyTorch's tutorials. What goes beyond
them: `fit` trains, `program` shows a network as a program, `explain` where a number came from.
"""

# ruff: noqa: F405  (the functions are listed in a stub, for type checkers)

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable as _Callable
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING, Any

from pellucid import _interrupt as _interrupt  # before NumPy, which takes its time
from pellucid import autograd as autograd
from pellucid._version import __version__ as __version__
from pellucid.autograd.anomaly_mode import detect_anomaly as _detect_anomaly
from pellucid.autograd.anomaly_mode import set_detect_anomaly as _set_detect_anomaly
from pellucid.dtypes import DType as dtype
from pellucid.dtypes import bfloat16 as bfloat16
from pellucid.dtypes import bool_ as bool
from pellucid.dtypes import float16 as float16
from pellucid.dtypes import float32 as float32
from pellucid.dtypes import float64 as float64
from pellucid.dtypes import int8 as int8
from pellucid.dtypes import int16 as int16
from pellucid.dtypes import int32 as int32
from pellucid.dtypes import int64 as int64
from pellucid.dtypes import uint8 as uint8
from pellucid.dtypes import uint32 as uint32
from pellucid.tensor import accelerator as accelerator
from pellucid.tensor import backends as backends
from pellucid.tensor import chance as random
from pellucid.tensor import compiler as compiler
from pellucid.tensor import cuda as cuda
from pellucid.tensor import custom as _custom
from pellucid.tensor import forward_ad as _forward_ad
from pellucid.tensor import gradient_graph as _gradient_graph
from pellucid.tensor import jacobians as _jacobians
from pellucid.tensor import linalg as linalg
from pellucid.tensor import probe as probes
from pellucid.tensor import sparse as sparse
from pellucid.tensor import special as special
from pellucid.tensor.backends import get_float32_matmul_precision as get_float32_matmul_precision
from pellucid.tensor.backends import set_float32_matmul_precision as set_float32_matmul_precision
from pellucid.tensor.backends import use_deterministic_algorithms as use_deterministic_algorithms
from pellucid.tensor.compile import compile as compile
from pellucid.tensor.creation import arange as arange
from pellucid.tensor.creation import as_tensor as as_tensor
from pellucid.tensor.creation import empty as empty
from pellucid.tensor.creation import empty_like as empty_like
from pellucid.tensor.creation import eye as eye
from pellucid.tensor.creation import from_numpy as from_numpy
from pellucid.tensor.creation import full as full
from pellucid.tensor.creation import full_like as full_like
from pellucid.tensor.creation import linspace as linspace
from pellucid.tensor.creation import ones as ones
from pellucid.tensor.creation import ones_like as ones_like

# PyTorch's function hides the room of the same name; `from pellucid.tensor.x import` still works.
from pellucid.tensor.creation import tensor as tensor
from pellucid.tensor.creation import zeros as zeros
from pellucid.tensor.creation import zeros_like as zeros_like
from pellucid.tensor.custom import Function as _Function
from pellucid.tensor.derivative import backward as _backward
from pellucid.tensor.derivative import grad as _grad
from pellucid.tensor.device import device as device
from pellucid.tensor.elsewhere import missing as _missing_from
from pellucid.tensor.elsewhere import refusal as _refusal
from pellucid.tensor.familiar import BFloat16Tensor as BFloat16Tensor
from pellucid.tensor.familiar import BoolTensor as BoolTensor
from pellucid.tensor.familiar import ByteTensor as ByteTensor
from pellucid.tensor.familiar import CharTensor as CharTensor
from pellucid.tensor.familiar import DoubleTensor as DoubleTensor
from pellucid.tensor.familiar import FloatTensor as FloatTensor
from pellucid.tensor.familiar import HalfTensor as HalfTensor
from pellucid.tensor.familiar import IntTensor as IntTensor
from pellucid.tensor.familiar import LongTensor as LongTensor
from pellucid.tensor.familiar import ShortTensor as ShortTensor
from pellucid.tensor.familiar import can_cast as can_cast
from pellucid.tensor.familiar import e as e
from pellucid.tensor.familiar import get_default_dtype as get_default_dtype
from pellucid.tensor.familiar import inf as inf
from pellucid.tensor.familiar import is_complex as is_complex
from pellucid.tensor.familiar import is_floating_point as is_floating_point
from pellucid.tensor.familiar import is_nonzero as is_nonzero
from pellucid.tensor.familiar import is_same_size as is_same_size
from pellucid.tensor.familiar import is_signed as is_signed
from pellucid.tensor.familiar import is_tensor as is_tensor
from pellucid.tensor.familiar import nan as nan
from pellucid.tensor.familiar import numel as numel
from pellucid.tensor.familiar import pi as pi
from pellucid.tensor.familiar import set_default_dtype as set_default_dtype
from pellucid.tensor.grad_mode import enable_grad as enable_grad
from pellucid.tensor.grad_mode import inference_mode as inference_mode
from pellucid.tensor.grad_mode import is_grad_enabled as is_grad_enabled
from pellucid.tensor.grad_mode import is_inference_mode_enabled as is_inference_mode_enabled
from pellucid.tensor.grad_mode import no_grad as no_grad
from pellucid.tensor.grad_mode import set_grad_enabled as set_grad_enabled
from pellucid.tensor.layout import channels_last as channels_last
from pellucid.tensor.layout import channels_last_3d as channels_last_3d
from pellucid.tensor.layout import contiguous_format as contiguous_format
from pellucid.tensor.layout import preserve_format as preserve_format
from pellucid.tensor.lift import FUNCTIONS as _FUNCTIONS
from pellucid.tensor.limits import finfo as finfo
from pellucid.tensor.limits import iinfo as iinfo
from pellucid.tensor.meeting import broadcast_shapes as broadcast_shapes
from pellucid.tensor.meeting import promote_types as promote_types
from pellucid.tensor.meeting import result_type as result_type
from pellucid.tensor.probe import probe as probe
from pellucid.tensor.random import Generator as Generator
from pellucid.tensor.random import bernoulli as bernoulli
from pellucid.tensor.random import default_generator as default_generator
from pellucid.tensor.random import get_rng_state as get_rng_state
from pellucid.tensor.random import initial_seed as initial_seed
from pellucid.tensor.random import manual_seed as manual_seed
from pellucid.tensor.random import multinomial as multinomial
from pellucid.tensor.random import normal as normal
from pellucid.tensor.random import rand as rand
from pellucid.tensor.random import rand_like as rand_like
from pellucid.tensor.random import randint as randint
from pellucid.tensor.random import randint_like as randint_like
from pellucid.tensor.random import randn as randn
from pellucid.tensor.random import randn_like as randn_like
from pellucid.tensor.random import randperm as randperm
from pellucid.tensor.random import seed as seed
from pellucid.tensor.random import set_rng_state as set_rng_state
from pellucid.tensor.ranges import asarray as asarray
from pellucid.tensor.ranges import from_dlpack as from_dlpack
from pellucid.tensor.ranges import frombuffer as frombuffer
from pellucid.tensor.ranges import logspace as logspace
from pellucid.tensor.ranges import range as range
from pellucid.tensor.ranges import scalar_tensor as scalar_tensor
from pellucid.tensor.ranges import tril_indices as tril_indices
from pellucid.tensor.ranges import triu_indices as triu_indices
from pellucid.tensor.show import set_printoptions as set_printoptions
from pellucid.tensor.single import (
    are_deterministic_algorithms_enabled as are_deterministic_algorithms_enabled,
)
from pellucid.tensor.single import get_default_device as get_default_device
from pellucid.tensor.single import get_num_interop_threads as get_num_interop_threads
from pellucid.tensor.single import is_anomaly_check_nan_enabled as is_anomaly_check_nan_enabled
from pellucid.tensor.single import is_anomaly_enabled as is_anomaly_enabled
from pellucid.tensor.single import (
    is_deterministic_algorithms_warn_only_enabled as is_deterministic_algorithms_warn_only_enabled,
)
from pellucid.tensor.single import is_warn_always_enabled as is_warn_always_enabled
from pellucid.tensor.single import memory_format as memory_format
from pellucid.tensor.single import newaxis as newaxis
from pellucid.tensor.single import set_default_device as set_default_device
from pellucid.tensor.single import set_default_tensor_type as set_default_tensor_type
from pellucid.tensor.single import set_flush_denormal as set_flush_denormal
from pellucid.tensor.single import set_warn_always as set_warn_always
from pellucid.tensor.single import strided as strided
from pellucid.tensor.sparse import sparse_coo_tensor as sparse_coo_tensor
from pellucid.tensor.sparse import spmm as spmm
from pellucid.tensor.strided import empty_permuted as empty_permuted
from pellucid.tensor.strided import empty_strided as empty_strided
from pellucid.tensor.tapers import bartlett_window as bartlett_window
from pellucid.tensor.tapers import blackman_window as blackman_window
from pellucid.tensor.tapers import hamming_window as hamming_window
from pellucid.tensor.tapers import hann_window as hann_window
from pellucid.tensor.tapers import kaiser_window as kaiser_window
from pellucid.tensor.tensor import Size as Size
from pellucid.tensor.tensor import Tensor as Tensor
from pellucid.tensor.threads import get_num_threads as get_num_threads
from pellucid.tensor.threads import set_num_threads as set_num_threads
from pellucid.tensor.variable import Variable as _Variable

float, double, half = float32, float64, float16
int, long, short = int32, int64, int16

__all__ = [
    "BFloat16Tensor", "BoolTensor", "ByteTensor", "CharTensor", "DoubleTensor", "FloatTensor",
    "Generator", "GradScaler", "HalfTensor", "History", "IntTensor", "LongTensor", "ShortTensor",
    "Size", "Tensor", "__version__", "abs", "abs_", "absolute", "accelerator", "acos", "acos_",
    "acosh", "acosh_", "adaptive_avg_pool1d", "adaptive_max_pool1d", "add", "addbmm", "addcdiv",
    "addcmul", "addmm", "addmv", "addmv_", "addr", "adjoint", "all", "allclose", "alpha_dropout",
    "amax", "amin", "aminmax", "amp", "angle", "any", "arange", "arccos", "arccos_", "arccosh",
    "arccosh_", "arcsin", "arcsin_", "arcsinh", "arcsinh_", "arctan", "arctan2", "arctan_",
    "arctanh", "arctanh_", "are_deterministic_algorithms_enabled", "argmax", "argmin", "argsort",
    "argwhere", "as_strided", "as_tensor", "asarray", "asin", "asin_", "asinh", "asinh_", "atan",
    "atan2", "atan_", "atanh", "atanh_", "atleast_1d", "atleast_2d", "atleast_3d", "autocast",
    "autograd", "avg_pool1d", "backends", "baddbmm", "bartlett_window", "bernoulli", "bfloat16",
    "bilinear", "bincount", "bitwise_and", "bitwise_left_shift", "bitwise_not", "bitwise_or",
    "bitwise_right_shift", "bitwise_xor", "blackman_window", "blame", "block_diag", "bmm", "bool",
    "bridges", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "bucketize", "can_cast",
    "cartesian_prod", "cat", "cdist", "ceil", "ceil_", "celu", "chain_matmul", "channel_shuffle",
    "channels_last", "channels_last_3d", "cholesky", "cholesky_inverse", "cholesky_solve", "chunk",
    "clamp", "clamp_", "clamp_max", "clamp_max_", "clamp_min", "clamp_min_", "clip", "clip_",
    "clone", "column_stack", "combinations", "compile", "compiler", "concat", "concatenate", "conj",
    "conj_physical", "constant_pad_nd", "contiguous_format", "conv1d", "conv2d", "conv3d",
    "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "copysign", "corrcoef", "cos",
    "cos_", "cosh", "cosh_", "cosine_similarity", "count_nonzero", "cov", "cross", "cuda", "cummax",
    "cummin", "cumprod", "cumsum", "cumulative_trapezoid", "data", "default_generator", "deg2rad",
    "deg2rad_", "det", "detach", "detach_", "device", "diag", "diag_embed", "diagflat", "diagonal",
    "diagonal_scatter", "diff", "digamma", "dist", "distributions", "div", "divide", "doctor",
    "dot", "double", "dropout", "dsplit", "dstack", "dtype", "e", "einsum", "empty", "empty_like",
    "empty_permuted", "empty_strided", "enable_grad", "eq", "equal", "erf", "erf_", "erfc", "erfc_",
    "erfinv", "exp", "exp2", "exp2_", "exp_", "expand", "expand_as", "experiments", "explain",
    "expm1", "expm1_", "eye", "feature_alpha_dropout", "fill", "fill_", "finfo", "fit", "fix",
    "fix_", "flatten", "flip", "fliplr", "flipud", "float", "float16", "float32", "float64",
    "float_power", "floor", "floor_", "floor_divide", "fmax", "fmin", "fmod", "frac", "frac_",
    "frexp", "from_dlpack", "from_numpy", "frombuffer", "full", "full_like", "func", "gallery",
    "gather", "gcd", "gcd_", "ge", "ger", "get_autocast_dtype", "get_default_device",
    "get_default_dtype", "get_float32_matmul_precision", "get_num_interop_threads",
    "get_num_threads", "get_rng_state", "gradient", "graph", "greater", "greater_equal",
    "group_norm", "gt", "half", "hamming_window", "hann_window", "hardshrink", "heaviside", "histc",
    "histogram", "hsplit", "hstack", "hypot", "i0", "i0_", "igamma", "igammac", "iinfo", "imag",
    "index_add", "index_copy", "index_fill", "index_put", "index_put_", "index_reduce",
    "index_select", "inf", "inference_mode", "initial_seed", "inner", "int", "int8", "int16",
    "int32", "int64", "inverse", "is_anomaly_check_nan_enabled", "is_anomaly_enabled",
    "is_autocast_enabled", "is_complex", "is_conj", "is_deterministic_algorithms_warn_only_enabled",
    "is_floating_point", "is_grad_enabled", "is_inference_mode_enabled", "is_neg", "is_nonzero",
    "is_same_size", "is_signed", "is_tensor", "is_warn_always_enabled", "isclose", "isfinite",
    "isin", "isinf", "isnan", "isneginf", "isposinf", "isreal", "kaiser_window", "kron", "kthvalue",
    "layer_norm", "lcm", "lcm_", "ldexp", "ldexp_", "le", "lenses", "lerp", "less", "less_equal",
    "lgamma", "linalg", "linspace", "load", "log", "log1p", "log1p_", "log2", "log2_", "log10",
    "log10_", "log_", "log_softmax", "logaddexp", "logaddexp2", "logcumsumexp", "logdet",
    "logical_and", "logical_not", "logical_or", "logical_xor", "logit", "logit_", "logspace",
    "logsumexp", "long", "lt", "lu", "lu_solve", "lu_unpack", "manual_seed", "masked_fill",
    "masked_scatter", "masked_select", "matmul", "matrix_exp", "matrix_power", "max", "max_pool1d",
    "max_pool2d", "max_pool3d", "maximum", "mean", "median", "memory_format", "meshgrid", "min",
    "minimum", "mm", "mode", "moveaxis", "movedim", "msort", "mul", "multinomial", "multiply", "mv",
    "mvlgamma", "nan", "nan_to_num", "nan_to_num_", "nanmean", "nanmedian", "nanquantile", "nansum",
    "narrow", "narrow_copy", "ne", "neg", "neg_", "negative", "negative_", "neurons", "newaxis",
    "nextafter", "nn", "no_grad", "nonzero", "norm", "normal", "not_equal", "numel", "one_hot",
    "ones", "ones_like", "optim", "orgqr", "outer", "pad", "pairwise_distance", "pca_lowrank",
    "pdist", "permute", "pi", "pinverse", "pixel_shuffle", "pixel_unshuffle", "poisson",
    "polygamma", "population", "positive", "pow", "prelu", "preserve_format", "probe", "probes",
    "prod", "program", "promote_types", "put",
    "qr", "quantile", "rad2deg", "rad2deg_", "rand", "rand_like", "randint", "randint_like",
    "randn", "randn_like", "random", "randperm", "range", "ravel", "real", "reciprocal",
    "reciprocal_", "relu", "relu_", "remainder", "renorm", "repeat", "repeat_interleave", "reshape",
    "resolve_conj", "resolve_neg", "result_type", "rms_norm", "roll", "rot90", "round", "round_",
    "row_stack", "rrelu", "rsqrt", "rsqrt_", "rsub", "save", "scalar_tensor", "scatter",
    "scatter_add", "scatter_reduce", "searchsorted", "see", "seed", "select", "select_scatter",
    "selu", "set_autocast_dtype", "set_autocast_enabled", "set_default_device", "set_default_dtype",
    "set_default_tensor_type", "set_float32_matmul_precision", "set_flush_denormal",
    "set_grad_enabled", "set_num_threads", "set_printoptions", "set_rng_state", "set_warn_always",
    "sgn", "short", "sigmoid", "sigmoid_", "sign", "signbit", "sin", "sin_", "sinc", "sinc_",
    "sinh", "sinh_", "slice_scatter", "slogdet", "softmax", "sort", "sparse",
    "sparse_coo_tensor", "special", "split", "split_with_sizes", "spmm", "sqrt", "sqrt_", "square",
    "square_", "squeeze", "stack", "std", "std_mean",
    "strided", "sub", "subtract", "sum", "svd", "svd_lowrank", "swapaxes", "swapdims", "t", "take",
    "take_along_dim", "tan", "tan_", "tanh", "tanh_", "tensor", "tensor_split", "tensordot",
    "testing", "threshold", "tile", "topk", "trace", "training", "transpose", "trapezoid", "trapz",
    "tril", "tril_indices", "triu", "triu_indices", "true_divide", "trunc", "trunc_", "uint8",
    "uint32", "unbind", "unflatten", "unfold", "unique", "unique_consecutive", "unravel_index",
    "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze",
    "use_deterministic_algorithms", "utils", "vander", "var", "var_mean", "vdot", "view", "vmap",
    "vsplit", "vstack", "walk", "where", "xlogy", "xlogy_", "zero_", "zeros", "zeros_like",
]  # fmt: skip

if TYPE_CHECKING:  # bound below, or loaded on first use
    from pellucid import amp as amp
    from pellucid import bridges as bridges
    from pellucid import data as data
    from pellucid import distributions as distributions
    from pellucid import doctor as doctor
    from pellucid import experiments as experiments
    from pellucid import func as func
    from pellucid import lenses as lenses
    from pellucid import neurons as neurons
    from pellucid import nn as nn
    from pellucid import optim as optim
    from pellucid import testing as testing
    from pellucid import training as training
    from pellucid import utils as utils
    from pellucid.amp import GradScaler as GradScaler
    from pellucid.amp.autocast import autocast as autocast
    from pellucid.amp.autocast import get_autocast_dtype as get_autocast_dtype
    from pellucid.amp.autocast import is_autocast_enabled as is_autocast_enabled
    from pellucid.amp.autocast import set_autocast_dtype as set_autocast_dtype
    from pellucid.amp.autocast import set_autocast_enabled as set_autocast_enabled
    from pellucid.distributions.counts import poisson as poisson
    from pellucid.func import vmap as vmap
    from pellucid.lenses import explain as explain
    from pellucid.lenses import program as program
    from pellucid.lenses.blame import blame as blame
    from pellucid.lenses.gallery import gallery as gallery
    from pellucid.lenses.graph import graph as graph
    from pellucid.lenses.see import see as see
    from pellucid.lenses.walk import walk as walk
    from pellucid.tensor._names import *  # noqa: F403  (all names of the stub)
    from pellucid.tensor.lowrank import pca_lowrank as pca_lowrank
    from pellucid.tensor.lowrank import svd_lowrank as svd_lowrank
    from pellucid.training import History as History
    from pellucid.training import load as load
    from pellucid.training import save as save
    from pellucid.training.fit import fit as fit
    from pellucid.training.populate import population as population

    # Those of `nn.functional`; imported by name they'd go round in a circle for type checkers.
    adaptive_avg_pool1d: _Callable[..., Any]
    adaptive_max_pool1d: _Callable[..., Any]
    alpha_dropout: _Callable[..., Any]
    avg_pool1d: _Callable[..., Any]
    bilinear: _Callable[..., Any]
    celu: _Callable[..., Any]
    channel_shuffle: _Callable[..., Any]
    conv1d: _Callable[..., Any]
    conv2d: _Callable[..., Any]
    conv3d: _Callable[..., Any]
    conv_transpose1d: _Callable[..., Any]
    conv_transpose2d: _Callable[..., Any]
    conv_transpose3d: _Callable[..., Any]
    cosine_similarity: _Callable[..., Any]
    dropout: _Callable[..., Any]
    feature_alpha_dropout: _Callable[..., Any]
    group_norm: _Callable[..., Any]
    layer_norm: _Callable[..., Any]
    max_pool1d: _Callable[..., Any]
    max_pool2d: _Callable[..., Any]
    max_pool3d: _Callable[..., Any]
    pairwise_distance: _Callable[..., Any]
    pixel_shuffle: _Callable[..., Any]
    pixel_unshuffle: _Callable[..., Any]
    rms_norm: _Callable[..., Any]
    rrelu: _Callable[..., Any]
    selu: _Callable[..., Any]
    threshold: _Callable[..., Any]

# The Tensor face of the chain rule stands above the room that computes it.
_FACE = {
    "Function": _Function,
    "Variable": _Variable,
    "backward": _backward,
    "detect_anomaly": _detect_anomaly,
    "enable_grad": enable_grad,
    "function": _custom,
    "forward_ad": _forward_ad,
    "functional": _jacobians,
    "grad": _grad,
    "graph": _gradient_graph,
    "no_grad": no_grad,
    "set_detect_anomaly": _set_detect_anomaly,
    "set_grad_enabled": set_grad_enabled,
    "inference_mode": inference_mode,
}
for _name, _call in _FACE.items():
    setattr(autograd, _name, _call)
sys.modules["pellucid.autograd.function"] = _custom
sys.modules["pellucid.autograd.forward_ad"] = _forward_ad
sys.modules["pellucid.autograd.functional"] = _jacobians
sys.modules["pellucid.autograd.graph"] = _gradient_graph
sys.modules["pellucid.accelerator"] = accelerator
sys.modules["pellucid.backends"] = backends
sys.modules["pellucid.backends.cudnn"] = backends.cudnn  # type: ignore[assignment]
sys.modules["pellucid.compiler"] = compiler
sys.modules["pellucid.cuda"] = cuda
sys.modules["pellucid.linalg"] = linalg
sys.modules["pellucid.probes"] = probes
sys.modules["pellucid.random"] = random
sys.modules["pellucid.sparse"] = sparse
sys.modules["pellucid.special"] = special
for _name, _call in _FUNCTIONS.items():
    globals()[_name] = _call

# Loaded on first use, so that `import pellucid` costs little more than `import numpy`.
_LAZY = {
    "autocast": "pellucid.amp",
    "get_autocast_dtype": "pellucid.amp",
    "is_autocast_enabled": "pellucid.amp",
    "set_autocast_dtype": "pellucid.amp",
    "set_autocast_enabled": "pellucid.amp",
    "GradScaler": "pellucid.amp",
    "History": "pellucid.training",
    "fit": "pellucid.training",
    "load": "pellucid.training",
    "population": "pellucid.training",
    "save": "pellucid.training",
    "blame": "pellucid.lenses",
    "explain": "pellucid.lenses",
    "gallery": "pellucid.lenses",
    "graph": "pellucid.lenses",
    "walk": "pellucid.lenses",
    "program": "pellucid.lenses",
    "see": "pellucid.lenses",
    "vmap": "pellucid.func",
    "pca_lowrank": "pellucid.tensor.lowrank",
    "poisson": "pellucid.distributions.counts",
    "svd_lowrank": "pellucid.tensor.lowrank",
}
# What PyTorch has at the top too.
_ALSO = (
    "adaptive_avg_pool1d", "adaptive_max_pool1d", "alpha_dropout", "avg_pool1d", "bilinear",
    "celu", "channel_shuffle", "conv1d", "conv2d", "conv3d", "conv_transpose1d",
    "conv_transpose2d", "conv_transpose3d", "cosine_similarity", "dropout",
    "feature_alpha_dropout", "group_norm", "layer_norm", "max_pool1d", "max_pool2d",
    "max_pool3d", "pairwise_distance", "pixel_shuffle", "pixel_unshuffle", "rms_norm",
    "rrelu", "selu", "threshold",
)  # fmt: skip
_LAZY |= dict.fromkeys(_ALSO, "pellucid.nn.functional")
_ROOMS = (
    "amp", "bridges", "data", "distributions", "doctor", "experiments", "func", "lenses",
    "neurons", "nn", "optim", "testing", "training", "utils",
)  # fmt: skip
# For scikit-learn's users; that room loads scikit-learn.
_ESTIMATORS = ("MLPClassifier", "MLPRegressor", "NetworkClassifier", "NetworkRegressor")


# The lens hides the room of the same name; `from pellucid.graph.x import` still works.
globals().pop("graph", None)


def _found(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"pellucid.{name}")
    else:
        raise _refusal("pellucid", name, _missing(name), sys._getframe(1))
    globals()[name] = value
    return value


if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = _found


def _of_autograd(name: str) -> Any:
    """`autograd.gradcheck`, which PyTorch keeps there and this library with its tests."""
    if name not in ("gradcheck", "gradgradcheck"):
        text = _missing_from("pellucid.autograd", name, {*_FACE, "gradcheck", "gradgradcheck"})
        raise _refusal("pellucid.autograd", name, text, sys._getframe(1))
    return getattr(_found("testing"), name)


autograd.__dict__["__getattr__"] = _of_autograd


class _Older(_ModuleType):  # `cuda.amp`, loaded on first use
    room = "pellucid.amp.older"

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.room), name)


cuda.__dict__["amp"] = sys.modules["pellucid.cuda.amp"] = _Older("pellucid.cuda.amp")


def _missing(name: str) -> str:
    rooms = () if name.startswith("_") else ("nn", "nn.functional", "optim", "utils.data")
    held = (r for r in rooms if name in importlib.import_module(f"pellucid.{r}").__all__)
    room = "bridges.sklearn" if name in _ESTIMATORS else next(held, "")
    return _missing_from("pellucid", name, __all__, f"pellucid.{room}.{name}" if room else "")


def __dir__() -> list[str]:
    return __all__
