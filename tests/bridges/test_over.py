"""Being told of a network's passes without the price of a hook, and leaving no trace of it."""

from __future__ import annotations

import copy
import io
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from pellucid.bridges.torch.over import Over, hang, is_compiled  # noqa: E402

nn = torch.nn


class _Note:
    """Who is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def __call__(self, *what: Any) -> None:
        self.told.append(what)


def test_a_pass_is_told_and_no_hook_is_hung() -> None:
    """The network, what it was given, by name, and what it gave; afterwards all is as before."""

    class Scaled(nn.Linear):  # type: ignore[misc, name-defined]
        """A layer with an argument by name."""

        def forward(self, x: Any, by: float = 1.0) -> Any:
            return by * super().forward(x)

    model, note = Scaled(3, 2), _Note()
    x, before = torch.randn(4, 3), dict(vars(model))
    hung = hang(model, note)
    assert isinstance(hung, Over) and not model._forward_hooks and not is_compiled(model)
    out = model(x, by=2.0)
    ((who, args, kwargs, gave),) = note.told
    assert who is model and args[0] is x and kwargs == {"by": 2.0} and gave is out
    hung.remove()
    assert vars(model) == before
    assert torch.equal(model(x, by=2.0), out) and len(note.told) == 1


def test_copies_and_files_have_nothing_over_them() -> None:
    """Not even where a class copies its own dictionary."""

    class Own(nn.Linear):  # type: ignore[misc, name-defined]
        """Copies itself."""

        def __deepcopy__(self, memo: Any) -> Any:
            made = Own.__new__(Own)
            made.__dict__ = copy.deepcopy(self.__dict__, memo)
            return made

        def __getstate__(self) -> Any:
            return self.__dict__

    x = torch.randn(4, 3)
    for model in (nn.Linear(3, 2), Own(3, 2)):
        note = _Note()
        hung = hang(model, note)
        made = copy.deepcopy(model)
        with torch.no_grad():
            made.weight.zero_()
            made.bias.zero_()
        assert not made(x).any() and model(x).any()
        if type(model) is nn.Linear:
            file = io.BytesIO()
            torch.save(model, file)
            file.seek(0)
            assert torch.equal(torch.load(file, weights_only=False)(x), model(x))
        assert all(who is model for who, *_ in note.told)
        hung.remove()


def test_networks_whose_calls_are_their_own_get_a_hook() -> None:
    """One that is compiled, one with a call of its own, one that somebody stands over."""

    class Own(nn.Linear):  # type: ignore[misc, name-defined]
        """Has its own call."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return super().__call__(*args, **kwargs)

    compiled = nn.Linear(3, 2)
    compiled.compile(backend="eager")
    taken = nn.Linear(3, 2)
    first = hang(taken, _Note())
    assert is_compiled(compiled) and isinstance(first, Over)
    for model in (Own(3, 2), compiled, taken):
        hung = hang(model, _Note())
        assert not isinstance(hung, Over) and len(model._forward_hooks) == 1
        hung.remove()
    first.remove()


@pytest.mark.filterwarnings("ignore")  # of the compiler, about what is hung elsewhere
def test_a_network_that_is_compiled_meanwhile() -> None:
    """Somebody stands over the compiled call, which stays where it is afterwards."""
    from pellucid.bridges import torch as bridge

    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x = torch.randn(16, 4)
    y = (x[:, 0] > 0).long()
    with bridge.watch(model, optimizer, trials=False) as report:
        for step in range(6):
            if step == 3:
                model.compile(backend="eager")
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert (report.seen.events.steps, report.seen.events.train_passes) == (6, 6)
    assert is_compiled(model) and type(model._compiled_call_impl).__name__ != "_Call"
