"""k-means for a pool of any size: by Faiss on the CPU or a GPU, or by PyTorch on a GPU."""

from collections.abc import Callable, Iterator

import numpy as np

from cbal.clustering.blocks import Assign
from cbal.clustering.faiss_library import faiss
from cbal.log import say
from cbal.remainders import largest_remainders

CHUNK = 16_384  # rows that are float32 at a time; a multiple of Faiss's block of rows
# Rows per centroid from which centroids are learned, Faiss's default: more rows change little.
ENOUGH = 256


def kmeans(
    features: np.ndarray,
    k: int,
    seed: int,
    iterations: int = 40,
    threads: int = 1,
    device: str = "cpu",
    levels: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Assign each row to one of k centroids.

    Centroids are learned from all rows, or from `ENOUGH` rows per centroid drawn at random if
    there are more. Memory in addition to the features: the rows to learn from and one chunk, both
    as float32.

    Args:
        features: float16 or float32[n, d], n >= k.
        k: number of centroids.
        seed: of the generator that draws k distinct rows as initial centroids.
        iterations: of Lloyd's algorithm; the paper uses 40.
        threads: number of CPU threads.
        device: "cpu" or "gpu"; "gpu" means the CPU if there is no GPU.
        levels: 1, or 2: first cluster into about sqrt(k) groups, then cluster each group. 2 is
            for very large k: the work grows with sqrt(k) instead of k.

    Returns:
        int64[n], the centroid of each row, and float32[n], the squared distance to it. Fewer than
        k centroids may occur, since duplicates in the data can leave a centroid without rows.
    """
    faiss.omp_set_num_threads(threads)
    train = _trainer(device)
    if levels == 1 or k < 4:
        return _one_level(features, k, seed, iterations, train)
    groups = round(k**0.5)
    group, _ = _one_level(features, groups, seed, iterations, train)
    sizes = np.bincount(group, minlength=groups)
    nearest = np.empty(len(features), np.int64)
    distance = np.empty(len(features), np.float32)
    first = 0
    for number, parts in enumerate(clusters_by_group(sizes, k)):
        rows = np.flatnonzero(group == number)
        if len(rows):
            inside = _one_level(features[rows], int(parts), seed + number, iterations, train)
            nearest[rows], distance[rows] = first + inside[0], inside[1]
            first += parts
    return nearest, distance


def clusters_by_group(sizes: np.ndarray, k: int) -> np.ndarray:
    """Return how many of k clusters each group gets: one, and a share of the others by its size.

    The others are shared by `largest_remainders`. An empty group gets no cluster, and no group
    gets more clusters than it has rows.

    Args:
        sizes: int64[groups], the number of rows of each group; at least k in total.
        k: number of clusters, at least the number of groups.
    """
    first = (sizes > 0).astype(np.int64)
    others = largest_remainders(k - int(first.sum()), (sizes - first).tolist())
    return first + np.array(others, np.int64)


def rows_in_chunks(features: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of rows and those rows as float32[m, d]."""
    for start in range(0, len(features), CHUNK):
        rows = slice(start, start + CHUNK)
        yield rows, np.ascontiguousarray(features[rows], np.float32)


def _one_level(
    features: np.ndarray,
    k: int,
    seed: int,
    iterations: int,
    train: Callable[[np.ndarray, int, int, int], Assign],
) -> tuple[np.ndarray, np.ndarray]:
    learned_from = features
    if len(features) > k * ENOUGH:
        drawn = np.random.default_rng(seed).choice(len(features), k * ENOUGH, replace=False)
        learned_from = features[np.sort(drawn)]
    assign = train(np.ascontiguousarray(learned_from, np.float32), k, seed % 2**31, iterations)
    del learned_from
    nearest = np.empty(len(features), np.int64)
    distance = np.empty(len(features), np.float32)
    for rows, chunk in rows_in_chunks(features):
        nearest[rows], distance[rows] = assign(chunk)
    return nearest, distance


def _trainer(device: str) -> Callable[[np.ndarray, int, int, int], Assign]:
    """Return the function that learns centroids on a device; on the CPU if there is no GPU."""
    if device == "cpu":
        return _faiss_on_cpu
    if getattr(faiss, "get_num_gpus", int)():
        return _faiss_on_gpu
    import torch  # here, since the import takes seconds, which only a GPU saves again

    from cbal.clustering.kmeans_torch import train

    if torch.cuda.is_available():
        return lambda *arguments: train(*arguments, torch.device("cuda"))
    say("no GPU here: clustering on the CPU")
    return _faiss_on_cpu


def _faiss_on_cpu(x: np.ndarray, k: int, seed: int, iterations: int) -> Assign:
    return _faiss(x, k, seed, iterations, gpu=False)


def _faiss_on_gpu(x: np.ndarray, k: int, seed: int, iterations: int) -> Assign:
    return _faiss(x, k, seed, iterations, gpu=True)


def _faiss(x: np.ndarray, k: int, seed: int, iterations: int, gpu: bool) -> Assign:
    clustering = faiss.Kmeans(
        x.shape[1],
        k,
        niter=iterations,
        seed=seed,
        gpu=gpu,
        # The paper has 50 to 100 images a cluster on average; Faiss need not warn of few images.
        min_points_per_centroid=1,
        # The rows to learn from were drawn already, while they were still float16.
        max_points_per_centroid=max(1, -(-len(x) // k)),
    )
    clustering.train(x)

    def assign(chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distance, nearest = clustering.index.search(chunk, 1)
        return nearest[:, 0], distance[:, 0]

    return assign
