"""Every workload can be loaded, says what it does, and its contenders compute the same."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from benchmarks import workloads
from benchmarks.turns import AGREE, distance
from benchmarks.workload import Contender, absent

SMALL = ("mlp_tiny", "lstm", "gru", "restarts")


@pytest.mark.parametrize("name", workloads.NAMES)
def test_a_workload_is_complete(name: str) -> None:
    workload = workloads.load(name)
    libraries = {contender.split()[0] for contender in workload.contenders}
    assert workload.name == name
    assert {"pellucid", "torch"} <= libraries
    assert workload.flops > 0 and workload.moved > 0
    assert workload.target is not None and 0 < workload.target <= 1.35
    assert 12 % workload.batches == 0 or workload.batches >= 12


def test_loading_them_imports_no_library() -> None:
    listed = (
        "import sys; from benchmarks.workloads import NAMES, load; [load(n) for n in NAMES]; "
        "print(sorted({'torch', 'jax', 'sklearn', 'optax', 'pellucid'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "gflop"),
    [("mlp_mnist", 0.411), ("autoencoder", 0.270), ("cnn", 1.457), ("resnet", 2.372),
     ("lstm", 0.940), ("gru", 0.705), ("gpt", 6.04), ("gcn", 0.251)],
)  # fmt: skip
def test_the_work_in_a_step(name: str, gflop: float) -> None:
    assert workloads.load(name).flops / 1e9 == pytest.approx(gflop, rel=0.01)


@pytest.fixture
def one_thread(torch: Any) -> Iterator[None]:
    """PyTorch's pool stalls where another program holds a core."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", SMALL)
def test_jax_by_hand_computes_what_torch_computes(name: str) -> None:
    workload = workloads.load(name)
    losses = {}
    for contender in ("torch fused", "jax jit", "jax scan"):
        run = workload.contenders[contender].build()
        losses[contender] = list(run(workload.batches))[:12]
    assert distance(losses["jax jit"], losses["torch fused"]) < AGREE
    assert distance(losses["jax scan"], losses["torch fused"]) < AGREE


@pytest.mark.slow
def test_adam_by_hand_is_optax(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("optax")
    adam = importlib.import_module("benchmarks.jax_peers.adam")
    weights = {"a": np.linspace(-1, 1, 6, dtype=np.float32), "b": np.ones((2, 2), np.float32)}
    ends = []
    for by_hand in (True, False):
        monkeypatch.setattr(adam, "HAS_OPTAX", not by_hand)
        moved, state = dict(weights), adam.start(weights)
        for _ in range(5):
            moved, state = adam.update(moved, {n: w * w - 0.3 for n, w in moved.items()}, state)
        ends.append(moved)
    for name in weights:
        np.testing.assert_allclose(ends[0][name], ends[1][name], rtol=1e-5)


def test_the_graph_is_as_large_as_cora() -> None:
    gcn = importlib.import_module("benchmarks.workloads.gcn")
    edges = gcn.edges()
    assert edges.shape == (2, 10_556)
    assert len({tuple(edge) for edge in edges.T.tolist()}) == 10_556
    rows, columns, values = gcn.adjacency()
    dense = np.zeros((gcn.NODES, gcn.NODES), np.float32)
    dense[rows, columns] = values
    np.testing.assert_array_equal(dense, dense.T)
    assert np.linalg.norm(dense @ np.sqrt(dense.astype(bool).sum(1)) - np.sqrt(
        dense.astype(bool).sum(1))) < 1e-3  # fmt: skip


def test_what_is_missing_has_a_name() -> None:
    def never() -> Any:
        raise AssertionError

    needs = ("nn.Linear", "nn.Konv2d", "fit(epochs)", "fit(motor)", "kompile")
    text = absent("pellucid fit", Contender(never, needs))
    assert text == "pellucid has no nn.Konv2d, fit(motor), kompile yet"
    assert absent("pellucid eager", Contender(never, ("nn.Linear", "fit(epochs)"))) is None
    assert absent("nolib fast", Contender(never)) == "nolib is not installed"
