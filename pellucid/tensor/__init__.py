"""The tensor room: the handle that people hold, its methods, creation, random numbers."""

import sys
import types
from typing import Any

from pellucid import engines as engines
from pellucid.tensor import binding as binding
from pellucid.tensor.creation import tensor
from pellucid.tensor.tensor import Parameter as Parameter
from pellucid.tensor.tensor import Tensor as Tensor

__all__ = ["Parameter", "Tensor"]


class _Room(types.ModuleType):
    """`pellucid.tensor` is PyTorch's function and this room: both can be called."""

    def __call__(self, data: Any, **settings: Any) -> Tensor:
        return tensor(data, **settings)


sys.modules[__name__].__class__ = _Room
