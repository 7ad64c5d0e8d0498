"""PyTorch's names that are not here yet, so that a script learns that, and not a name like it.

Where something here does the same, it is said; a name that only looks alike is no help.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

from pellucid.spelling import closest

__all__ = ["missing", "refusal", "refusing"]

_IMPORT_FROM = dis.opmap["IMPORT_FROM"]

# By room, what PyTorch has under it and this package has not, or had not when this was written.
_BORROWED = {
    "pellucid": """
BFloat16Tensor BoolTensor BufferDict ByteTensor CharTensor DoubleTensor GradScaler HalfTensor
IntTensor ShortTensor abs_ accelerator acos_ acosh_ adaptive_avg_pool1d adaptive_max_pool1d addmv_
affine_grid_generator alpha_dropout alpha_dropout_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_
arctanh_ as_strided_ asin_ asinh_ atan_ atanh_ avg_pool1d backends batch_norm bilinear
binary_cross_entropy_with_logits binomial cdouble ceil_ celu celu_ cfloat chalf channel_shuffle
clamp_ clamp_max_ clamp_min_ clip_ complex complex128 complex32 complex64 cond conj conj_physical
conj_physical_ conv1d conv2d conv3d conv_transpose1d conv_transpose2d
conv_transpose3d cos_ cosh_ cosine_embedding_loss cosine_similarity cpu ctc_loss deg2rad_
dequantize detach distributed distributions dropout dropout_ eig embedding embedding_bag
erf_ erfc_ exp2_ exp_ expm1_ export feature_alpha_dropout
feature_alpha_dropout_ feature_dropout feature_dropout_ fft fill fill_ fix_ float8_e4m3fn
float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz floor_ frac_ frexp frobenius_norm from_file func
futures fx gcd_ geqrf get_default_device get_device get_device_module get_float32_matmul_precision
get_num_interop_threads group_norm gru gru_cell hardshrink hinge_embedding_loss histogramdd hub i0
i0_ igamma igammac imag index_put_ instance_norm is_anomaly_enabled is_conj is_inference
is_inference_mode_enabled is_neg istft jit kl_div layer_norm lcm_ ldexp_ log10_ log1p_ log2_ log_
logit_ lstm lstm_cell lstsq lu lu_solve lu_unpack margin_ranking_loss masked matrix_rank max_pool1d
max_pool2d max_pool3d memory_format mps multiprocessing nan_to_num_ neg_ negative_ nested
nuclear_norm onnx orgqr ormqr pairwise_distance pixel_shuffle pixel_unshuffle
poisson_nll_loss polar prelu profiler quantization rad2deg_ random real reciprocal_ relu_
resize_as_ resolve_conj resolve_neg rms_norm rnn_relu rnn_tanh round_ rrelu rrelu_ rsqrt_ selu
selu_ set_anomaly_enabled set_default_device set_default_tensor_type set_float32_matmul_precision
set_num_interop_threads sigmoid_ signal sin_ sinc_ sinh_ solve sparse sparse_bsc_tensor
sparse_bsr_tensor sparse_compressed_tensor sparse_coo_tensor sparse_csc_tensor sparse_csr_tensor
special spmm sqrt_ square_ stft symeig tan_ tanh_ threshold threshold_ to_dlpack
triangular_solve triplet_margin_loss trunc_ uint16 uint64 use_deterministic_algorithms
view_as_complex view_as_real vmap while_loop windows xlogy_ xpu zero_
""",
    "pellucid.nn": """
AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveLogSoftmaxWithLoss AdaptiveMaxPool1d
AdaptiveMaxPool2d AdaptiveMaxPool3d AlphaDropout AvgPool1d AvgPool2d AvgPool3d BatchNorm2d
BatchNorm3d Bilinear Buffer CELU CTCLoss ChannelShuffle CircularPad1d CircularPad2d CircularPad3d
ConstantPad1d ConstantPad2d ConstantPad3d Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d
ConvTranspose3d CosineEmbeddingLoss CosineSimilarity DataParallel Dropout1d
Dropout2d Dropout3d FeatureAlphaDropout Fold FractionalMaxPool2d FractionalMaxPool3d GLU
GaussianNLLLoss GroupNorm Hardshrink Hardsigmoid Hardswish HingeEmbeddingLoss InstanceNorm1d
InstanceNorm2d InstanceNorm3d LPPool1d LPPool2d LPPool3d LazyBatchNorm1d LazyBatchNorm2d
LazyBatchNorm3d LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d
LazyConvTranspose3d LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d LazyLinear
LinearCrossEntropyLoss LocalResponseNorm MarginRankingLoss MaxPool1d MaxPool2d MaxPool3d
MaxUnpool1d MaxUnpool2d MaxUnpool3d Mish MultiLabelMarginLoss MultiLabelSoftMarginLoss
MultiMarginLoss NLLLoss2d PReLU PairwiseDistance ParameterDict ParameterList PixelShuffle
PixelUnshuffle PoissonNLLLoss RMSNorm RReLU ReflectionPad1d ReflectionPad2d ReflectionPad3d
ReplicationPad1d ReplicationPad2d ReplicationPad3d SELU SoftMarginLoss Softmax2d Softshrink
Softsign Tanhshrink Threshold Transformer TransformerDecoder TransformerDecoderLayer
TransformerEncoder TransformerEncoderLayer TripletMarginLoss TripletMarginWithDistanceLoss Unfold
Upsample UpsamplingBilinear2d UpsamplingNearest2d ZeroPad1d ZeroPad2d ZeroPad3d parallel
""",
    "pellucid.nn.functional": """
adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d
adaptive_max_pool2d adaptive_max_pool3d affine_grid alpha_dropout avg_pool1d avg_pool2d avg_pool3d
bilinear celu celu_ channel_shuffle conv1d conv2d conv3d conv_transpose1d conv_transpose2d
conv_transpose3d cosine_embedding_loss ctc_loss dropout1d dropout2d dropout3d elu_
feature_alpha_dropout fold fractional_max_pool2d fractional_max_pool3d gaussian_nll_loss glu
grid_sample group_norm gumbel_softmax hardshrink hardsigmoid hardswish hardtanh_
hinge_embedding_loss instance_norm interpolate leaky_relu_ local_response_norm lp_pool1d lp_pool2d
lp_pool3d margin_ranking_loss max_pool1d max_pool2d max_pool3d max_unpool1d max_unpool2d
max_unpool3d mish multi_head_attention_forward multi_margin_loss multilabel_margin_loss
multilabel_soft_margin_loss pairwise_distance pdist pixel_shuffle pixel_unshuffle poisson_nll_loss
prelu relu_ rms_norm rrelu rrelu_ selu selu_ soft_margin_loss softshrink softsign tanhshrink
threshold threshold_ triplet_margin_loss triplet_margin_with_distance_loss unfold upsample
upsample_bilinear upsample_nearest
""",
    "pellucid.nn.utils": """
clip_grads_with_norm_ convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format
fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights parametrizations
parametrize prune remove_spectral_norm remove_weight_norm skip_init spectral_norm weight_norm
""",
    "pellucid.linalg": """
eig eigvals ldl_factor ldl_factor_ex ldl_solve
""",
    "pellucid.special": """
airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 modified_bessel_k0 modified_bessel_k1
scaled_modified_bessel_k0 scaled_modified_bessel_k1
""",
    "pellucid.utils": """
benchmark checkpoint cpp_extension dlpack model_zoo tensorboard
""",
    "pellucid.utils.data": """
ChainDataset DistributedSampler IterDataPipe MapDataPipe StackDataset default_convert
get_worker_info
""",
    "pellucid.autograd": """
anomaly_mode detect_anomaly forward_ad profiler set_detect_anomaly
""",
    "pellucid.optim": """
SparseAdam
""",
    "pellucid.optim.lr_scheduler": """
""",
    "pellucid.func": "debug_unwrap functionalize vmap",
    "Tensor": """
H adjoint angle apply_ argwhere as_strided as_strided_ bernoulli bitwise_left_shift
bitwise_left_shift_ bitwise_right_shift bitwise_right_shift_ byte cauchy_ cdouble cfloat chalf
char cholesky cholesky_inverse cholesky_solve coalesce conj conj_physical conj_physical_ copysign
copysign_ data_ptr dense_dim dequantize det diagflat digamma digamma_ eig erfinv erfinv_
exponential_ fmax fmin frexp gcd gcd_ geometric_ geqrf ger get_device hardshrink histogram i0 i0_
igamma igamma_ igammac igammac_ imag index index_reduce index_reduce_ indices inverse is_coalesced
is_complex is_conj is_cpu is_cuda is_inference is_neg is_nested is_nonzero is_pinned is_quantized
is_same_size is_shared is_signed is_sparse is_sparse_csr isreal istft lcm lcm_ ldexp ldexp_ lgamma
lgamma_ log_normal_ logaddexp2 logcumsumexp logdet lstsq lu lu_solve matrix_exp matrix_power
multinomial nanquantile ndimension new nextafter nextafter_ orgqr ormqr
pin_memory pinverse polygamma polygamma_ prelu qr real renorm renorm_ reshape_as resize resize_
resize_as resize_as_ resolve_conj resolve_neg retains_grad set_ share_memory_ short signbit
slogdet solve sparse_dim sparse_mask split_with_sizes squeeze_ stft sum_to_size svd swapaxes_
swapdims_ symeig t_ to_dense to_padded_tensor to_sparse to_sparse_bsc to_sparse_bsr to_sparse_coo
to_sparse_csc to_sparse_csr transpose_ triangular_solve unfold unique_consecutive unsqueeze_
untyped_storage values xpu
""",
}

# Where PyTorch keeps the room.
_THERE = {
    "pellucid": "torch",
    "pellucid.nn": "torch.nn",
    "pellucid.nn.functional": "torch.nn.functional",
    "pellucid.nn.utils": "torch.nn.utils",
    "pellucid.linalg": "torch.linalg",
    "pellucid.special": "torch.special",
    "pellucid.utils": "torch.utils",
    "pellucid.utils.data": "torch.utils.data",
    "pellucid.autograd": "torch.autograd",
    "pellucid.distributions": "torch.distributions",
    "pellucid.func": "torch.func",
    "pellucid.optim": "torch.optim",
    "pellucid.optim.lr_scheduler": "torch.optim.lr_scheduler",
    "Tensor": "torch.Tensor",
}

# What does the same here: true for every input, or said to be only near.
INSTEAD = {
    "SparseAdam": "optim.Adam, which moves vectors that were not looked up too: gradients are "
    "whole",
    "astype": "x.to(dtype)",
    "copy": "x.clone()",
    "cross": "pellucid.cross",
    "diagonal": "pellucid.diagonal",
    "inference_mode": "pellucid.inference_mode",
    "matmul": "pellucid.matmul",
    "NLLLoss2d": "nn.NLLLoss",
    "random": "pellucid.manual_seed, and pellucid.rand and its kin",
    "set_grad_enabled": "pellucid.set_grad_enabled",
}


def missing(room: str, name: str, known: Iterable[str], elsewhere: str = "") -> str:
    """What to say about a name that a room does not have.

    Args:
        room: "pellucid", "pellucid.nn" and so on, or "Tensor".
        name: what was asked for.
        known: what the room has.
        elsewhere: where in this package it is, if it is.
    """
    whose = "a Tensor" if room == "Tensor" else room
    text = f"{whose} has no attribute {name!r}"
    if name.startswith("_"):
        return f"{text}."
    if elsewhere:
        return f"{text}. It is here: {elsewhere}."
    known = set(known)
    borrowed = name in _BORROWED.get(room, "").split()
    if borrowed and room == "Tensor" and name.endswith("_") and name[:-1] in known:
        return f"{text}.\n Write x = x.{name[:-1]}(…)."
    if borrowed:
        return f"{text}: {_THERE[room]}.{name} is not here yet.{_instead(name)}"
    if name in INSTEAD:
        return f"{text}.{_instead(name)}"
    near = closest(name, sorted(known), alike=0.7)
    return f"{text}. Did you mean {near!r}?" if near else f"{text}."


def _instead(name: str) -> str:
    return f"\n In its place: {INSTEAD[name]}." if name in INSTEAD else ""


def refusing(room: str, known: Iterable[str]) -> Callable[[str], Any]:
    """The `__getattr__` of a room: it knows what PyTorch has there."""

    def refuse(name: str) -> Any:
        raise refusal(room, name, missing(room, name, known), sys._getframe(1))

    return refuse


def refusal(room: str, name: str, text: str, asking: FrameType) -> Exception:
    """What to raise in a room's `__getattr__` for a name that is not there.

    `from room import name` takes an AttributeError as leave to write a message of its own, and lets
    an ImportError through; so whoever is importing gets the latter, and `hasattr` stays right.

    Args:
        room: the module's name.
        name: what was asked for.
        text: what to say.
        asking: the frame that asked.
    """
    importing = asking.f_code.co_code[asking.f_lasti] == _IMPORT_FROM
    if importing and f"{room}.{name}" not in sys.modules:  # a room that is just being read
        return ImportError(text, name=room)
    return AttributeError(text, name=name)
