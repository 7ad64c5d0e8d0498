"""Programs without a mistake whose networks, losses or data look like one."""

from __future__ import annotations

from typing import Any

from tests.doctor.programs.loops import full, loaded, validated
from tests.doctor.programs.nets import attentive, cnn, mlp
from tests.doctor.programs.program import Run, healthy


@healthy
def digits_plain(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 500)
    model = mlp(nn, 64, 64, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 32, 100)
    return run.accuracy(model, vx, vy)


@healthy
def images_plain(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 300)
    model = cnn(nn)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    vx, vy = validated(run, model, optimizer, F.cross_entropy, x, y, 12, 32, 60)
    return run.accuracy(model, vx, vy)


@healthy
def pictures_batch_normalized(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("images", 300, raw=True)  # 0…16, and a normalization before all
    model = nn.Sequential(
        nn.BatchNorm2d(1), nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(72, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 12)
    return run.accuracy(model, vx, vy)


@healthy
def raw_wine_normalized_inside(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("wine", raw=True)
    model = nn.Sequential(nn.BatchNorm1d(13), nn.Linear(13, 16), nn.ReLU(), nn.Linear(16, 3))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 30)
    return run.accuracy(model, x, y)


@healthy
def raw_iris(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris", raw=True)  # 0…8 centimeters: no harm
    model = mlp(nn, 4, 16, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 250)
    return run.accuracy(model, x, y)


@healthy
def raw_digits_adam(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400, raw=True)  # 0…16: no harm
    model = mlp(nn, 64, 48, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25)
    return run.accuracy(model, x, y)


@healthy
def dropout_of_half_in_a_wide_network(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    model = nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 128), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15, 32, 80)
    return run.accuracy(model, vx, vy)


@healthy
def strong_dropout_that_works(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("cancer")
    model = nn.Sequential(nn.Linear(30, 128), nn.ReLU(), nn.Dropout(0.7), nn.Linear(128, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20)
    return run.accuracy(model, vx, vy)


@healthy
def decay_that_works(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    model = mlp(nn, 10, 16, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.02)
    vx, vy = validated(run, model, optimizer, nn.MSELoss(), x, y.unsqueeze(1), 10, 32, 120)
    return run.explained(model, vx, vy)


@healthy
def shares_and_bce(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("moons", 200)
    model = nn.Sequential(nn.Linear(2, 24), nn.ReLU(), nn.Linear(24, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.BCELoss(), x, y.float().unsqueeze(1), 400)
    return run.accuracy(model[:-1], x, y)


@healthy
def logarithms_and_nll(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(64, 48), nn.Linear(48, 10)

        def forward(self, x: Any) -> Any:
            return F.log_softmax(self.fc2(F.relu(self.fc1(x))), dim=1)

    model = Net()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loaded(run, model, optimizer, F.nll_loss, x, y, 15)
    return run.accuracy(model, x, y)


@healthy
def log_softmax_and_cross_entropy(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("iris")  # normalizing logarithms twice changes nothing
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3), nn.LogSoftmax(1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 150)
    return run.accuracy(model, x, y)


@healthy
def softmax_inside_attention(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 200)

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.query = nn.Embedding(20, 16), nn.Linear(16, 1)
            self.out = nn.Linear(16, 2)

        def forward(self, x: Any) -> Any:
            e = self.embed(x)
            return self.out((torch.softmax(self.query(e), dim=1) * e).sum(1))

    model = Attention()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 150)
    return run.accuracy(model, x, y)


@healthy
def masked_attention(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 200)

    class Masked(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(20, 16)
            self.q, self.k, self.v = nn.Linear(16, 16), nn.Linear(16, 16), nn.Linear(16, 16)
            self.out = nn.Linear(16, 2)

        def forward(self, x: Any) -> Any:
            e = self.embed(x)
            scores = self.q(e) @ self.k(e).transpose(1, 2) / 4
            later = torch.ones(6, 6).tril() == 0
            scores = scores.masked_fill(later, float("-inf"))
            return self.out((torch.softmax(scores, -1) @ self.v(e))[:, -1])

    model = Masked()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, F.cross_entropy, x, y, 200)
    return run.accuracy(model, x, y)


@healthy
def transformer_of_words(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("words", 200)
    model = attentive(nn, 20, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 8, 25)
    return run.accuracy(model, x, y)


@healthy
def autoencoder_of_mostly_zeros(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, _ = run.rows("digits", 300)
    model = nn.Sequential(
        nn.Linear(64, 24), nn.ReLU(), nn.Linear(24, 64), nn.Sigmoid(),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    with run.watch(model, optimizer, F.mse_loss):
        for _ in range(20):
            for (rows,) in torch.utils.data.DataLoader(
                torch.utils.data.TensorDataset(x), batch_size=30, shuffle=True
            ):
                loss = F.mse_loss(model(rows), rows)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.explained(model, x, x)


@healthy
def linear_autoencoder(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, _ = run.rows("wine")
    model = nn.Sequential(nn.Linear(13, 4), nn.Linear(4, 13))  # a bottleneck on purpose
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    full(run, model, optimizer, nn.MSELoss(), x, x, 300)
    return run.explained(model, x, x)
