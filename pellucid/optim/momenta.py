"""The momentum in a cycle: low where the rate is high, and high where the rate is low."""

from __future__ import annotations

from typing import Any

from pellucid.errors import SettingError
from pellucid.optim.schedule import LRScheduler, per_group

__all__ = ["Cycle"]


class Cycle(LRScheduler):
    """A schedule that also moves the momentum, or Adam's first beta, against the rate."""

    cycle_momentum: bool
    use_beta1: bool

    def begin_momentum(self, base: Any, most: Any, last_epoch: int) -> tuple[list[Any], list[Any]]:
        """The lowest and the highest momentum of each group, which starts at the highest."""
        optimizer, who = self.optimizer, type(self).__name__
        if not {"momentum", "betas"} & set(optimizer.defaults):
            raise SettingError(
                f"{who} changes the momentum, and {type(optimizer).__name__} has none.\n"
                " Give cycle_momentum=False to change the rate alone."
            )
        self.use_beta1 = "betas" in optimizer.defaults
        lows = per_group(who, "base_momentum", optimizer, base)
        highs = per_group(who, "max_momentum", optimizer, most)
        if last_epoch == -1:
            for group, low, high in zip(optimizer.param_groups, lows, highs, strict=True):
                self.set_momentum(group, high)
                group.update(max_momentum=high, base_momentum=low)
        return lows, highs

    def set_momentum(self, group: dict[str, Any], value: float) -> None:
        """Give a group this momentum."""
        if self.use_beta1:
            group["betas"] = (value, *group["betas"][1:])
        else:
            group["momentum"] = value
