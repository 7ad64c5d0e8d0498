"""Modules and losses under the paths that PyTorch gives them, such as `nn.modules.loss`.

Scripts import from there what `nn` has, and names that begin with an underscore: what kinds of
layers have in common, and pairs of one number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from pellucid import nn
from pellucid.nn import everywhere
from pellucid.nn.adaptive import _AdaptiveAvgPool as _AdaptiveAvgPoolNd
from pellucid.nn.adaptive import _AdaptiveMaxPool as _AdaptiveMaxPoolNd
from pellucid.nn.batch_norm import _BatchNorm, _InstanceNorm
from pellucid.nn.batch_norm import _Remembering as _NormBase
from pellucid.nn.conv import Filters as _ConvNd
from pellucid.nn.dropout import _Dropout as _DropoutNd
from pellucid.nn.lazy import _Lazy as LazyModuleMixin
from pellucid.nn.loss import Loss as _Loss
from pellucid.nn.loss import WeightedLoss as _WeightedLoss
from pellucid.nn.padding import _CircularPad as _CircularPadNd
from pellucid.nn.padding import _ConstantPad as _ConstantPadNd
from pellucid.nn.padding import _ReflectionPad as _ReflectionPadNd
from pellucid.nn.padding import _ReplicationPad as _ReplicationPadNd
from pellucid.nn.pool import _AvgPool as _AvgPoolNd
from pellucid.nn.pool import _MaxPool as _MaxPoolNd
from pellucid.nn.prefix import consume_prefix_in_state_dict_if_present
from pellucid.nn.state import IncompatibleKeys as _IncompatibleKeys
from pellucid.nn.transposed import _Transposed as _ConvTransposeNd
from pellucid.nn.unpool import _LPPool as _LPPoolNd
from pellucid.nn.unpool import _MaxUnpool as _MaxUnpoolNd

__all__ = [
    "LazyModuleMixin", "_AdaptiveAvgPoolNd", "_AdaptiveMaxPoolNd", "_AvgPoolNd", "_BatchNorm",
    "_CircularPadNd", "_ConstantPadNd", "_ConvNd", "_ConvTransposeNd", "_DropoutNd",
    "_IncompatibleKeys", "_InstanceNorm", "_LPPoolNd", "_Loss", "_MaxPoolNd", "_MaxUnpoolNd",
    "_NormBase", "_ReflectionPadNd", "_ReplicationPadNd", "_WeightedLoss", "_pair",
    "_quadruple", "_reverse_repeat_tuple", "_single", "_triple",
    "consume_prefix_in_state_dict_if_present",
]  # fmt: skip


def _ntuple(n: int) -> Callable[[Any], tuple[Any, ...]]:
    """What turns one number into `n` of them, and leaves several as they are."""
    return lambda x: tuple(x) if isinstance(x, Iterable) else (x,) * n


_single, _pair, _triple, _quadruple = _ntuple(1), _ntuple(2), _ntuple(3), _ntuple(4)


def _reverse_repeat_tuple(t: Iterable[Any], n: int) -> tuple[Any, ...]:
    """The last entry `n` times, then the one before it: widths as `F.pad` wants them."""
    return tuple(x for x in reversed(tuple(t)) for _ in range(n))


_PATHS = [
    "activation", "adaptive", "batchnorm", "channelshuffle", "container", "conv", "distance",
    "dropout", "embedding", "flatten", "fold", "instancenorm", "lazy", "linear", "loss",
    "module", "normalization", "padding", "pixelshuffle", "pooling", "rnn", "sparse",
    "transformer", "upsampling", "utils",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _PATHS:
        return sys.modules[__name__]
    found = everywhere if name in everywhere.__all__ else nn
    return getattr(found, name)


for _path in _PATHS:
    sys.modules[f"{__name__}.{_path}"] = sys.modules[__name__]
everywhere.furnish(sys.modules[__name__])
