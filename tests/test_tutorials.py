"""What scripts written for PyTorch do beside the mathematics, and what they get wrong."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as torch
from pellucid import nn, optim
from pellucid.errors import KindError, SettingError
from pellucid.utils.data import ChainDataset, ConcatDataset, DataLoader, IterableDataset

W = [torch.zeros(2, requires_grad=True)]
SGD = optim.SGD(W, lr=0.1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: nn.Linear(in_feature=3, out_features=2), "Linear: in_feature in_features"),
        (lambda: nn.Linear(4, units=3), "Linear: units out_features"),
        (lambda: nn.LSTM(3, hidden=4), "LSTM: hidden hidden_size"),
        (lambda: nn.GRU(3, 4, layers=2), "GRU: layers num_layers"),
        (lambda: nn.Conv2d(3, 4, kernel=3), "Conv2d: kernel kernel_size"),
        (lambda: nn.Conv2d(3, filters=4, kernel_size=3), "Conv2d: filters out_channels"),
        (lambda: nn.Dropout(rate=0.3), "Dropout: rate p"),
        (lambda: nn.LayerNorm(dim=3), "LayerNorm: dim normalized_shape"),
        (lambda: nn.LeakyReLU(alpha=0.1), "LeakyReLU: alpha negative_slope"),
        (
            lambda: nn.Embedding(vocab_size=9, embedding_dim=2),
            "Embedding: vocab_size num_embeddings",
        ),
        (lambda: nn.TransformerEncoderLayer(8, heads=2), "TransformerEncoderLayer: heads nhead"),
        (lambda: nn.GATConv(4, 2, n_heads=2), "GATConv: n_heads heads"),
        (lambda: nn.CrossEntropyLoss(weights=None), "CrossEntropyLoss: weights weight"),
        (lambda: optim.Adam(W, learning_rate=0.1), "Adam: learning_rate lr"),
        (lambda: optim.Adam(W, momentum=0.9), "Adam: momentum betas"),
        (lambda: optim.SGD(W, lr=0.1, decay=1e-4), "SGD: decay weight_decay"),
        (lambda: optim.lr_scheduler.StepLR(SGD, step=3), "StepLR: step step_size"),
        (lambda: optim.lr_scheduler.StepLR(SGD, 3, decay=0.5), "StepLR: decay gamma"),
        (lambda: DataLoader([1], batchsize=3), "DataLoader: batchsize batch_size"),
        (lambda: DataLoader([1], workers=3), "DataLoader: workers num_workers"),
    ],
)
def test_a_setting_of_another_name(make: Callable[[], Any], text: str) -> None:
    who, word, meant = text.replace(":", "").split()
    with pytest.raises(TypeError) as refusal:
        make()
    assert str(refusal.value) == f"{who} has no argument {word!r}. Did you mean {meant}=?"


def test_a_setting_that_is_not_given() -> None:
    with pytest.raises(TypeError) as refusal:
        nn.Conv2d(3, out_channels=4)  # type: ignore[call-arg]
    assert str(refusal.value) == (
        "Conv2d was made without kernel_size.\n"
        " It needs Conv2d(in_channels, out_channels, kernel_size, …)."
    )
    with pytest.raises(TypeError, match=r"^StepLR was made without step_size\."):
        optim.lr_scheduler.StepLR(SGD, gamma=0.1)  # type: ignore[call-arg]
    with pytest.raises(TypeError) as refusal:
        nn.Softmax(shape=1)  # type: ignore[call-arg]
    assert str(refusal.value) == "Softmax has no argument 'shape'. It takes dim."


def test_the_names_are_asked_for_where_they_are_given_and_nowhere_else() -> None:
    class Own(nn.Linear):
        def __init__(self, width: int, **more: Any) -> None:
            super().__init__(width, width, **more)

    assert Own(width=3, bias=False).bias is None
    made = optim.AdamW(W, lr=0.1)
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert again.param_groups[0]["lr"] == 0.1
    assert "fused" in inspect.signature(optim.AdamW).parameters
    assert "batch_size" in inspect.signature(DataLoader).parameters


def test_a_rate_that_is_a_text() -> None:
    with pytest.raises(SettingError, match="Adam: lr must be a number, and it is the text '0"):
        optim.Adam(W, lr="0.1")  # type: ignore[arg-type]


def test_a_whole_model_is_not_clipped() -> None:
    with pytest.raises(KindError) as refusal:
        nn.utils.clip_grad_norm_(nn.Linear(2, 1), 1.0)  # type: ignore[arg-type]
    assert str(refusal.value) == (
        "gradients are clipped of weights, and this is a whole model (Linear).\n"
        " Pass its weights: model.parameters()."
    )


def through_a_file(value: Any) -> Any:
    file = io.BytesIO()
    torch.save(value, file)
    return torch.load(io.BytesIO(file.getvalue()))


def test_an_array_that_is_saved_comes_back_as_one() -> None:
    rows = np.arange(6.0).reshape(2, 3)
    back = through_a_file(rows)
    assert type(back) is np.ndarray and back.dtype == rows.dtype and (back == rows).all()
    mixed = through_a_file({"scores": rows, "weight": torch.ones(2)})
    assert type(mixed["scores"]) is np.ndarray and isinstance(mixed["weight"], torch.Tensor)
    back[0] = 7.0  # and may be written into


def test_a_list_of_arrays_keeps_its_dtype() -> None:
    assert torch.tensor([np.ones(2), np.zeros(2)]).dtype == torch.float64
    assert torch.tensor([np.zeros(2, dtype=np.int32)]).dtype == torch.int32
    assert torch.tensor([[1.0, 2.0]]).dtype == torch.float32


class Count(IterableDataset[int]):
    def __init__(self, first: int, last: int) -> None:
        self.numbers = range(first, last)

    def __iter__(self) -> Any:
        assert torch.utils.data.get_worker_info() is None  # as such streams ask
        return iter(self.numbers)


def test_streams_are_joined() -> None:
    both = Count(0, 3) + Count(3, 5)
    assert isinstance(both, ChainDataset) and not isinstance(both, ConcatDataset)
    assert [batch.tolist() for batch in DataLoader(both, batch_size=2)] == [[0, 1], [2, 3], [4]]
    with pytest.raises(KindError, match="ConcatDataset"):
        list(ChainDataset([[1, 2]]))  # type: ignore[list-item]


def test_the_graph_is_followed_from_a_loss() -> None:
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (w * torch.ones(2)).sum()
    (product, _), *rest = loss.grad_fn.next_functions
    assert product.op.name == "mul" and not rest
    (leaf, _), (nothing, _) = product.next_functions
    assert leaf.variable._node is w._node and nothing is None and leaf.next_functions == ()


def test_what_is_like_another_takes_an_order_in_memory() -> None:
    x = torch.ones(2, 3)
    for like in (torch.zeros_like, torch.ones_like, torch.empty_like, torch.rand_like):
        assert like(x, memory_format=torch.preserve_format).shape == x.shape


def test_a_variable_is_a_tensor() -> None:
    from pellucid.autograd import Variable

    held = torch.ones(2)
    w = Variable(held, requires_grad=True)
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0] and isinstance(w, Variable) and not held.requires_grad


def test_a_network_for_several_devices_runs_on_the_one() -> None:
    layer = nn.Linear(3, 2)
    several, x = nn.DataParallel(layer, device_ids=[0]), torch.randn(4, 3)
    assert list(several.state_dict()) == ["module.weight", "module.bias"]
    assert (several(x) == layer(x)).all()
    assert (nn.parallel.data_parallel(layer, x, range(2)) == layer(x)).all()


def test_modules_are_found_under_the_paths_of_scripts() -> None:
    from pellucid.nn.modules.loss import _Loss
    from pellucid.nn.modules.utils import _pair
    from pellucid.utils.data.dataloader import default_collate
    from pellucid.utils.data.sampler import Sampler

    from pellucid.nn.parameter import Parameter

    assert torch.optim.lr_scheduler._LRScheduler is torch.optim.lr_scheduler.LRScheduler
    assert nn.init._calculate_fan_in_and_fan_out(torch.ones(2, 3, 4)) == (12, 8)
    assert Parameter is nn.Parameter and Sampler is torch.utils.data.Sampler
    assert _Loss(reduction="sum").reduction == "sum" and _pair(3) == (3, 3)
    assert default_collate([1, 2]).tolist() == [1, 2]
