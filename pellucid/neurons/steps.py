"""The lines of the three steps: each derivative in symbols, then with its numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pellucid.lenses.numerals import bracketed, number, plural
from pellucid.lenses.view import Block, Equation, Remark
from pellucid.neurons.sample import Sample
from pellucid.neurons.symbols import Symbols

if TYPE_CHECKING:
    from pellucid.neurons.derivation import Derivation

__all__ = ["Steps"]

_MOST_TERMS = 8


class Steps:
    """Writes a derivation.

    Args:
        sample: the run.
        found: its numbers.
        symbols: what things are called.
    """

    def __init__(self, sample: Sample, found: Derivation, symbols: Symbols) -> None:
        self.sample, self.found, self.symbols = sample, found, symbols
        self.alone = len(sample.outputs) == 1

    def loss(self) -> list[Block]:
        """How far the output is from what should have come out."""
        value = number(float(self.sample.loss.item()))
        if not self.sample.is_squared:
            return [Remark(f"The loss is L = {value}.")]
        s, f = self.symbols, self.found
        wanted = dict(zip(self.sample.outputs, self.sample.wanted.tolist(), strict=True))
        words = [f"({s.y(n)} − {s.wanted(n, self.alone)})²" for n in wanted]
        figures = [f"({number(f.y[n])} − {bracketed(t)})²" for n, t in wanted.items()]
        return [
            Remark(self._about_loss()),
            self._line(["L", _sum(words), _sum(figures), value]),
        ]  # fmt: skip

    def _about_loss(self) -> str:
        """What the symbol of the target stands for."""
        s, outputs = self.symbols, self.sample.outputs
        if self.alone:
            wanted = s.wanted(outputs[0], True)
            return f"The loss is the squared difference; {wanted} is what should have come out."
        return "The loss is the squared difference, summed over the outputs."

    def at_output(self, name: str) -> list[Block]:
        """Step 1 for an output neuron."""
        s, f = self.symbols, self.found
        blocks: list[Block] = []
        if self.sample.is_squared:
            at = self.sample.outputs.index(name)
            wanted = float(self.sample.wanted[at])
            direct = [f"2({s.y(name)} − {s.wanted(name, self.alone)})",
                      f"2({number(f.y[name])} − {bracketed(wanted)})"]  # fmt: skip
        else:
            direct = []
        if f.terms[name]:  # an output that others hear from as well
            blocks.append(Remark(f"Neuron {name} is an output and feeds others too."))
            blocks.append(self._line(["direct", *direct, number(f.to_output[name])]))
            return blocks + self._terms(name, ["direct"], [f.to_output[name]]) + self._inside(name)
        blocks.append(self._line([self._dy(name), *direct, number(f.dy[name])]))
        return blocks + self._inside(name)

    def back(self, name: str) -> list[Block]:
        """Step 2 for a neuron: a line for each arrow that leaves it, their sum, its function."""
        head = Remark(f"Neuron {name} feeds {', '.join(_few(list(self.found.terms[name])))}.")
        blocks = [head, *self._terms(name, [], [])]
        return blocks + (self._inside(name) if name in self.found.slope else [])

    def weights(self) -> list[Block]:
        """Step 3: the derivative for each incoming weight."""
        s, f, name = self.symbols, self.found, self.found.neuron
        if name not in f.dz:
            return [Remark(f"Step 3. {name} is an input neuron: it has no incoming weights.")]
        blocks: list[Block] = [
            Remark("Step 3. For each weight: times the value that comes in along its arrow.")
        ]
        for source, value in list(f.dw.items())[:_MOST_TERMS]:
            slope = s.slope("L", s.w(source, name))
            sends_one = self.sample.network.neurons[source].kind == "bias"
            rule = f"{self._dz(name)} · {s.slope(s.z(name), s.w(source, name))}"
            words = f"{self._dz(name)} · {'1' if sends_one else s.y(source)}"
            figures = f"{number(f.dz[name])} · {'1' if sends_one else bracketed(f.y[source])}"
            blocks.append(self._line([slope, rule, words, figures, number(value)]))
        return blocks + _rest(len(f.dw), "weight")

    def _terms(self, name: str, first: list[str], numbers: list[float]) -> list[Block]:
        s, f = self.symbols, self.found
        held = list(f.terms[name].items())
        blocks: list[Block] = []
        more = ["…"] if len(held) > _MOST_TERMS else []
        if len(first) + len(held) > 1:
            rule = [f"{self._dz(k)} · {s.slope(s.z(k), s.y(name))}" for k, _ in held[:_MOST_TERMS]]
            blocks.append(self._line([self._dy(name), " + ".join([*first, *rule, *more])]))
        parts, figures = list(first), list(numbers)
        for k, value in held[:_MOST_TERMS]:
            w = s.w(name, k)
            chain = f"{self._dz(k)} · {s.slope(s.z(k), s.y(name))}"
            words = f"{self._dz(k)} · {w}"
            numbers_in = f"{number(f.dz[k])} · {bracketed(self._weight(name, k))}"
            blocks.append(self._line([f"through {k}: {chain}", words, numbers_in, number(value)]))
            parts.append(words)
            figures.append(value)
        blocks += _rest(len(held), "arrow")
        if len(parts) > 1:
            total = " + ".join([*(bracketed(v) for v in figures), *more])
            blocks.append(self._line([self._dy(name), total, number(f.dy[name])]))
        else:
            blocks.append(self._line([self._dy(name), number(f.dy[name])]))
        return blocks

    def _inside(self, name: str) -> list[Block]:
        """Through the neuron's own function."""
        s, f = self.symbols, self.found
        slope = self._slope_words(name)
        inner = s.slope(s.y(name), s.z(name))
        return [
            self._line([inner, f"{s.f(name)}′({s.z(name)})", *slope, number(f.slope[name])]),
            self._line([
                self._dz(name), f"{self._dy(name)} · {inner}",
                f"{number(f.dy[name])} · {bracketed(f.slope[name])}", number(f.dz[name]),
            ]),
        ]  # fmt: skip

    def _slope_words(self, name: str) -> list[str]:
        neuron = self.sample.network.neurons[name]
        text = neuron.function.slope if neuron.function is not None else ""
        if not text or text == "1" or re.search("[αβλ]|min|max|threshold|tu′|ˣ", text):
            return []
        return [re.sub(r"(?<![a-z])x(?![a-z])", self.symbols.z(name), text)]

    def _dz(self, name: str) -> str:
        return self.symbols.slope("L", self.symbols.z(name))

    def _dy(self, name: str) -> str:
        return self.symbols.slope("L", self.symbols.y(name))

    def _weight(self, source: str, target: str) -> float:
        return self.sample.network.edge(source, target).weight

    def _line(self, steps: list[str]) -> Equation:
        kept = [s for i, s in enumerate(steps) if i == 0 or s != steps[i - 1]]
        return Equation(tuple(kept), tuple(map(self._tex, kept)))

    def _tex(self, text: str) -> str:
        head, found, tail = text.partition(": ")
        if found and head.startswith("through "):
            return rf"\text{{{head}: }} {self.symbols.tex(tail)}"
        return rf"\text{{{text}}}" if text == "direct" else self.symbols.tex(text)


def _sum(terms: list[str]) -> str:
    return " + ".join(_few(terms))


def _few(words: list[str]) -> list[str]:
    return words if len(words) <= _MOST_TERMS else [*words[: _MOST_TERMS - 2], "…", words[-1]]


def _rest(count: int, noun: str) -> list[Block]:
    left = count - _MOST_TERMS
    return [Remark(f"… and {plural(left, 'more ' + noun)}, in .to_dict().")] if left > 0 else []
