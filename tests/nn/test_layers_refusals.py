"""What the layers say about settings and shapes that don't fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn, zeros

WRONG: list[tuple[Callable[[], Any], str]] = [
    (lambda: nn.GroupNorm(3, 4), "GroupNorm: 4 channels don't divide into 3 groups."),
    (
        lambda: F.group_norm(zeros(2, 4), 3),
        "group_norm: 4 channels don't divide into 3 groups.",
    ),
    (
        lambda: F.group_norm(zeros(2, 4), 2, zeros(3)),
        "group_norm: weight must be (4,), one number per channel, and is (3,).",
    ),
    (
        lambda: F.rms_norm(zeros(2, 4), (3,)),
        "rms_norm: the last axes must be (3,); the input has (2, 4).",
    ),
    (
        lambda: F.local_response_norm(zeros(2, 4), 2),
        "local_response_norm: input needs axes (N, C, ...), three or more, not (2, 4).",
    ),
    (
        lambda: F.instance_norm(zeros(2, 4, 1)),
        "instance_norm: each channel needs more than one value, and the input (2, 4, 1) has 1.\n"
        " For one value per channel take batch_norm or layer_norm.",
    ),
    (
        lambda: nn.ZeroPad2d((1, 2)),
        "ZeroPad2d: padding is one whole number, or 4 of them: two for each axis, the last axis "
        "first. It is (1, 2).",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3), 4, mode="bilinear"),
        "interpolate: in mode 'bilinear' the input has axes (N, C, H, W), and its shape is "
        "(1, 2, 3).",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3)),
        "interpolate: give the new size, or scale_factor, and not both.",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3), 4, align_corners=True),
        "interpolate: align_corners goes with the modes linear, bilinear, bicubic, trilinear, not "
        "'nearest'.",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3), 4, mode="linear", antialias=True),
        "interpolate: antialias goes with the modes bilinear, bicubic, lanczos, not 'linear'.",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3, 4), 4, mode="lanczos"),
        "interpolate: mode='lanczos' needs antialias=True.",
    ),
    (
        lambda: F.interpolate(
            zeros(1, 2, 3, 4), 4, mode="lanczos", antialias=True, align_corners=True
        ),
        "interpolate: align_corners goes with the modes linear, bilinear, bicubic, trilinear, not "
        "'lanczos'.",
    ),
    (
        lambda: F.pad(zeros(1, 2, 3), (1, 1), "reflect", 2.0),
        "pad: value goes with mode='constant', not 'reflect'.",
    ),
    (
        lambda: F.interpolate(zeros(1, 2, 3), (4, 5)),
        "interpolate: size is one number, or one for each of 1 axes, and it is (4, 5).",
    ),
    (
        lambda: F.pixel_shuffle(zeros(1, 6, 2, 2), 2),
        "pixel_shuffle: the 6 channels of (1, 6, 2, 2) don't divide into 2 · 2 for each new one.",
    ),
    (
        lambda: F.pixel_unshuffle(zeros(1, 6, 3, 2), 2),
        "pixel_unshuffle: a plane of 3 · 2 does not divide into parts of 2 · 2.",
    ),
    (
        lambda: F.channel_shuffle(zeros(1, 5, 3), 2),
        "channel_shuffle: input needs axes (N, C, ...) with C a multiple of 2, and its shape is "
        "(1, 5, 3).",
    ),
    (
        lambda: F.grid_sample(zeros(1, 2, 3, 3), zeros(1, 3, 3, 3)),
        "grid_sample: input (N, C, H, W) goes with a grid (N, new height, new width, 2), and "
        "(N, C, D, H, W) with (N, new depth, height, width, 3).\n"
        "   input        (1, 2, 3, 3)\n   grid         (1, 3, 3, 3)",
    ),
    (
        lambda: F.grid_sample(zeros(1, 2, 3, 3), zeros(1, 3, 3, 2), padding_mode="same"),
        "grid_sample: padding_mode is one of zeros, border, reflection, not 'same'.",
    ),
    (
        lambda: F.max_unpool1d(zeros(1, 1, 3), zeros(1, 1, 2, dtype=pellucid.int64), 2),
        "max_unpool1d: each number needs its index: input (1, 1, 3), indices (1, 1, 2).",
    ),
    (
        lambda: F.max_unpool1d(zeros(1, 1, 2), pellucid.tensor([[[0, 7]]]), 2),
        "max_unpool1d: indices go from 0 to 7, and a result of (4,) has the places 0 to 3.\n"
        " Take those of the pool that is undone, and output_size=… where it left numbers over.",
    ),
    (
        lambda: F.fractional_max_pool2d(zeros(1, 1, 4, 4), 2, output_size=(3,)),
        "fractional_max_pool2d: output_size is one number or 2, and it is (3,).",
    ),
    (
        lambda: F.fractional_max_pool2d(zeros(1, 1, 4, 4), 2),
        "fractional_max_pool2d: give output_size or output_ratio, and not both.",
    ),
    (
        lambda: F.fractional_max_pool2d(zeros(1, 1, 4, 4), 2, 4),
        "fractional_max_pool2d: 4 windows of 2 don't fit into 4 numbers, one apart.",
    ),
    (
        lambda: F.bilinear(zeros(5, 3), zeros(4, 4), zeros(2, 3, 4)),
        "bilinear: inputs (..., in1) and (..., in2) go with a weight (out, in1, in2).\n"
        "   input1       (5, 3)\n   input2       (4, 4)\n   weight       (2, 3, 4)",
    ),
    (
        lambda: F.dropout1d(zeros(3)),
        "dropout1d: the input has 2 or 3 axes, and its shape is (3,).",
    ),
    (
        lambda: F.alpha_dropout(zeros(3, dtype=pellucid.int64), training=True),
        "alpha_dropout scales numbers and needs float; these are int64.\n"
        " Convert them first: x.float().",
    ),
]


@pytest.mark.parametrize(("call", "text"), WRONG, ids=[t.split(":")[0] for _, t in WRONG])
def test_refusals(call: Callable[[], Any], text: str) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)) as caught:
        call()
    assert str(caught.value) == text


def test_layers_name_what_fits() -> None:
    for layer, shape, words in [
        (nn.GroupNorm(2, 4), (2, 6, 3), "expects 4 channels in axis 1 and got 6"),
        (nn.RMSNorm(3), (2, 4), "expects the last axes (3,) and got (4,)"),
        (nn.InstanceNorm1d(3, affine=True), (4, 5), "expects 3 channels in axis 0 and got 4"),
    ]:
        with pytest.raises(ValueError) as caught:
            layer(zeros(shape))
        assert words in str(caught.value)
