"""Loss scaling: float16 has no room for small gradients, so the loss is multiplied beforehand.

A scale that is too large shows as infinite gradients; then the step is left out and the scale
halved. After a long time without, it is doubled. bfloat16 reaches as far as float32 and needs none.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from pellucid.dtypes import float16
from pellucid.errors import DTypeError, GraphError, PellucidWarning, SettingError, StateError
from pellucid.tensor import Tensor
from pellucid.tensor.creation import tensor
from pellucid.tensor.device import on_cpu
from pellucid.tensor.grad_mode import no_grad

__all__ = ["GradScaler"]

_READY, _UNSCALED, _STEPPED = range(3)


class GradScaler:
    """Multiply losses before `backward`, and divide the gradients again before the step.

    Args:
        device: "cpu". "cuda", PyTorch's default, warns and switches off.
        init_scale: the first scale.
        growth_factor: what the scale is multiplied by after `growth_interval` good steps.
        backoff_factor: what it is multiplied by after a step with infinite gradients.
        growth_interval: steps.
        enabled: False makes everything here do nothing.

    Example:
        >>> import pellucid
        >>> w = pellucid.nn.Parameter(pellucid.ones(2))
        >>> optimizer = pellucid.optim.SGD([w], lr=0.5)
        >>> scaler = pellucid.amp.GradScaler("cpu", init_scale=1024.0)
        >>> scaler.scale(w.sum()).backward()
        >>> w.grad
        tensor([1024., 1024.])
        >>> scaler.step(optimizer); scaler.update()
        >>> w.detach()
        tensor([0.5000, 0.5000])

    Source: Micikevicius et al. 2018, "Mixed Precision Training"
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ) -> None:
        self._enabled = enabled and _on_cpu(device)
        if growth_factor <= 1.0:
            raise SettingError(f"growth_factor must be above 1, and it is {growth_factor}.")
        if backoff_factor >= 1.0:
            raise SettingError(f"backoff_factor must be below 1, and it is {backoff_factor}.")
        self._scale, self._tracker = float(init_scale), 0
        self._growth, self._backoff, self._interval = growth_factor, backoff_factor, growth_interval
        self._seen: WeakKeyDictionary[Any, tuple[int, bool]] = WeakKeyDictionary()

    def scale(self, outputs: Any) -> Any:
        """A loss, or several in a list, times the scale."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            return outputs * tensor(self._scale)
        if isinstance(outputs, Iterable):
            kind = type(outputs) if isinstance(outputs, list | tuple) else list
            return kind(self.scale(o) for o in outputs)
        raise SettingError("scale() takes a Tensor, or a list of them.")

    def unscale_(self, optimizer: Any) -> None:
        """Divide the gradients of an optimizer's weights by the scale, to clip them for example."""
        if not self._enabled:
            return
        stage, _ = self._seen.get(optimizer, (_READY, False))
        if stage == _UNSCALED:
            raise GraphError(
                "unscale_() was called for this optimizer since the last update().\n"
                " Call it once per step, and update() after the step."
            )
        if stage == _STEPPED:
            raise GraphError(
                "unscale_() comes before step(), which has divided the gradients itself.\n"
                " Call it after backward(), or leave it out."
            )
        self._seen[optimizer] = _UNSCALED, _divide(optimizer, 1.0 / self._scale)

    def step(self, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
        """`optimizer.step()`, unless a gradient is infinite or NaN.

        Args:
            optimizer: whose gradients are divided first, where that was not done.
            *args: for its step.
            **kwargs: for its step.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs or args:
            raise SettingError(
                "a closure would make gradients that nobody divides again.\n"
                " Call backward() before the step, and leave the closure out."
            )
        stage, overflown = self._seen.get(optimizer, (_READY, False))
        if stage == _STEPPED:
            raise GraphError(
                "step() was called for this optimizer since the last update().\n"
                " Call update() once after the steps of all optimizers."
            )
        if stage == _READY:
            self.unscale_(optimizer)
            overflown = self._seen[optimizer][1]
        self._seen[optimizer] = _STEPPED, overflown
        return None if overflown else optimizer.step(**kwargs)

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """The scale for the next step; once per step, after all optimizers.

        Args:
            new_scale: take this one; otherwise it follows from what was seen.
        """
        if not self._enabled:
            return
        if new_scale is not None:
            self._scale = float(new_scale)
        elif not self._seen:
            raise GraphError("update() comes after step() or unscale_(): nothing was seen yet.")
        elif any(overflown for _, overflown in self._seen.values()):
            self._scale, self._tracker = self._scale * self._backoff, 0
        else:
            self._tracker += 1
            if self._tracker == self._interval:
                grown = self._scale * self._growth
                self._scale, self._tracker = grown if grown < _LARGEST else self._scale, 0
        self._seen.clear()

    def get_scale(self) -> float:
        """The scale; 1 where scaling is off."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by after a long time without trouble."""
        return self._growth

    def set_growth_factor(self, new_factor: float) -> None:
        """Replace it."""
        self._growth = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by after infinite gradients."""
        return self._backoff

    def set_backoff_factor(self, new_factor: float) -> None:
        """Replace it."""
        self._backoff = new_factor

    def get_growth_interval(self) -> int:
        """How many good steps there are between two growths."""
        return self._interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Replace it."""
        self._interval = new_interval

    def is_enabled(self) -> bool:
        """Whether it does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps, with PyTorch's keys; empty where scaling is off."""
        if not self._enabled:
            return {}
        return {
            "scale": self._scale, "growth_factor": self._growth,
            "backoff_factor": self._backoff, "growth_interval": self._interval,
            "_growth_tracker": self._tracker,
        }  # fmt: skip

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        if not self._enabled:
            return
        if not state_dict:
            raise StateError(
                "this state is empty: the GradScaler that gave it was switched off.\n"
                " Leave it out, or make this one with enabled=False."
            )
        self._scale, self._growth = state_dict["scale"], state_dict["growth_factor"]
        self._backoff = state_dict["backoff_factor"]
        self._interval = state_dict["growth_interval"]
        self._tracker = state_dict["_growth_tracker"]


_LARGEST = 2.0**128  # what float32 can't hold any more


def _on_cpu(device: str) -> bool:
    if str(device).partition(":")[0] != "cuda":
        on_cpu(device)
        return True
    warnings.warn(
        "GradScaler('cuda') does nothing: Tensors live on 'cpu'.\n Write GradScaler('cpu').",
        PellucidWarning,
        stacklevel=3,
    )
    return False


def _divide(optimizer: Any, share: float) -> bool:
    """Multiply an optimizer's gradients; whether any of them was infinite or NaN."""
    total = 0.0
    learned = [p for group in optimizer.param_groups for p in group["params"]]
    with no_grad():
        for p in learned:
            if p.grad is None:
                continue
            if p.grad.dtype is float16:
                raise DTypeError(
                    "GradScaler can't divide float16 gradients: they have no digits to spare.\n"
                    " Keep the weights float32 and let autocast round what goes into products."
                )
            p.grad *= share
            total += float((p.grad * 0.0).sum())  # 0, unless something is infinite or NaN
    return not math.isfinite(total)
