"""The engines room: whatever runs a program. NumPy computes node by node, XLA all at once."""

from pellucid.engines import numpy as numpy
