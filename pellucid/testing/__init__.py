"""The testing room: checks that people can run on their own ops, functions and numbers.

`gradcheck` and `gradgradcheck` compare derivatives with finite differences, `check_op` tries an
op's record on its own samples, `assert_close` compares numbers. Our own tests use the same.
"""

from pellucid.testing.close import assert_close as assert_close
from pellucid.testing.gradcheck import GradcheckError as GradcheckError
from pellucid.testing.gradcheck import gradcheck as gradcheck
from pellucid.testing.gradcheck import gradgradcheck as gradgradcheck
from pellucid.testing.record import check_op as check_op
from pellucid.testing.record import gaps as gaps
from pellucid.testing.samples import draw as draw

__all__ = [
    "GradcheckError", "assert_close", "check_op", "draw", "gaps", "gradcheck", "gradgradcheck",
]  # fmt: skip
