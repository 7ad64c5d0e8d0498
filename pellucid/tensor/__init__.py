"""The tensor room: the handle that people hold, its methods, creation, random numbers."""

from pellucid import engines as engines
from pellucid.tensor import binding as binding
from pellucid.tensor.tensor import Parameter as Parameter
from pellucid.tensor.tensor import Tensor as Tensor

__all__ = ["Parameter", "Tensor"]
