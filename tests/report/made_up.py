"""Made-up content for the report: the plane, ten classes, a regression, and worse."""

from __future__ import annotations

import numpy as np

from pellucid.report import (
    Alert,
    Answer,
    Boundary,
    Column,
    Content,
    DataFacts,
    Errors,
    Frame,
    ModelFacts,
    Points,
    ProgramRow,
    Reproduce,
    Training,
    measure,
)

EVIL = '<script>alert("x")</script>'


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def moon_field(sharpness, n=60):
    x, y = np.meshgrid(np.linspace(-1.5, 2.5, n), np.linspace(-1.2, 1.7, n))
    return sigmoid(sharpness * (0.55 - y + 0.75 * np.sin(2.4 * (x - 0.3)) * -1))


def moon_points(n=400, seed=0):
    draw = np.random.default_rng(seed)
    label = np.arange(n) % 2
    turn = draw.uniform(0, np.pi, n)
    x = np.where(label == 0, np.cos(turn), 1 - np.cos(turn)) + draw.normal(0, 0.1, n)
    y = np.where(label == 0, np.sin(turn), 0.5 - np.sin(turn)) + draw.normal(0, 0.1, n)
    return Points(x=x, y=y, label=label, held_out=draw.random(n) < 0.2)


def program():
    rows = []
    for index, (a, b) in enumerate([(2, 16), (16, 16), (16, 2)]):
        name = f"{2 * index}"
        rows.append(
            ProgramRow(
                layer=name,
                operation=f"Linear({a}, {b})",
                equation="y = x Wᵀ + b",
                shape_in=("n", a),
                shape_out=("n", b),
                parameters=a * b + b,
                flops=2 * a * b,
                bytes=4 * (a * b + b),
                mean=0.0123 * (index + 1),
                std=0.876,
                gradient_norm=0.0321 / (index + 1),
                update_size=0.00042 * (index + 1),
            )
        )
        if index < 2:
            rows.append(
                ProgramRow(
                    layer=f"{2 * index + 1}",
                    operation="Tanh()",
                    equation="y = tanh x",
                    shape_in=("n", b),
                    shape_out=("n", b),
                    flops=b,
                    bytes=0,
                    mean=0.01,
                    std=0.6,
                )
            )
    return tuple(rows)


CODE = """\
nn.Sequential(
    nn.Linear(2, 16), nn.Tanh(),
    nn.Linear(16, 16), nn.Tanh(),
    nn.Linear(16, 2),
)"""


def curves(epochs=100, seed=0, classes=2, steps=10):
    draw = np.random.default_rng(seed)
    t = np.arange(1, epochs + 1)
    loss = np.log(classes) * np.exp(-t / 22) + 0.03
    held = loss * 1.05 + 0.00012 * t + draw.normal(0, 0.004, epochs)
    each = np.repeat(loss, steps) * draw.lognormal(0, 0.18, epochs * steps)
    return Training(
        train_loss=loss,
        validation_loss=held,
        train_metric=1 - 0.5 * np.exp(-t / 15),
        validation_metric=1 - 0.5 * np.exp(-t / 14) - 0.008,
        step_loss=each,
        best_epoch=int(np.argmin(held)) + 1,
        loss_name="cross-entropy",
        optimizer="Adam, learning rate 0.01, batches of 32",
        seconds=3.21,
        ended=f"It ran all {epochs} epochs.",
    )


def again(data="moons"):
    return Reproduce(
        command=f"pellucid fit {data} --epochs 100 --seed 0",
        seed=0,
        versions={"pellucid": "0.1.0", "python": "3.13.1", "numpy": "2.3.4"},
        digests={
            data: "sha256:4c1f0b8f7f6f3cbb8d6f5e0c0a9f6f8b3f9d1c5b7a2e4d6c8b0a1f3e5d7c9b1a",
            "weights": "sha256:0b9d2c4e6f8a1b3d5c7e9f0a2b4c6d8e0f1a3b5c7d9e1f2a4b6c8d0e2f4a6b8c",
        },
        settings={"hidden": [16, 16], "activation": "tanh", "lr": 0.01, "batch": 32, "val": 0.2},
        created="2026-03-04 10:20 UTC",
        files={"model.safetensors": "weights", "model.json": "architecture and preprocessing"},
    )


def spread_column(name, seed=0, role="input", **more):
    values = np.random.default_rng(seed).normal(seed, 1 + seed % 3, 300)
    note = f"scaled: mean {values.mean():.3f}, deviation {values.std():.3f}"
    return Column(name=name, role=role, note=note, spread=measure.histogram(values), **more)


def moons(frames=24, n=400):
    draw = np.random.default_rng(1)
    true = draw.integers(0, 2, 80)
    chance = np.clip(sigmoid((true * 2 - 1) * draw.normal(3, 1.6, 80)), 0.001, 0.999)
    fields = tuple(
        Frame(
            epoch=int(e),
            values=moon_field(0.05 + 5 * (e / 100) ** 0.7),
            loss=float(0.69 * np.exp(-e / 22) + 0.03),
            metric=float(1 - 0.5 * np.exp(-e / 15)),
        )
        for e in np.linspace(0, 100, frames)
    )
    return Content(
        name="moons",
        answer=Answer(
            task="class",
            target="moon",
            inputs=2,
            rows=80,
            metric=measure.accuracy(
                true, chance, train_labels=np.arange(320) % 2, classes=("upper", "lower")
            ),
        ),
        data=DataFacts(
            source="moons",
            rows=n,
            train=n - 80,
            validation=80,
            columns=(
                spread_column("x1", 1),
                spread_column("x2", 2),
                Column(
                    name="moon",
                    role="target",
                    kind="category",
                    spread=measure.counts(["upper", "lower"] * 200),
                ),
            ),
            steps=(
                "x1: subtract 0.4987, divide by 0.8712",
                "x2: subtract 0.2511, divide by 0.4998",
            ),
        ),
        model=ModelFacts(title="2-16-16-2 tanh", rows=program(), code=CODE),
        training=curves(),
        reproduce=again(),
        errors=measure.class_errors(true, chance, ("upper", "lower"), rows=np.arange(80) * 5),
        boundary=Boundary(
            x_name="x1",
            y_name="x2",
            x_range=(-1.5, 2.5),
            y_range=(-1.2, 1.7),
            values=moon_field(5, 100),
            classes=("upper", "lower"),
            points=moon_points(n),
            frames=fields,
        ),
    )


def digits():
    draw = np.random.default_rng(3)
    classes = tuple(str(k) for k in range(10))
    true = draw.integers(0, 10, 360)
    scores = draw.normal(0, 1, (360, 10))
    scores[np.arange(360), true] += 4.2
    chance = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    columns = tuple(spread_column(f"pixel_{k // 8}_{k % 8}", k) for k in range(64))
    target = Column(name="digit", role="target", kind="category", spread=measure.counts(true))
    return Content(
        name="digits",
        answer=Answer(
            task="class",
            target="digit",
            inputs=64,
            rows=360,
            metric=measure.accuracy(
                true, chance, train_labels=draw.integers(0, 10, 1437), classes=classes
            ),
        ),
        data=DataFacts(
            source="digits", rows=1797, train=1437, validation=360, columns=(*columns, target)
        ),
        model=ModelFacts(
            title="64-64-10 ReLU",
            rows=(
                ProgramRow(
                    layer="0",
                    operation="Linear(64, 64)",
                    equation="y = x Wᵀ + b",
                    shape_in=("n", 64),
                    shape_out=("n", 64),
                    parameters=4160,
                    flops=8192,
                    bytes=16640,
                ),
                ProgramRow(
                    layer="1",
                    operation="ReLU()",
                    equation="y = max(0, x)",
                    shape_in=("n", 64),
                    shape_out=("n", 64),
                ),
                ProgramRow(
                    layer="2",
                    operation="Linear(64, 10)",
                    equation="y = x Wᵀ + b",
                    shape_in=("n", 64),
                    shape_out=("n", 10),
                    parameters=650,
                ),
            ),
            code="nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))",
        ),
        training=curves(60, 2, 10, 45),
        reproduce=again("digits"),
        errors=measure.class_errors(true, chance, classes),
    )


def diabetes():
    draw = np.random.default_rng(5)
    true = draw.normal(150, 77, 88).clip(25, 346)
    guess = 150 + 0.55 * (true - 150) + draw.normal(0, 42, 88)
    names = ("age", "sex", "bmi", "blood pressure", "s1", "s2", "s3", "s4", "s5", "s6")
    inputs = draw.normal(0, 1, (88, 10))
    weights = np.array([0.1, 0.3, 5.0, 2.0, 0.5, 0.2, 1.0, 0.0, 6.0, 0.4])
    y = inputs @ weights
    importance = measure.permutation_importance(
        lambda a: float(1 - np.sum((a @ weights - y) ** 2) / np.sum((y - y.mean()) ** 2)),
        inputs,
        names,
        metric_name="R²",
        metric_percent=False,
    )
    found = measure.regress_errors(true, guess)
    t = np.arange(1, 81)
    return Content(
        name="diabetes",
        answer=Answer(
            task="regress",
            target="progression",
            inputs=10,
            rows=88,
            metric=measure.r2(true, guess, train_target=draw.normal(152, 77, 354)),
            others=(
                measure.mean_absolute_error(true, guess, train_target=draw.normal(152, 77, 354)),
            ),
        ),
        data=DataFacts(
            source="diabetes.csv",
            rows=442,
            train=354,
            validation=88,
            columns=(
                *[spread_column(name, k, missing=k % 4) for k, name in enumerate(names)],
                spread_column("progression", 11, "target"),
                Column(name="remarks", role="ignore", kind="text", missing=3),
            ),
            notices=("The delimiter is a semicolon.", 'Column "remarks" is text and is ignored.'),
        ),
        model=ModelFacts(title="10-32-1 ReLU", rows=program()[:2]),
        training=Training(
            train_loss=6000 * np.exp(-t / 20) + 2400,
            validation_loss=6000 * np.exp(-t / 18) + 2900 + 8 * t,
            train_metric=0.5 * (1 - np.exp(-t / 10)),
            validation_metric=0.44 * (1 - np.exp(-t / 9)),
            metric_name="R²",
            metric_percent=False,
            best_epoch=42,
            loss_name="mean squared error",
        ),
        reproduce=again("diabetes.csv"),
        errors=Errors(residuals=found.residuals, worst=found.worst, importance=importance),
    )


def tiny():
    """One epoch, four rows, nothing optional."""
    return Content(
        name="tiny",
        answer=Answer(
            task="class",
            target="y",
            inputs=1,
            rows=2,
            metric=measure.accuracy([0, 1], [0.6, 0.4], train_labels=[0, 1], classes=("no", "yes")),
        ),
        data=DataFacts(source="tiny.csv", rows=4, train=2, validation=2, columns=()),
        model=ModelFacts(title="1-2", rows=()),
        training=Training(train_loss=np.array([0.7]), best_epoch=1),
        reproduce=Reproduce(command="pellucid fit tiny.csv", seed=0),
    )


def wide():
    """Two hundred inputs."""
    base = digits()
    columns = tuple(spread_column(f"feature_{k:03d}", k) for k in range(200))
    return Content(
        **{
            **{key: getattr(base, key) for key in base.__dataclass_fields__},
            "name": "wide.csv",
            "data": DataFacts(
                source="wide.csv", rows=5000, train=4000, validation=1000, columns=columns
            ),
        }
    )


def blobs():
    """Three classes over two inputs, the third rare; nothing beats the baseline by much."""
    draw = np.random.default_rng(8)
    centers = np.array([[-2.0, 0.0], [1.5, 1.5], [1.0, -2.0]])
    label = draw.choice(3, 150, p=[0.45, 0.45, 0.1])
    spots = centers[label] + draw.normal(0, 0.8, (150, 2))
    classes = ("north", "east", "west")

    def chance(xy):
        near = -np.sum((xy[..., None, :] - centers) ** 2, axis=-1)
        scores = np.exp(near - near.max(axis=-1, keepdims=True))
        return scores / scores.sum(axis=-1, keepdims=True)

    grid = np.stack(np.meshgrid(np.linspace(-5, 4, 80), np.linspace(-5, 4, 70)), axis=-1)
    held = np.arange(150) % 5 == 0
    base = moons(frames=2)
    return Content(
        **{
            **{key: getattr(base, key) for key in base.__dataclass_fields__},
            "name": "blobs",
            "answer": Answer(
                task="class",
                target="blob",
                inputs=2,
                rows=int(held.sum()),
                metric=measure.accuracy(
                    label[held], chance(spots[held]), train_labels=label[~held], classes=classes
                ),
            ),
            "errors": measure.class_errors(label[held], chance(spots[held]), classes),
            "boundary": Boundary(
                x_name="length",
                y_name="width",
                x_range=(-5, 4),
                y_range=(-5, 4),
                values=chance(grid),
                classes=classes,
                points=Points(x=spots[:, 0], y=spots[:, 1], label=label, held_out=held),
            ),
        }
    )


def surface():
    """A regression over two inputs."""
    x, y = np.meshgrid(np.linspace(-3, 3, 50), np.linspace(-3, 3, 50))
    base = diabetes()
    return Content(
        **{
            **{key: getattr(base, key) for key in base.__dataclass_fields__},
            "name": "surface",
            "boundary": Boundary(
                x_name="east",
                y_name="north",
                x_range=(-3, 3),
                y_range=(-3, 3),
                values=100 * np.exp(-(x**2 + y**2) / 4) + 10 * x,
                frames=tuple(
                    Frame(epoch=e, values=e * np.exp(-(x**2 + y**2) / 4) + 10 * x)
                    for e in (0, 40, 80)
                ),
            ),
        }
    )


def evil():
    """Every text a person can choose holds markup."""
    classes = (EVIL, "b & 'c'")
    true, chance = np.arange(40) % 2, np.linspace(0.05, 0.95, 40)
    found = measure.class_errors(
        true, chance, classes, values=[{EVIL: EVIL, "n": float(k)} for k in range(40)]
    )
    base = moons(frames=4)
    return Content(
        name=EVIL,
        answer=Answer(
            task="class",
            target=EVIL,
            inputs=2,
            rows=40,
            metric=measure.accuracy(true, chance, train_labels=true, classes=classes),
        ),
        data=DataFacts(
            source=f"{EVIL}.csv",
            rows=40,
            train=0,
            validation=40,
            columns=(
                Column(name=EVIL, role="input", note=EVIL, spread=measure.counts([EVIL, "&"])),
                Column(name="null\x00 \ud800 \u202eend", role="ignore", kind=EVIL),
            ),
            steps=(EVIL,),
            notices=(EVIL,),
        ),
        model=ModelFacts(
            title=EVIL,
            rows=(ProgramRow(layer=EVIL, operation=EVIL, equation=EVIL),),
            code=f'"{EVIL}"',
        ),
        training=base.training,
        reproduce=Reproduce(
            command=f"pellucid fit {EVIL}",
            seed=0,
            versions={EVIL: EVIL},
            settings={EVIL: [EVIL]},
            created=EVIL,
        ),
        errors=found,
        boundary=Boundary(
            x_name=EVIL,
            y_name=EVIL,
            x_range=(-1.5, 2.5),
            y_range=(-1.2, 1.7),
            values=moon_field(4),
            classes=classes,
            points=moon_points(),
            frames=base.boundary.frames,
            slice=EVIL,
        ),
        alerts=(Alert(level="warn", title=EVIL, text=EVIL, advice=EVIL),),
        include_rows=True,
    )
