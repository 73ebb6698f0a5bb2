"""Lloyd's algorithm by PyTorch, for a GPU on which Faiss does not run."""

import numpy as np
import torch

from cbal.clustering.blocks import Assign

PRODUCTS = 2**28  # number of distances in memory at a time: 1 GiB of float32


def train(x: np.ndarray, k: int, seed: int, iterations: int, device: torch.device) -> Assign:
    """Learn k centroids and return the function that assigns rows to them.

    As in Faiss, the initial centroids are k distinct rows, and an empty cluster takes half of a
    large one.

    Args:
        x: float32[n, d], n >= k.
        k: number of centroids.
        seed: draws the initial centroids.
        iterations: of Lloyd's algorithm.
        device: to compute on.
    """
    rows = np.random.default_rng(seed).choice(len(x), k, replace=False)
    data = torch.from_numpy(x).to(device)
    centroids = data[torch.from_numpy(rows).to(device)]
    for _ in range(iterations):
        centroids = _moved(data, centroids)

    def assign(chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        part = torch.from_numpy(chunk).to(device)
        nearest, distance = _nearest(part, centroids)
        return nearest.cpu().numpy(), distance.cpu().numpy()

    return assign


def _nearest(x: torch.Tensor, centroids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the nearest centroid of each row, and the squared distance to it."""
    norms = centroids.square().sum(1)
    nearest, distance = [], []
    for part in x.split(max(1, PRODUCTS // len(centroids))):
        # |x|^2 is the same for all centroids, so it is added only to the smallest distance.
        least, at = torch.addmm(norms, part, centroids.t(), alpha=-2).min(1)
        nearest.append(at)
        distance.append((least + part.square().sum(1)).clamp_(min=0))
    return torch.cat(nearest), torch.cat(distance)


def _moved(x: torch.Tensor, centroids: torch.Tensor) -> torch.Tensor:
    """Return the mean of the rows nearest to each centroid; move centroids without rows."""
    nearest, _ = _nearest(x, centroids)
    sums = torch.zeros_like(centroids).index_add_(0, nearest, x)
    counts = torch.bincount(nearest, minlength=len(centroids))
    means = torch.where(counts[:, None] > 0, sums / counts.clamp(min=1)[:, None], centroids)
    empty = torch.nonzero(counts == 0)[:, 0]
    if len(empty):
        # Two slightly different copies of a centroid divide the rows of a large cluster.
        large = counts.argsort(descending=True, stable=True)[: len(empty)]
        apart = torch.full((means.shape[1],), 1 / 1024, device=x.device)
        apart[1::2] *= -1
        means[empty] = means[large] * (1 + apart)
        means[large] = means[large] * (1 - apart)
    return means
