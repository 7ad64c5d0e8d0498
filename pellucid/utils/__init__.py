"""PyTorch's place for the data loader: `pellucid.utils.data.DataLoader`."""

from typing import TYPE_CHECKING

from pellucid.tensor.elsewhere import refusing
from pellucid.utils import data as data

__all__ = ["data"]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.utils", __all__)
