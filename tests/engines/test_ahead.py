"""Where there are several cores, convolutions are shared out; a choice of somebody else stays."""

from __future__ import annotations

import numpy as np
import pytest
from jax import lax

from pellucid.engines.xla import ahead


def text(count: int, monkeypatch: pytest.MonkeyPatch) -> str:
    def conv(x, w):
        return lax.conv_general_dilated(
            x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )

    monkeypatch.setattr(ahead, "cores", lambda: count)
    x, w = np.ones((32, 32, 16, 32), np.float32), np.ones((3, 3, 32, 32), np.float32)
    return ahead.compiled_ahead(conv, (x, w)).as_text()


def test_convolutions_on_several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    assert "ynn_fusion" not in text(2, monkeypatch)
    assert "ynn_fusion" in text(1, monkeypatch)
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_experimental_ynn_fusion_type=dot")
    assert "ynn_fusion" in text(2, monkeypatch)


def test_a_version_without_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    monkeypatch.setattr(ahead, "_SHARED_OUT", {"xla_cpu_no_such_choice": "1"})
    assert "ynn_fusion" in text(2, monkeypatch)
