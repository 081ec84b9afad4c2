"""Files of images, as cameras and programs write them, and as none should."""

import io
import struct
import zlib

import numpy as np
from PIL import Image


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def drawing(mode: str = "RGB", size: tuple[int, int] = (32, 24)) -> Image.Image:
    image = Image.new("RGB", size, (200, 30, 40))
    image.paste((10, 90, 200), (4, 4, 20, 16))
    return image.convert(mode)


def png(width: int, height: int, bits: int, colours: int, data: bytes, **chunks: bytes) -> bytes:
    """A PNG made by hand: grey is 0 and RGB is 2, as its standard counts."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))]
    parts += [(name.encode(), body) for name, body in chunks.items()]
    parts += [(b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing."""
    return png(width, height, 8, 2, bytes(1000))


def png_of_16_bits(values: np.ndarray, **chunks: bytes) -> bytes:
    """Grey (height x width) or RGB (height x width x 3)."""
    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png(width, height, 16, 0 if values.ndim == 2 else 2, rows, **chunks)


def grey_tiff(width: int, height: int, bits: int, data: bytes, *, white_is_zero: bool = False) -> bytes:
    """A TIFF made by hand: one strip of grey, not compressed."""
    fields = {256: width, 257: height, 258: bits, 259: 1, 262: 0 if white_is_zero else 1, 273: 8, 277: 1, 278: height}
    fields[279] = len(data)
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields.items())
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(fields)) + entries + bytes(4)
