"""Pictures of every mode, and files that only look like pictures."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

LEVELS = np.array([[0, 50], [128, 255]])


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    """Return an image as the bytes of a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gray(values: np.ndarray, dtype: type, kind: str) -> bytes:
    """Return a gray image with values of a type."""
    return encoded(Image.fromarray(np.asarray(values).astype(dtype)), kind)


def empty_png(width: int, height: int, bits: int = 8, values: bytes = b"") -> bytes:
    """Return a PNG of colors. The size in its header may differ from that of its values."""

    def chunk(name: bytes, data: bytes) -> bytes:
        whole = name + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(values)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"
