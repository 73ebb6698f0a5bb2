"""Parts of one cluster, by k-means: the same members always have the same parts."""

import numpy as np

from cbal.clustering.kmeans import kmeans

STARTS = 4  # k-means of a few samples into few parts often stops far from the best division
ITERATIONS = 40
SEED = 0  # no chance: whoever divides a cluster, and whenever, finds the same parts


def best_of_starts(
    features: np.ndarray, k: int, seed: int, iterations: int, threads: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the part of each row and its squared distance to the centroid: int64[n], float32[n].

    Of `STARTS` runs of k-means it is the one with the smallest sum of distances.
    """
    seeds = range(seed, seed + STARTS)
    found = [kmeans(features, k, each, iterations, threads) for each in seeds]
    return min(found, key=lambda part_and_distance: part_and_distance[1].sum())


def in_order(part: np.ndarray, distance: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each part that has any, the largest part first.

    Within a part the nearest to the centroid come first. Parts of one size are in the order of
    their numbers, and rows of one distance in their own.

    Args:
        part: int64[n], the number of the part of each row.
        distance: float32[n], to the centroid of its part.
    """
    order = np.lexsort((np.arange(len(part)), distance))
    inside = [order[part[order] == number] for number in np.unique(part)]
    return sorted(inside, key=len, reverse=True)


def parts_of(features: np.ndarray, parts: int) -> list[np.ndarray]:
    """Return the rows of each part of a cluster, the largest first, the most typical rows first.

    Of parts of one size the one with the first row comes first. There are as many parts as were
    asked for, or fewer if there are fewer rows, or fewer different ones; equal rows stay together.
    If all rows are equal, they are cut into parts of one size.

    Args:
        features: float16 or float32[n, d], finite, at least one row.
        parts: number of parts, at least 1.
    """
    n = len(features)
    different, which = np.unique(features, axis=0, return_inverse=True)
    which = which.reshape(-1)
    if len(different) == 1:
        cut = np.arange(n) * min(parts, n) // n
        return in_order(cut, np.zeros(n, np.float32))
    k = min(parts, len(different))
    part, distance = best_of_starts(features, k, SEED, ITERATIONS, threads=1)
    first = np.unique(which, return_index=True)[1][which]
    part, distance = part[first].copy(), distance[first]
    while len(np.unique(part)) < k:
        part[which == _farthest(part, distance, which)] = part.max() + 1
    _, rows, numbers = np.unique(part, return_index=True, return_inverse=True)
    return in_order(rows[numbers], distance)


def _farthest(part: np.ndarray, distance: np.ndarray, which: np.ndarray) -> int:
    """Return which of the different rows is farthest in a part that has several of them.

    k-means leaves a centroid without rows where many rows are equal; this row becomes its part.
    """
    numbers, at = np.unique(part, return_inverse=True)
    several = [len(np.unique(which[part == number])) > 1 for number in numbers]
    return int(which[np.argmax(np.where(np.array(several)[at], distance, -1))])
