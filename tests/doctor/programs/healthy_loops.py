"""Programs without a mistake whose loops or optimizers look like one."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import attentive, cnn, mlp, recurrent
from tests.doctor.programs.program import Run, healthy


@healthy
def gradients_added_over_four_batches(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(25):
            for i, (rows, targets) in enumerate(run.loader(x, y, 10)):
                loss = F.cross_entropy(model(rows), targets) / 4
                loss.backward()
                if i % 4 == 3:
                    optimizer.step()
                    optimizer.zero_grad()
    return run.accuracy(model, x, y)


@healthy
def two_losses_one_step(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = nn.Sequential(nn.Linear(4, 16), nn.Tanh())
            self.classes, self.back = nn.Linear(16, 3), nn.Linear(16, 4)

        def forward(self, x: Any) -> Any:
            return self.classes(self.body(x))

    model = Both()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with run.watch(model, optimizer):
        for _ in range(150):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            F.mse_loss(model.back(model.body(x)), x).backward()
            optimizer.step()
    return run.accuracy(model, x, y)


@healthy
def sgd_at_one(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = mlp(nn, 2, 16, 2, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@healthy
def sigmoid_network_at_three(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    model = mlp(nn, 4, 12, 3, act="Sigmoid")
    optimizer = torch.optim.SGD(model.parameters(), lr=1.5)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 400)
    return run.accuracy(model, x, y)


@healthy
def rate_decayed_to_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 32, scheduler)
    return run.accuracy(model, x, y)


@healthy
def linear_decay_by_step(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 250)
    model = mlp(nn, 3, 48, 48, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: max(0.0, 1 - k / 400))
    with run.watch(model, optimizer, F.mse_loss):
        for _ in range(400):
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()
            scheduler.step()
    return run.explained(model, x, y)


@healthy
def warm_up_then_steps(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 200)
    model = attentive(nn, 20, 2)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: min(1.0, (k + 1) / 5))
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 8, 25, scheduler)
    return run.accuracy(model, x, y)


@healthy
def converged_to_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 120, classes=3, spread=0.4)
    model = mlp(nn, 2, 32, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 700)
    return run.accuracy(model, x, y)


@healthy
def regression_converged_to_zero(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 200, noise=0.0)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    full(run, model, optimizer, nn.MSELoss(), x, y, 500)
    return run.explained(model, x, y)


@healthy
def single_rows(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    model = mlp(nn, 4, 12, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    sliced(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 6, 1)
    return run.accuracy(model, x, y)


@healthy
def batches_of_four(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 6, 4)
    return run.explained(model, x, y)


@healthy
def batches_of_two_validated(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer", n=250)
    model = mlp(nn, 30, 16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    y = y.float().unsqueeze(1)
    validated(run, model, optimizer, nn.BCEWithLogitsLoss(), x, y, 5, 2)
    return run.accuracy(model, x, y)


@healthy
def lbfgs(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 100)
    model = mlp(nn, 1, 12, 1, act="Tanh")
    optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=10)

    def closure() -> Any:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss

    with run.watch(model, optimizer, F.mse_loss):
        for _ in range(12):
            optimizer.step(closure)
    return run.explained(model, x, y)


@healthy
def clipped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sums", 200)
    model = recurrent(nn, "LSTM")
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    with run.watch(model, optimizer):
        for _ in range(15):
            for rows, targets in run.loader(x, y, 40):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
    return run.accuracy(model, x, y)


@healthy
def ten_steps(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("blobs", 90, spread=0.5)
    model = mlp(nn, 2, 16, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, x, y)


@healthy
def twenty_steps_of_a_line(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("line", 100)
    model = nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
    full(run, model, optimizer, nn.MSELoss(), x, y, 20)
    return run.explained(model, x, y)


@healthy
def five_big_steps(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")
    model = nn.Linear(4, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.3)
    full(run, model, optimizer, F.cross_entropy, x, y, 8)
    return run.accuracy(model, x, y)


@healthy
def grouped_rates(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    model = nn.Sequential(mlp(nn, 64, 32, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.Adam(
        [
            {"params": model[0].parameters(), "lr": 1e-3},
            {"params": model[2].parameters(), "lr": 1e-2, "weight_decay": 1e-3},
        ]
    )
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@healthy
def stops_early(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 500, 8)
    model = mlp(nn, 8, 16, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    vx, vy = x[300:], y[300:]
    best, waited = np.inf, 0
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(60):
            model.train()
            for rows, targets in run.loader(x[:300], y[:300]):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                score = F.cross_entropy(model(vx), vy).item()
            best, waited = (score, 0) if score < best - 1e-3 else (best, waited + 1)
            if waited == 3:
                break
    return run.accuracy(model, vx, vy)


@healthy
def time_series_in_order(torch: Any, nn: Any, F: Any, run: Run) -> float:
    t = np.arange(220) * 0.15
    series = np.sin(t) + 0.3 * np.sin(2.7 * t) + np.random.default_rng(0).normal(0, 0.05, 220)
    x = run.tensor(np.stack([series[i : i + 10] for i in range(200)]))
    y = run.tensor(series[10:210, None])
    model = mlp(nn, 10, 24, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 20, 20, shuffle=False)
    return run.explained(model, x, y)


@healthy
def not_shuffled_but_mixed(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine")
    model = mlp(nn, 13, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 16, shuffle=False)
    return run.accuracy(model, x, y)


@healthy
def two_optimizers_against_each_other(torch: Any, nn: Any, F: Any, run: Run) -> float:
    real = run.rows("line", 200, d=2)[0] * 0.5 + 1.0
    maker, judge = mlp(nn, 2, 16, 2), mlp(nn, 2, 16, 1)
    first = torch.optim.Adam(maker.parameters(), lr=2e-3)
    second = torch.optim.Adam(judge.parameters(), lr=2e-3)
    loss_fn = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(200, 1), torch.zeros(200, 1)
    with run.watch(judge, second, loss_fn):
        for _ in range(300):
            made = maker(torch.randn(200, 2))
            second.zero_grad()
            (loss_fn(judge(real), ones) + loss_fn(judge(made.detach()), zeros)).backward()
            second.step()
            first.zero_grad()
            loss_fn(judge(made), ones).backward()
            first.step()
    with torch.no_grad():
        return -float((maker(torch.randn(200, 2)).mean(0) - real.mean(0)).abs().max())


@healthy
def fine_tuned_slowly(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = mlp(nn, 64, 32, 10)
    before = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(200):
        before.zero_grad()
        F.cross_entropy(model(x), y).backward()
        before.step()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 5)
    return run.accuracy(model, x, y)


@healthy
def frozen_body_on_purpose(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 300)
    body = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
    for p in body.parameters():
        p.requires_grad_(False)
    head = nn.Linear(144, 10)
    model = nn.Sequential(body, head)
    optimizer = torch.optim.Adam(head.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, y)


@healthy
def features_of_a_fitted_body(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    body = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU())
    before = nn.Sequential(body, nn.Linear(48, 10))
    optimizer = torch.optim.Adam(before.parameters(), lr=3e-3)
    for _ in range(6):
        for rows, targets in run.loader(x, y):
            optimizer.zero_grad()
            F.cross_entropy(before(rows), targets).backward()
            optimizer.step()
    for p in body.parameters():
        p.requires_grad_(False)
    model, large = nn.Sequential(body, nn.Linear(48, 2)), (y >= 5).long()
    optimizer = torch.optim.SGD(model[1].parameters(), lr=0.1, momentum=0.9)
    with run.watch(model, optimizer):
        for _ in range(15):
            model.train()
            body.eval()  # its running statistics stay as they are
            for rows, targets in run.loader(x, large):
                optimizer.zero_grad()
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
    return run.accuracy(model, x, large)


@healthy
def frozen_embedding_filtered(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 200)
    model = nn.Sequential(nn.Embedding(20, 16), nn.Flatten(), nn.Linear(96, 24), nn.ReLU())
    model.add_module("head", nn.Linear(24, 2))
    model[0].weight.requires_grad = False
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=5e-3)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 120)
    return run.accuracy(model, x, y)


@healthy
def unused_head(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")

    class TwoHeads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.kinds = nn.Linear(4, 16), nn.Linear(16, 3)
            self.later = nn.Linear(16, 1)

        def forward(self, x: Any, later: bool = False) -> Any:
            x = F.gelu(self.body(x))
            return self.later(x) if later else self.kinds(x)

    model = TwoHeads()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    full(run, model, optimizer, F.cross_entropy, x, y, 150)
    return run.accuracy(model, x, y)


@healthy
def kept_average_of_weights(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer", n=250)
    model = mlp(nn, 30, 16, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    mean = [p.detach().clone() for p in model.parameters()]
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(15):
            for rows, targets in run.loader(x, y):
                optimizer.zero_grad(set_to_none=True)
                F.cross_entropy(model(rows), targets).backward()
                optimizer.step()
                with torch.no_grad():
                    for m, p in zip(mean, model.parameters(), strict=True):
                        m.mul_(0.9).add_(p, alpha=0.1)
    return run.accuracy(model, x, y)


@healthy
def cleared_through_the_network(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 180)
    model = cnn(nn, 6, 3)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=2e-3)
    with run.watch(model, optimizer):
        for _ in range(6):
            for rows, targets in run.loader(x, y, 30):
                loss = F.cross_entropy(model(rows), targets)
                model.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)
