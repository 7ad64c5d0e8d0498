"""Editors and type checkers see what is bound at run time, and Python loads none of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pellucid
from tests.signatures import files

GOOD = """
import pellucid
from pellucid import nn

x = pellucid.randn(4, 3, requires_grad=True)
y: pellucid.Tensor = pellucid.relu(x).sum(dim=0)
(x @ x.T).mean().backward()
layer = pellucid.nn.Linear(3, 2)
model = nn.Sequential(layer, nn.ReLU())
print(model(x).shape, x.float().to(pellucid.float64), x.new_zeros(2), pellucid.fit)
print(pellucid.cat([x, x], dim=1), y)
print(x.sum(axis=0, keepdims=True), pellucid.softmax(x, axis=1), x.cumsum(axis=0))
print(x.gather(axis=1, index=x.long()), pellucid.Tensor(2, 3), pellucid.Tensor([1.0]))
(g,) = pellucid.autograd.grad(x.sum(), [x])
print(g, pellucid.linalg.norm(x), pellucid.autograd.functional.jacobian(pellucid.exp, x))
"""
BAD = """
import pellucid

x = pellucid.ones(2)
x.summ()
pellucid.relux(x)
pellucid.relu("abc")
pellucid.softmax(x)
pellucid.autograd.gradd
"""


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_signatures_are_written_anew_after_a_change(path: Path) -> None:
    assert path.read_text("utf-8") == files()[path], "run python -m tests.signatures"


def test_nothing_of_them_is_loaded() -> None:
    assert not [name for name in sys.modules if name.startswith("pellucid.tensor._")]
    assert pellucid.Tensor.__mro__ == (pellucid.Tensor, object)


@pytest.mark.slow
def test_a_strict_checker_takes_a_script_and_finds_its_mistakes(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    (tmp_path / "good.py").write_text(GOOD, "utf-8")
    (tmp_path / "bad.py").write_text(BAD, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "good.py", "bad.py"],
        cwd=tmp_path, capture_output=True, text=True,
        env={"MYPYPATH": str(Path(pellucid.__file__).parents[1]), "PATH": ""},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith(("good", "bad"))]
    lines = [line for line in lines if ": note:" not in line]
    assert lines == [
        'bad.py:5: error: "Tensor" has no attribute "summ"  [attr-defined]',
        'bad.py:6: error: Module has no attribute "relux"; maybe "relu", "prelu", or "relu_"?'
        "  [attr-defined]",
        'bad.py:7: error: Argument 1 to "relu" has incompatible type "str"; expected "Tensor"'
        "  [arg-type]",
        'bad.py:8: error: No overload variant of "softmax" matches argument type "Tensor"'
        "  [call-overload]",
        'bad.py:9: error: Module has no attribute "gradd"; maybe "grad"?  [attr-defined]',
    ]
