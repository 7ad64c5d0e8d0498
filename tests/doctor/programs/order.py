"""Targets that do not belong to their rows, rare classes, and rows in a telling order."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.doctor.programs import data
from tests.doctor.programs.loops import full, loaded, sliced, validated
from tests.doctor.programs.nets import cnn, mlp, recurrent
from tests.doctor.programs.program import Run, faulty

POOR = ("overfitting", "oscillation")
SWINGS = ("oscillation", "overfitting", "lr_too_high", "dead_relu")


@faulty("bad_labels", accept=POOR)
def digits_shuffled_targets(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.digits(350)
    true = y
    if run.wrong:
        y = np.random.default_rng(1).permutation(y)
    x, y, true = run.tensor(x), run.tensor(y), run.tensor(true)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 15)
    return run.accuracy(model, x, true)


@faulty("bad_labels", accept=POOR)
def cancer_four_in_ten_flipped(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.cancer(n=400)
    rng = np.random.default_rng(0)
    noisy = np.where(rng.uniform(size=len(y)) < 0.4, 1 - y, y)
    x, true, y = run.tensor(x), run.tensor(y), run.tensor(run.pick(noisy, y))
    model = mlp(nn, 30, 64, 64, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    vx, _ = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 20, 32, 100)
    return run.accuracy(model, vx, true[-100:])


@faulty("bad_labels", accept=POOR)
def targets_moved_by_one(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.wine()
    x, true = run.tensor(x), run.tensor(y)
    y = run.tensor(np.roll(y, run.pick(1, 0)))
    model = mlp(nn, 13, 16, 3)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    full(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 200)
    return run.accuracy(model, x, true)


@faulty("bad_labels", accept=POOR)
def rows_shuffled_alone(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("surface", 300)
    model = mlp(nn, 3, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    order = torch.randperm(len(x))
    rows, targets = x[order], run.pick(y, y[order])
    loaded(run, model, optimizer, nn.MSELoss(), rows, targets, 40)
    return run.explained(model, x, y)


@faulty("bad_labels", accept=POOR)
def pictures_with_wrong_names(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.images(300)
    rng = np.random.default_rng(3)
    noisy = np.where(rng.uniform(size=len(y)) < 0.5, rng.integers(0, 10, len(y)), y)
    x, true, y = run.tensor(x), run.tensor(y), run.tensor(run.pick(noisy, y))
    model = cnn(nn)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    vx, _ = validated(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 25, 32, 80)
    return run.accuracy(model, vx, true[-80:])


@faulty("bad_labels", accept=POOR)
def waves_with_targets_of_others(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("waves", 150, 10)
    true = y
    if run.wrong:
        y = torch.cat([y[1:], y[:1]])
    model = recurrent(nn, "GRU", out=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    full(run, model, optimizer, nn.MSELoss(), x, y, 150)
    return run.explained(model, x, true)


def _recall(run: Run, model: Any, x: Any, y: Any) -> float:
    """The share of right answers in the middle of the classes."""
    each = [run.accuracy(model, x[y == k], y[y == k]) for k in range(int(y.max()) + 1)]
    return float(np.mean(each))


@faulty("class_imbalance")
def three_in_a_hundred(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("rare", 500)
    weight = None if run.wrong else torch.tensor([1.0, 25.0])
    model = mlp(nn, 4, 16, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(weight=weight), x, y, 15)
    return _recall(run, model, x, y)


@faulty("class_imbalance")
def rare_and_binary(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("rare", 400, 0.05, 1.2)
    factor = None if run.wrong else torch.tensor([19.0])
    model = mlp(nn, 4, 12, 1, act="Tanh")
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    loss_fn = nn.BCEWithLogitsLoss(pos_weight=factor)
    loaded(run, model, optimizer, loss_fn, x, y.float().unsqueeze(1), 20)
    return _recall(run, model, x, y)


@faulty("class_imbalance")
def two_rare_lumps(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.blobs(900, classes=4, spread=3.0, seed=3)
    rng = np.random.default_rng(0)
    keep = (y < 2) | (rng.uniform(size=len(y)) < 0.05)
    x, y = run.tensor(x[keep]), run.tensor(y[keep])
    counts = torch.tensor([float((y == k).sum()) for k in range(4)])
    weight = None if run.wrong else counts.sum() / counts / 4
    model = mlp(nn, 2, 16, 4)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(weight=weight), x, y, 12)
    return _recall(run, model, x, y)


@faulty("class_imbalance")
def few_sick_validated(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("rare", 600, 0.04, 1.0, 8)
    model = mlp(nn, 8, 24, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    weight = None if run.wrong else torch.tensor([1.0, 20.0])
    vx, vy = validated(run, model, optimizer, nn.CrossEntropyLoss(weight=weight), x, y, 10, 32, 200)
    return _recall(run, model, vx, vy)


@faulty("class_imbalance")
def few_of_a_second_kind(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.hard(800, 6, flip=0.02)
    rng = np.random.default_rng(0)
    keep = (y == 0) | (rng.uniform(size=len(y)) < 0.06)
    x, y = run.tensor(x[keep]), run.tensor(y[keep])
    weight = None if run.wrong else torch.tensor([1.0, 20.0])
    model = mlp(nn, 6, 16, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(weight=weight), x, y, 20)
    return _recall(run, model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def sorted_digits(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 400)
    order = torch.argsort(y)
    model = mlp(nn, 64, 32, 10)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loaded(
        run, model, optimizer, nn.CrossEntropyLoss(), x[order], y[order], 8, 16,
        shuffle=not run.wrong,
    )  # fmt: skip
    return run.accuracy(model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def sorted_slices(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("digits", 300)
    order = torch.argsort(y)
    x, y = x[order], y[order]
    model = mlp(nn, 64, 24, 10)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3)
    with run.watch(model, optimizer, F.cross_entropy):
        for _ in range(5):
            turn = run.pick(torch.arange(len(x)), torch.randperm(len(x)))
            for i in range(0, len(x), 12):
                chosen = turn[i : i + 12]
                optimizer.zero_grad()
                F.cross_entropy(model(x[chosen]), y[chosen]).backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def sorted_by_target(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("diabetes")
    order = torch.argsort(y)
    x, y = x[order], y[order].unsqueeze(1)
    model = mlp(nn, 10, 32, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 10, 20, shuffle=not run.wrong)
    return run.explained(model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def sorted_pictures(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("stripes", 210)
    order = torch.argsort(y)
    x, y = x[order], y[order]
    model = cnn(nn, 4, 3)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(), x, y, 6, 10, shuffle=not run.wrong)
    return run.accuracy(model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def one_class_after_the_other(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("hard", 200, 6)
    order = torch.argsort(y)
    x, y = x[order], y[order]
    model = mlp(nn, 6, 24, 2, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    with run.watch(model, optimizer):
        for _ in range(15):
            for rows, targets in run.loader(x, y, 10, shuffle=not run.wrong):
                loss = F.cross_entropy(model(rows), targets)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return run.accuracy(model, x, y)


@faulty("unshuffled_data", accept=SWINGS)
def sine_from_left_to_right(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("sine", 240)
    order = torch.argsort(x[:, 0])
    x, y = x[order], y[order]
    model = mlp(nn, 1, 32, 1, act="Tanh")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    if run.wrong:
        loaded(run, model, optimizer, nn.MSELoss(), x, y, 25, 12, shuffle=False)
    else:
        sliced(run, model, optimizer, nn.MSELoss(), x, y, 25, 12)
    return run.explained(model, x, y)


@faulty("bad_labels", accept=POOR)
def a_third_of_the_numbers_moved(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = data.line(400, noise=0.1, d=4)
    moved = np.random.default_rng(3).permutation(len(y))[: len(y) // 3]
    wrong = y.copy()
    wrong[moved] = y[np.roll(moved, 7)]
    x, true, y = run.tensor(x), run.tensor(y), run.tensor(run.pick(wrong, y))
    model = mlp(nn, 4, 32, 1)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    loaded(run, model, optimizer, nn.MSELoss(), x, y, 25)
    return run.explained(model, x, true)


@faulty("class_imbalance")
def pixels_of_small_spots(torch: Any, nn: Any, F: Any, run: Run) -> float:
    x, y = run.rows("spots", 160)
    weight = torch.tensor([1.0, run.pick(1.0, 60.0)])
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 3, padding=1))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loaded(run, model, optimizer, nn.CrossEntropyLoss(weight=weight), x, y, 15, 20)
    with torch.no_grad():
        named = model(x).argmax(1) == 1
    return float((named & (y == 1)).float().sum() / (y == 1).float().sum())
