"""PyTorch's name for the schedules: `pellucid.optim.lr_scheduler.StepLR`."""

from typing import TYPE_CHECKING

from pellucid.optim.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from pellucid.optim.schedule import ConstantLR as ConstantLR
from pellucid.optim.schedule import CosineAnnealingLR as CosineAnnealingLR
from pellucid.optim.schedule import ExponentialLR as ExponentialLR
from pellucid.optim.schedule import LambdaLR as LambdaLR
from pellucid.optim.schedule import LinearLR as LinearLR
from pellucid.optim.schedule import LRScheduler as LRScheduler
from pellucid.optim.schedule import MultiStepLR as MultiStepLR
from pellucid.optim.schedule import StepLR as StepLR
from pellucid.optim.sequence import SequentialLR as SequentialLR
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "ConstantLR",
    "CosineAnnealingLR",
    "ExponentialLR",
    "LRScheduler",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "ReduceLROnPlateau",
    "SequentialLR",
    "StepLR",
]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.optim.lr_scheduler", __all__)
