"""Every optimizer, with every combination of options, walks the path that PyTorch's walks."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import pellucid as pl

SHAPES = [(16, 4), (16,), (3, 16), ()]
STEPS = 10


def _options(**choices: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(zip(choices, values, strict=True)) for values in product(*choices.values())]


SGD = [
    {"lr": 0.1, **o}
    for o in _options(
        momentum=(0, 0.9), dampening=(0, 0.3), weight_decay=(0, 0.1), nesterov=(False, True),
        maximize=(False, True),
    )
    if not o["nesterov"] or (o["momentum"] and not o["dampening"])
]  # fmt: skip
ADAM = _options(
    lr=(0.01,), betas=((0.9, 0.999), (0.5, 0.9)), eps=(1e-8, 1e-3), weight_decay=(0, 0.1),
    amsgrad=(False, True), maximize=(False, True),
)  # fmt: skip
RMSPROP = _options(
    alpha=(0.99, 0.8), eps=(1e-8, 1e-2), weight_decay=(0, 0.1), momentum=(0, 0.9),
    centered=(False, True), maximize=(False, True),
)  # fmt: skip
CASES = [
    *(("SGD", o) for o in SGD),
    *(("Adam", o) for o in ADAM),
    *(("Adam", {**o, "decoupled_weight_decay": True}) for o in ADAM[:4]),
    *(("AdamW", o) for o in ADAM),
    *(("RMSprop", o) for o in RMSPROP),
]
# Those with many options in one test each: the rate falls, and rows of a gradient are zero.
OTHERS = {
    "Adagrad": _options(
        lr=(0.1,), lr_decay=(0, 0.1), weight_decay=(0, 0.1),
        initial_accumulator_value=(0, 0.5), eps=(1e-10, 1e-2), maximize=(False, True),
    ),
    "Adadelta": _options(
        lr=(1.0,), rho=(0.9, 0.5), eps=(1e-6, 1e-3), weight_decay=(0, 0.1), maximize=(False, True),
    ),
    "Adamax": _options(
        lr=(0.01,), betas=((0.9, 0.999), (0.5, 0.9)), eps=(1e-8, 1e-3), weight_decay=(0, 0.1),
        maximize=(False, True),
    ),
    "NAdam": _options(
        lr=(0.01,), betas=((0.9, 0.999), (0.5, 0.9)), momentum_decay=(4e-3, 0.5),
        weight_decay=(0, 0.1), decoupled_weight_decay=(False, True), maximize=(False, True),
    ),
    "RAdam": _options(
        lr=(0.01,), betas=((0.9, 0.999), (0.5, 0.9)), weight_decay=(0, 0.1), eps=(1e-8, 1e-3),
        decoupled_weight_decay=(False, True), maximize=(False, True),
    ),
    "Rprop": _options(
        lr=(0.01, 0.1), etas=((0.5, 1.2), (0.3, 1.5)), step_sizes=((1e-6, 50), (0.05, 0.2)),
        maximize=(False, True),
    ),
    "ASGD": _options(
        lr=(0.1,), lambd=(1e-4, 0.1), alpha=(0.75, 0.2), t0=(1e6, 3), weight_decay=(0, 0.1),
        maximize=(False, True),
    ),
    "Adafactor": _options(
        lr=(0.01, 0.5), beta2_decay=(-0.8, -0.3), eps=((None, 1e-3), (1e-2, 0.5)), d=(1.0, 2.0),
        weight_decay=(0, 0.1), maximize=(False, True),
    ),
}  # fmt: skip


def walk(
    lib: Any, name: str, options: dict[str, Any], dtype: str = "float32", falling: bool = False
) -> list[Any]:
    """The weights after some steps with gradients drawn from a fixed stream."""
    draw = np.random.default_rng(0)
    shapes = [*SHAPES, (2, 3, 4)] if falling else SHAPES
    weights = [lib.tensor(draw.normal(size=s).astype(dtype)).requires_grad_() for s in shapes]
    optimizer = getattr(lib.optim, name)(weights, **options)
    for _ in range(STEPS):
        for w in weights:
            g = draw.normal(size=tuple(w.shape)).astype(dtype)
            if falling and w.ndim == 2:
                g[1] = 0.0  # as in an embedding: nobody asked for this row
            w.grad = lib.tensor(g)
        optimizer.step()
        if falling:
            optimizer.param_groups[0]["lr"] *= 0.9
    return [w.detach().numpy() for w in weights]


@pytest.mark.parametrize(("name", "options"), CASES, ids=str)
def test_ten_steps_are_pytorchs(torch: Any, name: str, options: dict[str, Any]) -> None:
    # float64, so that a wrong term can't hide behind rounding; centered divides by tiny spreads.
    ours, theirs = walk(pl, name, options, "float64"), walk(torch, name, options, "float64")
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", OTHERS)
def test_ten_steps_of_the_others_are_pytorchs(torch: Any, name: str) -> None:
    for options in OTHERS[name]:
        ours, theirs = (walk(lib, name, options, "float64", falling=True) for lib in (pl, torch))
        for a, b in zip(ours, theirs, strict=True):
            # PyTorch keeps the single numbers of NAdam and ASGD in float32.
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-7, err_msg=str(options))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", *OTHERS])
def test_single_precision_stays_close(torch: Any, name: str) -> None:
    for a, b in zip(walk(pl, name, {}), walk(torch, name, {}), strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", ["SGD", "Adam", "RMSprop"])
def test_weights_without_a_gradient_stay_and_remember_nothing(torch: Any, name: str) -> None:
    """A weight that joins late counts its own steps."""
    options = {"lr": 0.05, "momentum": 0.9} if name != "Adam" else {"lr": 0.05}
    paths = []
    for lib in (pl, torch):
        draw = np.random.default_rng(1)
        weights = [lib.tensor(draw.normal(size=3)).requires_grad_() for _ in range(3)]
        optimizer = getattr(lib.optim, name)(weights, **options)
        for t in range(12):
            optimizer.zero_grad()
            for i, w in enumerate(weights):
                g = draw.normal(size=3)
                if i == 0 or (i == 1 and t >= 4) or (i == 2 and t in (2, 3, 9)):
                    w.grad = lib.tensor(g)
            if t == 1:
                optimizer.step()
                assert set(optimizer.state) == {weights[0]}
            else:
                optimizer.step()
        paths.append([w.detach().numpy() for w in weights])
        if name != "SGD":
            assert [int(optimizer.state[w]["step"]) for w in weights] == [12, 8, 3]
    for a, b in zip(*paths, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-9)


def test_groups_have_settings_of_their_own(torch: Any) -> None:
    paths = []
    for lib in (pl, torch):
        draw = np.random.default_rng(2)
        a, b, c = (lib.tensor(draw.normal(size=4)).requires_grad_() for _ in range(3))
        optimizer = lib.optim.Adam(
            [{"params": [a]}, {"params": b, "lr": 0.1, "weight_decay": 0.2}], lr=0.01
        )
        optimizer.add_param_group({"params": [c], "betas": (0.5, 0.5), "amsgrad": True})
        for _ in range(5):
            for w in (a, b, c):
                w.grad = lib.tensor(draw.normal(size=4))
            optimizer.step()
            optimizer.param_groups[0]["lr"] *= 0.5
            optimizer.param_groups[1]["betas"] = (0.8, 0.99)
        paths.append([w.detach().numpy() for w in (a, b, c)])
    for ours, theirs in zip(*paths, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


def test_mixed_kinds_and_large_weights_move_alike(torch: Any) -> None:
    """Small weights move as one vector, large ones in pieces, a transposed one through a copy."""
    paths = []
    for lib in (pl, torch):
        draw = np.random.default_rng(3)
        large = lib.tensor(draw.normal(size=(300, 250)).astype("float32")).requires_grad_()
        mirrored = lib.tensor(draw.normal(size=(130, 140)).astype("float32")).T
        mirrored = mirrored.detach().requires_grad_()
        small = lib.tensor(draw.normal(size=5).astype("float32")).requires_grad_()
        double = lib.tensor(draw.normal(size=5)).requires_grad_()
        weights = [large, mirrored, small, double]
        optimizer = lib.optim.AdamW(weights, lr=0.01)
        for _ in range(3):
            for w in weights:
                kind = "float64" if w is double else "float32"
                w.grad = lib.tensor(draw.normal(size=tuple(w.shape)).astype(kind))
            optimizer.step()
        paths.append([w.detach().numpy() for w in weights])
    for ours, theirs in zip(*paths, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_the_rate_may_be_a_tensor() -> None:
    w = pl.tensor([1.0], requires_grad=True)
    w.grad = pl.tensor([1.0])
    pl.optim.SGD([w], lr=pl.tensor(0.5)).step()
    assert w.item() == 0.5


def test_lion_follows_its_paper() -> None:
    draw = np.random.default_rng(4)
    w = pl.tensor(draw.normal(size=5)).requires_grad_()
    theta, m = w.detach().numpy().copy(), np.zeros(5)
    optimizer = pl.optim.Lion([w], lr=0.1, betas=(0.8, 0.95), weight_decay=0.2)
    for _ in range(5):
        g = draw.normal(size=5)
        w.grad = pl.tensor(g)
        optimizer.step()
        c = 0.8 * m + 0.2 * g
        theta = theta - 0.1 * (np.sign(c) + 0.2 * theta)
        m = 0.95 * m + 0.05 * g
    np.testing.assert_allclose(w.detach().numpy(), theta, rtol=1e-12)
    np.testing.assert_allclose(optimizer.state[w]["exp_avg"].numpy(), m, rtol=1e-12)


MUON = _options(
    lr=(0.1,), momentum=(0.95, 0.5), nesterov=(True, False), weight_decay=(0, 0.1),
    adjust_lr_fn=(None, "match_rms_adamw"), ns_steps=(5, 3),
)  # fmt: skip


def test_muon_is_pytorchs_in_a_finer_precision(torch: Any, monkeypatch: Any) -> None:
    """PyTorch iterates in bfloat16; with that taken away, the paths are one."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", lambda self: self.clone())
    for options in MUON:
        paths = []
        for lib in (pl, torch):
            draw = np.random.default_rng(5)
            ws = [lib.tensor(draw.normal(size=s)).requires_grad_() for s in ((4, 6), (7, 3))]
            optimizer = lib.optim.Muon(ws, **options)
            for _ in range(6):
                for w in ws:
                    w.grad = lib.tensor(draw.normal(size=tuple(w.shape)))
                optimizer.step()
            state = [optimizer.state_dict()["state"][i]["momentum_buffer"] for i in (0, 1)]
            paths.append([t.detach().numpy() for t in (*ws, *state)])
        for a, b in zip(*paths, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12, err_msg=str(options))


def test_the_rate_in_a_tensor_is_the_one_that_a_schedule_moves() -> None:
    w, rate = pl.tensor([1.0], requires_grad=True), pl.tensor(0.5)
    optimizer = pl.optim.Adagrad([w], lr=rate)
    schedule = pl.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    w.grad = pl.tensor([1.0])
    optimizer.step()
    schedule.step()
    assert rate.item() == 0.25 and schedule.get_last_lr()[0].item() == 0.25
    assert optimizer.param_groups[0]["lr"] is rate and w.item() == 0.5
