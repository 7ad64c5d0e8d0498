"""The step size while training goes on: a schedule, and when it is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.optim import lr_scheduler
from pellucid.optim.optimizer import Optimizer
from pellucid.spelling import did_you_mean

__all__ = ["Pace", "make_pace"]


class Pace:
    """A schedule, moved after each step, after each epoch, or by the loss of each epoch.

    Args:
        schedule: with `step` and `state_dict`; None for a constant rate.
        each: "step", "epoch" or "loss".
    """

    def __init__(self, schedule: Any = None, each: str = "epoch") -> None:
        self.schedule, self.each = schedule, each
        self.after_step: Callable[[], None] | None = None
        if schedule is not None and each == "step":
            self.after_step = schedule.step

    @property
    def moves_momentum(self) -> bool:
        """Whether the schedule changes more than the rate."""
        return bool(getattr(self.schedule, "cycle_momentum", False))

    def after_epoch(self, loss: float) -> None:
        """Move, if it is time."""
        if self.schedule is None or self.each == "step":
            return
        if self.each == "loss":
            self.schedule.step(loss)
        else:
            self.schedule.step()

    def state(self) -> Any:
        """What to keep in a checkpoint."""
        return None if self.schedule is None else self.schedule.state_dict()

    def restore(self, state: Mapping[str, Any] | None) -> None:
        """Go on from a checkpoint."""
        if self.schedule is not None and state is not None:
            self.schedule.load_state_dict(state)


EACH = ("step", "epoch")
NAMES = ("cosine", "plateau")
_BY_STEP = ("OneCycleLR", "CyclicLR")  # these count steps by their nature


def make_pace(given: Any, optimizer: Optimizer, steps: int | None, each: str | None = None) -> Pace:
    """The schedule that was asked for.

    Args:
        given: None; "cosine" (down to 0 over all steps) or "plateau" (a tenth when the loss stands
            still for 10 epochs); a function of the optimizer that makes a schedule; or a schedule.
        optimizer: whose rate it moves.
        steps: steps in the whole training, where known.
        each: "step" or "epoch": when it moves; None for what suits it.

    Raises:
        SettingError: something else, or a schedule that moves another optimizer's rate.
    """
    if each is not None and (each not in EACH or given in (None, *NAMES)):
        raise SettingError(
            f"schedule_each is 'step' or 'epoch', for a schedule of your own, not {each!r}."
            if each not in EACH
            else "schedule_each goes with a schedule of your own: schedule=lambda optimizer: …."
        )
    if given is None:
        return Pace()
    if given == "cosine":
        if steps is None:
            raise SettingError(
                'schedule="cosine" must know how many steps there will be, and the loader has no'
                " length.\n Pass a schedule of your own."
            )
        return Pace(lr_scheduler.CosineAnnealingLR(optimizer, steps), "step")
    if given == "plateau":
        return Pace(lr_scheduler.ReduceLROnPlateau(optimizer), "loss")
    if isinstance(given, str):
        meant = did_you_mean(given, NAMES)
        raise SettingError(
            f"there is no schedule {given!r}.{meant} Known: {', '.join(NAMES)}.\n"
            " Others are made of the optimizer: schedule=lambda o: lr_scheduler.StepLR(o, 10), say."
        )
    makes = callable(given) and (isinstance(given, type) or not hasattr(given, "step"))
    schedule = given(optimizer) if makes else given
    if getattr(schedule, "optimizer", optimizer) is not optimizer:
        raise SettingError(
            "schedule moves the rate of another optimizer than the one that fit uses.\n"
            " Give that one too: fit(…, optimizer=optimizer, schedule=schedule)."
        )
    if isinstance(schedule, lr_scheduler.ReduceLROnPlateau):
        if each == "step":
            raise SettingError(
                "ReduceLROnPlateau looks at the loss of an epoch: leave schedule_each out."
            )
        return Pace(schedule, "loss")
    if hasattr(schedule, "step") and hasattr(schedule, "state_dict"):
        by_step = any(kind.__name__ in _BY_STEP for kind in type(schedule).__mro__)
        return Pace(schedule, each or ("step" if by_step else "epoch"))
    raise SettingError(
        f"schedule must be 'cosine', 'plateau', or make a schedule of an optimizer, not {given!r}."
    )
