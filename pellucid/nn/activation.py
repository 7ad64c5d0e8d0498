"""The smooth bends as modules, and ReLU.

Those of straight pieces are in `straight`, those along an axis (softmax and its kin) in `scores`.
"""

from __future__ import annotations

from typing import Any

from pellucid.graph.emit import emit
from pellucid.nn import functional as F
from pellucid.nn.functional.activations import gelu_op, nonzero
from pellucid.nn.module import Module
from pellucid.ops import activation as act
from pellucid.ops import smooth
from pellucid.ops.op import Op
from pellucid.tensor import Tensor
from pellucid.tensor.lift import node_of
from pellucid.tensor.memory import assign
from pellucid.tensor.tensor import wrap

__all__ = [
    "CELU", "ELU", "GELU", "GLU", "SELU", "LogSigmoid", "Mish", "ReLU", "SiLU", "Sigmoid",
    "Softplus", "Softsign", "Tanh", "Tanhshrink",
]  # fmt: skip


class Bend(Module):
    """An activation: one op with fixed settings."""

    _op: Op
    _settings: dict[str, Any] = {}  # noqa: RUF012  (replaced, never written)
    inplace = False

    def forward(self, input: Tensor) -> Tensor:
        """Bend every number."""
        x = input._node if type(input) is Tensor else node_of(input)
        y = emit(self._op, (x,), self._settings)
        return assign(input, y, self._op.name) if self.inplace else wrap(y)


class InPlaceBend(Bend):
    """An activation whose only setting is where the result goes.

    Args:
        inplace: write the result into the input.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        """The settings."""
        return "inplace=True" if self.inplace else ""


class ReLU(InPlaceBend):
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


class ELU(Bend):
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


class Sigmoid(Bend):
    """Squashes any number into (0, 1): a probability."""

    _op = act.sigmoid


class Tanh(Bend):
    """Squashes any number into (−1, 1), with zero in the middle."""

    _op = act.tanh


class GELU(Bend):
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


class SiLU(InPlaceBend):
    """The number times its own sigmoid: a smooth ReLU with a small dip below zero.

    Args:
        inplace: write the result into the input.
    """

    _op = act.silu


class Softplus(Bend):
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


class CELU(Bend):
    r"""ELU stretched so that its slope has no jump, whatever the depth of the floor.

    $y = \max(0, x) + \min(0, \alpha(e^{x/\alpha} - 1))$

    Args:
        alpha: depth of the floor.
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.CELU(0.5)(pellucid.tensor([-9.0, 2.0]))
        tensor([-0.5000,  2.0000])

    Source: Barron 2017.
    """

    _op = smooth.celu

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace
        self._settings = {"alpha": nonzero("CELU", alpha)}

    def extra_repr(self) -> str:
        """The settings."""
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class SELU(InPlaceBend):
    r"""ELU on a scale at which deep layers keep mean 0 and variance 1 by themselves.

    $y = \lambda x$ for $x > 0$, else $\lambda\alpha(e^x - 1)$, with λ ≈ 1.0507 and α ≈ 1.6733.

    Args:
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.SELU()(pellucid.tensor([-1.0, 1.0]))
        tensor([-1.1113,  1.0507])

    Source: Klambauer, Unterthiner, Mayr & Hochreiter 2017.
    """

    _op = smooth.selu


class Mish(InPlaceBend):
    r"""The number times the tanh of its softplus: $x \tanh(\ln(1 + e^x))$.

    Args:
        inplace: write the result into the input.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Mish()(pellucid.tensor([-1.0, 1.0]))
        tensor([-0.3034,  0.8651])

    Source: Misra 2019.
    """

    _op = smooth.mish


class Softsign(Bend):
    r"""Squashes any number into (−1, 1), flattening out slowly: $x / (1 + |x|)$.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Softsign()(pellucid.tensor([-1.0, 3.0]))
        tensor([-0.5000,  0.7500])
    """

    _op = smooth.softsign


class Tanhshrink(Bend):
    r"""What tanh takes away from a number: $x - \tanh x$.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.Tanhshrink()(pellucid.tensor([0.0, 2.0]))
        tensor([0.0000, 1.0360])
    """

    _op = smooth.tanhshrink


class LogSigmoid(Bend):
    """The logarithm of sigmoid, without computing sigmoid first."""

    _op = smooth.logsigmoid


class GLU(Module):
    r"""One half of the numbers, let through as far as the other opens the gate: $a\,\sigma(b)$.

    Args:
        dim: the axis that is halved.

    Shape:
        `(…, 2n, …)` → `(…, n, …)`

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> nn.GLU()(pellucid.tensor([4.0, 0.0]))
        tensor([2.])

    Source: Dauphin, Fan, Auli & Grangier 2017.
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Any:
        """Half as many numbers."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """The settings."""
        return f"dim={self.dim}"
