"""Programs: shapes, parameters and FLOPs against hand counts, numbers against the engine."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import pellucid
import pellucid.nn.functional as F
from pellucid import nn
from pellucid.errors import SettingError, TraceError
from pellucid.lenses import program


def moons_net() -> nn.Module:
    pellucid.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))


class Residual(nn.Module):
    """Two inputs, a shared layer, an op between layers, and a loop in Python."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Linear(3, 4)
        self.right = nn.Linear(5, 4)
        self.shared = nn.Linear(4, 4)

    def forward(self, a: Any, b: Any, times: int = 2) -> Any:
        h = self.left(a) + self.right(b)
        for _ in range(times):
            h = h + F.relu(self.shared(h))
        return h


class Deciding(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.small, self.large = nn.Linear(2, 1), nn.Linear(2, 1)

    def forward(self, x: Any) -> Any:
        return self.large(x) if x.sum() > 0 else self.small(x)


def test_shapes_parameters_and_flops_are_those_counted_by_hand() -> None:
    p = program(moons_net(), (32, 2))
    first, second, third = p.layers
    assert [line["layer"] for line in p.layers] == ["0", "1", "2"]
    assert [line["operation"] for line in p.layers] == ["Linear(2, 8)", "Tanh()", "Linear(8, 2)"]
    assert (first["shape_in"], first["shape_out"]) == ([(32, 2)], (32, 8))
    assert (second["shape_in"], second["shape_out"]) == ([(32, 8)], (32, 8))
    assert [line["parameters"] for line in p.layers] == [2 * 8 + 8, 0, 8 * 2 + 2]
    # A product and a sum for each weight and row, and one more sum for the bias.
    assert first["flops"] == 32 * 8 * (2 * 2 + 1)
    assert third["flops"] == 32 * 2 * (2 * 8 + 1)
    assert first["bytes"] == 4 * (24 + 32 * 8)
    assert p.total["parameters"] == 42
    assert p.total["flops"] == sum(line["flops"] for line in p.layers)
    assert first["equation"] == "z = xWᵀ + b"
    assert first["mean"] is None and not p.to_dict()["ran"]


def test_backward_costs_two_products_for_a_layer_and_one_for_the_first() -> None:
    p = program(moons_net(), (32, 2), (32,), nn.CrossEntropyLoss())
    lines = {line["layer"]: line for line in p.to_dict()["backward"]}
    assert list(lines) == ["loss", "2", "1", "0"]
    assert lines["2"]["flops"] == 2 * (2 * 32 * 8 * 2) + 32 * 2  # to x, to W, and the sum for b
    assert lines["0"]["flops"] == 2 * 32 * 2 * 8 + 32 * 8  # the data is not blamed
    assert lines["2"]["derivative"].startswith("∂L/∂x = GW, ∂L/∂W = Gᵀx")


def test_a_run_shows_the_numbers_of_the_engine_and_leaves_the_model_alone() -> None:
    pellucid.manual_seed(5)
    model = nn.Sequential(
        nn.Linear(3, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.5), nn.Linear(6, 2)
    )
    optimizer = pellucid.optim.Adam(model.parameters(), lr=0.01)
    x, y = pellucid.randn(16, 3), pellucid.randint(0, 2, (16,))
    loss = nn.CrossEntropyLoss()
    before = {k: v.tolist() for k, v in model.state_dict().items()}
    stream = pellucid.get_rng_state().tolist()
    p = program(model, x, y, loss, optimizer)
    assert {k: v.tolist() for k, v in model.state_dict().items()} == before
    assert pellucid.get_rng_state().tolist() == stream
    assert all(q.grad is None for q in model.parameters())
    assert not optimizer.state

    values = [x]
    for layer in model:
        values.append(layer(values[-1]))
    found = loss(values[-1], y)
    found.backward()
    for line, value in zip(p.layers, values[1:], strict=False):
        assert line["mean"] == pytest.approx(float(value.detach().numpy().mean()), abs=1e-6)
        assert line["std"] == pytest.approx(float(value.detach().numpy().std()), rel=1e-5)
    data = p.to_dict()
    assert data["loss"] == pytest.approx(found.item(), rel=1e-6)
    last = next(line for line in data["backward"] if line["layer"] == "4")
    squares = sum(float((q.grad.numpy() ** 2).sum()) for q in model[4].parameters())
    assert last["gradient"] == pytest.approx(squares**0.5, rel=1e-5)

    old = model[4].weight.detach().numpy().copy()
    optimizer.step()
    moved = np.linalg.norm(model[4].weight.detach().numpy() - old)
    update = next(u for u in data["update"] if u["parameter"] == "4.weight")
    assert update["update"] == pytest.approx(float(moved), rel=1e-4)
    assert update["ratio"] == pytest.approx(float(moved / np.linalg.norm(old)), rel=1e-4)
    assert data["optimizer"]["name"] == "Adam"
    assert data["optimizer"]["settings"]["lr"] == 0.01
    assert data["optimizer"]["steps"][-1] == "θₜ = θₜ₋₁ − ηm̂ₜ/(√v̂ₜ + ε)"


def test_several_inputs_shared_layers_and_ops_between_layers() -> None:
    p = program(Residual(), ((7, 3), (7, 5)))
    assert [(line["layer"], line["operation"]) for line in p.layers] == [
        ("left", "Linear(3, 4)"), ("right", "Linear(5, 4)"), ("", "add"),
        ("shared", "Linear(4, 4)"), ("", "relu"), ("", "add"),
        ("shared", "Linear(4, 4)"), ("", "relu"), ("", "add"),
    ]  # fmt: skip
    assert p.total["parameters"] == 16 + 24 + 20
    assert sum(line["parameters"] for line in p.layers) == p.total["parameters"]
    assert [line["repeats"] for line in p.layers if line["layer"] == "shared"] == [None, 3]
    assert p.layers[2]["shape_in"] == [(7, 4), (7, 4)]
    by_name = program(Residual(), {"a": (7, 3), "b": (7, 5)})
    assert by_name.total == p.total


def test_a_network_that_decides_by_numbers_needs_numbers() -> None:
    with pytest.raises(TraceError) as error:
        program(Deciding(), (4, 2))
    assert str(error.value).endswith(
        "program knows only shapes here, and this network asks for numbers while it runs.\n"
        " Pass a Tensor of data instead of a shape."
    )
    p = program(Deciding(), pellucid.ones(4, 2))
    assert [line["layer"] for line in p.layers] == ["large"]


def test_tracing_by_shape_leaves_running_averages_and_random_numbers_alone() -> None:
    model = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = {k: v.tolist() for k, v in model.state_dict().items()}
    stream = pellucid.get_rng_state().tolist()
    program(model, (8, 2), (8, 4))
    assert {k: v.tolist() for k, v in model.state_dict().items()} == before
    assert pellucid.get_rng_state().tolist() == stream
    assert all(m._module_hooks is None for m in model.modules())


def test_layers_that_do_nothing_here_are_lines_all_the_same() -> None:
    model = nn.Sequential(nn.Identity(), nn.Linear(2, 2), nn.Dropout(0.5)).eval()
    lines = program(model, (4, 2)).layers
    assert [line["layer"] for line in lines] == ["0", "1", "2"]
    assert lines[0]["equation"] == lines[2]["equation"] == "y = x"
    assert lines[2]["shape_out"] == (4, 2) and lines[2]["flops"] == 0


def test_ops_know_what_they_read_and_which_forward_op_they_are_because_of() -> None:
    p = program(moons_net(), (4, 2), (4,), optimizer=lambda q: pellucid.optim.SGD(q, lr=0.1))
    ops = p.ops()
    assert [op.number for op in ops] == list(range(len(ops)))
    assert [op.op for op in ops if op.phase == "forward"] == [
        "linear", "tanh", "linear", "log_softmax", "nll",
    ]  # fmt: skip
    assert ops[0].reads == ("x", "0.weight", "0.bias")
    assert ops[1].reads == ("%0",)
    assert ops[0].line.startswith("test_program.py:")
    back = [op for op in ops if op.phase == "backward"]
    assert {ops[op.because].phase for op in back if op.because is not None} == {"forward"}
    assert next(op for op in back if op.op == "tdot" and op.scope == "0").because == 0
    assert any(op.phase == "update" for op in ops)
    text = p.unfold().text(120)
    assert "because of" in text and "%0" in text
    assert p.total["ops"] == len(ops)


@pytest.mark.parametrize(
    ("name", "settings", "first", "last", "values"),
    [
        ("Adam", {"weight_decay": 0.01}, "gₜ = ∂L/∂θₜ₋₁ + λθₜ₋₁", "θₜ = θₜ₋₁ − η", "λ = 0.01."),
        ("Adam", {}, "mₜ = ", "θₜ = θₜ₋₁ − η", "ε = 1e-08."),
        ("AdamW", {"weight_decay": 0.1}, "mₜ = ", "θₜ = (1 − ηλ)θₜ₋₁ − η", "λ = 0.1."),
        ("AdamW", {"weight_decay": 0.0}, "mₜ = ", "θₜ = θₜ₋₁ − η", "ε = 1e-08."),
        ("SGD", {"weight_decay": 0.5}, "gₜ = ∂L/∂θₜ₋₁ + λθₜ₋₁", "θₜ = θₜ₋₁ − ηgₜ", "λ = 0.5."),
        ("SGD", {"maximize": True}, "gₜ = −∂L/∂θₜ₋₁", "θₜ = θₜ₋₁ − ηgₜ", "Here η = 0.1."),
        (
            "SGD", {"momentum": 0.9, "nesterov": True}, "bₜ = μbₜ₋₁ + gₜ",
            "θₜ = θₜ₋₁ − η(gₜ + μbₜ)", "Here η = 0.1, μ = 0.9.",
        ),
        ("RMSprop", {"weight_decay": 0.2}, "gₜ = ∂L/∂θₜ₋₁ + λθₜ₋₁", "θₜ = θₜ₋₁ − ηgₜ", "λ = 0.2."),
        ("RMSprop", {"momentum": 0.5, "centered": True}, "vₜ", "θₜ = θₜ₋₁ − ηbₜ", "μ = 0.5"),
        ("ASGD", {"weight_decay": 0.2}, "gₜ = ∂L/∂θₜ₋₁ + 0.2 θₜ₋₁", "μₜ₊₁", "λ = 0.0001."),
        (
            "NAdam", {"weight_decay": 0.2, "decoupled_weight_decay": True}, "μₜ",
            "θₜ = (1 − ηλ)", "λ = 0.2.",
        ),
    ],
)  # fmt: skip
def test_the_equations_are_those_that_run(
    name: str, settings: dict[str, Any], first: str, last: str, values: str
) -> None:
    make = getattr(pellucid.optim, name)
    p = program(nn.Linear(2, 1), (4, 2), (4, 1), optimizer=lambda q: make(q, lr=0.1, **settings))
    steps = p.to_dict()["optimizer"]["steps"]
    assert steps[0].startswith(first) and steps[-1].startswith(last)
    assert values in str(p)


def test_layers_of_several_ops_have_one_equation() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.GRU(3, 4))
    linear, norm, gru = program(model, (5, 2)).to_dict()["forward"]
    assert linear["equation"] == "z = xWᵀ + b"
    assert norm["equation"] == "y = γ((x − μ_B)/(√(σ_B² + ε))) + β"
    assert gru["equation"].endswith("hₜ = (1 − u) n + uhₜ₋₁")


def test_a_loss_that_is_a_function_or_follows_from_the_target() -> None:
    by_hand = program(moons_net(), (4, 2), loss=lambda out: (out**2).mean())
    assert [line["operation"] for line in by_hand.layers[-2:]] == ["square", "mean"]
    assert [line["layer"] for line in by_hand.layers[-2:]] == ["loss", "loss"]
    classes = program(moons_net(), pellucid.zeros(4, 2), pellucid.tensor([0, 1, 1, 0]))
    assert classes.layers[-1]["operation"] == "cross_entropy"
    numbers = program(moons_net(), pellucid.zeros(4, 2), pellucid.zeros(4, 2))
    assert numbers.layers[-1]["operation"] == "mse"


def test_names_mean_what_they_mean_to_fit() -> None:
    x, y = pellucid.randn(6, 2), pellucid.tensor([0, 1, 1, 0, 1, 0])
    named = program(moons_net(), x, y, loss="cross_entropy", optimizer="adam")
    assert named.layers[-1]["operation"] == "cross_entropy"
    rule = named.to_dict()["optimizer"]
    assert rule["name"] == "Adam"
    assert (rule["settings"]["lr"], rule["settings"]["weight_decay"]) == (1e-3, 1e-3)
    score = nn.Sequential(nn.Linear(2, 1))  # one score, and targets without an axis for it
    by_name = program(score, x, y, loss="bce_with_logits")
    target = pellucid.tensor(y.numpy()[:, None].astype("float32"))
    by_hand = program(score, x, target, loss=nn.BCEWithLogitsLoss())
    assert by_name.to_dict()["loss"] == by_hand.to_dict()["loss"]
    assert program(score, x, y).layers[-1]["operation"] == "bce_with_logits"
    two = program(nn.Bilinear(4, 4, 3), ((5, 4), (5, 4)))
    assert not two.to_dict()["ran"] and "Shapes only" in two.text(80) and "mean" not in two.text(80)
    shapes = program(moons_net(), (4, 2), (4,), loss="cross_entropy", optimizer="sgd")
    assert not shapes.to_dict()["ran"] and shapes.to_dict()["optimizer"]["name"] == "SGD"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"x": (4, 2), "run": True},
            "program: run=True needs data, and x is a shape.\n Pass a Tensor, or leave run out.",
        ),
        (
            {"x": (4, 2), "loss": lambda out: out},
            "program: loss must give one number, and it gave shape (4, 2).",
        ),
        (
            {"x": (4, 2), "loss": "mse"},
            "program: loss='mse' compares with a target. Pass target=… too.",
        ),
        (
            {"x": (4, 2), "target": (4,), "loss": "crossentropy"},
            "there is no loss 'crossentropy'. Did you mean \"cross_entropy\"? Known: cross_entropy,"
            " nll, mse, mae, l1, huber, smooth_l1, bce, bce_with_logits, kl_div.",
        ),
        (
            {"x": (4, 2), "target": (4,), "optimizer": "adm"},
            "there is no optimizer 'adm'. Did you mean \"adam\"? Known: adam, adamw, sgd, rmsprop,"
            " nadam, radam, adamax, adagrad, adadelta, lion, adafactor, muon, asgd, rprop.",
        ),
        ({"x": (-1, 2)}, "program: x has a negative size: (-1, 2)."),
        (
            {},
            "program needs to know what goes in.\n"
            " Pass data, program(model, X), or its shape, such as program(model, (32, 2)).",
        ),
        (
            {"x": 4},
            "program: x is the single number 4, and a shape has a size for each axis.\n"
            " Write it as a tuple, such as (32, 4); data goes in as a Tensor or array.",
        ),
    ],
)
def test_wrong_uses_say_what_to_do(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingError) as error:
        program(moons_net(), **arguments)
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (
            lambda x: x * 2,
            "program shows a Module and got the function <lambda>.\n"
            " Put it into the forward() of a Module, whose layers then have names.",
        ),
        (
            nn.ReLU,
            "program shows a Module and got the class ReLU.\n"
            " Make one first, with brackets: ReLU(…).",
        ),
        (
            pellucid.ones(2),
            "program shows a Module and got a Tensor.\n The network comes first: program(model, x)."
            " For one Tensor there is explain(tensor).",
        ),
        (
            "model",
            "program shows a Module and got a str.\n"
            " Put it into the forward() of a Module, whose layers then have names.",
        ),
    ],
)
def test_only_a_module_has_a_program(model: Any, text: str) -> None:
    with pytest.raises(SettingError) as error:
        program(model, (2, 2))
    assert str(error.value) == text


def test_a_list_of_sizes_is_a_shape_and_a_list_of_numbers_is_data() -> None:
    model = moons_net()
    assert program(model, [4, 2]).to_dict() == program(model, (4, 2)).to_dict()
    sizes = [np.int64(4), 2]
    assert (
        program(model, sizes).layers[-1]["shape_out"]
        == program(model, (4, 2)).layers[-1]["shape_out"]
    )
    data = program(model, [[1.0, 2.0], [3.0, 4.0]], target=[0, 1], loss="cross_entropy").to_dict()
    assert data["ran"] and data["inputs"][0]["shape"] == (2, 2)


def test_json_carries_everything_that_the_program_knows() -> None:
    x, y = pellucid.randn(6, 2), pellucid.randint(0, 2, (6,))
    p = program(moons_net(), x, y, optimizer=lambda q: pellucid.optim.SGD(q, lr=0.1))
    data = json.loads(p.json())
    assert data["total"] == p.total
    assert [line["operation"] for line in data["forward"]] == [
        line["operation"] for line in p.layers
    ]
    assert data["forward"][0]["mean"] == p.layers[0]["mean"]
    assert data["view"]["title"] == p.view.title


def test_the_text_at_80_columns() -> None:
    assert program(moons_net(), (32, 2)).text(80) == "\n".join(
        [
            "Sequential: 42 parameters",
            "Takes x 32 × 2. 4.42k floating-point operations forward; 2.47 kB of weights and",
            "results. Shapes only: nothing was run.",
            "",
            "Forward",
            "layer  operation     equation     shape in → out   parameters  FLOPs   memory",
            "─────────────────────────────────────────────────────────────────────────────",
            "0      Linear(2, 8)  z = xWᵀ + b  32 × 2 → 32 × 8          24  1.28k  1.12 kB",
            "1      Tanh()        y = tanh x   32 × 8 → 32 × 8              2.05k  1.02 kB",
            "2      Linear(8, 2)  z = xWᵀ + b  32 × 8 → 32 × 2          18  1.09k    328 B",
            "─────────────────────────────────────────────────────────────────────────────",
            "       total                                               42  4.42k  2.47 kB",
            "",
            "3 ops: program.unfold() lists them.",
        ]
    )


class Attending(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.MultiheadAttention(8, 2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: pellucid.Tensor) -> pellucid.Tensor:
        return self.head(x + self.mix(x, x, x)[0])


def test_attention_is_one_line_that_costs_what_its_ops_cost() -> None:
    p = program(Attending(), pellucid.randn(4, 5, 8), pellucid.randn(4, 5, 3))
    assert [(line["layer"], line["operation"]) for line in p.layers] == [
        ("mix", "MultiheadAttention(8, 2)"), ("", "add"), ("head", "Linear(8, 3)"), ("loss", "mse"),
    ]  # fmt: skip
    first = p.layers[0]
    assert first["shape_in"] == [(4, 5, 8)] and first["shape_out"] == (4, 5, 8)
    assert first["parameters"] == 8 * 24 + 24 + 8 * 8 + 8
    assert first["equation"].startswith("headₕ = softmax(Qₕ Kₕᵀ") and "√d" in first["equation"]
    ops = [op for op in p.ops() if op.phase == "forward" and op.scope.startswith("mix")]
    assert first["ops"] == len(ops) > 10
    assert first["flops"] == sum(op.flops for op in ops)
    assert first["bytes"] > 4 * (4 * 2 * 5 * 5)  # the weights of all pairs count as results
    back = next(b for b in p.to_dict()["backward"] if b["layer"] == "mix")
    assert back["gradient"] > 0 and back["blame"] > 0
    assert [b["layer"] for b in p.to_dict()["backward"]].count("mix") == 1


def test_a_class_of_ones_own_that_is_called_attention_shows_its_layers() -> None:
    class MultiheadAttention(Attending):
        pass

    lines = program(MultiheadAttention(), (4, 5, 8)).layers
    assert [line["layer"] for line in lines] == ["mix", "", "head"]
