"""PyTorch's place for what memory holds before it is written: here it is zeros in any case.

`fill_uninitialized_memory` may be set as there; no number depends on it.
"""

__all__ = ["fill_uninitialized_memory"]

fill_uninitialized_memory = True
