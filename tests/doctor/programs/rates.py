"""Learning rates too high and too low."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import attentive, cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

WILD = ("exploding_gradient", "non_finite", "oscillation", "dead_relu", "saturated_activation")


@faulty("lr_too_high", accept=WILD)
def moons_sgd(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200, noise=0.2)
    model = mlp(nn, 2, 32, 32, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(30.0, 0.3))
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", accept=(*WILD, "vanishing_gradient"))
def digits_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(1.0, 1e-3))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", accept=WILD)
def diabetes_diverges(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    y = y.unsqueeze(1)
    model = nn.Linear(10, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.9, 0.05))
    full(run, model, optimizer, nn.MSELoss(), x, y, 60)
    return run.explained(model, x, y)


@faulty("lr_too_high", accept=(*WILD, "vanishing_gradient"))
def images_rmsprop(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 200)
    model = cnn(nn)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=run.pick(0.3, 1e-3))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 10)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", accept=(*WILD, "vanishing_gradient"))
def lstm_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 200)
    model = recurrent(nn, "LSTM")
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(1.5, 0.01))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12, 50)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", accept=WILD)
def momentum_on_momentum(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 40, 40, 1, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.6, 0.03), momentum=0.95)
    sliced(run, model, optimizer, F.mse_loss, x, y, 30)
    return run.explained(model, x, y)


@faulty("lr_too_high", accept=(*WILD, "vanishing_gradient"))
def attention_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 150)
    model = attentive(nn, 20, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(3.0, 0.003))
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 100)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", accept=WILD)
def wine_validated(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = mlp(nn, 13, 32, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(15.0, 0.1))
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15, 16)
    return run.accuracy(model, vx, vy)


@faulty("lr_too_low")
def moons_tiny_rate(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 32, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(1e-5, 0.5))
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 500)
    return run.accuracy(model, x, y)


@faulty("lr_too_low")
def digits_tiny_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(1e-6, 2e-3))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, x, y)


@faulty("lr_too_low")
def diabetes_creeps(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 16, 1, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(1e-5, 0.03))
    validated(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 20)
    return run.explained(model, x, y)


@faulty("lr_too_low")
def schedule_ends_at_once(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, run.pick(0.05, 0.95))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 64, scheduler)
    return run.accuracy(model, x, y)


@faulty("lr_too_low")
def images_tiny_rate(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 150)
    model = cnn(nn, 6, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(1e-4, 0.1))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x, y)


@faulty("lr_too_low")
def gru_tiny_rate(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 10)
    model = recurrent(nn, "GRU", out=1)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=run.pick(2e-6, 0.005))
    full(run, model, optimizer, nn.MSELoss(), x, y, 100)
    return run.explained(model, x, y)


@faulty("lr_too_low")
def letters_tiny_rate(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("text", 4)

    class Letters(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(30, 10)
            self.hidden = nn.Linear(40, 48)
            self.out = nn.Linear(48, 30)

        def forward(self, x: Any) -> Any:
            return self.out(torch.tanh(self.hidden(self.embed(x).flatten(1))))

    model = Letters()
    optimizer = torch.optim.AdamW(model.parameters(), lr=run.pick(3e-6, 0.01))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25, 40)
    return run.accuracy(model, x, y)


@faulty("lr_too_low")
def head_on_a_random_body(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 300, 4, 1.0, 6)
    body = nn.Sequential(nn.Linear(6, 32), nn.ReLU())
    for parameter in body.parameters():
        parameter.requires_grad_(False)
    head = nn.Linear(32, 4)
    model = nn.Sequential(body, head)
    optimizer = torch.optim.SGD(head.parameters(), lr=run.pick(2e-5, 0.1))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)
