"""A trained table model on disk: weights in `model.safetensors`, everything else in `model.json`.

No pickle: both files hold data only, and reading them runs nothing. They are written whole or not
at all.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid._version import __version__
from pellucid.data.prepare import Preparation
from pellucid.errors import DataError, FileFormatError
from pellucid.training.files import replace_file
from pellucid.training.table_model import Architecture, TableModel
from pellucid.training.tree import from_bytes, to_bytes

__all__ = ["DESCRIPTION", "WEIGHTS", "load_model", "save_model", "write_whole"]

WEIGHTS = "model.safetensors"
DESCRIPTION = "model.json"
_FORMAT = "pellucid.model"
_VERSION = 1
_RETRAIN = "Train it again with `pellucid fit`, or copy both files once more."


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
    data = _description(folder / DESCRIPTION)
    try:
        shape = data["architecture"]
        architecture = Architecture(
            int(shape["inputs"]), int(shape["outputs"]), tuple(int(n) for n in shape["hidden"]),
            str(shape["activation"]), float(shape["dropout"]),
        )  # fmt: skip
        expected, facts = str(data["weights"]["sha256"]), dict(data["facts"])
        preparation = Preparation.from_json(data["preparation"])
    except (KeyError, TypeError, ValueError) as damage:
        if isinstance(damage, FileFormatError):
            raise
        raise FileFormatError(
            f"{folder / DESCRIPTION} is not whole: {damage!r} is missing or of the wrong kind.\n"
            f" {_RETRAIN}"
        ) from None
    network = architecture.build()
    network.load_state_dict(_weights(folder / WEIGHTS, expected))
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
            f"can't write {path}: {reason.strerror or reason}.\n"
            " Choose another folder with --out, or free this one."
        ) from None


def _folder(path: Path) -> Path:
    folder = path if path.is_dir() else path.parent
    if not path.exists():
        raise FileFormatError(
            f"there is no model at {path}.\n"
            " Give the folder that `pellucid fit` wrote, or a file in it."
        )
    if path.is_file() and path.name not in (WEIGHTS, DESCRIPTION):
        raise FileFormatError(f"{path} is not a model; a model is {WEIGHTS} beside {DESCRIPTION}.")
    for name in (DESCRIPTION, WEIGHTS):
        if not (folder / name).is_file():
            raise FileFormatError(
                f"{folder} has no {name}; a model is {WEIGHTS} beside {DESCRIPTION}.\n {_RETRAIN}"
            )
    return folder


def _description(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, UnicodeDecodeError) as broken:
        raise FileFormatError(f"{path} is not whole JSON: {broken}.\n {_RETRAIN}") from None
    if not isinstance(data, dict) or data.get("format") != _FORMAT:
        raise FileFormatError(f"{path} does not describe a pellucid model.\n {_RETRAIN}")
    if data.get("version") != _VERSION:
        raise FileFormatError(
            f"{path} has version {data.get('version')!r}; this pellucid reads version {_VERSION}.\n"
            " Use the pellucid that wrote it, or train again."
        )
    return data


def _weights(path: Path, expected: str) -> dict[str, Any]:
    raw = path.read_bytes()
    weights: dict[str, Any] = from_bytes(raw, str(path))
    if hashlib.sha256(raw).hexdigest() != expected:
        raise FileFormatError(
            f"{path} is not the weights file that {DESCRIPTION} beside it was written with.\n"
            f" {_RETRAIN}"
        )
    return weights
