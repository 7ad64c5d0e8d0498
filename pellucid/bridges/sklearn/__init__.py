"""Networks as estimators of scikit-learn: in pipelines, searches and cross-validation."""

from pellucid.bridges.sklearn.mlp import MLPClassifier as MLPClassifier
from pellucid.bridges.sklearn.mlp import MLPRegressor as MLPRegressor
from pellucid.bridges.sklearn.network import NetworkClassifier as NetworkClassifier
from pellucid.bridges.sklearn.network import NetworkRegressor as NetworkRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "NetworkClassifier", "NetworkRegressor"]
