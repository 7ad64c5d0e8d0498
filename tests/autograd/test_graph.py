"""The graph for people: `grad_fn`, its hooks, and `autograd.graph`."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from pellucid.autograd.graph import GradientEdge, Node, register_multi_grad_hook

import pellucid
from pellucid.errors import GraphError
from tests.autograd.both import same


def of(m: Any) -> Any:
    return importlib.import_module(f"{m.__name__}.autograd.graph")


def test_names_and_ways(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = (x * m.ones(2)).exp()
        rule = y.sum().grad_fn
        names = []
        while True:
            names.append(rule.name().split("::")[-1])
            assert isinstance(rule, of(m).Node) and isinstance(rule.metadata, dict)
            if not rule.next_functions:
                break
            assert all(number == 0 for _, number in rule.next_functions)
            rule = next(r for r, _ in rule.next_functions if r is not None)
        assert y.grad_fn is y.grad_fn and x.grad_fn is None
        y.grad_fn.metadata["seen"] = 1
        (y * 1).sum().backward()
        return names, [rule.variable.tolist(), rule.variable.grad.tolist()]

    def texts(m: Any) -> Any:
        names, numbers = script(m)
        assert names == ["SumBackward0", "ExpBackward0", "MulBackward0", "AccumulateGrad"]
        return m.tensor(numbers)

    same(torch, texts)


def test_hooks_before_and_after_a_rule(torch: Any) -> None:
    def script(m: Any) -> Any:
        seen: list[Any] = []
        x, w = (m.tensor(v, requires_grad=True) for v in ([1.0, 2.0], 3.0))
        y = x * w
        y.retain_grad()
        y.register_hook(lambda g: g + 1)
        rule = y.grad_fn
        rule.register_prehook(lambda given: seen.append(given[0].clone()))
        rule.register_prehook(lambda given: (given[0] * 2,))
        rule.register_hook(lambda parts, given: seen.extend([*parts, *given]))
        rule.register_hook(lambda parts, given: (parts[0] * 10, parts[1] - 1))
        off = rule.register_hook(lambda parts, given: (parts[0] * 0, parts[1] * 0))
        off.remove()
        y.exp().sum().backward()
        return [*seen, x.grad, w.grad, y.grad]

    same(torch, script)


def test_where_no_blame_goes_there_is_none(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = x * m.tensor([3.0, 4.0])
        seen: list[Any] = []
        y.grad_fn.register_hook(lambda parts, given: seen.append(parts))
        y.sum().backward()
        assert seen[0][1] is None
        return [seen[0][0], x.grad]

    same(torch, script)


def test_hooks_of_a_part_and_of_a_loop(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]], requires_grad=True)
        part = x[0]
        part.grad_fn.register_hook(lambda parts, given: tuple(p * 5 for p in parts))
        first, second = x[:, 1], x[1, 1:]
        ((part * part).sum() + first.sum() + (second**2).sum()).backward()
        return x.grad

    same(torch, script)


def test_hooks_of_a_leaf(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        seen: list[Any] = []
        leaf = of(m).get_gradient_edge(x).node
        leaf.register_prehook(lambda given: (given[0] * 3,))
        leaf.register_hook(lambda parts, given: seen.extend([given[0].clone(), x.grad.clone()]))
        for _ in range(2):
            (x * x).sum().backward()
        (other,) = m.autograd.grad((x * x).sum(), x)
        return [*seen, x.grad, other]

    same(torch, script)


def test_hooks_are_traced() -> None:
    w = pellucid.nn.Parameter(pellucid.tensor([1.0, 2.0]))

    def step(x: Any) -> Any:
        y = w * x
        y.grad_fn.register_prehook(lambda given: (given[0] * 2,))
        y.grad_fn.register_hook(lambda parts, given: (parts[0] + 1, parts[1]))
        return pellucid.autograd.grad(y.sum(), w)[0]

    x = pellucid.tensor([3.0, 4.0])
    for engine in ("numpy", "xla"):
        np.testing.assert_allclose(pellucid.compile(step, engine=engine)(x), step(x))
    assert step(x).tolist() == [7.0, 9.0]


def test_hooks_that_give_the_wrong_thing() -> None:
    x = pellucid.tensor([1.0, 2.0], requires_grad=True)
    for given, text in (
        ((1, 2, 3), "a hook got blame of 2 Tensors and gave 3 in their place."),
        ((pellucid.ones(3), None), r"a hook got blame of shape \(2,\) and gave \(3,\)"),
        ((5.0, None), "a hook gave a float for the blame it got"),
    ):
        y = x * pellucid.ones(2)
        y.grad_fn.register_hook(lambda parts, _, given=given: given)
        with pytest.raises(GraphError, match=text):
            y.sum().backward()
    with pytest.raises(AttributeError, match="MulBackward0 has no variable"):
        (x * 2).grad_fn.variable  # noqa: B018
    with pytest.raises(GraphError, match="a gradient edge needs"):
        of(pellucid).get_gradient_edge(pellucid.ones(2))


def test_gradients_at_a_place_in_the_graph(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        y = x * 3
        edge = of(m).get_gradient_edge(y)
        loss = (y**2).sum()
        (slope,) = m.autograd.grad(loss, edge, retain_graph=True)
        m.autograd.backward(of(m).get_gradient_edge(loss), m.tensor(2.0))
        return [slope, x.grad]

    same(torch, script)
    assert isinstance(
        of(pellucid).get_gradient_edge(pellucid.ones(1).requires_grad_()), GradientEdge
    )
    assert Node.__name__ == "Node"


def test_blame_that_a_hook_keeps_stays_as_it_was(torch: Any) -> None:
    def script(m: Any) -> Any:
        x, y = (m.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
        heard: list[Any] = []
        x.register_hook(heard.append)
        for _ in range(2):
            (x * x * y).sum().backward()
        return [*heard, x.grad, y.grad]

    same(torch, script)


@pytest.mark.parametrize("mode", ["all", "any"])
def test_hooks_of_several(mode: str, torch: Any) -> None:
    def script(m: Any) -> Any:
        a, b, c = (m.tensor(v, requires_grad=True) for v in (2.0, 3.0, 5.0))
        heard: list[Any] = []
        handle = of(m).register_multi_grad_hook(
            [a, b, c], lambda g: heard.append(g if mode == "any" else [*g]), mode=mode
        )
        (a * b).backward()
        (c * 2).backward()
        (a * b * c).backward()
        handle.remove()
        (a * b).backward()
        if mode == "any":  # which comes first is nobody's business
            return m.tensor([float(len(heard))])
        zero = m.tensor(-1.0)
        return [zero if g is None else g for gs in heard for g in gs]

    same(torch, script)
    with pytest.raises(ValueError, match="mode is 'all' or 'any', not 'some'"):
        register_multi_grad_hook([], print, mode="some")


def test_what_was_written_is_refused(torch: Any) -> None:
    for m, error in ((torch, RuntimeError), (pellucid, GraphError)):
        x = m.ones(2, requires_grad=True)
        y = x.exp()
        z = y * y
        of(m).increment_version(y)
        with pytest.raises(error):
            z.sum().backward()


def test_values_stay_in_the_memory_of_the_cpu(torch: Any) -> None:
    def script(m: Any) -> Any:
        x = m.tensor([1.0, 2.0], requires_grad=True)
        with of(m).save_on_cpu(pin_memory=False):
            y = x.exp()
            with pytest.raises(RuntimeError, match="nothing in between"):
                of(m).disable_saved_tensors_hooks("nothing in between").__enter__()
        with of(m).disable_saved_tensors_hooks("nothing in between"):
            y = y.exp()
            with pytest.raises(RuntimeError, match="nothing in between"):
                of(m).save_on_cpu().__enter__()
            with of(m).disable_saved_tensors_hooks("nor here"):
                pass
            with pytest.raises(RuntimeError, match="nothing in between"):
                of(m).save_on_cpu().__enter__()
        with of(m).save_on_cpu():
            y = y * 2
        y.sum().backward()
        return x.grad

    same(torch, script)
    with pytest.raises(AttributeError, match="graph has no attribute 'saved'"):
        of(pellucid).saved  # noqa: B018
