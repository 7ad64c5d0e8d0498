"""A model's weights copied out, put back, and drawn afresh."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.errors import SettingError
from pellucid.nn.module import Module
from pellucid.tensor.creation import of_array
from pellucid.tensor.random import default_generator

__all__ = ["copied", "draw_again", "put_back", "seed_of_start"]

# 2⁶⁴ over the golden ratio, an odd number: its multiples mod 2⁶⁴ keep the widest gaps.
_APART = 0x9E3779B97F4A7C15


def copied(model: Module) -> dict[str, Any]:
    """By name, copies of all weights and buffers, as arrays."""
    return {name: t._node.array.copy() for name, t in model.state_dict().items()}


def put_back(model: Module, weights: Mapping[str, Any]) -> None:
    """Write arrays into a model's own memory."""
    model.load_state_dict({name: of_array(array) for name, array in weights.items()})


def seed_of_start(seed: int, start: int) -> int:
    """What a further start of a training draws its weights from, as `fit` documents it.

    It is far from the small whole numbers that people seed with, so that no start repeats a model
    seeded by hand or a start of another `seed`.
    """
    return (seed + start * _APART) & 0xFFFFFFFFFFFFFFFF


def draw_again(model: Module, seed: int) -> None:
    """Give a model fresh weights, the same for the same seed.

    Raises:
        SettingError: a module with weights has no `reset_parameters`.
    """
    stream = default_generator.get_state()
    default_generator.manual_seed(seed)
    try:
        for name, module in model.named_modules():
            # Attention and the transformer write it with an underscore, as PyTorch does.
            draw = getattr(module, "reset_parameters", getattr(module, "_reset_parameters", None))
            if draw is not None:
                draw()
            elif next(module.parameters(recurse=False), None) is not None:
                raise SettingError(
                    f"restarts need fresh weights, and {name or 'the model'} "
                    f"({type(module).__name__}) has no reset_parameters().\n"
                    " Add one that draws its weights, or train with restarts=1."
                )
    finally:
        default_generator.set_state(stream)
