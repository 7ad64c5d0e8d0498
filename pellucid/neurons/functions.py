"""The function inside a neuron: named, spelled with its settings, or any function of Tensors.

y = f(z)
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pellucid import nn
from pellucid.data.wording import listing, quoted
from pellucid.errors import SettingError
from pellucid.graph.emit import emit
from pellucid.nn.module import Module
from pellucid.ops.op import REGISTRY
from pellucid.spelling import closest
from pellucid.tensor.lift import node_of
from pellucid.tensor.tensor import Tensor, wrap

__all__ = ["Apply", "Function", "function", "of_modules"]

_MODULES = (
    "CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "Identity",
    "LeakyReLU", "LogSigmoid", "Mish", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus",
    "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold",
)  # fmt: skip
_OPS = (
    "abs", "asinh", "atan", "cos", "cosh", "erf", "exp", "expm1", "log", "log1p", "neg",
    "reciprocal", "sign", "sin", "sinh", "sqrt", "square", "step", "tan",
)  # fmt: skip
_OTHER_NAMES = {
    "": "identity", "id": "identity", "linear": "identity", "none": "identity",
    "logistic": "sigmoid", "σ": "sigmoid", "rectifier": "relu", "swish": "silu",
    "threshold": "step", "heaviside": "step",
}  # fmt: skip


def _snake(name: str) -> str:
    """`LeakyReLU` as `leaky_relu`."""
    plain = name.replace("ReLU", "Relu").replace("SiLU", "Silu").replace("LogS", "Logs")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", plain).lower()


_BY_NAME = {_snake(name): name for name in _MODULES if name != "Threshold"}


class Apply(Module):
    """A function of Tensors, or an op of the registry, as a module.

    Args:
        call: the function, or the op's name.
    """

    _made_with_tensors = 1 << 30

    def __init__(self, call: Callable[[Tensor], Tensor] | str) -> None:
        super().__init__()
        self.call = call

    def forward(self, input: Tensor) -> Tensor:
        """The function of every number."""
        if isinstance(self.call, str):
            return wrap(emit(REGISTRY[self.call], (node_of(input),)))
        return self.call(input)

    def extra_repr(self) -> str:
        """What is applied."""
        return self.call if isinstance(self.call, str) else _called(self.call)


@dataclass(frozen=True, eq=False)
class Function:
    """What a neuron does with its weighted sum.

    Attributes:
        name: how texts and files spell it.
        modules: what computes it, one after the other; none for the identity.
        slope: its derivative as people write it, with x for its argument; "" where unknown.
        named: whether the name is enough to make it again.
    """

    name: str
    modules: tuple[Module, ...] = ()
    slope: str = ""
    named: bool = True

    @property
    def sign(self) -> str:
        """How it is written in front of its argument; "" for the identity."""
        if self.name == "identity":
            return ""
        return {"sigmoid": "σ"}.get(self.name, self.name.partition("(")[0])

    @property
    def key(self) -> object:
        """Equal for functions that are the same."""
        return self.name if self.named else tuple(map(id, self.modules))

    def copies(self) -> list[Module]:
        """Its modules, to be part of a network."""
        return [copy.deepcopy(m) if self.named else m for m in self.modules]

    def __call__(self, z: Tensor) -> Tensor:
        """The function of every number."""
        for module in self.modules:
            z = module(z)
        return z

    def __str__(self) -> str:
        return self.name


IDENTITY = Function("identity", (), "1")


def function(given: Any, known: Mapping[str, Any] | None = None) -> Function:
    """A neuron's function, from whatever names it.

    Args:
        given: a name ("tanh"), a name with settings ("LeakyReLU(negative_slope=0.2)"), a module
            or its class, a function of Tensors; None for the identity.
        known: functions of your own, by the names that a text or file uses.

    Raises:
        SettingError: a name nobody knows, or a module that is not a function of one number.
    """
    if isinstance(given, Function):
        return given
    if given is None:
        return IDENTITY
    if isinstance(given, str):
        return _of_name(given, known or {})
    if isinstance(given, type) and issubclass(given, Module):
        return of_modules((given(),))
    if isinstance(given, Module):
        return of_modules((given,))
    if callable(given):
        return Function(_called(given), (Apply(given),), named=False)
    raise SettingError(
        f"a neuron's function is a name, a module or a function of Tensors, not {given!r}."
    )


def of_modules(modules: tuple[Module, ...]) -> Function:
    """The function that some modules compute one after the other."""
    for module in modules:
        _must_be_of_one_number(module)
    if not modules or [type(m) for m in modules] == [nn.Identity]:
        return Function("identity", modules, "1")
    names = [_spelled(m) for m in modules]
    own = any(isinstance(m, Apply) and not isinstance(m.call, str) for m in modules)
    foreign = any(type(m).__name__ not in _MODULES and not isinstance(m, Apply) for m in modules)
    slope = _slope(modules[0]) if len(modules) == 1 else ""
    return Function(" then ".join(names), modules, slope, named=not (own or foreign))


def _of_name(given: str, known: Mapping[str, Any]) -> Function:
    text = given.strip()
    if text in known:
        found = function(known[text])
        return Function(text, found.modules, found.slope, found.named and found.name == text)
    if " then " in text:
        parts = [_of_name(part, known) for part in text.split(" then ")]
        return of_modules(tuple(m for part in parts for m in part.modules))
    if "(" in text:
        return of_modules((_with_settings(text),))
    name = _OTHER_NAMES.get(text.lower(), text.lower())
    if name == "identity":
        return IDENTITY
    if name in _BY_NAME:
        return of_modules((getattr(nn, _BY_NAME[name])(),))
    if text in _MODULES and text != "Threshold":
        return of_modules((getattr(nn, text)(),))
    if name in _OPS:
        return of_modules((Apply(name),))
    raise SettingError(_unknown(text, known))


def _unknown(text: str, known: Mapping[str, Any]) -> str:
    names = [*known, *_BY_NAME, *_OPS]
    near = closest(text, names)
    hint = f' Did you mean "{near}"?' if near else ""
    return (
        f"there is no function called {quoted(text)}.{hint}\n"
        f" Known: {listing(sorted(names), 60)}; or pass any function of Tensors."
    )


def _with_settings(text: str) -> Module:
    """`LeakyReLU(negative_slope=0.2)`, read without running it."""
    try:
        tree = ast.parse(text, mode="eval").body
        assert isinstance(tree, ast.Call)
        assert isinstance(tree.func, ast.Name)
        name = _BY_NAME.get(tree.func.id.lower(), tree.func.id)
        values = [ast.literal_eval(a) for a in tree.args]
        settings = {str(k.arg): ast.literal_eval(k.value) for k in tree.keywords}
    except (SyntaxError, ValueError, AssertionError):
        raise SettingError(
            f"{quoted(text)} can't be read as a function with settings.\n"
            " Write it like LeakyReLU(negative_slope=0.2)."
        ) from None
    if name not in _MODULES:
        raise SettingError(_unknown(tree.func.id, {}))
    try:
        made: Module = getattr(nn, name)(*values, **settings)
    except TypeError as error:
        raise SettingError(f"{quoted(text)} has settings that {name} does not take: {error}.") \
            from None  # fmt: skip
    return made


def _must_be_of_one_number(module: Module) -> None:
    kind = type(module).__name__
    if isinstance(module, Apply) or (kind in _MODULES and _is_ours(module)):
        return
    if next(module.parameters(), None) is not None:
        raise SettingError(
            f"{kind} has weights of its own, and a neuron's function has none: its weights are "
            "those on its arrows."
        )
    if _is_ours(module):
        raise SettingError(
            f"{kind} is not a function of one number, which is all that a neuron computes from its "
            f"weighted sum.{_INSTEAD.get(kind, '')}"
        )


_INSTEAD = {
    "Softmax": "\n Leave it out: cross-entropy takes the sums themselves.",
    "LogSoftmax": "\n Leave it out: cross-entropy takes the sums themselves.",
    "Dropout": "\n Leave it out: it does nothing once a network is trained.",
}


def _is_ours(module: Module) -> bool:
    return type(module).__module__.startswith("pellucid.nn")


def _spelled(module: Module) -> str:
    """The shortest name that makes the module again."""
    kind = type(module).__name__
    if isinstance(module, Apply):
        return module.extra_repr()
    if kind not in _MODULES:
        return kind
    plain = _snake(kind)
    if kind != "Threshold" and type(module)().extra_repr() == module.extra_repr():
        return plain
    return f"{kind}({module.extra_repr()})"


def _slope(module: Module) -> str:
    op = getattr(module, "_op", None)
    if isinstance(module, Apply) and isinstance(module.call, str):
        op = REGISTRY[module.call]
    return "" if op is None or not op.terms else str(op.terms[0])


def _called(call: Any) -> str:
    name = str(getattr(call, "__name__", type(call).__name__))
    return "f" if name == "<lambda>" else name
