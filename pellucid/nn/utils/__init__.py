"""PyTorch's `nn.utils`: gradients cut to size, weights computed from others, one long vector."""

import sys
from typing import TYPE_CHECKING

from pellucid.nn.utils import parametrizations as parametrizations
from pellucid.nn.utils import parametrize as parametrize
from pellucid.nn.utils import prune as prune
from pellucid.nn.utils import rnn as rnn
from pellucid.nn.utils import stateless as stateless
from pellucid.nn.utils.clip import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)
from pellucid.nn.utils.fusion import (
    fuse_conv_bn_eval,
    fuse_conv_bn_weights,
    fuse_linear_bn_eval,
    fuse_linear_bn_weights,
)
from pellucid.nn.utils.init import skip_init
from pellucid.nn.utils.spectral_norm import remove_spectral_norm, spectral_norm
from pellucid.nn.utils.vector import parameters_to_vector, vector_to_parameters
from pellucid.nn.utils.weight_norm import remove_weight_norm, weight_norm
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "clip_grads_with_norm_",
    "fuse_conv_bn_eval",
    "fuse_conv_bn_weights",
    "fuse_linear_bn_eval",
    "fuse_linear_bn_weights",
    "get_total_norm",
    "parameters_to_vector",
    "remove_spectral_norm",
    "remove_weight_norm",
    "skip_init",
    "spectral_norm",
    "vector_to_parameters",
    "weight_norm",
]

# Where PyTorch keeps them, and scripts look.
for _path, _file in (("clip_grad", "clip"), ("convert_parameters", "vector")):
    _room = sys.modules[f"pellucid.nn.utils.{_file}"]
    sys.modules[f"{__name__}.{_path}"] = globals()[_path] = _room

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn.utils", __all__)
