"""The notebooks run from top to bottom, in this interpreter and in an empty folder."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "examples").rglob("*.ipynb"))

nbformat = pytest.importorskip("nbformat", reason="pip install -e '.[notebook]' to run notebooks")
nbclient = pytest.importorskip("nbclient", reason="pip install -e '.[notebook]' to run notebooks")

# The kernel's own machinery warns about its event loop and its sockets; that is not ours to fix.
pytestmark = pytest.mark.filterwarnings("default")


def run(notebook: Path, folder: Path) -> Any:
    """A notebook as it is after a run with this interpreter in a folder of its own."""
    book = nbformat.read(notebook, as_version=4)
    book.metadata["kernelspec"] = {"name": _kernel(folder), "display_name": "this interpreter"}
    client = nbclient.NotebookClient(
        book, timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return book


def outputs(book: Any) -> list[list[tuple[str, ...]]]:
    """For each cell of code, the kinds of what it shows; printed text may come in pieces."""
    return [
        list(
            dict.fromkeys(
                (out.output_type, out.get("name", ""), *sorted(out.get("data", ())))
                for out in cell.outputs
            )
        )
        for cell in book.cells
        if cell.cell_type == "code"
    ]


def printed(book: Any) -> str:
    """What the cells printed."""
    return "".join(
        out.text
        for cell in book.cells
        for out in cell.get("outputs", ())
        if out.output_type == "stream"
    )


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


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_and_shows_what_is_saved_in_it(notebook: Path, kernels: Path) -> None:
    start = time.perf_counter()
    fresh, saved = run(notebook, kernels), nbformat.read(notebook, as_version=4)
    assert (
        time.perf_counter() - start < 60
    )  # half of that alone; a shared machine stalls now and then
    assert sum(len(shown) for shown in outputs(fresh)) > 0, "nothing was shown"
    assert outputs(fresh) == outputs(saved), "python docs/run_notebooks.py"
    assert [k for shown in outputs(fresh) for k in shown if "stderr" in k or "error" in k] == []


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


# ---- the notebook of two moons -------------------------------------------------------------

MOONS = ROOT / "examples" / "moons.ipynb"


@pytest.fixture(scope="module")
def moons() -> Any:
    return nbformat.read(MOONS, as_version=4)


def test_moons_goes_from_one_layer_to_the_loop(moons: Any) -> None:
    words = "\n".join(c.source for c in moons.cells if c.cell_type == "markdown")
    parts = ["Linear", "Activation", "Stacking", "Loss", "Backward", "Optimizer", "Loop"]
    for number, part in enumerate(parts, 1):
        section = words.split(f"## {number}. {part}:")[1].split("\n## ")[0]
        assert "$$" in section or part == "Loop", part


def test_moons_is_small_and_brings_its_pictures(moons: Any) -> None:
    assert MOONS.stat().st_size < 300_000
    pictures = [kind for shown in outputs(moons) for kind in shown if "image/png" in kind]
    assert len(pictures) >= 5
    assert "image/png" in [k for kind in _of_cell(moons, "screen.update(") for k in kind]


def _of_cell(book: Any, words: str) -> list[tuple[str, ...]]:
    cells = [c for c in book.cells if c.cell_type == "code"]
    (place,) = (i for i, c in enumerate(cells) if words in c.source)
    return outputs(book)[place]


def test_moons_was_run_once_from_top_to_bottom(moons: Any) -> None:
    counts = [c.execution_count for c in moons.cells if c.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))


def test_moons_learns(moons: Any) -> None:
    text = printed(moons)
    new = float(text.split("new points:")[1].split("%")[0])
    assert new >= 97
    assert "gradients tensor([[-2., -4.]]) tensor([-2.])" in text
