"""Which program computes attention, as PyTorch scripts choose it; here there is one.

A choice is checked and changes nothing, since all of PyTorch's programs give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum

from pellucid.errors import SettingError

__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(IntEnum):
    """PyTorch's names for its programs, with their numbers."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4


@contextmanager
def sdpa_kernel(
    backends: SDPBackend | Iterable[SDPBackend], set_priority: bool = False
) -> Iterator[None]:
    """A block in which attention is computed by one of `backends`; here by the one there is.

    Args:
        backends: one of `SDPBackend`, or several.
        set_priority: accepted as in PyTorch.

    Example:
        >>> import pellucid
        >>> from pellucid.nn.attention import SDPBackend, sdpa_kernel
        >>> q = pellucid.ones(1, 2, 4)
        >>> with sdpa_kernel(SDPBackend.MATH):
        ...     pellucid.nn.functional.scaled_dot_product_attention(q, q, q).shape
        Size([1, 2, 4])

    Source: PyTorch, nn.attention.sdpa_kernel.
    """
    several = [backends] if isinstance(backends, SDPBackend) else list(backends)
    for one in several:
        if not isinstance(one, SDPBackend):
            raise SettingError(f"sdpa_kernel takes members of SDPBackend and got {one!r}.")
    yield
