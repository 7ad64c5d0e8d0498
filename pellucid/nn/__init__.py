"""The nn room: modules and their functions, with PyTorch's names."""

from typing import TYPE_CHECKING

from pellucid.nn import functional, grad, init, modules, parameter, utils
from pellucid.nn.across import CrossMapLRN2d
from pellucid.nn.activation import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    LogSigmoid,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
    Tanhshrink,
)
from pellucid.nn.adaptive import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)
from pellucid.nn.adaptive_softmax import AdaptiveLogSoftmaxWithLoss
from pellucid.nn.attention import MultiheadAttention
from pellucid.nn.batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from pellucid.nn.buffer import Buffer
from pellucid.nn.cell import GRUCell, LSTMCell, RNNCell, RNNCellBase
from pellucid.nn.class_loss import (
    CrossEntropyLoss,
    LinearCrossEntropyLoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    NLLLoss,
)
from pellucid.nn.container import ModuleDict, ModuleList, Sequential
from pellucid.nn.conv import Conv1d, Conv2d, Conv3d
from pellucid.nn.distance import (
    CosineSimilarity,
    PairwiseDistance,
)
from pellucid.nn.dropout import (
    AlphaDropout,
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    FeatureAlphaDropout,
)
from pellucid.nn.embedding import Embedding, EmbeddingBag
from pellucid.nn.flatten import Flatten, Unflatten
from pellucid.nn.fractional import FractionalMaxPool2d, FractionalMaxPool3d
from pellucid.nn.graph import (
    MessagePassing,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from pellucid.nn.graph_attention import GATConv
from pellucid.nn.graph_conv import GCNConv, GINConv, SAGEConv
from pellucid.nn.lazy import (
    LazyBatchNorm1d,
    LazyBatchNorm2d,
    LazyBatchNorm3d,
    LazyConv1d,
    LazyConv2d,
    LazyConv3d,
    LazyConvTranspose1d,
    LazyConvTranspose2d,
    LazyConvTranspose3d,
    LazyInstanceNorm1d,
    LazyInstanceNorm2d,
    LazyInstanceNorm3d,
    LazyLinear,
)
from pellucid.nn.likelihood_loss import (
    CTCLoss,
    GaussianNLLLoss,
    KLDivLoss,
    PoissonNLLLoss,
)
from pellucid.nn.linear import Bilinear, Identity, Linear
from pellucid.nn.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    HuberLoss,
    L1Loss,
    MSELoss,
    SmoothL1Loss,
)
from pellucid.nn.margin_loss import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from pellucid.nn.module import Module
from pellucid.nn.norm import GroupNorm, LayerNorm, LocalResponseNorm, RMSNorm
from pellucid.nn.padding import (
    CircularPad1d,
    CircularPad2d,
    CircularPad3d,
    ConstantPad1d,
    ConstantPad2d,
    ConstantPad3d,
    ReflectionPad1d,
    ReflectionPad2d,
    ReflectionPad3d,
    ReplicationPad1d,
    ReplicationPad2d,
    ReplicationPad3d,
    ZeroPad1d,
    ZeroPad2d,
    ZeroPad3d,
)
from pellucid.nn.parallel import DataParallel
from pellucid.nn.parameters import ParameterDict, ParameterList
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
from pellucid.nn.resize import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d
from pellucid.nn.scores import LogSoftmax, Softmax, Softmax2d, Softmin
from pellucid.nn.shuffle import ChannelShuffle, PixelShuffle, PixelUnshuffle
from pellucid.nn.straight import (
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    PReLU,
    ReLU6,
    RReLU,
    Softshrink,
    Step,
    Threshold,
)
from pellucid.nn.synced import SyncBatchNorm
from pellucid.nn.transformer import Transformer, TransformerDecoder, TransformerEncoder
from pellucid.nn.transformer_layer import TransformerDecoderLayer, TransformerEncoderLayer
from pellucid.nn.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from pellucid.nn.uninitialized import UninitializedBuffer, UninitializedParameter
from pellucid.nn.unpool import LPPool1d, LPPool2d, LPPool3d, MaxUnpool1d, MaxUnpool2d, MaxUnpool3d
from pellucid.tensor import Parameter
from pellucid.tensor.elsewhere import refusing

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveLogSoftmaxWithLoss",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AlphaDropout",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Bilinear",
    "Buffer",
    "CTCLoss",
    "ChannelShuffle",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "CrossEntropyLoss",
    "CrossMapLRN2d",
    "DataParallel",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "Embedding",
    "EmbeddingBag",
    "FeatureAlphaDropout",
    "Flatten",
    "Fold",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "GATConv",
    "GCNConv",
    "GINConv",
    "GRUCell",
    "GaussianNLLLoss",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "KLDivLoss",
    "L1Loss",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LSTMCell",
    "LayerNorm",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
    "LeakyReLU",
    "Linear",
    "LinearCrossEntropyLoss",
    "LocalResponseNorm",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MarginRankingLoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "MessagePassing",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "MultiheadAttention",
    "NLLLoss",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "PixelShuffle",
    "PixelUnshuffle",
    "PoissonNLLLoss",
    "RMSNorm",
    "RNNBase",
    "RNNCell",
    "RNNCellBase",
    "RReLU",
    "ReLU",
    "ReLU6",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "SAGEConv",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Step",
    "SyncBatchNorm",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "Unflatten",
    "Unfold",
    "UninitializedBuffer",
    "UninitializedParameter",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "functional",
    "global_add_pool",
    "global_max_pool",
    "global_mean_pool",
    "grad",
    "init",
    "modules",
    "parallel",
    "parameter",
    "utils",
]

setattr(functional, "grad", grad)  # noqa: B010  (PyTorch has it there too)

if not TYPE_CHECKING:  # so that a type checker finds misspelled names too
    __getattr__ = refusing("pellucid.nn", __all__)
