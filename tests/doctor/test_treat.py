"""Treatments: the smallest change that helps is found and shown beside the original."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sklearn import datasets

import pellucid
from pellucid.doctor import Finding, Report, treat
from pellucid.doctor.remedies import code, remedies, words
from pellucid.doctor.seen import Batch, LossSeen, Rows, Seen
from pellucid.doctor.trial import Change, Trial
from pellucid.doctor.watch import watch
from pellucid.errors import SettingError
from pellucid.lenses.picture import Chart
from pellucid.lenses.view import Table

AS_IT_WAS = Change()
POOR = Trial(np.linspace(2, 1.5, 40), 1.5, 0.4, None, True, 0.2, 1.6, 0.4, None, 0.2, 40)
GOOD = Trial(np.linspace(2, 0.1, 40), 0.1, 1.0, None, True, 1.0, 0.2, 0.95, None, 0.93, 40)


class Scripted:
    """Trials whose results are written down."""

    def __init__(self, **results: Trial | None) -> None:
        self.results = results

    def run(self, change: Change = AS_IT_WAS) -> Trial | None:
        return self.results.get(words(change).replace(" ", "_"), POOR)


def report(kind: str, trials: Any, **more: Any) -> Report:
    seen = Seen("torch", optimizer="SGD", settings={"lr": 2.0, "momentum": 0.9}, **more)
    seen.trials = trials
    return Report(seen, (Finding(kind, "…", fix="the rule's own lines"),))


def test_the_smallest_change_that_brings_nearly_as_much_is_taken() -> None:
    best = Trial(GOOD.losses, 0.05, 1.0, None, True, 1.0, 0.1, 0.97, None, 0.95, 40)
    trials = Scripted(a_tenth_of_the_learning_rate=GOOD, a_hundredth_of_the_learning_rate=best)
    done = treat(report("lr_too_high", trials))
    assert done.works and done.change == Change(lr=0.1) and done.after is GOOD
    assert done.code == "optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)"
    assert done.view.title == "Treatment: learning rate too high"
    assert done.view.sentence == (
        "With a tenth of the learning rate the same network gets to 95\xa0% right instead of "
        "40\xa0% right, in 40 steps."
    )
    assert "Nothing was changed yet" in done.text(80)


def test_both_curves_and_all_numbers_are_shown() -> None:
    done = treat(report("exploding_gradient", Scripted(clipped_gradients=GOOD)))
    (chart,) = [block for block in done.view.blocks if isinstance(block, Chart)]
    assert [line.name for line in chart.marks] == ["as it was", "changed"]  # type: ignore[union-attr]
    (table,) = [block for block in done.view.blocks if isinstance(block, Table)]
    assert [row[0] for row in table.rows][:3] == [
        "nothing changed", "clipped gradients", "a tenth of the learning rate",
    ]  # fmt: skip
    assert [row[-1] for row in table.rows][:3] == ["", "✓", ""]
    data = done.to_dict()
    assert (data["kind"], data["works"]) == ("exploding_gradient", True)
    assert data["after"]["loss"] == 0.1 and len(data["before"]["losses"]) == 40
    assert "clip_grad_norm_" in data["code"]
    assert "<svg" in done.html()


def test_a_larger_change_is_taken_where_it_brings_much_more() -> None:
    some = Trial(POOR.losses, 1.2, 0.5, None, True, 0.4, 1.3, 0.5, None, 0.4, 40)
    gains = {"10_times_the_learning_rate": some, "100_times_the_learning_rate": GOOD}
    done = treat(report("lr_too_low", Scripted(**gains)))
    assert done.change == Change(lr=100.0)


def test_nothing_helps_and_what_ran_away() -> None:
    away = Trial(np.array([1.0, np.inf]), finite=False, steps=2)
    done = treat(report("bad_init", Scripted(new_first_weights=away)))
    assert not done.works and done.change is None and done.code == "the rule's own lines"
    assert done.view.sentence == "None of 1 change that was tried helps."
    assert "the rule's own lines" in str(done)
    mended = treat(report("non_finite", Scripted(a_loop_without_mistakes=away,
                                                 clipped_gradients=GOOD)))  # fmt: skip
    assert mended.change == Change(clip=1.0) and "no finite loss" in mended.view.sentence


def test_surer_answers_help_too_and_held_out_rows_decide_against_overfitting() -> None:
    surer = Trial(GOOD.losses, 0.5, 0.4, None, True, 0.2, 0.6, 0.4, None, 0.2, 40)
    assert treat(report("undertrained", Scripted(**{"2_times_the_steps": surer}))).works
    worse = Trial(GOOD.losses, 1.9, 0.4, None, True, 0.2, 0.9, 0.4, None, 0.2, 20)
    done = treat(report("overfitting", Scripted(**{"0.5_times_the_steps": worse})))
    assert done.change == Change(steps=0.5)
    assert done.code == "epochs = int(epochs * 0.5)  # or stop when validation turns"


def test_what_is_changed_by_hand() -> None:
    done = treat(report("double_softmax", Scripted()))
    assert not done.works and done.code == "the rule's own lines"
    assert done.view.sentence == (
        "No change can be tried on its own: this is to be changed by hand."
    )
    no_trials = treat(report("lr_too_high", Seen().trials))
    assert no_trials.view.sentence == (
        "The training can't be run again on a copy, so this is to be changed by hand."
    )
    assert "the rule's own lines" in str(no_trials)


def test_a_fault_of_the_loop_is_shown_beside_the_run_itself() -> None:
    rows = Rows(np.zeros((4, 1)), np.array([0, 1, 0, 1]), np.array([[1.0, 0]] * 4))
    done = treat(report("zero_grad_misuse", Scripted(a_loop_without_mistakes=GOOD), train=rows,
                        losses=np.array([3.0, 4.0]), loss=LossSeen("cross_entropy")))  # fmt: skip
    assert done.before is not None and done.before.right == 0.5 and done.before.steps == 2
    assert done.works and done.code == "the rule's own lines"
    mixed = treat(report("unshuffled_data", Scripted(a_loop_without_mistakes=GOOD)))
    assert mixed.works and mixed.before is POOR


def test_nothing_found_and_wrong_names() -> None:
    healthy = treat(Report(Seen()))
    assert not healthy.works and healthy.code == ""
    assert str(healthy) == "Treatment\nNothing wrong was found: there is nothing to treat."
    with pytest.raises(SettingError, match="there is no kind of fault called 'lr'"):
        treat(Report(Seen()), "lr")
    with pytest.raises(SettingError, match="the report has no finding 'bad_init'"):
        treat(report("lr_too_low", Scripted()), "bad_init")


def test_every_change_has_words_and_code() -> None:
    seen = Seen(optimizer="Adam", settings={"lr": 0.01}, batches=[Batch(0, 16)])
    everything = Change(lr=10, inputs=True, targets=True, fresh=True, dropout=False, decay=False,
                        batch=4.0, clip=1.0, steps=3.0)  # fmt: skip
    lines = code(everything, seen)
    for piece in ("x_train.std(0)", "y_train.std(0)", "reset_parameters()", "layer.p = 0.0",
                  "pellucid.optim.Adam(model.parameters(), lr=0.1, weight_decay=0)",
                  "batch_size=64, shuffle=True", "clip_grad_norm_(model.parameters(), 1)",
                  "epochs = epochs * 3"):  # fmt: skip
        assert piece in lines
    assert words(everything) == (
        "10 times the learning rate, standardized inputs, standardized targets, new first "
        "weights, no dropout, no weight decay, batches 4 times as large, 3 times the steps, "
        "clipped gradients"
    )
    assert words(Change(optimizer="Adam", shuffled=False)) == (
        "Adam over all weights, rows in their order"
    )
    scaled = [change for change in remedies("underfitting", seen) if change.targets]
    assert scaled == [] and len(remedies("unnormalised_data", seen)) == 3, "targets are classes"
    numbers = Seen(loss=LossSeen("mse_loss", target_kind="numbers"))
    assert len(remedies("unnormalised_data", numbers)) == 9
    assert remedies("frozen_parameters", seen) == (Change(optimizer="Adam", rate=0.01),)


@pytest.mark.slow
@pytest.mark.parametrize("source", ["pellucid", "torch"])
def test_a_watched_training_is_treated(source: str) -> None:
    lib: Any = pellucid
    look: Any = watch
    if source == "torch":
        lib = pytest.importorskip("torch")
        from pellucid.bridges import torch as bridge

        look = bridge.watch
    x, y = datasets.make_moons(200, noise=0.1, random_state=0)
    inputs, targets = lib.tensor(x.astype(np.float32)), lib.tensor(y)
    lib.manual_seed(0)
    nn = lib.nn
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = lib.optim.SGD(model.parameters(), lr=1e-4)
    with look(model, optimizer) as found:
        for _ in range(150):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), targets).backward()
            optimizer.step()
    before = {name: value.tolist() for name, value in model.state_dict().items()}
    assert found.findings[:1] == ["lr_too_low"]
    done = treat(found)
    assert done.works and done.change is not None and done.change.lr >= 100
    assert done.code.startswith(f"optimizer = {source}.optim.SGD(model.parameters(), lr=0.")
    assert done.before is not None and done.after is not None
    assert done.after.loss < done.before.loss and math.isfinite(done.after.loss)
    after = {name: value.tolist() for name, value in model.state_dict().items()}
    assert before == after
