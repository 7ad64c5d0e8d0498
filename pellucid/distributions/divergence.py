r"""How far one distribution is from another, by a table of pairs of families.

KL(p ‖ q) = ∫ p(x) ln (p(x) / q(x)) dx
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.errors import KindError

__all__ = ["kl_divergence", "register_kl"]

_Rule = Callable[[Any, Any], Any]
_RULES: dict[tuple[type, type], _Rule] = {}


def register_kl(type_p: type, type_q: type) -> Callable[[_Rule], _Rule]:
    """Offer a formula for a pair of families to `kl_divergence`; a decorator.

    Args:
        type_p: the family of the first.
        type_q: the family of the second.

    Example:
        >>> from pellucid.distributions import Normal, kl_divergence, register_kl
        >>> class Mine(Normal):
        ...     pass
        >>> @register_kl(Mine, Mine)
        ... def _(p, q):
        ...     return p.loc * 0 + 7
        >>> kl_divergence(Mine(0.0, 1.0), Mine(0.0, 1.0))
        tensor(7.)
    """
    if not isinstance(type_p, type) or not isinstance(type_q, type):
        raise KindError("register_kl takes two classes of distributions.")

    def register(rule: _Rule) -> _Rule:
        _RULES[type_p, type_q] = rule
        return rule

    return register


def kl_divergence(p: Any, q: Any) -> Any:
    r"""How many nats it costs to take q for p.

    $$\mathrm{KL}(p \,\|\, q) = \int p(x) \ln \frac{p(x)}{q(x)}\, dx$$

    Args:
        p: a distribution.
        q: another.

    Shape:
        the batches of p and q, broadcast.

    Raises:
        NotImplementedError: no formula is known for this pair; `register_kl` takes one.

    Example:
        >>> from pellucid.distributions import Normal, kl_divergence
        >>> kl_divergence(Normal(1.0, 1.0), Normal(0.0, 1.0))
        tensor(0.5000)

    Source: Kullback & Leibler 1951
    """
    return _rule_for(type(p), type(q))(p, q)


def _rule_for(p: type, q: type) -> _Rule:
    """The rule of the nearest ancestors of both."""
    ways = [
        (i + k, i, _RULES[a, b])
        for i, a in enumerate(p.__mro__)
        for k, b in enumerate(q.__mro__)
        if (a, b) in _RULES
    ]
    if not ways:
        raise NotImplementedError(
            f"no formula is known for kl_divergence of {p.__name__} from {q.__name__}.\n"
            " Offer one with register_kl, or average p.log_prob(x) - q.log_prob(x) over samples x"
            " of p."
        )
    return min(ways, key=lambda way: way[:2])[2]
