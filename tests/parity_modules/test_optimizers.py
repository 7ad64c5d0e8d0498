"""Every optimizer against PyTorch's, with the settings of PyTorch's own database and pairs of them.

Compared: the weights after each of ten steps, what is remembered, and how each goes on from the
other's state; groups, a weight without gradient, a rate given as a Tensor, and the class of errors.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import pellucid
from tests.parity_modules.database import Unlike, apart, database, given
from tests.parity_modules.exceptions import OPTIMIZER_ERRORS, OPTIMIZERS

pytestmark = pytest.mark.filterwarnings("ignore")
SHAPES = ((4, 3), (3,), (2, 3, 2), (1,))
LOOSE = {"ASGD": (1e-6, 1e-7)}  # PyTorch keeps its rates in float32


def weights(dtype: str) -> list[Any]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]


def parameters(lib: Any, arrays: list[Any]) -> list[Any]:
    return [lib.nn.Parameter(lib.tensor(a)) for a in arrays]


def blame(lib: Any, parameters: list[Any], number: int) -> None:
    rng = np.random.default_rng(100 + number)
    for p in parameters:
        g = rng.standard_normal(tuple(p.shape))
        p.grad = lib.tensor(g.astype(str(p.dtype).rpartition(".")[2]))


def stepped(lib: Any, optimizer: Any, held: list[Any], number: int) -> None:
    def closure() -> Any:
        optimizer.zero_grad()
        loss = sum(((p - 0.3 * (i + 1)) ** 4).sum() for i, p in enumerate(held))
        loss.backward()
        return loss

    if type(optimizer).__name__ == "LBFGS":
        optimizer.step(closure)
    else:
        blame(lib, held, number)
        optimizer.step()


def entries() -> list[Any]:
    found = database("common_optimizers", "optim_db")
    return [e for e in found if e.name not in OPTIMIZERS]


def settings(entry: Any, pairs: bool) -> Iterator[dict[str, Any]]:
    each = [case.kwargs for case in entry.optim_inputs_func(device="cpu")]
    yield from each
    if pairs:
        yield from ({**a, **b} for a, b in itertools.combinations(each, 2))


def remembered(mine: Any, yours: Any) -> Iterator[str]:
    """What differs between two states."""
    a, b = mine.state_dict(), yours.state_dict()
    if [list(g) for g in a["param_groups"]] != [list(g) for g in b["param_groups"]]:
        yield f"settings {list(a['param_groups'][0])} for {list(b['param_groups'][0])}"
    for i, held in b["state"].items():
        if set(held) != set(a["state"][i]):
            yield f"state {sorted(a['state'][i])} in place of {sorted(held)}"
            continue
        for name, value in held.items():
            if hasattr(value, "detach") and hasattr(a["state"][i][name], "detach"):
                x, y = a["state"][i][name].double(), value.double()  # the sort is told elsewhere
                if told := apart(x, y, LOOSE.get(type(mine).__name__, (1e-4, 1e-5))):
                    yield f"{name}: {told}"


def differences(torch: Any, entry: Any, kwargs: dict[str, Any], dtype: str) -> Iterator[str]:
    kind, start = getattr(pellucid.optim, entry.name), weights(dtype)
    held, theirs = parameters(pellucid, start), parameters(torch, start)
    try:
        yours = entry.optim_cls(theirs, **kwargs)
    except ValueError:  # a pair that excludes each other
        with pytest.raises(ValueError, match=entry.name):
            kind(held, **given(kwargs))
        return
    mine = kind(held, **given(kwargs))

    def both(a: Any, xs: Any, b: Any, ys: Any, numbers: range) -> Iterator[str]:
        for number in numbers:
            stepped(pellucid, a, xs, number)
            stepped(torch, b, ys, number)
            told = [apart(x, y, LOOSE.get(entry.name)) for x, y in zip(xs, ys, strict=True)]
            if any(told):
                yield f"step {number}: {next(t for t in told if t)}"
                return

    yield from both(mine, held, yours, theirs, range(10))
    yield from remembered(mine, yours)
    next_held = parameters(pellucid, [t.detach().numpy().copy() for t in theirs])
    onward = kind(next_held, **given(kwargs))
    onward.load_state_dict(yours.state_dict())
    yield from both(onward, next_held, yours, theirs, range(10, 13))


def collected(torch: Any, pairs: bool, dtypes: tuple[str, ...]) -> list[str]:
    wrong = []
    for entry in entries():
        for kwargs, dtype in itertools.product(settings(entry, pairs), dtypes):
            rounded = dtype == "float32" or hasattr(kwargs.get("lr"), "dtype")
            if entry.name == "LBFGS" and rounded:
                continue  # a line search amplifies rounding, as of a rate in float32
            told = differences(torch, entry, kwargs, dtype)
            wrong += [f"{entry.name} {kwargs} {dtype}: {t}" for t in told]
    return wrong


def test_steps_and_states_agree(torch: Any) -> None:
    wrong = collected(torch, pairs=False, dtypes=("float64",))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.slow
def test_pairs_of_settings_agree(torch: Any) -> None:
    wrong = collected(torch, pairs=True, dtypes=("float32", "float64"))
    assert not wrong, "\n".join(wrong[:20])


def test_groups_missing_gradients_and_rates_as_tensors(torch: Any) -> None:
    def story(lib: Any, name: str) -> list[Any]:
        kind, seen = getattr(lib.optim, name), []
        held = parameters(lib, weights("float64"))
        groups = [{"params": held[:1], "lr": 0.05}, {"params": held[1:2]}]
        optimizer = kind(groups, lr=0.01)
        for number in range(6):
            blame(lib, held, number)
            if number == 3:
                optimizer.add_param_group({"params": held[2:], "lr": 0.2})
            if number % 2:
                held[0].grad = None
            optimizer.step()
        seen += held
        held = parameters(lib, weights("float64"))
        optimizer = kind(held, lr=lib.tensor(0.125))
        for number in range(4):
            blame(lib, held, number)
            optimizer.step()
            optimizer.param_groups[0]["lr"].mul_(0.5)
        optimizer.zero_grad(set_to_none=False)
        assert all((p.grad == 0).all() for p in held)
        optimizer.zero_grad()
        assert all(p.grad is None for p in held)
        return seen + held

    for entry in entries():
        if entry.step_requires_closure:
            continue
        pairs = zip(story(pellucid, entry.name), story(torch, entry.name), strict=True)
        told = [apart(x, y, LOOSE.get(entry.name, (1e-6, 1e-7))) for x, y in pairs]
        assert not any(told), (entry.name, told)


def shared(value: Any, known: dict[int, Any]) -> Any:
    """Parameters handed over; one that stands in two places stays one."""
    if isinstance(value, dict):
        return {k: shared(v, known) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(shared(v, known) for v in value)
    if not hasattr(value, "detach"):
        return value
    if id(value) not in known:
        known[id(value)] = given(value)
    return known[id(value)]


def test_mistakes_are_refused_with_the_same_class(torch: Any) -> None:
    wrong = []
    for entry in entries():
        for mistake in entry.optim_error_inputs_func(device="cpu", dtype=torch.float32):
            made = mistake.optimizer_error_input
            if made.desc in OPTIMIZER_ERRORS:
                continue
            params = [torch.nn.Parameter(torch.ones(2, 3))] if made.params is None else made.params
            try:
                held = shared(params, {})
            except Unlike:
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    optimizer = getattr(pellucid.optim, entry.name)(held, **given(made.kwargs))
                    if mistake.error_on.name == "STEP_ERROR":
                        blame(pellucid, held, 0)
                        optimizer.step()
                wrong.append(f"{entry.name} takes {made.desc} {made.kwargs}")
            except Exception as error:
                if not isinstance(error, mistake.error_type):
                    wrong.append(f"{entry.name}: {error!r} for {made.desc}")
    assert not wrong, "\n".join(wrong[:20])
