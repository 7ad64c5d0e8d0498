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
from pellucid.nn.adaptive import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from pellucid.nn.attention import MultiheadAttention
from pellucid.nn.cell import GRUCell, LSTMCell, RNNCell, RNNCellBase
from pellucid.nn.container import ModuleDict, ModuleList, Sequential
from pellucid.nn.conv import Conv1d, Conv2d, Conv3d
from pellucid.nn.dropout import Dropout
from pellucid.nn.embedding import Embedding, EmbeddingBag
from pellucid.nn.flatten import Flatten, Unflatten
from pellucid.nn.graph import (
    MessagePassing,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from pellucid.nn.graph_attention import GATConv
from pellucid.nn.graph_conv import GCNConv, GINConv, SAGEConv
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
from pellucid.nn.norm import BatchNorm1d, BatchNorm2d, BatchNorm3d, LayerNorm
from pellucid.nn.pool import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Fold,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Unfold,
)
from pellucid.nn.recurrence import RNNBase
from pellucid.nn.recurrent import GRU, LSTM, RNN
from pellucid.nn.transformer import Transformer, TransformerDecoder, TransformerEncoder
from pellucid.nn.transformer_layer import TransformerDecoderLayer, TransformerEncoderLayer
from pellucid.nn.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from pellucid.tensor import Parameter
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "EmbeddingBag",
    "Flatten",
    "Fold",
    "GATConv",
    "GCNConv",
    "GINConv",
    "GRUCell",
    "Hardtanh",
    "HuberLoss",
    "Identity",
    "KLDivLoss",
    "L1Loss",
    "LSTMCell",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MessagePassing",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiheadAttention",
    "NLLLoss",
    "Parameter",
    "RNNBase",
    "RNNCell",
    "RNNCellBase",
    "ReLU",
    "ReLU6",
    "SAGEConv",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "Softmax",
    "Softmin",
    "Softplus",
    "Step",
    "Tanh",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "Unflatten",
    "Unfold",
    "functional",
    "global_add_pool",
    "global_max_pool",
    "global_mean_pool",
    "init",
    "utils",
]

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn", __all__)
