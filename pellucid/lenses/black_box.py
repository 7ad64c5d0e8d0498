"""The black box: what comes out when numbers go in, how right it is, and what each input is worth.

Nothing here looks inside; every number comes from asking the network.
"""

from __future__ import annotations

from typing import Any

from pellucid.errors import IndexRangeError, SettingError
from pellucid.lenses.box.answers import Answers, answers, score
from pellucid.lenses.box.curves import curve_block, curve_data, curves_of
from pellucid.lenses.box.mistakes import class_blocks, number_blocks, worst_block
from pellucid.lenses.box.said import limits, sentence, title
from pellucid.lenses.box.scores import one_answer, scores_table
from pellucid.lenses.box.worth import importance_block, steadied, worth_of
from pellucid.lenses.lens import lens
from pellucid.lenses.subject import Subject
from pellucid.lenses.view import Block, View
from pellucid.spelling import did_you_mean

__all__ = ["black_box"]


@lens("What comes out when numbers go in, how right is it, and which inputs matter?")
def black_box(
    subject: Subject,
    *,
    of: str | int | None = None,
    sample: int | None = None,
    repeats: int = 5,
    worst: int = 10,
) -> View:
    """Treat the network as a box: ask it, and compare what it says with the truth.

    Args:
        subject: the network and its rows.
        of: the class, or which of several numbers, whose what-if curves are drawn; all classes
            when None, the second of two.
        sample: a row to look at: its answer and its own curves.
        repeats: how often each input is shuffled.
        worst: how many of the worst rows are listed.

    Raises:
        SettingError: no such class, or a network that answers with neither classes nor numbers.
        IndexRangeError: no such row.
    """
    found = answers(subject)
    shown = _columns(found, of)
    _check_row(subject, sample)
    worth = None if subject.y is None else steadied(subject, worth_of(subject, found, repeats))
    curves = curves_of(subject, worth)
    blocks: list[Block] = []
    data: dict[str, Any] = {"rows": len(subject), "outputs": list(found.names)}
    main = None
    if found.true is not None:
        main = score(found)
        blocks.append(scores_table(found, main))
        data["score"] = {
            "name": main.name, "value": main.value, "low": main.low, "high": main.high,
            "baseline": main.baseline, "baseline_name": main.baseline_name,
        }  # fmt: skip
    if sample is not None:
        blocks.append(one_answer(found, sample * found.each, sample))
        data["sample"] = {"row": sample, "answer": found.given[sample * found.each].tolist()}
    if curves:
        blocks.append(curve_block(subject, found, curves, shown, sample))
        data["curves"] = [curve_data(c) for c in curves]
    if worth is not None:
        blocks.append(importance_block(subject, worth))
        data["importance"] = [
            {"input": n, "drop": float(d), "deviation": float(s)}
            for n, d, s in zip(worth.names, worth.drop, worth.deviation, strict=True)
        ]
    if found.true is not None:
        parts, more = class_blocks(found) if found.classes else number_blocks(found, subject.target)
        table, rows = worst_block(subject, found, worst)
        blocks += [*parts, *table]
        data |= {**more, "worst": rows}
    blocks += limits(subject, curves)
    words = title(found, main, worth), sentence(found, main, worth)
    return View(*words, tuple(blocks), data)


def _columns(found: Answers, of: str | int | None) -> tuple[int, ...]:
    """Which answers the curves show."""
    count = len(found.names)
    if of is None:
        return (1,) if found.classes and count == 2 else tuple(range(count))
    if isinstance(of, int) and not isinstance(of, bool) and 0 <= of < count:
        return (of,)
    if str(of) not in found.names:
        known = ", ".join(found.names[:12])
        raise SettingError(
            f"of={of!r}: the network does not answer with that.{did_you_mean(str(of), found.names)}"
            f"\n It answers with {known}{' …' if count > 12 else ''}."
        )
    return (found.names.index(str(of)),)


def _check_row(subject: Subject, sample: int | None) -> None:
    if sample is not None and not 0 <= sample < len(subject):
        raise IndexRangeError(f"sample={sample}: there are rows 0 to {len(subject) - 1}.")
