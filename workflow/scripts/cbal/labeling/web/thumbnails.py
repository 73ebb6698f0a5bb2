"""Pictures for the page: made once from the original file, as WebP, and kept on disk."""

import hashlib
import os
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cbal.data.decoding import USUAL, Rule, decode
from cbal.errors import InputError
from cbal.storage.files import open_images

SIDES = {"small": 160, "large": 1280}  # longest side in pixels
QUALITY = {"small": 80, "large": 88}
REST = 0.5  # seconds after a request in which no picture is made ahead: cores are few
ENLARGED = {"small": 96, "large": 320}  # sides of what tiny pictures become: browsers blur worse


class Thumbnails:
    """Pictures of a data set's samples, by `sample_id` alone."""

    def __init__(
        self,
        folder: Path,
        files: Sequence[str],
        images: Path,
        originals: Path | None = None,
        rule: Rule = USUAL,
    ):
        """Look for no picture yet.

        Args:
            folder: of the cache.
            files: of the samples, by `sample_id`, relative to `originals`.
            images: `images.npy`, for samples without an original file.
            originals: folder of the original files; None where there are none.
            rule: how the data set's images became pixels.
        """
        self._files, self._images, self._originals = files, images, originals
        self._rule = rule
        # Other files under the same numbers, or other sizes, are other pictures, elsewhere.
        whole = hashlib.sha256(f"{originals}\0{rule}{SIDES}{QUALITY}{ENLARGED}\0".encode())
        whole.update("\0".join(files).encode())
        self.version = whole.hexdigest()[:12]
        self._folder = folder / self.version
        self._pixels: np.ndarray | None = None
        self._making = [threading.Lock() for _ in range(64)]
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="ahead")
        self._closed = threading.Event()
        self._rest_until = 0.0

    def get(self, size: str, sample_id: int) -> bytes:
        """Return a picture as WebP.

        Raises:
            KeyError: there is no such size or sample.
            InputError: the original cannot be read any more.
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
        """Return a picture if it is made already; raises KeyError as `get` does."""
        if size not in SIDES or not 0 <= sample_id < len(self._files):
            raise KeyError((size, sample_id))
        try:
            return self._path(size, sample_id).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, size: str, sample_id: int) -> Path:
        return self._folder / size / str(sample_id // 1000) / f"{sample_id}.webp"

    def give_way(self) -> None:
        """Make no picture ahead for a moment: somebody waits for an answer."""
        self._rest_until = time.monotonic() + REST

    def make_ahead(self, size: str, samples: Iterable[int]) -> None:
        """Make pictures of samples in the background."""
        self._ahead.submit(self._make_all, size, list(samples))

    def close(self) -> None:
        """Leave what is not made yet for later."""
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
            except (InputError, OSError):
                continue  # told when it is shown

    def _make(self, path: Path, size: str, sample_id: int) -> None:
        """Write a picture to the cache."""
        side = SIDES[size]
        picture = self._open(sample_id, side)
        picture.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
        if max(picture.size) < ENLARGED[size]:
            picture = ImageOps.contain(picture, (ENLARGED[size],) * 2, Image.Resampling.BICUBIC)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        picture.save(temporary, "WEBP", quality=QUALITY[size], method=2)
        os.replace(temporary, path)

    def _open(self, sample_id: int, side: int) -> Image.Image:
        """Return the original image in RGB, upright, or the stored one."""
        name = self._originals and self._originals / self._files[sample_id]
        # A file that is gone has left its stored pixels.
        if name is None or (self._images.exists() and not name.exists()):
            if self._pixels is None:
                self._pixels = open_images(self._images)
            pixels = self._pixels[sample_id]
            return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
        # A JPEG decodes at a fraction, and fast.
        return Image.fromarray(decode(name, str(name), self._rule, side))
