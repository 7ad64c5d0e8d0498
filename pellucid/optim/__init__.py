"""The optim room: rules that turn gradients into new weights, and schedules for their step size."""

from typing import TYPE_CHECKING

import pellucid.optim.lr_scheduler as lr_scheduler
import pellucid.optim.swa_utils as swa_utils
from pellucid.optim.adadelta import Adadelta as Adadelta
from pellucid.optim.adafactor import Adafactor as Adafactor
from pellucid.optim.adagrad import Adagrad as Adagrad
from pellucid.optim.adam import Adam as Adam
from pellucid.optim.adamax import Adamax as Adamax
from pellucid.optim.adamw import AdamW as AdamW
from pellucid.optim.asgd import ASGD as ASGD
from pellucid.optim.lbfgs import LBFGS as LBFGS
from pellucid.optim.lion import Lion as Lion
from pellucid.optim.muon import Muon as Muon
from pellucid.optim.nadam import NAdam as NAdam
from pellucid.optim.optimizer import Optimizer as Optimizer
from pellucid.optim.radam import RAdam as RAdam
from pellucid.optim.rmsprop import RMSprop as RMSprop
from pellucid.optim.rprop import Rprop as Rprop
from pellucid.optim.sgd import SGD as SGD
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "ASGD", "LBFGS", "SGD", "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Lion",
    "Muon", "NAdam", "Optimizer", "RAdam", "RMSprop", "Rprop", "lr_scheduler", "swa_utils",
]  # fmt: skip

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.optim", __all__)
