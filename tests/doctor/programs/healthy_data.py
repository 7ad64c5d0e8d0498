"""Programs without a mistake whose data or losses look like one."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs import data
from tests.doctor.programs.loops import full, loaded, validated
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, healthy


@healthy
def one_linear_layer(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer")
    model = nn.Linear(30, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    full(run, model, optimizer, nn.BCEWithLogitsLoss(), x, y.float().unsqueeze(1), 200)
    return run.accuracy(model, x, y)


@healthy
def softmax_regression(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15, 32, 80)
    return run.accuracy(model, vx, vy)


@healthy
def diabetes_by_a_line(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")  # half of the variance is noise
    model = nn.Linear(10, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 15, 32, 100)
    return run.explained(model, vx, vy)


@healthy
def mostly_noise(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 400, noise=2.5)
    model = mlp(nn, 3, 8, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y, 25, 32, 120)
    return run.explained(model, vx, vy)


@healthy
def classes_that_overlap(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 400, classes=3, spread=3.5, seed=1)
    model = mlp(nn, 2, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12, 32, 120)
    return run.accuracy(model, vx, vy)


@healthy
def noisy_moons_small_network(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 400, noise=0.35)
    model = mlp(nn, 2, 12, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    vx, vy = validated(run, model, optimizer, F.cross_entropy, x, y, 20, 32, 150)
    return run.accuracy(model, vx, vy)


@healthy
def rare_but_found(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("rare", 500, 0.05, 4.0)
    model = mlp(nn, 4, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, x[y == 1], y[y == 1])


@healthy
def rare_and_weighted(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("rare", 500, 0.06, 2.2)
    loader = run.lib.utils.data
    weights = np.where(y.numpy() == 1, 15.0, 1.0)
    sampler = loader.WeightedRandomSampler(list(weights), len(weights))
    batches = loader.DataLoader(loader.TensorDataset(x, y), batch_size=32, sampler=sampler)
    model = mlp(nn, 4, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(12):
            for rows, targets in batches:
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
    return run.accuracy(model, x[y == 1], y[y == 1])


@healthy
def last_layer_starts_at_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 250)
    model = mlp(nn, 3, 48, 48, 1, act="SiLU")
    nn.init.zeros_(model[4].weight)
    nn.init.zeros_(model[4].bias)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 30)
    return run.explained(model, x, y)


@healthy
def zero_biases_xavier(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("spirals", 200)
    model = mlp(nn, 2, 32, 32, 2, act="Tanh")
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(p)
        else:
            nn.init.xavier_uniform_(p)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 300)
    return run.accuracy(model, x, y)


@healthy
def one_linear_layer_from_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = nn.Linear(13, 3)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 150)
    return run.accuracy(model, x, y)


@healthy
def sparse_relu(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 256, 10)
    nn.init.constant_(model[0].bias, -0.6)  # many zeros, few dead units
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@healthy
def gates_that_close(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 200)
    model = recurrent(nn, "GRU")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15, 40)
    return run.accuracy(model, x, y)


@healthy
def series_forecast(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 200, 10)
    model = recurrent(nn, "LSTM", out=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y, 25)
    return run.explained(model, vx, vy)


@healthy
def recurrent_network_of_our_own(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 150, 8)

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.head = nn.RNNCell(1, 16), nn.Linear(16, 2)

        def forward(self, x: Any) -> Any:
            state = torch.zeros(len(x), 16)
            for t in range(x.shape[1]):
                state = self.cell(x[:, t], state)
            return self.head(state)

    model = Own()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 120)
    return run.accuracy(model, x, y)


@healthy
def letters_of_a_text(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("text", 6)
    model = nn.Sequential(
        nn.Embedding(30, 12), nn.Flatten(), nn.Linear(72, 64), nn.Tanh(), nn.Linear(64, 30)
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 35, 20)
    return run.accuracy(model, x, y)


@healthy
def residual_network(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("spirals", 250)

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.enter, self.leave = nn.Linear(2, 24), nn.Linear(24, 2)
            self.blocks = nn.ModuleList(
                [nn.Sequential(nn.LayerNorm(24), nn.Linear(24, 24), nn.GELU()) for _ in range(4)]
            )

        def forward(self, x: Any) -> Any:
            x = self.enter(x)
            for block in self.blocks:
                x = x + block(x)
            return self.leave(x)

    model = Residual()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, y)


@healthy
def deep_but_well_started(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, *[24] * 7, 2)
    for p in model.parameters():
        if p.ndim == 2:
            nn.init.kaiming_normal_(p, nonlinearity="relu")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, y)


@healthy
def squared_error_of_zeros_and_ones(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.MSELoss(), x, y.float().unsqueeze(1), 250)
    return run.explained(model, x, y)


@healthy
def huber_loss_large_scale(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 250)
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loaded(run, model, optimizer, nn.HuberLoss(), x, y * 5 + 4, 30)
    return run.explained(model, x, y * 5 + 4)


@healthy
def likelihood_below_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 250, noise=0.05)
    model = mlp(nn, 3, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer):
        for _ in range(300):  # the deviation is learned too, and gets small
            mean, log = model(x)[:, :1], model(x)[:, 1:]
            loss = (0.5 * ((y - mean) / log.exp()) ** 2 + log).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(_column(nn, model), x, y)


def _column(nn: Any, model: Any) -> Any:
    """The first column of what a network gives."""

    class Column(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, x: Any) -> Any:
            return self.inner(x)[:, :1]

    return Column()


@healthy
def many_labels_at_once(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.digits(300)
    marks = np.stack([y % 2, y > 4, y % 3 == 0], 1).astype(float)
    x, marks = run.tensor(x), run.tensor(marks)
    model = mlp(nn, 64, 48, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.BCEWithLogitsLoss(), x, marks, 20)
    with torch.no_grad():
        return float(((model(x) > 0) == (marks > 0.5)).float().mean())


@healthy
def smoothed_labels(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = mlp(nn, 13, 24, 3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)
    vx, vy = validated(run, model, optimizer, loss_fn, x, y, 20, 32, 60)
    return run.accuracy(model, vx, vy)


@healthy
def targets_as_shares(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    targets = F.one_hot(y, 3).float() * 0.9 + 0.1 / 3
    model = mlp(nn, 4, 16, 3, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, targets, 150)
    return run.accuracy(model, x, y)


@healthy
def a_few_wrong_labels(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.digits(450)
    rng = np.random.default_rng(2)
    y = np.where(rng.uniform(size=len(y)) < 0.03, rng.integers(0, 10, len(y)), y)
    x, y = run.tensor(x), run.tensor(y)
    model = mlp(nn, 64, 24, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.5)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15, 32, 120)
    return run.accuracy(model, vx, vy)


@healthy
def validation_a_little_worse(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 500)
    model = cnn(nn, 12)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12, 32, 150)
    return run.accuracy(model, vx, vy)


@healthy
def outputs_of_weighted_rows(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 200)
    weight = run.tensor(np.random.default_rng(0).uniform(0.5, 1.5, (200, 1)))
    model = mlp(nn, 3, 16, 1, act="ELU")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with run.watch(model, optimizer):
        for _ in range(200):
            loss = (weight * (model(x) - y) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(model, x, y)


@healthy
def shared_scale_of_columns(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 200)
    targets = torch.cat([y, -y, y * 2], 1)
    scale = torch.tensor([1.0, 1.0, 0.5])  # (3,) against (N, 3): meant
    model = nn.Sequential(nn.Linear(3, 16), nn.LeakyReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with run.watch(model, optimizer):
        for _ in range(200):
            loss = (((model(x) - targets) * scale) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return run.explained(model, x, targets)


@healthy
def three_classes_that_overlap(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 600, classes=3, spread=4.0)
    model = mlp(nn, 2, 16, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x, y)


@healthy
def a_few_far_off_under_a_loss_by_size(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.surface(400)
    y = y.copy()
    y[::40] += 8 * y.std()
    x, y = run.tensor(x), run.tensor(y)
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.SmoothL1Loss(), x, y, 40)
    return run.explained(model, x, y)


@healthy
def a_loss_scaled_by_hand(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer")
    model = mlp(nn, 30, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    with run.watch(model, optimizer):
        for _ in range(15):
            for rows, targets in run.loader(x, y):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(rows), targets)
                (loss * 1024).backward()
                for parameter in model.parameters():
                    parameter.grad = parameter.grad / 1024
                optimizer.step()
    return run.accuracy(model, x, y)
