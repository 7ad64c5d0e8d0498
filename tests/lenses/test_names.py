"""What an explanation calls things, and where it says that they were made."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.lenses import explain


def node_at(filename: str, line: int = 7) -> Node:
    node = Node()
    node.where = (compile("\n" * (line - 1) + "x = 1", filename, "exec"), 0)
    code, _ = node.where
    start = next(start for start, _, number in code.co_lines() if number == line)
    node.where = (code, start)
    return node


@pytest.mark.parametrize(
    ("filename", "text"),
    [
        ("/srv/code/train.py", "train.py:7"),
        ("/tmp/ipykernel_812/4067642421.py", "a notebook cell, line 7"),
        (r"C:\Temp\ipykernel_812\4067642421.py", "a notebook cell, line 7"),
        ("<ipython-input-13-0a1b2c>", "cell 13, line 7"),
        ("/tmp/ipython-input-5-123.py", "cell 5, line 7"),
        ("/venv/lib/python3.12/site-packages/typer/main.py", ""),
        ("/usr/lib/python3/dist-packages/click/core.py", ""),
    ],
)
def test_where_something_was_made(filename: str, text: str) -> None:
    assert made_at(node_at(filename)) == text


def test_a_running_notebook_knows_the_number_of_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"/tmp/ipykernel_812/4067642421.py": ("Cell", "In[13]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=known.get))
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)  # type: ignore[arg-type]
    assert made_at(node_at("/tmp/ipykernel_812/4067642421.py")) == "cell 13, line 7"
    assert made_at(node_at("/srv/code/train.py")) == "train.py:7"


def test_ipython_names_its_cells_as_we_read_them() -> None:
    shell_module = pytest.importorskip("IPython.core.interactiveshell")
    shell = shell_module.InteractiveShell.instance()
    try:
        shell.run_cell("import pellucid\n\nu = pellucid.ones(2, requires_grad=True) * 2")
        shell.run_cell("found = str(pellucid.explain(u, at=1))")
        cell = shell.compile.format_code_name(shell.user_ns["u"]._node.line()[0])
        assert cell[0] == "Cell"
        number = cell[1][3:-1]
        assert f"at cell {number}, line 3" in shell.user_ns["found"]
    finally:
        shell_module.InteractiveShell.clear_instance()


def network() -> tuple[nn.Sequential, Any, Any]:
    pellucid.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 2))
    return model, pellucid.randn(6, 2), pellucid.randint(0, 2, (6,))


def test_rows_cut_from_the_data_are_x_and_stand_among_the_names() -> None:
    model, x, y = network()
    loss = F.cross_entropy(model(x[:1]), y[:1])
    text = explain(loss, wrt=model[0].weight, at=(0, 1)).text(110)
    assert "x[0, 1]" in text and "u[" not in text
    names = text[text.index("Names;") :].splitlines()
    assert any(line.split() == ["x", "data", "(slice)", "1", "×", "2"] for line in names)


def test_a_value_that_is_no_loss_is_not_called_l() -> None:
    layer = nn.Linear(2, 1)
    x = pellucid.tensor([[1.0, 2.0]])
    assert explain(layer(x)).text().startswith("ŷ = ")
    assert explain(nn.Sequential(layer, nn.Sigmoid())(x)).text().startswith("ŷ = ")
    assert explain(F.mse_loss(layer(x), x[:, :1])).text().startswith("L = ")
    assert explain(((layer(x) - 1.0) ** 2).mean()).text().startswith("L = ")
    assert explain(0.5 * ((layer(x) - 1.0) ** 2).sum() + 1.0).text().startswith("L = ")
    each = F.mse_loss(layer(pellucid.ones(3, 2)), pellucid.ones(3, 1), reduction="none")
    assert explain(each, at=(1, 0)).text().startswith("loss[1, 0] = ")


def test_a_pick_of_the_output_is_the_output() -> None:
    model, x, _ = network()
    text = explain(model(x)[0, 1], wrt=model[0].weight, at=(0, 1)).text()
    assert text.startswith("∂ŷ/∂w = ")


def test_many_steps_behind_one_layer_have_names_of_their_own() -> None:
    layer = nn.Linear(2, 1)
    value = layer(pellucid.ones(3, 2))
    for _ in range(28):
        value = value + 1.0
    loss = (value**2).mean()
    data = explain(loss, wrt=layer.weight, at=(0, 0), paths=1).to_dict()
    symbols = [number["symbol"] for number in data["paths"][0]["numbers"]]
    assert len(set(symbols)) == len(symbols) == 32
    assert "u1[0, 0]" in symbols and "u1b[0, 0]" in symbols and "u1.27[0, 0]" in symbols


def test_an_entry_keeps_its_own_place_behind_a_transpose() -> None:
    x = pellucid.tensor([[0.5, 2.0]])
    w = pellucid.tensor([[1.0, -1.0], [2.0, 3.0]], requires_grad=True)
    for turned in (w.T, w.T.clone(), w.reshape(4).reshape(2, 2).T):
        text = str(explain((x @ turned)[0, 1], wrt=w, at=(1, 0)))
        chain = "∂y/∂u1[0, 1] · ∂u1[0, 1]/∂w[1, 0] = 1.0 · x[0, 0] = 1.0 · 0.5 = 0.5"
        assert f"∂y/∂w[1, 0] = {chain}" in text
        assert "matmul" in text and "bmm" not in text
    both = pellucid.tensor([[0.5, 2.0]], requires_grad=True)
    assert "∂u1[0, 1]/∂w[1, 0] = 1.0 · x[0, 0]" in str(explain((both @ w.T)[0, 1], w, (1, 0)))
    assert "w[1, 0] · x[0, 0]" not in str(explain(x @ w.T, at=(0, 1)))
    assert "w" not in str(explain(w.sum(), wrt=w, at=(0, 0))).splitlines()[0]
