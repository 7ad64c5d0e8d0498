"""Parameters in lists and dicts, and buffers marked by their kind, as PyTorch has them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import pellucid
from pellucid import nn


def _lists(library: Any) -> Any:
    held = library.nn.ParameterList([library.ones(2), library.nn.Parameter(library.zeros(3))])
    held.append(library.ones(1))
    held += [library.zeros(4), "text"]
    held[-2] = library.ones(5)
    return held


def _dicts(library: Any) -> Any:
    held = library.nn.ParameterDict({"b": library.ones(2), "a": library.zeros(1)})
    held["c"] = library.ones(3)
    held |= library.nn.ParameterDict([("z", library.zeros(4)), ("y", library.ones(4))])
    held.pop("y")
    held.setdefault("w", library.ones(6))
    held.update({"q": library.ones(2), "p": library.ones(2)})
    held.popitem()
    return held


@pytest.mark.parametrize("make", [_lists, _dicts])
def test_names_and_order(torch: Any, make: Any) -> None:
    mine, yours = make(pellucid), make(torch)
    for (name, p), (expected, q) in zip(
        mine.named_parameters(), yours.named_parameters(), strict=True
    ):
        assert (name, tuple(p.shape)) == (expected, tuple(q.shape))
        assert p.requires_grad and isinstance(p, nn.Parameter)
    assert list(mine.state_dict()) == list(yours.state_dict())
    assert len(mine) == len(yours)
    mine.load_state_dict(yours.state_dict())
    shown = mine.extra_repr().replace("pellucid.float32", "torch.float32")
    assert shown == yours.extra_repr().replace("torch.FloatTensor", "torch.float32")


def test_list_slices_and_refusals() -> None:
    held = _lists(pellucid)
    assert [tuple(p.shape) for p in held[:2]] == [(2,), (3,)]
    assert held[-1] == "text" and len(list(held)) == 5
    with pytest.raises(IndexError, match="has 5 entries, numbered from 0; there is no number 7"):
        held[7]
    with pytest.raises(TypeError, match=r"takes a list of Tensors and got a Tensor"):
        held.extend(pellucid.ones(2))
    with pytest.raises(AttributeError, match="holds Parameters and is not called"):
        held()


def test_dict_refusals() -> None:
    held = _dicts(pellucid)
    with pytest.raises(ValueError, match=r"there is no Parameter 'aa' here. Did you mean 'a'"):
        held["aa"]
    with pytest.raises(TypeError, match="names in a ParameterDict are text, not an int"):
        held[3] = pellucid.ones(1)
    assert "a" in held and held.get("nothing") is None
    held.clear()
    assert not list(held.parameters()) and not held


class Holder(nn.Module):
    """Two buffers, one of which is not saved."""

    def __init__(self) -> None:
        super().__init__()
        self.kept = nn.Buffer(pellucid.ones(2))
        self.passing = nn.Buffer(pellucid.zeros(1), persistent=False)


def test_buffers_by_kind() -> None:
    module = Holder()
    assert list(module.state_dict()) == ["kept"]
    assert [name for name, _ in module.named_buffers()] == ["kept", "passing"]
    assert isinstance(module.kept, nn.Buffer) and not list(module.parameters())
    assert (module.kept + 1).tolist() == [2.0, 2.0]
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert list(other.state_dict()) == ["kept"]
        other.kept = other.kept
    module.kept = pellucid.zeros(2)
    assert module.state_dict()["kept"].tolist() == [0.0, 0.0]


def test_lists_of_parameters_are_printed_as_in_pytorch(torch: Any) -> None:
    class Told(nn.Module):
        def extra_repr(self) -> str:
            return "one\ntwo"

    for make in (
        lambda lib: lib.nn.ParameterList([lib.nn.Parameter(lib.zeros(2)), lib.zeros(3)]),
        lambda lib: lib.nn.ParameterList([lib.zeros(2)]),
        lambda lib: lib.nn.ParameterList([]),
    ):
        assert repr(make(pellucid)).replace("pellucid", "torch") == repr(make(torch))
    assert repr(Told()) == "Told(\n  one\n  two\n)"
