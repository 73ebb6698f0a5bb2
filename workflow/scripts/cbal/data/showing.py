"""What shows a sample to a person: a picture, a text, or no more than its name."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image, ImageOps

from cbal.data import decoding
from cbal.data.decoding import USUAL, Rule
from cbal.data.files_found import ending_of

TEXTS = (".txt", ".text", ".md")  # endings of files that are shown as text
MOST = 200_000  # characters of a text that are read
SIDE = 96  # pixels of a picture in a figure


class Showing:
    """What shows each sample of a data set, by `sample_id`.

    Attributes:
        names: names of the samples.
        pictures: name of each sample's picture, or None where words show it.
    """

    def __init__(self, index: pa.Table, root: Path | None = None, rule: Rule = USUAL):
        """Take names and files from an index.

        Args:
            index: column source, and file where samples are no images themselves.
            root: folder of the files.
            rule: how pictures are decoded.
        """
        self.names: Sequence[str] = index["source"].to_pylist()
        self._root, self._rule = root, rule
        if "file" in index.column_names:
            self._files: Sequence[str | None] = index["file"].to_pylist()
            is_picture = [file and ending_of(file) in decoding.endings() for file in self._files]
            self.pictures = [f if yes else None for f, yes in zip(self._files, is_picture)]
        else:
            self._files = self.pictures = self.names

    @cached_property
    def noun(self) -> str:
        """What the samples are called."""
        return "image" if all(self.pictures) else "sample"

    def words(self, sample: int, most: int = MOST) -> str | None:
        """Return a sample's text, or its name where it has none; None where a picture shows it.

        Of a file that is gone or not text, the name is shown. Of a long text `most` characters are
        returned.
        """
        if self.pictures[sample] is not None:
            return None
        file = self._files[sample]
        if file is None or self._root is None or ending_of(file) not in TEXTS:
            return self.names[sample]
        try:
            with (self._root / file).open("rb") as opened:
                # A character takes up to 4 bytes.
                text = opened.read(4 * most).decode("utf-8-sig", errors="replace").strip()
        except OSError:
            return self.names[sample]
        return text[:most] or self.names[sample]

    def __getitem__(self, samples: np.ndarray) -> np.ndarray | list[str]:
        """Return the pictures of some samples, uint8[n, SIDE, SIDE, 3], or words if one has none.

        Raises:
            InputError: a picture cannot be read.
        """
        if not all(self.pictures[i] for i in samples):
            return [self.words(i) or self.names[i] for i in samples]
        files = (self._root / self.pictures[i] for i in samples)
        images = (decoding.decode(file, str(file), self._rule, 2 * SIDE) for file in files)
        return np.stack([ImageOps.fit(Image.fromarray(image), (SIDE, SIDE)) for image in images])
