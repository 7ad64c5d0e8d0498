"""The experiments room: questions about networks, each answered by running many of them.

Every experiment gives a view that prints as text and draws itself as HTML or a figure.
"""

from pellucid.experiments.activations import activations as activations
from pellucid.experiments.approximation import approximation as approximation
from pellucid.experiments.boolean import Thresholds as Thresholds
from pellucid.experiments.boolean import boolean as boolean
from pellucid.experiments.boolean import threshold_network as threshold_network
from pellucid.experiments.capacity import capacity as capacity
from pellucid.experiments.collapse import collapse as collapse
from pellucid.experiments.collapse import folded as folded
from pellucid.experiments.depth import depth as depth
from pellucid.experiments.experiment import names as names
from pellucid.experiments.experiment import overview as overview
from pellucid.experiments.matrix_product import matrix_product as matrix_product
from pellucid.experiments.matrix_product import product_network as product_network
from pellucid.experiments.multiplication import gate as gate
from pellucid.experiments.multiplication import multiplication as multiplication
from pellucid.experiments.restarts import restarts as restarts
from pellucid.experiments.step_size import step_size as step_size
from pellucid.experiments.xor import xor as xor

__all__ = [
    "Thresholds", "activations", "approximation", "boolean", "capacity", "collapse", "depth",
    "folded", "gate", "matrix_product", "multiplication", "names", "overview", "product_network",
    "restarts", "step_size", "threshold_network", "xor",
]  # fmt: skip
