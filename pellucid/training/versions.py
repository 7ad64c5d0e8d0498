"""The versions of what a training ran on, so that its numbers can be had again."""

from __future__ import annotations

import importlib.metadata
import platform

from pellucid._version import __version__

__all__ = ["versions_of"]

_COMPILER = ("jax", "jaxlib")


def versions_of(engine: str) -> dict[str, str]:
    """Name and version of what computed.

    Args:
        engine: "numpy", or "xla" where a compiled program ran.

    Example:
        >>> list(versions_of("numpy")), list(versions_of("xla"))[3:]
        (['pellucid', 'python', 'numpy'], ['jax', 'jaxlib'])
    """
    packages = ("numpy", *(_COMPILER if engine == "xla" else ()))
    return {
        "pellucid": __version__,
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }
