"""The page that goes through PyTorch name by name says what is so."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

import pellucid

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.fixture(scope="module")
def gen() -> Any:
    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("gen_parity")
    finally:
        sys.path.remove(str(DOCS))


def test_every_name_stands_on_the_page_once(gen: Any) -> None:
    (page,) = gen.pages().values()
    for room, names in gen.pinned().items():
        section = page.split(f"\n## {gen.ROOMS[room]}\n")[1].split("\n## ")[0]
        missing = section.split("Not here:")[1] if "Not here:" in section else ""
        for name in names:
            assert section.count(f"`{name}`") >= 1, (room, name)
            assert (f"`{name}`" in missing) is not gen._here(room, name), (room, name)


def test_most_of_it_is_here(gen: Any) -> None:
    counts = {room: gen._counts(room, names) for room, names in gen.pinned().items()}
    for room in ("torch.nn", "torch.nn.functional", "torch.optim", "torch.optim.lr_scheduler"):
        here, of = counts[room]
        assert here / of > 0.9, (room, here, of)


def test_a_name_that_goes_away_is_told_as_missing(gen: Any, monkeypatch: Any) -> None:
    monkeypatch.delattr(pellucid.nn, "Linear")
    page = gen.pages()["parity.md"].split("\n## nn\n")[1].split("\n## ")[0]
    assert "`Linear`" in page.split("Not here:")[1]


def test_the_pinned_names_are_pytorchs(torch: Any, gen: Any) -> None:
    for room, names in gen.pinned().items():
        there = torch.Tensor if room == "torch.Tensor" else importlib.import_module(room)
        assert gen._public(room, there) == sorted(names), room
        for name, taken in names.items():
            call = getattr(there, name)
            if not str(getattr(call, "__module__", "")).startswith("torch_geometric"):  # it patches
                assert gen.arguments(call) == taken, (room, name)
