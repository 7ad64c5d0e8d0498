"""`examine`: a short training on copies, looked on at, before any real one.

The network, the optimizer and the random streams stay as they were.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.doctor.kinds import LATER
from pellucid.doctor.report import Report
from pellucid.doctor.watch import watching
from pellucid.doctor.watching.aside import unseen
from pellucid.doctor.watching.library import Library
from pellucid.doctor.watching.ours import Ours
from pellucid.errors import DataError, SettingError
from pellucid.lenses.subject import undisturbed
from pellucid.nn import Module
from pellucid.optim import Optimizer
from pellucid.tensor.creation import of_array
from pellucid.training.fit import optimizer_over
from pellucid.training.objective import choose_objective

__all__ = ["Tried", "examine", "rows_of", "tried"]

_MOST_ROWS = 5000


def examine(
    model: Module, data: Any, loss: Any = None, optimizer: Any = "adam", *, lr: float = 1e-3,
    steps: int = 300, batch_size: int = 32, seed: int = 0, seconds: float = 5.0,
) -> Report:  # fmt: skip
    """Say what will go wrong in a training, before it: a few steps are made on copies.

    Args:
        model: the network; it is left as it is.
        data: `(X, y)` as arrays or Tensors, or a DataLoader, of which the first 5,000 rows are
            taken.
        loss: a name as `fit` takes it, or a module or function of output and target; when None it
            follows from the targets.
        optimizer: a name as `fit` takes it, or an optimizer over the model's parameters.
        lr: the learning rate, for an optimizer given by name.
        steps: how many steps are made.
        batch_size: rows to a step.
        seed: of the order of rows.
        seconds: how long short runs may take that decide between causes.

    Returns:
        a `Report`: print it, or take `.findings`. What only shows in a whole training, such as
        overfitting, is not looked for; `watch` looks for that.

    Raises:
        SettingError: an unknown name, or nothing to train.
        DataError: data of another form.

    Example:
        >>> import numpy as np
        >>> from pellucid import nn
        >>> from pellucid.doctor import examine
        >>> x = np.random.default_rng(0).normal(size=(300, 2)).astype("float32")
        >>> y = (x[:, 0] * x[:, 1] > 0).astype(int)
        >>> model = nn.Sequential(nn.Linear(2, 16), nn.Linear(16, 16), nn.Linear(16, 2))
        >>> examine(model, (x, y), nn.CrossEntropyLoss(), lr=0.01, steps=200).findings
        ['missing_nonlinearity']
    """
    if not isinstance(model, Module):
        raise SettingError(
            f"examine takes a pellucid.nn.Module, not {type(model).__name__}.\n"
            " For a network of PyTorch's: from pellucid.bridges import torch as bridge, then"
            " bridge.examine(…)."
        )
    library: Any = Ours()
    with library.random_kept():
        x, y = rows_of(data)
        twin, moved = copy.deepcopy(
            (model, optimizer if isinstance(optimizer, Optimizer) else None)
        )
        with undisturbed(twin):
            first = twin(of_array(x[:64]))
        chosen = choose_objective(loss, first, y)
        stepper = moved or optimizer_over(twin, optimizer, lr, 0.0)
        run = Tried(
            twin, stepper, lambda: choose_objective(loss, first, y).call, x, chosen.lay_out(y),
            steps, batch_size, seed,
        )  # fmt: skip
        return sooner(tried(library, run, seconds))


class Tried:
    """A training to look on at.

    Attributes:
        model: the network, which learns.
        optimizer: over its parameters.
        make_loss: gives the loss, a function of output and target, once somebody looks on.
        x: the rows.
        y: the targets, as the loss takes them.
        steps: how many.
        batch: rows to a step.
        order: draws the order of rows.
        held: rows that are held out, and scored after every epoch; none when empty.
    """

    def __init__(
        self, model: Any, optimizer: Any, make_loss: Callable[[], Any], x: npt.NDArray[Any],
        y: npt.NDArray[Any], steps: int, batch: int, seed: int,
        held: Sequence[int] | npt.NDArray[Any] = (),
    ) -> None:  # fmt: skip
        self.model, self.optimizer, self.make_loss = model, optimizer, make_loss
        self.x, self.y, self.steps = x, y, steps
        self.order = np.random.default_rng(seed)
        self.held = np.asarray(held, dtype=int)
        self.learned = np.setdiff1d(np.arange(len(x)), self.held)
        self.batch = max(min(batch, len(self.learned)), 1)

    def batches(self) -> Iterator[tuple[bool, npt.NDArray[np.intp]]]:
        """Rows for every step, and whether an epoch ends with it."""
        made = 0
        while made < self.steps:
            order = self.order.permutation(self.learned)
            full = len(order) // self.batch * self.batch
            for i in range(0, full, self.batch):
                made += 1
                yield i + self.batch >= full, order[i : i + self.batch]
                if made == self.steps:
                    return


def tried(library: Library, run: Tried, seconds: float) -> Report:
    """Train as people write it, and look on.

    Args:
        library: whose network it is.
        run: what is trained.
        seconds: for the trials.
    """
    lib, like = library.lib, next(iter(run.model.parameters()), None)
    tensor = partial(library.tensor, like=like)
    with (
        unseen(),
        watching(library, run.model, run.optimizer, trials=True, seconds=seconds) as report,
    ):
        loss_fn = run.make_loss()
        for ended, rows in run.batches():
            run.model.train()
            run.optimizer.zero_grad()
            loss = loss_fn(run.model(tensor(run.x[rows])), tensor(run.y[rows]))
            loss.backward()
            run.optimizer.step()
            if ended and len(run.held):
                run.model.eval()
                with lib.no_grad():
                    loss_fn(run.model(tensor(run.x[run.held])), tensor(run.y[run.held]))
    return report


def sooner(report: Report) -> Report:
    """Without what only a whole training can show."""
    kept = tuple(found for found in report.details if found.kind not in LATER)
    checked = tuple(kind for kind in report.checked if kind not in LATER)
    short = dict.fromkeys(sorted(LATER), "only a whole training shows it; use watch")
    return Report(report.seen, kept, checked, {**report.unchecked, **short})


def rows_of(data: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Inputs and targets as arrays, of pairs, or of a loader's first batches.

    Raises:
        DataError: neither.
    """
    if isinstance(data, (tuple, list)) and len(data) == 2:
        x, y = (_array(part) for part in data)
    else:
        parts: list[tuple[Any, Any]] = []
        try:
            for batch in data:
                parts.append((_array(batch[0]), _array(batch[1])))
                if sum(len(p[0]) for p in parts) >= _MOST_ROWS:
                    break
        except (TypeError, KeyError, IndexError):
            raise DataError(
                f"examine takes (X, y) or a DataLoader of pairs, not {type(data).__name__}."
            ) from None
        if not parts:
            raise DataError("the data has no rows.")
        x, y = (np.concatenate([p[i] for p in parts]) for i in (0, 1))
    if len(x) != len(y):
        raise DataError(f"X has {len(x):,} rows and y {len(y):,}; each row needs its target.")
    if not len(x):
        raise DataError("the data has no rows.")
    return x[:_MOST_ROWS], y[:_MOST_ROWS]


def _array(part: Any) -> npt.NDArray[Any]:
    held = part.detach().cpu() if hasattr(part, "detach") else part
    array = np.asarray(held.numpy() if hasattr(held, "numpy") else held)
    return array.astype(np.float32) if array.dtype == np.float64 else array
