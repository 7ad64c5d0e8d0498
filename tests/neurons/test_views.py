"""What is drawn: circles by kind, weights on arrows, values and blame, and the evaluation."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Circle

import pellucid
from pellucid import neurons, nn
from pellucid.lenses.picture import Diagram
from pellucid.neurons.graphics import diagram_of

ROOT = Path(__file__).resolve().parents[2]


def picture(net: neurons.Network, *args: object) -> Diagram:
    return diagram_of(net.see(*args).view)


def test_every_neuron_is_a_circle_of_its_kind_and_every_arrow_has_its_weight() -> None:
    drawn = picture(neurons.example())
    kinds = {d.key: d.kind for d in drawn.dots}
    assert kinds == {
        "1": "input", "2": "bias", "3": "hidden", "4": "hidden", "5": "bias", "6": "hidden",
        "7": "hidden", "8": "bias", "9": "output",
    }  # fmt: skip
    assert {d.shape for d in drawn.dots} == {"circle"}
    by = {(e.source, e.target): e for e in drawn.edges}
    assert by["4", "6"].name == "−1.0"
    assert by["4", "6"].role == "negative"
    assert by["3", "6"].strength == max(e.strength for e in drawn.edges)
    assert len({d.x for d in drawn.dots}) == 4


def test_arrows_run_from_circle_to_circle_and_circles_do_not_touch() -> None:
    for net in (neurons.example(), neurons.from_edges([("a", "b"), ("b", "c"), ("a", "c")])):
        drawn = picture(net)
        at = {d.key: np.array([d.x, d.y]) for d in drawn.dots}
        for e in drawn.edges:
            for end, key in ((e.path[0], e.source), (e.path[-1], e.target)):
                assert np.hypot(*(at[key] - end)) == pytest.approx(drawn.dots[0].wide / 2)
        gaps = [np.hypot(*(at[a] - at[b])) for a in at for b in at if a != b]
        assert min(gaps) > drawn.dots[0].wide


def test_a_run_writes_values_and_blame_into_the_circles() -> None:
    net = neurons.example()
    shown = net.see(1.0, 0.5)
    dots = {d.key: d for d in diagram_of(shown.view).dots}
    assert dots["7"].lines == ("7", "sigmoid", "0.531", "∂ +0.407")
    assert dots["9"].shade == -1.0
    data = shown.to_dict()
    x = pellucid.tensor([1.0])
    loss = ((net(x) - 0.5) ** 2).sum()
    loss.backward()
    assert data["loss"] == pytest.approx(loss.item())
    assert data["values"]["9"]["y"] == pytest.approx(net(x).item())
    bias = net.get_parameter("2.bias").grad.numpy()
    assert [data["blame"]["6"], data["blame"]["7"]] == pytest.approx(bias.tolist())
    assert shown.view.sentence == (
        "1 input + 3 bias + 4 hidden + 1 output, joined by 12 arrows; in 4 layers. For this sample "
        "it gives 0.09193. The loss is 0.1665; the weighted sum with the largest blame is that of "
        "9: ∂L/∂z = −0.8161."
    )


def test_in_a_figure_names_have_halos_bias_is_dashed_and_blame_is_shaded() -> None:
    axes = neurons.example().see(1.0, 0.5).figure().findobj(Axes)[0]
    weights = [t for t in axes.texts if t.get_path_effects()]
    assert sorted(t.get_text() for t in weights) == sorted(
        e.name for e in picture(neurons.example()).edges
    )
    circles = [p for p in axes.patches if isinstance(p, Circle)]
    assert len([c for c in circles if c.get_linestyle() not in ("-", "solid")]) == 3  # bias
    assert max(c.get_alpha() or 0 for c in circles) == pytest.approx(0.45)  # most blame


def test_wide_layers_are_shortened_and_say_so() -> None:
    net = neurons.from_module(nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 3)))
    drawn = picture(net)
    assert drawn.title == "70 of 89 neurons are not drawn"
    assert ("⋮", "57 more") in [d.lines for d in drawn.dots]
    assert {e.name for e in drawn.edges} == {""}
    assert len(net.see(most=100).view.blocks[0].dots) == 89  # type: ignore[union-attr]
    skips = neurons.from_edges([("x", f"h{i}") for i in range(20)] + [("h1", "y"), ("x", "y")])
    assert "13 more" in [line for d in picture(skips).dots for line in d.lines]


def test_a_notebook_shows_the_picture() -> None:
    assert "<svg" in neurons.example()._repr_html_()
    assert neurons.Network()._repr_html_().startswith("<pre>Network(")


def test_every_renderer_draws_it(tmp_path: object) -> None:
    net = neurons.from_edges([("x", "h", 0.5), ("h", "y", -2.0), ("x", "y", 1.0)], functions="tanh")
    shown = net.see({"x": 0.3}, 1.0)
    assert "h  tanh  0.149" in shown.text(100)
    assert "k-output" in shown.html()
    assert shown.json().startswith("{")
    root = ElementTree.fromstring(net.to_svg())
    assert root.tag.endswith("svg")
    assert len(root.findall(".//{*}circle")) >= 3


def test_the_evaluation_is_written_as_in_the_introduction() -> None:
    text = neurons.example().evaluate(1.0).text(120)
    assert [line for line in text.splitlines() if line] == [
        "The network evaluated, layer by layer",
        "Fed with y₁ = 1.0, the network puts out y₉ = 0.09193.",
        "Layer 1, the input layer. Bias neuron 2 sends 1.",
        "y₁ = 1.0",
        "Layer 2. Bias neuron 5 sends 1.",
        "z₃ = w₁₃ · y₁ + w₂₃ = 0.5 · 1.0 + (−1.0) = −0.5",
        "y₃ = f₃(z₃) = σ(−0.5) = 0.3775",
        "z₄ = w₁₄ · y₁ + w₂₄ = (−1.0) · 1.0 + 1.5 = 0.5",
        "y₄ = f₄(z₄) = σ(0.5) = 0.6225",
        "Layer 3. Bias neuron 8 sends 1.",
        "z₆ = w₃₆ · y₃ + w₄₆ · y₄ + w₅₆ = 2.0 · 0.3775 + (−1.0) · 0.6225 + 0.5 = 0.6326",
        "y₆ = f₆(z₆) = σ(0.6326) = 0.6531",
        "z₇ = w₄₇ · y₄ + w₅₇ = 1.0 · 0.6225 + (−0.5) = 0.1225",
        "y₇ = f₇(z₇) = σ(0.1225) = 0.5306",
        "Layer 4, the output layer.",
        "z₉ = w₆₉ · y₆ + w₇₉ · y₇ + w₈₉ = 1.0 · 0.6531 + (−2.0) · 0.5306 + 0.5 = 0.09193",
        "y₉ = f₉(z₉) = 0.09193",
    ]


def test_the_saved_pictures_are_drawn_from_the_example_on_light_and_on_dark() -> None:
    net, folder = neurons.example(), ROOT / "docs" / "images" / "neurons"
    for name, svg in (("example", net.to_svg()), ("blame", net.to_svg(1.0, 0.5))):
        for theme, panel in (("light", "#FFFFFF"), ("dark", "#161B22")):
            saved = (folder / f"{name}-{theme}.svg").read_text("utf-8")
            assert f"{{--panel:{panel};" in saved and "@media (prefers-color-scheme" not in saved
            assert saved.partition("</style>")[2] == svg.partition("</style>")[2]
