"""RMSprop: divide the gradient by a running average of its own size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.graph.node import Node
from pellucid.ops.elementwise import add, div, mul, sqrt, square, sub
from pellucid.optim.groups import Params, Rate
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.pull import pulled
from pellucid.optim.settings import check_passive, check_range

__all__ = ["RMSprop", "update"]


def update(
    theta: Node,
    g: Node,
    square_avg: Node,
    momentum_buffer: Node | None = None,
    grad_avg: Node | None = None,
    *,
    lr: Node,
    mu: Node,
    alpha: float,
    eps: float,
    weight_decay: float,
    maximize: bool,
) -> tuple[Node, ...]:
    r"""One step: $v \leftarrow \alpha v + (1-\alpha) g^2$, then $\theta$ along $-g/\sqrt v$."""
    g = pulled(theta, g, weight_decay, maximize)
    v = add(mul(square_avg, alpha), mul(square(g), 1 - alpha))
    kept, spread = [v], v
    if grad_avg is not None:
        mean = add(mul(grad_avg, alpha), mul(g, 1 - alpha))
        spread = sub(v, square(mean))
    step = div(g, add(sqrt(spread), eps))
    if momentum_buffer is not None:
        step = add(mul(momentum_buffer, mu), step)
        kept.append(step)
    if grad_avg is not None:
        kept.append(mean)
    return sub(theta, mul(step, lr)), *kept


class RMSprop(Optimizer):
    r"""Root mean square propagation.

    $$ v_t = \alpha v_{t-1} + (1-\alpha) g_t^2, \qquad
       \theta_t = \theta_{t-1} - \eta\, \frac{g_t}{\sqrt{v_t} + \epsilon} $$

    With `centered`, $v_t$ is replaced by $v_t - \bar g_t^2$, the variance; with `momentum`, the
    steps are averaged as in `SGD`.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        alpha: how slowly the average forgets.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, added to the gradient as λθ.
        momentum: how much of the last step is kept.
        centered: divide by the spread instead of the size.
        capturable, foreach: accepted as in PyTorch; how a step is executed is up to the engine.
        maximize: walk uphill.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.RMSprop([w], lr=0.01)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9000], requires_grad=True)

    Source: Tieleman and Hinton (2012), lecture 6.5; Graves (2013) for `centered`.
    """

    RATES = ("lr", "mu")
    COUNTED = True
    update = staticmethod(update)

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_passive("RMSprop", None, foreach)
        super().__init__(
            params,
            {
                "lr": lr, "momentum": momentum, "alpha": alpha, "eps": eps, "centered": centered,
                "weight_decay": weight_decay, "capturable": capturable, "foreach": foreach,
                "maximize": maximize, "differentiable": differentiable,
            },
        )  # fmt: skip

    def _check(self, group: Mapping[str, Any]) -> None:
        for name in ("lr", "eps", "weight_decay", "momentum"):
            check_range("RMSprop", name, group[name])
        check_range("RMSprop", "alpha", group["alpha"], high=1.0)

    def _names(self, group: Mapping[str, Any]) -> tuple[str, ...]:
        kept = ["square_avg"]
        if group["momentum"]:
            kept.append("momentum_buffer")
        if group["centered"]:
            kept.append("grad_avg")
        return tuple(kept)

    def _rates(self, group: Mapping[str, Any], t: int) -> tuple[float, ...]:
        return float(group["lr"]), group["momentum"]

    def _settings(self, group: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "alpha": group["alpha"],
            "eps": group["eps"],
            "weight_decay": group["weight_decay"],
            "maximize": group["maximize"],
        }
