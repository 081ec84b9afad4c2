"""Whether an image was there before, by a perceptual hash: images that look alike have hashes that differ in few bits.

The hash is pHash (Zauner 2010, Implementation and Benchmarking of Perceptual Image Hash Functions, 3.2.1): shrunk, cosine
transform, and a bit for each low frequency that lies above their median. It is taken of 16 x 16 frequencies of brightness in
place of 8 x 8, and of 8 x 8 of each of the two colour channels beside it, as scenes of one kind differ less than photographs.
"""

import json
import logging
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

import numpy as np
from PIL import Image
from scipy.fft import dctn

from arena.resources import resource

log = logging.getLogger(__name__)

HASH = "phash384/1"
"""Names the hash and its version, for whoever keeps hashes."""
SHRUNK = 64
"""Side to which the image is shrunk, in pixels."""
FREQUENCIES = (16, 8, 8)
"""Lowest frequencies that are kept in each direction, of Y, Cb and Cr."""
SUITE_HASHES = resource("generators/gate/suite_hashes.json")
"""Digest -> hash of each image of the starter suite, which `python -m starter.build_suite` writes."""
BITS = sum(kept * kept for kept in FREQUENCIES)


def perceptual_hash(image: Image.Image) -> str:
    """384 bits as 96 hex digits; does not depend on the size of the image."""
    shrunk = image.convert("RGB").resize((SHRUNK, SHRUNK), Image.Resampling.LANCZOS).convert("YCbCr")
    transformed: Any = dctn(np.asarray(shrunk, np.float64), axes=(0, 1))
    lowest = [transformed[:kept, :kept, channel].ravel() for channel, kept in enumerate(FREQUENCIES)]
    return np.packbits(np.concatenate([levels > np.median(levels) for levels in lowest])).tobytes().hex()


@cache
def suite_hashes() -> Mapping[str, str]:
    """Digest -> hash of each image of the starter suite: every arena has them, and to compute them takes seconds.

    Empty where the file is gone or damaged: whoever keeps hashes computes those that are not known.
    """
    try:
        return json.loads(SUITE_HASHES.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        log.warning("%s: cannot be read (%s); its hashes are computed", SUITE_HASHES, type(error).__name__)
        return {}


def nearest(wanted: str, known: Collection[str]) -> int | None:
    """Bits in which the hash differs from the most similar known one, 0 to 384; None where none is known."""
    if not known:
        return None
    different = _bytes(known) ^ _bytes([wanted])
    return int(np.bitwise_count(different).sum(1, dtype=int).min())


def _bytes(hashes: Collection[str]) -> np.ndarray:
    """Hashes x 48."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(len(hashes), -1)
