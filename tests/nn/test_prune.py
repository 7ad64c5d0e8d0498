"""Pruned weights are those of PyTorch, and stay pruned through training, copies and removal."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import pellucid
from pellucid import nn
from pellucid.nn.utils import prune
from pellucid.nn.utils.masking import methods_of
from tests.nn.oracle import close

_WEIGHT = [[1.0, -2.0, 3.0, 0.5], [-4.0, 0.1, -0.2, 5.0], [0.3, 0.4, -6.0, 0.6]]


def _layers(torch: Any) -> tuple[Any, Any]:
    mine, theirs = nn.Linear(4, 3), torch.nn.Linear(4, 3)
    mine.weight.data, theirs.weight.data = pellucid.tensor(_WEIGHT), torch.tensor(_WEIGHT)
    return mine, theirs


def test_masks_are_those_of_pytorch(torch: Any) -> None:
    import torch.nn.utils.prune as peer

    mine, theirs = _layers(torch)
    scores = [[float(i * 4 + j) for j in range(4)] for i in range(3)]
    for lib, room, layer in ((pellucid, prune, mine), (torch, peer, theirs)):
        room.l1_unstructured(layer, "weight", amount=3)
        room.ln_structured(layer, "weight", amount=0.5, n=2, dim=1)
        room.l1_unstructured(layer, "weight", 1, importance_scores=lib.tensor(scores))
        room.custom_from_mask(layer, "bias", mask=lib.tensor([0.0, 1.0, 0.0]))
    close(mine.weight, theirs.weight)
    close(mine.bias_mask, theirs.bias_mask)
    assert list(mine.state_dict()) == list(theirs.state_dict())
    assert prune.is_pruned(nn.Sequential(mine)) and len(methods_of(mine)["weight"]) == 3


def test_several_weights_are_pruned_as_one(torch: Any) -> None:
    import torch.nn.utils.prune as peer

    mine, theirs = _layers(torch)
    for room, layer in ((prune, mine), (peer, theirs)):
        room.global_unstructured([(layer, "weight")], room.L1Unstructured, amount=0.3)
        room.global_unstructured([(layer, "weight")], room.L1Unstructured, amount=2)
    close(mine.weight, theirs.weight)


def test_what_is_pruned_stays_pruned_while_the_rest_learns() -> None:
    layer = prune.random_unstructured(nn.Linear(4, 3), "weight", amount=5)
    optimizer = pellucid.optim.SGD(layer.parameters(), lr=0.1)
    layer(pellucid.ones(2, 4)).sum().backward()
    assert (layer.weight_orig.grad == layer.weight_mask * 2).all()
    optimizer.step()
    for one in (layer, copy.deepcopy(layer)):
        assert int((one.weight == 0).sum()) == 5
    weight, orig = layer.weight.detach(), layer.weight_orig
    prune.remove(layer, "weight")
    assert layer.weight is orig and (layer.weight == weight).all() and type(layer) is nn.Linear
    assert not prune.is_pruned(layer) and list(layer.state_dict()) == ["bias", "weight"]


def test_whole_rows_at_random() -> None:
    layer = prune.random_structured(nn.Linear(4, 6), "weight", amount=0.5, dim=0)
    assert int((layer.weight.abs().sum(1) == 0).sum()) == 3
    prune.identity(layer, "bias")
    assert layer.bias_mask.tolist() == [1.0] * 6


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda m: prune.remove(m, "weight"), ValueError, "Linear.weight is not pruned"),
        (lambda m: prune.l1_unstructured(m, "weight", 13), ValueError, "there are only 12"),
        (lambda m: prune.l1_unstructured(m, "weight", 1.5), ValueError, "a share from 0 to 1"),
        (lambda m: prune.l1_unstructured(m, "weight", "a"), TypeError, "a share .float. or"),
        (lambda m: prune.l1_unstructured(m, "training", 1), ValueError, "no Parameter 'training'"),
        (lambda m: prune.l1_unstructured(m, "wight", 1), AttributeError, "wight"),
        (lambda m: prune.ln_structured(m, "bias", 1, 2, 0), ValueError, "two axes or more"),
        (lambda m: prune.ln_structured(m, "weight", 1, 2, 2), ValueError, "counted from 0"),
        (
            lambda m: prune.l1_unstructured(m, "weight", 1, pellucid.ones(3)),
            AssertionError,
            "one score for each number",
        ),
        (lambda m: prune.PruningContainer(3, 4), TypeError, "takes methods of pruning"),
        (
            lambda m: prune.global_unstructured([(m, "weight")], prune.LnStructured, amount=1, n=2),
            TypeError,
            "prunes whole rows",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_pruned_is_named(call: Any, kind: type[Exception], text: str) -> None:
    layer = nn.Linear(4, 3)
    with pytest.raises(kind, match=text):
        call(layer)
    assert list(layer.state_dict()) == ["weight", "bias"]
