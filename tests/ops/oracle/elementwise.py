"""PyTorch's answers for everything that works number by number."""

from __future__ import annotations

import math
from typing import Any

from tests.ops.oracle.row import Row, named

__all__ = ["ROWS"]


def _cast(t: Any, x: Any, dtype: Any) -> Any:
    return x.to(getattr(t, dtype.name))


def _functional(name: str) -> Row:
    return Row(lambda t, *xs, **params: getattr(t.nn.functional, name)(*xs, **params))


def _special(name: str) -> Row:
    return Row(lambda t, *xs: getattr(t.special, name)(*xs))


def _gelu_slope(t: Any, x: Any) -> Any:
    return t.special.ndtr(x) + x * t.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)


def _gelu_tanh_slope(t: Any, x: Any) -> Any:
    bend = math.sqrt(2 / math.pi)
    u = t.tanh(bend * (x + 0.044715 * x**3))
    return 0.5 * (1 + u) + 0.5 * x * (1 - u * u) * bend * (1 + 3 * 0.044715 * x**2)


def _silu_slope(t: Any, x: Any) -> Any:
    return t.sigmoid(x) * (1 + x * t.sigmoid(-x))


def _prelu(t: Any, x: Any, weight: Any) -> Any:
    return t.where(x > 0, x, x * weight)


def _threshold(t: Any, x: Any, threshold: float = 0.0, value: float = 0.0) -> Any:
    return t.nn.functional.threshold(x, threshold, value)


ROWS: dict[str, Row] = {
    **named("eq", "ne", "lt", "le", "gt", "ge", "isnan", "isinf", "isfinite", "where"),
    **named("logical_and", "logical_or", "logical_xor", "logical_not"),
    **named("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"),
    **named("add", "sub", "mul", "div", "pow", "maximum", "minimum", "neg", "abs", "sign"),
    **named("exp", "log", "log1p", "log2", "sqrt", "rsqrt", "square", "reciprocal", "sin", "cos"),
    **named("asin", "acos", "asinh", "acosh", "atanh", "atan2", "hypot", "logaddexp", "erfc"),
    **named("fmod", "lgamma", "digamma", "erfinv", "xlogy", "copysign", "nextafter", "gcd", "lcm"),
    **named("bitwise_left_shift", "bitwise_right_shift"),
    **{name: _special(name) for name in ("i0", "i0e", "i1", "i1e", "erfcx", "zeta")},
    **named("igamma", "igammac"),
    "exponent": Row(lambda t, x: t.frexp(x).exponent),
    "polygamma": Row(lambda t, x, n: t.polygamma(n, x)),
    **named("tan", "atan", "sinh", "cosh", "expm1", "exp2", "log10", "logit", "erf", "clone"),
    **named("floor", "ceil", "round", "trunc", "remainder", "relu", "sigmoid", "tanh"),
    **{name: _functional(name) for name in ("silu", "gelu", "softplus", "hardtanh", "elu")},
    **{name: _functional(name) for name in ("leaky_relu", "celu", "selu", "mish", "softsign")},
    **{name: _functional(name) for name in ("hardshrink", "softshrink", "hardswish")},
    **{name: _functional(name) for name in ("tanhshrink", "logsigmoid")},
    "threshold": Row(_threshold),
    "prelu": Row(_prelu),
    "glu": Row(lambda t, x, dim=-1: t.nn.functional.glu(x, dim), no_jax="a composition"),
    # PyTorch's own slope of hardsigmoid is 1/6 in float32, whatever the numbers are.
    "hardsigmoid": Row(lambda t, x: t.nn.functional.relu6(x + 3) / 6),
    "gelu_slope": Row(_gelu_slope),
    "gelu_grad": Row(lambda t, g, y, x: g * _gelu_slope(t, x)),
    "silu_grad": Row(lambda t, g, y, x: g * _silu_slope(t, x)),
    "silu_slope": Row(_silu_slope),
    "gelu_tanh_slope": Row(_gelu_tanh_slope),
    "gelu_tanh": Row(lambda t, x: t.nn.functional.gelu(x, approximate="tanh")),
    "floor_divide": Row(lambda t, a, b: t.div(a, b, rounding_mode="floor")),
    "clamp": Row(lambda t, x, min=None, max=None: t.clamp(x, min, max)),
    "cast": Row(_cast),
    "identity": Row(lambda t, x: x * 1),
    "detach": Row(lambda t, x: x.detach()),
    "gate": Row(lambda t, g, x: t.where(x > 0, g, t.zeros_like(g))),
    "step": Row(lambda t, x: t.heaviside(x.detach(), t.zeros_like(x)) + 0 * x),
    "dropout": Row(lambda t, x, u, p: x * (u >= p) * (0.0 if p == 1.0 else 1 / (1 - p))),
}
