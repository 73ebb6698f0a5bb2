"""Compare our k-means with plain Faiss and scikit-learn, on the same rows."""

import argparse
import os
import warnings
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from benchmarks.report import cores, report
from benchmarks.synthetic import features_of
from cbal.clustering.faiss_library import faiss
from cbal.clustering.kmeans import kmeans


def main() -> None:
    """Measure all implementations alternately and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--rows", type=int, default=50_000)
    cli.add_argument("--dimensions", type=int, default=512)
    cli.add_argument("--clusters", type=int, default=1000)
    cli.add_argument("--iterations", type=int, default=40)
    cli.add_argument("--repeats", type=int, default=3)
    cli.add_argument("--threads", type=int, default=cores())
    arguments = cli.parse_args()
    x = features_of(arguments.rows, arguments.dimensions)
    seconds: dict[str, list[float]] = {}
    inertia: dict[str, list[float]] = {}
    for seed in range(arguments.repeats):
        for name, way in ways_of(arguments).items():
            start = perf_counter()
            nearest = way(x, seed)
            seconds.setdefault(name, []).append(perf_counter() - start)
            inertia.setdefault(name, []).append(within(x, nearest))
    base_seconds, base_inertia = median(seconds["faiss.Kmeans"]), median(inertia["faiss.Kmeans"])
    report(
        "kmeans",
        f"k-means of {arguments.rows:,} x {arguments.dimensions}, k = {arguments.clusters:,}, "
        f"{arguments.iterations} iterations, median of {arguments.repeats} seeds",
        [
            {
                "way": name,
                "seconds": median(values),
                "x faiss.Kmeans": base_seconds / median(values),
                "inertia / faiss.Kmeans": median(inertia[name]) / base_inertia,
            }
            for name, values in seconds.items()
        ],
    )


def ways_of(
    arguments: argparse.Namespace,
) -> dict[str, Callable[[np.ndarray, int], np.ndarray]]:
    """Return functions from features and a seed to the cluster of each row."""
    k, iterations, threads = arguments.clusters, arguments.iterations, arguments.threads

    def plain_faiss(x: np.ndarray, seed: int) -> np.ndarray:
        clustering = faiss.Kmeans(x.shape[1], k, niter=iterations, seed=seed)
        x = x.astype(np.float32)
        clustering.train(x)
        return clustering.index.search(x, 1)[1][:, 0]

    def scikit_learn(x: np.ndarray, seed: int) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = KMeans(
                k, init="random", n_init=1, max_iter=iterations, tol=0, random_state=seed
            )
            return model.fit(x.astype(np.float32)).labels_

    def ours(x: np.ndarray, seed: int) -> np.ndarray:
        return kmeans(x, k, seed, iterations, threads)[0]

    def two_levels(x: np.ndarray, seed: int) -> np.ndarray:
        return kmeans(x, k, seed, iterations, threads, levels=2)[0]

    def on_gpu(x: np.ndarray, seed: int) -> np.ndarray:
        return kmeans(x, k, seed, iterations, threads, device="gpu")[0]

    ways = {
        "faiss.Kmeans": plain_faiss,
        "scikit-learn": scikit_learn,
        "ours": ours,
        "ours, two levels": two_levels,
    }
    if os.path.exists("/dev/nvidiactl"):
        ways["ours, GPU"] = on_gpu
    return ways


def within(x: np.ndarray, nearest: np.ndarray) -> float:
    """Return the sum of squared distances to the means of the clusters."""
    total = 0.0
    order = np.argsort(nearest, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(nearest[order])) + 1):
        part = x[rows].astype(np.float64)
        total += float(((part - part.mean(0)) ** 2).sum())
    return total


if __name__ == "__main__":
    main()
