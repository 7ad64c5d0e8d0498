"""Writes a small gray PNG, so that a field of probabilities can be part of the page itself."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

__all__ = ["data_url", "gray_png"]


def gray_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    r"""Encodes 8-bit gray pixels.

    Each row is stored as its difference from the row above (filter 2), which makes a smooth field
    several times smaller.

    Args:
        pixels: the top row first.

    Shape:
        pixels: (height, width).

    Example:
        >>> gray_png(np.zeros((2, 3), dtype=np.uint8))[:4]
        b'\x89PNG'

    Source: Portable Network Graphics Specification (Third Edition), W3C.
    """
    height, width = pixels.shape
    above = np.vstack([np.zeros((1, width), dtype=np.uint8), pixels[:-1]])
    filtered = np.hstack([np.full((height, 1), 2, dtype=np.uint8), pixels - above])
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(filtered.tobytes(), 9)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def data_url(png: bytes) -> str:
    """Writes a PNG as an address that holds the picture itself.

    Example:
        >>> data_url(b"abc")
        'data:image/png;base64,YWJj'
    """
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
