"""What all optimizers share: groups of weights with settings, what is remembered, stepping.

An algorithm adds one pure function, `update(theta, g, **slots, **rates, **settings)`, written with
ops. It is traced once into a program, which moves all weights of a group at once.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pellucid.errors import SettingError, TraceError
from pellucid.graph.mode import current, switched
from pellucid.graph.program import Program
from pellucid.optim.bundle import Bundle, Slots, bundled, rule
from pellucid.optim.saving import pack, unpack
from pellucid.tensor.grad_mode import enable_grad
from pellucid.tensor.hooks import Removable
from pellucid.tensor.tensor import Tensor

__all__ = ["Optimizer"]

Params = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]


class Optimizer:
    """Base of all optimizers.

    A subclass either gives `update`, `_names`, `_rates` and `_settings`, as the ones here do, or
    overrides `step` and works on `self.param_groups` and `self.state`, as in PyTorch.

    Args:
        params: Tensors, `(name, Tensor)` pairs, or dicts with "params" and settings of their own.
        defaults: settings of groups that don't give their own.

    Attributes:
        param_groups: one dict per group: "params" and the settings.
        state: by weight, what is remembered about it.
    """

    RATES: ClassVar[tuple[str, ...]] = ("lr",)
    COUNTED: ClassVar[bool] = False
    update: Callable[..., Any]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "step" in cls.__dict__:
            setattr(cls, "step", _noted(cls.__dict__["step"]))  # noqa: B010

    def __init__(self, params: Params, defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.state: dict[Any, Any] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._before: list[Callable[..., Any]] = []
        self._after: list[Callable[..., Any]] = []
        self._stepped = False
        self._bundles: dict[int, tuple[Any, list[Bundle]]] = {}
        for group in _groups(params, type(self).__name__):
            self.add_param_group(group)

    # ---- the algorithm ------------------------------------------------------------------------

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        """What is remembered about each weight, such as `("momentum_buffer",)`."""
        return ()

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        """The numbers of step `t` (from 1) that differ between steps, in the order of `RATES`."""
        return (float(group["lr"]),)

    def _rates_of(self, group: Mapping[str, Any], steps: range) -> list[tuple[float, ...]]:
        """The same for several steps."""
        return [self._rates(group, t) for t in steps]

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that are part of the program."""
        return {}

    def _check(self, group: Mapping[str, Any]) -> None:
        """Refuse settings outside their range."""

    def program(self, group: int = 0, size: int | None = None) -> Program:
        """The update rule of a group as a program over flat vectors.

        Args:
            group: position in `param_groups`.
            size: length of the vectors; all numbers of the group when None.
        """
        held = self.param_groups[group]
        length = sum(p._node.size for p in held["params"]) if size is None else size
        return self._rule(held, length, held["params"][0].dtype)

    # ---- one step -----------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every weight that has a gradient.

        Args:
            closure: computes the loss anew (with gradients) and returns it.

        Returns:
            What the closure returned, if one was given.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        trace = current().trace
        if trace is not None:
            trace.guard(lambda: len(self.param_groups))
        for number, group in enumerate(self.param_groups):
            self._move_group(number, group)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or write zeros into them.

        Args:
            set_to_none: `.grad` becomes None, so weights without a new one stay where they are.
        """
        trace = current().trace
        for group in self.param_groups:
            for p in group["params"]:
                node = p._node
                if trace is not None:
                    trace.blamed(node, read=not set_to_none)
                if set_to_none or node.grad is None:
                    node.grad = None
                else:
                    node.grad = node.grad.detach()
                    node.grad.zero_()

    def _move_group(self, number: int, group: dict[str, Any]) -> None:
        trace = current().trace
        if trace is not None:
            for p in group["params"]:
                trace.blamed(p._node, read=True)
        live = [p for p in group["params"] if p._node.grad is not None]
        if not live:
            return
        bundles = self._bundled(number, group, live)
        known = self._bundles[number]
        if trace is not None:
            trace.guard(lambda: (self._settings(group), self._stands(number, group, known)))
        for bundle in bundles:
            rule = self._rule(group, bundle.size, bundle.dtype)
            if trace is None:
                bundle.move(rule, self._rates(group, bundle.count + 1))
            else:
                with switched(scope=type(self).__name__, recording=False):
                    bundle.trace(rule, lambda times: self._rates_of(group, times), trace)

    def _stands(self, number: int, group: Any, known: tuple[Any, list[Bundle]]) -> bool:
        """Whether a group and what is remembered about it are still those that were traced."""
        groups = self.param_groups
        same = number < len(groups) and groups[number] is group
        return (
            same
            and self._bundles.get(number) is known
            and all(b.fits(self.state) for b in known[1])
        )

    def _bundled(self, number: int, group: dict[str, Any], live: Sequence[Tensor]) -> list[Bundle]:
        names = self._names(group)
        key = (names, *map(id, live))
        known = self._bundles.get(number)
        if known and known[0] == key and all(b.fits(self.state) for b in known[1]):
            return known[1]
        found = list(bundled(live, names, self.COUNTED, self.state))
        self._bundles[number] = (key, found)
        return found

    def _rule(self, group: Mapping[str, Any], size: int, dtype: Any) -> Program:
        settings = tuple(self._settings(group).items())
        return rule(type(self).update, self._names(group), self.RATES, settings, size, dtype)

    # ---- groups -------------------------------------------------------------------------------

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add weights with settings of their own; what is left out comes from the defaults.

        Raises:
            SettingError: a weight is not a leaf, or already belongs to a group.
        """
        group = dict(param_group)
        given = group.pop("params")
        members = [given] if isinstance(given, Tensor) else list(given)
        if any(isinstance(m, tuple) for m in members):
            group["param_names"] = [name for name, _ in members]
            members = [p for _, p in members]
        self._check_members(members)
        group = {**self.defaults, **group, "params": members}
        for name, value in group.items():
            if value is REQUIRED:
                raise SettingError(f"{type(self).__name__}: a group must give {name}=….")
        self._check(group)
        self.param_groups.append(group)

    def _check_members(self, members: list[Any]) -> None:
        who = type(self).__name__
        if not members:
            raise SettingError(f"{who}: a group has no weights. Was model.parameters() used up?")
        for p in members:
            if not isinstance(p, Tensor):
                raise SettingError(
                    f"{who} moves Tensors and got a {type(p).__name__}.\n"
                    " Pass model.parameters(), or a list of Tensors."
                )
            if not p.is_leaf:
                raise SettingError(
                    f"{who} moves leaf Tensors, and {p.name or 'one'} was computed from others."
                )
        known = {id(p) for group in self.param_groups for p in group["params"]}
        if len({id(p) for p in members}) < len(members) or any(id(p) in known for p in members):
            raise SettingError(f"{who}: a weight belongs to more than one group, or to one twice.")

    # ---- saving -------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything to go on from here, with PyTorch's layout: weights are numbered in order."""
        return pack(self.param_groups, self.state)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises:
            StateError: it belongs to other groups of weights.
        """
        groups, state = unpack(state_dict, self.param_groups, type(self).__name__)
        for group in groups:
            self._check(group)
        self.param_groups, self._bundles = groups, {}
        self.state = defaultdict(dict, state)

    def __getstate__(self) -> dict[str, Any]:
        state = {p: dict(held) for p, held in self.state.items()}
        return {**self.__dict__, "state": defaultdict(dict, state), "_bundles": {}}

    # ---- hooks --------------------------------------------------------------------------------

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Removable:
        """Call `hook(optimizer, args, kwargs)` before every step."""
        self._before.append(hook)
        return Removable(self._before, hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Removable:
        """Call `hook(optimizer, args, kwargs)` after every step."""
        self._after.append(hook)
        return Removable(self._after, hook)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {number}")
            lines += [
                f"    {k}: {v}" for k, v in sorted(group.items()) if not k.startswith("param")
            ]
        return "\n".join([*lines, ")"])


class _Required:
    def __repr__(self) -> str:
        return "<required>"


REQUIRED = _Required()


def _noted(step: Callable[..., Any]) -> Callable[..., Any]:
    """The same step, with its hooks, and noting that it happened: schedules want to know."""

    @functools.wraps(step)
    def noted(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        for hook in self._before:
            hook(self, args, kwargs)
        before = None if current().trace is None else {p: set(h) for p, h in self.state.items()}
        counted = None if before is None else _numbers(self)
        out = step(self, *args, **kwargs)
        if before is not None:
            _check_remembered(self, before)
            _check_counted(self, counted)
        self._stepped = True
        for hook in self._after:
            hook(self, args, kwargs)
        return out

    return noted


def _numbers(optimizer: Optimizer) -> dict[Any, Any]:
    """The plain numbers that an optimizer keeps, by weight and name."""
    found: dict[Any, Any] = {
        (id(p), k): v
        for p, held in optimizer.state.items()
        for k, v in dict.items(held)
        if type(v) in (bool, int, float)
    }
    own = {k: v for k, v in vars(optimizer).items() if type(v) in (bool, int, float)}
    return found | {k: v for k, v in own.items() if k[0] != "_"}


def _check_counted(self: Optimizer, before: dict[Any, Any] | None) -> None:
    """Refuse a step of a person's own that changes Python numbers: it would do so once."""
    if _numbers(self) != before:
        raise TraceError(
            f"{type(self).__name__}.step changes Python numbers of its own, such as a count of "
            "steps. A compiled function is run by Python once, and never again.\n"
            ' Keep them in Tensors: state["step"] = pellucid.tensor(0.0), and add to that.'
        )


def _check_remembered(self: Optimizer, before: Mapping[Any, set[str]]) -> None:
    """Refuse a step of a person's own that made state while it was traced: it has no value."""
    made = False
    for p, held in self.state.items():
        for name in set(held) - before.get(p, set()):
            value = held[name]
            if isinstance(value, Tensor) and value._node.array is None and type(held) is not Slots:
                del held[name]
                made = True
    if made:
        raise TraceError(
            f"{type(self).__name__}.step makes its state at the first step, and a compiled function"
            " can't keep what it makes.\n Make it in __init__, or take one step before compiling."
        )


Optimizer.step = _noted(Optimizer.step)  # type: ignore[method-assign]


def _groups(params: Any, who: str) -> list[dict[str, Any]]:
    if isinstance(params, Tensor):
        raise SettingError(f"{who} takes a list of Tensors and got one Tensor. Put it in a list.")
    if not isinstance(params, Iterable) or hasattr(params, "parameters"):
        raise SettingError(_not_weights(params, who))
    owner = _owner(params)
    found = list(params)
    if not found:
        raise SettingError(_nothing(params, who, owner))
    return found if isinstance(found[0], dict) else [{"params": found}]


def _not_weights(params: Any, who: str) -> str:
    """What to do for a model or its method, passed in place of its weights."""
    if hasattr(params, "parameters"):
        what = f"moves weights and got a whole model ({type(params).__name__})"
        return f"{who} {what}.\n Pass its weights: model.parameters()."
    name = getattr(params, "__name__", "")
    if name in ("parameters", "named_parameters"):
        return f"{who} got the method {name} itself.\n Call it: model.{name}()."
    what = f"takes a list of Tensors and got something else: {type(params).__name__}"
    return f"{who} {what}.\n Pass model.parameters(), or a list of Tensors."


def _owner(params: Any) -> Any:
    """The model whose `parameters()` these are, as long as nobody has gone through them."""
    frame = getattr(params, "gi_frame", None)
    return frame.f_locals.get("self") if frame is not None else None


def _nothing(params: Any, who: str, owner: Any) -> str:
    hidden = owner._why_no_weights() if hasattr(owner, "_why_no_weights") else ""
    if hidden:
        return f"{who} got no weights: {hidden}"
    if isinstance(params, Iterator):
        return (
            f"{who} got no weights: what model.parameters() gives can be gone through once, and it "
            "was, or the model has none.\n Call model.parameters() anew."
        )
    return f"{who} got no weights: the list is empty.\n Does the model have parameters?"
