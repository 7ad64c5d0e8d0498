"""Batch normalization over the batches of several processes; here there is one."""

from __future__ import annotations

from typing import Any

from pellucid.dtypes import DType
from pellucid.nn.batch_norm import _BatchNorm
from pellucid.nn.module import Module

__all__ = ["SyncBatchNorm"]


class SyncBatchNorm(_BatchNorm):
    r"""Batch normalization for inputs of any number of axes; a batch is that of this process.

    $y = \gamma (x - \mu_B)/\sqrt{\sigma_B^2 + \varepsilon} + \beta$; in evaluation with the
    averages that training has remembered.

    Args:
        num_features: size of axis 1.
        eps: added to the variance.
        momentum: share of each batch in what is remembered; None for the average of all batches.
        affine: whether to learn γ and β.
        track_running_stats: whether to remember; otherwise every batch is normalized by itself.
        process_group: accepted for PyTorch's sake.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.
        bias: whether to learn β, where `affine` is on.

    Shape:
        `(N, C, ...)` → the same.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> net = nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.BatchNorm2d(3)))
        >>> type(net[0]).__name__
        'SyncBatchNorm'

    Source: PyTorch, nn.SyncBatchNorm in a single process.
    """

    _ranks = tuple(range(2, 65))
    _axes = "(rows, channels, ...)"

    def __init__(
        self, num_features: int, eps: float = 1e-5, momentum: float | None = 0.1,
        affine: bool = True, track_running_stats: bool = True, process_group: Any = None,
        device: Any = None, dtype: DType | None = None, *, bias: bool = True,
    ) -> None:  # fmt: skip
        kept = (num_features, eps, momentum, affine, track_running_stats)
        super().__init__(*kept, device=device, dtype=dtype, bias=bias)
        self.process_group = process_group

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Any:
        """The same module, with a SyncBatchNorm in place of each batch normalization.

        Args:
            module: changed itself, unless it is a batch normalization.
            process_group: accepted for PyTorch's sake.
        """
        if isinstance(module, _BatchNorm):
            return cls._like(module, process_group)
        for name, child in list(module.named_children()):
            setattr(module, name, cls.convert_sync_batchnorm(child, process_group))
        return module

    @classmethod
    def _like(cls, old: Any, process_group: Any) -> Any:
        kept = (old.num_features, old.eps, old.momentum, old.affine, old.track_running_stats)
        new = cls(*kept, process_group, bias=old.bias is not None)
        new.weight, new.bias = old.weight, old.bias
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            setattr(new, name, getattr(old, name))
        return new.train(old.training)
