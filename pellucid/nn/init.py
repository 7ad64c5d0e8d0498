"""First values for weights, with PyTorch's functions and distributions.

Good first weights keep the spread of the signal from layer to layer: the variance of a weight goes
with one over the number of inputs (fan-in), times a gain for the activation that follows.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from pellucid.dtypes import float64
from pellucid.errors import KindError, SettingError, ShapeError
from pellucid.graph.mode import switched
from pellucid.shapes import show
from pellucid.tensor import Tensor
from pellucid.tensor.caution import caution
from pellucid.tensor.creation import of_array
from pellucid.tensor.elsewhere import refusing
from pellucid.tensor.random import Generator, rand, randn

__all__ = [
    "calculate_gain", "constant_", "dirac_", "eye_", "kaiming_normal_", "kaiming_uniform_",
    "normal_", "ones_", "orthogonal_", "sparse_", "trunc_normal_", "uniform_", "xavier_normal_",
    "xavier_uniform_", "zeros_",
]  # fmt: skip

_GAINS = {
    "linear": 1.0, "conv1d": 1.0, "conv2d": 1.0, "conv3d": 1.0, "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0, "conv_transpose3d": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0,
    "relu": math.sqrt(2.0), "selu": 0.75,
}  # fmt: skip


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor by which weights are scaled up for what an activation takes away.

    >>> round(calculate_gain("relu"), 4)
    1.4142
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else param
        if isinstance(slope, bool) or not isinstance(slope, int | float):
            raise KindError(f"the slope of leaky_relu is a number, not {slope!r}.")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity not in _GAINS:
        raise SettingError(
            f"no gain is known for {nonlinearity!r}.\n Known: {', '.join([*_GAINS, 'leaky_relu'])}."
        )
    return _GAINS[nonlinearity]


def uniform_(
    tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Evenly spread between `a` and `b`."""
    with switched(recording=False):
        return _filled(
            tensor, rand(tuple(tensor.shape), dtype=tensor.dtype, generator=generator) * (b - a) + a
        )


def normal_(
    tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """From the bell curve around `mean` with spread `std`."""
    with switched(recording=False):
        draw = randn(tuple(tensor.shape), dtype=tensor.dtype, generator=generator)
        return _filled(tensor, draw * std + mean)


def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """From the bell curve, cut off to what lies between `a` and `b`."""
    if not a < b:
        raise SettingError(f"trunc_normal_ needs a below b, and got a={a}, b={b}.")
    from scipy.special import ndtr, ndtri

    low, high = ndtr((a - mean) / std), ndtr((b - mean) / std)
    with switched(recording=False):
        u = rand(tuple(tensor.shape), dtype=float64, generator=generator).numpy()
        drawn: Any = of_array(ndtri(low + (high - low) * u) * std + mean)
        return _filled(tensor, drawn.clamp(a, b))


def constant_(tensor: Tensor, val: float) -> Tensor:
    """One number everywhere."""
    with switched(recording=False):
        return tensor.fill_(val)


def ones_(tensor: Tensor) -> Tensor:
    """Ones."""
    return constant_(tensor, 1.0)


def zeros_(tensor: Tensor) -> Tensor:
    """Zeros."""
    return constant_(tensor, 0.0)


def eye_(tensor: Tensor) -> Tensor:
    """Ones on the diagonal of a matrix, zeros elsewhere: the layer that changes nothing."""
    _matrix("eye_", tensor)
    zeros_(tensor)
    with switched(recording=False):
        for i in range(min(tensor.shape)):
            tensor[i, i] = 1.0
    return tensor


def dirac_(tensor: Tensor, groups: int = 1) -> Tensor:
    """A convolution that passes its input channels through unchanged."""
    shape = tuple(tensor.shape)
    if not 3 <= len(shape) <= 5:
        raise ShapeError(f"dirac_ is for convolution weights of 3 to 5 axes, not {show(shape)}.")
    if shape[0] % groups:
        raise SettingError(f"dirac_: {shape[0]} output channels don't divide into {groups} groups.")
    zeros_(tensor)
    per_group, middle = shape[0] // groups, tuple(n // 2 for n in shape[2:])
    with switched(recording=False):
        for g in range(groups):
            for d in range(min(per_group, shape[1])):
                tensor[(g * per_group + d, d, *middle)] = 1.0
    return tensor


def xavier_uniform_(
    tensor: Tensor, gain: float = 1.0, generator: Generator | None = None
) -> Tensor:
    """Evenly over ±gain · √(6 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010.
    """
    fan_in, fan_out = _fans(tensor)
    bound = gain * math.sqrt(6.0 / (fan_in + fan_out))
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """From the bell curve with spread gain · √(2 / (fan_in + fan_out)).

    Source: Glorot & Bengio 2010.
    """
    fan_in, fan_out = _fans(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / (fan_in + fan_out)), generator)


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Evenly over ±gain · √(3 / fan).

    Source: He, Zhang, Ren & Sun 2015.
    """
    if _empty(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """From the bell curve with spread gain / √fan.

    Source: He, Zhang, Ren & Sun 2015.
    """
    if _empty(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Rows (or columns, where there are fewer) at right angles, of length `gain`.

    Source: Saxe, McClelland & Ganguli 2013.
    """
    if len(tensor.shape) < 2:
        raise ShapeError(f"orthogonal_ needs at least two axes, not {show(tensor.shape)}.")
    if tensor.numel() == 0:
        return tensor
    from scipy.linalg import qr

    rows = tensor.shape[0]
    columns = tensor.numel() // rows
    with switched(recording=False):
        tall = (max(rows, columns), min(rows, columns))
        q, r = qr(randn(tall, dtype=float64, generator=generator).numpy(), mode="economic")
        signs = r.diagonal()
        q = q * ((signs > 0) * 2.0 - 1.0)  # makes the draw uniform among all rotations
        q = q.T if rows < columns else q
        return _filled(tensor, of_array(q.reshape(tuple(tensor.shape)) * gain))


def sparse_(
    tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None
) -> Tensor:
    """From the bell curve, with a share `sparsity` of each column set to zero.

    Source: Martens 2010.
    """
    _matrix("sparse_", tensor)
    rows, columns = tensor.shape
    normal_(tensor, 0.0, std, generator)
    with switched(recording=False):
        order = rand(rows, columns, generator=generator).numpy().argsort(axis=0)
        keep = order.argsort(axis=0) >= math.ceil(sparsity * rows)
        return _filled(tensor, tensor.detach() * of_array(keep))


def _filled(tensor: Tensor, value: Any) -> Tensor:
    """Write first values into a Tensor, which stays the same Tensor."""
    return tensor.copy_(value.to(tensor.dtype))


def _matrix(name: str, tensor: Tensor) -> None:
    if len(tensor.shape) != 2:
        raise ShapeError(f"{name} is for matrices, and this Tensor has shape {show(tensor.shape)}.")


def _fans(tensor: Tensor) -> tuple[int, int]:
    """How many numbers go into each output, and how many outputs each number goes to."""
    shape = tensor.shape
    if len(shape) < 2:
        raise ShapeError(
            f"fan-in and fan-out need at least two axes (out, in); this Tensor has {show(shape)}."
        )
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _empty(tensor: Tensor) -> bool:
    """Whether there is nothing to fill, which is hardly meant."""
    if 0 not in tensor.shape:
        return False
    caution(f"there is nothing to fill in a weight of shape {show(tensor.shape)}.")
    return True


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise SettingError(f"mode is 'fan_in' or 'fan_out', not {mode!r}.")
    fan = _fans(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


_calculate_fan_in_and_fan_out = _fans  # as layers written for PyTorch call it


def _older(call: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The same under its older name, which says that there is a newer one."""

    @wraps(call)
    def renamed(*args: Any, **kwargs: Any) -> Tensor:
        name = call.__name__
        told = f"nn.init.{name[:-1]} is the older name of nn.init.{name}; write that."
        warnings.warn(told, FutureWarning, stacklevel=2)
        return call(*args, **kwargs)

    return renamed


uniform, normal, constant, eye = _older(uniform_), _older(normal_), _older(constant_), _older(eye_)
dirac, orthogonal, sparse = _older(dirac_), _older(orthogonal_), _older(sparse_)
xavier_uniform, xavier_normal = _older(xavier_uniform_), _older(xavier_normal_)
kaiming_uniform, kaiming_normal = _older(kaiming_uniform_), _older(kaiming_normal_)

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn.init", __all__)
