"""A program that learns, with or without a mistake, written once for PyTorch and for pellucid.

`@faulty("dead_relu")` over a function `(torch, nn, F, run)` makes two programs of it: one with the
mistake, and its repaired twin; inside, `run.pick(wrong, right)` is what differs. `@healthy` makes
one. Each returns how good the network became (the higher the better), so that a mistake that does
no harm can be told from one that does.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.doctor.programs import data as arrays

PROGRAMS: dict[str, Program] = {}
Watch = Callable[..., AbstractContextManager[Any]]
_POOR = ("underfitting", "plateau", "undertrained")


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
        name: "kind/function", or "healthy/function".
        kind: what is wrong with it; empty for healthy ones.
        roots: kinds that name what is wrong.
        accepted: kinds that are true of it as well, as consequences.
        certain: whether what the program says is mistake enough, whatever harm it does here.
        body: what it does.
    """

    name: str
    kind: str
    roots: frozenset[str]
    accepted: frozenset[str]
    certain: bool
    body: Callable[..., float]

    @property
    def kept_back(self) -> bool:
        """Whether it belongs to the third whose misses nobody looks at one by one."""
        return zlib.crc32(self.name.encode()) % 3 == 0

    def run(
        self, lib: Any, *, wrong: bool = True, watch: Watch | None = None, seed: int = 0
    ) -> float:
        """How good the network becomes.

        Args:
            lib: torch or pellucid.
            wrong: False for the repaired twin.
            watch: what stands around the loop; nothing if None.
            seed: of the library's generator.
        """
        lib.manual_seed(seed)
        run = Run(lib, wrong and bool(self.kind), watch or (lambda *given: nullcontext()), seed)
        return float(self.body(lib, lib.nn, lib.nn.functional, run))


def faulty(
    *roots: str, accept: tuple[str, ...] = (), certain: bool = False
) -> Callable[[Callable[..., float]], Callable[..., float]]:
    """A program with a mistake, and its repaired twin.

    Args:
        roots: kinds that name the mistake; the first is what the program is filed under.
        accept: kinds that are true of it too.
        certain: whether it counts even where the twin becomes no better.
    """

    def keep(body: Callable[..., float]) -> Callable[..., float]:
        name = f"{roots[0]}/{body.__name__}"
        assert name not in PROGRAMS, name
        true = frozenset((*accept, *(() if "overfitting" in roots else _POOR)))
        PROGRAMS[name] = Program(name, roots[0], frozenset(roots), true, certain, body)
        return body

    return keep


def healthy(body: Callable[..., float]) -> Callable[..., float]:
    """A program without a mistake."""
    name = f"healthy/{body.__name__}"
    assert name not in PROGRAMS, name
    PROGRAMS[name] = Program(name, "", frozenset(), frozenset(), True, body)
    return body


class Run:
    """What a program is given beside the library: whether to go wrong, rows, and who watches."""

    def __init__(self, lib: Any, wrong: bool, watch: Watch, seed: int) -> None:
        self.lib, self.wrong, self.watch, self.seed = lib, wrong, watch, seed

    def pick(self, wrong: Any, right: Any) -> Any:
        """The first in the faulty program, the second in its twin."""
        return wrong if self.wrong else right

    def tensor(self, values: np.ndarray) -> Any:
        """Floats as float32, whole numbers as int64."""
        whole = np.issubdtype(np.asarray(values).dtype, np.integer)
        return self.lib.tensor(np.asarray(values, np.int64 if whole else np.float32))

    def rows(self, name: str, *given: Any, **settings: Any) -> tuple[Any, Any]:
        """Inputs and targets as tensors: `run.rows("moons", 200, noise=0.1)`."""
        x, y = getattr(arrays, name)(*given, **settings)
        return self.tensor(x), self.tensor(y)

    def loader(self, x: Any, y: Any, size: int = 32, **settings: Any) -> Any:
        """A DataLoader, shuffled unless told otherwise."""
        kit = self.lib.utils.data
        settings = {"shuffle": True, **settings}
        return kit.DataLoader(kit.TensorDataset(x, y), batch_size=size, **settings)

    def accuracy(self, model: Any, x: Any, y: Any) -> float:
        """The share of right answers in evaluation mode."""
        said = self._said(model, x)
        if said.ndim == 1 or said.shape[-1] == 1:
            right = (said.reshape(-1) > 0) == (np.asarray(y).reshape(-1) > 0.5)
            return float(right.mean())
        return float((said.argmax(-1) == np.asarray(y)).mean())

    def explained(self, model: Any, x: Any, y: Any) -> float:
        """The share of the targets' variance that is explained, not below −1."""
        said, true = self._said(model, x).reshape(-1), np.asarray(y).reshape(-1)
        with np.errstate(all="ignore"):
            left = ((said - true) ** 2).mean() / true.var()
        return float(max(1 - left, -1.0)) if np.isfinite(left) else -1.0

    def _said(self, model: Any, x: Any) -> np.ndarray:
        model.eval()
        with self.lib.no_grad():
            said = np.asarray(model(x).detach().numpy())
        return np.where(np.isfinite(said), said, -9.0)
