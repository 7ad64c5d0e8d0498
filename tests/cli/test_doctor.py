"""`pellucid doctor`: scripts run unchanged, models are trained again, the exit code tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from pellucid.cli.app import main
from pellucid.cli.doctor import parted
from pellucid.cli.exits import Exit
from tests.cli.commands import good, pellucid

SCRIPT = """
import sys
import numpy as np
import pellucid
from pellucid import nn

pellucid.manual_seed(0)
rng = np.random.default_rng(0)
X = pellucid.tensor(rng.normal(size=(200, 2)).astype("float32"))
y = (X[:, 0] > 0).long()
end = [nn.Softmax(dim=1)] if "faulty" in sys.argv else []
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2), *end)
optimizer = pellucid.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(6):
    for rows in np.array_split(rng.permutation(200), 5):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(X[rows]), y[rows])
        loss.backward()
        optimizer.step()
print("arguments", sys.argv[1:], __name__)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "train.py"
    file.write_text(SCRIPT, "utf-8")
    return file


@pytest.mark.filterwarnings("ignore:cross_entropy takes raw scores")
def test_a_script_runs_unchanged_and_is_reported_on(script: Path) -> None:
    done = pellucid("doctor", str(script), "faulty", "--epochs", "3", "--json")
    assert done.code == Exit.FOUND
    told = done.data
    assert [f["kind"] for f in told["findings"]] == ["double_softmax"]
    assert told["findings"][0]["line"] == "train.py:17"
    assert "arguments ['faulty', '--epochs', '3'] __main__" in done.err


def test_a_healthy_script(script: Path) -> None:
    done = good("doctor", str(script))
    assert "__main__\n\nThe doctor\n" in done.out and "arguments [] __main__" in done.out
    assert "Nothing wrong was found" in done.out
    page = script.with_name("report.html")
    done = good("doctor", "--no-trials", "--out", str(page), str(script))
    assert "nothing wrong was found" in done.err
    assert "Nothing wrong was found" in page.read_text("utf-8")


@pytest.mark.filterwarnings("ignore:cross_entropy takes raw scores")
def test_a_script_that_fails_is_reported_on_too(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(SCRIPT + "\nraise RuntimeError('too bad')\n", "utf-8")
    with pytest.raises(SystemExit) as left:
        main(["doctor", str(script), "--no-trials", "faulty"])
    said = capsys.readouterr()
    assert left.value.code == Exit.FOUND
    assert "RuntimeError: too bad" in said.err and f'File "{script}", line' in said.err
    assert "note: the script ended with this error; the doctor judges" in said.err
    assert "runpy" not in said.err and "oftmax before a loss that applies it" in said.out
    wrong = "\npellucid.nn.Linear(2, 3)(pellucid.ones(1, 5))\n"
    script.write_text(f"{SCRIPT}\nimport pellucid{wrong}", "utf-8")
    with pytest.raises(SystemExit):
        main(["doctor", str(script), "--no-trials"])
    failed = capsys.readouterr().err
    assert "note: the script ended with this error" in failed and "discover.py" not in failed
    script.write_text(SCRIPT + "\nsys.exit(5)\n", "utf-8")
    assert pellucid("doctor", "--no-trials", str(script)).code == 5


def test_a_script_without_training(tmp_path: Path) -> None:
    empty = tmp_path / "empty.py"
    empty.write_text("print(1)", "utf-8")
    done = pellucid("doctor", str(empty))
    assert done.code == Exit.USAGE and "no training step was seen in" in done.err
    done = pellucid("doctor", str(tmp_path / "none.py"))
    assert done.code == Exit.DATA and "there is no file" in done.err
    done = pellucid("doctor", "--data", "moons", str(empty))
    assert done.code == Exit.USAGE and "--data goes with a saved model" in done.err


def test_what_stands_behind_a_script_is_the_scripts(tmp_path: Path) -> None:
    plain, own = tmp_path / "plain.py", tmp_path / "own.py"
    plain.write_text("pass", "utf-8")
    own.write_text("parser.add_argument('--out')", "utf-8")
    for words, expected in (
        (["--seconds", "2", str(plain), "a"], ["--seconds", "2", str(plain), "--", "a"]),
        ([str(plain), "--out", "r.html"], ["--out", "r.html", str(plain)]),
        ([str(own), "--out", "x", "--json"], ["--json", str(own), "--", "--out", "x"]),
        ([str(plain), "--", "--json"], [str(plain), "--", "--json"]),
        (["pellucid-moons", "--json"], ["pellucid-moons", "--json"]),
    ):
        assert parted(["doctor", *words]) == ["doctor", *expected]


def test_a_saved_model_is_trained_again(tmp_path: Path) -> None:
    good("fit", "iris", "--epochs", "12", "--quiet", "--out", str(tmp_path / "iris"))
    done = pellucid("doctor", str(tmp_path / "iris"), "--json")
    told = done.data
    assert told["steps"] > 50 and done.code in (Exit.GOOD, Exit.FOUND)
    assert (done.code == Exit.FOUND) == bool(told["findings"])
