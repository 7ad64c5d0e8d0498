"""The neurons room: networks as circles and weighted arrows, computed by whole layers.

Build one neuron by neuron or from layers, see it drawn with its values and its blame, and follow
the derivatives of the loss in three steps, with numbers.
"""

from pellucid.neurons.edge import Edge as Edge
from pellucid.neurons.example import example as example
from pellucid.neurons.layers import from_module as from_module
from pellucid.neurons.network import Network as Network
from pellucid.neurons.reading import from_dict as from_dict
from pellucid.neurons.reading import from_edges as from_edges
from pellucid.neurons.reading import from_json as from_json
from pellucid.neurons.reading import from_networkx as from_networkx
from pellucid.neurons.sums import PerNeuron as PerNeuron
from pellucid.neurons.sums import Sums as Sums
from pellucid.neurons.wiring import Neuron as Neuron
from pellucid.neurons.written import from_dot as from_dot
from pellucid.neurons.written import from_text as from_text

__all__ = [
    "Edge", "Network", "Neuron", "PerNeuron", "Sums", "example", "from_dict", "from_dot",
    "from_edges", "from_json", "from_module", "from_networkx", "from_text",
]  # fmt: skip
