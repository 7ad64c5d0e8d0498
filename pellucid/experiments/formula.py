"""A formula of x as a person types it, read with a grammar of its own: nothing else can run.

Numbers, x, pi and e, the signs + − * / ** and brackets, and functions of the list below.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import numpy as np

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.lenses.picture import Floats
from pellucid.spelling import did_you_mean

__all__ = ["FUNCTIONS", "formula"]

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "tanh": np.tanh, "exp": np.exp, "log": np.log,
    "sqrt": np.sqrt, "abs": np.abs, "sign": np.sign, "floor": np.floor,
    "relu": lambda x: np.maximum(x, 0),
    "min": np.minimum, "max": np.maximum,
}  # fmt: skip
_NAMES = {"pi": np.pi, "π": np.pi, "e": np.e}
_SIGNS: Mapping[type, Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Mod: operator.mod,
}  # fmt: skip
_LONGEST = 200


def formula(text: str) -> Callable[[Floats], Floats]:
    """The function of x that a formula says.

    Args:
        text: such as "sin(3*x)" or "x^2 - 1/2"; ^ is a power too.

    Raises:
        SettingError: it can't be read; says what is wrong.

    Example:
        >>> formula("2*x^2 - 1")(np.array([0.0, 2.0]))
        array([-1.,  7.])
    """
    plain = str(text).replace("^", "**").replace("−", "-").strip()
    if len(plain) > _LONGEST:
        raise SettingError(f"the formula is longer than {_LONGEST} characters.")
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        times = re.search(r"([0-9.]+|\))(x|[a-z]+\(|\()", plain)
        hint = f"; {times[0]} is written {times[1]}*{times[2]}" if times else ""
        _refuse(text, f"it can't be read{hint}")
    _check(tree, text)

    def computed(x: Floats) -> Floats:
        with np.errstate(all="ignore"):
            value = np.asarray(_value(tree, np.asarray(x, np.float64)), np.float64)
        return np.broadcast_to(value, np.shape(x)).copy()

    return computed


def _check(node: ast.AST, text: str) -> None:
    """Everything in the tree is on the lists, so that computing it can do nothing else."""
    match node:
        case ast.Constant(value=value) if type(value) in (int, float):
            return
        case ast.Name(id=name):
            if name != "x" and name not in _NAMES:
                hint = did_you_mean(name, ["x", *_NAMES, *FUNCTIONS])
                _refuse(text, f"{quoted(name)} is not known.{hint}")
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            _check(left, text)
            _check(right, text)
        case ast.UnaryOp(op=sign, operand=inner) if type(sign) in _SIGNS:
            _check(inner, text)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            if name not in FUNCTIONS:
                hint = did_you_mean(name, list(FUNCTIONS))
                _refuse(text, f"there is no function {quoted(name)}.{hint}")
            wanted = 2 if name in ("min", "max") else 1
            if len(args) != wanted:
                _refuse(text, f"{name} takes {wanted}, and got {len(args)}")
            for inner in args:
                _check(inner, text)
        case _:
            _refuse(text, f"{quoted(ast.unparse(node))} is no part of a formula")


def _value(node: Any, x: Floats) -> Any:
    match node:
        case ast.Constant(value=value):
            return np.float64(float(value))  # type: ignore[arg-type]
        case ast.Name(id=name):
            return x if name == "x" else np.float64(_NAMES[name])
        case ast.BinOp(left=left, op=sign, right=right):
            return _SIGNS[type(sign)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=sign, operand=inner):
            return _SIGNS[type(sign)](_value(inner, x))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(_value(inner, x) for inner in args))
        case _:
            raise AssertionError(node)


def _refuse(text: str, why: str) -> NoReturn:
    known = ", ".join(FUNCTIONS)
    end = "" if why.endswith(("?", ".")) else "."
    raise SettingError(
        f"the formula {quoted(text)}: {why}{end}\n"
        f" A formula has x, numbers, pi, e, + - * / ^, brackets and {known}."
    )
