"""Models that many tests of the commands look at, trained once."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.cli.commands import good, houses, write


@pytest.fixture(autouse=True)
def pages_without_lenses(monkeypatch: pytest.MonkeyPatch) -> None:
    """They cost half a second a page, and have tests of their own: tests/report."""
    assemble = import_module("pellucid.report.run.assemble")
    monkeypatch.setattr(assemble, "lenses_of", lambda *_, **__: None)
    monkeypatch.setattr(assemble, "explained_of", lambda *_, **__: None)


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CSV file."""
    return write(tmp_path_factory.mktemp("table") / "houses.csv", houses())


@pytest.fixture(scope="session")
def prices(table: Path) -> Path:
    """A model of prices: a number from a table of all kinds."""
    folder = table.parent / "prices"
    good("fit", table, "--target", "price", "--epochs", 6, "--hidden", 8, "--out", folder, "-q")
    return folder


@pytest.fixture(scope="session")
def moons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of moons: a class from two numbers."""
    folder = tmp_path_factory.mktemp("models") / "moons"
    good("fit", "moons", "--samples", 120, "--epochs", 3, "--hidden", "8,8", "-o", folder, "-q")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
