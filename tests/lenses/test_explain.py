"""`explain`: the worked example word for word, checks, errors, values, spent graphs."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import GraphError, IndexRangeError, SettingError, ShapeError, TraceError
from pellucid.lenses import explain
from tests.lenses.markup import Tags

WORKED = "∂L/∂w₂ = ∂L/∂ŷ · ∂ŷ/∂w₂ = 2(ŷ − y) · x₂ = −2.0 · 2.0 = −4.0"


def worked_example(backward: bool = True) -> tuple[nn.Linear, Any]:
    layer = nn.Linear(2, 1)
    with pellucid.no_grad():
        layer.weight[:] = pellucid.tensor([[0.5, -0.3]])
        layer.bias[:] = pellucid.tensor([0.1])
    x, y = pellucid.tensor([1.0, 2.0]), pellucid.tensor([1.0])
    loss = nn.MSELoss()(layer(x), y)
    if backward:
        loss.backward()
    return layer, loss


def classifier(batch: int = 6) -> tuple[nn.Sequential, Any, Any]:
    pellucid.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    x, y = pellucid.randn(batch, 2), pellucid.randint(0, 2, (batch,))
    return model, x, F.cross_entropy(model(x), y)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("batched", [False, True])
def test_the_worked_example_line(backward: bool, batched: bool) -> None:
    layer, loss = worked_example(backward)
    if batched:
        loss = nn.MSELoss()(layer(pellucid.tensor([[1.0, 2.0]])), pellucid.tensor([[1.0]]))
    assert WORKED in str(explain(loss, wrt=layer.weight, at=(0, 1))).splitlines()


def test_the_worked_example_as_a_whole() -> None:
    layer, loss = worked_example()
    lines = explain(loss, wrt=layer.weight, at=(0, 1)).text(100).splitlines()
    place = "test_explain.py:"
    made = [line for line in lines if place in line]
    assert [line[: line.index(place)].rstrip() for line in made] == [
        "∂L/∂ŷ   2(ŷ − y)  2(0.0 − 1.0)   −2.0          −2.0  mse at",
        "∂ŷ/∂w₂  x₂                        2.0          −4.0  linear at",
    ]
    assert [line for line in lines if place not in line and not line.startswith("─")] == [
        "∂L/∂w₂ = −4.0",
        "w₂ is weight[0, 1], now −0.3. Raise it by a little, and L changes by −4.0 times that "
        "much.",
        "",
        WORKED,
        "",
        "factor  is        with numbers  value  blame so far  made by",
        "",
        "✓ Check: w₂ moved by ±1e−5 and the forward pass run again: slope −4.0, chain rule −4.0, "
        "difference",
        "  9e−8.",
    ]


def test_every_gradient_of_the_worked_example() -> None:
    layer, loss = worked_example()
    chains = {
        (0, 0): "∂L/∂w₁ = ∂L/∂ŷ · ∂ŷ/∂w₁ = 2(ŷ − y) · x₁ = −2.0 · 1.0 = −2.0",
        None: "∂L/∂b = ∂L/∂ŷ · ∂ŷ/∂b = 2(ŷ − y) · 1 = −2.0 · 1.0 = −2.0",
    }
    assert chains[0, 0] in str(explain(loss, wrt=layer.weight, at=(0, 0)))
    assert chains[None] in str(explain(loss, wrt=layer.bias))


def test_a_mean_over_several_samples_divides_by_their_number() -> None:
    layer, _ = worked_example()
    x, y = pellucid.tensor([[1.0, 2.0], [3.0, -1.0]]), pellucid.tensor([[1.0], [0.0]])
    found = explain(F.mse_loss(layer(x), y), wrt=layer.weight, at=(0, 1))
    text = found.text(120)
    assert "2(ŷ[0, 0] − y[0, 0])/n · x[0, 1] = −1.0 · 2.0 = −2.0" in text
    assert "∂L/∂w[0, 1] = sum over 2 paths = −2.0 − 1.9 = −3.9" in text
    assert found.to_dict()["paths"][1]["factors"][0]["plugged"] == "2(1.9 − 0.0)/2"


def test_latex_is_aligned_and_balanced() -> None:
    layer, loss = worked_example()
    assert explain(loss, wrt=layer.weight, at=(0, 1)).latex() == "\n".join(
        [
            r"\begin{aligned}",
            r"\frac{\partial L}{\partial w_{2}} &= \frac{\partial L}{\partial \hat{y}} \cdot "
            r"\frac{\partial \hat{y}}{\partial w_{2}} \\",
            r"&= 2(\hat{y} - y) \cdot x_{2} \\",
            r"&= -2.0 \cdot 2.0 \\",
            r"&= -4.0",
            r"\end{aligned}",
        ]
    )
    model, _, loss = classifier()
    deep = explain(loss, wrt=model[0].weight, at=(1, 1)).latex()
    assert deep.count("{") == deep.count("}") and deep.count(r"\begin") == deep.count(r"\end")
    assert r"\mathtt{2.weight}" in deep and "ŷ" not in deep and "∂" not in deep


def test_latex_of_a_value_and_of_a_slope_that_is_0() -> None:
    layer, _ = worked_example(backward=False)
    x = pellucid.tensor([1.0, 2.0])
    value = explain(layer(x)).latex()
    assert r"w_{2} \cdot x_{2} &= -0.3 \cdot 2.0 = -0.6 \\" in value and r"\end{aligned}" in value
    loss = F.mse_loss(pellucid.relu(layer(x) - 9.0), pellucid.tensor([1.0]))
    flat = explain(loss, wrt=layer.weight, at=(0, 1)).latex()
    assert r"\frac{\partial L}{\partial w_{2}} &= 0" in flat and "no blame gets through" in flat


def test_data_agrees_with_the_engine_and_survives_json() -> None:
    model, _, loss = classifier()
    found = explain(loss, wrt=model[0].weight, at=(2, 1), paths=3)
    loss.backward()
    data = found.to_dict()
    assert data["gradient"] == pytest.approx(float(model[0].weight.grad[2, 1]), rel=1e-5)
    shown = sum(p["contribution"] for p in data["paths"])
    assert data["left_out"]["sum"] == pytest.approx(data["gradient"] - shown)
    sizes = sum(abs(p["contribution"]) for p in data["paths"]) / data["uncanceled"]
    assert data["left_out"]["share"] == pytest.approx(1 - sizes)
    assert data["left_out"]["count"] == data["count"] - 3
    for path in data["paths"]:
        product = 1.0
        for factor in path["factors"]:
            product *= factor["value"]
        assert product == pytest.approx(path["contribution"], rel=1e-9)
    for layer in data["units"]:
        assert sum(layer["shares"]) == pytest.approx(data["gradient"], rel=1e-6)
    loaded = json.loads(found.json())
    assert loaded["gradient"] == data["gradient"]
    assert loaded["paths"] == json.loads(json.dumps(data["paths"]))
    assert loaded["view"]["title"] == found.view.title


def test_the_check_agrees_and_notices_a_wrong_derivative() -> None:
    model, _, loss = classifier()
    for p, at in ((model[0].weight, (1, 1)), (model[2].bias, 0), (model[4].weight, (1, 2))):
        check = explain(loss, wrt=p, at=at).to_dict()["check"]
        assert check["agrees"] and check["relative"] < 1e-5

    kink = pellucid.tensor(0.0, requires_grad=True)
    found = explain(pellucid.relu(kink), wrt=kink)
    assert not found.to_dict()["check"]["agrees"]
    assert "✓" not in str(found)
    assert (
        "▲ Check: x moved by ±1e−5 and the forward pass run again: slope 0.5, chain rule 0.0"
        in str(found)
    )
    assert explain(loss, wrt=model[2].bias, at=0, check=False).to_dict()["check"] is None


@pytest.mark.parametrize("norm", [nn.BatchNorm1d(5), nn.BatchNorm1d(5, affine=False)])
def test_the_check_moves_the_averages_of_a_batch_too(norm: nn.Module) -> None:
    pellucid.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), norm, nn.Linear(5, 2))
    loss = F.cross_entropy(model(pellucid.randn(6, 3)), pellucid.tensor([0, 1, 0, 1, 1, 0]))
    check = explain(loss, wrt=model[0].weight, at=(3, 1)).to_dict()["check"]
    assert check["agrees"] and check["relative"] < 1e-5


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(
    ("first", "norm", "shape"),
    [
        (nn.Linear(3, 4), nn.BatchNorm1d(4), (6, 3)),
        (nn.Conv1d(3, 4, 2), nn.BatchNorm1d(4), (5, 3, 6)),
        (nn.Conv2d(1, 4, 2), nn.BatchNorm2d(4), (3, 1, 5, 5)),
        (nn.Conv2d(1, 4, 2), nn.GroupNorm(2, 4), (3, 1, 5, 5)),
        (nn.Linear(3, 4), nn.LayerNorm(4), (6, 3)),
    ],
)
def test_a_normalized_number_is_written_with_the_scale_and_shift_of_its_feature(
    first: nn.Module, norm: nn.Module, shape: tuple[int, ...], known: bool
) -> None:
    pellucid.manual_seed(0)
    with pellucid.no_grad():
        norm.weight[:] = pellucid.tensor([1.0, 2.0, 3.0, 4.0])
        norm.bias[:] = pellucid.tensor([0.1, 0.2, 0.3, 0.4])
    made = nn.Sequential(first, norm).train(not known)(pellucid.randn(*shape))
    last = tuple(size - 1 for size in made.shape)
    step = explain(made, at=last).text(200).split("\n\n")[1]
    center = "1.running_mean[3]" if known and "Batch" in type(norm).__name__ else "μ"
    assert "w2[3]·(z1[" in step and f" − {center})/√(" in step and " + b2[3] = " in step
    assert "= 4.0·(" in step and " + 0.4 = " in step


def test_random_draws_stay_as_they_were_during_the_check() -> None:
    pellucid.manual_seed(2)
    w = pellucid.randn(4, requires_grad=True)
    loss = (F.dropout(w * 2, 0.5) ** 2).sum()
    check = explain(loss, wrt=w, at=1).to_dict()["check"]
    assert check["agrees"]


def test_the_graph_is_left_as_it_was() -> None:
    model, _, loss = classifier()
    explain(loss, wrt=model[0].weight, at=(0, 0))
    assert all(p.grad is None for p in model.parameters())
    loss.backward()
    first = model[0].weight.grad.tolist()
    explain(loss, wrt=model[0].weight, at=(0, 0))
    assert model[0].weight.grad.tolist() == first


def test_after_the_optimizer_has_moved_a_weight_it_says_so() -> None:
    layer, loss = worked_example()
    pellucid.optim.SGD(layer.parameters(), lr=0.1).step()
    with pytest.raises(GraphError) as error:
        explain(loss, wrt=layer.weight, at=(0, 1))
    first, second = str(error.value).split("\n")
    assert first.startswith(
        "weight has been changed in place since it was used (linear read it at test_"
    )
    assert first.endswith("), so the numbers of that moment are gone.")
    assert second == (
        " optimizer.step() does that. Explain before optimizer.step(), or run the forward pass "
        "again."
    )
    with pytest.raises(GraphError):
        explain(loss)


def test_where_blame_stops_it_says_where_and_why() -> None:
    layer = nn.Linear(2, 3)
    with pellucid.no_grad():
        layer.weight[:] = -1.0
        layer.bias[:] = 0.0
    loss = F.mse_loss(pellucid.relu(layer(pellucid.ones(4, 2))), pellucid.ones(4, 3))
    text = explain(loss, wrt=layer.weight, at=(1, 0)).text(200)
    assert "Move it a little, and L stays as it is." in text
    assert "▲ No blame gets through: at ŷ, made by relu at test_explain.py:" in text
    assert "the slope is 0 for all 4 numbers that weight[1, 0] acts on." in text.replace(
        "w[1, 0]", "weight[1, 0]"
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_an_input_of_0_is_named_as_the_reason(rows: int) -> None:
    layer = nn.Linear(2, 3)
    x = pellucid.tensor([[0.0, 1.0 + i] for i in range(rows)])
    text = explain(F.mse_loss(layer(x), pellucid.ones(rows, 3)), wrt=layer.weight, at=(1, 0))
    more = "" if rows == 1 else " in all 3 rows"
    assert (
        "▲ No blame gets through, because its input is 0: w[1, 0] is multiplied by x[:, 0], "
        f"which is 0{more}, in linear at test_explain.py:"
    ) in text.text(300)
    w, zero = pellucid.tensor(2.0, requires_grad=True), pellucid.tensor(0.0)
    w.name, zero.name = "w", "distance"
    said = explain((w * zero) ** 2, wrt=w).text(300)
    assert "because its input is 0: w is multiplied by distance, which is 0, in mul at" in said
    w = pellucid.tensor(-2.0, requires_grad=True)
    said = explain(pellucid.relu(w) * 3, wrt=w).text(300)
    assert "▲ No blame gets through: at u1, made by relu at" in said
    assert "the slope is 0 for x." in said and "input is 0" not in said


def test_shares_are_of_sizes_whatever_the_sign_of_the_total() -> None:
    w = pellucid.tensor(1.0, requires_grad=True)
    for sign in (1.0, -1.0):
        parts = pellucid.stack([w * 6.0, w * -2.0]) * sign
        found = explain(parts.sum(), wrt=w)
        data = found.to_dict()
        assert data["gradient"] == 4.0 * sign
        assert [p["share"] for p in data["paths"]] == [0.75, 0.25]
        assert [p["contribution"] for p in data["paths"]] == [6.0 * sign, -2.0 * sign]
        assert (
            "The paths have different signs, so a share is of their sizes added up, signs left "
            "aside; “adds” carries the sign."
        ) in found.text(200)
    same = explain(pellucid.stack([w * -6.0, w * -2.0]).sum(), wrt=w)
    assert [p["share"] for p in same.to_dict()["paths"]] == [0.75, 0.25]
    assert "different signs" not in same.text(200)
    left = explain(pellucid.stack([w * -6.0, w * -3.0, w * 1.0]).sum(), wrt=w, paths=1)
    assert "Left out: 2 paths, 40\xa0% of all sizes. Together they add −2.0." in left.text(200)
    left = explain(pellucid.stack([w * -6.0, w * -2.0]).sum(), wrt=w, paths=1)
    assert "Left out: 1 path. Together they add −2.0, 25\xa0% of −8.0." in left.text(200)


def test_a_slope_that_is_not_a_number_is_not_explained_away() -> None:
    x = pellucid.tensor(0.0, requires_grad=True)
    found = explain(pellucid.sqrt(x) * 0.0, wrt=x)
    assert "Its slope is not a number, so nothing can be said about paths." in str(found)
    assert json.loads(found.json())["gradient"] == "NaN"


def test_a_value_back_to_data_and_weights() -> None:
    _, loss = worked_example()
    lines = explain(loss).text(100).splitlines()
    cut = [line.split("   mse at")[0].split("   linear at")[0] for line in lines]
    assert cut == [
        "L = 1.0",
        "Where it comes from, the largest parts first, back to data and weights.",
        "",
        "L = (1/n) Σᵢ (ŷᵢ − yᵢ)² = 1.0",
        "├─ y = 1.0   data",
        "└─ ŷ = Σ w·x + b, 2 products = 0.0",
        "   ├─ w₂ · x₂ = −0.3 · 2.0 = −0.6",
        "   ├─ w₁ · x₁ = 0.5 · 1.0 = 0.5",
        "   └─ b = 0.1   parameter",
    ]


def test_the_terms_of_a_value_add_up_to_it() -> None:
    model, x, _ = classifier()
    out = model(x)
    found = explain(out, at=(2, 1), depth=2).to_dict()["of"]
    assert found["value"] == pytest.approx(float(out[2, 1]), rel=1e-6)
    assert found["adds"] and found["count"] == 4
    assert sum(t["value"] for t in found["terms"]) == pytest.approx(found["value"], rel=1e-5)
    sizes = [abs(t["value"]) for t in found["terms"]]
    assert sizes == sorted(sizes, reverse=True)


def test_functions_of_numbers_are_written_with_their_own_formula() -> None:
    a = pellucid.tensor(2.0, requires_grad=True)
    b = pellucid.tensor(3.0, requires_grad=True)
    text = str(explain((a * b).sin() + a**2 / b))
    assert "u2 = sin(u1) = sin(6.0) = −0.2794" in text
    assert "u1 = x·x2 = 2.0·3.0 = 6.0" in text
    chain = str(explain((a * b).sin(), wrt=a))
    assert "∂y/∂x = ∂y/∂u1 · ∂u1/∂x = cos(u1) · x2 = 0.9602 · 3.0 = 2.881" in chain


def not_a_tensor() -> Any:
    explain(3.0)  # type: ignore[arg-type]


def test_wrong_uses_say_what_to_do() -> None:
    layer, loss = worked_example()
    other = pellucid.ones(2, requires_grad=True)
    data = pellucid.ones(2)
    with pellucid.no_grad():
        unrecorded = layer(pellucid.ones(2)).sum()
    cases: list[tuple[Any, type[Exception], str]] = [
        (
            lambda: explain(loss, wrt=layer.weight),
            IndexRangeError,
            "weight has 2 entries, shape (1, 2), and one is explained at a time.\n"
            " Say which: at=(0, 0).",
        ),
        (
            lambda: explain(loss, wrt=layer.weight, at=(0, 2)),
            IndexRangeError,
            "at=(0, 2) does not exist in weight, which has shape (1, 2).\n"
            " Give 2 numbers: 0 to 0 and 0 to 1.",
        ),
        (
            lambda: explain(loss, wrt=layer.weight, at=1),
            IndexRangeError,
            "at=1 does not exist in weight, which has shape (1, 2).\n"
            " Give 2 numbers: 0 to 0 and 0 to 1.",
        ),
        (
            lambda: explain(loss, wrt=layer.weight, at=(0, 1.0)),  # type: ignore[arg-type]
            SettingError,
            "explain: at must be whole numbers, one for each axis, and it is (0, 1.0).",
        ),
        (
            lambda: explain(loss, wrt=other, at=0),
            GraphError,
            "wrt takes no part in this Tensor: no recorded path leads from one to the other.\n"
            " Was it replaced, detached, or left out of the forward pass?",
        ),
        (
            lambda: explain(loss, wrt=data, at=0),
            GraphError,
            "wrt takes no part in this Tensor, as far as was recorded.\n What is computed from "
            "data alone is not recorded; set requires_grad=True on it before the forward pass.",
        ),
        (
            lambda: explain(loss, wrt=loss),
            GraphError,
            "wrt is the Tensor itself, and its slope with respect to itself is 1.",
        ),
        (
            lambda: explain(layer(pellucid.ones(3, 2)), wrt=layer.weight, at=(0, 0)),
            ShapeError,
            "explain with wrt starts from one number, and this Tensor has shape (3, 1).\n"
            " Pass the loss, or pick a number first: explain(y[0, 1], wrt=…).",
        ),
        (
            lambda: explain(unrecorded),
            GraphError,
            "nothing was recorded behind this Tensor (sum).\n It was computed under no_grad(), "
            "or from Tensors without requires_grad; only what may need a gradient is recorded.",
        ),
        (
            lambda: explain(data, at=0),
            GraphError,
            "this Tensor was not computed from anything: it is data, a weight or a constant.\n"
            " Pass something that was computed from it, such as the loss.",
        ),
        (not_a_tensor, SettingError, "explain: tensor must be a Tensor, and it is a float."),
        (
            lambda: explain(loss, wrt=layer.bias, paths=0),
            SettingError,
            "explain: paths must be a whole number from 1 on, and it is 0.",
        ),
    ]
    for call, kind, text in cases:
        with pytest.raises(kind) as error:
            call()
        assert str(error.value) == text


def test_shapes_alone_cannot_be_explained() -> None:
    from pellucid.graph.mode import switched

    layer = nn.Linear(2, 1)
    with switched(symbolic=True):
        loss = layer(pellucid.ones(1, 2)).sum()
    with pytest.raises(TraceError, match="explain needs numbers, and here only shapes are known"):
        explain(loss, wrt=layer.weight, at=(0, 0))


def test_negative_places_count_from_the_end() -> None:
    layer, loss = worked_example()
    assert str(explain(loss, wrt=layer.weight, at=(-1, -1))) == str(
        explain(loss, wrt=layer.weight, at=(0, 1))
    )


@pytest.mark.parametrize("width", [60, 80, 120])
def test_text_keeps_to_the_width(width: int) -> None:
    model, _, loss = classifier()
    for shown in (explain(loss, wrt=model[0].weight, at=(1, 1)), explain(loss)):
        assert max(map(len, shown.text(width).splitlines())) <= width


def test_html_is_whole_fetches_nothing_and_cannot_be_broken_by_names() -> None:
    model, _, loss = classifier()
    layer, _ = worked_example()
    layer.weight.name = "<script>alert(1)</script>"
    named = F.mse_loss(F.linear(pellucid.ones(1, 2), layer.weight), pellucid.ones(1, 1))
    for shown in (
        explain(loss, wrt=model[0].weight, at=(1, 1)),
        explain(loss),
        explain(named, wrt=layer.weight, at=(0, 1)),
    ):
        page = Tags(shown.html())
        assert page.open == [] and page.wrong == []
        assert "<script" not in shown.html() and "http" not in shown.html()


def test_notebooks_get_text_html_and_latex() -> None:
    layer, loss = worked_example()
    found = explain(loss, wrt=layer.weight, at=(0, 1))
    bundle = found._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/latex"}
    assert WORKED in bundle["text/plain"]
    assert repr(found) == str(found) and found._repr_html_() == bundle["text/html"]


@pytest.mark.slow
def test_a_large_network_takes_less_than_two_seconds() -> None:
    pellucid.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )
    x, y = pellucid.randn(64, 784), pellucid.randint(0, 10, (64,))
    loss = F.cross_entropy(model(x), y)
    start = time.perf_counter()
    found = explain(loss, wrt=model[0].weight, at=(3, 5))
    text = found.text(120)
    assert time.perf_counter() - start < 2.0
    assert found.to_dict()["count"] > 10_000 and "Left out: " in text


def test_every_part_of_a_value_is_a_number() -> None:
    pellucid.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    data = explain(model(pellucid.ones(1, 2)), at=(0, 0)).to_dict()
    json.dumps(data, allow_nan=False)

    def parts(own: dict[str, Any]) -> Any:
        for term in own.get("terms", []):
            yield own["adds"], term
            for inner in term["of"]:
                yield from parts(inner)

    taken = [term for adds, term in parts(data["of"]) if not adds]
    assert taken and all(term["value"] == term["of"][0]["value"] for term in taken)
