"""Runs a training again on copies, with one thing changed, in our framework and in PyTorch's."""
