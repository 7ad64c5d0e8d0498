"""Layers against PyTorch with the same weights: values, gradients, and what they remember."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.graph.mode import switched
from pellucid.graph.program import unknown
from tests.nn.oracle import array, close, compare, ours


def twins(torch: Any, name: str, *args: Any, **settings: Any) -> tuple[Any, Any]:
    """Our module and PyTorch's in float64, with the same weights."""
    mine = getattr(nn, name)(*args, **settings).double()
    yours = getattr(torch.nn, name)(*args, **settings).double()
    state = {
        k: v if "tracked" in k else v + 0.1 * torch.tensor(array(tuple(v.shape), i, 0.0, 1.0))
        for i, (k, v) in enumerate(yours.state_dict().items())
    }
    yours.load_state_dict(state)
    mine.load_state_dict(state)
    return mine, yours


def agree(torch: Any, mine: Any, yours: Any, x: Any, second: bool = True) -> None:
    """Values, input gradients, parameter gradients and buffers of two modules agree."""
    compare(torch, mine, yours, [x], second=second)
    (mine(ours(x, True)) ** 2).sum().backward()
    (yours(torch.tensor(x, requires_grad=True)) ** 2).sum().backward()
    for (name, p), (expected, q) in zip(
        mine.named_parameters(), yours.named_parameters(), strict=True
    ):
        assert name == expected
        close(p.grad, q.grad)
    for (name, p), (expected, q) in zip(mine.named_buffers(), yours.named_buffers(), strict=True):
        assert name == expected
        close(p, q)


@pytest.mark.parametrize("shape", [(5, 3), (3,), (2, 4, 3), (0, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear(torch: Any, bias: bool, shape: tuple[int, ...]) -> None:
    mine, yours = twins(torch, "Linear", 3, 4, bias=bias)
    agree(torch, mine, yours, array(shape))


BENDS: list[tuple[str, dict[str, Any]]] = [
    ("ReLU", {}),
    ("ReLU6", {}),
    ("LeakyReLU", {"negative_slope": 0.3}),
    ("ELU", {"alpha": 0.5}),
    ("Sigmoid", {}),
    ("LogSigmoid", {}),
    ("Tanh", {}),
    ("GELU", {}),
    ("GELU", {"approximate": "tanh"}),
    ("SiLU", {}),
    ("Softplus", {"beta": 2.0, "threshold": 3.0}),
    ("Hardtanh", {"min_val": -0.5, "max_val": 1.5}),
    ("Softmax", {"dim": 1}),
    ("Softmin", {"dim": -1}),
    ("LogSoftmax", {"dim": 0}),
    ("Identity", {}),
]


@pytest.mark.parametrize(("name", "settings"), BENDS)
def test_activations(torch: Any, name: str, settings: dict[str, Any]) -> None:
    compare(
        torch,
        getattr(nn, name)(**settings),
        lambda x: getattr(torch.nn, name)(**settings)(x.clone()),
        [array((4, 5), 1, -4, 4)],
        second=True,
    )


FUNCTIONS: list[tuple[str, dict[str, Any]]] = [
    ("relu", {}),
    ("relu6", {}),
    ("leaky_relu", {"negative_slope": 0.2}),
    ("elu", {"alpha": 0.7}),
    ("sigmoid", {}),
    ("logsigmoid", {}),
    ("tanh", {}),
    ("silu", {}),
    ("gelu", {"approximate": "tanh"}),
    ("softplus", {"beta": 3.0}),
    ("hardtanh", {"min_val": -2.0, "max_val": 0.5}),
    ("softmax", {"dim": 0}),
    ("softmin", {"dim": 1}),
    ("log_softmax", {"dim": 1}),
    ("normalize", {}),
    ("normalize", {"p": 1.0, "dim": 0}),
    ("normalize", {"p": 3.0}),
    ("layer_norm", {"normalized_shape": (5,)}),
]


@pytest.mark.parametrize(("name", "settings"), FUNCTIONS)
def test_functions(torch: Any, name: str, settings: dict[str, Any]) -> None:
    compare(
        torch,
        lambda x: getattr(F, name)(x, **settings),
        lambda x: getattr(torch.nn.functional, name)(x, **settings),
        [array((4, 5), 1, -4, 4)],
        second=True,
    )


def test_a_vector_of_zeros_has_a_direction_of_zeros(torch: Any) -> None:
    compare(torch, F.normalize, torch.nn.functional.normalize, [np.zeros((2, 3))])


def test_cosine_similarity(torch: Any) -> None:
    compare(
        torch,
        F.cosine_similarity,
        torch.nn.functional.cosine_similarity,
        [array((4, 3), 1), array((4, 3), 2)],
    )


def test_linear_as_a_function(torch: Any) -> None:
    compare(
        torch,
        F.linear,
        torch.nn.functional.linear,
        [array((5, 3), 1), array((4, 3), 2), array((4,), 3)],
    )


def test_one_hot_and_pad(torch: Any) -> None:
    rows = np.array([[0, 2], [1, 1]])
    close(F.one_hot(ours(rows), 4), torch.nn.functional.one_hot(torch.tensor(rows), 4))
    compare(
        torch,
        lambda x: F.pad(x, (1, 2, 0, 1), value=0.5),
        lambda x: torch.nn.functional.pad(x, (1, 2, 0, 1), value=0.5),
        [array((2, 3))],
    )


# ---- normalization ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        ({"normalized_shape": 3}, (5, 3)),
        ({"normalized_shape": (4, 3)}, (2, 4, 3)),
        ({"normalized_shape": 3, "eps": 0.1}, (2, 4, 3)),
        ({"normalized_shape": 3, "elementwise_affine": False}, (5, 3)),
        ({"normalized_shape": 3, "bias": False}, (5, 3)),
        ({"normalized_shape": 3}, (3,)),
        ({"normalized_shape": 3}, (0, 3)),
    ],
)
def test_layer_norm(torch: Any, settings: dict[str, Any], shape: tuple[int, ...]) -> None:
    mine, yours = twins(torch, "LayerNorm", **settings)
    agree(torch, mine, yours, array(shape, 1))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(5, 3), (4, 3, 2)])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"momentum": 0.4, "eps": 0.1},
        {"momentum": None},
        {"affine": False},
        {"track_running_stats": False},
    ],
)
def test_batch_norm(
    torch: Any, settings: dict[str, Any], shape: tuple[int, ...], training: bool
) -> None:
    mine, yours = twins(torch, "BatchNorm1d", 3, **settings)
    for x in (array(shape, 3), array(shape, 4)):
        mine(ours(x)), yours(torch.tensor(x))
    mine.train(training), yours.train(training)
    agree(torch, mine, yours, array(shape, 1))


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_as_a_function(torch: Any, training: bool) -> None:
    remembered = array((3,), 7, 0.5, 1.0)
    mine = [ours(remembered), ours(remembered)]
    yours = [torch.tensor(remembered), torch.tensor(remembered)]
    compare(
        torch,
        lambda x, w, b: F.batch_norm(x, *mine, w, b, training, 0.3, 0.01),
        lambda x, w, b: torch.nn.functional.batch_norm(x, *yours, w, b, training, 0.3, 0.01),
        [array((5, 3), 1), array((3,), 2), array((3,), 3)],
        second=True,
    )
    for a, b in zip(mine, yours, strict=True):
        close(a, b)


def test_batch_norm_counts_its_batches(torch: Any) -> None:
    layer = nn.BatchNorm1d(2)
    for _ in range(3):
        layer(pellucid.ones(4, 2))
    layer.eval()(pellucid.ones(4, 2))
    assert layer.num_batches_tracked.item() == 3
    layer.reset_running_stats()
    assert layer.num_batches_tracked.item() == 0
    assert layer.running_var.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("momentum", [0.1, None])
def test_tracing_shapes_remembers_nothing(momentum: float | None) -> None:
    layer = nn.BatchNorm1d(2, momentum=momentum)
    before = {k: v.clone() for k, v in layer.state_dict().items()}
    x = pellucid.ones(4, 2)
    with switched(symbolic=True, keeping=True):
        assert layer(x).shape == (4, 2)
    assert all((v == before[k]).all() for k, v in layer.state_dict().items())


@pytest.mark.parametrize("momentum", [0.1, None])
def test_traced_cells_are_replaced_by_what_they_will_hold(momentum: float | None) -> None:
    layer = nn.BatchNorm1d(2, momentum=momentum)
    cells = dict(layer.named_buffers())
    before = {name: cell._node for name, cell in cells.items()}
    for cell in cells.values():
        cell._node = unknown(cell._node.shape, cell._node.dtype)
    with switched(symbolic=True, keeping=True):
        layer(pellucid.ones(4, 2))
    for name, cell in cells.items():
        assert cell._node.op.name in ("remembered", "add", "cast")
        assert (cell._node.shape, cell._node.dtype) == (before[name].shape, before[name].dtype)


def test_a_frozen_batch_norm_of_one_row_works() -> None:
    layer = nn.BatchNorm1d(3).eval()
    assert layer(pellucid.ones(1, 3)).shape == (1, 3)


# ---- dropout ---------------------------------------------------------------------------------


def test_dropout_leaves_out_a_share_and_scales_the_rest() -> None:
    x = pellucid.ones(200, 500)
    y = nn.Dropout(0.3)(x).numpy()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.7)}
    assert abs((y == 0).mean() - 0.3) < 0.01
    assert abs(y.mean() - 1.0) < 0.01


def test_dropout_passes_blame_only_where_it_passed_numbers() -> None:
    x = pellucid.ones(1000, requires_grad=True)
    y = F.dropout(x, 0.5)
    y.sum().backward()
    assert (x.grad == y.detach()).all()


def test_dropout_is_seeded() -> None:
    x = pellucid.ones(50)
    pellucid.manual_seed(7)
    first, second = F.dropout(x), F.dropout(x)
    pellucid.manual_seed(7)
    assert (F.dropout(x) == first).all() and (F.dropout(x) == second).all()
    assert (first != second).any()


@pytest.mark.parametrize("layer", [nn.Dropout(0.9).eval(), nn.Dropout(0.0), nn.Identity()])
def test_what_changes_nothing(layer: Any) -> None:
    x = pellucid.randn(4, 3)
    assert (layer(x) == x).all()


def test_everything_can_be_left_out() -> None:
    x = pellucid.ones(5, requires_grad=True)
    y = F.dropout(x, 1.0)
    y.sum().backward()
    assert y.tolist() == [0.0] * 5 and x.grad.tolist() == [0.0] * 5


# ---- axes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"start_dim": 0}, {"start_dim": 2, "end_dim": 3}])
def test_flatten(torch: Any, settings: dict[str, int]) -> None:
    compare(torch, nn.Flatten(**settings), torch.nn.Flatten(**settings), [array((2, 3, 4, 5))])


@pytest.mark.parametrize(("dim", "sizes"), [(1, (2, 3)), (-1, (2, -1)), (0, (1, 2))])
def test_unflatten(torch: Any, dim: int, sizes: tuple[int, ...]) -> None:
    compare(torch, nn.Unflatten(dim, sizes), torch.nn.Unflatten(dim, sizes), [array((2, 6))])


def test_step_is_one_above_zero() -> None:
    assert nn.Step()(pellucid.tensor([-1.0, 0.0, 2.0])).tolist() == [0.0, 0.0, 1.0]
