"""Families of polynomials that stand upright on each other, for `pellucid.special`.

Each follows from the two before it:    pₖ₊₁(x) = aₖ(x) · pₖ(x) − bₖ · pₖ₋₁(x)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pellucid.dtypes import FLOAT, float32
from pellucid.errors import KindError
from pellucid.graph.node import Node
from pellucid.ops import compare as cmp
from pellucid.ops import elementwise as ew
from pellucid.ops import whole as wh
from pellucid.tensor.lift import lifted

__all__ = ["POLYNOMIALS"]


class _Family(NamedTuple):
    """One family, with p₀ = 1, p₁ = `first(x)`, aₖ = `line(k, x)` and bₖ = `back(k)`."""

    sentence: str
    first: Callable[[Any], Any]
    line: Callable[[int, Any], Any]
    back: Callable[[int], float]


def _times(a: float, b: float = 0.0) -> Callable[[Any], Any]:
    """`a · x + b`."""
    return lambda x: ew.add(ew.mul(x, a), b)


def _chebyshev(kind: str, a: float, b: float, of: str = "x", shift: float = 0.0) -> _Family:
    double = 2.0 if not shift else 4.0
    sentence = f"Chebyshev's polynomials of the {kind} kind, of {of}."
    line = _times(double, -2.0 * bool(shift))
    return _Family(sentence, _times(a, b), lambda k, x: line(x), lambda k: 1.0)


_SHIFTED = "2x − 1"
_FAMILIES = {
    "chebyshev_polynomial_t": _chebyshev("first", 1.0, 0.0),
    "chebyshev_polynomial_u": _chebyshev("second", 2.0, 0.0),
    "chebyshev_polynomial_v": _chebyshev("third", 2.0, -1.0),
    "chebyshev_polynomial_w": _chebyshev("fourth", 2.0, 1.0),
    "shifted_chebyshev_polynomial_t": _chebyshev("first", 2.0, -1.0, _SHIFTED, 1.0),
    "shifted_chebyshev_polynomial_u": _chebyshev("second", 4.0, -2.0, _SHIFTED, 1.0),
    "shifted_chebyshev_polynomial_v": _chebyshev("third", 4.0, -3.0, _SHIFTED, 1.0),
    "shifted_chebyshev_polynomial_w": _chebyshev("fourth", 4.0, -1.0, _SHIFTED, 1.0),
    "hermite_polynomial_h": _Family(
        "Hermite's polynomials, as physics scales them.",
        _times(2.0), lambda k, x: ew.mul(x, 2.0), lambda k: 2.0 * k,
    ),
    "hermite_polynomial_he": _Family(
        "Hermite's polynomials, as statistics scales them.",
        _times(1.0), lambda k, x: x, lambda k: float(k),
    ),
    "laguerre_polynomial_l": _Family(
        "Laguerre's polynomials.",
        _times(-1.0, 1.0),
        lambda k, x: ew.div(ew.sub(2.0 * k + 1.0, x), k + 1.0), lambda k: k / (k + 1.0),
    ),
    "legendre_polynomial_p": _Family(
        "Legendre's polynomials.",
        _times(1.0), lambda k, x: ew.mul(x, (2.0 * k + 1.0) / (k + 1.0)), lambda k: k / (k + 1.0),
    ),
}  # fmt: skip


def _values(family: _Family, x: Node, most: int) -> list[Node]:
    """p₀ to p of `most` at x."""
    found = [ew.add(ew.mul(x, 0.0), 1.0), family.first(x)]
    for k in range(1, most):
        ahead = ew.mul(family.line(k, x), found[k])
        found.append(ew.sub(ahead, ew.mul(found[k - 1], family.back(k))))
    return found


def _polynomial(name: str, family: _Family) -> Callable[..., Any]:
    def call(input: Any, n: Any) -> Node:
        if not isinstance(input, Node) and not isinstance(n, Node):
            raise KindError(f"{name}: one of the two must be a Tensor.")
        orders = n.array if isinstance(n, Node) else n
        if orders is None:
            raise KindError(f"{name}: inside a compiled function, n must be a whole number.")
        x = (
            ew.mul(input, 1.0)
            if isinstance(input, Node)
            else ew.mul(ew.cast(n, dtype=float32), 0.0)
        )
        x = x if isinstance(input, Node) else ew.add(x, float(input))
        x = x if x.dtype.category == FLOAT else ew.cast(x, dtype=float32)
        most = int(orders.max(initial=0)) if isinstance(n, Node) else int(n)
        values = _values(family, x, most)
        if not isinstance(n, Node):
            return values[most] if most >= 0 else ew.mul(x, 0.0)
        out = ew.mul(values[0], 0.0)
        n = wh.trunc(n) if n.dtype.category == FLOAT else n
        for k in range(most + 1):
            out = cmp.where(cmp.eq(n, k), values[k], out)
        return out

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{family.sentence} `n` is the degree, or a Tensor of them, taken toward 0."
    return call


POLYNOMIALS = {name: lifted(_polynomial(name, family)) for name, family in _FAMILIES.items()}
