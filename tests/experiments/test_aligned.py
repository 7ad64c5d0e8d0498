"""Networks side by side in one shape: each must be the plain network, to the last digit."""

from __future__ import annotations

import numpy as np

import pellucid
from pellucid import nn
from pellucid.experiments.aligned import Aligned
from pellucid.experiments.drawn import seeded
from pellucid.experiments.rows import rows_of
from pellucid.experiments.settings import ACTIVATIONS, perceptron
from pellucid.experiments.starts import STARTS, begin

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3)).astype(np.float32)
Y = RNG.normal(size=(20, 2)).astype(np.float32)


def losses(net: nn.Module, steps: int) -> list[float]:
    """Of some steps of AdamW, op by op."""
    x, y = pellucid.from_numpy(X), pellucid.from_numpy(Y)
    optimizer = pellucid.optim.AdamW(net.parameters(), lr=0.05, weight_decay=0.3)
    found = []
    for _ in range(steps):
        loss = nn.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def test_a_network_with_more_room_trains_as_the_plain_one() -> None:
    for act in ("sigmoid", "elu", "softplus"):
        with seeded(3):
            plain = perceptron(3, [4, 5], act, 2)
        room = Aligned([3, 4, 5, 2], act, 3, room=[8, 6], acts=["relu", act, "gelu"])
        assert np.allclose(losses(plain, 12), losses(room, 12), rtol=1e-6)
        assert np.abs(room.weights[0].detach().numpy()[4:]).max() == 0  # never moved


def test_every_activation_and_start_is_chosen_right() -> None:
    x = pellucid.from_numpy(X)
    for act in ACTIVATIONS:
        with seeded(1):
            plain = perceptron(3, [4], act)
        room = Aligned([3, 4, 1], act, 1, room=[7], acts=tuple(ACTIVATIONS))
        assert np.allclose(plain(x).detach().numpy(), room(x).detach().numpy(), atol=1e-6), act
    for start in STARTS:
        with seeded(2):
            plain = perceptron(3, [4], "tanh")
            begin((plain[0], plain[2]), start)
        same = Aligned([3, 4, 1], "tanh", 2, start=start)
        assert np.array_equal(plain(x).detach().numpy(), same(x).detach().numpy()), start


def test_rows_are_thinned_by_chance_and_counted() -> None:
    few = rows_of("digits", None, samples=0, noise=0.0, validation=0.4, seed=0, most=300)
    assert (len(few.train[0]), len(few.check[0]), few.total) == (180, 120, 1797)
    assert len(np.unique(few.train[1])) == 10 and few.classes
    assert few.told() == "digits (300 of its 1,797 rows), 180 rows to learn from and 120 set aside"
    whole = rows_of("diabetes", None, samples=0, noise=0.0, validation=0.4, seed=0, most=1000)
    assert not whole.classes and whole.ends == (10, 1)
    assert whole.told() == "diabetes, 265 rows to learn from and 177 set aside"


def test_a_member_is_handed_back_with_its_own_mask() -> None:
    found = pellucid.population(
        lambda hidden, seed: Aligned([3, hidden, 2], "tanh", seed, room=[6]), (X, Y),
        hidden=[2, 6], seeds=1, epochs=3, lr=0.05, batch_size=20, validation=0, shuffle=False,
        loss="mse", progress=False, restore_best=False,
    )  # fmt: skip
    x, y = pellucid.from_numpy(X), pellucid.from_numpy(Y)
    for i, hidden in enumerate((2, 6)):
        net = found.model(i)
        assert net.kept0.tolist() == [1.0] * hidden + [0.0] * (6 - hidden)
        # Trained three steps, it is below the loss that the third began with.
        assert nn.functional.mse_loss(net(x), y).item() < found.train_loss[i, -1]
