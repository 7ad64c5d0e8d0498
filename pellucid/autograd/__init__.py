"""The autograd room: the chain rule as a graph that writes a graph, and `.grad` where it ends."""

from pellucid.autograd.reverse import gradients as gradients

__all__ = ["gradients"]
