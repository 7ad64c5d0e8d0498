"""PyTorch's functions, as functions of nodes; `tensor.lift` makes them functions of Tensors."""

from pellucid.tensor.functions import arithmetic as arithmetic
from pellucid.tensor.functions import bends as bends
from pellucid.tensor.functions import chains as chains
from pellucid.tensor.functions import counting as counting
from pellucid.tensor.functions import distances as distances
from pellucid.tensor.functions import matrices as matrices
from pellucid.tensor.functions import ordering as ordering
from pellucid.tensor.functions import pairs as pairs
from pellucid.tensor.functions import picking as picking
from pellucid.tensor.functions import pointwise as pointwise
from pellucid.tensor.functions import products as products
from pellucid.tensor.functions import putting as putting
from pellucid.tensor.functions import reduction as reduction
from pellucid.tensor.functions import running as running
from pellucid.tensor.functions import segments as segments
from pellucid.tensor.functions import shaping as shaping
from pellucid.tensor.functions import slopes as slopes
from pellucid.tensor.functions import stacking as stacking
from pellucid.tensor.functions import statistics as statistics
from pellucid.tensor.functions import tiling as tiling
from pellucid.tensor.functions import triangles as triangles
from pellucid.tensor.functions import windows as windows
