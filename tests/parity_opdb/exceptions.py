"""Where pellucid differs from PyTorch on purpose, or where PyTorch leaves it open, and why.

The long run uses every line: one that is no longer needed fails it, unless it is needed on some
processors only.
"""

from __future__ import annotations

__all__ = ["BY_PROCESSOR", "EXCEPTIONS", "WHY"]

# Reason: entries of the database and kinds of difference, as `name:kind`.
WHY = {
    "a number stands for a Tensor on either side here, as in NumPy; PyTorch asks for a Tensor": """
        __rand__:no-error __ror__:no-error __rxor__:no-error atan2:no-error bitwise_and:no-error
        bitwise_left_shift:no-error bitwise_or:no-error bitwise_right_shift:no-error
        bitwise_xor:no-error clamp_max:no-error clamp_min:no-error copysign:no-error eq:no-error
        float_power:no-error fmax:no-error fmin:no-error fmod:no-error gcd:no-error ge:no-error
        gt:no-error isclose:no-error lcm:no-error le:no-error
        logical_and:no-error logical_or:no-error logical_xor:no-error lt:no-error
        max/binary:no-error maximum:no-error min/binary:no-error minimum:no-error ne:no-error
        pow:no-error remainder:no-error rsub:no-error special.xlog1py:no-error xlogy:no-error
        igamma:no-error igammac:no-error special.zeta:no-error
    """,
    "asked of a Python number, which has no such method: Python's own error": """
        __radd__:error-class __rmul__:error-class
    """,
    "of equal numbers neither library says which comes first; the values are the same": """
        argsort:value sort:value kthvalue:value topk:value mode:value
    """,
    "an empty axis is a wrong shape: a ShapeError, which is a ValueError and a RuntimeError": """
        unbind:error-class
    """,
    "a second mistake of the sample is found first": "nn.functional.multi_margin_loss:error-class",
    "sparse along some axes and dense along others: not here": """
        to_sparse:crash
    """,
    "a Tensor over an array knows its own numbers, not those that lie around them in memory": """
        as_strided/partial_views:value as_strided/partial_views:refused
        as_strided/partial_views:no-method as_strided:no-method
    """,
    "only one triangle is read, and only it is blamed; PyTorch blames both": """
        cholesky_inverse:gradient cholesky_solve:gradient linalg.pinv/hermitian:gradient
    """,
    "constant results, or empty ones, ask for no blame": """
        linalg.lstsq:requires_grad linalg.matrix_power:requires_grad linalg.slogdet:requires_grad
        nextafter:requires_grad linalg.householder_product:requires_grad
    """,
    "PyTorch adds up weights in their own float32 beside float64, we in the wider": """
        cov:value cov:dtype cov:second
    """,
    "16 bits: PyTorch rounds after every step of a sum, we at its end, or the other way around": """
        addbmm:value gradient:value histc:value matrix_exp:value
        nn.functional.binary_cross_entropy_with_logits:value
        nn.functional.conv_transpose3d:value
    """,
    "without AVX-512, PyTorch rounds 16-bit pieces of a window before it adds them up": """
        nn.functional.conv_transpose2d:value
    """,
    "pictures in bytes: PyTorch mixes in fixed-point numbers, one off now and then": """
        nn.functional.interpolate/bicubic:value nn.functional.interpolate/bilinear:value
        nn.functional.upsample_bilinear:value
    """,
    "bytes are converted before they change their sign; PyTorch negates bytes, −1 being 255": """
        nn.functional.softmin/with_dtype:value
    """,
    "truth values and whole numbers that mean nothing here are refused": """
        square:refused nn.functional.cosine_embedding_loss:refused
        nn.functional.local_response_norm:refused
    """,
    "batch_norm of a single axis, which PyTorch takes where it is empty": """
        nn.functional.batch_norm:refused
    """,
    "second derivatives at a length of 0 are 0 here and NaN there": """
        linalg.norm/subgradients_at_zero:second
    """,
    "second derivatives of products at positions leave out what a 0 among them shares": """
        index_reduce/prod:second scatter_reduce/prod:second
    """,
    "the second derivative of a single number's own logarithm of a sum is 0, and written so": """
        logcumsumexp:second
    """,
    "how many classes there are can't be read from unknown numbers": """
        nn.functional.one_hot:compiled
    """,
    "how many polynomials are needed can't be read from unknown degrees": """
        special.chebyshev_polynomial_t:compiled special.chebyshev_polynomial_u:compiled
        special.chebyshev_polynomial_v:compiled special.chebyshev_polynomial_w:compiled
        special.shifted_chebyshev_polynomial_t:compiled
        special.shifted_chebyshev_polynomial_u:compiled
        special.shifted_chebyshev_polynomial_v:compiled
        special.shifted_chebyshev_polynomial_w:compiled special.hermite_polynomial_h:compiled
        special.hermite_polynomial_he:compiled special.laguerre_polynomial_l:compiled
        special.legendre_polynomial_p:compiled
    """,
}
EXCEPTIONS = {pair: reason for reason, pairs in WHY.items() for pair in pairs.split()}
BY_PROCESSOR = {"nn.functional.conv_transpose2d:value"}
