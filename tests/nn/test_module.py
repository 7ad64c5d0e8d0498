"""Modules: what they own, how it is found, switched, cast and shown."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict
from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.errors import IndexRangeError, SettingError


class Block(nn.Module):
    def __init__(self, size: int = 3) -> None:
        super().__init__()
        self.first = nn.Linear(size, size)
        self.scale = nn.Parameter(pellucid.ones(size))
        self.register_buffer("seen", pellucid.zeros(1))
        self.register_buffer("scratch", pellucid.zeros(1), persistent=False)
        self.bend = nn.ReLU()
        self.nothing = None

    def forward(self, x: Any) -> Any:
        return self.bend(self.first(x)) * self.scale


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(Block(), nn.Tanh())
        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])
        self.heads = nn.ModuleDict({"a": nn.Linear(3, 1)})

    def forward(self, x: Any) -> Any:
        x = self.encoder(x)
        for layer in self.layers:
            x = layer(x)
        return self.heads["a"](x)


def torch_twin(torch: Any) -> Any:
    """The same classes on PyTorch."""

    class TBlock(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first = torch.nn.Linear(3, 3)
            self.scale = torch.nn.Parameter(torch.ones(3))
            self.register_buffer("seen", torch.zeros(1))
            self.register_buffer("scratch", torch.zeros(1), persistent=False)
            self.bend = torch.nn.ReLU()

    class TNet(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = torch.nn.Sequential(TBlock(), torch.nn.Tanh())
            self.layers = torch.nn.ModuleList([torch.nn.Linear(3, 3) for _ in range(2)])
            self.heads = torch.nn.ModuleDict({"a": torch.nn.Linear(3, 1)})

    return TNet()


WALKS = ["named_parameters", "named_buffers", "named_modules", "named_children"]


@pytest.mark.parametrize("walk", WALKS)
def test_walks_find_the_names_that_pytorch_finds(torch: Any, walk: str) -> None:
    mine = [name for name, _ in getattr(Net(), walk)()]
    assert mine == [name for name, _ in getattr(torch_twin(torch), walk)()]


@pytest.mark.parametrize("walk", WALKS[:3])
def test_prefixes_too(torch: Any, walk: str) -> None:
    mine = [name for name, _ in getattr(Net(), walk)(prefix="net")]
    assert mine == [name for name, _ in getattr(torch_twin(torch), walk)(prefix="net")]


def test_the_state_has_pytorchs_keys(torch: Any) -> None:
    assert list(Net().state_dict()) == list(torch_twin(torch).state_dict())
    assert list(Net().state_dict(prefix="x_")) == list(torch_twin(torch).state_dict(prefix="x_"))


def test_not_recursing_finds_only_its_own() -> None:
    assert [n for n, _ in Block().named_parameters(recurse=False)] == ["scale"]
    assert [n for n, _ in Net().named_buffers(recurse=False)] == []


def test_a_shared_weight_is_found_once() -> None:
    a, b = nn.Linear(2, 2), nn.Linear(2, 2)
    b.weight = a.weight
    model = nn.Sequential(a, b, a)
    assert [n for n, _ in model.named_parameters()] == ["0.weight", "0.bias", "1.bias"]
    assert len(list(model.named_parameters(remove_duplicate=False))) == 6
    assert [n for n, _ in model.named_modules()] == ["", "0", "1"]
    assert len(list(model.children())) == 2
    assert len(model.state_dict()) == 6


def test_parts_are_found_by_path() -> None:
    net = Net()
    assert net.get_submodule("encoder.0.first") is net.encoder[0].first
    assert net.get_submodule("") is net
    assert net.get_parameter("heads.a.bias") is net.heads["a"].bias
    assert net.get_buffer("encoder.0.seen") is net.encoder[0].seen


def test_parameters_get_names_when_the_network_is_used() -> None:
    net = Net()
    net(pellucid.zeros(2, 3))
    assert net.layers[1].weight.name == "layers.1.weight"
    assert net.encoder[0].seen.name == "encoder.0.seen"
    net.layers.append(nn.Linear(3, 3))
    assert net.layers[2].weight.name == ""
    list(net.parameters())
    assert net.layers[2].weight.name == "layers.2.weight"


def test_nodes_know_the_layer_that_made_them() -> None:
    net = Net()
    out = net(pellucid.zeros(2, 3))
    scopes = []
    node = out._node
    while node.op is not None:
        scopes.append((node.scope, node.op.name))
        node = node.inputs[0]
    assert scopes == [
        ("heads.a", "linear"),
        ("layers.1", "linear"),
        ("layers.0", "linear"),
        ("encoder.1", "tanh"),
        ("encoder.0", "mul"),
        ("encoder.0.bend", "relu"),
        ("encoder.0.first", "linear"),
    ]


def test_a_part_called_by_itself_keeps_its_place() -> None:
    net = Net()
    net(pellucid.zeros(2, 3))
    assert net.encoder(pellucid.zeros(2, 3))._node.scope == "encoder.1"


def test_the_scope_is_left_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    with pytest.raises(ValueError):
        model(pellucid.zeros(1, 3))
    assert (pellucid.ones(1) + 1)._node.scope == ""


def test_train_and_eval_reach_everything() -> None:
    net = Net()
    assert net.eval() is net
    assert not any(m.training for m in net.modules())
    assert all(m.training for m in net.train().modules())


def test_requires_grad_and_zero_grad() -> None:
    layer = nn.Linear(2, 2)
    layer(pellucid.ones(1, 2)).sum().backward()
    layer.zero_grad(set_to_none=False)
    assert layer.weight.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    layer.zero_grad()
    assert layer.weight.grad is None and layer.bias.grad is None
    layer.requires_grad_(False)
    assert not layer(pellucid.ones(1, 2)).requires_grad


def test_apply_goes_bottom_up() -> None:
    seen: list[str] = []
    nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.ReLU())).apply(
        lambda m: seen.append(type(m).__name__)
    )
    assert seen == ["Linear", "ReLU", "Sequential", "Sequential"]


def test_casting_keeps_the_parameters_themselves() -> None:
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    before = list(net.parameters())
    before[0].grad = pellucid.ones(2, 2)
    assert net.double() is net
    assert all(a is b for a, b in zip(before, net.parameters(), strict=True))
    assert {p.dtype for p in net.parameters()} == {pellucid.float64}
    assert before[0].grad.dtype is pellucid.float64
    assert net[1].running_mean.dtype is pellucid.float64
    assert net[1].num_batches_tracked.dtype is pellucid.int64
    assert net.float()[0].weight.dtype is pellucid.float32
    assert net.to(pellucid.float16)[0].weight.dtype is pellucid.float16
    assert net.to("cpu", dtype=pellucid.float64)[0].weight.dtype is pellucid.float64
    assert net.half()[0].bias.dtype is pellucid.float16
    assert net.type(pellucid.float32).cpu()[0].bias.dtype is pellucid.float32


def test_assigning_and_deleting() -> None:
    block = Block()
    block.scale = nn.Parameter(pellucid.zeros(3))
    assert block.scale.tolist() == [0.0] * 3
    block.bend = nn.Tanh()
    assert isinstance(block.get_submodule("bend"), nn.Tanh)
    block.seen = pellucid.ones(1)
    assert dict(block.named_buffers())["seen"].item() == 1.0
    block.scale = None
    assert "scale" not in dict(block.named_parameters())
    del block.bend
    assert "bend" not in dict(block.named_modules())
    with pytest.raises(AttributeError, match="'Block' object has no attribute 'bend'"):
        block.bend  # noqa: B018


def test_a_name_moves_from_one_kind_to_another() -> None:
    block = Block()
    block.first = nn.Parameter(pellucid.ones(1))
    assert "first" in dict(block.named_parameters())
    assert "first" not in dict(block.named_children())
    block.plain = 3
    block.plain = nn.Linear(1, 1)
    assert "plain" in dict(block.named_children())


def test_copies_are_independent_and_pickles_return() -> None:
    net = Net()
    x = pellucid.randn(4, 3)
    twin, back = copy.deepcopy(net), pickle.loads(pickle.dumps(net))
    assert (twin(x) == net(x)).all() and (back(x) == net(x)).all()
    with pellucid.no_grad():
        twin.layers[0].weight[:] = 0.0
    assert net.layers[0].weight.abs().sum().item() > 0
    assert twin.layers[0]._parameters["weight"] is twin.layers[0].weight
    assert back.layers[0]._parameters["weight"] is back.layers[0].weight


def test_a_module_that_keeps_an_op_is_pickled_and_copied_with_that_op() -> None:
    gelu, x = nn.GELU(), pellucid.randn(4)
    for other in (copy.deepcopy(gelu), pickle.loads(pickle.dumps(gelu))):
        assert (other(x) == gelu(x)).all() and other._op is gelu._op


def test_a_copied_part_is_a_network_of_its_own() -> None:
    net = Net()
    net(pellucid.zeros(2, 3))
    part = copy.deepcopy(net.encoder)
    part(pellucid.zeros(2, 3))
    assert part[0].first.weight.name == "0.first.weight"
    assert net.encoder[0].first.weight.name == "encoder.0.first.weight"


# ---- containers ------------------------------------------------------------------------------


def test_sequential_is_a_list_of_layers() -> None:
    a, b, c = nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)
    model = nn.Sequential(a, b)
    assert model.append(c) is model
    assert len(model) == 3 and model[0] is a and model[-1] is c and list(model) == [a, b, c]
    assert isinstance(model[:2], nn.Sequential) and list(model[1:]) == [b, c]
    model[1] = nn.Tanh()
    assert isinstance(model[1], nn.Tanh) and list(model._modules) == ["0", "1", "2"]
    del model[0]
    assert list(model._modules) == ["0", "1"] and model[1] is c
    model.insert(0, a)
    assert model[0] is a and model.pop(0) is a and len(model) == 2
    assert len(model + nn.Sequential(b)) == 3
    assert len(model.extend([b, a])) == 4


def test_sequential_with_names() -> None:
    model = nn.Sequential(OrderedDict([("hidden", nn.Linear(2, 3)), ("bend", nn.ReLU())]))
    assert list(model.state_dict()) == ["hidden.weight", "hidden.bias"]
    assert isinstance(model.bend, nn.ReLU) and isinstance(model[1], nn.ReLU)
    assert list(model[:1]._modules) == ["hidden"]


def test_an_empty_sequential_gives_back_its_input() -> None:
    x = pellucid.ones(2)
    assert nn.Sequential()(x) is x


def test_module_list() -> None:
    layers = nn.ModuleList([nn.Linear(1, 1)])
    layers += [nn.ReLU(), nn.Tanh()]
    assert [type(m).__name__ for m in layers] == ["Linear", "ReLU", "Tanh"]
    assert isinstance(layers[1:], nn.ModuleList) and len(layers[1:]) == 2
    layers.insert(1, nn.Sigmoid())
    assert isinstance(layers[1], nn.Sigmoid) and len(layers) == 4
    assert isinstance(layers.pop(), nn.Tanh)
    assert len(layers + nn.ModuleList([nn.ReLU()])) == 4
    assert list(layers._modules) == ["0", "1", "2"]


def test_module_dict() -> None:
    heads = nn.ModuleDict({"a": nn.Linear(1, 1)})
    heads["b"] = nn.ReLU()
    heads.update([("c", nn.Tanh())])
    assert list(heads) == list(heads.keys()) == ["a", "b", "c"] and "b" in heads
    assert [name for name, _ in heads.items()] == ["a", "b", "c"] and len(list(heads.values())) == 3
    heads["a"] = nn.Sigmoid()
    assert isinstance(heads["a"], nn.Sigmoid) and list(heads) == ["a", "b", "c"]
    assert isinstance(heads.pop("b"), nn.ReLU)
    del heads["c"]
    assert len(heads) == 1
    heads.clear()
    assert len(heads) == 0


def test_wrong_numbers_and_names_are_answered() -> None:
    with pytest.raises(IndexRangeError) as no_such_number:
        nn.Sequential(nn.ReLU())[3]
    assert str(no_such_number.value) == (
        "Sequential has 1 modules, numbered from 0; there is no number 3."
    )
    with pytest.raises(SettingError) as no_such_name:
        nn.ModuleDict({"digit": nn.ReLU()})["digits"]
    assert str(no_such_name.value) == (
        "there is no module 'digits' here. Did you mean 'digit'?\n Known: digit."
    )


# ---- how it shows ----------------------------------------------------------------------------


def test_the_diagram_counts_weights() -> None:
    model = nn.Sequential(
        nn.Linear(4, 16), nn.ReLU(), nn.Sequential(nn.BatchNorm1d(16), nn.Linear(16, 3, bias=False))
    )
    model[0].requires_grad_(False)
    lines = str(model).splitlines()
    assert [line[:45].rstrip() for line in lines] == [
        "Sequential(",
        "  (0): Linear(in_features=4, out_features=16,",
        "  (1): ReLU()",
        "  (2): Sequential(",
        "    (0): BatchNorm1d(16, eps=1e-05, momentum=",
        "    (1): Linear(in_features=16, out_features=",
        "  )",
        ")",
        "160 parameters, of which 80 are frozen",
    ]
    counted = [lines[1], lines[4], lines[5]]
    assert [line.split()[-1] for line in counted] == ["80", "32", "48"]
    assert len({len(line) for line in counted}) == 1  # the numbers stand in one column


def test_a_part_shows_itself_in_its_own_words() -> None:
    class Tags(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.moves = nn.Parameter(pellucid.zeros(5, 5))

        def __repr__(self) -> str:
            return "Tags(\n  of=5\n)"

    assert str(nn.Sequential(nn.Sequential(Tags()))).splitlines() == [
        "Sequential(",
        "  (0): Sequential(",
        "    (0): Tags(       25",
        "      of=5",
        "    )",
        "  )",
        ")",
        "25 parameters",
    ]


LAYERS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Linear", (4, 8), {}),
    ("Linear", (4, 8), {"bias": False}),
    ("ReLU", (), {}),
    ("ReLU", (), {"inplace": True}),
    ("LeakyReLU", (0.2,), {}),
    ("ELU", (), {}),
    ("GELU", ("tanh",), {}),
    ("SiLU", (), {}),
    ("Sigmoid", (), {}),
    ("Softplus", (), {}),
    ("Hardtanh", (), {}),
    ("Softmax", (), {"dim": 1}),
    ("LogSoftmax", (), {"dim": -1}),
    ("Dropout", (0.3,), {}),
    ("Flatten", (), {}),
    ("Unflatten", (1, (2, 3)), {}),
    ("LayerNorm", (8,), {}),
    ("BatchNorm1d", (8,), {}),
    ("Identity", (), {}),
    ("MSELoss", (), {}),
    ("CrossEntropyLoss", (), {}),
]


@pytest.mark.parametrize(("name", "args", "settings"), LAYERS)
def test_one_layer_reads_as_in_pytorch(
    torch: Any, name: str, args: tuple[Any, ...], settings: dict[str, Any]
) -> None:
    mine = repr(getattr(nn, name)(*args, **settings))
    yours = repr(getattr(torch.nn, name)(*args, **settings))
    assert mine == yours


def test_a_class_may_say_what_is_converted_with_it() -> None:
    class Steered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Linear(2, 3)
            self.register_buffer("count", pellucid.zeros(2, dtype=pellucid.int64))
            self.state = pellucid.zeros(3)

        def _apply(self, fn: Any, recurse: bool = True) -> Any:
            super()._apply(fn, recurse)
            self.state = fn(self.state)
            return self

    model = nn.Sequential(Steered(), nn.Linear(3, 1))
    weight = model[0].inner.weight
    weight.sum().backward()
    assert model.double() is model
    assert model[0].state.dtype is pellucid.float64
    assert model[0].inner.weight is weight
    assert weight.dtype is pellucid.float64
    assert weight.grad.dtype is pellucid.float64
    assert model[0].count.dtype is pellucid.int64
    model._apply(lambda t: t * 0)
    assert not weight.any()
    assert not weight.grad.any()
