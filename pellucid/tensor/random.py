"""Random Tensors. The same seed gives the same numbers on every engine and machine.

A generator is a seed and a position in that seed's endless stream of words; drawing moves the
position on. Nothing else is stored, so a generator can be saved as two numbers.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.dtypes import FLOAT, DType, default_float, float64, int64, uint32
from pellucid.errors import DTypeError, SettingError, ShapeError, TraceError
from pellucid.graph.emit import asking
from pellucid.graph.mode import current
from pellucid.graph.node import Node, leaf
from pellucid.ops import random as rnd
from pellucid.ops.elementwise import cast
from pellucid.ops.ordering import argsort
from pellucid.shapes import Mismatch, Shape, broadcast, numel
from pellucid.tensor.creation import full_like, of_array, sizes
from pellucid.tensor.device import CPU, on_cpu
from pellucid.tensor.limits import finfo
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.tensor.reading import held
from pellucid.tensor.returned import returning
from pellucid.tensor.tensor import Tensor, wrap

__all__ = [
    "Generator", "bernoulli", "default_generator", "get_rng_state", "initial_seed", "manual_seed",
    "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like",
    "randperm",
    "seed", "set_rng_state", "uniform_node", "words",
]  # fmt: skip

_MASK = 0xFFFFFFFF
_FIRST_SEED = 67280421310721  # PyTorch's own default, so that an unseeded run repeats there as here


class Generator:
    """A stream of random numbers of its own.

    Example:
        >>> import pellucid
        >>> g = pellucid.Generator().manual_seed(3)
        >>> a = pellucid.rand(2, generator=g)
        >>> b = pellucid.rand(2, generator=g.manual_seed(3))
        >>> bool((a == b).all())
        True
    """

    device = CPU

    def __init__(self, device: Any = "cpu") -> None:
        on_cpu(device)
        self._seed, self._block = _FIRST_SEED, 0

    def __repr__(self) -> str:
        return f"Generator(seed={self._seed}, position={4 * self._block})"

    def manual_seed(self, seed: int) -> Generator:
        """Start again at the beginning of the stream `seed`."""
        _not_traced("manual_seed")
        if not -(2**63) <= int(seed) < 2**64:
            raise SettingError(f"manual_seed: a seed has 64 bits, and {seed} has more.")
        self._seed, self._block = int(seed) & 0xFFFFFFFFFFFFFFFF, 0
        return self

    def seed(self) -> int:
        """Start anew from the operating system's entropy, and say with what."""
        value = int(np.random.SeedSequence().entropy) & 0xFFFFFFFFFFFFFFFF  # type: ignore[arg-type]
        self.manual_seed(value)
        return value

    def initial_seed(self) -> int:
        """The seed it was started with."""
        return self._seed

    def get_state(self) -> Tensor:
        """Seed and position, as four 32-bit words."""
        return of_array(self.words())

    def set_state(self, state: Tensor) -> Generator:
        """Continue where `get_state` was taken."""
        _not_traced("set_state")
        words = [int(w) for w in np.asarray(state.tolist())]
        self._seed, self._block = words[0] | words[1] << 32, words[2] | words[3] << 32
        return self

    def clone_state(self) -> Generator:
        """Another generator, at the same place of the same stream."""
        return Generator().set_state(self.get_state())

    def advance(self, count: int) -> Node:
        """The state now, as a node; then move on past `count` words."""
        trace = current().trace
        if trace is not None:
            return trace.drawn(self, count)
        for seen in _watching.dicts:
            seen.setdefault(self, self._block)
        state = self.words()
        self._block += -(-count // 4)
        return leaf(state, (4,), uint32, kind="state", name="random state")

    def back_to(self, block: int) -> None:
        """Go on from a place in the stream."""
        self._block = block

    def words_ahead(self, blocks: int, steps: int) -> Any:
        """The words at the start of each of the next `steps` steps of `blocks` blocks."""
        at = np.arange(steps, dtype=np.uint64) * np.uint64(blocks) + np.uint64(self._block)
        out = np.empty((steps, 4), np.uint32)
        out[:] = self.words()
        out[:, 2], out[:, 3] = at & np.uint64(_MASK), at >> np.uint64(32)
        return out

    def skip(self, blocks: int) -> None:
        """Move on past `blocks` blocks of four words."""
        self._block += blocks

    def words(self) -> Any:
        """Seed and position as an array of four words."""
        parts = (self._seed, self._seed >> 32, self._block, self._block >> 32)
        return np.array([p & _MASK for p in parts], np.uint32)


class _Watching(threading.local):
    def __init__(self) -> None:
        self.dicts: list[dict[Generator, int]] = []


_watching = _Watching()


@contextmanager
def watched() -> Iterator[dict[Generator, int]]:
    """Which generators are drawn from within the block, and where they stood before."""
    seen: dict[Generator, int] = {}
    _watching.dicts.append(seen)
    try:
        yield seen
    finally:
        _watching.dicts.pop()


def _not_traced(what: str) -> None:
    if current().trace is not None:
        raise TraceError(
            f"{what} in a compiled function would seed once, and not at every call"
            f"{asking('at')}.\n"
            " Seed where the function is called."
        )


default_generator = Generator()


@told_if_misspelled
def manual_seed(seed: int) -> Generator:
    """Seed the generator that everything uses unless given another."""
    return default_generator.manual_seed(seed)


def seed() -> int:
    """Seed from the operating system's entropy, and say with what."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed in use."""
    return default_generator.initial_seed()


def get_rng_state() -> Tensor:
    """Where the stream of the default generator stands."""
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Continue the stream from where `get_rng_state` was."""
    default_generator.set_state(new_state)


def words(shape: Shape, generator: Generator | None = None) -> Node:
    """Random 32-bit words of a shape."""
    state = (generator or default_generator).advance(numel(shape))
    return rnd.random_bits(state, shape=shape)


def uniform_node(shape: Shape, dtype: DType, generator: Generator | None = None) -> Node:
    """Numbers spread evenly over [0, 1), as a node."""
    lanes = 2 if dtype is float64 else 1
    return rnd.bits_to_uniform(words((lanes, *shape), generator), dtype=dtype)


def _normal_node(shape: Shape, dtype: DType, generator: Generator | None) -> Node:
    return rnd.bits_to_normal(words((2, *shape), generator), dtype=dtype)


def _real(dtype: DType | None) -> DType:
    if dtype is not None and dtype.category != FLOAT:
        raise DTypeError(
            f"random draws here are float, not {dtype.name}.\n Use randint for whole numbers."
        )
    held(dtype or default_float())
    return dtype or default_float()


@returning
def rand(
    *size: Any, generator: Generator | None = None, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Numbers spread evenly over [0, 1)."""
    on_cpu(device)
    return wrap(uniform_node(sizes(size), _real(dtype), generator)).requires_grad_(requires_grad)


@returning
def randn(
    *size: Any, generator: Generator | None = None, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Draws from the bell curve with mean 0 and spread 1."""
    on_cpu(device)
    return wrap(_normal_node(sizes(size), _real(dtype), generator)).requires_grad_(requires_grad)


@told_if_misspelled
def rand_like(
    input: Tensor, *, generator: Generator | None = None, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """`rand` in the shape and kind of another Tensor."""
    form: Any = {"layout": layout}
    return rand(
        tuple(input.shape), generator=generator, dtype=dtype or input.dtype, device=device,
        requires_grad=requires_grad, **form,
    )  # fmt: skip


@told_if_misspelled
def randn_like(
    input: Tensor, *, generator: Generator | None = None, dtype: DType | None = None,
    layout: Any = None, device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """`randn` in the shape and kind of another Tensor."""
    form: Any = {"layout": layout}
    return randn(
        tuple(input.shape), generator=generator, dtype=dtype or input.dtype, device=device,
        requires_grad=requires_grad, **form,
    )  # fmt: skip


@returning
def normal(
    mean: Any = 0.0, std: Any = 1.0, size: Any = None, *, generator: Generator | None = None,
    dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
    layout: Any = None,
) -> Tensor:  # fmt: skip
    """Draws from bell curves of given means and spreads."""
    on_cpu(device)
    shape = size if size is not None else _common(mean, std)
    if not isinstance(std, Tensor) and std < 0:
        raise SettingError(f"normal: std can't be negative and is {std}.")
    if isinstance(std, Tensor) and std._node.array is not None and (std._node.array < 0).any():
        raise SettingError("normal: std can't be negative, and some of it is.")
    kinds = [x.dtype for x in (mean, std) if isinstance(x, Tensor)]
    draw: Any = randn(
        tuple(shape), generator=generator, dtype=dtype or (kinds[0] if kinds else None)
    )
    drawn: Tensor = draw * std + mean
    return drawn.requires_grad_() if requires_grad else drawn


def _common(*values: Any) -> Shape:
    shapes = [tuple(v.shape) for v in values if isinstance(v, Tensor)]
    try:
        return broadcast(*shapes)
    except Mismatch as mismatch:
        raise ShapeError(f"normal: mean and std don't fit together: {mismatch}.") from None


@returning
def randint(
    low: Any = 0, high: Any = None, size: Any = None, *, generator: Generator | None = None,
    dtype: DType | None = None, device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Whole numbers from `low` (0 when left out) up to, not including, `high`."""
    on_cpu(device)
    if size is None:
        low, high, size = 0, low, high
    elif high is None:
        low, high = 0, low
    if high <= low:
        raise SettingError(f"randint needs high above low, and got low={low}, high={high}.")
    bits = words((2, *sizes((size,))), generator)
    drawn = rnd.bits_to_integers(bits, low=int(low), high=int(high), dtype=dtype or int64)
    return wrap(drawn).requires_grad_(requires_grad)


@told_if_misspelled
def randint_like(
    input: Tensor, low: int | None = None, high: int | None = None, *,
    generator: Generator | None = None, dtype: DType | None = None, layout: Any = None,
    device: Any = None, pin_memory: bool = False, requires_grad: bool = False,
    memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """`randint` in the shape and kind of another Tensor."""
    if low is None and high is None:
        raise SettingError("randint_like: high is missing, the number that is never drawn.")
    first, end = (0, low) if high is None else (low or 0, high)
    form: Any = {"layout": layout}
    return randint(
        first, end, tuple(input.shape), generator=generator, dtype=dtype or input.dtype,
        device=device, requires_grad=requires_grad, **form,
    )  # fmt: skip


def _check_holds(last: int, dtype: DType) -> None:
    limit = finfo(dtype) if dtype.category == FLOAT else None
    most = int(2 / limit.eps) if limit is not None else 2 ** (dtype.bits - dtype.is_signed) - 1
    if last > most:
        raise DTypeError(
            f"randperm: {dtype.name} holds whole numbers up to {most}, and the last is {last}."
        )


@returning
def randperm(
    n: int, *, generator: Generator | None = None, dtype: DType | None = None, device: Any = None
) -> Tensor:
    """The numbers 0 to n − 1 in random order."""
    on_cpu(device)
    n = operator.index(n)  # it may be a Tensor
    if n < 0:
        raise SettingError(f"randperm: n can't be negative and is {n}.")
    if n and dtype is not None:
        _check_holds(n - 1, dtype)
    drawn = words((n,), generator)
    keys = drawn.array
    if keys is None:  # a program is being traced
        order = argsort(drawn, axis=0)
        return wrap(cast(order, dtype=dtype) if dtype is not None else order)
    # Half a key at a time, which NumPy sorts by counting: three times quicker than whole keys.
    # Stable, so that equal keys fall the same way everywhere.
    by_low = np.argsort(keys.astype(np.uint16), kind="stable")
    high = (keys >> np.uint32(16)).astype(np.uint16)
    found = by_low[np.argsort(high[by_low], kind="stable")]
    return of_array(found.astype((dtype or int64).name, copy=False))


@returning
def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """1 with the probability that the Tensor holds, or with probability `p`; else 0."""
    if p is not None:
        return bernoulli(full_like(input, float(p)), generator=generator)
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"bernoulli: chances are float, not {input.dtype.name}.\n Convert first: x.float()."
        )
    known = input._node.array
    if known is not None and not ((known >= 0) & (known <= 1)).all():
        worst = known[~((known >= 0) & (known <= 1))].flat[0]
        raise SettingError(f"bernoulli: chances lie between 0 and 1, and {worst} does not.")
    draw: Any = wrap(uniform_node(tuple(input.shape), input.dtype, generator))
    return (draw < input).to(input.dtype)  # type: ignore[no-any-return]


@returning
def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Positions drawn in proportion to the weights in the last axis."""
    if current().symbolic:
        raise TraceError(
            f"multinomial draws by values{asking()}, and only shapes are known here.\n"
            " Draw outside of the compiled function and pass the positions in."
        )
    weights = np.asarray(input.detach().numpy(), np.float64)
    if weights.ndim not in (1, 2):
        raise ShapeError(f"multinomial takes one row of weights, or several, not {weights.shape}.")
    if input.dtype.category != FLOAT:
        raise DTypeError(
            f"multinomial: weights are float, not {input.dtype.name}.\n Convert first: x.float()."
        )
    if num_samples < 1:
        raise SettingError(f"multinomial: num_samples must be at least 1 and is {num_samples}.")
    if not np.isfinite(weights).all() or (weights < 0).any() or (weights.sum(-1) <= 0).any():
        raise SettingError("multinomial needs weights that are not negative and not all zero.")
    if not replacement:
        if ((weights > 0).sum(-1) < num_samples).any():
            raise SettingError(
                f"multinomial can't draw {num_samples} different ones: too few weights above 0."
            )
        # The order of −ln(u)/w is a draw without replacement (Efraimidis & Spirakis 2006).
        u = np.asarray(uniform_node(weights.shape, float64, generator).array)
        with np.errstate(divide="ignore"):
            keys = -np.log1p(-u) / weights
        return of_array(
            np.argsort(keys, axis=-1, kind="stable")[..., :num_samples].astype(np.int64)
        )
    u = np.asarray(uniform_node((*weights.shape[:-1], num_samples), float64, generator).array)
    steps = np.cumsum(weights, axis=-1) / weights.sum(-1, keepdims=True)
    found = (u[..., :, None] >= steps[..., None, :]).sum(-1)
    return of_array(np.minimum(found, weights.shape[-1] - 1).astype(np.int64))
