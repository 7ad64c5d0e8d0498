"""PyTorch's place for the data loader and for checkpoints within a network."""

from typing import TYPE_CHECKING

from pellucid.tensor.elsewhere import refusing
from pellucid.utils import checkpoint as checkpoint
from pellucid.utils import data as data
from pellucid.utils import deterministic as deterministic
from pellucid.utils import dlpack as dlpack

__all__ = ["checkpoint", "data", "deterministic", "dlpack"]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.utils", __all__)
