"""NAdam: Adam that looks ahead along its momentum, as Nesterov does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled, shrunk
from pellucid.optim.settings import check_betas, check_passive, check_range

__all__ = ["NAdam", "update"]


def update(
    theta: Node,
    g: Node,
    mu_product: Node,
    exp_avg: Node,
    exp_avg_sq: Node,
    *,
    lr: Node,
    beta1: Node,
    inflow: Node,
    mu: Node,
    mu_next: Node,
    correction2: Node,
    beta2: float,
    eps: float,
    weight_decay: float,
    decoupled: bool,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step; `mu` is $\mu_t$, `mu_next` $\mu_{t+1}$, `mu_product` $\mu_1 \cdots \mu_{t-1}$.

    `inflow` is $1 - \beta_1$, `correction2` $1 - \beta_2^t$.
    """
    g = pulled(theta, g, 0 if decoupled else weight_decay, maximize)
    theta = shrunk(theta, lr, weight_decay if decoupled else 0)
    product = mul(mu_product, mu)
    m = add(mul(exp_avg, beta1), mul(g, inflow))
    v = add(mul(exp_avg_sq, beta2), mul(square(g), 1 - beta2))
    along_m = div(mu_next, sub(1.0, mul(product, mu_next)))
    along_g = div(sub(1.0, mu), sub(1.0, product))
    m_hat = add(mul(m, along_m), mul(g, along_g))
    theta = sub(theta, div(mul(m_hat, lr), add(sqrt(div(v, correction2)), eps)))
    return theta, product, m, v


class NAdam(Optimizer):
    r"""Nesterov-accelerated adaptive moment estimation.

    $$ \mu_t = \beta_1 \big(1 - \tfrac12\, 0.96^{\,t\psi}\big), \qquad
       \hat m_t = \frac{\mu_{t+1}}{1 - \prod_{i=1}^{t+1} \mu_i}\, m_t
                + \frac{1 - \mu_t}{1 - \prod_{i=1}^{t} \mu_i}\, g_t $$
    $$ \theta_t = \theta_{t-1} - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} $$

    with $m_t$ and $\hat v_t$ as in `Adam`.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how slowly the two averages forget.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, added to the gradient as λθ.
        momentum_decay: how fast the momentum grows to its full size, ψ.
        decoupled_weight_decay: shrink the weights directly, as `AdamW` does.
        foreach, capturable: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.NAdam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.8944], requires_grad=True)

    Source: Dozat (2016).
    """

    RATES = ("lr", "beta1", "inflow", "mu", "mu_next", "correction2")
    COUNTED = True
    SINGLE = ("mu_product",)
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("NAdam", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
                "foreach": foreach, "capturable": capturable, "differentiable": differentiable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay", "momentum_decay"):
            check_range("NAdam", name, group[name])
        check_betas("NAdam", group["betas"])

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        return ("mu_product", "exp_avg", "exp_avg_sq")

    def _begin(self, group: Mapping[str, Any]) -> dict[str, float]:
        return {"mu_product": 1.0}

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        (beta1, beta2), psi = group["betas"], group["momentum_decay"]
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (i * psi)) for i in (t, t + 1))
        return float(group["lr"]), beta1, 1 - beta1, mu, mu_next, 1 - beta2**t

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: group[name] for name in ("eps", "weight_decay", "maximize")}
        decoupled = group["decoupled_weight_decay"]
        return {"beta2": group["betas"][1], **kept, "decoupled": decoupled}
