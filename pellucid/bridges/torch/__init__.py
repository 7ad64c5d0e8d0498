"""PyTorch's networks seen from here: as a program, through every lens, and by the doctor."""

import importlib.util

from pellucid.errors import MissingExtraError

if importlib.util.find_spec("torch") is None:
    raise MissingExtraError(
        "pellucid.bridges.torch looks at networks of PyTorch, which is not installed.\n"
        " pip install torch"
    )

from pellucid.bridges.torch.examine import examine as examine
from pellucid.bridges.torch.mirror import mirror as mirror
from pellucid.bridges.torch.views import blame as blame
from pellucid.bridges.torch.views import graph as graph
from pellucid.bridges.torch.views import program as program
from pellucid.bridges.torch.views import see as see
from pellucid.bridges.torch.watch import watch as watch

__all__ = ["blame", "examine", "graph", "mirror", "program", "see", "watch"]
