"""Random numbers: the published generator, the same in any portions, spread as they should be."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pellucid
from pellucid.engines.words import random_words
from pellucid.errors import DTypeError, SettingError, ShapeError
from pellucid.ops.random import philox
from pellucid.tensor.random import words

# The test vectors that come with Random123 for philox4x32-10: counter, key, result.
KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_known_answers(counter: Any, key: Any, result: Any) -> None:
    state = np.array([*key, *counter[:2]], np.uint32)
    with np.errstate(over="ignore"):
        assert philox(np, state, 1).tolist() == list(result)
    assert random_words(state, 4).tolist() == list(result)


def philox_by_hand(seed: int, block: int) -> list[int]:
    """Philox4x32-10 in Python's own whole numbers, written from the paper's definition."""
    c = [block & 0xFFFFFFFF, block >> 32, 0, 0]
    k = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 4))
def test_words_are_those_of_the_definition(seed: int, block: int) -> None:
    parts = (seed, seed >> 32, block, block >> 32)
    state = np.array([p & 0xFFFFFFFF for p in parts], np.uint32)
    expected = [w for i in range(3) for w in philox_by_hand(seed, block + i)]
    assert random_words(state, 12).tolist() == expected


@given(st.integers(0, 2**64 - 1), st.lists(st.integers(0, 9000), min_size=1, max_size=5))
def test_words_do_not_depend_on_the_portions(seed: int, counts: list[int]) -> None:
    """Drawn in portions (each begins a new block) or read from one long stream: the same words."""
    long = pellucid.Generator().manual_seed(seed)
    blocks = sum(-(-n // 4) for n in counts)
    stream = words((4 * blocks,), long).array if blocks else np.zeros(0)
    portions, at = pellucid.Generator().manual_seed(seed), 0
    for n in counts:
        got = words((n,), portions).array
        assert got.tolist() == stream[at : at + n].tolist()
        at += 4 * -(-n // 4)


def test_the_buffer_of_one_generator_is_not_another_ones() -> None:
    g = pellucid.Generator().manual_seed(1)
    alone = [pellucid.rand(3, generator=g).tolist() for _ in range(3)]
    a, b = pellucid.Generator().manual_seed(1), pellucid.Generator().manual_seed(2)
    mixed = []
    for _ in range(3):
        mixed.append(pellucid.rand(3, generator=a).tolist())
        pellucid.randn(1000, generator=b)
        pellucid.rand(7)
    assert mixed == alone


def test_what_is_drawn_may_be_written() -> None:
    g = pellucid.Generator().manual_seed(5)
    drawn = words((8,), g).array
    drawn[:] = 0
    again = words((8,), g.manual_seed(5)).array
    assert again.any()


def test_going_back_and_forth() -> None:
    g = pellucid.Generator().manual_seed(9)
    first = pellucid.rand(5, generator=g).tolist()
    state = g.get_state()
    assert state.dtype is pellucid.uint32 and tuple(state.shape) == (4,)
    second = pellucid.randn(100, generator=g).tolist()
    g.set_state(state)
    assert pellucid.randn(100, generator=g).tolist() == second
    g.manual_seed(9)
    assert pellucid.rand(5, generator=g).tolist() == first
    assert g.initial_seed() == 9


def test_the_default_generator() -> None:
    pellucid.manual_seed(3)
    state = pellucid.get_rng_state()
    a = pellucid.rand(4).tolist()
    pellucid.set_rng_state(state)
    assert pellucid.rand(4).tolist() == a
    pellucid.set_rng_state(pickle.loads(pickle.dumps(state)))
    assert pellucid.rand(4).tolist() == a
    pellucid.manual_seed(3)
    assert pellucid.rand(4).tolist() == a
    pellucid.manual_seed(4)
    assert pellucid.rand(4).tolist() != a
    assert pellucid.initial_seed() == 4
    chosen = pellucid.seed()
    assert pellucid.initial_seed() == chosen


def test_negative_and_huge_seeds(torch: Any) -> None:
    for seed in (-1, 2**63, 2**64 - 1):
        a = pellucid.rand(3, generator=pellucid.Generator().manual_seed(seed))
        b = pellucid.rand(3, generator=pellucid.Generator().manual_seed(seed))
        assert a.tolist() == b.tolist()


# ---- how they are spread -------------------------------------------------------------------------

MANY = 200_000


def test_uniform() -> None:
    x = np.asarray(pellucid.rand(MANY))
    assert x.dtype == np.float32 and x.min() >= 0.0 and x.max() < 1.0
    counts, _ = np.histogram(x, 100, (0.0, 1.0))
    chi2 = ((counts - MANY / 100) ** 2 / (MANY / 100)).sum()
    assert 60 < chi2 < 149  # 99 degrees of freedom: one in a thousand lies outside
    assert abs(x.mean() - 0.5) < 0.003 and abs(x.var() - 1 / 12) < 0.001
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 0.01


def test_uniform_double() -> None:
    x = np.asarray(pellucid.rand(50_000, dtype=pellucid.float64))
    assert x.dtype == np.float64 and x.min() >= 0.0 and x.max() < 1.0
    assert (x != x.astype(np.float32)).mean() > 0.99  # all 53 bits are in use
    assert abs(x.mean() - 0.5) < 0.01


def test_normal() -> None:
    stats = pytest.importorskip("scipy.stats")
    x = np.asarray(pellucid.randn(MANY))
    assert x.dtype == np.float32 and np.isfinite(x).all()
    assert abs(x.mean()) < 0.01 and abs(x.std() - 1) < 0.01
    assert abs(stats.skew(x)) < 0.02 and abs(stats.kurtosis(x)) < 0.05
    assert stats.kstest(x[:20_000], "norm").pvalue > 1e-3
    y = np.asarray(pellucid.randn(1000, dtype=pellucid.float64))
    assert y.dtype == np.float64


@pytest.mark.parametrize(("low", "high"), [(0, 2), (0, 10), (-5, 5), (0, 1), (2**40, 2**40 + 3)])
def test_whole_numbers(low: int, high: int) -> None:
    x = np.asarray(pellucid.randint(low, high, (20_000,)))
    assert x.dtype == np.int64 and x.min() >= low and x.max() < high
    counts = np.bincount(x - low, minlength=high - low)
    expected = 20_000 / (high - low)
    assert (np.abs(counts - expected) < 6 * np.sqrt(expected) + 1).all()


def test_whole_numbers_with_one_bound() -> None:
    assert set(pellucid.randint(3, (100,)).tolist()) == {0, 1, 2}


def test_order() -> None:
    firsts = []
    for _ in range(2000):
        p = pellucid.randperm(5).tolist()
        assert sorted(p) == [0, 1, 2, 3, 4]
        firsts.append(p[0])
    assert (np.abs(np.bincount(firsts) - 400) < 100).all()
    assert pellucid.randperm(0).tolist() == [] and pellucid.randperm(1).tolist() == [0]
    assert pellucid.randperm(4).dtype is pellucid.int64


def test_chances() -> None:
    p = pellucid.tensor([0.0, 0.25, 1.0]).expand(20_000, 3)
    drawn = np.asarray(pellucid.bernoulli(p))
    assert set(np.unique(drawn)) == {0.0, 1.0}
    np.testing.assert_allclose(drawn.mean(0), [0.0, 0.25, 1.0], atol=0.02)


def test_draws_by_weight() -> None:
    weights = pellucid.tensor([1.0, 0.0, 3.0])
    with_return = np.asarray(pellucid.multinomial(weights, 20_000, replacement=True))
    shares = np.bincount(with_return, minlength=3) / 20_000
    np.testing.assert_allclose(shares, [0.25, 0, 0.75], atol=0.02)
    rows = np.asarray(pellucid.multinomial(weights.expand(5000, 3), 2))
    assert (np.sort(rows, axis=1) == [0, 2]).all()
    assert abs((rows[:, 0] == 2).mean() - 0.75) < 0.03


def test_means_and_spreads() -> None:
    x = np.asarray(pellucid.normal(pellucid.tensor([0.0, 10.0]), pellucid.tensor([1.0, 0.1])))
    assert x.shape == (2,) and abs(x[1] - 10) < 1
    y = np.asarray(pellucid.normal(5.0, 2.0, (50_000,)))
    assert abs(y.mean() - 5) < 0.05 and abs(y.std() - 2) < 0.05
    z = pellucid.normal(pellucid.zeros(3, 1), pellucid.ones(4))
    assert tuple(z.shape) == (3, 4) and len(set(z.reshape(-1).tolist())) == 12


def test_likenesses() -> None:
    x = pellucid.zeros(2, 3, dtype=pellucid.float64)
    assert pellucid.rand_like(x).dtype is pellucid.float64
    assert tuple(pellucid.randn_like(x).shape) == (2, 3)
    assert pellucid.rand(2, requires_grad=True).requires_grad
    assert pellucid.rand(()).ndim == 0 and pellucid.rand(0, 3).numel() == 0


MISTAKES = [
    (
        lambda: pellucid.rand(2, dtype=pellucid.int64),
        DTypeError,
        "random draws here are float, not int64.\n Use randint for whole numbers.",
    ),
    (lambda: pellucid.randn(-1), SettingError, "sizes can't be negative: (-1,)."),
    (
        lambda: pellucid.randint(3, 3, (2,)),
        SettingError,
        "randint needs high above low, and got low=3, high=3.",
    ),
    (
        lambda: pellucid.multinomial(pellucid.tensor([1.0, -1.0]), 1),
        SettingError,
        "multinomial needs weights that are not negative and not all zero.",
    ),
    (
        lambda: pellucid.multinomial(pellucid.tensor([1.0, 0.0]), 2),
        SettingError,
        "multinomial can't draw 2 different ones: too few weights above 0.",
    ),
    (
        lambda: pellucid.bernoulli(pellucid.tensor([0.5, 1.5])),
        SettingError,
        "bernoulli: chances lie between 0 and 1, and 1.5 does not.",
    ),
    (
        lambda: pellucid.bernoulli(pellucid.tensor([0, 1])),
        DTypeError,
        "bernoulli: chances are float, not int64.\n Convert first: x.float().",
    ),
    (
        lambda: pellucid.normal(pellucid.zeros(2), pellucid.ones(3)),
        ShapeError,
        "normal: mean and std don't fit together: axis -1 is 2 on one side and 3 on the other; "
        "sizes must be equal, or one of them 1.",
    ),
    (
        lambda: pellucid.randperm(-1),
        SettingError,
        "randperm: n can't be negative and is -1.",
    ),
]


@pytest.mark.parametrize(("call", "error", "text"), MISTAKES)
def test_mistakes(call: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value) == text


@pytest.mark.parametrize("name", ["rand_like", "randn_like", "randint_like"])
def test_likes_draw_from_a_stream_of_their_own(name: str) -> None:
    like, plain = getattr(pellucid, name), getattr(pellucid, name.removesuffix("_like"))
    given = (5,) if name == "randint_like" else ()
    x = pellucid.zeros(2, 3)
    before = pellucid.get_rng_state().tolist()
    found = like(
        x, *given, generator=pellucid.Generator().manual_seed(3), layout="strided",
        pin_memory=False, memory_format=pellucid.preserve_format,
    )  # fmt: skip
    stream = pellucid.Generator().manual_seed(3)
    wanted = plain(*given, (2, 3), generator=stream, dtype=x.dtype)
    assert found.tolist() == wanted.tolist()
    assert pellucid.get_rng_state().tolist() == before
    assert pellucid.tensor([1.0], pin_memory=False).tolist() == [1.0]
    with pytest.raises(ValueError, match="layout is 'strided' here"):
        like(x, *given, layout="csr")
