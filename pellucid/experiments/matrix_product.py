r"""The matrix product: gates of four neurons for two matrices, a chain of layers for a fixed one.

$$ \operatorname{vec}(AB) = W\big( U \operatorname{vec}(A) \odot V \operatorname{vec}(B) \big),
   \qquad \operatorname{vec}(AX) = W_k \cdots W_2 W_1 \operatorname{vec}(X) $$

All products of entries are made in one hidden layer, 4 neurons each; sums before and after them
are weights. Where A is fixed the product is linear, and layers in a row save connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import pellucid.nn as nn
from pellucid.dtypes import float64
from pellucid.errors import SettingError
from pellucid.experiments.bilinear import Bilinear, by_definition, by_strassen, strassen_layers
from pellucid.experiments.experiment import experiment
from pellucid.experiments.multiplication import curvature, falls_squared
from pellucid.experiments.settings import activation as named
from pellucid.experiments.settings import linear, real, reals, several, whole
from pellucid.lenses.numerals import amount, number, plural
from pellucid.lenses.picture import Axis, Chart, Charts, Floats, Line
from pellucid.lenses.view import Column, Equation, Remark, Table, View
from pellucid.tensor.creation import from_numpy
from pellucid.tensor.grad_mode import no_grad

__all__ = ["matrix_product", "product_network"]

_MOST = 16  # already 16,384 hidden neurons
_WAYS = {"definition": by_definition, "strassen": by_strassen}
_CLOSE = 0.2  # entries of the factors are up to 1
_FAR = 4096  # up to this size connections are counted


def product_network(
    n: int, scale: float = 0.01, way: str = "definition", activation: str = "softplus",
    at: float = 0.0,
) -> nn.Sequential:  # fmt: skip
    """A network of one hidden layer whose output is close to the product of two n × n matrices.

    Args:
        n: how many rows and columns.
        scale: λ of the gates; the smaller, the closer, until rounding takes over.
        way: "definition" for n³ gates, "strassen" for fewer where n is 2, 4, 8 or 16.
        activation: a smooth one that is bent at `at`.
        at: where the neurons work.

    Shape:
        `(N, 2n²)`, both matrices row by row → `(N, n²)`.

    Raises:
        SettingError: an unknown way, a size it can't do, or an activation that is not bent.

    Example:
        >>> net = product_network(2, way="strassen")
        >>> rows = from_numpy(np.array([[1.0, 2, 3, 4, 0, 1, 1, 0]]))
        >>> np.round(net(rows).detach().numpy(), 1).tolist()
        [[2.0, 1.0, 4.0, 3.0]]
    """
    scale = real("scale", scale, 0)
    rule = _rule(whole("n", n, 1, _MOST), way)
    bend = curvature(activation, at)
    plus = np.hstack([rule.left, rule.right])
    minus = np.hstack([rule.left, -rule.right])
    first = scale * np.vstack([plus, -plus, minus, -minus])
    last = np.hstack([rule.out, rule.out, -rule.out, -rule.out]) / (4 * scale**2 * bend)
    return nn.Sequential(
        linear(first, np.full(len(first), at), float64), named(activation),
        linear(last, np.zeros(n * n), float64),
    )  # fmt: skip


@experiment("Can a network multiply matrices, and how many neurons and connections does it take?")
def matrix_product(
    sizes: int | Sequence[int] = (2, 4, 8),
    scales: float | Sequence[float] = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001),
    activation: str = "softplus",
    at: float = 0.0,
    pairs: int = 100,
    seed: int = 0,
) -> View:
    """Build the networks, check them on random matrices, and count their parts.

    Args:
        sizes: n of the n × n matrices: 2, 4, 8, 16.
        scales: the values of λ, the scale at which the gates work.
        activation: of the hidden neurons, a smooth one that is bent at `at`.
        at: where the neurons work.
        pairs: how many random pairs of matrices with entries from −1 to 1 are multiplied.
        seed: of the matrices.

    Returns:
        errors by scale, neurons by size, and connections where one matrix is fixed.

    Raises:
        SettingError: a size that is no power of 2, or an activation that is not bent there.

    Example:
        >>> found = matrix_product(sizes=2, scales=[0.01], pairs=20).to_dict()
        >>> [(run["way"], run["neurons"]) for run in found["runs"]]
        [('definition', 32), ('strassen', 28)]
        >>> found["fixed"][0]["connections"], found["fixed"][0]["exact"]
        ({'one layer': 8, 'chain': 31}, True)
    """
    tried = several("sizes", sizes, 2, _MOST)
    steps = reals("scales", scales, 0)
    draws = np.random.default_rng(whole("seed", seed, 0))
    drawn = {n: draws.uniform(-1, 1, (2, whole("pairs", pairs), n, n)) for n in tried}
    runs = [
        {"n": n, "way": way, "scale": s, "neurons": 4 * _rule(n, way).products,
         "error": _error(product_network(n, s, way, activation, at), *drawn[n])}
        for n in tried for way in _WAYS for s in steps
    ]  # fmt: skip
    fixed = [_fixed(drawn[n][0, 0], drawn[n][1]) for n in tried]
    counts = _counts()
    return View(
        "Can a network multiply matrices?",
        _verdict(runs, fixed, counts),
        (
            _what(activation, pairs),
            Equation(
                ("AB", "W·(U·A ⊙ V·B)"),
                (r"\operatorname{vec}(AB) = W\big(U\operatorname{vec}(A) \odot"
                 r" V\operatorname{vec}(B)\big)",),
                (("U and V make the factors from the entries, W adds products up",),
                 ("u·v", "(g(λ(u+v)) + g(−λ(u+v)) − g(λ(u−v)) − g(−λ(u−v))) / 4λ²g″ + O(λ²)"),),
            ),
            Charts((_errors(runs, tried), _connections(counts)), columns=2),
            _neurons(runs), _chains(fixed), *_limits(),
        ),
        {"activation": activation, "runs": runs, "fixed": fixed, "connections": counts},
    )  # fmt: skip


def _rule(n: int, way: str) -> Bilinear:
    if way not in _WAYS:
        raise SettingError(f"way is definition or strassen, not {way!r}.")
    if way == "strassen" and n & (n - 1):
        raise SettingError(f"Strassen's way halves matrices: n must be 2, 4, 8 or 16, not {n}.")
    return _WAYS[way](n)


def _error(net: nn.Sequential, a: Floats, b: Floats) -> float:
    with no_grad():
        rows = np.concatenate([a.reshape(len(a), -1), b.reshape(len(b), -1)], axis=1)
        out = net(from_numpy(rows)).numpy()
    return float(np.abs(out - (a @ b).reshape(len(a), -1)).max())


def _fixed(matrix: Floats, others: Floats) -> dict[str, Any]:
    """The product with one fixed matrix, in one layer and as a chain, both run and compared."""
    n = len(matrix)
    single = np.kron(matrix, np.eye(n))
    weights = strassen_layers(matrix)
    chain = nn.Sequential(*(linear(w, np.zeros(len(w)), float64) for w in weights))
    rows = others.reshape(len(others), -1)
    with no_grad():
        out = chain(from_numpy(rows)).numpy()
        flat = linear(single, np.zeros(n * n), float64)(from_numpy(rows)).numpy()
    asked = (matrix @ others).reshape(len(others), -1)
    apart = float(max(np.abs(out - asked).max(), np.abs(flat - asked).max()))
    return {
        "n": n, "layers": len(weights), "difference": apart, "exact": apart < 1e-10,
        "connections": {"one layer": int(np.count_nonzero(single)),
                        "chain": int(sum(np.count_nonzero(w) for w in weights))},
    }  # fmt: skip


def _counts() -> list[dict[str, int]]:
    """Connections by size: one layer, halved all the way, halved as far as it pays."""
    found, whole_way, best, n = [], 1, 1, 1
    while n < _FAR:
        n, sums = 2 * n, 24 * n * n  # 12 signs for the blocks of X, 12 for those of the result
        whole_way, best = 7 * whole_way + sums, min(7 * best + sums, n**3)
        found.append({"n": n, "one layer": n**3, "chain": whole_way, "best": best})
    return found


def _what(activation: str, pairs: int) -> Remark:
    return Remark(
        f"What is run: networks with {activation} whose weights are computed and not trained, on"
        f" {plural(pairs, 'random pair')} of matrices with entries from −1 to 1, in float64. Ways:"
        " by definition, each row times each column; Strassen's, 7 products of blocks instead of 8."
    )


def _verdict(
    runs: Sequence[dict[str, Any]],
    fixed: Sequence[dict[str, Any]],
    counts: Sequence[dict[str, int]],
) -> str:
    n = runs[-1]["n"]
    plain, clever = (
        min((r for r in runs if r["n"] == n and r["way"] == w), key=lambda r: float(r["error"]))
        for w in _WAYS
    )
    pays = next(c["n"] for c in counts if c["best"] < c["one layer"])
    sure = "exactly, to rounding" if all(f["exact"] for f in fixed) else "not exactly"
    close = "Yes" if plain["error"] <= _CLOSE else "Hardly at these scales"
    return (
        f"{close}: one hidden layer of {amount(plain['neurons'])} neurons multiplies two {n} × {n}"
        f" matrices with a largest error of {number(plain['error'], 2)}, and"
        f" {amount(clever['neurons'])} neurons in Strassen's way with {number(clever['error'], 2)}."
        f" With one matrix fixed, layers without any activation do it {sure}; a chain of them saves"
        f" connections from {pays} × {pays} on."
    )


def _errors(runs: Sequence[dict[str, Any]], sizes: Sequence[int]) -> Chart:
    lines = []
    for order, n in enumerate(sizes):
        mine = [r for r in runs if r["n"] == n and r["way"] == "strassen"]
        lines.append(_line(mine, f"{n} × {n}, Strassen", order=order))
    last = [r for r in runs if r["n"] == sizes[-1] and r["way"] == "definition"]
    lines.append(_line(last, f"{sizes[-1]} × {sizes[-1]}, by definition", role="muted"))
    return Chart(
        Axis("scale λ", log=True), Axis("largest error of an entry", log=True), tuple(lines),
        title="The error falls with the square of λ" if falls_squared(last)
              else "Largest error by scale",
        sentence="Largest error by scale for each size.",
    )  # fmt: skip


def _line(runs: Sequence[dict[str, Any]], name: str, **look: Any) -> Line:
    return Line([r["scale"] for r in runs], [r["error"] for r in runs], name, **look)


def _connections(counts: Sequence[dict[str, int]]) -> Chart:
    n = [c["n"] for c in counts]
    part = {key: [c[key] / c["one layer"] for c in counts] for key in ("chain", "best")}
    return Chart(
        Axis("n of n × n, one matrix fixed", log=True),
        Axis("connections, as a part of n³", low=0.0),
        (
            Line(n, [1.0] * len(n), "one layer: n³", "muted"),
            Line(n, part["chain"], "chain, halved down to 1 × 1", order=0),
            Line(n, part["best"], "chain, halved while it pays", order=1),
        ),
        title="A chain of layers saves where n is large",
        sentence="Connections of the chains by size, beside those of one layer.",
    )  # fmt: skip


def _neurons(runs: Sequence[dict[str, Any]]) -> Table:
    best: dict[tuple[int, str], dict[str, Any]] = {}
    for run in runs:
        key = (run["n"], run["way"])
        if key not in best or run["error"] < best[key]["error"]:
            best[key] = run
    return Table(
        (
            Column("n", "count", anchor=True), Column("way", anchor=True),
            Column("products", "count"), Column("hidden neurons", "count", key="neurons"),
            Column("smallest error", "number", key="error"), Column("at scale", "number"),
        ),
        tuple((n, way, r["neurons"] // 4, r["neurons"], r["error"], r["scale"])
              for (n, way), r in best.items()),
        caption="Two matrices, one hidden layer, 4 neurons for each product",
        note="Strassen's factors are sums of entries: larger numbers at the gates, larger errors.",
    )  # fmt: skip


def _chains(fixed: Sequence[dict[str, Any]]) -> Table:
    return Table(
        (
            Column("n", "count", anchor=True), Column("one layer: n³", "count", key="one"),
            Column("chain", "count"), Column("layers", "count"),
            Column("largest difference", "number", key="difference"),
        ),
        tuple((f["n"], f["connections"]["one layer"], f["connections"]["chain"], f["layers"],
               f["difference"]) for f in fixed),
        caption="One matrix fixed: connections that are not zero, and how exact they are",
        note="Both networks are run; the difference is from the product itself.",
    )  # fmt: skip


def _limits() -> tuple[Remark, ...]:
    return (
        Remark(
            "Seven products for 2 × 2 are from Strassen 1969 (Gaussian elimination is not optimal)."
            " That depth saves connections here is counted for his way; that one layer without"
            " activations needs n³ is sure, for its weights are the map itself. Faster ways are"
            " known; they pay later still."
        ),
    )
