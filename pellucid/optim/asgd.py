"""ASGD: stochastic gradient descent that also keeps the average of where it has been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, mul, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_passive, check_range

__all__ = ["ASGD", "update"]


def update(
    theta: Node,
    g: Node,
    eta: Node,
    mu: Node,
    ax: Node,
    *,
    begin: Node,
    eta_next: Node,
    mu_next: Node,
    lambd: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step: $\theta \leftarrow (1 - \lambda\eta_t)\theta - \eta_t g$, then its average `ax`.

    `begin` is the rate at the first step, which nothing was remembered before, and 0 after.
    """
    g = pulled(theta, g, weight_decay, maximize)
    rate = add(eta, begin)
    theta = sub(mul(theta, sub(1.0, mul(rate, lambd))), mul(g, rate))
    average = add(ax, mul(sub(theta, ax), mu))
    return theta, eta_next, mu_next, average


class ASGD(Optimizer):
    r"""Averaged stochastic gradient descent.

    $$ \theta_t = (1 - \lambda\eta_t)\,\theta_{t-1} - \eta_t\, g_t, \qquad
       \eta_{t+1} = \frac{\eta}{(1 + \lambda\eta t)^\alpha} $$
    $$ \bar\theta_t = \bar\theta_{t-1} + \mu_t (\theta_t - \bar\theta_{t-1}), \qquad
       \mu_{t+1} = \frac{1}{\max(1, t - t_0)} $$

    The average is in the state, under "ax"; the weights themselves are those of the last step.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size at the start, η.
        lambd: how much weights decay and rates fall, λ.
        alpha: the power by which rates fall, α.
        t0: the step after which the average begins.
        weight_decay: pull toward zero, added to the gradient.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.ASGD([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8000], requires_grad=True)

    Source: Polyak and Juditsky (1992).
    """

    RATES = ("begin", "eta_next", "mu_next")
    COUNTED = True
    SINGLE = ("eta", "mu")
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_passive("ASGD", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "lambd": lambd, "alpha": alpha, "t0": t0, "weight_decay": weight_decay,
                "foreach": foreach, "maximize": maximize, "differentiable": differentiable,
                "capturable": capturable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "weight_decay"):
            check_range("ASGD", name, group[name])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("eta", "mu", "ax")

    def _begin(self, group: Mapping[str, Any]) -> dict[str, float]:
        return {"mu": 1.0}

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        lr = float(group["lr"])
        eta_next = lr / (1 + group["lambd"] * lr * t) ** group["alpha"]
        return lr if t == 1 else 0.0, eta_next, 1 / max(1.0, t - group["t0"])

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {name: group[name] for name in ("lambd", "weight_decay", "maximize")}
