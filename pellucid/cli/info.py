"""`pellucid info`: versions, engines and paths, for a report of something that went wrong."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import sys
from pathlib import Path
from typing import Any

import typer

import pellucid
from pellucid.cli import command as opt

__all__ = ["info"]

_PACKAGES = (
    "numpy", "scipy", "jax", "scikit-learn", "pandas", "pyarrow", "matplotlib", "safetensors",
    "typer", "rich", "torch",
)  # fmt: skip


def info(as_json: opt.Json = False) -> None:
    """List what is installed here."""
    facts: dict[str, Any] = {
        "pellucid": pellucid.__version__,
        "folder": str(Path(pellucid.__file__).parent),
        "python": platform.python_version(),
        "executable": sys.executable,
        "system": f"{platform.system()} {platform.machine()}",
        "engines": "numpy, xla",
        "device": "cpu",
    }
    facts |= {name: _installed(name) for name in _PACKAGES}
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        typer.echo(f"{name:<14}{value or 'not installed'}")


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
