import io

import numpy as np
from PIL import Image

from cbal.data import listing


def test_images_are_turned_upright():
    image = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    out = io.BytesIO()
    image.save(out, "PNG", exif=exif)
    assert listing.decode(out.getvalue(), "x").shape == (2, 1, 3)
