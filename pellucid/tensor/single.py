"""Questions about what does not exist here: complex numbers, other devices, modes of inference.

There is one machine, and its numbers are real, so most answers are known; they are here so that a
PyTorch program runs with only its import changed.
"""

from __future__ import annotations

from typing import Any

from pellucid.autograd.anomaly_mode import anomaly
from pellucid.dtypes import by_name
from pellucid.errors import DTypeError
from pellucid.tensor import backends
from pellucid.tensor.device import CPU, device, on_cpu
from pellucid.tensor.familiar import set_default_dtype
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor

__all__ = [
    "are_deterministic_algorithms_enabled", "get_default_device", "get_num_interop_threads",
    "is_anomaly_check_nan_enabled", "is_anomaly_enabled",
    "is_deterministic_algorithms_warn_only_enabled",
    "is_warn_always_enabled", "memory_format", "newaxis", "set_default_device",
    "set_default_tensor_type", "set_flush_denormal", "set_warn_always", "strided",
]  # fmt: skip

newaxis = None
strided = "strided"  # how every Tensor lies in memory
memory_format = str  # of `channels_last` and its kin
_kept = {"always": False}


def is_anomaly_enabled() -> bool:
    """Whether backward passes are watched: `autograd.detect_anomaly`."""
    return anomaly.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Whether a watched backward pass looks for NaN."""
    return anomaly.check_nan


def are_deterministic_algorithms_enabled() -> bool:
    """What `use_deterministic_algorithms` was set to; everything here is repeatable anyway."""
    return backends.deterministic()[0]


def is_deterministic_algorithms_warn_only_enabled() -> bool:
    """What `use_deterministic_algorithms` was told about warnings."""
    return backends.deterministic()[1]


def is_warn_always_enabled() -> bool:
    """What `set_warn_always` was set to."""
    return _kept["always"]


def set_warn_always(b: bool) -> None:
    """Accepted as in PyTorch: Python's `warnings` filters decide here."""
    _kept["always"] = bool(b)


def set_flush_denormal(mode: bool) -> bool:
    """Not here: tiny numbers are kept. Says whether it was done."""
    return False


def get_num_interop_threads() -> int:
    """How many operations run at once: one."""
    return 1


def get_default_device() -> device:
    """Where Tensors are made: the CPU."""
    return CPU


def set_default_device(device: Any) -> None:
    """Accepted for the CPU, where Tensors are made in any case."""
    on_cpu(device)


def set_default_tensor_type(t: Any) -> None:
    """PyTorch's older `set_default_dtype`.

    Args:
        t: `pellucid.DoubleTensor` and its kin, or the name of one.
    """
    name = t if isinstance(t, str) else t.__name__
    word = name.rpartition(".")[2].removesuffix("Tensor").lower()
    known = {"half": "float16", "float": "float32", "double": "float64", "bfloat16": "bfloat16"}
    if word not in known:
        raise DTypeError(f"the default is a float dtype, and {name} has none.")
    set_default_dtype(by_name(known[word]))


def _itself(input: Tensor) -> Tensor:
    """The Tensor itself: its numbers are real."""
    return input


def _never(input: Tensor) -> bool:
    """Never: numbers here are real."""
    return False


def imag(input: Tensor) -> Tensor:
    """Refused, as in PyTorch for real numbers."""
    raise DTypeError(f"imag is for complex numbers, and this Tensor is {input.dtype.name}.")


def detach(input: Tensor) -> Tensor:
    """The same numbers in the same memory, without history."""
    return input.detach()


def zero_(input: Tensor) -> Tensor:
    """Write zeros everywhere."""
    return input.zero_()


def fill_(input: Tensor, value: Any) -> Tensor:
    """Write one number everywhere."""
    return input.fill_(value)


def detach_(input: Tensor) -> Tensor:
    """Forget the history: from now on a leaf that nobody computed."""
    return input.detach_()


def fill(input: Tensor, value: Any) -> Tensor:
    """One number in the shape and dtype of a Tensor."""
    return fill_(input.clone(), value)


def narrow_copy(input: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`narrow`, in memory of its own."""
    part: Tensor = FUNCTIONS["narrow"](input, dim, start, length).clone()
    return part


for _name in ("conj", "conj_physical", "real", "resolve_conj", "resolve_neg"):
    FUNCTIONS[_name] = _itself
for _name in ("is_conj", "is_neg"):
    FUNCTIONS[_name] = _never
for _call in (detach, detach_, fill, fill_, imag, narrow_copy, zero_):
    FUNCTIONS[_call.__name__] = _call
for _name in ("conj", "conj_physical", "is_conj", "is_neg", "narrow_copy", "resolve_conj",
              "resolve_neg"):  # fmt: skip
    setattr(Tensor, _name, FUNCTIONS[_name])
setattr(Tensor, "conj_physical_", _itself)  # noqa: B010
for _name in ("real", "imag"):
    setattr(Tensor, _name, property(FUNCTIONS[_name]))
setattr(Tensor, "layout", strided)  # noqa: B010
