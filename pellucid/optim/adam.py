"""Adam: each weight gets its own step size, from averages of its gradient and squared gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, maximum, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled, shrunk
from pellucid.optim.settings import check_betas, check_passive, check_range

__all__ = ["Adam", "update"]


def update(
    theta: Node,
    g: Node,
    exp_avg: Node,
    exp_avg_sq: Node,
    max_exp_avg_sq: Node | None = None,
    *,
    lr: Node,
    beta1: Node,
    inflow: Node,
    correction1: Node,
    correction2: Node,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithm 1.

    `inflow` is $1 - \beta_1$, `correction1` $1 - \beta_1^t$ and `correction2` $1 - \beta_2^t$.
    """
    g = pulled(theta, g, 0 if decoupled else weight_decay, maximize)
    theta = shrunk(theta, lr, weight_decay if decoupled else 0)
    m = add(mul(exp_avg, beta1), mul(g, inflow))
    v = add(mul(exp_avg_sq, beta2), mul(square(g), 1 - beta2))
    largest = v if max_exp_avg_sq is None else maximum(max_exp_avg_sq, v)
    m_hat, v_hat = div(m, correction1), div(largest, correction2)
    theta = sub(theta, div(mul(m_hat, lr), add(sqrt(v_hat), eps)))
    return (theta, m, v) if max_exp_avg_sq is None else (theta, m, v, largest)


class Adam(Optimizer):
    r"""Adaptive moment estimation.

    $$ m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2 $$
    $$ \hat m_t = \frac{m_t}{1-\beta_1^t}, \quad \hat v_t = \frac{v_t}{1-\beta_2^t}, \quad
       \theta_t = \theta_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} $$

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how slowly the two averages forget.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, added to the gradient as λθ.
        amsgrad: divide by the largest $\hat v$ so far instead of the latest.
        foreach, fused, capturable: accepted as in PyTorch; how a step is executed is the engine's
            choice here.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.
        decoupled_weight_decay: shrink the weights directly, as `AdamW` does.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0, -2.0], requires_grad=True)
        >>> optimizer = pellucid.optim.Adam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([ 0.9000, -1.9000], requires_grad=True)

    Source: Kingma and Ba (2015), Algorithm 1; Reddi, Kale and Kumar (2018) for `amsgrad`.
    """

    RATES = ("lr", "beta1", "inflow", "correction1", "correction2")
    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_passive(type(self).__name__, fused, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                "amsgrad": amsgrad, "maximize": maximize, "foreach": foreach,
                "capturable": capturable, "differentiable": differentiable, "fused": fused,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        who = type(self).__name__
        for name in ("lr", "eps", "weight_decay"):
            check_range(who, name, group[name])
        check_betas(who, group["betas"])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        both = ("exp_avg", "exp_avg_sq")
        return (*both, "max_exp_avg_sq") if group["amsgrad"] else both

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        beta1, beta2 = group["betas"]
        return float(group["lr"]), beta1, 1 - beta1, 1 - beta1**t, 1 - beta2**t

    def _rates_of(self, group: Mapping[str, Any], steps: range) -> list[tuple[float, ...]]:
        # Spelled out: a compiled step of a small network takes 10 µs, and a call of ours one.
        beta1, beta2 = group["betas"]
        same = (float(group["lr"]), beta1, 1 - beta1)
        return [(*same, 1 - beta1**t, 1 - beta2**t) for t in steps]

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "beta2": group["betas"][1],
            "eps": group["eps"],
            "weight_decay": group["weight_decay"],
            "decoupled": group.get("decoupled_weight_decay", False),
            "maximize": group["maximize"],
        }
