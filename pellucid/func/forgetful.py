"""What makes a network a function of its weights alone: batch norm that remembers nothing."""

from __future__ import annotations

from typing import Any

from pellucid.nn.batch_norm import _BatchNorm
from pellucid.nn.module import Module

__all__ = ["replace_all_batch_norm_modules_"]


def replace_all_batch_norm_modules_(root: Module) -> Module:
    """Let every batch normalization below a module normalize each batch by itself.

    Args:
        root: changed itself.

    Example:
        >>> from pellucid import func, nn
        >>> func.replace_all_batch_norm_modules_(nn.Sequential(nn.BatchNorm1d(2)))[0].running_mean
    """
    for module in root.modules():
        if isinstance(module, _BatchNorm):
            held: Any = module
            held.track_running_stats = False
            held.running_mean = held.running_var = held.num_batches_tracked = None
    return root
