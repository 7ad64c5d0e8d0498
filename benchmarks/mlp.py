"""Workloads that are nothing but Linear layers: written once, sized by their files."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

from benchmarks import draw, jax_words, sklearn_mlp, torch_words
from benchmarks.workload import Contender, Material, Workload

Sizes = tuple[int, ...]


def make(
    name: str,
    title: str,
    sizes: Sizes,
    *,
    batch: int,
    batches: int,
    target: float,
    kind: str = "classes",
    eager: bool = False,
) -> Workload:
    """A workload.

    Args:
        batches: how many different batches there are, which is also the length of a scan.
        kind: "classes", "values" (one real number for each row) or "itself" (an autoencoder).
        eager: small enough for pellucid's eager loop to take part.
    """
    given = partial(material, sizes, batch, batches, kind)
    network = partial(layers, sizes)
    loss_of = cross_entropy if kind == "classes" else squared_error
    contenders: dict[str, Contender] = {
        **torch_words.contenders(network, loss_of, given, batches, eager=eager),
        **jax_words.contenders(partial(_jax_net, kind), given, batches),
    }
    if kind != "classes" or sizes[-1] > 2:  # of two classes scikit-learn makes one output
        build = partial(sklearn_mlp.partial_fits, kind, sizes, given)
        contenders["sklearn"] = Contender(build, quick=False)
    return Workload(
        name, f"{title}, batch {batch}", batches, flops(sizes, batch),
        draw.adam_bytes(shapes(sizes)), target, contenders,
    )  # fmt: skip


def flops(sizes: Sizes, batch: int) -> float:
    """Forward, gradient of the weights, gradient of the inputs except for the first layer's."""
    products = [2 * batch * inputs * outputs for inputs, outputs in itertools.pairwise(sizes)]
    return float(3 * sum(products) - products[0])


def shapes(sizes: Sizes) -> dict[str, tuple[int, ...]]:
    """The weights, by the names that `nn.Sequential` gives them."""
    found: dict[str, tuple[int, ...]] = {}
    for layer, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
        found[f"{2 * layer}.weight"] = (outputs, inputs)
        found[f"{2 * layer}.bias"] = (outputs,)
    return found


def material(sizes: Sizes, batch: int, batches: int, kind: str) -> Material:
    """Weights and batches."""
    random = draw.generator()
    weights = draw.weights(random, shapes(sizes))
    x = draw.normal(random, batches, batch, sizes[0])
    y = {
        "classes": lambda: draw.classes(random, sizes[-1], batches, batch),
        "values": lambda: draw.normal(random, batches, batch, sizes[-1]),
        "itself": lambda: x,
    }[kind]()
    return Material(weights, x, y)


def layers(sizes: Sizes, library: Any) -> Any:
    """The network, in torch's words."""
    nn = library.nn
    made: list[Any] = []
    for inputs, outputs in itertools.pairwise(sizes):
        made += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*made[:-1])


def cross_entropy(library: Any) -> Any:
    """The loss of classifiers."""
    return library.nn.CrossEntropyLoss()


def squared_error(library: Any) -> Any:
    """The loss of regressions and autoencoders."""
    return library.nn.MSELoss()


def _jax_net(kind: str) -> Any:
    from benchmarks.jax_peers import mlp

    return mlp.Classifier() if kind == "classes" else mlp.Regressor()
