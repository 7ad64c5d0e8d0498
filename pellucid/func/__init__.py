"""`pellucid.func`: derivatives as functions of functions, and modules as functions of weights.

The names are those of `torch.func`; each can be applied to the result of another.
"""

from typing import TYPE_CHECKING

from pellucid.func.batched import vmap as vmap
from pellucid.func.derivatives import grad as grad
from pellucid.func.derivatives import grad_and_value as grad_and_value
from pellucid.func.derivatives import hessian as hessian
from pellucid.func.derivatives import jacfwd as jacfwd
from pellucid.func.derivatives import jacrev as jacrev
from pellucid.func.derivatives import jvp as jvp
from pellucid.func.derivatives import linearize as linearize
from pellucid.func.derivatives import vjp as vjp
from pellucid.func.forgetful import (
    replace_all_batch_norm_modules_ as replace_all_batch_norm_modules_,
)
from pellucid.func.stacked import stack_module_state as stack_module_state
from pellucid.nn.utils.stateless import functional_call as functional_call
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "functional_call", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
    "linearize", "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap",
]  # fmt: skip

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.func", __all__)
