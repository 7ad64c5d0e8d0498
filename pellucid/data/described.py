"""How much there is in a dataset or a sampler, in words; printing one never fails."""

from __future__ import annotations

from typing import Any

from pellucid.data.wording import count

__all__ = ["samples"]


def samples(thing: Any) -> str:
    """Return the number of samples in words; "" where it is not known.

    Example:
        >>> samples([3, 4]), samples(iter(()))
        ('2 samples', '')
    """
    try:
        return count(len(thing), "sample")
    except (TypeError, NotImplementedError, AttributeError):
        return ""
