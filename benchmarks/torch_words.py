"""The training loop in the words that PyTorch and pellucid share: one text for both.

A workload gives the network and the loss as functions of the library; nothing here knows which
library it is, so what is compared is the same program.
"""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.workload import LEARNING_RATE, Array, Contender, Material, Run

Network = Callable[[Any], Any]
Wrap = Callable[[Any], Any]


def ready(library: Any, network: Network, weights: dict[str, Array]) -> Any:
    """The network with the given weights.

    Raises:
        RuntimeError: names that the network and the weights do not share.
    """
    model = network(library)
    own = dict(model.named_parameters())
    if own.keys() != weights.keys():
        raise RuntimeError(f"weights that differ: {sorted(own.keys() ^ weights.keys())}")
    with library.no_grad():
        for name, parameter in own.items():
            parameter[...] = library.from_numpy(weights[name])
    return model


def training(
    library: Any,
    network: Network,
    loss_of: Callable[[Any], Any],
    material: Material,
    steps_a_round: int,
    *,
    adam: dict[str, Any] | None = None,
    wrap: Wrap = lambda step: step,
    lay_out: Wrap = lambda value: value,
) -> Run:
    """The loop of every tutorial.

    Args:
        adam: further settings of the optimizer.
        wrap: what makes another function of the step, such as `compile`.
        lay_out: what is done to the network and to the inputs before all, such as channels last.
    """
    model = lay_out(ready(library, network, material.weights))
    optimizer = library.optim.Adam(model.parameters(), lr=LEARNING_RATE, **(adam or {}))
    loss_fn = loss_of(library)
    batches = [(lay_out(library.tensor(x)), library.tensor(y)) for x, y in material.batches()]
    batches *= steps_a_round // len(batches)

    def one(x: Any, y: Any) -> Any:
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.detach()

    step = wrap(one)

    def run(steps: int) -> list[float]:
        losses = []
        for _ in range(steps // steps_a_round):
            losses += [step(x, y) for x, y in batches]
        return [float(loss) for loss in losses]

    return run


class Fit:
    """Pellucid's `fit` on the same batches, in the same order, for whole stretches of steps.

    A call of `fit` makes its program anew; that belongs to the start, which is timed on its own.
    So the time of a step is that of the epochs after the first, by the history's clock.
    """

    def __init__(
        self, network: Network, loss_of: Callable[[Any], Any], material: Callable[[], Material]
    ) -> None:
        self.package = importlib.import_module("pellucid")
        given = material()
        self.model = ready(self.package, network, given.weights)
        self.optimizer = self.package.optim.Adam(self.model.parameters(), lr=LEARNING_RATE)
        self.loss = loss_of(self.package)
        self.steps_an_epoch, self.batch_size = given.x.shape[:2]
        self.data = tuple(a.reshape(-1, *a.shape[2:]) for a in (given.x, given.y))

    def __call__(self, steps: int) -> list[float]:
        return list(self.epochs(steps // self.steps_an_epoch).step_loss)

    def seconds_a_step(self, seconds: float) -> float:
        """The median epoch of one `fit` that takes about so long."""
        warm = min(self.epochs(4).epoch_seconds[1:])
        found = self.epochs(2 + round(seconds / warm)).epoch_seconds[1:]
        return statistics.median(found) / self.steps_an_epoch

    def epochs(self, count: int, **more: Any) -> Any:
        """The history of so many epochs, with further settings of `fit`."""
        return self.package.fit(
            self.model, self.data, loss=self.loss, optimizer=self.optimizer, engine="xla",
            batch_size=self.batch_size, epochs=count, validation=0, patience=0, shuffle=False,
            metrics=(), restore_best=False, progress=False, **more,
        )  # fmt: skip


def contenders(
    network: Network,
    loss_of: Callable[[Any], Any],
    material: Callable[[], Material],
    steps_a_round: int,
    *,
    needs: tuple[str, ...] = (),
    eager: bool = False,
    images: bool = False,
    fits: bool = True,
) -> dict[str, Contender]:
    """Pellucid and PyTorch on one network.

    Args:
        needs: names that the network uses and that pellucid may still lack.
        eager: pellucid's eager loop takes part too.
        images: the inputs are images, so PyTorch runs with channels last as well.
        fits: the batches are rows of a table, as `fit` takes them.
    """
    given = (network, loss_of, material, steps_a_round)
    found = {
        "pellucid compile": Contender(partial(_pellucid, *given, "compile"), (*needs, "compile")),
    }
    if fits:
        found["pellucid fit"] = Contender(
            partial(Fit, network, loss_of, material), (*needs, "fit(engine)")
        )
    if eager:
        found["pellucid eager"] = Contender(partial(_pellucid, *given, "eager"), needs, quick=False)
    found["torch fused"] = Contender(partial(_torch, *given), quick=not images)
    if images:
        found["torch channels_last"] = Contender(partial(_torch, *given, images=True))
    return found


def _pellucid(
    network: Network, loss_of: Any, material: Callable[[], Material], steps: int, how: str
) -> Run:
    pellucid = importlib.import_module("pellucid")
    # Nobody reads `.grad` after these steps, as nobody can in JAX.
    compiled = {"wrap": lambda step: pellucid.compile(step, grads=False)}
    wrap = {"compile": compiled, "eager": {}}[how]
    return training(pellucid, network, loss_of, material(), steps, **wrap)


def _torch(
    network: Network,
    loss_of: Any,
    material: Callable[[], Material],
    steps: int,
    images: bool = False,
) -> Run:
    torch = importlib.import_module("torch")

    def channels_last(value: Any) -> Any:
        return value.to(memory_format=torch.channels_last)

    lay_out = {"lay_out": channels_last} if images else {}
    return training(torch, network, loss_of, material(), steps, adam={"fused": True}, **lay_out)
