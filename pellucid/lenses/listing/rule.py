"""What an optimizer does in one step, as equations: those of its documentation, as it is set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.lenses.notation import plain
from pellucid.optim import SGD, Adam, Optimizer, RMSprop

__all__ = ["rule_of"]

_SETTINGS = ("lr", "momentum", "dampening", "nesterov", "betas", "alpha", "eps", "weight_decay")
_SYMBOLS = {
    "lr": "η", "momentum": "μ", "dampening": "τ", "alpha": "α", "rho": "ρ", "eps": "ε",
    "lr_decay": "δ", "momentum_decay": "ψ", "lambd": "λ", "weight_decay": "λ",
}  # fmt: skip
_SHRUNK = "(1 − ηλ)θₜ₋₁"


def rule_of(optimizer: Optimizer) -> dict[str, Any]:
    """The name of an optimizer, its equations, its settings, and what the letters stand for."""
    group = optimizer.param_groups[0]
    steps = _documented(type(optimizer))
    known = type(optimizer).__module__.startswith("pellucid.")
    if known and steps:
        steps = _decayed(_chosen(optimizer, steps, group), group)
    return {
        "name": type(optimizer).__name__,
        "steps": steps,
        "settings": {k: v for k, v in group.items() if k in _SETTINGS and v},
        "values": _values(steps, group) if known else {},
    }


def _documented(kind: type) -> list[str]:
    """The equations in the documentation of a class."""
    found = re.findall(r"\$\$(.+?)\$\$", kind.__doc__ or "", re.DOTALL)
    return [s.strip(" ,.") for text in found for s in plain(" ".join(text.split())).split("   ")]


def _chosen(optimizer: Optimizer, steps: list[str], group: Mapping[str, Any]) -> list[str]:
    """The equations with what the settings switch on, and without what they leave out."""
    if isinstance(optimizer, Adam):
        steps = _documented(Adam)
        if group.get("amsgrad"):
            at = next(i for i, s in enumerate(steps) if s.startswith("v̂ₜ"))
            steps[at] = steps[at].replace("= vₜ/", "= v⁺ₜ/")
            steps.insert(at, "v⁺ₜ = max(v⁺ₜ₋₁, vₜ)")
    if isinstance(optimizer, SGD):
        if not group["momentum"]:
            return ["θₜ = θₜ₋₁ − ηgₜ"]
        if not group["dampening"]:
            steps = [s.replace("(1 − τ) gₜ", "gₜ") for s in steps]
        if group["nesterov"]:
            steps = [s.replace("− ηbₜ", "− η(gₜ + μbₜ)") for s in steps]
    if isinstance(optimizer, RMSprop):
        return list(_root_mean_square(steps, group))
    return steps


def _root_mean_square(steps: list[str], group: Mapping[str, Any]) -> Iterator[str]:
    for step in steps:
        if not step.startswith("θₜ"):
            yield step
            continue
        if group["centered"]:
            yield "ḡₜ = αḡₜ₋₁ + (1 − α) gₜ"
            step = step.replace("√vₜ", "√(vₜ − ḡₜ²)")
        if group["momentum"]:
            yield step.replace("θₜ = θₜ₋₁ − η", "bₜ = μbₜ₋₁ + ")
            step = "θₜ = θₜ₋₁ − ηbₜ"
        yield step


def _decayed(steps: list[str], group: Mapping[str, Any]) -> list[str]:
    """The equations with the pull toward zero as it runs: in the gradient, or on the weights."""
    decay, sign = group.get("weight_decay", 0), "−" if group.get("maximize") else ""
    own = any("λ" in s for s in steps)  # Lion and Muon write it, and so does ASGD: lambd
    own_pull = own and "lambd" not in group
    before = f"gₜ = {sign}∂L/∂θₜ₋₁"
    first = [before] if sign else []
    if not decay:
        if own_pull:
            bare = (s.replace(_SHRUNK, "θₜ₋₁") for s in steps)
            steps = [s.replace("(sign(cₜ) + λθₜ₋₁)", "sign(cₜ)") for s in bare]
        return [*first, *steps]
    if own_pull:
        return [*first, *steps]
    if group.get("decoupled_weight_decay", "beta2_decay" in group):  # the latter: Adafactor
        return [*first, *(s.replace("θₜ = θₜ₋₁", f"θₜ = {_SHRUNK}") for s in steps)]
    return [f"{before} + {f'{decay:g} ' if own else 'λ'}θₜ₋₁", *steps]


def _values(steps: list[str], group: Mapping[str, Any]) -> dict[str, float]:
    """What the letters in the equations stand for."""
    text = " ".join(steps)
    named = {_SYMBOLS[k]: v for k, v in reversed([*group.items()]) if k in _SYMBOLS}
    if "lambd" in group:
        named["λ"] = group["lambd"]
    if "betas" in group:
        named |= dict(zip(("β₁", "β₂"), group["betas"], strict=True))
    order = ("η", "β₁", "β₂", *dict.fromkeys(_SYMBOLS.values()))
    numbers = {
        s: named[s] for s in dict.fromkeys(order) if s in named and re.search(f"{s}(?![⁺⁻])", text)
    }
    return {s: float(v) for s, v in numbers.items() if not isinstance(v, tuple)}
