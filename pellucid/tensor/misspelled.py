"""What to say to an argument of a name that a function or a class does not have."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeVar, cast

from pellucid.dtypes import DType
from pellucid.errors import KindError
from pellucid.spelling import closest
from pellucid.tensor.kinds import kind_of

__all__ = ["Asked", "about_misspelled", "asked_for", "refuse_unknown", "told_if_misspelled"]

F = TypeVar("F", bound=Callable[..., Any])

# Words of other libraries and of everyday speech, and the names of PyTorch that they stand for.
_SAYS = """
    learning_rate lr_rate rate: lr p; step_lr: lr; decay wd l2 l2_reg regularization:
    weight_decay gamma;
    lr_decay decay_rate factor: gamma factor; epsilon tol tolerance: eps; beta_1 beta1 beta: betas
    momentum beta; beta_2 beta2: betas; momentum: betas momentum; rho: alpha rho;
    weights parameters model: weight params; model_parameters: params; class_weight
    class_weights: weight pos_weight; positive_weight: pos_weight; smoothing: label_smoothing;
    ignore: ignore_index; padding_index pad_idx pad: padding_idx padding;
    input_dim in_dim input_size input_features n_in inputs nin: in_features in_channels input_size;
    output_dim out_dim output_size output_features n_out outputs units nout: out_features
    out_channels hidden_size output_size; filters n_filters num_filters: out_channels;
    channels n_channels: num_channels num_features in_channels; features n_features:
    num_features in_features normalized_shape; kernel filter_size kernel_shape: kernel_size;
    strides: stride; pool_size: kernel_size; dilation_rate: dilation; use_bias: bias;
    prob probability dropout dropout_rate drop: p dropout; slope leak alpha: negative_slope;
    hidden units hidden_dim n_hidden nhid: hidden_size; layers n_layers nlayers: num_layers;
    bidir: bidirectional; batchfirst: batch_first; vocab_size vocab n_tokens: num_embeddings;
    emb_dim embed_size embedding_size embed_dim dim: embedding_dim embed_dim d_model
    normalized_shape start_dim; model_dim
    embed_dim hidden_size: d_model embed_dim; heads n_heads n_head: num_heads nhead; num_heads:
    nhead; ff ff_dim d_ff ffn_dim dim_ff hidden_dim: dim_feedforward; axis axes: dim;
    shape: normalized_shape; size: output_size normalized_shape scale_factor; scale: scale_factor;
    groups: num_groups; step: step_size; period: step_size T_max; steps: milestones step_size
    total_steps; t_max epochs: T_max epochs; warmup warmup_steps: total_iters; peak_lr: max_lr;
    min_lr: eta_min min_lr; batch bs: batch_size; workers n_workers: num_workers;
    early_stopping early_stop n_iter_no_change: patience; verbose verbosity: progress;
    max_iter n_epochs num_epochs n_epoch iterations: epochs; random_state: seed;
    validation_split validation_data validation_fraction valid val eval_set: validation;
    solver optim opt: optimizer; criterion loss_fn loss_function: loss; learning_rate_init: lr;
    alpha: weight_decay; metric scoring: metrics; scheduler lr_scheduler: schedule;
    max_grad_norm max_norm grad_clip clip: clip_norm; hidden_layer_sizes: hidden;
    collate: collate_fn; drop_remainder: drop_last; data: dataset; num n_steps: steps
"""


# What is meant by a name that stands for something given elsewhere.
_ELSEWHERE = {
    ("fit", "target"): "A table knows its target: fit(model, make_table(frame, target=…)).",
    ("RNN", "proj_size"): "Only the states of an LSTM are projected.",
    ("GRU", "proj_size"): "Only the states of an LSTM are projected.",
}


def _meanings() -> dict[str, tuple[str, ...]]:
    said: dict[str, tuple[str, ...]] = {}
    for line in " ".join(_SAYS.split()).split(";"):
        words, _, names = line.partition(":")
        for word in words.split():
            said[word] = (*said.get(word, ()), *names.split())
    return said


def _meant(word: str, taken: list[str]) -> str:
    """The name that was probably meant, or all that there are."""
    if not taken:
        return "It takes what it is made of one by one, without names."
    said = (name for name in _meanings().get(word.lower(), ()) if name in taken)
    near = next(said, None) or closest(word, taken, alike=0.5)
    return f"Did you mean {near}=?" if near else f"It takes {', '.join(taken)}."


def about_misspelled(
    call: Callable[..., Any], error: Exception, words: Iterable[str]
) -> TypeError | None:
    """The name that was probably meant; None where `call` failed for another reason.

    Args:
        call: the function.
        error: what it raised.
        words: the names of the arguments that it was given.
    """
    word = next((w for w in words if str(error).endswith(f"unexpected keyword argument {w!r}")), "")
    taken = [name for name in inspect.signature(call).parameters if not name.startswith("_")]
    if not word or word in taken:  # somebody further inside was asked
        return None
    owner, _, method = call.__qualname__.rpartition(".")
    name = owner if method == "__new__" else call.__name__.strip("_")
    meant = _ELSEWHERE.get((name, word)) or _meant(word, taken)
    return TypeError(f"{name} has no argument {word!r}. {meant}")


def refuse_unknown(call: str, words: Iterable[str], taken: Iterable[str]) -> None:
    """Refuse names that a call with `**kwargs` would pass over.

    Args:
        call: the name of the function.
        words: the names of the arguments that it was given.
        taken: those that it has.

    Raises:
        TypeError: one is not known.
    """
    known = list(taken)
    for word in words:
        if word not in known:
            raise TypeError(f"{call} has no argument {word!r}. {_meant(word, known)}")


def told_if_misspelled(call: F) -> F:
    """A function that says which argument was probably meant by one that it does not have.

    Args:
        call: the function.

    Example:
        >>> @told_if_misspelled
        ... def scaled(value, factor=1):
        ...     return value * factor
        >>> scaled(2, facter=3)
        Traceback (most recent call last):
        TypeError: scaled has no argument 'facter'. Did you mean factor=?
    """

    @functools.wraps(call)
    def checked(*args: Any, **kwargs: Any) -> Any:
        asked = kwargs.get("dtype")
        if asked is not None and type(asked) is not DType:
            kwargs["dtype"] = kind_of(asked)
        try:
            return call(*args, **kwargs)
        except TypeError as error:
            if not kwargs or (unknown := about_misspelled(call, error, kwargs)) is None:
                raise
        raise unknown

    return cast("F", checked)


# What a class takes, None where others wrote it; and what it must have.
_ASKED: dict[type, tuple[frozenset[str] | None, tuple[str, ...]]] = {}


def asked_for(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    """Refuse what a class of this package is made with under a name that it does not have.

    The classes of others say this themselves. Called before every `__init__`, so it is short: a
    look at what was learned about the class when it was first made.

    Args:
        cls: the class.
        args: what it is made with, by place.
        kwargs: and by name.

    Raises:
        TypeError: a name is not known, or something that must be given is not.
    """
    asked = _ASKED.get(cls)
    if asked is None:
        asked = _ASKED[cls] = _learned(cls)
    known, must = asked
    if known is not None and not known.issuperset(kwargs):
        word = next(w for w in kwargs if w not in known)
        names = [p.name for p in _own(cls) if p.kind is not p.VAR_POSITIONAL]
        elsewhere = _ELSEWHERE.get((cls.__name__, word))
        kind = KindError if elsewhere else TypeError  # PyTorch's is a ValueError there
        said = elsewhere or _meant(word, names)
        raise kind(f"{cls.__name__} has no argument {word!r}. {said}")
    if len(args) < len(must) and not kwargs.keys() >= set(must[len(args) :]):
        missing = [name for name in must[len(args) :] if name not in kwargs]
        more = ", …" if len(must) < len(known or ()) else ""
        raise TypeError(
            f"{cls.__name__} was made without {' and '.join(missing)}.\n"
            f" It needs {cls.__name__}({', '.join(must)}{more})."
        )


class Asked:
    """Base of the classes that look at the names of what they are made with."""

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """One of them, if it is made with what it takes."""
        if args or kwargs:  # a copy is made with neither
            asked_for(cls, args, kwargs)
        return super().__new__(cls)


def _own(cls: type) -> list[inspect.Parameter]:
    """What `__init__` takes; where that hands on what it does not know, the next one's too."""
    own: dict[str, inspect.Parameter] = {}
    for kind in cls.__mro__:
        if (init := vars(kind).get("__init__")) is None:
            continue
        more = list(inspect.signature(init).parameters.values())[1:]
        open_ended = any(p.kind is p.VAR_KEYWORD for p in more)
        handed_on = bool(own)
        for p in more:
            if p.kind is not p.VAR_KEYWORD and not (handed_on and p.kind is p.VAR_POSITIONAL):
                own.setdefault(p.name, p.replace(default=None) if handed_on else p)
        if not open_ended:
            break
    return list(own.values())


def _learned(cls: type) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """What `__init__` takes, and what of it must be given; nothing where others wrote it."""
    own = _own(cls) if cls.__module__.startswith("pellucid.") else []
    names = frozenset(p.name for p in own if p.kind is not p.VAR_POSITIONAL)
    if len(names) < len(own):  # any number of parts by place
        made = next(vars(kind)["__init__"] for kind in cls.__mro__ if "__init__" in vars(kind))
        kinds = {p.kind for p in inspect.signature(made).parameters.values()}
        return None if inspect.Parameter.VAR_KEYWORD in kinds else names, ()
    return names or None, tuple(p.name for p in own if p.default is p.empty)
