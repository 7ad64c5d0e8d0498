r"""Averages of the weights along the way: flatter, and often better, than those of the last step.

$$ \bar\theta_{n+1} = \bar\theta_n + \frac{\theta - \bar\theta_n}{n + 1}
   \qquad\text{or}\qquad
   \bar\theta \leftarrow d\,\bar\theta + (1 - d)\,\theta $$
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from pellucid.dtypes import int64
from pellucid.errors import SettingError
from pellucid.graph.mode import current
from pellucid.nn.batch_norm import _BatchNorm
from pellucid.nn.module import Module
from pellucid.ops.compare import eq, where
from pellucid.optim.one_cycle import check_wave, risen
from pellucid.optim.optimizer import Optimizer
from pellucid.optim.schedule import LRScheduler, per_group
from pellucid.optim.settings import check_range
from pellucid.tensor.creation import tensor
from pellucid.tensor.grad_mode import no_grad
from pellucid.tensor.tensor import Tensor, wrap

__all__ = [
    "SWALR", "AveragedModel", "get_ema_avg_fn", "get_ema_multi_avg_fn", "get_swa_avg_fn",
    "get_swa_multi_avg_fn", "update_bn",
]  # fmt: skip

One = Callable[[Tensor, Tensor, Any], Tensor]
Many = Callable[[Sequence[Tensor], Sequence[Tensor], Any], None]


def get_ema_avg_fn(decay: float = 0.999) -> One:
    """An exponential moving average: the new weights count `1 - decay`, the average the rest."""
    check_range("get_ema_avg_fn", "decay", decay, high=1.0)
    return lambda average, now, _: average * decay + now * (1 - decay)


def get_swa_avg_fn() -> One:
    """An equal average: every model so far counts the same."""
    return lambda average, now, count: average + (now - average) / (count + 1)


def get_ema_multi_avg_fn(decay: float = 0.999) -> Many:
    """The same as `get_ema_avg_fn`, for lists of Tensors, which are written into."""
    check_range("get_ema_multi_avg_fn", "decay", decay, high=1.0)
    return _for_all(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn() -> Many:
    """The same as `get_swa_avg_fn`, for lists of Tensors, which are written into."""
    return _for_all(get_swa_avg_fn())


def _for_all(rule: One) -> Many:
    def update(averages: Sequence[Tensor], now: Sequence[Tensor], count: Any) -> None:
        with no_grad():
            for average, value in zip(averages, now, strict=True):
                average.copy_(rule(average, value, count).to(average.dtype))

    return update


class AveragedModel(Module):
    """A copy of a model whose weights are the average of the model's along its training.

    Args:
        model: what is averaged; copied.
        device: accepted as in PyTorch.
        avg_fn: gives the new average from average, new value and number of models averaged; None
            for an equal average.
        multi_avg_fn: the same for lists of Tensors, writing into the averages.
        use_buffers: average the buffers too; they are copied from the model otherwise.

    Attributes:
        module: the copy.
        n_averaged: how many models are in the average.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Linear(1, 1)
        >>> average = AveragedModel(model)
        >>> for value in (1.0, 2.0, 6.0):
        ...     _ = nn.init.constant_(model.weight, value)
        ...     average.update_parameters(model)
        >>> average.module.weight.item()
        3.0

    Source: Izmailov, Podoprikhin, Garipov, Vetrov and Wilson (2018).
    """

    n_averaged: Tensor

    def __init__(
        self,
        model: Module,
        device: Any = None,
        avg_fn: One | None = None,
        multi_avg_fn: Many | None = None,
        use_buffers: bool = False,
    ) -> None:
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise SettingError("AveragedModel takes avg_fn or multi_avg_fn, not both.")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", tensor(0, dtype=int64))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the averaged model gives."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model: Module) -> None:
        """Take the model's weights into the average; the first time, take them over."""
        with no_grad():
            averages, now = self._cells(self.module), self._cells(model)
            traced = current().trace is not None
            first = wrap(eq(self.n_averaged._node, 0))
            if traced or not first.item():
                self._average(averages, now)
            for average, value in zip(averages, now, strict=True):
                if traced:
                    average.copy_(wrap(where(first._node, value._node, average._node)))
                elif first.item():
                    average.copy_(value)
            if not self.use_buffers:
                for buffer, value in zip(self.module.buffers(), model.buffers(), strict=True):
                    buffer.copy_(value)
            self.n_averaged.add_(1)

    def _cells(self, model: Module) -> list[Tensor]:
        found = chain(model.parameters(), model.buffers() if self.use_buffers else ())
        return [p.detach() for p in found]

    def _average(self, averages: list[Tensor], now: list[Tensor]) -> None:
        many = self.multi_avg_fn or _for_all(self.avg_fn or get_swa_avg_fn())
        for dtype in dict.fromkeys(a.dtype for a in averages):
            some = [i for i, a in enumerate(averages) if a.dtype is dtype]
            many([averages[i] for i in some], [now[i] for i in some], self.n_averaged)


def update_bn(loader: Iterable[Any], model: Module, device: Any = None) -> None:
    """Measure anew what batch normalization remembers: one pass over the data.

    Args:
        loader: batches; of a list or tuple, the first goes into the model.
        model: an averaged model, whose statistics belong to no training.
        device: where the batches go first; None to leave them where they are.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Sequential(nn.BatchNorm1d(1), nn.Linear(1, 1))
        >>> update_bn([pellucid.tensor([[1.0], [3.0]])], model)
        >>> model[0].running_mean
        tensor([2.])
    """
    layers = [m for m in model.modules() if isinstance(m, _BatchNorm)]
    if not layers:
        return
    momenta, training = [layer.momentum for layer in layers], model.training
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # every batch counts the same
    model.train()
    try:
        with no_grad():
            for batch in loader:
                x = batch[0] if isinstance(batch, list | tuple) else batch
                model(x if device is None else x.to(device))
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        model.train(training)


class SWALR(LRScheduler):
    """Go over to a rate of each group's own, at which the weights are averaged, and stay there.

    Args:
        optimizer: whose rates are changed.
        swa_lr: the rate to go to; one, or one per group.
        anneal_epochs: steps that it takes.
        anneal_strategy: "cos" or "linear".
        last_epoch: −1 to start.

    Example:
        >>> import pellucid
        >>> w = pellucid.zeros(1, requires_grad=True)
        >>> optimizer = pellucid.optim.SGD([w], lr=1.0)
        >>> schedule = SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
        >>> rates = []
        >>> for _ in range(4):
        ...     rates += schedule.get_last_lr()
        ...     optimizer.step()
        ...     schedule.step()
        >>> rates
        [1.0, 0.75, 0.5, 0.5]

    Source: Izmailov, Podoprikhin, Garipov, Vetrov and Wilson (2018).
    """

    def __init__(
        self,
        optimizer: Optimizer,
        swa_lr: float | Sequence[float],
        anneal_epochs: int = 10,
        anneal_strategy: str = "cos",
        last_epoch: int = -1,
    ) -> None:
        rates = per_group("SWALR", "swa_lr", optimizer, swa_lr)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["swa_lr"] = rate
        check_wave("SWALR", anneal_strategy)
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise SettingError(
                f"SWALR: anneal_epochs must be a whole number from 0, not {anneal_epochs!r}."
            )
        self.anneal_epochs, self._anneal_strategy = anneal_epochs, anneal_strategy
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rate of each group, given the rates now."""
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self._share(step - 1), self._share(step)
        found = []
        for group in self.optimizer.param_groups:
            goal = group["swa_lr"]
            start = goal if before == 1 else (group["lr"] - before * goal) / (1 - before)
            found.append(goal * now + start * (1 - now))
        return found

    def _share(self, step: int) -> float:
        done = max(0.0, min(1.0, step / max(1, self.anneal_epochs)))
        return risen(self._anneal_strategy, done)
