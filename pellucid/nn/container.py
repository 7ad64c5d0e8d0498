"""Modules that hold modules: a chain, a list, a dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from pellucid.errors import (
    DTypeError,
    IndexRangeError,
    KindError,
    ModuleError,
    PellucidError,
    SettingError,
)
from pellucid.nn.border import follow
from pellucid.nn.module import Module
from pellucid.spelling import a_kind, did_you_mean
from pellucid.tensor import Tensor

__all__ = ["ModuleDict", "ModuleList", "Sequential"]


class _Numbered(Module):
    """Modules in order, under the names "0", "1" and so on."""

    def _items(self) -> list[Any]:
        return list(self._modules.values())

    def _number(self, index: Any) -> str:
        names = list(self._modules)
        at: int = index.__index__()
        if not -len(names) <= at < len(names):
            raise IndexRangeError(
                f"{type(self).__name__} has {len(names)} modules, numbered from 0; "
                f"there is no number {at}."
            )
        return names[at]

    def _renumber(self, modules: Iterable[Any]) -> None:
        kept = list(modules)
        for name in list(self._modules):
            delattr(self, name)
        for i, module in enumerate(kept):
            self.add_module(str(i), module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __setitem__(self, index: int, module: Module) -> None:
        name = self._number(index)
        self._modules[name] = None
        setattr(self, name, module)

    def __delitem__(self, index: int | slice) -> None:
        kept = self._items()
        del kept[index]
        self._renumber(kept)

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Module) -> Self:
        """Add a module at a position; those behind it move on by one."""
        modules = self._items()
        if not -len(modules) <= index <= len(modules):
            raise IndexRangeError(f"insert: {index} is outside a list of {len(modules)} modules.")
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end."""
        for module in list(modules):
            self.append(module)
        return self

    def pop(self, index: int = -1) -> Any:
        """Take a module out."""
        found = self._modules[self._number(index)]
        del self[index]
        return found


class Sequential(_Numbered):
    """A chain: each module gets what the one before it gave.

    Args:
        *args: modules in order, or one dictionary of names and modules.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3))
        >>> model(pellucid.zeros(32, 4)).shape
        Size([32, 3])
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], list | tuple | Iterator):
            raise DTypeError(
                f"Sequential takes its layers one by one and got {a_kind(args[0])}.\n"
                " Unpack it with a star: nn.Sequential(*layers)."
            )
        if len(args) == 1 and isinstance(args[0], Mapping):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for i, module in enumerate(args):
                self.add_module(str(i), module)

    def forward(self, input: Any) -> Any:
        """Pass the input through every module in turn."""
        shapes: list[Any] = [input._node.shape if isinstance(input, Tensor) else input]
        try:
            for layer in self._modules.values():
                if input is None and len(shapes) > 1:
                    raise self._broken_off(len(shapes) - 1)
                input = layer(input)  # type: ignore[misc]
                shapes.append(input._node.shape if type(input) is Tensor else None)
        except PellucidError as error:
            follow(error, self, shapes)
            raise
        return input

    def _broken_off(self, number: int) -> ModuleError:
        """What to say where a layer gives the next one nothing."""
        held: list[Any] = list(self._modules.items())
        (giver, before), (taker, after) = held[number - 1 : number + 1]
        return ModuleError(
            f"layer {taker}, {after._brief()}, got None: layer {giver}, {before._brief()}, gave "
            "nothing.\n Let its forward() end in return …, with what it computed."
        )

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(dict(list(self._modules.items())[index]))
        return self._modules[self._number(index)]

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *other)

    def __mul__(self, times: int) -> Sequential:
        return Sequential(*self._repeated(times))

    __rmul__ = __mul__

    def __imul__(self, times: int) -> Self:
        return self.extend(self._repeated(times)[len(self) :])

    def _repeated(self, times: int) -> list[Any]:
        """The modules several times over; each keeps its weights, which are shared."""
        if not isinstance(times, int):
            raise KindError(f"a Sequential is repeated a whole number of times, not {times!r}.")
        if times < 1:
            raise SettingError(f"a Sequential is repeated 1 time or more, not {times}.")
        return list(self) * times


class ModuleList(_Numbered):
    """A list of modules, each of which is found by the optimizer.

    Example:
        >>> from pellucid import nn
        >>> layers = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
        >>> len(layers), layers[-1]
        (3, Linear(in_features=4, out_features=4, bias=True))
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(self._items()[index])
        return self._modules[self._number(index)]

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])


class ModuleDict(Module):
    """A dictionary of modules, each of which is found by the optimizer.

    Example:
        >>> from pellucid import nn
        >>> heads = nn.ModuleDict({"digit": nn.Linear(8, 10), "sign": nn.Linear(8, 2)})
        >>> list(heads)
        ['digit', 'sign']
    """

    def __init__(self, modules: Mapping[str, Module] | Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        if key not in self._modules:
            raise SettingError(
                f"there is no module {key!r} here.{did_you_mean(key, self._modules, repr)}\n"
                f" Known: {', '.join(self._modules) or 'none'}."
            )
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        if key in self._modules:
            self._modules[key] = None
            setattr(self, key, module)
        else:
            self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: object) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        for key in list(self._modules):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take one module out."""
        found = self[key]
        del self[key]
        return found

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def items(self) -> Any:
        """Names and modules."""
        return self._modules.items()

    def update(self, modules: Mapping[str, Module] | Iterable[Any]) -> None:
        """Add or replace modules."""
        given: Any = modules
        pairs = given.items() if hasattr(given, "items") else given
        for name, module in pairs:
            self[name] = module
