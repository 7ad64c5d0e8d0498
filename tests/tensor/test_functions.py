"""Every function that carries PyTorch's name gives PyTorch's answer, in values and gradients.

Long because it is a table, and a complete one: a function without a line fails.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.graph import mode
from pellucid.tensor.lift import FUNCTIONS
from pellucid.tensor.tensor import Tensor
from tests.tensor.more_functions import ROWS as MORE
from tests.tensor.test_calls import SECTIONS

Call = Callable[..., Any]

X = np.random.default_rng(0).normal(size=(3, 4))
CUBE = np.random.default_rng(1).normal(size=(2, 3, 4))
POSITIVE = np.abs(X) + 0.2
V = np.array([0.3, -1.2, 2.0, 0.7])
SQUARE = np.random.default_rng(2).normal(size=(3, 3))
INDEX = np.array([[0, 2, 1, 1], [2, 2, 0, 0]])
TIES = np.array([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 0.0, 5.0]])
LABELS = np.array([2, 0, 2, 1, 5])
BOOLS = X > 0


def _named(*names: str) -> dict[str, list[tuple[Call, tuple[Any, ...]]]]:
    return {n: [(lambda m, *a, n=n: getattr(m, n)(*a), (X,))] for n in names}


def _paired(*names: str) -> dict[str, list[tuple[Call, tuple[Any, ...]]]]:
    return {n: [(lambda m, a, b, n=n: getattr(m, n)(a, b), (X, V))] for n in names}


def _call(name: str, *inputs: Any, args: tuple[Any, ...] = (), **kwargs: Any) -> Any:
    return (lambda m, *xs: getattr(m, name)(*xs, *args, **kwargs), inputs)


def _method(name: str, *inputs: Any, args: tuple[Any, ...] = (), **kwargs: Any) -> Any:
    return (lambda m, x, *xs: getattr(x, name)(*xs, *args, **kwargs), inputs)


def _reductions(name: str, x: Any = CUBE) -> list[Any]:
    return [
        _call(name, x),
        _call(name, x, dim=1),
        _call(name, x, args=(-1,), keepdim=True),
        _call(name, x, dim=(0, 2)),
    ]


def _one_axis(name: str, x: Any = CUBE) -> list[Any]:
    return [_call(name, x), _call(name, x, dim=1), _call(name, x, args=(-1, True))]


TABLE: dict[str, list[tuple[Call, tuple[Any, ...]]]] = {
    **_named("abs", "absolute", "atan", "arctan", "ceil", "clone", "cos", "cosh", "erf", "exp"),
    **_named("exp2", "expm1", "fix", "fliplr", "flipud", "floor", "isfinite", "isinf", "isnan"),
    **_named("neg", "negative", "reciprocal", "relu", "sigmoid", "sign", "sin", "sinh", "square"),
    **_named("tan", "tanh", "trunc", "t", "ravel", "logical_not", "count_nonzero"),
    **{n: [_call(n, POSITIVE)] for n in ("log", "log10", "log1p", "log2", "rsqrt", "sqrt")},
    **_paired("mul", "multiply", "div", "divide", "true_divide", "maximum", "minimum"),
    **_paired("eq", "ne", "lt", "le", "gt", "ge", "greater", "less", "greater_equal"),
    **_paired("less_equal", "not_equal", "logical_and", "logical_or", "logical_xor"),
    **_paired("remainder", "mv"),
    # PyTorch has no derivative for these two; floor_divide's is 0, as that of floor.
    "floor_divide": [(lambda m, a, b: m.floor_divide(a.detach(), b.detach()), (X, V))],
    **{
        n: [_call(n, LABELS, np.array([3, 1, 2, 7, 4]))]
        for n in ("bitwise_and", "bitwise_or", "bitwise_xor")
    },
    "bitwise_not": [_call("bitwise_not", LABELS), _call("bitwise_not", BOOLS)],
    **{
        n: [_call(n, X, V), _call(n, X, 2.5), _call(n, X, V, alpha=3)]
        for n in ("add", "sub", "subtract")
    },
    "pow": [
        _call("pow", POSITIVE, V),
        _call("pow", X, args=(2,)),
        _call("pow", X, args=(3,)),
        _call("pow", POSITIVE, args=(-0.5,)),
        (lambda m, x: m.pow(2.0, x), (X,)),
    ],
    "round": [
        _call("round", X),
        _call("round", X, decimals=2),
        _call("round", np.array([0.5, 1.5])),
    ],
    **{
        n: [
            _call(n, X, min=-0.5, max=0.5),
            _call(n, X, max=0.1),
            _call(n, X, args=(-0.2,)),
            _call(n, X, V - 1, V + 1),
            _call(n, X, V),
        ]
        for n in ("clamp", "clip")
    },
    "where": [
        (lambda m, c, a, b: m.where(c, a, b), (BOOLS, X, V)),
        (lambda m, c, a: m.where(c, a, 0.0), (BOOLS, X)),
    ],
    "allclose": [_call("allclose", X, X + 1e-9), _call("allclose", X, X + 1)],
    "isclose": [_call("isclose", X, np.round(X, 1))],
    "equal": [_call("equal", X, X), _call("equal", X, V)],
    **{n: _reductions(n) for n in ("sum", "mean", "amax", "amin", "norm")},
    "sum": [*_reductions("sum"), _call("sum", CUBE, dtype=None), _call("sum", BOOLS)],
    "var": [
        *_reductions("var"),
        _call("var", CUBE, correction=0),
        _call("var", CUBE, dim=1, correction=2),
        _call("var", CUBE, unbiased=False),
        _method("var", CUBE, args=(False,)),
        _call("var", CUBE, args=(1, False)),
    ],
    "std": [
        *_reductions("std"),
        _call("std", CUBE, correction=0),
        _call("std", CUBE, args=(1, False, True)),
    ],
    "var_mean": [_call("var_mean", CUBE), _call("var_mean", CUBE, dim=1, correction=0)],
    "std_mean": [_call("std_mean", CUBE), _call("std_mean", CUBE, dim=(0, 1), keepdim=True)],
    "norm": [
        *_reductions("norm"),
        *[_call("norm", X, p=p, dim=1) for p in (1, 2, 3, np.inf, -np.inf)],
        (lambda m, x: m.norm(x.detach(), p=0, dim=1), (X,)),
    ],
    **{
        n: [_call(n, CUBE), _call(n, CUBE, dim=1), _call(n, CUBE, args=(0, True))]
        for n in ("prod",)
    },
    "all": _one_axis("all", BOOLS),
    "any": _one_axis("any", BOOLS),
    "max": [
        *_one_axis("max"),
        _call("max", X, V),
        _call("max", TIES),
        _call("max", np.array(2.0), args=(0,)),
    ],
    "min": [*_one_axis("min"), _call("min", X, V), _call("min", TIES)],
    "argmax": [
        *_one_axis("argmax")[:2],
        _call("argmax", CUBE, dim=0, keepdim=True),
        _call("argmax", TIES, dim=1),
    ],
    "argmin": [*_one_axis("argmin")[:2], _call("argmin", TIES, dim=1)],
    "logsumexp": [
        _call("logsumexp", CUBE, dim=1),
        _call("logsumexp", CUBE * 300, dim=(0, 2), keepdim=True),
    ],
    "cumsum": [_call("cumsum", CUBE, dim=d) for d in (0, 1, -1)],
    "softmax": [_call("softmax", CUBE, dim=d) for d in (0, -1)],
    "log_softmax": [_call("log_softmax", CUBE, dim=d) for d in (0, -1)],
    "median": [
        _call("median", V),
        _call("median", X, dim=1),
        _call("median", X, dim=0, keepdim=True),
    ],
    "kthvalue": [_call("kthvalue", X, args=(2,)), _call("kthvalue", X, args=(1, 0, True))],
    "sort": [
        _call("sort", X),
        _call("sort", X, dim=0, descending=True),
        _call("sort", TIES, stable=True),
    ],
    "argsort": [
        _call("argsort", X),
        _call("argsort", X, dim=0, descending=True),
        _call("argsort", TIES, stable=True),
    ],
    "topk": [
        _call("topk", X, args=(2,)),
        _call("topk", X, args=(3, 0, False)),
        _call("topk", X, args=(4,)),
    ],
    "unique": [
        _call("unique", LABELS),
        (lambda m, x: m.unique(x.detach(), return_inverse=True, return_counts=True), (TIES,)),
        _call("unique", LABELS, return_counts=True),
    ],
    "bincount": [
        _call("bincount", LABELS),
        _call("bincount", LABELS, minlength=9),
        (lambda m, x: m.bincount(x, m.arange(5.0)), (LABELS,)),
        _call("bincount", LABELS[:0]),
    ],
    "searchsorted": [
        _call("searchsorted", np.sort(V), X),
        _call("searchsorted", np.sort(V), X, right=True),
    ],
    "bucketize": [_call("bucketize", X, np.sort(V)), _call("bucketize", X, np.sort(V), right=True)],
    "matmul": [
        _call("matmul", V, V),
        _call("matmul", X, V),
        _call("matmul", V, X.T),
        _call("matmul", X, X.T),
        _call("matmul", CUBE, X.T),
        _call("matmul", X, CUBE.swapaxes(1, 2)),
        _call("matmul", CUBE, V),
    ],
    "mm": [_call("mm", X, X.T)],
    "bmm": [_call("bmm", CUBE, CUBE.swapaxes(1, 2))],
    "dot": [_call("dot", V, V + 1)],
    "outer": [_call("outer", V, V[:3])],
    "addmm": [_call("addmm", SQUARE, X, X.T), _call("addmm", V[:3], X, X.T, beta=0.5, alpha=2)],
    "einsum": [
        (lambda m, *xs, e=e: m.einsum(e, *xs), xs)
        for e, xs in (
            ("ij->ji", (X,)),
            ("ij->", (X,)),
            ("ij", (X,)),
            ("ji", (X,)),
            ("ii", (SQUARE,)),
            ("ii->i", (SQUARE,)),
            ("ij,kj->ik", (X, X)),
            ("bij,bkj->bik", (CUBE, CUBE)),
            ("...j,j->...", (CUBE, V)),
            ("i,j->ij", (V, V)),
            ("ij,ij->i", (X, X)),
            ("bij,kj,b->ki", (CUBE, X, V[:2])),
            ("...ij->...ji", (CUBE,)),
            ("bij, jk", (CUBE, X.T)),
            ("iij->j", (CUBE[:, :2],)),
            ("i,i,i->", (V, V, V)),
            ("aB,Bc", (X, X.T)),
        )
    ]
    + [(lambda m, a, b: m.einsum("ij,kj->ik", [a, b]), (X, X))],
    "trace": [_call("trace", SQUARE), _call("trace", X)],
    "diag": [
        _call("diag", V),
        _call("diag", V, args=(1,)),
        _call("diag", X),
        _call("diag", X, diagonal=-1),
    ],
    "diagonal": [
        _call("diagonal", CUBE),
        _call("diagonal", CUBE, offset=1, dim1=1, dim2=2),
        _call("diagonal", CUBE, -1, 2, 0),
    ],
    "diag_embed": [_call("diag_embed", X), _call("diag_embed", X, offset=-2)],
    "tril": [_call("tril", X), _call("tril", CUBE, diagonal=-1)],
    "triu": [_call("triu", X), _call("triu", CUBE, diagonal=1)],
    "reshape": [
        _call("reshape", X, (4, 3)),
        _method("reshape", X, args=(2, -1)),
        _method("reshape", X, args=((-1,),)),
    ],
    "view": [_method("view", X, args=(2, 6)), _method("view", X, args=(-1,))],
    "flatten": [
        _call("flatten", CUBE),
        _call("flatten", CUBE, start_dim=1),
        _call("flatten", CUBE, 0, 1),
        _call("flatten", np.array(1.0)),
    ],
    "squeeze": [
        _call("squeeze", CUBE[:, :1]),
        _call("squeeze", CUBE[:, :1], args=(1,)),
        _call("squeeze", CUBE, args=(0,)),
        _call("squeeze", CUBE[:1, :1], dim=(0, 1)),
    ],
    "unsqueeze": [_call("unsqueeze", X, args=(d,)) for d in (0, 1, -1, 2)],
    "permute": [
        _call("permute", CUBE, (2, 0, 1)),
        _method("permute", CUBE, args=(1, 2, 0)),
        _call("permute", CUBE, (-1, 0, 1)),
    ],
    **{
        n: [_call(n, CUBE, args=(0, 2)), _call(n, CUBE, args=(-1, 1))]
        for n in ("transpose", "swapaxes", "swapdims")
    },
    **{
        n: [_call(n, CUBE, args=(0, -1)), _call(n, CUBE, args=((0, 1), (1, 2)))]
        for n in ("movedim", "moveaxis")
    },
    "expand": [_method("expand", X[:1], args=(5, 4)), _method("expand", X[:1], args=(2, -1, 4))],
    "expand_as": [_method("expand_as", X[:1], X)],
    "broadcast_to": [_call("broadcast_to", V, (3, 4))],
    "broadcast_tensors": [_call("broadcast_tensors", X, V, X[:, :1])],
    **{
        n: [
            (lambda m, a, b, n=n: getattr(m, n)([a, b], 1), (X, X[:, :2])),
            (lambda m, a, b, n=n: getattr(m, n)((a, b)), (X, X[:1])),
        ]
        for n in ("cat", "concat", "concatenate")
    },
    "stack": [(lambda m, a, b, d=d: m.stack([a, b], dim=d), (X, X + 1)) for d in (0, 1, -1)],
    "hstack": [
        (lambda m, a, b: m.hstack([a, b]), (X, X)),
        (lambda m, a, b: m.hstack([a, b]), (V, V)),
    ],
    **{
        n: [
            (lambda m, a, b, n=n: getattr(m, n)([a, b]), (X, V)),
            (lambda m, a, b, n=n: getattr(m, n)([a, b]), (V, V)),
        ]
        for n in ("vstack", "row_stack")
    },
    "split": [
        _call("split", X, args=(2,)),
        _call("split", X, args=(3, 1)),
        _call("split", X, args=([1, 3], 1)),
    ],
    "chunk": [
        _call("chunk", X, args=(2,)),
        _call("chunk", X, args=(3, 1)),
        _call("chunk", X, args=(9, -1)),
    ],
    "unbind": [_call("unbind", X), _call("unbind", CUBE, dim=1)],
    "flip": [
        _call("flip", X, (0,)),
        _method("flip", X, args=(0, 1)),
        _method("flip", CUBE, args=((0, 2),)),
    ],
    "roll": [
        _call("roll", X, args=(1,)),
        _call("roll", X, args=(-2, 1)),
        _call("roll", X, args=((1, 2), (0, 1))),
    ],
    "repeat": [
        _method("repeat", X, args=(2, 1)),
        _method("repeat", V, args=(2, 1, 3)),
        _method("repeat", V, args=((2,),)),
        _method("repeat", V, args=(0,)),
    ],
    "tile": [_call("tile", X, (2,)), _call("tile", X, (2, 1, 3)), _method("tile", V, args=(2, 2))],
    "repeat_interleave": [
        _call("repeat_interleave", X, args=(2,)),
        _call("repeat_interleave", X, args=(3, 1)),
        _call("repeat_interleave", X, 2, dim=0),
    ],
    "meshgrid": [
        _call("meshgrid", V, V[:3], indexing="ij"),
        _call("meshgrid", V, V[:3], indexing="xy"),
        (lambda m, a, b: m.meshgrid([a, b], indexing="ij"), (V, V)),
    ],
    "narrow": [
        _call("narrow", X, args=(1, 1, 2)),
        _call("narrow", X, args=(0, -2, 2)),
        _call("narrow", X, args=(0, 1, 0)),
    ],
    "select": [_call("select", CUBE, args=(1, 2)), _call("select", CUBE, args=(-1, -1))],
    "take": [_call("take", X, INDEX)],
    "masked_fill": [
        _call("masked_fill", X, BOOLS, args=(0.5,)),
        _call("masked_fill", X, BOOLS[0], args=(-1,)),
        (lambda m, x, b, v: m.masked_fill(x, b, v), (X, BOOLS, np.array(2.0))),
    ],
    "masked_select": [
        _call("masked_select", X, BOOLS),
        _call("masked_select", X, BOOLS[0]),
        _call("masked_select", V, BOOLS),
    ],
    "nonzero": [
        _call("nonzero", BOOLS),
        _call("nonzero", np.array([0.0, 2.0, 0.0, 1.0])),
        _call("nonzero", BOOLS, as_tuple=True),
        _call("nonzero", np.zeros(3)),
    ],
}

TABLE["gather"] = [
    (lambda m, x, i: m.gather(x, 0, i), (X, INDEX)),
    (lambda m, x, i: m.gather(x, -1, i), (X, INDEX[:, :3])),
    (lambda m, x, i: x.gather(1, index=i), (X, INDEX)),
]
TABLE["take_along_dim"] = [
    (lambda m, x, i: m.take_along_dim(x, i, dim=0), (X, INDEX)),
    (lambda m, x, i: m.take_along_dim(x, i), (X, INDEX)),
    (lambda m, x: m.take_along_dim(x, x.argsort(1), 1), (X,)),
    (lambda m, x: m.take_along_dim(x, x.argmax(1, keepdim=True), 1), (X,)),
]
TABLE["index_select"] = [
    (lambda m, x, i: m.index_select(x, 0, i), (X, LABELS[:4] % 3)),
    (lambda m, x, i: x.index_select(-1, i), (X, LABELS[:4] % 4)),
]
TABLE["index_add"] = [
    (lambda m, x, i, s: m.index_add(x, 0, i, s), (X, np.array([2, 0, 2]), X + 1)),
    (lambda m, x, i, s: x.index_add(1, i, s, alpha=2), (X, np.array([0, 0, 3, 1]), X + 1)),
]
TABLE["scatter"] = [
    (
        lambda m, x, i, s: m.scatter(x, 1, i, s),
        (X, np.array([[0, 2], [1, 3], [3, 0]]), X[:, :2] * 2),
    ),
    (lambda m, x, i: m.scatter(x, 0, i, 7.0), (X, np.array([[0, 2, 1, 0]]))),
    (lambda m, x, i: x.scatter(0, i, value=7.0), (X, np.array([[0, 2, 1, 0]]))),
]
TABLE["scatter_add"] = [
    (
        lambda m, x, i, s: m.scatter_add(x, 1, i, s),
        (X, np.array([[0, 0], [1, 3], [3, 3]]), X[:, :2]),
    ),
    (lambda m, x, i, s: x.scatter_add(0, i, s), (X, INDEX, X[:2])),
]
TABLE["histc"] = [
    (lambda m, x: m.histc(x, bins=4), (X,)),
    (lambda m, x: x.histc(3, min=-1, max=1), (X,)),
    (lambda m, x: m.histc(x * 0 + 2.0, 3), (X,)),
    (lambda m, x: m.histc(m.round(x), 2, 0, 2), (X,)),
]
# PyTorch keeps these two in nn.functional.
TABLE["one_hot"] = [
    (lambda m, x: _functional(m).one_hot(x), (LABELS,)),
    (lambda m, x: _functional(m).one_hot(x, 8), (LABELS,)),
    (lambda m, x: _functional(m).one_hot(x, num_classes=6), (INDEX,)),
]
TABLE["pad"] = [
    (lambda m, x: _functional(m).pad(x, (1, 2)), (X,)),
    (lambda m, x: _functional(m).pad(x, (1, 2, 0, 1), value=3.0), (CUBE,)),
    (lambda m, x: _functional(m).pad(x, (2, -1, -1, 0)), (CUBE,)),
    *[
        (lambda m, x, d=mode: _functional(m).pad(x, (2, 1), mode=d), (CUBE,))
        for mode in ("reflect", "replicate", "circular")
    ],
]


def _functional(module: Any) -> Any:
    return pellucid if module is pellucid else module.nn.functional


TABLE.update(MORE)
CASES = [(name, k) for name, rows in sorted(TABLE.items()) for k in range(len(rows))]


# Tested in test_single.
ELSEWHERE = {
    "clone", "conj", "conj_physical", "detach", "fill", "imag", "is_conj", "is_neg", "narrow_copy",
    "lu", "lu_solve", "lu_unpack", "orgqr",  # in test_triangles
    "segment_reduce",  # in test_segments
    "real", "resolve_conj", "resolve_neg", "unsafe_chunk", "unsafe_split",
    "unsafe_split_with_sizes",
}  # fmt: skip


def test_the_table_is_complete() -> None:
    written = {
        n for rows in SECTIONS.values() for row in rows for n in re.findall(r"\.(\w+)\(", row)
    }
    others = {n for n in FUNCTIONS if n.endswith("_")} | ELSEWHERE
    assert sorted(set(FUNCTIONS) - set(TABLE) - written - others) == []


def made(m: Any, x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    t = m.tensor(x)
    return t.requires_grad_() if x.dtype.kind == "f" else t


def several(out: Any) -> list[Any]:
    return list(out) if isinstance(out, tuple | list) else [out]


@pytest.mark.parametrize(("name", "k"), CASES)
@pytest.mark.filterwarnings("ignore:torch.norm is deprecated", "ignore:The boundary tensor")
def test_values_and_gradients_are_pytorchs(name: str, k: int, torch: Any) -> None:
    call, inputs = TABLE[name][k]
    results = []
    for m in (pellucid, torch):
        xs = [made(m, x) for x in inputs]
        outs = several(call(m, *xs))
        flowing = [o for o in outs if getattr(o, "requires_grad", False)]
        if flowing:
            sum((o * o).sum() for o in flowing).backward()
        results.append((outs, [getattr(x, "grad", None) for x in xs]))
    (ours, blames), (theirs, others) = results
    assert len(ours) == len(theirs)
    for a, b in zip(ours, theirs, strict=True):
        if isinstance(b, bool):
            assert a is b
            continue
        assert f"torch.{a.dtype.name}" == str(b.dtype) and tuple(a.shape) == tuple(b.shape)
        np.testing.assert_allclose(a.tolist(), b.tolist(), rtol=1e-9, atol=1e-9)
        assert a.requires_grad == b.requires_grad
    for g, h in zip(blames, others, strict=True):
        assert (g is None) == (h is None)
        if g is not None:
            np.testing.assert_allclose(g.tolist(), h.tolist(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_says_what_it_does(name: str) -> None:
    assert (inspect.getdoc(FUNCTIONS[name]) or "").strip()


METHODS = [n for n in FUNCTIONS if hasattr(Tensor, n)]


def test_methods_are_the_functions() -> None:
    assert len(METHODS) > 120
    for name in METHODS:
        # x.where(condition, other) has another order; x.real is a property
        if name not in ("where", "real", "imag", "detach", "detach_", "fill_", "zero_"):
            assert getattr(Tensor, name) is FUNCTIONS[name], name


def test_methods_of_pytorch_that_have_a_function_here_are_methods_here(torch: Any) -> None:
    missing = [n for n in FUNCTIONS if hasattr(torch.Tensor, n) and not hasattr(Tensor, n)]
    assert missing == []


@pytest.mark.parametrize("call", [pellucid.max, pellucid.min])
def test_a_single_number_has_two_names_for_its_axis(call: Any) -> None:
    assert call(pellucid.tensor(3.0), 0).indices.item() == 0
    with pytest.raises(IndexError):
        call(pellucid.tensor(3.0), 1)


@pytest.mark.parametrize("name", ["max", "min"])
def test_the_largest_along_an_axis_is_the_same_with_blame_and_without(name: str) -> None:
    nan, inf = float("nan"), float("inf")
    rows = [[1.0, nan, 3.0], [inf, 2.0, nan], [2.0, 2.0, -inf], [-1.0, -1.0, -1.0]]
    x = pellucid.tensor(rows)
    for dim in (0, 1, -2):
        for keepdim in (False, True):
            plain = getattr(x, name)(dim, keepdim)
            blamed = getattr(x.clone().requires_grad_(), name)(dim, keepdim)
            assert plain.indices.tolist() == blamed.indices.tolist()
            assert str(plain.values.tolist()) == str(blamed.values.tolist())
    seen: list[str] = []
    engine = mode.engine()
    mode.install(_Noting(engine, seen))
    try:
        getattr(x, name)(1)
    finally:
        mode.install(engine)
    assert seen == [f"a{name}", f"arg{name}"]  # nothing is picked again where nobody is blamed


class _Noting:
    """An engine that notes what it is asked for."""

    def __init__(self, engine: Any, seen: list[str]) -> None:
        self.engine, self.seen = engine, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def run(self, op: Any, arrays: Any, params: Any) -> Any:
        self.seen.append(op.name)
        return self.engine.run(op, arrays, params)
