"""The optim room: rules that turn gradients into new weights, and schedules for their step size."""

import pellucid.optim.lr_scheduler as lr_scheduler
from pellucid.optim.adam import Adam as Adam
from pellucid.optim.adamw import AdamW as AdamW
from pellucid.optim.optimizer import Optimizer as Optimizer
from pellucid.optim.rmsprop import RMSprop as RMSprop
from pellucid.optim.sgd import SGD as SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "lr_scheduler"]
