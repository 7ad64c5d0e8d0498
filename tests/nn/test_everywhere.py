"""Hooks on every module run before those of a module, and leave nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.nn.modules import module as everywhere


def test_hooks_on_every_module_run_first_and_may_be_removed() -> None:
    model, seen = nn.Sequential(nn.ReLU(), nn.Linear(2, 1)), list[Any]()
    model[0].register_forward_pre_hook(lambda *_: seen.append("own"))
    hooks = [
        everywhere.register_module_forward_pre_hook(lambda m, _: seen.append(m._get_name())),
        everywhere.register_module_forward_hook(lambda m, args, out: out * 2),
        everywhere.register_module_full_backward_hook(lambda m, inward, out: seen.append(len(out))),
    ]
    x = pellucid.ones(3, 2, requires_grad=True)
    out = model(x)
    assert seen == ["Sequential", "ReLU", "own", "Linear"]
    out.sum().backward()
    assert seen[4:] == [1, 1, 1]
    for hook in hooks:
        hook.remove()
    del seen[:]
    assert ((model(x) * 8 - out).abs() < 1e-5).sum() or seen
    assert seen == ["own"] and nn.Module._module_hooks is None


def test_what_modules_come_to_own_is_told_and_may_be_replaced() -> None:
    names = list[str]()
    with (
        everywhere.register_module_parameter_registration_hook(lambda m, n, p: names.append(n)),
        everywhere.register_module_module_registration_hook(
            lambda m, n, part: nn.Identity() if n == "1" else None
        ),
        everywhere.register_module_buffer_registration_hook(lambda m, n, b: b + 1),
    ):
        model = nn.Sequential(nn.Linear(2, 1), nn.Tanh())
        model.register_buffer("count", pellucid.zeros(1))
    assert names == ["weight", "bias"]
    assert isinstance(model[1], nn.Identity) and model.count.item() == 1.0
    assert nn.Linear(1, 1).weight is not None and len(names) == 2


def test_what_layers_have_in_common_is_found_where_scripts_look() -> None:
    modules = nn.modules
    assert isinstance(nn.Conv2d(1, 1, 1), modules.conv._ConvNd)
    assert isinstance(nn.ConvTranspose1d(1, 1, 1), modules.conv._ConvTransposeNd)
    assert isinstance(nn.InstanceNorm1d(1), modules.instancenorm._InstanceNorm)
    assert isinstance(nn.LazyLinear(1), modules.lazy.LazyModuleMixin)
    assert isinstance(nn.Dropout(), modules.dropout._DropoutNd)
    assert modules.utils._reverse_repeat_tuple((1, 2), 2) == (2, 2, 1, 1)
    assert modules.module.Module is nn.Module


def test_hooks_lie_in_drawers_by_number_and_may_be_taken_out() -> None:
    layer, seen = nn.Identity(), list[str]()
    one = layer.register_forward_hook(lambda *_: seen.append("one"), always_call=True)
    layer.register_forward_pre_hook(lambda *_: seen.append("before"))
    assert list(layer._forward_hooks) == [one.id] == list(layer._forward_hooks_always_called)
    one.remove()
    assert not layer._forward_hooks and not layer._forward_hooks_always_called
    layer._forward_pre_hooks.clear()
    layer.register_forward_hook(lambda *_: seen.append("other"))
    layer._forward_hooks = {}
    layer(pellucid.ones(1))
    assert seen == [] and nn.modules.module._global_forward_hooks == {}


def test_a_hook_before_forward_that_is_given_names_returns_both() -> None:
    layer = nn.Identity()
    layer.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
    with pytest.raises(RuntimeError, match=r"returns None or \(args, kwargs\), and this one"):
        layer(pellucid.ones(1))


def test_an_error_of_the_forward_is_told_and_not_one_of_a_hook_after_it() -> None:
    layer = nn.Linear(2, 1)

    def fails(*_: Any) -> None:
        raise KeyError("lost")

    layer.register_forward_hook(fails, always_call=True)
    with pytest.raises(ValueError, match="expects 2 features"), pytest.warns(UserWarning) as told:
        layer(pellucid.ones(1, 3))
    assert "a hook that is always called raised KeyError('lost')" in str(told[0].message)
