"""The training room: `fit`, what it tells, what it keeps on disk, the networks for tables.

`train_table` does in Python what `pellucid fit FILE` does; `load_model` reads what either saved.
"""

from pellucid.training.artifact import load_model as load_model
from pellucid.training.artifact import save_model as save_model
from pellucid.training.callback import Callback as Callback
from pellucid.training.callback import EarlyStopping as EarlyStopping
from pellucid.training.files import load as load
from pellucid.training.files import save as save
from pellucid.training.fit import fit as fit
from pellucid.training.history import History as History
from pellucid.training.populate import population as population
from pellucid.training.populated import Population as Population
from pellucid.training.recording import Recording as Recording
from pellucid.training.table_model import TableModel as TableModel
from pellucid.training.table_run import TableRun as TableRun
from pellucid.training.table_run import train_table as train_table
from pellucid.training.table_settings import Settings as Settings
from pellucid.training.tabular import build_mlp as build_mlp

__all__ = [
    "Callback",
    "EarlyStopping",
    "History",
    "Population",
    "Recording",
    "Settings",
    "TableModel",
    "TableRun",
    "build_mlp",
    "fit",
    "load",
    "load_model",
    "population",
    "save",
    "save_model",
    "train_table",
]
