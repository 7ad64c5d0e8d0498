"""Questions about what does not exist here, memory, and functions that write in place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import pellucid
from pellucid.errors import DTypeError, KindError, PellucidWarning, SettingError, ShapeError

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


def test_what_people_hang_on_a_tensor_stays() -> None:
    weight = pellucid.nn.Parameter(pellucid.ones(2))
    weight.no_decay = True
    assert copy.deepcopy(weight).no_decay
    x = pellucid.ones(2)
    x.label = "mine"
    assert x.label == "mine" and (x + 1).__dict__ == {}


def test_pieces(torch: Any) -> None:
    found = []
    for room in (pellucid, torch):
        x = room.arange(5.0)
        pieces = (*x.unsafe_chunk(2), *x.unsafe_split(4), *x.unsafe_split_with_sizes([1, 4]))
        found.append([p.tolist() for p in pieces])
    assert found[0] == found[1]


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
            view.is_set_to(x[0]), view.storage_offset(), held.untyped().nbytes(),
            raw.tolist()[:4], x.clone()._base,
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
        with pytest.raises(RuntimeError):
            room.empty(1).resize_([0, 4, 2**61])
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


def test_places_and_generators() -> None:
    with pellucid.device("cpu") as place:
        assert place == pellucid.zeros(1).device
    generator = pellucid.Generator()
    assert generator.device == place and generator.seed() == generator.initial_seed()


def test_whole_numbers_in_all_that_a_dtype_holds(torch: Any) -> None:
    for name in ("uint8", "int8", "int64", "bool", "float32", "bfloat16"):
        dtype = getattr(pellucid, name)
        x = pellucid.zeros(4000, dtype=dtype).random_()
        theirs = torch.zeros(4000, dtype=getattr(torch, name)).random_()
        assert x.min() >= 0
        assert abs(float(x.double().mean()) / float(theirs.double().mean()) - 1) < 0.1
    full = pellucid.zeros(2000, dtype=pellucid.int64).random_(-(2**63), None).double()
    assert full.min() < -(2.0**62) and full.max() > 2.0**62
    assert set(pellucid.zeros(50, dtype=pellucid.int8).random_(3, 5).tolist()) == {3, 4}
    with pytest.warns(PellucidWarning, match="random_: float16 holds no more than every whole"):
        pellucid.zeros(2, dtype=pellucid.float16).random_(0, 5000)
    with pytest.raises(SettingError) as refusal:
        pellucid.zeros(2, dtype=pellucid.uint8).random_(-1, 5)
    assert str(refusal.value) == (
        "random_: uint8 takes bounds from 0 to 256, the first below the second, and got -1 and 5."
    )


MISTAKES: list[tuple[Any, type[Exception], str]] = [
    (lambda x: pellucid.add(x.long(), 1, alpha=1.5), DTypeError,
     "add: alpha must be a whole number for whole numbers, not 1.5."),
    (lambda x: pellucid.sub(x, x, alpha=True), DTypeError,
     "sub: alpha can be a bool only where all numbers are."),
    (lambda x: pellucid.lerp(x, x.double(), 0.5), DTypeError,
     "lerp: end is float64, and input float32; they must be of one dtype."),
    (lambda x: pellucid.meshgrid(), SettingError,
     "meshgrid needs at least one Tensor and got none."),
    (lambda x: pellucid.meshgrid(x, x.long()), DTypeError,
     "meshgrid: the Tensors are float32 and int64; they must be of one dtype."),
    (lambda x: pellucid.meshgrid(x[None]), ShapeError,
     "meshgrid takes rows of numbers, not shape (1, 2)."),
    (lambda x: pellucid.repeat_interleave(pellucid.ones(2, 2, dtype=pellucid.int64)), ShapeError,
     "repeat_interleave: counts alone must be a row, not of shape (2, 2)."),
    (lambda x: x.flip(), KindError, "flip: dims are missing: say which axes to turn around."),
    (lambda x: x.flip(0, 0), SettingError, "flip: a dim is named twice, in (0, 0)."),
    (lambda x: pellucid.normal(0.0, -1.0, (2,)), SettingError,
     "normal: std can't be negative and is -1.0."),
    (lambda x: pellucid.normal(x, -x), SettingError,
     "normal: std can't be negative, and some of it is."),
    (lambda x: pellucid.broadcast_shapes((2, -1)), ShapeError,
     "broadcast_shapes: sizes can't be negative: -1."),
    (lambda x: x.float_power_(2), DTypeError,
     "float_power_: the result is float64, and this Tensor float32."),
    (lambda x: pellucid.bincount(x.long(), minlength=-1), SettingError,
     "bincount: minlength can't be negative and is -1."),
    (lambda x: pellucid.bincount(x.long(), pellucid.ones(3)), ShapeError,
     "bincount: weights have shape (3,), and the numbers (2,); there must be one for each."),
    (lambda x: pellucid.manual_seed(2**70), SettingError,
     "manual_seed: a seed has 64 bits, and 1180591620717411303424 has more."),
    (lambda x: pellucid.autograd.functional.hessian(lambda a: (a, a), x), KindError,
     "hessian is for functions that give one number, and this gives tuple.\n"
     " Sum or average what it gives."),
    (lambda x: "foo" in x, KindError, "a Tensor holds numbers, and 'foo' is none."),
    (lambda x: pellucid.index_put(x, (), x), SettingError,
     "index_put: indices are missing; give one Tensor for each axis, or None."),
    (lambda x: pellucid.unravel_index(x, (2, 2)), DTypeError,
     "unravel_index: places are whole numbers, not float32."),
    (lambda x: pellucid.unravel_index(x.long(), (2, -2)), SettingError,
     "unravel_index: sizes can't be negative, and are (2, -2)."),
    (lambda x: pellucid.take_along_dim(x, x.int(), 0), DTypeError,
     "take_along_dim: positions are int64, not int32."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("call", "kind", "text"), MISTAKES, ids=lambda v: v[:20] if type(v) is str else ""
)
def test_mistakes(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as refusal:
        call(pellucid.ones(2))
    assert str(refusal.value) == text and isinstance(refusal.value, RuntimeError)


@pytest.mark.filterwarnings("ignore:.*uint8")
def test_small_differences(torch: Any) -> None:
    """Values and dtypes at the edges, as PyTorch has them."""
    found = []
    for room in (pellucid, torch):
        row = room.tensor([True, False])
        base, power = room.zeros(3), room.tensor([-1.0, 0.0, 1.0], requires_grad=True)
        (base**power).sum().backward()
        bent = room.tensor([1.0, float("inf"), 2.0, 3.0, float("nan"), 1.0])
        places = room.zeros(2, 3)
        room.arange(4, out=places[:, 1:])
        masked = room.zeros(3).index_put((room.tensor([1, 0, 1], dtype=room.uint8),), room.ones(2))
        found.append((
            room.add(row, row, alpha=0).dtype is room.bool,
            str(room.cat([room.empty(0), room.empty(0)], dim=1).tolist()), power.grad.tolist(),
            str(room.gradient(bent)[0].tolist()), places.tolist(), masked.tolist(),
            room.tensor(2**64, dtype=room.float32).item(),
            room.tensor(float("nan")).nanmedian(0).indices.item(),
            room.bernoulli(room.ones(2), out=room.zeros(2, dtype=room.int32)).tolist(),
            tuple(room.ones(2).new(size=(3, 4)).shape),
        ))  # fmt: skip
    assert found[0] == found[1]
    with pytest.raises(TypeError, match="parts of a Tensor can't be deleted"):
        del pellucid.ones(2)[0]
    with pytest.raises(ShapeError, match="a size in \\(-1, -1\\) is negative"):
        pellucid.ones(2).expand(-1, -1)
