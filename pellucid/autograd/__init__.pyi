"""What `pellucid.autograd` offers once the package is loaded; the Tensor face stands above it."""

from pellucid.autograd.reverse import gradients as gradients
from pellucid.tensor import forward_ad as forward_ad
from pellucid.tensor import gradient_graph as graph
from pellucid.tensor import jacobians as functional
from pellucid.tensor.custom import Function as Function
from pellucid.tensor.derivative import backward as backward
from pellucid.tensor.derivative import grad as grad
from pellucid.tensor.grad_mode import enable_grad as enable_grad
from pellucid.tensor.grad_mode import no_grad as no_grad
from pellucid.testing import gradcheck as gradcheck
from pellucid.testing import gradgradcheck as gradgradcheck

__all__ = [
    "Function",
    "backward",
    "enable_grad",
    "forward_ad",
    "functional",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "gradients",
    "graph",
    "no_grad",
]
