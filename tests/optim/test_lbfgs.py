"""L-BFGS walks PyTorch's path, with and without a line search, and says where it can't go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import SettingError, TraceError
from pellucid.optim.line_search import Point, cubic, strong_wolfe

DRAW = np.random.default_rng(0)
X, Y = DRAW.normal(size=(40, 5)), DRAW.normal(size=(40, 1))
NET = [DRAW.normal(size=s) for s in ((5, 4), (4,), (4, 1))]
WOLFE: dict[str, Any] = {"line_search_fn": "strong_wolfe"}


def valley(lib: Any, w: list[Any]) -> Any:
    return (1 - w[0][0]) ** 2 + 100 * (w[0][1] - w[0][0] ** 2) ** 2


def network(lib: Any, w: list[Any]) -> Any:
    x, y = lib.tensor(X), lib.tensor(Y)
    return ((((x @ w[0] + w[1]).tanh() @ w[2]) - y) ** 2).mean()


def walk(
    lib: Any, loss: Any, start: list[Any], steps: int = 3, state: Any = None, **options: Any
) -> Any:
    ws = [lib.tensor(np.array(a)).requires_grad_() for a in start]
    optimizer = lib.optim.LBFGS(ws, **options)
    if state is not None:
        optimizer.load_state_dict(state)
    calls = []

    def closure() -> Any:
        optimizer.zero_grad()
        value = loss(lib, ws)
        value.backward()
        calls.append(value.item())
        return value

    losses = [optimizer.step(closure).item() for _ in range(steps)]
    return [w.detach().numpy() for w in ws], losses, len(calls), optimizer.state_dict()


@pytest.mark.parametrize(
    ("loss", "start", "options"),
    [
        (valley, [[-1.2, 1.0]], {"lr": 1e-3, "history_size": 2}),
        (valley, [[-1.2, 1.0]], WOLFE),
        (valley, [[-1.2, 1.0]], {**WOLFE, "max_eval": 6}),
        (valley, [[-1.2, 1.0]], {**WOLFE, "lr": 3.0, "max_iter": 30}),
        (network, NET, {"lr": 0.5, "max_iter": 7}),
        (network, NET, {"max_iter": 1}),
        (network, NET, {**WOLFE, "max_iter": 8, "history_size": 3}),
    ],
)
def test_the_path_is_pytorchs(torch: Any, loss: Any, start: Any, options: dict[str, Any]) -> None:
    ours, theirs = (walk(lib, loss, start, **options) for lib in (pl, torch))
    for a, b in zip(ours[0], theirs[0], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-7, atol=1e-10)
    assert ours[2] == theirs[2]
    a, b = ours[3]["state"][0], theirs[3]["state"][0]
    assert set(a) == set(b) and [a[k] == b[k] for k in ("func_evals", "n_iter")] == [True, True]


def test_pytorchs_own_state_can_be_loaded(torch: Any) -> None:
    before = walk(torch, network, NET, 2, max_iter=4, lr=0.3)
    a, b = (walk(lib, network, before[0], 1, before[3], max_iter=4, lr=0.3) for lib in (pl, torch))
    for mine, other in zip(a[0], b[0], strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-7)
    assert pl.optim.LBFGS([pl.zeros(2)], **WOLFE).state_dict()["state"] == {}


def test_at_the_bottom_it_stays() -> None:
    w = pl.ones(2, requires_grad=True)
    optimizer = pl.optim.LBFGS([w])

    def closure() -> Any:
        optimizer.zero_grad()
        loss = ((w - 1) ** 2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 0.0
    assert w.tolist() == [1.0, 1.0] and optimizer.state[w]["func_evals"] == 1


def test_a_compiled_step_refuses_it() -> None:
    w = pl.ones(2, requires_grad=True)
    optimizer = pl.optim.LBFGS([w])
    with pytest.raises(TraceError) as caught:
        pl.compile(lambda x: optimizer.step(lambda: (w * x).sum()), engine="numpy")(pl.ones(2))
    assert str(caught.value).startswith(
        "LBFGS.step looks at the loss to see how far to go, which a compiled function can't.\n"
        " Compile what the closure computes, and call optimizer.step(closure) outside."
    )


@pytest.mark.parametrize("given", ["lbfgs", pl.optim.LBFGS])
def test_fit_says_that_it_takes_steps_on_batches(given: Any) -> None:
    with pytest.raises(SettingError) as caught:
        pl.fit(pl.nn.Linear(5, 1), (X, Y), optimizer=given, progress=False)
    assert str(caught.value) == (
        "LBFGS looks at the same loss several times a step, and fit takes steps on batches.\n"
        " Write the loop: optimizer.step(closure), with a closure that computes the loss."
    )


def test_the_line_search_meets_the_wolfe_conditions() -> None:
    for curve, slope in (
        (lambda t: (t - 3) ** 4 - t, lambda t: 4 * (t - 3) ** 3 - 1),
        (lambda t: -np.cos(t) * np.exp(-t), lambda t: np.exp(-t) * (np.sin(t) + np.cos(t))),
        (lambda t: t * t - 2 * t, lambda t: 2 * t - 2),
    ):  # fmt: skip
        sign = -1 if slope(0.0) > 0 else 1
        at = lambda t: Point(t, curve(sign * t), None, sign * slope(sign * t))  # noqa: B023, E731
        start = at(0.0)
        for first in (0.01, 1.0, 40.0):
            found, calls = strong_wolfe(at, start, first, 1.0, 1e-12, 25)
            assert found.f <= start.f + 1e-4 * found.t * start.slope
            assert abs(found.slope) <= 0.9 * abs(start.slope) and 1 <= calls <= 26


def test_a_cubic_without_a_bottom_is_halved() -> None:
    assert cubic(Point(0.0, 0.0, None, 1.0), Point(2.0, 2.0, None, 1.0)) == 1.0
    assert cubic(Point(1.0, 0.0, None, 1.0), Point(1.0, 2.0, None, 1.0), 0.0, 4.0) == 2.0


def test_a_gradient_of_nothing_is_no_division(torch: Any) -> None:
    for lib in (pl, torch):
        w = lib.ones(2, requires_grad=True)
        optimizer = lib.optim.LBFGS([w], tolerance_grad=-1.0)

        def closure(w: Any = w, optimizer: Any = optimizer) -> Any:
            optimizer.zero_grad()
            loss = (w * 0).sum()
            loss.backward()
            return loss

        assert optimizer.step(closure).item() == 0.0
        assert w.tolist() == [1.0, 1.0]
