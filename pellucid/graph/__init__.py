"""The graph room: nodes, the funnel that makes them, walks over them. It knows no op by name."""

from pellucid.graph.emit import constant as constant
from pellucid.graph.emit import emit as emit
from pellucid.graph.mode import current as current
from pellucid.graph.mode import scope as scope
from pellucid.graph.mode import switched as switched
from pellucid.graph.node import Node as Node
from pellucid.graph.node import Part as Part
from pellucid.graph.node import leaf as leaf

__all__ = ["Node", "Part", "constant", "current", "emit", "leaf", "scope", "switched"]
