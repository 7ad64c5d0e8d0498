"""The tensor room: the handle that people hold, its methods, creation, random numbers, recording."""

from pellucid import engines as _engines
from pellucid.tensor import binding as _binding
from pellucid.tensor.tensor import Parameter as Parameter
from pellucid.tensor.tensor import Tensor as Tensor

__all__ = ["Parameter", "Tensor"]
