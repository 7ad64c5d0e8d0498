"""One step by hand: blame is autograd's, the new weights are the optimizer's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid import nn
from pellucid.errors import DataError, SettingError
from pellucid.lenses.chain.breakdown import broken_down
from pellucid.lenses.chain.record import Record
from pellucid.lenses.chain.symbols import Symbols
from pellucid.lenses.numerals import number, signed
from pellucid.lenses.picture import Film
from tests.lenses.conftest import Trained


def small() -> tuple[nn.Module, Any, Any]:
    """A 2-2-1 network and three rows."""
    pellucid.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1))
    x = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]], np.float32)
    return model, x, np.array([[1.0], [0.0], [-1.0]], np.float32)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_every_number_is_the_engines(optimizer: str) -> None:
    model, x, y = small()
    before = {k: v.numpy().copy() for k, v in model.state_dict().items()}
    sheet = pellucid.walk(model, x, y, sample=1, optimizer=optimizer, lr=0.05)
    assert all(np.array_equal(v.numpy(), before[k]) for k, v in model.state_dict().items())
    found = {s.what: s.value for s in sheet.steps}

    row, target = pellucid.tensor(x[1:2]), pellucid.tensor(y[1:2])
    h = model[1](model[0](row))
    loss = nn.functional.mse_loss(model[2](h), target)
    blame = pellucid.autograd.grad(loss, [h], retain_graph=True)[0].numpy()
    assert [found["blame of h1[0, 0]"], found["blame of h1[0, 1]"]] == pytest.approx(
        blame[0].tolist(), rel=1e-5
    )
    kinds = {"sgd": pellucid.optim.SGD, "adam": pellucid.optim.Adam}
    rule = kinds[optimizer](model.parameters(), lr=0.05)
    loss.backward()
    for name, p in model.named_parameters():
        for at in np.ndindex(*p.shape):
            key = f"{name}[{', '.join(map(str, at))}]" if p.numel() > 1 else name
            assert found[f"blame of {key}"] == pytest.approx(float(p.grad.numpy()[at]), rel=1e-5)
    rule.step()
    for name, p in model.named_parameters():
        for at in np.ndindex(*p.shape):
            key = f"{name}[{', '.join(map(str, at))}]" if p.numel() > 1 else name
            assert found[f"new {key}"] == pytest.approx(float(p.detach().numpy()[at]), rel=1e-5)
    after = nn.functional.mse_loss(model(row), target).item()
    assert found["the new loss"] == pytest.approx(after, rel=1e-5)
    assert sheet.to_dict()["loss"] == pytest.approx(loss.item(), rel=1e-6)


def test_the_order_is_one_in_which_a_person_can_work() -> None:
    model, x, y = small()
    steps = pellucid.walk(model, x, y).steps
    phases = [s.phase for s in steps]
    assert phases == sorted(phases, key=["forward", "backward", "update", "result"].index)
    place = {s.what: i for i, s in enumerate(steps)}
    assert place["z1[0, 0]"] < place["h1[0, 0]"] < place["ŷ"] < place["L"]
    assert place["blame of ŷ"] < place["blame of h1[0, 0]"] < place["blame of z1[0, 0]"]
    assert len(steps) == 6 + 5 + 9 + 9 + 1


def test_the_sheet_reads_as_promised() -> None:
    model = nn.Linear(2, 1)
    with pellucid.no_grad():
        model.weight.copy_(pellucid.tensor([[0.5, -1.0]]))
        model.bias.copy_(pellucid.tensor([0.25]))
    sheet = pellucid.walk(model, [[1.0, 2.0]], [[1.0]], lr=0.1)
    assert sheet.view.sentence == (
        "New loss 0.2025 (was 5.062), after one step of SGD with step size 0.1."
    )
    text = sheet.text(120)
    for part in ("ŷ = w₁ · x₁ + w₂ · x₂ + b = 0.5 · 1.0 + (−1.0) · 2.0 + 0.25", "−1.25", "−4.5"):
        assert part in text, text


def test_answers_are_checked_to_one_percent() -> None:
    model, x, y = small()
    sheet = pellucid.walk(model, x, y, answers=False)
    for place, step in enumerate(sheet.steps, 1):
        assert sheet.check(place, step.value * 1.009) == "Yes"
        assert sheet.check(place, round(step.value, 4)) == "Yes"
        said = sheet.check(place, step.value + 0.02 * abs(step.value) + 0.01)
        assert said.startswith("Not yet: it is ") and f"because {step.what} = " in said
    z = next(i for i, s in enumerate(sheet.steps, 1) if s.what == "blame of z1[0, 0]")
    assert "blame of h1[0, 0] × ∂h1[0, 0]/∂z1[0, 0] = " in sheet.check(z, 9.0)


def test_slopes_are_checked_too() -> None:
    model = nn.Sequential(nn.Linear(1, 1), nn.Tanh(), nn.Linear(1, 2))
    sheet = pellucid.walk(model, [[0.5]], [[1.0, -2.0]], answers=False)
    place = {step.what: i for i, step in enumerate(sheet.steps, 1)}
    table = next(b for b in sheet.view.blocks if "Backward" in getattr(b, "caption", ""))
    (row,) = [r for r in table.rows if r[0] == place["h1"]]
    assert row[4] == "_______; _______"  # it goes into two numbers
    weights = model[2].weight.detach().numpy()[:, 0].tolist()
    for step in ("h1", "blame of h1"):
        assert sheet.check(place[step], slope=weights) == "Yes"
    said = sheet.check(place["h1"], slope=[weights[0], weights[1] + 1])
    assert said.startswith("Not yet: it is ")
    assert "because ∂ŷ[0, 1]/∂h1 = how much ŷ[0, 1] changes with h1 = " in said
    for what in ("blame of 0.weight", "new 0.weight"):
        assert sheet.check(place[what], slope=0.5) == "Yes"  # of a weight: what it multiplies
    with pytest.raises(
        SettingError, match=r"has 2 slopes: ∂ŷ\[0, 0\]/∂h1, ∂ŷ\[0, 1\]/∂h1, and 1 was"
    ):
        sheet.check(place["h1"], slope=1.0)
    with pytest.raises(SettingError, match="has no slope, and 1 was given"):
        sheet.check(place["L"], slope=1.0)
    with pytest.raises(SettingError, match="takes a number, or slope=… instead"):
        sheet.check(1)


def test_blanks_hide_every_answer() -> None:
    model, x, y = small()
    full = pellucid.walk(model, x, y)
    blank = full.without_answers()
    assert all("value" not in s for s in blank.to_dict()["steps"])
    assert "loss" not in blank.to_dict()
    page = blank.html()
    for step in full.steps:
        shown = f"{step.value:.4g}".replace("-", "−")
        if len(shown) > 5:
            assert shown not in page, step.what
    assert page.count("_______") >= len(full.steps) - 1
    assert blank.with_answers().html() == full.html()


def test_large_networks_are_walked_op_by_op(digits_cnn: Trained, tiny_transformer: Trained) -> None:
    for trained in (digits_cnn, tiny_transformer):
        sheet = pellucid.walk(trained.model, trained.data, sample=2)
        data = sheet.to_dict()
        assert not data["single"] and len(data["steps"]) < 150
        x, y = trained.x[2:3], trained.y[2:3]
        loss = nn.functional.cross_entropy(trained.model(pellucid.tensor(x)), pellucid.tensor(y))
        named = dict(trained.model.named_parameters())
        found = pellucid.autograd.grad(loss, list(named.values()))
        steps = {s["what"]: s["value"] for s in data["steps"]}
        for name, g in zip(named, found, strict=True):
            size = float(np.linalg.norm(g.numpy())) if g.numel() > 1 else float(g.numpy().item())
            assert steps[f"blame of {name}"] == pytest.approx(size, rel=1e-3, abs=1e-6)
            moved = steps[f"how far {name} moves"]
            assert moved == pytest.approx(0.1 * abs(size), rel=1e-2, abs=1e-6)


def test_a_classifier_with_weights_seen_number_by_number(moons_model: Trained) -> None:
    sheet = pellucid.walk(moons_model.model, moons_model.data, sample=-1)
    assert sheet.to_dict()["sample"] == len(moons_model.x) - 1
    assert sheet.to_dict()["single"]
    early = pellucid.see(moons_model.model, moons_model.data, "walk", run=moons_model.history, at=0)
    assert early.to_dict()["loss"] != sheet.to_dict()["loss"]


def test_wrong_uses() -> None:
    model, x, y = small()
    with pytest.raises(DataError) as data:
        pellucid.walk(model, x)
    assert str(data.value) == "walk needs to know what should come out: walk(model, X, y)."
    with pytest.raises(SettingError) as row:
        pellucid.walk(model, x, y, sample=3)
    assert str(row.value) == "walk: there are rows 0 to 2, and sample=3."
    with pytest.raises(SettingError) as step:
        pellucid.walk(model, x, y).check(99, 1.0)
    assert str(step.value) == "walk: there are steps 1 to 30, and this is 99."
    for p in model.parameters():
        p.requires_grad_(False)
    with pytest.raises(SettingError) as frozen:
        pellucid.walk(model, x, y)
    assert str(frozen.value) == (
        "walk: this network has no weights to move: none, or all are frozen."
    )


def test_too_wide_for_single_numbers_it_names_each_tensor_once(digits_cnn: Trained) -> None:
    text = pellucid.walk(digits_cnn.model, *digits_cnn.data).text(140)
    assert " = max(0, x)" in text and "L = −(1/n)" in text
    assert "= y =" not in text and "L = L" not in text and "moves by" in text


def test_a_wrong_setting_is_told_by_the_name_that_people_use(digits_cnn: Trained) -> None:
    with pytest.raises(SettingError) as told:
        pellucid.see(digits_cnn.model, digits_cnn.data, "walk", rows=3)
    assert str(told.value).startswith('the lens walk has no setting "rows".')
    assert "Its own are sample, optimizer, lr, answers, closely; all" in str(told.value)


def test_the_picture_goes_forward_back_and_to_the_new_weights(
    digits_cnn: Trained, tiny_transformer: Trained
) -> None:
    model, x, y = small()
    sheet = pellucid.walk(model, x, y, sample=1, lr=0.05)
    film = next(b for b in sheet.view.blocks if isinstance(b, Film))
    assert film.captions == ("forward: values", "backward: blame", "update: new weights")
    assert (film.shown, film.opens) == (1, 0)  # a page opens on what comes first
    forward, backward, update = (
        {d.lines[0]: d.lines[1:] for d in frame.dots}  # type: ignore[union-attr]
        for frame in film.frames
    )
    found = {s.what: s.value for s in sheet.steps}
    name = "0.weight[0, 1]"
    old = float(model.state_dict()["0.weight"].numpy()[0, 1])
    assert forward[name] == (number(old),)
    assert backward[name] == (number(old), f"blame {signed(found[f'blame of {name}'])}")
    assert update[name] == (f"{number(old)} → {number(found[f'new {name}'])}",)
    assert not any(isinstance(b, Film) for b in sheet.without_answers().view.blocks)
    for trained in (digits_cnn, tiny_transformer):
        sheet = pellucid.walk(trained.model, trained.data, lr=0.1)
        film = next(b for b in sheet.view.blocks if isinstance(b, Film))
        moved = [d for d in film.frames[2].dots if d.role == "now"]  # type: ignore[union-attr]
        far = {s.what: s.value for s in sheet.steps if s.phase == "update"}
        assert moved
        for dot in moved:
            full = next(w for w in far if w.endswith(f"{dot.lines[0].lstrip('…')} moves"))
            assert dot.lines[1] == f"moves by {number(far[full])}"


def test_how_far_a_weight_moves_is_the_length_of_all_its_moves(moons_model: Trained) -> None:
    sheet = pellucid.walk(moons_model.model, moons_model.data, lr=0.1)
    film = next(b for b in sheet.view.blocks if isinstance(b, Film))
    update = {d.lines[0]: d.lines[1] for d in film.frames[2].dots}  # type: ignore[union-attr]
    found = {s.what: s.value for s in sheet.steps}
    weight = moons_model.model.state_dict()["0.weight"].numpy()
    moves = [found[f"new 0.weight[{i}, {j}]"] - weight[i, j] for i, j in np.ndindex(8, 2)]
    assert update["0.weight"] == f"moves by {number(float(np.linalg.norm(moves)))}"


def test_a_large_network_has_one_path_number_by_number(
    digits_cnn: Trained, tiny_transformer: Trained
) -> None:
    for trained in (digits_cnn, tiny_transformer):
        sheet = pellucid.walk(trained.model, trained.data)
        found = sheet.to_dict()["followed"]
        slopes = [p["slope"] for p in found["passed"]]
        assert np.prod(slopes) == pytest.approx(found["adds"], rel=1e-9)
        last = found["passed"][-1]
        assert (last["name"], last["blame"]) == ("L", 1.0)
        assert last["value"] == pytest.approx(sheet.to_dict()["loss"], rel=1e-5)
        name, _, at = found["weight"].rpartition("[")
        weight = dict(trained.model.named_parameters())[name]
        index = tuple(int(i) for i in at[:-1].split(","))
        assert found["value"] == pytest.approx(float(weight[index].item()))
        trained.model.zero_grad()
        assert "Number by number: " in sheet.text(100)
    model, data = digits_cnn.model, digits_cnn.data
    assert "followed" not in pellucid.walk(model, data, answers=False).to_dict()
    assert pellucid.walk(model, data, closely=False).to_dict()["followed"] is None


def test_a_number_that_was_looked_up_is_named() -> None:
    pellucid.manual_seed(0)
    table = nn.Embedding(4, 2)
    out = table(pellucid.tensor([[2, 1]]))
    assert "weight[2, 1]" in pellucid.explain(out[0, 0, 1]).text(100)


def test_a_number_of_a_convolution_is_the_sum_over_its_window() -> None:
    pellucid.manual_seed(0)
    conv = nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2)
    out = conv(pellucid.randn(2, 4, 7, 6))
    (stage,) = Record(out._node, conv.weight._node).stages
    for at in ((0, 0, 0, 0), (1, 5, 2, 1)):
        found = broken_down(stage, at, Symbols([stage], out._node))
        assert found.adds
        assert sum(t.value for t in found.terms) == pytest.approx(float(out[at].item()), rel=1e-5)


NORMED = {
    "layer": (nn.LayerNorm(3), "1.weight[1]·(z1[0, 1] − μ)/√(σ² + ε) + 1.bias[1]"),
    "bare": (nn.LayerNorm(3, elementwise_affine=False), "(z1[0, 1] − μ)/√(σ² + ε)"),
    "root": (nn.RMSNorm(3), "1.weight[1]·z1[0, 1]/√(mean(x²) + ε)"),
    "group": (nn.GroupNorm(1, 3), "1.weight[1]·(z1[0, 1] − μ)/√(σ² + ε) + 1.bias[1]"),
    "batch": (
        nn.BatchNorm1d(3),
        "1.weight[1]·(z1[0, 1] − 1.running_mean[1])/√(1.running_var[1] + ε) + 1.bias[1]",
    ),
}


@pytest.mark.parametrize("name", NORMED)
def test_a_normalized_number_is_written_with_its_numbers(name: str) -> None:
    pellucid.manual_seed(0)
    layer, symbols = NORMED[name]
    model = nn.Sequential(nn.Linear(2, 3), layer, nn.Linear(3, 2)).eval()
    sheet = pellucid.walk(model, [[1.0, 2.0], [0.5, -1.0]], [0, 1])
    step = next(s for s in sheet.steps if s.what == "n1[0, 1]")
    assert step.symbols == symbols
    python = step.plugged.replace("−", "-").replace("·", "*").replace("√(", "sqrt(")
    assert eval(python, {"sqrt": math.sqrt}) == pytest.approx(step.value, rel=2e-3, abs=2e-3)
    loss = next(s for s in sheet.steps if s.what == "L")
    share = float(loss.plugged.removeprefix("−ln "))
    assert -math.log(share) == pytest.approx(loss.value, rel=1e-3)


def test_an_average_on_the_way_is_divided_by_how_many_there_are(tiny_transformer: Trained) -> None:
    sheet = pellucid.walk(tiny_transformer.model, tiny_transformer.data)
    found = next(p for p in sheet.to_dict()["followed"]["passed"] if p["name"].startswith("u"))
    assert found["symbols"].startswith("(block.norm2[") and found["symbols"].endswith(")/6")


def test_a_worksheet_says_what_columns_and_classes_are_called_and_has_a_picture_to_fill_in() -> (
    None
):
    model = nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 2))
    full = pellucid.walk(
        model, [[0.123456, -3.0]], [1], inputs=("sleep", "x1"), names=("ill", "well")
    )
    given, drawn, *_ = full.without_answers().view.blocks
    assert [row[0] for row in given.rows] == ["x[0, 0]", "x[0, 1]", "target"]
    assert [row[2] for row in given.rows] == ["sleep", "", "well"]
    lines = {d.lines[0]: d.lines[1:] for d in drawn.dots}
    assert lines["x[0, 0]"] == ("0.1235",)
    weight = number(float(model[0].weight[0, 0]))
    assert lines["0.weight[0, 0]"] == (weight, "blame _______")
    assert lines["h1[0, 0] = tanh"] == ("_______", "blame _______")
    assert not any(m.hint for m in (*drawn.dots, *drawn.edges))


def test_blanks_for_a_large_network_are_called_too_large(moons_model: Trained) -> None:
    wide = nn.Sequential(
        nn.Linear(2, 99), nn.ReLU(), nn.Linear(99, 99), nn.ReLU(), nn.Linear(99, 2)
    )
    told = "Too large for a pencil"
    sheet = pellucid.walk(wide, moons_model.data, answers=False)
    assert told in sheet.view.blocks[0].text and sheet.view.blocks[1].rows[0][0] == "x[0, 0]"
    assert (
        told not in sheet.with_answers().text()
        and told not in pellucid.walk(*small()).without_answers().text()
    )
