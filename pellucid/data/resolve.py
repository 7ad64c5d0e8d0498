"""One word on the command line, either a built-in data set or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pellucid.data import builtin
from pellucid.data.read import read
from pellucid.data.table import Table
from pellucid.data.wording import listing, quoted
from pellucid.errors import DataError, SettingError
from pellucid.spelling import closest

__all__ = ["open_table"]


def open_table(
    data: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    types: Mapping[str, str] | None = None,
    missing: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal: str | None = None,
    header: bool | None = None,
    samples: int | None = None,
    noise: float | None = None,
    seed: int = 0,
) -> Table:
    """Return a built-in data set by its name, or a file by its path.

    A name without a folder or an ending that no file has is looked up among the built-in sets.

    Raises:
        SettingError: when an option belongs to the other kind of data.
        DataError: when there is neither such a set nor such a file.

    Example:
        >>> open_table("xor", samples=100).name
        'xor'
    """
    word = str(data)
    if word in builtin.names() and not Path(word).is_file():
        given = {"target": target, "task": task, "type": types, "missing": missing}
        given |= {"delimiter": delimiter, "encoding": encoding, "decimal": decimal}
        _refuse(given, f"{word} is built in and comes ready; these options are for files")
        return builtin.load(word, samples=samples, noise=noise, seed=seed)
    _refuse({"samples": samples, "noise": noise}, "these options are for built-in data")
    if word != "-" and not Path(word).suffix and not Path(word).exists():
        raise _neither(word)
    return read(
        data,
        target=target,
        task=task,
        types=types,
        missing=missing,
        delimiter=delimiter,
        encoding=encoding,
        decimal=decimal,
        header=header,
    )


def _refuse(options: Mapping[str, object], reason: str) -> None:
    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise SettingError(f"{reason}: {', '.join(given)}.")


def _neither(word: str) -> DataError:
    near = closest(word, builtin.names())
    hint = f' Did you mean "{near}"?' if near else ""
    return DataError(
        f"{quoted(word)} is neither a file nor a built-in data set.{hint}"
        f" Built in: {listing(builtin.names(), 12)}."
    )
