"""Several devices at once, as PyTorch's older scripts ask for it; here there is one, the CPU.

The names keep such a script running, and its weights under the same keys: what is wrapped is called
as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.nn.module import Module

__all__ = ["DataParallel", "data_parallel"]


class DataParallel(Module):
    """A module that is called as it is; its keys begin with "module.", as in PyTorch.

    Args:
        module: what is called.
        device_ids: accepted for PyTorch's sake.
        output_device: accepted for PyTorch's sake.
        dim: accepted for PyTorch's sake.

    Example:
        >>> from pellucid import nn
        >>> list(nn.DataParallel(nn.Linear(2, 1)).state_dict())
        ['module.weight', 'module.bias']

    Source: PyTorch, nn.DataParallel on a machine without another device.
    """

    def __init__(
        self,
        module: Module,
        device_ids: Sequence[Any] | None = None,
        output_device: Any = None,
        dim: int = 0,
    ) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[Any] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        """What the module makes of it."""
        return self.module(*inputs, **kwargs)


def data_parallel(
    module: Module,
    inputs: Any,
    device_ids: Sequence[Any] | None = None,
    output_device: Any = None,
    dim: int = 0,
    module_kwargs: Mapping[str, Any] | None = None,
) -> Any:
    """Call a module as it is.

    Args:
        module: what is called.
        inputs: one input, or a tuple of them.
        device_ids: accepted for PyTorch's sake.
        output_device: accepted for PyTorch's sake.
        dim: accepted for PyTorch's sake.
        module_kwargs: arguments by name.

    Example:
        >>> import pellucid
        >>> data_parallel(pellucid.nn.ReLU(), pellucid.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    return module(*given, **(module_kwargs or {}))
