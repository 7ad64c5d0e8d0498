"""Weights whose keys carry a prefix, as those saved from a wrapped network do."""

from __future__ import annotations

from typing import Any

__all__ = ["consume_prefix_in_state_dict_if_present"]


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Take a prefix off every key that begins with it, in place.

    Args:
        state_dict: keys and Tensors.
        prefix: such as "module.", which `nn.DataParallel` puts before its keys.

    Example:
        >>> from pellucid.nn.modules.utils import consume_prefix_in_state_dict_if_present
        >>> state = {"module.weight": 1, "bias": 2}
        >>> consume_prefix_in_state_dict_if_present(state, "module.")
        >>> state
        {'weight': 1, 'bias': 2}
    """
    for key in list(state_dict):
        state_dict[key.removeprefix(prefix)] = state_dict.pop(key)
    told = getattr(state_dict, "_metadata", {})
    for path in list(told):
        kept = path[len(prefix) :] if path.startswith(prefix) else path
        told["" if path == prefix.removesuffix(".") else kept] = told.pop(path)
