"""The small things that PyTorch scripts ask for before they start."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid.errors import SettingError


def test_the_usual_choice_of_a_device_runs() -> None:
    device = pellucid.device("cuda" if pellucid.cuda.is_available() else "cpu")
    x = pellucid.ones(2).to(device)
    assert str(device) == "cpu" and device == "cpu" and x.tolist() == [1.0, 1.0]


def test_a_device_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SettingError) as refusal:
        pellucid.device("cuda:0")
    assert str(refusal.value) == "device 'cuda:0' does not exist here; Tensors live on 'cpu'."


@pytest.mark.parametrize(
    ("a", "b", "settings"),
    [
        ([1.0, 2.0], [1.0, 2.0 + 1e-9], {}),
        ([1.0, 2.0], [1.0, 2.1], {}),
        ([float("inf"), 1.0], [float("inf"), 1.0], {}),
        ([float("inf"), 1.0], [-float("inf"), 1.0], {}),
        ([float("nan")], [float("nan")], {}),
        ([float("nan")], [float("nan")], {"equal_nan": True}),
        ([100.0], [101.0], {"rtol": 0.02}),
    ],
)
def test_closeness_is_pytorchs(torch: Any, a: Any, b: Any, settings: Any) -> None:
    own = pellucid.allclose(pellucid.tensor(a), pellucid.tensor(b), **settings)
    assert own == torch.allclose(torch.tensor(a), torch.tensor(b), **settings)
    same = pellucid.equal(pellucid.tensor(a), pellucid.tensor(b))
    assert same == torch.equal(torch.tensor(a), torch.tensor(b))


def test_equal_compares_shapes_first() -> None:
    assert not pellucid.equal(pellucid.ones(2, 1), pellucid.ones(2))


OLDER = "BFloat16 Bool Byte Char Double Float Half Int Long Short"


@pytest.mark.parametrize("name", [f"{kind}Tensor" for kind in OLDER.split()])
def test_the_older_makers_take_data_or_sizes(torch: Any, name: str) -> None:
    for lib in (pellucid, torch):
        make = getattr(lib, name)
        assert make([[1, 0]]).tolist() == [[1, 0]] and make((0, 1)).tolist() == [0, 1]
        shapes = (make().shape, make(2).shape, make(2, 3).shape, make(lib.ones(2, 1).shape).shape)
        assert [tuple(s) for s in shapes] == [(0,), (2,), (2, 3), (2, 1)]
    assert getattr(pellucid, name)(3).tolist() == [0, 0, 0]
    assert str(getattr(torch, name)(2).dtype)[6:] == getattr(pellucid, name)(2).dtype.name
    assert pellucid.ones(2).type(getattr(pellucid, name)).type() == f"pellucid.{name}"


def test_the_older_names_know_their_tensors(torch: Any) -> None:
    for lib in (pellucid, torch):
        x, y = lib.ones(2), lib.nn.Parameter(lib.ones(2).double())
        assert isinstance(x, lib.FloatTensor) and not isinstance(x, lib.LongTensor)
        assert isinstance(y, (lib.HalfTensor, lib.DoubleTensor))
        assert lib.LongTensor.dtype is lib.LongTensor([1], device="cpu").dtype is lib.int64
        assert not isinstance([1.0], lib.FloatTensor) and isinstance(x.bool(), lib.BoolTensor)


def test_type_names_and_converts() -> None:
    x = pellucid.ones(2)
    assert x.type() == "pellucid.FloatTensor"
    assert x.type(pellucid.int32).dtype is pellucid.int32
    assert x.type("torch.LongTensor").dtype is pellucid.int64
    assert x.type(pellucid.LongTensor).dtype is pellucid.int64
    assert x.long().type(pellucid.FloatTensor).dtype is pellucid.float32


def test_the_room_behind_the_function_can_be_called_too() -> None:
    import sys

    room: Any = sys.modules["pellucid.tensor"]
    assert room([1.0]).tolist() == pellucid.tensor([1.0]).tolist()


def test_a_function_of_ones_own_takes_part_in_the_chain_rule() -> None:
    class Scaled(pellucid.autograd.Function):  # type: ignore[name-defined, misc]
        """Twice x, with a derivative that says ten."""

        @staticmethod
        def forward(ctx: Any, x: Any, factor: float) -> Any:
            ctx.factor = factor
            return x * factor

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return g * 10.0 * ctx.factor, None

    x = pellucid.tensor([1.0, -1.0], requires_grad=True)
    y = Scaled.apply(x * 3.0, 2.0)
    y.sum().backward()
    assert y.tolist() == [6.0, -6.0]
    assert x.grad is not None and x.grad.tolist() == [60.0, 60.0]


@pytest.mark.parametrize("value", [2.0, 3, True, 0.1])
def test_one_number_in_a_text_is_the_number(torch: Any, value: Any) -> None:
    own = pellucid.tensor(value)
    assert f"{own}" == f"{torch.tensor(value)}"
    assert f"{own:>8}" == f"{torch.tensor(value):>8}"


def test_a_value_in_a_graph_comes_out_by_force() -> None:
    x = pellucid.ones(2, requires_grad=True)
    assert (x * 2).numpy(force=True).tolist() == [2.0, 2.0]


def test_a_method_has_pytorchs_own_word_for_the_size_of_pieces() -> None:
    first, second = pellucid.ones(4, 2).split(split_size=[1, 3], dim=0)
    assert (first.shape, second.shape) == ((1, 2), (3, 2))
