"""RAdam: Adam that waits with dividing until its squared average can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.compare import gt, where
from pellucid.ops.elementwise import add, div, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled, shrunk
from pellucid.optim.settings import check_betas, check_passive, check_range

__all__ = ["RAdam", "update"]


def update(
    theta: Node,
    g: Node,
    exp_avg: Node,
    exp_avg_sq: Node,
    *,
    lr: Node,
    beta1: Node,
    inflow: Node,
    correction1: Node,
    rectified: Node,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step of Algorithm 2.

    `rectified` is $r_t \sqrt{1 - \beta_2^t}$, and 0 while the variance can't be trusted; `inflow`
    is $1 - \beta_1$, `correction1` $1 - \beta_1^t$.
    """
    g = pulled(theta, g, 0 if decoupled else weight_decay, maximize)
    theta = shrunk(theta, lr, weight_decay if decoupled else 0)
    m = add(mul(exp_avg, beta1), mul(g, inflow))
    v = add(mul(exp_avg_sq, beta2), mul(square(g), 1 - beta2))
    scale = where(gt(rectified, 0.0), div(rectified, add(sqrt(v), eps)), 1.0)
    return sub(theta, mul(mul(div(m, correction1), lr), scale)), m, v


class RAdam(Optimizer):
    r"""Rectified Adam: without the warm-up that Adam's first steps need.

    $$ \rho_t = \rho_\infty - \frac{2t\,\beta_2^t}{1-\beta_2^t}, \quad
       \rho_\infty = \frac{2}{1-\beta_2} - 1, \quad
       r_t = \sqrt{\frac{(\rho_t-4)(\rho_t-2)\,\rho_\infty}
                        {(\rho_\infty-4)(\rho_\infty-2)\,\rho_t}} $$
    $$ \theta_t = \theta_{t-1} - \eta\, \hat m_t \cdot
       \begin{cases} r_t\, \sqrt{1-\beta_2^t}\,/\,(\sqrt{v_t} + \epsilon) & \rho_t > 5 \\
                     1 & \text{otherwise} \end{cases} $$

    with $\hat m_t$ and $v_t$ as in `Adam`.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how slowly the two averages forget.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, added to the gradient as λθ.
        decoupled_weight_decay: shrink the weights directly, as `AdamW` does.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.RAdam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8000], requires_grad=True)

    Source: Liu, Jiang, He, Chen, Liu, Gao and Han (2020), Algorithm 2.
    """

    RATES = ("lr", "beta1", "inflow", "correction1", "rectified")
    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("RAdam", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                "maximize": maximize, "foreach": foreach, "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay"):
            check_range("RAdam", name, group[name])
        check_betas("RAdam", group["betas"])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg", "exp_avg_sq")

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        beta1, beta2 = group["betas"]
        return float(group["lr"]), beta1, 1 - beta1, 1 - beta1**t, rectified(beta2, t)

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: group[name] for name in ("eps", "weight_decay", "maximize")}
        decoupled = group["decoupled_weight_decay"]
        return {"beta2": group["betas"][1], **kept, "decoupled": decoupled}


def rectified(beta2: float, t: int) -> float:
    r"""The factor $r_t \sqrt{1 - \beta_2^t}$; 0 where $\rho_t \le 5$."""
    correction2 = 1 - beta2**t
    most = 2 / (1 - beta2) - 1
    rho = most - 2 * t * beta2**t / correction2
    if rho <= 5:
        return 0.0
    square = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)
    return float((square * correction2) ** 0.5)
