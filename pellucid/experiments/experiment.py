"""What makes a function an experiment: it asks a question, runs by name, and hands back a view.

The view's title is the question and its sentence the verdict; between them stand what was run, a
picture and a table. Every number of it is measured when it is called.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec

from pellucid.data.wording import quoted
from pellucid.errors import SettingError
from pellucid.lenses.choices import explained, usual
from pellucid.lenses.shown import Shown
from pellucid.lenses.view import Column, Remark, Table, View
from pellucid.spelling import did_you_mean

__all__ = [
    "EXPERIMENTS", "Experiment", "experiment", "named_experiment", "names", "overview",
]  # fmt: skip

P = ParamSpec("P")


@dataclass(frozen=True)
class Experiment:
    """A question that is answered by running something.

    Attributes:
        name: what it is called in Python and on the command line.
        question: what it answers, in one sentence.
        run: the function.
    """

    name: str
    question: str
    run: Callable[..., Shown]

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of what can be chosen."""
        return tuple(inspect.signature(self.run).parameters)

    def chosen(self) -> Shown:
        """What can be chosen, what it is when nothing is said, and what it means."""
        words = explained(inspect.getdoc(self.run) or "")
        rows = tuple(
            (name, usual(one.default), words.get(name, ""))
            for name, one in inspect.signature(self.run).parameters.items()
        )
        heads = (
            Column("setting", "code"), Column("usual", "code", wraps=20), Column("what", wraps=30)
        )  # fmt: skip
        kept = [{"name": n, "usual": u, "what": w} for n, u, w in rows]
        return Shown(View(
            f"Settings of {self.name}", self.question,
            (Table(heads, rows),
             Remark(f"Choose: pellucid experiment {self.name} --set NAME=VALUE, or in Python"
                    f" experiments.{self.name}(NAME=VALUE).")),
            {"experiment": self.name, "settings": kept},
        ))  # fmt: skip


EXPERIMENTS: dict[str, Experiment] = {}

# From what one neuron can't do to what many do together.
_ORDER = (
    "xor", "collapse", "restarts", "approximation", "boolean", "capacity", "step_size",
    "activations", "depth", "multiplication", "matrix_product",
)  # fmt: skip

# What people call a thing, and the experiment that is about it.
_ALSO = {
    "vanish": "depth", "explod": "depth", "gradient": "depth", "deep": "depth",
    "learning_rate": "step_size", "lr": "step_size", "overfit": "capacity", "width": "capacity",
    "hidden": "capacity", "universal": "approximation", "parity": "boolean", "seed": "restarts",
    "init": "restarts", "linear": "collapse", "relu": "activations", "sigmoid": "activations",
}  # fmt: skip


def experiment(question: str) -> Callable[[Callable[P, View]], Callable[P, Shown]]:
    """Make a function that gives a view an experiment of its name.

    Args:
        question: what it answers, in one sentence.
    """

    def make(run: Callable[P, View]) -> Callable[P, Shown]:
        @functools.wraps(run)
        def called(*args: P.args, **settings: P.kwargs) -> Shown:
            _check(run, settings)
            return Shown(run(*args, **settings))

        EXPERIMENTS[run.__name__] = Experiment(run.__name__, question, called)
        return called

    return make


def names() -> tuple[str, ...]:
    """What the experiments are called.

    Example:
        >>> from pellucid import experiments
        >>> experiments.names()[:2]
        ('xor', 'collapse')
    """
    place = {name: i for i, name in enumerate(_ORDER)}
    return tuple(sorted(EXPERIMENTS, key=lambda name: (place.get(name, len(place)), name)))


def named_experiment(name: str) -> Experiment:
    """The experiment of a name; "step-size" is step_size.

    Raises:
        SettingError: there is none.
    """
    plain = str(name).strip().replace("-", "_")
    if plain not in EXPERIMENTS:
        asks = next((own for word, own in _ALSO.items() if word in plain), "")
        hint = f" {asks} is about that." if asks else did_you_mean(plain, names())
        known = ", ".join(names())
        raise SettingError(f"there is no experiment {quoted(name)}.{hint}\n Known: {known}.")
    return EXPERIMENTS[plain]


def overview() -> Shown:
    """The experiments with their questions."""
    rows = tuple((name, EXPERIMENTS[name].question) for name in names())
    table = Table((Column("experiment", "code"), Column("what it asks", wraps=30)), rows)
    remark = Remark("Run one: pellucid experiment xor, or in Python pellucid.experiments.xor().")
    view = View(
        "Experiments", f"There are {len(rows)} experiments; each answers one question by running.",
        (table, remark), {"experiments": [{"name": n, "question": q} for n, q in rows]},
    )  # fmt: skip
    return Shown(view)


def _check(run: Callable[..., Any], settings: dict[str, Any]) -> None:
    """Speak of settings that the experiment does not have before anything is computed."""
    own = list(inspect.signature(run).parameters)
    for name in settings:
        if name not in own:
            raise SettingError(
                f"the experiment {run.__name__} has no setting {quoted(name)}."
                f"{did_you_mean(name, own)}\n Its own are {', '.join(own)}."
            )
