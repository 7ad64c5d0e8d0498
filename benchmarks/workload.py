"""What a workload is: data and weights for all, contenders, the work in a step, and a target."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LEARNING_RATE = 1e-3
PEERS = ("torch", "jax", "sklearn", "numpy")

Run = Callable[[int], Sequence[float]]
"""Does so many steps (a multiple of the workload's `batches`) and returns the loss of each.

One that knows better than by a clock around it how long a step takes has `seconds_a_step(seconds)`.
"""

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Material:
    """What every contender starts from.

    `weights` are in PyTorch's shapes, by PyTorch's names. `x` and `y` hold the batches along the
    first axis; where there is one batch only, each step sees it anew.
    """

    weights: dict[str, Array]
    x: Array
    y: Array

    def batches(self) -> Iterator[tuple[Array, Array]]:
        """The batches of one round."""
        return zip(self.x, self.y, strict=True)


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Attributes:
        build: makes everything ready in the worker's process; imports happen there.
        needs: names of pellucid that must exist, such as "nn.Conv2d" or "fit(engine)".
        quick: part of a quick run.
    """

    build: Callable[[], Run]
    needs: tuple[str, ...] = ()
    quick: bool = True


@dataclass(frozen=True)
class Workload:
    """One line of the table.

    Attributes:
        name: what `--only` takes.
        title: the network and its batch.
        batches: steps that one round takes; `Run` gets multiples of it.
        flops: products and convolutions of one step, two for each multiply-add; no credit for more.
        moved: the fewest bytes that have to be read and written in one step.
        target: pellucid's time over the best peer's must not be more; None where there is none.
        contenders: by name, the library's name first.
        against: the peer that the target speaks of, where it is not the best.
    """

    name: str
    title: str
    batches: int
    flops: float
    moved: float
    target: float | None
    contenders: Mapping[str, Contender] = field(repr=False)
    against: str | None = None


def absent(name: str, contender: Contender) -> str | None:
    """What a contender waits for, or None when it can run."""
    library = name.split()[0]
    if importlib.util.find_spec(library) is None:
        return f"{library} is not installed"
    missing = [need for need in contender.needs if not _there(need)]
    return f"pellucid has no {', '.join(missing)} yet" if missing else None


def _there(need: str) -> bool:
    path, _, argument = need.rstrip(")").partition("(")
    found: Any = importlib.import_module("pellucid")
    for part in path.split("."):
        found = getattr(found, part, None)
    if found is None:
        return False
    return not argument or argument in inspect.signature(found).parameters
