"""Places for nodes and arrows: layers, an order with few crossings, places, and corners."""

from pellucid.lenses.layout.arrange import Box as Box
from pellucid.lenses.layout.arrange import Placed as Placed
from pellucid.lenses.layout.arrange import arranged as arranged
from pellucid.lenses.layout.named import names_along as names_along

__all__ = ["Box", "Placed", "arranged", "names_along"]
