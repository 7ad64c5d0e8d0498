"""The page and the chart say what the saved run says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the script has written everything anew."""
    folder = tmp_path_factory.mktemp("docs")
    words = [sys.executable, "-m", "docs.make_benchmarks", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.slow
def test_the_page_is_what_the_script_writes(written: Path) -> None:
    page = (DOCS / "benchmarks.md").read_text("utf-8")
    assert (written / "benchmarks.md").read_text("utf-8") == page
    assert "## Every contender" in page


@pytest.mark.slow
@pytest.mark.parametrize("name", ["benchmarks-light.svg", "benchmarks-dark.svg"])
def test_the_chart_is_what_the_script_draws(written: Path, name: str) -> None:
    assert _texts(DOCS / "assets" / name) == _texts(written / "assets" / name)
    assert "Import of the library" in _texts(written / "assets" / name)


def _texts(picture: Path) -> list[str]:
    elements: Any = ElementTree.parse(picture).iter()
    return ["".join(e.itertext()).strip() for e in elements if e.tag.endswith("}text")]
