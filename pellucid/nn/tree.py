"""The tree of modules: what a network is made of, under which names, and how to reach one part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from pellucid.errors import ModuleError
from pellucid.nn.registry import name_parts, structure
from pellucid.nn.unfound import unfound
from pellucid.nn.walk import buffers_of, modules_of, parameters_of
from pellucid.spelling import did_you_mean
from pellucid.tensor.caution import caution

if TYPE_CHECKING:
    from pellucid.nn.module import Module
    from pellucid.tensor import Parameter, Tensor

__all__ = ["Tree"]


class Tree:
    """What a module can say about its parts; the base of `Module`."""

    _module_stamp: int = -1  # the state of `registry.structure` at which names were given
    _searched_stamp: int = -1  # the same, for the search for weights that no one finds
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Tensor | None]
    _modules: dict[str, Module | None]

    @property
    def _whole(self) -> Module:
        """This tree as the module that it always is."""
        return cast("Module", self)

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Names and Parameters, each once, in the order in which they were assigned."""
        if self._module_stamp != structure[0]:
            name_parts(self._whole)
        if recurse and self._searched_stamp != structure[0]:
            self._searched_stamp = structure[0]
            for missed in unfound(self._whole):
                caution(str(missed))
        return parameters_of(self._whole, prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Every Parameter once."""
        # A generator of its own, so that an optimizer can ask it whose weights these are.
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def _why_no_weights(self) -> str:
        """For an optimizer that got none: where weights are kept that no one finds."""
        return next((str(missed) for missed in unfound(self._whole)), "")

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Names and buffers."""
        return buffers_of(self._whole, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Every buffer once."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def named_modules(
        self,
        memo: set[Module] | None = None,
        prefix: str = "",
        remove_duplicate: bool = True,
    ) -> Iterator[tuple[str, Module]]:
        """Paths and modules, this one (path "") first."""
        return modules_of(self._whole, set() if memo is None else memo, prefix, remove_duplicate)

    def modules(self) -> Iterator[Module]:
        """This module and everything below it, each once."""
        return (m for _, m in self.named_modules())

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Names and modules one level down, each module once."""
        seen: set[Module] = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """The modules one level down."""
        return (child for _, child in self.named_children())

    def get_submodule(self, target: str) -> Module:
        """The module at a path such as "encoder.0"."""
        found = self._whole
        for step in target.split(".") if target else ():
            child = found._modules.get(step)
            if child is None:
                raise ModuleError(_no_such("module", target, (n for n, _ in self.named_modules())))
            found = child
        return found

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
        """Put a module at a path such as "encoder.0"; with `strict` only where one is already."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not name or (strict and name not in owner._modules):
            raise ModuleError(_no_such("module", target, (n for n, _ in self.named_modules())))
        owner.register_module(name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The Parameter at a path such as "encoder.0.weight"."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        if found is None:
            raise ModuleError(
                _no_such("parameter", target, (n for n, _ in self.named_parameters()))
            )
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer at a path."""
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._buffers.get(name)
        if found is None:
            raise ModuleError(_no_such("buffer", target, (n for n, _ in self.named_buffers())))
        return found


def _no_such(what: str, target: str, known: Iterator[str]) -> str:
    names = [name for name in known if name]
    return f"there is no {what} {target!r}.{did_you_mean(target, names, repr)}"
