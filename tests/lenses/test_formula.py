"""The language of slopes, and that what the records say in it is what the engine computes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from pellucid.dtypes import float64, int64
from pellucid.graph.node import Node, leaf
from pellucid.lenses.chain.factor import factors_of
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.search import find_paths
from pellucid.lenses.chain.symbols import Symbols
from pellucid.lenses.formula import Meaning
from pellucid.lenses.origin import stages_behind
from pellucid.lenses.reading import read
from pellucid.ops.elementwise import mul
from pellucid.ops.op import COMPOSITIONS, REGISTRY
from pellucid.ops.reduce import sum_

AT = {
    "x": Meaning("h1[3]", -1.5), "y": Meaning("y", 2), "a": Meaning("w", 0.5),
    "b": Meaning("3.0", 3.0), "α": Meaning("α", 0.1), "n": Meaning("n", 4), "p": Meaning("p", 0.25),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "symbols", "numbers", "value"),
    [
        ("2(x − y)/n", "2(h1[3] − y)/n", "2(−1.5 − 2)/4", -1.75),
        ("−2(x − y)/n", "−2(h1[3] − y)/n", "−2(−1.5 − 2)/4", 1.75),
        ("[x > 0]", "[h1[3] > 0]", "[−1.5 > 0]", 0.0),
        ("[0 < a ≤ 1]", "[0 < w ≤ 1]", "[0 < 0.5 ≤ 1]", 1.0),
        ("1 if x > 0 else α·eˣ", "1 if h1[3] > 0 else α·exp(h1[3])",
         "1 if −1.5 > 0 else 0.1·exp(−1.5)", 0.1 * math.exp(-1.5)),
        ("b·aᵇ⁻¹", "3.0·w^(3.0 − 1)", "3.0·0.5^(3.0 − 1)", 0.75),
        ("1 − tanh²(x)", "1 − tanh(h1[3])²", "1 − tanh(−1.5)²", 1 - math.tanh(-1.5) ** 2),
        ("σ(x)·(1 − σ(x))", "σ(h1[3])·(1 − σ(h1[3]))", "σ(−1.5)·(1 − σ(−1.5))", 0.14914645),
        ("1/(2√a)", "1/(2·√w)", "1/(2·√0.5)", 0.5 / math.sqrt(0.5)),
        ("(p − y)/(p(1 − p))/n", "(p − y)/(p(1 − p))/n",
         "(0.25 − 2)/(0.25(1 − 0.25))/4", (0.25 - 2) / (0.25 * 0.75) / 4),
        ("clip(x − y, ±a)", "clip(h1[3] − y, ±w)", "clip(−1.5 − 2, ±0.5)", -0.5),
        ("−1/x²", "−1/h1[3]²", "−1/(−1.5)²", -1 / 2.25),
        ("|x|", "|h1[3]|", "|−1.5|", 1.5),
        ("tanh x", "tanh(h1[3])", "tanh(−1.5)", math.tanh(-1.5)),
        ("2ˣ·ln 2", "2^h1[3]·ln(2)", "2^(−1.5)·ln(2)", 2**-1.5 * math.log(2)),
    ],
)  # fmt: skip
def test_formulas_are_shown_and_evaluated(
    text: str, symbols: str, numbers: str, value: float
) -> None:
    formula = read(text)
    assert formula is not None
    assert formula.symbols(AT) == symbols
    assert formula.numbers(AT) == numbers
    assert formula.value(AT) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("prose", ["1 where taken", "∏ of the others", "", "2(x", "x +", "[not c]"])
def test_prose_is_not_a_formula(prose: str) -> None:
    assert read(prose) is None


def test_a_division_by_a_count_of_one_is_left_out() -> None:
    formula = read("2(x − y)/n")
    assert formula is not None
    one = {**AT, "n": Meaning("n", 1)}
    assert formula.simplified(one).symbols(one) == "2(h1[3] − y)"
    assert formula.simplified(AT) == formula


@pytest.mark.parametrize("text", ["1/q", "ln(x)", "1/(y − 2)"])
def test_what_cannot_be_evaluated_is_not_a_number(text: str) -> None:
    formula = read(text)
    assert formula is not None and math.isnan(formula.value(AT))


def given(sample: Any, rng: np.random.Generator) -> list[Any]:
    """The inputs of a sample, in double precision."""
    found: list[Any] = []
    for value in sample.inputs:
        if isinstance(value, int | float):
            found.append(value)
            continue
        drawn = isinstance(value, tuple)
        array = rng.uniform(sample.low, sample.high, value) if drawn else np.asarray(value)
        real = array.dtype.kind == "f"
        array = array.astype(np.float64 if real else np.int64)
        found.append(leaf(array, array.shape, float64 if real else int64, requires_grad=real))
    return found


def formulas_of(name: str) -> set[str]:
    """The formulas that are shown for the slopes of an op, over its samples."""
    rng = np.random.default_rng(0)
    op: Any = REGISTRY.get(name) or COMPOSITIONS[name]
    call: Any = op if name in REGISTRY else op.call
    shown: set[str] = set()
    for sample in (*op.samples, *op.samples):  # drawn twice: a draw may lie outside a window
        xs = given(sample, rng)
        y: Node = call(*xs, **sample.params)
        if not y.requires_grad or y.size == 0:
            continue
        weights = leaf(rng.uniform(0.5, 1.5, y.shape), y.shape, float64)
        root = sum_(mul(y, weights), axes=tuple(range(len(y.shape)))) if y.shape else y
        for x in (x for x in xs if isinstance(x, Node) and x.requires_grad and x.size):
            symbols, record = Symbols(stages_behind(root), root), Record(root, x)
            places = list(np.ndindex(*x.shape))[:6]
            for path in (p for at in places for p in find_paths(record, at, 3).shown):
                if path.hops[0].route.stage.out is y:
                    shown.add(factors_of(path, symbols)[-1].formula)
    return shown - {""}


# Slopes that their records put into words, or that need more than the numbers at hand; and products
# that are told as the matrix product inside them.
IN_WORDS = {
    "as_strided", "avg_pool", "avg_pool_grad",
    "causal", "cumprod", "cumsum", "dropout", "einsum", "gather", "gelu_tanh", "gelu_tanh_slope",
    "index",
    "matmul", "nll_back", "prod", "put", "segment_softmax", "slice", "standardize", "tril", "triu",
    # Of whole matrices and rows at once, or a function that has no short name.
    "cholesky", "cofactors", "det", "digamma", "eigh", "glu", "inv", "lgamma", "logabsdet",
    "logcumsumexp", "lu", "matrix_exp", "pinv", "polygamma", "qr", "solve", "svd",
    "i0", "i0e", "i1", "i1e", "igamma", "igammac", "silu_slope", "zeta",
    # A walk over many steps: its slope is a sum over the steps, which no single line can hold.
    "ctc", "gru", "gru_tape", "lstm", "lstm_tape", "rnn",
}  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        r.name
        for r in (*REGISTRY.values(), *COMPOSITIONS.values())
        if r.terms and r.samples and r.name not in IN_WORDS
        and not {"indexing", "random"} & set(r.traits) - {"loss"}
        and set(r.terms) - {"0", "1", "−1", ""}
    ],
)  # fmt: skip
def test_the_formula_in_the_record_is_the_slope_that_the_engine_finds(name: str) -> None:
    """A formula is only shown where it gives the engine's number, so one that is shown is right."""
    assert formulas_of(name)
