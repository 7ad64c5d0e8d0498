"""Weights as functions of other weights: `register_parametrization` and what goes with it.

A module's `weight` becomes the result of modules that stand in `module.parametrizations.weight`;
what is learned is their input, `original` (or `original0`, `original1`, … where there are several).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from pellucid.errors import SettingError, ShapeError
from pellucid.graph.mode import current, switched
from pellucid.nn.container import ModuleDict, ModuleList
from pellucid.nn.module import Module
from pellucid.nn.utils.derived import Way, derive, lacking, made_of, underive
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Parameter, Tensor

__all__ = [
    "ParametrizationList", "cached", "is_parametrized", "register_parametrization",
    "remove_parametrizations", "transfer_parametrizations_and_params",
    "type_before_parametrizations",
]  # fmt: skip


class _Cache:
    """Weights that were computed within `cached()`."""

    def __init__(self) -> None:
        self.depth = 0
        self.known: dict[tuple[int, str], Tensor] = {}


_cache = _Cache()


@contextmanager
def cached() -> Iterator[None]:
    """Within it, each weight is computed once, however often it is used."""
    _cache.depth += 1
    try:
        yield
    finally:
        _cache.depth -= 1
        if not _cache.depth:
            _cache.known.clear()


class ParametrizationList(ModuleList):
    """The modules that compute one weight, in order, and what they compute it from.

    Args:
        modules: what is applied, first to last.
        original: the Parameter or buffer that was there.
        unsafe: whether shape and dtype may change.
    """

    _made_with_tensors = 1

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise SettingError("ParametrizationList needs at least one module.")
        super().__init__(modules)
        self.unsafe = unsafe
        with switched(recording=False):
            new = self._undone(original, strict=False)
        _check_inverse(new)
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if isinstance(new, Tensor):
            _same_dtype("right_inverse", original, new)
            if new is not original:
                original.data = new.detach().clone()
            _own(self, "original", original)
        else:
            for i, part in enumerate(new):
                _own(self, f"original{i}", _like(original, part.detach().clone()))

    def _undone(self, value: Any, strict: bool) -> Any:
        for module in reversed(list(self)):
            inverse = getattr(module, "right_inverse", None)
            if inverse is None:
                if strict:
                    raise SettingError(
                        f"{type(module).__name__} has no right_inverse, so a weight that it "
                        "computes can't be assigned.\n Write into the original instead."
                    )
                continue
            try:
                value = inverse(value)
            except NotImplementedError:
                if strict:
                    raise
        return value

    def right_inverse(self, value: Tensor) -> None:
        """Write what gives `value` into the originals."""
        with switched(recording=False):
            new = self._undone(value, strict=True)
            parts = [new] if self.is_tensor else list(new)
            if len(parts) != self.ntensors:
                raise SettingError(
                    f"right_inverse must give {self.ntensors} Tensors and gave {len(parts)}."
                )
            for held, part in zip(self._originals(), parts, strict=True):
                _same_dtype("right_inverse", held, part)
                held.data = part.detach().clone()

    def _originals(self) -> list[Tensor]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{i}") for i in range(self.ntensors)]

    def forward(self) -> Tensor:
        """The weight."""
        first, *others = self
        out: Any = first(*self._originals())
        for module in others:
            out = module(out)
        weight: Tensor = out
        return weight


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Let `module.tensor_name` be what `parametrization` makes of it.

    Args:
        module: whose weight it is.
        tensor_name: name of a Parameter or buffer.
        parametrization: a module that takes and gives a Tensor; with a method `right_inverse` the
            weight can be assigned, and may be computed from several Tensors.
        unsafe: whether it may change shape and dtype.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> from pellucid.nn.utils import parametrize
        >>> class Symmetric(nn.Module):
        ...     def forward(self, x):
        ...         return x.triu() + x.triu(1).mT
        >>> layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
        >>> bool((layer.weight == layer.weight.mT).all()), [n for n, _ in layer.named_parameters()]
        (True, ['bias', 'parametrizations.weight.original'])
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        weight = getattr(module, tensor_name)
        if not unsafe:
            made = parametrization(weight)
            _check(tensor_name, weight, made)
            _check_way_back(parametrization, made)
        held = module.parametrizations[tensor_name]
        held.append(parametrization)
        held.unsafe |= unsafe
        return module
    if tensor_name not in module._parameters and tensor_name not in module._buffers:
        raise lacking(module, tensor_name)
    original = getattr(module, tensor_name)
    was = original.detach()
    held = ParametrizationList([parametrization], original, unsafe)
    if not unsafe:
        _check(tensor_name, was, held())
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.parametrizations = ModuleDict()
    module.parametrizations[tensor_name] = held
    way = Way(partial(_computed, tensor_name), partial(_assigned, tensor_name))
    derive(module, tensor_name, way, "Parametrized")
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a weight of `module` is computed: the one named, or any."""
    held = module.__dict__.get("parametrizations")
    if not isinstance(held, ModuleDict):
        return False
    return len(held) > 0 if tensor_name is None else tensor_name in held


def remove_parametrizations(
    module: Module, tensor_name: str, leave_parametrized: bool = True
) -> Module:
    """Let the weight be a Parameter (or buffer) of its own again.

    Args:
        module: whose weight it is.
        tensor_name: name of the weight.
        leave_parametrized: with the value that was computed; else with the original.
    """
    if not is_parametrized(module, tensor_name):
        raise SettingError(f"{type(module).__name__}.{tensor_name} is not parametrized.")
    held = module.parametrizations[tensor_name]
    if not held.is_tensor and not leave_parametrized:
        raise SettingError(
            f"{tensor_name} is computed from {held.ntensors} Tensors, and none of them is it.\n"
            " Leave the value that is computed: leave_parametrized=True."
        )
    original: Any = held._originals()[0]
    if leave_parametrized:
        with switched(recording=False):
            value = getattr(module, tensor_name).detach().clone()
        if held.is_tensor:
            original.data = value
        else:
            original = _like(original, value)
    underive(module, tensor_name)
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
    _own(module, tensor_name, original)
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that the module had at first."""
    return made_of(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Let `to_module` compute its weights as `from_module` does, from the same originals.

    Args:
        from_module: whose weights are computed.
        to_module: whose weights are to be; one that is missing is made.
        tensor_name: which of them; all when None.
    """
    if not is_parametrized(from_module):
        return to_module
    for name in list(from_module.parametrizations) if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach()))
        source = from_module.parametrizations[name]
        for part in source:
            register_parametrization(to_module, name, part)
        target = to_module.parametrizations[name]
        names = ["original"] if source.is_tensor else list(source._parameters)
        for original in names:
            setattr(target, original, getattr(source, original))
    return to_module


# ---- the weight ------------------------------------------------------------------------------


def _computed(name: str, module: Any) -> Tensor:
    if not _cache.depth or current().trace is not None:
        fresh: Tensor = module.parametrizations[name]()
        return fresh
    key = (id(module), name)
    if key not in _cache.known:
        _cache.known[key] = module.parametrizations[name]()
    return _cache.known[key]


def _assigned(name: str, module: Any, value: Tensor) -> None:
    module.parametrizations[name].right_inverse(value)


def _own(module: Module, name: str, value: Tensor) -> None:
    if isinstance(value, Parameter):
        module.register_parameter(name, value)
    else:
        module.register_buffer(name, value)


def _like(original: Tensor, value: Tensor) -> Tensor:
    return Parameter(value, original.requires_grad) if isinstance(original, Parameter) else value


def _same_dtype(what: str, old: Tensor, new: Any) -> None:
    if new.dtype is not old.dtype:
        raise SettingError(f"{what} gives {new.dtype}, and the weight is {old.dtype}.")


def _check_way_back(parametrization: Module, weight: Tensor) -> None:
    """One that stands on others must give back one Tensor, like the one that it is given."""
    inverse = getattr(parametrization, "right_inverse", None)
    if inverse is None:
        return
    try:
        with switched(recording=False):
            given = inverse(weight.detach())
    except NotImplementedError:
        return
    if not isinstance(given, Tensor):
        raise SettingError(
            "right_inverse must return a tensor where others compute the weight already, and "
            f"returned {a_kind(given)}."
        )
    if given.shape != weight.shape or given.dtype is not weight.dtype:
        raise SettingError(
            f"right_inverse gives {show(tuple(given.shape))} {given.dtype.name}, and the weight is "
            f"{show(tuple(weight.shape))} {weight.dtype.name}.\n"
            " Pass unsafe=True where that is meant."
        )


def _check_inverse(given: Any) -> None:
    parts = given if isinstance(given, Sequence) else [given]
    wrong = [part for part in parts if not isinstance(part, Tensor)]
    if wrong or not parts:
        raise SettingError(
            "right_inverse must give a Tensor or a Sequence of Tensors, and gave "
            f"{'nothing' if not parts else f'{a_kind(wrong[0])}'}."
        )


def _check(name: str, was: Tensor, now: Any) -> None:
    if not isinstance(now, Tensor):
        raise SettingError(f"a parametrization must give a Tensor and gave {a_kind(now)}.")
    _same_dtype("the parametrization", was, now)
    if now.shape != was.shape:
        raise ShapeError(
            f"the parametrization makes {name} {show(tuple(now.shape))}, and it was "
            f"{show(tuple(was.shape))}.\n Pass unsafe=True where that is meant."
        )
