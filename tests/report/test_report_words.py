"""What the report says: the verdict, the alerts, the sentences under the pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pellucid.report import Answer, Metric, Training, measure, render
from pellucid.report.checks import alerts, checked
from pellucid.report.verdict import headline, verdict
from tests.report import made_up
from tests.report.reader import read


def judged(value, baseline, low=None, high=None, up=True):
    metric = Metric(
        name="m", value=value, baseline=baseline, low=low, high=high, higher_is_better=up
    )
    return verdict(metric, 12)


@pytest.mark.parametrize(
    ("found", "level", "text"),
    [
        (judged(0.9, 0.5, 0.8, 0.95), "good", "Clearly better than the baseline."),
        (judged(1.0, 2.0, 0.5, 1.5, up=False), "good", "Clearly better than the baseline."),
        (
            judged(0.6, 0.5, 0.4, 0.8),
            "warn",
            "Better than the baseline, but with 12 rows that could be chance.",
        ),
        (
            judged(1.0, 2.0, 0.5, 2.5, up=False),
            "warn",
            "Better than the baseline, but with 12 rows that could be chance.",
        ),
        (judged(0.5, 0.5), "error", "Not better than the baseline: nothing useful was learned."),
        (judged(2.5, 2.0, up=False), "error",
         "Not better than the baseline: nothing useful was learned."),
        (judged(float("nan"), 0.5), "error",
         "The score is not a number, so nothing can be said."),
        (judged(0.5, None), "warn", "There is no baseline to compare with."),
        (judged(0.5, float("nan")), "warn", "There is no baseline to compare with."),
    ],
)  # fmt: skip
def test_verdicts(found, level, text):
    assert (found.level, found.text) == (level, text)


def test_headlines():
    metric = Metric(name="R²", value=0.45)
    answer = Answer(task="regress", target="y", inputs=3, rows=9, metric=metric, held_out=False)
    assert headline("houses.csv", answer) == "houses.csv: R² 0.4500 on training rows"


def found_in(content):
    return {alert.title: alert for alert in alerts(content)}


def test_a_good_run_raises_no_alarm():
    content = made_up.diabetes()
    assert alerts(content) == ()
    said = read(render(content)).all("section")[1].text()
    assert "None. 5 checks passed: enough rows were held out; the loss stayed finite;" in said
    assert "every class" not in list(checked(content))


def test_nothing_held_out():
    base = made_up.moons(frames=2)
    content = replace(base, answer=replace(base.answer, held_out=False))
    alert = found_in(content)["No rows were held out"]
    assert alert.text == "The score is measured on the rows the network learned from."
    assert alert.advice == "Hold out some with --test 0.2."
    assert "On 80 training rows it is right" in read(render(content)).all("p")[2].text()


def test_few_rows_and_a_useless_model():
    found = found_in(made_up.tiny())
    assert found["Few held-out rows"].text == (
        "The score rests on 2 rows; the next split may differ."
    )
    assert found["No better than the baseline"].text == (
        "The accuracy is 0\u00a0%, and always guessing the most common class (no) gives 50\u00a0%."
    )


def test_a_loss_that_left_the_numbers():
    training = Training(train_loss=np.array([0.7, np.nan, np.inf]), best_epoch=1)
    content = replace(made_up.tiny(), training=training)
    alert = found_in(content)["The loss is not finite"]
    assert (alert.level, alert.text) == ("error", "It left the numbers in epoch 2.")
    read(render(content))


def test_learned_by_heart_and_still_improving():
    t = np.linspace(0.1, 0.7, 20)
    training = Training(
        train_loss=1 - t,
        validation_loss=1 - t / 2,
        train_metric=t + 0.3,
        validation_metric=t,
        best_epoch=20,
    )
    found = found_in(replace(made_up.tiny(), training=training))
    assert found["Learned by heart"].text == (
        "The accuracy is 100\u00a0% in training and 70\u00a0% on validation rows."
    )
    assert found["Still improving"].text == (
        "The validation loss was still falling at the end: from 0.7368 to 0.6737 over the last "
        "4 epochs."
    )
    assert found["Still improving"].advice == "More may help: --epochs 40."


def by_heart_later(at_first):
    """Curves of a run that learned its own rows after the epoch whose weights are kept."""
    t = np.linspace(0.0, 0.5, 20)
    training = Training(
        train_loss=0.7 - t,
        validation_loss=0.7 + t / 3,
        train_metric=np.minimum(at_first + 4 * t, 1.0),
        validation_metric=np.full(20, at_first - 0.18),
        best_epoch=1,
    )
    wide = made_up.tiny()
    return replace(
        wide,
        training=training,
        answer=replace(wide.answer, inputs=2000),
        data=replace(wide.data, train=50),
    )


def test_a_guess_is_not_learned_by_heart_and_what_came_after_it_is():
    alert = found_in(by_heart_later(0.49))["Learned by heart"]
    assert alert.text == (
        "Training past epoch 1, whose weights were kept, only taught it its own rows: after epoch "
        "20 the accuracy was 100\u00a0% in training and 31\u00a0% on validation rows."
    )
    assert alert.advice.startswith("Fewer input columns, more rows, ")
    kept = found_in(by_heart_later(0.8))["Learned by heart"]
    assert kept.text == "The accuracy is 80\u00a0% in training and 62\u00a0% on validation rows."


def test_a_class_nobody_predicts():
    errors = measure.class_errors([0, 1, 1], [0.1, 0.2, 0.3], ("a", "b"))
    alert = found_in(replace(made_up.tiny(), errors=errors))["A class is never predicted"]
    assert alert.text == "2 rows of class b exist, and the network never answers with it."


def test_alerts_come_the_gravest_first():
    titles = [h.text() for h in read(render(made_up.evil())).all("section")[1].all("h3")]
    assert titles == ["No better than the baseline", made_up.EVIL, "Still improving"]


def sentences(content):
    figures = read(render(content)).all("figure")
    return {f.all("h3")[0].text(): f.all("p")[0].text() for f in figures}


def test_sentences_carry_the_numbers():
    content = made_up.moons()
    said = sentences(content)
    training = content.training
    assert said["Loss (how wrong)"] == (
        f"Training loss fell from {training.train_loss[0]:.4f} to {training.train_loss[-1]:.5f} "
        f"in 100 epochs. Validation loss at the best epoch, {training.best_epoch}: "
        f"{training.validation_loss[training.best_epoch - 1]:.5f}."
    )
    assert said["Shape"] == "2 → 16 → 16 → 2: 5 layers, 354 parameters."
    right = int(np.trace(content.errors.confusion.counts))
    assert said["Confusion matrix"].startswith(f"{right} of 80 rows are right (")
    shape = "How the output took shape, and the validation loss. Before learning, loss 0.7200, "
    assert said["Replay"].startswith(shape)
    part = (content.boundary.values > 0.5).mean()
    assert f"lower: {part * 100:.0f}\u00a0%." in said["Decision boundary"]


def test_a_rising_loss_is_not_called_falling():
    training = Training(train_loss=np.array([1.0, 3.0]), best_epoch=1)
    said = sentences(replace(made_up.tiny(), training=training))
    assert said["Loss (how wrong)"] == "Training loss rose from 1 to 3 in 2 epochs."


def test_residual_sentence_names_the_direction():
    found = measure.regress_errors([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    said = sentences(replace(made_up.tiny(), errors=found))
    assert said["Residuals (true \u2212 predicted)"] == (
        "On average the predictions are 1 too low; nine of ten misses lie between 1 and 1."
    )
    assert said["Predicted and true"] == (
        "Half of the predictions are within 1 of the true value; the largest miss is 1."
    )


def test_a_steep_loss_is_drawn_on_a_log_scale():
    t = np.arange(200)
    training = Training(train_loss=np.exp(-t / 15.0), best_epoch=200)
    page = render(replace(made_up.tiny(), training=training))
    assert "loss (log scale)" in page
    assert "log scale" not in render(made_up.tiny())
