"""Small things that scripts written for PyTorch do to modules, states, weights and sequences."""

from __future__ import annotations

from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.nn import functional as F
from pellucid.nn.utils import parametrize
from pellucid.nn.utils.rnn import pack_sequence, pad_sequence


def test_a_state_knows_the_version_of_each_modules_keys(torch: Any) -> None:
    mine = nn.Sequential(nn.Linear(1, 1), nn.BatchNorm1d(1)).state_dict()
    theirs = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1)).state_dict()
    assert mine._metadata == dict(theirs._metadata) and isinstance(mine, dict)
    mine._metadata["0"]["version"] = 7

    class Watching(nn.Linear):
        def _load_from_state_dict(self, state: Any, prefix: str, about: Any, *lists: Any) -> None:
            self.seen = about["version"], state.pop("0.serial")
            super()._load_from_state_dict(state, prefix, about, *lists)

    model = nn.Sequential(Watching(1, 1), nn.BatchNorm1d(1))
    mine["0.serial"] = mine["0.bias"]
    model.load_state_dict(mine)
    assert model[0].seen[0] == 7


def test_keys_that_a_class_loads_itself_are_its_own_business() -> None:
    class Own(nn.Linear):
        def _save_to_state_dict(self, into: Any, prefix: str, keep_vars: bool) -> None:
            into[prefix + "packed"] = self.weight.detach()

        def _load_from_state_dict(self, state: Any, prefix: str, *more: Any) -> None:
            self.weight.data = state[prefix + "packed"] + 1

    one, other = nn.Sequential(Own(2, 1)), nn.Sequential(Own(2, 1))
    other.load_state_dict(one.state_dict())
    assert (other[0].weight == one[0].weight + 1).all()
    with pytest.raises(RuntimeError, match="not known here"):
        other.load_state_dict({**one.state_dict(), "stray": pellucid.ones(1)})


def test_prefixes_are_taken_off_with_what_is_known_of_them() -> None:
    state = nn.DataParallel(nn.Sequential(nn.Linear(2, 1))).state_dict()
    nn.modules.utils.consume_prefix_in_state_dict_if_present(state, "module.")
    assert list(state) == ["0.weight", "0.bias"] and list(state._metadata) == ["", "0"]


def test_older_names_of_first_values_say_the_newer() -> None:
    with pytest.warns(FutureWarning, match="older name of nn.init.constant_"):
        filled = nn.init.constant(pellucid.zeros(2), 3.0)
    assert filled.tolist() == [3.0, 3.0]
    with pytest.warns(UserWarning, match=r"nothing to fill in a weight of shape \(0, 1\)"):
        nn.init.kaiming_normal_(pellucid.zeros(0, 1))
    with pytest.raises(ValueError, match="the slope of leaky_relu is a number, not True"):
        nn.init.calculate_gain("leaky_relu", True)


def test_lazy_layers_have_no_bias_before_their_first_call() -> None:
    for layer, x in ((nn.LazyLinear(3), (2, 4)), (nn.LazyConv1d(3, 2), (2, 4, 5))):
        assert nn.parameter.is_lazy(layer.bias) and nn.parameter.is_lazy(layer.weight)
        layer(input=pellucid.ones(x))
        assert layer.bias.shape == (3,) and layer.weight.shape[:2] == (3, 4)
    weight = nn.UninitializedParameter()
    weight.materialize(4)
    assert weight.shape == (4,)


def test_packed_sequences_change_their_kind_and_are_told_from_what_is_none() -> None:
    packed = pack_sequence([pellucid.tensor([1.0, 2.0]), pellucid.tensor([3.0])])
    assert packed.half().data.dtype is pellucid.float16 and packed.long().data.tolist() == [1, 3, 2]
    assert packed.cpu() is packed and packed.float() is packed and not packed.is_cuda
    assert packed.to(pellucid.float32) is packed and packed.int().byte().char().short().double()
    with pytest.raises(RuntimeError, match="needs a list of Tensors and got"):
        pad_sequence(5)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="at least one sequence"):
        nn.utils.rnn.pack_padded_sequence(pellucid.ones(0, 0), [])


def test_a_module_without_forward_is_not_implemented() -> None:
    with pytest.raises(NotImplementedError, match=r"ModuleList has no forward"):
        nn.ModuleList()(pellucid.ones(1))


def _parametrized() -> Any:
    return nn.utils.parametrizations.spectral_norm(nn.Linear(3, 4))


class _Way(nn.Module):
    def __init__(self, back: Any) -> None:
        super().__init__()
        self.back = back

    def forward(self, x: Any) -> Any:
        return x

    def right_inverse(self, x: Any) -> Any:
        return self.back(x)


def _set_up(module: nn.Module, back: Any) -> None:
    parametrize.register_parametrization(module, "weight", _Way(back))


def made(name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(nn, name)(*args, **kwargs)


_REFUSED: list[tuple[Any, type[Exception], str]] = [
    (lambda: nn.Linear(1, 1).to("cpu", copy=True), RuntimeError, "copy is no argument"),
    (lambda: nn.Linear(1, 1).to(None, None, True, False), RuntimeError, "copy is no argument"),
    (lambda: nn.Linear(1, 1).to("cpu", True), TypeError, r"in this order: got \('cpu', True\)"),
    (lambda: nn.Linear(1, 1).to("cpu", pellucid.ones(1).dtype, 1), TypeError, "in this order"),
    (lambda: nn.Linear(1, 1).to([]), TypeError, "device is a name such as 'cpu', and not a list"),
    (lambda: made("RNN", 3, 4, proj_size=2), ValueError, "Only the states of an LSTM"),
    (lambda: made("GRU", 3, 4, proj_size=2), ValueError, "Only the states of an LSTM"),
    (lambda: nn.MultiheadAttention(6, 4), AssertionError, "6 features for 4 heads"),
    (lambda: nn.MultiheadAttention(0, 4), ValueError, "0 features for 4 heads"),
    (lambda: made("Conv2d", 2.0, 3, 3), TypeError, "in_channels must be a whole number"),
    (lambda: made("Conv2d", 2, 2, 3, groups=2.0), TypeError, "groups must be a whole number"),
    (lambda: F.interpolate(pellucid.ones(1, 1, 4).long(), 8), RuntimeError, "and got int64"),
    (lambda: F.interpolate(pellucid.ones(1, 1, 4), (1.5,)), TypeError, "sizes are whole numbers"),
    (lambda: nn.GroupNorm(4, 4)(pellucid.ones(1, 4)), ValueError, "more than one value"),
    (lambda: F.pad(pellucid.ones(1, 1, 4), (3, 6), mode="circular"), RuntimeError, "6 goes around"),
    (lambda: nn.utils.weight_norm(nn.LazyLinear(2)), ValueError, "has no shape yet"),
    (
        lambda: nn.EmbeddingBag(3, 2)(pellucid.tensor([1, 2]), pellucid.tensor([0, 9])),
        RuntimeError,
        r"offsets\[-1\] = 9",
    ),
    (
        lambda: F.embedding_bag(
            pellucid.tensor([[1]]), pellucid.ones(3, 2), mode="sum",
            per_sample_weights=pellucid.ones(1, 1).double(),
        ),
        RuntimeError,
        "per_sample_weights are float64, and the table is float32",
    ),
    (
        lambda: setattr(
            nn.utils.parametrizations.orthogonal(nn.Linear(3, 4)), "weight", pellucid.ones(5, 5)
        ),
        ValueError,
        r"the matrices have the shape \(4, 3\), and \(5, 5\) was given",
    ),
    (
        lambda: _set_up(nn.Linear(2, 2), lambda x: None),
        ValueError,
        "must give a Tensor or a Sequence of Tensors, and gave None",
    ),
    (
        lambda: _set_up(_parametrized(), lambda x: (x, x)),
        ValueError,
        "right_inverse must return a tensor",
    ),
    (
        lambda: _set_up(_parametrized(), lambda x: x[0]),
        ValueError,
        r"right_inverse gives \(3,\) float32, and the weight is \(4, 3\) float32",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), _REFUSED)
def test_what_pytorch_refuses_is_refused(call: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        call()


def test_vectors_of_two_kinds_of_number_are_compared_as_the_wider() -> None:
    x = pellucid.tensor([[1.0, 2.0]])
    assert abs(F.cosine_similarity(x.to(pellucid.int8), x).item() - 1) < 1e-6


def test_what_is_dense_already_stays() -> None:
    x = pellucid.ones(2)
    assert x.to_dense() is x and x.to_dense(pellucid.float64).dtype is pellucid.float64
    with pytest.raises(NotImplementedError, match="go with mode='sum', not 'max'"):
        F.embedding_bag(
            pellucid.tensor([[1]]), pellucid.ones(3, 2), mode="max", per_sample_weights=x[None, :1]
        )


@pytest.mark.parametrize("affine", [False, True])
def test_instances_with_another_number_of_channels_are_told_of(affine: bool, torch: Any) -> None:
    for room in (pellucid, torch):
        for name, shape in (("InstanceNorm1d", (3, 2, 4)), ("InstanceNorm2d", (2, 3, 4))):
            layer = getattr(room.nn, name)(5, affine=affine)
            if affine:
                with pytest.raises(ValueError, match="5"):
                    layer(room.ones(shape))
            else:
                with pytest.warns(UserWarning, match=r"got 2 channels|does not match num_features"):
                    assert layer(room.ones(shape)).shape == shape


@pytest.mark.parametrize("mode", ["constant", "reflect", "replicate", "circular"])
def test_a_border_of_nothing_shares_no_memory(mode: str, torch: Any) -> None:
    for room in (pellucid, torch):
        x = room.zeros(1, 2, 3, 3)
        room.nn.functional.pad(x, (0, 0, 0, 0), mode=mode).fill_(4.0)
        assert x.max().item() == 0.0


def test_a_size_beyond_all_memory_is_refused_in_words(torch: Any) -> None:
    for room in (pellucid, torch):
        with pytest.raises(RuntimeError, match=r"more than any memory holds|overflow"):
            room.nn.functional.interpolate(
                room.ones(1, 1, 4, 4), scale_factor=1e20, mode="bilinear"
            )
