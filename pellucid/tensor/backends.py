"""The switches that PyTorch scripts set before they start, for libraries that are not used here.

They choose between a faster and a more exact or repeatable way on some device. Here there is one
way, which is exact and repeatable, so a switch keeps what it is set to and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pellucid.errors import SettingError

__all__ = [
    "cuda", "cudnn", "deterministic", "get_float32_matmul_precision", "mkldnn", "mps",
    "set_float32_matmul_precision", "use_deterministic_algorithms",
]  # fmt: skip

_PRECISIONS = ("highest", "high", "medium")


class _Library:
    """One that PyTorch may use and this package does not; a misspelled switch is an error."""

    __slots__ = ()

    def is_available(self) -> bool:
        """No."""
        return False

    @contextmanager
    def flags(self, **switches: Any) -> Iterator[None]:
        """Within, other settings of the switches, which change nothing here.

        Args:
            switches: by name, such as `enabled=False`.
        """
        before = {name: getattr(self, name) for name in switches}
        try:
            for name, value in switches.items():
                setattr(self, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(self, name, value)


class _Built(_Library):
    __slots__ = ()

    def is_built(self) -> bool:
        """No."""
        return False


class _Cudnn(_Library):
    __slots__ = ("allow_tf32", "benchmark", "deterministic", "enabled")

    def __init__(self) -> None:
        self.enabled = self.allow_tf32 = True  # PyTorch's defaults
        self.benchmark = self.deterministic = False

    def version(self) -> None:
        """None: it is not here."""


class _Matmul:
    __slots__ = (
        "allow_bf16_reduced_precision_reduction",
        "allow_fp16_reduced_precision_reduction",
        "allow_tf32",
    )

    def __init__(self) -> None:
        self.allow_tf32 = False
        self.allow_fp16_reduced_precision_reduction = True
        self.allow_bf16_reduced_precision_reduction = True


class _Cuda(_Built):
    __slots__ = ("matmul",)

    def __init__(self) -> None:
        self.matmul = _Matmul()


class _Mkldnn(_Library):
    __slots__ = ("enabled",)

    def __init__(self) -> None:
        self.enabled = True


cuda, cudnn, mkldnn, mps = _Cuda(), _Cudnn(), _Mkldnn(), _Built()

_asked = ["highest"]


def set_float32_matmul_precision(precision: str) -> None:
    """Allow products of float32 matrices to be less exact; here they stay exact.

    Args:
        precision: "highest", "high" or "medium".

    Example:
        >>> import pellucid
        >>> pellucid.set_float32_matmul_precision("highest")
        >>> pellucid.get_float32_matmul_precision()
        'highest'
    """
    if precision not in _PRECISIONS:
        raise SettingError(
            f"set_float32_matmul_precision takes 'highest', 'high' or 'medium' and got"
            f" {precision!r}."
        )
    _asked[0] = precision


def get_float32_matmul_precision() -> str:
    """What was allowed last, or "highest"."""
    return _asked[0]


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Ask for the same numbers from the same program, which is so in any case.

    Args:
        mode: accepted as in PyTorch.
        warn_only: accepted as in PyTorch.
    """
    _repeatable[:] = [bool(mode), bool(warn_only)]


_repeatable = [False, False]


def deterministic() -> tuple[bool, bool]:
    """What `use_deterministic_algorithms` was told: whether, and whether only to warn."""
    return _repeatable[0], _repeatable[1]
