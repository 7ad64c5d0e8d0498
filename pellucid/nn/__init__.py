"""The nn room: modules and their functions, with PyTorch's names."""

from typing import TYPE_CHECKING

from pellucid.nn import functional, init, utils
from pellucid.nn.activation import (
    ELU,
    GELU,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Step,
    Tanh,
)
from pellucid.nn.attention import MultiheadAttention
from pellucid.nn.container import ModuleDict, ModuleList, Sequential
from pellucid.nn.dropout import Dropout
from pellucid.nn.embedding import Embedding, EmbeddingBag
from pellucid.nn.flatten import Flatten, Unflatten
from pellucid.nn.linear import Identity, Linear
from pellucid.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
)
from pellucid.nn.module import Module
from pellucid.nn.norm import BatchNorm1d, LayerNorm
from pellucid.tensor import Parameter

__all__ = [
    "ELU",
from pellucid.tensor.elsewhere import refusing
    "GELU",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "EmbeddingBag",
    "Flatten",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiheadAttention",
    "NLLLoss",
    "Parameter",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softmin",
    "Softplus",
    "Step",
    "Tanh",
    "Unflatten",
    "functional",
    "init",
    "utils",
]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn", __all__)
