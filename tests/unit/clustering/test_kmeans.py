import numpy as np
import pytest
import torch
from sklearn.datasets import make_blobs

from cbal.clustering import kmeans as module
from cbal.clustering import kmeans_torch
from cbal.clustering.kmeans import clusters_by_group, kmeans


def points(n=3000, d=16, centers=40):
    x, _ = make_blobs(n, d, centers=centers, random_state=0)
    return x.astype(np.float16)


def inertia(x, nearest):
    x = x.astype(np.float64)
    means = np.stack([x[nearest == c].mean(0) for c in np.unique(nearest)])
    return ((x - means[np.unique(nearest, return_inverse=True)[1]]) ** 2).sum()


def test_in_chunks_the_assignment_is_the_same(monkeypatch):
    whole, distance = kmeans(points(), 50, seed=0)
    monkeypatch.setattr(module, "CHUNK", 700)
    chunked, distance_too = kmeans(points(), 50, seed=0)
    assert (whole == chunked).mean() > 0.99  # a processor's kernels may round ties another way
    np.testing.assert_allclose(distance, distance_too, rtol=1e-3, atol=1e-2)


def test_from_a_sample_the_clusters_are_about_as_good(monkeypatch):
    x = points(n=20_000)
    everything = inertia(x, kmeans(x, 40, seed=0)[0])
    learned_from = []
    train = module._faiss_on_cpu
    monkeypatch.setattr(module, "ENOUGH", 64)
    monkeypatch.setattr(
        module, "_faiss_on_cpu", lambda x, *args: learned_from.append(len(x)) or train(x, *args)
    )
    sample = [inertia(x, kmeans(x, 40, seed=seed)[0]) for seed in range(5)]
    assert learned_from == [40 * 64] * 5
    assert min(sample) < everything * 1.2


@pytest.mark.parametrize("k", [4, 30, 333])
def test_two_levels_make_k_clusters_too(k):
    x = points()
    nearest, distance = kmeans(x, k, seed=0, levels=2)
    assert 0.9 * k <= len(np.unique(nearest)) <= k
    assert nearest.min() >= 0
    assert nearest.max() < k
    assert np.isfinite(distance).all()
    assert inertia(x, nearest) < 1.5 * inertia(x, kmeans(x, k, seed=0)[0])


@pytest.mark.parametrize(
    "sizes, k, expected",
    [
        ([10, 10], 4, [2, 2]),
        ([90, 9, 1], 10, [7, 2, 1]),  # 1 each; 7 others by 89 : 8 : 0, so 6.4 : 0.6 : 0
        ([5, 0, 5], 3, [2, 0, 1]),
        ([1, 1, 1], 3, [1, 1, 1]),
        ([3, 1], 4, [3, 1]),
    ],
)
def test_shares_by_hand(sizes, k, expected):
    assert clusters_by_group(np.array(sizes), k).tolist() == expected


def test_shares_add_up_and_fit():
    rng = np.random.default_rng(0)
    for _ in range(300):
        sizes = rng.integers(0, 30, rng.integers(1, 9))
        if groups := (sizes > 0).sum():
            k = int(rng.integers(groups, sizes.sum() + 1))
            parts = clusters_by_group(sizes, k)
            assert parts.sum() == k
            assert (parts <= sizes).all()
            assert ((parts > 0) == (sizes > 0)).all()


class TestPyTorch:
    """The code for GPUs, here on the CPU."""

    def train(self, *arguments):
        return kmeans_torch.train(*arguments, torch.device("cpu"))

    def test_inertia_is_faiss_s_within_one_percent(self):
        # Local optima depend on the start, so means over starts are compared. The data have no
        # structure that makes one start much better than another.
        x = np.random.default_rng(0).normal(size=(5000, 32)).astype(np.float32)
        ours, faiss_s = (
            np.mean([train(x, 60, seed, 40)(x)[1].sum() for seed in range(4)])
            for train in (self.train, module._faiss_on_cpu)
        )
        assert abs(ours / faiss_s - 1) < 0.01

    def test_in_parts_it_is_the_same(self, monkeypatch):
        x = points().astype(np.float32)
        whole = self.train(x, 50, 1, 20)(x)[0]
        monkeypatch.setattr(kmeans_torch, "PRODUCTS", 50 * 300)
        parts = self.train(x, 50, 1, 20)(x)[0]
        assert (whole == parts).mean() > 0.99  # ties of rounding

    def test_no_cluster_stays_empty_while_rows_differ(self):
        x = np.repeat(np.eye(4, dtype=np.float32), 50, axis=0)
        x[:2] += 0.3
        nearest = self.train(x, 5, 0, 30)(x)[0]
        assert len(np.unique(nearest)) == 5

    def test_distances_are_squared_and_never_negative(self):
        x = points().astype(np.float32)
        assign = self.train(x, 10, 0, 5)
        nearest, distance = assign(x)
        assert (distance >= 0).all()
        assert nearest.dtype == np.int64


def test_without_a_gpu_the_cpu_is_used_and_said(capsys):
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    x = points(500)
    asked = kmeans(x, 9, seed=0, device="gpu")
    assert "no GPU here" in capsys.readouterr().err
    assert np.array_equal(asked[0], kmeans(x, 9, seed=0)[0])
