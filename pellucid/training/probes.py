r"""Probes in `fit`: a look at a step now and then, so rarely that it costs next to nothing.

For each layer the mean and spread of its output, and the share of zeros where it is an activation;
for each weight the length of its gradient and how far it moves, compared with its own length:

$$ \text{grad\_norm} = \lVert \nabla_\theta L \rVert \qquad
   \text{update\_ratio} = \lVert \Delta\theta \rVert / \lVert \theta \rVert $$
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from functools import partial
from typing import TYPE_CHECKING, Any

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.graph.step import StepProgram
from pellucid.graph.walk import reachable
from pellucid.nn.module import Module
from pellucid.spelling import did_you_mean
from pellucid.tensor.probe import Held, listen, mean, norm, std, zero_fraction
from pellucid.tensor.tensor import Tensor, wrap
from pellucid.tensor.traced import Traced

if TYPE_CHECKING:
    from pellucid.training.loop import Run
    from pellucid.training.probe_table import ProbeTable
    from pellucid.training.sources import Batch

__all__ = ["Probing", "Watch", "make_probing"]

_BENDS = {f"pellucid.nn.{file}" for file in ("activation", "scores", "straight")}
SHARE = 60.0  # a look may take one part in so many of the time: 1.7 %
MOST = 24.0  # all of them, that at the last step included: 4.2 %
HARDLY = 0.02  # seconds that nobody minds, however short the training
FIRST = 3.0  # a program that runs for the first time touches its memory, which takes so much longer


def make_probing(given: Any) -> Probing | None:
    """What the `probes` of `fit` ask for.

    Args:
        given: True for the default set; None for what the model's own `pellucid.probe` calls offer;
            False for nothing; or names, in which `*` stands for anything.

    Raises:
        SettingError: something else.
    """
    if given is False:
        return None
    if given is None or given is True:
        return Probing(given is True, ())
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        raise SettingError(
            f"probes is True, False, or names such as ['0.weight.grad_norm', '*.zero_fraction'], "
            f"not {given!r}."
        )
    return Probing(True, tuple(names))


class Probing:
    """Decides when to look, and fills the table of the history.

    Args:
        default: whether layers and weights are watched, besides what the model itself offers.
        patterns: names to watch; none for all.

    Attributes:
        spent: seconds of work that all looks took.
    """

    def __init__(self, default: bool, patterns: Sequence[str]) -> None:
        self._default, self._patterns = default, tuple(patterns)
        self._last = float("-inf")
        self._began: float | None = None
        self._wait = self._floor = self._cost = self._counted = self.spent = 0.0
        self._over = False
        self._names: list[str] = []
        self._traced: Traced | None = None
        self._look: Any = None

    def due(self, last: bool = False) -> bool:
        """Whether it is time to look again.

        Args:
            last: the step is the last one: it is looked at where the time for it is nearly there.
        """
        now = time.process_time()
        if self._began is None and self.spent:  # what it took to compile the steps doesn't count
            self._began = self._last = now
        if self._over or now - self._last >= self._wait:
            return not self._over
        room = max((now - self._began) / MOST, HARDLY) if self._began is not None else 0.0
        return last and self._counted + self._cost <= room

    def wants(self, name: str) -> bool:
        """Whether a figure was asked for."""
        return not self._patterns or any(_fits(name, p) for p in self._patterns)

    # ---- op by op -----------------------------------------------------------------------------

    def take_step(self, run: Run, batches: Sequence[Batch]) -> tuple[Tensor, list[Any]]:
        """One step of a run, and a row about it."""
        began = time.process_time()
        with self.watching(run) as watch:
            out = run.forward_and_move(batches)
        self._check(watch.held)
        figures = {name: _plain(t._node.array) for name, t in watch.held.items()}
        seconds = time.process_time() - began
        self.note(run.history.probes, run.step, run.epoch, figures, seconds, not self.spent)
        return out

    @contextmanager
    def watching(self, run: Run) -> Iterator[Watch]:
        """Hear what the next step of a run has to say."""
        run.watch = watch = Watch(run.model, self._default)
        try:
            with watch.hear(self.wants):
                yield watch
        finally:
            run.watch = None

    # ---- compiled -----------------------------------------------------------------------------

    def trace(self, held: Held, program: Callable[[Sequence[Node]], Traced]) -> None:
        """Keep the program of what was heard while a step was traced.

        Args:
            held: what was heard.
            program: the program of some results.
        """
        self._check(held)
        self._names = list(held)
        self._traced = program([t._node for t in held.values()]) if held else None

    def look_through(self, bank: Any) -> None:
        """The state of compiled steps lies in `bank`."""
        if self._traced is not None:
            xla = importlib.import_module("pellucid.engines.xla.look")
            self._look = xla.XlaLook(self._traced.step, bank)

    def look(self, run: Run, batch: Sequence[Any]) -> None:
        """A row about the step that comes next, with this batch."""
        if self._look is None:
            return
        values = self._look(batch)
        figures = dict(zip(self._names, map(_plain, values), strict=True))
        seconds, fresh = self._look.seconds, self._look.fresh
        self.note(run.history.probes, run.step, run.epoch, figures, seconds, fresh)

    @property
    def program(self) -> StepProgram | None:
        """What computes the figures; None without any."""
        return None if self._traced is None else self._traced.step

    @property
    def names(self) -> list[str]:
        """The figures that the program gives."""
        return list(self._names)

    def begin(self) -> None:
        """The next step is a first one: it is looked at."""
        self._last = float("-inf")

    # ---- both ---------------------------------------------------------------------------------

    def note(
        self,
        table: ProbeTable,
        step: int,
        epoch: int,
        figures: dict[str, Any],
        seconds: float,
        fresh: bool,
    ) -> None:
        """A row about the step after so many.

        Args:
            table: where the row goes.
            step: how many there were before.
            epoch: how many epochs were.
            figures: by name.
            seconds: of work that the look took.
            fresh: whether its program ran for the first time.
        """
        if figures:
            before = table.thinned
            table.add(step + 1, epoch + 1, figures)
            if table.thinned > before:  # half as often from now on
                self._floor = 2 * max(self._wait, self._floor)
        self._cost = seconds / FIRST if fresh else seconds
        self._wait = max(SHARE * self._cost, self._floor)
        self._counted += self._cost
        self.spent += seconds
        self._last = time.process_time()

    def _check(self, held: Held) -> None:
        """Nothing to hear means no more looks; a name that nothing has is a mistake."""
        for pattern in self._patterns:
            if not any(_fits(name, pattern) for name in held.names):
                meant = did_you_mean(pattern, held.names, repr)
                raise SettingError(
                    f"probes: nothing is called {pattern!r}.{meant}\n"
                    f" There are {len(held.names)} figures; probes=True takes them all, and "
                    "history.probes.names lists them."
                )
        self._over = not held


class Watch:
    """Hears one step of a model.

    Args:
        model: what is trained.
        default: whether its layers and weights are watched.

    Attributes:
        held: what was heard.
    """

    held: Held

    def __init__(self, model: Module, default: bool) -> None:
        self._model, self._default = model, default
        self._outputs: set[Node] = set()
        self._before: dict[str, Tensor] = {}
        self._deaf = False

    @contextmanager
    def hear(self, wants: Callable[[str], bool]) -> Iterator[None]:
        """Listen, with a hook on every layer."""
        layers = [(p, m) for p, m in self._model.named_modules() if not m._modules]
        bare = [m for _, m in layers if m._module_hooks is None]
        hooks = [
            m.register_forward_hook(lambda m, x, y, p=p: self._layer(p, m, y))
            for p, m in (layers if self._default else ())
        ]
        try:
            with listen(wants) as self.held:
                yield
        finally:
            for hook in hooks:
                hook.remove()
            for module in bare:  # calls are as quick as before
                module.__dict__.pop("_module_hooks", None)

    @contextmanager
    def hearing(self, first: bool) -> Iterator[None]:
        """Of the batches of one step, only the first is heard."""
        if first:
            yield
            return
        self._deaf = True
        try:
            with listen(lambda name: False):
                yield
        finally:
            self._deaf = False

    def _layer(self, path: str, module: Module, output: Any) -> None:
        first = output[0] if isinstance(output, tuple | list) and output else output
        if isinstance(first, Tensor) and not self._deaf:
            self._outputs.add(first._node)
            bends = type(module).__module__ in _BENDS
            self.held.hear_all(path, first, mean, std, *([zero_fraction] if bends else []))

    def forward(self, loss: Tensor) -> None:
        """The forward pass is over: activations that are no layers of their own."""
        if self._deaf or not self._default:
            return
        layers = {p for p, m in self._model.named_modules() if _of_ours(m)}
        found = [
            n
            for n in reachable([loss._node])
            if n.op is not None
            and "activation" in n.op.traits
            and n.part is None
            and not (n in self._outputs or (n.scope and n.scope in layers))
        ]
        for node in found:
            path = f"{node.scope}.{node.op.name}" if node.scope else node.op.name
            self.held.hear_all(path, wrap(node), mean, std, zero_fraction)

    def backward(self) -> None:
        """The blame is there, and nothing has moved yet."""
        if not self._default:
            return
        for name, p in self._model.named_parameters():
            grad = p._node.grad
            if grad is None:
                continue
            self.held.hear(f"{name}.grad_norm", partial(norm, grad.detach()))
            if self.held.wants(f"{name}.update_ratio"):
                self._before[name] = p.detach().clone()

    def moved(self) -> None:
        """The weights have moved."""
        for name, p in self._model.named_parameters() if self._default else ():
            if p._node.grad is not None:
                before = self._before.get(name, p)
                self.held.hear(f"{name}.update_ratio", partial(_ratio, before, p))


def _ratio(before: Tensor, after: Tensor) -> Tensor:
    """How far a weight moved, compared with its length; 0 for one that is and stays 0."""
    length = norm(after.detach())
    share: Tensor = norm(after.detach() - before) / length.clamp(1e-30)
    return share


def _of_ours(module: Module) -> bool:
    return not module._modules and type(module).__module__.startswith("pellucid.nn.")


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or fnmatchcase(name, pattern + ".*")


def _plain(array: Any) -> Any:
    return float(array) if array.ndim == 0 else array.tolist()
