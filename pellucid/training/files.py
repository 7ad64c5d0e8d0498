"""Weights and checkpoints on disk: written whole or not at all, read without running anything."""

from __future__ import annotations

import os
import secrets
from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.errors import FileFormatError
from pellucid.nn.module import Module
from pellucid.tensor.misspelled import told_if_misspelled
from pellucid.training.tree import from_bytes, to_bytes

__all__ = ["load", "read_file", "replace_file", "save"]

Place = str | PathLike[str]


@told_if_misspelled
def save(obj: Any, f: Place | Any) -> None:
    """Write weights, or any nested data with Tensors in it, to a safetensors file.

    Args:
        obj: a module (its `state_dict` is written), a state_dict, or dicts and lists of Tensors,
            numbers and texts.
        f: a path, or an open binary file. A file at the path is replaced at once or not at all.

    Example:
        >>> import pellucid, tempfile, os
        >>> path = os.path.join(tempfile.mkdtemp(), "weights.safetensors")
        >>> save({"epoch": 3, "weight": pellucid.ones(2)}, path)
        >>> load(path)
        {'epoch': 3, 'weight': tensor([1., 1.])}
    """
    raw = to_bytes(obj.state_dict() if isinstance(obj, Module) else obj)
    if hasattr(f, "write"):
        f.write(raw)
    else:
        replace_file(Path(f), raw)


@told_if_misspelled
def load(f: Place | Any, map_location: Any = None, *, weights_only: bool = True) -> Any:
    """Read what `save` wrote, or any safetensors file as a dict of Tensors.

    Args:
        f: a path, or an open binary file.
        map_location: accepted as in PyTorch; everything lives on the CPU.
        weights_only: accepted as in PyTorch; nothing else can be in the file.

    Raises:
        FileFormatError: the file is truncated, damaged, or of another kind.
        FileNotFoundError: there is none.
    """
    return read_file(f, arrays=True)


def read_file(f: Place | Any, *, arrays: bool = False) -> Any:
    """The same for this package's own files.

    Args:
        f: a path, or an open binary file.
        arrays: whether what was saved as an array comes back as one, and not as a Tensor.
    """
    if hasattr(f, "read"):
        return from_bytes(f.read(), getattr(f, "name", "the file"), arrays=arrays)
    path = Path(f)
    if path.is_dir():
        raise FileFormatError(f"{path} is a folder; give the file in it.")
    return from_bytes(path.read_bytes(), str(path), arrays=arrays)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path` so that whoever looks finds the old file or the new one, whole.

    A link is followed; what is no plain file (a pipe, a device) is written through, never replaced.
    The bytes are on the disk before the old file goes; a new file gets the usual permissions, a
    file that was there keeps its own.
    """
    if _takes_a_stream(path):
        with path.open("wb") as through:
            through.write(data)
        return
    path = path.resolve() if path.is_symlink() else path
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.is_file():
            beside.chmod(path.stat().st_mode & 0o777)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _takes_a_stream(path: Path) -> bool:
    """Whether a place is a pipe or a device; /dev/stdout is one wherever it leads."""
    if not path.exists() or path.is_dir():
        return False
    return not path.is_file() or path.parts[:2] in (("/", "dev"), ("/", "proc"))
