"""Data on its way to a network: tables from files, built-in sets, splits and preparation.

`read` makes a table of a file, `load` of a built-in set; `split` divides its rows, and
`Preparation` turns its cells into numbers, learned from the training rows alone. Datasets, samplers
and `DataLoader` are PyTorch's.
"""

from pellucid.data.builtin import Builtin, describe, info, load, names
from pellucid.data.columns import Column
from pellucid.data.dataset import (
    ChainDataset,
    ConcatDataset,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
    random_split,
)
from pellucid.data.loader import DataLoader, default_collate
from pellucid.data.notice import Notice
from pellucid.data.prepare import Preparation
from pellucid.data.read import Rows, read, read_rows
from pellucid.data.resolve import open_table
from pellucid.data.sampler import (
    BatchSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SubsetRandomSampler,
    WeightedRandomSampler,
)
from pellucid.data.split import Split, split
from pellucid.data.table import Table, make_table

__all__ = [
    "BatchSampler",
    "Builtin",
    "ChainDataset",
    "Column",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "IterableDataset",
    "Notice",
    "Preparation",
    "RandomSampler",
    "Rows",
    "Sampler",
    "SequentialSampler",
    "Split",
    "Subset",
    "SubsetRandomSampler",
    "Table",
    "TensorDataset",
    "WeightedRandomSampler",
    "default_collate",
    "describe",
    "info",
    "load",
    "make_table",
    "names",
    "open_table",
    "random_split",
    "read",
    "read_rows",
    "split",
]
