"""Muon: momentum made orthogonal, so that a matrix's step is equally long in all its directions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, clamp, div, mul, sub
from pellucid.ops.linalg import matmul
from pellucid.ops.movement import permute
from pellucid.ops.product import norm
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import shrunk
from pellucid.optim.settings import check_range
from pellucid.shapes import Shape, show

__all__ = ["Muon", "orthogonal", "update"]


def update(
    theta: Node,
    g: Node,
    momentum_buffer: Node,
    *,
    lr: Node,
    mu: Node,
    inflow: Node,
    nesterov: bool,
    coefficients: tuple[float, float, float],
    steps: int,
    eps: float,
    weight_decay: float,
    adjust: str | None,
) -> tuple[Node, ...]:
    r"""One step; `inflow` is $1 - \mu$."""
    b = add(mul(momentum_buffer, mu), mul(g, inflow))
    ahead = add(mul(b, mu), mul(g, inflow)) if nesterov else b
    o = orthogonal(ahead, coefficients, steps, eps)
    theta = shrunk(theta, lr, weight_decay)
    return sub(theta, mul(o, mul(lr, _longer(adjust, theta.shape)))), b


def orthogonal(x: Node, abc: tuple[float, float, float], steps: int, eps: float) -> Node:
    r"""Near $UV^\top$ of $x = USV^\top$, by iterating $x \leftarrow ax + (bA + cA^2)x$.

    $A = xx^\top$; the singular values all come to lie between 0.7 and 1.2.
    """
    a, b, c = abc
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = permute(x, axes=(1, 0))
    x = div(x, clamp(norm(x, p=2.0, axes=(0, 1)), min=eps))
    for _ in range(steps):
        gram = matmul(x, permute(x, axes=(1, 0)))
        x = add(mul(x, a), matmul(add(mul(gram, b), mul(matmul(gram, gram), c)), x))
    return permute(x, axes=(1, 0)) if tall else x


def _longer(adjust: str | None, shape: Shape) -> float:
    """What the rate is multiplied by for a matrix of a shape."""
    rows, columns = shape
    if adjust == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1, rows / columns)) if columns else 1.0


class Muon(Optimizer):
    r"""Momentum, orthogonalized by Newton–Schulz steps.

    $$ B_t = \mu B_{t-1} + (1-\mu)\, g_t, \qquad
       O_t = \mathrm{NS}_k\big((1-\mu)\, g_t + \mu B_t\big), \qquad
       \theta_t = (1 - \eta\lambda)\,\theta_{t-1} - \eta' O_t $$

    It moves matrices: the weights of hidden linear layers. Give biases, embeddings and the last
    layer to `AdamW`. The iteration is computed in the weights' own precision (PyTorch's is in
    bfloat16, which is faster on some hardware and rounds to three digits).

    Args:
        params: Tensors with two axes, or dicts with a group's Tensors and settings.
        lr: step size η.
        weight_decay: pull of the weights toward zero, λ.
        momentum: how much of the last direction is kept, μ.
        nesterov: look ahead along the momentum; the step is along $B_t$ otherwise.
        ns_coefficients: a, b, c of the polynomial in the iteration.
        eps: keeps the division by the norm away from zero.
        ns_steps: how many iterations, k; below 100.
        adjust_lr_fn: "original" (or None): the rate is $\eta' = \eta\sqrt{\max(1, n/m)}$ for n rows
            and m columns; "match_rms_adamw": $\eta' = 0.2\,\eta\sqrt{\max(n, m)}$.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(2, 2, requires_grad=True)
        >>> optimizer = pellucid.optim.Muon([w], lr=0.1)
        >>> (w[0, 0] + 3 * w[1, 1]).backward()
        >>> optimizer.step()
        >>> w
        tensor([[-0.1134,  0.0000],
                [ 0.0000, -0.0753]], requires_grad=True)

    Source: Jordan et al. (2024); Liu et al. (2025) for "match_rms_adamw".
    """

    RATES = ("lr", "mu", "inflow")
    WHOLE = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.775, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr, "weight_decay": weight_decay, "momentum": momentum,
                "nesterov": nesterov, "ns_coefficients": ns_coefficients, "eps": eps,
                "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            check_range("Muon", name, group[name])
        check_range("Muon", "ns_steps", group["ns_steps"], high=99)
        if len(group["ns_coefficients"]) != 3:
            raise SettingError(
                f"Muon: ns_coefficients must be three numbers, not {group['ns_coefficients']!r}."
            )
        if group["adjust_lr_fn"] not in (None, "original", "match_rms_adamw"):
            raise SettingError(
                "Muon: adjust_lr_fn must be 'original' or 'match_rms_adamw', not"
                f" {group['adjust_lr_fn']!r}."
            )
        for p in group["params"]:
            if len(p.shape) != 2:
                raise SettingError(
                    f"Muon moves matrices, and {p.name or 'a weight'} has shape {show(p.shape)}.\n"
                    " Give it the weights with two axes, and the others to another optimizer, such"
                    " as AdamW."
                )

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",)

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        return float(group["lr"]), group["momentum"], 1 - group["momentum"]

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "nesterov": group["nesterov"], "coefficients": tuple(group["ns_coefficients"]),
            "steps": group["ns_steps"], "eps": group["eps"],
            "weight_decay": group["weight_decay"], "adjust": group["adjust_lr_fn"],
        }  # fmt: skip
