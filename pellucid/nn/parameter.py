"""Weights and buffers, under the path that PyTorch gives them."""

from pellucid.nn.buffer import Buffer as Buffer
from pellucid.nn.uninitialized import UninitializedBuffer as UninitializedBuffer
from pellucid.nn.uninitialized import UninitializedParameter as UninitializedParameter
from pellucid.nn.uninitialized import is_lazy as is_lazy
from pellucid.tensor import Parameter as Parameter

__all__ = ["Buffer", "Parameter", "UninitializedBuffer", "UninitializedParameter", "is_lazy"]
