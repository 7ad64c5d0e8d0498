"""First weights that can't learn, and inputs or targets far from unit scale."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

FLAT = ("vanishing_gradient", "dead_relu", "saturated_activation")
WILD = ("exploding_gradient", "non_finite", "oscillation", "lr_too_high")


@faulty("bad_init", accept=(*FLAT, "frozen_parameters"))
def all_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 16, 16, 2)
    if run.wrong:
        for p in model.parameters():
            nn.init.zeros_(p)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("bad_init", accept=FLAT)
def all_alike(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)
    model = mlp(nn, 2, 16, 16, 2, act="Tanh")
    if run.wrong:
        for p in model.parameters():
            nn.init.constant_(p, 0.1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    sliced(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 40)
    return run.accuracy(model, x, y)


@faulty("bad_init", accept=(*FLAT, *WILD))
def digits_far_too_wide(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 64, 64, 10)

    def start(layer: Any) -> None:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0.0, run.pick(10.0, 0.1))

    model.apply(start)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x[-50:], y[-50:])


@faulty("bad_init", accept=(*FLAT, *WILD))
def images_of_ones(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
            self.conv2 = nn.Conv2d(6, 12, 3, padding=1)
            self.fc = nn.Linear(48, 10)
            if run.wrong:
                for part in (self.conv1, self.conv2, self.fc):
                    nn.init.ones_(part.weight)

        def forward(self, x: Any) -> Any:
            x = F.max_pool2d(F.relu(self.conv1(x)), 2)
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            return self.fc(x.flatten(1))

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x, y)


@faulty("bad_init", accept=FLAT)
def tiny_normal(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 32, 32, 32, 1, act="Tanh")
    if run.wrong:
        with torch.no_grad():
            for p in model.parameters():
                p.normal_(0.0, 1e-4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.08)
    full(run, model, optimizer, nn.MSELoss(), x, y, 400)
    return run.explained(model, x, y)


@faulty("bad_init", accept=FLAT)
def hidden_weights_zero_biases_too(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.w1 = nn.Parameter(run.pick(torch.zeros(4, 20), torch.randn(4, 20) * 0.5))
            self.b1 = nn.Parameter(torch.zeros(20))
            self.w2 = nn.Parameter(run.pick(torch.zeros(20, 3), torch.randn(20, 3) * 0.2))
            self.b2 = nn.Parameter(torch.zeros(3))

        def forward(self, x: Any) -> Any:
            return torch.relu(x @ self.w1 + self.b1) @ self.w2 + self.b2

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    full(run, model, optimizer, F.cross_entropy, x, y, 200)
    return run.accuracy(model, x, y)


@faulty("bad_init", accept=(*FLAT, *WILD))
def lstm_wide(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 150, 10)
    model = recurrent(nn, "LSTM")
    if run.wrong:
        for p in model.parameters():
            nn.init.uniform_(p, -12.0, 12.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 80)
    return run.accuracy(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def raw_wine(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine", raw=run.wrong)
    model = mlp(nn, 13, 32, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD, "lr_too_low"))
def raw_targets(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes", raw=False)
    if run.wrong:
        y = y * 77 + 152
    model = mlp(nn, 10, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 15)
    return run.explained(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def raw_cancer_tanh(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer", raw=run.wrong)
    model = nn.Sequential(nn.Linear(30, 16), nn.Tanh(), nn.Linear(16, 1), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loaded(run, model, optimizer, nn.BCELoss(), x, y.float().unsqueeze(1), 15)
    model = model[:-1]
    return run.accuracy(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def pictures_to_255(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 250)
    x = x * run.pick(255.0, 1.0)
    model = cnn(nn)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 8)
    return run.accuracy(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def sine_over_a_thousand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200)
    x = run.pick((x + 1) * 500.0, x)
    model = mlp(nn, 1, 32, 32, 1, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    sliced(run, model, optimizer, F.mse_loss, x, y, 40, 50)
    return run.explained(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def one_column_in_other_units(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 250)
    if run.wrong:
        x = torch.cat([x[:, :2], x[:, 2:] * 4000 + 20000], 1)
    model = mlp(nn, 3, 48, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 50, 50)
    return run.explained(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def raw_diabetes_diverges(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes", raw=run.wrong)
    model = nn.Linear(10, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.MSELoss(), x, y.reshape(-1, 1), 100)
    return run.explained(model, x, y)


@faulty("unnormalised_data", accept=("lr_too_low", "vanishing_gradient"))
def inputs_of_a_thousandth(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)
    x = x * run.pick(1e-3, 1.0)
    model = mlp(nn, 2, 24, 24, 2, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@faulty("unnormalised_data", accept=(*FLAT, *WILD))
def series_of_prices(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 10)
    if run.wrong:
        x, y = x * 300 + 2000, y * 300 + 2000
    model = recurrent(nn, "GRU", out=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.MSELoss(), x, y, 120)
    return run.explained(model, x, y)
