"""`MLPClassifier` and `MLPRegressor`: scikit-learn's names, arguments and defaults."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.metaestimators import available_if

from pellucid.bridges.sklearn.checked import demand
from pellucid.bridges.sklearn.estimator import Classifying, Regressing
from pellucid.bridges.sklearn.multilayer import Multilayer, goes_on, keep
from pellucid.bridges.sklearn.targets import Classes, Numbers

__all__ = ["MLPClassifier", "MLPRegressor"]


class MLPClassifier(Classifying, Multilayer):
    r"""Layers that learn classes, with scikit-learn's arguments and defaults.

    $$ L = \frac1n \sum_i \ell(\hat y_i, y_i) + \frac{\alpha}{2n} \sum_k \lVert W_k \rVert^2 $$

    `loss_curve_` is the first part, as it was on the way through each epoch. After `early_stopping`
    the weights are those of the epoch with the lowest loss on the rows held out. Training is done
    in float32, answers are given in float64.

    Args:
        hidden_layer_sizes: of the layers between.
        activation: "identity", "logistic", "tanh" or "relu".
        solver: "adam", "sgd", or "lbfgs" for few rows.
        alpha: pull toward zero of the weights.
        batch_size: rows a step; "auto" for 200, or all where there are fewer.
        learning_rate: "constant", "invscaling" or "adaptive", for "sgd".
        learning_rate_init: step size.
        power_t: exponent of "invscaling".
        max_iter: epochs at most; of "lbfgs" its steps.
        shuffle: a new order of the rows in each epoch.
        random_state: of first weights, order, and rows held out.
        tol: what counts as better; for "lbfgs" the gradient at the end.
        verbose: whether to show progress.
        warm_start: whether `fit` goes on from the weights that are there.
        momentum, nesterovs_momentum: of "sgd".
        early_stopping: hold rows out, and stop when their score no longer rises.
        validation_fraction: the share of rows to hold out.
        beta_1, beta_2, epsilon: of "adam".
        n_iter_no_change: epochs without anything better that are forgiven.
        max_fun: runs forward and backward of "lbfgs" at most.

    Attributes:
        model_: the network, as any other here: `pellucid.program(clf.model_, X)`.
        history_: what `pellucid.fit` returned.

    `classes_`, `loss_`, `best_loss_`, `loss_curve_`, `validation_scores_`,
    `best_validation_score_`, `t_`, `coefs_`, `intercepts_`, `n_features_in_`, `feature_names_in_`,
    `n_iter_`, `n_layers_`, `n_outputs_` and `out_activation_` are as scikit-learn has them.

    Example:
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.pipeline import make_pipeline
        >>> from sklearn.preprocessing import StandardScaler
        >>> X, y = load_iris(return_X_y=True)
        >>> net = MLPClassifier((16,), max_iter=500, tol=1e-3, learning_rate_init=0.01)
        >>> make_pipeline(StandardScaler(), net).fit(X, y).score(X, y) > 0.95
        True

    Source: scikit-learn, sklearn.neural_network.MLPClassifier.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPClassifier:
        """Learn the classes of rows.

        Args:
            X: `(n, features)`.
            y: class names, `(n,)`, or `(n, labels)` of 0 and 1 where a row may have several.
            sample_weight: how much each row counts.
        """
        self._learn(X, y, sample_weight, once=False)
        return self

    @available_if(goes_on)  # type: ignore[untyped-decorator]
    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None
    ) -> MLPClassifier:
        """Go over these rows once, from the weights that are there.

        Args:
            X: `(n, features)`.
            y: class names.
            sample_weight: how much each row counts.
            classes: all classes there will be; needed at the first call.
        """
        if classes is None and not hasattr(self, "model_"):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        self._learn(X, y, sample_weight, once=True, known=classes)
        return self

    def _told(self, y: Any, known: Any) -> Classes:
        told = Classes(y, single=True, known=known)
        self.classes_ = told.names
        self.out_activation_ = "logistic" if told.kind == "labels" else "softmax"
        return told

    def _kind(self) -> str:
        return str(self._targets.kind)

    def _strata(self, targets: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
        return None if self._targets.many else targets.reshape(len(targets), -1)[:, 0]

    def _score_of(self, outputs: Any, targets: Any) -> float:
        scores, wanted = outputs.numpy(), targets.numpy().reshape(len(targets), -1)
        answers = self._targets.answer(scores)
        width = scores.shape[1] if self._targets.many else 1
        true = wanted[:, :width].astype(int)
        if not self._targets.many:
            true = self._targets.names[true[:, 0]]
        weight = wanted[:, width] if wanted.shape[1] > width else None
        return float(accuracy_score(true, answers, sample_weight=weight))


class MLPRegressor(Regressing, Multilayer):
    r"""Layers that learn numbers, with scikit-learn's arguments and defaults.

    $$ L = \frac1{2n} \sum_i (\hat y_i - y_i)^2 + \frac{\alpha}{2n} \sum_k \lVert W_k \rVert^2 $$

    Args:
        loss: "squared_error", or "poisson" for counts: the network then gives their logarithm.
        hidden_layer_sizes: this one and all that follow are those of `MLPClassifier`.

    Attributes:
        model_: the network, as any other here.
        history_: what `pellucid.fit` returned.

    Example:
        >>> import numpy as np
        >>> x = np.linspace(-2, 2, 200)[:, None]
        >>> net = MLPRegressor(hidden_layer_sizes=(32, 32), solver="lbfgs", random_state=0)
        >>> net.fit(x, x[:, 0] ** 2).score(x, x[:, 0] ** 2) > 0.99
        True

    Source: scikit-learn, sklearn.neural_network.MLPRegressor.
    """

    def __init__(
        self,
        loss: str = "squared_error",
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

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Learn the numbers of rows.

        Args:
            X: `(n, features)`.
            y: `(n,)` or `(n, numbers)`.
            sample_weight: how much each row counts.
        """
        self._learn(X, y, sample_weight, once=False)
        return self

    @available_if(goes_on)  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Go over these rows once, from the weights that are there.

        Args:
            X: `(n, features)`.
            y: `(n,)` or `(n, numbers)`.
            sample_weight: how much each row counts.
        """
        self._learn(X, y, sample_weight, once=True)
        return self

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """The number of each row.

        Shape:
            `(n, features)` → `(n,)`, or `(n, numbers)` where it learned several.
        """
        found = super().predict(X)
        return np.exp(found) if self.loss == "poisson" else found

    def _told(self, y: Any, known: Any) -> Numbers:
        demand(self, "loss", ("squared_error", "poisson"))
        if self.loss == "poisson" and np.min(y) < 0:
            raise ValueError("loss='poisson' takes counts from 0 up, and y has negative numbers.")
        self.out_activation_ = "exp" if self.loss == "poisson" else "identity"
        return Numbers(y, scaled=False)

    def _kind(self) -> str:
        return "counts" if self.loss == "poisson" else "numbers"

    def _strata(self, targets: npt.NDArray[Any]) -> None:
        return None

    def _score_of(self, outputs: Any, targets: Any) -> float:
        scores, wanted = outputs.numpy(), targets.numpy()
        if self.loss == "poisson":
            scores = np.exp(scores)
        width = scores.shape[1]
        weight = wanted[:, width] if wanted.shape[1] > width else None
        return float(r2_score(wanted[:, :width], scores, sample_weight=weight))
