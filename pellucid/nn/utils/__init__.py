"""PyTorch's `nn.utils`: gradients cut to size, parameters as one long vector."""

from pellucid.nn.utils import rnn as rnn
from pellucid.nn.utils.clip import clip_grad_norm_, clip_grad_value_, get_total_norm
from pellucid.nn.utils.vector import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "get_total_norm",
    "parameters_to_vector",
    "vector_to_parameters",
]
