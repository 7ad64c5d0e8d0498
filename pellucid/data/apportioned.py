"""Samples shared out among several processes: each goes through its own part of a dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pellucid.data.sampler import Sampler
from pellucid.errors import SettingError
from pellucid.tensor.random import Generator, randperm

__all__ = ["DistributedSampler"]


class DistributedSampler(Sampler):
    """Every `num_replicas`-th sample, beginning with number `rank`.

    Args:
        dataset: has a length.
        num_replicas: how many processes share the samples; only this one when None.
        rank: which of them this is, counted from 0.
        shuffle: whether the samples are shuffled before they are shared out.
        seed: decides the order, and must be the same in all processes.
        drop_last: leave out what does not divide evenly, instead of repeating some.

    Example:
        >>> list(DistributedSampler(range(10), num_replicas=3, rank=1, shuffle=False))
        [1, 4, 7, 0]
        >>> list(DistributedSampler(range(10), 3, 1, shuffle=False, drop_last=True))
        [1, 4, 7]
    """

    def __init__(
        self,
        dataset: Any,
        num_replicas: int | None = None,
        rank: int | None = None,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
    ) -> None:
        super().__init__(dataset)
        self.dataset, self.epoch = dataset, 0
        self.num_replicas = 1 if num_replicas is None else num_replicas
        self.rank = 0 if rank is None else rank
        if not 0 <= self.rank < self.num_replicas:
            raise SettingError(
                f"rank goes from 0 to {self.num_replicas - 1}, the number of replicas less one, "
                f"and it is {rank}."
            )
        self.shuffle, self.seed, self.drop_last = shuffle, seed, drop_last
        share = len(dataset) / self.num_replicas
        self.num_samples = math.floor(share) if drop_last else math.ceil(share)
        self.total_size = self.num_samples * self.num_replicas

    def __iter__(self) -> Iterator[int]:
        order: list[int] = list(range(len(self.dataset)))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            order = randperm(len(order), generator=generator).tolist()
        times = math.ceil(self.total_size / max(len(order), 1))
        return iter((order * times)[self.rank : self.total_size : self.num_replicas])

    def __len__(self) -> int:
        return self.num_samples

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch begins, so that each has an order of its own."""
        self.epoch = epoch
