"""The training room: `fit`, what it tells, what it keeps on disk, the networks for tables."""

from pellucid.training.callback import Callback as Callback
from pellucid.training.callback import EarlyStopping as EarlyStopping
from pellucid.training.files import load as load
from pellucid.training.files import save as save
from pellucid.training.fit import fit as fit
from pellucid.training.history import History as History
from pellucid.training.tabular import build_mlp as build_mlp

__all__ = ["Callback", "EarlyStopping", "History", "build_mlp", "fit", "load", "save"]
