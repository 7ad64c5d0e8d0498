"""What may be hung on saving and loading a state: hooks, extra state, a layer's own way to load.

Each story is told to both libraries and must be answered alike.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import pellucid

Pair = namedtuple("Pair", "first second")


def told(torch: Any, story: Any) -> None:
    """The story's answer is the same here and there."""
    assert story(pellucid) == story(torch)


def renamed(prefix_old: str, prefix_new: str) -> Any:
    def hook(module: Any, state: Any, prefix: str, *rest: Any) -> None:
        for key in [k for k in state if k.startswith(prefix + prefix_old)]:
            state[prefix + prefix_new + key[len(prefix + prefix_old) :]] = state.pop(key)

    return hook


def counting(lib: Any) -> Any:
    class Counting(lib.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner, self.seen = lib.nn.Linear(2, 2), 0

        def get_extra_state(self) -> Any:
            return {"seen": self.seen}

        def set_extra_state(self, state: Any) -> None:
            self.seen = state["seen"]

    return Counting


def test_extra_state(torch: Any) -> None:
    def story(lib: Any) -> Any:
        kind = counting(lib)
        m, other = lib.nn.Sequential(kind(), kind()), lib.nn.Sequential(kind(), kind())
        m[1].seen = 7
        state = m.state_dict()
        other.load_state_dict(state)
        del state["0._extra_state"]
        loose = other.load_state_dict(state, strict=False)
        with pytest.raises(RuntimeError):
            other.load_state_dict(state)
        plain = lib.nn.Linear(2, 2)
        with pytest.raises(RuntimeError):
            plain.load_state_dict({**plain.state_dict(), "_extra_state": 1})
        return list(m.state_dict()), other[1].seen, loose.missing_keys, loose.unexpected_keys

    told(torch, story)


def test_hooks_around_saving(torch: Any) -> None:
    def story(lib: Any) -> Any:
        heard: list[Any] = []
        m = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.Sequential(lib.nn.Linear(1, 1)))
        before = m[1].register_state_dict_pre_hook(lambda mod, p, keep: heard.append((p, keep)))
        m[0].register_state_dict_post_hook(lambda mod, s, p, meta: s.update({p + "more": 1}))
        m._register_state_dict_hook(lambda mod, s, p, meta: {**s, "last": 2})
        keys = list(m.state_dict(prefix="net."))
        before.remove()
        return keys, heard, list(m.state_dict(keep_vars=True)), heard

    told(torch, story)


def test_hooks_around_loading(torch: Any) -> None:
    def story(lib: Any) -> Any:
        ones = {"w.weight": lib.ones(1, 1), "w.bias": lib.zeros(1)}
        m = lib.nn.Sequential()
        m.add_module("new", lib.nn.Linear(1, 1))
        m.register_load_state_dict_pre_hook(renamed("w.", "new."))
        clean = m.load_state_dict(ones)
        found: list[Any] = []
        inner = lib.nn.Linear(1, 1)
        outer = lib.nn.Sequential(inner)
        for name, module in (("outer", outer), ("inner", inner)):
            module.register_load_state_dict_post_hook(
                lambda mod, keys, name=name: found.append((name, list(keys.missing_keys)))
            )
        outer.register_load_state_dict_post_hook(lambda mod, keys: keys.missing_keys.clear())
        forgiven = outer.load_state_dict({"0.weight": lib.ones(1, 1)})
        return list(clean), m.new.weight.item(), found, list(forgiven), list(ones)

    told(torch, story)


def test_a_hook_before_loading_is_shown_what_belongs_to_its_module(torch: Any) -> None:
    def story(lib: Any) -> Any:
        model = lib.nn.Sequential(lib.nn.Linear(1, 1), lib.nn.Linear(1, 2), lib.nn.Linear(2, 1))
        state, seen = model.state_dict(), []
        state["1.old"] = lib.full((2,), 5.0)
        del state["1.bias"]

        def hook(module: Any, state: Any, prefix: str, *rest: Any) -> None:
            seen.append((prefix, list(state)))
            state[prefix + "bias"] = state.pop(prefix + "old")

        model[1]._register_load_state_dict_pre_hook(hook, with_module=True)
        model.load_state_dict(state)
        return seen, model[1].bias.tolist()

    told(torch, story)


def test_a_layer_that_loads_itself(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Older(lib.nn.Linear):
            def _load_from_state_dict(self, state: Any, prefix: str, *rest: Any) -> None:
                if prefix + "W" in state:
                    state[prefix + "weight"] = state.pop(prefix + "W").reshape(1, 2)
                super()._load_from_state_dict(state, prefix, *rest)

        m = lib.nn.Sequential(Older(2, 1), lib.nn.Linear(1, 1))
        rest = {"0.bias": lib.zeros(1), "1.weight": lib.ones(1, 1), "1.bias": lib.zeros(1)}
        answer = list(m.load_state_dict({"0.W": lib.ones(2), **rest}))
        for wrong in ({**rest}, {"0.W": lib.ones(2), **rest, "q": lib.ones(1)}):
            with pytest.raises(RuntimeError):
                m.load_state_dict(wrong)
        return answer, m[0].weight.tolist()

    told(torch, story)


def test_weights_of_the_older_weight_norm_are_taken(torch: Any) -> None:
    def story(lib: Any) -> Any:
        w = np.arange(6, dtype="float32").reshape(3, 2) + 1
        new = lib.nn.utils.parametrizations.weight_norm(lib.nn.Linear(2, 3))
        old = {"bias": lib.zeros(3), "weight_g": lib.ones(3, 1), "weight_v": lib.tensor(w)}
        new.load_state_dict(old)
        return np.round(new.weight.detach().numpy(), 5).tolist()

    told(torch, story)


def test_wrong_kinds_are_refused_with_the_same_classes(torch: Any) -> None:
    def story(lib: Any) -> Any:
        m = lib.nn.Sequential(lib.nn.Linear(1, 1))
        p = lib.nn.Parameter(lib.ones(2))
        named = [{"params": [p]}, {"params": [("a", lib.nn.Parameter(lib.ones(2)))]}]
        calls = (
            (TypeError, lambda: m.load_state_dict("weights.pt")),
            (TypeError, lambda: m.add_module(1, m)),
            (KeyError, lambda: m.add_module("a.b", m)),
            (KeyError, lambda: m.register_buffer("forward", None)),
            (TypeError, lambda: lib.nn.GRU(3.0, 2)),
            (TypeError, lambda: lib.nn.GRU(3, 2, bias=1)),
            (TypeError, lambda: lib.optim.SGD(p, lr=0.1)),
            (ValueError, lambda: lib.optim.SGD(named, lr=0.1)),
            (TypeError, lambda: lib.optim.lr_scheduler.StepLR(3, 1)),
            (IndexError, lambda: m.insert(5, m)),
            (AttributeError, lambda: m.set_submodule("5", m, strict=True)),
        )
        for kind, call in calls:
            with pytest.raises(kind):
                call()

    told(torch, story)


def test_smaller_things(torch: Any) -> None:
    def story(lib: Any) -> Any:
        class Two(lib.nn.Module):
            def forward(self, x: Any) -> Any:
                return Pair(x * 2, x * 3)

        two = Two()
        two.register_full_backward_hook(lambda *_: None)
        out = two(lib.ones(1, requires_grad=True))
        s = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.ReLU())
        s *= 2
        norm = lib.nn.BatchNorm1d(2)
        norm.track_running_stats = False
        norm(lib.ones(3, 2))
        nothing = lib.nn.BatchNorm2d(2)
        x = lib.zeros(0, 2, 3, 3, requires_grad=True)
        nothing(x).sum().backward()
        p = lib.nn.Parameter(lib.ones(3, dtype=lib.float16))
        p.grad = lib.full((3,), 300.0, dtype=lib.float16)
        total = lib.nn.utils.get_total_norm([p.grad]), lib.nn.utils.get_total_norm([p.grad], 0)
        s.set_submodule("0", lib.nn.Tanh())
        return (
            type(out).__name__, len(s), len(3 * s), s[2] is s[0], norm.num_batches_tracked.item(),
            nothing.weight.grad.tolist(), tuple(x.grad.shape), nothing.num_batches_tracked.item(),
            [t.item() for t in total], [k for k in dir(s) if k.isdigit()],
        )  # fmt: skip

    told(torch, story)
