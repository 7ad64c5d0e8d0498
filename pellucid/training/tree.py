"""Nested data with Tensors in it as one safetensors file, and back; reading it runs nothing.

Tensors are stored by name; what is around them (dicts, lists, numbers, texts) is JSON in the file's
header. A flat dict of Tensors is an ordinary safetensors file that any other tool reads.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.dtypes import bfloat16
from pellucid.errors import FileFormatError, SettingError
from pellucid.graph.halves import at_hand
from pellucid.spelling import a_kind
from pellucid.tensor.creation import of_array
from pellucid.tensor.tensor import Tensor

__all__ = ["from_bytes", "to_bytes"]

_KEY, _SUM = "pellucid.tree", "pellucid.crc32"
_LONGEST = 100_000_000  # bytes of a header, which the format allows
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")
_STOP = b"."  # the end of every pickle
_PLAIN = (bool, int, float, str, type(None))


def to_bytes(value: Any) -> bytes:
    """The file's content.

    Args:
        value: dicts, lists, tuples, numbers, texts, None, Tensors and arrays, nested as you like.

    Raises:
        SettingError: something in it is none of these; names its place.
    """
    from safetensors.numpy import save

    arrays: dict[str, Any] = {}
    if _is_flat(value):
        arrays = {name: _array(t) for name, t in value.items()}
        return save(arrays)
    text = json.dumps(_packed(value, "", arrays), ensure_ascii=False)
    return save(arrays, {_KEY: text, _SUM: _sum(text, arrays)})


def _sum(text: str, arrays: Mapping[str, Any]) -> str:
    """What is all but certain to differ where a byte of a file does."""
    found = zlib.crc32(text.encode())
    for name in sorted(arrays):
        flat = np.ascontiguousarray(arrays[name]).reshape(-1)
        found = zlib.crc32(flat.view(np.uint8).data, zlib.crc32(name.encode(), found))
    return f"{found:08x}"


# The reader for NumPy does not know these; their bits it reads as whole numbers.
_BF16 = re.compile(rb'"dtype"(\s*):(\s*)"BF16"')


def _bfloat16s(raw: bytes) -> list[str]:
    """The arrays of bfloat16 in a file."""
    if b"BF16" not in raw[: 8 + int.from_bytes(raw[:8], "little")]:
        return []
    at_hand(bfloat16)
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    return [k for k, v in header.items() if v.get("dtype") == "BF16" and k != "__metadata__"]


def from_bytes(raw: bytes, name: str, *, arrays: bool = False) -> Any:
    """What `to_bytes` was given; arrays come back as Tensors, or as arrays.

    Args:
        raw: the file's content.
        name: what messages call the file.
        arrays: whether NumPy's arrays come back as such.

    Raises:
        FileFormatError: the file is truncated, damaged or of another kind.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        halves = _bfloat16s(raw)
        held = load(_BF16.sub(rb'"dtype":"U16"\1\2 ', raw, len(halves)) if halves else raw)
        for half in halves:
            held[half] = held[half].view(bfloat16.name)
        header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
        noted = header.get("__metadata__", {})
        text, known = noted.get(_KEY), noted.get(_SUM)
        tree = None if text is None else json.loads(text)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as damage:
        raise FileFormatError(_unreadable(raw, name, damage)) from None
    if text is not None and known is not None and known != _sum(text, held):
        raise FileFormatError(
            f"{name} is damaged: what it holds is not what was written.\n"
            " Get it again, or take an earlier copy."
        )
    tensors = {key: of_array(_own(array)) for key, array in held.items()}
    if text is None:
        return tensors
    try:
        return _unpacked(tree, tensors, arrays)
    except (KeyError, TypeError, ValueError) as damage:
        raise FileFormatError(
            f"{name} is damaged: its description speaks of {damage}, which is not in it."
        ) from None


def _is_flat(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(type(k) is str and isinstance(v, Tensor) for k, v in value.items())
    )


def _packed(value: Any, path: str, arrays: dict[str, Any]) -> Any:
    """The value with Tensors put into `arrays` under the path at which they stand."""
    if isinstance(value, Tensor | np.ndarray):
        arrays[path or "value"] = _array(value)
        return {"tensor" if isinstance(value, Tensor) else "array": path or "value"}
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        pairs = [[_name(k, path), _packed(v, _join(path, k), arrays)] for k, v in value.items()]
        return {"dict": pairs}
    if isinstance(value, list | tuple):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_packed(v, _join(path, i), arrays) for i, v in enumerate(value)]}
    place = f" at {path}" if path else ""
    raise SettingError(
        f"{a_kind(value)}{place} can't be saved: files here hold Tensors, numbers, texts,"
        " lists and dicts.\n Save module.state_dict() instead of the module, for example."
    )


def _unpacked(tree: Any, tensors: Mapping[str, Tensor], arrays: bool) -> Any:
    if not isinstance(tree, dict):
        return tree
    ((kind, held),) = tree.items()
    if kind == "tensor":
        return tensors[held]
    if kind == "array":
        return tensors[held].numpy() if arrays else tensors[held]
    if kind == "dict":
        return {name: _unpacked(value, tensors, arrays) for name, value in held}
    items = [_unpacked(value, tensors, arrays) for value in held]
    return items if kind == "list" else tuple(items)


def _name(key: Any, path: str) -> Any:
    if type(key) not in _PLAIN:
        raise SettingError(
            f"{a_kind(key)} as a key{f' at {path}' if path else ''} can't be saved:"
            " keys are texts or numbers."
        )
    return key


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _array(value: Any) -> Any:
    # safetensors writes memory as it lies, so a mirrored array must be laid out first
    return np.ascontiguousarray(value._value() if isinstance(value, Tensor) else value).reshape(
        value.shape
    )


def _own(array: Any) -> Any:
    return array if array.flags.writeable else array.copy()


def _is_pickle(raw: bytes) -> bool:
    """Whether torch.save wrote it: a zip archive, or in old times a pickle as it is.

    The length that a safetensors file begins with may hold the same bytes; after it the header
    opens with a brace, where an archive and a pickle hold something else.
    """
    counted = int.from_bytes(raw[:8], "little") <= _LONGEST
    if counted and (raw[8:9] == b"{" or (len(raw) <= 8 and raw[-1:] != _STOP)):
        return False
    return raw[:4] == b"PK\x03\x04" or (raw[:1] == b"\x80" and raw[1:2] in _PROTOCOLS)


def _unreadable(raw: bytes, name: str, damage: Exception) -> str:
    if _is_pickle(raw):
        return (
            f"{name} is a pickle, as torch.save writes it; reading one runs code, so it is not read"
            " here.\n In PyTorch: safetensors.torch.save_file(model.state_dict(), path)."
        )
    if not raw:
        return f"{name} is empty.\n It was cut off while being written or copied; get it again."
    return (
        f"{name} is not a whole safetensors file ({len(raw):,} bytes): {damage}.\n"
        " It was cut off while being written or copied, or is something else."
    )
