"""Adamax: Adam that divides by the largest recent gradient instead of a squared average."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import abs, add, div, maximum, mul, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_betas, check_passive, check_range

__all__ = ["Adamax", "update"]


def update(
    theta: Node,
    g: Node,
    exp_avg: Node,
    exp_inf: Node,
    *,
    lr: Node,
    beta1: Node,
    inflow: Node,
    correction: Node,
    beta2: float,
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithm 2; `inflow` is $1 - \beta_1$, `correction` is $1 - \beta_1^t$."""
    g = pulled(theta, g, weight_decay, maximize)
    m = add(mul(exp_avg, beta1), mul(g, inflow))
    u = maximum(mul(exp_inf, beta2), add(abs(g), eps))
    return sub(theta, mul(div(m, u), div(lr, correction))), m, u


class Adamax(Optimizer):
    r"""Adam with the infinity norm.

    $$ m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \qquad
       u_t = \max(\beta_2 u_{t-1}, |g_t| + \epsilon), \qquad
       \theta_t = \theta_{t-1} - \frac{\eta}{1-\beta_1^t}\, \frac{m_t}{u_t} $$

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how slowly the average and the maximum forget.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, added to the gradient as λθ.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Adamax([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.9000, -1.9000], requires_grad=True)

    Source: Kingma and Ba (2015), Algorithm 2.
    """

    RATES = ("lr", "beta1", "inflow", "correction")
    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_passive("Adamax", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
                "capturable": capturable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_range("Adamax", name, group[name])
        check_betas("Adamax", group["betas"])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_inf")

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        beta1 = group["betas"][0]
        return float(group["lr"]), beta1, 1 - beta1, 1 - beta1**t

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: group[name] for name in ("eps", "weight_decay", "maximize")}
        return {"beta2": group["betas"][1], **kept}
