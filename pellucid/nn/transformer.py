"""Transformers: stacks of layers in which positions look at each other, to read and to write."""

from __future__ import annotations

import copy
import math
from typing import Any

from pellucid.dtypes import DType, float32
from pellucid.errors import ShapeError
from pellucid.nn import functional as F
from pellucid.nn import init
from pellucid.nn.container import ModuleList
from pellucid.nn.masks import future
from pellucid.nn.module import Module
from pellucid.nn.norm import LayerNorm
from pellucid.nn.transformer_layer import (
    Bend,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from pellucid.shapes import show
from pellucid.tensor import Tensor

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


class TransformerEncoder(Module):
    """Several encoder layers, one after another.

    Args:
        encoder_layer: the pattern; each layer is a copy of it.
        num_layers: how many.
        norm: a last layer norm.
        enable_nested_tensor: accepted for PyTorch's sake.
        mask_check: accepted for PyTorch's sake.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 3)
        >>> encoder(pellucid.zeros(5, 4, 8)).shape
        Size([5, 4, 8])

    Source: Vaswani et al. 2017.
    """

    def __init__(
        self,
        encoder_layer: TransformerEncoderLayer,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers = _copies(encoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm
        self.enable_nested_tensor, self.mask_check = enable_nested_tensor, mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """The positions after all layers; see `TransformerEncoderLayer`.

        Args:
            src: the positions.
            mask: `(S, S)`: True where a position must not look, or numbers added.
            src_key_padding_mask: `(N, S)`: True at positions that count for nothing.
            is_causal: each position looks at itself and those before it only; None: as `mask` says.
        """
        for layer in self.layers:
            src = layer(src, mask, src_key_padding_mask, bool(is_causal))
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(Module):
    """Several decoder layers, one after another.

    Args:
        decoder_layer: the pattern; each layer is a copy of it.
        num_layers: how many.
        norm: a last layer norm.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16), 3)
        >>> decoder(pellucid.zeros(5, 4, 8), pellucid.zeros(7, 4, 8)).shape
        Size([5, 4, 8])

    Source: Vaswani et al. 2017.
    """

    def __init__(
        self, decoder_layer: TransformerDecoderLayer, num_layers: int, norm: Module | None = None
    ) -> None:
        super().__init__()
        self.layers = _copies(decoder_layer, num_layers)
        self.num_layers, self.norm = num_layers, norm

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """The positions after all layers; see `TransformerDecoderLayer`."""
        for layer in self.layers:
            tgt = layer(
                tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
                bool(tgt_is_causal), memory_is_causal,
            )  # fmt: skip
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads and a decoder that writes, as in translation.

    Args:
        d_model: features of each position.
        nhead: heads of each attention.
        num_encoder_layers: how many layers read.
        num_decoder_layers: how many layers write.
        dim_feedforward: width between the two linear layers.
        dropout: share of numbers left out in training.
        activation: "relu", "gelu", or a function.
        custom_encoder: an encoder to take in place of the usual one.
        custom_decoder: a decoder to take in place of the usual one.
        layer_norm_eps: added to the variance in layer norms.
        batch_first: axes are (batch, positions, features); else (positions, batch, features).
        norm_first: normalize what goes into each part; else what comes out of each sum.
        bias: whether linear layers and layer norms have biases.
        device: accepted for PyTorch's sake; only "cpu" exists.
        dtype: kind of number of the weights.

    Example:
        >>> import pellucid
        >>> from pellucid import nn
        >>> model = nn.Transformer(8, 2, 1, 1, 16, batch_first=True)
        >>> model(pellucid.zeros(4, 7, 8), pellucid.zeros(4, 5, 8)).shape
        Size([4, 5, 8])

    Source: Vaswani et al. 2017.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str | Bend = F.relu,
        custom_encoder: Any | None = None,
        custom_decoder: Any | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        given = (
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first,
            norm_first, bias, device, dtype,
        )  # fmt: skip

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        self.encoder = custom_encoder or TransformerEncoder(
            TransformerEncoderLayer(*given), num_encoder_layers, norm()
        )
        self.decoder = custom_decoder or TransformerDecoder(
            TransformerDecoderLayer(*given), num_decoder_layers, norm()
        )
        self._reset_parameters()
        self.d_model, self.nhead, self.batch_first = d_model, nhead, batch_first

    def _reset_parameters(self) -> None:
        """Draw all matrices afresh, evenly, by Glorot & Bengio 2010."""
        for p in self.parameters():
            if len(p.shape) > 1:
                init.xavier_uniform_(p)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """What the decoder makes of `tgt`, looking at what the encoder made of `src`."""
        self._check(src, tgt)
        memory = self.encoder(src, src_mask, src_key_padding_mask, src_is_causal)
        written: Tensor = self.decoder(
            tgt, memory, tgt_mask, memory_mask, tgt_key_padding_mask, memory_key_padding_mask,
            tgt_is_causal, memory_is_causal,
        )  # fmt: skip
        return written

    def _check(self, src: Tensor, tgt: Tensor) -> None:
        batch = 0 if self.batch_first else 1
        alike = len(src.shape) == len(tgt.shape)
        if alike and len(src.shape) == 3 and src.shape[batch] != tgt.shape[batch]:
            raise ShapeError(
                f"src and tgt are of batches of different sizes: axis {batch} of "
                f"{show(tuple(src.shape))} and {show(tuple(tgt.shape))}."
            )
        if not alike or src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            raise ShapeError(
                f"src and tgt need {self.d_model} features in their last axis and equally many "
                f"axes; they are {show(tuple(src.shape))} and {show(tuple(tgt.shape))}."
            )

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: Any = None, dtype: DType | None = None
    ) -> Tensor:
        """0 where position i may look, −∞ at the positions after it; to be added to scores."""
        later: Any = future(sz, sz)
        mask: Tensor = later.to(dtype or float32).masked_fill(later, -math.inf)
        return mask


def _copies(layer: Module, count: int) -> ModuleList:
    return ModuleList(copy.deepcopy(layer) for _ in range(count))
