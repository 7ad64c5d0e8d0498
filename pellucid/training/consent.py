"""A model whose network is a Python text is not built until a person said that it may be run.

Weights and descriptions are data; a Python text can do anything. The digest beside the text finds
damage and a changed file; it proves nothing about who wrote them, for whoever can change the one
can change the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pellucid.errors import FileFormatError
from pellucid.training.networks.own import digest_of

__all__ = ["consented"]

_KEYS = ("path", "source", "sha256")


def consented(
    options: Mapping[str, Any], place: Path, trust: bool, file: str | os.PathLike[str] | None
) -> None:
    """Refuse to go on where a Python text would be run without consent.

    Args:
        options: of the architecture: `path`, `source` and `sha256`.
        place: the `model.json`.
        trust: whether the text it holds may be run.
        file: a person's own copy of that text; giving it is consent if it is the same.

    Raises:
        FileFormatError: nobody said so, or the texts differ.
    """
    if not all(isinstance(options.get(key), str) for key in _KEYS):
        raise FileFormatError(f"{place} is not whole: it lacks the Python text of its network.")
    name = options["path"]
    if digest_of(options["source"]) != options["sha256"]:
        raise FileFormatError(
            f"the Python text of {name} in {place} was changed after the training: its digest is"
            " another.\n Train it again with `pellucid fit`."
        )
    if file is not None:
        _same(Path(file), options["sha256"], name)
        return
    if not trust:
        lines = options["source"].count("\n") + 1
        raise FileFormatError(
            f"the network of this model is a Python program, {name} ({lines} lines), and reading"
            " the model would run it.\n Give your own copy: --model "
            f"{name}\n Or, if you trust whoever gave you {place}, read the text in it under"
            ' "source" and say --trust.'
        )


def _same(file: Path, sha256: str, name: str) -> None:
    try:
        source = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise FileFormatError(f"can't read {file}: {reason}.") from None
    if digest_of(source) != sha256:
        raise FileFormatError(
            f"{file} is not the text that the model was trained with ({name}): it was changed.\n"
            " Train it again with `pellucid fit`, or run the stored text with --trust."
        )
