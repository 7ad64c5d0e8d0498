"""Recurrences on XLA: the same numbers as on NumPy, one loop each, and training that agrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.ops import REGISTRY
from pellucid.ops.op import Sample
from pellucid.testing import draw

jax = pytest.importorskip("jax")

from pellucid.engines.xla.recurrent import INSTEAD  # noqa: E402
from pellucid.engines.xla.space import space, wide  # noqa: E402

SAMPLES = [(name, k) for name in INSTEAD for k in range(len(REGISTRY[name].samples))]


def arrays(name: str, sample: Sample) -> list[Any]:
    return [x.detach().numpy() for x in draw(REGISTRY[name], sample)]


def test_every_recurrence_has_its_loop() -> None:
    assert set(INSTEAD) == {name for name, op in REGISTRY.items() if "recurrent" in op.traits}


@pytest.mark.parametrize(("name", "k"), SAMPLES)
def test_the_same_numbers_as_on_numpy(name: str, k: int) -> None:
    op = REGISTRY[name]
    sample = op.samples[k]
    given = arrays(name, sample)
    wanted = op(*(x._node for x in draw(op, sample)), **sample.params).array
    with wide():
        found = jax.jit(lambda *xs: INSTEAD[name](space, *xs, **sample.params))(*given)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_states_are_read_off_the_tape(name: str) -> None:
    given = arrays(name, REGISTRY[name].samples[0])
    with wide():
        tape = INSTEAD[f"{name}_tape"](space, *given)
        np.testing.assert_array_equal(
            INSTEAD[name](space, *given, tape), INSTEAD[name](space, *given)
        )


@pytest.mark.parametrize("name", sorted(INSTEAD))
def test_long_sequences_are_loops_and_no_longer_programs(name: str) -> None:
    """Unrolled, a program grows with the sequence; a loop does not."""
    op = REGISTRY[name]
    sample = op.samples[0]
    sizes = []
    for steps in (4, 40):
        shapes = [stretched(name, x.shape, sample, steps) for x in arrays(name, sample)]
        given = [jax.ShapeDtypeStruct(s, np.float32) for s in shapes]
        program = jax.jit(lambda *xs: INSTEAD[name](space, *xs, **sample.params)).lower(*given)
        sizes.append(program.as_text().count("\n"))
    assert sizes[0] == sizes[1]


def stretched(name: str, shape: tuple[int, ...], sample: Sample, steps: int) -> tuple[int, ...]:
    """A sample's shape with another number of steps."""
    if len(shape) == 4:
        return (shape[0], steps, *shape[2:])
    extra = 1 if name == "lstm_back" else 0  # the last cell's blame is one more row
    return (steps + extra, *shape[1:]) if len(shape) == 3 else shape


@pytest.mark.slow
@pytest.mark.parametrize(("name", "dtype"), [("RNN", "float32"), ("LSTM", "float32"),
                                             ("GRU", "float32"), ("LSTM", "float64")])  # fmt: skip
def test_training_compiled_is_training_eager(name: str, dtype: str) -> None:
    losses = []
    for compiled in (False, True):
        pellucid.manual_seed(0)
        kind = getattr(pellucid, dtype)
        layer = getattr(nn, name)(3, 5, num_layers=2, bidirectional=True, dtype=kind)
        head = nn.Linear(10, 2, dtype=kind)
        optimizer = pellucid.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.01)
        x = pellucid.randn(6, 4, 3, dtype=kind)
        y = pellucid.tensor([0, 1, 1, 0])

        def step(
            x: Any, y: Any, layer: Any = layer, head: Any = head, optimizer: Any = optimizer
        ) -> Any:
            loss = nn.functional.cross_entropy(head(layer(x)[0][-1]), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        run = pellucid.compile(step) if compiled else step
        losses.append([run(x, y).item() for _ in range(5)])
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5 if dtype == "float32" else 1e-12)


def test_packed_sequences_inside_a_compiled_step() -> None:
    layer = nn.GRU(3, 5, bidirectional=True)
    x = pellucid.randn(6, 4, 3)

    def run(x: Any) -> Any:
        packed = nn.utils.rnn.pack_padded_sequence(x, [6, 4, 4, 1])
        return nn.utils.rnn.pad_packed_sequence(layer(packed)[0])[0]

    np.testing.assert_allclose(
        pellucid.compile(run)(x).detach().numpy(), run(x).detach().numpy(), rtol=1e-5, atol=1e-6
    )
