"""The words that tell a cluster of texts from the others: class-based TF-IDF."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import log

from cbal.data.words import words_of

MOST = 8  # words of a cluster
TIMES = 2  # how much more frequent a word has to be in a cluster than in the others
LETTERS = 20_000  # characters of a text that are looked at


def cluster_words(clusters: Sequence[Iterable[str]], most: int = MOST) -> list[list[str]]:
    """Return the words that tell each cluster from the others, best first.

    The weight of a word in a cluster is its frequency there times log(1 + A / f), where f is its
    frequency in all clusters and A the mean number of words of a cluster (class-based TF-IDF,
    Grootendorst 2022, equation 2). The frequency is the number of texts that have the word, so
    that one long text does not speak for all. A word counts if it is at least twice as frequent in
    the texts of this cluster as in the others, which leaves out `the` and `my`, and if two texts of
    the cluster have it, unless there is only one. Of equal weights the first word in the alphabet
    comes first.

    Args:
        clusters: the texts of each cluster.
        most: words to return of a cluster, at most.
    """
    counts, sizes = [], []
    for texts in clusters:
        words = [set(words_of(text[:LETTERS])) for text in texts]
        counts.append(Counter(word for each in words for word in each))
        sizes.append(len(words))
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    mean = total.total() / max(len(counts), 1)
    samples = sum(sizes)

    def best(count: Counter[str], size: int) -> list[str]:
        weights = {
            word: n * log(1 + mean / total[word])
            for word, n in count.items()
            if n >= min(2, size) and n * (samples - size) >= TIMES * (total[word] - n) * size
        }
        return sorted(weights, key=lambda word: (-weights[word], word))[:most]

    return [best(count, size) for count, size in zip(counts, sizes)]
