"""Every module against PyTorch's on the cases of PyTorch's own database.

Compared: keys of the state, which is loaded both ways, values, dtypes and shapes, gradients of
inputs and weights, buffers after a step, in training and evaluation; what a copy and a pickled
module give, inputs that are not contiguous, and the class of errors.
"""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import pellucid
from pellucid import nn
from tests.parity_modules.database import Unlike, apart, database, given, tensors
from tests.parity_modules.exceptions import ERRORS, MODULES, RANDOM

pytestmark = pytest.mark.filterwarnings("ignore")
FEW = 2  # cases of a module that the quick test takes


def cases(torch: Any, entry: Any, dtype: Any, training: bool) -> list[Any]:
    torch.manual_seed(0)
    return list(
        entry.module_inputs_func(
            entry, device="cpu", dtype=dtype, requires_grad=True, training=training
        )
    )


def detached(value: Any) -> Any:
    """The same inputs as leaves of their own."""
    if hasattr(value, "requires_grad"):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {k: detached(v) for k, v in value.items()}
    if hasattr(value, "_fields"):
        return type(value)(*map(detached, value))
    return type(value)(map(detached, value)) if isinstance(value, tuple | list) else value


def pair(torch: Any, entry: Any, case: Any, dtype: Any, training: bool) -> tuple[Any, Any]:
    """Both modules, ours with PyTorch's weights."""
    made = case.constructor_input
    yours = entry.module_cls(*made.args, **made.kwargs).to(dtype).train(training)
    kind = getattr(nn, entry.module_cls.__name__)
    mine = kind(*given(made.args), **given(made.kwargs)).to(given(dtype)).train(training)
    return mine, yours


def load(torch: Any, mine: Any, yours: Any) -> Iterator[str]:
    """Weights there and back."""
    state = yours.state_dict()
    if list(mine.state_dict()) != list(state):
        yield f"keys {list(mine.state_dict())} in place of {list(state)}"
        return
    mine.load_state_dict(state)
    yours.load_state_dict({k: torch.tensor(v.numpy()) for k, v in mine.state_dict().items()})


def draws(entry: Any, yours: Any, training: bool) -> bool:
    if entry.name.startswith("nn.Fractional"):
        return True
    inner = any(getattr(m, "dropout", 0.0) for m in yours.modules()
                if isinstance(getattr(m, "dropout", 0.0), float))  # fmt: skip
    chance = any(type(m).__name__ == "Dropout" and m.p for m in yours.modules())
    return training and (inner or chance or entry.name in RANDOM)


def compared(torch: Any, entry: Any, case: Any, dtype: Any, training: bool) -> Iterator[str]:
    """What differs in one case."""
    mine, yours = pair(torch, entry, case, dtype, training)
    if case.forward_input is None:
        return
    args, kwargs = detached(case.forward_input.args), detached(case.forward_input.kwargs)
    own_args, own_kwargs = given(args), given(kwargs)
    if entry.is_lazy:  # its weights come with the first inputs
        yours(*args, **kwargs)
        mine(*own_args, **own_kwargs)
    yield from load(torch, mine, yours)
    expected, out = yours(*args, **kwargs), mine(*own_args, **own_kwargs)
    theirs, ours = tensors(expected), tensors(out)
    assert len(ours) == len(theirs)
    if draws(entry, yours, training):
        for x, y in zip(ours, theirs, strict=True):
            if tuple(x.shape) != tuple(y.shape):
                yield f"shape {tuple(x.shape)} in place of {tuple(y.shape)}"
        return
    for x, y in zip(ours, theirs, strict=True):
        yield apart(x, y)
        if x.requires_grad != y.requires_grad:
            yield f"requires_grad={x.requires_grad}"
    yield from gradients(torch, mine, yours, (own_args, own_kwargs), (args, kwargs), ours, theirs)
    for (name, x), y in zip(mine.named_buffers(), yours.buffers(), strict=True):
        if apart(x, y):
            yield f"buffer {name}: {apart(x, y)}"


def gradients(
    torch: Any, mine: Any, yours: Any, own: Any, given_: Any, ours: Any, theirs: Any
) -> Iterator[str]:
    live = [(x, y) for x, y in zip(ours, theirs, strict=True) if y.requires_grad]
    if not live:
        return
    blame = [torch.randn(y.shape, dtype=torch.float64).to(y.dtype) for _, y in live]
    torch.autograd.backward([y for _, y in live], blame)
    pellucid.autograd.backward([x for x, _ in live], [given(g) for g in blame])
    for x, y in zip(tensors(own), tensors(given_), strict=True):
        if y.requires_grad and apart(x.grad, y.grad):
            yield f"gradient of an input: {apart(x.grad, y.grad)}"
    for (name, x), y in zip(mine.named_parameters(), yours.parameters(), strict=True):
        # A weight's gradient adds up many numbers; in float32 the order of adding shows.
        told = apart(x.grad, y.grad, (1e-3, 3e-4) if "32" in str(y.dtype) else None)
        if told:
            yield f"gradient of {name}: {told}"


def differences(torch: Any, entry: Any, few: int | None, dtypes: list[Any]) -> list[str]:
    """What differs in the first `few` cases of a module (all when None)."""
    found = []
    for dtype in dtypes:
        for training in (True, False):
            chosen = cases(torch, entry, dtype, training)
            for number, case in enumerate(chosen[:few]):
                where = f"{entry.name} case {number} {case.desc} {dtype} training={training}"
                try:
                    told = [t for t in compared(torch, entry, case, dtype, training) if t]
                except Unlike:
                    continue
                except Exception as error:
                    if MODULES.get(entry.name, "\0") in str(error):
                        continue
                    told = [f"{type(error).__name__}: {error}"]
                found += [f"{where}: {t}" for t in told]
    return found


def test_modules_agree(torch: Any) -> None:
    wrong = []
    for entry in database("common_modules", "module_db"):
        wrong += differences(torch, entry, FEW, [torch.float64])
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.slow
def test_modules_agree_in_every_case(torch: Any) -> None:
    wrong = []
    for entry in database("common_modules", "module_db"):
        few = 40 if entry.name == "nn.LinearCrossEntropyLoss" else None
        wrong += differences(torch, entry, few, [torch.float32, torch.float64])
    assert not wrong, "\n".join(wrong[:20])


def again(module: Any) -> Any:
    return pickle.loads(pickle.dumps(module))


def strided(value: Any) -> Any:
    """The same numbers, with gaps between them in memory."""
    if isinstance(value, pellucid.Tensor):
        return value.detach().repeat_interleave(2, -1)[..., ::2] if value.ndim else value
    if hasattr(value, "_fields"):
        return value
    return type(value)(map(strided, value)) if isinstance(value, tuple | list) else value


def test_copies_and_scattered_inputs_give_the_same(torch: Any) -> None:
    """A copy, a pickled module, and inputs that don't lie in order."""
    wrong = []
    for entry in database("common_modules", "module_db"):
        case = cases(torch, entry, torch.float64, False)[0]
        if case.forward_input is None or entry.name in RANDOM or entry.name in MODULES:
            continue
        mine, _ = pair(torch, entry, case, torch.float64, False)
        args, kwargs = given(case.forward_input.args), given(case.forward_input.kwargs)
        expected = tensors(mine(*args, **kwargs))
        ways: list[tuple[str, Callable[[], Any]]] = [
            ("copy", lambda m=mine, a=args, k=kwargs: copy.deepcopy(m)(*a, **k)),
            ("pickle", lambda m=mine, a=args, k=kwargs: again(m)(*a, **k)),
            ("strided", lambda m=mine, a=args, k=kwargs: m(*strided(a), **k)),
        ]
        for what, way in ways:
            try:
                got = tensors(way())
            except (AttributeError, pickle.PicklingError) as error:
                if "<lambda>" not in str(error) and "local object" not in str(error):
                    wrong.append(f"{entry.name} {what}: {error}")
                continue
            told = [apart(x, y) for x, y in zip(got, expected, strict=True)]
            wrong += [f"{entry.name} {what}: {t}" for t in told if t]
        assert repr(mine).startswith(type(mine).__name__)
    assert not wrong, "\n".join(wrong[:20])


def test_mistakes_are_refused_with_the_same_class(torch: Any) -> None:
    wrong = []
    for entry in database("common_modules", "module_db"):
        if entry.module_error_inputs_func is None:
            continue
        for mistake in entry.module_error_inputs_func(
            entry, device="cpu", dtype=torch.float32, requires_grad=False, training=True
        ):
            if any(text in mistake.error_regex for text in ERRORS):
                continue
            made, passed = mistake.module_error_input.constructor_input, None
            if mistake.error_on.name == "FORWARD_ERROR":
                passed = mistake.module_error_input.forward_input
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    kind = getattr(nn, entry.module_cls.__name__)
                    module = kind(*given(made.args), **given(made.kwargs))
                    if passed is not None:
                        module(*given(passed.args), **given(passed.kwargs))
                wrong.append(f"{entry.name} takes {mistake.error_regex}")
            except Exception as error:
                if not isinstance(error, mistake.error_type):
                    wrong.append(f"{entry.name}: {error!r} for {mistake.error_regex}")
                elif len(str(error)) < 20:
                    wrong.append(f"{entry.name}: {error} is too short to help")
    assert not wrong, "\n".join(wrong[:30])
