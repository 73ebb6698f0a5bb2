"""Pictures for the page, made from the original files and cached on disk."""

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from cbal.data.decoding import USUAL, Rule, decode
from cbal.errors import InputError
from cbal.storage.files import open_images

# Longest side in pixels; of "whole" the shortest, so that a long image stays readable.
SIDES = {"small": 160, "medium": 400, "large": 1280, "whole": 1500}
LONGEST = 16_383  # pixels; browsers show no longer picture reliably
# Hundreds of small ones are sent at once, so they are WebP. Somebody waits for a large one, and a
# JPEG of the same quality is encoded ten times as fast. Its colors have all pixels.
WEBP: dict[str, Any] = {"format": "WEBP", "quality": 80, "method": 2}
JPEG: dict[str, Any] = {"format": "JPEG", "quality": 92, "subsampling": 0}
ENCODED = {"small": WEBP, "medium": WEBP, "large": JPEG, "whole": JPEG}
REST = 0.5  # seconds after a request without work in the background, so that requests are fast
# Smallest longest side; browsers enlarge tiny pictures badly.
ENLARGED = {"small": 96, "medium": 320, "large": 320, "whole": 320}


def kind_of(size: str) -> str:
    """Return the media type of pictures of a size."""
    return f"image/{ENCODED[size]['format'].lower()}"


class Thumbnails:
    """Pictures of a data set's samples, by `sample_id` alone."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[str | None],
        images: Path | None,
        originals: Path | None = None,
        rule: Rule = USUAL,
    ):
        """Prepare the cache; no picture is made yet.

        Args:
            folder: folder of the cache.
            files: names of the samples' pictures, by `sample_id`, relative to `originals`; None
                for a sample that has no picture.
            images: `images.npy`, for samples without an original file; None if there is none.
            originals: folder of the original files; None if there are none.
            rule: how the data set's images are decoded.
        """
        self._files, self._images, self._originals = files, images, originals
        self._rule = rule
        # A new version, with its own folder, if the files, the decoding or the sizes change.
        whole = hashlib.sha256(f"{originals}\0{rule}{SIDES}{ENCODED}{ENLARGED}\0".encode())
        whole.update("\0".join(file or "" for file in files).encode())
        self.version = whole.hexdigest()[:12]
        self._folder = folder / self.version
        self._pixels: np.ndarray | None = None
        self._making = [threading.Lock() for _ in range(64)]
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._closed = threading.Event()
        self._rest_until = 0.0

    def get(self, size: str, sample_id: int) -> bytes:
        """Return a picture, encoded as `kind_of` says.

        Raises:
            KeyError: the size or the sample does not exist, or the sample has no picture.
            InputError: the original file cannot be read.
        """
        ready = self.ready(size, sample_id)
        if ready is not None:
            return ready
        path = self._path(size, sample_id)
        with self._making[sample_id % len(self._making)]:
            if not path.exists():
                self._make(path, size, sample_id)
        return path.read_bytes()

    def ready(self, size: str, sample_id: int) -> bytes | None:
        """Return a picture from the cache; None if it is not there.

        Raises:
            KeyError: the size or the sample does not exist.
        """
        known = size in SIDES and 0 <= sample_id < len(self._files)
        if not known or self._files[sample_id] is None:
            raise KeyError((size, sample_id))
        try:
            return self._path(size, sample_id).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, size: str, sample_id: int) -> Path:
        folder = self._folder / size / str(sample_id // 1000)
        return folder / f"{sample_id}.{ENCODED[size]['format'].lower()}"

    def give_way(self) -> None:
        """Pause the background work for `REST` seconds, because a person waits for a response."""
        self._rest_until = time.monotonic() + REST

    def make_ahead(self, size: str, samples: Iterable[int]) -> None:
        """Make pictures of samples in the background."""
        self._ahead.submit(self._make_all, size, list(samples))

    def close(self) -> None:
        """Stop the background work."""
        self._closed.set()
        self._ahead.shutdown(wait=False, cancel_futures=True)

    def _make_all(self, size: str, samples: list[int]) -> None:
        for sample in samples:
            while (rest := self._rest_until - time.monotonic()) > 0:
                if self._closed.wait(rest):
                    break
            if self._closed.is_set():
                return
            try:
                self.get(size, sample)
            except (InputError, OSError, KeyError):
                continue  # the error is reported when the picture is requested

    def _make(self, path: Path, size: str, sample_id: int) -> None:
        """Write a picture to the cache."""
        side = SIDES[size]
        picture = self._open(sample_id, side)
        if size == "whole":
            side = min(side * max(picture.size) // min(picture.size), LONGEST)
        picture.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
        if max(picture.size) < ENLARGED[size]:
            picture = ImageOps.contain(picture, (ENLARGED[size],) * 2, Image.Resampling.BICUBIC)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        picture.save(temporary, **ENCODED[size])
        os.replace(temporary, path)

    def _open(self, sample_id: int, side: int) -> Image.Image:
        """Return the original image in RGB and upright, or the stored pixels without a file."""
        name = self._originals and self._originals / self._files[sample_id]
        # `images.npy` has the pixels of a file that no longer exists.
        stored = self._images is not None and self._images.exists()
        if name is None or (stored and not name.exists()):
            if self._pixels is None:
                self._pixels = open_images(self._images)
            pixels = self._pixels[sample_id]
            return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        # With `side` given, a JPEG is decoded at a reduced size, which is faster.
        return Image.fromarray(decode(name, str(name), self._rule, side))
