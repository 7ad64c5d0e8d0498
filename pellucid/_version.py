"""The one place that states pellucid's version; packaging, files and the command line read it."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
