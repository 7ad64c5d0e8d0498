"""Lion: momentum whose sign alone is followed, so that every weight moves equally far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, sign, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled, shrunk
from pellucid.optim.settings import check_betas, check_passive, check_range

__all__ = ["Lion", "update"]


def update(
    theta: Node,
    g: Node,
    exp_avg: Node,
    *,
    lr: Node,
    beta1: Node,
    inflow: Node,
    beta2: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithm 2; `inflow` is $1 - \beta_1$."""
    g = pulled(theta, g, 0, maximize)
    c = add(mul(exp_avg, beta1), mul(g, inflow))
    theta = sub(shrunk(theta, lr, weight_decay), mul(sign(c), lr))
    m = add(mul(exp_avg, beta2), mul(g, 1 - beta2))
    return theta, m


class Lion(Optimizer):
    r"""Evolved sign momentum; it remembers half of what Adam does. PyTorch has no such optimizer.

    $$ c_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \qquad
       \theta_t = \theta_{t-1} - \eta\, (\mathrm{sign}(c_t) + \lambda\theta_{t-1}), \qquad
       m_t = \beta_2 m_{t-1} + (1-\beta_2) g_t $$

    All steps are equally long, so `lr` is three to ten times smaller than Adam's, and
    `weight_decay` as many times larger.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how much of the average is in a step's direction, and how slowly it forgets.
        weight_decay: pull of the weights toward zero, λ.
        maximize: walk uphill.
        foreach, capturable: accepted, as other optimizers do.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Lion([w], lr=0.01)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.9900, -1.9900], requires_grad=True)

    Source: Chen et al. (2023), Algorithm 2.
    """

    RATES = ("lr", "beta1", "inflow")
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("Lion", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize,
                "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "weight_decay"):
            check_range("Lion", name, group[name])
        check_betas("Lion", group["betas"])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg",)

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        beta1 = group["betas"][0]
        return float(group["lr"]), beta1, 1 - beta1

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: group[name] for name in ("weight_decay", "maximize")}
        return {"beta2": group["betas"][1], **kept}
