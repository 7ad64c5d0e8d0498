"""Mixed precision: products in 16 bits, everything that needs its digits in float32."""

from pellucid.amp.autocast import autocast as autocast
from pellucid.amp.autocast import custom_bwd as custom_bwd
from pellucid.amp.autocast import custom_fwd as custom_fwd
from pellucid.amp.autocast import get_autocast_dtype as get_autocast_dtype
from pellucid.amp.autocast import is_autocast_available as is_autocast_available
from pellucid.amp.autocast import is_autocast_enabled as is_autocast_enabled
from pellucid.amp.autocast import set_autocast_dtype as set_autocast_dtype
from pellucid.amp.autocast import set_autocast_enabled as set_autocast_enabled
from pellucid.amp.scaler import GradScaler as GradScaler

__all__ = [
    "GradScaler", "autocast", "custom_bwd", "custom_fwd", "get_autocast_dtype",
    "is_autocast_available", "is_autocast_enabled", "set_autocast_dtype", "set_autocast_enabled",
]  # fmt: skip
