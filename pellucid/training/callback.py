"""Callbacks: functions that `fit` calls at the turns of a training, and that may stop it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.spelling import a_kind

__all__ = ["Callback", "EarlyStopping", "call_all", "check_callbacks"]


class Callback:
    """Base: override what you need.

    `run` has the training's `model`, `optimizer` and `history`, its `epoch` and `step` (finished so
    far), the last `loss`, and `stop(reason)`. A plain function given as a callback is called as
    `on_epoch_end`.

    Example:
        >>> class Halve(Callback):
        ...     def on_epoch_end(self, run):
        ...         if run.epoch == 10:
        ...             run.optimizer.param_groups[0]["lr"] /= 2
    """

    def on_fit_start(self, run: Any) -> None:
        """Before the first step; `run.epoch` is 0, or more after a resume."""

    def on_epoch_start(self, run: Any) -> None:
        """Before the first step of an epoch."""

    def on_step_end(self, run: Any) -> None:
        """After each step; called often, so keep it short."""

    def on_epoch_end(self, run: Any) -> None:
        """After the figures of an epoch are in the history."""

    def on_fit_end(self, run: Any) -> None:
        """At the end, after the best weights were put back."""

    def state_dict(self) -> dict[str, Any]:
        """What to keep in a checkpoint."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""


class EarlyStopping(Callback):
    """Stop when a figure has not improved for a while.

    Args:
        patience: epochs without improvement that are forgiven.
        min_delta: what counts as an improvement.
        monitor: "loss", or the name of a metric (where larger is better).
        larger_is_better: None: False for the loss and errors, True otherwise.

    Example:
        >>> import pellucid
        >>> model = pellucid.nn.Linear(1, 1)
        >>> data = pellucid.ones(8, 1), pellucid.ones(8, 1)
        >>> stop = EarlyStopping(patience=2)
        >>> history = pellucid.fit(
        ...     model, data, lr=0.0, epochs=50, callbacks=[stop], progress=False
        ... )
        >>> history.epochs
        3
    """

    def __init__(
        self,
        patience: int = 10,
        min_delta: float = 0.0,
        monitor: str = "loss",
        larger_is_better: bool | None = None,
    ) -> None:
        if patience < 1:
            raise SettingError(f"EarlyStopping: patience must be 1 or more, not {patience}.")
        if larger_is_better is None:
            larger_is_better = monitor not in ("loss", "mse", "rmse", "mae")
        self.patience, self.min_delta, self.monitor = patience, min_delta, monitor
        self.sign = -1.0 if larger_is_better else 1.0
        self.best, self.waited = float("inf"), 0

    def on_epoch_end(self, run: Any) -> None:
        """Compare, and stop the run when patience is used up."""
        value = self.sign * self._figure(run.history)
        if value < self.best - self.min_delta:
            self.best, self.waited = value, 0
            return
        self.waited += 1
        if self.waited >= self.patience:
            run.stop(f"{self.monitor} no better for {self.patience} epochs")

    def state_dict(self) -> dict[str, Any]:
        """The best figure and how long ago it was."""
        return {"best": self.best, "waited": self.waited}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.best, self.waited = state["best"], state["waited"]

    def _figure(self, history: Any) -> float:
        if self.monitor == "loss":
            return float(history.watched[-1])
        held = history.validation_metrics.get(self.monitor) or history.train_metrics.get(
            self.monitor
        )
        if not held:
            known = ", ".join(["loss", *history.train_metrics])
            raise SettingError(f"EarlyStopping: no metric {self.monitor!r} here. Known: {known}.")
        return float(held[-1])


def check_callbacks(given: Any) -> tuple[Any, ...]:
    """The callbacks of a list.

    Raises:
        SettingError: no list, or something in it that is neither a `Callback` nor a function.
    """
    if not isinstance(given, Iterable):
        instead = "leave it out for none" if given is None else "put it into one: callbacks=[…]"
        raise SettingError(
            "callbacks is a list of Callback objects and functions of the run, not"
            f" {a_kind(given)}.\n {instead[0].upper()}{instead[1:]}."
        )
    found = tuple(given)
    for callback in found:
        if isinstance(callback, type) and issubclass(callback, Callback):
            name = callback.__name__
            raise SettingError(f"callbacks holds the class {name}.\n Make one: {name}(…).")
        if not callable(callback) and not any(hasattr(callback, hook) for hook in _HOOKS):
            raise SettingError(
                "callbacks holds Callback objects and functions of the run, and"
                f" {a_kind(callback)} is neither."
            )
    return found


_HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


def call_all(callbacks: tuple[Any, ...], name: str, run: Any) -> None:
    """Call one hook of every callback that has it."""
    for callback in callbacks:
        hook = getattr(callback, name, None)
        if hook is not None:
            hook(run)
        elif name == "on_epoch_end" and callable(callback):
            callback(run)
