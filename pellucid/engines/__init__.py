"""The engines room: whatever runs a program. NumPy computes node by node; XLA whole programs at once."""

from pellucid.engines import numpy as numpy
