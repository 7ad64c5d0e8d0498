"""The optim room: rules that turn gradients into new weights, and schedules for their step size."""

from typing import TYPE_CHECKING

import pellucid.optim.lr_scheduler as lr_scheduler
from pellucid.optim.adam import Adam as Adam
from pellucid.optim.adamw import AdamW as AdamW
from pellucid.optim.optimizer import Optimizer as Optimizer
from pellucid.optim.rmsprop import RMSprop as RMSprop
from pellucid.optim.sgd import SGD as SGD
from pellucid.tensor.elsewhere import refusing

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.optim", __all__)
