"""A layer with batch norm folded in does what both did."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.nn import utils


def _worn(norm: Any) -> Any:
    """A norm that has seen something."""
    norm.running_mean.copy_(pellucid.randn(3))
    norm.running_var.copy_(pellucid.rand(3) + 0.5)
    return norm.eval()


def test_fused_layers_do_what_both_did() -> None:
    x = pellucid.randn(2, 2, 6, 6)
    conv = nn.Conv2d(2, 3, 3, bias=False).eval()
    back = nn.ConvTranspose2d(2, 3, 3).eval()
    linear = nn.Linear(6, 3).eval()
    norm = _worn(nn.BatchNorm2d(3))
    plain = _worn(nn.BatchNorm2d(3, affine=False))
    with pellucid.no_grad():
        for layer, turned, after in ((conv, False, norm), (back, True, plain)):
            fused = utils.fuse_conv_bn_eval(layer, after, turned)
            assert pellucid.allclose(fused(x), after(layer(x)), atol=1e-5)
        after = _worn(nn.BatchNorm1d(3))
        fused_linear = utils.fuse_linear_bn_eval(linear, after)
        rows = x.reshape(-1, 6)
        assert pellucid.allclose(fused_linear(rows), after(linear(rows)), atol=1e-5)
    assert conv.bias is None and fused_linear.weight.requires_grad
    linear.requires_grad_(False)
    assert not utils.fuse_linear_bn_eval(linear, after).bias.requires_grad


def test_what_cannot_be_fused_is_named() -> None:
    linear, norm = nn.Linear(2, 3), nn.BatchNorm1d(3)
    with pytest.raises(AssertionError, match="fused after training"):
        utils.fuse_linear_bn_eval(linear, norm)
    with pytest.raises(ValueError, match="for 4 features, and the layer before it gives 3"):
        utils.fuse_linear_bn_eval(linear, nn.BatchNorm1d(4))
    with pytest.raises(ValueError, match="without running averages"):
        bare = nn.BatchNorm1d(3, track_running_stats=False).eval()
        utils.fuse_linear_bn_eval(linear.eval(), bare)


def test_files_are_found_where_scripts_look() -> None:
    assert utils.clip_grad.clip_grad_norm_ is utils.clip_grad_norm_
    assert utils.convert_parameters.parameters_to_vector is utils.parameters_to_vector
