"""A network of PyTorch's, mirrored: the same numbers, gradients and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import pellucid
from pellucid.errors import SettingError, TraceError

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional
bridge = pytest.importorskip("pellucid.bridges.torch")


class Functional(nn.Module):
    """Functions only, its own parameter, a loop, a branch on numbers, writes in place."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 4) / 2)
        self.head = nn.Linear(4, 3)

    def forward(self, x: Any) -> Any:
        for _ in range(2):
            x = torch.tanh(x @ self.w)
        x = x * 2 if x.abs().mean() > 0 else x
        x = x.clone()
        x[:, 0] = 1
        x += torch.arange(4.0)
        return self.head(F.relu(x, inplace=True)).T.T


class Residual(nn.Module):
    """Convolutions, batch normalization, a shortcut, pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.b = nn.BatchNorm2d(4)
        self.c = nn.Conv2d(4, 4, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.head = nn.Linear(4 * 9, 3)

    def forward(self, x: Any) -> Any:
        h = self.act(self.b(self.a(x)))
        h = self.act(self.c(h) + h)
        return self.head(torch.flatten(F.max_pool2d(h, 2), 1))


class Tied(nn.Module):
    """The same weights at both ends, and a module that is called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(7, 5)
        self.mix = nn.Linear(5, 5)
        self.out = nn.Linear(5, 7, bias=False)
        self.out.weight = self.table.weight

    def forward(self, x: Any) -> Any:
        h = self.mix(torch.sigmoid(self.mix(self.table(x))))
        with torch.no_grad():
            center = h.mean()
        return self.out(h - center).mean(1)


@dataclass
class Output:
    """What transformers' models return."""

    logits: Any
    hidden: tuple[Any, ...] = ()


class Wrapped(nn.Module):
    """Returns an object."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(3, 4, num_layers=2, batch_first=True, bidirectional=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Any) -> Output:
        out, last = self.rnn(x)
        return Output(self.head(out[:, -1]), (last,))


class Attentive(nn.Module):
    """A transformer's encoder layer."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Any) -> Any:
        return self.head(self.layer(x).mean(dim=1))


class Packed(nn.Module):
    """Sequences of different lengths."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(9, 5, padding_idx=0)
        self.rnn = nn.LSTM(5, 6, num_layers=2, batch_first=True)
        self.head = nn.Linear(6, 3)

    def forward(self, x: Any) -> Any:
        lengths = torch.tensor([4, 2, 5, 1, 3, 5])
        packed = nn.utils.rnn.pack_padded_sequence(
            self.table(x), lengths, batch_first=True, enforce_sorted=False
        )
        out, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.head(out.mean(1))


CASES = {
    "sequential": (
        lambda: nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Dropout(0.4), nn.Linear(8, 3)),
        lambda: torch.randn(6, 4),
    ),
    "functional": (Functional, lambda: torch.randn(6, 4)),
    "residual": (Residual, lambda: torch.randn(6, 1, 6, 6)),
    "tied": (Tied, lambda: torch.randint(0, 7, (6, 5))),
    "wrapped": (Wrapped, lambda: torch.randn(6, 5, 3)),
    "packed": (Packed, lambda: torch.randint(1, 9, (6, 5))),
    "attentive": (Attentive, lambda: torch.randn(6, 4, 8)),
}


def logits(out: Any) -> Any:
    """The tensor that the loss gets."""
    return getattr(out, "logits", out)


@pytest.mark.parametrize("name", CASES)
def test_the_same_numbers_and_gradients(name: str) -> None:
    torch.manual_seed(0)
    build, data = CASES[name]
    theirs, x = build(), data()
    y = torch.randint(0, 3, (6,))
    before = {k: v.clone() for k, v in theirs.state_dict().items()}
    ours = bridge.mirror(theirs)

    torch.manual_seed(1)  # for what dropout draws
    out = logits(ours(pellucid.tensor(x.numpy())))
    pellucid.nn.functional.cross_entropy(out, pellucid.tensor(y.numpy())).backward()
    assert all(torch.equal(v, theirs.state_dict()[k]) for k, v in before.items())
    assert [p.grad for p in theirs.parameters()] == [None] * len(list(theirs.parameters()))

    torch.manual_seed(1)
    wanted = logits(theirs(x))
    F.cross_entropy(wanted, y).backward()
    assert ours.cuts == []
    np.testing.assert_allclose(out.detach().numpy(), wanted.detach().numpy(), atol=2e-6)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    mine = dict(ours.named_parameters())
    assert list(mine) == [n for n, _ in theirs.named_parameters()]
    for path, p in theirs.named_parameters():
        np.testing.assert_allclose(mine[path].grad.numpy(), p.grad.numpy(), atol=5e-6)


def test_the_program_of_a_network_of_theirs() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    x, y = torch.randn(20, 4), torch.randint(0, 3, (20,))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    p = bridge.program(model, x, y, nn.CrossEntropyLoss(), optimizer)
    first = F.cross_entropy(model(x), y)
    first.backward()
    data = p.to_dict()
    assert data["total"]["parameters"] == 67
    norms = {u["parameter"]: u["gradient"] for u in data["update"]}
    for path, parameter in model.named_parameters():
        assert norms[path] == pytest.approx(float(parameter.grad.norm()), rel=1e-5)
    assert data["loss"] == pytest.approx(first.item(), rel=1e-5)
    optimizer.step()
    assert data["loss_after"] == pytest.approx(F.cross_entropy(model(x), y).item(), rel=1e-5)
    assert "SGD(lr=0.1, momentum=0.9" in p.text(120)


def test_a_network_that_takes_one_dict() -> None:
    class Named(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 3)

        def forward(self, batch: Any) -> Any:
            return {"logits": self.a(batch["x"] + batch["shift"])}

    x = {"x": torch.randn(5, 4), "shift": torch.ones(4)}
    p = bridge.program(Named(), x)
    assert [line["shape_out"] for line in p.layers] == [(5, 4), (5, 3)]


def test_shapes_alone_run_nothing() -> None:
    p = bridge.program(Residual(), (6, 1, 6, 6))
    assert [line["shape_out"] for line in p.layers][-1] == (6, 3)
    with pytest.raises(TraceError, match="asks for numbers while it runs"):
        bridge.program(Functional(), (6, 4))


def test_what_has_no_counterpart_is_cut_and_said() -> None:
    class Strange(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)
            self.b = nn.Linear(4, 3)

        def forward(self, x: Any) -> Any:
            return self.b(torch.special.bessel_j0(self.a(x)))

    model = Strange()
    x, y = torch.randn(5, 4), torch.randint(0, 3, (5,))
    ours = bridge.mirror(model)
    out = ours(pellucid.tensor(x.numpy()))
    np.testing.assert_allclose(out.detach().numpy(), model(x).detach().numpy(), atol=1e-6)
    assert [(c.name, c.path) for c in ours.cuts] == [("special_bessel_j0", "")]
    assert "No gradient is shown through special_bessel_j0" in bridge.program(model, x, y).text(200)


def test_lenses_look_at_networks_of_theirs() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 2))
    x = torch.randn(40, 2)
    y = (x[:, 0] > 0).long()
    shares = bridge.blame(model, (x, y), loss=nn.CrossEntropyLoss()).to_dict()
    assert shares
    assert "4 stages" in bridge.graph(model, (x, y)).text(100)
    with pytest.raises(SettingError, match="there is no lens 'nothing'"):
        bridge.see(model, (x, y), "nothing")
    with pytest.raises(SettingError, match=r"mirror takes a torch\.nn\.Module, not Linear"):
        bridge.mirror(pellucid.nn.Linear(2, 2))


def test_lenses_take_the_first_of_several_tensors_that_a_network_gives() -> None:
    torch.manual_seed(0)
    model, x, y = Wrapped(), torch.randn(6, 5, 3), torch.randint(0, 3, (6,))
    said = "The network gives several tensors (Output); the first is shown."
    for shown in (
        bridge.graph(model, (x, y)), bridge.blame(model, (x, y)), bridge.program(model, x, y),
        bridge.program(model, x, y, nn.CrossEntropyLoss()),
    ):  # fmt: skip
        assert said in shown.text(200)
    whole = bridge.program(model, x, y, lambda out, y: F.cross_entropy(out.logits, y))
    loss = F.cross_entropy(model(x).logits, y).item()
    assert whole.to_dict()["loss"] == pytest.approx(loss, rel=1e-5) and said not in whole.text(200)
    plain = bridge.program(model, x)
    assert plain.layers[-1]["shape_out"] == (6, 3)
    assert plain.layers[-1]["flops"] > 100 and said not in plain.text(200)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_lenses_take_the_first_of_what_a_bare_layer_gives(kind: Any) -> None:
    """A layer that we have, too, is called as it is, and gives a tuple; `mirror` leaves that."""
    torch.manual_seed(0)
    model, x, y = kind(3, 4, batch_first=True), torch.randn(6, 5, 3), torch.zeros(6, 5, 4)
    said = "The network gives several tensors (tuple); the first is shown."
    loss = F.mse_loss(model(x)[0], y).item()
    whole = bridge.program(model, x, y)
    assert whole.to_dict()["loss"] == pytest.approx(loss, rel=1e-5) and said in whole.text(200)
    for shown in (bridge.graph(model, x), bridge.graph(model, (x, y))):
        assert said in shown.text(200)
    shares = bridge.blame(model, (x, y))
    assert shares.view.title == "100 % of the blame goes to the network itself".replace(
        " %", "\N{NO-BREAK SPACE}%"
    )
    assert said in shares.text(200) and said not in bridge.program(model, x).text(200)
    assert isinstance(bridge.mirror(model)(pellucid.tensor(x.numpy())), tuple)


def test_blocks_of_a_network_of_theirs_stay_whole() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.LayerNorm(8)
            self.mix = nn.MultiheadAttention(8, 2, batch_first=True)
            self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)

        def forward(self, x: Any) -> Any:
            h = self.norm(x)
            x = x + self.mix(h, h, h, need_weights=False)[0]
            return x + self.down(F.gelu(self.up(x)))

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(9, 8)
            self.blocks = nn.Sequential(*[Block() for _ in range(3)])
            self.head = nn.Linear(8, 2)

        def forward(self, x: Any) -> Any:
            return self.head(self.blocks(self.table(x)).mean(1))

    torch.manual_seed(0)
    data = (torch.randint(0, 9, (30, 5)), torch.randint(0, 2, (30,)))
    held = bridge.see(Reader(), data, "represent").to_dict()
    assert [line["layer"] for line in held["layers"]] == [
        "after table: Embedding(9, 8)", "after blocks.0: Block", "after blocks.1: Block",
        "after the mean before head", "after head: Linear(8, 2)",
    ]  # fmt: skip


@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_attention_of_theirs_is_one_line_of_a_program(dropout: float) -> None:
    layer = nn.TransformerEncoderLayer(8, 2, 16, dropout, batch_first=True)
    lines = bridge.program(layer, torch.randn(4, 5, 8)).layers
    of_attention = [line for line in lines if line["layer"].startswith("self_attn")]
    assert len(of_attention) == 1
    assert of_attention[0]["operation"].startswith("MultiheadAttention(")
    assert of_attention[0]["parameters"] == sum(p.numel() for p in layer.self_attn.parameters())
    assert of_attention[0]["shape_out"] == (4, 5, 8)
