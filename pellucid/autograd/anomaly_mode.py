"""Anomaly detection: a backward pass that stops where the first NaN arises, and names the line."""

from __future__ import annotations

from typing import Any

from pellucid.errors import GraphError
from pellucid.graph.node import Node
from pellucid.graph.where import made_at
from pellucid.shapes import show

__all__ = ["anomaly", "detect_anomaly", "set_detect_anomaly"]


class _Anomaly:
    """Whether backward passes are watched, and whether they look for NaN."""

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True
        self.watching = False

    def turn(self, enabled: bool, check_nan: bool) -> None:
        self.enabled, self.check_nan = enabled, check_nan
        self.watching = enabled and check_nan

    def look(self, node: Node, i: int, part: Node) -> None:
        """Refuse blame with a NaN in it, which an op hands to its input number i."""
        array = part.array
        if array is None or not bool((array != array).any()):
            return
        line = made_at(node)
        where = f", computed at {line}," if line else ""
        inside = f" in {node.scope}" if node.scope else ""
        raise GraphError(
            f"{node.op.name}{inside}{where} gave NaN as the blame of its input {i}.\n"
            f" That input has shape {show(node.inputs[i].shape)}. Look for 0/0, log(0) or sqrt(0)."
        )


anomaly = _Anomaly()


class set_detect_anomaly:
    """Watch backward passes or not: from now on, or for the length of a `with` block.

    Args:
        mode: whether to watch.
        check_nan: whether NaN in blame is an error.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self._before = anomaly.enabled, anomaly.check_nan
        anomaly.turn(mode, check_nan)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: Any) -> None:
        anomaly.turn(*self._before)


class detect_anomaly:
    """Within the block, a backward pass stops at the first NaN and names the line that made it.

    It looks at the blame of every op, which takes time. In a compiled function the numbers are not
    known while its backward pass is written, so nothing is looked at there.

    Args:
        check_nan: whether NaN in blame is an error.

    Example:
        >>> import pellucid
        >>> x = pellucid.tensor(0.0, requires_grad=True)
        >>> with pellucid.autograd.detect_anomaly():
        ...     (x.sqrt() * 0).backward()
        Traceback (most recent call last):
        pellucid.errors.GraphError: sqrt, computed at ... gave NaN as the blame of its input 0.
         That input has shape (). Look for 0/0, log(0) or sqrt(0).
    """

    def __init__(self, check_nan: bool = True) -> None:
        self._check_nan = check_nan

    def __enter__(self) -> None:
        self._before = anomaly.enabled, anomaly.check_nan
        anomaly.turn(True, self._check_nan)

    def __exit__(self, *_: Any) -> None:
        anomaly.turn(*self._before)
