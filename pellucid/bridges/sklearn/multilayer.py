"""Layers trained by scikit-learn's settings: what its classifier and its regressor share."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state

from pellucid import nn
from pellucid.bridges.sklearn.checked import check_settings
from pellucid.bridges.sklearn.descent import descend
from pellucid.bridges.sklearn.estimator import Answering
from pellucid.bridges.sklearn.losses import RowLoss, beside
from pellucid.bridges.sklearn.watch import Watch
from pellucid.optim import SGD, Adam
from pellucid.optim.lr_scheduler import LambdaLR
from pellucid.optim.optimizer import Optimizer
from pellucid.tensor.chance import fork_rng
from pellucid.tensor.grad_mode import no_grad
from pellucid.training.fit import fit
from pellucid.training.history import History
from pellucid.training.tabular import build_mlp

__all__ = ["Multilayer", "goes_on", "keep"]

_NAMES = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
_LARGEST_BATCH = 200


class Multilayer(Answering):
    """Both: the settings checked, the network built, trained by one of three solvers."""

    history_: History
    loss_curve_: list[float]
    best_loss_: float | None
    t_: int
    _targets: Any
    _optimizer: Optimizer | None

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: Any = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: Any = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
    ) -> None:
        keep(self, locals())

    def _learn(self, X: Any, y: Any, weight: Any, once: bool, known: Any = None) -> Any:
        """Train; once for one pass over the rows from where the weights are."""
        check_settings(self)
        goes_on = (self.warm_start or once) and hasattr(self, "model_")
        X, y, weight = self._rows(X, y, weight, reset=not goes_on)
        random = check_random_state(self.random_state)
        if not goes_on:
            self._targets = self._told(y, known)
            model = self._drawn(X.shape[1], random)
            self._optimizer, self.t_ = None, 0
        else:
            model = self.model_
        loss = RowLoss(self._kind(), weighted=weight is not None)
        targets = beside(self._targets.to_numbers(y), weight, loss.kind)
        if self.solver == "lbfgs":
            self._descend(model, loss, X, targets)
        else:
            self._walk(model, loss, X, targets, random, once)
        self._trained(model)
        self.n_layers_ = len(self.hidden_sizes()) + 2
        self.n_outputs_ = self._targets.outputs
        return self

    def _drawn(self, features: int, random: Any) -> nn.Module:
        r"""New layers; weights and biases even within $\pm\sqrt{6 / (n_\text{in} + n_\text{out})}$.

        Logistic units get a third of the 6. The same `random_state` draws what scikit-learn draws.
        Source: Glorot and Bengio (2010).
        """
        with fork_rng():
            model = build_mlp(
                features, self._targets.outputs, self.hidden_sizes(), _NAMES[self.activation]
            )
        of = 2.0 if self.activation == "logistic" else 6.0
        with no_grad():
            for layer in _linears(model):
                bound = math.sqrt(of / (layer.in_features + layer.out_features))
                turned = random.uniform(-bound, bound, (layer.in_features, layer.out_features))
                layer.weight[...] = turned.T
                layer.bias[...] = random.uniform(-bound, bound, layer.out_features)
        return model

    def _descend(
        self, model: nn.Module, loss: RowLoss, X: npt.NDArray[Any], targets: npt.NDArray[Any]
    ) -> None:
        self.loss_, self.n_iter_, rests, self.loss_curve_ = descend(
            model, loss, X, targets, self.alpha / len(X),
            steps=self.max_iter, calls=self.max_fun, tol=self.tol,
        )  # fmt: skip
        self.t_, self.best_loss_ = 0, self.loss_
        if not rests:
            _warn_unfinished("lbfgs", self.max_iter)

    def _walk(
        self, model: nn.Module, loss: RowLoss, X: npt.NDArray[Any], targets: npt.NDArray[Any],
        random: Any, once: bool,
    ) -> None:  # fmt: skip
        """Adam or SGD, batch by batch."""
        batch = min(_LARGEST_BATCH if self.batch_size == "auto" else self.batch_size, len(X))
        optimizer = (self._optimizer if once else None) or self._descent(model, batch)
        holds = self.early_stopping and not once
        learn: tuple[Any, Any] = (X, targets)
        held: Any = 0
        if holds:
            learn, held = _held_out(X, targets, self._strata(targets), self, random)
        watch = Watch(
            self.tol, self.n_iter_no_change, holds,
            self.solver == "sgd" and self.learning_rate == "adaptive",
        )  # fmt: skip
        scaled = self.solver == "sgd" and self.learning_rate == "invscaling" and not once
        pace: Any = (lambda o: LambdaLR(o, self._rate_of(len(X)))) if scaled else None
        history = fit(
            model, learn, loss=loss, optimizer=optimizer, epochs=1 if once else self.max_iter,
            batch_size=batch, validation=held, callbacks=() if once else (watch,), patience=0,
            seed=int(random.randint(2**31 - 1)), shuffle=self.shuffle, schedule=pace,
            metrics={"score": self._score_of} if holds else (), restore_best=holds,
            progress=bool(self.verbose), doctor=False,
        )  # fmt: skip
        self._kept(history, optimizer, once, len(X))
        if not once and not watch.converged and history.epochs >= self.max_iter:
            _warn_unfinished(self.solver, self.max_iter)

    def _kept(self, history: History, optimizer: Optimizer, once: bool, rows: int) -> None:
        before = self.loss_curve_ if once and self.t_ else []
        self.loss_curve_ = [*before, *history.train_loss]
        self.history_, self._optimizer = history, optimizer
        self.loss_ = self.loss_curve_[-1]
        self.n_iter_ = len(self.loss_curve_) if once else history.epochs
        self.t_ = (self.t_ if once else 0) + rows * history.epochs
        scores = history.validation_metrics.get("score")
        self.validation_scores_ = scores
        self.best_validation_score_ = max(scores) if scores else None
        self.best_loss_ = None if scores else min(self.loss_curve_)

    def _descent(self, model: nn.Module, batch: int) -> Optimizer:
        """The solver, with `alpha` on the weights and none on the biases."""
        weights = [p for p in model.parameters() if p.dim() > 1]
        biases = [p for p in model.parameters() if p.dim() == 1]
        groups: Any = [
            {"params": weights, "weight_decay": self.alpha / batch},
            {"params": biases, "weight_decay": 0.0},
        ]
        rate = self.learning_rate_init
        if self.solver == "adam":
            return Adam(groups, lr=rate, betas=(self.beta_1, self.beta_2), eps=self.epsilon)
        nesterov = self.nesterovs_momentum and self.momentum > 0
        return SGD(groups, lr=rate, momentum=self.momentum, nesterov=nesterov)

    def _rate_of(self, rows: int) -> Callable[[int], float]:
        return lambda epoch: float((epoch * rows + 1) ** -self.power_t)

    def hidden_sizes(self) -> tuple[int, ...]:
        """The sizes of the layers between."""
        sizes = self.hidden_layer_sizes
        return (int(sizes),) if isinstance(sizes, Integral) else tuple(int(s) for s in sizes)

    @property
    def coefs_(self) -> list[npt.NDArray[Any]]:
        """The weights of each layer, `(in, out)` as in scikit-learn."""
        return [m.weight.detach().numpy().T.copy() for m in _linears(self.model_)]

    @property
    def intercepts_(self) -> list[npt.NDArray[Any]]:
        """The biases of each layer."""
        return [m.bias.detach().numpy().copy() for m in _linears(self.model_)]


def _held_out(
    X: npt.NDArray[Any], targets: npt.NDArray[Any], strata: Any, settings: Any, random: Any
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    from sklearn.model_selection import train_test_split

    X_in, X_out, y_in, y_out = train_test_split(
        X, targets, test_size=settings.validation_fraction, stratify=strata, random_state=random
    )
    return (X_in, y_in), (X_out, y_out)


def _linears(model: nn.Module) -> list[Any]:
    return [m for m in model.modules() if isinstance(m, nn.Linear)]


def goes_on(estimator: Any) -> bool:
    """Whether its solver can go on from where the weights are.

    Raises:
        AttributeError: it can't, which is how scikit-learn says that there is no `partial_fit`.
    """
    if estimator.solver == "lbfgs":
        raise AttributeError("partial_fit needs solver 'adam' or 'sgd', not 'lbfgs'.")
    return True


def keep(estimator: Any, given: dict[str, Any]) -> None:
    """Keep the arguments as they are, as scikit-learn wants it."""
    for name, value in given.items():
        if name not in ("self", "__class__"):
            setattr(estimator, name, value)


def _warn_unfinished(solver: str, steps: int) -> None:
    warnings.warn(
        f"{solver} reached max_iter={steps} before it came to rest. Raise max_iter, or scale the "
        "inputs.",
        ConvergenceWarning,
        stacklevel=5,
    )
