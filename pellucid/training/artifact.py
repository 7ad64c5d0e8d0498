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
from pellucid.training.consent import consented
from pellucid.training.files import replace_file
from pellucid.training.kinds import saved_model
from pellucid.training.networks.architecture import Architecture
from pellucid.training.networks.family import FAMILIES, OWN
from pellucid.training.table_model import TableModel
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
            "kind": shape.kind,
            "inputs": shape.inputs,
            "outputs": shape.outputs,
            "hidden": list(shape.hidden),
            "activation": shape.activation,
            "dropout": shape.dropout,
            **({"options": dict(shape.options)} if shape.options else {}),
        },
        "preparation": model.preparation.to_json(),
        **model.extra(),
        "facts": model.facts,
    }
    text = json.dumps(description, indent=2, ensure_ascii=False, allow_nan=False).encode()
    place = Path(folder)
    write_whole(place / WEIGHTS, weights)
    write_whole(place / DESCRIPTION, text)
    return {WEIGHTS: digest, DESCRIPTION: hashlib.sha256(text).hexdigest()}


def load_model(
    path: str | os.PathLike[str],
    *,
    trust: bool = False,
    file: str | os.PathLike[str] | None = None,
) -> TableModel:
    """Read a model back.

    Args:
        path: its folder, its `model.json` or its `model.safetensors`.
        trust: run the Python text that `model.json` holds, where the network came from a Python
            file; that text can do anything, so read it first.
        file: that Python file once more: it is run if it is still the same.

    Raises:
        FileFormatError: there is no model, a file is damaged or belongs to another model, or its
            network is a Python text that nobody said may be run.
    """
    folder = _folder(Path(path))
    place = folder / DESCRIPTION
    data = described(place)
    weights = _weights(folder / WEIGHTS, _digest(data, place))
    try:
        architecture = _architecture(data["architecture"])
        facts = dict(data["facts"])
        preparation = Preparation.from_json(data["preparation"])
    except FileFormatError as damage:
        raise FileFormatError(f"{place}: {damage}\n {_RETRAIN}") from None
    except (KeyError, TypeError, ValueError, OverflowError) as damage:
        raise FileFormatError(_not_whole(place, damage)) from None
    _check_fit(place, architecture, preparation, weights)
    if architecture.kind == OWN:
        consented(architecture.options, place, trust, file)
    try:
        network = architecture.build()
        network.load_state_dict(weights)
        network.eval()
        return saved_model(network, architecture, preparation, facts, data)
    except KeyError as damage:
        raise FileFormatError(_not_whole(place, damage)) from None
    except PellucidError as damage:
        raise FileFormatError(f"{place} describes no network that works: {damage}") from None
    except (TypeError, ValueError, AttributeError) as damage:  # options of another family
        raise FileFormatError(_not_whole(place, damage)) from None


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
    kind, options = str(shape["kind"]), dict(shape.get("options", {}))
    if kind != OWN and kind not in FAMILIES:
        raise ValueError(f"there is no kind of network {kind!r}")
    sizes = [shape["inputs"], *shape["hidden"], shape["outputs"]]
    numbers = [
        n for value in options.values() for n in (value if isinstance(value, list) else [value])
    ]
    whole = [n for n in numbers if n is not None and not isinstance(n, str)]
    if not all(type(size) is int and size > 0 for size in sizes):
        raise ValueError(f"the layer sizes {sizes} are not whole numbers from 1")
    if not all(type(n) is int and n >= (kind != OWN) for n in whole):
        raise ValueError(f"the options {options} are not whole numbers from 1")
    options = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    return Architecture(
        sizes[0], sizes[-1], tuple(sizes[1:-1]), str(shape["activation"]), float(shape["dropout"]),
        kind, options,
    )  # fmt: skip


def _check_fit(
    file: Path, shape: Architecture, preparation: Preparation, weights: Mapping[str, Any]
) -> None:
    """Compare the descriptions of a model's size before any of them is built."""
    sizes = f"{count(shape.inputs, 'input')} and {count(shape.outputs, 'output')}"
    prepared = (len(preparation.feature_names), preparation.outputs)
    if shape.kind in ("gcn", "autoencoder"):  # they add nodes, and give their inputs again
        prepared = (shape.inputs, shape.outputs)
    if prepared != (shape.inputs, shape.outputs):
        raise FileFormatError(
            f"{file} describes a network of {sizes}, and its preparation gives {prepared[0]} and"
            f" takes {prepared[1]}.\n"
            f" {_RETRAIN}"
        )
    if not _sizes_agree(shape, weights):
        raise FileFormatError(
            f"{file} describes layers of other sizes than the weights in {WEIGHTS}.\n {_RETRAIN}"
        )


def _sizes_agree(shape: Architecture, weights: Mapping[str, Any]) -> bool:
    """Whether the weights may be those of this network, without building it.

    Of an MLP every layer is known. Of the other families each size must be an axis of some weight,
    so that a damaged description can't ask for more memory than the weights take.
    """
    if shape.kind == "mlp":
        found = [tuple(t.shape) for name, t in weights.items() if name.endswith("weight")]
        return sorted(found) == sorted(_layers(shape))
    if shape.kind == OWN:
        return True
    axes = {size for t in weights.values() for size in t.shape}
    wanted = {*shape.hidden, shape.outputs, *shape.options.get("channels", ())}
    return wanted <= axes and shape.options.get("layers", 1) <= len(weights)


def _layers(shape: Architecture) -> Iterator[tuple[int, int]]:
    sizes = (shape.inputs, *shape.hidden, shape.outputs)
    yield from zip(sizes[1:], sizes[:-1], strict=True)
