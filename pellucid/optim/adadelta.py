"""Adadelta: steps in the weights' own units, from the ratio of two running averages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_passive, check_range

__all__ = ["Adadelta", "update"]


def update(
    theta: Node,
    g: Node,
    square_avg: Node,
    acc_delta: Node,
    *,
    lr: Node,
    rho: float,
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithm 1: $\Delta = g\,\mathrm{RMS}(\Delta)/\mathrm{RMS}(g)$."""
    g = pulled(theta, g, weight_decay, maximize)
    v = add(mul(square_avg, rho), mul(square(g), 1 - rho))
    delta = mul(div(sqrt(add(acc_delta, eps)), sqrt(add(v, eps))), g)
    u = add(mul(acc_delta, rho), mul(square(delta), 1 - rho))
    return sub(theta, mul(delta, lr)), v, u


class Adadelta(Optimizer):
    r"""Steps whose size follows from the steps before; there is hardly a rate to choose.

    $$ v_t = \rho v_{t-1} + (1-\rho) g_t^2, \qquad
       \Delta_t = \frac{\sqrt{u_{t-1} + \epsilon}}{\sqrt{v_t + \epsilon}}\, g_t, \qquad
       u_t = \rho u_{t-1} + (1-\rho) \Delta_t^2 $$
    $$ \theta_t = \theta_{t-1} - \eta\, \Delta_t $$

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: what steps are multiplied by, η.
        rho: how slowly the averages forget, ρ.
        eps: keeps the division away from zero, and the first steps from being none.
        weight_decay: pull toward zero, added to the gradient as λθ.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Adadelta([w], lr=10.0)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9684], requires_grad=True)

    Source: Zeiler (2012), Algorithm 1.
    """

    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("Adadelta", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay,
                "maximize": maximize, "capturable": capturable, "foreach": foreach,
                "differentiable": differentiable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_range("Adadelta", name, group[name])
        check_range("Adadelta", "rho", group["rho"], high=1.0)

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {name: group[name] for name in ("rho", "eps", "weight_decay", "maximize")}
