"""A network from a person's own Python file: its function `model()` is called, and checked.

The text of the file is kept beside the weights. Reading a model back would run it, so that needs
consent: `load_model` says how it is given.
"""

from __future__ import annotations

import hashlib
import inspect
import traceback
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any

from pellucid import nn
from pellucid.data.wording import listing, quoted
from pellucid.errors import PellucidError, SettingError
from pellucid.spelling import a_kind, did_you_mean
from pellucid.tensor.creation import zeros
from pellucid.tensor.grad_mode import no_grad

__all__ = ["build_own", "digest_of", "read_own"]

_ASKS = ("inputs", "outputs", "shape", "classes", "hidden", "activation", "dropout")
_EXAMPLE = "def model(inputs, outputs): return nn.Sequential(nn.Linear(inputs, outputs))"


def read_own(path: str) -> dict[str, str]:
    """Return the name, text and digest of a file, without running it.

    Raises:
        SettingError: it can't be read.
    """
    place = Path(path)
    try:
        source = place.read_text("utf-8")
    except FileNotFoundError:
        near = [str(p) for p in place.parent.glob("*.py")] if place.parent.is_dir() else []
        hint = did_you_mean(path, near)
        raise SettingError(f"there is no file {path} to take a model from.{hint}") from None
    except (OSError, UnicodeDecodeError) as reason:
        raise SettingError(f"can't read {path}: {reason}.") from None
    return {"path": path, "source": source, "sha256": digest_of(source)}


def digest_of(source: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(source.encode()).hexdigest()


def build_own(
    inputs: int,
    outputs: int,
    *,
    path: str,
    source: str,
    sha256: str,
    hidden: Sequence[int] = (64, 64),
    activation: str = "relu",
    dropout: float = 0.0,
    shape: Sequence[int] | None = None,
    steps: int | None = None,
    classes: int = 0,
) -> Any:
    """Run the file, call its `model()` with what it asks for, and check what comes back.

    Args:
        inputs: features that come in.
        outputs: numbers that go out: one per class, or one.
        path: what messages call the file.
        source: its text.
        sha256: the digest of that text.
        hidden: sizes of hidden layers.
        activation: name of the function between layers.
        dropout: share of activations that training silences.
        shape: the shape in which it gets a row; None for a row of numbers.
        steps: so many steps of a row; None for all features at once.
        classes: how many classes there are; 0 where the target is a number.

    Raises:
        SettingError: says what is wrong with the file, and what to change.
    """
    seen = _shape(inputs, shape, steps)
    given = {
        "inputs": inputs, "outputs": outputs, "shape": seen, "classes": classes, "hidden": hidden,
        "activation": activation, "dropout": dropout,
    }  # fmt: skip
    make = _function(_run(source, path), path)
    network = _called(make, {name: given[name] for name in _asked(make, path)}, path)
    _check_module(network, path)
    whole = network if seen == (inputs,) else nn.Sequential(nn.Unflatten(1, seen), network)
    _try_out(whole, inputs, outputs, seen, path)
    return whole


def _shape(inputs: int, shape: Sequence[int] | None, steps: int | None) -> tuple[int, ...]:
    if shape is not None:
        return tuple(shape)
    return (inputs,) if steps is None else (steps, inputs // steps)


def _run(source: str, path: str) -> ModuleType:
    module = ModuleType(Path(path).stem)
    module.__file__ = path
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except SyntaxError as error:
        raise SettingError(f"{path}, line {error.lineno}: {error.msg}.") from None
    except Exception as error:
        raise SettingError(f"{_line(error, path)} while it was read: {_said(error)}") from None
    return module


def _line(error: BaseException, path: str) -> str:
    """The file and the line of it that the error came from."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    return f"{path}, line {lines[-1]}" if lines else path


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _function(module: ModuleType, path: str) -> Callable[..., Any]:
    found = getattr(module, "model", None)
    if callable(found):
        return found  # type: ignore[no-any-return]
    own = [name for name, thing in vars(module).items()
           if callable(thing) and getattr(thing, "__module__", "") == module.__name__]  # fmt: skip
    if found is not None:
        text = f"in {path}, model is {a_kind(found)} and not a function."
        raise SettingError(f"{text}\n Write: def model(): return {'…' if own else 'net'}")
    has = f" It has: {listing(own)}." if own else ""
    raise SettingError(f"{path} has no function model().{has}\n Such as: {_EXAMPLE}")


def _asked(make: Callable[..., Any], path: str) -> list[str]:
    """The arguments that are to be given; those with a default of another name are left alone."""
    parameters = inspect.signature(make).parameters.values()
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    unknown = [p.name for p in named if p.name not in _ASKS and p.default is p.empty]
    if unknown:
        hint = did_you_mean(unknown[0], _ASKS)
        raise SettingError(
            f"model() in {path} asks for {quoted(unknown[0])}, which is not known.{hint}"
            f"\n It may ask for: {', '.join(_ASKS)}."
        )
    return [p.name for p in named if p.name in _ASKS]


def _called(make: Callable[..., Any], given: dict[str, Any], path: str) -> Any:
    try:
        return make(**given)
    except Exception as error:
        raise SettingError(f"{_line(error, path)}: model() failed: {_said(error)}") from None


def _check_module(network: Any, path: str) -> None:
    if isinstance(network, nn.Module):
        return
    kind = type(network)
    text = f"model() in {path} gives a {kind.__name__} and not a pellucid.nn.Module."
    if network is None:
        text += "\n Is a return missing?"
    elif isinstance(network, type) and issubclass(network, nn.Module):
        name = network.__name__
        text = f"model() in {path} gives the class {name}.\n Make one: {name}(…)"
    elif kind.__module__.partition(".")[0] == "torch" or any(
        base.__module__.partition(".")[0] == "torch" for base in kind.__mro__
    ):
        text += "\n It is torch's. The same names are in pellucid: from pellucid import nn"
    raise SettingError(text)


def _try_out(
    network: nn.Module, inputs: int, outputs: int, seen: tuple[int, ...], path: str
) -> None:
    """Two rows of zeros go in; what comes out must have the shape that the target needs."""
    training = network.training
    network.eval()
    try:
        with no_grad():
            found = network(zeros(2, inputs))
    except Exception as error:
        if not isinstance(error, PellucidError | TypeError | ValueError | IndexError):
            raise SettingError(f"{_line(error, path)}: forward() failed: {_said(error)}") from None
        raise SettingError(_unfit(error, inputs, seen, path)) from None
    finally:
        network.train(training)
    shape = tuple(getattr(found, "shape", ()))
    if shape != (2, outputs):
        what = "one score for each class" if outputs > 1 else "one number for each row"
        got = f"shape {shape}" if hasattr(found, "shape") else a_kind(found)
        raise SettingError(
            f"the network of {path} gives {got} for two rows, and (2, {outputs}) is needed: {what}."
            f"\n End it with nn.Linear(…, {outputs}), or ask for it: def model(inputs, outputs)."
        )


def _unfit(error: Exception, inputs: int, seen: tuple[int, ...], path: str) -> str:
    first = str(error).partition("\n")[0]
    text = f"the network of {path} does not take rows of shape {seen}: {first}"
    if seen == (inputs,):
        return (
            f"{text}\n Its first layer must take {inputs} numbers (def model(inputs) asks for"
            " them).\n For pictures give --shape, such as 1x8x8; for steps --steps."
        )
    return f"{text}\n A row has {prod(seen)} numbers; say their shape with --shape or --steps."
