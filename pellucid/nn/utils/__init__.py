"""PyTorch's `nn.utils`: gradients cut to size, parameters as one long vector."""

from typing import TYPE_CHECKING

from pellucid.nn.utils import rnn as rnn
from pellucid.nn.utils.clip import clip_grad_norm_, clip_grad_value_, get_total_norm
from pellucid.nn.utils.vector import parameters_to_vector, vector_to_parameters
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "get_total_norm",
    "parameters_to_vector",
    "vector_to_parameters",
]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn.utils", __all__)
