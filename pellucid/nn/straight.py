"""The bends of straight pieces as modules."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError
from pellucid.nn import functional as F
from pellucid.nn import init as first
from pellucid.nn.activation import Bend, InPlaceBend
from pellucid.nn.functional.straight import at_least_zero, slopes
from pellucid.nn.module import Module
from pellucid.ops import activation as act
from pellucid.ops import straight as st
from pellucid.tensor import Parameter, Tensor
from pellucid.tensor.creation import empty

__all__ = [
    "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU", "PReLU", "RReLU", "ReLU6",
    "Softshrink", "Step", "Threshold",
]  # fmt: skip


class LeakyReLU(Bend):
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


class ReLU6(InPlaceBend):
    """ReLU with a ceiling at 6."""

    _op = act.hardtanh
    _settings = {"min_val": 0.0, "max_val": 6.0}  # noqa: RUF012  (nobody writes into it)


class Hardtanh(Bend):
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


class Step(Bend):
    """1 for positive numbers, 0 otherwise: the neuron of 1943, which no gradient can train."""

    _op = act.step


class Hardshrink(Bend):
    r"""Sets what is small to zero and leaves the rest: $x$ where $|x| > \lambda$, else 0.

    Args:
        lambd: λ, how far from zero that reaches.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Hardshrink()(pellucid.tensor([-2.0, 0.3]))
        tensor([-2.,  0.])
    """

    _op = st.hardshrink

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd
        self._settings = {"lambd": float(lambd)}

    def extra_repr(self) -> str:
        """The settings."""
        return str(self.lambd)


class Softshrink(Bend):
    r"""Moves every number toward zero by λ: $\operatorname{sign}(x) \max(|x| - \lambda, 0)$.

    Args:
        lambd: λ.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Softshrink()(pellucid.tensor([-2.0, 0.3]))
        tensor([-1.5000,  0.0000])
    """

    _op = st.softshrink

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd
        self._settings = {"lambd": at_least_zero("Softshrink", lambd)}

    def extra_repr(self) -> str:
        """The settings."""
        return str(self.lambd)


class Hardsigmoid(InPlaceBend):
    r"""A sigmoid of three straight pieces: $\tfrac16 \min(\max(x + 3, 0), 6)$.

    Args:
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Hardsigmoid()(pellucid.tensor([-4.0, 0.0, 4.0]))
        tensor([0.0000, 0.5000, 1.0000])
    """

    _op = st.hardsigmoid

    def extra_repr(self) -> str:
        """Nothing, as in PyTorch."""
        return ""


class Hardswish(InPlaceBend):
    r"""The number times its hardsigmoid: $\tfrac16\,x \min(\max(x + 3, 0), 6)$.

    Args:
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Hardswish()(pellucid.tensor([-4.0, 1.0, 4.0]))
        tensor([-0.0000,  0.6667,  4.0000])

    Source: Howard et al. 2019.
    """

    _op = st.hardswish

    def extra_repr(self) -> str:
        """Nothing, as in PyTorch."""
        return ""


class Threshold(Bend):
    """Leaves what is above a threshold as it is and puts one value in place of the rest.

    Args:
        threshold: what a number must exceed to stay.
        value: what takes the place of the others.
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Threshold(0.5, -1.0)(pellucid.tensor([0.2, 0.7]))
        tensor([-1.0000,  0.7000])
    """

    _op = st.threshold

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace
        self._settings = {"threshold": float(threshold), "value": float(value)}

    def extra_repr(self) -> str:
        """The settings."""
        tail = ", inplace=True" if self.inplace else ""
        return f"threshold={self.threshold}, value={self.value}{tail}"


class PReLU(Module):
    r"""Leaky ReLU whose slope on the negative side is learned: $\max(0, x) + a \min(0, x)$.

    Args:
        num_parameters: one slope for all, or one for each channel in axis 1.
        init: where the slopes start.
        device: "cpu", or None.
        dtype: kind of number of the slopes.

    Shape:
        `(N, C, …)` → the same

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.PReLU()(pellucid.tensor([-2.0, 2.0])).detach()
        tensor([-0.5000,  2.0000])

    Source: He, Zhang, Ren & Sun 2015.
    """

    weight: Parameter

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Put the slopes where they start."""
        first.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Any:
        """Bend every number."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """The settings."""
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """Leaky ReLU whose slopes are drawn by chance in training, one for each number.

    Args:
        lower: the least slope.
        upper: the largest; in evaluation the slope is the middle between the two.
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.RReLU(0.1, 0.3).eval()(pellucid.tensor([-1.0, 2.0]))
        tensor([-0.2000,  2.0000])

    Source: Xu, Wang, Chen & Li 2015.
    """

    def __init__(
        self, lower: float = 1.0 / 8, upper: float = 1.0 / 3, inplace: bool = False
    ) -> None:
        super().__init__()
        slopes("RReLU", lower, upper)
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input: Tensor) -> Any:
        """Bend every number."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """The settings."""
        tail = ", inplace=True" if self.inplace else ""
        return f"lower={self.lower}, upper={self.upper}{tail}"
