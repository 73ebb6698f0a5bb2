"""What shows a sample that is a text: its own words."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from cbal.data.cluster_words import cluster_words


class ShownTexts:
    """What shows each text of a data set, by `sample_id`; see `Showing`.

    Attributes:
        names: names of the samples.
        pictures: None for every sample.
        noun: what the samples are called.
    """

    noun = "text"

    def __init__(self, index: pa.Table, texts: pa.ChunkedArray):
        """Take names from the column source of an index, and words from the texts."""
        self.names: Sequence[str] = index["source"].to_pylist()
        self.pictures: Sequence[None] = [None] * len(self.names)
        self._texts = texts

    def words(self, sample: int, most: int | None = None) -> str:
        """Return a text, or its name if it is empty; at most `most` characters of it."""
        return self._texts[sample].as_py().strip()[:most] or self.names[sample]

    def telling(self, clusters: Iterable[np.ndarray]) -> list[list[str]]:
        """Return the words that tell each cluster of samples from the others."""
        return cluster_words([[self.words(int(i)) for i in samples] for samples in clusters])

    def __getitem__(self, samples: np.ndarray) -> list[str]:
        """Return the words of some samples."""
        return [self.words(int(i)) for i in samples]
