"""A name that PyTorch has and this package has not is named as such, in every room."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn, optim
from pellucid.tensor.elsewhere import _BORROWED, INSTEAD, missing

X = pellucid.ones(2)
ROOMS: dict[str, tuple[Any, str]] = {
    "pellucid": (pellucid, "torch"),
    "pellucid.nn": (nn, "torch.nn"),
    "pellucid.nn.functional": (F, "torch.nn.functional"),
    "pellucid.optim": (optim, "torch.optim"),
    "pellucid.optim.lr_scheduler": (optim.lr_scheduler, "torch.optim.lr_scheduler"),
}


def said(owner: Any, name: str) -> str:
    with pytest.raises(AttributeError) as refusal:
        getattr(owner, name)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("room", "name", "more"),
    [
        ("pellucid", "fft", ""),
        ("pellucid", "svd", ""),
        ("pellucid", "jit", ""),
        (
            "pellucid",
            "linalg",
            "\n The nearest is pellucid.norm and pellucid.matmul.",
        ),
        ("pellucid.nn", "AdaptiveLogSoftmaxWithLoss", ""),
        ("pellucid.nn", "Softmax2d", "\n In its place: nn.Softmax(dim=1)."),
        ("pellucid.nn.functional", "ctc_loss", ""),
        (
            "pellucid.optim",
            "SparseAdam",
            "\n In its place: optim.Adam, which moves vectors that were not looked up too: "
            "gradients are whole.",
        ),
    ],
)
def test_what_is_not_here_yet(room: str, name: str, more: str) -> None:
    owner, there = ROOMS[room]
    if hasattr(owner, name):
        pytest.skip(f"{room} has {name} by now")
    text = f"{room} has no attribute {name!r}: {there}.{name} is not here yet.{more}"
    assert said(owner, name) == text


@pytest.mark.parametrize(
    ("owner", "name", "text"),
    [
        (pellucid, "Linear", "pellucid has no attribute 'Linear'. It is here: pellucid.nn.Linear."),
        (pellucid, "Adam", "pellucid has no attribute 'Adam'. It is here: pellucid.optim.Adam."),
        (
            pellucid,
            "DataLoader",
            "pellucid has no attribute 'DataLoader'. It is here: pellucid.utils.data.DataLoader.",
        ),
        (nn, "Relu", "pellucid.nn has no attribute 'Relu'. Did you mean 'ReLU'?"),
        (
            F,
            "crossentropy",
            "pellucid.nn.functional has no attribute 'crossentropy'. "
            "Did you mean 'cross_entropy'?",
        ),
        (optim, "Adamw", "pellucid.optim has no attribute 'Adamw'. Did you mean 'AdamW'?"),
        (
            optim.lr_scheduler,
            "StepLr",
            "pellucid.optim.lr_scheduler has no attribute 'StepLr'. Did you mean 'StepLR'?",
        ),
        (X, "meen", "a Tensor has no attribute 'meen'. Did you mean 'mean'?"),
        (X, "astype", "a Tensor has no attribute 'astype'.\n In its place: x.to(dtype)."),
        (X, "copy", "a Tensor has no attribute 'copy'.\n In its place: x.clone()."),
        (
            X,
            "to_sparse_csr",
            "a Tensor has no attribute 'to_sparse_csr': torch.Tensor.to_sparse_csr is not here"
            " yet.",
        ),
        (X, "gobbledygook", "a Tensor has no attribute 'gobbledygook'."),
        (nn, "gobbledygook", "pellucid.nn has no attribute 'gobbledygook'."),
    ],
)  # fmt: skip
def test_what_is_elsewhere_or_misspelled(owner: Any, name: str, text: str) -> None:
    assert said(owner, name) == text


def test_what_would_write_into_the_tensor_has_a_twin_that_does_not() -> None:
    name = next(n for n in _BORROWED["Tensor"].split() if n.endswith("_"))
    text = missing("Tensor", name, [name[:-1]])
    assert text == f"a Tensor has no attribute {name!r}.\n Write x = x.{name[:-1]}(…)."


def test_what_tools_ask_for_is_answered_shortly() -> None:
    assert said(pellucid, "__wrapped__") == "pellucid has no attribute '__wrapped__'."
    assert said(nn, "_private") == "pellucid.nn has no attribute '_private'."
    assert not hasattr(X, "__cuda_array_interface__") and not hasattr(X, "_made_up")


@pytest.mark.parametrize("name", list(INSTEAD))
def test_what_is_offered_in_place_is_here(name: str) -> None:
    """Every name in a remedy is one that exists; where it is code, it can be called."""
    text = INSTEAD[name]
    for path in re.findall(r"\b(?:pellucid|nn|optim)(?:\.\w+)+", text):
        owner: Any = {"pellucid": pellucid, "nn": nn, "optim": optim}[path.split(".")[0]]
        for step in path.split(".")[1:]:
            owner = getattr(owner, step)
    for method in re.findall(r"(?:\bx|\))\.(\w+)\(", text):
        assert callable(getattr(X, method))


def test_the_formulas_that_are_offered_are_right(torch: Any) -> None:
    x = pellucid.tensor([1.5, -2.0, float("nan"), 4.0])
    a, b = pellucid.randn(3, 2), pellucid.randn(4, 2)
    names = {
        "x": x[[0, 1, 3]], "y": pellucid.tensor([2.0, 0.75, -3.0]), "a": a, "b": b,
        "pellucid": pellucid, "nn": nn, "start": 0.0, "end": 2.0, "steps": 5, "weight": 0.25,
    }  # fmt: skip
    there = {k: torch.tensor(v.numpy()) for k, v in names.items() if isinstance(v, pellucid.Tensor)}
    y = there["x"]
    wanted = {
        "Mish": lambda: torch.nn.functional.mish(y),
        "Softsign": lambda: torch.nn.functional.softsign(y),
        "Tanhshrink": lambda: torch.nn.functional.tanhshrink(y),
        "cdist": lambda: torch.cdist(there["a"], there["b"]),
        "fmod": lambda: torch.fmod(y, there["y"]),
        "logspace": lambda: torch.logspace(0.0, 2.0, 5),
    }
    for name, call in wanted.items():
        if name in INSTEAD:
            found = eval(INSTEAD[name], dict(names))
            assert torch.allclose(torch.tensor(found.numpy()), call(), atol=1e-5), name


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            "from pellucid import Linear",
            "pellucid has no attribute 'Linear'. It is here: pellucid.nn.Linear.",
        ),
        (
            "from pellucid.nn import Relu, Linear",
            "pellucid.nn has no attribute 'Relu'. Did you mean 'ReLU'?",
        ),
        (
            "from pellucid.nn.functional import reluu",
            "pellucid.nn.functional has no attribute 'reluu'. Did you mean 'relu'?",
        ),
        (
            "from pellucid.nn.utils import spectral_norm",
            "pellucid.nn.utils has no attribute 'spectral_norm': "
            "torch.nn.utils.spectral_norm is not here yet.",
        ),
        (
            "from pellucid.nn.init import xavier_normal",
            "pellucid.nn.init has no attribute 'xavier_normal'. Did you mean 'xavier_normal_'?",
        ),
        (
            "from pellucid.optim import SparseAdam",
            "pellucid.optim has no attribute 'SparseAdam': torch.optim.SparseAdam is not here yet."
            "\n In its place: optim.Adam, which moves vectors that were not looked up too: "
            "gradients are whole.",
        ),
        (
            "from pellucid.linalg import inv",
            "pellucid.linalg has no attribute 'inv': torch.linalg.inv is not here yet.",
        ),
        (
            "from pellucid.utils.data import Dataloader",
            "pellucid.utils.data has no attribute 'Dataloader'. Did you mean 'DataLoader'?",
        ),
    ],
)
def test_who_imports_what_is_not_there_reads_the_same(line: str, text: str) -> None:
    room, name = line.split()[1], line.split()[3].strip(",")
    if hasattr(importlib.import_module(room), name):
        pytest.skip(f"{room} has {name} by now")
    many = "\n".join(f"w{i} = {i}" for i in range(300))  # so that the name's number takes two bytes
    for code in (line, f"{many}\n{line}"):
        with pytest.raises(ImportError) as refusal:
            exec(code, {})
        assert str(refusal.value) == text


def test_asking_whether_a_name_is_there_is_no_import() -> None:
    assert not hasattr(nn, "Relu") and getattr(optim, "adamm", None) is None
    from pellucid.nn import linear as room  # a file of the package, not a name in it

    assert room.Linear is nn.Linear
