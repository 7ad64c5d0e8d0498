"""Functions that can be undone, with the logarithm of how much they stretch: `transforms`.

ln |det ∂y/∂x|    for y = f(x)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.distributions import constraints
from pellucid.errors import SettingError
from pellucid.tensor.tensor import Tensor

__all__ = [
    "ComposeTransform", "IndependentTransform", "Transform", "identity_transform",
]  # fmt: skip


class Transform:
    """A function that can be undone, or nearly; `f.inv` is the way back.

    Args:
        cache_size: 1 to keep the last pair (x, y), so that undoing the y just made gives the very
            x it came from, whatever the rounding; 0 for not.

    Attributes:
        domain: where x lies.
        codomain: where y lies.
        bijective: whether there is one x for each y.
        sign: 1 where y grows with x, -1 where it falls.
    """

    domain: Any = constraints.real
    codomain: Any = constraints.real
    bijective = False
    sign: Any = None

    def __init__(self, cache_size: int = 0) -> None:
        if cache_size not in (0, 1):
            raise SettingError(f"cache_size must be 0 or 1 and is {cache_size}.")
        self._cache_size = cache_size
        self._pair: tuple[Any, Any] = (None, None)

    @property
    def event_dim(self) -> int:
        """How many axes one x has."""
        return int(self.domain.event_dim)

    @property
    def inv(self) -> Transform:
        """The way back."""
        return _Inverse(self)

    def __call__(self, x: Any) -> Any:
        if self._cache_size and self._pair[0] is x:
            return self._pair[1]
        y = self._call(x)
        if self._cache_size:
            self._pair = x, y
        return y

    def _inv_call(self, y: Any) -> Any:
        if self._cache_size and self._pair[1] is y:
            return self._pair[0]
        x = self._inverse(y)
        if self._cache_size:
            self._pair = x, y
        return x

    def _call(self, x: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} needs a method _call(x)")

    def _inverse(self, y: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} has no way back.")

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        """The logarithm of how much it stretches at x, where it gives y."""
        raise NotImplementedError(f"{type(self).__name__} has no log_abs_det_jacobian.")

    def forward_shape(self, shape: Any) -> Any:
        """The shape of y for that of x."""
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        """The shape of x for that of y."""
        return shape

    def with_cache(self, cache_size: int = 1) -> Transform:
        """The same transform with another `cache_size`."""
        new = object.__new__(type(self))
        new.__dict__.update(vars(self), _cache_size=cache_size, _pair=(None, None))
        return new

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        return _settings(self) == _settings(other)

    def __hash__(self) -> int:
        return id(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _settings(transform: Transform) -> dict[str, Any]:
    held = {k: v for k, v in vars(transform).items() if k not in ("_pair", "_cache_size")}
    return {k: v.tolist() if isinstance(v, Tensor) else v for k, v in held.items()}


class _Inverse(Transform):
    """A transform read from its end."""

    def __init__(self, forth: Transform) -> None:
        super().__init__()
        self.forth = forth

    @property
    def domain(self) -> Any:
        return self.forth.codomain

    @property
    def codomain(self) -> Any:
        return self.forth.domain

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self.forth.bijective

    @property
    def sign(self) -> Any:
        return self.forth.sign

    @property
    def inv(self) -> Transform:
        return self.forth

    def _call(self, x: Any) -> Any:
        return self.forth._inv_call(x)

    def _inverse(self, y: Any) -> Any:
        return self.forth(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        return -self.forth.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape: Any) -> Any:
        return self.forth.inverse_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.forth.forward_shape(shape)

    def __repr__(self) -> str:
        return f"{self.forth!r}.inv"


def _ends(parts: Sequence[Transform], *, forward: bool) -> Any:
    """The constraint at one end of a chain, with the axes that the rest of the chain needs."""
    order = list(reversed(parts)) if forward else list(parts)
    region = order[-1].domain if forward else order[-1].codomain
    held = (order[0].codomain if forward else order[0].domain).event_dim
    for p in order:
        start, end = (p.codomain, p.domain) if forward else (p.domain, p.codomain)
        held = max(held, start.event_dim) + end.event_dim - start.event_dim
    more = held - region.event_dim
    return constraints.independent(region, more) if more > 0 else region


class ComposeTransform(Transform):
    """Transforms one after the other.

    Args:
        parts: in their order.
        cache_size: as for every transform.

    Example:
        >>> import pellucid
        >>> from pellucid.distributions import AffineTransform, ComposeTransform, ExpTransform
        >>> both = ComposeTransform([AffineTransform(0.0, 2.0), ExpTransform()])
        >>> both.inv(both(pellucid.tensor(1.5)))
        tensor(1.5000)
    """

    def __init__(self, parts: Sequence[Transform], cache_size: int = 0) -> None:
        super().__init__(cache_size)
        self.parts = list(parts)

    @property
    def domain(self) -> Any:
        """Where the first one's x lies."""
        return _ends(self.parts, forward=True) if self.parts else constraints.real

    @property
    def codomain(self) -> Any:
        """Where the last one's y lies."""
        return _ends(self.parts, forward=False) if self.parts else constraints.real

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        """Whether all of them are."""
        return all(p.bijective for p in self.parts)

    @property
    def sign(self) -> Any:
        """The product of their signs."""
        found: Any = 1
        for p in self.parts:
            found = found * p.sign
        return found

    def _call(self, x: Any) -> Any:
        for p in self.parts:
            x = p(x)
        return x

    def _inverse(self, y: Any) -> Any:
        for p in reversed(self.parts):
            y = p.inv(y)
        return y

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        if not self.parts:
            return x * 0
        total: Any = 0.0
        held = self.domain.event_dim
        for p in self.parts:
            then = p(x)
            slope = p.log_abs_det_jacobian(x, then)
            more = held - p.domain.event_dim
            total = total + (slope.sum(tuple(range(-more, 0))) if more > 0 else slope)
            held += p.codomain.event_dim - p.domain.event_dim
            x = then
        return total

    def forward_shape(self, shape: Any) -> Any:
        for p in self.parts:
            shape = p.forward_shape(shape)
        return shape

    def inverse_shape(self, shape: Any) -> Any:
        for p in reversed(self.parts):
            shape = p.inverse_shape(shape)
        return shape

    def __repr__(self) -> str:
        return f"ComposeTransform({self.parts!r})"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform whose last batch axes belong to one event: its stretches add up over them.

    Args:
        base_transform: what is done to each number.
        reinterpreted_batch_ndims: how many axes belong together.
        cache_size: as for every transform.
    """

    def __init__(
        self, base_transform: Transform, reinterpreted_batch_ndims: int, cache_size: int = 0
    ) -> None:
        super().__init__(cache_size)
        self.base_transform = base_transform
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims
        self.bijective, self.sign = base_transform.bijective, base_transform.sign
        more = reinterpreted_batch_ndims
        self.domain = constraints.independent(base_transform.domain, more)
        self.codomain = constraints.independent(base_transform.codomain, more)

    def _call(self, x: Any) -> Any:
        return self.base_transform(x)

    def _inverse(self, y: Any) -> Any:
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x: Any, y: Any) -> Any:
        slope = self.base_transform.log_abs_det_jacobian(x, y)
        more = self.reinterpreted_batch_ndims
        return slope.sum(tuple(range(-more, 0))) if more else slope

    def forward_shape(self, shape: Any) -> Any:
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape: Any) -> Any:
        return self.base_transform.inverse_shape(shape)

    def __repr__(self) -> str:
        return f"IndependentTransform({self.base_transform!r}, {self.reinterpreted_batch_ndims})"
