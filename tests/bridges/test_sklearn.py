"""Estimators: scikit-learn's own checks, and its own networks as the oracle."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, load_wine, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

import pellucid
from pellucid import nn
from pellucid.bridges import sklearn as ours

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

BATCHES = "the order of batches differs between repeated rows and weights, as for scikit-learn's"
FAILING = {"check_sample_weight_equivalence_on_dense_data": BATCHES}
X_IRIS, Y_IRIS = load_iris(return_X_y=True)
X_IRIS = StandardScaler().fit_transform(X_IRIS)


@pytest.mark.parametrize(
    "estimator",
    [
        ours.MLPClassifier((10,), max_iter=30, learning_rate_init=0.01),
        ours.MLPRegressor(hidden_layer_sizes=(10,), solver="lbfgs", max_iter=50),
        ours.NetworkClassifier(epochs=20),
        ours.NetworkRegressor(epochs=20),
    ],
    ids=lambda e: type(e).__name__,
)
@pytest.mark.slow
def test_it_keeps_the_contract(estimator: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        done = check_estimator(estimator, expected_failed_checks=FAILING, on_skip=None)
    assert len(done) > 50


@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "adam", "shuffle": False, "epsilon": 1e-12},  # theirs stands at another place
        {"solver": "sgd", "shuffle": False, "learning_rate_init": 0.1, "alpha": 0.1},
        {"solver": "sgd", "shuffle": False, "nesterovs_momentum": False, "batch_size": 32},
        {"solver": "sgd", "shuffle": False, "learning_rate": "invscaling", "momentum": 0.0},
        {"solver": "adam", "shuffle": False, "activation": "tanh", "alpha": 0.5},
        {"solver": "adam", "shuffle": False, "activation": "logistic"},
    ],
    ids=str,
)
@pytest.mark.parametrize("classes", [2, 3])
def test_the_weights_are_scikit_learns(settings: dict[str, Any], classes: int) -> None:
    X, y = X_IRIS[: 50 * classes], Y_IRIS[: 50 * classes]
    a = theirs.MLPClassifier((8, 5), max_iter=20, random_state=3, **settings).fit(X, y)
    b = ours.MLPClassifier((8, 5), max_iter=20, random_state=3, **settings).fit(X, y)
    assert a.get_params() == b.get_params()
    for mine, other in zip(b.coefs_ + b.intercepts_, a.coefs_ + a.intercepts_, strict=True):
        np.testing.assert_allclose(mine, other, atol=2e-4)
    np.testing.assert_allclose(b.predict_proba(X), a.predict_proba(X), atol=1e-4)
    names = ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_")
    assert [getattr(b, n) for n in names] == [getattr(a, n) for n in names]


@pytest.mark.parametrize(
    ("loss", "settings"),
    [
        ("squared_error", {"solver": "adam", "learning_rate_init": 0.01}),
        ("squared_error", {"solver": "sgd", "learning_rate": "adaptive"}),
        ("poisson", {"solver": "adam"}),
    ],
)
def test_numbers_are_scikit_learns(loss: str, settings: dict[str, Any]) -> None:
    X = X_IRIS[:, :3]
    y = X_IRIS[:, 3] - (X_IRIS[:, 3].min() if loss == "poisson" else 0)
    given = {"hidden_layer_sizes": (6,), "max_iter": 20, "random_state": 1, "shuffle": False}
    a = theirs.MLPRegressor(loss, **given, **settings).fit(X, y)
    b = ours.MLPRegressor(loss, **given, **settings).fit(X, y)
    np.testing.assert_allclose(b.predict(X), a.predict(X), atol=5e-5)
    assert list(a.get_params()) == list(b.get_params())


def test_lbfgs_comes_to_the_same_loss() -> None:
    given = {"hidden_layer_sizes": (6,), "solver": "lbfgs", "random_state": 0, "alpha": 0.1}
    a = theirs.MLPClassifier(max_iter=500, **given).fit(X_IRIS, Y_IRIS)
    b = ours.MLPClassifier(max_iter=500, **given).fit(X_IRIS, Y_IRIS)
    assert b.loss_ == pytest.approx(a.loss_, rel=0.02)
    assert (b.predict(X_IRIS) == a.predict(X_IRIS)).mean() > 0.97


def test_weights_of_rows_count_like_copies() -> None:
    weight = np.r_[np.zeros(50), np.ones(50), np.full(50, 2)]
    copies = np.r_[50:100, 100:150, 100:150]
    given = {"hidden_layer_sizes": (6,), "solver": "lbfgs", "random_state": 0, "max_iter": 20}
    y = X_IRIS[:, 0]
    weighed = ours.MLPRegressor(alpha=0.0, **given).fit(X_IRIS, y, sample_weight=weight)
    copied = ours.MLPRegressor(alpha=0.0, **given).fit(X_IRIS[copies], y[copies])
    np.testing.assert_allclose(weighed.predict(X_IRIS), copied.predict(X_IRIS), atol=1e-3)


@pytest.mark.parametrize("kind", ["MLPClassifier", "NetworkClassifier"])
def test_rows_without_weight_are_not_learned_from(kind: str) -> None:
    given = {"max_iter": 60} if kind == "MLPClassifier" else {"epochs": 10, "lr": 0.01}
    lies = np.where(np.arange(150) % 2, Y_IRIS, (Y_IRIS + 1) % 3)
    made = getattr(ours, kind)(random_state=0, **given)
    made.fit(X_IRIS, lies, sample_weight=(np.arange(150) % 2).astype(float))
    assert made.score(X_IRIS, Y_IRIS) > 0.85


def test_the_score_of_rows_held_out_stops_it() -> None:
    net = ours.MLPClassifier(
        (16,), early_stopping=True, max_iter=300, random_state=0, learning_rate_init=0.02
    )
    net.fit(X_IRIS, Y_IRIS, sample_weight=np.ones(150))
    assert net.n_iter_ < 300
    assert net.best_validation_score_ == max(net.validation_scores_) > 0.8
    assert net.best_loss_ is None


def test_several_labels_and_several_numbers() -> None:
    X, y = make_multilabel_classification(80, 6, n_classes=3, random_state=0)
    net = ours.MLPClassifier(max_iter=300, random_state=0).fit(X, y)
    assert net.predict(X).shape == (80, 3)
    assert net.predict_proba(X).min() >= 0
    assert net.score(X, y) > 0.6
    both = ours.NetworkRegressor(epochs=60, random_state=0).fit(X_IRIS[:, :2], X_IRIS[:, 2:])
    assert both.predict(X_IRIS[:, :2]).shape == (150, 2)
    assert both.score(X_IRIS[:, :2], X_IRIS[:, 2:]) > 0.5


def test_part_by_part() -> None:
    net = ours.MLPClassifier((8,), random_state=0, learning_rate_init=0.02)
    for start in range(30):
        net.partial_fit(X_IRIS[start::30], Y_IRIS[start::30], classes=[0, 1, 2])
        net.partial_fit(X_IRIS, Y_IRIS)
    assert net.n_iter_ == 60
    assert net.score(X_IRIS, Y_IRIS) > 0.9
    with pytest.raises(ValueError, match="among the known"):
        net.partial_fit(X_IRIS, Y_IRIS + 1)
    with pytest.raises(ValueError, match="first call"):
        ours.MLPClassifier().partial_fit(X_IRIS, Y_IRIS)


def test_names_of_classes_in_a_search() -> None:
    X, y = load_wine(return_X_y=True, as_frame=True)
    names = np.array(["Barolo", "Grignolino", "Barbera"])[y]
    pipeline = make_pipeline(StandardScaler(), ours.NetworkClassifier(epochs=15, random_state=0))
    search = GridSearchCV(pipeline, {"networkclassifier__lr": [1e-5, 0.01]}, cv=2)
    search.fit(X, names)
    assert search.best_params_ == {"networkclassifier__lr": 0.01}
    assert set(search.predict(X)) == set(names)
    assert list(search.best_estimator_[0].feature_names_in_) == list(X.columns)


def test_a_network_of_your_own() -> None:
    given = nn.Sequential(nn.Linear(4, 12), nn.Tanh(), nn.Linear(12, 1))
    before = given[0].weight.detach().numpy().copy()
    net = ours.NetworkClassifier(given, lr=0.02, epochs=20, random_state=0)
    net.fit(X_IRIS[:100], Y_IRIS[:100])
    assert net.score(X_IRIS[:100], Y_IRIS[:100]) > 0.95
    np.testing.assert_array_equal(given[0].weight.detach().numpy(), before)

    def made(features: int, outputs: int) -> nn.Module:
        return nn.Sequential(nn.Linear(features, 8), nn.SiLU(), nn.Linear(8, outputs))

    again = ours.NetworkClassifier(made, lr=0.02, epochs=20, random_state=0).fit(X_IRIS, Y_IRIS)
    assert again.score(X_IRIS, Y_IRIS) > 0.9
    same = clone(again).fit(X_IRIS, Y_IRIS)
    np.testing.assert_array_equal(same.predict_proba(X_IRIS), again.predict_proba(X_IRIS))
    with pytest.raises(TypeError, match="must return a Module"):
        ours.NetworkClassifier(lambda a, b: 3).fit(X_IRIS, Y_IRIS)


def test_a_target_far_from_zero_is_learned() -> None:
    X, y = load_diabetes(return_X_y=True)
    net = make_pipeline(StandardScaler(), ours.NetworkRegressor(epochs=15, random_state=0))
    assert cross_val_score(net, X, y, cv=2).mean() > 0.4


def test_it_comes_back_from_a_pickle_and_leaves_the_seed_alone() -> None:
    pellucid.manual_seed(5)
    expected = pellucid.rand(2)
    pellucid.manual_seed(5)
    net = ours.MLPClassifier((4,), max_iter=5, random_state=0).fit(X_IRIS, Y_IRIS)
    assert bool((pellucid.rand(2) == expected).all())
    back = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(back.predict_proba(X_IRIS), net.predict_proba(X_IRIS))


def test_an_early_end_is_said() -> None:
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        ours.MLPClassifier(max_iter=2).fit(X_IRIS, Y_IRIS)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"solver": "adamw"}, "solver must be one of lbfgs, sgd, adam, not 'adamw'"),
        ({"alpha": -1}, "alpha must be a number from 0 up, not -1"),
        ({"beta_1": 1.0}, "beta_1 must be a share"),
        ({"batch_size": 0}, "batch_size must be a number above 0"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes must be sizes above 0"),
        ({"activation": "gelu"}, "activation must be one of identity"),
    ],
)
def test_settings_out_of_range(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ours.MLPClassifier(**settings).fit(X_IRIS, Y_IRIS)


def test_the_top_says_where_they_are() -> None:
    with pytest.raises(AttributeError, match=r"pellucid\.bridges\.sklearn\.MLPClassifier"):
        pellucid.MLPClassifier  # noqa: B018
