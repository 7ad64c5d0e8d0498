"""What every lens looks at: a network, the rows it answers for, and what things are called.

A lens asks for outputs, predictions and losses here, so that each number it shows is the engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.data.table import Table
from pellucid.data.wording import count
from pellucid.errors import DataError, SettingError
from pellucid.lenses.given import rows_of
from pellucid.lenses.picture import Floats
from pellucid.nn.conv import Filters
from pellucid.nn.module import Module
from pellucid.spelling import a_kind
from pellucid.tensor.creation import of_array
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.random import default_generator
from pellucid.tensor.tensor import Tensor
from pellucid.training.objective import Objective, choose_objective
from pellucid.training.table_model import TableModel

__all__ = ["Subject", "subject_of", "undisturbed"]

Task = Literal["classes", "binary", "number", "other"]
_AT_ONCE = 4096


@dataclass(eq=False)
class Subject:
    """A network and the rows it is looked at with.

    Attributes:
        model: the network; it is left as it was found.
        x: what goes in, a row for each sample.
        y: what should come out, as it was given; None where only inputs are known.
        task: "classes" (scores for each class), "binary" (one score), "number" (one or several
            numbers), "other" (neither, as for sequences of tokens).
        inputs: what the features are called, for rows of single numbers.
        names: what the classes are called.
        target: what is predicted.
        objective: the loss, and how targets are laid out for it; None without targets.
        frozen: what must stay the same over the moments of a film, such as the axes of a plane.
        table: the model of a table that the network belongs to, if it does.
        frame: the cells of that table, a row for each sample.
        run: the history that the lens was given as `run`, or a recording.

    Shape:
        x: (n, …), y: (n, …)
    """

    model: Module
    x: npt.NDArray[Any]
    y: npt.NDArray[Any] | None
    task: Task
    inputs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    target: str = "y"
    objective: Objective | None = None
    frozen: dict[str, Any] = field(default_factory=dict)
    table: TableModel | None = None
    frame: Any = None
    run: Any = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def flat(self) -> bool:
        """Whether a row is a list of features."""
        return self.x.ndim == 2 and self.x.dtype.kind == "f"

    @property
    def light(self) -> bool:
        """Whether a row is a list of features that no filter slides over: quick to compute."""
        return self.flat and not self.filtered

    @property
    def filtered(self) -> bool:
        """Whether filters slide over the rows, which takes far longer than one product."""
        return any(isinstance(m, Filters) for m in self.model.modules())

    def outputs(self, x: npt.NDArray[Any] | None = None) -> Floats:
        """What the network gives, in evaluation mode: scores, or numbers.

        Shape:
            (n, …) → (n, …)
        """
        rows = self.x if x is None else x
        with undisturbed(self.model):
            parts = [
                _array(self.model(of_array(np.ascontiguousarray(rows[i : i + _AT_ONCE]))))
                for i in range(0, len(rows), _AT_ONCE)
            ]
        return np.concatenate(parts) if parts else np.zeros((0, 1))

    def shares(self, x: npt.NDArray[Any] | None = None) -> Floats:
        """How likely each class is.

        Shape:
            (n, …) → (n, classes)

        Raises:
            SettingError: the network does not tell classes apart.
        """
        return self.shares_of(self.outputs(x))

    def shares_of(self, outputs: Floats) -> Floats:
        """How likely each class is, from what the network gave.

        Shape:
            (n, …) → (n, classes)

        Raises:
            SettingError: the network does not tell classes apart.
        """
        scores: Floats = outputs.astype(np.float64)
        if self.task == "binary":
            p = scores.reshape(len(scores))
            if self.objective is None or self.objective.name != "bce":
                p = _sigmoid(p)
            return np.stack([1 - p, p], axis=1)
        if self.task != "classes":
            raise SettingError("only networks that tell classes apart have shares of classes.")
        if self.objective is not None and self.objective.name.startswith("nll"):
            return np.exp(scores)
        scores = scores - scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))

    def predictions(self, x: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """The number of the likeliest class, or the numbers that the network gives.

        Shape:
            (n, …) → (n,), or (n, …) for several numbers
        """
        if self.task in ("classes", "binary"):
            return np.asarray(self.shares(x).argmax(axis=1))
        given = self.outputs(x)
        return given[:, 0] if given.ndim == 2 and given.shape[1] == 1 else given

    def labels(self) -> npt.NDArray[Any]:
        """The targets, laid out like `predictions`.

        Raises:
            DataError: no targets were given.
        """
        y = self._targets()
        if self.task in ("classes", "binary"):
            y = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y))
            return y.astype(np.int64)
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y

    def loss(self, x: npt.NDArray[Any] | None = None, y: npt.NDArray[Any] | None = None) -> Tensor:
        """The loss over rows, recorded, so that blame can be asked for; the mode is the model's.

        Args:
            x: rows; all when None.
            y: their targets.

        Raises:
            DataError: no targets were given.
        """
        rows, targets = (self.x, self._targets()) if x is None or y is None else (x, y)
        objective = self._objective()
        outputs = self.model(of_array(np.ascontiguousarray(rows)))
        loss: Tensor = objective.call(outputs, of_array(objective.lay_out(targets)))
        return loss

    def loss_value(self) -> float:
        """The loss over all rows, in evaluation mode."""
        with undisturbed(self.model):
            return float(self.loss().item())

    def loss_of(self, outputs: Floats) -> float:
        """The loss of what the network gave for all rows."""
        objective = self._objective()
        with no_grad():
            targets = of_array(objective.lay_out(self._targets()))
            return float(objective.call(of_array(outputs), targets).item())

    def only(self, rows: npt.NDArray[np.integer[Any]] | slice) -> Subject:
        """The same network with some of the rows."""
        y = None if self.y is None else self.y[rows]
        frame = None if self.frame is None else self.frame.iloc[rows]
        return Subject(
            self.model, self.x[rows], y, self.task, self.inputs, self.names, self.target,
            self.objective, self.frozen, self.table, frame,
        )  # fmt: skip

    def _targets(self) -> npt.NDArray[Any]:
        if self.y is None:
            raise DataError("this needs to know what should come out: give the data as (X, y).")
        return self.y

    def _objective(self) -> Objective:
        if self.objective is None:
            raise DataError("this needs to know what should come out: give the data as (X, y).")
        return self.objective


def subject_of(
    model: Any,
    data: Any,
    *,
    loss: Any = None,
    inputs: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    target: str | None = None,
) -> Subject:
    """What a lens is given, in one form.

    Args:
        model: a network, or the model of a table as `pellucid fit` writes it.
        data: `(X, y)` as arrays, lists, Tensors or pandas objects; X alone; a data set of pairs;
            for the model of a table also a `Table` or a data frame.
        loss: as `fit` takes it; follows from the targets when None.
        inputs: what the features are called; the data frame's columns when None.
        names: what the classes are called.
        target: what the predicted thing is called.

    Raises:
        SettingError: not a network, or names that are too few or too many.
        DataError: rows that do not fit together, or none.
    """
    if isinstance(model, TableModel):
        return _of_table(model, data)
    if not isinstance(model, Module):
        raise SettingError(_no_network(model))
    x, y, found, called = rows_of(data, model)
    if not len(x):
        raise DataError("there are no rows to look at.")
    if y is not None and len(y) != len(x):
        raise DataError(f"X has {len(x):,} rows and y has {len(y):,}; they must be as many.")
    subject = Subject(model, x, y, "other")
    given = subject.outputs(x[:2])
    if y is not None:
        subject.objective = choose_objective(loss, of_array(given), y)
    subject.task = _task(given, y, subject.objective)
    subject.inputs = tuple(inputs or found or _counted("x", x.shape[1] if x.ndim == 2 else 0))
    subject.names = tuple(names or _classes(subject, given))
    subject.target = target or called or "y"
    if x.ndim == 2 and len(subject.inputs) != x.shape[1]:
        raise SettingError(
            f"inputs names the features, {x.shape[1]} of them, and has"
            f" {count(len(subject.inputs), 'name')}."
        )
    if subject.names and names and len(names) != len(_classes(subject, given)):
        raise SettingError(
            f"names are those of the classes, {len(_classes(subject, given))} of them, and there"
            f" {'is' if len(names) == 1 else 'are'} {count(len(names), 'name')}."
        )
    return subject


def _no_network(model: Any) -> str:
    if isinstance(model, type):
        name = model.__name__
        return f"a lens looks at a Module and got the class {name}.\n Make one: {name}(…)."
    return f"a lens looks at a Module and got {a_kind(model)}."


class undisturbed:
    """A model in evaluation mode, without a graph; its modes and the random stream come back."""

    def __init__(self, model: Module) -> None:
        self.model = model

    def __enter__(self) -> None:
        self.modes = [(m, m.training) for m in self.model.modules()]
        self.stream = default_generator.get_state()
        self.quiet = no_grad()
        self.model.eval()
        self.quiet.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.quiet.__exit__(*error)
        default_generator.set_state(self.stream)
        for module, training in self.modes:
            module.training = training


def _of_table(model: TableModel, data: Any) -> Subject:
    frame = data.frame if isinstance(data, Table) else data
    preparation = model.preparation
    x = preparation.transform(frame)
    y = None
    if preparation.target in frame.columns:
        y = preparation.transform_target(frame[preparation.target])
    objective = None
    if y is not None:
        loss = model.facts.get("settings", {}).get("loss")  # what it was trained with
        objective = choose_objective(loss, of_array(model.outputs(x[:2])), y)
    return Subject(
        model.network, x, y, "classes" if model.task == "classification" else "number",
        tuple(preparation.feature_names), tuple(map(str, preparation.classes)),
        preparation.target, objective, table=model, frame=frame,
    )  # fmt: skip


def _array(given: Any) -> Floats:
    if not isinstance(given, Tensor):
        raise SettingError(
            f"the network gives {a_kind(given)}; a lens needs one that gives one Tensor.\n"
            " Wrap it in a Module whose forward() returns the part to look at."
        )
    return np.asarray(given._node.array)


def _task(given: Floats, y: Any, objective: Objective | None) -> Task:
    name = "" if objective is None else objective.name
    if name.startswith("bce") and given.reshape(len(given), -1).shape[1] == 1:
        return "binary"
    if given.ndim == 2 and (name in ("cross_entropy", "nll") or (y is None and given.shape[1] > 1)):
        return "classes"
    return "number" if given.ndim <= 2 and name not in ("cross_entropy", "nll") else "other"


def _classes(subject: Subject, given: Floats) -> tuple[str, ...]:
    if subject.task == "binary":
        return ("0", "1")
    return _counted("", given.shape[1]) if subject.task == "classes" else ()


def _counted(letter: str, n: int) -> tuple[str, ...]:
    return tuple(f"{letter}{i}" for i in range(n))


def _sigmoid(z: Floats) -> Floats:
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))
