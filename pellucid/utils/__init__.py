"""PyTorch's place for the data loader: `pellucid.utils.data.DataLoader`."""

from pellucid.utils import data as data

__all__ = ["data"]
