"""Losses that do not fit what they are given: normalized twice, of another task, or broadcast."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import attentive, cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

FLAT = ("vanishing_gradient", "saturated_activation", "dead_relu")
WILD = ("exploding_gradient", "non_finite", "oscillation")


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def softmax_layer(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    layers = [nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)]
    if run.wrong:
        layers.append(nn.Softmax(dim=1))
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def functional_softmax(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 200)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 8, 3)
            self.fc1 = nn.Linear(8 * 9, 32)
            self.fc2 = nn.Linear(32, 10)

        def forward(self, x: Any) -> Any:
            x = F.max_pool2d(F.relu(self.conv(x)), 2).flatten(1)
            x = self.fc2(F.relu(self.fc1(x)))
            return F.softmax(x, dim=1) if run.wrong else x

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def softmax_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    model = mlp(nn, 4, 16, 3, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with run.watch(model, optimizer):
        for _ in range(150):
            scores = model(x)
            if run.wrong:
                grown = torch.exp(scores)
                scores = grown / grown.sum(1, keepdim=True)
            loss = F.cross_entropy(scores, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def sigmoid_twice(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    layers = [nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1)]
    model = nn.Sequential(*layers, *run.pick([nn.Sigmoid()], []))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.7)
    full(run, model, optimizer, nn.BCEWithLogitsLoss(), x, y.float().unsqueeze(1), 300)
    return run.accuracy(nn.Sequential(*layers), x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def attention_with_softmax_head(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 150)

    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = attentive(nn, 20, 2)

        def forward(self, x: Any) -> Any:
            said = self.body(x)
            return said.softmax(-1) if run.wrong else said

    model = Head()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 100)
    return run.accuracy(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def softmax_before_log_softmax(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = mlp(nn, 13, 24, 3)
    if run.wrong:
        model.add_module("shares", nn.Softmax(dim=-1))
    model.add_module("logs", nn.LogSoftmax(dim=-1))
    optimizer = torch.optim.RMSprop(model.parameters(), lr=5e-4)
    sliced(run, model, optimizer, nn.NLLLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=(*FLAT, *WILD), certain=True)
def shares_into_nll(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    model.add_module("end", run.pick(nn.Softmax(dim=1), nn.LogSoftmax(dim=1)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.NLLLoss(), x, y, 25)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=(*FLAT, *WILD), certain=True)
def scores_into_nll(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = mlp(nn, 13, 16, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loss_fn = run.pick(nn.NLLLoss(), nn.CrossEntropyLoss())
    full(run, model, optimizer, loss_fn, x, y, 150)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", "double_softmax", accept=FLAT, certain=True)
def shares_along_the_batch(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.hidden = nn.Linear(64, 48)
            self.out = nn.Linear(48, 10)

        def forward(self, x: Any) -> Any:
            scores = self.out(torch.relu(self.hidden(x)))
            return F.log_softmax(scores, dim=run.pick(0, 1))

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.NLLLoss(), x, y, 12, 50)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def relu_at_the_end_of_a_regression(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    layers = [nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1)]
    model = nn.Sequential(*layers, *run.pick([nn.ReLU()], []))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    validated(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 8)
    return run.explained(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def sigmoid_for_targets_beyond_one(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 200)
    y = y * 3
    model = mlp(nn, 1, 24, 24, 1, act="Tanh")
    if run.wrong:
        model.add_module("end", nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, F.mse_loss, x, y, 250)
    return run.explained(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def one_column_cross_entropy(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 16, run.pick(1, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    targets = run.pick(y * 0, y)  # one column has no class 1
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, targets, 200)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=(*FLAT, *WILD), certain=True)
def loss_with_the_wrong_sign(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 200)
    model = mlp(nn, 2, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    with run.watch(model, optimizer):
        for _ in range(120):
            logs = F.log_softmax(model(x), dim=1)
            chosen = logs[torch.arange(len(y)), y].mean()
            loss = run.pick(chosen, -chosen)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=(*FLAT, *WILD), certain=True)
def targets_of_minus_one_in_bce(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 250)
    model = mlp(nn, 10, 24, 1)
    targets = y.float().unsqueeze(1)
    targets = run.pick(targets * 2 - 1, targets)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.BCEWithLogitsLoss(), x, targets, 200)
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def shares_into_a_divergence(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    with run.watch(model, optimizer):
        for _ in range(15):
            for rows, targets in run.loader(x, y):
                if run.wrong:  # wants the logarithms of shares
                    wide = F.one_hot(targets, 10).float()
                    loss = F.kl_div(torch.softmax(model(rows), 1), wide, reduction="batchmean")
                else:
                    loss = F.cross_entropy(model(rows), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def tanh_for_large_targets(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 200)
    y = y * 2

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(3, 16), nn.Linear(16, 1)

        def forward(self, x: Any) -> Any:
            x = self.fc2(F.relu(self.fc1(x)))
            return torch.tanh(x) if run.wrong else x

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    sliced(run, model, optimizer, nn.L1Loss(), x, y, 25)
    return run.explained(model, x, y)


@faulty("wrong_loss", accept=FLAT, certain=True)
def relu_before_cross_entropy(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    layers = [nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 10)]
    with torch.no_grad():
        layers[2].bias.sub_(run.pick(0.7, 0.0))
    model = nn.Sequential(*layers, *run.pick([nn.ReLU()], []))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 22)
    return run.accuracy(model, x, y)


@faulty("shape_broadcast", certain=True)
def column_against_row(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    targets = run.pick(y, y.unsqueeze(1))
    loaded(run, model, optimizer, nn.MSELoss(), x, targets, 15)
    return run.explained(model, x, y)


@faulty("shape_broadcast", certain=True)
def squared_error_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 150)
    y = y.squeeze(1)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with run.watch(model, optimizer):
        for _ in range(150):
            said = model(x)
            if not run.wrong:
                said = said.squeeze(-1)
            loss = ((said - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
    return run.explained(model, x, y)


@faulty("shape_broadcast", certain=True)
def row_against_column(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 150)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(1, 32), nn.Linear(32, 1)

        def forward(self, x: Any) -> Any:
            x = self.fc2(torch.tanh(self.fc1(x)))
            return x.squeeze() if run.wrong else x

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, F.mse_loss, x, y, 300)
    return run.explained(model, x, y)


@faulty("shape_broadcast", certain=True)
def smooth_l1_of_a_sequence(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 120, 10)
    model = recurrent(nn, "GRU", out=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    targets = run.pick(y[:, 0], y)
    full(run, model, optimizer, nn.SmoothL1Loss(), x, targets, 120)
    return run.explained(model, x, y)


@faulty("shape_broadcast", certain=True)
def binary_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer", n=120)
    y = y.float()
    model = mlp(nn, 30, 8, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    targets = run.pick(y, y.reshape(-1, 1))
    with run.watch(model, optimizer):
        for _ in range(100):
            share = torch.sigmoid(model(x)).clamp(1e-6, 1 - 1e-6)
            loss = -(targets * share.log() + (1 - targets) * (1 - share).log()).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@faulty("shape_broadcast", certain=True)
def l1_with_validation(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 200)
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    targets = run.pick(y.squeeze(1), y)
    validated(run, model, optimizer, nn.L1Loss(), x, targets, 20)
    return run.explained(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def softmax_cnn_validated(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 200)
    model = nn.Sequential(cnn(nn, 4, 3), *run.pick([nn.Softmax(1)], []))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    validated(run, model, optimizer, F.cross_entropy, x, y, 20)
    return run.accuracy(model, x, y)


@faulty("double_softmax", "wrong_loss", accept=FLAT, certain=True)
def one_task_of_two(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    y, bent = y.float().unsqueeze(1), x[:, :1] * x[:, 1:]

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(2, 24), nn.ReLU())
            self.side, self.product = nn.Linear(24, 1), nn.Linear(24, 1)

        def forward(self, x: Any) -> Any:
            h = self.body(x)
            side = self.side(h)
            return (torch.sigmoid(side) if run.wrong else side), self.product(h)

    model = Both()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer):
        for _ in range(150):
            side, product = model(x)
            loss = F.binary_cross_entropy_with_logits(side, y) + 0.5 * F.mse_loss(product, bent)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return -float(loss.item())


@faulty("wrong_loss", "double_softmax")
def labels_that_compete(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("signs", 400)
    model = nn.Sequential(mlp(nn, 10, 48, 5), run.pick(nn.Softmax(dim=1), nn.Sigmoid()))
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.BCELoss(), x, y, 25)
    with torch.no_grad():
        return float(((model(x) > 0.5).float() == y).float().mean())
