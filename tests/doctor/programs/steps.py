"""Mistakes in the loop: gradients cleared wrongly, parts that never learn, modes mixed up."""

from __future__ import annotations

import copy
from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

WILD = ("exploding_gradient", "non_finite", "oscillation", "lr_too_high", "dead_relu")


@faulty("zero_grad_misuse", accept=WILD, certain=True)
def never_cleared(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200, noise=0.2)
    model = mlp(nn, 2, 16, 16, 2)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    with run.watch(model, optimizer, criterion):
        for _ in range(300):
            if not run.wrong:
                optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@faulty("zero_grad_misuse", accept=(*WILD, "frozen_parameters"), certain=True)
def cleared_before_the_step(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 200)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    with run.watch(model, optimizer):
        for _ in range(30):
            for rows, targets in run.loader(x, y):
                loss = F.cross_entropy(model(rows), targets)
                if run.wrong:
                    loss.backward()
                    optimizer.zero_grad()
                    optimizer.step()
                else:
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
    return run.accuracy(model, x, y)


@faulty("zero_grad_misuse", accept=WILD, certain=True)
def cleared_once_an_epoch(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    y = y.unsqueeze(1)
    model = mlp(nn, 10, 32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loss_fn = nn.MSELoss()
    with run.watch(model, optimizer, loss_fn):
        for _ in range(15):
            optimizer.zero_grad()
            for rows, targets in run.loader(x, y, 20):
                if not run.wrong:
                    optimizer.zero_grad()
                loss = loss_fn(model(rows), targets)
                loss.backward()
                optimizer.step()
    return run.explained(model, x, y)


@faulty("zero_grad_misuse", accept=WILD, certain=True)
def another_network_is_cleared(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 150)
    model = cnn(nn, 4)
    best = copy.deepcopy(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(22):
            for rows, targets in run.loader(x, y):
                run.pick(best, model).zero_grad()
                loss = F.cross_entropy(model(rows), targets)
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("zero_grad_misuse", accept=WILD, certain=True)
def lstm_never_cleared(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 150, 10)
    model = recurrent(nn, "LSTM")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with run.watch(model, optimizer):
        for _ in range(8):
            for rows, targets in run.loader(x, y, 30):
                loss = F.cross_entropy(model(rows), targets)
                loss.backward()
                optimizer.step()
                if not run.wrong:
                    optimizer.zero_grad()
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", certain=True)
def optimizer_holds_the_head_only(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("circles", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 3), nn.Tanh())
            self.head = nn.Linear(3, 2)

        def forward(self, x: Any) -> Any:
            return self.head(self.body(x))

    model = Net()
    optimizer = torch.optim.Adam(run.pick(model.head, model).parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", accept=("vanishing_gradient",), certain=True)
def detached_features(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3, stride=2)
            self.fc = nn.Linear(36, 10)

        def forward(self, x: Any) -> Any:
            x = F.relu(self.conv(x)).flatten(1)
            return self.fc(x.detach() if run.wrong else x)

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", accept=("zero_grad_misuse",), certain=True)
def no_step(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    model = mlp(nn, 4, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(100):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            if not run.wrong:
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", certain=True)
def optimizer_of_an_older_network(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    if run.wrong:
        model = mlp(nn, 64, 48, 10)
    with run.watch(model, optimizer):
        for _ in range(12):
            for rows, targets in run.loader(x, y):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(rows), targets)
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", certain=True)
def layers_in_a_plain_list(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("spirals", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            hidden = [nn.Linear(2, 12), nn.Linear(12, 6)]
            self.hidden = hidden if run.wrong else nn.ModuleList(hidden)
            self.out = nn.Linear(6, 2)

        def forward(self, x: Any) -> Any:
            for layer in self.hidden:
                x = torch.tanh(layer(x))
            return self.out(x)

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@faulty("frozen_parameters", certain=True)
def features_without_gradients(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 6), nn.ReLU())
            self.head = nn.Linear(6, 1)

        def forward(self, x: Any) -> Any:
            if run.wrong:
                with torch.no_grad():
                    x = self.encoder(x)
            else:
                x = self.encoder(x)
            return self.head(x)

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    sliced(run, model, optimizer, nn.MSELoss(), x, y, 70)
    return run.explained(model, x, y)


@faulty("mode_error", accept=("overfitting", "oscillation"))
def scores_with_dropout_on(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = nn.Sequential(
        nn.Linear(64, 48), nn.ReLU(), nn.Dropout(0.6), nn.Linear(48, 10), nn.Dropout(0.3)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    right = 0.0
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(15):
            model.train()
            for rows, targets in run.loader(x[:-80], y[:-80]):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
            if not run.wrong:
                model.eval()
            with torch.no_grad():
                said = model(x[-80:])
                F.cross_entropy(said, y[-80:]).item()
                right = (said.argmax(1) == y[-80:]).float().mean().item()
    return right


@faulty("mode_error", accept=("overfitting", "oscillation"))
def validation_by_batch_statistics(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = nn.Sequential(nn.Linear(13, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    criterion = nn.CrossEntropyLoss()
    order = torch.argsort(y[-60:])  # validation rows stand in the order of their classes
    vx, vy = x[-60:][order], y[-60:][order]
    right = 0.0
    with run.watch(model, optimizer, criterion):
        for _ in range(15):
            model.train()
            for rows, targets in run.loader(x[:-60], y[:-60], 16, drop_last=True):
                optimizer.zero_grad()
                criterion(model(rows), targets).backward()
                optimizer.step()
            if not run.wrong:
                model.eval()
            right = 0.0
            with torch.no_grad():
                for rows, targets in run.loader(vx, vy, 10, shuffle=False):
                    said = model(rows)
                    criterion(said, targets)
                    right += (said.argmax(1) == targets).float().sum().item() / 60
    return right


@faulty("mode_error", accept=("overfitting", "over_regularised"), certain=True)
def never_back_to_training(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 160, flip=0.1)
    model = nn.Sequential(
        nn.Linear(10, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 64), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(64, 2),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    with run.watch(model, optimizer, F.cross_entropy):
        model.train()
        for _ in range(25):
            if not run.wrong:
                model.train()
            for rows, targets in run.loader(x[:100], y[:100], 25):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                F.cross_entropy(model(x[100:]), y[100:]).item()
    return run.accuracy(model, x[100:], y[100:])


@faulty("mode_error", accept=("oscillation", "over_regularised"))
def functional_dropout_always_on(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 250)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(3, 64), nn.Linear(64, 1)

        def forward(self, x: Any) -> Any:
            x = F.relu(self.fc1(x))
            x = F.dropout(x, 0.4, training=run.wrong or self.training)
            return self.fc2(x)

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y, 60)
    return run.explained(model, vx, vy)


@faulty("mode_error", accept=("oscillation", "overfitting"))
def batch_normalization_of_single_rows(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 120)
    model = nn.Sequential(
        nn.Conv2d(1, 24, 8), nn.Flatten(), nn.ReLU(), nn.Unflatten(1, (24, 1, 1)),
        nn.Conv2d(24, 16, 1), nn.Upsample(scale_factor=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Flatten(), nn.Linear(64, 10),
    )  # fmt: skip
    size = run.pick(1, 20)
    optimizer = torch.optim.SGD(model.parameters(), lr=run.pick(0.03, 0.1))
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(run.pick(3, 10)):
            for rows, targets in run.loader(x, y, size):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("mode_error", accept=("overfitting", "oscillation"))
def scored_before_evaluation_mode(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 250)
    model = nn.Sequential(
        nn.Linear(3, 24), nn.BatchNorm1d(24), nn.ReLU(), nn.Dropout(0.6), nn.Linear(24, 1)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loss_fn = nn.MSELoss()
    found = 0.0
    with run.watch(model, optimizer, loss_fn):
        for _ in range(25):
            for rows, targets in run.loader(x[:-100], y[:-100]):
                model.train()
                optimizer.zero_grad()
                loss_fn(model(rows), targets).backward()
                optimizer.step()
            model.train(mode=run.wrong)
            with torch.no_grad():
                found = 1 - loss_fn(model(x[-100:]), y[-100:]).item() / float(y[-100:].var())
    return found


@faulty("frozen_parameters")
def head_after_the_optimizer(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = nn.Sequential(nn.Linear(13, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh())
    model.add_module("head", nn.Linear(16, 50))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    model.head = nn.Linear(16, 3)
    with torch.no_grad():
        model.head.weight.mul_(0.05)
    if not run.wrong:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25, 20)
    with torch.no_grad():
        return -float(F.cross_entropy(model(x), y).item())
