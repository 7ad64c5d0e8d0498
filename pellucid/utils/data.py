"""Datasets, samplers and the loader, under the path that PyTorch gives them."""

import sys
from typing import TYPE_CHECKING

from pellucid.data.apportioned import DistributedSampler as DistributedSampler
from pellucid.data.dataset import ChainDataset as ChainDataset
from pellucid.data.dataset import ConcatDataset as ConcatDataset
from pellucid.data.dataset import Dataset as Dataset
from pellucid.data.dataset import IterableDataset as IterableDataset
from pellucid.data.dataset import Subset as Subset
from pellucid.data.dataset import TensorDataset as TensorDataset
from pellucid.data.dataset import random_split as random_split
from pellucid.data.loader import DataLoader as DataLoader
from pellucid.data.loader import default_collate as default_collate
from pellucid.data.loader import default_convert as default_convert
from pellucid.data.sampler import BatchSampler as BatchSampler
from pellucid.data.sampler import RandomSampler as RandomSampler
from pellucid.data.sampler import Sampler as Sampler
from pellucid.data.sampler import SequentialSampler as SequentialSampler
from pellucid.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from pellucid.data.sampler import WeightedRandomSampler as WeightedRandomSampler
from pellucid.data.stacked import StackDataset as StackDataset
from pellucid.tensor.elsewhere import refusing


def get_worker_info() -> None:
    """Which worker this is, for streams that ask: None, as all samples are made in this process.

    Example:
        >>> get_worker_info() is None
        True
    """


__all__ = [
    "BatchSampler",
    "ChainDataset",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "DistributedSampler",
    "IterableDataset",
    "RandomSampler",
    "Sampler",
    "SequentialSampler",
    "StackDataset",
    "Subset",
    "SubsetRandomSampler",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "default_convert",
    "get_worker_info",
    "random_split",
]

for _path in (
    "dataloader",
    "dataset",
    "distributed",
    "sampler",
):  # where PyTorch keeps them, and scripts look
    sys.modules[f"{__name__}.{_path}"] = sys.modules[__name__]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.utils.data", __all__)
