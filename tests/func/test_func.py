"""`pellucid.func` beside `torch.func`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import func, nn
from pellucid.func import derivatives
from pellucid.graph.walk import reachable


def same(mine: Any, theirs: Any) -> None:
    """Equal numbers in equal containers."""
    if isinstance(theirs, dict):
        assert list(mine) == list(theirs)
        mine, theirs = list(mine.values()), list(theirs.values())
    if isinstance(theirs, list | tuple):
        for a, b in zip(mine, theirs, strict=True):
            same(a, b)
        return
    assert mine.requires_grad == theirs.requires_grad
    np.testing.assert_allclose(mine.detach(), theirs.detach(), rtol=1e-5, atol=1e-6)


def in_reverse(lib: Any) -> Any:
    """`lib.func`, with PyTorch's forward mode, which takes seconds to load, by backward passes."""
    f = lib.func
    if lib is pellucid:
        return f
    return SimpleNamespace(
        grad=f.grad, grad_and_value=f.grad_and_value, vjp=f.vjp, jacrev=f.jacrev, jacfwd=f.jacrev,
        hessian=lambda g, n=0: f.jacrev(f.jacrev(g, n), n), jvp=lib.autograd.functional.jvp,
    )  # fmt: skip


def asked(lib: Any) -> list[Any]:
    """What both libraries are asked."""
    f, x, w = (
        in_reverse(lib),
        lib.tensor([0.5, -1.0, 2.0]),
        lib.tensor([[1.0, 2.0, 0.5], [0.1, 0.2, -1.0]]),
    )
    held = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    params = {"a": x, "b": [w, w * 2]}

    def loss(p: Any, z: Any, scale: float = 1.0) -> Any:
        return scale * ((p["b"][0] @ p["a"]).tanh().sum() * z.sum() + (p["b"][1] ** 2).sum())

    def layer(v: Any, m: Any) -> Any:
        return (m @ v).sin()

    y, back = f.vjp(layer, x, w)
    return [
        f.grad(lambda v: (v**3).sum())(x),
        f.grad(lambda v: f.grad(lambda u: (u**3).sum())(v).sum())(x),
        f.grad(lambda v: f.grad(lambda u: u * v)(lib.tensor(2.0)) * v)(lib.tensor(3.0)),
        f.grad(loss)(params, x, scale=2.0), f.grad(loss, argnums=(0, 1))(params, x),
        f.grad_and_value(loss, argnums=1)(params, x),
        f.grad(lambda v: ((v**2).sum(), v + 1), has_aux=True)(x),
        f.grad_and_value(lambda v: ((v**2).sum(), v + 1), has_aux=True)(x),
        f.grad(lambda v: (v * held).sum())(x), f.grad(lambda v: (v**2).sum())(held),
        f.grad(lambda v: lib.ones(3).sum() + 0 * v.sum())(x),
        f.jacrev(layer)(x, w), f.jacrev(layer, argnums=(0, 1))(x, w),
        f.jacfwd(layer, argnums=1)(x, w),
        f.jacrev(lambda v: {"s": v.sum(), "q": v**2})(x),
        f.hessian(lambda v: (v**3).sum() + v.prod())(x),
        f.hessian(lambda v, m: layer(v, m).sum(), 1)(x, w),
        y, back(lib.tensor([1.0, -2.0])), f.jvp(layer, (x, w), (x * 2, w + 1)),
    ]  # fmt: skip


def test_all_of_it_is_pytorchs(torch: Any) -> None:
    for mine, theirs in zip(asked(pellucid), asked(torch), strict=True):
        same(mine, theirs)


def test_a_network_as_a_function_of_its_weights(torch: Any) -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    other = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
    other.load_state_dict({k: torch.tensor(v.numpy()) for k, v in net.state_dict().items()})
    found = []
    for lib, model in ((pellucid, net), (torch, other)):
        weights = {k: v.detach() for k, v in model.named_parameters()}
        x = lib.linspace(-1, 1, 6).reshape(2, 3)

        def loss(w: Any, lib: Any = lib, model: Any = model, x: Any = x) -> Any:
            return (lib.func.functional_call(model, w, (x,)) ** 2).mean()

        found.append(lib.func.grad(loss)(weights))
    same(*found)
    slopes = pellucid.compile(func.grad(lambda v: (v**3).sum()), engine="numpy")
    assert slopes(pellucid.tensor([1.0, 2.0])).tolist() == [3.0, 12.0]


def test_weights_side_by_side() -> None:
    nets = [nn.BatchNorm1d(3) for _ in range(4)]
    weights, buffers = func.stack_module_state(nets)
    assert {k: tuple(v.shape) for k, v in weights.items()} == {"weight": (4, 3), "bias": (4, 3)}
    assert tuple(buffers["running_mean"].shape) == (4, 3)
    assert all(v.requires_grad and v.is_leaf for v in weights.values())


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: func.grad(lambda x: x**2)(pellucid.ones(2)), ValueError,
         "grad: the function must return one number, and its result has shape (2,).\n Reduce it"
         " first, as in loss.mean(), or take jacrev."),
        (lambda: func.grad(lambda x: 3.0)(pellucid.ones(2)), TypeError,
         "grad: the function must return a Tensor, not a float."),
        (lambda: func.grad(lambda x: x.sum())(pellucid.tensor([1, 2])), TypeError,
         "grad: an argument to differentiate in is int64, and only float ones have slopes.\n"
         " Convert it: x.float(), or choose others with argnums."),
        (lambda: func.grad(lambda x: x.sum(), argnums=1)(pellucid.ones(2)), ValueError,
         "grad: argnums is 1, and the function got 1 arguments."),
        (lambda: func.grad(lambda x: x.sum(), has_aux=True)(pellucid.ones(2)), TypeError,
         "grad: with has_aux=True the function returns a pair (output, aux)."),
        (lambda: func.stack_module_state([]), TypeError,
         "stack_module_state needs at least one module."),
        (lambda: func.functionalize, AttributeError,
         "pellucid.func has no attribute 'functionalize': torch.func.functionalize is not here"
         " yet."),
    ],
)  # fmt: skip
def test_what_is_refused(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as refusal:
        call()
    assert str(refusal.value) == text


def mapped(lib: Any) -> list[Any]:
    """What both libraries map over examples."""
    f, x = lib.func, lib.arange(6.0).reshape(2, 3)
    w = lib.ones(3)
    square = lambda w, a: ((w * a) ** 2).sum()  # noqa: E731
    return [
        f.vmap(lambda a, b: (a * b).sum(), in_dims=(0, None))(x, x[0]),
        f.vmap(lambda a: a * 2, in_dims=1, out_dims=1)(x),
        f.vmap(lambda a: a * 2, in_dims=-1, out_dims=-1)(x),
        f.vmap(lambda d: {"a": d["x"] + d["y"]}, in_dims=({"x": 0, "y": None},))(
            {"x": x, "y": x[0]}
        )["a"],
        f.vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(x),
        f.vmap(lambda a, k=None: a + k)(x, k=x),
        f.vmap(f.vmap(lambda a: a.exp()))(x),
        f.vmap(f.grad(square), in_dims=(None, 0))(w, x),
        f.grad(lambda w: f.vmap(lambda a: square(w, a))(x).sum())(w),
        f.vmap(lambda a: lib.ones(2), out_dims=None)(x),
    ]


def test_vmap(torch: Any) -> None:
    same(mapped(pellucid), mapped(torch))


def test_vmap_and_chance() -> None:
    x = pellucid.zeros(3, 2)
    pellucid.manual_seed(0)
    one = pellucid.rand(2)
    pellucid.manual_seed(0)
    drawn = func.vmap(lambda a: a + pellucid.rand(2), randomness="same")(x)
    assert (drawn == one).all()
    after = pellucid.rand(2)
    assert not (after == one).any()
    drawn = func.vmap(lambda a: a + pellucid.rand(2), randomness="different")(x)
    assert not (drawn[0] == drawn[1]).any()


X = pellucid.zeros(2, 3)
REFUSED = [
    (lambda: func.vmap(abs)(3), "in_dims is 0 for 3, which is no Tensor; say None."),
    (lambda: func.vmap(abs)(), "no argument has examples; give one a number in in_dims."),
    (lambda: func.vmap(abs, None)(X), "no argument has examples; give one a number in in_dims."),
    (lambda: func.vmap(abs, (0, 1))(X), "in_dims has 2 entries for 1 arguments."),
    (lambda: func.vmap(abs, [0])(X), "in_dims is a number, None, or a tuple of them, not [0]."),
    (lambda: func.vmap(abs, chunk_size=0)(X), "chunk_size must be above 0 and is 0."),
    (
        lambda: func.vmap(lambda a: a[0], ([0],))((X, X)),
        "in_dims [0] has not the containers of what it is for.",
    ),
    (lambda: func.vmap(abs, "a")(X), "in_dims is a number, None, or a tuple of them, not 'a'."),
    (lambda: func.vmap(abs, 2)(X), "in_dims is 2 for a Tensor of shape (2, 3)."),
    (
        lambda: func.vmap(lambda a, b: a)(X, X.T),
        "the arguments have different numbers of examples: [2, 3].",
    ),
    (
        lambda: func.vmap(abs)(X[:0]),
        "there are no examples, so nobody can say what comes out.",
    ),
    (
        lambda: func.vmap(lambda a: 3)(X),
        "the function must return a Tensor, or several, not int.",
    ),
    (
        lambda: func.vmap(abs, out_dims=(0, 0))(X),
        "out_dims (0, 0) has not the containers of what it is for.",
    ),
    (
        lambda: func.vmap(lambda a: pellucid.rand(1))(X),
        "the function draws at random.\n"
        ' Say how: randomness="different" for each example, or "same" for all.',
    ),
    (
        lambda: func.vmap(abs, randomness="x"),
        'randomness is "error", "different" or "same", not \'x\'.',
    ),
]


@pytest.mark.parametrize(("call", "text"), REFUSED, ids=lambda v: v[:20] if type(v) is str else "")
def test_what_vmap_refuses(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value) == f"vmap: {text}"


def test_a_generator_of_ones_own_is_chance_too() -> None:
    generator = pellucid.Generator().manual_seed(3)
    x = pellucid.zeros(3, 2)

    def noisy(a: Any) -> Any:
        return a + pellucid.rand(2, generator=generator)

    with pytest.raises(ValueError, match="the function draws at random"):
        func.vmap(noisy)(x)
    drawn = func.vmap(noisy, randomness="same")(x)
    assert (drawn == drawn[0]).all()
    nested = func.vmap(func.vmap(noisy, randomness="same"), randomness="same")(x[None] * 1)
    assert (nested == nested[0, 0]).all()


def test_whoever_records_nothing_gets_nothing_recorded(torch: Any) -> None:
    found = []
    for lib in (pellucid, torch):
        x = lib.tensor(1.5, requires_grad=True)

        def f(x: Any, lib: Any = lib) -> Any:
            with lib.no_grad():
                shift = x**3
            return x**3 - shift

        def g(x: Any, lib: Any = lib, f: Any = f) -> Any:
            with lib.no_grad():
                shift = lib.func.grad(f)(x)
            return lib.func.grad(f)(x) - shift

        with lib.no_grad():
            quiet = lib.func.grad(f)(x)
        found.append((quiet.requires_grad, quiet.item(), lib.func.grad(g)(x).item()))
    assert found[0] == pytest.approx(found[1])


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: func.grad(lambda x: x.sum(), argnums=[0])(X),
         "grad: argnums is a whole number or a tuple of them, not [0]."),
        (lambda: func.grad(lambda x: x.sum(), argnums=())(X),
         "grad: argnums is a whole number or a tuple of them, not ()."),
        (lambda: func.grad(lambda x: x.sum(), argnums=(0, 0))(X),
         "grad: argnums (0, 0) names an argument twice."),
        (lambda: func.jacrev(lambda x: None)(X),
         "jacrev: the function must return Tensors, and returned None."),
        (lambda: func.vjp(lambda x: (), X),
         "vjp: the function must return Tensors, and returned ()."),
        (lambda: func.jvp(lambda x: x, X, (X,)),
         "jvp: primals is a tuple, one for each argument, not a Tensor.\n"
         " For a function of one argument: jvp(f, (x,), (t,))."),
        (lambda: func.jvp(lambda x: (), (X,), (X,)),
         "jvp: the function must return Tensors, and returned ()."),
        (lambda: func.vjp(lambda x: (x, x), X)[1]([X, X]),
         "vjp: the blame must lie in containers as the results do."),
    ],
)  # fmt: skip
def test_what_derivatives_refuse(call: Any, text: str) -> None:
    with pytest.raises(RuntimeError) as refusal:
        call()
    assert str(refusal.value) == text


def test_results_are_cut_off_in_one_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a network's gradients cost as many walks as it has weights."""
    walks = list[int]()

    def counted(*args: Any, **kwargs: Any) -> Any:
        walks.append(1)
        return reachable(*args, **kwargs)

    monkeypatch.setattr(derivatives, "reachable", counted)
    outer = pellucid.ones(2, requires_grad=True)
    weights = {str(k): pellucid.full((2,), float(k)) for k in range(5)}

    def loss(weights: Any) -> Any:
        return sum((w * w * (outer if k == "3" else 1.0)).sum() for k, w in weights.items())

    found = pellucid.func.grad(loss)(weights)
    assert len(walks) == 1
    assert [k for k, g in found.items() if g.requires_grad] == ["3"]
    assert [g.tolist() for g in found.values()] == [[2.0 * k] * 2 for k in range(5)]
