"""Settings out of range are refused before anything is done."""

from __future__ import annotations

from typing import Any

__all__ = ["check_settings", "demand"]

_CHOICES = {
    "activation": ("identity", "logistic", "tanh", "relu"),
    "solver": ("lbfgs", "sgd", "adam"),
    "learning_rate": ("constant", "invscaling", "adaptive"),
}
_SHARES = ("beta_1", "beta_2", "validation_fraction")
_POSITIVE = (
    "learning_rate_init", "max_iter", "epsilon", "n_iter_no_change", "max_fun", "batch_size",
)  # fmt: skip
_AT_LEAST_0 = ("alpha", "tol", "power_t")


def check_settings(estimator: Any) -> None:
    """The settings of `MLPClassifier` and `MLPRegressor`.

    Raises:
        ValueError: one is out of range; the text names it.
    """
    for name, known in _CHOICES.items():
        demand(estimator, name, known)
    for name in _SHARES:
        _in(estimator, name, 0 <= _number(estimator, name) < 1, "a share from 0 to below 1")
    _in(estimator, "momentum", 0 <= _number(estimator, "momentum") <= 1, "from 0 to 1")
    for name in _POSITIVE:
        if name != "batch_size" or estimator.batch_size != "auto":
            _in(estimator, name, _number(estimator, name) > 0, "a number above 0")
    for name in _AT_LEAST_0:
        _in(estimator, name, _number(estimator, name) >= 0, "a number from 0 up")
    sizes = estimator.hidden_sizes()
    _in(estimator, "hidden_layer_sizes", all(size > 0 for size in sizes), "sizes above 0")


def demand(estimator: Any, name: str, known: tuple[str, ...]) -> None:
    """That a setting is one of these."""
    _in(estimator, name, getattr(estimator, name) in known, "one of " + ", ".join(known))


def _number(estimator: Any, name: str) -> float:
    value = getattr(estimator, name)
    return float(value) if isinstance(value, int | float) else float("nan")


def _in(estimator: Any, name: str, fine: bool, wanted: str) -> None:
    if not fine:
        kind, value = type(estimator).__name__, getattr(estimator, name)
        raise ValueError(f"{kind}: {name} must be {wanted}, not {value!r}.")
