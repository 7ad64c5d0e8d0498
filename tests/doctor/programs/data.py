"""The rows that the programs learn from, as NumPy arrays: small, seeded, and kept once made."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from sklearn import datasets

Pair = tuple[np.ndarray, np.ndarray]


def standard(x: np.ndarray) -> np.ndarray:
    """Columns with mean 0 and deviation 1; columns that never change stay 0."""
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread > 0, spread, 1.0)


@cache
def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Pair:
    return datasets.make_moons(n, noise=noise, random_state=seed)


@cache
def circles(n: int = 200, noise: float = 0.05, seed: int = 0) -> Pair:
    return datasets.make_circles(n, noise=noise, factor=0.4, random_state=seed)


@cache
def blobs(n: int = 200, classes: int = 3, spread: float = 1.0, d: int = 2, seed: int = 0) -> Pair:
    x, y = datasets.make_blobs(
        n, centers=classes, cluster_std=spread, n_features=d, random_state=seed
    )
    return standard(x), y


@cache
def xor(n: int = 200, seed: int = 0) -> Pair:
    x = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


@cache
def spirals(n: int = 200, turns: float = 1.0, noise: float = 0.03, seed: int = 0) -> Pair:
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 2 * np.pi * turns * radius + np.pi * y
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
    return (x + rng.normal(0, noise, x.shape)) * 1.5, y


@cache
def hard(n: int = 300, d: int = 10, flip: float = 0.0, seed: int = 0) -> Pair:
    """Two classes of several lumps each: make_classification."""
    return datasets.make_classification(
        n, d, n_informative=d // 2, n_clusters_per_class=2, flip_y=flip, random_state=seed
    )


@cache
def rare(n: int = 400, share: float = 0.03, gap: float = 1.5, d: int = 4, seed: int = 0) -> Pair:
    """Two classes that overlap, the second with few rows."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) < max(4, int(share * n))).astype(int)
    rng.shuffle(y)
    x = rng.normal(0, 1, (n, d))
    x[:, 0] += gap * y
    x[:, 1] -= gap * y
    return x, y


def _bundled(name: str) -> Pair:
    got: Any = getattr(datasets, f"load_{name}")()
    return np.asarray(got.data, float), np.asarray(got.target)


@cache
def _mixed(name: str, n: int, seed: int) -> Pair:
    x, y = _bundled(name)
    order = np.random.default_rng(seed).permutation(len(x))[: n or None]
    return x[order], y[order]


def iris(raw: bool = False, seed: int = 0) -> Pair:
    x, y = _mixed("iris", 0, seed)
    return (x if raw else standard(x)), y


def wine(raw: bool = False, seed: int = 0) -> Pair:
    x, y = _mixed("wine", 0, seed)
    return (x if raw else standard(x)), y


def cancer(raw: bool = False, n: int = 300, seed: int = 0) -> Pair:
    x, y = _mixed("breast_cancer", n, seed)
    return (x if raw else standard(x)), y


def digits(n: int = 400, raw: bool = False, seed: int = 0) -> Pair:
    x, y = _mixed("digits", n, seed)
    return (x if raw else x / 16.0), y


def images(n: int = 300, raw: bool = False, seed: int = 0) -> Pair:
    """Digits as pictures of one channel."""
    x, y = digits(n, raw, seed)
    return x.reshape(-1, 1, 8, 8), y


def diabetes(raw: bool = False, seed: int = 0) -> Pair:
    """Standardized inputs and targets unless raw."""
    x, y = _mixed("diabetes", 0, seed)
    if raw:
        got: Any = datasets.load_diabetes(scaled=False)
        order = np.random.default_rng(seed).permutation(len(x))
        return np.asarray(got.data)[order], np.asarray(got.target, float)[order]
    return standard(x), standard(y)


@cache
def sine(n: int = 200, noise: float = 0.05, waves: float = 1.0, seed: int = 0) -> Pair:
    """y = sin(waves·π·x) on −1…1, as columns (n, 1)."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (n, 1))
    return x, np.sin(waves * np.pi * x) + rng.normal(0, noise, (n, 1))


@cache
def surface(n: int = 300, noise: float = 0.1, d: int = 3, seed: int = 0) -> Pair:
    """A bent function of d columns, targets (n, 1) with deviation about 1."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (n, d))
    y = np.sin(2 * x[:, :1]) + x[:, 1:2] * x[:, 2:3]
    return x, y + rng.normal(0, noise, y.shape)


@cache
def line(n: int = 200, noise: float = 0.1, d: int = 3, seed: int = 0) -> Pair:
    """A straight function of d columns, targets (n, 1)."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (n, d))
    return x, x @ np.linspace(-1, 1.5, d)[:, None] + 0.5 + rng.normal(0, noise, (n, 1))


@cache
def stripes(n: int = 200, size: int = 8, noise: float = 0.3, seed: int = 0) -> Pair:
    """Pictures (n, 1, size, size) of lines that stand, lie or lean; the class says which."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    rows, columns = np.mgrid[:size, :size]
    phase = rng.integers(0, 4, n)[:, None, None]
    along = np.stack([rows, columns, rows + columns])[y] + phase
    return ((along % 4 < 2) * 2.0 - 1 + rng.normal(0, noise, along.shape))[:, None], y


@cache
def spots(n: int = 160, size: int = 10, seed: int = 0) -> Pair:
    """Pictures (n, 1, size, size) of noise with a bright spot in each; classes of their pixels."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(0, 0.6, (n, size, size)), np.zeros((n, size, size), int)
    at = np.arange(n), rng.integers(0, size - 1, n), rng.integers(0, size - 1, n)
    y[at] = 1
    x[at] += 1.4
    x[at[0], at[1], at[2] + 1] += 1.0
    return x[:, None], y


@cache
def signs(n: int = 400, labels: int = 5, seed: int = 0) -> Pair:
    """Two numbers to a label; each label, whether their sum is large, stands for itself."""
    x = np.random.default_rng(seed).normal(0, 1, (n, 2 * labels))
    return x, (x[:, :labels] + x[:, labels:] > -0.4).astype(np.float32)


@cache
def sums(n: int = 200, length: int = 12, seed: int = 0) -> Pair:
    """Sequences (n, length, 1) of numbers; the class is the sign of their sum."""
    x = np.random.default_rng(seed).normal(0, 1, (n, length, 1))
    return x, (x.sum((1, 2)) > 0).astype(int)


@cache
def first(n: int = 200, length: int = 40, seed: int = 0) -> Pair:
    """Sequences (n, length, 1) whose class is the sign of the first number; the rest is noise."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    x = rng.normal(0, 0.5, (n, length, 1))
    x[:, 0, 0] = 2.0 * y - 1
    return x, y


@cache
def waves(n: int = 150, length: int = 16, seed: int = 0) -> Pair:
    """Pieces of waves (n, length, 1) and the number that comes next (n, 1)."""
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 2 * np.pi, (n, 1)) + rng.uniform(0.3, 0.7, (n, 1)) * np.arange(length + 1)
    wave = np.sin(at)
    return wave[:, :length, None], wave[:, length:]


_TEXT = (
    "the cat sat on the mat and the dog sat on the log while the bird sang a song to the sun "
    "and the man in the moon ran to the sea to see the ship that the king had sent to the land "
)


@cache
def text(length: int = 8) -> Pair:
    """Windows of letters as whole numbers (n, length), and the letter that follows each."""
    letters = sorted(set(_TEXT))
    codes = np.array([letters.index(c) for c in _TEXT * 2])
    n = len(_TEXT)
    return np.stack([codes[i : i + length] for i in range(n)]), codes[length : length + n]


@cache
def words(n: int = 200, length: int = 6, vocabulary: int = 20, seed: int = 0) -> Pair:
    """Sequences of tokens; the class is whether token 1 comes more often than token 2."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, vocabulary, (n, length))
    y = rng.integers(0, 2, n)
    for row, label in zip(x, y, strict=True):
        row[(row == 1) | (row == 2)] = 3
        row[rng.integers(0, length)] = 1 if label else 2
    return x, y
