"""Where Tensors live: always the CPU. Who asks for another place is told so in the same words."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError

__all__ = ["CPU", "device", "on_cpu"]


def on_cpu(device: Any) -> None:
    """Refuse every other place."""
    if device is not None and str(device) not in ("cpu", "cpu:0"):
        raise SettingError(f"device {str(device)!r} does not exist here; Tensors live on 'cpu'.")


class device:
    """Where Tensors live: always the CPU.

    Example:
        >>> device("cpu")
        device(type='cpu')
    """

    index = None

    def __init__(self, type: Any = "cpu", index: int | None = None) -> None:
        on_cpu(type if index is None else f"{type}:{index}")
        self.type = "cpu"

    def __enter__(self) -> device:
        """Make Tensors there within a `with` block, as everywhere."""
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"

    def __eq__(self, other: object) -> bool:
        return str(other) == "cpu"

    def __hash__(self) -> int:
        return hash("cpu")


CPU = device("cpu")
