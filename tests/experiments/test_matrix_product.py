"""Matrices multiplied by networks: exact rules, errors that fall with λ², counts that are right."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

import pellucid
from pellucid import experiments
from pellucid.errors import SettingError
from pellucid.experiments.bilinear import by_definition, by_strassen, strassen_layers

RNG = np.random.default_rng(0)


def test_both_rules_and_the_chain_are_the_product() -> None:
    for n in (1, 2, 3, 4, 8):
        a, b = RNG.normal(size=(2, n, n))
        for rule in (by_definition(n), *([by_strassen(n)] if n != 3 else [])):
            found = rule.out @ ((rule.left @ a.reshape(-1)) * (rule.right @ b.reshape(-1)))
            assert np.allclose(found.reshape(n, n), a @ b)
        if n != 3:
            whole = reduce(lambda done, layer: layer @ done, strassen_layers(a))
            assert np.allclose((whole @ b.reshape(-1)).reshape(n, n), a @ b)
    assert [by_strassen(n).products for n in (1, 2, 4, 8)] == [1, 7, 49, 343]


def test_the_network_multiplies_in_both_ways_and_any_size() -> None:
    for n, way in ((2, "strassen"), (3, "definition"), (4, "strassen")):
        net = experiments.product_network(n, 1e-3, way, "gelu")
        a, b = RNG.uniform(-1, 1, (2, n, n))
        rows = pellucid.from_numpy(np.concatenate([a.reshape(-1), b.reshape(-1)])[None])
        assert np.allclose(net(rows).detach().numpy().reshape(n, n), a @ b, atol=1e-4)


def test_errors_fall_with_the_square_and_connections_are_counted() -> None:
    found = experiments.matrix_product(sizes=[2, 4], scales=[0.1, 0.01], pairs=30)
    data = found.to_dict()
    assert [r["neurons"] for r in data["runs"][::2]] == [32, 28, 256, 196]
    for wide, narrow in zip(data["runs"][::2], data["runs"][1::2], strict=True):
        assert wide["error"] / narrow["error"] == pytest.approx(100, rel=0.05)
    for one in data["fixed"]:
        k = int(np.log2(one["n"]))
        assert one["exact"] and one["connections"]["one layer"] == one["n"] ** 3
        assert one["connections"]["chain"] == 9 * 7**k - 8 * 4**k  # T(n) = 7 T(n/2) + 6n²
    counted = {c["n"]: c for c in data["connections"]}
    assert counted[4]["chain"] == data["fixed"][1]["connections"]["chain"]
    assert counted[32]["best"] == 32**3 and counted[64]["best"] == 7 * 32**3 + 6 * 64**2 < 64**3
    assert "from 64 × 64 on" in found.view.sentence


def test_mistakes_say_what_to_do() -> None:
    for call, message in (
        (lambda: experiments.matrix_product(sizes=[3]),
         "Strassen's way halves matrices: n must be 2, 4, 8 or 16, not 3."),
        (lambda: experiments.matrix_product(sizes=[32]),
         "sizes must be a whole number from 2 to 16, not 32."),
        (lambda: experiments.matrix_product(scales=[]),
         "scales is an empty list: there is nothing to try."),
        (lambda: experiments.product_network(2, way="winograd"),
         "way is definition or strassen, not 'winograd'."),
        (lambda: experiments.product_network(2, 0.0), "scale must be above zero, not 0.0."),
    ):  # fmt: skip
        with pytest.raises(SettingError) as caught:
            call()
        assert str(caught.value) == message
