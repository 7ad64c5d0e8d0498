"""The notebooks run from top to bottom, in this interpreter and in an empty folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").rglob("*.ipynb"))

nbformat = pytest.importorskip("nbformat", reason="pip install -e '.[notebook]' to run notebooks")
nbclient = pytest.importorskip("nbclient", reason="pip install -e '.[notebook]' to run notebooks")

# The kernel's own machinery warns about its event loop and its sockets; that is not ours to fix.
pytestmark = pytest.mark.filterwarnings("default")


def run(notebook: Path, folder: Path) -> list[str]:
    """Run a notebook with this interpreter in a folder of its own; returns the kinds of output."""
    book = nbformat.read(notebook, as_version=4)
    book.metadata["kernelspec"] = {"name": _kernel(folder), "display_name": "this interpreter"}
    client = nbclient.NotebookClient(
        book, timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [out.output_type for cell in book.cells for out in cell.get("outputs", ())]


def _kernel(folder: Path) -> str:
    """A kernel that is this very interpreter, whatever kernels the machine knows."""
    from jupyter_client.kernelspec import KernelSpecManager

    spec = folder / "share" / "jupyter" / "kernels" / "here"
    spec.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    text = json.dumps({"argv": argv, "display_name": "here", "language": "python"})
    (spec / "kernel.json").write_text(text)
    assert "here" in KernelSpecManager().find_kernel_specs()
    return "here"


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that Jupyter looks for kernels in."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs(notebook: Path, kernels: Path) -> None:
    assert run(notebook, kernels), "nothing was shown"


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_a_valid_file_and_shows_no_error(notebook: Path) -> None:
    book = nbformat.read(notebook, as_version=4)
    nbformat.validate(book)
    saved = [out for cell in book.cells for out in cell.get("outputs", ())]
    assert [out for out in saved if out.output_type == "error"] == []


def test_a_cell_that_fails_is_noticed(kernels: Path) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    path = kernels / "wrong.ipynb"
    nbformat.write(book, path)
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="ZeroDivisionError"):
        run(path, kernels)
