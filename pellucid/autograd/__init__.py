"""The autograd room: the chain rule as a graph that writes a graph. It uses ops, never arrays."""

from pellucid.autograd.reverse import gradients as gradients
from pellucid.autograd.reverse import spend as spend

__all__ = ["gradients", "spend"]
