"""pellucid: a neural-network library that you can see through.

`import pellucid as torch; import pellucid.nn as nn` runs PyTorch's tutorials. What goes beyond them:
`fit` trains, `program` shows a network as a program, `explain` shows where any number came from.
"""

from __future__ import annotations

import importlib
from typing import Any

from pellucid import autograd as autograd
from pellucid import nn as nn
from pellucid import optim as optim
from pellucid._version import __version__ as __version__
from pellucid.dtypes import DType as dtype
from pellucid.dtypes import bfloat16 as bfloat16
from pellucid.dtypes import bool_ as bool
from pellucid.dtypes import float16 as float16
from pellucid.dtypes import float32 as float32
from pellucid.dtypes import float64 as float64
from pellucid.dtypes import int8 as int8
from pellucid.dtypes import int16 as int16
from pellucid.dtypes import int32 as int32
from pellucid.dtypes import int64 as int64
from pellucid.dtypes import uint8 as uint8
from pellucid.dtypes import uint32 as uint32
from pellucid.tensor.creation import arange as arange
from pellucid.tensor.creation import as_tensor as as_tensor
from pellucid.tensor.creation import empty as empty
from pellucid.tensor.creation import empty_like as empty_like
from pellucid.tensor.creation import eye as eye
from pellucid.tensor.creation import from_numpy as from_numpy
from pellucid.tensor.creation import full as full
from pellucid.tensor.creation import full_like as full_like
from pellucid.tensor.creation import linspace as linspace
from pellucid.tensor.creation import ones as ones
from pellucid.tensor.creation import ones_like as ones_like

# PyTorch's function hides the room of the same name; `from pellucid.tensor.… import` still finds it.
from pellucid.tensor.creation import tensor as tensor
from pellucid.tensor.creation import zeros as zeros
from pellucid.tensor.creation import zeros_like as zeros_like
from pellucid.tensor.derivative import backward as _backward
from pellucid.tensor.derivative import grad as _grad
from pellucid.tensor.grad_mode import enable_grad as enable_grad
from pellucid.tensor.grad_mode import inference_mode as inference_mode
from pellucid.tensor.grad_mode import is_grad_enabled as is_grad_enabled
from pellucid.tensor.grad_mode import no_grad as no_grad
from pellucid.tensor.grad_mode import set_grad_enabled as set_grad_enabled
from pellucid.tensor.lift import FUNCTIONS as _FUNCTIONS
from pellucid.tensor.random import Generator as Generator
from pellucid.tensor.random import bernoulli as bernoulli
from pellucid.tensor.random import get_rng_state as get_rng_state
from pellucid.tensor.random import initial_seed as initial_seed
from pellucid.tensor.random import manual_seed as manual_seed
from pellucid.tensor.random import multinomial as multinomial
from pellucid.tensor.random import normal as normal
from pellucid.tensor.random import rand as rand
from pellucid.tensor.random import rand_like as rand_like
from pellucid.tensor.random import randint as randint
from pellucid.tensor.random import randn as randn
from pellucid.tensor.random import randn_like as randn_like
from pellucid.tensor.random import randperm as randperm
from pellucid.tensor.random import seed as seed
from pellucid.tensor.random import set_rng_state as set_rng_state
from pellucid.tensor.tensor import Size as Size
from pellucid.tensor.tensor import Tensor as Tensor

float, double, half = float32, float64, float16
int, long, short = int32, int64, int16

# The Tensor face of the chain rule stands above the room that computes it.
for _name, _call in {
    "grad": _grad,
    "backward": _backward,
    "no_grad": no_grad,
    "enable_grad": enable_grad,
}.items():
    setattr(autograd, _name, _call)
for _name, _call in _FUNCTIONS.items():
    globals()[_name] = _call

# Loaded on first use, so that `import pellucid` costs little more than `import numpy`.
_LAZY = {
    "History": "pellucid.training",
    "fit": "pellucid.training",
    "load": "pellucid.training",
    "save": "pellucid.training",
    "explain": "pellucid.lenses",
    "program": "pellucid.lenses",
}
_ROOMS = ("data", "lenses", "testing", "training", "utils")


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"pellucid.{name}")
    else:
        raise AttributeError(f"pellucid has no attribute {name!r}")
    globals()[name] = value
    return value
