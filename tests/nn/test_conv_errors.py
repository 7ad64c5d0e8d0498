"""What convolutions and pools say to inputs and settings that do not fit, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import SettingError, ShapeError

zeros = pellucid.zeros


def said(call: Callable[[], Any], kind: type[Exception]) -> str:
    """The text of the error that a call ends in, without the line number."""
    with pytest.raises(kind) as caught:
        call()
    return re.sub(r"test_conv_errors\.py:\d+", "HERE", str(caught.value))


def network(*layers: nn.Module) -> Any:
    return nn.Sequential(*layers)


SHAPES: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: nn.Conv2d(3, 8, 3)(zeros(4, 28, 28, 3)),
        "Conv2d(3, 8, 3) expects 3 channels in axis 1 and got 28.\n"
        " ▸ Conv2d(3, 8, 3)   (4, 28, 28, 3) ✗ weight (8, 3, 3, 3)\n"
        " Make it Conv2d(28, 8, 3), or bring the channels forward: x.permute(0, 3, 1, "
        "2).      called at HERE",
    ),
    (
        lambda: nn.Conv2d(1, 8, 3)(zeros(64, 28, 28)),
        "Conv2d(1, 8, 3) expects 1 channel in axis 0 and got 64.\n"
        " ▸ Conv2d(1, 8, 3)   (64, 28, 28) ✗ weight (8, 1, 3, 3)\n"
        " Make it Conv2d(64, 8, 3), or give each row its one channel: x.unsqueeze(1).  "
        "    called at HERE",
    ),
    (
        lambda: nn.Conv2d(3, 8, (3, 5), groups=1)(zeros(4, 1, 28, 28)),
        "Conv2d(3, 8, (3, 5)) expects 3 channels in axis 1 and got 1.\n"
        " ▸ Conv2d(3, 8, (3, 5))   (4, 1, 28, 28) ✗ weight (8, 3, 3, 5)\n"
        " Make it Conv2d(1, 8, (3, 5)), or give it inputs with 3 channels.      called "
        "at HERE",
    ),
    (
        lambda: network(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Conv2d(16, 8, 3))(zeros(4, 1, 9, 9)),
        "layer 2, Conv2d(16, 8, 3), expects 16 channels in axis 1 and got 8.\n"
        "   0  Conv2d(1, 8, 3)    (4, 1, 9, 9) → (4, 8, 7, 7)\n"
        "   1  ReLU()             (4, 8, 7, 7) → (4, 8, 7, 7)\n"
        " ▸ 2  Conv2d(16, 8, 3)   (4, 8, 7, 7) ✗ weight (8, 16, 3, 3)\n"
        " Make layer 2 Conv2d(8, 8, 3), or make layer 0 end in 16.      called at HERE",
    ),
    (
        lambda: network(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(4))(zeros(4, 1, 9, 9)),
        "layer 1, BatchNorm2d(4), expects 4 channels in axis 1 and got 8.\n"
        "   0  Conv2d(1, 8, 3)   (4, 1, 9, 9) → (4, 8, 7, 7)\n"
        " ▸ 1  BatchNorm2d(4)    (4, 8, 7, 7) ✗ num_features 4\n"
        " Make layer 1 BatchNorm2d(8), or make layer 0 end in 4.      called at HERE",
    ),
    (
        lambda: nn.Conv2d(1, 8, 3)(zeros(9, 9)),
        "Conv2d(1, 8, 3): conv2d: the input needs axes (rows, channels, height, "
        "width), or (channels, height, width) for one row, and its shape is (9, 9).\n"
        " ▸ Conv2d(1, 8, 3)   (9, 9) ✗\n"
        " Cut each row into its axes: x.reshape(-1, channels, height, width).      "
        "called at HERE",
    ),
    (
        lambda: nn.Conv2d(1, 8, 5)(zeros(4, 1, 3, 9)),
        "Conv2d(1, 8, 5): conv: the window is 5 in height and the input is only 3.\n"
        " ▸ Conv2d(1, 8, 5)   (4, 1, 3, 9) ✗\n"
        "   x            (4, 1, 3, 9)\n"
        "   weight = weight (8, 1, 5, 5)\n"
        "   bias = bias  (8,)\n"
        " Make the window smaller, or add a border: padding=1.      called at HERE",
    ),
    (
        lambda: nn.MaxPool2d(2)(zeros(4, 1, 1, 9)),
        "MaxPool2d(2): max_pool: the window is 2 in height and the input is only 1.\n"
        " ▸ MaxPool2d(2)   (4, 1, 1, 9) ✗\n"
        "   x            (4, 1, 1, 9)\n"
        " Make the window smaller, or add a border: padding=1.      called at HERE",
    ),
    (
        lambda: nn.MaxPool2d(2)(zeros(9, 9)),
        "MaxPool2d(2): max_pool2d: the input needs axes (rows, channels, height, "
        "width), or (channels, height, width) for one row, and its shape is (9, 9).\n"
        " ▸ MaxPool2d(2)   (9, 9) ✗\n"
        " Cut each row into its axes: x.reshape(-1, channels, height, width).      "
        "called at HERE",
    ),
    (
        lambda: nn.BatchNorm2d(4)(zeros(4, 4)),
        "BatchNorm2d(4): it works on axes (rows, channels, height, width), and got (4, "
        "4).\n"
        " ▸ BatchNorm2d(4)   (4, 4) ✗\n"
        " called at HERE",
    ),
    (
        lambda: nn.ConvTranspose2d(4, 2, 2)(zeros(1, 3, 5, 5)),
        "ConvTranspose2d(4, 2, 2) expects 4 channels in axis 1 and got 3.\n"
        " ▸ ConvTranspose2d(4, 2, 2)   (1, 3, 5, 5) ✗ weight (4, 2, 2, 2)\n"
        " Make it ConvTranspose2d(3, 2, 2), or give it inputs with 4 channels.      "
        "called at HERE",
    ),
    (
        lambda: nn.ConvTranspose2d(4, 2, 2, padding=4)(zeros(1, 4, 3, 3)),
        "ConvTranspose2d(4, 2, 2): conv_transpose2d: padding cuts off everything: (3, "
        "3) would become (-4, -4).\n"
        " ▸ ConvTranspose2d(4, 2, 2)   (1, 4, 3, 3) ✗\n"
        " Take a smaller padding.      called at HERE",
    ),
    (
        lambda: F.conv2d(zeros(1, 2, 4, 4), zeros(3, 2, 2)),
        "conv2d: the weight needs 4 axes, (out, in, window, window), and its shape is (3, 2, 2).",
    ),
    (
        lambda: F.conv2d(zeros(1, 2, 4, 4), zeros(3, 2, 2, 2), zeros(2)),
        "conv: bias needs shape (3,) and has (2,).\n"
        "   x            (1, 2, 4, 4)\n"
        "   weight       (3, 2, 2, 2)\n"
        "   bias         (2,)",
    ),
    (
        lambda: F.conv_transpose2d(zeros(1, 2, 4, 4), zeros(2, 3, 2, 2), zeros(2)),
        "conv_transpose2d: bias needs shape (3,), one number for each output channel, "
        "and has (2,).",
    ),
    (
        lambda: F.fold(zeros(1, 8, 5), (3, 4), 2),
        "fold: in a (3, 4) picture the window has 2 · 3 = 6 positions, and axis 2 has 5.\n"
        "   x            (1, 8, 5)",
    ),
]
SETTINGS: list[tuple[Callable[[], Any], str]] = [
    (
        lambda: nn.Conv2d(3, 8, 0),
        "Conv2d: kernel_size is a whole number from 1 on, or 2 of them, and it is 0.",
    ),
    (
        lambda: nn.Conv2d(-1, 8, 3),
        "Conv2d: in_channels must be a whole number from 0 on, and it is -1.",
    ),
    (
        lambda: nn.ConvTranspose2d(-1, 8, 3),
        "ConvTranspose2d: in_channels must be a whole number from 0 on, and it is -1.",
    ),
    (
        lambda: nn.Conv2d(3, 8, (3, 3, 3)),
        "Conv2d: kernel_size is a whole number from 1 on, or 2 of them, and it is (3, 3, 3).",
    ),
    (
        lambda: nn.Conv2d(3, 8, 3, groups=2),
        "Conv2d: in_channels=3 can't be split into groups=2.\n"
        " Take a number of groups that divides 3 and 8.",
    ),
    (
        lambda: nn.Conv2d(3, 8, 3, stride=2, padding="same"),
        "Conv2d: padding='same' keeps the size, and stride 2 shrinks it.\n"
        " Give the border as a number, or leave stride at 1.",
    ),
    (
        lambda: nn.Conv2d(3, 8, 3, padding="full"),
        "Conv2d: padding is a number, 'same' or 'valid', and it is 'full'.",
    ),
    (
        lambda: nn.Conv2d(3, 8, 3, padding_mode="mirror"),
        "Conv2d: padding_mode is one of 'zeros', 'reflect', 'replicate', 'circular', "
        "and it is 'mirror'.",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 8, 3, padding_mode="reflect"),
        "ConvTranspose2d: padding_mode is 'zeros', and it is 'reflect'.",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 8, 3, output_padding=1)(zeros(1, 3, 4, 4)),
        "conv_transpose2d: output_padding must be smaller than stride or dilation, and "
        "1 is not smaller than 1.",
    ),
    (
        lambda: nn.ConvTranspose2d(3, 8, 3, 2)(zeros(1, 3, 4, 4), output_size=(9, 12)),
        "ConvTranspose2d: from (4, 4) it leads to sizes from (9, 9) to (10, 10), and "
        "output_size is (9, 12).",
    ),
    (
        lambda: nn.MaxPool2d(2, padding=2)(zeros(1, 1, 4, 4)),
        "max_pool2d: padding 2 is more than half of the window, 2: some windows would "
        "see nothing but the border.\n"
        " Take 1 at most.",
    ),
    (
        lambda: nn.AvgPool2d(2, divisor_override=0)(zeros(1, 1, 4, 4)),
        "avg_pool2d: nothing can be divided by divisor_override=0.",
    ),
    (
        lambda: nn.AdaptiveAvgPool2d((2, 2, 2))(zeros(1, 1, 4, 4)),
        "adaptive_avg_pool2d: output_size is a whole number from 1 on, or 2 of them, "
        "and it is (2, 2, 2).",
    ),
    (
        lambda: F.max_pool1d(zeros(1, 1, 4), 1.5),
        "max_pool1d: kernel_size is a whole number from 1 on, and it is 1.5.",
    ),
]


@pytest.mark.parametrize(("call", "text"), SHAPES)
def test_shapes_that_do_not_fit(call: Callable[[], Any], text: str) -> None:
    assert said(call, ShapeError) == text


@pytest.mark.parametrize(("call", "text"), SETTINGS)
def test_settings_that_make_no_sense(call: Callable[[], Any], text: str) -> None:
    assert said(call, SettingError) == text
