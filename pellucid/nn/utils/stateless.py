"""A module called with other weights than its own: for weights that are themselves computed.

Learning to learn is of this kind: θ′ = θ − η∇L(θ) stays part of the graph, and L(θ′) is
differentiated in θ.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pellucid.errors import PellucidWarning, StateError
from pellucid.graph.mode import current
from pellucid.graph.node import last_change
from pellucid.nn.module import Module
from pellucid.nn.walk import modules_of
from pellucid.spelling import did_you_mean
from pellucid.tensor import Tensor

__all__ = ["functional_call"]

_ABSENT = object()
_Place = tuple[Module, str, str]  # a module, one of its drawers, a name in there


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module gives with these Tensors in place of its weights; it keeps its own.

    Args:
        module: the module.
        parameters_and_buffers: Tensors under the keys of `state_dict`, or several such dicts.
        args: what the module is called with: a tuple, or one value.
        kwargs: the same by name.
        tie_weights: whether a weight with several names is replaced under all of them.
        strict: whether every weight and buffer has to be given, and nothing else. Otherwise a key
            may also name an attribute, which is what is given for as long as the call lasts.

    Raises:
        StateError: keys of a module that is not there; with `strict`, keys that are no weight's, or
            are missing.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Linear(2, 1, bias=False)
        >>> weight = pellucid.tensor([[1.0, 2.0]], requires_grad=True)
        >>> x = pellucid.tensor([3.0, 4.0])
        >>> y = nn.utils.stateless.functional_call(model, {"weight": weight * 10}, x)
        >>> y.sum().backward()
        >>> y.item(), weight.grad, model.weight.grad
        (110.0, tensor([[30., 40.]]), None)

    Source: PyTorch, `torch.func.functional_call`
    """
    given = _merged(parameters_and_buffers)
    places = _places(module)
    _check(module, places, given, strict)
    places.update((key, _attribute(module, key, places)) for key in given if key not in places)
    trace = current().trace
    if trace is not None:  # it gets back what a module holds now, which must not be these Tensors
        for part in {id(part): part for part, _, _ in places.values()}.values():
            trace.called(part)
    inputs = () if args is None else args if isinstance(args, tuple) else (args,)
    with _held(_wanted(places, given, tie_weights)):
        return module(*inputs, **(kwargs or {}))


def _merged(given: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    parts = [given] if isinstance(given, Mapping) else given
    return {key: value for part in parts for key, value in part.items()}


def _places(module: Module) -> dict[str, _Place]:
    return {
        f"{path}.{name}" if path else name: (part, drawer, name)
        for path, part in modules_of(module, set(), "", False)
        for drawer in ("_parameters", "_buffers")
        for name, value in getattr(part, drawer).items()
        if value is not None
    }


def _check(
    module: Module, places: dict[str, _Place], given: dict[str, Tensor], strict: bool
) -> None:
    if not strict:
        return
    for key in given:
        if key not in places:
            raise StateError(_unknown(module, key, places))
    missing = [key for key in places if key not in given]
    if missing:
        kind = type(module).__name__
        raise StateError(f"functional_call: this {kind} also needs {', '.join(missing)}.")


def _unknown(module: Module, key: str, places: dict[str, _Place]) -> str:
    meant = did_you_mean(key, places, repr)
    return f"functional_call: this {type(module).__name__} has no weight {key!r}.{meant}"


def _attribute(module: Module, key: str, places: dict[str, _Place]) -> _Place:
    """The place of an attribute that is neither weight nor buffer; there may be none so far."""
    path, _, name = key.rpartition(".")
    try:
        part = module.get_submodule(path)
    except AttributeError:
        raise StateError(_unknown(module, key, places)) from None
    if name in part._modules:
        raise StateError(f"functional_call: {key!r} is a module, and Tensors stand for weights.")
    if name not in part.__dict__ and did_you_mean(key, places):
        warnings.warn(_unknown(module, key, places), PellucidWarning, stacklevel=4)
    return part, "__dict__", name


def _wanted(
    places: dict[str, _Place], given: dict[str, Tensor], tied: bool
) -> list[tuple[_Place, Tensor]]:
    found = {key: (places[key], value) for key, value in given.items()}
    if tied:
        shared = {id(_value(places[key])): value for key, value in given.items()}
        for key, place in places.items():
            if key not in found and id(_value(place)) in shared:
                found[key] = place, shared[id(_value(place))]
    return list(found.values())


def _value(place: _Place) -> Any:
    module, drawer, name = place
    return getattr(module, drawer).get(name, _ABSENT)


@contextmanager
def _held(wanted: list[tuple[_Place, Tensor]]) -> Iterator[None]:
    before = [(place, _value(place)) for place, _ in wanted]
    try:
        _put(wanted)
        yield
    finally:
        _put(before)


def _put(values: list[tuple[_Place, Tensor]]) -> None:
    for (module, drawer, name), value in values:
        if value is _ABSENT:
            del getattr(module, drawer)[name]
            continue
        getattr(module, drawer)[name] = value
        if name in module.__dict__:  # a weight with a parametrization is a property
            module.__dict__[name] = value
    last_change[0] += 1
