r"""Ways to draw first weights, each with the variance that it gives them.

$$ \operatorname{Var}(w) = \sigma_w^2 / n_{\text{in}} $$
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import pellucid.nn as nn
from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.spelling import did_you_mean

__all__ = ["STARTS", "Begun", "begin", "check_start"]


class Begun(NamedTuple):
    """A way to draw first weights.

    Attributes:
        draw: fills a layer's weight; None leaves what the layer drew itself.
        gain: σ², the variance of a weight times the number of inputs, for so many neurons a layer.
        bias: the variance of a bias for so many inputs.
        told: what it is, with its source.
    """

    draw: Callable[[nn.Linear], object] | None
    gain: Callable[[int], float]
    bias: Callable[[int], float]
    told: str


def _none(_: int) -> float:
    return 0.0


STARTS: Mapping[str, Begun] = {
    "pytorch": Begun(
        None, lambda n: 1 / 3, lambda n: 1 / (3 * n),
        "uniform within ±1/√n, weights and biases: what nn.Linear does",
    ),
    "xavier": Begun(
        lambda layer: nn.init.xavier_uniform_(layer.weight), lambda n: 1.0, _none,
        "variance 2/(inputs + outputs) (Glorot and Bengio 2010)",
    ),
    "lecun": Begun(
        lambda layer: nn.init.normal_(layer.weight, std=layer.in_features**-0.5),
        lambda n: 1.0, _none, "variance 1/inputs (LeCun and others 1998, Efficient BackProp)",
    ),
    "orthogonal": Begun(
        lambda layer: nn.init.orthogonal_(layer.weight), lambda n: 1.0, _none,
        "lengths stay as they are (Saxe and others 2013)",
    ),
    "he": Begun(
        lambda layer: nn.init.kaiming_normal_(layer.weight, nonlinearity="relu"),
        lambda n: 2.0, _none, "variance 2/inputs, made for relu (He and others 2015)",
    ),
    "small": Begun(
        lambda layer: nn.init.normal_(layer.weight, std=0.01), lambda n: 1e-4 * n, _none,
        "spread 0.01 whatever the width",
    ),
    "large": Begun(
        lambda layer: nn.init.normal_(layer.weight, std=1.0), lambda n: float(n), _none,
        "spread 1 whatever the width",
    ),
    "zeros": Begun(
        lambda layer: nn.init.zeros_(layer.weight), _none, _none, "all weights zero",
    ),
}  # fmt: skip


def begin(layers: Iterable[nn.Linear], start: str) -> None:
    """Draw the first weights of some layers in a way; biases are zero but for PyTorch's own."""
    draw = STARTS[start].draw
    if draw is None:
        return
    for layer in layers:
        draw(layer)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def check_start(name: str) -> str:
    """The name of a way to begin.

    Raises:
        SettingError: there is none of it.
    """
    if name not in STARTS:
        known = ", ".join(STARTS)
        hint = did_you_mean(str(name), STARTS)
        raise SettingError(f"there is no start {quoted(name)}.{hint}\n Known: {known}.")
    return name
