"""Modules and losses under the paths that PyTorch gives them, such as `nn.modules.loss`.

Scripts import from there what `nn` has, and a few names that begin with an underscore: the base of
losses, and pairs of one number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any

from pellucid import nn
from pellucid.nn.batch_norm import _BatchNorm
from pellucid.nn.loss import Loss as _Loss
from pellucid.nn.loss import WeightedLoss as _WeightedLoss

__all__ = ["_BatchNorm", "_Loss", "_WeightedLoss", "_pair", "_quadruple", "_single", "_triple"]


def _ntuple(n: int) -> Callable[[Any], tuple[Any, ...]]:
    """What turns one number into `n` of them, and leaves several as they are."""
    return lambda x: tuple(x) if isinstance(x, Iterable) else (x,) * n


_single, _pair, _triple, _quadruple = _ntuple(1), _ntuple(2), _ntuple(3), _ntuple(4)


def __getattr__(name: str) -> Any:
    return getattr(nn, name)


_PATHS = """activation adaptive batchnorm container conv distance dropout embedding flatten fold
instancenorm lazy linear loss module normalization padding pixelshuffle pooling rnn sparse
transformer upsampling utils"""
for _path in _PATHS.split():
    sys.modules[f"{__name__}.{_path}"] = sys.modules[__name__]
