"""An encoder of texts that needs no weights: TF-IDF with a truncated SVD."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from cbal.data.words import words_of
from cbal.errors import InputError
from cbal.learning import memory
from cbal.log import say
from cbal.models.encoding import How
from cbal.randomness import seed_of
from cbal.wording import counted

DIMENSIONS = 256  # of a feature
MOST_TERMS = 50_000  # words and pairs of words that count, the most frequent ones
ROWS = 8192  # texts in a part


class Encoder:
    """Latent semantic analysis (Deerwester et al. 1990) of words and pairs of words.

    It learns from the texts of the training split, without any label, and reads all of a text.
    """

    def __init__(self, how: How):
        self._how = how
        self.device = f"cpu, {counted(how.threads, 'thread')}"

    def encode(
        self, texts: pa.ChunkedArray, train: np.ndarray, names: Sequence[str]
    ) -> Iterator[np.ndarray]:
        """Yield the features, float32[b, d] of unit length, of n texts in their order.

        Args:
            texts: the n texts.
            train: indices of the texts to learn from.
            names: names of the texts.

        Raises:
            InputError: no word is in two of the texts.
        """
        vectorizer = TfidfVectorizer(
            analyzer=_terms, sublinear_tf=True, min_df=2, max_features=MOST_TERMS, dtype=np.float32
        )
        try:
            known = vectorizer.fit_transform(texts[int(i)].as_py() for i in train)
        except ValueError as error:
            raise InputError(
                "no word is in two of the training texts, so tfidf cannot compare them; add texts, "
                "or take an encoder of `architecture: sentence-transformers`"
            ) from error
        terms = known.shape[1]
        say(f"{counted(terms, 'word')} and pairs of words, in two texts or more")
        seed = seed_of(self._how.dataset, 0, 0, "encode") % 2**32
        svd = TruncatedSVD(min(DIMENSIONS, terms), random_state=seed)
        svd.fit(known)
        for start in range(0, len(texts), ROWS):
            part = vectorizer.transform(t.as_py() for t in texts.slice(start, ROWS))
            yield normalize(svd.transform(part)).astype(np.float32, copy=False)

    def peak_mb(self) -> float:
        """Return the peak memory in MB."""
        return memory.peak_mb()


def _terms(text: str) -> list[str]:
    """Return the words of a text, then its pairs of neighbors."""
    words = words_of(text)
    return [*words, *(f"{a} {b}" for a, b in zip(words, words[1:]))]
