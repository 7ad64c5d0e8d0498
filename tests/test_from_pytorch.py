"""What the page for PyTorch users says about PyTorch, asked of PyTorch itself."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid
from tests.pages import blocks

PAGE = Path(__file__).resolve().parent.parent / "docs" / "from-pytorch.md"
TEXT = PAGE.read_text("utf-8")


def same(ours: Any, theirs: Any, tolerance: float = 1e-6) -> None:
    """Equal in shape, dtype and, to rounding, in value."""
    ours, theirs = (np.asarray(t.detach().numpy()) for t in (ours, theirs))
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


def script(kind: Any) -> dict[str, Any]:
    """The names that the page's script leaves behind, run with one library or the other."""
    first, second = [b.text for b in blocks(PAGE) if b.language == "python"][:2]
    if kind is not pellucid:
        first = first.replace("pellucid as torch", "torch").replace("pellucid", "torch")
    names: dict[str, Any] = {"__name__": "__script__"}
    exec(first, names)
    exec(second, names)
    return names


def test_only_the_imports_of_the_script_differ(torch: Any) -> None:
    ours, theirs = script(pellucid), script(torch)
    assert list(ours["model"].state_dict()) == list(theirs["model"].state_dict())
    assert ours["scheduler"].get_last_lr() == theirs["scheduler"].get_last_lr()
    assert min(ours["right"].item(), theirs["right"].item()) > 0.9
    assert ours["optimizer"].state_dict().keys() == theirs["optimizer"].state_dict().keys()


@pytest.mark.slow
def test_weights_travel_both_ways(torch: Any, tmp_path: Path) -> None:
    there, here = [b.text for b in blocks(PAGE) if b.language == "python" and b.skip]
    ours, theirs = script(pellucid), script(torch)
    with contextlib.chdir(tmp_path):
        exec(there, {"torch_model": theirs["model"]})
        exec(here, {"model": ours["model"], "pellucid": pellucid})
        rows = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
        same(ours["model"](pellucid.tensor(rows)), theirs["model"](torch.tensor(rows)))

        from safetensors.torch import load_file

        pellucid.save(script(pellucid)["model"], "back.safetensors")
        theirs["model"].load_state_dict(load_file("back.safetensors"))
    back = script(pellucid)["model"]  # the same seed: the weights that were saved
    same(back(pellucid.tensor(rows)), theirs["model"](torch.tensor(rows)))


DTYPES = [[1.0], [1], [True], np.ones(1), np.ones(1, "float32"), np.ones(1, "int32")]


@pytest.mark.parametrize("value", DTYPES, ids=repr)
def test_dtypes_of_new_tensors(torch: Any, value: Any) -> None:
    same(pellucid.tensor(value), torch.tensor(value))


def test_from_numpy_shares_memory(torch: Any) -> None:
    for library in (pellucid, torch):
        array = np.zeros(2, "float32")
        shared = library.from_numpy(array)
        array[0] = 5
        assert shared[0].item() == 5


def test_layers_start_from_the_same_distributions(torch: Any) -> None:
    ours, theirs = pellucid.nn.Linear(50, 400), torch.nn.Linear(50, 400)
    for name in ("weight", "bias"):
        mine, other = (np.sort(getattr(m, name).detach().numpy().ravel()) for m in (ours, theirs))
        assert mine.shape == other.shape
        assert np.abs(mine - other).max() < 0.2 * np.abs(other).max()
    assert tuple(ours.weight.shape) == tuple(theirs.weight.shape) == (400, 50)


def test_gradients_add_up_until_they_are_cleared(torch: Any) -> None:
    for library in (pellucid, torch):
        layer = library.nn.Linear(2, 1)
        for _ in range(2):
            layer(library.ones(1, 2)).sum().backward()
        assert layer.weight.grad.tolist() == [[2.0, 2.0]]
        layer.zero_grad()
        assert layer.weight.grad is None


def test_a_leaf_changes_in_place_only_under_no_grad(torch: Any) -> None:
    for library in (pellucid, torch):
        leaf = library.ones(2, requires_grad=True)
        with pytest.raises(RuntimeError):
            leaf.add_(1)
        with library.no_grad():
            leaf.add_(1)
        assert leaf.tolist() == [2.0, 2.0]


def test_spread_and_batch_norm(torch: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    ours, theirs = pellucid.tensor(rows), torch.tensor(rows)
    same(ours.std(), theirs.std())
    same(ours.var(dim=0), theirs.var(dim=0))
    norms = pellucid.nn.BatchNorm1d(3), torch.nn.BatchNorm1d(3)
    same(norms[0](ours), norms[1](theirs), 1e-5)
    same(norms[0].running_var, norms[1].running_var)


@pytest.mark.parametrize(
    "settings", [{}, {"label_smoothing": 0.1}, {"ignore_index": 1}, {"weight": [1.0, 2.0, 0.5]}]
)
def test_cross_entropy_takes_the_same_settings(torch: Any, settings: dict[str, Any]) -> None:
    rows = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    results = []
    for library in (pellucid, torch):
        given = {k: library.tensor(v) if k == "weight" else v for k, v in settings.items()}
        scores, targets = library.tensor(rows), library.tensor([0, 1, 2, 1])
        results.append(library.nn.functional.cross_entropy(scores, targets, **given))
    same(*results)


def test_hooks_and_second_derivatives(torch: Any) -> None:
    for library in (pellucid, torch):
        x = library.tensor([1.0, 2.0], requires_grad=True)
        x.register_hook(lambda g: g * 10)
        y = x * x
        y.retain_grad()
        y.sum().backward()
        assert (x.grad.tolist(), y.grad.tolist()) == ([20.0, 40.0], [1.0, 1.0])
        assert x.detach().requires_grad is False


# ---- what differs --------------------------------------------------------------------------


def test_random_numbers_differ_but_repeat(torch: Any) -> None:
    drawn = {}
    for library in (pellucid, torch):
        twice = []
        for _ in range(2):
            library.manual_seed(0)
            twice.append(library.randn(5).tolist())
        assert twice[0] == twice[1]
        drawn[library] = twice[0]
    assert drawn[pellucid] != drawn[torch]


def test_pytorch_refuses_an_overwritten_value(torch: Any) -> None:
    for library in (pellucid, torch):
        u = library.ones(2, requires_grad=True)
        v = u.exp()
        v += 1
        if library is torch:
            with pytest.raises(RuntimeError, match="inplace"):
                v.sum().backward()
        else:
            v.sum().backward()
            assert u.grad.tolist() == pytest.approx([np.e, np.e])


def mistakes(library: Any) -> dict[str, Any]:
    """The kinds of mistakes that the page names, each as a call."""
    nn, tensor = library.nn, library.tensor
    return {
        "shape": lambda: nn.Linear(4, 2)(library.ones(8, 5)),
        "dtype": lambda: library.arange(3).mean(),
        "index": lambda: nn.functional.cross_entropy(library.zeros(1, 3), tensor([3])),
        "weights": lambda: nn.Linear(2, 2).load_state_dict({}),
        "graph": lambda: library.ones(2).sum().backward(),
    }


def test_the_kinds_of_errors(torch: Any) -> None:
    ours = {"shape": ValueError, "dtype": TypeError, "index": IndexError, "weights": KeyError}
    for name, call in mistakes(pellucid).items():
        with pytest.raises(ours.get(name, RuntimeError)):
            call()
    for name, call in mistakes(torch).items():
        with pytest.raises(IndexError if name == "index" else RuntimeError):
            call()


def test_pytorch_says_nothing_about_softmax_twice(torch: Any, recwarn: Any) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Softmax(dim=1))
    torch.nn.functional.cross_entropy(model(torch.ones(2, 4)), torch.tensor([0, 1]))
    assert list(recwarn) == []


def find(library: Any, name: str) -> Any:
    """A dotted name in a library; None if it is not there."""
    found = library
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def absent() -> list[str]:
    """The names that the page says are not here."""
    section = TEXT.split("## What is not here yet")[1].split("\n##")[0]
    return re.findall(r"`([\w.]+)`", section)


@pytest.mark.parametrize("name", absent())
def test_what_the_page_says_is_missing_is_missing(name: str) -> None:
    assert find(pellucid, name) is None, f"{name} has come: take it off docs/from-pytorch.md"


def test_what_is_missing_exists_in_pytorch(torch: Any) -> None:
    assert [name for name in absent() if find(torch, name) is None] == []
    assert len(absent()) > 3


OUTDATED = {"Container", "NLLLoss2d"}  # kept by PyTorch for old scripts
ROOMS = ("nn", "optim", "optim.lr_scheduler")


def family(name: str) -> str:
    """A name without its dimensions: one on the page stands for all."""
    return re.sub(r"[123]d$", "", name)


def classes(room: Any) -> list[str]:
    """What a room of PyTorch offers to build networks and trainings from."""
    kinds = {n: k for n, k in vars(room).items() if isinstance(k, type) and n[0].isupper()}
    return [n for n, kind in kinds.items() if kind.__module__.startswith(room.__name__)]


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_names_all_that_is_missing(torch: Any, room: str) -> None:
    there, here = find(torch, room), find(pellucid, room)
    missing = {n for n in classes(there) if not hasattr(here, n)} - OUTDATED
    told = {family(name) for name in absent()}
    assert {n for n in missing if family(f"{room}.{n}") not in told} == set()


def test_padding_has_all_modes(torch: Any) -> None:
    for mode in ("constant", "reflect", "replicate", "circular"):
        rows = np.arange(12, dtype="float32").reshape(1, 3, 4)
        given = pellucid.tensor(rows), torch.tensor(rows)
        results = [
            m.nn.functional.pad(x, (1, 2), mode=mode)
            for m, x in zip((pellucid, torch), given, strict=True)
        ]
        same(*results)
