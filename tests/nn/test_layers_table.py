"""A table of layers and settings against PyTorch: values, gradients, state_dict both ways."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from tests.nn.oracle import array, close, compare, ours
from tests.nn.test_layers import agree, twins

Row = tuple[str, tuple[Any, ...], dict[str, Any], list[tuple[int, ...]]]

LAYERS: list[Row] = [
    ("PixelShuffle", (2,), {}, [(2, 8, 3, 2), (4, 3, 2), (1, 2, 8, 3, 2)]),
    ("PixelUnshuffle", (3,), {}, [(2, 2, 3, 6), (2, 3, 6)]),
    ("ChannelShuffle", (3,), {}, [(2, 6, 4), (2, 6, 3, 2)]),
    ("Upsample", ((3, 5),), {"mode": "bilinear"}, [(2, 3, 4, 4)]),
    ("Upsample", (), {"scale_factor": (2, 3), "mode": "bicubic"}, [(2, 3, 4, 4)]),
    ("Upsample", (7,), {}, [(2, 3, 4)]),
    ("UpsamplingNearest2d", (), {"scale_factor": 2}, [(2, 3, 4, 4)]),
    ("UpsamplingBilinear2d", (), {"scale_factor": 2}, [(2, 3, 4, 4)]),
    ("GroupNorm", (2, 4), {}, [(3, 4), (2, 4, 5), (2, 4, 3, 2), (0, 4, 3)]),
    ("GroupNorm", (4, 4, 0.1), {"bias": False}, [(2, 4, 5)]),
    ("GroupNorm", (1, 4), {"affine": False}, [(2, 4, 5)]),
    ("InstanceNorm1d", (3,), {}, [(2, 3, 5), (3, 5), (0, 3, 5)]),
    ("InstanceNorm1d", (3,), {"affine": True, "eps": 0.1}, [(2, 3, 5), (3, 5)]),
    (
        "InstanceNorm2d",
        (3,),
        {"affine": True, "track_running_stats": True, "momentum": 0.3},
        [(2, 3, 4, 5), (3, 4, 5)],
    ),
    ("InstanceNorm2d", (3,), {"affine": True, "bias": False}, [(2, 3, 4, 5)]),
    ("InstanceNorm3d", (2,), {"track_running_stats": True}, [(2, 2, 3, 2, 2), (2, 3, 2, 2)]),
    ("RMSNorm", (3,), {}, [(5, 3), (2, 4, 3), (3,), (0, 3)]),
    ("RMSNorm", ([4, 3],), {"eps": 0.1, "elementwise_affine": False}, [(2, 4, 3)]),
    ("LocalResponseNorm", (2,), {}, [(2, 5, 3), (2, 5, 3, 4), (1, 5, 2, 3, 2)]),
    ("LocalResponseNorm", (3, 0.5, 0.5, 2.0), {}, [(2, 5, 3, 4)]),
    *[
        (f"{kind}Pad1d", args, {}, [(2, 3, 4), (3, 4)])
        for kind, args in [
            ("Constant", (2, 0.5)),
            ("Constant", ((1, -1), 3.5)),
            ("Zero", (1,)),
            ("Reflection", ((2, 3),)),
            ("Replication", ((5, 1),)),
            ("Circular", ((3, 1),)),
        ]
    ],
    *[
        (f"{kind}Pad2d", args, {}, [(2, 3, 4, 5), (3, 4, 5)])
        for kind, args in [
            ("Constant", ((1, 0, 2, 1), -0.5)),
            ("Zero", ((1, -1, 2, 1),)),
            ("Reflection", ((1, 2, 3, 0),)),
            ("Replication", (2,)),
            ("Circular", ((1, 2, 3, 0),)),
        ]
    ],
    *[
        (f"{kind}Pad3d", args, {}, [(2, 3, 4, 5, 3)])
        for kind, args in [
            ("Constant", (1, 0.5)),
            ("Zero", ((1, 0, 2, 1, 0, 1),)),
            ("Reflection", ((1, 2, 3, 0, 1, 1),)),
            ("Replication", (2,)),
            ("Circular", ((1, 2, 3, 0, 1, 1),)),
        ]
    ],
]


def _id(value: Any) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("name", "args", "settings", "shapes"), LAYERS, ids=_id)
def test_layers(
    torch: Any,
    name: str,
    args: tuple[Any, ...],
    settings: dict[str, Any],
    shapes: list[tuple[int, ...]],
) -> None:
    mine, yours = twins(torch, name, *args, **settings)
    for training in (True, False):
        mine.train(training), yours.train(training)
        for seed, shape in enumerate(shapes):
            mine.zero_grad(), yours.zero_grad()
            agree(torch, mine, yours, array(shape, seed), second=0 not in shape)
    back = {k: torch.tensor(v.numpy()) for k, v in mine.state_dict().items()}
    yours.load_state_dict(back)
    assert list(back) == list(yours.state_dict())
    assert repr(mine).split("\n")[0].startswith(f"{name}(")


def test_bilinear(torch: Any) -> None:
    for bias in (True, False):
        for lead in ((5,), (), (2, 3), (0,)):
            mine, yours = twins(torch, "Bilinear", 3, 4, 2, bias=bias)
            inputs = [array((*lead, 3), 1), array((*lead, 4), 2)]
            compare(torch, mine, yours, inputs, second=0 not in lead)
    compare(
        torch, F.bilinear, torch.nn.functional.bilinear,
        [array((5, 3), 1), array((5, 4), 2), array((2, 3, 4), 3), array((2,), 4)],
    )  # fmt: skip


# ---- functions -------------------------------------------------------------------------------

SIZES: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    *[
        (mode, shape, given)
        for mode, shape in [
            ("nearest", (2, 3, 5)),
            ("nearest-exact", (2, 3, 5)),
            ("area", (2, 3, 5)),
            ("linear", (2, 3, 5)),
            ("linear", (1, 1, 1)),
            ("nearest", (2, 2, 4, 3)),
            ("area", (2, 2, 4, 3)),
            ("bilinear", (2, 2, 4, 3)),
            ("bicubic", (2, 2, 4, 3)),
            ("nearest", (1, 2, 3, 2, 4)),
            ("nearest-exact", (1, 2, 3, 2, 4)),
            ("trilinear", (1, 2, 3, 2, 4)),
        ]
        for given in [{"size": 7}, {"size": 2}, {"scale_factor": 2.0}, {"scale_factor": 1.7}]
    ],
    ("bilinear", (2, 2, 6, 8), {"scale_factor": (0.6, 1.3), "recompute_scale_factor": True}),
    ("bicubic", (2, 2, 6, 8), {"scale_factor": (0.6, 1.3)}),
    ("bilinear", (2, 2, 6, 8), {"size": (3, 3), "antialias": True}),
    ("bicubic", (2, 2, 6, 8), {"size": (3, 9), "antialias": True}),
    ("lanczos", (2, 2, 6, 8), {"size": (3, 9), "antialias": True}),
    ("lanczos", (1, 1, 7, 20), {"scale_factor": 0.3, "antialias": True, "align_corners": False}),
    ("nearest", (2, 2, 6, 8), {"size": (3, 16)}),
]


def test_interpolate(torch: Any) -> None:
    for mode, shape, given in SIZES:
        corners = [True, False] if "linear" in mode or mode == "bicubic" else [None]
        for align in corners:
            settings = {"mode": mode, "align_corners": align, **given}
            compare(
                torch,
                lambda x, s=settings: F.interpolate(x, **s),
                lambda x, s=settings: torch.nn.functional.interpolate(x, **s),
                [array(shape)],
            )


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
def test_grid_sample(torch: Any, mode: str) -> None:
    for border in ("zeros", "border", "reflection"):
        for align in (True, False):
            for shape, grid in [((2, 3, 4, 5), (2, 3, 6, 2)), ((1, 2, 3, 4, 2), (1, 2, 3, 2, 3))]:
                if mode == "bicubic" and len(shape) == 5:
                    continue
                settings = (mode, border, align)
                compare(
                    torch,
                    lambda x, g, s=settings: F.grid_sample(x, g, *s) + 0 * g.sum(),
                    lambda x, g, s=settings: torch.nn.functional.grid_sample(x, g, *s),
                    [array(shape, 1), array(grid, 2, -2.5, 2.5)],
                )


def test_affine_grid(torch: Any) -> None:
    for align in (True, False):
        for theta, size in [((2, 2, 3), (2, 3, 4, 5)), ((1, 3, 4), (1, 2, 3, 2, 4))]:
            compare(
                torch,
                lambda t, s=size, a=align: F.affine_grid(t, s, align_corners=a),
                lambda t, s=size, a=align: torch.nn.functional.affine_grid(t, s, align_corners=a),
                [array(theta)],
            )


# ---- pools undone, and by p-norm -------------------------------------------------------------


def _and_back(kinds: Any, given: Any, size: Any, x: Any) -> Any:
    y, at = kinds[0](**given, return_indices=True)(x)
    return kinds[1](**given)(y, at, output_size=size)


def test_max_unpool(torch: Any) -> None:
    for rank, shape, given, size in [
        (1, (2, 3, 9), {"kernel_size": 3}, None),
        (1, (3, 8), {"kernel_size": 3, "stride": 2, "padding": 1}, (8,)),
        (2, (2, 2, 5, 6), {"kernel_size": 2}, (5, 6)),
        (2, (2, 5, 6), {"kernel_size": (3, 2), "stride": (1, 2)}, (5, 6)),
        (3, (1, 2, 4, 4, 5), {"kernel_size": 2}, (4, 4, 5)),
    ]:
        mine = [getattr(nn, f"Max{way}{rank}d") for way in ("Pool", "Unpool")]
        yours = [getattr(torch.nn, f"Max{way}{rank}d") for way in ("Pool", "Unpool")]

        compare(
            torch, partial(_and_back, mine, given, size), partial(_and_back, yours, given, size),
            [array(shape)],
        )  # fmt: skip


def test_fractional_max_pools(torch: Any) -> None:
    for rank, shape, given in [
        (2, (2, 3, 9, 8), {"output_size": (4, 5)}),
        (2, (3, 9, 8), {"output_ratio": (0.5, 0.7), "return_indices": True}),
        (3, (2, 2, 6, 7, 5), {"output_size": (3, 1, 2), "return_indices": True}),
        (3, (2, 6, 7, 5), {"output_ratio": 0.6}),
    ]:
        n = 1 if len(shape) == rank + 1 else shape[0]
        draws = array((n, shape[-rank - 1], rank), 3, 0.0, 1.0)
        made = [
            getattr(lib.nn, f"FractionalMaxPool{rank}d")(
                2, _random_samples=lib.tensor(draws), **given
            )
            for lib in (pellucid, torch)
        ]
        assert list(made[0].state_dict()) == list(made[1].state_dict())
        pick = (lambda out: out[0]) if "return_indices" in given else (lambda out: out)
        compare(
            torch, *(lambda x, m=m, pick=pick: pick(m(x)) for m in made), [array(shape)]
        )  # fmt: skip
        if "return_indices" in given:
            x = array(shape)
            close(made[0](ours(x))[1], made[1](torch.tensor(x))[1])


def test_lp_pools(torch: Any) -> None:
    for name, args, shape in [
        ("LPPool1d", (2, 3), (2, 3, 7)),
        ("LPPool1d", (float("inf"), 2), (3, 7)),
        ("LPPool2d", (1.5, 2, 1), (2, 3, 4, 5)),
        ("LPPool2d", (2, (3, 2), (2, 2), True), (3, 6, 5)),
        ("LPPool3d", (3, 2), (1, 2, 4, 4, 5)),
    ]:
        mine, yours = getattr(nn, name)(*args), getattr(torch.nn, name)(*args)
        assert repr(mine) == repr(yours)
        compare(torch, mine, yours, [array(shape, 0, 0.1, 2.0)], second=True)


# ---- dropout's kin: masks are drawn anew, so what they leave is counted ------------------------


@pytest.mark.filterwarnings("ignore:dropout2d. .* is taken for")  # as in PyTorch, which says so too
def test_whole_channels_are_left_out() -> None:
    for rank, shapes in [(1, [(300, 40, 3), (4000, 3)]), (2, [(300, 40, 2, 2), (300, 40, 2)]),
                         (3, [(300, 40, 1, 2, 2), (4000, 1, 2, 2)])]:  # fmt: skip
        for shape in shapes:
            x = pellucid.ones(shape, requires_grad=True)
            y = getattr(nn, f"Dropout{rank}d")(0.3)(x)
            y.sum().backward()
            kept = y.detach().numpy()
            lead = 2 if shape[0] == 300 else 1
            first = kept[(slice(None),) * lead + (slice(0, 1),) * (len(shape) - lead)]
            assert (kept == first).all()
            assert set(np.unique(kept)) == {0.0, np.float32(1 / 0.7)}
            assert abs((first == 0).mean() - 0.3) < 0.03
            assert (x.grad == y.detach()).all()


def test_alpha_dropout_keeps_mean_and_spread() -> None:
    x = pellucid.randn(400, 500)
    for name in ("alpha_dropout", "feature_alpha_dropout"):
        y = getattr(F, name)(x, 0.3, training=True)
        assert abs(y.mean().item()) < 0.02 and abs(y.std().item() - 1) < 0.02
        flat = getattr(F, name)(pellucid.zeros(400, 500), 0.3, training=True)
        assert abs((flat == flat.min()).float().mean().item() - 0.3) < 0.02
        assert (getattr(F, name)(x, 0.3) == x).all()
        assert not getattr(F, name)(x, 1.0, True).any()
    pictures = nn.FeatureAlphaDropout(0.5)(pellucid.zeros(20, 30, 4, 4))
    low = (pictures == pictures.min()).flatten(2)
    assert (low.all(2) == low.any(2)).all()
