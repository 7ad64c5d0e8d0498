"""Questions about what does not exist here, memory, and functions that write in place."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import DTypeError, SettingError, ShapeError

WRITING = [n for n in pellucid.__all__ if n.endswith("_") and not n.startswith("_")]


def test_what_pytorch_writes_with_is_here(torch: Any) -> None:
    for name in ("abs_", "relu_", "clamp_", "neg_", "sigmoid_", "zero_", "fill_", "exp_"):
        results = []
        for room in (pellucid, torch):
            x = room.tensor([-1.0, 2.0])
            more = {"clamp_": (0, 1), "fill_": (3,)}.get(name, ())
            assert getattr(room, name)(x, *more) is x
            results.append(x.tolist())
        assert results[0] == pytest.approx(results[1])
    assert not [name for name in WRITING if not hasattr(torch, name)]


def test_numbers_are_real() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    for name in ("conj", "conj_physical", "real", "resolve_conj", "resolve_neg"):
        assert getattr(pellucid, name)(x) is x
    assert x.conj() is x and x.real is x and not x.is_conj() and not pellucid.is_neg(x)
    assert not pellucid.float32.is_complex and pellucid.int8.is_signed
    assert not pellucid.uint8.is_signed and not pellucid.bool.is_signed
    with pytest.raises(DTypeError, match="imag is for complex numbers, and this Tensor is float32"):
        pellucid.imag(x)
    assert pellucid.detach(x).requires_grad is False and pellucid.fill(x, 2.0).tolist() == [2, 2]
    copied = pellucid.narrow_copy(x.detach(), 0, 1, 1)
    copied.zero_()
    assert x.tolist() == [1.0, 2.0]


def test_settings_of_one_machine() -> None:
    assert pellucid.get_default_device() == pellucid.device("cpu")
    pellucid.set_default_device("cpu")
    with pytest.raises(SettingError, match="device 'cuda' does not exist here"):
        pellucid.set_default_device("cuda")
    pellucid.set_default_tensor_type("torch.DoubleTensor")
    assert pellucid.get_default_dtype() is pellucid.float64
    pellucid.set_default_tensor_type(pellucid.FloatTensor)
    assert pellucid.get_default_dtype() is pellucid.float32
    with pytest.raises(DTypeError, match="the default is a float dtype, and LongTensor has none"):
        pellucid.set_default_tensor_type(pellucid.LongTensor)
    pellucid.use_deterministic_algorithms(True, warn_only=True)
    assert pellucid.are_deterministic_algorithms_enabled()
    assert pellucid.is_deterministic_algorithms_warn_only_enabled()
    pellucid.use_deterministic_algorithms(False)
    assert not pellucid.are_deterministic_algorithms_enabled()
    pellucid.set_warn_always(True)
    assert pellucid.is_warn_always_enabled() and not pellucid.set_flush_denormal(True)
    pellucid.set_warn_always(False)
    assert pellucid.get_num_interop_threads() == 1 and pellucid.newaxis is None
    assert not pellucid.is_anomaly_enabled()
    with pellucid.autograd.detect_anomaly():
        assert pellucid.is_anomaly_enabled() and pellucid.is_anomaly_check_nan_enabled()


def test_inference_mode_says_whether_it_is_on() -> None:
    assert not pellucid.is_inference_mode_enabled()
    with pellucid.inference_mode():
        assert pellucid.is_inference_mode_enabled()
        with pellucid.inference_mode(False):
            assert not pellucid.is_inference_mode_enabled() and pellucid.is_grad_enabled()
        assert pellucid.is_inference_mode_enabled()
    assert pellucid.inference_mode()(pellucid.is_inference_mode_enabled)()
    with pellucid.no_grad():
        assert not pellucid.is_inference_mode_enabled()


@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")
def test_memory(torch: Any) -> None:
    found = []
    for room in (pellucid, torch):
        x = room.arange(6.0).reshape(2, 3)
        view = x[1]
        held, raw = view.storage(), view.untyped_storage()
        shared = held.data_ptr() == x.storage().data_ptr()
        found.append((
            len(held), held.tolist(), raw.nbytes(), raw.size(), held.element_size(), held[4],
            shared, view._base is not None, x[:]._is_view(), view.is_set_to(x[1]),
            view.is_set_to(x[0]), view.storage_offset(), raw.tolist()[:4], x.clone()._base,
        ))  # fmt: skip
    assert found[0] == found[1]


def test_other_shapes(torch: Any) -> None:
    for room in (pellucid, torch):
        x = room.arange(6.0)
        assert x.resize_(2, 2).tolist() == [[0.0, 1.0], [2.0, 3.0]]
        assert tuple(x.resize_as_(room.ones(3, 4)).shape) == (3, 4)
        assert room.arange(6.0).resize_(3, 2).tolist() == [[0, 1], [2, 3], [4, 5]]
        y = room.ones(2, 3, dtype=room.float64)
        assert tuple(y.new(2).shape) == (2,) and y.new([1, 2]).dtype is room.float64
        assert y.sum_to_size(1, 3).tolist() == [[2.0] * 3] and y.sum_to_size(2, 3).shape == y.shape
        x = x.double().set_(y)
        y.zero_()
        assert x.tolist() == y.tolist()
        empty = room.empty(0, 3)
        assert [tuple(c.shape) for c in empty.chunk(2)] == [(0, 3)] * 2
        assert [tuple(c.shape) for c in empty.split(0)] == [(0, 3)]
    with pytest.raises(ShapeError, match="can't be stretched to"):
        pellucid.ones(2, 3).sum_to_size(3, 3)
    with pytest.raises(SettingError, match="resize_ has no gradient"):
        (pellucid.ones(2, requires_grad=True) * 1).resize_(1)


def test_forms_are_accepted_where_there_is_one() -> None:
    x = pellucid.zeros(2, layout=pellucid.strided, pin_memory=True)
    assert x.layout == pellucid.strided and x.is_contiguous(memory_format=pellucid.channels_last)
    assert x.clone(memory_format=pellucid.preserve_format).tolist() == [0.0, 0.0]
    pellucid.empty(2, memory_format=pellucid.contiguous_format)
    with pytest.raises(SettingError, match="zeros: layout is 'strided' here, not 'sparse_coo'"):
        pellucid.zeros(2, layout="sparse_coo")


def test_random_is_a_room() -> None:
    pellucid.random.manual_seed(1)
    with pellucid.random.fork_rng():
        a = pellucid.rand(2)
    b = pellucid.rand(2)
    assert (a == b).all() and pellucid.random.initial_seed() == 1
    with pellucid.random.fork_rng(enabled=False):
        a = pellucid.rand(2)
    assert not (a == pellucid.rand(2)).all()
