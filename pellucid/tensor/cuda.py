"""What PyTorch has in `torch.cuda`, as far as scripts ask for it where there is no such device.

Questions are answered with no, and what would seed, empty or wait for a device has nothing to do.
"""

from __future__ import annotations

__all__ = [
    "device_count", "empty_cache", "is_available", "is_bf16_supported", "manual_seed",
    "manual_seed_all", "synchronize",
]  # fmt: skip


def is_available() -> bool:
    """No.

    Example:
        >>> import pellucid
        >>> pellucid.device("cuda" if pellucid.cuda.is_available() else "cpu")
        device(type='cpu')
    """
    return False


def is_bf16_supported(including_emulation: bool = True) -> bool:
    """No; `autocast("cpu")` computes in bfloat16."""
    return False


def device_count() -> int:
    """None."""
    return 0


def manual_seed(seed: int) -> None:
    """Nothing to seed; `pellucid.manual_seed` seeds what is drawn on the CPU."""


def manual_seed_all(seed: int) -> None:
    """Nothing to seed."""


def empty_cache() -> None:
    """Nothing to empty."""


def synchronize(device: object = None) -> None:
    """Nothing to wait for: a result is there when the call returns."""
