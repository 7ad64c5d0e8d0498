"""The switches and questions that PyTorch scripts begin with, where there is only the CPU."""

from __future__ import annotations

import importlib
import operator
from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.errors import PellucidWarning, SettingError


def test_switches_keep_what_they_are_set_to() -> None:
    pellucid.backends.cudnn.benchmark = True
    assert pellucid.backends.cudnn.benchmark and not pellucid.backends.cudnn.deterministic
    pellucid.backends.cuda.matmul.allow_tf32 = True
    assert importlib.import_module("pellucid.backends.cudnn") is pellucid.backends.cudnn
    pellucid.use_deterministic_algorithms(True, warn_only=True)


@pytest.mark.filterwarnings("ignore:TF32")  # PyTorch's
def test_switches_are_set_for_a_while(torch: Any) -> None:
    for lib in (pellucid, torch):
        cudnn = lib.backends.cudnn
        before = cudnn.enabled, cudnn.benchmark
        with cudnn.flags(enabled=False, benchmark=True):
            assert (cudnn.enabled, cudnn.benchmark) == (False, True)
        assert (cudnn.enabled, cudnn.benchmark) == before and cudnn.version() is None
        with lib.backends.mkldnn.flags(enabled=False):
            assert lib.nn.Conv1d(1, 1, 1)(lib.ones(1, 1, 2)).shape == (1, 1, 2)
    with pytest.raises(AttributeError), pellucid.backends.cudnn.flags(benchmarks=True):
        pass


def test_a_misspelled_switch_is_an_error() -> None:
    cudnn: Any = pellucid.backends.cudnn
    with pytest.raises(AttributeError, match="bench_mark"):
        cudnn.bench_mark = True


@pytest.mark.parametrize("library", ["cudnn", "cuda.matmul"])
def test_the_defaults_are_pytorchs(torch: Any, library: str) -> None:
    own, theirs = (operator.attrgetter(library)(m.backends) for m in (pellucid, torch))
    fresh = type(own)()
    for switch in fresh.__slots__:
        assert getattr(fresh, switch) == getattr(theirs, switch), switch


def test_there_is_no_other_device() -> None:
    assert not pellucid.backends.mps.is_available() and not pellucid.backends.mps.is_built()
    assert not pellucid.cuda.is_available() and not pellucid.cuda.is_bf16_supported()
    assert pellucid.cuda.device_count() == 0
    before = pellucid.get_rng_state()
    some = pellucid.accelerator
    assert not some.is_available() and some.current_accelerator() is None
    assert some.device_count() == 0
    some.empty_cache(), some.synchronize()
    pellucid.cuda.manual_seed(1), pellucid.cuda.manual_seed_all(1)
    pellucid.cuda.empty_cache(), pellucid.cuda.synchronize()
    assert pellucid.equal(before, pellucid.get_rng_state())
    with pytest.raises(SettingError, match="device 'cuda' does not exist here"):
        nn.Linear(2, 2).to(device="cuda")


def test_attention_is_computed_by_any_of_pytorchs_programs() -> None:
    from pellucid.nn.attention import SDPBackend, sdpa_kernel

    q = pellucid.ones(1, 2, 4)
    for chosen in (SDPBackend.FLASH_ATTENTION, [SDPBackend.MATH, SDPBackend(2)]):
        with sdpa_kernel(chosen):
            assert nn.functional.scaled_dot_product_attention(q, q, q).tolist() == q.tolist()
    with pytest.raises(SettingError, match="takes members of SDPBackend and got 'math'"):
        sdpa_kernel(["math"]).__enter__()  # type: ignore[list-item]


def test_the_precision_of_products_is_one_of_three() -> None:
    pellucid.set_float32_matmul_precision("high")
    assert pellucid.get_float32_matmul_precision() == "high"
    with pytest.raises(SettingError) as refusal:
        pellucid.set_float32_matmul_precision("low")
    assert str(refusal.value) == (
        "set_float32_matmul_precision takes 'highest', 'high' or 'medium' and got 'low'."
    )
    pellucid.set_float32_matmul_precision("highest")


def test_the_order_in_memory_is_that_of_the_axes() -> None:
    x = pellucid.ones(1, 2, 3, 4)
    assert x.to(memory_format=pellucid.channels_last) is x
    assert x.to("cpu", memory_format=pellucid.preserve_format) is x
    assert x.contiguous(memory_format=pellucid.contiguous_format).is_contiguous()
    net = nn.Conv2d(2, 2, 1)
    assert net.to(memory_format=pellucid.channels_last) is net


def test_the_older_spelling_of_mixed_precision() -> None:
    older = importlib.import_module("pellucid.cuda.amp")
    with older.autocast(enabled=False):
        assert (pellucid.ones(2, 2) @ pellucid.ones(2, 2)).dtype is pellucid.float32
    assert not older.GradScaler(enabled=False).is_enabled()
    with pytest.warns(PellucidWarning, match="Write GradScaler\\('cpu'\\)"):
        assert not older.GradScaler().is_enabled()
    with pytest.warns(PellucidWarning, match="Write autocast\\('cpu'\\)"), older.autocast():
        assert (pellucid.ones(2, 2) @ pellucid.ones(2, 2)).dtype is pellucid.float32


def test_grad_takes_pytorchs_words() -> None:
    x = pellucid.tensor(3.0, requires_grad=True)
    (slope,) = pellucid.autograd.grad(x**2, x, None, False, False, True, True)
    assert slope is not None and slope.item() == 6.0
    assert pellucid.autograd.grad(x**2, [x], only_inputs=True)[0] is not None
    v = pellucid.ones(2, requires_grad=True)
    (rows,) = pellucid.autograd.grad(v**2, v, pellucid.eye(2), is_grads_batched=True)
    assert rows is not None and rows.tolist() == [[2.0, 0.0], [0.0, 2.0]]
