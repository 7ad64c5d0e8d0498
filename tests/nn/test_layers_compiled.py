"""Layers inside one compiled function: the same numbers, gradients and buffers as eager ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn


class Many(nn.Module):
    """A layer of each kind, their results added up."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(
            [
                nn.GroupNorm(2, 4),
                nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
                nn.RMSNorm(6),
                nn.LocalResponseNorm(3),
            ]
        )
        self.shapes = nn.ModuleList(
            [
                nn.ReflectionPad2d(1),
                nn.PixelShuffle(2),
                nn.Upsample(scale_factor=2),
                nn.UpsamplingBilinear2d(size=(3, 9)),
                nn.Upsample(scale_factor=1.5, mode="bicubic"),
                nn.LPPool2d(2, 2),
            ]
        )
        self.pool, self.back = nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2)
        self.bilinear = nn.Bilinear(6, 6, 3)
        self.lstm = nn.LSTM(6, 5, proj_size=2, batch_first=True)
        self.extra = nn.ParameterList([pellucid.ones(4, 1, 1)])

    def forward(self, x: Any, theta: Any) -> Any:
        """One number that every layer has a part in."""
        y = x * self.extra[0] + 0.5
        total = sum((norm(y) ** 3).mean() for norm in self.norms)
        total = total + sum((shape(y.abs() + 0.1) ** 2).mean() for shape in self.shapes)
        total = total + (self.back(*self.pool(y)) ** 2).mean()
        total = total + self.bilinear(y, y * y).mean()
        total = total + self.lstm(y.flatten(1, 2))[0].pow(2).mean()
        grid = F.affine_grid(theta, y.shape, align_corners=False)
        return total + (F.grid_sample(y, grid, "bilinear", "reflection", False) ** 2).mean()


@pytest.mark.slow
def test_many_layers_in_one_step() -> None:
    results: list[list[Any]] = []
    for compiled in (False, True):
        pellucid.manual_seed(1)
        model = Many()
        x = pellucid.randn(2, 4, 5, 6)
        theta = pellucid.tensor([[[0.9, 0.3, 0.1], [-0.2, 1.2, -0.1]]] * 2, requires_grad=True)

        def step(x: Any, theta: Any, model: Any = model) -> Any:
            loss = model(x, theta)
            grads = pellucid.autograd.grad(loss, [theta, *model.parameters()])
            return [loss.detach(), *grads]

        out = (pellucid.compile(step) if compiled else step)(x, theta)
        results.append([v.detach().numpy() for v in (*out, *model.buffers())])
    for mine, other in zip(*results, strict=True):
        np.testing.assert_allclose(mine, other, rtol=2e-4, atol=2e-5)


def test_what_chance_leaves_out_is_the_same_compiled() -> None:
    layers = [nn.Dropout1d(), nn.AlphaDropout(), nn.FeatureAlphaDropout()]
    planes = nn.Dropout2d()

    def call(x: Any) -> Any:
        return pellucid.stack([*(layer(x) for layer in layers), planes(x[..., None])[..., 0]])

    x = pellucid.randn(5, 7, 3)
    pellucid.manual_seed(4)
    eager = call(x)
    pellucid.manual_seed(4)
    np.testing.assert_allclose(pellucid.compile(call)(x).numpy(), eager.numpy(), rtol=1e-5)
