"""The bends as modules."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError
from pellucid.graph.emit import emit
from pellucid.nn.functional.activations import axis_of, gelu_op
from pellucid.nn.module import Module
from pellucid.ops import activation as act
from pellucid.ops.elementwise import neg
from pellucid.ops.op import Op
from pellucid.ops.softmax import log_softmax, softmax
from pellucid.tensor import Tensor
from pellucid.tensor.lift import node_of
from pellucid.tensor.memory import assign
from pellucid.tensor.tensor import wrap

__all__ = [
    "ELU", "GELU", "Hardtanh", "LeakyReLU", "LogSigmoid", "LogSoftmax", "ReLU", "ReLU6", "SiLU",
    "Sigmoid", "Softmax", "Softmin", "Softplus", "Step", "Tanh",
]  # fmt: skip


class _Bend(Module):
    """An activation: one op with fixed settings."""

    _op: Op
    _settings: dict[str, Any] = {}  # noqa: RUF012  (replaced, never written)
    inplace = False

    def forward(self, input: Tensor) -> Tensor:
        """Bend every number."""
        x = input._node if type(input) is Tensor else node_of(input)
        y = emit(self._op, (x,), self._settings)
        return assign(input, y, self._op.name) if self.inplace else wrap(y)


class ReLU(_Bend):
    """Keeps what is positive and cuts the rest to zero.

    Args:
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.ReLU()(pellucid.tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    _op = act.relu

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The settings."""
        return "inplace=True" if self.inplace else ""


class ReLU6(ReLU):
    """ReLU with a ceiling at 6."""

    _op = act.hardtanh
    _settings = {"min_val": 0.0, "max_val": 6.0}  # noqa: RUF012


class LeakyReLU(_Bend):
    """ReLU with a small slope on the negative side, so that no unit dies.

    Args:
        negative_slope: the slope.
        inplace: write the result into the input.
    """

    _op = act.leaky_relu

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace
        self._settings = {"negative_slope": float(negative_slope)}

    def extra_repr(self) -> str:
        """The settings."""
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class ELU(_Bend):
    """Straight for positive numbers, a smooth floor at −`alpha` for negative ones.

    Args:
        alpha: depth of the floor.
        inplace: write the result into the input.
    """

    _op = act.elu

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace
        self._settings = {"alpha": float(alpha)}

    def extra_repr(self) -> str:
        """The settings."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class Sigmoid(_Bend):
    """Squashes any number into (0, 1): a probability."""

    _op = act.sigmoid


class Tanh(_Bend):
    """Squashes any number into (−1, 1), with zero in the middle."""

    _op = act.tanh


class LogSigmoid(Module):
    """The logarithm of sigmoid, without computing sigmoid first."""

    def forward(self, input: Tensor) -> Tensor:
        """Bend every number."""
        return wrap(neg(act.softplus(neg(node_of(input)))))


class GELU(_Bend):
    """The number times the chance that a bell-curve draw lies below it.

    Args:
        approximate: "none" for the exact form, "tanh" for the cheaper one.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate
        self._op = gelu_op(approximate)

    def extra_repr(self) -> str:
        """The settings."""
        return f"approximate={self.approximate!r}"


class SiLU(_Bend):
    """The number times its own sigmoid: a smooth ReLU with a small dip below zero.

    Args:
        inplace: write the result into the input.
    """

    _op = act.silu

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The settings."""
        return "inplace=True" if self.inplace else ""


class Softplus(_Bend):
    """A ReLU with its corner rounded off.

    Args:
        beta: sharpness of the corner.
        threshold: where β·x is above it, the function is taken to be x itself.
    """

    _op = act.softplus

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold
        self._settings = {"beta": float(beta), "threshold": float(threshold)}

    def extra_repr(self) -> str:
        """The settings."""
        return f"beta={self.beta}, threshold={self.threshold}"


class Hardtanh(_Bend):
    """A straight line between two walls.

    Args:
        min_val: lower wall.
        max_val: upper wall.
        inplace: write the result into the input.
        min_value: an older spelling of `min_val`.
        max_value: an older spelling of `max_val`.
    """

    _op = act.hardtanh

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        min_val = min_val if min_value is None else min_value
        max_val = max_val if max_value is None else max_value
        if not max_val > min_val:
            raise SettingError(f"Hardtanh: max_val {max_val} must lie above min_val {min_val}.")
        self.min_val, self.max_val, self.inplace = min_val, max_val, inplace
        self._settings = {"min_val": float(min_val), "max_val": float(max_val)}

    def extra_repr(self) -> str:
        """The settings."""
        tail = ", inplace=True" if self.inplace else ""
        return f"min_val={self.min_val}, max_val={self.max_val}{tail}"


class Step(_Bend):
    """1 for positive numbers, 0 otherwise: the neuron of 1943, which no gradient can train."""

    _op = act.step


class _Along(Module):
    """A function of all numbers along one axis."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        """The settings."""
        return f"dim={self.dim}"


class Softmax(_Along):
    """Scores into probabilities along `dim`: positive, summing to 1.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Probabilities."""
        x = node_of(input)
        return wrap(softmax(x, axis=axis_of("Softmax", x, self.dim)))


class Softmin(_Along):
    """Softmax of the numbers with their signs turned.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Probabilities."""
        x = node_of(input)
        return wrap(softmax(neg(x), axis=axis_of("Softmin", x, self.dim)))


class LogSoftmax(_Along):
    """The logarithm of softmax, without computing softmax first.

    Args:
        dim: the axis of the classes.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Log-probabilities."""
        x = node_of(input)
        return wrap(log_softmax(x, axis=axis_of("LogSoftmax", x, self.dim)))
