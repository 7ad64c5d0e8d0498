"""Dead ReLU units and saturated sigmoids."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

FLAT = ("vanishing_gradient",)


@faulty("dead_relu", "bad_init", accept=FLAT)
def moons_bias_far_below(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 16, 16, 2)
    if run.wrong:
        nn.init.constant_(model[0].bias, -8.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("dead_relu", "bad_init", accept=FLAT)
def digits_second_layer(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(64, 64)
            self.fc2 = nn.Linear(64, 32)
            self.out = nn.Linear(32, 10)

        def forward(self, x: Any) -> Any:
            return self.out(F.relu(self.fc2(F.relu(self.fc1(x)))))

    model = Net()
    with torch.no_grad():
        model.fc2.bias.fill_(run.pick(-4.0, 0.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(20):
            for rows, targets in run.loader(x, y, 32):
                loss = F.cross_entropy(model(rows), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("dead_relu", "bad_init", accept=FLAT)
def images_convolution_below(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 200)
    model = cnn(nn)
    nn.init.constant_(model[3].bias, run.pick(-5.0, 0.0))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 14)
    return run.accuracy(model, x, y)


@faulty("dead_relu", "bad_init", accept=FLAT)
def cancer_negative_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer")
    x = x - x.min(0)[0]  # from 0 upwards
    x = x / x.max(0)[0]
    model = mlp(nn, 30, 24, 1)
    if run.wrong:
        nn.init.uniform_(model[0].weight, -0.6, 0.0)
    criterion = nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, criterion, x, y.float().unsqueeze(1), 200)
    return run.accuracy(model, x, y)


@faulty("lr_too_high", "dead_relu", accept=(*FLAT, "exploding_gradient", "oscillation"))
def first_steps_kill_units(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 32, 32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(20.0, 0.05), momentum=0.9)
    loss_fn = nn.MSELoss()
    with run.watch(model, optimizer, loss_fn):
        for step in range(300):
            if step == 5:
                optimizer.param_groups[0]["lr"] = 0.05
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
    return run.explained(model, x, y)


@faulty("dead_relu", "bad_init", accept=FLAT)
def sine_all_hidden_dead(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 150)
    model = mlp(nn, 1, 20, 20, 1)
    if run.wrong:
        for layer in (model[0], model[2]):
            nn.init.constant_(layer.bias, -3.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    sliced(run, model, optimizer, F.mse_loss, x, y, 60, 50)
    return run.explained(model, x, y)


@faulty("dead_relu", accept=FLAT)
def forward_subtracts_threshold(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(13, 32)
            self.b = nn.Linear(32, 3)

        def forward(self, x: Any) -> Any:
            return self.b(torch.relu(self.a(x) - run.pick(12.0, 0.0)))

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, y)


@faulty("saturated_activation", "bad_init", accept=FLAT)
def moons_tanh_wide_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200, noise=0.2)
    model = mlp(nn, 2, 6, 6, 6, 2, act="Tanh")
    if run.wrong:
        for layer in model:
            if isinstance(layer, nn.Linear):
                nn.init.normal_(layer.weight, 0.0, 8.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@faulty("saturated_activation", "bad_init", accept=FLAT)
def digits_sigmoid_bias(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 48, 10, act="Sigmoid")
    nn.init.constant_(model[0].bias, run.pick(14.0, 0.0))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, x, y)


@faulty("saturated_activation", accept=FLAT)
def sigmoid_of_large_factor(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 250)

    class Steep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(3, 8)
            self.hidden2 = nn.Linear(8, 8)
            self.out = nn.Linear(8, 1)
            self.factor = run.pick(200.0, 1.0)

        def forward(self, x: Any) -> Any:
            x = torch.tanh(self.factor * self.hidden(x))
            return self.out(torch.tanh(self.factor * self.hidden2(x)))

    model = Steep()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.MSELoss(), x, y, 300)
    return run.explained(model, x, y)


@faulty("saturated_activation", "unnormalised_data", accept=FLAT)
def tanh_on_raw_wine(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine", raw=run.wrong)
    model = mlp(nn, 13, 16, 3, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    sliced(run, model, optimizer, F.cross_entropy, x, y, 40)
    return run.accuracy(model, x, y)


@faulty("saturated_activation", "bad_init", accept=(*FLAT, "exploding_gradient"))
def recurrence_on_the_flat_ends(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 12)
    model = recurrent(nn, "RNN", out=1)
    if run.wrong:
        nn.init.normal_(model.cell.weight_ih_l0, 0.0, 30.0)
        nn.init.normal_(model.cell.weight_hh_l0, 0.0, 10.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.MSELoss(), x, y, 150)
    return run.explained(model, x, y)


@faulty("saturated_activation", "bad_init", accept=FLAT)
def tanh_convolution_wide(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 200)
    model = cnn(nn, 6, 3, act="Tanh")
    if run.wrong:
        nn.init.normal_(model[0].weight, 0.0, 6.0)
        nn.init.normal_(model[3].weight, 0.0, 6.0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)
