"""What PyTorch has in `torch.cuda.amp`: the older spelling of mixed precision, without a device.

Both mean "cuda", so they warn and switch off, as PyTorch's do where there is no such device.
"""

from __future__ import annotations

from pellucid.amp.autocast import autocast as _autocast
from pellucid.amp.autocast import custom_bwd as custom_bwd
from pellucid.amp.autocast import custom_fwd as custom_fwd
from pellucid.amp.scaler import GradScaler as _GradScaler
from pellucid.dtypes import DType, float16

__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd"]


class autocast(_autocast):
    """`pellucid.autocast("cuda")`.

    Args:
        enabled: False keeps it from warning, too.
        dtype: bfloat16 or float16.
        cache_enabled: not used; there for PyTorch's sake.

    Example:
        >>> import pellucid
        >>> with pellucid.cuda.amp.autocast(enabled=False):
        ...     y = pellucid.ones(2, 2) @ pellucid.ones(2, 2)
        >>> y.dtype
        pellucid.float32
    """

    def __init__(
        self, enabled: bool = True, dtype: DType = float16, cache_enabled: bool = True
    ) -> None:
        super().__init__("cuda", dtype, enabled, cache_enabled)


class GradScaler(_GradScaler):
    """`pellucid.amp.GradScaler("cuda", …)`.

    Args:
        init_scale: the first scale.
        growth_factor: what the scale is multiplied by after `growth_interval` good steps.
        backoff_factor: what it is multiplied by after a step with infinite gradients.
        growth_interval: steps.
        enabled: False makes everything here do nothing.
    """

    def __init__(
        self,
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        super().__init__(
            "cuda", init_scale, growth_factor, backoff_factor, growth_interval, enabled
        )
