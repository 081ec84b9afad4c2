"""HEIC, the format of iPhones. Pillow does not read it; the optional extra `heic` brings what does."""

import io
from typing import Any

from PIL import Image

from arena.errors import ImageError

BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
"""Files of these share the container, and `mif1` too. Pillow reads them."""
SAFE_LIBHEIF = (1, 23, 4)
"""Older ones have known errors of memory, which a file of a stranger can reach."""
SENDERS_WAY_OUT = "send it as JPEG or PNG"


def is_heic(data: bytes) -> bool:
    """Whether the first bytes of a file are those of HEIC, and not of AVIF."""
    if data[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[place : place + 4] for place in range(16, end, 4))}
    return bool(brands & BRANDS) and not brands & AVIF_BRANDS


def open_heic(data: bytes) -> Image.Image:
    """The main picture of a HEIC file, turned upright by its container, and not yet decoded.

    Raises:
        ImageError: the extra is not installed, or carries a decoder with known holes.
    """
    return _plugin().HeifImageFile(io.BytesIO(data))


def _plugin() -> Any:
    try:
        import pillow_heif  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ImageError(f"is HEIC, which is read only with the extra minimal-pair-arena[heic]; {SENDERS_WAY_OUT}") from None
    version = pillow_heif.libheif_version()
    if tuple(int(part) for part in version.split(".")[:3]) < SAFE_LIBHEIF:
        raise ImageError(f"is HEIC, and libheif {version} here has known holes; {SENDERS_WAY_OUT}, or update pillow-heif")
    return pillow_heif
