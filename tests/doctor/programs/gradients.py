"""Gradients that vanish or explode on their way through layers or time."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced
from tests.doctor.programs.nets import mlp, recurrent
from tests.doctor.programs.program import Run, faulty

WILD = ("exploding_gradient", "non_finite", "oscillation", "lr_too_high")


@faulty("vanishing_gradient", accept=("saturated_activation",))
def deep_sigmoid(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, *[16] * run.pick(8, 2), 2, act=run.pick("Sigmoid", "ReLU"))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@faulty("vanishing_gradient", accept=("saturated_activation",))
def deep_sigmoid_digits_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, *[32] * run.pick(10, 2), 10, act=run.pick("Sigmoid", "Tanh"))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, x, y)


@faulty("vanishing_gradient", "bad_init")
def deep_tanh_small_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)

    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            sizes = [2] + [20] * 7
            self.layers = nn.ModuleList([nn.Linear(a, b) for a, b in pairwise(sizes)])
            self.out = nn.Linear(20, 2)
            for layer in self.layers:
                if run.wrong:
                    nn.init.normal_(layer.weight, 0.0, 0.03)
                else:
                    nn.init.xavier_normal_(layer.weight)
                nn.init.zeros_(layer.bias)

        def forward(self, x: Any) -> Any:
            for layer in self.layers:
                x = torch.tanh(layer(x))
            return self.out(x)

    model = Deep()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("vanishing_gradient")
def recurrence_forgets_the_first(torch: Any, nn: Any, F: Any, run: Run) -> float:
    length = run.pick(60, 5)
    x, y = run.rows("first", 80, length)
    model = recurrent(nn, "RNN", hidden=12)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 120)
    return run.accuracy(model, x, y)


@faulty("vanishing_gradient", "bad_init", accept=("dead_relu",))
def deep_relu_tiny_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, *[24] * 6, 1)
    for layer in model:
        if isinstance(layer, nn.Linear):
            if run.wrong:
                nn.init.normal_(layer.weight, std=0.01)
            else:
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    full(run, model, optimizer, nn.MSELoss(), x, y, 300)
    return run.explained(model, x, y)


@faulty("vanishing_gradient", accept=("saturated_activation",))
def deep_sigmoid_regression(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 150, waves=1.5)
    act = run.pick(torch.sigmoid, F.gelu)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enter = nn.Linear(1, 16)
            self.hidden = nn.ModuleList([nn.Linear(16, 16) for _ in range(7)])
            self.leave = nn.Linear(16, 1)

        def forward(self, x: Any) -> Any:
            x = act(self.enter(x))
            for layer in self.hidden:
                x = act(layer(x))
            return self.leave(x)

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    sliced(run, model, optimizer, nn.MSELoss(), x, y, 80, 50)
    return run.explained(model, x, y)


@faulty("exploding_gradient", "bad_init", accept=WILD)
def deep_relu_wide_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, *[48] * 6, 10)
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=run.pick(0.8, 0.24))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25)
    return run.accuracy(model, x, y)


@faulty("exploding_gradient", "bad_init", accept=(*WILD, "saturated_activation"))
def recurrent_weights_too_large(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 120, 20)

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enter = nn.Linear(1, 16)
            self.again = nn.Linear(16, 16, bias=False)
            self.leave = nn.Linear(16, 1)
            if run.wrong:
                nn.init.normal_(self.again.weight, std=0.6)

        def forward(self, x: Any) -> Any:
            state = torch.zeros(len(x), 16)
            for t in range(x.shape[1]):
                state = F.relu(self.enter(x[:, t]) + self.again(state))
            return self.leave(state)

    model = Own()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    full(run, model, optimizer, nn.MSELoss(), x, y, 250)
    return run.explained(model, x, y)


@faulty("exploding_gradient", "bad_init", accept=WILD)
def deep_regression_doubles(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    y = y.unsqueeze(1)
    model = mlp(nn, 10, *[32] * 5, 1)
    if run.wrong:
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(6.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
    sliced(run, model, optimizer, nn.MSELoss(), x, y, 20, 64)
    return run.explained(model, x, y)


@faulty("exploding_gradient", "bad_init", accept=(*WILD, "dead_relu"))
def residual_branches_not_scaled(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    gain = run.pick(3.0, 0.2)

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enter = nn.Linear(2, 24)
            self.blocks = nn.ModuleList([nn.Linear(24, 24) for _ in range(10)])
            self.leave = nn.Linear(24, 2)
            for block in self.blocks:
                nn.init.xavier_uniform_(block.weight, gain=gain)

        def forward(self, x: Any) -> Any:
            x = self.enter(x)
            for block in self.blocks:
                x = x + F.relu(block(x))
            return self.leave(x)

    model = Residual()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    full(run, model, optimizer, F.cross_entropy, x, y, 200)
    return run.accuracy(model, x, y)


@faulty("exploding_gradient", "lr_too_high", accept=WILD)
def loss_summed_over_rows_cubed(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200)
    model = mlp(nn, 1, 32, 32, 1, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with run.watch(model, optimizer):
        for _ in range(500):
            error = model(x) - y
            loss = run.pick((error**4).sum() * 10, (error**2).mean())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(model, x, y)


@faulty("exploding_gradient", "bad_init", accept=WILD)
def a_cell_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 40)

    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read = nn.Linear(1, 12)
            self.keep = nn.Linear(12, 12)
            self.say = nn.Linear(12, 1)
            with torch.no_grad():
                self.keep.weight.copy_(torch.eye(12) * run.pick(1.5, 0.8))

        def forward(self, x: Any) -> Any:
            state = torch.zeros(x.shape[0], 12)
            for t in range(x.shape[1]):
                state = F.relu(self.read(x[:, t]) + self.keep(state))
            return self.say(state)

    model = Cell()
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.005, 0.02))
    loaded(run, model, optimizer, nn.MSELoss(), x, y, run.pick(4, 30), 25)
    return run.explained(model, x, y)
