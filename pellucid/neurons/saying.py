"""What a network says about itself: pictures, equations, texts and files."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.data.wording import listing, quoted
from pellucid.errors import SettingError
from pellucid.lenses.shown import Shown
from pellucid.neurons import derivation, dot, evaluation, foreign, graphics, plain, sequential, view
from pellucid.neurons.sample import sample_of
from pellucid.nn.container import Sequential
from pellucid.training.files import replace_file

if TYPE_CHECKING:
    from pellucid.neurons.network import Network

__all__ = ["Saying"]

_SHOWN = (".png", ".pdf", ".html")


class Saying:
    """The ways out of a network."""

    def values(self, x: Any) -> dict[str, tuple[float | None, float]]:
        """For one sample the weighted sum z and the output y of every neuron.

        Inputs and bias neurons have no weighted sum: None stands for it.

        Example:
            >>> from pellucid import neurons
            >>> z, y = neurons.example().values(1.0)["3"]
            >>> round(z, 4), round(y, 4)
            (-0.5, 0.3775)
        """
        return sample_of(_net(self), x).values()

    def see(self, x: Any = None, y: Any = None, *, loss: Any = None, most: int = 8) -> Shown:
        """The network as circles and arrows; with an input its values, with a target its blame.

        Args:
            x: one sample: numbers, a Tensor, or a dictionary of input neurons.
            y: what should come out for it.
            loss: as `fit` takes it; the squared difference when None.
            most: how many neurons of a layer are drawn.
        """
        return Shown(view.view_of(_net(self), x, y, loss, most))

    def _repr_html_(self) -> str:
        """The picture, in a notebook."""
        net = _net(self)
        return self.see().html() if net._neurons else f"<pre>{net!r}</pre>"

    def evaluate(self, x: Any) -> Shown:
        """The evaluation for one sample, layer by layer, in symbols and numbers."""
        return Shown(evaluation.view_of(_net(self), x))

    def derive(self, x: Any, y: Any, neuron: str | None = None, *, loss: Any = None) -> Shown:
        """The derivatives of the loss for the weights of one neuron, in three steps with numbers.

        Args:
            x: one sample.
            y: what should come out for it.
            neuron: whose incoming weights to ask about.
            loss: as `fit` takes it; the squared difference when None.

        Raises:
            SettingError: no neuron, or one that no blame reaches.
        """
        if neuron is None:
            asked = [n.name for n in _net(self).neurons.values() if n.kind in ("hidden", "output")]
            first = quoted(asked[0]) if asked else "…"
            raise SettingError(
                f"derive works out one neuron: derive(x, y, {first}).\n"
                f" Those with weights are {listing(asked, 12) or 'none yet'}."
            )
        return Shown(derivation.view_of(_net(self), x, y, neuron, loss))

    def to_module(self) -> Sequential:
        """The same network as a Sequential, under the same names of weights.

        Raises:
            SettingError: arrows that skip a layer, or share a weight.
        """
        return sequential.to_module(_net(self))

    def to_text(self) -> str:
        """One line for each neuron and each arrow; `neurons.from_text` reads it."""
        return plain.to_text(_net(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers; `neurons.from_dict` reads it."""
        return plain.to_dict(_net(self))

    def to_json(self, indent: int | None = None) -> str:
        """The same as JSON; `neurons.from_json` reads it."""
        return plain.to_json(_net(self), indent)

    def to_dot(self) -> str:
        """The graph in the DOT language, for Graphviz; `neurons.from_dot` reads it."""
        return dot.to_dot(_net(self))

    def to_networkx(self) -> Any:
        """The graph as a `networkx.DiGraph`; `neurons.from_networkx` reads it."""
        return foreign.to_networkx(_net(self))

    def to_svg(
        self, x: Any = None, y: Any = None, *, loss: Any = None, most: int = 8,
        dark: bool | None = None,
    ) -> str:  # fmt: skip
        """The picture that `see` shows, as SVG that stands on its own.

        Args:
            x: one sample; the network alone when None.
            y: what should come out for it.
            loss: as `fit` takes it; the squared difference when None.
            most: how many neurons of a layer are drawn.
            dark: on dark paper or on light; as its reader's system is when None.
        """
        shown = self.see(x, y, loss=loss, most=most)
        return graphics.svg(graphics.diagram_of(shown.view), dark)

    def save(self, path: str | PathLike[str], dark: bool | None = None) -> Path:
        """Write it to a file: `.json`, `.dot`, `.txt`; drawn as `.svg`, `.png`, `.pdf`, `.html`.

        Args:
            path: where, with one of these endings.
            dark: whether the picture stands on dark paper or on light; as its reader's system is
                when None.
        """
        writers: dict[str, Callable[[], str]] = {
            ".json": lambda: self.to_json(indent=1) + "\n", ".dot": self.to_dot,
            ".txt": self.to_text, ".svg": lambda: self.to_svg(dark=dark),
        }  # fmt: skip
        file = Path(path)
        if file.suffix in _SHOWN:
            return self.see().save(file, dark=dark)
        if file.suffix not in writers:
            raise SettingError(
                f"a network of neurons can't be written as {file.suffix or file.name!r}. "
                f"Use {', '.join([*writers, *_SHOWN])}."
            )
        replace_file(file, writers[file.suffix]().encode("utf-8"))
        return file


def _net(self: Any) -> Network:
    network: Network = self
    return network
