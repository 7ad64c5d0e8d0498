"""Networks that can't bend, are too small or too free, are held back, or were stopped early."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty


@faulty("missing_nonlinearity", certain=True)
def linear_after_linear(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)
    between = run.pick(nn.Identity, nn.ReLU)
    model = nn.Sequential(
        nn.Linear(2, 16), between(), nn.Linear(16, 16), between(), nn.Linear(16, 2)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, y)


@faulty("missing_nonlinearity", certain=True)
def activations_never_called(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1 = nn.Linear(3, 32)
            self.act = nn.ReLU()
            self.fc2 = nn.Linear(32, 32)
            self.fc3 = nn.Linear(32, 1)

        def forward(self, x: Any) -> Any:
            if run.wrong:
                return self.fc3(self.fc2(self.fc1(x)))
            return self.fc3(self.act(self.fc2(self.act(self.fc1(x)))))

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 40)
    return run.explained(model, x, y)


@faulty("missing_nonlinearity", certain=True)
def convolution_after_convolution(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 200)
    x = x * (run.tensor(run.rows("xor", 200)[1].numpy() * 2 - 1).reshape(-1, 1, 1, 1))
    act = run.pick([], [nn.ReLU()])
    model = nn.Sequential(
        nn.Conv2d(1, 6, 3), *act, nn.Conv2d(6, 6, 3), *act, nn.Flatten(), nn.Linear(96, 3)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x[-50:], y[-50:])


@faulty("missing_nonlinearity", certain=True)
def dropout_alone_between(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("xor", 250)
    act = run.pick([], [nn.Tanh()])
    model = nn.Sequential(
        nn.Linear(2, 24), *act, nn.Dropout(0.1), nn.Linear(24, 24), *act, nn.Linear(24, 1)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.BCEWithLogitsLoss(), x, y.float().unsqueeze(1), 250)
    return run.accuracy(model, x, y)


@faulty("missing_nonlinearity", certain=True)
def bent_at_the_end_alone(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 300)
    act = run.pick([], [nn.ReLU()])
    model = nn.Sequential(nn.Linear(2, 32), *act, nn.Linear(32, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.BCELoss(), x, y.float().unsqueeze(1), 300)
    return run.accuracy(model[:-1], x, y)


@faulty("missing_nonlinearity", certain=True)
def the_whole_table_of_xor(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x = run.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = run.tensor([[0.0], [1.0], [1.0], [0.0]])
    act = run.pick([], [nn.Tanh()])
    model = nn.Sequential(nn.Linear(2, 8), *act, nn.Linear(8, 1), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    full(run, model, optimizer, nn.BCELoss(), x, y, 1500)
    return run.accuracy(model[:-1], x, y)


@faulty("missing_nonlinearity", certain=True)
def a_wave_from_lines(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200, waves=1.5)
    model = run.pick(
        nn.Sequential(nn.Linear(1, 64), nn.Linear(64, 64), nn.Linear(64, 1)),
        mlp(nn, 1, 64, 64, 1, act="Tanh"),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    sliced(run, model, optimizer, F.mse_loss, x, y, 60, 50)
    return run.explained(model, x, y)


@faulty("underfitting")
def two_units_for_digits(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, run.pick(1, 32), 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 30)
    return run.accuracy(model, x, y)


@faulty("underfitting", "missing_nonlinearity")
def straight_line_for_circles(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)
    model = run.pick(nn.Linear(2, 2), mlp(nn, 2, 16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("underfitting")
def two_units_for_spirals(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("spirals", 200, turns=1.2)
    model = mlp(nn, 2, run.pick(2, 32), run.pick(2, 32), 2, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 500)
    return run.accuracy(model, x, y)


@faulty("underfitting")
def one_channel_for_pictures(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 250)
    channels = run.pick(1, 12)
    model = nn.Sequential(
        nn.Conv2d(1, channels, 3), nn.Tanh(), nn.AvgPool2d(run.pick(6, 2)), nn.Flatten(),
        nn.Linear(run.pick(1, 9) * channels, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, x, y)


@faulty("underfitting")
def two_units_for_waves(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 250, waves=3)
    model = mlp(nn, 1, run.pick(2, 64), run.pick(2, 64), 1, act=run.pick("Tanh", "SiLU"))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    sliced(run, model, optimizer, nn.MSELoss(), x, y, 100, 50)
    return run.explained(model, x, y)


@faulty("over_regularised", certain=True)
def decay_of_one(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, weight_decay=run.pick(0.8, 1e-4)
    )
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x, y)


@faulty("over_regularised")
def dropout_of_nineteen_in_twenty(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 250)
    p = run.pick(0.95, 0.1)
    model = nn.Sequential(
        nn.Linear(2, 32), nn.ReLU(), nn.Dropout(p), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(p),
        nn.Linear(32, 2),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25)
    return run.accuracy(model, x, y)


@faulty("over_regularised")
def penalty_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    strength = run.pick(0.5, 1e-5)
    with run.watch(model, optimizer, F.mse_loss):
        for _ in range(250):
            loss = F.mse_loss(model(x), y)
            for p in model.parameters():
                loss = loss + strength * (p**2).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(model, x, y)


@faulty("over_regularised")
def adam_with_decay(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 24, 1, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=run.pick(3.0, 1e-3))
    validated(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 12)
    return run.explained(model, x, y)


@faulty("over_regularised")
def absolute_penalty(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 250)
    model = mlp(nn, 10, 24, 2)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    strength = run.pick(0.3, 1e-5)
    with run.watch(model, optimizer, criterion):
        for _ in range(20):
            for rows, targets in run.loader(x, y):
                penalty = sum(p.abs().sum() for p in model.parameters())
                loss = criterion(model(rows), targets) + strength * penalty
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("over_regularised")
def images_dropped_at_the_door(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 250)
    p = run.pick(0.97, 0.1)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Dropout(p), nn.Linear(288, 24), nn.ReLU(),
        nn.Dropout(p), nn.Linear(24, 10),
    )  # fmt: skip
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 10)
    return run.accuracy(model, x, y)


@faulty("over_regularised")
def adamw_shrinks_all(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 10)
    model = recurrent(nn, "LSTM", out=1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=run.pick(30.0, 0.01))
    full(run, model, optimizer, nn.MSELoss(), x, y, 120)
    return run.explained(model, x, y)


@faulty("overfitting")
def forty_patients(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    x, y = x[:140], y[:140].unsqueeze(1)
    model = mlp(nn, 10, run.pick(128, 4), 1)
    if run.wrong:
        model = mlp(nn, 10, 128, 128, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y, run.pick(80, 20), 20, 60)
    return run.explained(model, vx, vy)


@faulty("overfitting", accept=("bad_labels",))
def noisy_moons_by_heart(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 160, noise=0.45)
    model = mlp(nn, 2, *run.pick((128, 128, 64), (8,)), 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loss_fn = nn.CrossEntropyLoss()
    train, valid = slice(0, 60), slice(60, 160)
    lowest = 0.0
    with run.watch(model, optimizer, loss_fn):
        for step in range(run.pick(400, 60)):
            loss = loss_fn(model(x[train]), y[train])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if step % 10 == 9:
                with torch.no_grad():
                    lowest = loss_fn(model(x[valid]), y[valid]).item()
    return -lowest


@faulty("overfitting", accept=("bad_labels",))
def many_columns_few_rows(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 200, 40, flip=0.15)
    model = mlp(nn, 40, run.pick(96, 6), 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    if not run.wrong:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.05)
    vx, vy = validated(
        run, model, optimizer, nn.CrossEntropyLoss(), x, y, run.pick(60, 12), 20, 120
    )
    with torch.no_grad():
        return -F.cross_entropy(model(vx), vy).item()


@faulty("overfitting")
def letters_by_heart(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("text", 6)
    x, y = x[:170], y[:170]

    class Letters(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(30, run.pick(24, 6))
            self.hidden = nn.Linear(6 * run.pick(24, 6), run.pick(96, 16))
            self.drop = nn.Dropout(run.pick(0.0, 0.3))
            self.out = nn.Linear(run.pick(96, 16), 30)

        def forward(self, x: Any) -> Any:
            return self.out(self.drop(F.relu(self.hidden(self.embed(x).flatten(1)))))

    model = Letters()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, run.pick(40, 12), 20, 60)
    with torch.no_grad():
        return -F.cross_entropy(model(vx), vy).item()


@faulty("overfitting")
def noisy_line_by_heart(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", run.pick(130, 470), noise=4.0, d=20)
    model = run.pick(mlp(nn, 20, 64, 64, 1), nn.Linear(20, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(5e-3, 0.01))
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y, run.pick(100, 15), 10, 70)
    return run.explained(model, vx, vy)


@faulty("overfitting")
def forty_noisy_pictures(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", run.pick(140, 400), noise=2.2)
    model = cnn(nn, run.pick(24, 8), 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.pick(3e-3, 1e-3))
    vx, vy = validated(run, model, optimizer, F.cross_entropy, x, y, run.pick(30, 6), 20, 100)
    with torch.no_grad():
        return -F.cross_entropy(model(vx), vy).item()


@faulty("overfitting")
def blurred_digits_by_heart(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", run.pick(270, 1100))
    x = x + 0.35 * torch.randn(*x.shape)
    model = mlp(nn, 64, 128, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    epochs = run.pick(80, 8)
    vx, vy = validated(run, model, optimizer, F.cross_entropy, x, y, epochs, 20, 150)
    with torch.no_grad():
        return -F.cross_entropy(model(vx), vy).item()


@faulty("undertrained", accept=("lr_too_low",))
def three_epochs(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, run.pick(3, 40))
    return run.accuracy(model, x, y)


@faulty("undertrained", accept=("lr_too_low",))
def sine_stopped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200, waves=2)
    model = mlp(nn, 1, 32, 32, 1, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    full(run, model, optimizer, nn.MSELoss(), x, y, run.pick(60, 600))
    return run.explained(model, x, y)


@faulty("undertrained", accept=("lr_too_low",))
def pictures_two_epochs(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 250)
    model = cnn(nn)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, run.pick(2, 25), 25)
    return run.accuracy(model, x, y)


@faulty("undertrained", accept=("lr_too_low",))
def letters_stopped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("text", 5)
    model = nn.Sequential(
        nn.Embedding(30, 12), nn.Flatten(), nn.Linear(60, 64), nn.ReLU(), nn.Linear(64, 30)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, run.pick(4, 50), 20)
    return run.accuracy(model, x, y)


@faulty("undertrained", accept=("lr_too_low",))
def series_stopped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 10)
    model = recurrent(nn, "GRU", out=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, run.pick(2, 25), 25)
    return run.explained(model, x, y)
