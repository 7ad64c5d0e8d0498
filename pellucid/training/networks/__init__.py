"""The networks that `pellucid fit --model` knows, one file for each family.

Each is a function from sizes to a `Module`; `FAMILIES` names them, `Architecture` is one as data.
"""

from pellucid.training.networks.architecture import Architecture as Architecture
from pellucid.training.networks.autoencoder import build_autoencoder as build_autoencoder
from pellucid.training.networks.cnn import build_cnn as build_cnn
from pellucid.training.networks.family import FAMILIES as FAMILIES
from pellucid.training.networks.gcn import build_gcn as build_gcn
from pellucid.training.networks.recurrent import build_recurrent as build_recurrent
from pellucid.training.networks.transformer import build_transformer as build_transformer

__all__ = [
    "FAMILIES",
    "Architecture",
    "build_autoencoder",
    "build_cnn",
    "build_gcn",
    "build_recurrent",
    "build_transformer",
]
