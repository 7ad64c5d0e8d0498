"""What PyTorch has in `torch.accelerator`, as far as scripts ask for it: there is none here.

A script chooses its device with it: `"cuda" if accelerator.is_available() else "cpu"`.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "current_accelerator", "device_count", "empty_cache", "is_available", "synchronize",
]  # fmt: skip


def is_available() -> bool:
    """No.

    Example:
        >>> import pellucid
        >>> pellucid.accelerator.is_available()
        False
    """
    return False


def current_accelerator(check_available: bool = False) -> Any:
    """None.

    Args:
        check_available: accepted as in PyTorch.
    """
    return None


def device_count() -> int:
    """None."""
    return 0


def empty_cache() -> None:
    """Nothing to empty."""


def synchronize(device: object = None) -> None:
    """Nothing to wait for: a result is there when the call returns."""
