"""The autograd room: the chain rule as a graph that writes a graph. It uses ops, never arrays."""

from pellucid.autograd.reverse import gradients as gradients

__all__ = ["gradients"]
