"""Recording: a network's weights kept now and then while it trains, so that one can look back.

Every one of the first steps is kept, then ever fewer: the steps are spread evenly over their
logarithms, because a network changes fastest at the beginning. Memory is bounded, and so is time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import FileFormatError, SettingError, StateError
from pellucid.graph.amounts import size
from pellucid.graph.node import Node
from pellucid.nn.module import Module
from pellucid.training.files import read_file, replace_file
from pellucid.training.tree import to_bytes
from pellucid.training.weights import copied, put_back

__all__ = ["BUDGET", "Recorder", "Recording", "check_record"]

_FORMAT, _VERSION = "pellucid.recording", 1
MOST = 200  # moments
FEWEST, APART = 64, 16  # of short ones fewer: to keep a moment may take longer than a step
DENSE = 50  # steps at the beginning, each of which is kept
BUDGET = 64.0  # megabytes
GROWTH = 1.05  # from step to step, where nobody knows how many there will be
_MB = 1_000_000


class Recording:
    """The moments of a training.

    Attributes:
        steps: how many steps were finished at each moment; 0 is the untrained network.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> x = pellucid.linspace(-1, 1, 64).reshape(-1, 1)
        >>> model = nn.Linear(1, 1)
        >>> history = pellucid.fit(model, (x, 2 * x), epochs=20, progress=False, record=True)
        >>> history.recording
        Recording(61 moments, step 0 to 80, 488 B)
        >>> with history.recording.at(0, model):
        ...     before = model.weight.item()
        >>> before == history.recording.weights(0)["weight"].item() != model.weight.item()
        True
    """

    def __init__(self) -> None:
        self._kept: dict[int, dict[str, Any]] = {}

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that were kept, in order."""
        return tuple(self._kept)

    @property
    def nbytes(self) -> int:
        """The size of everything that was kept."""
        return sum(a.nbytes for held in self._kept.values() for a in held.values())

    def __len__(self) -> int:
        return len(self._kept)

    def __bool__(self) -> bool:
        return True  # also before the first moment

    def nearest(self, step: int) -> int:
        """The kept step that lies nearest to one.

        Raises:
            StateError: nothing was kept.
        """
        if not self._kept:
            raise StateError(
                "this recording is empty: the training kept no moment.\n"
                " Train with fit(..., record=True)."
            )
        return min(self._kept, key=lambda kept: abs(kept - step))

    def weights(self, step: int) -> Mapping[str, Any]:
        """Weights and buffers by name at the kept moment nearest to a step, as arrays.

        Raises:
            StateError: nothing was kept.
        """
        return dict(self._kept[self.nearest(step)])

    @contextmanager
    def at(self, step: int, model: Module) -> Iterator[int]:
        """Inside this context the model has the weights of the kept step nearest to `step`.

        Args:
            step: steps finished.
            model: the network that was trained, or one of the same shape.

        Returns:
            As the context's value, the step that was kept.

        Raises:
            StateError: nothing was kept, or the network is of another shape.
        """
        found = self.nearest(step)
        before = copied(model)
        _check_shape(before, self._kept[found])
        try:
            put_back(model, self._kept[found])
            yield found
        finally:
            put_back(model, before)

    def save(self, path: str | PathLike[str]) -> None:
        """Write it as a safetensors file."""
        replace_file(Path(path), self.to_bytes())

    def to_bytes(self) -> bytes:
        """What `save` writes: for each weight, its values at all moments."""
        names = list(next(iter(self._kept.values()), {}))
        held = {name: np.stack([w[name] for w in self._kept.values()]) for name in names}
        return to_bytes(
            {"format": _FORMAT, "version": _VERSION, "steps": list(self.steps), "weights": held}
        )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Recording:
        """Read what `save` wrote.

        Raises:
            FileFormatError: the file is damaged or no recording.
            FileNotFoundError: there is none.
        """
        data = read_file(path)
        if not isinstance(data, dict) or data.get("format") != _FORMAT:
            raise FileFormatError(
                f"{path} is not a recording of fit.\n Recording.save writes such a file."
            )
        if data["version"] != _VERSION:
            raise FileFormatError(
                f"{path} has version {data['version']}, and this pellucid reads version"
                f" {_VERSION}.\n Use the pellucid that wrote it."
            )
        steps, weights = data["steps"], {k: t.numpy() for k, t in data["weights"].items()}
        if any(len(array) != len(steps) for array in weights.values()):
            raise FileFormatError(f"{path} is damaged: its weights are not of {len(steps)} steps.")
        made = cls()
        for i, step in enumerate(steps):
            made._kept[int(step)] = {name: array[i] for name, array in weights.items()}
        return made

    def __repr__(self) -> str:
        if not self._kept:
            return "Recording(no moment)"
        first, last = self.steps[0], self.steps[-1]
        return (
            f"Recording({len(self)} moment{'s' * (len(self) != 1)}, step {first:,} to {last:,},"
            f" {size(self.nbytes)})"
        )


class Recorder:
    """Keeps the moments of a run when they are due.

    Args:
        model: what is trained.
        planned: how many steps are planned, where known.
        budget: megabytes.

    Attributes:
        recording: what was kept so far.
        due: the step after which the next moment is kept.
        copies: what copies the values of nodes.

    Raises:
        SettingError: there is no room for two moments.
    """

    def __init__(self, model: Module, planned: int | None, budget: float = BUDGET) -> None:
        self._model = model
        each = max(sum(n.size * n.dtype.itemsize for n in _nodes(model).values()), 1)
        self._most = min(MOST, int(budget * _MB / each))
        if self._most < 2:
            raise SettingError(
                f"record keeps at most {budget:g} MB, and this network's weights take"
                f" {size(each)} at each moment: there is no room for the first and the last.\n"
                f" Allow more, in MB: record={math.ceil(20 * each / _MB)} keeps 20 moments."
            )
        self.recording = Recording()
        self.copies: Callable[[Sequence[Node]], list[Any]] = _copies
        wanted = self._most if planned is None else max(FEWEST, planned // APART)
        wanted = min(self._most, wanted)
        self._dense = min(DENSE, wanted // 4)
        self._growth = GROWTH if planned is None else self._factor(planned, wanted)
        self.due = 0

    def keep(self, step: int, weights: dict[str, Any] | None = None) -> None:
        """Keep the moment after a step, and say when the next is due.

        Args:
            step: steps finished.
            weights: copies of all that is kept, by name, where the model has moved on since.
        """
        kept = self.recording._kept
        if step not in kept:
            if len(kept) >= self._most:
                del kept[self._least_missed()]
            if weights is None:
                nodes = self.nodes()
                weights = dict(zip(nodes, self.copies(list(nodes.values())), strict=True))
            kept[step] = weights
        self.due = self._after(step)

    def nodes(self) -> dict[str, Node]:
        """What is kept of the model, by name."""
        return _nodes(self._model)

    def ahead(self, step: int, steps: int, most: int) -> list[int]:
        """The moments due within the next `steps` steps, at most `most`, counted from `step`."""
        found: list[int] = []
        due = max(self.due, step + 1)
        while due <= step + steps and len(found) < most:
            found.append(due)
            due = self._after(due)
        return found

    def _after(self, step: int) -> int:
        further = max(step + 1, math.floor(step * self._growth + 0.5))
        return step + 1 if step < self._dense else further

    def _factor(self, planned: int, wanted: int) -> float:
        """By how much the step grows from moment to moment after the first ones."""
        room = wanted - self._dense - 2  # besides these the start and the end
        if planned <= self._dense + room:
            return 1.0
        return float((planned / max(self._dense, 1)) ** (1 / max(room, 1)))

    def _least_missed(self) -> int:
        """The moment after the first ones whose neighbors lie closest to each other."""
        steps = np.array(self.recording.steps, np.float64)
        first = int(np.searchsorted(steps, self._dense, "right")) if self._dense > 1 else 1
        first = min(max(first, 1), len(steps) - 2) if len(steps) > 2 else len(steps) - 1
        gaps = np.log(steps[first + 1 :]) - np.log(np.maximum(steps[first - 1 : -2], 0.5))
        at = first + int(gaps.argmin()) if len(gaps) else first
        return int(steps[at])


def check_record(record: Any) -> float | None:
    """The budget in megabytes that `record` speaks of; None for no recording.

    Raises:
        SettingError: neither True, False nor a number above 0.
    """
    if record is None or record is False:
        return None
    if record is True:
        return BUDGET
    if not isinstance(record, int | float) or not 0 < record < math.inf:
        raise SettingError(
            f"record is True, or how many megabytes the moments may take, not {record!r}."
        )
    return float(record)


def _nodes(model: Module) -> dict[str, Any]:
    return {name: t._node for name, t in model.state_dict(keep_vars=True).items()}


def _copies(nodes: Sequence[Node]) -> list[Any]:
    return [node.array.copy() for node in nodes]


def _check_shape(model: Mapping[str, Any], kept: Mapping[str, Any]) -> None:
    for name in {**kept, **model}:
        here, there = model.get(name), kept.get(name)
        if here is None or there is None or here.shape != there.shape:
            raise StateError(
                f"this recording is of another network: its {name} is {_of(there)}, and here it is"
                f" {_of(here)}.\n Give the network that was trained, or one built the same way."
            )


def _of(array: Any) -> str:
    return "missing" if array is None else f"{' × '.join(map(str, array.shape)) or 'one number'}"
