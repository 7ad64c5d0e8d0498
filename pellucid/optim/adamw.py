"""AdamW: Adam whose pull toward zero acts on the weights themselves, not through the averages."""

from __future__ import annotations

from pellucid.optim.adam import Adam
from pellucid.optim.groups import Params, Rate

__all__ = ["AdamW"]


class AdamW(Adam):
    r"""Adam with decoupled weight decay.

    $$ \theta_t = (1 - \eta\lambda)\,\theta_{t-1}
       - \eta\, \frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} $$

    In Adam, a pull λθ added to the gradient is divided by $\sqrt{\hat v}$ like everything else, so
    weights with large gradients are hardly pulled; here all are pulled alike.

    Args:
        params: Tensors, or dicts with a group's Tensors and settings.
        lr: step size η.
        betas: how slowly the two averages forget.
        eps: keeps the division away from zero.
        weight_decay: pull toward zero, λ.
        amsgrad: divide by the largest $\hat v$ so far instead of the latest.
        maximize: walk uphill.
        foreach, fused, capturable: accepted as in PyTorch; how a step is executed is the engine's
            choice here.
        differentiable: record each step, so that what comes of it can be blamed on it.

    Example:
        >>> import pellucid
        >>> w = pellucid.tensor([1.0], requires_grad=True)
        >>> optimizer = pellucid.optim.AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (0 * w).sum().backward()
        >>> optimizer.step()
        >>> w
        tensor([0.9500], requires_grad=True)

    Source: Loshchilov and Hutter (2019), Algorithm 2.
    """

    def __init__(
        self,
        params: Params,
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad,
            foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip
