"""What all optimizers share: memory, groups, saving, hooks, and the words for mistakes."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import SettingError, StateError

OPTIONS: dict[str, dict[str, Any]] = {
    "SGD": {"lr": 0.1, "momentum": 0.9},
    "Adam": {"lr": 0.1, "amsgrad": True},
    "AdamW": {"lr": 0.1},
    "RMSprop": {"lr": 0.1, "momentum": 0.5, "centered": True},
    "Adagrad": {"lr": 0.1, "initial_accumulator_value": 0.5},
    "Adadelta": {"lr": 0.1},
    "Adamax": {"lr": 0.1},
    "NAdam": {"lr": 0.1},
    "RAdam": {"lr": 0.1, "betas": (0.9, 0.9)},
    "Rprop": {"lr": 0.1},
    "ASGD": {"lr": 0.1, "t0": 2},
    "Adafactor": {"lr": 0.1},
}
NAMES = list(OPTIONS)


def weights(lib: Any = pl) -> list[Any]:
    return [lib.tensor([1.0, -2.0]).requires_grad_(), lib.tensor([[3.0]]).requires_grad_()]


def push(optimizer: Any, ws: list[Any], lib: Any = pl, steps: int = 1, seed: int = 0) -> None:
    draw = np.random.default_rng(seed)
    for _ in range(steps):
        for w in ws:
            w.grad = lib.tensor(draw.normal(size=tuple(w.shape)).astype("float32"))
        optimizer.step()


def values(ws: list[Any]) -> list[Any]:
    return [w.detach().tolist() for w in ws]


# ---- memory -------------------------------------------------------------------------------------


def test_a_step_writes_into_the_weights_own_memory() -> None:
    array = np.array([1.0, 2.0], np.float32)
    w = pl.from_numpy(array).requires_grad_()
    alias = w.detach()
    w.grad = pl.ones(2)
    pl.optim.SGD([w], lr=0.5).step()
    assert array.tolist() == alias.tolist() == [0.5, 1.5]


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("SGD", "ASGD", "Adafactor")])
def test_a_weight_that_a_group_names_twice_is_moved_twice_and_told(name: str) -> None:
    torch = pytest.importorskip("torch")
    found = []
    for lib in (pl, torch):
        a, b = weights(lib)
        with pytest.warns(UserWarning, match="more than once" if lib is pl else "duplicate"):
            optimizer = getattr(lib.optim, name)([a, b, a], **OPTIONS[name])
        push(optimizer, [a, b], lib, steps=3)
        assert optimizer.state_dict()["param_groups"][0]["params"] == [2, 1, 2]
        found.append(values([a, b]))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=1e-6)


def test_a_weight_named_twice_is_moved_twice_in_a_compiled_step_too() -> None:
    def run(compiled: bool) -> Any:
        a, b = weights()
        with pytest.warns(UserWarning, match="SGD: a group names a weight more than once"):
            optimizer = pl.optim.SGD([a, a, b], lr=0.1)

        def step(scale: Any) -> Any:
            optimizer.zero_grad()
            loss = (a * a).sum() * scale + (b * b).sum()
            loss.backward()
            optimizer.step()
            return loss

        call = pl.compile(step) if compiled else step
        for _ in range(3):
            call(pl.tensor(0.5))
        return values([a, b])

    eager = run(False)
    assert eager[0] == pytest.approx([0.8**3, -2 * 0.8**3])  # 0.1 of the slope, twice a step
    assert eager[1][0] == pytest.approx([3 * 0.8**3])
    assert run(True)[0] == pytest.approx(eager[0])


def test_a_step_between_forward_and_backward_is_noticed() -> None:
    w = pl.tensor([2.0], requires_grad=True)
    w.grad = pl.ones(1)
    loss = (w * w).sum()
    pl.optim.SGD([w], lr=0.5).step()
    with pytest.raises(pl.errors.GraphError, match="changed in place"):
        loss.backward()


def test_state_is_the_live_memory() -> None:
    ws = weights()
    optimizer = pl.optim.Adam(ws)
    push(optimizer, ws)
    held = optimizer.state[ws[0]]["exp_avg"]
    before = held.tolist()
    push(optimizer, ws)
    assert held.tolist() != before
    held.zero_()
    ws[0].grad = pl.zeros(2)
    ws[1].grad = pl.zeros(1, 1)
    at = values(ws)[0]
    optimizer.step()
    assert values(ws)[0] == at  # no momentum was left


def test_state_put_in_from_outside_is_used() -> None:
    ws = weights()
    optimizer = pl.optim.SGD(ws, lr=1.0, momentum=0.5)
    push(optimizer, ws)
    optimizer.state[ws[0]]["momentum_buffer"] = pl.tensor([2.0, 4.0])
    at = values(ws)[0]
    ws[0].grad = pl.zeros(2)
    optimizer.step()
    assert values(ws)[0] == [at[0] - 1.0, at[1] - 2.0]


def test_zero_grad() -> None:
    ws = weights()
    optimizer = pl.optim.SGD(ws)
    ws[0].grad = pl.ones(2)
    held = ws[0].grad
    optimizer.zero_grad(set_to_none=False)
    assert held.tolist() == [0.0, 0.0] and ws[0].grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert ws[0].grad is None


# ---- saving -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "Lion"])
def test_going_on_from_a_state_is_going_on(name: str) -> None:
    rule, options = getattr(pl.optim, name), OPTIONS.get(name, {})
    straight, stopped = weights(), weights()
    whole = rule(straight, **options)
    push(whole, straight, steps=3)
    first = rule(stopped, **options)
    push(first, stopped, steps=3)
    again = [pl.tensor(w.detach()).requires_grad_() for w in stopped]
    second = rule(again, lr=7.0)
    second.load_state_dict(first.state_dict())
    push(whole, straight, steps=3, seed=1)
    push(second, again, steps=3, seed=1)
    assert values(straight) == values(again)


@pytest.mark.parametrize("name", NAMES)
def test_the_layout_is_pytorchs(torch: Any, name: str) -> None:
    ws, ts = weights(), weights(torch)
    ours, theirs = (
        getattr(pl.optim, name)(ws, **OPTIONS[name]),
        getattr(torch.optim, name)(ts, **OPTIONS[name]),
    )
    push(ours, ws, steps=3)
    push(theirs, ts, torch, steps=3)
    a, b = ours.state_dict(), theirs.state_dict()
    assert a["param_groups"] == b["param_groups"]
    assert [list(s) for s in a["state"].values()] == [list(s) for s in b["state"].values()]
    for i, held in b["state"].items():
        for key, value in held.items():
            np.testing.assert_allclose(a["state"][i][key].numpy(), value.numpy(), rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_pytorchs_own_state_can_be_loaded(torch: Any, name: str) -> None:
    ts = weights(torch)
    theirs = getattr(torch.optim, name)(ts, **OPTIONS[name])
    push(theirs, ts, torch, steps=4)
    ws = [pl.tensor(t.detach().numpy()).requires_grad_() for t in ts]
    ours = getattr(pl.optim, name)(ws)
    ours.load_state_dict(theirs.state_dict())
    push(ours, ws, steps=4, seed=5)
    push(theirs, ts, torch, steps=4, seed=5)
    for a, b in zip(ws, ts, strict=True):
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=2e-6)


def test_a_saved_state_is_no_longer_connected() -> None:
    ws = weights()
    optimizer = pl.optim.Adam(ws)
    push(optimizer, ws)
    other = pl.optim.Adam(weights())
    other.load_state_dict(optimizer.state_dict())
    kept = other.state_dict()["state"][0]["exp_avg"].tolist()
    push(optimizer, ws, steps=2)
    assert other.state_dict()["state"][0]["exp_avg"].tolist() == kept


def test_a_weight_that_is_there_twice_keeps_its_first_number() -> None:
    ws = weights()
    optimizer = pl.optim.Adam(ws)
    push(optimizer, ws)
    once = optimizer.state_dict()
    optimizer.param_groups.extend(optimizer.param_groups)
    twice = optimizer.state_dict()
    assert twice["param_groups"][0] == twice["param_groups"][1] == once["param_groups"][0]
    assert twice["state"].keys() == once["state"].keys()


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])
def test_copies_live_on_their_own(clone: Any) -> None:
    ws = weights()
    optimizer = pl.optim.Adam(ws, lr=0.1)
    push(optimizer, ws, steps=2)
    other = clone(optimizer)
    theirs = other.param_groups[0]["params"]
    push(optimizer, ws, steps=2, seed=3)
    push(other, theirs, steps=2, seed=3)
    assert values(ws) == values(theirs) and ws[0] is not theirs[0]


def test_state_of_another_model() -> None:
    state = pl.optim.Adam(weights()).state_dict()
    with pytest.raises(StateError) as caught:
        pl.optim.Adam(weights()[:1]).load_state_dict(state)
    assert str(caught.value) == (
        "this state was saved by an optimizer with groups of 2 weights, and this Adam has 1.\n"
        " Make the optimizer as it was made when it was saved."
    )
    ws = weights()
    optimizer = pl.optim.Adam(ws)
    push(optimizer, ws)
    state = optimizer.state_dict()
    with pytest.raises(StateError) as caught:
        pl.optim.Adam(weights()[::-1]).load_state_dict(state)
    assert str(caught.value) == (
        'the saved "exp_avg" of weight 0 has shape (2,), and the weight of this Adam has (1, 1).\n'
        " The state belongs to another model."
    )


# ---- hooks and the program ----------------------------------------------------------------------


def test_hooks_around_a_step() -> None:
    ws = weights()
    optimizer = pl.optim.SGD(ws)
    seen: list[str] = []
    before = optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))
    push(optimizer, ws)
    before.remove()
    push(optimizer, ws)
    assert seen == ["before", "after", "after"]


def test_a_hook_may_change_what_a_step_is_given() -> None:
    ws = weights()[:1]
    optimizer = pl.optim.SGD(ws, lr=1.0)
    optimizer.register_step_pre_hook(lambda *_: ((), {"closure": lambda: 7}))
    ws[0].grad = pl.zeros(2)
    assert optimizer.step() == 7
    optimizer.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(SettingError) as caught:
        optimizer.step()
    assert str(caught.value) == (
        "a hook before a step returns None, or a pair of args and kwargs to go on with, not 3."
    )


def test_hooks_around_saving_and_loading(torch: Any) -> None:
    found = []
    for lib in (pl, torch):
        ws = weights(lib)
        optimizer, seen = lib.optim.SGD(ws, lr=1.0), []
        note = seen.append
        optimizer.register_state_dict_pre_hook(lambda _, note=note: note("saving"))
        optimizer.register_state_dict_pre_hook(lambda _, note=note: note("first"), prepend=True)
        optimizer.register_state_dict_post_hook(lambda _, s, note=note: {**s, "more": 1})
        optimizer.register_load_state_dict_pre_hook(
            lambda _, s, note=note: note(s["more"]) or {**s, "param_groups": changed(s)}
        )
        after = optimizer.register_load_state_dict_post_hook(lambda _, note=note: note("loaded"))
        optimizer.load_state_dict(optimizer.state_dict())
        after.remove()
        optimizer.load_state_dict(optimizer.state_dict())
        found.append([*seen, optimizer.param_groups[0]["lr"]])
    assert found[0] == found[1] == ["first", "saving", 1, "loaded", "first", "saving", 1, 4.0]


def changed(state: Any) -> Any:
    return [{**g, "lr": g["lr"] * 2} for g in state["param_groups"]]


def test_the_rule_is_a_program() -> None:
    program = pl.optim.Adam(weights()).program()
    assert [n.name for n in program.inputs] == [
        "θ", "exp_avg", "exp_avg_sq", "g", "lr", "beta1", "inflow", "correction1", "correction2",
    ]  # fmt: skip
    assert program.elementwise and program.inputs[0].shape == (3,)
    assert [s.op.name for s in program.steps][-1] == "sub" and len(program.outputs) == 3


def test_a_matrix_is_seen_as_a_whole() -> None:
    program = pl.optim.Adafactor([pl.zeros(3, 2, requires_grad=True)]).program()
    assert [(n.name, n.shape) for n in program.inputs[:4]] == [
        ("θ", (3, 2)), ("row_var", (3, 1)), ("col_var", (1, 2)), ("g", (3, 2)),
    ]  # fmt: skip


def test_a_rule_of_ones_own() -> None:
    class Sign(pl.optim.Optimizer):
        def __init__(self, params: Any, lr: float) -> None:
            super().__init__(params, {"lr": lr})

        def step(self, closure: Any = None) -> None:
            with pl.no_grad():
                for group in self.param_groups:
                    for p in group["params"]:
                        self.state[p]["n"] = self.state[p].get("n", 0) + 1
                        p.sub_(p.grad.sign() * group["lr"])

    ws = weights()[:1]
    optimizer = Sign(ws, lr=0.5)
    ws[0].grad = pl.tensor([3.0, -1.0])
    optimizer.step()
    optimizer.step()
    assert values(ws) == [[0.0, -1.0]] and optimizer.state[ws[0]]["n"] == 2


def test_it_can_be_printed() -> None:
    assert repr(pl.optim.RMSprop(weights())) == (
        "RMSprop (\nParameter Group 0\n"
        "    alpha: 0.99\n    capturable: False\n    centered: False\n"
        "    differentiable: False\n    eps: 1e-08\n    foreach: None\n    lr: 0.01\n"
        "    maximize: False\n    momentum: 0\n    weight_decay: 0\n)"
    )


def test_groups_are_printed_apart() -> None:
    torch = pytest.importorskip("torch")
    said = []
    for library in (pl, torch):
        first, second = library.zeros(1, requires_grad=True), library.zeros(1, requires_grad=True)
        said.append(repr(library.optim.Adam([{"params": [first]}, {"params": [second], "lr": 1}])))
    assert said[0] == said[1]


# ---- mistakes -----------------------------------------------------------------------------------

W = weights()
MISTAKES: list[tuple[Any, str]] = [
    (lambda: pl.optim.SGD(W, lr=-0.1), "SGD: lr must be 0 or more, not -0.1."),
    (lambda: pl.optim.SGD(W, lr=float("nan")), "SGD: lr must be 0 or more, not nan."),
    (lambda: pl.optim.SGD(W, lr=0.1, momentum=-1), "SGD: momentum must be 0 or more, not -1."),
    (
        lambda: pl.optim.SGD(W, lr=0.1, nesterov=True),
        "SGD: nesterov needs momentum above 0 and dampening 0, and got momentum=0, dampening=0.",
    ),
    (
        lambda: pl.optim.Adam(W, betas=(0.9, 1.0)),
        "Adam: betas[1] must be from 0 to below 1, not 1.0.",
    ),
    (
        lambda: pl.optim.AdamW(W, betas=0.9),  # type: ignore[arg-type]
        "AdamW: betas must be two numbers, as (0.9, 0.999), not 0.9.",
    ),
    (lambda: pl.optim.Adam(W, eps=-1e-8), "Adam: eps must be 0 or more, not -1e-08."),
    (lambda: pl.optim.RMSprop(W, alpha=1.5), "RMSprop: alpha must be from 0 to 1, not 1.5."),
    (
        lambda: pl.optim.RMSprop(W, weight_decay=-2),
        "RMSprop: weight_decay must be 0 or more, not -2.",
    ),
    (
        lambda: pl.optim.Adam(W, fused=True, foreach=True),
        "Adam: fused and foreach exclude each other; give one of them.",
    ),
    (
        lambda: pl.optim.Rprop(W, etas=(1.2, 0.5)),
        "Rprop: etas must be a factor between 0 and 1 and one above 1, as (0.5, 1.2), not"
        " (1.2, 0.5).",
    ),
    (
        lambda: pl.optim.Adafactor(W, beta2_decay=0.8),
        "Adafactor: beta2_decay must be 0 or less, not 0.8.",
    ),
    (lambda: pl.optim.Adafactor(W, d=0.5), "Adafactor: d must be 1 or more, not 0.5."),
    (
        lambda: pl.optim.Adafactor(W, eps=(-1.0, 1e-3)),
        "Adafactor: eps[0] must be 0 or more, not -1.0.",
    ),
    (lambda: pl.optim.Adagrad(W, lr_decay=-1), "Adagrad: lr_decay must be 0 or more, not -1."),
    (lambda: pl.optim.Adadelta(W, rho=1.5), "Adadelta: rho must be from 0 to 1, not 1.5."),
    (
        lambda: pl.optim.Muon(W),
        "Muon moves matrices, and a weight has shape (2,).\n Give it the weights with two axes, and"
        " the others to another optimizer, such as AdamW.",
    ),
    (
        lambda: pl.optim.Muon(W[1:], adjust_lr_fn="moonshot"),
        "Muon: adjust_lr_fn must be 'original' or 'match_rms_adamw', not 'moonshot'.",
    ),
    (
        lambda: pl.optim.Muon(W[1:], ns_coefficients=(1, 2)),  # type: ignore[arg-type]
        "Muon: ns_coefficients must be three numbers, not (1, 2).",
    ),
    (lambda: pl.optim.Muon(W[1:], ns_steps=100), "Muon: ns_steps must be from 0 to 99, not 100."),
    (
        lambda: pl.optim.SGD(W, lr=pl.ones(2)),  # type: ignore[arg-type]
        "SGD: lr must be one number, and it is a Tensor of shape (2,).",
    ),
    (
        lambda: pl.optim.LBFGS(W, line_search_fn="wolfe"),
        "LBFGS: line_search_fn must be None or 'strong_wolfe', not 'wolfe'.",
    ),
    (
        lambda: pl.optim.LBFGS([{"params": W[:1]}, {"params": W[1:]}]),
        "LBFGS moves all weights alike, and takes one group of them.",
    ),
    (
        lambda: pl.optim.LBFGS(W).step(),
        "LBFGS.step needs a closure: a function that computes the loss anew, calls backward and"
        " returns it.\n optimizer.step(closure)",
    ),
    (
        lambda: pl.optim.SGD([]),
        "SGD got no weights: the list is empty.\n Does the model have parameters?",
    ),
    (
        lambda: pl.optim.SGD(p for p in W[:0]),
        "SGD got no weights: what model.parameters() gives can be gone through once, and it was, or"
        " the model has none.\n Call model.parameters() anew.",
    ),
    (
        lambda: pl.optim.Adam(pl.nn.Linear(2, 1)),
        "Adam moves weights and got a whole model (Linear).\n Pass its weights: "
        "model.parameters().",
    ),
    (
        lambda: pl.optim.Adam(pl.nn.Sequential(pl.nn.Linear(2, 1))),
        "Adam moves weights and got a whole model (Sequential).\n Pass its weights: "
        "model.parameters().",
    ),
    (
        lambda: pl.optim.Adam(pl.nn.Linear(2, 1).parameters),
        "Adam got the method parameters itself.\n Call it: model.parameters().",
    ),
    (
        lambda: pl.optim.Adam(3),
        "Adam takes a list of Tensors and got something else: int.\n Pass model.parameters(), or a "
        "list of Tensors.",
    ),
    (
        lambda: pl.optim.SGD(W[0]),
        "SGD takes a list of Tensors and got one Tensor. Put it in a list.",
    ),
    (
        lambda: pl.optim.SGD([1.0]),  # type: ignore[list-item]
        "SGD moves Tensors and got a float.\n Pass model.parameters(), or a list of Tensors.",
    ),
    (
        lambda: pl.optim.SGD([W[0] * 2]),
        "SGD moves leaf Tensors, and one was computed from others.\n"
        " Pass what it was computed from, or x.detach().requires_grad_() to cut it off.",
    ),
    (
        lambda: pl.optim.SGD([{"params": W}, {"params": W[:1]}]),
        "SGD: a weight belongs to more than one group.\n"
        " Name each once: it is moved by the settings of its group.",
    ),
    (
        lambda: pl.optim.SGD([{"params": []}]),
        "SGD: a group has no weights. Was model.parameters() used up?",
    ),
]


@pytest.mark.parametrize(("call", "text"), MISTAKES, ids=[t[:40] for _, t in MISTAKES])
def test_mistakes_are_answered(call: Any, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        call()
    assert str(caught.value) == text


def test_hooks_on_every_optimizer_stand_around_its_own() -> None:
    from pellucid.optim import optimizer as room

    w, order = pl.zeros(1, requires_grad=True), list[str]()
    own = pl.optim.SGD([w], lr=0.1)
    own.register_step_pre_hook(lambda *_: order.append("own before"))
    own.register_step_post_hook(lambda *_: order.append("own after"))
    with (
        room.register_optimizer_step_pre_hook(lambda *_: order.append("before")),
        room.register_optimizer_step_post_hook(lambda *_: order.append("after")),
    ):
        own.step()
    assert order == ["before", "own before", "own after", "after"]
    own.step()
    assert len(order) == 6 and "deprecated" in pl.optim.lr_scheduler.EPOCH_DEPRECATION_WARNING


def test_what_a_rule_of_ones_own_keeps_travels_with_the_state() -> None:
    class Counting(pl.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            self.state["steps"] = self.state.get("steps", 0) + 1
            return super().step(closure)

    w = pl.ones(2, requires_grad=True)
    w.grad = pl.ones(2)
    one = Counting([w], lr=0.1, momentum=0.9)
    one.step()
    saved = one.state_dict()
    assert saved["state"]["steps"] == 1 and list(saved["state"]) == [0, "steps"]
    other = Counting([w], lr=0.1, momentum=0.9)
    other.load_state_dict(saved)
    other.step()
    assert other.state_dict()["state"]["steps"] == 2
    assert copy.deepcopy(other).state["steps"] == 2
