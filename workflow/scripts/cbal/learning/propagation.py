"""Label propagation over the graph of nearest neighbours (Zhou et al. 2004)."""

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array, eye_array
from scipy.sparse.linalg import cg

from cbal.clustering.blocks import unit
from cbal.clustering.faiss_library import faiss

CLOSER = 3  # power of a similarity, by which closer neighbours count more (Iscen et al. 2019)
EXACT = 1e-5  # relative residual at which the solution is taken
MOST_STEPS = 200


def neighbours_of(
    features: np.ndarray, neighbours: int, threads: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest other samples of each: rows int64[n, k], and cosines float32[n, k].

    Args:
        features: float16 or float32[n, d].
        neighbours: number k of nearest samples by the cosine; all others if there are fewer.
        threads: number of CPU threads.
    """
    n = len(features)
    x = unit(np.asarray(features, np.float32))
    faiss.omp_set_num_threads(threads)
    k = min(neighbours, n - 1)
    cosine, found = faiss.knn(x, x, k + 1, metric=faiss.METRIC_INNER_PRODUCT)
    # One of the found is the sample itself. Among many duplicates it may not be: drop the last.
    itself = found == np.arange(n)[:, None]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(n, k), cosine[~itself].reshape(n, k)


def graph(found: np.ndarray, cosine: np.ndarray) -> csr_array:
    """Return the normalised graph of nearest neighbours, symmetric float32[n, n], sparse.

    Two samples are joined if one is among the nearest of the other; the edge is the third power of
    the cosine of their features, doubled if both are. Edges are divided by the square root of the
    sums of edges at both of their ends.

    Args:
        found, cosine: see `neighbours_of`.
    """
    n, k = found.shape
    rows = np.repeat(np.arange(n), k)
    edges = np.maximum(cosine.ravel(), 0) ** CLOSER
    one_way = coo_array((edges, (rows, found.ravel())), shape=(n, n)).tocsr()
    both = one_way + one_way.T
    sums = both.sum(axis=1)
    scale = diags_array(1 / np.sqrt(np.where(sums > 0, sums, 1)))
    return csr_array(scale @ both @ scale)


def propagate(
    joined: csr_array, label: np.ndarray, weight: np.ndarray, classes: int, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return for every sample the label that reaches it most, and how certain it is.

    With Y the given labels, one row for a sample, the solution F of (1 - alpha W) F = Y is what
    steps of F = alpha W F + Y come to (Zhou et al. 2004, equation 4). It is found by conjugate
    gradients, class by class. Each class has the same mass in Y, 1 in all: else the class with the
    most labels, as one with a few large clusters, wins wherever labels reach far.

    The certainty of a row is 1 - H / log(classes), with the entropy H of its share of each class
    (Iscen et al. 2019, equation 11).

    Args:
        joined: W, see `graph`.
        label: int16[n], the given labels; what stands where `weight` is 0 has no effect.
        weight: float32[n], what each given label counts.
        classes: number of classes.
        alpha: between 0 and 1: how far labels reach.

    Returns:
        int16[n]; float32[n] from 0 to 1, 0 where no label reaches.
    """
    n = len(label)
    system = eye_array(n, format="csr") - alpha * joined
    reach = np.zeros((n, classes))
    for number in np.unique(label[weight > 0]):
        given = np.where(label == number, weight, 0).astype(np.float64)
        reach[:, number] = cg(system, given / given.sum(), rtol=EXACT, maxiter=MOST_STEPS)[0]
    reach = np.maximum(reach, 0)
    total = reach.sum(axis=1, keepdims=True)
    share = reach / np.where(total > 0, total, 1)
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(axis=1)
    certainty = np.where(total[:, 0] > 0, 1 - entropy / np.log(max(classes, 2)), 0)
    return reach.argmax(axis=1).astype(np.int16), np.clip(certainty, 0, 1).astype(np.float32)
