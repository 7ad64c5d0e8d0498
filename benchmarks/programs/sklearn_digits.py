"""One epoch over the digits with scikit-learn's network."""

import sys
import warnings

import numpy as np
from sklearn.neural_network import MLPClassifier

from benchmarks.peak import tell

data = np.load(sys.argv[1])
model = MLPClassifier(
    hidden_layer_sizes=(64,), batch_size=32, alpha=0.0, max_iter=1, random_state=0
)
warnings.simplefilter("ignore")  # that one epoch is not enough
model.fit(data["x"], data["y"])
tell(float(model.loss_))
