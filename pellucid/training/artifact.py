"""A trained table model on disk: weights in `model.safetensors`, everything else in `model.json`.

No pickle: both files hold data only, and reading them runs nothing. They are written whole or not
at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pellucid._version import __version__
from pellucid.data.prepare import Preparation
from pellucid.data.wording import count
from pellucid.errors import DataError, FileFormatError, PellucidError
from pellucid.training.files import replace_file
from pellucid.training.table_model import Architecture, TableModel
from pellucid.training.tree import from_bytes, to_bytes

__all__ = [
    "DESCRIPTION",
    "RECORDING",
    "WEIGHTS",
    "described",
    "load_model",
    "save_model",
    "why_not",
    "write_whole",
]

WEIGHTS = "model.safetensors"
DESCRIPTION = "model.json"
RECORDING = "recording.safetensors"
_FORMAT = "pellucid.model"
_VERSION = 1
_RETRAIN = "Train it again with `pellucid fit`, or copy both files once more."
_PAIR = f"a model is {WEIGHTS} beside {DESCRIPTION}"


def save_model(model: TableModel, folder: str | os.PathLike[str]) -> dict[str, str]:
    """Write a model into a folder.

    Returns:
        file name -> SHA-256 of what was written.

    Raises:
        DataError: the folder can't be made or written.
    """
    weights = to_bytes(model.network.state_dict())
    digest = hashlib.sha256(weights).hexdigest()
    shape = model.architecture
    description = {
        "format": _FORMAT,
        "version": _VERSION,
        "pellucid": __version__,
        "weights": {"file": WEIGHTS, "sha256": digest},
        "architecture": {
            "kind": "mlp",
            "inputs": shape.inputs,
            "outputs": shape.outputs,
            "hidden": list(shape.hidden),
            "activation": shape.activation,
            "dropout": shape.dropout,
        },
        "preparation": model.preparation.to_json(),
        "facts": model.facts,
    }
    text = json.dumps(description, indent=2, ensure_ascii=False, allow_nan=False).encode()
    place = Path(folder)
    write_whole(place / WEIGHTS, weights)
    write_whole(place / DESCRIPTION, text)
    return {WEIGHTS: digest, DESCRIPTION: hashlib.sha256(text).hexdigest()}


def load_model(path: str | os.PathLike[str]) -> TableModel:
    """Read a model back.

    Args:
        path: its folder, its `model.json` or its `model.safetensors`.

    Raises:
        FileFormatError: there is no model, or a file is damaged or belongs to another model.
    """
    folder = _folder(Path(path))
    file = folder / DESCRIPTION
    data = described(file)
    weights = _weights(folder / WEIGHTS, _digest(data, file))
    try:
        architecture = _architecture(data["architecture"])
        facts = dict(data["facts"])
        preparation = Preparation.from_json(data["preparation"])
    except FileFormatError as damage:
        raise FileFormatError(f"{file}: {damage}\n {_RETRAIN}") from None
    except (KeyError, TypeError, ValueError, OverflowError) as damage:
        raise FileFormatError(_not_whole(file, damage)) from None
    _check_fit(file, architecture, preparation, weights)
    try:
        network = architecture.build()
        network.load_state_dict(weights)
    except PellucidError as damage:
        raise FileFormatError(f"{file} describes no network that works: {damage}") from None
    network.eval()
    return TableModel(network, architecture, preparation, facts)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is never seen half-written; the folder is made if needed.

    Raises:
        DataError: the folder can't be made or written.
    """
    try:
        replace_file(path, data)
    except OSError as reason:
        raise DataError(
            f"can't write {path}: {why_not(path, reason)}.\n"
            " Choose another place with --out, or make room in this one."
        ) from None


def why_not(path: Path, error: OSError) -> str:
    """Say why a file can't be written."""
    if path.is_dir():
        return "it is a folder"
    blocking = next((p for p in path.parents if p.exists() and not p.is_dir()), None)
    if blocking is not None:
        return f"{blocking} is a file"
    return error.strerror or str(error)


def _folder(path: Path) -> Path:
    if not path.exists():
        raise FileFormatError(
            f"there is no model at {path}.{_meant(path)}\n"
            " Give the folder that `pellucid fit` wrote, or a file in it."
        )
    if path.is_file() and path.name not in (WEIGHTS, DESCRIPTION):
        raise FileFormatError(f"{path} is not a model; {_PAIR}.")
    folder = path if path.is_dir() else path.parent
    for name in (DESCRIPTION, WEIGHTS):
        if not (folder / name).is_file():
            raise FileFormatError(f"{folder} has no {name}; {_PAIR}.\n {_RETRAIN}")
    return folder


def _meant(path: Path) -> str:
    """`pellucid fit moons` writes the folder pellucid-moons, and people ask for moons."""
    usual = path.with_name(f"pellucid-{path.name}")
    return f' Did you mean "{usual}"?' if (usual / DESCRIPTION).is_file() else ""


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as reason:
        raise FileFormatError(f"can't read {path}: {reason.strerror or reason}.") from None


def described(path: Path) -> Mapping[str, Any]:
    """What a `model.json` says.

    Raises:
        FileFormatError: it is no JSON, or not one that this pellucid wrote.
    """
    try:
        data = json.loads(_read(path))
    except (ValueError, RecursionError) as broken:
        raise FileFormatError(f"{path} is not whole JSON: {broken}.\n {_RETRAIN}") from None
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise FileFormatError(f"{path} does not describe a pellucid model.\n {_RETRAIN}")
    if data.get("version") != _VERSION:
        raise FileFormatError(
            f"{path} has version {data.get('version')!r}; this pellucid reads version {_VERSION}.\n"
            " Use the pellucid that wrote it, or train again."
        )
    return data


def _digest(data: Mapping[str, Any], file: Path) -> str:
    try:
        return str(data["weights"]["sha256"])
    except (KeyError, TypeError) as damage:
        raise FileFormatError(_not_whole(file, damage)) from None


def _not_whole(file: Path, damage: Exception) -> str:
    what = f"{damage} is missing" if isinstance(damage, KeyError) else str(damage)
    return f"{file} is not whole: {what}.\n {_RETRAIN}"


def _weights(path: Path, expected: str) -> dict[str, Any]:
    raw = _read(path)
    weights = from_bytes(raw, str(path))
    if hashlib.sha256(raw).hexdigest() != expected:
        raise FileFormatError(
            f"{path} is not the weights file that {DESCRIPTION} beside it was written with.\n"
            f" {_RETRAIN}"
        )
    return dict(weights)


def _architecture(shape: Mapping[str, Any]) -> Architecture:
    sizes = [shape["inputs"], *shape["hidden"], shape["outputs"]]
    if not all(type(size) is int and size > 0 for size in sizes):
        raise ValueError(f"the layer sizes {sizes} are not whole numbers from 1")
    return Architecture(
        sizes[0], sizes[-1], tuple(sizes[1:-1]), str(shape["activation"]), float(shape["dropout"])
    )


def _check_fit(
    file: Path, shape: Architecture, preparation: Preparation, weights: Mapping[str, Any]
) -> None:
    """Compare the three descriptions of a model's size before any of them is built."""
    sizes = f"{count(shape.inputs, 'input')} and {count(shape.outputs, 'output')}"
    prepared = (len(preparation.feature_names), preparation.outputs)
    if prepared != (shape.inputs, shape.outputs):
        raise FileFormatError(
            f"{file} describes a network of {sizes}, and its preparation gives {prepared[0]} and"
            f" takes {prepared[1]}.\n"
            f" {_RETRAIN}"
        )
    found = [tuple(t.shape) for name, t in weights.items() if name.endswith("weight")]
    if sorted(found) != sorted(_layers(shape)):
        raise FileFormatError(
            f"{file} describes layers of other sizes than the weights in {WEIGHTS}.\n {_RETRAIN}"
        )


def _layers(shape: Architecture) -> Iterator[tuple[int, int]]:
    sizes = (shape.inputs, *shape.hidden, shape.outputs)
    yield from zip(sizes[1:], sizes[:-1], strict=True)
