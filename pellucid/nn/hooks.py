"""Functions that people hang on a module: before and after its forward, and where blame passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from pellucid.errors import GraphError, ShapeError
from pellucid.graph.mode import current
from pellucid.graph.node import Node, last_change
from pellucid.ops.activation import identity
from pellucid.shapes import show
from pellucid.spelling import a_kind
from pellucid.tensor import Tensor
from pellucid.tensor.caution import caution
from pellucid.tensor.hooks import Removable
from pellucid.tensor.tensor import wrap

if TYPE_CHECKING:
    from pellucid.nn.module import Module

__all__ = ["Hooks", "Hung", "Removable", "everywhere"]

Hook = Callable[..., Any]


class Hooks:
    """The hooks of one module by number, in the order in which they run."""

    def __init__(self) -> None:
        self.before: dict[int, Hook] = {}
        self.after: dict[int, Hook] = {}
        self.blame_before: dict[int, Hook] = {}
        self.blame_after: dict[int, Hook] = {}
        self.with_kwargs: dict[int, bool] = {}  # of those that want arguments given by name too
        self.always_call: dict[int, bool] = {}  # of those that are called after an error too

    def add(self, when: str, hook: Hook, prepend: bool, **settings: bool) -> Removable:
        """Put a hook into one of the four drawers."""
        hooks: dict[int, Hook] = getattr(self, when)
        number = next(_numbers)
        later = dict(hooks) if prepend else {}
        for other in later:
            del hooks[other]
        hooks[number] = hook
        hooks.update(later)
        for setting, wanted in settings.items():
            if wanted:
                getattr(self, setting)[number] = True
        last_change[0] += 1
        return Hung(hooks, number, (self.with_kwargs, self.always_call))

    def entries(self) -> list[Hook]:
        """All of them."""
        times = ("before", "after", "blame_before", "blame_after")
        return [hook for when in times for _, hook, _ in self.hung(when)]

    def hung(self, when: str) -> list[tuple[int, Hook, bool]]:
        """Hooks with their numbers and whether they want names; what hangs everywhere is first."""
        owners = (self,) if self is everywhere else (everywhere, self)
        return [
            (n, hook, n in owner.with_kwargs)
            for owner in owners
            for n, hook in getattr(owner, when).items()
        ]

    def around(self, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The module's forward with its hooks around it."""
        called = set[int]()
        try:
            for _, hook, named in self.hung("before"):
                args, kwargs = _replaced_inputs(hook, named, module, args, kwargs)
            passing = None
            blamed = self.hung("blame_before") or self.hung("blame_after")
            if blamed and current().recording:
                passing = Passing(self, module)
                args = passing.inputs(args)
            out = module.forward(*args, **kwargs)
            for n, hook, named in self.hung("after"):
                called.add(n)
                given = hook(module, args, kwargs, out) if named else hook(module, args, out)
                out = out if given is None else given
            return out if passing is None else passing.outputs(out)
        except Exception:
            self._after_an_error(module, args, kwargs, called)
            raise

    def _after_an_error(self, module: Module, args: Any, kwargs: Any, called: set[int]) -> None:
        """Call the hooks that are always called; another error of theirs would hide the first."""
        always = {**everywhere.always_call, **self.always_call}
        for n, hook, named in self.hung("after"):
            if n in always and n not in called:
                try:
                    hook(module, args, kwargs, None) if named else hook(module, args, None)
                except Exception as error:
                    caution(f"a hook that is always called raised {error!r} after another error.")


_numbers = count()

everywhere = Hooks()
"""What hangs on every module at once; see `pellucid.nn.everywhere`."""


class Hung(Removable):
    """A hook in its drawer, with the number under which it lies there."""

    def __init__(self, hooks: dict[int, Hook], number: int, settings: tuple[Any, ...]) -> None:
        super().__init__(hooks, number)
        self.id, self._settings = number, settings

    def hooks_dict_ref(self) -> dict[int, Hook]:
        """The drawer."""
        hooks: dict[int, Hook] = self._hooks
        return hooks

    def remove(self) -> None:
        """Take the hook off; a second time does nothing."""
        last_change[0] += 1  # a compiled step looks again at its modules
        super().remove()
        for setting in self._settings:
            setting.pop(self.id, None)


def _replaced_inputs(
    hook: Hook, named: bool, module: Module, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if named:
        given = hook(module, args, kwargs)
        if given is None:
            return args, kwargs
        if not isinstance(given, tuple) or len(given) != 2:
            raise GraphError(
                "a hook before forward that is given names returns None or (args, kwargs), "
                f"and this one returned {a_kind(given)}."
            )
        return given
    given = hook(module, args)
    if given is None:
        return args, kwargs
    return (given if isinstance(given, tuple) else (given,)), kwargs


class Passing:
    """One call of a module whose blame is watched.

    Each input passes two identities. Blame reaches all the inner ones before any outer one, so at
    the first outer one everything is known: there the hooks run, and what they return goes on.
    """

    def __init__(self, hooks: Hooks, module: Module) -> None:
        self.hooks, self.module = hooks, module
        self.grad_input: list[Tensor | None] = []
        self.grad_output: list[Tensor | None] = []
        self.watched = False
        self.finished = False

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, with watchers in front of each Tensor that wants blame."""
        at = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.requires_grad]
        self.grad_input = [None] * len(args)
        self.watched = bool(at)
        outer = {i: identity(args[i]._node) for i in at}
        inner = {i: identity(outer[i]) for i in at}
        for i in at:
            inner[i].hooks = [partial(self._arrived, i)]
            outer[i].hooks = [partial(self._leaving, i)]
        return tuple(wrap(inner[i]) if i in inner else a for i, a in enumerate(args))

    def outputs(self, out: Any) -> Any:
        """The result, with a watcher behind each Tensor that carries blame."""
        if isinstance(out, dict):
            return type(out)(zip(out, self.outputs(tuple(out.values())), strict=True))
        parts = out if isinstance(out, tuple) else (out,)
        self.grad_output = [None] * len(parts)
        passed = tuple(self._behind(i, p) for i, p in enumerate(parts))
        if not isinstance(out, tuple):
            return passed[0]
        return type(out)(*passed) if hasattr(out, "_fields") else passed

    def _behind(self, i: int, part: Any) -> Any:
        if not isinstance(part, Tensor) or not part.requires_grad:
            return part
        node = identity(part._node)
        node.hooks = [partial(self._blamed, i)]
        return wrap(node)

    def _blamed(self, i: int, g: Node) -> Node:
        if self.finished:  # another pass over the same graph
            self.finished = False
            self.grad_input = [None] * len(self.grad_input)
            self.grad_output = [None] * len(self.grad_output)
        self.grad_output[i] = wrap(g)
        for _, hook, _ in self.hooks.hung("blame_before"):
            given = hook(self.module, tuple(self.grad_output))
            if given is not None:
                self.grad_output = self._fitting(given, self.grad_output, "output")
        if not self.watched:
            self._run()
        replaced = self.grad_output[i]
        return g if replaced is None else replaced._node

    def _arrived(self, i: int, g: Node) -> None:
        self.grad_input[i] = wrap(g)

    def _leaving(self, i: int, g: Node) -> Node | None:
        if not self.finished:
            self.finished = True
            self._run()
        out = self.grad_input[i]
        return None if out is None else out._node

    def _run(self) -> None:
        for _, hook, _ in self.hooks.hung("blame_after"):
            given = hook(self.module, tuple(self.grad_input), tuple(self.grad_output))
            if not self.watched and any(
                g is not None for g in (given if isinstance(given, tuple) else (given,))
            ):
                raise GraphError(
                    "a backward hook gave a gradient for the input, and no input wants one.\n"
                    " Return None where no input has requires_grad=True."
                )
            if given is not None:
                self.grad_input = self._fitting(given, self.grad_input, "input")

    def _fitting(self, given: Any, now: list[Tensor | None], what: str) -> list[Tensor | None]:
        """The gradients that a hook gave in place of others."""
        given = given if isinstance(given, tuple) else (given,)
        if len(given) != len(now):
            raise ShapeError(
                f"a backward hook gave {len(given)} gradients for {len(now)} {what}s.\n"
                f" Return one for each {what}, or None to leave them."
            )
        for old, new in zip(now, given, strict=True):
            if old is not None and new is not None and old.shape != new.shape:
                raise ShapeError(
                    f"a backward hook turned a gradient of shape {show(old.shape)} into "
                    f"{show(new.shape)}.\n A gradient keeps the shape of its Tensor."
                )
        return list(given)
