"""Rules that are certain by what the loop and the loss were seen to do: both sides of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pellucid.doctor.finding import Finding
from pellucid.doctor.rule import rules
from pellucid.doctor.seen import Events, LossSeen, Rows, Score, Seen
from pellucid.doctor.step import DATA, TARGET, Activity, Call, Moment, Move, WeightSeen


def findings(kind: str, seen: Seen) -> list[Finding]:
    return list(rules()[kind].look(seen))


def network(*ending: str, loss: str = "cross_entropy", width: int = 3, **settings: Any) -> Seen:
    """A linear layer, calls after it, and a loss."""
    calls = [Call("linear", "0", (DATA,), ((8, 4),), (8, width), ("0.weight", "0.bias"))]
    for name in ending:
        here = len(calls) - 1
        calls.append(Call(name, str(here + 1), (here,), ((8, width),), (8, width), (), settings))
    inputs, shapes = (len(calls) - 1, TARGET), ((8, width), (8,))
    calls.append(Call(loss, "", inputs, shapes, (), part="loss", line="train.py:9"))
    seen = LossSeen(loss, prediction=(8, width), target=(8,), target_kind="classes")
    shares = loss in ("mse_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
    y = np.eye(width)[np.arange(8) % width] if shares else np.arange(8) % width
    return Seen(calls=calls, loss=seen, train=Rows(np.zeros((8, 4)), y))


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (network("softmax"), True),
        (network("softmax", "reshape"), True),
        (network("sigmoid"), True),
        (network("softmax", "log_softmax", loss="nll_loss"), True),
        (network("sigmoid", loss="binary_cross_entropy_with_logits"), True),
        (network(), False),
        (network("log_softmax"), False),
        (network("relu"), False),
        (network("softmax", "log", loss="nll_loss"), False),
        (network("log_softmax", loss="nll_loss"), False),
        (network("sigmoid", loss="binary_cross_entropy"), False),
        (network("sigmoid", loss="mse_loss"), False),
    ],
)
def test_double_softmax(seen: Seen, found: bool) -> None:
    assert bool(findings("double_softmax", seen)) == found


def test_double_softmax_says_where_and_how_low_the_loss_can_get() -> None:
    (found,) = findings("double_softmax", network("softmax"))
    assert found.text == (
        "cross_entropy applies softmax itself, but is given what softmax in layer 1 made, so the "
        "loss can't fall below 0.551."
    )
    assert found.evidence[0].value == pytest.approx(np.log(1 + 2 / np.e))


def test_double_softmax_by_numbers_where_no_operations_were_seen() -> None:
    loss = LossSeen("cross_entropy", prediction=(8, 3), sums_to_one=1.0)
    assert findings("double_softmax", Seen(loss=loss))
    assert not findings("double_softmax", Seen(loss=replace(loss, sums_to_one=0.1)))


def compared(
    prediction: tuple[int, ...], target: tuple[int, ...], name: str = "sub", meant: bool = False
) -> Seen:
    calls = [Call("linear", "0", (DATA,), ((8, 4),), prediction, ("0.weight",))]
    inputs = (0, TARGET)
    if meant:
        calls.append(Call("reshape", "", (0,), (prediction,), prediction, part="loss"))
        calls.append(Call("reshape", "", (TARGET,), (target,), target, part="loss"))
        inputs = (1, 2)
    calls.append(Call(name, "", inputs, (prediction, target), (), part="loss"))
    return Seen(calls=calls, loss=LossSeen("own", prediction=prediction, target=target))


@pytest.mark.parametrize(
    ("prediction", "target", "found"),
    [
        ((8, 1), (8,), True),
        ((8,), (8, 1), True),
        ((8, 1), (8, 1), False),
        ((8, 3), (8, 1), False),  # one target for several outputs
        ((8, 3), (8, 3), False),
        ((5, 8), (8,), False),  # samples of one prediction
        ((1,), (1, 1), False),
    ],
)
def test_shape_broadcast(prediction: tuple[int, ...], target: tuple[int, ...], found: bool) -> None:
    assert bool(findings("shape_broadcast", compared(prediction, target))) == found


def test_shape_broadcast_that_was_meant_or_takes_indices() -> None:
    assert not findings("shape_broadcast", compared((8, 1), (1, 8), meant=True))
    assert not findings("shape_broadcast", compared((8, 1), (8,), "cross_entropy"))


def test_shape_broadcast_says_both_shapes() -> None:
    (found,) = findings("shape_broadcast", compared((8, 1), (8,)))
    assert found.text == (
        "The prediction has shape (8, 1) and the target (8,): together they become (8, 8), so each "
        "prediction is compared with all 8 targets."
    )
    assert found.fix == "loss = loss_fn(prediction.reshape((8,)), y)  # or: y.reshape((8, 1))"


@pytest.mark.parametrize(
    ("events", "found"),
    [
        (Events(steps=20, backwards=20, clears=20), False),
        (Events(steps=5, backwards=20, clears=5, per_step=4), False),  # accumulation
        (Events(steps=20, backwards=20, clears=0, stale=19), True),
        (Events(steps=20, backwards=20, clears=2, stale=18), True),  # once an epoch
        (Events(steps=20, backwards=20, clears=20, wasted=20), True),
        (Events(steps=20, backwards=20, clears=20, stale=1, wasted=1), False),
        (Events(steps=1, backwards=1, clears=0), False),
        (Events(steps=5, backwards=60, clears=60), True),  # a step for each epoch only
        (Events(steps=20, backwards=40, clears=40), False),  # two looks for each step
    ],
)
def test_zero_grad_misuse(events: Events, found: bool) -> None:
    assert bool(findings("zero_grad_misuse", Seen(events=events))) == found


def weights(**changes: Any) -> list[WeightSeen]:
    """Two layers, the first with changes."""
    drawn = {"std": 0.5 / 3**0.5, "absmax": 0.499, "fan_in": 4}
    first = [WeightSeen("0.weight", (6, 4), "0", **drawn), WeightSeen("0.bias", (6,), "0", "bias")]
    last = [WeightSeen("2.weight", (3, 6), "2"), WeightSeen("2.bias", (3,), "2", "bias")]
    return [replace(w, **changes) for w in first] + last


def still(**changes: Any) -> list[WeightSeen]:
    return [replace(w, moved=False, **changes) for w in weights()]


RUN = Events(steps=20, backwards=20, clears=20)


@pytest.mark.parametrize(
    ("kept", "events", "found"),
    [
        (weights(), RUN, ""),
        (weights(held=False, moved=False), RUN, "The optimizer does not hold 2 parameters"),
        (weights(held=False), RUN, ""),  # another optimizer moved them
        (weights(reached=False, moved=False), RUN, "No gradient ever reached 2 parameters"),
        (weights(reached=False, moved=False, used=False), RUN, ""),  # an unused head
        (weights(trainable=False, held=False, moved=False), RUN, ""),  # on purpose
        (still(held=False), RUN, "holds none of the 4 parameters"),
        (still(), Events(backwards=20), "the optimizer made no step at all"),
        (still(), Events(steps=20), "without any backward pass"),
        (still(), replace(RUN, wasted=19, before=1), "19 of 20 steps found no gradient"),
        (still(reached=False), RUN, "reached no parameter of the network"),
        (still(), Events(), ""),  # only looked at
    ],
)
def test_frozen_parameters(kept: list[WeightSeen], events: Events, found: str) -> None:
    said = [f.text for f in findings("frozen_parameters", Seen(weights=kept, events=events))]
    assert [found in text for text in said] == ([True] if found else [])


@pytest.mark.parametrize(
    ("first", "inputs", "found"),
    [(True, (), True), (True, (DATA,), False), (False, (), False)],
)
def test_frozen_parameters_whose_result_went_on_by_numpy(
    first: bool, inputs: tuple[int, ...], found: bool
) -> None:
    """Layers before those that learn ran for nothing; a spare head beside them is left alone."""
    idle = WeightSeen("a.weight", (8, 4), "a", used=False, ran=True, reached=False, moved=False)
    head = WeightSeen("b.weight", (64, 8), "b", ran=True)
    calls = [Call("linear", "b", inputs, ((8, 8),), (8, 64), ("b.weight",))]
    seen = Seen(calls=calls, weights=[idle, head] if first else [head, idle],
                events=Events(steps=9, backwards=9))  # fmt: skip
    said = [f.layer for f in findings("frozen_parameters", seen)]
    assert said == (["a"] if found else [])


def frozen(right: bool) -> Seen:
    """Random values frozen in the first layer, learned well or not."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(120, 4))
    y = (x[:, 0] > 0).astype(np.int64)
    said = np.eye(2)[y if right else draw.permutation(y)]
    loss = LossSeen("cross_entropy", prediction=(120, 2), target_kind="classes")
    kept = weights(trainable=False, held=False, moved=False)
    return Seen(weights=kept, events=RUN, loss=loss, train=Rows(x, y, said))


def test_frozen_random_values_are_a_fault_only_where_they_cost() -> None:
    assert not findings("frozen_parameters", frozen(True))
    (found,) = findings("frozen_parameters", frozen(False))
    assert found.layer == "0"
    learned = frozen(False)
    learned.weights[0].absmax = 2.0  # no values as they are drawn
    assert not findings("frozen_parameters", learned)


MODES = Events(steps=40, backwards=40, train_passes=40, eval_passes=8, mode_layers=("1", "4"))


@pytest.mark.parametrize(
    ("events", "scores", "found"),
    [
        (MODES, [Score(9, 50, 1.0)] * 8, False),
        (replace(MODES, eval_in_train=8), [Score(9, 50, 1.0, training=True)] * 8, True),
        (replace(MODES, eval_in_train=8), [], True),
        # Monte Carlo dropout after scores in evaluation mode; a new estimate of running statistics
        (replace(MODES, eval_passes=58, eval_in_train=50), [Score(9, 50, 1.0)] * 8, False),
        (replace(MODES, train_in_eval=30), [], True),
        (replace(MODES, train_in_eval=1), [], False),
        (replace(MODES, train_in_eval=30, eval_in_train=8, mode_layers=()), [], False),
        (replace(MODES, single_rows=40), [], True),
        (replace(MODES, single_rows=4), [], False),  # the last batch of each epoch
    ],
)
def test_mode_error(events: Events, scores: list[Score], found: bool) -> None:
    assert bool(findings("mode_error", Seen(events=events, scores=scores))) == found


@pytest.mark.parametrize(
    ("moved", "layers", "found"),
    [
        ("head", ("body.1", "body.3"), False),  # frozen: its running statistics stay as they are
        ("body.1", ("body.1", "body.3"), True),
        ("body.0", ("body.3",), True),  # a dropout has no weights: those around it tell
        ("body.0", ("body.1", "drop"), True),
        ("", ("body.1", "body.3"), True),
    ],
)
def test_a_part_that_does_not_learn_may_be_in_evaluation_mode(
    moved: str, layers: tuple[str, ...], found: bool
) -> None:
    """Batch normalization and dropout of a body that is only taken features from."""
    names = ("body.0", "body.1", "head")
    weights = [WeightSeen(f"{n}.weight", (4, 4), n, moved=n == moved) for n in names]
    events = replace(MODES, train_in_eval=40, mode_layers=layers)
    assert bool(findings("mode_error", Seen(events=events, weights=weights))) == found


def regression(name: str, y: Any, loss: str = "mse_loss") -> Seen:
    """One output, made by a call, for some targets."""
    seen = network(*([name] if name else []), loss=loss, width=1)
    values = np.asarray(y, dtype=float).reshape(-1, 1)
    seen.train = Rows(np.zeros((len(values), 4)), values)
    assert seen.loss is not None
    seen.loss.target_kind = "numbers"
    return seen


ODD, BINARY = np.linspace(-2, 2, 40), np.arange(40) % 2


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (regression("", ODD), False),
        (regression("sigmoid", ODD), True),
        (regression("relu", ODD), True),
        (regression("tanh", 10 * ODD), True),
        (regression("tanh", ODD / 2), False),
        (regression("relu", np.abs(ODD)), False),
        (regression("sigmoid", BINARY), False),  # a squared error over 0 and 1 is no fault
        (regression("", BINARY), False),
        (regression("", 2 * BINARY - 1, "binary_cross_entropy_with_logits"), True),
        (regression("", BINARY, "binary_cross_entropy_with_logits"), False),
        (regression("", BINARY, "soft_margin_loss"), True),
        (regression("", 2 * BINARY - 1, "soft_margin_loss"), False),
        (network("softmax", loss="nll_loss"), True),
        (network(loss="nll_loss"), True),
        (network("relu"), True),
        (network("tanh"), True),
        (network("log_softmax"), False),
        (network("softmax", width=1, dim=1), True),
        (network("softmax", loss="mse_loss", dim=0), True),
        (network("softmax", loss="mse_loss", dim=1), False),
        (network("sigmoid", loss="binary_cross_entropy"), False),
        (network("relu", loss="binary_cross_entropy"), True),
    ],
)
def test_wrong_loss(seen: Seen, found: bool) -> None:
    assert bool(findings("wrong_loss", seen)) == found


def test_wrong_loss_of_shares_that_compete() -> None:
    """A softmax for targets that name several classes, or none, can't be right."""
    seen = network("softmax", loss="binary_cross_entropy", dim=1)
    assert not findings("wrong_loss", seen)  # one class each
    several = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]] * 4)
    seen.train = Rows(np.zeros((8, 4)), several)
    (found,) = findings("wrong_loss", seen)
    assert found.text == (
        "softmax makes outputs that sum to 1, but 100\xa0% of the targets don't: "
        "they sum to 0 to 2."
    )
    apart = network("sigmoid", loss="binary_cross_entropy")
    apart.train = seen.train
    assert not findings("wrong_loss", apart)


def test_wrong_loss_knows_logarithms_of_shares() -> None:
    seen = network("log_softmax", loss="nll_loss")
    assert seen.loss is not None
    seen.loss.logs_of_shares = 1.0
    assert not findings("wrong_loss", seen)
    (found,) = findings("wrong_loss", network(loss="nll_loss"))
    assert "expects logarithms of shares, but is given raw scores" in found.text
    assert found.line == ""
    seen.loss.logs_of_shares = 0.0
    (found,) = findings("wrong_loss", seen)
    assert "log_softmax runs along another axis" in found.text and "dim=1" in found.fix


def test_wrong_loss_takes_class_numbers_for_amounts() -> None:
    draw = np.random.default_rng(0)
    y = draw.integers(0, 4, 400).astype(float)
    x = np.array([(0, 0), (5, 5), (5, 0), (0, 5)])[y.astype(int)] + draw.normal(size=(400, 2))
    seen = regression("", y)
    seen.train = Rows(x, y, y[:, None] / 2 + 0.75)
    (found,) = findings("wrong_loss", seen)
    assert "The targets are the class numbers 0 to 3" in found.text
    seen.train = Rows(x, y, y[:, None])  # fitted all the same
    assert not findings("wrong_loss", seen)
    counts = np.minimum(draw.poisson(2, 400), 5).astype(float)  # amounts that happen to be whole
    seen.train = Rows(x, counts, np.full((400, 1), 2.0))
    assert not findings("wrong_loss", seen)


def test_wrong_loss_reads_what_the_loss_refused() -> None:
    seen = network()
    seen.finished, seen.error = False, "IndexError: Target 3 is out of bounds."
    (found,) = findings("wrong_loss", seen)
    assert found.text.startswith("A target names a class that the network has no output for")
    seen.error = "KeyboardInterrupt"
    assert not findings("wrong_loss", seen)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("frozen_parameters", "element 0 of tensors does not require grad and does not have a …"),
        ("frozen_parameters", "backward() has nowhere to go: this Tensor doesn't depend on any …"),
        ("shape_broadcast", "Target size (torch.Size([8])) must be the same as input size (…"),
        ("shape_broadcast", "mse_loss: input and target must have the same shape."),
        ("wrong_loss", "all elements of input should be between 0 and 1"),
        ("wrong_loss", "binary_cross_entropy: input must lie between 0 and 1, and has -6.0."),
        ("wrong_loss", "Target 3 is out of bounds."),
        ("wrong_loss", "cross_entropy: target has class 3 in row 3, and the input has 3 classes"),
        ("wrong_loss", "expected target dtype to be Long or Byte, but got Float"),
        ("wrong_loss", "cross_entropy: class numbers must be whole numbers, and target is float32"),
        ("wrong_loss", "0D or 1D target tensor expected, multi-target not supported"),
        ("wrong_loss", "target  (8, 3), needs (8,): one class number for each"),
        ("mode_error", "Expected more than 1 value per channel when training, got input size …"),
        ("mode_error", "batch_norm: in training each feature needs more than one value, and …"),
    ],
)
def test_errors_that_say_what_is_wrong(kind: str, error: str) -> None:
    modes = Events(mode_layers=("1",))
    (found,) = findings(kind, Seen(finished=False, error=error, events=modes))
    assert found.sure > 0.8
    assert not findings(kind, Seen(finished=False, error="KeyboardInterrupt", events=modes))


def test_wrong_loss_that_was_turned_around() -> None:
    seen = regression("", ODD)
    assert seen.loss is not None
    seen.loss.negative = 1.0
    assert not findings("wrong_loss", seen)
    seen.calls.append(Call("neg", "", (len(seen.calls) - 1,), part="loss"))
    (found,) = findings("wrong_loss", seen)
    assert "mse_loss, which is never negative, was turned around" in found.text


def in_sequence(made: str = "linear", steps: int = 5, left: float = 1.4, axis: int = 1) -> Seen:
    """Scores of every position, (rows, positions, 5 classes), and their cross-entropy."""
    shape, settings = (8, steps, 5), {"reduction": "mean"}
    calls = [
        Call(made, "0", (DATA,), shape=shape),
        Call("cross_entropy", "", (0, TARGET), settings={"dim": axis}, part="loss"),
    ]
    loss = LossSeen("cross_entropy", settings, shape, (8, steps), "classes")
    y = np.arange(40).reshape(8, 5) % 5
    losses = np.linspace(1.6, left, 40)
    return Seen(calls=calls, loss=loss, losses=losses, train=Rows(np.zeros((8, 4)), y))


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (in_sequence(), True),
        (in_sequence(left=0.3), False),  # it learns: a layer along positions is meant
        (in_sequence("transpose"), False),
        (in_sequence(steps=7), False),
        (in_sequence(axis=-1), False),
    ],
)
def test_wrong_loss_over_positions_where_the_classes_are_the_last_axis(
    seen: Seen, found: bool
) -> None:
    told = findings("wrong_loss", seen)
    assert bool(told) == found
    assert not found or "takes axis 1 for the classes, but of the scores (8, 5, 5)" in told[0].text


@pytest.mark.parametrize(
    ("said", "negative", "found"),
    [(-ODD, 1.0, True), (ODD, 1.0, False), (-ODD, 0.0, False), (np.cos(9 * ODD), 1.0, False)],
)
def test_wrong_loss_that_drives_answers_away(said: Any, negative: float, found: bool) -> None:
    """A loss that may be negative, as a likeness, and answers that become the opposite."""
    seen = regression("", ODD, loss="cosine_similarity")
    assert seen.loss is not None and seen.train is not None
    seen.loss.negative, seen.losses = negative, np.linspace(0.1, -0.9, 40)
    seen.train.prediction = np.asarray(said, float).reshape(seen.train.y.shape)
    told = findings("wrong_loss", seen)
    assert bool(told) == found
    assert not found or "become the opposite of the targets" in told[0].text


@pytest.mark.parametrize(
    ("targets", "after", "again", "found"),
    [
        ((0.0, 1.0), ("sub", "relu", "mean"), False, True),
        ((0.0, 1.0), ("neg", "add", "clamp", "mean"), False, True),
        ((-1.0, 1.0), ("sub", "relu", "mean"), False, False),
        ((0.0, 1.0), ("neg", "mean"), False, False),  # the likelihood of what is marked
        ((0.0, 1.0), ("sub", "relu", "mean"), True, False),  # the other class has a part of its own
    ],
)
def test_wrong_loss_of_a_hinge_with_zeros(
    targets: tuple[float, ...], after: tuple[str, ...], again: bool, found: bool
) -> None:
    """By hand: 1 − y · score, which needs −1 and 1."""
    calls = [
        Call("linear", "0", (DATA,), shape=(8, 1)),
        Call("getitem", "", (0,), shape=(8,), part="loss"),
        Call("mul", "", (TARGET, 1), part="loss"),
        *(Call(name, "", (at + 2,), part="loss") for at, name in enumerate(after)),
    ]
    if again:
        calls.append(Call("exp", "", (1,), part="loss"))
    y = np.tile(targets, 4)
    seen = Seen(calls=calls, loss=LossSeen("own"), train=Rows(np.zeros((8, 4)), y))
    told = findings("wrong_loss", seen)
    assert bool(told) == found
    assert not found or "as if they were −1 and 1, but 50" in told[0].text


def lost(step: int = 3, calm: bool = False) -> Seen:
    """A mask of −inf at every step, and a logarithm of 0 at one."""
    losses = np.ones(8)
    seen = network("masked_fill", "log", loss="mse_loss")
    masked = Activity(0, 1, np.inf, finite=False)
    seen.moments = [Moment(i, 1.0, activity={1: masked}, first_bad=1) for i in (0, 2)]
    if not calm:
        losses[step:] = np.nan
        moves = {"0.weight": Move(1.0, finite=False)}
        seen.moments.append(Moment(step, np.nan, moves=moves, first_bad=2))
    seen.losses = losses
    return seen


def test_non_finite_names_the_first_producer_and_leaves_masks_alone() -> None:
    (found,) = findings("non_finite", lost())
    assert found.text == (
        "The loss is nan from step 3 on: log in layer 2 made it first, out of finite numbers."
    )
    assert (found.step, found.layer) == (3, "2")
    assert not findings("non_finite", lost(calm=True))


def test_non_finite_blames_rows_that_already_held_it() -> None:
    seen = lost()
    assert seen.train is not None
    seen.train.x[1, 2] = np.nan
    (found,) = findings("non_finite", seen)
    assert found.text == (
        "The loss is nan from step 3 on: 12\xa0% of the rows hold NaN or infinity."
    )


def test_a_scaler_that_skips_single_steps_is_no_fault() -> None:
    seen = lost(calm=True)
    seen.moments[0].moves = {"0.weight": Move(1.0, np.inf, finite=False)}
    assert not findings("non_finite", seen)
