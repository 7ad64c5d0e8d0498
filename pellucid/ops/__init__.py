"""The ops room: one record per operation. Importing it fills the registry."""

from pellucid.ops import activation as activation
from pellucid.ops import classes as classes
from pellucid.ops import compare as compare
from pellucid.ops import contract as contract
from pellucid.ops import curves as curves
from pellucid.ops import dropout as dropout
from pellucid.ops import elementwise as elementwise
from pellucid.ops import extremes as extremes
from pellucid.ops import indexing as indexing
from pellucid.ops import linalg as linalg
from pellucid.ops import loss as loss
from pellucid.ops import movement as movement
from pellucid.ops import normalize as normalize
from pellucid.ops import ordering as ordering
from pellucid.ops import product as product
from pellucid.ops import random as random
from pellucid.ops import rearrange as rearrange
from pellucid.ops import reduce as reduce
from pellucid.ops import softmax as softmax
from pellucid.ops import whole as whole
from pellucid.ops import writing as writing
from pellucid.ops.op import COMPOSITIONS as COMPOSITIONS
from pellucid.ops.op import REGISTRY as REGISTRY
from pellucid.ops.op import Op as Op
