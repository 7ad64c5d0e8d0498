"""Words that messages share: the name that was probably meant, the kind of what came instead.

Same letters in another case come first, then all but a few; where nothing is near, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

__all__ = ["a_kind", "closest", "did_you_mean"]

_ALIKE = 0.6  # of the letters of both words


def a_kind(value: object) -> str:
    """The kind of a value with its article, for messages that say what came instead.

    Example:
        >>> a_kind(3), a_kind("x"), a_kind(None)
        ('an int', 'a str', 'None')
    """
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def closest(word: str, known: Iterable[str], alike: float = _ALIKE) -> str | None:
    """Return the known name that is nearest to a word, or None when nothing is near.

    Args:
        word: what was asked for.
        known: what there is.
        alike: the share of their letters that both must have in common, in order.

    Example:
        >>> closest("prise", ["id", "area", "price"]), closest("zzz", ["id"])
        ('price', None)
        >>> closest("relu", ["ReLU", "SiLU"]), closest("tensr", ["Tensor", "tensor"])
        ('ReLU', 'tensor')
    """
    import difflib  # only where something is missing

    folded: dict[str, list[str]] = {}
    for name in known:
        folded.setdefault(name.casefold(), []).append(name)
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=alike)
    if not near:
        return None
    return difflib.get_close_matches(word, folded[near[0]], n=1, cutoff=0.0)[0]


def did_you_mean(
    word: str, known: Iterable[str], show: Callable[[str], str] = '"{}"'.format
) -> str:
    """Return ' Did you mean "…"?' with a leading space, or nothing.

    Args:
        word: what was asked for.
        known: what there is.
        show: how the name is written: in quotes, or `repr` where it is Python.

    Example:
        >>> did_you_mean("mons", ["moons", "iris"]), did_you_mean("wieght", ["weight"], repr)
        (' Did you mean "moons"?', " Did you mean 'weight'?")
    """
    near = closest(word, known)
    return "" if near is None else f" Did you mean {show(near)}?"
