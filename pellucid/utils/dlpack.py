"""PyTorch's place for arrays that change hands between libraries without a copy."""

from pellucid.tensor.ranges import from_dlpack as from_dlpack
from pellucid.tensor.ranges import to_dlpack as to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
