"""Estimators over a network of your own, trained by `pellucid.fit` and its settings."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sklearn.utils import check_random_state

from pellucid.bridges.sklearn.estimator import Answering, Classifying, Regressing
from pellucid.bridges.sklearn.losses import beside
from pellucid.bridges.sklearn.targets import Classes, Numbers
from pellucid.nn.module import Module
from pellucid.tensor.chance import fork_rng, manual_seed
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad
from pellucid.training.fit import fit
from pellucid.training.history import History
from pellucid.training.tabular import build_mlp

__all__ = ["NetworkClassifier", "NetworkRegressor"]


class _Network(Answering):
    """Both: the network made or copied, trained by `pellucid.fit`."""

    history_: History

    def __init__(
        self,
        model: Any = None,
        *,
        hidden: Any = (64, 64),
        activation: str = "relu",
        dropout: float = 0.0,
        optimizer: Any = "adam",
        lr: float = 1e-3,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation: Any = 0.2,
        patience: int | None = None,
        weight_decay: float = 1e-3,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.model, self.hidden, self.activation, self.dropout = model, hidden, activation, dropout
        self.optimizer, self.lr, self.epochs, self.batch_size = optimizer, lr, epochs, batch_size
        self.validation, self.patience, self.weight_decay = validation, patience, weight_decay
        self.settings, self.random_state, self.verbose = settings, random_state, verbose

    def _train(
        self, X: Any, targets: Any, weight: Any, loss: Any, seed: int, model: Module
    ) -> None:
        settings: dict[str, Any] = {
            "loss": loss, "optimizer": self.optimizer, "lr": self.lr, "epochs": self.epochs,
            "batch_size": self.batch_size, "validation": self.validation,
            "patience": self.patience, "weight_decay": self.weight_decay, "seed": seed,
            "progress": bool(self.verbose), "doctor": False, "sample_weight": weight,
        }  # fmt: skip
        self.history_ = fit(model, (X, targets), **{**settings, **(self.settings or {})})
        self.n_iter_ = self.history_.epochs
        self._trained(model)

    def _made(self, features: int, outputs: int, seed: int) -> Module:
        """A network of its own for this fit: built, or a copy of the one that was given."""
        with fork_rng():
            manual_seed(seed)
            if self.model is None:
                return build_mlp(features, outputs, self.hidden, self.activation, self.dropout)
            if isinstance(self.model, Module):
                return copy.deepcopy(self.model)
            made = self.model(features, outputs)
        if not isinstance(made, Module):
            raise TypeError(
                f"{type(self).__name__}: model(features, outputs) must return a Module, not "
                f"{type(made).__name__}."
            )
        return made

    def _seed(self, rows: int) -> int:
        if rows < 2 and self.validation:
            raise ValueError(
                f"{type(self).__name__}: n_samples=1 is too few to learn from and hold some out."
            )
        return int(check_random_state(self.random_state).randint(2**31 - 1))


class NetworkClassifier(Classifying, _Network):
    """A network of your own as a classifier.

    Args:
        model: None for layers of `hidden` sizes; a network, of which each `fit` trains a copy; or a
            function of the numbers of features and of outputs that makes one.
        hidden, activation, dropout: of the layers, where no model is given.
        optimizer, lr, epochs, batch_size, validation, patience, weight_decay: as in `pellucid.fit`.
        settings: further arguments of `pellucid.fit`, such as `{"class_weight": "balanced"}`.
        random_state: of first weights, order, and rows held out.
        verbose: whether to show progress.

    Attributes:
        model_: the trained network.
        history_: what `pellucid.fit` returned.
        classes_: the names of the classes, in the order of the outputs.

    Example:
        >>> from sklearn.datasets import load_wine
        >>> from sklearn.model_selection import cross_val_score
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> X, y = load_wine(return_X_y=True, as_frame=True)
        >>> net = make_pipeline(StandardScaler(), NetworkClassifier(epochs=20, lr=0.01))
        >>> bool(cross_val_score(net, X, y, cv=2).mean() > 0.9)
        True
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NetworkClassifier:
        """Learn the classes of rows.

        Args:
            X: `(n, features)`.
            y: class names, `(n,)`, or `(n, labels)` of 0 and 1 where a row may have several.
            sample_weight: how much each row counts.
        """
        X, y, weight = self._rows(X, y, sample_weight, reset=True)
        seed = self._seed(len(X))
        told = Classes(y, single=False)
        model = self._made(X.shape[1], told.outputs, seed)
        if not told.many and len(told.names) == 2 and _width(model, X) == 1:
            told = Classes(y, single=True)
        self._targets, self.classes_ = told, told.names
        loss: Any = "cross_entropy" if told.kind == "classes" else "bce_with_logits"
        self._train(X, beside(told.to_numbers(y), None, told.kind), weight, loss, seed, model)
        return self


class NetworkRegressor(Regressing, _Network):
    """A network of your own for numbers.

    Args:
        model: None for layers of `hidden` sizes; a network, of which each `fit` trains a copy; or a
            function of the numbers of features and of outputs that makes one.
        hidden, activation, dropout: of the layers, where no model is given.
        scale_target: learn the target with mean 0 and deviation 1, and answer in its own unit.
        optimizer, lr, epochs, batch_size, validation, patience, weight_decay: as in `pellucid.fit`.
        settings: further arguments of `pellucid.fit`, such as `{"loss": "huber"}`.
        random_state: of first weights, order, and rows held out.
        verbose: whether to show progress.

    Attributes:
        model_: the trained network; where the target was scaled, it gives scaled numbers.
        history_: what `pellucid.fit` returned.

    Example:
        >>> from sklearn.datasets import load_diabetes
        >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
        >>> X = X / X.std()
        >>> NetworkRegressor(epochs=20, random_state=0).fit(X, y).score(X, y) > 0.4
        True
    """

    def __init__(
        self,
        model: Any = None,
        *,
        hidden: Any = (64, 64),
        activation: str = "relu",
        dropout: float = 0.0,
        scale_target: bool = True,
        optimizer: Any = "adam",
        lr: float = 1e-3,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation: Any = 0.2,
        patience: int | None = None,
        weight_decay: float = 1e-3,
        settings: Mapping[str, Any] | None = None,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        super().__init__(
            model, hidden=hidden, activation=activation, dropout=dropout, optimizer=optimizer,
            lr=lr, epochs=epochs, batch_size=batch_size, validation=validation, patience=patience,
            weight_decay=weight_decay, settings=settings, random_state=random_state,
            verbose=verbose,
        )  # fmt: skip
        self.scale_target = scale_target

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> NetworkRegressor:
        """Learn the numbers of rows.

        Args:
            X: `(n, features)`.
            y: `(n,)` or `(n, numbers)`.
            sample_weight: how much each row counts.
        """
        X, y, weight = self._rows(X, y, sample_weight, reset=True)
        seed = self._seed(len(X))
        self._targets = told = Numbers(y, scaled=self.scale_target)
        model = self._made(X.shape[1], told.outputs, seed)
        self._train(X, beside(told.to_numbers(y), None, told.kind), weight, "mse", seed, model)
        return self


def _width(model: Module, X: Any) -> int:
    """How many numbers a network gives for a row."""
    was = model.training
    with no_grad():
        found = model.eval()(from_numpy(X[:1])).numel()
    model.train(was)
    return int(found)
