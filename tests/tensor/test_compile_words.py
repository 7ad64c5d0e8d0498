"""PyTorch's words around compile: settings, `nn.Module.compile`, `torch.compiler`."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import pellucid as pl
from pellucid import nn
from pellucid.errors import SettingError, TraceError


def said(call: Any, error: Any = SettingError) -> str:
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_settings_of_pytorch() -> None:
    for given in (
        {"fullgraph": True, "dynamic": None, "backend": "inductor"},
        {"mode": "max-autotune", "dynamic": True},
        {"options": {"trace.enabled": True}, "engine": "numpy"},
    ):
        assert pl.compile(lambda x: x + 1, engine=given.pop("engine", "numpy"), **given)(
            pl.ones(1)
        ).tolist() == [2]
    assert said(lambda: pl.compile(len, backend="onnxrt")) == (
        "compile: there is no backend 'onnxrt' here.\n Leave it out: XLA compiles; "
        'engine="numpy" runs the program op by op.'
    )
    assert said(lambda: pl.compile(len, mode="fast")) == (
        "compile: mode is one of default, reduce-overhead, max-autotune, "
        "max-autotune-no-cudagraphs, not 'fast'."
    )
    assert said(lambda: pl.compile(len, options="fast")) == (
        "compile: options is a dict of settings for PyTorch's compiler, not 'fast'.\n"
        " Leave it out: it changes nothing here."
    )
    assert said(lambda: pl.compile(len, shapes_spec=3)) == (
        "compile: shapes_spec is not taken; each shape is a program of its own.\n"
        " Leave it out, and keep batches to few sizes."
    )
    many = pl.compile(lambda x: x, engine="numpy", recompile_limit=2)
    with pytest.warns(pl.errors.PellucidWarning, match="was compiled 2 times"):
        many(pl.ones(1)), many(pl.ones(2))
    torch = pytest.importorskip("torch")
    theirs = set(inspect.signature(torch.compile).parameters)
    assert theirs <= set(inspect.signature(pl.compile).parameters)


def test_backends_that_compile_nothing() -> None:
    for backend in ("eager", "aot_eager"):
        step = pl.compile(lambda x: x + 1, backend=backend)
        assert step(pl.ones(1)).tolist() == [2] and "engine='numpy'" in repr(step)
        assert "engine='xla'" in repr(pl.compile(len, backend=backend, engine="xla"))


def test_the_module_in_a_compiled_one_has_its_name_of_pytorch() -> None:
    net = nn.Linear(2, 1)
    compiled = pl.compile(net, engine="numpy")
    assert compiled._orig_mod is net  # type: ignore[attr-defined]
    assert getattr(pl.compile(abs, engine="numpy"), "_orig_mod", None) is None


def test_what_is_no_function() -> None:
    assert said(lambda: pl.compile(pl.optim.Adam([nn.Parameter(pl.ones(1))]))) == (
        "compile takes a function or a module and got an Adam, an optimizer.\n"
        " Compile the function that calls it, so that forward, backward and update are one "
        "program:\n @pellucid.compile\n def step(x, y): …; loss.backward(); optimizer.step()"
    )
    assert said(lambda: pl.compile(nn.Linear)) == (
        "compile takes a function or a module and got the class Linear.\n"
        " Make one first: pellucid.compile(Linear(…))."
    )
    assert said(lambda: pl.compile(3)) == (
        "compile takes a function or a module and got an int.\n"
        " Write pellucid.compile(step), without brackets after step."
    )

    def batches() -> Any:
        yield pl.ones(1)

    assert said(lambda: pl.compile(batches)) == (
        "compile takes a function that returns, and batches yields or awaits.\n"
        " Compile what it does between two of them, and yield what that returns."
    )


def test_a_module_compiled_in_place() -> None:
    pl.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    x = pl.randn(5, 3)
    expected = net(x)
    expected.sum().backward()
    grad = net[0].weight.grad.tolist()
    net.zero_grad()
    assert net.compile(engine="numpy", fullgraph=True) is None  # type: ignore[func-returns-value]
    assert pl.allclose(net(x), expected)
    assert net._module_compiled.traces == 1
    net(x).sum().backward()
    assert pl.allclose(net[0].weight.grad, pl.tensor(grad))
    assert list(net.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for other in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert other._module_compiled is None
        assert pl.allclose(other(x), expected)
    whole = pl.compile(lambda x: net(x) * 2, engine="numpy")  # part of a larger program
    assert pl.allclose(whole(x), expected * 2)
    owner = nn.Module()
    owner.inner = pl.compile(nn.Linear(3, 3), engine="numpy")  # owns its weights like any
    assert list(owner.state_dict()) == ["inner.weight", "inner.bias"]
    listed = nn.Sequential(pl.compile(nn.Linear(3, 3), engine="numpy"), nn.ReLU())
    assert listed(x).shape == (5, 3)
    assert listed[0]._module_compiled.traces == 1
    wrapped = pl.compile(listed, engine="numpy")
    assert bool(wrapped) and len(wrapped) == 2 and wrapped[1] is listed[1]
    assert pl.compile(len, engine="numpy")  # a function has no length, and is there
    part = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    part[0].compile(engine="numpy")
    assert part(x).shape == (5, 3)
    assert part[0]._module_compiled.traces == 1


def test_compiler() -> None:
    @pl.compiler.disable(reason="it writes a file")
    def log(x: Any) -> Any:
        return x

    @pl.compiler.disable()
    def plain(x: Any) -> Any:
        assert not pl.compiler.is_compiling()
        return x + 1

    assert plain(pl.ones(1)).tolist() == [2]
    assert said(lambda: pl.compile(lambda x: log(x), engine="numpy")(pl.ones(1)), TraceError) == (
        "log was said to stay out of compiled functions (it writes a file), and is called in one."
        "\n Call it before or after the compiled function; a whole function is always compiled."
    )
    call = pl.compile(lambda x: x * (2 if pl.compiler.is_compiling() else 1), engine="numpy")
    assert call(pl.ones(1)).tolist() == [2]
    assert call.traces == 1
    pl.compiler.reset()
    assert call.traces == 0
    assert call(pl.ones(1)).tolist() == [2]
    assert call.traces == 1
    assert pl.compiler.list_backends() == ["xla", "numpy"]


def test_arguments_are_called_as_in_the_signature() -> None:
    def call(inputs: Any, *rest: Any, scale: Any = None, **more: Any) -> Any:
        return inputs["a"] + inputs["b"][0] + rest[0] + scale + more["k"]

    step = pl.compile(call, engine="numpy")
    one = pl.ones(1)
    step({"a": one, "b": [one, 3]}, one, one, scale=one, k=one)
    first = str(step.program).splitlines()[0]
    assert first == (
        "inputs   inputs['a'] (1,), inputs['b'][0] (1,), rest[0] (1,), rest[1] (1,), scale (1,), "
        "k (1,)"
    )
    net = pl.compile(nn.Linear(2, 2), engine="numpy")
    net(pl.ones(1, 2))
    assert str(net.program).splitlines()[0].startswith("inputs   input (1, 2)")
