"""What is deliberately not as in PyTorch, with the reason; everything else must agree."""

from __future__ import annotations

__all__ = ["ERRORS", "MODULES", "OPTIMIZERS", "OPTIMIZER_ERRORS", "RANDOM"]

# What these give is drawn: shapes and dtypes are compared, numbers where nothing is drawn.
RANDOM = (
    "nn.AlphaDropout", "nn.Dropout", "nn.Dropout1d", "nn.Dropout2d", "nn.Dropout3d",
    "nn.FeatureAlphaDropout", "nn.FractionalMaxPool2d", "nn.FractionalMaxPool3d", "nn.RReLU",
)  # fmt: skip

# By module, a piece of what is said where a case is not taken.
MODULES = {
    "nn.LinearCrossEntropyLoss": "options are not here",  # all rows are computed at once
    # PyTorch takes five axes' places for four where no batch is given; ours says what is missing.
    "nn.FractionalMaxPool3d": "numbers don't fit into",
}

# Mistakes that PyTorch refuses and we take, or refuse with another class, by a piece of its text.
ERRORS = {
    "eps must be positive": "a batch norm with eps=0 is a formula like any other",
    "delta must be a float or int": "a complex number is refused when the loss is computed",
    "expected weight shape to be": "broadcast, as elsewhere",
    "expected scalar type": "an empty weight of another dtype weighs nothing",
    "RNN input dtype": "a DTypeError, which is a TypeError, says which of the two to convert",
}

OPTIMIZERS = {
    "SparseAdam": "there are no sparse gradients",
    "Muon": "orthogonalized in the weights' precision, PyTorch's in bfloat16",
}

OPTIMIZER_ERRORS = {
    "a param group cannot have duplicate parameters": "an error here, a warning there",
    "lr as Tensor doesn't work with foreach & not capturable": "taken: foreach changes nothing",
    "betas must be either both floats or both Tensors": "each may be either",
    "betas\\[0\\] as a Tensor is not supported for capturable=False and foreach=True": "taken",
}
