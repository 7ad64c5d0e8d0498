"""Losses that swing or stand still, and numbers that are none."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import mlp
from tests.doctor.programs.program import Run, faulty

WILD = ("exploding_gradient", "dead_relu", "saturated_activation")


@faulty("oscillation", "lr_too_high", accept=WILD)
def momentum_swings(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 150)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=run.pick(0.4, 0.05), momentum=run.pick(0.99, 0.5)
    )
    full(run, model, optimizer, nn.MSELoss(), x, y, 120)
    return run.explained(model, x, y)


@faulty("oscillation", "lr_too_high", accept=WILD)
def single_rows_at_a_high_rate(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.08, 0.01))
    size = run.pick(1, 20)
    sliced(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), run.pick(2, 15), size)
    return run.explained(model, x, y)


@faulty("oscillation", "lr_too_high", accept=WILD)
def adam_swings(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 32, 1, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(1.2, 0.02))
    full(run, model, optimizer, nn.MSELoss(), x, y, 250)
    return run.explained(model, x, y)


@faulty("oscillation", "lr_too_high", accept=WILD)
def cyclic_rate_too_high(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(3.0, 0.1), momentum=0.9)
    loaded(run, model, optimizer, F.cross_entropy, x, y, 10, 16)
    return run.accuracy(model, x, y)


@faulty("plateau", "lr_too_low")
def rate_falls_too_soon(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 16, 16, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3, gamma=run.pick(0.01, 1.0))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 60, 32, scheduler)
    return run.accuracy(model, x, y)


@faulty("plateau", "bad_init", "lr_too_low", accept=("vanishing_gradient",))
def xor_from_a_saddle(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("xor", 200)
    model = mlp(nn, 2, 16, 1, act="Tanh")
    if run.wrong:
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(0.02)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.05, 1.0))
    full(run, model, optimizer, nn.BCEWithLogitsLoss(), x, y.float().unsqueeze(1), 600)
    return run.accuracy(model, x, y)


@faulty("plateau", "wrong_loss", "vanishing_gradient", "saturated_activation")
def squared_error_of_a_saturated_end(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 250)
    model = nn.Sequential(nn.Linear(10, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
    if run.wrong:
        nn.init.constant_(model[2].bias, 15.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    full(run, model, optimizer, nn.MSELoss(), x, y.float().unsqueeze(1), 300)
    return run.accuracy(model[:-1], x, y)


@faulty("plateau", "lr_too_low", "bad_init", accept=("vanishing_gradient", "lr_too_low"))
def waves_never_found(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200, waves=3)
    model = mlp(nn, 1, 32, 32, 1, act="Tanh")
    lr = run.pick(0.05, 0.005)
    optimizer = run.pick(torch.optim.SGD, torch.optim.Adam)(model.parameters(), lr=lr)
    full(run, model, optimizer, nn.MSELoss(), x, y, 600)
    return run.explained(model, x, y)


@faulty("non_finite", "wrong_loss", accept=WILD, certain=True)
def logarithm_of_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 150)
    model = mlp(nn, 2, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with run.watch(model, optimizer):
        for _ in range(60):
            share = torch.softmax(model(x) * run.pick(400.0, 1.0), dim=1)
            chosen = share[torch.arange(len(y)), y]
            loss = -torch.log(chosen + run.pick(0.0, 1e-6)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@faulty("non_finite", "unnormalised_data", accept=WILD, certain=True)
def constant_column_divided(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    spread = x.std(0)
    if not run.wrong:
        spread = spread + 1e-6
    x = (x - x.mean(0)) / spread
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 10)
    return run.accuracy(model, x, y)


@faulty("non_finite", accept=WILD, certain=True)
def root_at_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 150)
    model = mlp(nn, 3, 16, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer):
        for _ in range(80):
            features = F.relu(model[0](x))
            length = torch.sqrt((features * 0.0).sum(1) + run.pick(0.0, 1e-8))
            loss = F.mse_loss(model(x), y) + 1e-3 * length.mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(model, x, y)


@faulty("non_finite", "wrong_loss", accept=(*WILD, "lr_too_high"), certain=True)
def exponential_overflows(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    y = torch.round(torch.exp(y / 2))
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.5, 0.01))
    with run.watch(model, optimizer):
        for _ in range(100):
            log_rate = model(x) * run.pick(30.0, 1.0)
            loss = (torch.exp(log_rate) - y * log_rate).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(lambda_module(nn, torch, model), x, y)


def lambda_module(nn: Any, torch: Any, model: Any) -> Any:
    """The network's rate rather than its logarithm."""

    class Rate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, x: Any) -> Any:
            return torch.exp(self.inner(x))

    return Rate()


@faulty("non_finite", accept=WILD, certain=True)
def a_missing_value(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    if run.wrong:
        x[17, 3] = float("nan")
    model = mlp(nn, 13, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 10, 16)
    return run.accuracy(model, x, y)


@faulty("non_finite", certain=True, accept=WILD)
def a_row_masked_whole(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 120)

    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(20, 16)
            self.score = nn.Linear(16, 1)
            self.out = nn.Linear(16, 2)

        def forward(self, x: Any) -> Any:
            e = self.embed(x)
            hidden = (x == 3) if not run.wrong else (x > 0)
            scores = self.score(e).squeeze(-1).masked_fill(hidden, float("-inf"))
            share = torch.softmax(scores, dim=1).unsqueeze(-1)
            return self.out((share * e).sum(1))

    model = Masked()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 60)
    return run.accuracy(model, x, y)
