"""One class per kind of mistake, so that a program can catch exactly the one it expects.

```
PellucidError
├── ShapeError        (ValueError *)  axes that do not fit together
│   └── IndexShapeError (IndexError *)  arrays in square brackets that do not
├── DTypeError        (TypeError *)   a number of the wrong kind: float labels, integer weights
│   └── IndexKindError  (IndexError *)  something in square brackets that is no position
├── IndexRangeError   (IndexError *)  an index or class number outside its range
├── ModuleError       (AttributeError) a module that is not set up, or has no part of that name
├── GraphError        (RuntimeError)  no graph, a graph used twice, a value changed after use
├── TraceError        (RuntimeError)  a number asked for while only shapes are known
├── DivisionError     (ZeroDivisionError *) whole numbers divided by zero
├── SettingError      (ValueError *)  an argument outside its range: a rate below 0, a bad name
│   ├── KindError       (TypeError *)  an argument of the wrong kind: a Tensor in place of a list
│   ├── NameTakenError  (KeyError *)   a name for a part of a module that is in use, or none
│   └── UnevenError     (AssertionError *) features that do not divide among the heads
├── MatrixError       (ValueError *)  a matrix without an inverse, or not positive definite
├── StateError        (KeyError *)    weights that do not belong to this model
│   └── StateKindError  (TypeError *)  something that is no state at all, such as a path
├── DataError         (ValueError)    a table, file or array that cannot be learned from
├── TrainingError     (RuntimeError)  training that cannot go on: the loss became NaN
├── FileFormatError   (ValueError)    a model or checkpoint file that is damaged or foreign
└── MissingExtraError (ImportError)   an optional package is needed
```

Each is also the built-in class that Python users would catch for the same mistake, and those with a
star are RuntimeErrors besides, which is what PyTorch programs catch. A message says
what happened, where, and what to do, in that order; every text is pinned by a test.
"""

from __future__ import annotations

__all__ = [
    "DTypeError",
    "DataError",
    "DivisionError",
    "FileFormatError",
    "GraphError",
    "IndexKindError",
    "IndexRangeError",
    "IndexShapeError",
    "KindError",
    "MatrixError",
    "MissingExtraError",
    "ModuleError",
    "NameTakenError",
    "PellucidError",
    "PellucidWarning",
    "SettingError",
    "ShapeError",
    "StateError",
    "StateKindError",
    "TraceError",
    "TrainingError",
    "UnevenError",
]


class PellucidWarning(UserWarning):
    """Something that runs and is probably not what was meant: softmax before cross-entropy."""


class PellucidError(Exception):
    """The root of every error that pellucid raises on purpose."""

    def __str__(self) -> str:
        # KeyError quotes its argument; a message of several lines must be printed as written.
        return str(self.args[0]) if self.args else ""


class ShapeError(PellucidError, ValueError, RuntimeError):
    """Axes that do not fit together."""


class IndexShapeError(ShapeError, IndexError):
    """Arrays in square brackets that do not fit together."""


class DTypeError(PellucidError, TypeError, RuntimeError):
    """A number of the wrong kind, such as float class labels."""


class IndexKindError(DTypeError, IndexError):
    """Something in square brackets that is neither a position nor a mask."""


class IndexRangeError(PellucidError, IndexError, RuntimeError):
    """An index or a class number outside its range."""


class GraphError(PellucidError, RuntimeError):
    """The graph of computations cannot answer: it is missing, spent, or a value was overwritten."""


class ModuleError(PellucidError, AttributeError):
    """A module that is not set up, has no forward, or has no part of the name asked for."""


class TraceError(PellucidError, RuntimeError):
    """A number was asked for while only shapes are known."""


class DivisionError(PellucidError, ZeroDivisionError, RuntimeError):
    """Whole numbers divided by zero, which have no infinity to give back."""


class SettingError(PellucidError, ValueError, RuntimeError):
    """An argument outside its range; the message quotes the value received."""


class KindError(SettingError, TypeError):
    """An argument of the wrong kind, such as a Tensor in place of a list of them."""


class NameTakenError(SettingError, KeyError):
    """A name that cannot be used for a part of a module, or is in use."""


class UnevenError(SettingError, AssertionError):
    """Something that must be shared out evenly and can't be."""


class MatrixError(PellucidError, ValueError, RuntimeError):
    """A matrix that has no inverse, or is not positive definite."""


class StateError(PellucidError, KeyError, RuntimeError):
    """Weights or optimizer state that do not belong to this model."""


class StateKindError(StateError, TypeError):
    """Something that is no state at all, such as a path, where weights are to be loaded."""


class DataError(PellucidError, ValueError):
    """A table, file or array that cannot be learned from; names file, row and column."""


class TrainingError(PellucidError, RuntimeError):
    """Training that cannot go on, such as a loss that became NaN."""


class FileFormatError(PellucidError, ValueError):
    """A model or checkpoint file that is truncated, damaged or made by something else."""


class MissingExtraError(PellucidError, ImportError):
    """An optional package is needed; the message gives the install command."""
