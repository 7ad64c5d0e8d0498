"""PyTorch's name for the schedules: `pellucid.optim.lr_scheduler.StepLR`."""

from typing import TYPE_CHECKING

from pellucid.optim.cycles import CyclicLR as CyclicLR
from pellucid.optim.factors import ConstantLR as ConstantLR
from pellucid.optim.factors import ExponentialLR as ExponentialLR
from pellucid.optim.factors import LinearLR as LinearLR
from pellucid.optim.factors import MultiStepLR as MultiStepLR
from pellucid.optim.factors import PolynomialLR as PolynomialLR
from pellucid.optim.factors import StepLR as StepLR
from pellucid.optim.one_cycle import OneCycleLR as OneCycleLR
from pellucid.optim.own_rule import LambdaLR as LambdaLR
from pellucid.optim.own_rule import MultiplicativeLR as MultiplicativeLR
from pellucid.optim.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from pellucid.optim.schedule import EPOCH
from pellucid.optim.schedule import LRScheduler as LRScheduler
from pellucid.optim.sequence import ChainedScheduler as ChainedScheduler
from pellucid.optim.sequence import SequentialLR as SequentialLR
from pellucid.optim.waves import CosineAnnealingLR as CosineAnnealingLR
from pellucid.optim.waves import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "ChainedScheduler", "ConstantLR", "CosineAnnealingLR", "CosineAnnealingWarmRestarts",
    "CyclicLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "MultiStepLR",
    "MultiplicativeLR", "OneCycleLR", "PolynomialLR", "ReduceLROnPlateau", "SequentialLR",
    "StepLR",
]  # fmt: skip

_LRScheduler = LRScheduler  # its older name
EPOCH_DEPRECATION_WARNING = EPOCH

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.optim.lr_scheduler", __all__)
