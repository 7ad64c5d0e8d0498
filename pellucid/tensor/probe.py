r"""Probes: figures about values inside a step, such as the mean of a layer's output.

They cost nothing until somebody listens. Then each is computed where the step is computed, in a
compiled program too, and comes out under a name: "encoder.0.mean".

$$ \text{zero\_fraction}(x) = \frac{\#\{i : x_i = 0\}}{n} $$
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pellucid.dtypes import FLOAT
from pellucid.errors import SettingError
from pellucid.graph.mode import current, switched
from pellucid.tensor.cost import PROBE
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__ = [
    "Held", "Statistic", "abs_max", "finite_fraction", "histogram", "listen", "listening", "max",
    "mean", "min", "norm", "overheard", "probe", "saturated_fraction", "std", "zero_fraction",
]  # fmt: skip

Formula = Callable[..., Tensor]


@dataclass(frozen=True)
class Statistic:
    """A figure about a Tensor. Called with a Tensor it gives the figure, else new settings.

    Attributes:
        name: what stands behind the dot.
        formula: `formula(x, **settings)`.
        settings: such as the limit of `saturated_fraction`.

    Example:
        >>> import pellucid
        >>> from pellucid.probes import saturated_fraction
        >>> x = pellucid.tensor([0.2, 0.95, -1.0, 0.5])
        >>> saturated_fraction(x), saturated_fraction(limit=0.9)(x)
        (tensor(0.2500), tensor(0.5000))
    """

    name: str
    formula: Formula
    settings: tuple[tuple[str, Any], ...] = ()

    def __call__(self, x: Tensor | None = None, **settings: Any) -> Any:
        """The figure for `x`, or the same statistic with other settings."""
        if settings:
            changed = dict(self.settings)
            unknown = sorted(set(settings) - set(changed))
            if unknown:
                known = ", ".join(changed) or "none"
                raise SettingError(f"{self.name} has no setting {unknown[0]!r}. It has: {known}.")
            changed |= settings
            adjusted = replace(self, settings=tuple(changed.items()))
            return adjusted if x is None else adjusted(x)
        if not isinstance(x, Tensor):
            raise SettingError(
                f"{self.name} takes a Tensor and got {x!r}. Settings are given by name"
                + (f": {self.name}({self.settings[0][0]}={x!r})." if self.settings else ".")
            )
        return self.formula(x if x.dtype.category == FLOAT else x.float(), **dict(self.settings))

    def __repr__(self) -> str:
        given = ", ".join(f"{k}={v!r}" for k, v in self.settings)
        return f"{self.name}({given})" if given else self.name


def _share(condition: Tensor, like: Tensor) -> Tensor:
    return condition.to(like.dtype).mean()


def _histogram(x: Tensor, bins: int, low: float, high: float) -> Tensor:
    if not (bins >= 1 and low < high):
        raise SettingError(f"histogram: {bins} bins from {low} to {high} are none.")
    inside: Tensor = x.clamp(low, high)
    counts: Tensor = FUNCTIONS["histc"](inside, bins, low, high)
    return counts / x.numel()


mean = Statistic("mean", lambda x: x.mean())
std = Statistic("std", lambda x: x.std(correction=0))
min = Statistic("min", lambda x: x.amin())
max = Statistic("max", lambda x: x.amax())
abs_max = Statistic("abs_max", lambda x: x.abs().amax())
norm = Statistic("norm", lambda x: (x * x).sum().sqrt())
zero_fraction = Statistic("zero_fraction", lambda x: _share(x == 0, x))
finite_fraction = Statistic("finite_fraction", lambda x: _share(x.isfinite(), x))
saturated_fraction = Statistic(
    "saturated_fraction", lambda x, limit: _share(x.abs() >= limit, x), (("limit", 0.99),)
)
histogram = Statistic("histogram", _histogram, (("bins", 20), ("low", -3.0), ("high", 3.0)))

STATISTICS = {
    s.name: s
    for s in (
        mean, std, min, max, abs_max, norm, zero_fraction, finite_fraction, saturated_fraction,
        histogram,
    )
}  # fmt: skip


class Held(dict[str, Tensor]):
    """What was heard: names and Tensors.

    Args:
        wants: which names are computed at all.
    """

    def __init__(self, wants: Callable[[str], bool] = lambda name: True) -> None:
        super().__init__()
        self.wants = wants
        self.names: list[str] = []  # everything that was offered, wanted or not
        self._times: dict[str, int] = {}

    def hear(self, name: str, compute: Callable[[], Tensor]) -> None:
        """Take in a figure; a name that was there before gets a number: "0.mean#2"."""
        times = self._times[name] = self._times.get(name, 0) + 1
        if times > 1:
            name = f"{name}#{times}"
        self.names.append(name)
        if self.wants(name):
            with switched(recording=False, scope=PROBE + name, part=None, because=None):
                self[name] = compute().detach()

    def take(self, figures: Mapping[str, Tensor]) -> None:
        """Take in what a compiled step has computed."""
        for name, value in figures.items():
            self.hear(name, lambda v=value: v)  # type: ignore[misc]

    def hear_all(self, name: str, value: Tensor, *statistics: Any) -> None:
        """Several statistics of one Tensor, or the Tensor itself."""
        value = value.detach()
        if not statistics:
            self.hear(name, lambda: value.clone())
        for given in statistics:
            own, formula = _named(given)
            self.hear(f"{name}.{own}" if name else own, lambda f=formula: f(value))  # type: ignore[misc]


class _Listener(threading.local):
    held: Held | None = None


_listener = _Listener()


def listening() -> Held | None:
    """What this thread's listener has heard so far; None where nobody listens."""
    return _listener.held


@contextmanager
def listen(wants: Callable[[str], bool] = lambda name: True) -> Iterator[Held]:
    """Hear the probes of one step.

    Args:
        wants: which names are computed at all.

    Example:
        >>> import pellucid
        >>> with pellucid.probes.listen() as held:
        ...     _ = pellucid.probe("x", pellucid.tensor([1.0, 0.0, 5.0]), "mean", "zero_fraction")
        >>> held
        {'x.mean': tensor(2.), 'x.zero_fraction': tensor(0.3333)}
    """
    outer, _listener.held = _listener.held, Held(wants)
    try:
        yield _listener.held
    finally:
        _listener.held = outer


def overheard(call: Callable[..., Any]) -> Callable[..., Any]:
    """The function that also returns what its probes say."""

    @functools.wraps(call, updated=())
    def both(*args: Any, **kwargs: Any) -> tuple[Any, dict[str, Tensor]]:
        with listen() as held:
            out = call(*args, **kwargs)
        return out, dict(held)

    return both


def probe(name: str, value: Tensor, *statistics: Any) -> Tensor:
    """Offer figures about a value inside a step or a module's forward, for whoever listens.

    Nothing is computed where nobody does. `fit` listens, and so does `pellucid.probes.listen`.

    Args:
        name: what it is called; inside a module its path stands before it.
        value: any Tensor.
        statistics: from `pellucid.probes`, by name or themselves, or functions of a Tensor; none
            for the value itself.

    Returns:
        The value, unchanged.

    Raises:
        SettingError: there is no statistic of that name.

    Example:
        >>> import pellucid
        >>> from pellucid import nn, probes
        >>> class Block(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.inside = nn.Linear(2, 2)
        ...     def forward(self, x):
        ...         return pellucid.probe("bent", self.inside(x).relu(), probes.finite_fraction)
        >>> with probes.listen() as held:
        ...     _ = nn.Sequential(Block(), Block())(pellucid.ones(4, 2))
        >>> list(held)
        ['0.bent.finite_fraction', '1.bent.finite_fraction']
    """
    held = _listener.held
    if held is not None:
        scope = current().scope
        held.hear_all(f"{scope}.{name}" if scope else name, value, *statistics)
    return value


def _named(given: Any) -> tuple[str, Callable[[Tensor], Tensor]]:
    if isinstance(given, str):
        if given not in STATISTICS:
            raise SettingError(
                f"there is no statistic {given!r}. There are: {', '.join(sorted(STATISTICS))}; "
                "or pass a function of a Tensor."
            )
        return given, STATISTICS[given]
    if isinstance(given, Statistic):
        return given.name, given
    name = getattr(given, "__name__", "")
    if not callable(given) or not name.isidentifier():
        raise SettingError(
            f"a statistic is a name, one of pellucid.probes, or a function with a name, not "
            f"{given!r}.\n Write def {name if name.isidentifier() else 'peak'}(x): return …"
        )
    return name, given
