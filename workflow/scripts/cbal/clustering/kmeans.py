"""k-means of a pool of any size: by Faiss on the CPU or a GPU, or by PyTorch on a GPU."""

from collections.abc import Callable, Iterator

import faiss
import numpy as np

from cbal.cli import say

CHUNK = 16_384  # rows that are float32 at a time; whole blocks of Faiss's product of matrices
# Rows a centroid that are learned from, as Faiss's default: more of them hardly move it.
ENOUGH = 256

# From float32[m, d] to the nearest centroid, int64[m], and the squared distance, float32[m].
Assign = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


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

    Centroids are learned from all rows or, of more than `ENOUGH` a centroid, from that many
    drawn at random. Memory beside the features: the rows learned from as float32, and a chunk.

    Args:
        features: float16 or float32[n, d], n >= k.
        k: number of centroids.
        seed: initial centroids are k distinct rows drawn with it.
        iterations: of Lloyd's algorithm; the paper uses 40.
        threads: of the CPU.
        device: cpu, or gpu where there is one.
        levels: 1, or 2: first into some sqrt(k) groups, then each group by itself. For
            very large k: the work grows with sqrt(k) instead of k.

    Returns:
        int64[n], the centroid of each row, and float32[n], the squared distance to it.
        A centroid may be nobody's nearest (twins in the data), so fewer than k occur.
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
    for number, parts in enumerate(shares(sizes, k)):
        rows = np.flatnonzero(group == number)
        if len(rows):
            inside = _one_level(features[rows], int(parts), seed + number, iterations, train)
            nearest[rows], distance[rows] = first + inside[0], inside[1]
            first += parts
    return nearest, distance


def shares(sizes: np.ndarray, k: int) -> np.ndarray:
    """Return how many of k clusters each group gets: one, and of the others by its size.

    Largest remainders; of equal ones the earlier group gets the odd cluster. An empty group
    gets none, and none gets more than it has rows.

    Args:
        sizes: int64[groups], rows of each group; at least k in all.
        k: clusters, at least as many as groups.
    """
    first = (sizes > 0).astype(np.int64)
    exact = (sizes - first) * (k - first.sum()) / max((sizes - first).sum(), 1)
    others = np.floor(exact).astype(np.int64)
    left = k - first.sum() - others.sum()
    others[np.argsort(others - exact, kind="stable")[:left]] += 1
    return first + others


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
    """Return what learns centroids on a device, the CPU where there is no GPU."""
    if device == "cpu":
        return _faiss_on_cpu
    if getattr(faiss, "get_num_gpus", int)():
        return _faiss_on_gpu
    import torch  # seconds, where there is a GPU to make up for them

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
        # The paper asks for 50 to 100 images a cluster on average; few images are no mistake.
        min_points_per_centroid=1,
        # The rows to learn from are drawn before, where they are still float16.
        max_points_per_centroid=max(1, -(-len(x) // k)),
    )
    clustering.train(x)

    def assign(chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distance, nearest = clustering.index.search(chunk, 1)
        return nearest[:, 0], distance[:, 0]

    return assign
