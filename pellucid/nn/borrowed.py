"""What a Module answers to the methods of scikit-learn and Keras, which it does not have."""

from __future__ import annotations

__all__ = ["no_attribute"]

_HERE = {
    "evaluate": "the loss of model(X) and y, under pellucid.no_grad()",
    "fit": "pellucid.fit(model, (X, y))",
    "predict": "model(X), and .argmax(1) of it for classes",
    "predict_proba": "model(X).softmax(1)",
    "summary": "pellucid.program(model, X)",
}


def no_attribute(kind: str, name: str) -> str:
    """What to say about an attribute that a module of this class does not have."""
    here = f".\n In its place: {_HERE[name]}." if name in _HERE else ""
    return f"{kind!r} object has no attribute {name!r}{here}"
