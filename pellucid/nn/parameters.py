"""Parameters in a list or a dictionary, each of which is found by the optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView, Mapping
from typing import Any, Self

from pellucid.errors import DTypeError, IndexRangeError, ModuleError, SettingError
from pellucid.nn.module import Module
from pellucid.spelling import a_kind, did_you_mean
from pellucid.tensor import Parameter, Tensor

__all__ = ["ParameterDict", "ParameterList"]


def _learned(value: Any) -> Any:
    """A Tensor becomes a Parameter; anything else is kept as it is."""
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        return Parameter(value.detach())
    return value


def _line(name: Any, value: Any) -> str:
    if not isinstance(value, Tensor):
        return f"  ({name}): Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    size = "x".join(map(str, value.shape))
    return f"  ({name}): {kind} containing: [{value.dtype} of size {size}]"


class _Held(Module):
    """A holder of Parameters, which is not called."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Names and Parameters."""
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: it holds weights and has no forward."""
        raise ModuleError(
            f"{type(self).__name__} holds Parameters and is not called.\n"
            " Use them in the forward() of the module that has it."
        )

    def extra_repr(self) -> str:
        """A line for each."""
        return "\n".join(_line(name, value) for name, value in self.items())


class ParameterList(_Held):
    """A list of Parameters; a Tensor put into it becomes one.

    Args:
        values: what is in it at first.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> held = nn.ParameterList([pellucid.zeros(2), pellucid.ones(3)])
        >>> [name for name, _ in held.named_parameters()]
        ['0', '1']
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _at(self, index: Any) -> str:
        at: int = index.__index__()
        if not -self._size <= at < self._size:
            raise IndexRangeError(
                f"ParameterList has {self._size} entries, numbered from 0; there is no number {at}."
            )
        return str(at % self._size)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._at(index))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, self._at(index), _learned(value))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return iter([self[i] for i in range(self._size)])

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Numbers and Parameters."""
        return enumerate(self)

    def append(self, value: Any) -> Self:
        """Put one at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Put several at the end."""
        if isinstance(values, Tensor) or not isinstance(values, Iterable):
            raise DTypeError(
                f"ParameterList takes a list of Tensors and got {a_kind(values)}.\n"
                " Put one in by append(value)."
            )
        for value in list(values):
            self.append(value)
        return self


class ParameterDict(_Held):
    """A dictionary of Parameters; a Tensor put into it becomes one.

    Args:
        parameters: what is in it at first: a mapping, or pairs.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> held = nn.ParameterDict({"left": pellucid.zeros(2), "right": pellucid.ones(3)})
        >>> held["right"].shape, list(held)
        (Size([3]), ['left', 'right'])
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise SettingError(
                f"there is no Parameter {key!r} here.{did_you_mean(str(key), self._keys, repr)}\n"
                f" Known: {', '.join(self._keys) or 'none'}."
            )
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise DTypeError(f"names in a ParameterDict are text, not {a_kind(key)}.")
        self._keys[key] = None
        setattr(self, key, _learned(value))

    def __delitem__(self, key: str) -> None:
        held = self[key]
        del self._keys[key]
        if held is not None or hasattr(self, key):
            delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __or__(self, other: Any) -> ParameterDict:
        joined = self.copy()
        joined.update(other)
        return joined

    def __ror__(self, other: Any) -> ParameterDict:
        joined = ParameterDict(other)
        joined.update(self)
        return joined

    def __ior__(self, other: Any) -> Self:
        self.update(other)
        return self

    def keys(self) -> KeysView[str]:
        """The names."""
        return self._keys.keys()

    def values(self) -> Iterable[Any]:
        """The Parameters."""
        return [self[key] for key in self._keys]

    def items(self) -> Iterable[tuple[str, Any]]:
        """Names and Parameters."""
        return [(key, self[key]) for key in self._keys]

    def update(self, parameters: Any) -> None:
        """Add or replace some; those of a plain dict in the order of their names, as in PyTorch."""
        if type(parameters) is dict:
            parameters = sorted(parameters.items())
        elif isinstance(parameters, Mapping | ParameterDict):
            parameters = parameters.items()
        for key, value in parameters:
            self[key] = value

    def copy(self) -> ParameterDict:
        """Another dictionary of the same Parameters."""
        return ParameterDict(list(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """The one of that name; put in first if there was none."""
        if key not in self:
            self[key] = default
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """The one of that name, or something else if there is none."""
        return self[key] if key in self else default  # noqa: SIM401  (get() is this one)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """A new dictionary with these names."""
        return ParameterDict([(key, default) for key in keys])

    def pop(self, key: str) -> Any:
        """Take one out."""
        found = self[key]
        del self[key]
        return found

    def popitem(self) -> tuple[str, Any]:
        """Take the last one out, with its name."""
        key = next(reversed(self._keys))
        return key, self.pop(key)

    def clear(self) -> None:
        """Take all out."""
        for key in list(self._keys):
            del self[key]
