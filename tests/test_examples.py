"""Every program of `examples/` runs, prints a figure that a network that learned has, and draws."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True)
class Row:
    """An example, and what its short run must say.

    Args:
        folder: its name; its program bears the same.
        said: a pattern whose group is the figure.
        low, high: between which the figure lies.
        arguments: besides `--quick` and `--out`.
        slow: whether it takes more than four seconds.
        needs: a package that it uses and that may be absent.
    """

    folder: str
    said: str
    low: float
    high: float
    arguments: tuple[str, ...] = ()
    slow: bool = False
    needs: str = ""


# The bounds are such that an untrained network is outside of them.
TABLE = (
    Row("xor", r"largest difference .*: (\S+)", 0, 1e-12),
    Row("mlp_table", r"R² (\S+)", 0.2, 0.8),
    Row("cnn_digits", r"right: (\S+)", 60, 100),
    Row("cnn_28", r"right: (\S+)", 25, 100, slow=True),
    Row("autoencoder", r"by pixel: (\S+)", 0.01, 0.06, slow=True),
    Row("vae", r"negative ELBO: (\S+)", 20, 28.5, slow=True),
    Row("lstm_series", r"next year.*?: error (\S+)", 10, 30),
    Row("lstm_series", r"from 2 starts, next year: error (\S+)", 10, 30, ("--seeds", "2")),
    Row("gru_series", r"GRU .*84 ahead (\S+)", 0.1, 0.85, slow=True),
    Row("karate", r"GCN: right about (\S+)", 28, 32, slow=True),
    Row("les_miserables", r"by the network: (\S+)", 0.8, 1, needs="networkx", slow=True),
    Row("char_gpt", r"of new text: (\S+)", 2, 5, slow=True),
    Row("transformer_classify", r"rightly: (\S+)", 70, 100, slow=True),
    Row("gan", r"told apart: (\S+)", 45, 97, ("--data", "ring"), slow=True),
    Row("gan", r"told apart: (\S+)", 45, 100, ("--data", "digits"), slow=True),
    Row("diffusion", r"told apart: (\S+)", 45, 85, ("--data", "moons"), slow=True),
    Row("diffusion", r"told apart: (\S+)", 45, 99.5, ("--data", "digits"), slow=True),
)


def _marked(row: Row) -> object:
    marks = [pytest.mark.slow] if row.slow else []
    return pytest.param(row, id=" ".join((row.folder, *row.arguments)), marks=marks)


@pytest.mark.parametrize("row", [_marked(row) for row in TABLE])
def test_an_example_runs_and_learns(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if row.needs:
        pytest.importorskip(row.needs)
    path = EXAMPLES / row.folder / f"{row.folder}.py"
    monkeypatch.setattr(sys, "argv", [str(path), "--quick", "--out", str(tmp_path), *row.arguments])
    monkeypatch.setattr(sys, "path", [str(path.parent), *sys.path])
    runpy.run_path(str(path), run_name="__main__")
    printed = capsys.readouterr().out
    found = re.search(row.said, printed)
    assert found is not None, printed
    assert row.low <= float(found.group(1).rstrip("%")) <= row.high
    pictures = [p for p in tmp_path.iterdir() if p.suffix in (".png", ".svg")]
    assert pictures != []
    assert [p.name for p in pictures if not (path.parent / p.name).exists()] == []


@pytest.mark.slow
def test_an_example_runs_by_its_path_from_anywhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / "xor" / "xor.py"), "--quick", "--out", str(tmp_path)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "xor.png").is_file()


FOLDERS = sorted(p.name for p in EXAMPLES.iterdir() if (p / f"{p.name}.py").is_file())


def test_every_folder_has_a_row() -> None:
    assert sorted({row.folder for row in TABLE}) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_whole(folder: str) -> None:
    here = EXAMPLES / folder
    words = (here / "README.md").read_text("utf-8")
    pictures = [p for p in here.iterdir() if p.suffix in (".png", ".svg")]
    assert pictures != []
    assert [
        p.name for p in pictures if p.stat().st_size >= 60_000 or f"({p.name})" not in words
    ] == []
    assert f"python examples/{folder}/{folder}.py" in words
    measured = here / "with_torch.json"
    if not measured.exists():
        assert "Not measured yet." in words, f"python examples/{folder}/with_torch.py --write"
        return
    for kept in json.loads(measured.read_text("utf-8")).values():
        for side in ("pellucid", "PyTorch"):
            assert kept[side]["figure"] in words, "python examples/figures.py"
