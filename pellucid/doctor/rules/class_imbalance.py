"""Class imbalance: a rare class is ignored.

Conditions, all of them: the most frequent class has at least 6 times as many rows as the rare one
(SageMaker asks for 10; recall decides here); fewer than 30 % of the rare class's rows are answered
right at the end, on rows that were learned from; naming the frequent classes pays: the share of
right answers is no lower than that of the most frequent class; and frequent classes themselves are
answered right at 60 % (in the middle). Imbalance with good recall is fine, and so are the rare
letters of a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from pellucid.doctor.finding import Evidence, Finding
from pellucid.doctor.measures.answers import answers
from pellucid.doctor.measures.columns import tokens
from pellucid.doctor.measures.fit import fit
from pellucid.doctor.rule import rule
from pellucid.doctor.seen import Seen
from pellucid.lenses.numerals import percent

__all__ = ["class_imbalance"]

_RATIO: Final = 6.0
_RECALL: Final = 0.3
_COMMON: Final = 0.6
_FEW: Final = 10  # classes that are not the letters of a text
_FEWEST: Final = 5  # rows of a class that a share can rest on


@rule("class_imbalance", needs=("train", "loss"))
def class_imbalance(seen: Seen) -> Iterator[Finding]:
    """The rare class that is answered worst."""
    target, own = answers(seen), fit(seen)
    if target is None or own is None or own.right is None or len(own.by_class) < 2:
        return
    several = target.y.shape[1] > 1
    if tokens(seen) and (several or target.classes > _FEW):
        return  # letters and words of a text are rare by nature
    often = np.bincount(target.y[target.y >= 0], minlength=len(own.by_class))
    most = int(often.max())
    rare = (often >= _FEWEST) & (most >= _RATIO * often)
    ignored = np.flatnonzero(rare & (np.nan_to_num(np.array(own.by_class), nan=1.0) < _RECALL))
    if not len(ignored) or own.right < most / often.sum() - 0.02:
        return
    common = np.array(own.by_class)[2 * often >= most]
    if np.nanmedian(common) < _COMMON:  # what is wrong is wrong with frequent classes as well
        return
    least = int(ignored[np.argmin(often[ignored])])
    recall, ratio = own.by_class[least], most / often[least]
    others = f" ({len(ignored)} classes in all)" if len(ignored) > 1 else ""
    what = "places" if several else "rows"  # as those of pictures
    yield Finding(
        "class_imbalance",
        f"Class {least} has {often[least]} of {often.sum()} {what}, and {percent(recall)} of them "
        f"are answered right{others}, while {percent(own.right)} of all answers are.",
        evidence=(
            Evidence(f"{what} of the most frequent class for each of this", ratio, _RATIO,
                     "SageMaker Debugger asks for 10"),
            Evidence(f"right answers among {what} of this class", recall, _RECALL, "", "share"),
        ),
        why="Never naming a rare class costs little, so the network finds that first and stays.",
        fix="counts = torch.bincount(y)\n"
        "loss_fn = nn.CrossEntropyLoss(weight=counts.sum() / (len(counts) * counts))\n"
        "# or sample rows of rare classes more often: WeightedRandomSampler"
        if not target.binary
        else "loss_fn = nn.BCEWithLogitsLoss(pos_weight=(y == 0).sum() / (y == 1).sum())",
        sure=0.85,
        effect=float(np.clip(0.9 - recall, 0.0, 1.0)),
    )  # fmt: skip
